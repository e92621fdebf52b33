"""What an intervention changes while it lasts: levers, parameters, coups.

Changes of policies, rules and drivers need nothing of the model: the scenario that it is
given has them in it. Each of these holds from month `since` to month `until`, both included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from ..language.levers import LEVERS
from ..types import Value

Operation = Literal["set", "scale", "cap"]
Outcome = Literal["succeeds", "fails", "never"]
STRONGEST_SIGNAL: Final = (
    12.0**0.5
)  # the bound of a standard shock, see palca.model.state.counter_rng.normal


@dataclass(frozen=True, slots=True)
class LeverChange:
    """A lever of an actor that is set, scaled or capped, whatever its rules say."""

    actor: str
    lever: str
    operation: Operation
    value: float
    since: int
    until: int

    def of(self, value: Value) -> Value:
        """Return what becomes of the lever's value; it stays within the lever's range."""
        lever = LEVERS[self.actor][self.lever]
        match self.operation:
            case "set":
                changed: Value = self.value
            case "scale":
                changed = value * self.value
            case "cap":
                changed = np.minimum(value, self.value)
        return np.minimum(np.maximum(changed, lever.lowest), lever.highest)


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """A parameter that has another value for a time."""

    name: str
    value: float
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class ForcedCoup:
    """Coups of a time that never start, or whose outcome is given.

    Attributes
    ----------
    outcome : str
        ``"never"``: nobody finds an opportunity. ``"succeeds"``, ``"fails"``: the public
        signal of an attempt is as strong as can be for the one side or the other, and that
        side wins.
    leader : int, optional
        Roster place of somebody who strikes in month `since` wherever he doesn't rule
        and is at hand; without it only the attempts that arise by themselves are decided.
    """

    outcome: Outcome
    leader: int | None
    since: int
    until: int
