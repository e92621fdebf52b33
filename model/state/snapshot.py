"""The worlds at one moment: all that their future depends on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..types import Floats, Ints
from .counter_rng import Keys


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of ``n`` worlds at the start of a month, with the draws still to come.

    Attributes
    ----------
    month : int
        The month that comes next.
    state : ndarray, shape ``(fields, n)``
    absent_until : ndarray of int, shape ``(leaders, n)``, stored world by world
    ideology, grievance, generation : ndarray, shape ``(officers, n)``, stored world by world
    keys : ndarray of uint64, shape ``(n,)`` or ``(months, n)``
        What the draws are made from: one key a world, or one for each month from `month` on.
    draw_index : ndarray of int, shape ``(n,)``
        Which posterior draw each has, if the scenario has draws.
    """

    month: int
    state: Floats
    absent_until: Ints
    ideology: Floats
    grievance: Floats
    generation: NDArray[np.int16]
    keys: Keys
    draw_index: Ints

    def __len__(self) -> int:
        return self.state.shape[1]

    def take(self, worlds: Ints, keys: Keys | None = None) -> Snapshot:
        """Return some of the worlds, repeated or not; with other keys if they are given."""
        return Snapshot(
            self.month,
            np.take(self.state, worlds, axis=1),
            columns(self.absent_until, worlds),
            columns(self.ideology, worlds),
            columns(self.grievance, worlds),
            columns(self.generation, worlds),
            np.take(self.keys, worlds, axis=-1) if keys is None else keys,
            np.take(self.draw_index, worlds),
        )


def columns(table: NDArray, worlds: Ints) -> NDArray:
    """Return the columns of some worlds from a table that is stored world by world."""
    return np.take(table.T, worlds, axis=0).T
