"""The model as Mesa has it: months stepped or compiled, agents, a DataCollector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, SupportsIndex

import mesa
import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from .agents.domestic import Economy, Labour, Officers
from .agents.strategist import Strategist
from .calendar import month_name
from .compiler.cache import kernel_for
from .errors import PalcaError
from .memory import make_room
from .month import Month
from .seeds import LARGEST, check_number
from .state import counter_rng
from .state.batch import Worlds
from .state.channels import CHANNELS, ChannelLog
from .state.corps import Corps
from .state.draw_keys import FATES, MOODS
from .state.draws import Draws
from .state.history import EventLog, History
from .state.parameters import Parameters, draw_index, draws_of_worlds
from .state.roster import roster_of
from .state.scenario import Scenario
from .state.snapshot import Snapshot
from .state.state import FIELDS, State
from .types import Ints, Value

if TYPE_CHECKING:
    from .compiler.kernel import Kernel

REPORTED: Final = (
    "growth", "fiscal", "legitimacy", "orientation", "repression", "mobilisation",
    "attempt", "success", "ussr_trust", "ussr_recent", "ussr_delivered", "us_trust", "us_recent",
    "us_delivered", "friction",
)  # fmt: skip


def _mean(model: ColdWarModel, field: str) -> float:
    return float(getattr(model.state, field).mean())


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


def _usual(scenario: Scenario, draw_index: Ints) -> dict[str, Value]:
    """Return the values of parameters while no intervention changes them.

    Those of the posterior, then the scenario's own; what feeds a closed channel is 0.
    """
    draws = draws_of_worlds(scenario.parameter_sets, draw_index)
    usual: dict[str, Value] = {**draws, **scenario.parameters}
    for name in scenario.closed:
        usual |= dict.fromkeys(CHANNELS[name].zeroes, 0.0)
    return usual


class Actor(mesa.Agent):
    """Mesa's face of a strategist or of a part of society, which is its `acts`.

    Its `name` is that of the class of what it acts for, such as "USSR" or "Officers".
    """

    def __init__(self, model: ColdWarModel, acts: Strategist | Economy | Labour | Officers) -> None:
        super().__init__(model)
        self.acts, self.name = acts, type(acts).__name__


class ColdWarModel(mesa.Model):
    """A country between two patrons, in one world or in many at once.

    Every quantity has an axis of worlds; one step is one month of all of them. A
    world's history depends on the scenario, the seed and the world's number, and
    on nothing else: not on the other worlds, nor on how they are divided into models.

    Parameters
    ----------
    scenario : Scenario
        Kept as ``current.scenario``: Mesa has a ``scenario`` of its own.
    worlds : int or sequence of int, default 1
        How many worlds (numbered from 0), or their numbers.
    rng : int, optional
        The seed, from 0 to 2**53 - 1. Without one the operating system gives a fresh one, as
        in Mesa; it is `seed_number`.
    seed : int, optional
        The older name of `rng`, which ``mesa.batch_run`` uses.
    keep : sequence of str, default all
        Fields of the state whose monthly values the history keeps.
    reporters : mapping of str to callable or str, optional
        What `datacollector` collects at the end of each step, as Mesa's ``model_reporters``; if
        not given, the mean over the worlds of each of :data:`REPORTED`. Another DataCollector
        put in its place must be called by whoever put it there.
    channel_log : ChannelLog, optional
        Which channels are listened to, or held at the path of a factual twin.
    start : Snapshot, optional
        Go on from there, with its worlds and its draws, instead of from January 1969;
        `worlds` then only numbers them.

    Examples
    --------
    >>> model = ColdWarModel(scenario, worlds=100, rng=7)  # doctest: +SKIP
    >>> history = model.run()                              # doctest: +SKIP
    """

    def __init__(
        self,
        scenario: Scenario,
        worlds: int | Sequence[int] | NDArray[np.integer[Any]] = 1,
        rng: SupportsIndex | None = None,
        seed: SupportsIndex | None = None,
        keep: Sequence[str] = tuple(FIELDS),
        start: Snapshot | None = None,
        channel_log: ChannelLog | None = None,
        reporters: Mapping[str, Any] | None = None,
    ) -> None:
        self._agents_so_far = 0
        if rng is not None and seed is not None:
            raise PalcaError("give rng or seed, which are two names of one thing, not both")
        given = seed if rng is None else rng
        seed = int(default_rng().integers(LARGEST + 1)) if given is None else given
        seed = check_number("the seed", seed)
        super().__init__(rng=seed)
        self.worlds = _numbers(worlds)
        self.seed_number = seed
        size = len(self.worlds)
        self.draw_index = draw_index(seed, self.worlds) if start is None else start.draw_index
        usual = _usual(scenario, self.draw_index)
        self._kernel: Kernel | None = None  # compiled months, up to the one in which others hold
        self._same_until = 0
        self.channel_log = ChannelLog() if channel_log is None else channel_log
        self.p = Parameters(usual)
        country = scenario.country
        self.leaders = country.leaders
        self.since = 0 if start is None else start.month
        self.month = self.since
        self.state = State(size, dict(country.start) if start is None else start.state)
        absent_until = (
            np.zeros((len(country.leaders), size), np.int64)
            if start is None
            else start.absent_until.copy()
        )
        keys = counter_rng.world_keys(seed, self.worlds) if start is None else start.keys
        self.draws = Draws(keys, scenario.months, self.since)
        self.draws.turn_to(self.month)
        self.event_log = EventLog()
        self.corps = Corps(country, keys, start)
        self._keep = tuple(keep)
        fields = list(FIELDS)
        self._kept_rows = np.array([fields.index(name) for name in self._keep], dtype=np.int64)
        self.monthly = np.empty((scenario.months - self.since, len(self._keep), size), np.float32)
        make_room(self.monthly.nbytes + self.state.values.nbytes + self.corps.nbytes)
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
        for part in (*self.strategists, self.current.economy, self.current.labour,
                     self.current.officers):  # fmt: skip
            Actor(self, part)
        means = {name: partial(_mean, field=name) for name in REPORTED}
        self._own_collector = mesa.DataCollector(means if reporters is None else dict(reporters))
        self.datacollector = self._own_collector

    def register_agent(self, agent: Any) -> None:
        """Take up an agent and number it.

        Mesa 3.3 counts a model's agents in a table of the class `Agent`, which would keep the
        model for ever.
        """
        super().register_agent(agent)
        if hasattr(mesa.Agent, "_ids"):
            mesa.Agent._ids.pop(self, None)
            self._agents_so_far += 1
            agent.unique_id = self._agents_so_far

    def step(self) -> None:
        """Simulate one month and collect what is reported.

        Raises
        ------
        PalcaError
            After the scenario's last month; `running` is false from then on.
        """
        self._check_months(1)
        self._step_month()
        if self.datacollector is self._own_collector:
            self.datacollector.collect(self)

    def _step_month(self) -> None:
        self.current.open(self.month)
        self.current.step()
        self.monthly[self.month - self.since] = self.state.values[self._kept_rows]
        self._come_to(self.month + 1)

    def run(self) -> History:
        """Run to the end of the scenario and return the history."""
        self.advance(self.current.scenario.months - self.month)
        return self.history()

    def advance(self, months: int = 1) -> None:
        """Simulate some months, by compiled code where it exists or is worth compiling.

        The result is that of as many steps, to the last bit, but steps aren't counted and
        nothing is collected. A subclass with a `step` of its own is stepped.

        Raises
        ------
        PalcaError
            Before any month is simulated, if the scenario has fewer months left.
        """
        end = self.month + self._check_months(months)
        as_it_is = type(self).step is ColdWarModel.step
        while self.month < end:
            if self.month >= self._same_until:
                self.current.take_up(self.month)
                self._same_until = self.current.scenario.until(self.month)
                self._kernel = kernel_for(self.current, self.month) if as_it_is else None
            until = min(self._same_until, end)
            if self._kernel is None:
                while self.month < until:
                    self._step_month() if as_it_is else self.step()
            else:
                self._kernel.advance(self.current, self.month, until, self.monthly, self._kept_rows)
                self._come_to(until)

    def history(self) -> History:
        """Return what has happened so far, since the start."""
        monthly = self.monthly[: self.month - self.since]
        return History(self.worlds, self._keep, monthly, self.event_log.gather(), self.since)

    def snapshot(self) -> Snapshot:
        """Return the worlds as they stand, to go on from there in another model."""
        corps = self.corps
        corps.draw_initial_officers(self.draws.keys)
        return Snapshot(
            self.month,
            self.state.values.copy(),
            self.current.worlds.absent_until.copy(),
            corps.ideology.copy("F"),
            corps.grievance.copy("F"),
            corps.generation.copy("F"),
            self.draws.later(self.month),
            self.draw_index,
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return all but machine code: a copy asks for it again."""
        return {**vars(self), "_kernel": None, "_same_until": 0}

    def _check_months(self, months: int) -> int:
        """Return a number of months if the scenario has as many left."""
        left = self.current.scenario.months - self.month
        if not isinstance(months, (int, np.integer)) or not 0 <= months <= left:
            last = month_name(self.current.scenario.months - 1)
            raise PalcaError(f"asked for {months!r} more months: give a whole number from 0 to "
                             f"{left}, for the scenario ends with {last}")
        return int(months)

    def _come_to(self, month: int) -> None:
        self.month = month
        self.current.worlds.month = self.draws.month = self.event_log.month = month - 1
        self.running = month < self.current.scenario.months
