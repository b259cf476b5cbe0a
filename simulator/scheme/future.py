"""Grammar that the definition of the terms knows and this release does not build yet.

Such a key or value is refused by name, so that nobody takes it for a spelling mistake or,
worse, believes that it was computed.
"""

from __future__ import annotations

KEYS: dict[str, frozenset[str]] = {
    "Scenario": frozenset({"choose", "versions", "calibration"}),
    "Segment": frozenset({"seasonality"}),
    "Bank": frozenset({"committed_multiple", "breaker"}),
    "Pot": frozenset({"top_up", "scope", "escrow", "initial"}),
    "Payer": frozenset({"committed_line"}),
    "Claim": frozenset({"trigger"}),
    "Mode": frozenset({"fees", "linkage", "when"}),
    "ProgrammeCap": frozenset({"key"}),
}
PREFIXES: dict[str, tuple[str, ...]] = {
    "Condition": ("claim.", "alliance.", "firm.loan_year")}

VALUES: dict[tuple[str, str], frozenset[str]] = {
    ("ProgrammeCap", "per"): frozenset({"year"}),
}

# what people write after reading the terms' definition, and the key that says it here
SPELLINGS: dict[str, str] = {
    "cluster": "collective", "clusters": "collective",
    "loan.amount": "amount_above / amount_to", "loan.term": "term_above / term_to",
    "firm.class": "firm_class", "ip.type": "ip_type", "term": "max_term",
    "firm_year": "firm_year_cap", "firm-year": "firm_year", "bank.performance": "bank_performance",
    "anchor.alive": "anchor_alive",
    "bank.years_in": "bank_years_above / bank_years_to", "ip_or_first": "flags", "first_loan": "flags",
    "high_tech": "flags", "srdi": "flags",
    "life": "firm", "stress": "macro",
    "investment": "investments", "alliance": "programmes", "ex_ante": "programmes",
    "mixed_pledge": "mixed", "appraisal_capacity": "appraisal",
    "over": "over_cap", "order_by": "priority", "borrower_in_force_cap": "firm_cap", "lpr": "rate_over_lpr",
    "writeoff": "days"}                    # with final_days: from determination until a loan is written off


def key_is_future(model: str, key: str) -> bool:
    """Whether ``key`` of this part of a scenario is known grammar of a later release."""
    return key in KEYS.get(model, ()) or key.startswith(PREFIXES.get(model, ("\0",)))


def value_is_future(model: str, field: str, given: object) -> bool:
    """Whether ``given`` is a known choice for this field that a later release builds."""
    return isinstance(given, str) and given in VALUES.get((model, field), ())
