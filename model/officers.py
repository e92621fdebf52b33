"""The officer corps: who the officers are and how discontented they are.

Officers sit in slots ``0..N-1`` of named garrisons. A purged officer is replaced
in his slot by the next *generation*; traits are drawn from the key of (slot,
generation), so that a purge moves nobody else's traits.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from . import noise
from .parameters import Parameters, at
from .scenario import Country
from .snapshot import Snapshot
from .state import State

Floats = NDArray[np.float64]

_GENERATIONS: Final = 16  # later ones draw as the sixteenth: 15 purges of one slot in ten years


class Corps:
    """The officers of all worlds; arrays of shape ``(officers, worlds)``.

    They are stored world by world, since a coup takes all officers of a few worlds.

    Attributes
    ----------
    ideology : ndarray
        Left -1 to right 1.
    grievance : ndarray
        Private discontent in standard deviations.
    generation : ndarray of int16
    garrison, top, weight : ndarray, shape ``(officers,)``
        Garrison of each slot, whether its rank is top, and its integer share of force.
    """

    def __init__(self, country: Country, keys: noise.Keys, start: Snapshot | None = None) -> None:
        garrisons = country.garrisons
        sizes = [garrison.officers for garrison in garrisons]
        self.garrison = np.repeat(np.arange(len(garrisons)), sizes)
        self.top = np.concatenate([np.arange(g.officers) < g.top for g in garrisons])
        # weights are integers, so that sums over officers are exact in any order
        self.weight = np.repeat(
            np.array([g.weight for g in garrisons], dtype=np.float64), sizes
        )
        self.force = float(self.weight.sum())
        size = len(self.garrison)
        self._faction_keys = noise.event_keys("officer's faction", size, _GENERATIONS)
        self._ideology_keys = noise.event_keys("officer's ideology", size, _GENERATIONS)
        self._grievance_keys = noise.event_keys("officer's grievance", size, _GENERATIONS)
        shares = np.cumsum([faction.share for faction in country.factions])
        self._bounds = shares[:-1] / shares[-1]
        self._mean = np.array([faction.ideology for faction in country.factions])
        self._spread = np.array([faction.spread for faction in country.factions])
        if start is not None:
            self.generation = start.generation.copy("F")
            self.ideology, self.grievance = start.ideology.copy("F"), start.grievance.copy("F")
            return
        self.generation = np.zeros((size, len(keys)), dtype=np.int16, order="F")
        slots = np.arange(size)[:, None]
        ideology, grievance = self._traits(slots, self.generation, keys)
        self.ideology, self.grievance = np.asfortranarray(ideology), np.asfortranarray(grievance)

    def _traits(
        self, slots: NDArray[np.int64], generation: NDArray[np.int16], keys: noise.Keys
    ) -> tuple[Floats, Floats]:
        which = np.minimum(generation, _GENERATIONS - 1)
        luck = noise.uniform(noise.bits(keys, self._faction_keys[slots, which]))
        faction = np.searchsorted(self._bounds, luck)
        leaning = noise.normal(noise.bits(keys, self._ideology_keys[slots, which]))
        ideology = self._mean[faction] + self._spread[faction] * leaning
        grievance = noise.normal(noise.bits(keys, self._grievance_keys[slots, which]))
        return np.minimum(np.maximum(ideology, -1.0), 1.0), grievance

    def of(self, worlds: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Return ideology and grievance of the officers of some worlds, ``(officers, n)``."""
        return (
            np.take(self.ideology.T, worlds, axis=0).T,
            np.take(self.grievance.T, worlds, axis=0).T,
        )

    def replace(
        self, slots: NDArray[np.int64], worlds: NDArray[np.int64], keys: noise.Keys
    ) -> None:
        """Retire officers at (slot, world) and draw their successors from the worlds' `keys`."""
        self.generation[slots, worlds] += 1
        traits = self._traits(slots, self.generation[slots, worlds], keys[worlds])
        self.ideology[slots, worlds], self.grievance[slots, worlds] = traits


def corps_discontent(
    state: State, p: Parameters, worlds: NDArray[np.int64] | slice = slice(None)
) -> Floats:
    """Return the discontent that all officers of a world share, shape of `worlds`.

    d = a0 - aF F - aL (L - 1/2) - aB b + aC civilian - aZ d0
    """
    return (
        at(p.discontent_base, worlds)
        - at(p.discontent_fiscal, worlds) * state.fiscal[worlds]
        - at(p.discontent_legitimacy, worlds) * (state.legitimacy[worlds] - 0.5)
        - at(p.discontent_patronage, worlds) * state.patronage[worlds]
        + at(p.discontent_civilian, worlds) * (1.0 - state.military[worlds])
        - at(p.discontent_distance, worlds) * at(p.distance_usual, worlds)
    )


def private_discontent(
    shared: Floats,
    ideology: Floats,
    grievance: Floats | float,
    mood: Floats | float,
    orientation: Floats,
    mobilisation: Floats,
    distance: float | Floats,
    fear: float | Floats,
    spread: float | Floats,
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


def disaffection(state: State, country: Country, p: Parameters) -> Floats:
    """Return the share of officers who would rise, from the factions' means, ``(worlds,)``.

    An estimate without going through the officers: within a faction discontent is
    taken as uniform with the corps' spread.
    """
    ideology = np.array([[faction.ideology] for faction in country.factions])
    mean = private_discontent(
        corps_discontent(state, p) - p.cost,
        ideology,
        0.0,
        0.0,
        state.orientation,
        state.mobilisation,
        p.discontent_distance,
        p.discontent_fear,
        p.discontent_spread,
    )
    slope = 1.0 / (3.4641016151377544 * np.maximum(p.discontent_spread, 1e-3))
    rising = np.minimum(np.maximum(0.5 + slope * mean, 0.0), 1.0)
    total = sum(faction.share for faction in country.factions)
    # added up one by one: a sum along an axis may take another order for another shape
    estimate = np.zeros_like(state.orientation)
    for faction, row in zip(country.factions, rising, strict=True):
        estimate += faction.share / total * row
    return estimate
