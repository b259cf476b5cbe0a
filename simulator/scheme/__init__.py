"""The law as data: scenario files in, frozen scenarios out."""

from .loader import list_scenarios, load, notices, ranges, replace_values
from .problems import Problem, ScenarioErrors
from .scenario import Scenario

__all__ = ["Problem", "Scenario", "ScenarioErrors", "list_scenarios", "load", "notices", "ranges",
           "replace_values"]
