"""Interventions: dated changes of a scenario, read from ``[[intervene]]`` tables.

A table has a date, perhaps an end, and one or more changes. Each change has a *target*,
such as ``policy.ussr`` or ``lever.us.aid``. In each month the change of a target that began
last holds, of those that have not ended; two that begin together contradict each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product
from typing import Any, Final

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest, point, short
from palca.model.language.levers import LEVERS
from palca.model.state.interventions import ForcedCoup, LeverChange, Outcome, ParameterChange
from palca.model.state.parameters import check_parameter
from palca.model.state.scenario import DRIVERS
from palca.model.table import Table, check_number

from .reading.library import actors_of, parse_toml

_OPERATIONS: Final = ("set", "scale", "cap")
_OUTCOMES: Final[tuple[Outcome, ...]] = ("succeeds", "fails", "never")
_PRICES: Final = ("tin", "oil")  # drivers that are gaps of a price: the price is changed
_MOST: Final = 1e6
FOREVER: Final = 9999  # the last month of what has no end
LATEST: Final = 143  # December 1980, with which the drivers end


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one target.

    Attributes
    ----------
    target : str
        Such as ``policy.ussr``, ``lever.us.aid``, ``parameter.backlash``, ``driver.tin``,
        ``rule.ussr.NAME``, ``coup``, ``death.NAME``, ``survival.NAME``.
    content : Any
        Plain data: what the file says.
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

    def holds(self, month: int) -> bool:
        """Whether it holds in a month."""
        return self.since <= month <= self.until

    def __str__(self) -> str:
        end = "" if self.until == FOREVER else f" to {month_name(self.until)}"
        return f"{self.target} from {month_name(self.since)}{end}"


def read_changes(tables: Sequence[Table]) -> list[Change]:
    """Return the changes of some ``[[intervene]]`` tables.

    Raises
    ------
    PalcaError
        For a table that changes nothing, or that names what there is not.
    """
    changes = []
    for table in tables:
        since = table.month("at")
        until = table.month("until") if "until" in table else FOREVER
        if LATEST < until < FOREVER:
            raise PalcaError(f"'until' is {month_name(LATEST)} at the latest; leave it out for a "
                             "change without an end", table.place)
        if until < since:
            raise PalcaError(f"'until' lies before 'at' ({month_name(since)})", table.place)
        for key in ("why", "source"):
            table.text(key, "")
        found = [
            Change(target, content, since, until, table.place)
            for target, content in _contents(table)
        ]
        table.reject_unknown()
        if not found:
            raise PalcaError(
                'nothing to change: write policy.ACTOR = "NAME", lever.ACTOR.NAME, '
                "parameter.NAME, driver.NAME, rule.ACTOR, coup, death or survival",
                table.place,
            )
        changes += found
    return changes


def parse_change(text: str) -> Table:
    """Return the table of one ``--intervene``: what stands inside its braces."""
    place = short(f"--intervene {text}", 120)
    try:
        table = parse_toml(f"x = {{{text}}}", place)["x"]
    except PalcaError:
        raise PalcaError(
            "write it as 'at = \"1971-09\", policy.ussr = \"ideological\"': months and names in "
            f"double quotes, a comma between two parts{point(text)}", place
        ) from None
    return Table(table, place)


def _contents(table: Table) -> list[tuple[str, Any]]:
    """Return (target, content) of every change of a table."""
    found: list[tuple[str, Any]] = []
    policies = table.table("policy")
    actors_of(policies.flat(), policies.place)
    found += [(f"policy.{actor}", policies.text(actor)) for actor, _ in policies.items()]
    levers = table.table("lever")
    actors_of(levers.flat(), levers.place)
    for actor, _ in levers.items():
        found += _levers(actor, levers.table(actor))
    parameters = table.table("parameter")
    for name, value in parameters.items():
        try:
            found.append((f"parameter.{name}", check_parameter(name, value)))
        except PalcaError as error:
            raise error.at(parameters.place) from None
    drivers = table.table("driver")
    for name, _ in drivers.items():
        found.append((f"driver.{name}", _driver(name, drivers)))
    rules = table.table("rule")
    actors_of(rules.flat(), rules.place)
    for actor, _ in rules.items():
        found += _rules(actor, rules.table(actor))
    if "coup" in table:
        found.append(("coup", _coup(table.table("coup"))))
    if "death" in table:
        death = table.table("death")
        content = {"leader": death.text("leader"), "successor": death.text("successor", "")}
        death.reject_unknown()
        found.append((f"death.{content['leader']}", content))
    if "survival" in table:
        name = table.text("survival")
        found.append((f"survival.{name}", name))
    return found


def _levers(actor: str, levers: Table) -> list[tuple[str, Any]]:
    found = []
    for lever, content in levers.items():
        if lever not in LEVERS[actor]:
            hint = nearest(lever, LEVERS[actor])
            raise PalcaError(f"'{actor}' has no lever '{lever}'{hint}", levers.place)
        if not isinstance(content, Mapping):
            raise PalcaError(f"write {lever}.set, {lever}.scale or {lever}.cap", levers.place)
        table, row = levers.table(lever), LEVERS[actor][lever]
        operation, value = _operation(table, _OPERATIONS)
        if operation != "scale":
            check_number(f"{lever}.{operation}", value, row.lowest, row.highest, table.place)
        found.append((f"lever.{actor}.{lever}", [operation, value]))
    return found


def _driver(name: str, drivers: Table) -> list[Any]:
    if name not in DRIVERS:
        raise PalcaError(f"no driver '{name}'{nearest(name, DRIVERS)}; there are "
                         f"{', '.join(DRIVERS)}", drivers.place)
    table = drivers.table(name)
    if name not in _PRICES:
        return list(_operation(table, ("set", "add", "scale")))
    if "hold" in table:
        month = table.month("hold")
        table.reject_unknown()
        return ["hold", month]
    if "scale" not in table:
        raise PalcaError('write scale = 0.6, or hold = "1971-12": the price is changed',
                         table.place)
    factor = table.number("scale", 0.01, 100)
    table.reject_unknown()
    return ["scale", factor]


def _operation(table: Table, known: tuple[str, ...]) -> tuple[str, float]:
    """Return the one operation of a table such as ``{ scale = 2 }``."""
    rows = table.items()
    if len(rows) != 1 or rows[0][0] not in known:
        raise PalcaError(f"write one of {', '.join(known)}, as in {{ {known[0]} = 0.5 }}",
                         table.place)
    name, value = rows[0]
    return name, check_number(name, value, -_MOST if name in ("set", "add") else 0, _MOST,
                              table.place)


def _rules(actor: str, table: Table) -> list[tuple[str, Any]]:
    """Return the rules that are dropped, added or changed, by name."""
    found: list[tuple[str, Any]] = []
    dropped = table.flat().get("drop", [])
    if not isinstance(dropped, list) or not all(isinstance(name, str) for name in dropped):
        raise PalcaError('write drop = ["NAME", …]', table.place)
    found += [(f"rule.{actor}.{name}", ["drop", {}]) for name in dropped]
    changed = table.table("change")
    for name, _ in changed.items():
        found.append((f"rule.{actor}.{name}", ["change", changed.table(name).flat()]))
    for row in table.tables("add"):
        found.append((f"rule.{actor}.{row.text('name')}", ["add", row.flat()]))
    for key in table.flat():
        if key not in ("drop", "add", "change"):
            raise PalcaError(f"unknown key '{key}'{nearest(key, ('drop', 'add', 'change'))}; "
                             "there are drop, add and change", table.place)
    return found


def _coup(table: Table) -> dict[str, str]:
    outcome = table.text("outcome")
    if outcome not in _OUTCOMES:
        raise PalcaError(f"'outcome' is succeeds, fails or never, not '{outcome}'", table.place)
    by = table.text("by", "")
    if by and outcome == "never":
        raise PalcaError("a coup that never starts has no leader: drop 'by'", table.place)
    table.reject_unknown()
    return {"outcome": outcome, "by": by}


# ------------------------------------------------------------------------------ using them


def check_changes(changes: Sequence[Change], months: int) -> list[Change]:
    """Return what holds when: changes of which no two change one target in one month.

    Of those that would, the one that began last goes before; when it ends, the one that held
    before it holds again.

    Raises
    ------
    PalcaError
        If two that change one target begin together, so that none goes before, or one begins
        outside the scenario.
    """
    for change in changes:
        if not 0 <= change.since < months:
            last = month_name(months - 1)
            raise PalcaError(f"'at' must lie in 1969-01 to {last}", change.place)
    _check_lives(changes)
    by_target: dict[str, list[Change]] = {}
    for change in sorted(changes, key=lambda change: change.since):
        lasts = change.until if change.until < FOREVER or not _happens(change) else change.since
        by_target.setdefault(change.target, []).append(replace(change, until=lasts))
    spans = [span for same in by_target.values() for span in _in_turn(same)]
    written = {(change.target, change.since): at for at, change in enumerate(changes)}
    # what is taken up again comes before what begins in that month, and that as it is written
    return sorted(spans, key=lambda span: (span.since, written.get((span.target, span.since), -1)))


def _check_lives(changes: Sequence[Change]) -> None:
    """Raise if a man dies while he is to survive, or is dead when he is to lead a coup."""
    for kept, dies in product(changes, changes):
        if (kept.target.partition(".")[0], dies.target.partition(".")[0]) == ("survival", "death"):
            ends = kept.until if kept.until < FOREVER else kept.since
            if kept.content == dies.content["leader"] and kept.since <= dies.since <= ends:
                raise PalcaError(f"{kept} ({kept.place}) and {dies} contradict each other: drop "
                                 "one", dies.place)  # fmt: skip


def _happens(change: Change) -> bool:
    """Return whether it happens once, in its first month, unless an `until` is given."""
    return change.target == "coup" or change.target.startswith(("death.", "survival."))


def _in_turn(changes: Sequence[Change]) -> list[Change]:
    """Return the spans of months in which each of some changes of one target holds."""
    for earlier, later in combinations(changes, 2):
        dies = later.target.startswith(("death.", "survival."))  # nobody does so twice
        if later.since == earlier.since or (dies and earlier.holds(later.since)):
            raise PalcaError(f"{earlier} ({earlier.place}) and {later} contradict each other: "
                             "drop one, or give one another 'at'", later.place)
    turns = sorted({change.since for change in changes} | {c.until + 1 for c in changes})
    out: list[Change] = []
    before: Change | None = None
    for month, then in pairwise(turns):
        now = next((change for change in reversed(changes) if change.holds(month)), None)
        if now is not None and now is before:
            out[-1] = replace(out[-1], until=then - 1)
        elif now is not None:
            content = now.content
            if now.target == "coup" and month > now.since:
                content = {**content, "by": ""}  # its leader strikes in its first month only
            out.append(replace(now, content=content, since=month, until=then - 1))
        before = now
    return out


def check_again(change: Change) -> Change:
    """Return a change that a manifest holds if it is one that a file could have asked for.

    Those of policies, rules, drivers and deaths have been made already: nothing uses them.

    Raises
    ------
    PalcaError
    """
    kind, _, name = change.target.partition(".")
    asked: dict[str, Any] = {}
    if kind == "lever":
        actor, _, lever = name.partition(".")
        operation, value = change.content
        asked = {kind: {actor: {lever: {operation: value}}}}
    elif kind == "parameter":
        asked = {kind: {name: change.content}}
    elif kind == "coup":
        asked = {kind: {key: value for key, value in change.content.items() if value != ""}}
    if asked and _contents(Table(asked, change.place)) != [(change.target, change.content)]:
        raise PalcaError(f"no change such as {change.target!r}", change.place)
    for name, month in (("since", change.since), ("until", change.until)):
        check_number(name, month, 0, FOREVER, change.place)
    return change


def lever_changes(changes: Sequence[Change]) -> tuple[LeverChange, ...]:
    """Return the changes of levers."""
    out = []
    for change in changes:
        if change.target.startswith("lever."):
            _, actor, lever = change.target.split(".")
            operation, value = change.content
            out.append(LeverChange(actor, lever, operation, value, change.since, change.until))
    return tuple(out)


def parameter_changes(changes: Sequence[Change]) -> tuple[ParameterChange, ...]:
    """Return the changes of parameters."""
    return tuple(
        ParameterChange(change.target.split(".", 1)[1], change.content, change.since, change.until)
        for change in changes
        if change.target.startswith("parameter.")
    )


def forced_coups(changes: Sequence[Change], names: Sequence[str]) -> tuple[ForcedCoup, ...]:
    """Return the coups whose outcome is given; `names` are those of the roster."""
    out = []
    for change in changes:
        if change.target != "coup":
            continue
        by = change.content["by"]
        if by and by not in names:
            raise PalcaError(f"no leader '{by}'{nearest(by, names)}", change.place)
        leader = list(names).index(by) if by else None
        out.append(ForcedCoup(change.content["outcome"], leader, change.since, change.until))
    return tuple(out)


def change_deaths(
    deaths: Sequence[dict[str, Any]], changes: Sequence[Change], leaders: Sequence[str]
) -> list[dict[str, Any]]:
    """Return a country's ``[[death]]`` tables with those of the interventions, less survivals."""
    out = [dict(death) for death in deaths]
    for change in changes:
        if change.target.startswith("survival."):
            kept = [
                death for death in out
                if not (death.get("leader") == change.content
                        and change.holds(_month_of(death.get("at"))))
            ]  # fmt: skip
            if len(kept) == len(out):
                raise PalcaError(f"nobody called '{change.content}' dies at that time; the "
                                 "country's [[death]] tables say who does", change.place)
            out = kept
        elif change.target.startswith("death."):
            for name in filter(None, change.content.values()):
                if name not in leaders:
                    raise PalcaError(f"no leader '{name}'{nearest(name, leaders)}", change.place)
            out.append({**change.content, "at": month_name(change.since)})
    dead = {death.get("leader"): _month_of(death.get("at")) for death in out}
    for change in changes:
        by = change.content["by"] if change.target == "coup" else ""
        if 0 <= dead.get(by, -1) < change.since:
            raise PalcaError(f"'{by}' can't lead a coup in {month_name(change.since)}: he dies in "
                             f"{month_name(dead[by])}", change.place)
    return out


def _month_of(text: Any) -> int:
    return month_index(text) if isinstance(text, str) else -1


def change_rules(table: dict[str, Any], changes: Sequence[Change], actor: str) -> dict[str, Any]:
    """Return a policy's table with the rules that interventions drop, change or add."""
    listed = table.get("rule", [])
    if not isinstance(listed, list) or not all(isinstance(rule, dict) for rule in listed):
        return table  # no policy: whoever makes one of it says so
    rules = [dict(rule) for rule in listed]
    for change in changes:
        operation, content = change.content
        name = change.target.split(".", 2)[2]
        places = [place for place, rule in enumerate(rules) if rule.get("name") == name]
        if operation == "add":
            if places:
                raise PalcaError(f"the policy of '{actor}' has a rule '{name}' already: use "
                                 "change, or another name", change.place)
            rules.append(content)
        elif not places:
            known = [str(rule.get("name")) for rule in rules]
            raise PalcaError(f"the policy of '{actor}' has no rule '{name}'{nearest(name, known)}",
                             change.place)
        elif operation == "drop":
            del rules[places[0]]
        else:
            rules[places[0]] = {**rules[places[0]], **content}
    return {**table, "rule": rules}
