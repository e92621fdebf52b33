"""Histories, simulated, documented or naively forecast, in one form.

Stability and cooperation are functions of :class:`Histories` and of nothing
else, so that they read the record and a simulated history alike.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from palca.model.state.history import CODE_OF, EVENT_CODES, Events, History
from palca.model.state.scenario import Scenario, Window
from palca.model.types import Flags, Floats

if TYPE_CHECKING:
    from .documented import Record

T = TypeVar("T")

# monthly series that histories may have; missing values are NaN
SERIES: Final = (
    "leader", "orientation", "legality", "growth", "us_commitment", "ussr_commitment",
    "us_delivery", "ussr_delivery",
)  # fmt: skip
# what happens in a month, or not
EVENTS: Final = ("coup attempt", "change of power")
# the legal standing of the party after an event
_LEGALITY: Final = {"banned": 0.0, "tolerated": 0.5, "legalised": 1.0}
# series that last until an event of some kinds: name, track, kinds
_STATES: Final = (
    ("leader", "power", ("accession",)),
    ("orientation", "power", ("accession", "phase")),
    ("legality", "party", tuple(_LEGALITY)),
)


@dataclass(frozen=True)
class Histories:
    """What happened, in one world or many.

    Attributes
    ----------
    worlds, months : int
    first : int
        The first month, counted from January 1969. Rows of arrays, and months of `events`, count
        from it.
    series : dict of str to ndarray, shape ``(months, worlds)``
        By the names in :data:`SERIES`; commitments and deliveries in million USD a month.
        Of 32 bits where they are simulated.
    events : Events
        `events.world` is an index in ``0..worlds-1``.
    covered : dict of (str, str) to ndarray of bool, shape ``(months,)``
        By track and kind of event: in which months an absent event means that it didn't happen.
        Empty where this is so of all, as of simulated histories.
    windows : tuple of (int, int)
        Of the country: see :class:`~palca.model.state.scenario.Country`.
    """

    worlds: int
    months: int
    series: dict[str, Floats]
    events: Events
    covered: dict[tuple[str, str], Flags] = field(default_factory=dict)
    first: int = 0
    windows: tuple[Window, ...] = ()

    def to(self, months: int) -> Histories:
        """Return the first months; itself if it has no more."""
        if self.months <= months:
            return self
        early = self.events.month < months
        events = Events(*(getattr(self.events, column.name)[early] for column in fields(Events)))
        series = {name: values[:months] for name, values in self.series.items()}
        covered = {pair: known[:months] for pair, known in self.covered.items()}
        return Histories(self.worlds, months, series, events, covered, self.first, self.windows)

    def covers(self, track: str, kinds: Iterable[str]) -> Flags:
        """Return in which months the absence of some kinds of event is known, ``(months,)``."""
        known = np.ones(self.months, dtype=np.bool_)
        for kind in kinds if self.covered else ():
            known &= self.covered[track, kind]
        return known

    def count(self, track: str, kind: str) -> Floats:
        """Return how often an event is known to have happened, shape ``(months, worlds)``."""
        month, world, _ = self.of_kinds([(track, kind)])
        flat = month.astype(np.int64) * self.worlds + world
        counts = np.bincount(flat, minlength=self.months * self.worlds)
        return counts.reshape(self.months, self.worlds).astype(np.float64)

    def times(self, track: str, kind: str, first: int, last: int) -> Floats:
        """Return how often an event happened between two months, both included, ``(worlds,)``.

        NaN if one of these months isn't covered.
        """
        first, last = first - self.first, last - self.first
        if not self.covers(track, [kind])[first : last + 1].all():
            return np.full(self.worlds, np.nan)
        month, world, _ = self.of_kinds([(track, kind)])
        inside = (month >= first) & (month <= last)
        return np.bincount(world[inside], minlength=self.worlds).astype(np.float64)

    def of_kinds(
        self, kinds: Iterable[tuple[str, str]]
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return month, world and code of the events of some (track, kind), kind by kind."""
        month, world, starts = self._by_code
        codes = [CODE_OF[pair] for pair in kinds]
        parts = [slice(starts[code], starts[code + 1]) for code in codes]
        if len(parts) == 1:  # a view: most ask for one kind
            code = np.full(parts[0].stop - parts[0].start, codes[0])
            return month[parts[0]], world[parts[0]], code
        return (
            np.concatenate([month[part] for part in parts]),
            np.concatenate([world[part] for part in parts]),
            np.repeat(codes, [part.stop - part.start for part in parts]),
        )

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what `make` returns, and keep it under `name` for the next who asks."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    @cached_property
    def _by_code(self) -> tuple[NDArray[Any], NDArray[Any], list[int]]:
        """Month and world of the events in the order of their codes; where each code begins."""
        codes = self.events.code.astype(np.uint8)  # 8 bits are sorted by counting
        order = np.argsort(codes, kind="stable")
        ends = np.cumsum(np.bincount(codes, minlength=len(CODE_OF))).tolist()
        return self.events.month[order], self.events.world[order], [0, *ends]

    @cached_property
    def _made(self) -> dict[str, Any]:
        return {}


def simulated(history: History, windows: tuple[Window, ...] = ()) -> Histories:
    """Return the histories of a block of simulated worlds, with its country's windows."""
    series: dict[str, Any] = {name: history.field(name) for name in SERIES}
    events = history.events
    if history.since:
        events = replace(events, month=events.month - history.since)
    return Histories(
        len(history.worlds), len(history.monthly), series, events,
        first=history.since, windows=windows,
    )  # fmt: skip


def happened(histories: Histories) -> Floats:
    """Return whether there was an attempt, and whether power changed hands.

    Returns
    -------
    ndarray of 0 and 1, shape ``(2, months, worlds)``
        In the order of :data:`EVENTS`. A leader who is there at the start has come before it.
    """
    leader = histories.series["leader"]
    tried = histories.count("power", "coup") + histories.count("power", "failed coup") > 0
    changed = np.zeros_like(tried)
    changed[1:] = leader[1:] != leader[:-1]
    return np.array([tried, changed], dtype=np.float64)


def documented(record: Record, scenario: Scenario) -> Histories:
    """Return the documented history, as one world.

    Only rows that may score are taken. Coup attempts are those of Powell and Thyne. A
    row whose date is an interval stands in its middle. US commitments are the
    obligations of the fiscal year, spread evenly; deliveries of neither patron are
    documented by year, so they are NaN. So are Soviet commitments where the record doesn't
    cover credits, and who rules, the orientation and the legal standing of the party after a month
    in which it doesn't cover their changes.
    """
    from .documented import covered, scored

    rows, base = scored(record), scenario.first
    months = max(scenario.end, int(rows["last_month"].max()) + 1) - base  # as if there were no end
    series = {name: np.full((months, 1), np.nan) for name in SERIES}
    rows = rows.sort_values("date")
    columns = zip(
        rows["track"], rows["kind"], rows["first_month"], rows["amount"], rows["actor"], strict=True
    )
    for track, kind, first, amount, actor in columns:
        since = max(int(first) - base, 0)
        if track == "power" and kind in ("accession", "phase"):
            series["orientation"][since:] = amount
            if kind == "accession":
                series["leader"][since:] = _leader_index(actor, scenario)
        elif track == "party" and kind in _LEGALITY:
            series["legality"][since:] = _LEGALITY[kind]
    for year, value in _values(record, "gdp_growth").items():
        first = (int(str(year)) - 1969) * 12 - base
        series["growth"][max(first, 0) : max(first + 12, 0)] = value
    for first, last, value in fiscal_years(record):
        since = max(first - base, 0)
        series["us_commitment"][since : max(last - base, 0)] = value / (last - first)
    inside = rows[(rows["first_month"] >= base) & (rows["last_month"] < base + months)]
    attempts = inside["kind"].isin(["coup", "failed coup"]) & (inside["powell_thyne"] != 1)
    inside = inside[~attempts & ~inside["kind"].isin(["accession", "phase"])]
    month = ((inside["first_month"] + inside["last_month"]) // 2).to_numpy(np.int64) - base
    amount = inside["amount"].to_numpy(np.float64)
    kinds = zip(inside["track"], inside["kind"], strict=True)
    code = np.array([CODE_OF[pair] for pair in kinds], dtype=np.int64)
    series["ussr_commitment"][:] = 0.0
    credit = code == CODE_OF["ussr", "credit"]
    np.add.at(series["ussr_commitment"], (month[credit], 0), np.nan_to_num(amount[credit]))
    order = np.lexsort((code, month))
    nobody = np.full(len(month), -1)
    world = np.zeros(len(month), dtype=np.int64)
    events = Events(world, month[order], code[order], nobody, nobody, amount[order])
    known = {pair: np.zeros(months, dtype=np.bool_) for pair in EVENT_CODES}
    begins, judged = (min(max(month - base, 0), months) for month in record.span)
    for pair, flags in covered(record).items():
        known[pair][begins:judged] = flags[base + begins - record.span[0] :][: judged - begins]
    made = Histories(1, months, series, events, known, base, scenario.country.windows)
    series["ussr_commitment"][~made.covers("ussr", ["credit"])] = np.nan
    for name, track, changes in _STATES:  # a change that isn't known may have ended them
        unseen = np.maximum.accumulate(~made.covers(track, changes))
        series[name][unseen] = np.nan
    return made.to(scenario.months)


def _values(record: Record, series: str) -> Mapping[Any, float]:
    """Return a series by date; nothing of one that the record doesn't have."""
    there = series in {*record.series["series"]}
    return record.values(series).to_dict() if there else {}


def _leader_index(actor: str, scenario: Scenario) -> int:
    """Return the index of a person in the roster; that of the unnamed junta if he isn't in it."""
    words, leaders = _words(actor), scenario.country.leaders
    if actor in (names := [leader.name for leader in leaders]):
        return names.index(actor)
    known = [i for i, leader in enumerate(leaders) if _words(leader.name) <= words]
    return known[0] if known else len(leaders) - 1


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return set(plain.lower().replace(".", " ").split())


def fiscal_years(record: Record) -> list[tuple[int, int, float]]:
    """Return (first month, month after the last, million USD) of each US fiscal year.

    The year began in July until that of 1976; then came a transition quarter, and
    from that of 1977 on it begins in October.
    """
    out = []
    for year, value in _values(record, "us_aid_obligations").items():
        january = (int(str(year)) - 1969) * 12
        first = january - 6 if int(str(year)) <= 1976 else january - 3
        out.append((first, first + 12, float(value)))
    for year, value in _values(record, "us_aid_obligations_tq").items():
        july = (int(str(year)) - 1969) * 12 + 6
        out.append((july, july + 3, float(value)))
    return sorted(out)
