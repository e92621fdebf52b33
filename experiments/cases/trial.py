"""The USSR alone: for each case it acts by its policy, and all else stays as the case documents.

The USSR is the model's own (:class:`~palca.model.agents.ussr.USSR`), with its rules, its draws, its
error of observation and its own state; only the month around it is made of a case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import numpy as np

from palca.model.agents.observables import OBSERVABLES, Observation
from palca.model.agents.ussr import USSR
from palca.model.equations.society import ties
from palca.model.language.policy import Policy
from palca.model.state import counter_rng
from palca.model.state.channels import ChannelLog
from palca.model.state.draws import Draws
from palca.model.state.drivers import DRIVERS
from palca.model.state.interventions import InForce
from palca.model.state.parameters import Parameters
from palca.model.state.scenario import Country
from palca.model.state.state import FIELDS, State
from palca.model.types import Flags, Floats, Ints, Value

if TYPE_CHECKING:
    import pandas as pd

MONTHS: Final = 60
EARLY: Final = 24  # months in which an answer is looked for
ANSWERS: Final = ("business as usual", "words", "campaign or drying up", "halt", "break")
_WORLDS_AT_ONCE: Final = 60_000
_MOST_WORLDS: Final = 2**20  # of a case; its draws are its own
_COOPERATION: Final = ("embassy", "agreement", "visit", "contact", "trade", "credit")
_DRIVEN: Final = {"us.human_rights": "human_rights"}  # drivers that rules call otherwise


def field_of(observable: str) -> str:
    """Return the field of the state that an observable shows; empty if it is none's."""
    last = observable.rpartition(".")[2]
    names = (observable.replace(".", "_"), last)
    return next((name for name in names if name in FIELDS and OBSERVABLES[observable].field), "")


@dataclass
class _Chronicle:
    """Counts what the USSR does, in the place of the model's log of events."""

    state: State
    month: int = 0

    def __post_init__(self) -> None:
        size = self.state.values.shape[1]
        self.early: dict[str, Floats] = defaultdict(lambda: np.zeros(size))
        self.late: dict[str, Floats] = defaultdict(lambda: np.zeros(size))
        self.resumed: Flags = np.zeros(size, np.bool_)

    def write(self, track: str, kind: str, happened: Flags, *_: Any, **__: Any) -> None:
        self.late[kind] += happened
        if self.month < EARLY:
            self.early[kind] += happened
        if kind == "normalisation":  # written before the suspension ends
            self.resumed |= happened & (self.state.ussr_suspended > 0)


class _CaseMonth:
    """The month as a case documents it: what the USSR asks of the model's month.

    Parameters
    ----------
    seen : mapping of str to ndarray, shape ``(worlds,)``
        What :meth:`~.sight.Sight.of` returns.
    turns, hostile, broke : ndarray, shape ``(worlds,)``
        The month of the turn, and when after it there is a hostile act and a break of the host.
    numbers : ndarray of int, shape ``(worlds,)``
        Whose draws each world has.
    """

    def __init__(
        self, policy: Policy, seen: Mapping[str, Floats], turns: Floats, hostile: Floats,
        broke: Floats, numbers: Ints, seed: int,
    ) -> None:  # fmt: skip
        self.scenario: Any = SimpleNamespace(closed=frozenset())
        self.channel_log = ChannelLog()
        self.in_force = InForce({"ussr": policy})
        self.p = Parameters()
        self.state = State(len(turns), {})
        self.draws = Draws(counter_rng.world_keys(seed, numbers), 0, MONTHS, 0)
        self.worlds: Any = _Chronicle(self.state)
        self._welcome, self._turns = seen["welcome"], turns
        self._hostile, self._broke = hostile, broke
        self.regime: Any = SimpleNamespace(levers={"welcome_ussr": self._welcome})
        for name, values in seen.items():
            if field := (field_of(name) if name in OBSERVABLES else ""):
                getattr(self.state, field)[:] = values
        self._inherit(seen)
        driven = {_DRIVEN.get(name, name): values for name, values in seen.items()}
        # here one of each world, which rules take as well as one of all
        self._drivers: Any = {name: driven.get(name, 0.0) for name in DRIVERS}
        # so that US aid is the usual one
        self._drivers["gdp"] = 100.0 * self.state.us_delivered / self.p.fiscal_aid_usual
        self.state.leader[:] = np.arange(len(turns))  # each has the ideology of its own regime
        self.observation = Observation(
            self.state, Country("", (), (), (), {}), self.p, seen["regime.ideology"], self._drivers
        )
        self.ussr = USSR(self)  # pyright: ignore[reportArgumentType]
        self.ussr.follow(policy)

    def _inherit(self, seen: Mapping[str, Floats]) -> None:
        """Let the state be that of the day before, take its ties, and let the turn come."""
        s = self.state
        s.ussr_relations[:] = np.where(s.ussr_committed > 0, 2.0, 1.0)
        after = s.party_support.copy()
        s.party_support[:] = np.maximum(-seen["before"], 0.0)
        s.ussr_inherited[:] = ties(s, self.p)
        s.party_support[:] = after

    def step(self, month: int) -> None:
        """Simulate a month: the USSR decides, the host does what is documented, the USSR acts."""
        s = self.state
        self.worlds.month = month
        self.draws.turn_to(month)
        s.age[:] = s.attempt_age[:] = month
        self._drivers["date"] = self._turns + month
        self.ussr.decide()
        broke = self._broke == month
        s.ussr_strain += (self._hostile == month) | broke
        s.ussr_relations *= ~broke
        self.regime.levers["welcome_ussr"] = np.where(self._broke <= month, 0.0, self._welcome)
        self.ussr.act()

    def observe(self, name: str) -> Value:
        return OBSERVABLES[name].read(self.observation)

    def carry(self, channel: str, site: str, value: Value) -> Value:
        return value


def chances(
    policy: Policy, table: pd.DataFrame, seen: Mapping[str, Floats], worlds: int, seed: int
) -> dict[str, Floats]:
    """Return the chances of what the USSR does in each case.

    Parameters
    ----------
    policy : Policy
    table : DataFrame
        Rows as of :class:`~.case_files.Cases`; a case may have several, on the same draws.
    seen : mapping of str to ndarray, shape ``(rows,)``
    worlds : int
        How many a row has.
    seed : int

    Returns
    -------
    dict of str to ndarray
        ``break``, ``halt`` (a break or a suspension) within 24 months, ``credit`` (a new one, or
        cooperation resumed) within 60: ``(rows,)``; ``answer``: ``(rows, 5)``, each of
        :data:`ANSWERS` within 24 months.
    """
    at_once = max(1, _WORLDS_AT_ONCE // worlds)
    parts = [
        _chances(policy, table.iloc[start : start + at_once],
                 {name: values[start : start + at_once] for name, values in seen.items()},
                 worlds, seed)
        for start in range(0, len(table), at_once)
    ]  # fmt: skip
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _chances(
    policy: Policy, table: pd.DataFrame, seen: Mapping[str, Floats], worlds: int, seed: int
) -> dict[str, Floats]:
    def spread(values: Any) -> Floats:
        return np.repeat(np.asarray(values, np.float64), worlds)

    first = np.array([crc32(str(case).encode()) for case in table["case"]], np.int64)
    numbers = (first[:, None] * _MOST_WORLDS + np.arange(worlds)).ravel()
    unknown = np.where(np.isnan(table["hostile"]), seen["hostile_month"], table["hostile"])
    hostile = np.where(table["hostile_act_24m"] == 1, np.round(unknown), -1.0)
    broke = np.where(np.isnan(table["broke"]), np.inf, table["broke"])
    hostile = np.where(broke == hostile, -1.0, hostile)  # one act, not two
    wide = {name: spread(values) for name, values in seen.items()}
    wide["before"] = spread(table["orientation_before"])
    month = _CaseMonth(
        policy, wide, spread(table["month"]), spread(hostile), spread(broke), numbers, seed
    )
    relations = np.zeros(len(numbers))
    for number in range(MONTHS):
        month.step(number)
        if number < EARLY:
            relations += month.state.ussr_relations > 0
    done: _Chronicle = month.worlds
    broken, halted = done.early["break"] > 0, done.early["suspension"] > 0
    cooperated = sum((done.early[kind] for kind in _COOPERATION), np.zeros(len(numbers))) > 0
    dried = ~cooperated & (relations > EARLY / 2)
    loud = done.early["protest"]
    campaign = loud >= wide["campaign"]
    answer = np.select([broken, halted, campaign | dried, loud > 0], [4, 3, 2, 1], 0)
    credit = (done.late["credit"] > 0) | done.resumed

    def share(happened: Flags) -> Floats:
        return happened.reshape(-1, worlds).mean(axis=1)

    return {
        "break": share(broken),
        "halt": share(broken | halted),
        "credit": share(credit),
        "answer": np.stack([share(answer == one) for one in range(len(ANSWERS))], axis=1),
    }
