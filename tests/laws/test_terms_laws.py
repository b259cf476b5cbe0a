"""Laws of loss sharing over random tables of terms: who bears a loss, whatever the design."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.engine import layout as at
from simulator.engine.layout import Law
from simulator.engine.rules import LARGEST, PPM, layer_part, muldiv, share_loss
from simulator.engine.tables import compile_scheme
from simulator.scheme import load

MINIMAL = Path(__file__).parents[1] / "scenarios" / "minimal.yaml"
WAN = 1_000_000
PAYERS = 4
LENDER = PAYERS
COUNTERS = 3
FACTS = (360, 0, 1, 0, 0, 0, 0)            # a year, invention, small, first district, no flags, a new bank, good

money = st.one_of(st.integers(0, 200), st.integers(0, 3 * 10**9))
shares = st.sampled_from([0, 1, 100_000, 333_333, 500_000, 540_000, 800_000, 999_999, PPM])


@dataclass(frozen=True)
class Outcome:
    """What a sharing of a loss left: burdens (lender last), moved amounts, counters."""

    burden: list[int]
    taken: list[int]
    used: list[int]


@cache
def base_law() -> Law:
    return compile_scheme(load(MINIMAL)).law


def row(step: int, payer: int, source: int = LENDER, share: int = PPM, of: int = at.OF_LOSS,
        layer: tuple[int, int, int] = (at.LAYER_NONE, 0, 0), order: int = at.SHARE_THEN_CAP,
        caps: tuple[tuple[int, int], ...] = ()) -> list[int]:
    """One row of terms that always holds; caps are (amount, counter)."""
    always = [-1, at.ALWAYS, -1, at.ALWAYS, at.ALWAYS, at.ALWAYS, at.ALWAYS, 0, 0, -1, at.ALWAYS, at.ALWAYS,
              at.ALWAYS]
    numbers = [*always, step, payer, source, share, of, *layer, order, 0]
    for amount, counter in caps:
        numbers += [amount, at.PER_LIFE, counter, 0, at.M_AMOUNT]
    return numbers + [0] * (at.ROW - len(numbers))


def law_of(rows: list[list[int]], stacks: list[list[int]] = ()) -> Law:  # type: ignore[assignment]
    """A law whose only mode has these rows and stacking limits."""
    base = base_law()
    whole = base.whole.copy()
    whole[at.N_PAYERS] = PAYERS
    modes = np.zeros((1, at.MODE), np.int64)
    modes[0, at.MODE_ROW_END], modes[0, at.MODE_STACK_END] = len(rows), len(stacks)
    return replace(base, whole=whole, modes=modes,
                   rows=np.array(rows, np.int64).reshape(-1, at.ROW),
                   stacks=np.array(stacks, np.int64).reshape(-1, at.STACK),
                   counters=np.full(COUNTERS, at.PER_LIFE, np.int64))


def shared(law: Law, base: int, principal: int, used: list[int] | None = None) -> Outcome:
    """Share a loss under the law's only mode."""
    taken = np.zeros(max(1, len(law.rows)), np.int64)
    burden, before = np.zeros(PAYERS + 1, np.int64), np.zeros(PAYERS + 1, np.int64)
    counters = np.array(used or [0] * COUNTERS, np.int64)
    bounds = np.array([r[at.CAP + c * at.CAP_FIELDS] for r in law.rows for c in range(at.MAX_CAPS)] or [0], np.int64)
    share_loss(law, 0, base, (principal, *FACTS, principal, 1), bounds, counters, taken, burden, before)
    return Outcome(burden.tolist(), taken[:len(law.rows)].tolist(), counters.tolist())


@st.composite
def terms(draw: st.DrawFn, caps: bool = True, layers: bool = True) -> list[list[int]]:
    """Up to six rows in order of step; a row's burden comes from the lender or a payer of an earlier step."""
    rows: list[list[int]] = []
    earlier: list[int] = []
    for step in range(1, draw(st.integers(1, 3)) + 1):
        payers = draw(st.lists(st.integers(0, PAYERS - 1), min_size=1, max_size=2, unique=True))
        sources = [LENDER, *earlier]
        for payer in payers:
            source = draw(st.sampled_from([s for s in sources if s != payer]))
            layer = (at.LAYER_NONE, 0, 0)
            if layers and draw(st.integers(0, 3)) == 0:
                low = draw(money)
                layer = (draw(st.sampled_from([at.LAYER_LOSS, at.LAYER_PRINCIPAL])), low, low + 1 + draw(money))
            limits = tuple((draw(money), c) for c in draw(
                st.lists(st.integers(0, COUNTERS - 1), max_size=2, unique=True))) if caps else ()
            rows.append(row(step, payer, source, draw(shares), draw(st.sampled_from([0, 1])), layer,
                            draw(st.sampled_from([0, 1])), limits))
        earlier += [p for p in payers if p not in earlier]
    return rows


@st.composite
def stacked(draw: st.DrawFn) -> list[int]:
    """A stacking limit on some payers, of the loss or of what they and another party bear together."""
    payers = draw(st.sets(st.integers(0, PAYERS - 1), min_size=1, max_size=PAYERS))
    outside = [p for p in range(PAYERS + 1) if p not in payers]
    held = draw(st.sampled_from([at.STACK_LOSS, *outside]))
    return [sum(1 << p for p in payers), draw(shares), held, draw(st.sampled_from([0, 1]))]


losses = st.tuples(money, money).map(lambda pair: (pair[0], pair[0] + pair[1] + 1))    # base ≤ principal


# --- conservation, signs, caps -----------------------------------------------------------------

@given(terms(), st.lists(stacked(), max_size=2), losses, st.lists(money, min_size=3, max_size=3))
def test_the_loss_is_borne_once_and_nobody_bears_less_than_nothing(
        rows: list[list[int]], stacks: list[list[int]], loss: tuple[int, int], used: list[int]) -> None:
    base, principal = loss
    out = shared(law_of(rows, stacks), base, principal, used)
    assert sum(out.burden) == base
    assert min(out.burden) >= 0
    assert min(out.taken) >= 0


@given(terms(), st.lists(stacked(), max_size=1), losses)
def test_burdens_are_what_the_rows_move(rows: list[list[int]], stacks: list[list[int]],
                                        loss: tuple[int, int]) -> None:
    base, principal = loss
    out = shared(law_of(rows, stacks), base, principal)
    moved = [0] * (PAYERS + 1)
    moved[LENDER] = base
    for r, amount in zip(rows, out.taken, strict=True):
        moved[r[at.FROM]] -= amount
        moved[r[at.PAYER]] += amount
    assert out.burden == moved


@given(terms(), st.lists(stacked(), max_size=1), losses)
def test_no_row_pays_above_its_caps(rows: list[list[int]], stacks: list[list[int]],
                                    loss: tuple[int, int]) -> None:
    base, principal = loss
    out = shared(law_of(rows, stacks), base, principal)
    for r, amount in zip(rows, out.taken, strict=True):
        for c in range(at.MAX_CAPS):
            limit, per = r[at.CAP + at.CAP_FIELDS * c:][:2]
            assert per == at.PER_NONE or amount <= limit


@given(terms(), st.lists(losses, min_size=1, max_size=6))
def test_counters_never_pass_the_largest_limit_and_never_run_back(
        rows: list[list[int]], claims: list[tuple[int, int]]) -> None:
    law, used = law_of(rows), [0] * COUNTERS
    caps = [r[at.CAP + at.CAP_FIELDS * c:][:3] for r in rows for c in range(at.MAX_CAPS)]
    limits = [max([limit for limit, per, used_by in caps if per != at.PER_NONE and used_by == counter], default=0)
              for counter in range(COUNTERS)]
    for base, principal in claims:
        after = shared(law, base, principal, used).used
        for before, now, limit in zip(used, after, limits, strict=True):
            # a row that looks at its base first counts the base, which a second limit may not cut
            assert before <= now <= max(before, limit)
        used = after


@given(terms(layers=False), stacked(), losses)
@example([row(1, 0, share=800_000), row(2, 1, source=0, share=500_000, of=at.OF_REMAINING)],
         [0b0011, 600_000, at.STACK_LOSS, at.CUT_REVERSE], (1000, 1000))
@example([row(1, 0, share=800_000), row(1, 2, share=100_000), row(2, 1, source=0, share=500_000)],
         [0b0101, 300_000, at.STACK_LOSS, at.CUT_PRO_RATA], (1000, 1000))
def test_stacked_payers_stay_below_their_limit(rows: list[list[int]], stack: list[int],
                                               loss: tuple[int, int]) -> None:
    """Where nothing passes on from the stacked payers to others, together they bear at most the limit."""
    base, principal = loss
    out = shared(law_of(rows, [stack]), base, principal)
    payers = [p for p in range(PAYERS) if (stack[at.STACK_PAYERS] >> p) & 1]
    together = sum(out.burden[p] for p in payers)
    held = stack[at.STACK_HELD_BY]
    whole = base if held == at.STACK_LOSS else together + out.burden[held]
    sources = {r[at.FROM] for r in rows if r[at.PAYER] in payers} - set(payers)
    if held == at.STACK_LOSS or sources <= {held}:
        assert together <= whole * stack[at.STACK_LIMIT] // PPM


@given(terms(), stacked(), losses)
@example([row(1, 0, share=800_000), row(1, 3, share=0), row(2, 1, source=0, share=500_000)],
         [0b1001, 200_000, at.STACK_LOSS, at.CUT_PRO_RATA], (1000, 1000))
def test_a_stacking_limit_gives_nobody_more(rows: list[list[int]], stack: list[int],
                                            loss: tuple[int, int]) -> None:
    """The limit only cuts what rows take."""
    base, principal = loss
    bare, cut = (shared(law_of(rows, limits), base, principal).taken for limits in ([], [stack]))
    assert all(after <= before for before, after in zip(bare, cut, strict=True))


# --- shape -------------------------------------------------------------------------------------

@given(terms(caps=False, layers=False), money, money)
def test_share_only_terms_grow_with_the_loss(rows: list[list[int]], low: int, more: int) -> None:
    """Along the lender's own rows of step one; later floors may give a fen back and forth."""
    first = [r for r in rows if r[at.STEP] == 1]
    a, b = (shared(law_of(first), x, low + more + 1).burden for x in (low, low + more))
    assert all(x <= y for x, y in zip(a[:LENDER], b[:LENDER], strict=True))


@given(terms(), st.lists(stacked(), max_size=1), losses, st.integers(2, 5))
def test_everything_times_k_is_k_times_everything(rows: list[list[int]], stacks: list[list[int]],
                                                  loss: tuple[int, int], k: int) -> None:
    """Up to the fractions of a fen that the floors keep, once a row."""
    base, principal = loss
    scaled = [list(r) for r in rows]
    for r in scaled:
        for place in (at.LAYER_FROM, at.LAYER_TO, at.CAP, at.CAP + at.CAP_FIELDS):
            r[place] *= k
    one = shared(law_of(rows, stacks), base, principal)
    many = shared(law_of(scaled, stacks), base * k, principal * k)
    room = 2 * k * (len(rows) + 2) * (len(rows) + 1)
    assert all(abs(x * k - y) <= room for x, y in zip(one.burden, many.burden, strict=True))


@given(shares, money, money, money)
def test_limit_first_never_pays_more_than_share_first(share: int, limit: int, base: int, more: int) -> None:
    first, second = (shared(law_of([row(1, 0, share=share, order=order, caps=((limit, 0),))]), base, base + more + 1)
                     for order in (at.SHARE_THEN_CAP, at.CAP_THEN_SHARE))
    assert second.burden[0] <= first.burden[0]
    assert first.burden[0] == min(base * share // PPM, limit)
    assert second.burden[0] == min(base, limit) * share // PPM


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=5), money, st.booleans())
def test_slices_add_up(widths: list[int], base: int, of_loss: bool) -> None:
    """Slices that touch make up the whole: exactly of a loss, to a fen a slice of a principal."""
    edges = [0]
    for width in widths:
        edges.append(edges[-1] + width)
    principal = max(edges[-1], base, 1)
    kind = at.LAYER_LOSS if of_loss else at.LAYER_PRINCIPAL
    parts = [layer_part(np.array(row(1, 0, layer=(kind, low, high)), np.int64), base, principal)
             for low, high in pairwise(edges)]
    if of_loss:
        assert sum(parts) == min(base, edges[-1])
    else:
        whole = base * edges[-1] // principal
        assert whole - len(parts) < sum(parts) <= whole


# --- exact products ----------------------------------------------------------------------------

@given(st.integers(1, LARGEST - 1), st.data())
def test_muldiv_is_exact(c: int, data: st.DataObject) -> None:
    a = data.draw(st.integers(0, c))
    b = data.draw(st.one_of(st.integers(0, (1 << 60) - 1), st.integers((1 << 38) - 2, (1 << 38) + 2)))
    assert muldiv(a, b, c) == a * b // c


@given(st.integers(-2, 2), st.integers(-2, 2), st.integers(0, 2))
def test_muldiv_is_exact_at_the_border_of_its_short_cut(da: int, db: int, dc: int) -> None:
    a, b, c = (1 << 24) + da, (1 << 38) + db, (1 << 24) + 2 + dc
    assert muldiv(a, b, c) == a * b // c


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=3), st.integers(0, LARGEST - 1))
def test_splits_by_weight_leave_a_remainder_smaller_than_their_number(weights: list[int], amount: int) -> None:
    """Floors of each part; what they leave goes to the last purse."""
    parts = [muldiv(w, amount, sum(weights)) for w in weights]
    assert 0 <= amount - sum(parts) < len(parts)
