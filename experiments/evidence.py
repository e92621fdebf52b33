"""Evidence: which rows of the record a simulated world must agree with, and how closely.

A world is weighed month by month. A *sighting* asks that something has happened in a
window of months; a *level* compares a quantity, with an error. Nothing of a world is
judged by what comes after the last month of evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest
from palca.model.events import KINDS, TRACKS
from palca.scenarios.shelf import find, read_toml
from palca.scenarios.table import Table

from .course import Course, fiscal_years
from .measures import atmosphere

if TYPE_CHECKING:
    from .documented import Record

ASPECTS: Final = (  # what an evidence file may hold beside its title
    "events", "attempts", "event", "absent", "orientation", "ussr_atmosphere", "us_commitments",
    "ussr_commitments",
)  # fmt: skip
SHELF: Final = Path(__file__).parent / "given"
_TRIFLE: Final = 0.1  # million USD: nothing has no logarithm
ATTEMPTS: Final = {"coup": True, "failed coup": False}


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that must have happened between two months, both included.

    Attributes
    ----------
    track, kind : str
    first, last : int
    miss : float
        Weight of a world in which it has not.
    course, side : float, optional
        Orientation of the regime after it, and by how much it may differ.
    """

    track: str
    kind: str
    first: int
    last: int
    miss: float
    course: float = np.nan
    side: float = np.inf

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.kind}, {month_name(self.first)}"
        return f"{self.kind}, {month_name(self.first)} to {month_name(self.last)}"


@dataclass(frozen=True, slots=True)
class Level:
    """A quantity that was so much in a month, with a normal error.

    Attributes
    ----------
    series : str
        "orientation", "ussr_atmosphere", "us_commitments" (of the 12 months to then) or
        "ussr_commitments" (since January 1969).
    month : int
    value, sd : float
        Of the logarithm above `floor` if there is one.
    share : float
        How much of an observation it counts for: neighbouring months are one.
    floor : float, optional
    """

    series: str
    month: int
    value: float
    sd: float
    share: float = 1.0
    floor: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a world is weighed by.

    Attributes
    ----------
    title : str
    sightings, levels : tuple
    extra : float
        Weight of each coup attempt that matches no sighting; 1 if attempts aren't judged.
    absent : tuple of (str, str, float)
        Track and kind of what did not happen, and the weight of each time that it does.
    """

    title: str
    sightings: tuple[Sighting, ...] = ()
    levels: tuple[Level, ...] = ()
    extra: float = 1.0
    absent: tuple[tuple[str, str, float], ...] = ()

    def until(self, month: int) -> Evidence:
        """Return what of it can be seen by the end of a month; windows are cut there."""
        return Evidence(
            self.title,
            tuple(
                Sighting(s.track, s.kind, s.first, min(s.last, month), s.miss, s.course, s.side)
                for s in self.sightings
                if s.first <= month and (s.first + s.last) / 2 <= month
            ),
            tuple(level for level in self.levels if level.month <= month),
            self.extra,
            self.absent,
        )


def load_given(given: str) -> dict[str, Any]:
    """Return what ``--given`` names as plain data, fit for JSON and for `make_evidence`.

    Parameters
    ----------
    given : str
        ``record``, the path of a TOML file, or ``"coup 1971-08, embassy 1969-12 ± 3"``.

    Raises
    ------
    PalcaError
        If there is no such file, or it can't be read.
    """
    shipped = {path.stem: path for path in SHELF.glob("*.toml")}
    if given not in shipped and not given.endswith(".toml") and "/" not in given:
        return {"title": f"given {given.strip()}", "events": given}
    try:
        return read_toml(find(given, shipped, None, "file"))
    except PalcaError as error:
        raise error.at("--given") from None


def make_evidence(
    given: dict[str, Any], place: str, documented: Course, record: Record
) -> Evidence:
    """Return the evidence that plain data asks for, applied to the record.

    Parameters
    ----------
    given : dict
        As `load_given` gives it.
    place : str
        How errors name it.
    documented : Course
        The documented course of events.

    Raises
    ------
    PalcaError
        If it asks for something that it can't have.
    """
    table = Table(given, place)
    title = table.text("title")
    sightings: list[Sighting] = []
    levels: list[Level] = []
    extra = 1.0
    if "events" in table:
        sightings += _listed(table.text("events"), place)
    if "attempts" in table:
        attempts = table.table("attempts")
        extra = attempts.number("extra", 0, 1, 1.0)
        sightings += _attempts(attempts, documented)
    for row in table.tables("event"):
        sightings += _events(row, documented)
    absent = tuple(_absent(row, documented) for row in table.tables("absent"))
    if "orientation" in table:
        levels += _orientation(table.table("orientation"), documented, sightings)
    if "ussr_atmosphere" in table:
        levels += _atmosphere(table.table("ussr_atmosphere"), documented)
    if "us_commitments" in table:
        rows = table.table("us_commitments")
        sd = rows.number("sd", 0.01, 100)
        rows.done()
        spent = documented.series["us_commitment"][:, 0]
        for first, last, _ in fiscal_years(record):
            if first >= 0 and last - first == 12 and last <= documented.months:
                total = max(float(spent[first:last].sum()), _TRIFLE)
                levels.append(Level("us_commitments", last - 1, np.log(total), sd, floor=0.0))
    if "ussr_commitments" in table:
        levels.append(_credits(table.table("ussr_commitments"), documented))
    table.done()
    return Evidence(title, tuple(sightings), tuple(levels), extra, absent)


def _listed(events: str, place: str) -> list[Sighting]:
    """Return the sightings that a text such as "coup 1971-08, embassy 1969-12 ± 3" names."""
    kinds = {kind: track for track, group in reversed(KINDS.items()) for kind in group}
    sightings = []
    for part in events.split(","):
        match = re.fullmatch(r"\s*(.+?)\s+(\d{4}-\d{2})(?:\s*(?:±|\+-)\s*(\d+))?\s*", part)
        if match is None:
            raise PalcaError('write record, a file, or events such as "coup 1971-08, embassy '
                             f'1969-12 ± 3" (or +- 3), not \'{part.strip()[:60]}\'', place)
        kind, month, tolerance = match[1], month_index(match[2]), int(match[3] or 2)
        if kind not in kinds:
            raise PalcaError(f"no kind of event '{kind}'{nearest(kind, kinds)}; "
                             "'palca list events' shows them all", place)
        first, last = max(month - tolerance, 0), month + tolerance
        if last < 0:
            raise PalcaError(f"{kind} {match[2]} lies before the history, which begins in 1969-01",
                             place)
        sightings.append(Sighting(kinds[kind], kind, first, last, 0.0))
    return sightings


def _attempts(table: Table, documented: Course) -> list[Sighting]:
    """Return the documented attempts, with windows that don't overlap."""
    tolerance = table.whole("tolerance", 0, 12)
    miss, side = table.number("miss", 0, 1), table.number("side", 0, 2, 2.0)
    table.done()
    rows = [
        (int(month), kind)
        for kind in ATTEMPTS
        for month in np.nonzero(documented.count("power", kind)[:, 0])[0]
    ]
    rows.sort()
    out = []
    for place, (month, kind) in enumerate(rows):
        first, last = max(month - tolerance, 0), month + tolerance
        if place > 0:
            first = max(first, (rows[place - 1][0] + month) // 2 + 1)
        if place + 1 < len(rows):
            last = min(last, (rows[place + 1][0] + month) // 2)
        after = float(documented.series["orientation"][min(month + 1, documented.months - 1), 0])
        course = after if ATTEMPTS[kind] else np.nan
        out.append(Sighting("power", kind, first, last, miss, course, side))
    return out


def _named(row: Table) -> tuple[str, str]:
    track, kind = row.text("track"), row.text("kind")
    if track not in TRACKS or kind not in KINDS[track]:
        raise PalcaError(f"no event '{kind}' in track '{track}'"
                         f"{nearest(kind, KINDS.get(track, ()))}", row.place)
    return track, kind


def _absent(row: Table, documented: Course) -> tuple[str, str, float]:
    track, kind = _named(row)
    weight = row.number("weight", 0, 1)
    row.done()
    if documented.count(track, kind).any():
        raise PalcaError(f"the record has a '{kind}' in track '{track}'", row.place)
    return track, kind, weight


def _events(row: Table, documented: Course) -> list[Sighting]:
    track, kind = _named(row)
    tolerance, miss = row.whole("tolerance", 0, 120), row.number("miss", 0, 1)
    row.done()
    months = np.nonzero(documented.count(track, kind)[:, 0])[0]
    if not len(months):
        raise PalcaError(f"the record has no '{kind}' in track '{track}' that may score", row.place)
    first = int(months[0])
    return [Sighting(track, kind, max(first - tolerance, 0), first + tolerance, miss)]


def _orientation(
    table: Table, documented: Course, sightings: Sequence[Sighting]
) -> list[Level]:
    """Return orientation by month, but for the windows in which it may change hands."""
    sd, months = table.number("sd", 0.01, 10), table.number("months", 1, 120)
    table.done()
    values = documented.series["orientation"][:, 0]
    unsure = {m for s in sightings if s.kind in ATTEMPTS for m in range(s.first, s.last + 1)}
    return [
        Level("orientation", month, float(value), sd, 1.0 / months)
        for month, value in enumerate(values)
        if month not in unsure and not np.isnan(value)
    ]


def _atmosphere(table: Table, documented: Course) -> list[Level]:
    sd, months = table.number("sd", 0.01, 100), table.number("months", 1, 120)
    table.done()
    values = atmosphere(documented, "ussr")[:, 0]
    return [
        Level("ussr_atmosphere", month, float(value), sd, 1.0 / months)
        for month, value in enumerate(values)
    ]


def _credits(table: Table, documented: Course) -> Level:
    """Return the credits until the month to which they are firm."""
    sd, floor = table.number("sd", 0.01, 100), table.number("floor", 0.01, 1000)
    last = table.month("until")
    table.done()
    total = float(documented.series["ussr_commitment"][: last + 1, 0].sum())
    return Level("ussr_commitments", last, float(np.log(total + floor)), sd, floor=floor)


def describe(evidence: Evidence) -> list[dict[str, Any]]:
    """Return the sightings and levels as plain rows, for a run's folder."""
    rows: list[dict[str, Any]] = [
        {"what": f"{s.track}: {s.kind}", "first": month_name(s.first), "last": month_name(s.last),
         "value": s.course, "sd": s.side}
        for s in evidence.sightings
    ]  # fmt: skip
    rows += [
        {"what": level.series, "first": month_name(level.month), "last": month_name(level.month),
         "value": level.value, "sd": level.sd / np.sqrt(level.share)}
        for level in evidence.levels
    ]  # fmt: skip
    return rows
