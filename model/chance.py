"""The draws of one month, by the name of the event that they decide."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from . import noise

Floats = NDArray[np.float64]

# An event is decided by comparing its uniform draw with its chance.
UNIFORM: Final = (
    "opportunity", "plot found out", "embassy", "agreement", "contact", "credit",
    "soviet trade", "soviet protest", "soviet suspension", "soviet resumption", "soviet break",
    "tin sale", "us contact", "us protest", "nationalisation", "settlement", "expulsion of soviets",
    "expulsion of americans", "break with ussr", "ban of the party", "toleration of the party",
    "legalisation of the party", "reform", "promise of elections", "breach of promise",
    "self-coup", "campaign", "election result", "party protest", "party dissent",
    "party rupture", "party front", "party stand", "strike", "general strike", "massacre",
    "siege", "guerrilla", "amnesty",
)  # fmt: skip
# A shock has mean 0 and variance 1.
NORMAL: Final = (
    "growth", "fiscal", "legitimacy", "mobilisation", "public signal", "new orientation",
    "size of credit", "us budget", "ussr sees regime.orientation", "us sees regime.orientation",
    "us sees disaffection", "regime sees disaffection",
)  # fmt: skip
# Draws made at once, months times worlds. With few worlds calls cost more than draws, so
# many months are drawn in one; with many each event is drawn when it is asked for.
_WINDOW: Final = 2048


class Chance:
    """All worlds' draws, month by month.

    Parameters
    ----------
    keys : ndarray of uint64, shape ``(worlds,)``
    months : int
        Length of the run.
    """

    def __init__(self, keys: noise.Keys, months: int) -> None:
        self._keys = keys
        events = UNIFORM + NORMAL
        self._events = np.concatenate([noise.event_keys(name, 1, months) for name in events])
        self._span = max(1, min(months, _WINDOW // len(keys)))
        self._start = self._end = 0
        self._uniform = self._normal = np.empty((0, 0, 0))
        self._rows = {name: i for i, name in enumerate(UNIFORM)}
        self._rows |= {name: i for i, name in enumerate(NORMAL)}
        self.month = 0

    def turn_to(self, month: int) -> None:
        """Make the draws of `month` the ones that are read."""
        if self._span > 1 and not self._start <= month < self._end:
            self._start, self._end = month, month + self._span
            random_bits = noise.bits(
                self._keys, self._events[:, self._start : self._end, None]
            )
            self._uniform = noise.uniform(random_bits[: len(UNIFORM)])
            self._normal = noise.normal(random_bits[len(UNIFORM) :])
        self.month = month

    def of(self, event: str) -> Floats:
        """Return the uniform draw that decides `event` this month, ``(worlds,)``."""
        row = self._rows[event]
        if self._span > 1:
            return self._uniform[row, self.month - self._start]
        return noise.uniform(noise.bits(self._keys, self._events[row, self.month]))

    def shock(self, event: str) -> Floats:
        """Return the standard shock named `event` this month, ``(worlds,)``."""
        row = self._rows[event]
        if self._span > 1:
            return self._normal[row, self.month - self._start]
        return noise.normal(noise.bits(self._keys, self._events[len(UNIFORM) + row, self.month]))
