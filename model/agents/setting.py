"""What agents may read of the present month, and how they know it."""

from __future__ import annotations

from typing import Any, Protocol
from weakref import ref

from ..state.batch import Worlds
from ..state.channels import ChannelLog
from ..state.draws import Draws
from ..state.parameters import Parameters
from ..state.roster import Roster
from ..state.scenario import InForce, Leader, Scenario
from ..state.state import State
from ..types import Floats, Value
from .observables import Observation


class Setting(Protocol):
    """The month, as agents know it (:class:`~palca.model.month.Month`).

    Attributes
    ----------
    ussr, united_states, regime, party : Any
        Other agents, whose levers and acts are read. Here they are of any type, since their own
        modules name this one.
    """

    scenario: Scenario
    leaders: tuple[Leader, ...]
    worlds: Worlds
    state: State
    p: Parameters
    draws: Draws
    observation: Observation
    roster: Roster
    in_force: InForce
    channel_log: ChannelLog

    @property
    def ussr(self) -> Any: ...
    @property
    def united_states(self) -> Any: ...
    @property
    def regime(self) -> Any: ...
    @property
    def party(self) -> Any: ...
    def observe(self, name: str) -> Value: ...
    def carry(self, channel: str, site: str, value: Value) -> Floats: ...


class Agent:
    """Who acts in a month, or answers to what is done.

    The month holds its agents, and an agent knows its month by a weak reference: so all of them are
    let go of with the model, whose arrays may be large.
    """

    def __init__(self, month: Setting) -> None:
        self.join(month)

    def join(self, month: Setting) -> None:
        """Act in a month."""
        self._month = ref(month)

    @property
    def month(self) -> Setting:
        """The month."""
        month = self._month()
        assert month is not None, "an agent acts only while its month is there"
        return month

    def __getstate__(self) -> dict[str, Any]:
        """Return all but the month: the copy of a month tells its agents."""
        return {name: value for name, value in vars(self).items() if name != "_month"}
