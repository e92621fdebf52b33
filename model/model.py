"""The model as Mesa has it: steps, agents, a DataCollector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, SupportsIndex

import mesa
import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from .agents.domestic import Economy, Labour, Officers
from .agents.strategist import Strategist
from .errors import PalcaError
from .memory import make_room
from .seeds import LARGEST
from .simulation import Simulation
from .state.channels import ChannelLog
from .state.scenario import Scenario
from .state.snapshot import Snapshot
from .state.state import FIELDS

REPORTED: Final = (
    "growth", "fiscal", "legitimacy", "orientation", "repression", "mobilisation",
    "attempt", "success", "ussr_trust", "ussr_recent", "ussr_delivered", "us_trust", "us_recent",
    "us_delivered", "friction",
)  # fmt: skip


def _mean(model: ColdWarModel, field: str) -> float:
    return float(getattr(model.state, field).mean())


class Actor(mesa.Agent):
    """Mesa's face of a strategist or of a part of society, which is its `acts`.

    Its `name` is that of the class of what it acts for, such as "USSR" or "Officers".
    """

    def __init__(self, model: ColdWarModel, acts: Strategist | Economy | Labour | Officers) -> None:
        super().__init__(model)
        self.acts, self.name = acts, type(acts).__name__


class ColdWarModel(Simulation, mesa.Model):
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
        Go on from there, with its worlds and its draws, instead of from the scenario's first month;
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
        Simulation.__init__(self, scenario, worlds, seed, keep, start, channel_log)
        make_room(self.monthly.nbytes + self.state.values.nbytes + self.corps.nbytes)
        mesa.Model.__init__(self, rng=self.seed_number)
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
        super().step()
        if self.datacollector is self._own_collector:
            self.datacollector.collect(self)

    def advance(self, months: int = 1) -> None:
        """Simulate some months, by compiled code where it exists or is worth compiling.

        The result is that of as many steps, to the last bit, but steps aren't counted and
        nothing is collected. A subclass with a `step` of its own is stepped.

        Raises
        ------
        PalcaError
            Before any month is simulated, if the scenario has fewer months left.
        """
        if type(self).step is ColdWarModel.step:
            super().advance(months)
            return
        end = self.month + self._check_months(months)
        while self.month < end:
            self.step()
