"""The officer corps: who the officers are and how discontented they are.

Officers sit in slots ``0..N-1`` of named garrisons. A purged officer is replaced
in his slot by the next *generation*; traits are drawn from the key of (slot,
generation), so that a purge moves nobody else's traits.
"""

from __future__ import annotations

from copy import copy
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..types import Flags, Floats, Ints
from . import counter_rng
from .draw_keys import OFFICER_TRAITS
from .scenario import Country
from .snapshot import Snapshot, columns

_GENERATIONS: Final = 64  # later ones draw as the last: 63 purges of one slot


class Corps:
    """The officers of many worlds; arrays of shape ``(officers, worlds)``.

    They are stored world by world, since a coup takes all officers of a few worlds.

    Attributes
    ----------
    ideology : ndarray
        Left -1 to right 1.
    grievance : ndarray
        Private discontent in standard deviations.
    generation : ndarray of int16
    initial_officers_drawn : bool
        Whether the first officers have been drawn.
    garrison, top : ndarray, shape ``(officers, 1)``
        Garrison of each slot, and whether its rank is top.
    weight : ndarray, shape ``(officers,)``
        Integer share of force of each slot.
    """

    def __init__(
        self, country: Country, keys: counter_rng.Keys, start: Snapshot | None = None
    ) -> None:
        garrisons = country.garrisons
        sizes = [garrison.officers for garrison in garrisons]
        self.garrison = np.repeat(np.arange(len(garrisons)), sizes)[:, None]
        self.top = np.concatenate([np.arange(g.officers) < g.top for g in garrisons])[:, None]
        # weights are integers, so that sums over officers are exact in any order
        self.weight = np.repeat(np.array([g.weight for g in garrisons], dtype=np.float64), sizes)
        self.force = float(self.weight.sum())
        size = len(self.garrison)
        self.keys = [
            counter_rng.event_keys(trait, size, _GENERATIONS) for trait in OFFICER_TRAITS
        ]
        self._factions = country.factions
        if start is not None:
            self.ideology = start.ideology.copy("F")
            self.grievance = start.grievance.copy("F")
            self.generation = start.generation.copy("F")
        else:
            shape = (size, keys.shape[-1])
            self.generation = np.zeros(shape, dtype=np.int16, order="F")
            self.ideology, self.grievance = (np.empty(shape, order="F") for _ in range(2))
        self.initial_officers_drawn = start is not None

    def __len__(self) -> int:
        return len(self.garrison)

    @property
    def nbytes(self) -> int:
        """How much memory they take."""
        return self.ideology.nbytes + self.grievance.nbytes + self.generation.nbytes

    def draw_initial_officers(self, keys: counter_rng.Keys) -> None:
        """Draw the first officers of all worlds, unless they have been drawn."""
        if not self.initial_officers_drawn:
            slots = np.arange(len(self))[:, None]
            self.ideology[:], self.grievance[:] = self.traits(slots, 0, keys)
            self.initial_officers_drawn = True

    def traits(
        self, slots: Ints, generation: NDArray[Any] | int, keys: counter_rng.Keys
    ) -> tuple[Floats, Floats]:
        """Return ideology and grievance of officers, by broadcasting the three arguments.

        A faction is drawn by its share, z = mean + spread e, eta = e'.
        """
        which = slots * _GENERATIONS + np.minimum(generation, _GENERATIONS - 1)
        of_faction, of_ideology, of_grievance = (
            counter_rng.bits(keys, np.take(table, which)) for table in self.keys
        )
        luck = counter_rng.uniform(of_faction)
        shares = np.cumsum([faction.share for faction in self._factions])
        first, *others = self._factions
        mean, spread = first.ideology, first.spread
        for share, faction in zip(shares[:-1] / shares[-1], others, strict=True):
            mean = np.where(luck > share, faction.ideology, mean)
            spread = np.where(luck > share, faction.spread, spread)
        ideology = mean + spread * counter_rng.normal(of_ideology)
        return np.minimum(np.maximum(ideology, -1.0), 1.0), counter_rng.normal(of_grievance)

    def among(self, worlds: Ints) -> Corps:
        """Return the officers of some worlds, a copy."""
        some = copy(self)
        some.ideology = columns(self.ideology, worlds)
        some.grievance = columns(self.grievance, worlds)
        some.generation = columns(self.generation, worlds)
        return some

    def put(self, worlds: Ints, some: Corps) -> None:
        """Take over the officers of some worlds."""
        self.ideology[:, worlds] = some.ideology
        self.grievance[:, worlds] = some.grievance
        self.generation[:, worlds] = some.generation

    def force_of(self, standing: Flags) -> Floats:
        """Return the share of force of those standing; integer weights make the sum exact."""
        return (self.weight @ standing.astype(np.float64)) / self.force

    def replace(self, purged: Flags, keys: counter_rng.Keys) -> None:
        """Retire officers, ``(officers, worlds)``, and draw their successors."""
        slots, worlds = np.nonzero(purged)
        self.generation[slots, worlds] += 1
        traits = self.traits(slots, self.generation[slots, worlds], keys[worlds])
        self.ideology[slots, worlds], self.grievance[slots, worlds] = traits
