"""All that happened in one world: compiled months, and what is asked of them afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palca.model import Simulation
from palca.model.calendar import month_name
from palca.model.equations.discontent import garrison_loyalty
from palca.model.state.history import CODE_OF
from palca.model.state.scenario import Scenario
from palca.model.state.snapshot import Snapshot

from ..observe.histories import Histories, simulated
from .explain import Episode, Explanation, explained, ruler_of, state_of
from .narrate import happenings
from .officers import Attempt, live_through

_ATTEMPTS: Final = [CODE_OF["power", kind] for kind in ("coup", "failed coup")]


@dataclass(frozen=True, slots=True)
class Trace:
    """All that happened in one world, month by month.

    Attributes
    ----------
    scenario : Scenario
    months : list of Episode
        Each with the events of its own month.
    starts : list of Snapshot
        The world as each month begins.
    histories : Histories
        Of the one world.
    loyalty : ndarray, shape ``(months, garrisons)``
        At the end of each month, the share of each garrison's force that would not rise.
    attempts : dict of int to int
        By the month of an attempted coup, the garrison from which it was led.
    """

    scenario: Scenario
    months: list[Episode]
    starts: list[Snapshot]
    histories: Histories
    loyalty: NDArray[np.float64]
    attempts: dict[int, int]

    def explain(self, month: int) -> Explanation:
        """Return one of its months with what was decided in it: it is lived once more."""
        explanation = explained(self._at(month))
        explanation.happened = self.months[month - self.scenario.first].happened
        return explanation

    def attempt(self, month: int) -> Attempt:
        """Return what the attempted coup of a month was like from within: it is lived once more."""
        attempt = live_through(self._at(month))
        assert attempt is not None, f"no attempt in {month_name(month)}"
        return attempt

    def _at(self, month: int) -> Simulation:
        at = month - self.scenario.first
        return Simulation(self.scenario, [self.months[at].world], start=self.starts[at])


def tell(model: Simulation) -> Trace:
    """Run a model of one world to its end and tell of every month.

    Its months are compiled where they can be. Compiled code tells neither of rules nor of what an
    attempt is like from within: who asks for that has the month lived again from its start, which
    is the same, bit for bit.
    """
    scenario, world = model.current.scenario, int(model.worlds[0])
    months, starts, loyalty = [], [], []
    begins = state_of(model)
    for month in range(scenario.first, scenario.end):
        ruler = ruler_of(model)
        starts.append(model.snapshot())
        model.advance()
        ends = state_of(model)
        months.append(Episode(world, month, ruler, begins, ends, []))
        begins = ends
        loyalty.append(garrison_loyalty(model.current.worlds)[:, 0])
    history = model.history()
    for event in happenings(history.events, scenario.country, 0, scenario.first):
        months[event.month - scenario.first].happened.append(event)
    struck = np.isin(history.events.code, _ATTEMPTS)
    led = (column[struck].tolist() for column in (history.events.month, history.events.garrison))
    attempts = dict(zip(*led, strict=True))
    return Trace(scenario, months, starts, simulated(history), np.array(loyalty), attempts)
