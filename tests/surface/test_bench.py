"""What ``pledgefund bench`` measures, and its memory figures."""

import sys

import pytest

from simulator.engine.tables import compile_scheme
from simulator.report.bench import render_bench
from simulator.runs import bench
from simulator.runs.bench import Bench, Measure, Peak, growth, peak_of
from simulator.scheme import load


def test_growth_leaves_results_out() -> None:
    """200 − 4 before, 251 − 40 after: 15 more; and a growth below nothing is told as it is."""
    assert growth(Peak(200.0, 4.0), Peak(251.0, 40.0)) == 15.0
    assert growth(Peak(200.0, 4.0), Peak(235.0, 40.0)) == -1.0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process")
def test_peak_is_that_of_a_process_of_its_own() -> None:
    """A block of memory that this process holds does not count there; twice the paths have twice the results."""
    held = bytearray(b"x") * 1_000_000_000
    few, many = peak_of(64), peak_of(128)
    assert few is not None and many is not None
    assert 50 < few.resident < 0.9 * len(held) / 1e6
    assert many.results == pytest.approx(2 * few.results)
    assert few.results > 0


def test_both_peaks_and_the_growth_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """21 MB of growth miss the 20 asked for."""
    peaks = {1000: Peak(200.0, 4.0), 10_000: Peak(257.0, 40.0)}
    monkeypatch.setattr(bench, "peak_of", peaks.get)
    shown = render_bench(Bench(tuple(bench._memory()), "machine"), "en")
    assert [line.split()[-3:] for line in shown.splitlines()[1:3]] == [["paths", "200", "MB"], ["paths", "257", "MB"]]
    assert shown.splitlines()[3].split()[-5:] == ["21.00", "MB", "≤", "20", "✘"]


def test_a_system_that_tells_no_peak_has_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "peak_of", {}.get)
    assert bench._memory() == []
    assert Measure("memory", -1.0, "mb", 20.0, at_most=True).holds


def test_the_full_scheme_is_the_reference_with_more() -> None:
    """What the speed of the full law is measured on can be compiled, and has what its name says."""
    scenario = bench.full(load("liaoning-2021"))
    law = compile_scheme(scenario).law
    assert {*load("liaoning-2021").firms.flags} < {*scenario.firms.flags}
    assert len(law.breakers) and len(law.clusters) and scenario.audit is not None
    assert all(mode.claim.provisional for mode in scenario.modes.values())
