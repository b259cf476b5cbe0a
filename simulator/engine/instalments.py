"""Loans repaid in equal parts: what is still owed, and what interest falls on it. Pure scalar rules of both engines.

A loan is repaid in equal parts of its principal every so many days; the last one, at maturity, takes what the floors
leave. ``every`` 0 is a loan that is repaid at once.
"""

from __future__ import annotations

from simulator.engine.rules import PPM, for_days, muldiv
from simulator.jit import inlined, kernel


@inlined
def parts_of(term, every):
    """Number of payments of principal of a loan of ``term`` days."""
    return 1 if every == 0 else (term + every - 1) // every


@kernel(_nrt=False)
def balance_after(principal, term, every, paid):
    """Principal (fen) still owed after so many payments."""
    parts = parts_of(term, every)
    return 0 if paid >= parts else principal - paid * (principal // parts)


@kernel(_nrt=False)
def paid_before(term, every, days):
    """Payments that fall due on fewer than ``days`` days after disbursement, the last one left out."""
    return 0 if every == 0 else max(0, min(parts_of(term, every) - 1, (days - 1) // every))


@kernel(_nrt=False)
def interest_until(principal, rate, days, term, every):
    """Interest (fen) of the first ``days`` days at a yearly rate (ppm), on what is owed on each of them."""
    if every == 0:
        return for_days(principal, rate, days)
    owed = 0                               # fen × days
    paid = 0
    while paid * every < days:
        owed += balance_after(principal, term, every, paid) * min(every, days - paid * every)
        paid += 1
    return muldiv(rate, owed, 360 * PPM)
