"""When each change of a scenario holds, read from its ``[[intervene]]`` tables.

A table has a date, perhaps an end, and one or more changes. Each change has a *target*,
such as ``policy.ussr`` or ``lever.us.aid``. In each month the change of a target that began
last holds, of those that have not ended; two that begin together contradict each other.
What there is to change, how it is read and how applied: :mod:`palca.model.state.interventions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise, product
from typing import Any, Final

from palca.model.calendar import FOREVER, month_name
from palca.model.errors import PalcaError, point, short
from palca.model.state.interventions import (
    KINDS,
    LIVES,
    MONTHLY,
    ONCE,
    Change,
    Intervention,
    as_written,
    month_of,
    read_contents,
)
from palca.model.table import InputTable, check_number

from .reading.library import parse_toml

EARLIEST: Final = -828  # January 1900
LATEST: Final = 167  # December 1982, with which the drivers end


def read_changes(tables: Sequence[InputTable]) -> list[Change]:
    """Return the changes of some ``[[intervene]]`` tables.

    Raises
    ------
    PalcaError
        For a table that changes nothing, or that names an unknown target.
    """
    changes = []
    for table in tables:
        since = table.month("at")
        until = table.month("until") if "until" in table else FOREVER
        if LATEST < until < FOREVER:
            raise PalcaError(
                f"'until' may be {month_name(LATEST)} at the latest; leave it out for "
                "a change without an end",
                table.where,
            )
        if until < since:
            raise PalcaError(f"'until' lies before 'at' ({month_name(since)})", table.where)
        for key in ("why", "source"):
            table.text(key, "")
        found = [
            Change(target, content, since, until, table.where)
            for target, content in read_contents(table)
        ]
        table.reject_unknown()
        if not found:
            *forms, last = (kind.form for kind in KINDS.values())
            raise PalcaError(f"nothing to change: write {', '.join(forms)} or {last}", table.where)
        changes += found
    return changes


def parse_change(text: str) -> InputTable:
    """Return the table of one ``--intervene``: what stands inside its braces."""
    where = short(f"--intervene {text}", 120)
    try:
        table = parse_toml(f"x = {{{text}}}", where)["x"]
    except PalcaError:
        raise PalcaError(
            'write it as \'at = "1971-09", policy.ussr = "ideological"\': months and names in '
            f"double quotes, a comma between two parts{point(text)}",
            where,
        ) from None
    return InputTable(table, where)


def check_changes(changes: Sequence[Change], first: int, end: int) -> list[Change]:
    """Return what holds when: changes of which no two change one target in one month.

    Of two that overlap the one that began later holds; when it ends, the earlier one holds again.

    Raises
    ------
    PalcaError
        If two changes of one target begin together, or one begins outside the scenario.
    """
    for change in changes:
        if not first <= change.since < end:
            raise PalcaError(f"'at' must lie in {month_name(first)} to {month_name(end - 1)}",
                             change.place)
    _check_lives(changes)
    by_target: dict[str, list[Change]] = {}
    for change in sorted(changes, key=lambda change: change.since):
        lasts = change.until if change.until < FOREVER or change.kind not in ONCE else change.since
        by_target.setdefault(change.target, []).append(replace(change, until=lasts))
    spans = [span for same in by_target.values() for span in _in_turn(same)]
    written = {(change.target, change.since): at for at, change in enumerate(changes)}
    # what holds again comes before what begins in that month; the rest is in the files' order
    return sorted(spans, key=lambda span: (span.since, written.get((span.target, span.since), -1)))


def _check_lives(changes: Sequence[Change]) -> None:
    """Raise if a leader dies while he is to survive."""
    for kept, dies in product(changes, changes):
        if (kept.kind, dies.kind) == ("survival", "death"):
            ends = kept.until if kept.until < FOREVER else kept.since
            if kept.content == dies.content["leader"] and kept.since <= dies.since <= ends:
                raise PalcaError(f"{kept} ({kept.place}) and {dies} contradict each other: drop "
                                 "one", dies.place)  # fmt: skip


def _in_turn(changes: Sequence[Change]) -> list[Change]:
    """Return the spans of months in which each of some changes of one target holds."""
    for earlier, later in combinations(changes, 2):
        dies = later.kind in LIVES  # nobody does so twice
        if later.since == earlier.since or (dies and earlier.holds(later.since)):
            raise PalcaError(
                f"{earlier} ({earlier.place}) and {later} contradict each other: "
                "drop one, or give one another 'at'",
                later.place,
            )
    turns = sorted({change.since for change in changes} | {c.until + 1 for c in changes})
    out: list[Change] = []
    before: Change | None = None
    for month, then in pairwise(turns):
        holds = next((change for change in reversed(changes) if change.holds(month)), None)
        if holds is not None and holds is before:
            out[-1] = replace(out[-1], until=then - 1)
        elif holds is not None:
            content = holds.content
            if holds.kind == "coup" and month > holds.since:
                content = {**content, "by": ""}  # its leader strikes in its first month only
            out.append(replace(holds, content=content, since=month, until=then - 1))
        before = holds
    return out


def build_interventions(
    changes: Sequence[Change], leaders: Sequence[str], first: int
) -> tuple[Intervention, ...]:
    """Return the changes of a manifest as the model applies them in each month.

    Those of policies, rules, drivers and deaths have been applied already.

    Raises
    ------
    PalcaError
        For a change that no file could have asked for.
    """
    found: list[Intervention] = []
    for change in changes:
        if kind := MONTHLY.get(change.kind):
            asked = InputTable(as_written(change), change.place)
            if read_contents(asked) != [(change.target, change.content)]:
                raise PalcaError(f"no change such as {change.target!r}", change.place)
        for name, month in (("since", change.since), ("until", change.until)):
            check_number(name, month, first, FOREVER, change.place)
        if kind:
            found.append(kind.of(change, leaders))
    return tuple(found)


def change_deaths(
    deaths: Sequence[dict[str, Any]], changes: Sequence[Change], leaders: Sequence[str]
) -> list[dict[str, Any]]:
    """Return a country's ``[[death]]`` tables with those of the interventions, less survivals."""
    out = [dict(death) for death in deaths]
    for change in changes:
        if kind := LIVES.get(change.kind):
            out = kind.apply(out, change, leaders)
    dead = {death.get("leader"): month_of(death) for death in out}
    for change in changes:
        by = change.content["by"] if change.kind == "coup" else ""
        died = dead.get(by)
        if died is not None and died < change.since:
            raise PalcaError(
                f"'{by}' can't lead a coup in {month_name(change.since)}: he dies in "
                f"{month_name(died)}",
                change.place,
            )
    return out
