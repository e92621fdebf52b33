"""The state of the simulated worlds: one struct of named arrays.

``State.values`` has shape ``(fields, worlds)``; each field is a row of it, as an
attribute: ``state.legitimacy`` has shape ``(worlds,)``. Agents hold no numbers
of their own; they name the rows that are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..types import Floats


@dataclass(frozen=True, slots=True)
class Field:
    """One quantity of the state: its name, range, unit, start and meaning."""

    name: str
    low: float
    high: float
    start: float
    unit: str
    meaning: str


def _fields(*rows: tuple[str, float, float, float, str, str]) -> dict[str, Field]:
    return {row[0]: Field(*row) for row in rows}


FIELDS: Final[dict[str, Field]] = _fields(
    # Economy
    ("growth", -20, 20, 4.5, "% a year", "growth of output"),
    ("fiscal", -1, 1, 0, "share", "fiscal space: ability to pay officers, wages and projects"),
    ("debt", 0, 3, 0.6, "GDP", "foreign debt"),
    ("stockpile_pressure", -1, 0, 0, "log price",
     "export price lost to releases from the stockpile"),
    # Regime
    ("leader", 0, 999, 0, "roster", "who rules: the leader's number in the roster"),
    ("orientation", -1, 1, 0, "left -1 to right 1", "the regime's orientation"),
    ("legitimacy", 0, 1, 0.5, "share", "legitimacy among the politically relevant public"),
    ("repression", 0, 1, 0.2, "share", "repression"),
    ("age", 0, 999, 0, "months", "time since the leader took office"),
    ("military", 0, 1, 1, "0 or 1", "whether a soldier rules"),
    ("seized", 0, 1, 0, "0 or 1", "whether the leader came to power by a coup"),
    ("elections_due", 0, 99, 0, "months", "time to promised elections; 0 if none"),
    ("promise_broken", 0, 1, 0, "share", "memory of a broken promise of elections"),
    ("rally", 0, 2, 0, "share", "nationalist rally while it lasts"),
    ("patronage", 0, 2, 0.3, "share", "posts, pay and arms that reach officers"),
    ("dispute", 0, 1, 0, "share", "unsettled expropriation"),
    ("closed", 0, 1, 0, "0 or 1", "politics closed by a self-coup"),
    # Labour and society
    ("mobilisation", 0, 1, 0.3, "share", "mobilisation of labour"),
    ("grievance", 0, 1, 0.2, "share", "grievance accumulated by repression"),
    ("price_shock", 0, 2, 0, "share", "memory of a devaluation or price decree"),
    ("guerrilla", 0, 1, 0, "share", "armed struggle"),
    # Officers
    ("coup_memory", 0, 10, 0, "attempts", "recent attempts, half-life 24 months"),
    ("attempt_age", 0, 999, 60, "months", "time since the last attempt"),
    ("survived", 0, 1, 0, "share", "memory of an attempt that failed, half-life 6 months"),
    ("succession", 0, 2, 0, "share", "uncertainty about who rules next"),
    # Relations with the USSR
    ("ussr_relations", 0, 2, 0, "level", "0 none, 1 embassies, 2 agreements"),
    ("ussr_trust", 0, 1, 0.2, "share", "mutual trust of the regime and Moscow"),
    ("ussr_strain", 0, 5, 0, "acts", "recent hostile acts of the host"),
    ("ussr_suspended", 0, 1, 0, "0 or 1", "cooperation suspended by Moscow"),
    ("ussr_commitment", 0, 1000, 0, "million USD", "committed this month"),
    ("ussr_pipeline", 0, 5000, 0, "million USD", "committed and not delivered"),
    ("ussr_delivery", 0, 1000, 0, "million USD", "delivered this month"),
    ("ussr_committed", 0, 5000, 0, "million USD", "committed since the start"),
    ("ussr_recent", 0, 5000, 0, "million "
                                "USD", "past commitments, fading with a mean life of 36 "
                                               "months"),
    ("ussr_delivered", 0, 1000, 0, "million USD a year", "deliveries, mean life 12 months"),
    ("ussr_inherited", 0, 1, 0, "share", "how dense ties with the fallen regime were"),
    # Relations with the United States
    ("us_trust", 0, 1, 0.6, "share", "mutual trust of the regime and Washington"),
    ("us_alarm", 0, 1, 0.1, "share", "Washington's memory of a regime of the left"),
    ("us_budget", 0, 3, 1, "ratio", "this fiscal year's programme relative to the amount of the "
                                    "policy"),
    ("us_commitment", 0, 1000, 2, "million USD", "committed this month"),
    ("us_pipeline", 0, 5000, 22, "million USD", "committed and not delivered"),
    ("us_delivery", 0, 1000, 2, "million USD", "delivered this month"),
    ("us_recent", 0, 1000, 24, "million USD a year", "commitments, mean life 12 months"),
    ("us_delivered", 0, 1000, 22, "million USD a year", "deliveries, mean life 12 months"),
    ("us_arms", 0, 100, 2, "million USD a year", "military aid, mean life 12 months"),
    ("us_sanction", 0, 1, 0, "share", "finance closed"),
    ("us_covert", 0, 1, 0, "share", "covert money among plotters"),
    ("us_pressure", 0, 1, 0, "share", "pressure for rights and elections"),
    ("us_conditions", 0, 1, 0, "share", "reform demanded in exchange for money"),
    ("us_rights", 0, 5, 0, "acts", "recent acts of repression seen abroad"),
    # Communist party
    ("legality", 0, 1, 0, "0, 0.5 or 1", "banned, tolerated or legal"),
    ("militants", 0, 5, 1, "ratio to the start", "size of the party"),
    ("party_repression", 0, 1, 0.2, "share", "repression of the party"),
    ("friction", 0, 1, 0, "share", "friction of party and Moscow"),
    ("party_support", -1, 1, 0, "share", "the party's stand towards the regime"),
    ("front", 0, 1, 0, "0 or 1", "member of a broad front"),
    # What happened this month
    ("attempt", 0, 1, 0, "0 or 1", "an overt coup attempt"),
    ("success", 0, 1, 0, "0 or 1", "an attempt that succeeded"),
    (
        "unrest",
        0,
        3,
        0,
        "0 to 3",
        "0 calm, 1 strike, siege or attempt, 2 lethal or national, 3 fighting",
    ),
)


class State:
    """All quantities of all worlds at one time; fields are rows of one array."""

    # for readers and type checkers; `_bind` makes each its row
    growth: Floats
    fiscal: Floats
    debt: Floats
    stockpile_pressure: Floats
    leader: Floats
    orientation: Floats
    legitimacy: Floats
    repression: Floats
    age: Floats
    military: Floats
    seized: Floats
    elections_due: Floats
    promise_broken: Floats
    rally: Floats
    patronage: Floats
    dispute: Floats
    closed: Floats
    mobilisation: Floats
    grievance: Floats
    price_shock: Floats
    guerrilla: Floats
    coup_memory: Floats
    attempt_age: Floats
    survived: Floats
    succession: Floats
    ussr_relations: Floats
    ussr_trust: Floats
    ussr_strain: Floats
    ussr_suspended: Floats
    ussr_commitment: Floats
    ussr_pipeline: Floats
    ussr_delivery: Floats
    ussr_committed: Floats
    ussr_recent: Floats
    ussr_delivered: Floats
    ussr_inherited: Floats
    us_trust: Floats
    us_alarm: Floats
    us_budget: Floats
    us_commitment: Floats
    us_pipeline: Floats
    us_delivery: Floats
    us_recent: Floats
    us_delivered: Floats
    us_arms: Floats
    us_sanction: Floats
    us_covert: Floats
    us_pressure: Floats
    us_conditions: Floats
    us_rights: Floats
    legality: Floats
    militants: Floats
    party_repression: Floats
    friction: Floats
    party_support: Floats
    front: Floats
    attempt: Floats
    success: Floats
    unrest: Floats

    def __init__(self, worlds: int, start: Mapping[str, float] | Floats) -> None:
        values: Floats = np.empty((len(FIELDS), worlds))
        for index, (row, field) in enumerate(zip(values, FIELDS.values(), strict=True)):
            if isinstance(start, np.ndarray):
                row[:] = start[index]
            else:
                row[:] = start.get(field.name, field.start)
        self._bind(values)

    def _bind(self, values: Floats) -> None:
        self.values = values
        for name, row in zip(FIELDS, values, strict=True):
            setattr(self, name, row)

    def __getstate__(self) -> Floats:
        """Return the one array: a copy binds its fields to the rows of its own."""
        return self.values

    def __setstate__(self, values: Floats) -> None:
        self._bind(values)
