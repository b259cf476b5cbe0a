"""Words of reading a loan tape and of what was estimated from it: key → (Chinese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    "help_calibrate": ("从贷款台账(CSV 或 xlsx)标定违约率、相关性、回收、规模与增长，写出方案文件。",
                       "Estimate default, correlation, recovery, size and growth from a loan tape; write an overlay."),
    "opt_tape": ("贷款台账，CSV 或 xlsx", "loan tape, CSV or xlsx"),
    "opt_map": ("列名对应，可重复：字段=列名", "name of a column, repeatable: field=header"),
    "opt_template": ("写出台账模板，带三行示例", "write a tape to fill in, with three example rows"),
    "opt_overlay": ("方案文件写到这里", "write the overlay here"),
    "opt_onto": ("在哪个方案上标定", "scenario to calibrate"),
    "tape_head": ("{file}：台账有 {n} 类问题，未导入任何一行。", "{file}: {n} kinds of problem in the tape; no row was imported."),
    "tape_rows": ("  行 {rows}，列「{column}」，写的是 {given}", "  rows {rows}, column '{column}', given {given}"),
    "tape_preview": ("读到的内容：编码 {encoding}，{n} 行；列：{columns}", "What was understood: encoding {encoding}, {n} rows; columns: {columns}"),
    "tape_missing_column": ("缺少列 {given}。请补上，或用 --map 字段=列名 指明。", "Column {given} is missing. Add it, or name it with --map field=header."),
    "tape_missing_column_page": ("缺少这些列：{given}。请补上，列名写成这样。", "Columns are missing: {given}. Add them under these names."),
    "tape_column_twice_page": ("“{given}”有两列。请只留一列。", "There are two columns for {given}. Keep one."),
    "tape_column_twice": ("字段 {given} 有两列。请用 --map 选一列。", "Field {given} has two columns. Choose one with --map."),
    "tape_map_unknown": ("--map 里的 {given} 不是字段或台账中没有这一列。", "--map {given}: no such field, or no such column in the tape."),
    "tape_header_empty": ("表头第 {given} 列为空而下方有数据，可能是合并单元格。请取消合并，每列一个表头。",
                          "The header of column {given} is empty above data, perhaps merged. Unmerge: one header for each column."),
    "tape_only_examples": ("台账里只有示例行，没有自己的数据。请在示例下面填写；编号以“示例”开头的行不会读入。",
                           "The tape holds only example rows. Add your own below; rows whose number begins with 示例 or 'example' are not read."),
    "tape_empty": ("台账没有数据行。", "The tape has no rows."),
    "tape_unreadable": ("文件读不出来：不是 UTF-8、GBK 或 UTF-16 的 CSV，也不是 xlsx。", "The file cannot be read as CSV in UTF-8, GBK or UTF-16, nor as xlsx."),
    "tape_value_missing": ("必填而空。", "Empty, and must be filled in."),
    "tape_bad_date": ("不是日期。写法：2023-06-30、2023/6/30、20230630、2023年6月30日。",
                      "No date. Write 2023-06-30, 2023/6/30, 20230630 or 2023年6月30日."),
    "tape_bad_number": ("不是数。公式只当作文字，不计算。", "No number. A formula is text here and is not computed."),
    "tape_negative": ("金额不能为负，本金须大于零。", "Amounts cannot be negative, and a principal must be above zero."),
    "tape_units": ("同一列混用单位。请全列用一种单位，写在表头：本金(万元)。", "Units are mixed in one column. Use one, in the header: principal (万元)."),
    "tape_unit_missing": ("金额列没有单位。请写在表头：本金(万元)，可用 元、万元、亿元。", "The amounts have no unit. Put it in the header, principal (万元): 元, 万元 or 亿元."),
    "tape_dates_order": ("日期先后不对。起始日须早于到期日，违约日不早于起始日、不晚于观察截止日，回收日不早于违约日。",
                         "Dates out of order: start before maturity, default from start to the end of the watch, recovery from default on."),
    "tape_recovered_alone": ("有回收而没有违约日。请补上违约日，或删去回收。", "Something was recovered without a default. Give its date, or remove the recovery."),
    "tape_before_watch": ("在观察起始日之前已结清、到期或违约，不在观察之内。请删去这些行，或改正日期。",
                          "Repaid, matured or in default before the watch begins: never watched. Remove these rows, or correct the dates."),
    "doubt_late": ("{n} 笔的违约日在到期日之后，按到期日违约计(行 {rows})。", "{n} defaults are dated after maturity and count on the day of maturity (rows {rows})."),
    "doubt_overdue": ("{n} 笔已过到期日，既未结清也未违约，按到期时没有违约计；其中如有违约，违约率会偏低(行 {rows})。",
                      "{n} loans are past maturity, neither repaid nor in default, and count as not in default; if some are, the PD is too low (rows {rows})."),
    "doubt_over": ("{n} 笔回收超过本金，按全部本金计(行 {rows})。", "{n} loans got back more than was lent and count as all of it (rows {rows})."),
    "doubt_examples": ("{n} 行示例(编号以“示例”开头)没有读入(行 {rows})。", "{n} example rows (their number begins with 示例 or 'example') were left out (rows {rows})."),
    "doubt_far": ("{n} 笔的本金不到中位数的千分之一，或超过一千倍，请核对单位(行 {rows})。", "{n} principals are a thousand times the median, or a thousandth: check the unit (rows {rows})."),
    "tape_duplicate": ("贷款编号重复。", "The same loan twice."),
    "tape_grade": ("方案没有这个信用等级；可用：{allowed}。", "The scenario has no such grade; allowed: {allowed}."),
    "tape_closed": ("追偿是否结束须写 是 或 否。", "Workout closed must be yes or no."),
    "tape_watch_differs": ("观察截止日须全表一致。", "The end of the watch must be one date for the whole tape."),
    "cal_title": ("标定结果：{loans} 笔贷款，{defaults} 笔违约，{years} 年风险暴露", "Calibration: {loans} loans, {defaults} defaults, {years} loan-years at risk"),
    "cal_heads": ("参数|先验 5%–95%|后验中位数|后验 5%–95%|R̂|有效样本", "parameter|prior 5–95 %|posterior median|posterior 5–95 %|R̂|ESS"),
    "cal_left": ("没有写进方案：", "Not written into the scheme:"),
    "cal_left_sectors": ("行业 {sectors} 的违约率高低：方案的行业是 {known}。", "how often sectors {sectors} fail: the scheme's sectors are {known}."),
    "cal_left_growth": ("增长：后验区间含负值，而方案的增速是没有政策时的市场增速。",
                        "growth: its interval holds negative values, and the scheme's trend is the market's without the policy."),
    "cal_left_market": ("增长：方案的业务量按年给定，不由市场推出。", "growth: the scheme gives its volume by year, not by a market."),
    "cal_left_recovered": ("回收比例：后验 95% 分位超过 {most}，方案的其他资产回收率写不下。",
                           "part recovered: its 95 % end exceeds {most}, more than other recovery can hold."),
    "est_pd": ("年违约率({of} 级)", "PD a year, grade {of}"), "est_rho": ("一年期资产相关系数", "one-year asset correlation"),
    "est_persistence": ("景气持续性(每月)", "persistence a month"), "est_loading": ("景气载荷", "loading on the factor"),
    "est_sector": ("行业效应({of})", "sector effect, {of}"), "est_factor": ("行业违约率倍数({of})", "PD of sector {of} over the average"),
    "est_size_median": ("单笔金额中位数(万元)", "median size (万元)"), "est_size_sigma": ("单笔金额离散度", "dispersion of size"),
    "est_growth": ("笔数年增长", "growth of loans a year"), "est_dispersion": ("到达波动(形状)", "shape of the quarterly multiplier"),
    "est_recovered": ("平均回收比例", "mean part recovered"), "est_delay_mean": ("回收平均用时(月)", "mean delay of recovery (months)"),
    "est_delay_shape": ("回收用时形状", "shape of the delay"),
    "cal_reference": ("无信息", "reference"),
    "cal_naive": ("简单估计(违约笔数除以贷款笔数)：{naive}；它没有计入未到期与已在册的时间。",
                  "Naive estimate (defaults over loans): {naive}; it leaves out time not yet lived and time before the watch."),
    "cal_not_converged": ("注意：抽样没有达到 R̂ ≤ 1.01、有效样本 ≥ 400。", "Note: the sampler did not reach R̂ ≤ 1.01 and ESS ≥ 400."),
    "cal_source": ("贷款台账 SHA-256 {hash}", "Loan tape SHA-256 {hash}"),
    "cal_note": ("由台账标定；范围为后验 90% 区间；先验见标定报告", "calibrated from the tape; the range is the 90 % posterior interval; priors in the report"),
    "cal_scenario_title": ("{title}：按台账标定", "{title}, calibrated"),
    "help_study_reserve": ("重做一项研究：reserve 检验 99% 储备。", "Repeat a study: reserve tests the 99 % reserve."),
    "opt_tapes": ("台账数", "number of tapes"),
    "rs_page": (
        "# 参数不确定时的储备\n\n由 `make reserve` 从 `docs/reserve.json` 生成，请勿手改。从先验抽取真值，逐笔生成 {years} 年台账"
        "(在册约 {book} 笔)，据此设定今后 {horizon} 个月违约笔数的 {level} 储备，再看真值超过储备的概率。"
        "“代入”把最可能的参数当作真值；“预测”每条路径从后验抽一组参数。\n\n"
        "版本 {version}，种子 {seed}，{tapes} 份台账，{converged} 份收敛(R̂ ≤ 1.01，有效样本 ≥ 400)。\n\n"
        "真实超过概率(± 标准误)：代入 {plug_in}，预测 {predictive}；储备之比的中位数 {ratio}。\n\n"
        "后验检验：真值在后验抽样中的名次是否均匀(卡方检验 p 值)，以及 90% 区间的覆盖率。\n\n{checks}\n\n"
        "## 固定真值\n\n每行 {grid_tapes} 份台账。真值偏离先验中心时预测储备也不再精确：下表列出偏差。\n\n{grid}",
        "# Reserves when parameters are estimated\n\nGenerated by `make reserve` from `docs/reserve.json`; do not edit. Truths are drawn "
        "from the prior, a tape of {years} years\n(about {book} loans in force) is made of each loan by loan, and a {level} reserve for the "
        "defaults of the next\n{horizon} months is set from it; then the chance that the truth exceeds it is computed. *Plug-in* takes the "
        "likeliest\nparameters for true; *predictive* draws a set from the posterior for each path.\n\n"
        "Version {version}, seed {seed}, {tapes} tapes, {converged} converged (R̂ ≤ 1.01, ESS ≥ 400).\n\n"
        "True exceedance (± standard error): plug-in {plug_in}, predictive {predictive}; median ratio of reserves {ratio}.\n\n"
        "Checks of the posterior: are the truth's ranks among posterior draws uniform (chi-square p-value), and how often do\n"
        "90 % intervals cover.\n\n{checks}\n\n## Fixed truths\n\n{grid_tapes} tapes a row. Where the truth lies off the prior's centre, "
        "the predictive reserve is no longer exact either;\nthe table says by how much.\n\n{grid}"),
    "rs_checks": ("参数|名次均匀 p|覆盖率", "parameter|ranks uniform, p|cover"),
    "rs_grid": ("强度|载荷|持续性|年数|违约(中位)|代入|预测|储备之比", "hazard|loading|persistence|years|defaults (median)|plug-in|predictive|ratio"),
    "help_study_coverage": ("检验标定的 90% 区间是否覆盖真值。", "How often the 90 % intervals of a calibration hold the truth."),
    "cv_page": (
        "# 标定区间的覆盖率\n\n由 `make coverage` 从 `docs/coverage.json` 生成，请勿手改。从先验抽取真值，逐笔生成 {years} 年台账"
        "(三个信用等级、两个行业，\n含观察之前已放的贷款、未到期贷款、未了结的追偿和到期日之后才登记的违约)，写成文件、照用户的台账读入，做完整标定，再看后验 90% 区间是否包含真值。\n\n"
        "版本 {version}，种子 {seed}，{tapes} 份台账，{converged} 份收敛(R̂ ≤ 1.01，有效样本 ≥ 400)，每份违约 {defaults} 笔(中位)。\n"
        "其中 {far} 份的简单估计(违约笔数除以贷款笔数)偏离真实违约率 {limit} 以上，单独列出。\n\n{table}\n\n"
        "要求的范围：{low} 至 {high}；全部台账的覆盖率在此之外的：{outside}。标准误为真实覆盖率 90% 时的抽样误差。",
        "# Do calibrated intervals hold the truth?\n\nGenerated by `make coverage` from `docs/coverage.json`; do not edit. Truths are drawn from the "
        "priors, a tape of {years} years\n(three grades, two sectors; with loans made before the watch, loans still running, workouts still "
        "open and defaults dated after\nmaturity) is made of each loan by loan, written to a file and read as a user's is; the whole calibration is run on it, "
        "and its\nposterior 90 % intervals are held against the truth.\n\n"
        "Version {version}, seed {seed}, {tapes} tapes, {converged} converged (R̂ ≤ 1.01, ESS ≥ 400), {defaults} defaults a tape (median). On {far}\n"
        "tapes the naive estimate, defaults over loans, is {limit} or more away from the true default probability; they stand apart.\n\n{table}\n\n"
        "Wanted: {low} to {high}; outside it on all tapes: {outside}. Standard errors are those of a true cover of 90 %."),
    "cv_heads": ("参数|覆盖率|台账|简单估计偏远者|台账", "parameter|cover|tapes|naive far off|tapes"),
    "cal_need": ("请给出台账，或用 --template 写出模板。", "Give a tape, or write a template with --template."),
    "cal_exists": ("{given} 已存在，没有覆盖。", "{given} exists and was left alone."),
}
