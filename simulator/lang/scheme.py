"""Messages about scenario files: what is wrong, and what to do about it."""

from __future__ import annotations

_UNIT_NAMES = {"money": ("金额", "amount"), "share": ("比例", "share"), "days": ("期限", "time span"),
               "multiple": ("倍数", "multiple"), "count": ("个数", "count")}
_FINEST = {"money": ("1 分（0.01 元）", "1 fen (0.01 元)"), "share": ("百万分之一（0.0001%）", "one in a million (0.0001%)"),
           "days": ("1 天", "1 day"), "multiple": ("千分之一倍", "a thousandth"), "count": ("1", "1")}

# code: (what zh, what en, do zh, do en)
_CODES: dict[str, tuple[str, str, str, str]] = {
    "real_form": ("应为数字，写的是“{given}”。", "A plain number is expected, not '{given}'.", "改写为数字，例如 0.95。", "Write a number such as 0.95."),
    "date_form": ("应为日期，写的是“{given}”。", "A date is expected, not '{given}'.", "按 年-月-日 书写。", "Write year-month-day."),
    "share_points": ("“{given}”写成了百分点。", "'{given}' is written in percentage points.", "比例用 % 或 bp 书写。", "Write shares and rates in % or bp."),
    "share_over_lpr": ("“{given}”是在 LPR 上加点，这里只写一个比例。", "'{given}' is a margin over the prime rate; one share stands here.", "只写加点：贷款利率上限写 gate.rate_over_lpr，贷款定价写 lending.spread。", "Write the margin alone: gate.rate_over_lpr for a limit, lending.spread for the price."),
    "share_above_one": ("比例 {given} 超过 100%。", "The share {given} is above 100%.", "改为 0 至 100% 之间；只有增长率可以更高。", "Give 0 to 100%; only growth rates may be higher."),
    "share_negative": ("比例 {given} 为负。", "The share {given} is negative.", "改为 0 或正数；只有增长率、利差和联保影响可以为负。", "Give zero or more; only growth rates, spreads and joint effects may be negative."),
    # reading
    "file_unreadable": ("文件读不出来：{given}", "The file cannot be read: {given}", "检查路径和权限。", "Check the path and its permissions."),
    "file_too_large": ("文件太大：{given}。", "The file is too large: {given}.", "情景文件只放参数，数据另存。", "Keep parameters in the scenario and data elsewhere."),
    "file_encoding": ("文件不是 UTF-8 编码（字节 {given}），可能是 GBK。", "The file is not UTF-8 (bytes {given}); it may be GBK.", "在编辑器里另存为 UTF-8。", "Save it as UTF-8 in your editor."),
    "file_empty": ("文件是空的。", "The file is empty.", "至少写 extends: 和要改动的参数。", "Write at least extends: and the values that differ."),
    "file_no_mapping": ("文件最外层不是“键: 值”。", "The file is not a list of 'key: value' at its outermost level.", "从 schema:、id:、title: 开始书写。", "Begin with schema:, id: and title:."),
    "yaml_syntax": ("YAML 写法有误，附近内容：{given}", "This is not valid YAML, near: {given}", "检查缩进、冒号后的空格、引号和括号是否成对。", "Check indentation, the space after colons, and matching quotes and brackets."),
    "yaml_tab": ("这里用了制表符（Tab）：{given}", "A tab character stands here: {given}", "缩进一律改用空格。", "Indent with spaces only."),
    "yaml_alias": ("不支持锚点和引用（& *）：{given}", "Anchors and aliases (& *) are not supported: {given}", "把值直接写出来；共用的值放进 extends 的文件。", "Write the value out; put shared values into the file you extend."),
    "yaml_tag": ("不支持类型标签：{given}", "Type tags are not supported: {given}", "删去以 ! 开头的标签。", "Remove the tag that begins with '!'."),
    "yaml_depth": ("嵌套层数太多。", "The nesting is too deep.", "减少嵌套。", "Nest less deeply."),
    "yaml_documents": ("一个文件里有多份文档。", "The file holds more than one document.", "删去 --- 分隔线，一个情景一个文件。", "Remove the --- line; one scenario per file."),
    "yaml_key": ("键必须是文字。", "A key must be text.", "把列表或映射改写成一个名称。", "Use a name instead of a list or mapping."),
    "duplicate_key": ("“{given}”在同一处写了两次。", "'{given}' is given twice in the same place.", "只保留一个。", "Keep one of them."),
    "bool_key": ("“{given}”作键名会被别的软件读成真或假。", "Other software reads the key '{given}' as true or false.", "换一个名称。", "Use another name."),
    # tables
    "table_unreadable": ("表格读不出来：{given}", "The table cannot be read: {given}", "检查路径；另存为 CSV 或 xlsx 再试。", "Check the path; save it as CSV or xlsx and try again."),
    "table_too_large": ("表格太大：{given}。", "The table is too large: {given}.", "删去不用的行列，或分成几份。", "Remove rows and columns not needed, or split it."),
    "table_encoding": ("认不出这个文件的编码（字节 {given}）。", "The encoding of this file is not known (bytes {given}).", "另存为 UTF-8 的 CSV，或 xlsx。", "Save it as CSV in UTF-8, or as xlsx."),
    "table_no_header": ("找不到表头；首行是：{given}", "No header row was found; the first row is: {given}", "让表头在前 20 行内，至少含允许栏里的列名；也可写明各列的列名。", "Put a header with at least the names allowed in the first 20 rows, or say which column is which."),
    "table_column_missing": ("缺少“{given}”这一列。", "The column '{given}' is missing.", "补上这一列，或写明它在文件里叫什么。", "Add it, or say what the file calls it."),
    "table_header_twice": ("“{given}”这一列出现了两次。", "The column '{given}' is there twice.", "只保留一列。", "Keep one of them."),
    "table_merged": ("这里有合并单元格：{given}", "Cells are merged here: {given}", "取消合并，每列一个表头，每行写全。", "Unmerge them: one header a column, every row in full."),
    "table_formula": ("单元格里是公式：{given}", "The cell holds a formula: {given}", "公式不会被计算：粘贴为数值。", "Formulas are never computed: paste the value."),
    "book_only_examples": ("表里只有 {given} 行示例，没有自己的数据。", "The table holds only {given} example rows and no data.", "在示例下面填写自己的贷款；编号以“示例”开头的行不会读入。", "Add loans of your own below; rows whose number begins with 'example' are not read."),
    "table_empty": ("表头下面没有数据。", "There is no data below the header.", "补上数据行。", "Add rows of data."),
    # finding
    "scenario_missing": ("找不到情景“{given}”。", "There is no scenario '{given}'.", "用 pledgefund list 查看现有情景，或给出文件路径。", "See `pledgefund list`, or give a file's path."),
    "extends_missing": ("extends 指向的“{given}”不存在。", "'{given}', named by extends, does not exist.", "改正名称或补上该文件。", "Correct the name or add the file."),
    "extends_cycle": ("extends 绕成了圈：{given}", "extends goes round in a circle: {given}", "去掉其中一个 extends。", "Remove one of them."),
    "set_path": ("--set 的路径里没有“{given}”。", "The path given to --set has no '{given}'.", "按 pledgefund check --grades 列出的路径书写。", "Use a path as `pledgefund check --grades` lists it."),
    # shape
    "unknown_key": ("没有“{given}”这个键。", "There is no key '{given}' here.", "改正拼写或删去。", "Correct the spelling or remove it."),
    "not_built": ("“{given}”是已定义的写法，本版尚未实现，将在后续版本提供。", "'{given}' is known grammar, not built yet; it comes with a later release.", "先删去，或把该条款记入 pending。", "Leave it out for now, or note the clause under pending."),
    "missing_key": ("缺少“{given}”。", "'{given}' is missing.", "补上这个键。", "Add the key."),
    "value_missing": ("这个参数没有 value。", "This parameter has no value.", "写成 {{value: …, grade: …}}。", "Write {{value: …, grade: …}}."),
    "not_allowed": ("不能是“{given}”。", "'{given}' is not one of the choices.", "从允许的写法里选一个。", "Choose one of those allowed."),
    "wrong_shape": ("这里的结构不对：{given}", "The structure is wrong here: {given}", "按允许的形式书写。", "Write it in the form allowed."),
    "wrong_kind": ("“{given}”的类型不对。", "'{given}' is of the wrong kind.", "按允许的形式书写。", "Write it in the form allowed."),
    "wrong_value": ("“{given}”不能用在这里。", "'{given}' cannot be used here.", "对照同类情景文件改写。", "Compare with a shipped scenario."),
    "out_of_bounds": ("{given} 超出范围。", "{given} is out of bounds.", "改到允许的范围内。", "Bring it within the bounds."),
    "bad_name": ("名称“{given}”不合规则。", "The name '{given}' is not well formed.", "名称以小写字母开头，只用小写字母、数字和下划线。", "Begin with a lower-case letter; use lower-case letters, digits and underscores."),
    # provenance
    "grade_missing": ("“{given}”没有写明依据等级。", "'{given}' does not say how well it is founded.", "写成 {{value: …, grade: …}}：S 文件 P 官方 M 媒体 D 推算 A 假设 C 标定。", "Write {{value: …, grade: …}}: S seed, P official, M secondary, D derived, A assumed, C calibrated."),
    "grade_unknown": ("没有“{given}”这个等级。", "There is no grade '{given}'.", "选 S 文件 P 官方 M 媒体 D 推算 A 假设 C 标定 之一。", "Choose S seed, P official, M secondary, D derived, A assumed or C calibrated."),
    "source_missing": ("等级为 {given} 的值没有出处。", "A value of grade {given} has no source.", "加上 source：sources 表里的键，或 {{title, clause, href}}。", "Add source: a key of the sources table, or {{title, clause, href}}."),
    "text_unknown": ("texts 表里没有“{given}”。", "The texts table has no '{given}'.", "改正拼写，或在 texts 表里补上。", "Correct the spelling, or add it to the table."),
    "text_form": ("说明或条款的写法不对：{given}", "The note or clause is not well formed: {given}", "写一句话，或中英文各一句，或 texts 表里的键。", "Give one text, one for each language, or a key of the texts table."),
    "source_unknown": ("sources 表里没有“{given}”。", "The sources table has no '{given}'.", "改正拼写，或在 sources 表里补上。", "Correct the spelling, or add it to the table."),
    "source_form": ("出处写法不对：{given}", "The source is not well formed: {given}", "写 sources 表里的键，或 {{title: …, href: …, date: …}}。", "Give a key of the sources table, or {{title: …, href: …, date: …}}."),
    "note_missing": ("等级为 {given} 的值没有说明。", "A value of grade {given} has no note.", "加上 note：怎样推算（D）或为何这样假设（A）。", "Add note: how it is derived (D) or why it is assumed (A)."),
    "range_missing": ("假设值“{given}”没有范围。", "The assumed value '{given}' has no range.", "加上 range: [低, 高] 或 range_factor: [0.5, 2]。", "Add range: [low, high] or range_factor: [0.5, 2]."),
    "range_form": ("范围写法不对：{given}", "The range is not well formed: {given}", "写两个与 value 同单位的数：[低, 高]。", "Give two values in the unit of value: [low, high]."),
    "range_misses_value": ("取值不在自己的范围内：{given}", "The value lies outside its own range: {given}", "改取值或改范围，低值在前。", "Change the value or the range; the low end comes first."),
    "fact_after_start": ("这一事实的日期 {given} 晚于情景起始日。", "The fact is dated {given}, after the scenario's start.", "起始之后的事实只能用于回测：放入 pending，或标 backtest: true。", "Later facts serve backtests only: move it to pending, or mark it backtest: true."),
    # draws of a calibration
    "posterior_path": ("后验抽样写给了“{given}”，方案里没有这个数值。", "The posterior draws are for '{given}', which is no number of this scenario.", "改正路径，或删去这一列；后验由 calibrate 写出。", "Correct the path or drop the series; calibrate writes them."),
    "posterior_length": ("这一列有 {given} 个抽样，与其他列不等。", "This series has {given} draws, not as many as the others.", "各列同一行是一次联合抽样，个数必须相同。", "Draws at the same place belong together: all series are equally long."),
    "posterior_value": ("后验抽样里的 {given} 不是这类数值。", "{given} among the posterior draws is no value of this kind.", "按该数值的单位书写，如 2.5%。", "Write it as the value itself is written, such as 2.5%."),
    # weights, names
    "weights_not_whole": ("权重合计 {given}。", "The weights add up to {given}.", "调整到合计 100%；覆盖文件若要整组替换，加 replace: true。", "Make them add up to 100%; an overlay that replaces the whole group says replace: true."),
    "ip_type_missing": ("{given} 在这里没有取值。", "{given} has no value here.", "补上该类知识产权的取值，或把它的占比改为 0。", "Add the value for this type of IP, or set its share to 0."),
    "correlation_once": ("相关性要用一种口径给出，这里写的是：{given}", "The correlation is given in one measure; here: {given}", "三种口径只留一种：rho、default_correlation 或 rate_variance；覆盖文件换口径时把原来的写成空值（rho: null）。", "Keep one of rho, default_correlation, rate_variance; an overlay that changes the measure empties the old one (rho: null)."),
    "sector_unknown": ("没有“{given}”这个行业。", "There is no sector '{given}'.", "使用 firms.sectors 里的名称。", "Use a name from firms.sectors."),
    "district_unknown": ("没有“{given}”这个区县。", "There is no district '{given}'.", "使用 firms.districts 里的名称。", "Use a name from firms.districts."),
    "district_twice": ("“{given}”已有一个资金池。", "'{given}' already has a pot.", "一个区县只设一个资金池。", "Give each district one pot."),
    "district_without_pot": ("按 pot.$district 付款，但这些区县没有资金池：{given}", "Paid from pot.$district, but these districts have no pot: {given}", "给它们设资金池，或在 accounts 里排一个后备池（draw: order）。", "Give them pots, or list a pot behind it in accounts (draw: order)."),
    "pot_unknown": ("没有“{given}”这个资金池。", "There is no pot '{given}'.", "使用 pots 里的名称，或 pot.$district。", "Use a name from pots, or pot.$district."),
    "payer_unknown": ("没有“{given}”这个承担方。", "There is no payer '{given}'.", "使用 payers 里的名称。", "Use a name from payers."),
    "short_unknown": ("余额不足时的处理“{given}”无法识别。", "'{given}' is no way to be short.", "选一种允许的写法。", "Choose one of those allowed."),
    "short_circular": ("余额不足时的转付绕成了圈：{given}", "Being short is passed round in a circle: {given}", "让其中一方改为 lapse 或转给 lender。", "Let one of them lapse, or pass to lender."),
    "lender_reserved": ("lender 专指银行，不能作承担方的名称。", "lender always means the bank and cannot name a payer.", "换一个名称。", "Use another name."),
    "accounts_missing": ("资金池类承担方没有写从哪个账户付。", "A payer of kind pot names no account to pay from.", "在 accounts 里列出资金池。", "List its pots under accounts."),
    "accounts_not_pot": ("只有资金池类承担方才有账户（{given}）。", "Only payers of kind pot have accounts ({given}).", "删去 accounts，或改为 kind: pot。", "Remove accounts, or make it kind: pot."),
    "capital_of_whom": ("这类承担方没有自有资金（{given}）。", "This payer has no capital of its own ({given}).", "资金池写 contributors；capital 只用于保险、担保、再担保和中介机构。", "A pot has contributors; capital belongs to insurers, guarantors, re-guarantors and agencies."),
    "weights_count": ("权重写了 {given} 个，与账户数不符。", "The number of weights, {given}, does not fit the accounts.", "draw: split 时每个账户一个权重；否则不写 weights。", "With draw: split give one weight per account; otherwise give none."),
    "weights_of_members": ("只有集合授信成员（kind: members）才按在贷余额分担（{given}）。", "Only the members of a chain (kind: members) bear by their balances ({given}).", "改为每个账户一个整数权重，或 kind: members。", "Give one whole number per account, or make it kind: members."),
    "book_elsewhere": ("上传的方案不能读取本机的其他文件。", "An uploaded scheme reads no other file of this machine.", "在「数据」页上传期初在贷明细。", "Upload the loans in force on the data page."),
    "instalments_too_late": ("分期间隔 {given} 不短于最长的贷款期限，永远不会有分期还款。", "Instalments every {given} never fall due: no term is longer.", "缩短间隔；到期一次还本则删去 instalments。", "Shorten them; remove instalments where all is repaid at maturity."),
    # terms
    "from_unknown": ("from 里的“{given}”在本模式中不承担任何部分。", "'{given}' in from bears nothing in this mode.", "写 lender，或前面步骤里的承担方。", "Name lender or a payer of an earlier step."),
    "from_not_earlier": ("from 里的“{given}”在本步开始时还没有承担任何部分。", "'{given}' in from bears nothing yet when this step begins.", "把它的行放到更早的 step，避免互相转承。", "Give its row an earlier step; burdens never go round in a circle."),
    "rows_overlap": ("同一步骤、同一承担方有两行可同时成立：{given}", "Two rows of the same step and payer can both hold: {given}", "用 when 或 layer 把两行分开。", "Keep them apart by when or layer."),
    "shares_above_whole": ("同一步骤里可同时成立的各行合计 {given}，超过全部。", "Rows of one step that can hold together take {given}, more than there is.", "降低份额，或用 when、layer、更晚的 step 把各行分开。", "Lower the shares, or keep the rows apart by when, layer or a later step."),
    "rows_too_many": ("一个模式里有 {given} 行，太多了。", "One mode has {given} rows, too many.", "合并条件相同的行，或拆成几个模式。", "Join rows with the same effect, or split the mode."),
    "layer_empty": ("分层的上限 {given} 不高于下限。", "The layer ends at {given}, not above where it begins.", "让 to 大于 from。", "Make to larger than from."),
    "band_unreached": ("这一行永远用不到：“{given}”之内没有基金能够覆盖的贷款。", "This row is never reached: the fund covers no loan within '{given}'.", "改这一档，或改 gate 的限额和范围。", "Move the band, or change the limits and types of the gate."),
    "band_empty": ("区间上限 {given} 不高于下限，永远不会成立。", "The band ends at {given}, not above where it begins: it never holds.", "让“…_to”大于“…_above”。", "Make …_to larger than …_above."),
    "priority_twice": ("回收的优先顺序里重复列了 {given}。", "The order of priority names {given} twice.", "每个承担方只列一次。", "Name each party once."),
    "priority_mismatch": ("回收的优先顺序与分配方式不一致（{given}）。", "The order of priority does not fit the way recoveries are shared ({given}).", "两者一起写，或一起不写。", "Give both or neither."),
    "counter_differs": ("同名的限额写法不一致：{given}", "Caps of one name differ: {given}", "同名限额共用一个额度，amount 和 per 必须相同；否则换名。", "Caps of one name share their room: use the same amount and per, or another name."),
    "cap_figure": ("限额的数额没有写对（{given}）。", "The cap does not say how much it is ({given}).", "写 amount，或同时写 pct 和 measure。", "Give amount, or pct together with measure."),
    "cap_at_origination": ("放款时的限额不能这样写（{given}）。", "A cap at origination cannot be written so ({given}).", "写 amount，并按 loan 或 firm_year 计。", "Give an amount, per loan or firm_year."),
    "balance_of_whom": ("“{given}”不是资金池，没有余额可比。", "'{given}' is no pot and has no balance.", "换用别的 measure，或改为资金池类承担方。", "Use another measure, or a payer of kind pot."),
    "final_missing": ("先行支付与最终结算没有配套（{given}）。", "What is paid provisionally and its final settlement do not fit ({given}).", "两者一起写；final: days 再写 final_days。", "Give both or neither; with final: days also final_days."),
    "flag_unknown": ("没有“{given}”这个企业标志。", "There is no flag '{given}'.", "使用 firms.flags 里的名称。", "Use a name from firms.flags."),
    "flag_both": ("“{given}”既要求成立又要求不成立，永远不会满足。", "'{given}' is asked to be both true and false: that never holds.", "flags 和 not_flags 只留一处。", "Keep it in flags or in not_flags."),
    "flags_too_many": ("企业标志有 {given} 个，太多了。", "There are {given} flags, too many.", "只保留规则用得到的标志。", "Keep those that a rule asks for."),
    "bank_in_programme": ("补贴项目的条件不能用“{given}”。", "A programme cannot ask for '{given}'.", "银行的年限和表现只用于分担条款。", "A bank's years and performance belong to the terms."),
    # dates
    "base_year_late": ("基期年 {given} 不早于起始日。", "The base year {given} has not ended when the window opens.", "基期取起始年的上一年。", "Use the year before the start."),
    "end_before_start": ("结束日 {given} 早于开始日。", "The end, {given}, is before the start.", "改正其中一个日期。", "Correct one of the dates."),
    "steps_out_of_order": ("分段日期没有递增：{given}", "The dated steps do not ascend: {given}", "按日期先后排列，不要重复。", "Put them in order of date, without repeats."),
    "rate_unknown_at_start": ("情景开始时还没有基准利率（第一段始于 {given}）。", "No reference rate is known when the window opens (the first step begins {given}).", "补一段开始得更早的利率。", "Add a step that begins early enough."),
    "contribution_outside": ("出资日 {given} 不在情景期内。", "The contribution is dated {given}, outside the window.", "期初已到账的出资不写 date。", "Leave date out for money that is there on day 0."),
    "match_no_time": ("配套资金的期限为零。", "The match has no time to come.", "写明期限，例如 within: 12 months。", "Give it time, such as within: 12 months."),
    "platform_outside": ("平台启用日 {given} 不在情景期内。", "The platform starts {given}, outside the window.", "起始日以前已在运行的平台属于基期；只写情景期内的启用日。", "A platform that worked before is part of the base year; give a date inside the window."),
    "platform_slower": ("用平台后要 {given}，比原来还慢。", "With the platform it takes {given}, longer than before.", "让 days_with 不长于 days_before。", "Make days_with at most days_before."),
    "figure_given": ("not_evaluable 说没有“{given}”，但方案里有出处明确的数值。", "not_evaluable says there is no '{given}', yet a value here has a source.", "两者只留其一：删去这一条，或把该值改为假设(A)。", "Keep one of the two: drop the entry, or grade the value as assumed (A)."),
    # markets, targets, limits
    "market_missing": ("“{given}”的业务量要由 market 推出，但没有 market。", "The volume of '{given}' follows from market, and there is none.", "补上 market，或写 loans_by_year。", "Add market, or give loans_by_year."),
    "segment_without_volume": ("板块“{given}”没有业务量。", "The segment '{given}' has no volume.", "写 loans_by_year；只有 fund 和 other 可由 market 推出。", "Give loans_by_year; only fund and other follow from market."),
    "loans_by_year_short": ("loans_by_year 只有 {given} 年。", "loans_by_year covers {given} years only.", "情景期内每年写一个数。", "Give one number for each year of the window."),
    "loans_by_year_negative": ("loans_by_year 里有负数。", "loans_by_year has a negative number.", "改为 0 或正数。", "Give zero or more."),
    "median_missing": ("这里需要 median。", "A median is needed here.", "补上金额中位数；只有由 market 推出业务量的板块可以不写。", "Add it; only segments whose volume follows from market may leave it out."),
    "target_without": ("目标写了 {given}，却没有相应的数值。", "The target says {given} but lacks its figure.", "补上允许栏里的那一项。", "Add the key named as allowed."),
    "target_without_market": ("增长目标以 market 为基数，但没有 market。", "The growth target starts from market, and there is none.", "补上 market，或写 base: none（不可评价）。", "Add market, or say base: none (not evaluable)."),
    "bank_unknown": ("没有“{given}”这家银行。", "There is no bank '{given}'.", "使用 banks 里的名称。", "Use a name from banks."),
    "no_committed_line": ("存款按承诺额度分配，但银行“{given}”没有 committed_line。", "Deposits follow committed lines, and the bank '{given}' has none.", "给出 banks 中的 committed_line，或写 by: weight。", "Give banks a committed_line, or write by: weight."),
    "outlasts_run_off": ("期限最长 {given} 天，加上代偿的天数，超出目标期之后五年，模拟只跟踪到那时。",
                         "A loan may run for {given} days: with its claim it would end later than five years after the period, where a simulation stops.",
                         "缩短期限(取值范围的上端也算)，或缩短代偿的天数。", "Give a shorter term, also at the high end of its range, or fewer days to claims."),
    "appraisal_late": ("评估机构自 {given} 起才有，情景起始日没有人评估。", "Agencies appear on {given}: nobody appraises on the first day.", "给出不晚于起始日的第一档。", "Give a first step on or before the start."),
    "target_share": ("比例类目标只能按笔数计，并与全部(或纳入的)贷款相比。", "A target of kind share counts loans, out of all loans (or of those covered).", "写 measure: count，不写 ip_types 和 renewals。", "Write measure: count, without ip_types and renewals."),
    "target_year_past": ("目标年 {given} 早于情景期。", "The target's final year {given} is before the window.", "改正 final_year。", "Correct final_year."),
    "size_empty": ("最大金额 {given} 不高于最小金额。", "The largest amount {given} is not above the least.", "让 most 大于 least。", "Make most larger than least."),
    "amount_overflow": ("单笔金额 {given} 大得无法精确计算。", "The loan amount {given} is too large to be computed exactly.", "检查单位是否多写了“万”或“亿”。", "Check the unit for a 万 or 亿 too many."),
    "book_incomplete": ("期初贷款没有写全（{given}）。", "The opening book is incomplete ({given}).", "补上允许栏里的那一项。", "Add the key named as allowed."),
    "column_unknown": ("贷款明细没有“{given}”这一项。", "A book of loans has no column '{given}'.", "使用允许栏里的名称。", "Use a name that is allowed."),
    "book_cell_missing": ("“{given}”这一格是空的。", "The cell of '{given}' is empty.", "填上；只有一种可能时才可以空着。", "Fill it in; it may be empty only where there is one choice."),
    "book_name_unknown": ("情景里没有“{given}”。", "The scenario has no '{given}'.", "使用情景文件里的名称，或把它加进情景。", "Use a name of the scenario, or add it there."),
    "book_loan_twice": ("贷款“{given}”出现了两次。", "The loan '{given}' is there twice.", "每笔贷款一行。", "Give each loan one row."),
    "book_firm_differs": ("同一企业在两行里写得不同（{given}）。", "A firm differs between two of its rows ({given}).", "同一企业的行业、区县、规模、等级和违约率应当一致。", "Give a firm one sector, district, class, grade and default probability."),
    "book_start_late": ("放款日 {given} 不早于情景的起始日。", "The loan was made on {given}, not before the scenario opens.", "明细里只放起始日之前发放、当日仍未到期的贷款。", "Keep to loans made before the first day and still in force on it."),
    "book_matured": ("到期日 {given}，在情景起始日已经到期。", "The loan fell due on {given}, before the scenario opens.", "删去这一行；逾期贷款不是在贷余额。", "Remove the row; what is overdue is no loan in force."),
    "book_outlasts": ("到期日 {given} 在情景追踪期之后。", "The loan falls due on {given}, after everything is followed.", "延长 clock.months，或删去这一行。", "Lengthen clock.months, or remove the row."),
    "book_many_pds": ("各不相同的违约率有 {given} 个，太多了。", "There are {given} different default probabilities, too many.", "四舍五入到相近的几档，或改用信用等级。", "Round them to fewer, or use grades."),
    "book_cluster": ("贷款明细里的企业群“{given}”尚未实现。", "Clusters of a book of loans ('{given}') are not built yet.", "清空这一列；集合授信只用于新贷款。", "Empty the column; joint lines are for new loans."),
    "breaker_minimum": ("熔断缺少“{given}”。", "The breaker lacks '{given}'.", "写明最少笔数和最少违约数；没有它们，小城市一笔违约就会停办。", "Give the least loans and defaults; without them a small city stops at its first default."),
    "resume_above_stop": ("恢复线 {given} 高于停办线。", "The ratio to resume, {given}, is above the one to stop.", "让 resume 不高于 stop。", "Make resume at most stop."),
    # collective credit
    "segment_unknown": ("没有“{given}”这个板块。", "There is no segment '{given}'.", "使用 segments 里的名称。", "Use a name from segments."),
    "segment_taken": ("板块“{given}”的企业已属于另一组集合授信。", "The firms of '{given}' already share lines in another collective.", "一家企业只属于一个企业群：另设一个板块。", "A firm is in one cluster only: give this collective a segment of its own."),
    "cluster_firms": ("群数乘以成员数({given})与板块的企业数不符。", "Clusters times members ({given}) are not the firms of the segment.", "让板块的 firms 等于群数乘以每群成员数。", "Let the segment's firms be clusters times members."),
    "book_above_members": ("期初贷款 {given} 笔，多于企业群的成员数。", "The opening book has {given} loans, more than the clusters have members.", "每家成员最多一笔期初贷款：减少 loans 或增加企业。", "A member has at most one loan of the book: fewer loans, or more firms."),
    "anchor_grade_unknown": ("没有“{given}”这个企业等级。", "There is no grade of firms '{given}'.", "使用 firms.grades 里的名称。", "Use a name from firms.grades."),
    "anchor_missing": ("写了“{given}”，但没有龙头企业。", "'{given}' needs an anchor firm, and there is none.", "在 collective 里写 anchor_grade，或删去此项。", "Give the collective an anchor_grade, or remove this."),
    "collective_missing": ("写了“{given}”，但没有集合授信。", "'{given}' needs collective credit, and there is none.", "补上 collective，或改用别的写法。", "Add collective, or write it another way."),
    "segment_without_mode": ("板块“{given}”的贷款没有任何分担模式。", "No mode takes the loans of the segment '{given}'.", "在某个模式的 segments 里加上它，或写 eligible: false。", "Add it to the segments of a mode, or make it eligible: false."),
    "warn_above_stop": ("预警线 {given} 高于停办线。", "The ratio to warn at, {given}, is above the one to stop.", "让 warn 不高于 stop。", "Make warn at most stop."),
    "breaker_reserved": ("“{given}”这个名称留给单独的 breaker。", "The name '{given}' is kept for the single breaker.", "在 breakers 里换一个名称。", "Give it another name in breakers."),
    # programmes, fees, investments
    "programme_pays": ("补贴怎样计算没有写清，或写了不止一种：{given}", "The programme does not say how it pays, or in more ways than one: {given}", "三者选一：base 加 rate 或 ladder，固定数额 amount，利率点数 points。", "Choose one: base with rate or ladder, a fixed amount, or points."),
    "programme_misfit": ("这两项不能放在一起：{given}", "These do not go together: {given}", "换成允许的组合。", "Use a combination that is allowed."),
    "ladder_steps": ("阶梯的各档写法不对：{given}", "The steps of the ladder are not well formed: {given}", "按年份（year）或累计额（above）从小到大列出；mode: whole 时比例不能下降。", "List them upwards by year, or above a volume; with mode: whole the rates may not fall."),
    "exclusive_differs": ("同一互斥组的写法不一致：{given}", "Programmes of one exclusive group differ: {given}", "同组项目的 event 和 choose 必须相同。", "Give all of a group the same event and choose."),
    "mode_unknown": ("没有“{given}”这个分担方式。", "There is no mode '{given}'.", "使用 modes 里的名称。", "Use a name from modes."),
    "investments_missing": ("按投资补助（{given}），但没有 investments。", "Pays on investments ({given}), and there are none.", "补上 investments：每年笔数、单笔金额等。", "Add investments: how many a year, how large."),
    "fee_party": ("“{given}”不能收付这项费用。", "'{given}' can neither pay nor receive this fee.", "费用在两个不同的担保、再担保或保险机构之间收付，资金池除外。", "Fees go between two different guarantors, re-guarantors or insurers, never a pot."),
    # notices
    "notice_volume_assumed": ("没有来源给出业务量：总额、所需规模和目标不可评价，数字只对假设的业务量成立。", "No source gives the volume: totals, the size needed and targets are not evaluable, figures hold for the assumed lending only.", "有来源可查时改写 loans_by_year。", "Replace loans_by_year once a volume is sourced."),
    "notice_book_examples": ("期初在贷明细第 {given} 行是示例（编号以“示例”开头），没有读入。", "Rows {given} of the in-force book are examples (their number begins with 'example' or 示例) and were left out.", "无需改动；也可以从文件里删去。", "Nothing to do; they may be deleted from the file."),
    "notice_pot_empty": ("资金池“{given}”没有任何出资。", "The pot '{given}' receives no money.", "若本意如此则无需改动。", "Nothing to do if that is meant."),
    "notice_pot_unreached": ("没有承担方从资金池“{given}”付款。", "No payer pays from the pot '{given}'.", "若本意如此则无需改动。", "Nothing to do if that is meant."),
    "notice_payer_unused": ("没有哪一行由“{given}”承担。", "No row is borne by '{given}'.", "若本意如此则无需改动。", "Nothing to do if that is meant."),
    "notice_stack_cuts": ("份额合计 {given} 高于叠加上限，每次都会被削减。", "Shares of {given} exceed the stacking limit, which cuts every time.", "这是合法的设计；若非本意，调整份额。", "A legal design; lower the shares if it is not meant."),
    "notice_bands_above_whole": ("同一步的份额合计 {given}，但各行的档次互不重叠，任何一笔贷款都不会超过全部损失。", "Shares of one step add to {given}, yet their bands exclude each other: no loan is shared beyond its whole loss.", "若本意如此则无需改动。", "Nothing to do if that is meant."),
    "notice_target_no_base": ("增长目标“{given}”没有基数，不能评价。", "The growth target '{given}' has no base and cannot be evaluated.", "有来源可查时补上基数。", "Add a base once one is sourced."),
    "notice_target_late": ("目标年 {given} 在情景期之后，只评价到期末。", "The target's final year {given} is after the window; it is read at the window's end.", "延长 clock.months 可评价到该年。", "Extend clock.months to read it in full."),
    "notice_base_year_early": ("基期年 {given} 比起始年早一年以上。", "The base year {given} is more than a year before the start.", "若本意如此则无需改动。", "Nothing to do if that is meant."),
    "notice_rate_above_gate": ("贷款定价 {given} 高于纳入条件的利率上限，情景开始时基金不覆盖任何贷款(集合授信的优惠除外)。", "Loans are priced at {given}, above what the gate allows: at the start the fund covers none, but for joint lines with a discount.", "若本意如此则无需改动。", "Nothing to do if that is meant."),
    "notice_fee_above_gate": ("担保费率 {given} 高于纳入条件的上限，有担保的模式不覆盖任何贷款。", "The guarantee fee of {given} is above what the gate allows: modes with a guarantor cover no loan.", "若本意如此则无需改动。", "Nothing to do if that is meant."),
    "notice_gate_shut": ("基金不覆盖任何贷款：知识产权类型或企业类型为空。", "The fund covers no loan: its IP types or firm classes are empty.", "若本意如此则无需改动。", "Nothing to do if that is meant."),
}


def _unit_codes() -> dict[str, tuple[str, str, str, str]]:
    """The messages units have in common, in words of each."""
    codes = {}
    for kind, (zh, en) in _UNIT_NAMES.items():
        fine_zh, fine_en = _FINEST[kind]
        codes[f"{kind}_form"] = (f"看不懂这个{zh}：“{{given}}”。", f"'{{given}}' cannot be read as {_a(en)}.",
                                 "按允许的形式书写。", "Write it in the form allowed.")
        if kind != "count":
            codes[f"{kind}_unit"] = (f"{zh}“{{given}}”没有单位或单位不对。",
                                     f"The {en} '{{given}}' has no unit or a wrong one.",
                                     "补上或改正单位。", "Add or correct the unit.")
        codes[f"{kind}_negative"] = (f"{zh}“{{given}}”为负。", f"The {en} '{{given}}' is negative.",
                                     "改为 0 或正数。", "Give zero or more.")
        codes[f"{kind}_too_fine"] = (f"{zh}“{{given}}”比{fine_zh}还细。", f"The {en} '{{given}}' is finer than {fine_en}.",
                                     "去掉多余的小数位。", "Remove the decimals that are too many.")
        codes[f"{kind}_too_large"] = (f"{zh}“{{given}}”太大。", f"The {en} '{{given}}' is too large.",
                                      "检查数字和单位。", "Check the number and its unit.")
    return codes


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


MESSAGES: dict[str, tuple[str, str]] = {
    "problem.count": ("情景文件有 {n} 处问题：", "The scenario has {n} problem(s):"),
    "problem.allowed": ("允许：{allowed}", "Allowed: {allowed}"),
    "problem.see": ("另见：{allowed}", "See also: {allowed}"),
    "origin.command_line": ("命令行给定", "set on the command line"),
    "origin.book": ("贷款明细 {loans} 笔，余额 {amount}，摘要 {digest}", "a file of {loans} loans, {amount} outstanding, digest {digest}"),
    "problem.hint": ("是不是想写：{hint}", "Did you mean: {hint}"),
}
for _code, (_what_zh, _what_en, _do_zh, _do_en) in {**_unit_codes(), **_CODES}.items():
    MESSAGES[f"{_code}.what"] = (_what_zh, _what_en)
    MESSAGES[f"{_code}.do"] = (_do_zh, _do_en)
