"""Figures no source gives (``not_evaluable``): what stands in for them, and that it is assumed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .draft import Draft
from .provenance import SOURCED, Provenance

STANDING_IN = {
    "fund_size": r"pots\.\w+\.contributors\.\d+(\.match)?\.amount",
    "volume": r"market\.(amount|count)|segments\.\w+\.loans_by_year\.\d+",
    "sharing": r"modes\.\w+\.terms\.\d+\.share",
    "targets": r"targets\.\w+\.(growth|level_amount|level_count)"}


def standing_in(origins: Mapping[str, Provenance], figures: Iterable[str]) -> list[Provenance]:
    """The values a simulation uses for figures that no source gives, in the order of the file."""
    patterns = [STANDING_IN[figure] for figure in figures]
    return [origin for path, origin in origins.items() if any(re.fullmatch(pattern, path) for pattern in patterns)]


def figures_given(s: Any, draft: Draft) -> None:
    """What is said to be in no source is held by assumed values only."""
    for figure in s.not_evaluable:
        given = [origin.path for origin in standing_in(draft.origins, [figure]) if origin.grade in SOURCED]
        if given:
            draft.say("figure_given", ("not_evaluable", figure), at_key=True, given=figure, allowed=given[0])
