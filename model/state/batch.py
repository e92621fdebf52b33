"""Some worlds in one month: what the equations read and change.

The month's equations are elementwise over worlds. What happens in a few of them only
(a coup, an election, a death) is a function of :class:`Worlds` that is called `among` those:
the same elementwise code on fewer worlds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..types import Flags, Floats, Ints
from .corps import Corps
from .draws import Draws
from .history import EventLog
from .parameters import Parameters
from .snapshot import columns
from .state import State


@dataclass(slots=True)
class Worlds:
    """Worlds ``0..n-1`` of a run, or some of them, in one month.

    Attributes
    ----------
    month : int
    state : State
        Fields of shape ``(n,)``.
    p : Parameters
        Numbers, or arrays of shape ``(n,)``.
    draws : Draws
        This month's draws, ``(n,)``.
    corps : Corps
        The officers, ``(officers, n)``.
    absent_until : ndarray of int, shape ``(leaders, n)``
        Before which month each leader can't come to power; stored world by world.
    event_log : EventLog
    index : ndarray of int, shape ``(n,)``, optional
        Their indices among the run's worlds, if they are not all of them.
    """

    month: int
    state: State
    p: Parameters
    draws: Draws
    corps: Corps
    absent_until: Ints
    event_log: EventLog
    index: Ints | None = None

    def among(self, where: Flags | bool, happens: Callable[..., None], *values: Any) -> None:
        """Let something happen in the worlds where a condition holds, and only there.

        Parameters
        ----------
        where : ndarray of bool, shape ``(n,)``, or bool
            Where, or whether in all of them.
        happens : callable
            ``happens(some, *values)`` with the worlds concerned.
        *values : float, ndarray of shape ``(n,)`` or ``(officers, n)``, or a tuple of these
            Handed on, of those worlds.
        """
        if not np.count_nonzero(where):
            return
        if isinstance(where, bool) or np.all(where):
            happens(self, *values)
            return
        (chosen,) = np.nonzero(where)
        index = chosen if self.index is None else self.index[chosen]
        some = Worlds(
            self.month,
            State(len(chosen), self.state.values[:, chosen]),
            self.p.among(chosen),
            self.draws.among(chosen),
            self.corps.among(chosen),
            self.absent_until[:, chosen],
            self.event_log,
            index,
        )
        happens(some, *(_among(value, chosen) for value in values))
        self.state.values[:, chosen] = some.state.values
        self.absent_until[:, chosen] = some.absent_until
        self.corps.put(chosen, some.corps)

    def write(
        self,
        track: str,
        kind: str,
        happened: Flags | None = None,
        amount: Floats | None = None,
        leader: Floats | Ints | None = None,
        garrison: Ints | None = None,
    ) -> None:
        """Write down that an event happened, in all worlds or where `happened` holds.

        Parameters
        ----------
        happened : ndarray of bool, shape ``(n,)``, optional
        amount, leader, garrison : ndarray, shape ``(n,)``, optional
            Million USD or another size; roster index of who acted; index of the garrison.
        """
        if happened is None:
            chosen = np.arange(self.state.values.shape[1])
        elif np.count_nonzero(happened):
            (chosen,) = np.nonzero(happened)
        else:
            return

        def of_those(values: Any) -> Any:
            return values[chosen] if isinstance(values, np.ndarray) else values

        index = chosen if self.index is None else self.index[chosen]
        details = map(of_those, (amount, leader, garrison))
        self.event_log.write(track, kind, index, *details)

    def fixed_point(self, step: Callable[[Floats], Floats], start: Floats) -> Floats:
        """Return the fixed point of ``x -> step(x)`` reached from `start`, in each world."""
        now = start
        while True:
            then = step(now)
            if np.array_equal(then, now):
                return then
            now = then


def _among(value: Any, chosen: Ints) -> Any:
    if isinstance(value, tuple):
        return type(value)(*(_among(part, chosen) for part in value))
    if not isinstance(value, np.ndarray):
        return value
    return value[chosen] if value.ndim == 1 else columns(value, chosen)
