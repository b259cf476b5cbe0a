"""Joint draws of calibrated values that an overlay carries beside their ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .draft import Draft
from .problems import listed, nearest
from .units import PARSERS, UnitError

if TYPE_CHECKING:
    from .scenario import Scenario

CALIBRATED = "C"


def check(sections: Any, draft: Draft) -> None:
    """Every series belongs to a number of the file, is as long as the others, and holds values of its kind."""
    posterior: dict[str, list[str]] = sections.posterior
    known = {path: origin.kind for path, origin in draft.origins.items() if origin.kind in PARSERS}
    most = max((len(series) for series in posterior.values()), default=0)
    for path, series in posterior.items():
        here = ("posterior", path)
        if path not in known:
            draft.say("posterior_path", here, True, given=path, allowed=listed(known), hint=nearest(path, known))
            continue
        if len(series) != most:
            draft.say("posterior_length", here, True, given=str(len(series)), allowed=str(most))
        for place, given in enumerate(series):
            try:
                PARSERS[known[path]](given)
            except UnitError as error:
                draft.say("posterior_value", (*here, str(place)), given=given, allowed=error.allowed)
                break


def joint(scenario: Scenario) -> dict[str, list[int | float]]:
    """Path → draws in the engine's units, of every value that is still the calibrated one.

    A value that an overlay or the command line has replaced is no longer of grade C: its series is left out.
    """
    origins = scenario.provenance
    return {path: [PARSERS[origins[path].kind](given) for given in series]
            for path, series in scenario.posterior.items() if path in origins and origins[path].grade == CALIBRATED}
