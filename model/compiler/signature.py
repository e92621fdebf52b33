"""What the code of a month depends on, before any number is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..month import Month
from ..state.scenario import Country, InForce


@dataclass(frozen=True, slots=True)
class Shape:
    """All that the code of a month depends on; values of parameters and drivers do not.

    Attributes
    ----------
    country : Country
        Without its start.
    first : int
        The scenario's first month.
    in_force : InForce
        Policies and interventions.
    closed, varying : tuple of str
        Closed channels; parameters that differ from world to world.
    heard : tuple of str
        Channels that are listened to or frozen: which of the two is told when the code runs.
    """

    country: Country
    first: int
    in_force: InForce
    closed: tuple[str, ...] = ()
    varying: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()

    @classmethod
    def of(cls, month: Month) -> Shape:
        """Return the shape of a month."""
        return cls(
            replace(month.scenario.country, start={}, record=""),
            month.scenario.first,
            replace(month.in_force, parameters={}),
            tuple(sorted(month.scenario.closed)),
            tuple(name for name, value in month.p.items() if isinstance(value, np.ndarray)),
            tuple(sorted(month.channel_log.listened | month.channel_log.frozen)),
        )
