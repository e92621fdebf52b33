"""The model in the plainest Mesa: one world, one object for each officer, plain floats.

This is the specification in code. `ReferenceModel` follows the same rules and equations as
`palca.model.ColdWarModel` (docs/ODD.md, section 7), written out once more without arrays, to
be read from top to bottom; its histories must be the same to the last bit. It is also the
yardstick by which the speed of the fast model is measured.

It takes the tables of the model (fields, parameters, levers, channels, what each actor sees,
the keys of the draws) and none of its equations. Its agents are in `reference_strategists`
and `reference_society`, the language of rules in `reference_rules`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import accumulate
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import mesa

from palca.model.state import counter_rng
from palca.model.state.channels import CHANNELS
from palca.model.state.history import CODE_OF
from palca.model.state.interventions import ParameterChange
from palca.model.state.parameters import PARAMETERS
from palca.model.state.scenario import Death, Faction, Leader, Scenario
from palca.model.state.state import FIELDS
from reference_chance import keys_of, normal, random_bits, uniform
from reference_rules import FUNCTIONS, clip, share
from reference_society import Corps, Economy, Labour
from reference_strategists import USSR, CommunistParty, Regime, UnitedStates

Event = tuple[int, int, int, int, float]


class ReferenceModel(mesa.Model):
    """A country between two patrons, in one world.

    The state is in attributes named as in `palca.model.state.state.FIELDS`.

    Parameters
    ----------
    scenario : Scenario
    world : int
        The world's number, on which its draws depend.
    seed : int
    index : int, default `world`
        Its index in those parameters that differ from world to world.

    Attributes
    ----------
    events : list of (month, code, leader, garrison, amount)
        In the order of happening; leader and garrison -1 if none, amount NaN if none.
    months : list of dict
        The state at the end of each month.
    """

    if TYPE_CHECKING:  # the fields of the state

        def __getattr__(self, name: str) -> float: ...

        def __setattr__(self, name: str, value: Any) -> None: ...

    def __init__(self, scenario: Scenario, world: int, seed: int, index: int | None = None) -> None:
        super().__init__(rng=seed)
        self.given = scenario  # `scenario` is an attribute of Mesa's own from 3.5 on
        self.month = 0
        self.events: list[Event] = []
        self.months: list[dict[str, float]] = []
        self.key = int(counter_rng.world_keys(seed, [world])[0])
        self.drivers = {name: values.tolist() for name, values in scenario.drivers.items()}
        self.set_parameters(world, seed, world if index is None else index)

        country = scenario.country
        vars(self).update({k: float(country.start.get(k, f.start)) for k, f in FIELDS.items()})
        self.leaders: tuple[Leader, ...] = country.leaders
        self.absent_until = [0.0] * len(country.leaders)
        self.slots = sum(garrison.officers for garrison in country.garrisons)
        ends = list(accumulate(faction.share for faction in country.factions))
        self.faction_ends = [end / ends[-1] for end in ends[:-1]]

        self.ussr = USSR(self)
        self.united_states = UnitedStates(self)
        self.regime = Regime(self)
        self.party = CommunistParty(self)
        self.economy = Economy(self)
        self.labour = Labour(self)
        self.corps = Corps(self)

    def run(self) -> None:
        """Run to the end of the scenario."""
        while self.running:
            self.step()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)  # where Mesa 3.3 keeps every model alive

    def step(self) -> None:
        """Live through one month: see, decide, act; then the society answers."""
        self.change_parameters()
        for death in self.given.country.deaths:
            if death.month == self.month:
                self.bury(death)
        for strategist in (self.ussr, self.united_states, self.regime, self.party):
            strategist.decide()
        self.regime.act()
        self.ussr.act()
        self.united_states.act()
        self.party.act()
        self.economy.answer()
        self.labour.answer()
        self.corps.answer()
        state = vars(self)
        self.months.append({name: state[name] for name in FIELDS})
        self.month += 1
        self.running = self.month < self.given.months

    # parameters

    def set_parameters(self, world: int, seed: int, index: int) -> None:
        """Give parameters the values that they have while no intervention changes them."""
        values = {name: row.default for name, row in PARAMETERS.items()}
        first = int(counter_rng.world_keys(seed, [0])[0]) >> 32
        for name, column in self.given.parameter_sets.items():
            values[name] = float(column[(world + first % len(column)) % len(column)])
        for name, value in self.given.parameters.items():
            values[name] = float(value if isinstance(value, (int, float)) else value[index])
        self.held_at_zero = {k for name in self.given.closed for k in CHANNELS[name].zeroes}
        self.usual = values | dict.fromkeys(self.held_at_zero, 0.0)
        self.p = SimpleNamespace(**self.usual)
        self.vocabulary = FUNCTIONS | self.usual  # what rules may name beside observables

    def change_parameters(self) -> None:
        """Give parameters the values of the interventions that hold this month."""
        changes = [i for i in self.given.interventions if isinstance(i, ParameterChange)]
        values = {change.name: self.usual[change.name] for change in changes}
        for change in changes:
            holds = change.since <= self.month <= change.until
            if holds and change.name not in self.held_at_zero:
                values[change.name] = change.value
        vars(self.p).update(values)
        self.vocabulary.update(values)

    # what agents ask for

    def driver(self, name: str) -> float:
        """Return what moves the country from outside this month."""
        return self.drivers[name][self.month]

    def uniform(self, event: str) -> float:
        """Return the draw that decides an event this month."""
        return uniform(random_bits(self.key, keys_of(event, 1, self.given.months)[0][self.month]))

    def shock(self, event: str) -> float:
        """Return the standard shock of an event this month."""
        return normal(random_bits(self.key, keys_of(event, 1, self.given.months)[0][self.month]))

    def write(
        self,
        track: str,
        kind: str,
        happened: bool = True,
        leader: int = -1,
        garrison: int = -1,
        amount: float = math.nan,
    ) -> None:
        """Write down an event if it happened."""
        if happened:
            self.events.append((self.month, CODE_OF[track, kind], leader, garrison, amount))

    def observe(self, name: str) -> float:
        """Return an observable that is no field of the state."""
        match name:
            case "export_price":
                return self.driver("export_price") + self.stockpile_pressure
            case "us.human_rights":
                return self.driver("human_rights")
            case "regime.ideology":
                return self.leaders[int(self.leader)].ideology
            case "regime.independence":  # half by colour, half by doing without Washington's aid
                aid = self.us_delivered * (100.0 / self.driver("gdp"))
                binding = aid / max(self.p.fiscal_aid_usual, 1e-6)
                return 0.25 * (1.0 - self.orientation) + 0.5 / (1.0 + binding)
            case "disaffection":
                return self.disaffection()
            case "record.us_aid" | "record.us_arms" | "record.soviet_mission":
                return self.driver(name.removeprefix("record."))
        return self.driver(name)

    # officers' discontent

    def faction_at(self, luck: float) -> Faction:
        """Return the faction of an officer whose luck is that, in 0..1."""
        return self.given.country.factions[bisect_left(self.faction_ends, luck)]

    def shared_discontent(self) -> float:
        """Return the discontent that all officers share."""
        p = self.p
        return (
            p.discontent_base
            - p.discontent_fiscal * self.fiscal
            - p.discontent_legitimacy * (self.legitimacy - 0.5)
            - p.discontent_patronage * self.patronage
            + p.discontent_civilian * (1.0 - self.military)
            - p.discontent_distance * p.distance_usual
        )

    def private_discontent(
        self, shared: float, ideology: float, grievance: float, mood: float
    ) -> float:
        """Return the discontent of one officer."""
        p = self.p
        return (
            shared
            + p.discontent_distance * abs(ideology - self.orientation)
            + p.discontent_fear * self.mobilisation * max(ideology, 0.0)
            + p.discontent_spread * grievance
            + mood
        )

    def disaffection(self) -> float:
        """Return the share of officers who would rise, estimated from the factions' means.

        Within a faction discontent is taken as uniform with the corps' spread.
        """
        factions = self.given.country.factions
        shared = self.shared_discontent() - self.p.cost
        width = 3.4641016151377544 * max(self.p.discontent_spread, 1e-3)  # sqrt(12) spreads
        total = math.fsum(faction.share for faction in factions)
        estimate = 0.0
        for faction in factions:
            mean = self.private_discontent(shared, faction.ideology, 0.0, 0.0)
            estimate += faction.share / total * share(0.5 + 1.0 / width * mean)
        return estimate

    # who rules

    def bury(self, death: Death) -> None:
        """Let a leader die; if he rules, his lawful successor or the army's choice follows him."""
        self.absent_until[death.leader] = math.inf
        if self.leader != death.leader:
            return
        self.write("power", "death", leader=death.leader)
        heir = death.successor
        if heir is None or self.absent_until[heir] > self.month:
            heir = self.choose_leader(self.orientation, "death")
        self.write("power", "handover", leader=heir)
        self.take_office(heir, self.p.legitimacy_lawful, "death")

    def is_available(self, index: int) -> bool:
        """Return whether a leader is at hand: it is his time, and he isn't in exile or dead."""
        leader = self.leaders[index]
        in_time = leader.since <= self.month <= leader.until
        return in_time and self.absent_until[index] <= self.month

    def choose_leader(self, ideology: float, occasion: str, top: bool = False) -> int:
        """Return who takes power: the nearest in ideology, favoured by rank and by luck.

        Parameters
        ----------
        ideology : float
            That of those who lift him up.
        occasion : str
            "vote" chooses among candidates, "coup" and "death" among soldiers.
        top : bool
            Whether those who lift him up are of top rank.
        """
        p, last = self.p, len(self.leaders) - 1
        luck = keys_of(f"luck of a leader by {occasion}", last + 1, self.given.months)
        best, highest = last, -math.inf  # the last of the roster is unnamed, if nobody is free
        for index, leader in enumerate(self.leaders[:last]):
            eligible = leader.candidate if occasion == "vote" else leader.rank != "civilian"
            if not eligible or index == self.leader or not self.is_available(index):
                continue
            score = (
                p.leader_luck * normal(random_bits(self.key, luck[index][self.month]))
                - abs(leader.ideology - ideology)
                + p.leader_rank * (top and leader.rank == "top")
            )
            if score > highest:
                best, highest = index, score
        return best

    def take_office(self, index: int, legitimacy: float, occasion: str) -> None:
        """Put a leader into office."""
        leader = self.leaders[index]
        shock = self.shock(f"orientation by {occasion}")
        self.leader = float(index)
        self.orientation = clip(leader.ideology + self.p.orientation_noise * shock, -1.0, 1.0)
        self.military = float(leader.rank != "civilian")
        self.seized = float(occasion == "coup")
        self.legitimacy = legitimacy
        self.age = self.elections_due = self.closed = 0.0
        self.succession = 1.0
        self.write("power", "accession", leader=index, amount=leader.ideology)
