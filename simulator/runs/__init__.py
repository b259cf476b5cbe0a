"""From one path to many: simulation on several threads, results, run folders, one path followed."""

from simulator.runs.results import Results
from simulator.runs.simulate import EngineFault, simulate

__all__ = ["EngineFault", "Results", "simulate"]
