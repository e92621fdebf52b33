"""What agents may read of the present month."""

from __future__ import annotations

from typing import Any, Protocol

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
