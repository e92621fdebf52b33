"""Interventions: how the changes of an ``[[intervene]]`` table are read, and how applied.

Each kind of change is one class here: `read` makes plain data of its part of a table, `apply`
does what it says. A new kind is a class and its row in :data:`KINDS`.

| kind | applied to | when |
|---|---|---|
| policy, rule | the policies that a scenario names | as its files are read |
| driver | the monthly values of a driver | as its files are read |
| death, survival | the country's ``[[death]]`` tables | as its files are read |
| lever, parameter, coup | what is in force in a month | in each of its months |

:mod:`palca.scenarios.interventions` says when each change holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np

from ..calendar import FOREVER, month_index, month_name
from ..errors import PalcaError, nearest
from ..language.levers import LEVERS, check_actors
from ..language.policy import Policy
from ..table import InputTable, check_number
from ..types import Floats, Value
from .drivers import DRIVERS
from .parameters import check_parameter

Operation = Literal["set", "scale", "cap"]
Outcome = Literal["succeeds", "fails", "never"]
Contents = Iterator[tuple[str, Any]]  # pairs of target and content, see Change
_OUTCOMES: Final[tuple[Outcome, ...]] = ("succeeds", "fails", "never")
_PRICES: Final = ("export_price", "oil")  # gaps of a price: the price itself is changed
_LARGEST: Final = 1e6


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one target, as plain data.

    Attributes
    ----------
    target : str
        Such as ``policy.ussr``, ``lever.us.aid``, ``parameter.backlash``, ``driver.export_price``,
        ``rule.ussr.NAME``, ``coup``, ``death.NAME``, ``survival.NAME``.
    content : Any
        What the file says.
    since, until : int
        Months in which it holds, the last included; `until` is FOREVER if it has no end.
    place : str
        File and table, for errors.
    """

    target: str
    content: Any
    since: int
    until: int
    place: str

    @property
    def kind(self) -> str:
        """The first word of its target."""
        return self.target.partition(".")[0]

    def holds(self, month: int) -> bool:
        """Whether it holds in a month."""
        return self.since <= month <= self.until

    def __str__(self) -> str:
        end = "" if self.until == FOREVER else f" to {month_name(self.until)}"
        return f"{self.target} from {month_name(self.since)}{end}"


@dataclass(slots=True)
class InForce:
    """What holds in a month, in all worlds: policies, and the interventions of that time.

    Attributes
    ----------
    policies : mapping of str to Policy
        By actor.
    levers : tuple of LeverChange
    parameters : dict of str to float
        Those that have another value than usual.
    coup : ForcedCoup, optional
    coup_leader : int, optional
        Roster index of the leader of a coup that begins this month.
    """

    policies: Mapping[str, Policy]
    levers: tuple[LeverChange, ...] = ()
    parameters: dict[str, float] = field(default_factory=dict)
    coup: ForcedCoup | None = None
    coup_leader: int | None = None


class PolicyChange:
    """``policy.ACTOR = "NAME"``: an actor follows another policy."""

    form = 'policy.ACTOR = "NAME"'

    @staticmethod
    def read(table: InputTable) -> Contents:
        """Return the changes of a table's part ``policy``."""
        policies = table.table("policy")
        check_actors(policies.flat(), policies.where)
        for actor, _ in policies.items():
            yield f"policy.{actor}", policies.text(actor)

    @staticmethod
    def apply(usual: str, changes: Sequence[Change], month: int) -> str:
        """Return the file of an actor's policy in a month."""
        return next((change.content for change in changes if change.holds(month)), usual)


@dataclass(frozen=True, slots=True)
class LeverChange:
    """``lever.ACTOR.NAME.set|scale|cap = NUMBER``: a lever is changed, whatever the rules say."""

    form = "lever.ACTOR.NAME"

    actor: str
    lever: str
    operation: Operation
    value: float
    since: int
    until: int

    @staticmethod
    def read(table: InputTable) -> Contents:
        """Return the changes of a table's part ``lever``."""
        actors = table.table("lever")
        check_actors(actors.flat(), actors.where)
        for actor, _ in actors.items():
            known, levers = LEVERS[actor], actors.table(actor)
            for name, content in levers.items():
                if name not in known:
                    raise PalcaError(f"'{actor}' has no lever '{name}'{nearest(name, known)}",
                                     levers.where)
                if not isinstance(content, Mapping):
                    raise PalcaError(f"write {name}.set, {name}.scale or {name}.cap", levers.where)
                lever = levers.table(name)
                operation, value = _operation(lever, ("set", "scale", "cap"))
                if operation != "scale":
                    low, high = known[name].lowest, known[name].highest
                    check_number(f"{name}.{operation}", value, low, high, lever.where)
                yield f"lever.{actor}.{name}", [operation, value]

    @classmethod
    def of(cls, change: Change, leaders: Sequence[str]) -> LeverChange:
        """Return a checked change as the model applies it."""
        _, actor, lever = change.target.split(".")
        operation, value = change.content
        return cls(actor, lever, operation, value, change.since, change.until)

    def apply(self, in_force: InForce, month: int) -> None:
        """Add it to what is in force; `Strategist.decide` changes the lever by :meth:`changed`."""
        in_force.levers += (self,)

    def changed(self, value: Value) -> Value:
        """Return what becomes of the lever's value; it stays within the lever's range."""
        lever = LEVERS[self.actor][self.lever]
        match self.operation:
            case "set":
                changed: Value = self.value
            case "scale":
                changed = value * self.value
            case "cap":
                changed = np.minimum(value, self.value)
        return np.minimum(np.maximum(changed, lever.lowest), lever.highest)


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """``parameter.NAME = NUMBER``: a parameter has another value."""

    form = "parameter.NAME"

    name: str
    value: float
    since: int
    until: int

    @staticmethod
    def read(table: InputTable) -> Contents:
        """Return the changes of a table's part ``parameter``."""
        parameters = table.table("parameter")
        for name, value in parameters.items():
            try:
                yield f"parameter.{name}", check_parameter(name, value)
            except PalcaError as error:
                raise error.at(parameters.where) from None

    @classmethod
    def of(cls, change: Change, leaders: Sequence[str]) -> ParameterChange:
        """Return a checked change as the model applies it."""
        return cls(change.target.partition(".")[2], change.content, change.since, change.until)

    def apply(self, in_force: InForce, month: int) -> None:
        """Put its value into force."""
        in_force.parameters[self.name] = self.value


class DriverChange:
    """``driver.NAME.set|add|scale|hold = …``: a driver, or the price behind it, is changed."""

    form = "driver.NAME"

    @staticmethod
    def read(table: InputTable) -> Contents:
        """Return the changes of a table's part ``driver``."""
        drivers = table.table("driver")
        for name, _ in drivers.items():
            if name not in DRIVERS:
                raise PalcaError(f"no driver '{name}'{nearest(name, DRIVERS)}; there are "
                                 f"{', '.join(DRIVERS)}", drivers.where)
            driver = drivers.table(name)
            if name not in _PRICES:
                yield f"driver.{name}", list(_operation(driver, ("set", "add", "scale")))
                continue
            if "hold" in driver:
                content = ["hold", driver.month("hold")]
            elif "scale" in driver:
                content = ["scale", driver.number("scale", 0.01, 100)]
            else:
                raise PalcaError('write scale = 0.6, or hold = "1971-12", to change the price',
                                 driver.where)
            driver.reject_unknown()
            yield f"driver.{name}", content

    @staticmethod
    def apply(values: Floats, changes: Sequence[Change], first: int) -> Floats:
        """Return a monthly series as it is set, added to, scaled or held at that of a month.

        Parameters
        ----------
        values : ndarray, shape ``(months,)``
        changes : sequence of Change
        first : int
            The month of the first value.
        """
        out, last = values.copy(), first + len(values) - 1
        for change in changes:
            operation, value = change.content
            span = slice(max(change.since - first, 0), change.until - first + 1)
            match operation:
                case "set":
                    out[span] = value
                case "add":
                    out[span] += value
                case "scale":
                    out[span] *= value
                case _:
                    if not first <= value <= last:
                        raise PalcaError(f"'hold' must lie in {month_name(first)} to "
                                         f"{month_name(last)}", change.place)
                    out[span] = out[value - first]
        return out


class RuleChange:
    """``rule.ACTOR.drop|change|add``: rules of an actor's policy are dropped, changed or added."""

    form = "rule.ACTOR"

    @staticmethod
    def read(table: InputTable) -> Contents:
        """Return the changes of a table's part ``rule``."""
        actors = table.table("rule")
        check_actors(actors.flat(), actors.where)
        for actor, _ in actors.items():
            rules = actors.table(actor)
            dropped = rules.flat().get("drop", [])
            if not isinstance(dropped, list) or not all(isinstance(name, str) for name in dropped):
                raise PalcaError('write drop = ["NAME", …]', rules.where)
            for name in dropped:
                yield f"rule.{actor}.{name}", ["drop", {}]
            changed = rules.table("change")
            for name, _ in changed.items():
                yield f"rule.{actor}.{name}", ["change", changed.table(name).flat()]
            for row in rules.tables("add"):
                yield f"rule.{actor}.{row.text('name')}", ["add", row.flat()]
            known = ("drop", "add", "change")
            for key in rules.flat():
                if key not in known:
                    raise PalcaError(f"unknown key '{key}'{nearest(key, known)}; "
                                     "there are drop, add and change", rules.where)

    @staticmethod
    def apply(policy: dict[str, Any], changes: Sequence[Change], actor: str) -> dict[str, Any]:
        """Return a policy's table with its rules changed."""
        listed = policy.get("rule", [])
        if not isinstance(listed, list) or not all(isinstance(rule, dict) for rule in listed):
            return policy  # not a policy: make_policy says so
        rules = [dict(rule) for rule in listed]
        for change in changes:
            operation, content = change.content
            name = change.target.split(".", 2)[2]
            found = [i for i, rule in enumerate(rules) if rule.get("name") == name]
            if operation == "add":
                if found:
                    raise PalcaError(f"the policy of '{actor}' has a rule '{name}' already: use "
                                     "change, or another name", change.place)
                rules.append(content)
            elif not found:
                known = [str(rule.get("name")) for rule in rules]
                hint = nearest(name, known)
                raise PalcaError(f"the policy of '{actor}' has no rule '{name}'{hint}",
                                 change.place)
            elif operation == "drop":
                del rules[found[0]]
            else:
                rules[found[0]] = {**rules[found[0]], **content}
        return {**policy, "rule": rules}


@dataclass(frozen=True, slots=True)
class ForcedCoup:
    """``coup.outcome = …, coup.by = "NAME"``: coups never start, or have a given outcome.

    Attributes
    ----------
    outcome : str
        ``"never"``: nobody finds an opportunity. ``"succeeds"``, ``"fails"``: the public
        signal of an attempt is as strong as can be for the one side or the other, and that
        side wins.
    leader : int, optional
        Roster index of a leader who strikes in month `since` wherever he doesn't rule
        and is at hand; without it only the attempts that arise by themselves are decided.
    """

    form = "coup"

    outcome: Outcome
    leader: int | None
    since: int
    until: int

    @staticmethod
    def read(table: InputTable) -> Contents:
        """Return the change of a table's part ``coup``."""
        coup = table.table("coup")
        outcome = coup.text("outcome")
        if outcome not in _OUTCOMES:
            raise PalcaError(f"'outcome' is succeeds, fails or never, not '{outcome}'", coup.where)
        by = coup.text("by", "")
        if by and outcome == "never":
            raise PalcaError("a coup that never starts has no leader: drop 'by'", coup.where)
        coup.reject_unknown()
        yield "coup", {"outcome": outcome, "by": by}

    @classmethod
    def of(cls, change: Change, leaders: Sequence[str]) -> ForcedCoup:
        """Return a checked change as the model applies it; `leaders` are the roster's names."""
        by = change.content["by"]
        if by and by not in leaders:
            raise PalcaError(f"no leader '{by}'{nearest(by, leaders)}", change.place)
        leader = list(leaders).index(by) if by else None
        return cls(change.content["outcome"], leader, change.since, change.until)

    def apply(self, in_force: InForce, month: int) -> None:
        """Put it into force, and the strike of its leader in its first month."""
        if in_force.coup is None:
            in_force.coup = self
            in_force.coup_leader = self.leader if month == self.since else None


class DeathChange:
    """``death.leader = "NAME", death.successor = "NAME"``: a leader dies."""

    form = "death"

    @staticmethod
    def read(table: InputTable) -> Contents:
        """Return the change of a table's part ``death``."""
        death = table.table("death")
        content = {"leader": death.text("leader"), "successor": death.text("successor", "")}
        death.reject_unknown()
        yield f"death.{content['leader']}", content

    @staticmethod
    def apply(
        deaths: list[dict[str, Any]], change: Change, leaders: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Return a country's ``[[death]]`` tables with one more."""
        for name in filter(None, change.content.values()):
            if name not in leaders:
                raise PalcaError(f"no leader '{name}'{nearest(name, leaders)}", change.place)
        return [*deaths, {**change.content, "at": month_name(change.since)}]


class Survival:
    """``survival = "NAME"``: a leader doesn't die at that time."""

    form = "survival"

    @staticmethod
    def read(table: InputTable) -> Contents:
        """Return the change of a table's key ``survival``."""
        name = table.text("survival")
        yield f"survival.{name}", name

    @staticmethod
    def apply(
        deaths: list[dict[str, Any]], change: Change, leaders: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Return a country's ``[[death]]`` tables without his."""
        kept = [
            death for death in deaths
            if not (death.get("leader") == change.content
                    and (month := month_of(death)) is not None and change.holds(month))
        ]  # fmt: skip
        if len(kept) == len(deaths):
            raise PalcaError(f"'{change.content}' does not die at that time; the country's "
                             "[[death]] tables list the deaths", change.place)
        return kept


Intervention = LeverChange | ParameterChange | ForcedCoup  # in force month by month
KINDS: Final = {
    "policy": PolicyChange,
    "lever": LeverChange,
    "parameter": ParameterChange,
    "driver": DriverChange,
    "rule": RuleChange,
    "coup": ForcedCoup,
    "death": DeathChange,
    "survival": Survival,
}
MONTHLY: Final = {"lever": LeverChange, "parameter": ParameterChange, "coup": ForcedCoup}
LIVES: Final = {"death": DeathChange, "survival": Survival}
ONCE: Final = {"coup", *LIVES}  # happen in their first month, unless an `until` is given


def read_contents(table: InputTable) -> list[tuple[str, Any]]:
    """Return target and content of every change of a table."""
    return [each for key, kind in KINDS.items() if key in table for each in kind.read(table)]


def as_written(change: Change) -> dict[str, Any]:
    """Return the table that asks for a change of :data:`MONTHLY`."""
    content = change.content
    if change.kind == "lever":
        content = dict([content])
    if isinstance(content, Mapping):
        content = {key: value for key, value in content.items() if value != ""}
    for key in reversed(change.target.split(".", 2)):
        content = {key: content}
    return content


def month_of(death: Mapping[str, Any]) -> int | None:
    """Return the month of a ``[[death]]`` table, None if it has none."""
    at = death.get("at")
    return month_index(at) if isinstance(at, str) else None


def _operation(table: InputTable, known: tuple[str, ...]) -> tuple[str, float]:
    """Return the one operation of a table such as ``{ scale = 2 }``."""
    rows = table.items()
    if len(rows) != 1 or rows[0][0] not in known:
        raise PalcaError(f"write one of {', '.join(known)}, as in {{ {known[0]} = 0.5 }}",
                         table.where)
    name, value = rows[0]
    low = -_LARGEST if name in ("set", "add") else 0
    return name, check_number(name, value, low, _LARGEST, table.where)
