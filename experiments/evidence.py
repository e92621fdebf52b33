"""Evidence: which rows of the record a simulated world must agree with, and how closely.

A world is weighed month by month. A *sighting* asks that something has happened in a
window of months; a *level* compares a quantity, with an error. Nothing of a world is
judged by what comes after the last month of evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest
from palca.model.events import KINDS, TRACKS
from palca.model.history import CODE_OF
from palca.scenarios.shelf import label, read_toml
from palca.scenarios.table import Table

from .course import Course, fiscal_years
from .measures import MEMORY, WEIGHTS, atmosphere, event_values

if TYPE_CHECKING:
    from palca.model import ColdWarModel

    from .documented import Record

Floats = NDArray[np.float64]
SHELF: Final = Path(__file__).parent / "given"
_ATTEMPTS: Final = {"coup": True, "failed coup": False}


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
    """

    title: str
    sightings: tuple[Sighting, ...] = ()
    levels: tuple[Level, ...] = ()
    extra: float = 1.0

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
        )


def find_evidence(given: str, record: Record, documented: Course) -> Evidence:
    """Return the evidence that ``--given`` names: "record", a file, or a list of events.

    Parameters
    ----------
    given : str
        ``record``, the path of a TOML file, or ``"coup 1971-08, embassy 1969-12 ± 3"``.
    documented : Course
        The documented course of events.

    Raises
    ------
    PalcaError
    """
    shipped = {path.stem: path for path in SHELF.glob("*.toml")}
    if given in shipped:
        return read_evidence(shipped[given], documented, record)
    if given.endswith(".toml") or "/" in given:
        if not Path(given).is_file():
            raise PalcaError(f"no file '{given}'; shipped are: {', '.join(shipped)}", "--given")
        return read_evidence(Path(given), documented, record)
    return _listed(given)


def _listed(given: str) -> Evidence:
    kinds = {kind: track for track, group in reversed(KINDS.items()) for kind in group}
    sightings = []
    for part in given.split(","):
        match = re.fullmatch(r"\s*(.+?)\s+(\d{4}-\d{2})(?:\s*(?:±|\+-)\s*(\d+))?\s*", part)
        if match is None:
            raise PalcaError('write record, a file, or events such as "coup 1971-08, embassy '
                             '1969-12 ± 3"', f"--given {given}"[:120])
        kind, month, tolerance = match[1], month_index(match[2]), int(match[3] or 2)
        if kind not in kinds:
            raise PalcaError(f"no kind of event '{kind}'{nearest(kind, kinds)}; "
                             "'palca list events' shows them all", "--given")
        first, last = max(month - tolerance, 0), month + tolerance
        sightings.append(Sighting(kinds[kind], kind, first, last, 0.0))
    return Evidence(f"given {given.strip()}", tuple(sightings))


def read_evidence(path: Path, documented: Course, record: Record) -> Evidence:
    """Return the evidence of a TOML file, applied to the record."""
    table = Table(read_toml(path), label(path))
    title = table.text("title")
    sightings: list[Sighting] = []
    levels: list[Level] = []
    extra = 1.0
    if "attempts" in table:
        attempts = table.table("attempts")
        extra = attempts.number("extra", 0, 1, 1.0)
        sightings += _attempts(attempts, documented)
    for row in table.tables("event"):
        sightings += _events(row, documented)
    if "orientation" in table:
        levels += _orientation(table.table("orientation"), documented, sightings)
    if "ussr_atmosphere" in table:
        levels += _atmosphere(table.table("ussr_atmosphere"), documented)
    if "us_commitments" in table:
        rows = table.table("us_commitments")
        sd = rows.number("sd", 0.01, 100)
        rows.done()
        levels += [
            Level("us_commitments", last - 1, float(np.log(value)), sd, floor=0.0)
            for first, last, value in fiscal_years(record)
            if first >= 0 and last - first == 12 and last <= documented.months
        ]
    if "ussr_commitments" in table:
        levels.append(_credits(table.table("ussr_commitments"), documented))
    table.done()
    return Evidence(title, tuple(sightings), tuple(levels), extra)


def _attempts(table: Table, documented: Course) -> list[Sighting]:
    """Return the documented attempts, with windows that don't overlap."""
    tolerance = table.whole("tolerance", 0, 12)
    miss, side = table.number("miss", 0, 1), table.number("side", 0, 2, 2.0)
    table.done()
    rows = [
        (int(month), kind)
        for kind in _ATTEMPTS
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
        course = after if _ATTEMPTS[kind] else np.nan
        out.append(Sighting("power", kind, first, last, miss, course, side))
    return out


def _events(row: Table, documented: Course) -> list[Sighting]:
    track, kind = row.text("track"), row.text("kind")
    if track not in TRACKS or kind not in KINDS[track]:
        raise PalcaError(f"no event '{kind}' in track '{track}'"
                         f"{nearest(kind, KINDS.get(track, ()))}", row.place)
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
    unsure = {m for s in sightings if s.kind in _ATTEMPTS for m in range(s.first, s.last + 1)}
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
    """Return the credits to August 1971: only these are firm."""
    sd, floor = table.number("sd", 0.01, 100), table.number("floor", 0.01, 1000)
    table.done()
    last = month_index("1971-08")
    total = float(documented.series["ussr_commitment"][: last + 1, 0].sum())
    return Level("ussr_commitments", last, float(np.log(total + floor)), sd, floor=floor)


# --------------------------------------------------------------------------- weighing worlds


@dataclass(slots=True)
class Watch:
    """The weighing of worlds as they go, month by month.

    Attributes
    ----------
    evidence : Evidence
    hits : ndarray of bool, shape ``(sightings, worlds)``
        What each world has shown so far.
    atmosphere, credits : ndarray, shape ``(worlds,)``
    year : ndarray, shape ``(12, worlds)``
        US commitments of the last twelve months.
    """

    evidence: Evidence
    worlds: int
    hits: NDArray[np.bool_] = field(init=False)
    atmosphere: Floats = field(init=False)
    year: Floats = field(init=False)
    _weights: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.hits = np.zeros((len(self.evidence.sightings), self.worlds), dtype=np.bool_)
        self.atmosphere = np.zeros(self.worlds)
        self.year = np.zeros((12, self.worlds))
        self._weights = event_values("ussr", WEIGHTS)

    def take(self, worlds: NDArray[np.int64]) -> None:
        """Replace each world's record by that of another, as resampling does."""
        self.hits = self.hits[:, worlds]
        self.atmosphere = self.atmosphere[worlds]
        self.year = self.year[:, worlds]

    def see(self, model: ColdWarModel) -> Floats:
        """Return the log weight of each world by the month that has just passed, ``(worlds,)``.

        It reads the month's events from the model's chronicle and takes them out of it.
        """
        month, evidence = model.month - 1, self.evidence
        happened = self._read(model)
        self.year[month % 12] = model.state.us_commitment
        log_weight = np.zeros(self.worlds)
        stray = sum(happened.get(("power", kind), np.zeros(self.worlds)) for kind in _ATTEMPTS)
        with np.errstate(divide="ignore"):
            for row, sighting in zip(self.hits, evidence.sightings, strict=True):
                if not sighting.first <= month <= sighting.last:
                    continue
                seen = happened.get((sighting.track, sighting.kind))
                if seen is not None:
                    apart = np.abs(model.state.orientation - sighting.course)
                    fits = (seen > 0) & ~row & ~(apart > sighting.side)
                    row |= fits
                    if sighting.kind in _ATTEMPTS:
                        stray = stray - fits
                if month == sighting.last:
                    log_weight += np.where(row, 0.0, np.log(sighting.miss))
            log_weight += np.where(stray > 0, stray * np.log(evidence.extra), 0.0)
            for level in evidence.levels:
                if level.month == month:
                    value = self._level(level.series, model)
                    if level.floor is not None:
                        value = np.log(value + level.floor)
                    error = np.maximum(value - level.value, -1e3) / level.sd
                    log_weight -= 0.5 * level.share * error * error
        return log_weight

    def _read(self, model: ColdWarModel) -> dict[tuple[str, str], Floats]:
        """Return how often the kinds of event that count happened, and age the atmosphere."""
        wanted = {CODE_OF[s.track, s.kind]: (s.track, s.kind) for s in self.evidence.sightings}
        wanted |= {CODE_OF["power", kind]: ("power", kind) for kind in _ATTEMPTS}
        out: dict[tuple[str, str], Floats] = {}
        self.atmosphere *= MEMORY
        chronicle = model.chronicle
        for code, worlds in zip(chronicle.codes, chronicle.worlds, strict=True):
            self.atmosphere[worlds] += self._weights[code]
            if code in wanted:
                counts = out.setdefault(wanted[code], np.zeros(self.worlds))
                counts[worlds] += 1.0
        chronicle.clear()
        return out

    def _level(self, series: str, model: ColdWarModel) -> Floats:
        if series == "orientation":
            return model.state.orientation
        if series == "ussr_atmosphere":
            return self.atmosphere
        if series == "us_commitments":
            return self.year.sum(axis=0)
        return model.state.ussr_committed


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
