"""The discontent of officers: what all share, what each adds, and what he must overcome to rise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..state.batch import Worlds
from ..state.parameters import Parameters
from ..state.scenario import Country
from ..state.state import State
from ..types import Floats, Value


def shared_terms(state: State, p: Parameters) -> dict[str, Value]:
    """Return the terms of the discontent that all officers of a world share, ``(worlds,)`` each.

    d = a0 - aF F - aL (L - 1/2) - aB b + aC civilian - aZ d0
    """
    return {
        "base": p.discontent_base,
        "treasury": -(p.discontent_fiscal * state.fiscal),
        "legitimacy": -(p.discontent_legitimacy * (state.legitimacy - 0.5)),
        "patronage": -(p.discontent_patronage * state.patronage),
        "civilian": p.discontent_civilian * (1.0 - state.military),
        "usual distance": -(p.discontent_distance * p.distance_usual),
    }


def private_terms(
    state: State, p: Parameters, ideology: Value, grievance: Value, mood: Value
) -> dict[str, Value]:
    """Return the terms that each officer adds, by broadcasting over officers and worlds.

    D_i = d + aZ |z_i - o| + aM M max(z_i, 0) + s eta_i + mood_i
    """
    return {
        "distance": p.discontent_distance * np.abs(ideology - state.orientation),
        "fear": p.discontent_fear * state.mobilisation * np.maximum(ideology, 0.0),
        "grievance": p.discontent_spread * grievance,
        "mood": p.discontent_mood * mood,
    }


def discontent_terms(worlds: Worlds, mood: Value) -> dict[str, Value]:
    """Return the terms of each officer's private discontent; it is their sum.

    Parameters
    ----------
    mood : float, or ndarray of shape ``(officers, n)``
        Each officer's standard shock of the month; 0 in a usual mood.
    """
    state, corps, p = worlds.state, worlds.corps, worlds.p
    return {**shared_terms(state, p),
            **private_terms(state, p, corps.ideology, corps.grievance, mood)}  # fmt: skip


def added(terms: Mapping[str, Value], to: Value | None = None) -> Floats:
    """Return the sum of some terms, in their order: rounding depends on it."""
    first, *others = terms.values() if to is None else (to, *terms.values())
    total: Any = first
    for value in others:
        total = total + value
    return total


def risk_of_rising(state: State, p: Parameters, help_from_abroad: Value) -> Floats:
    """Return the risk that an officer's discontent must overcome, ``(worlds,)``.

    R = c + aS survived + aR (repression - r0) - help - aP promise_broken
    """
    return (
        p.cost
        + p.deterrence * state.survived
        + p.intimidation * (state.repression - p.repression_usual)
        - help_from_abroad
        - p.broken_promise * state.promise_broken
    )


def garrison_loyalty(worlds: Worlds) -> Floats:
    """Return the share of each garrison's force that would not rise, ``(garrisons, worlds)``.

    Of officers whose private discontent in a usual mood lies below the risk of rising, before
    anybody plots: no plotter's rank or ideology, no signal and no covert money pulls at them.
    The observable ``disaffection`` is another quantity: what can be guessed of the whole corps
    from its factions.
    """
    state, corps, p = worlds.state, worlds.corps, worlds.p
    loyal = added(discontent_terms(worlds, 0.0)) <= risk_of_rising(state, p, 0.0)
    garrisons = np.arange(int(corps.garrison.max()) + 1)[:, None]
    weight = np.where(corps.garrison[:, 0] == garrisons, corps.weight, 0.0)
    return (weight @ loyal) / weight.sum(axis=1, keepdims=True)


def disaffection(state: State, country: Country, p: Parameters) -> Floats:
    """Return the share of officers who would rise, from the factions' means, ``(worlds,)``.

    An estimate without going through the officers: within a faction discontent is
    taken as uniform with the corps' spread.
    """
    shared = added(shared_terms(state, p)) - p.cost
    slope = 1.0 / (3.4641016151377544 * np.maximum(p.discontent_spread, 1e-3))
    # exact: what `sum` rounds depends on Python's version
    total = math.fsum(faction.share for faction in country.factions)
    estimate: Floats = np.zeros(())
    for faction in country.factions:
        mean = added(private_terms(state, p, faction.ideology, 0.0, 0.0), shared)
        rising = np.minimum(np.maximum(0.5 + slope * mean, 0.0), 1.0)
        estimate = estimate + faction.share / total * rising
    return estimate
