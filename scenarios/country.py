"""From a country's file to a checked Country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from palca.model.calendar import FOREVER, START, month_index
from palca.model.errors import PalcaError, nearest, short
from palca.model.state.scenario import Country, Death, Faction, Garrison, Leader, Window
from palca.model.state.state import FIELDS
from palca.model.table import InputTable, check_number

from .driver_series import files_table
from .priors_table import build_priors, find_priors, read_priors, read_priors_file
from .reading.library import label, read_toml

_RANKS: Final = ("top", "middle", "civilian")
_MOST_OFFICERS: Final = 4096
_LONGEST_TERM: Final = 240  # months
UNNAMED: Final = "an unnamed junta"


def read_country(file: Path) -> dict[str, Any]:
    """Return the table of a country's file, with the record and the priors that it names.

    Raises
    ------
    PalcaError
        If they aren't there.
    """
    country = read_toml(file)
    country["place"] = label(file)
    if isinstance(country.get("record"), str):
        country["record"] = _record_folder(country["record"], file)
    if isinstance(country.get("priors"), str):
        where = f"{label(file)}: priors"
        _, country["priors"] = read_priors_file(
            Path(find_priors(country["priors"], file.parent, where))
        )
    elif "priors" in country:
        table = InputTable(country["priors"], f"{label(file)}: [priors]")
        country["priors"] = read_priors(table)
    return country


def _record_folder(name: str, country_file: Path) -> str:
    """Return the folder of a country's record, which its file names from where it stands."""
    folder = country_file.parent / name
    if not folder.is_dir():
        raise PalcaError(f"no such folder '{short(name)}'", f"{label(country_file)}: record")
    return label(folder.absolute())


def build_country(data: Mapping[str, Any], where: str) -> Country:
    """Return the country that a file's table describes, as :func:`read_country` gives it.

    An unnamed junta closes the roster, so that there is always somebody to rule.
    """
    table = InputTable(data, where)
    table.text("place", "")
    table.month("from", START)  # the loader has read it
    leaders = [_leader(row) for row in table.tables("leader")]
    if not leaders:
        raise PalcaError("no [[leader]]", where)
    leaders.append(Leader(UNNAMED, "a junta", 0.3, "top", 0, FOREVER, True))
    names = [leader.name for leader in leaders]
    if len(set(names)) < len(names):
        raise PalcaError("two leaders have the same name", where)
    garrisons = tuple(_garrison(row) for row in table.tables("garrison"))
    if not garrisons or sum(garrison.officers for garrison in garrisons) > _MOST_OFFICERS:
        raise PalcaError(f"give 1 to {_MOST_OFFICERS} officers in [[garrison]]s", where)
    factions = tuple(_faction(row) for row in table.tables("faction"))
    if not factions or sum(faction.share for faction in factions) <= 0:
        raise PalcaError("there is no [[faction]] of officers, or only empty ones: add one", where)
    country = Country(
        name=table.text("name"),
        leaders=tuple(leaders),
        garrisons=garrisons,
        factions=factions,
        start={},
        deaths=tuple(_death(row, names) for row in table.tables("death")),
        term=table.integer("term", 0, _LONGEST_TERM, 0),
        record=table.text("record", ""),
        priors=build_priors(table.table("priors").flat(), where),
        windows=read_windows(table),
    )
    files_table(table)
    start = table.table("start")
    table.reject_unknown()
    return replace(country, start=check_start(start.flat(), country, start.where))


def read_windows(table: InputTable) -> tuple[Window, ...]:
    """Return the first and the last month of each of the years to be measured by themselves."""
    where, found = f"{table.where}: windows", []
    for text in table.texts("windows"):
        ends = text.split("/")
        if len(ends) != 2 or " " in text:
            raise PalcaError("write first and last month without spaces, \"1970-11/1973-09\", not "
                             f"'{short(text)}'", where)  # fmt: skip
        window = month_index(ends[0], where), month_index(ends[1], where)
        if window[1] < window[0]:
            raise PalcaError(f"'{text}' ends before it begins: exchange its months", where)
        if window in found:
            raise PalcaError(f"'{text}' is there twice", where)
        found.append(window)
    return tuple(found)


def check_start(data: Mapping[str, Any], country: Country, where: str) -> dict[str, float]:
    """Return a checked initial state; the leader may be named."""
    start = {}
    names = [leader.name for leader in country.leaders]
    for name, value in data.items():
        if name not in FIELDS:
            raise PalcaError(f"no quantity '{name}'{nearest(name, FIELDS)}", where)
        if name == "leader" and isinstance(value, str):
            start[name] = float(_index_of(value, names, where))
            continue
        field = FIELDS[name]
        start[name] = check_number(name, value, field.low, field.high, where)
    if not 0 <= start.get("leader", 0) < len(names) or start.get("leader", 0) % 1:
        raise PalcaError(f"'leader' must be a name, or a roster index 0 to {len(names) - 1}", where)
    return start


def _index_of(name: str, names: list[str], where: str) -> int:
    if name not in names:
        raise PalcaError(f"no leader '{name}'{nearest(name, names)}", where)
    return names.index(name)


def _leader(row: InputTable) -> Leader:
    rank = row.text("rank")
    if rank not in _RANKS:
        raise PalcaError(f"'rank' is top, middle or civilian, not '{rank}'", row.where)
    name = row.text("name")
    leader = Leader(
        name,
        row.text("short", name.split()[-1]),
        row.number("ideology", -1, 1),
        rank,
        row.month("since", "1900-01"),
        row.month("until", "1990-12"),
        row.flag("candidate", False),
    )
    row.reject_unknown()
    return leader


def _garrison(row: InputTable) -> Garrison:
    garrison = Garrison(
        row.text("name"),
        row.integer("officers", 1, _MOST_OFFICERS),
        row.integer("top", 0, _MOST_OFFICERS, 0),
        row.integer("weight", 1, 1000, 1),
    )
    row.reject_unknown()
    return garrison


def _faction(row: InputTable) -> Faction:
    faction = Faction(
        row.text("name"),
        row.number("share", 0, 1),
        row.number("ideology", -1, 1),
        row.number("spread", 0, 1),
    )
    row.reject_unknown()
    return faction


def _death(row: InputTable, names: list[str]) -> Death:
    successor = row.text("successor", "")
    death = Death(
        row.month("at"),
        _index_of(row.text("leader"), names, row.where),
        _index_of(successor, names, row.where) if successor else None,
    )
    row.reject_unknown()
    return death
