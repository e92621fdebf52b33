"""Evidence as a file or a text of ``--given`` asks for it, applied to the record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest, short
from palca.model.events import KINDS, TRACKS
from palca.model.table import InputTable
from palca.scenarios.reading.library import find, read_toml

from ..observe.by_month import atmosphere
from ..observe.documented import scored
from ..observe.histories import Histories, fiscal_years
from ..observe.outcome import LAST_MONTH
from .evidence import ATTEMPTS, EventObservation, Evidence, Level, Reign

if TYPE_CHECKING:
    from ..observe.documented import Record

ASPECTS: Final = (  # what an evidence file may hold beside its title
    "events", "rulers", "attempts", "event", "absent", "orientation", "ussr_atmosphere",
    "us_commitments", "ussr_commitments",
)  # fmt: skip
LIBRARY: Final = Path(__file__).parent / "given"
_TRIFLE: Final = 0.1  # million USD: nothing has no logarithm
_LISTED: Final = re.compile(r"(.+?)\s+(\d[\d-]*)(?:\s*(?:±|\+/?-)\s*(\d{1,4}))?")
_TOLERANCE: Final = 2  # months either way, of an event that a text names without


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
    shipped = {path.stem: path for path in LIBRARY.glob("*.toml")}
    if given not in shipped and not given.endswith(".toml"):
        return {"title": given.strip(), "events": given}
    try:
        return read_toml(find(given, shipped, None, "file"))
    except PalcaError as error:
        raise error.at("--given") from None


def make_evidence(
    given: dict[str, Any], where: str, documented: Histories, record: Record
) -> Evidence:
    """Return the evidence that plain data asks for, applied to the record.

    Parameters
    ----------
    given : dict
        As `load_given` gives it.
    where : str
        How errors name it.
    documented : Histories
        The documented history.

    Raises
    ------
    PalcaError
        If it asks for something that it can't have.
    """
    table = InputTable(given, where)
    title = table.text("title")
    events: list[EventObservation] = []
    levels: list[Level] = []
    rulers: list[Reign] = []
    extra = 1.0
    if "rulers" in table:
        rulers = _rulers(table.table("rulers"), documented)
    if "events" in table:
        events += _listed(table.text("events"), where, documented.months)
    if "attempts" in table:
        attempts = table.table("attempts")
        extra = attempts.number("extra", 0, 1, 1.0)
        events += _attempts(attempts, documented, record)
    events += [_event(row, documented) for row in table.tables("event")]
    absent = tuple(_absent(row, documented) for row in table.tables("absent"))
    if "orientation" in table:
        levels += _orientation(table.table("orientation"), documented, events)
    if "ussr_atmosphere" in table:
        levels += _atmosphere(table.table("ussr_atmosphere"), documented)
    if "us_commitments" in table:
        rows = table.table("us_commitments")
        sd = rows.number("sd", 0.01, 100)
        rows.reject_unknown()
        spent = documented.series["us_commitment"][:, 0]
        for first, last, _ in fiscal_years(record):
            if first >= 0 and last - first == 12 and last <= documented.months:
                total = max(float(spent[first:last].sum()), _TRIFLE)
                levels.append(Level("us_commitments", last - 1, np.log(total), sd, floor=0.0))
    if "ussr_commitments" in table:
        levels.append(_credits(table.table("ussr_commitments"), documented))
    table.reject_unknown()
    _check_apart(events, where)
    return Evidence(title, tuple(events), tuple(levels), tuple(rulers), extra, absent)


def _check_within(month: int, what: str, months: int, where: str) -> None:
    """Raise if a month that evidence names isn't one of the history's."""
    if not 0 <= month < months:
        raise PalcaError(
            f"{what} {month_name(month)} is outside the simulated months, "
            f"{month_name(0)} to {month_name(months - 1)}",
            where,
        )


def _check_apart(events: Iterable[EventObservation], where: str) -> None:
    """Raise if one event of a world could count for two of the evidence."""
    by_window = sorted(events, key=lambda s: (s.track, s.kind, s.first, s.month))
    for one, two in pairwise(by_window):
        if (one.track, one.kind) == (two.track, two.kind) and two.first <= one.last:
            raise PalcaError(
                f"the windows of '{one}' and '{two}' overlap, so one simulated event would match "
                "both: name it once, or use a smaller tolerance",
                where,
            )


def _listed(text: str, where: str, months: int) -> list[EventObservation]:
    """Return the events that a text such as "coup 1971-08, embassy 1969-12 ± 3" names."""
    kinds = {kind: track for track, group in reversed(KINDS.items()) for kind in group}
    events = []
    for part in text.split(","):
        match = _LISTED.fullmatch(part.strip())
        if match is None:
            raise PalcaError(
                'write record, the path of a .toml file, or events such as "coup '
                '1971-08, embassy 1969-12 ± 3" (or +- 3), not '
                f"'{short(part.strip(), 60)}'",
                where,
            )
        kind, tolerance = match[1], int(match[3] or _TOLERANCE)
        if kind not in kinds:
            raise PalcaError(
                f"unknown kind of event '{kind}'{nearest(kind, kinds)}; 'palca list "
                "events' shows all kinds",
                where,
            )
        try:
            month = month_index(match[2])
        except PalcaError as error:
            raise error.at(where) from None
        _check_within(month, kind, months, where)
        first = max(month - tolerance, 0)
        events.append(
            EventObservation(kinds[kind], kind, month, first, month + tolerance, 0.0, named=True)
        )
    return events


def _windows(table: InputTable, months: Sequence[int]) -> list[tuple[int, int]]:
    """Return first and last month of the window about each of some months, in their order.

    Windows of different months don't overlap: between two months they end half-way.
    """
    tolerance = table.integer("tolerance", 0, 12)
    wider = table.table("wider")
    own = {month_index(name, wider.where): wider.integer(name, 0, 12) for name in wider.flat()}
    for month in own:
        if month not in months:
            raise PalcaError(
                f"nothing is documented in {month_name(month)}; the months are "
                f"{', '.join(month_name(one) for one in months)}",
                wider.where,
            )
    out = []
    for month in months:
        reach = own.get(month, tolerance)
        first = max([month - reach, 0, *((one + month) // 2 + 1 for one in months if one < month)])
        last = min([month + reach, *((month + one) // 2 for one in months if one > month)])
        out.append((first, last))
    return out


def _rulers(table: InputTable, documented: Histories) -> list[Reign]:
    """Return who ruled, from one documented change of ruler to the next."""
    leader = documented.series["leader"][:, 0]
    changes = [int(month) + 1 for month in np.flatnonzero(leader[1:] != leader[:-1])]
    windows = _windows(table, changes)
    table.reject_unknown()
    return [Reign(int(leader[0]), 0, 0, 0)] + [
        Reign(int(leader[month]), month, first, last)
        for month, (first, last) in zip(changes, windows, strict=True)
    ]


def _attempts(table: InputTable, documented: Histories, record: Record) -> list[EventObservation]:
    """Return the documented attempts, with windows that don't overlap.

    Those that are disputed, which aren't in the list of Powell and Thyne, have a weight of 1: they
    are neither asked for nor forbidden.
    """
    false_negative = table.number("false_negative", 0, 1)
    allowed = table.number("side", 0, 2, 2.0)
    disputed = _disputed(record, documented.months) if table.flag("disputed", False) else []
    rows = sorted(
        [
            (int(month), kind, false_negative)
            for kind in ATTEMPTS
            for month in np.flatnonzero(documented.count("power", kind)[:, 0])
        ]
        + [(month, kind, 1.0) for month, kind in disputed]
    )
    windows = _windows(table, [month for month, _, _ in rows])
    table.reject_unknown()
    out = []
    for (month, kind, weight), (first, last) in zip(rows, windows, strict=True):
        after = float(documented.series["orientation"][min(month + 1, documented.months - 1), 0])
        orientation = after if ATTEMPTS[kind] else np.nan
        out.append(
            EventObservation("power", kind, month, first, last, weight, orientation, allowed)
        )
    return out


def _disputed(record: Record, months: int) -> list[tuple[int, str]]:
    """Return month and kind of the attempts that may score and that Powell and Thyne leave out."""
    rows = scored(record)
    rows = rows[rows["kind"].isin(list(ATTEMPTS)) & (rows["powell_thyne"] != 1)]
    pairs = zip(rows["first_month"], rows["kind"], strict=True)
    return [(int(month), kind) for month, kind in pairs if 0 <= month < months]


def _named(row: InputTable) -> tuple[str, str]:
    track, kind = row.text("track"), row.text("kind")
    if track not in TRACKS or kind not in KINDS[track]:
        raise PalcaError(
            f"unknown event '{kind}' in track '{track}'{nearest(kind, KINDS.get(track, ()))}",
            row.where,
        )
    return track, kind


def _absent(row: InputTable, documented: Histories) -> tuple[str, str, float]:
    track, kind = _named(row)
    weight = row.number("weight", 0, 1)
    row.reject_unknown()
    if documented.count(track, kind).any():
        raise PalcaError(f"the record has a '{kind}' in track '{track}'", row.where)
    if not documented.covers(track, [kind])[: month_index(LAST_MONTH) + 1].all():
        raise PalcaError(
            f"the record doesn't cover '{kind}' in track '{track}' in all months, so its silence "
            "isn't evidence: leave it out, or name a kind that is covered ('palca record "
            "--coverage' shows which are)",
            row.where,
        )
    return track, kind, weight


def _event(row: InputTable, documented: Histories) -> EventObservation:
    """Return an event of a kind: in the month that is named, or the record's first."""
    track, kind = _named(row)
    tolerance = row.integer("tolerance", 0, 120)
    false_negative = row.number("false_negative", 0, 1)
    named = "date" in row
    if named:
        month = row.month("date")
        _check_within(month, kind, documented.months, row.where)
    row.reject_unknown()
    if not named:
        months = np.nonzero(documented.count(track, kind)[:, 0])[0]
        if not len(months):
            raise PalcaError(f"the record has no '{kind}' in track '{track}' that may score; set a "
                             'month, such as date = "1971-08"', row.where)  # fmt: skip
        month = int(months[0])
    return EventObservation(
        track,
        kind,
        month,
        max(month - tolerance, 0),
        month + tolerance,
        false_negative,
        named=named,
    )


def _orientation(
    table: InputTable, documented: Histories, events: Sequence[EventObservation]
) -> list[Level]:
    """Return orientation by month, but for the windows in which it may change hands."""
    sd, months = table.number("sd", 0.01, 10), table.number("months", 1, 120)
    table.reject_unknown()
    values = documented.series["orientation"][:, 0]
    unsure = {m for s in events if s.kind in ATTEMPTS for m in range(s.first, s.last + 1)}
    return [
        Level("orientation", month, float(value), sd, 1.0 / months)
        for month, value in enumerate(values)
        if month not in unsure and not np.isnan(value)
    ]


def _atmosphere(table: InputTable, documented: Histories) -> list[Level]:
    sd, months = table.number("sd", 0.01, 100), table.number("months", 1, 120)
    table.reject_unknown()
    values = atmosphere(documented, "ussr")[:, 0]
    return [
        Level("ussr_atmosphere", month, float(value), sd, 1.0 / months)
        for month, value in enumerate(values)
        if not np.isnan(value)  # where the record doesn't cover Soviet acts
    ]


def _credits(table: InputTable, documented: Histories) -> Level:
    """Return the credits until the month to which they are firm."""
    sd, floor = table.number("sd", 0.01, 100), table.number("floor", 0.01, 1000)
    last = table.month("until")
    _check_within(last, "until", documented.months, table.where)
    table.reject_unknown()
    spent = documented.series["ussr_commitment"][: last + 1, 0]
    if (unknown := np.isnan(spent)).any():
        first = int(unknown.argmax())
        raise PalcaError(
            f"the record doesn't cover Soviet credits from {month_name(first)} on, so what they "
            "came to isn't known: set 'until' to a month before",
            table.where,
        )
    total = float(spent.sum())
    return Level("ussr_commitments", last, float(np.log(total + floor)), sd, floor=floor)
