"""Words of a followed path and of the settlement sheet: key → (Chinese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    "tr_title": ("追踪一次：{title} · 第 {path} 次 · 种子 {seed} · 方案 {hash}",
                 "One path followed: {title} · path {path} · seed {seed} · scheme {hash}"),
    "tr_summary": ("申请 {applications} 件，放款 {loans} 笔(其中期初在贷 {book})，违约 {defaults} 笔，赔付通知 {claims} 件。",
                   "{applications} applications, {loans} loans ({book} in force at the start), {defaults} defaults, "
                   "{claims} claims."),
    "tr_accounts": ("基金账户逐年滚存(万元)", "Pot accounts by year (万元, 10,000 yuan)"),
    "tr_pot": ("资金池", "pot"), "tr_year": ("年度", "year"), "tr_opening": ("年初", "opening"),
    "tr_contributed": ("拨入", "paid in"), "tr_interest": ("利息", "interest"), "tr_refund": ("追偿返还", "recovered"),
    "tr_paid": ("代偿", "claims paid"), "tr_clawback": ("收回", "returned"), "tr_drawn": ("补贴支出", "subsidies"), "tr_closing": ("年末", "closing"),
    "tr_run_off": ("清算期", "run-off"),
    "tr_claims": ("代偿一览(万元)", "Claims (万元, 10,000 yuan)"),
    "tr_loan": ("贷款", "loan"), "tr_default": ("违约日", "default"), "tr_base": ("损失基数", "loss base"),
    "tr_mode": ("方式", "mode"), "tr_recovered": ("追偿净额", "net recovery"),
    "tr_no_claims": ("本次没有代偿。", "No claims on this path."),
    "tr_hint": ("看一笔贷款的全过程和代偿结算单：--loan 编号；完整流水：--json",
                "For one loan's life and its settlement sheet: --loan N; for the whole ledger: --json"),
    "tr_life": ("贷款 {loan} 的全过程", "Life of loan {loan}"),
    "tr_sheet": ("代 偿 结 算 单", "SETTLEMENT SHEET"),
    "tr_none": ("这笔贷款没有发生代偿。", "No claim arose on this loan."),
    "tr_outside_only": ("这笔贷款违约，但不在基金分担范围内，损失全部由银行承担。",
                        "The loan defaulted without cover: the whole loss is the bank's."),
    "tr_facts": ("借款企业 {firm}({cls}，{district})  质押 {ip}  方式 {mode}",
                 "Firm {firm} ({cls}, {district})  pledge {ip}  mode {mode}"),
    "tr_amounts": ("本金 {principal}  纳入分担 {covered}  年利率 {rate}  期限 {term} 天",
                   "principal {principal}  covered {covered}  rate {rate} a year  term {term} days"),
    "tr_dates": ("放款 {start}  到期 {maturity}  违约 {default}  损失认定 {determined}",
                 "disbursed {start}  due {maturity}  default {default}  determined {determined}"),
    "tr_loss": ("损失基数 {base}；其余 {outside} 不在分担范围，由银行承担",
                "loss base {base}; the other {outside} is outside the cover and the bank's"),
    "tr_party": ("承担方", "party"), "tr_liable": ("应承担", "liable"), "tr_due": ("应付日", "due"),
    "tr_to": ("付给", "owed to"), "tr_owes": ("应付", "owes"), "tr_cash": ("已付", "paid"),
    "tr_lapsed": ("未付(以余额为限)", "unpaid, lapsed"), "tr_cancelled": ("追偿抵扣", "offset"),
    "tr_back": ("追偿返还", "recovered"), "tr_borne": ("承担", "bears"), "tr_net": ("最终净承担", "net of recovery"),
    "tr_source": ("依据", "source"), "tr_total": ("合计", "total"), "tr_from": ("出账", "from"),
    "tr_proceeds": ("追偿 {gross}，费用 {cost}，净额 {net}，到账 {day}",
                    "recovered {gross}, costs {cost}, net {net}, received {day}"),
    "tr_open": ("追偿尚未到账(清算期末仍未了结)", "recovery not received by the end of the run-off"),
    "tr_footer": ("模拟结果，不是真实业务。版本 {version} · 种子 {seed} · 第 {path} 次",
                  "Simulated, not a real case. Version {version} · seed {seed} · path {path}"),
    "trace_no_such_loan": ("第 {path} 次只有 {loans} 笔贷款，编号 0 到 {last}。",
                           "Path {path} has {loans} loans, numbered 0 to {last}."),
}

EVENTS: dict[str, tuple[str, str]] = {
    "application": ("申请", "application"), "refused": ("未纳入分担", "not covered"),
    "disbursed": ("放款", "disbursed"), "repaid": ("还清", "repaid"), "default": ("违约", "default"),
    "determination": ("认定损失", "loss determined"), "due": ("登记应付", "noted as due"),
    "payment": ("付款", "paid"), "waits": ("余额不足，排队", "short of cash, waits"),
    "lapsed": ("余额不足，不再支付", "short of cash, lapsed"), "passed on": ("余额不足，转下家", "short, passed on"),
    "shared pro rata": ("按比例支付", "paid pro rata"), "recovery": ("追偿到账", "recovery received"),
    "shared": ("追偿分配", "recovery shared"), "cancelled": ("追偿抵扣应付", "offset against what is owed"),
    "refund": ("返还资金池", "returned to the pot"), "subsidy": ("补贴", "subsidy"),
    "fee": ("担保费用", "guarantee fee"),
    "disbursement": ("银行放款", "bank pays out"), "repayment": ("本息收回", "principal and interest received"),
    "claim": ("代偿", "claim payment"), "interest": ("存款利息", "deposit interest"),
    "contribution": ("拨入", "contribution"), "clawback": ("收回", "returned to the contributor"),
}
NOTES: dict[str, tuple[str, str]] = {
    "with cover": ("有基金分担", "covered"), "without cover": ("无基金分担", "not covered"),
    "restated": ("按剩余损失重算", "terms restated"), "pro rata": ("按承担比例", "pro rata to what each bore"),
    "by priority": ("按先后次序", "by priority"), "held": ("未到期部分", "not yet due"), "queued": ("排队部分", "queued"),
    "loan": ("贷款", "loan"), "principal and interest": ("本金与利息", "principal and interest"), "proceeds less costs": ("扣除费用", "less costs"),
}
KINDS: dict[str, tuple[str, str]] = {
    "class_micro": ("微型企业", "micro"), "class_small": ("小型企业", "small"), "class_medium": ("中型企业", "medium"),
    "class_large": ("大型企业", "large"), "ip_invention": ("发明专利", "invention patent"),
    "ip_utility_model": ("实用新型专利", "utility model"), "ip_design": ("外观设计专利", "design patent"),
    "ip_trademark": ("注册商标", "trademark"), "ip_geographical_indication": ("地理标志", "geographical indication"),
    "ip_copyright": ("著作权", "copyright"), "ip_software_copyright": ("软件著作权", "software copyright"),
    "ip_plant_variety": ("植物新品种", "plant variety"), "ip_layout_design": ("集成电路布图设计", "layout design"),
    "ip_trade_secret": ("商业秘密", "trade secret"), "ip_goodwill": ("商誉", "goodwill"),
    "ip_franchise": ("特许经营权", "franchise"),
}
MESSAGES |= KINDS
MESSAGES |= {f"event_{key}": pair for key, pair in EVENTS.items()}
MESSAGES |= {f"note_{key}": pair for key, pair in NOTES.items()}
