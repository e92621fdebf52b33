"""The chance of a coup attempt, one month ahead, for many sets of parameters at once.

Each set has worlds of its own. Every month they forecast; then those in which there was an
attempt, or none, as documented, go on, and copies of them take the place of the others. Who rules
is installed as documented and weighs nothing. So what a set is worth is what it says of attempts
and of their outcomes (Chopin, Jacob and Papaspiliopoulos 2013,
doi:10.1111/j.1467-9868.2012.01046.x: a particle filter for each set of static parameters).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from palca.model import Simulation
from palca.model.seeds import LARGEST
from palca.model.state import counter_rng
from palca.model.state.scenario import Scenario
from palca.model.types import Flags, Floats

from ..infer.weights import equal, systematic
from .tables import Course

# What belongs to who rules: put back where a world's ruler changes and the documented one doesn't
_OFFICE: Final = ("leader", "orientation", "military", "seized", "legitimacy", "age",
                  "elections_due", "closed", "succession")  # fmt: skip
_LEGITIMACY: Final = 0.5  # of a ruler who takes office otherwise than by an attempt: assumed
_FEW: Final = 0.6  # share of all worlds, and of a set's, below which worlds are copied
_FEWER: Final = 0.2
_BORROWED: Final = 10.0  # worlds
_LEAST: Final = 1e-5  # chance of an attempt that no world of any set saw


@dataclass(frozen=True, slots=True)
class Chances:
    """What sets of parameters say of a country.

    Attributes
    ----------
    attempt : ndarray, shape ``(months, sets)``
        The chance of an attempt in a month, given the months before.
    success : ndarray, shape ``(months, sets)``
        That it succeeds, of the worlds with an attempt; NaN in months without a documented one.
    """

    attempt: Floats
    success: Floats


def chances(
    scenario: Scenario, course: Course, sets: dict[str, Floats], worlds: int, seed: int
) -> Chances:
    """Return what sets of parameters say of a country, month by month.

    Parameters
    ----------
    sets : dict of str to ndarray, shape ``(sets,)``
        Values of parameters.
    worlds : int
        Worlds of each set.
    """
    count = len(next(iter(sets.values())))
    size = count * worlds
    values = {name: np.repeat(column, worlds) for name, column in sets.items()}
    scenario = replace(scenario, parameters={**scenario.parameters, **values})
    model = Simulation(scenario, size, seed, keep=())
    alive = np.ones((count, worlds), dtype=np.bool_)
    attempt, success = (np.full((scenario.months, count), np.nan) for _ in range(2))
    for at in range(scenario.months):
        state = model.state
        before = {name: getattr(state, name).copy() for name in _OFFICE}
        model.advance()
        model.event_log.take()
        tried = (model.state.attempt > 0.5).reshape(count, worlds)
        won = (model.state.success > 0.5).reshape(count, worlds)
        attempt[at] = _share(tried, alive)
        match = tried if course.attempt[at] else ~tried
        if course.attempt[at]:
            success[at] = _share(won, alive & tried)
            match = match & (won == course.success[at])
        alive &= match
        _install(model, course, at, before, (won & alive).ravel())
        left = alive.mean(axis=1)
        if (left.mean() < _FEW or left.min() < _FEWER) and at + 1 < scenario.months:
            model = _copied(scenario, model, alive, course, at, seed)
            alive[:] = True
    return Chances(attempt, success)


def _share(happened: Flags, among: Flags) -> Floats:
    """Return the share of each set's worlds in which it happened, ``(sets,)``.

    A set's few worlds say 0 of what is rare. So each share is drawn towards that of all sets, as
    if as many worlds more had been seen as :data:`_BORROWED`; their mean stays.
    """
    of_all = max(float(happened[among].mean()) if among.any() else 0.5, _LEAST)
    hits, seen = (happened & among).sum(axis=1), among.sum(axis=1)
    return (hits + _BORROWED * of_all) / (seen + _BORROWED)


def _install(
    model: Simulation, course: Course, at: int, before: dict[str, Floats], seized: Flags
) -> None:
    """Let the documented ruler of a month rule at its end; `seized` are worlds of his coup."""
    state, now = model.state, int(course.ruler[at])
    spell = course.spells.iloc[now]
    if at and course.ruler[at - 1] == now:
        changed = (state.leader != now) & ~seized
        for name, values in before.items():
            row = getattr(state, name)
            row[:] = np.where(changed, values + (name == "age"), row)
        changed = state.leader != now
    else:
        new = ~seized
        for name, value in (("seized", float(spell.irregular)), ("legitimacy", _LEGITIMACY),
                            ("age", 0.0), ("elections_due", 0.0), ("closed", 0.0),
                            ("succession", 1.0)):  # fmt: skip
            row = getattr(state, name)
            row[:] = np.where(new, value, row)
        changed = np.ones_like(new)
    state.leader[:] = now
    for name, value in (("orientation", spell.orientation), ("military", float(spell.soldier))):
        row = getattr(state, name)
        row[:] = np.where(changed, value, row)


def _copied(
    scenario: Scenario, model: Simulation, alive: Flags, course: Course, at: int, seed: int
) -> Simulation:
    """Return the model with copies of the worlds that went as documented, with draws of their own.

    Where no world of a set did, all go on, and are told what happened.
    """
    count, worlds = alive.shape
    chance = np.random.default_rng([seed, at])
    chosen = np.arange(count * worlds).reshape(count, worlds)
    for one in np.flatnonzero(~alive.all(axis=1)):
        good = np.flatnonzero(alive[one])
        if len(good):
            copied = systematic(equal(len(good)), worlds, chance.random())
            chosen[one] = one * worlds + good[copied]
        else:
            _tell(model, slice(one * worlds, (one + 1) * worlds), course, at)
    keys = counter_rng.world_keys(int(chance.integers(LARGEST)), np.arange(count * worlds))
    start = model.snapshot().take(chosen.ravel(), keys)
    return Simulation(scenario, count * worlds, seed, keep=(), start=start)


def _tell(model: Simulation, some: slice, course: Course, at: int) -> None:
    """Put into the state that there was an attempt, or none."""
    state = model.state
    if course.attempt[at]:
        state.attempt_age[some] = 0.0
        state.coup_memory[some] = np.minimum(state.coup_memory[some] + 1.0, 10.0)
        state.survived[some] = 0.0 if course.success[at] else 1.0
