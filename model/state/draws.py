"""The draws of a month, by the keys of the events that they decide."""

from __future__ import annotations

from copy import copy
from typing import Final

import numpy as np

from ..types import Flags, Floats, Ints, Value
from . import counter_rng
from .draw_keys import NORMAL, UNIFORM

# Draws made at once, months times worlds. With few worlds calls cost more than draws, so
# many months are drawn in one; with many each event is drawn when it is asked for.
_WINDOW: Final = 2048


class Draws:
    """All worlds' draws, month by month.

    Parameters
    ----------
    keys : ndarray of uint64, shape ``(worlds,)`` or ``(months, worlds)``
        One key a world, or one for each of its months.
    first, months : int
        The first month of the scenario, and its length.
    since : int
        The month of the first row of keys that differ by month.
    """

    def __init__(self, keys: counter_rng.Keys, first: int, months: int, since: int) -> None:
        self._keys = keys
        self._first, self._since = first, since
        events = UNIFORM + NORMAL
        self.events = np.concatenate([counter_rng.event_keys(name, 1, months) for name in events])
        self._span = max(1, min(months, _WINDOW // keys.shape[-1]))
        self._start = self._end = first
        self._uniform = self._normal = np.empty((0, 0, 0))
        self._rows = {name: i for i, name in enumerate(UNIFORM)}
        self._rows |= {name: i for i, name in enumerate(NORMAL)}
        self.month = first

    def turn_to(self, month: int) -> None:
        """Make the draws of `month` the ones that are read."""
        if self._span > 1 and not self._start <= month < self._end:
            self._start, self._end = month, month + self._span
            events = self.events[:, self._at(self._start) : self._at(self._end), None]
            random_bits = counter_rng.bits(
                self._keys_of(slice(month, month + events.shape[1])), events
            )
            self._uniform = counter_rng.uniform(random_bits[: len(UNIFORM)])
            self._normal = counter_rng.normal(random_bits[len(UNIFORM) :])
        self.month = month

    def _at(self, month: int) -> int:
        """Return the place of a month in tables of all months."""
        return month - self._first

    def _keys_of(self, months: slice) -> counter_rng.Keys:
        """Return the worlds' keys in some months, ``(worlds,)`` or ``(months, worlds)``."""
        if self._keys.ndim == 1:
            return self._keys
        return self._keys[months.start - self._since : months.stop - self._since]

    def later(self, month: int) -> counter_rng.Keys:
        """Return the keys of `month` and the months after it, as `Draws` takes them."""
        return self._keys if self._keys.ndim == 1 else self._keys[month - self._since :]

    def among(self, worlds: Ints) -> Draws:
        """Return the draws of some worlds, for this month only."""
        some = copy(self)
        some._keys = self.keys[worlds]
        if self._span > 1:
            this_month = slice(self.month - self._start, self.month - self._start + 1)
            some._uniform, some._normal = (
                table[:, this_month, worlds] for table in (self._uniform, self._normal)
            )
            some._start = self.month
        return some

    @property
    def keys(self) -> counter_rng.Keys:
        """The key of each world in this month, ``(worlds,)``."""
        return self._keys_of(slice(self.month, self.month + 1)).reshape(-1)

    def bits(self, events: counter_rng.Keys) -> counter_rng.Keys:
        """Return this month's random bits of ``(agents, worlds)`` from ``(agents, months)``."""
        return counter_rng.bits(self.keys, events[:, self._at(self.month), None])

    def happens(self, event: str, probability: Value) -> Flags:
        """Return in which worlds an event happens that has this probability, ``(worlds,)``."""
        if isinstance(probability, float) and probability <= 0.0:  # in no world: no draw
            return np.zeros(self._keys.shape[-1], dtype=np.bool_)
        return self.of(event) < probability

    def of(self, event: str) -> Floats:
        """Return the uniform draw that decides `event` this month, ``(worlds,)``."""
        row = self._rows[event]
        if self._span > 1:
            return self._uniform[row, self.month - self._start]
        here = self._at(self.month)
        return counter_rng.uniform(counter_rng.bits(self.keys, self.events[row, here]))

    def shock(self, event: str) -> Floats:
        """Return the standard shock named `event` this month, ``(worlds,)``."""
        row = self._rows[event]
        if self._span > 1:
            return self._normal[row, self.month - self._start]
        return counter_rng.normal(
            counter_rng.bits(self.keys, self.events[len(UNIFORM) + row, self._at(self.month)])
        )
