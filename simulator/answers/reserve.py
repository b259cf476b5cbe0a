"""What the fund must hold, and whether it could pay.

The reserve is a quantile of the running maximum of claims − recoveries − interest, with no gate and no lack
of cash. It is read from a run with a fund without limit and without interest, so that the interest of that
fictitious balance does not pay the claims. The loss at the end of the horizon is another, smaller number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .estimate import Estimate, mean_ci, quantile_ci, ratio_ci, tvar


def exhausted(results: Any) -> npt.NDArray[np.bool_]:
    """Paths on which an approved claim was not paid in full on its due day, in the window or the run-off."""
    hit: npt.NDArray[np.bool_] = results.column("exhausted_day") >= 0
    return hit


def refusal(results: Any) -> Estimate:
    """Service level: amount refused for fund reasons / eligible amount the banks approved (ratio of sums)."""
    asked = results.column("eligible_approved_fen")
    if not asked.any():
        return mean_ci(np.zeros(results.n))
    return ratio_ci(results.column("refused_fund_fen"), asked)


def reserve(results: Any, level: float) -> Estimate:
    """Reserve at a confidence level (fen), from a run with a fund without limit."""
    return quantile_ci(results.column("claims_net_peak_fen"), level)


def tail(results: Any, level: float) -> Estimate:
    """Mean of the peaks beyond the reserve (TVaR, fen)."""
    return tvar(results.column("claims_net_peak_fen"), level)
