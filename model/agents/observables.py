"""What rules may name: observable quantities, and what each strategist sees of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..equations.discontent import disaffection
from ..equations.economy import aid_share
from ..state.draw_keys import SEES
from ..state.parameters import Parameters
from ..state.scenario import Country
from ..state.state import State
from ..types import Floats, Value


@dataclass(slots=True)
class Observation:
    """The start of a month: what there is to be seen."""

    state: State
    country: Country
    p: Parameters
    ideologies: Floats  # of the leaders in the roster
    drivers: dict[str, float]  # this month's


@dataclass(frozen=True, slots=True)
class Observable:
    """A quantity that rules may name."""

    name: str
    low: float
    high: float
    unit: str
    meaning: str
    read: Callable[[Observation], Value]

    @property
    def field(self) -> bool:
        """Whether it is a row of the state as it stands."""
        return getattr(self.read, "is_field", False)


def _field(name: str) -> Callable[[Observation], Value]:
    def read(observation: Observation) -> Value:
        return getattr(observation.state, name)

    read.is_field = True
    return read


def _driver(name: str) -> Callable[[Observation], Value]:
    return lambda observation: observation.drivers[name]


def _independence(observation: Observation) -> Value:
    """Return distance from Washington, 0..1: half by colour, half by doing without its aid.

    I = (1 - o) / 4 + 1 / (2 + 2 a), with aid a in units of the usual % of GDP.
    """
    aid = aid_share(observation.state.us_delivered, observation.drivers["gdp"])
    binding = aid / np.maximum(observation.p.fiscal_aid_usual, 1e-6)
    return 0.25 * (1.0 - observation.state.orientation) + 0.5 / (1.0 + binding)


def _table(*rows: tuple[str, float, float, str, str, Callable[[Observation], Value]]):
    return {row[0]: Observable(*row) for row in rows}


OBSERVABLES: Final[dict[str, Observable]] = _table(
    ("growth", -20, 20, "% a year", "growth of output", _field("growth")),
    ("fiscal", -1, 1, "share", "fiscal space", _field("fiscal")),
    ("debt", 0, 3, "GDP", "foreign debt", _field("debt")),
    ("export_price", -1, 1, "log price gap", "export price against its recent mean, releases included",
     lambda observation: (observation.drivers["export_price"]
                          + observation.state.stockpile_pressure)),
    ("oil", -1, 2, "log price gap", "oil price against its recent mean", _driver("oil")),
    ("prices", 0, 10, "ratio", "dollar prices against January 1969", _driver("prices")),
    ("neighbours", -1, 1, "left -1 to right 1", "mean orientation of the neighbours", _driver("neighbours")),
    ("mobilisation", 0, 1, "share", "mobilisation of labour", _field("mobilisation")),
    ("grievance", 0, 1, "share", "grievance caused by past repression", _field("grievance")),
    ("unrest", 0, 3, "0 to 3", "last month's unrest, on the scale of the state: an attempt counts 1", _field("unrest")),
    ("guerrilla", 0, 1, "share", "armed struggle", _field("guerrilla")),
    ("price_shock", 0, 2, "share", "memory of a price shock", _field("price_shock")),
    ("disaffection", 0, 1, "share", "share of officers who would join a coup",
     lambda observation: disaffection(observation.state, observation.country, observation.p)),
    ("coup_memory", 0, 10, "attempts", "recent coup attempts", _field("coup_memory")),
    ("attempt_age", 0, 999, "months", "time since the last attempt", _field("attempt_age")),
    ("survived", 0, 1, "share", "memory of an attempt that failed", _field("survived")),
    ("succession", 0, 2, "share", "uncertainty about who rules next", _field("succession")),
    ("regime.orientation", -1, 1, "left -1 to right 1", "the regime's orientation", _field("orientation")),
    ("regime.ideology", -1, 1, "left -1 to right 1", "the leader's own ideology",
     lambda observation: np.take(observation.ideologies, observation.state.leader.astype(np.int64))),
    ("regime.legitimacy", 0, 1, "share", "legitimacy", _field("legitimacy")),
    ("regime.repression", 0, 1, "share", "repression", _field("repression")),
    ("regime.age", 0, 999, "months", "time since the leader took office", _field("age")),
    ("regime.military", 0, 1, "0 or 1", "whether a soldier rules", _field("military")),
    ("regime.seized", 0, 1, "0 or 1", "whether the leader came to power by a coup", _field("seized")),
    ("regime.independence", 0, 1, "share", "distance from Washington", _independence),
    ("regime.elections_due", 0, 99, "months", "time to promised elections, 0 if none", _field("elections_due")),
    ("regime.promise_broken", 0, 1, "share", "memory of a broken promise", _field("promise_broken")),
    ("regime.patronage", 0, 2, "share", "patronage that reaches officers", _field("patronage")),
    ("regime.dispute", 0, 1, "share", "unsettled expropriation", _field("dispute")),
    ("regime.closed", 0, 1, "0 or 1", "politics closed by a self-coup", _field("closed")),
    ("ussr.relations", 0, 2, "level", "0 none, 1 embassies, 2 agreements", _field("ussr_relations")),
    ("ussr.trust", 0, 1, "share", "trust of regime and Moscow", _field("ussr_trust")),
    ("ussr.strain", 0, 5, "acts", "recent hostile acts of the host", _field("ussr_strain")),
    ("ussr.suspended", 0, 1, "0 or 1", "cooperation suspended", _field("ussr_suspended")),
    ("ussr.committed", 0, 5000, "million USD", "credits committed since the start", _field("ussr_committed")),
    ("ussr.recent", 0, 5000, "million USD", "credits remembered, mean life 36 months", _field("ussr_recent")),
    ("ussr.pipeline", 0, 5000, "million USD", "credits not yet delivered", _field("ussr_pipeline")),
    ("ussr.delivered", 0, 1000, "million USD a year", "deliveries", _field("ussr_delivered")),
    ("ussr.inherited", 0, 1, "share", "density of ties with the fallen regime", _field("ussr_inherited")),
    ("us.trust", 0, 1, "share", "trust of regime and Washington", _field("us_trust")),
    ("us.alarm", 0, 1, "share", "Washington's memory of a regime of the left", _field("us_alarm")),
    ("us.recent", 0, 1000, "million USD a year", "commitments", _field("us_recent")),
    ("us.delivered", 0, 1000, "million USD a year", "deliveries", _field("us_delivered")),
    ("us.sanction", 0, 1, "share", "finance closed", _field("us_sanction")),
    ("us.pressure", 0, 1, "share", "pressure for rights and elections", _field("us_pressure")),
    ("us.conditions", 0, 1, "share", "reform demanded in exchange for money", _field("us_conditions")),
    ("us.rights", 0, 5, "acts", "recent repression seen abroad", _field("us_rights")),
    ("us.human_rights", 0, 1, "weight", "weight of human rights in Washington", _driver("human_rights")),
    ("party.legality", 0, 1, "0, 0.5 or 1", "banned, tolerated or legal", _field("legality")),
    ("party.militants", 0, 5, "ratio", "size of the party against the start", _field("militants")),
    ("party.repression", 0, 1, "share", "repression of the party", _field("party_repression")),
    ("party.friction", 0, 1, "share", "friction of party and Moscow", _field("friction")),
    ("party.support", -1, 1, "share", "the party's stand towards the regime", _field("party_support")),
    ("record.us_aid", 0, 1000, "million USD a year", "documented US economic aid, for policies that follow the record", _driver("us_aid")),
    ("record.us_arms", 0, 200, "million USD a year", "documented US military aid, likewise", _driver("us_arms")),
    ("record.soviet_mission", 0, 1, "0 or 1", "whether there is a documented Soviet mission, likewise", _driver("soviet_mission")),
    ("party.front", 0, 1, "0 or 1", "member of a broad front", _field("front")),
)  # fmt: skip

# What a policy reads that follows the record.
RECORD: Final = ("record.us_aid", "record.us_arms", "record.soviet_mission")
# What an actor does not see at all.
BLIND: Final[dict[str, tuple[str, ...]]] = {
    "ussr": ("disaffection", "record.us_aid", "record.us_arms"),
    "us": ("record.soviet_mission",),
    "regime": RECORD,
    "party": ("disaffection", *RECORD),
}
# What an actor sees with an error.
BLURRED: Final = tuple(SEES)
