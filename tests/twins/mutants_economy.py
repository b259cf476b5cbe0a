"""Errors of law planted in the story: link, stress path, sectors of their own, default probabilities by date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simulator.engine.tables import Tables


def _changed(tables: Tables, **arrays: np.ndarray) -> Tables:
    return replace(tables, law=replace(tables.law, **arrays))


def straight_link(tables: Tables) -> Tables:
    """Log hazards are straight in the index, through those one standard deviation either side: a lognormal link."""
    link, w = tables.law.link, np.linspace(-10.0, 10.0, tables.law.link.shape[1])
    low, high = (np.log(np.maximum(link[:, np.abs(w - at).argmin()], 1e-12)) for at in (-1.0, 1.0))
    straight = np.exp(low[:, None] + (high - low)[:, None] * (w[None, :, None] + 1.0) / 2.0)
    return _changed(tables, link=np.where(link > 0.0, straight, link))


def calm(tables: Tables) -> Tables:
    """No stress path: the shift of the first month holds, and the national factor runs free."""
    stress = np.empty_like(tables.law.stress)
    stress[0], stress[1] = tables.law.stress[0, 0], np.inf
    return _changed(tables, stress=stress)


def national_never_held(tables: Tables) -> Tables:
    """Shifts move the index, but nothing holds the national factor."""
    stress = tables.law.stress.copy()
    stress[1] = np.inf
    return _changed(tables, stress=stress)


def stress_a_month_late(tables: Tables) -> Tables:
    """A step of the stress path begins a month late."""
    late = np.concatenate([tables.law.stress[:, :1], tables.law.stress[:, :-1]], axis=1)
    return _changed(tables, stress=late)


def sectors_alike(tables: Tables) -> Tables:
    """Every sector has the first one's strength."""
    kinds = np.repeat(tables.law.link_kind[:1], len(tables.law.link_kind), axis=0)
    return _changed(tables, link_kind=kinds)


def national_shares_alike(tables: Tables) -> Tables:
    """Every sector has the first one's national share."""
    weights = np.repeat(tables.law.factor_weights[:1], len(tables.law.factor_weights), axis=0)
    return _changed(tables, factor_weights=weights)


def shares_for_weights(tables: Tables) -> Tables:
    """Factors are weighted by their shares of the variance, not by the roots of these."""
    return _changed(tables, factor_weights=tables.law.factor_weights**2)


def first_pd_for_good(tables: Tables) -> Tables:
    """Default probabilities stay what they were in the first month."""
    kinds = np.repeat(tables.law.link_kind[:, :1], tables.law.link_kind.shape[1], axis=1)
    return _changed(tables, link_kind=kinds)


def pd_a_month_late(tables: Tables) -> Tables:
    """New default probabilities hold a month late."""
    late = np.concatenate([tables.law.link_kind[:, :1], tables.law.link_kind[:, :-1]], axis=1)
    return _changed(tables, link_kind=late)
