"""Some worlds simulated month by month: months stepped by NumPy, or compiled.

It doesn't know Mesa, which takes longer to import than many a question to answer:
:class:`~palca.model.model.ColdWarModel` is Mesa's face of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from .calendar import FOREVER, month_name
from .compiler.cache import kernel_for
from .errors import PalcaError
from .month import Month
from .seeds import check_number
from .state import counter_rng
from .state.batch import Worlds
from .state.channels import ChannelLog
from .state.corps import Corps
from .state.draw_keys import FATES, MOODS
from .state.draws import Draws
from .state.history import EventLog, History
from .state.parameters import Parameters, draw_index
from .state.roster import roster_of
from .state.scenario import Scenario
from .state.snapshot import Snapshot
from .state.state import FIELDS, State
from .types import Ints

if TYPE_CHECKING:
    from .compiler.kernel import Kernel


def _numbers(worlds: int | Sequence[int] | NDArray[np.integer[Any]]) -> Ints:
    """Return the numbers of some worlds, or of the first so many."""
    if np.ndim(worlds) == 0:
        return np.arange(check_number("how many worlds", worlds))
    numbers = np.asarray(worlds)
    if numbers.dtype.kind not in "iu":
        numbers = np.array([check_number("a world's number", one) for one in np.ravel(worlds)])
    for end in (numbers.min(initial=0), numbers.max(initial=0)):
        check_number("a world's number", end)
    return numbers.astype(np.int64)


class Simulation:
    """A country between two patrons, in one world or in many at once.

    Every quantity has an axis of worlds. A world's history depends on the scenario, the seed and
    the world's number, and on nothing else: not on the other worlds, nor on how they are divided
    into simulations.

    Parameters
    ----------
    scenario : Scenario
        Kept as ``current.scenario``.
    worlds : int or sequence of int, default 1
        How many worlds (numbered from 0), or their numbers.
    seed : int, default 0
        From 0 to 2**53 - 1; it is `seed_number`.
    keep : sequence of str, default all
        Fields of the state whose monthly values the history keeps.
    start : Snapshot, optional
        Go on from there, with its worlds and its draws, instead of from the scenario's first month;
        `worlds` then only numbers them.
    channel_log : ChannelLog, optional
        Which channels are listened to, or held at the path of a factual twin.

    Examples
    --------
    >>> history = Simulation(scenario, worlds=100, seed=7).run()  # doctest: +SKIP
    """

    def __init__(
        self,
        scenario: Scenario,
        worlds: int | Sequence[int] | NDArray[np.integer[Any]] = 1,
        seed: SupportsIndex = 0,
        keep: Sequence[str] = tuple(FIELDS),
        start: Snapshot | None = None,
        channel_log: ChannelLog | None = None,
    ) -> None:
        self.seed_number = seed = check_number("the seed", seed)
        self.worlds = _numbers(worlds)
        size = len(self.worlds)
        self.draw_index = draw_index(seed, self.worlds) if start is None else start.draw_index
        usual = scenario.usual_parameters(self.draw_index)
        self._kernel: Kernel | None = None  # compiled months, up to the one in which others hold
        self._same_until = 0
        self.channel_log = ChannelLog() if channel_log is None else channel_log
        self.p = Parameters(usual)
        country = scenario.country
        self.leaders = country.leaders
        self.since = scenario.first if start is None else start.month
        self.month = self.since
        self.state = State(size, dict(country.start) if start is None else start.state)
        absent_until = (
            np.full((len(country.leaders), size), scenario.first, np.int64, order="F")
            if start is None
            else start.absent_until.copy("F")
        )
        if start is None:
            for death in country.deaths:
                if death.month < scenario.first:
                    absent_until[death.leader] = FOREVER
        keys = counter_rng.world_keys(seed, self.worlds) if start is None else start.keys
        self.draws = Draws(keys, scenario.first, scenario.months, self.since)
        self.draws.turn_to(self.month)
        self.event_log = EventLog()
        self.corps = Corps(country, keys, start)
        self._keep = tuple(keep)
        fields = list(FIELDS)
        self._kept_rows = np.array([fields.index(name) for name in self._keep], dtype=np.int64)
        self.monthly = np.empty((scenario.end - self.since, len(self._keep), size), np.float32)
        officers = len(self.corps)
        self.current = Month(
            scenario,
            Worlds(
                self.month, self.state, self.p, self.draws, self.corps, absent_until,
                self.event_log,
            ),
            roster_of(country, scenario.months),
            {},
            counter_rng.event_keys(MOODS, -(-officers // 4), scenario.months),
            counter_rng.event_keys(FATES, officers, scenario.months),
            self.channel_log,
            usual,
            self.since,
        )  # fmt: skip
        self.strategists = self.current.strategists
        self.running = True

    def step(self) -> None:
        """Simulate one month, by NumPy.

        Raises
        ------
        PalcaError
            After the scenario's last month; `running` is false from then on.
        """
        self._check_months(1)
        self._step_month()

    def run(self) -> History:
        """Run to the end of the scenario and return the history."""
        self.advance(self.current.scenario.end - self.month)
        return self.history()

    def advance(self, months: int = 1) -> None:
        """Simulate some months, by compiled code where it exists or is worth compiling.

        The result is the same either way, to the last bit.

        Raises
        ------
        PalcaError
            Before any month is simulated, if the scenario has fewer months left.
        """
        end = self.month + self._check_months(months)
        while self.month < end:
            if self.month >= self._same_until:
                self.current.take_up(self.month)
                self._same_until = self.current.scenario.until(self.month)
                self._kernel = kernel_for(self.current, self.month)
            until = min(self._same_until, end)
            if self._kernel is None:
                while self.month < until:
                    self._step_month()
            else:
                self._kernel.advance(self.current, self.month, until, self.monthly, self._kept_rows)
                self._come_to(until)

    def history(self) -> History:
        """Return what has happened so far, since the start."""
        monthly = self.monthly[: self.month - self.since]
        return History(self.worlds, self._keep, monthly, self.event_log.gather(), self.since)

    def snapshot(self) -> Snapshot:
        """Return the worlds as they stand, to go on from there in another simulation."""
        corps = self.corps
        corps.draw_initial_officers(self.draws.keys)
        return Snapshot(
            self.month,
            self.state.values.copy(),
            self.current.worlds.absent_until.copy("F"),
            corps.ideology.copy("F"),
            corps.grievance.copy("F"),
            corps.generation.copy("F"),
            self.draws.later(self.month),
            self.draw_index,
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return all but machine code: a copy asks for it again."""
        return {**vars(self), "_kernel": None, "_same_until": 0}

    def _step_month(self) -> None:
        self.current.open(self.month)
        self.current.step()
        self.monthly[self.month - self.since] = self.state.values[self._kept_rows]
        self._come_to(self.month + 1)

    def _check_months(self, months: int) -> int:
        """Return a number of months if the scenario has as many left."""
        left = self.current.scenario.end - self.month
        if not isinstance(months, (int, np.integer)) or not 0 <= months <= left:
            last = month_name(self.current.scenario.end - 1)
            raise PalcaError(f"asked for {months!r} more months: give a whole number from 0 to "
                             f"{left}, for the scenario ends with {last}")
        return int(months)

    def _come_to(self, month: int) -> None:
        self.month = month
        self.current.worlds.month = self.draws.month = self.event_log.month = month - 1
        self.running = month < self.current.scenario.end
