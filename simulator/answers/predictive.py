"""The predictive reserve: parameters drawn anew along the paths, everything pooled into one distribution.

The plug-in reserve takes the parameters at their base for true. Here each of many sets of parameters, drawn from the
posterior of a calibration or from the ranges of assumed values, has a short stretch of paths to itself; all their
peaks together are one sample of what the fund must hold, parameters unknown (Bernardo and Smith, Bayesian Theory,
1994, section 5.1.3: predictive distributions).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from simulator.scheme import replace_values

from .draws import Changes, draw_changes, patient
from .estimate import Estimate, quantile
from .pieces import kept
from .variants import AMPLE

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario

SETS = 5                                   # sets of parameters for each of the draws that are asked for
LEAST_STRETCH = 10                         # paths of one set
Array = npt.NDArray[np.float64]


def peaks(scenario: Scenario, sets: int, paths: int, seed: int, simulate: Callable[..., Any],
          done: Callable[[], None] = lambda: None) -> Array:
    """Peaks of net claims (fen) with a fund without limit or interest, [sets, paths of each].

    ``paths`` in all, at least ``LEAST_STRETCH`` for each set; no two sets share a path.
    """
    each = max(LEAST_STRETCH, -(-paths // sets))
    still = {f"pots.{name}.interest": 0 for name in scenario.pots}
    found = np.empty((sets, each))
    for k, changes in enumerate(draw_changes(scenario, sets, seed)):
        def stretch(k: int = k, changes: Changes = changes) -> list[int]:
            run = patient(simulate, replace_values(scenario, {**changes, **still}), paths=each, seed=seed,
                          scale_ppm=AMPLE, first_path=k * each)
            return [int(peak) for peak in run.column("claims_net_peak_fen")]

        found[k] = kept("stretch", (scenario.hash, sets, each, seed, k), stretch)
        done()
    return found


def pooled_quantile(sample: Array, level: float, conf: float = 0.95) -> Estimate:
    """The quantile of a pooled ``sample`` [sets, paths of each], with an interval that knows of the sets.

    Paths of one set share their parameters, so that the share of the sample below a value errs by the spread of the
    sets' own shares; the ends of the interval are the sample's quantiles that many standard errors from ``level``.
    """
    value = quantile(sample.ravel(), level)
    sets = sample.shape[0]
    below = (sample <= value).mean(axis=1)
    apart = float(below.std(ddof=1)) / math.sqrt(sets) if sets > 1 else math.inf
    se = max(apart, math.sqrt(level * (1.0 - level) / sample.size))      # never less than that of paths all free
    reach = se * float(stats.norm.ppf(0.5 + conf / 2.0))
    # A level so near an end that the sample cannot bound it leaves that side open.
    low = quantile(sample.ravel(), level - reach) if level - reach > 0.0 else -math.inf
    high = quantile(sample.ravel(), level + reach) if level + reach < 1.0 else math.inf
    spread = (high - low) / (2.0 * float(stats.norm.ppf(0.5 + conf / 2.0)))
    return Estimate(value, spread, low, high, sample.size, "quantile")
