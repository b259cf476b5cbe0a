"""One path told by both engines, and every difference between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.engine import layout as at
from simulator.engine.loop import state as s
from simulator.engine.loop.sweep import run_path
from simulator.engine.story import Story
from simulator.engine.tables import Tables

Fields = dict[str, int]


def sweep(tables: Tables, seed: int, path: int) -> tuple[s.State, np.ndarray, np.ndarray]:
    """The compiled engine's scratch after one path, its years and its once-a-path columns."""
    years = np.zeros((int(tables.law.whole[at.N_YEARS]) + 1, tables.layout.width), np.int64)
    once = np.zeros(tables.layout.path_width, np.int64)
    for doubling in range(8):
        st = s.new_state(tables.law, tables.loans_expected, 2**doubling)
        code = run_path(tables.law, st, seed, path, years, once)
        assert code < 2, "conservation broken"
        if code == 0:
            return st, years, once
    raise AssertionError("scratch too small")


def loop_loan(row: np.ndarray) -> Fields:
    """A loan of the compiled engine by name. Pots chosen mean nothing for a loan without cover."""
    n = row.tolist()
    covered = n[s.L_COVERED] > 0
    return {
        "entity": n[s.L_ENTITY], "segment": n[s.L_SEGMENT], "firm": n[s.L_FIRM], "start": n[s.L_START],
        "term": n[s.L_TERM], "principal": n[s.L_PRINCIPAL], "covered": n[s.L_COVERED], "mode": n[s.L_MODE],
        "bank": n[s.L_BANK], "ip": n[s.L_IP], "class": n[s.L_CLASS], "district": n[s.L_DISTRICT],
        "sector": n[s.L_SECTOR], "grade": n[s.L_GRADE], "rate": n[s.L_RATE], "state": n[s.L_STATE],
        "default": n[s.L_DEFAULT], "recovery_day": n[s.L_RECOVERY_DAY], "gross": n[s.L_GROSS], "net": n[s.L_NET],
        "subsidy": n[s.L_SUBSIDY], "induced": n[s.L_INDUCED], "book": n[s.L_BOOK], "flags": n[s.L_FLAGS],
        "reached": n[s.L_REACHED], "generation": n[s.L_GENERATION], "deposit": n[s.L_DEPOSIT],
        "balance": n[s.L_BALANCE], "standing": n[s.L_STANDING],
        "pot": n[s.L_ACCOUNT] if covered else -1, "pot_2": n[s.L_ACCOUNT_2] if covered else -1}


def story_loans(story: Story) -> list[Fields]:
    """The story's loans in the same words."""
    return [{
        "entity": n.entity, "segment": n.segment, "firm": n.firm.number, "start": n.start, "term": n.term,
        "principal": n.principal, "covered": n.covered, "mode": n.mode, "bank": n.bank, "ip": n.ip,
        "class": n.firm.firm_class, "district": n.firm.district, "sector": n.firm.sector, "grade": n.firm.grade,
        "rate": n.rate, "state": int(n.state), "default": n.default_day, "recovery_day": n.recovery_day,
        "gross": n.gross, "net": n.net, "subsidy": n.subsidy, "induced": int(n.induced), "book": int(n.book),
        "flags": n.firm.flags, "reached": int(n.reached), "generation": n.generation,
        "deposit": n.deposit, "balance": n.balance, "standing": n.standing,
        "pot": n.accounts[0] if n.covered else -1, "pot_2": n.accounts[1] if n.covered else -1} for n in story.loans]


def loop_due(row: np.ndarray, claims: np.ndarray) -> Fields:
    """A due of the compiled engine by name."""
    i = row.tolist()
    fields = {"claim": i[s.I_CLAIM], "loan": int(claims[i[s.I_CLAIM], s.C_LOAN]), "payer": i[s.I_PAYER],
              "creditor": i[s.I_CREDITOR], "amount": i[s.I_AMOUNT], "unpaid": i[s.I_UNPAID], "due": i[s.I_DUE],
              "state": i[s.I_STATE], "cancelled": i[s.I_CANCELLED], "row": i[s.I_ROW],
              "escrow": i[s.I_ESCROW], "reserve": i[s.I_PENDING]}
    for place in range(at.MAX_ACCOUNTS):
        fields[f"account {place}"] = i[s.I_ACCOUNT + place]
        fields[f"paid {place}"] = i[s.I_PAID + place]
    return fields


def story_dues(story: Story) -> list[Fields]:
    """The story's dues in the same words."""
    found = []
    for due in story.dues:
        fields = {"claim": due.claim.number, "loan": due.claim.loan.number, "payer": due.payer,
                  "creditor": due.creditor, "amount": due.amount, "unpaid": due.unpaid, "due": due.day,
                  "state": int(due.state), "cancelled": due.cancelled, "row": due.row,
                  "escrow": int(due.escrow), "reserve": due.reserve}
        for place in range(at.MAX_ACCOUNTS):
            there = place < len(due.accounts)
            fields[f"account {place}"] = due.accounts[place] if there else -1
            fields[f"paid {place}"] = due.paid[place] if place < len(due.paid) else 0
        found.append(fields)
    return found


@dataclass(frozen=True)
class Told:
    """A path as one of the engines tells it."""

    loans: list[Fields]
    dues: list[Fields]
    years: np.ndarray
    once: np.ndarray


def by_loop(tables: Tables, seed: int, path: int) -> Told:
    """The path as the compiled engine tells it."""
    st, years, once = sweep(tables, seed, path)
    return Told([loop_loan(row) for row in st.loans[:st.reg[s.R_LOANS]]],
                [loop_due(row, st.claims) for row in st.items[:st.reg[s.R_ITEMS]]], years, once)


def by_story(story: Story) -> Told:
    """The path as the story tells it."""
    return Told(story_loans(story), story_dues(story), story.years, story.path)


KINDS = ("loan", "due", "year", "path")


def kinds(found: list[str]) -> set[str]:
    """Where engines disagree: in loans, in dues, in yearly or in once-a-path columns."""
    return {line.split()[0] for line in found}


def _listed(kind: str, loop: list[Fields], story: list[Fields]) -> list[str]:
    found = [f"{kind} count: loop {len(loop)}, story {len(story)}"] if len(loop) != len(story) else []
    for number, (one, other) in enumerate(zip(loop, story, strict=False)):
        found += [f"{kind} {number} {name}: loop {one[name]}, story {other[name]}"
                  for name in one if one[name] != other[name]]
    return found


def differences(tables: Tables, loop: Told, story: Told) -> list[str]:
    """What the engines disagree on for one path; the first word is one of KINDS."""
    found = _listed("loan", loop.loans, story.loans) + _listed("due", loop.dues, story.dues)
    for y, c in zip(*np.nonzero(loop.years != story.years), strict=True):
        name = tables.layout.yearly()[c].name
        found.append(f"year {y} {name}: loop {loop.years[y, c]}, story {story.years[y, c]}")
    for c in np.nonzero(loop.once != story.once)[0]:
        found.append(f"path {tables.layout.per_path()[c].name}: loop {loop.once[c]}, story {story.once[c]}")
    return found
