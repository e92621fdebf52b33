"""The discontent of officers: what all share, what each adds, and what he must overcome to rise."""

from __future__ import annotations

import math

import numpy as np

from ..state.batch import Worlds
from ..state.parameters import Parameters
from ..state.scenario import Country
from ..state.state import State
from ..types import Floats, Value


def corps_discontent(state: State, p: Parameters) -> Floats:
    """Return the discontent that all officers of a world share, ``(worlds,)``.

    d = a0 - aF F - aL (L - 1/2) - aB b + aC civilian - aZ d0
    """
    return (
        p.discontent_base
        - p.discontent_fiscal * state.fiscal
        - p.discontent_legitimacy * (state.legitimacy - 0.5)
        - p.discontent_patronage * state.patronage
        + p.discontent_civilian * (1.0 - state.military)
        - p.discontent_distance * p.distance_usual
    )


def private_discontent(
    shared: Floats,
    ideology: Value,
    grievance: Value,
    mood: Value,
    orientation: Floats,
    mobilisation: Floats,
    distance: Value,
    fear: Value,
    spread: Value,
) -> Floats:
    """Return each officer's private discontent, by broadcasting over officers and worlds.

    D_i = d + aZ |z_i - o| + aM M max(z_i, 0) + s eta_i + mood_i
    """
    return (
        shared
        + distance * np.abs(ideology - orientation)
        + fear * mobilisation * np.maximum(ideology, 0.0)
        + spread * grievance
        + mood
    )


def risk_of_rising(state: State, p: Parameters, help_from_abroad: Value) -> Floats:
    """Return the risk that an officer's discontent must overcome, ``(worlds,)``.

    R = c + aS survived - help - aP promise_broken
    """
    return (
        p.cost
        + p.deterrence * state.survived
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
    discontent = private_discontent(
        corps_discontent(state, p),
        corps.ideology,
        corps.grievance,
        0.0,
        state.orientation,
        state.mobilisation,
        p.discontent_distance,
        p.discontent_fear,
        p.discontent_spread,
    )
    loyal = discontent <= risk_of_rising(state, p, 0.0)
    garrisons = np.arange(int(corps.garrison.max()) + 1)[:, None]
    weight = np.where(corps.garrison[:, 0] == garrisons, corps.weight, 0.0)
    return (weight @ loyal) / weight.sum(axis=1, keepdims=True)


def disaffection(state: State, country: Country, p: Parameters) -> Floats:
    """Return the share of officers who would rise, from the factions' means, ``(worlds,)``.

    An estimate without going through the officers: within a faction discontent is
    taken as uniform with the corps' spread.
    """
    shared = corps_discontent(state, p) - p.cost
    slope = 1.0 / (3.4641016151377544 * np.maximum(p.discontent_spread, 1e-3))
    # exact: what `sum` rounds depends on Python's version
    total = math.fsum(faction.share for faction in country.factions)
    estimate: Floats = np.zeros(())
    for faction in country.factions:
        mean = private_discontent(
            shared,
            faction.ideology,
            0.0,
            0.0,
            state.orientation,
            state.mobilisation,
            p.discontent_distance,
            p.discontent_fear,
            p.discontent_spread,
        )
        rising = np.minimum(np.maximum(0.5 + slope * mean, 0.0), 1.0)
        estimate = estimate + faction.share / total * rising
    return estimate
