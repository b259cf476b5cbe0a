"""What collective credit must mean: whose firms share a line, and who stands behind it (docs/collective)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .draft import Draft, Path
from .parts_collective import Collective
from .units import ONE, format_share

OF_CLUSTERS = ("reserve", "anchor", "members")   # payers that only a cluster has


def clusters(s: Any, draft: Draft) -> None:
    """Each collective has a segment of its own, whose firms are its members and nobody else."""
    taken: dict[str, str] = {}
    for name, group in s.collective.items():
        path = ("collective", name)
        if draft.known((*path, "segment"), group.segment, draft.names("segments"), "segment_unknown"):
            if group.segment in taken:
                draft.say("segment_taken", (*path, "segment"), given=group.segment, allowed=taken[group.segment])
            else:
                _firms(s, draft, path, group)
            taken.setdefault(group.segment, name)


def _firms(s: Any, draft: Draft, path: Path, group: Collective) -> None:
    """Firms are numbered through: so many to a cluster, none left over, and each with at most one book loan."""
    firms = s.segments[group.segment].firms
    if firms != group.clusters * group.members:
        draft.say("cluster_firms", (*path, "members"), given=f"{group.clusters} × {group.members}",
                  allowed=f"segments.{group.segment}.firms: {firms}")
    first = next(iter(s.segments)) == group.segment      # a fixed book belongs to the first segment
    if s.book.kind == "fixed" and first and s.book.loans > firms:
        draft.say("book_above_members", ("book", "loans"), given=str(s.book.loans), allowed=f"≤ {firms}")


def lines(s: Any, draft: Draft) -> None:
    """A line lends something; after a default the others' hazard is still above nothing."""
    for name, group in s.collective.items():
        path = ("collective", name)
        for key, bound, allowed in (("line", 0, "> 0"), ("joint_effect", -ONE, "> -100%")):
            if getattr(group, key) <= bound:
                draft.say("out_of_bounds", (*path, key), given=draft.raw((*path, key)), allowed=allowed)


def anchors(s: Any, draft: Draft) -> None:
    """An anchor is of a grade of firms; without one nothing spreads from it and nobody pays for it."""
    for name, group in s.collective.items():
        path = ("collective", name)
        if group.anchor_grade is not None:
            grades = draft.names("firms", "grades")
            draft.known((*path, "anchor_grade"), group.anchor_grade, grades, "anchor_grade_unknown")
            continue
        for key in ("contagion", "anchor_fails"):
            if getattr(group, key) is not None:
                draft.say("anchor_missing", (*path, key), at_key=True, given=key)


def anchor_conditions(s: Any, draft: Draft) -> None:
    """Only where there is an anchor can a row ask whether it stands."""
    anchored = any(group.anchor_grade is not None for group in s.collective.values())
    for name, mode in s.modes.items():
        for i, row in enumerate(mode.terms):
            if row.when and row.when.anchor_alive is not None and not anchored:
                path = ("modes", name, "terms", str(i), "when", "anchor_alive")
                draft.say("anchor_missing", path, at_key=True, given="anchor_alive")


def parties(s: Any, draft: Draft) -> None:
    """Reserve, anchor and members bear losses only where there are clusters that have them."""
    anchored = any(group.anchor_grade is not None for group in s.collective.values())
    for name, payer in s.payers.items():
        path, given = ("payers", name, "kind"), f"kind: {payer.kind}"
        if payer.kind in OF_CLUSTERS and not s.collective:
            draft.say("collective_missing", path, given=given)
        elif payer.kind == "anchor" and not anchored:
            draft.say("anchor_missing", path, given=given)


def caps(s: Any, draft: Draft) -> None:
    """A limit per cluster needs clusters."""
    for name, mode in s.modes.items():
        for i, row in enumerate(mode.terms):
            for k, cap in enumerate(row.cap):
                if cap.per == "cluster" and not s.collective:
                    draft.say("collective_missing", ("modes", name, "terms", str(i), "cap", str(k), "per"),
                              given="per: cluster")


def own_modes(s: Any, draft: Draft) -> None:
    """Modes name segments that exist, and make up all covered loans of each eligible segment."""
    for name, mode in s.modes.items():
        for i, segment in enumerate(mode.segments or []):
            draft.known(("modes", name, "segments", str(i)), segment, s.segments, "segment_unknown")
    for path, weights in _weights(s):
        if not sum(weights):
            draft.say("segment_without_mode", path, at_key=True, given=path[-1])
        elif sum(weights) != ONE:
            draft.say("weights_not_whole", ("modes",), at_key=True, given=format_share(sum(weights)), allowed="100%")
            return


def _weights(s: Any) -> Iterator[tuple[Path, list[int]]]:
    """Weights of the modes open to each eligible segment."""
    for name, segment in s.segments.items():
        if segment.eligible:
            yield ("segments", name), [mode.weight for mode in s.modes.values()
                                       if mode.segments is None or name in mode.segments]


RULES: tuple[tuple[tuple[str, ...], Callable[[Any, Draft], None]], ...] = (
    (("collective", "segments", "book"), clusters), (("collective",), lines), (("collective",), anchors),
    (("collective", "payers"), parties), (("collective", "modes"), caps),
    (("collective", "modes"), anchor_conditions), (("modes", "segments"), own_modes))
