"""Words of the sensitivity analysis: key → (Chinese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    "help_sensitivity": ("所有不确定参数同时变动:先筛选(莫里斯法),再按方差分解(索博尔指数)。",
                         "All unknowns move together: screening (Morris), then parts of the variance (Sobol)."),
    "opt_sens_paths": ("每个点的模拟次数", "simulated paths of each point"),
    "opt_walks": ("筛选的轨迹数", "trajectories of the screening"),
    "opt_samples": ("方差分解的样本数,2 的幂", "samples of the variance parts, a power of two"),
    "sens_power": ("--samples 须为 2 的幂(2、4、8 … 4096),现为 {given}。例如 128、256、512。",
                   "--samples must be a power of two (2, 4, 8 … 4096), not {given}. For example 128, 256, 512."),
    "sens_nothing": ("方案 {given} 没有任何带范围的数,无从分析。请在方案里给假设值写上 range。",
                     "Nothing in scenario {given} has a range, so there is nothing to vary. Give its assumed values a range."),
    "sens_title": ("{title} · 敏感性(所有不确定参数同时变动)", "{title} · sensitivity (all unknowns move together)"),
    "sens_screen": ("一、筛选(莫里斯法,{walks} 条轨迹,每点 {paths} 次):由范围低端到高端,各量平均变动多少",
                    "1 Screening (Morris, {walks} trajectories, {paths} paths a point): mean movement from the low to the high end"),
    "sens_shares": ("二、方差分解(索博尔指数,{samples} 个样本,每点 {paths} 次):各占总方差几成",
                    "2 Parts of the variance (Sobol indices, {samples} samples, {paths} paths a point)"),
    "sens_unknown": ("不确定参数", "unknown"),
    "sens_strength": ("平均影响", "effect"),
    "sens_se": ("标准误", "SE"),
    "sens_spread": ("影响的离散程度", "spread"),
    "sens_first": ("单独影响", "by itself"),
    "sens_total": ("含交互影响", "with others"),
    "sens_interval": ("95% 区间", "95 % interval"),
    "sens_claims": ("代偿净额(期望)", "net claims (mean)"),
    "sens_tail": ("代偿净额(最坏 5% 平均)", "net claims (mean of the worst 5 %)"),
    "sens_cost": ("公共资金(期望)", "public money (mean)"),
    "sens_calibrated": ("由台账标定的数(一起变动)", "values calibrated to a tape (together)"),
    "sens_others": ("其余 {n} 个不确定参数(一起)", "the other {n} unknowns (together)"),
    "sens_members": ("{of}(同类 {n} 个数)", "{of} ({n} values)"),
    "sens_deviation": ("各点之间的标准差:{told}。", "Standard deviation between points: {told}."),
    "sens_how_screen": ("平均影响是影响大小的均值,取高值时结果增为 +、减为 −、时增时减为 ±;离散程度与它相当,说明影响要看别的数取何值。范围以基准值为中位数:一半在低端与基准之间,一半在基准与高端之间。",
                        "The effect is the mean of its size, + where a higher value raises the result, − where it lowers it, ± where it does either; a spread as large says that it depends on where the others lie. "
                        "The base is the median of each range: half of it lies below, half above."),
    "sens_how_shares": ("「含交互影响」减「单独影响」是与别的数一起才有的部分;各数「含交互影响」之和可超过 100%。所有点用同一批企业、同样的运气,所以差别来自假设而非抽样;"
                        "每点次数有限,指数是对这份运气而言的,区间不含换一份运气的误差(「最坏 5%」每点只是几次,尤其如此)。小的份额估出来可能略低于零,写作 < 1%;明显为负说明样本太少。区间很宽时请加大样本数。",
                        "What is above \"by itself\" arises together with others; the parts with others may add to more than 100 %. All points see the "
                        "same applicants and luck, so differences come from the assumptions; with few paths a point the indices hold for this luck, and intervals leave out what other luck would change (above all for the worst 5 %, a few paths a point). "
                        "Small parts may be estimated a little below nothing and are written < 1%; clearly negative ones say that the samples are too few. Where intervals are wide, take more samples."),
    "sens_apart": ("其中 {n} 个点申请太多,须另抽一批申请,运气不同;这会把各数的影响略微夸大。",
                   "{n} of the points have so many applications that they are drawn anew, with other luck; this overstates effects a little."),
}
