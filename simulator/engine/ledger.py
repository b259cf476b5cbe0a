"""What is counted: every column of a result, its unit and how it folds over time.

The engines add into columns by position; people and reports read them by name. A column is declared
here once, and aggregation is never guessed from a name.
"""

from __future__ import annotations

from dataclasses import dataclass

REFUSALS = ("bank", "ineligible", "dates", "term", "loan_cap", "firm_year_cap", "barred", "breaker",
            "leverage", "budget", "floor", "line", "supply", "appraisal", "commitment", "firm_cap",
            "rate", "guarantee_fee")
(BANK, INELIGIBLE, DATES, TERM_TOO_LONG, LOAN_CAP, FIRM_YEAR_CAP, BARRED, BREAKER, LEVERAGE, BUDGET,
 FLOOR, LINE, SUPPLY, APPRAISAL, COMMITMENT, FIRM_CAP, RATE_TOO_HIGH, FEE_TOO_HIGH) = range(len(REFUSALS))
FUND_REASONS = ("breaker", "leverage", "budget", "floor")

# Fixed yearly columns, in order; their positions are constants so that compiled code can use them.
FIXED = (
    "applications", "applied_fen", "eligible_approved_fen", "loans", "disbursed_fen", "registered_fen",
    "covered_loans", "covered_fen", "covered_loan_fen", "induced_loans", "induced_fen",
    "independent_loans", "independent_fen", "defaults", "defaulted_fen", "covered_defaults",
    "determined_fen", "outside_fen", "recovered_fen", "recovery_cost_fen", "policies", "insured_fen",
    "matured_loans", "repaid_fen", "interest_paid_fen", "refused_fund_fen", "renewal_wishes",
    "renewed_loans", "renewed_fen", "anchor_defaults", "contagion_firms", "line_drawn_fen", "reserve_in_fen",
    "reserve_out_fen", "firms", "vintage_defaults", "vintage_defaults_fen", "npl_fen", "on_books_fen",
    "netted_fen", "option_gain_fen", "option_pot_fen",
)
(APPLICATIONS, APPLIED, ELIGIBLE_APPROVED, LOANS, DISBURSED, REGISTERED, COVERED_LOANS, COVERED,
 COVERED_LOAN, INDUCED_LOANS, INDUCED, INDEPENDENT_LOANS, INDEPENDENT, DEFAULTS, DEFAULTED,
 COVERED_DEFAULTS, DETERMINED, OUTSIDE, RECOVERED, RECOVERY_COST, POLICIES, INSURED, MATURED_LOANS,
 REPAID, INTEREST_PAID, REFUSED_FUND, RENEWAL_WISHES, RENEWED_LOANS, RENEWED,
 ANCHOR_DEFAULTS, CONTAGION_FIRMS, LINE_DRAWN, RESERVE_IN, RESERVE_OUT, FIRMS, VINTAGE_DEFAULTS, VINTAGE, NPL,
 ON_BOOKS, NETTED, OPTION_GAIN, OPTION_POT) = range(len(FIXED))
STOCKS = ("npl_fen", "on_books_fen")       # as at a year's end; all other columns add up
REFUSED = len(FIXED)                       # counts by reason, then amounts by reason
REFUSED_FEN = REFUSED + len(REFUSALS)
BLOCKS = REFUSED_FEN + len(REFUSALS)       # the blocks whose length depends on the scenario start here

PAYER_BLOCKS = ("liable", "paid", "lapsed", "passed", "fallen", "back", "cancelled")
PROVISIONAL_BLOCKS = ("held", "returned")  # put into escrow less what left it; given back at the final settlement
POT_BLOCKS = ("contributed", "clawback", "interest", "paid_pot", "refund")
INVESTMENT_COLUMNS = ("investments", "tickets_fen", "subsidy_to_investors_fen")
PATH_POT = ("exhausted_day", "balance_min", "balance_end")
PATH_FIXED = ("exhausted_day", "exhausted_in_window", "unpaid_end_fen", "queue_days", "suspended",
              "peak_use_ppm", "claims_net_peak_fen", "open_loans", "open_fen", "book_loans", "book_fen",
              "suspended_days", "line_use_ppm")
(P_EXHAUSTED, P_IN_WINDOW, P_UNPAID, P_QUEUE_DAYS, P_SUSPENDED, P_PEAK_USE, P_NET_PEAK, P_OPEN_LOANS,
 P_OPEN, P_BOOK_LOANS, P_BOOK, P_SUSPENDED_DAYS, P_LINE_USE) = range(len(PATH_FIXED))


@dataclass(frozen=True)
class Column:
    """One column of a result: name, unit (``fen``, ``count``, ``day``, ``ppm``, ``flag``) and fold."""

    name: str
    unit: str
    fold: str                              # sum | last | min | max | first over the periods of a path


@dataclass(frozen=True)
class Layout:
    """Positions of the columns for one scenario."""

    payers: tuple[str, ...]                # the scenario's payers, then "lender"
    pots: tuple[str, ...]
    programmes: tuple[str, ...]
    targets: tuple[str, ...]
    target_units: tuple[str, ...]          # "fen" or "count", one per target
    fees: tuple[str, ...] = ()
    has_groups: bool = False               # of programmes that exclude each other
    has_audit: bool = False
    has_investments: bool = False
    draws_on_pots: bool = False            # some programme is paid from a pot
    breakers: tuple[str, ...] = ()
    provisional: bool = False              # some claims are paid before they are final

    def block(self, name: str) -> int:
        """First position of a scenario-dependent block."""
        at = BLOCKS
        for block, length in self._blocks():
            if block == name:
                return at
            at += length
        raise KeyError(name)

    def _blocks(self) -> list[tuple[str, int]]:
        blocks = [(b, len(self.payers)) for b in PAYER_BLOCKS]
        blocks += [(b, len(self.pots)) for b in POT_BLOCKS]
        blocks += [("subsidy", len(self.programmes)), ("unmet", len(self.programmes)),
                   ("measure", len(self.targets))]
        programmes = len(self.programmes)
        blocks += [("avoided", programmes * self.has_groups), ("improper", programmes * self.has_audit),
                   ("reclaimed", programmes * self.has_audit),
                   ("invested", len(INVESTMENT_COLUMNS) * self.has_investments), ("fee", len(self.fees)),
                   ("drawn", len(self.pots) * self.draws_on_pots)]
        blocks += [("warned", len(self.breakers)), ("stopped", len(self.breakers))]
        blocks += [(b, len(self.payers) * int(self.provisional)) for b in PROVISIONAL_BLOCKS]
        return blocks

    @property
    def width(self) -> int:
        """Number of yearly columns."""
        return BLOCKS + sum(length for _, length in self._blocks())

    @property
    def path_width(self) -> int:
        """Number of columns kept once per path beside the sums of the yearly ones."""
        return len(PATH_FIXED) + len(PATH_POT) * len(self.pots)

    def yearly(self) -> list[Column]:
        """The yearly columns in order; a path's total is their sum, of a stock its value when the window ends."""
        names = list(FIXED) + [f"refused_{r}" for r in REFUSALS] + [f"refused_{r}_fen" for r in REFUSALS]
        for block in PAYER_BLOCKS:
            names += [f"{block}_{p}_fen" for p in self.payers]
        for block in POT_BLOCKS:
            names += [f"{'pot_paid' if block == 'paid_pot' else block}_{a}_fen" for a in self.pots]
        names += [f"subsidy_{q}_fen" for q in self.programmes]
        names += [f"unmet_{q}_fen" for q in self.programmes]
        names += [f"measure_{t}{'_fen' if u == 'fen' else ''}"
                  for t, u in zip(self.targets, self.target_units, strict=True)]
        names += [f"avoided_{q}_fen" for q in self.programmes if self.has_groups]
        for column in ("improper", "reclaimed"):
            names += [f"{column}_{q}_fen" for q in self.programmes if self.has_audit]
        names += [column for column in INVESTMENT_COLUMNS if self.has_investments]
        names += [f"fee_{f}_fen" for f in self.fees]
        names += [f"drawn_{a}_fen" for a in self.pots if self.draws_on_pots]
        names += [f"{what}_{b}" for what in ("warned", "stopped") for b in self.breakers]
        if self.provisional:
            names += [f"{block}_{p}_fen" for block in PROVISIONAL_BLOCKS for p in self.payers]
        return [Column(n, "fen" if n.endswith("_fen") else "count", "last" if n in STOCKS else "sum") for n in names]

    def per_path(self) -> list[Column]:
        """The columns kept once a path."""
        units = {"exhausted_in_window": "flag", "suspended": "flag", "peak_use_ppm": "ppm", "line_use_ppm": "ppm",
                 "exhausted_day": "day", "queue_days": "day", "suspended_days": "day"}
        columns = [Column(n, units.get(n, "fen" if n.endswith("_fen") else "count"),
                          "first" if n == "exhausted_day" else "last") for n in PATH_FIXED]
        columns += [Column(f"exhausted_day_{a}", "day", "first") for a in self.pots]
        columns += [Column(f"balance_min_{a}_fen", "fen", "min") for a in self.pots]
        columns += [Column(f"balance_{a}_fen", "fen", "last") for a in self.pots]
        return columns
