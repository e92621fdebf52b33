"""One month of all worlds: who sees, decides and acts, in which order, and what comes of it.

It knows neither Mesa nor the compiler: :class:`~palca.model.simulation.Simulation` steps it, and
the compiler traces it with symbols for its arrays.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from .agents.communist_party import CommunistParty
from .agents.domestic import Economy, Labour, Officers
from .agents.observables import OBSERVABLES, Observation
from .agents.regime import Regime
from .agents.strategist import Strategist
from .agents.united_states import UnitedStates
from .agents.ussr import USSR
from .state.batch import Worlds
from .state.channels import ChannelLog
from .state.counter_rng import Keys
from .state.parameters import PARAMETERS
from .state.roster import Roster
from .state.scenario import Death, Scenario
from .types import Floats, Value

_FOREVER: Final = np.iinfo(np.int64).max


class Month:
    """The present month of some worlds, and the order of its steps.

    1. A leader dies whose death is dated; where he ruled, a successor takes office.
    2. The strategists see the start of the month and decide by their rules: the USSR, the
       United States, the regime, the party.
    3. They act: the regime, the USSR, the United States, the party.
    4. Society answers: the economy, then labour, then the officers, who may rise.

    Parameters
    ----------
    scenario : Scenario
    worlds : Worlds
        All worlds; their month is this one.
    roster : Roster
    drivers : dict of str to float
        Values of the month.
    moods, fates : ndarray of uint64, shapes ``(officers / 4, months)`` and ``(officers, months)``
        Of the draws that decide officers' moods, four in a draw, and who is purged.
    channel_log : ChannelLog
        Which channels are listened to, or held at the path of a factual twin.
    usual : dict of str to float or ndarray of shape ``(worlds,)``
        Values of parameters while no intervention changes them.
    since : int
        The month in which the run begins.
    """

    def __init__(
        self,
        scenario: Scenario,
        worlds: Worlds,
        roster: Roster,
        drivers: dict[str, float],
        moods: Keys,
        fates: Keys,
        channel_log: ChannelLog,
        usual: dict[str, Value],
        since: int,
    ) -> None:
        self.scenario, self.leaders = scenario, scenario.country.leaders
        self.worlds, self.roster, self.channel_log, self.since = worlds, roster, channel_log, since
        self.state, self.p, self.draws = worlds.state, worlds.p, worlds.draws
        country = scenario.country
        self.observation = Observation(self.state, country, self.p, roster.ideology, drivers)
        self.in_force = scenario.in_force(since)
        self._usual, self._changed = usual, dict[str, float]()
        self._seen: dict[str, Value] = {}
        self.ussr = USSR(self)
        self.united_states = UnitedStates(self)
        self.regime = Regime(self)
        self.party = CommunistParty(self)
        self.strategists: tuple[Strategist, ...] = (
            self.ussr, self.united_states, self.regime, self.party,
        )  # fmt: skip
        self.economy = Economy(self)
        self.labour = Labour(self)
        self.officers = Officers(self, moods, fates)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up what was copied; its agents learn that this is their month."""
        vars(self).update(state)
        for agent in (*self.strategists, self.economy, self.labour, self.officers):
            agent.join(self)

    def step(self) -> None:
        """Simulate the month: see, decide, act; then society answers."""
        for death in self.scenario.country.deaths:
            self.worlds.among(self.worlds.month == death.month, self._bury, death)
        for strategist in self.strategists:
            strategist.decide()
        self.regime.act()
        self.ussr.act()
        self.united_states.act()
        self.party.act()
        self.economy.answer()
        self.labour.answer()
        self.officers.answer()

    def open(self, number: int) -> None:
        """Begin a month: its policies and interventions, its draws, its drivers."""
        self.take_up(number)
        self.worlds.corps.draw_initial_officers(self.draws.keys)
        self.worlds.month = self.worlds.event_log.month = number
        self.draws.turn_to(number)
        at = number - self.scenario.first
        drivers = {name: float(row[at]) for name, row in self.scenario.drivers.items()}
        self.observation.drivers = {**drivers, "date": number}
        self._seen = {}
        self.follow()

    def take_up(self, number: int) -> None:
        """Take up the policies and interventions of a month."""
        self.in_force = self.scenario.in_force(number)
        changed = self.in_force.parameters
        if changed == self._changed:
            return
        for name in {**self._changed, **changed}:
            usual = self._usual.get(name, PARAMETERS[name].default)
            self.p.set(name, changed.get(name, usual))
        self._changed = changed
        for strategist in self.strategists:
            strategist.policy = None  # its rules may name a parameter: taken up again

    def follow(self) -> None:
        """Let each strategist follow its policy."""
        for strategist in self.strategists:
            strategist.follow(self.in_force.policies[strategist.actor])

    def carry(self, channel: str, site: str, value: Value) -> Floats:
        """Return what a channel carries to a site this month, ``(worlds,)``."""
        load = self.channel_log.carry(channel, site, value, self.worlds.month - self.since)
        return np.asarray(load, dtype=np.float64)

    def observe(self, name: str) -> Value:
        """Return an observable as it stands at the start of the month, without error."""
        if name not in self._seen:
            self._seen[name] = OBSERVABLES[name].read(self.observation)
        return self._seen[name]

    def _bury(self, worlds: Worlds, death: Death) -> None:
        """Let a leader die; where he ruled his successor takes office."""
        worlds.absent_until[death.leader] = _FOREVER
        rules = worlds.state.leader == death.leader
        worlds.among(rules, self._succeed, death.successor)

    def _succeed(self, worlds: Worlds, heir: int | None) -> None:
        """Put a dead leader's successor into office; if he isn't at hand, the army's choice."""
        worlds.write("power", "death", leader=worlds.state.leader)
        soldiers, orientation = ~self.roster.civilian, worlds.state.orientation
        leader = self.regime.choose(worlds, orientation, soldiers, False, "death")
        if heir is not None:
            at_hand = np.take(worlds.absent_until, heir, axis=0) <= worlds.month
            leader = np.where(at_hand, heir, leader)
        worlds.write("power", "handover", leader=leader)
        self.regime.take_office(worlds, leader, worlds.p.legitimacy_lawful, "death")
