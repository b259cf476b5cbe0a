"""Chance: the generator is Philox, its uniforms are uniform, its ids are frozen, its inverses are inverse."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulator.chance import decisions
from simulator.chance.decisions import DECISIONS, draw
from simulator.chance.philox import block, philox
from simulator.chance.variates import (
    MOST_ARRIVALS,
    lognormal,
    normal_quantile,
    poisson_quantile,
    quantile_table,
    table_lookup,
)
from simulator.jit import kernel

ROOT = Path(__file__).resolve().parents[2]
unit = st.integers(0, 2**32 - 1).map(lambda word: (word + 0.5) * 2.0**-32)


@kernel
def words(c0, c1, c2, c3, k0, k1):
    return philox(c0, c1, c2, c3, k0, k1)


@kernel
def fill(seed, path, decision, out):
    """A row of four uniforms per entity."""
    for entity in range(out.shape[0]):
        out[entity, 0], out[entity, 1], out[entity, 2], out[entity, 3] = block(seed, path, decision, entity)


# Random123 (Salmon et al., SC 2011), tests/kat_vectors, philox4x32 with 10 rounds: counter, key, result.
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


@pytest.mark.parametrize("counter, key, answer", KNOWN_ANSWERS)
def test_known_answers(counter: str, key: str, answer: str) -> None:
    arguments = [int(word, 16) for word in (counter + " " + key).split()]
    expected = tuple(int(word, 16) for word in answer.split())
    assert words(*arguments) == expected
    assert philox(*arguments) == expected


def test_a_block_is_the_words_of_its_counter() -> None:
    seed, path, decision, entity, slot = 2**40 + 5, 7, 3, 2**29 + 11, 256
    expected = words(entity, slot, path, decision, 5, 2**8)
    got = block(seed, path, decision, entity, slot)
    assert [u * 2.0**32 - 0.5 for u in got] == list(expected)


def test_draw_names_slot_and_lane() -> None:
    assert draw(1, 7, "RECOVERY", 42, 6) == block(1, 7, decisions.RECOVERY, 42, 1)[2]
    assert draw(1, 7, "RECOVERY", 42) == block(1, 7, decisions.RECOVERY, 42)[0]


def test_decisions_are_never_renumbered() -> None:
    published = {"MIXING": 2, "APPLICANT": 3, "APPLICANT2": 4, "FIRM": 5, "DEFAULT": 6,
                 "RECOVERY": 7, "NATIONAL": 8, "SECTOR": 9, "MATCH": 10, "POLICY": 11, "POLICY_ARRIVALS": 12,
                 "POLICY_MIXING": 13, "STREAM": 14, "RENEWAL": 15, "CLUSTER": 16,
                 "CONTAGION": 17}
    numbers = {name: decision.number for name, decision in DECISIONS.items()}
    assert numbers | published == numbers
    assert len({*numbers.values(), *decisions.RETIRED.values()}) == len(numbers) + len(decisions.RETIRED)
    assert dict(decisions.RETIRED) == {"ARRIVALS": 1}
    assert all(getattr(decisions, name) == number for name, number in numbers.items())
    assert all(len(decision.lanes) == 4 for decision in DECISIONS.values())


@pytest.mark.parametrize("lane", range(4))
def test_uniforms_are_uniform_along_entities(lane: int) -> None:
    rows = np.empty((100_000, 4))
    fill(20260101, 3, decisions.APPLICANT, rows)
    assert stats.kstest(rows[:, lane], "uniform").pvalue > 1e-4
    assert stats.chisquare(np.bincount((rows[:, lane] * 256).astype(int), minlength=256)).pvalue > 1e-4


@pytest.mark.parametrize("vary", ["lane", "entity", "path", "seed", "decision"])
def test_neighbours_are_independent(vary: str) -> None:
    """Pairs that differ by one in one argument fill a 32 x 32 grid of cells evenly."""
    here, there = np.empty((100_000, 4)), np.empty((100_000, 4))
    fill(9, 3, 5, here)
    fill(9 + (vary == "seed"), 3 + (vary == "path"), 5 + (vary == "decision"), there)
    x, y = here[:, 0], there[:, 0]
    if vary == "lane":
        y = here[:, 1]
    elif vary == "entity":
        x, y = here[:-1:2, 0], here[1::2, 0]
    cells = np.bincount((x * 32).astype(int) * 32 + (y * 32).astype(int), minlength=1024)
    assert stats.chisquare(cells).pvalue > 1e-4


def test_normal_quantile_is_scipys() -> None:
    u = np.concatenate([np.linspace(0.0005, 0.9995, 2001), 0.5 * 2.0 ** -np.arange(1.0, 1000.0, 7.0),
                        1.0 - 2.0 ** -np.arange(2.0, 50.0)])
    ours = np.array([normal_quantile(x) for x in u])
    np.testing.assert_allclose(ours, stats.norm.ppf(u), rtol=1e-9, atol=1e-15)


@given(unit, st.floats(0.01, 1e9), st.floats(0.0, 3.0))
def test_lognormal_quantile_is_scipys(u: float, median: float, sigma: float) -> None:
    expected = stats.lognorm.ppf(u, sigma, scale=median) if sigma > 0.0 else median
    assert lognormal(u, median, sigma) == pytest.approx(expected, rel=1e-9)


@given(unit, st.floats(0.0, 60.0))
def test_poisson_quantile_is_the_least_count_that_reaches_u(u: float, mean: float) -> None:
    count = poisson_quantile(u, mean)
    assert stats.poisson.cdf(count, mean) >= u - 1e-13
    assert count == 0 or stats.poisson.cdf(count - 1, mean) <= u + 1e-13


@given(unit, st.floats(0.0, 40.0), st.floats(0.0, 20.0))
def test_more_demand_never_means_fewer_arrivals(u: float, mean: float, more: float) -> None:
    assert poisson_quantile(u, mean + more) >= poisson_quantile(u, mean)


def test_policies_stay_within_their_number() -> None:
    assert poisson_quantile(1.0 - 2.0**-33, 500.0) <= MOST_ARRIVALS
    assert poisson_quantile(0.5, 2_000.0) == MOST_ARRIVALS


TAIL_SCALE = 1.2  # of the heaviest tail below, gamma of shape 0.7, in its standard deviations


@pytest.mark.parametrize("dist", [stats.gamma(4.0, scale=0.25), stats.gamma(0.7, scale=120.0),
                                  stats.beta(2, 5), stats.norm()],
                         ids=["gamma4", "gamma0.7", "beta", "normal"])
def test_a_table_keeps_quantiles_mean_and_spread(dist: object) -> None:
    table = quantile_table(dist)
    # In a cell of width h the error is at most h²/8 times the curvature: for an exponential tail 1/(1 - u)².
    u = np.linspace(0.01, 0.99, 997)
    looked_up = [table_lookup(table, x) for x in u]
    np.testing.assert_allclose(looked_up, dist.ppf(u), atol=1e-4 * dist.std())
    cells = (table[1:] + table[:-1]) / 2.0
    # Trapezoids miss h²/12 times the change of slope, which reaches 1/h next to the last cell.
    assert cells.mean() == pytest.approx(dist.mean(), abs=2.5e-5 * TAIL_SCALE * dist.std())
    square = np.mean((table[1:] ** 2 + table[1:] * table[:-1] + table[:-1] ** 2) / 3.0) - cells.mean() ** 2
    assert square == pytest.approx(dist.var(), rel=2e-3)
    assert np.all(np.diff(table) >= 0.0)


SAMPLE = """
import json, numpy as np
from simulator.chance.decisions import draw
from simulator.chance.factors import compile_factors, cumulative_hazard, steady
from simulator.chance.variates import lognormal, normal_quantile, poisson_quantile
from simulator.chance.variates import quantile_table, table_lookup
from simulator.chance.philox import block
from scipy import stats
out, table = [], quantile_table(stats.gamma(4.0, scale=0.25))
for i in range(400):
    u = draw(2**61 + 12345, 2**31 + i, "APPLICANT", 2**30 + i * 7919, i % 4)
    out += [u, normal_quantile(u), normal_quantile(u * 1e-6), lognormal(u, 3e9, 1.1), table_lookup(table, u),
            poisson_quantile(u, 8.25)]
out += block(np.int64(2**62 + 3), np.int64(9), np.int64(6), np.int64(2**29 + 1), np.int64(256))
for step, months in (("month", 13), ("quarter", 14), ("year", 14)):
    economy = steady(3, months, 0.12, 0.9, 0.6, step=step, shift=-0.5, link="lognormal" if months == 14 else "gamma")
    f = compile_factors(economy, [[0.02, 0.06]], np.zeros(months, np.int64))
    index, hazard = np.zeros((4, months)), np.zeros((2, 3, months + 1))
    cumulative_hazard(5, 6, months, f.step_months, f.persistence, f.weights, f.stress, f.tables, f.kinds, index,
                      hazard)
    out += index.ravel().tolist() + hazard.ravel().tolist()
print(json.dumps([float(x).hex() for x in out]))
"""


def sample(**environment: str) -> list[str]:
    done = subprocess.run([sys.executable, "-W", "error::RuntimeWarning", "-c", SAMPLE], cwd=ROOT, check=True,
                          env=os.environ | environment, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_compiled_and_plain_python_agree_in_every_bit() -> None:
    compiled = sample(NUMBA_DISABLE_JIT="0")
    plain = sample(NUMBA_DISABLE_JIT="1")
    assert len(compiled) > 2400
    assert compiled == plain
