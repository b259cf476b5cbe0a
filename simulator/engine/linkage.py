"""Invest-guarantee-lend (投保贷联动): what an option on a borrower's equity brings when the loan is repaid."""

from __future__ import annotations

import math

import numpy as np

from simulator.chance.decisions import LINKAGE as DRAWN
from simulator.chance.philox import block
from simulator.chance.variates import normal_quantile
from simulator.engine.day import YEAR
from simulator.engine.layout import (
    LINKAGE, LINK_DRIFT, LINK_POT, LINK_POT_SHARE, LINK_SHARE, LINK_SIZE, LINK_VOLATILITY,
)
from simulator.engine.rules import PPM
from simulator.jit import kernel
from simulator.scheme.scenario import Scenario


def option_of(scenario: Scenario) -> np.ndarray:
    """The option as numbers; all zero where a scheme has none."""
    linkage, row = scenario.linkage, np.zeros(LINKAGE)
    if linkage is not None:
        row[[LINK_SHARE, LINK_SIZE, LINK_POT_SHARE]] = linkage.share / PPM, linkage.size / PPM, linkage.pot_share / PPM
        row[[LINK_DRIFT, LINK_VOLATILITY]] = linkage.drift, linkage.volatility
        row[LINK_POT] = list(scenario.pots).index(linkage.pot)
    return row


@kernel(_nrt=False)
def option_gain(law, seed, path, entity, generation, principal, term):
    """Gain (fen) on a repaid covered loan: the firm's growth above its value at entry, on the option's size.

    Over T years the value grows by exp((drift − volatility²/2)·T + volatility·√T·Z).
    """
    linked, value, _, _ = block(seed, path, DRAWN, entity, generation)
    if linked >= law.linkage[LINK_SHARE]:
        return 0
    years, sigma = term / YEAR, law.linkage[LINK_VOLATILITY]
    growth = math.exp((law.linkage[LINK_DRIFT] - 0.5 * sigma * sigma) * years
                      + sigma * math.sqrt(years) * normal_quantile(value))
    # a thousandfold at most, so that it stays a whole number of the engine
    return int(principal * law.linkage[LINK_SIZE] * min(max(0.0, growth - 1.0), 1000.0))
