"""A country's record as tables of a region have it: attempts, rulers, missions, growth and aid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from palca.model.calendar import month_name
from palca.model.events import TRACKS

from ..observe.record_files import COLUMNS
from .tables import Course

Rows = list[Sequence[Any]]

_ATTEMPTS: Final = "Powell and Thyne 2011, list of January 2024"
_RULERS: Final = "Archigos 4.1; ideology in three steps: Herre 2022"
_MISSIONS: Final = "soviet_relations.csv of the region's tables"
LONG_YEAR: Final = 1976  # fiscal; the tables have it with its transition quarter
LONG: Final = 1.25  # its length in years
# By kind: why its absence means that nothing happened
_KNOWN: Final = {
    ("power", "coup"): ("The list is of all countries and years, by one definition", _ATTEMPTS),
    ("power", "failed coup"): ("The list is of all countries and years, by one definition",
                               _ATTEMPTS),
    ("power", "accession"): ("The tables have who ruled on each day", _RULERS),
    ("power", "phase"): ("Each spell of rule is coded once: it has no turns", _RULERS),
    ("ussr", "embassy"): ("The tables have the spans of missions", _MISSIONS),
    ("ussr", "break"): ("The tables have the spans of missions", _MISSIONS),
}  # fmt: skip


def record_files(
    course: Course, years: Any, attempts: Any, missions: bool
) -> dict[str, tuple[Sequence[str], Rows]]:
    """Return the columns and rows of each file of a country's record, but for base rates.

    Parameters
    ----------
    attempts : DataFrame
        The rows of :attr:`Region.attempts` of the country.
    missions : bool
        Whether the tables tell of missions at all.
    """
    return {
        "events.csv": (COLUMNS["events.csv"], _events(course, attempts)),
        "series.csv": (COLUMNS["series.csv"], _series(years)),
        "coverage.csv": (COLUMNS["coverage.csv"], _coverage(course, missions)),
    }


def _events(course: Course, attempts: Any) -> Rows:
    rows: Rows = []
    for spell in course.spells.to_dict("records"):
        rows.append((month_name(spell["since"]), "", "power", "accession", spell["leader"],
                     f"{spell['orientation']:g}" if spell["coded"] else "",
                     "orientation" if spell["coded"] else "", f"{spell['leader']} comes to rule",
                     _RULERS, "high", "", ""))  # fmt: skip
    for month, won in zip(attempts["month"], attempts["success"], strict=True):
        if not course.first <= month < course.end:
            continue
        rows.append((month_name(month), "", "power",
                     "coup" if won else "failed coup", "", "", "",
                     f"A coup attempt {'succeeds' if won else 'fails'}", _ATTEMPTS, "high", "",
                     1))  # fmt: skip
    for at in np.flatnonzero(np.diff(course.missions.astype(int))) + 1:
        opened = bool(course.missions[at])
        rows.append((month_name(course.first + int(at)), "", "ussr",
                     "embassy" if opened else "break", "USSR", "", "",
                     f"Missions are {'opened' if opened else 'closed'}", _MISSIONS, "medium", "",
                     ""))  # fmt: skip
    return sorted(rows, key=lambda row: row[0])


def _series(years: Any) -> Rows:
    rows: Rows = []
    for year, row in years.iterrows():
        aid = row["us_economic_aid"] + row["us_military_aid"]
        quarter = aid * (1.0 - 1.0 / LONG) if year == LONG_YEAR else np.nan
        for series, value, unit, source in (
            ("gdp_growth", row["growth"], "% a year", "Maddison Project 2023"),
            ("us_aid_obligations", aid / LONG if year == LONG_YEAR else aid,
             "million current USD, fiscal year", "USAID Greenbook"),
            ("us_aid_obligations_tq", quarter, "million current USD, fiscal year",
             "USAID Greenbook"),
            ("gdp_per_head", row["gdp_per_head"], "2011 USD", "Maddison Project 2023"),
        ):
            if not np.isnan(value):
                rows.append((series, year, f"{value:g}", unit, source, "high", ""))
    return rows


def _coverage(course: Course, missions: bool) -> Rows:
    span = (month_name(course.first), month_name(course.end - 1))
    return [
        *((track, "", *span, "no", "The tables tell of attempts, rulers and missions only",
           "the region's tables", "high") for track in TRACKS),
        *((track, kind, *span, "yes", reason, source, "medium")
          for (track, kind), (reason, source) in _KNOWN.items() if missions or track != "ussr"),
    ]  # fmt: skip
