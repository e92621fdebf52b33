"""Stability and cooperation, each measured in several ways, of any course of events.

They are kept apart on purpose (docs/ODD.md): stability is attempts, irregular
exits, the incumbent's survival and unrest, always shown beside repression;
cooperation is atmosphere, commitments and deliveries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_index
from palca.model.history import CODE_OF, Events

from .course import Course

Floats = NDArray[np.float64]

# Weight of an act in the atmosphere between two states, after the manner of Goldstein
# (1992, doi:10.1177/0022002792036002007); the numbers are assumed and may be edited.
WEIGHTS: Final[dict[str, float]] = {
    "embassy": 3, "ambassador": 1, "agreement": 2, "credit": 2, "project": 2, "trade": 1,
    "aid": 2, "military": 1, "offer": 1, "visit": 1, "contact": 1, "normalisation": 2,
    "settlement": 2, "tin restraint": 1, "refusal": -1, "protest": -1, "pressure": -1,
    "tin sale": -1, "sanction threatened": -1, "nationalisation": -3, "expulsion": -4,
    "suspension": -6, "sanction": -6, "break": -8,
}  # fmt: skip
MEMORY: Final = 0.9  # share of an act's weight left after a month
RIGHT: Final = 0.25  # a regime is of the right from this orientation on, of the left from -0.25
COUP_MONTH: Final = month_index("1971-08")
_RANK: Final = {"private protest": 1.0, "public dissent": 2.0, "rupture": 3.0}
UNREST: Final = {
    "strike": 1.0, "siege": 1.0, "demonstration": 1.0, "hunger strike": 1.0, "price shock": 1.0,
    "general strike": 2.0, "massacre": 2.0, "guerrilla": 3.0, "fighting": 3.0,
}  # fmt: skip


def atmosphere(course: Course, patron: str, weights: Mapping[str, float] = WEIGHTS) -> Floats:
    """Return the atmosphere between the host and a patron, shape ``(months, worlds)``.

    E_t = sum over acts of weight * 0.9**age.

    Parameters
    ----------
    patron : str
        ``"ussr"`` or ``"us"``.
    """
    values = event_values(patron, weights)
    total = sum_by_month(course.events, course.events.month, values, course.months, course.worlds)
    for month in range(1, course.months):
        total[month] += MEMORY * total[month - 1]
    return total


def unrest(course: Course) -> Floats:
    """Return unrest by month: 0 calm, 1 strikes or siege, 2 lethal or national, 3 fighting."""
    values = event_values("conflict", UNREST)
    return highest_by_month(
        course.events, course.events.month, values, course.months, course.worlds
    )


def friction(course: Course) -> Floats:
    """Return the friction of party and Moscow shown so far, 0 to 3, ``(months, worlds)``.

    0 harmony, 1 private protest, 2 public or organised dissent, 3 rupture.
    """
    values = event_values("party", _RANK)
    shown = highest_by_month(
        course.events, course.events.month, values, course.months, course.worlds
    )
    return np.maximum.accumulate(shown, axis=0)


def event_values(track: str, values: Mapping[str, float]) -> Floats:
    """Return the value of each kind of event of a track by its code; others count for 0."""
    out = np.zeros(len(CODE_OF))
    for kind, value in values.items():
        out[CODE_OF[track, kind]] = value
    return out


def sum_by_month(
    events: Events, month: NDArray[np.int64], values: Floats, months: int, worlds: int
) -> Floats:
    """Return the sum of events' values by month, ``(months, worlds)``."""
    out = np.zeros(months * worlds)
    np.add.at(out, month.astype(np.int64) * worlds + events.world, values[events.code])
    return out.reshape(months, worlds)


def highest_by_month(
    events: Events, month: NDArray[np.int64], values: Floats, months: int, worlds: int
) -> Floats:
    """Return the highest of events' values by month, ``(months, worlds)``."""
    out = np.zeros(months * worlds)
    np.maximum.at(out, month.astype(np.int64) * worlds + events.world, values[events.code])
    return out.reshape(months, worlds)


def spells(course: Course) -> tuple[Floats, Floats]:
    """Return the longest spell of one leader, in months, and how many led, ``(worlds,)``."""
    leader = course.series["leader"]
    changed = np.ones_like(leader, dtype=bool)
    changed[1:] = leader[1:] != leader[:-1]
    length = np.ones(course.worlds)
    longest = np.ones(course.worlds)
    for month in range(1, course.months):
        length = np.where(changed[month], 1.0, length + 1.0)
        longest = np.maximum(longest, length)
    return longest, changed.sum(axis=0).astype(np.float64)


def _span(values: Floats, first: str, last: str) -> Floats:
    """Return the months from `first` to `last`; IndexError if the course is too short."""
    if month_index(last) >= len(values):
        raise IndexError(f"the course ends before {last}")
    return values[month_index(first) : month_index(last) + 1]


def _sum(values: Floats) -> Floats:
    """Return the sum over months, in their order: NumPy's own depends on the array's shape."""
    return np.cumsum(values, axis=0)[-1]


def _average(values: Floats) -> Floats:
    return _sum(values) / len(values)


def _times(track: str, kind: str, first: str, last: str) -> Callable[[Course], Floats]:
    return lambda course: _span(course.count(track, kind), first, last).sum(axis=0)


def _mean(of: Callable[[Course], Floats], first: str, last: str) -> Callable[[Course], Floats]:
    return lambda course: _average(_span(of(course), first, last))


def _share(of: Callable[[Course], NDArray[np.bool_]]) -> Callable[[Course], Floats]:
    return lambda course: of(course).mean(axis=0)


def _yearly(series: str, first: str, last: str) -> Callable[[Course], Floats]:
    """Return a monthly flow as million USD a year, averaged over a span."""
    return lambda course: 12.0 * _average(_span(course.series[series], first, last))


def _total(series: str, first: str, last: str) -> Callable[[Course], Floats]:
    return lambda course: _sum(_span(course.series[series], first, last))


def _soviet(course: Course) -> Floats:
    return atmosphere(course, "ussr")


def _american(course: Course) -> Floats:
    return atmosphere(course, "us")


def _dip(course: Course) -> Floats:
    """Return the lowest Soviet atmosphere of 1972 less its mean in the year before the coup."""
    e = _soviet(course)
    before = _average(_span(e, "1970-09", "1971-08"))
    return _span(e, "1972-01", "1972-12").min(axis=0) - before


def _recovery(course: Course) -> Floats:
    """Return the highest Soviet atmosphere of 1973-78 less the lowest of 1972."""
    e = _soviet(course)
    lowest = _span(e, "1972-01", "1972-12").min(axis=0)
    return _span(e, "1973-01", "1978-12").max(axis=0) - lowest


@dataclass(frozen=True, slots=True)
class Outcome:
    """One number that sums up a world, and how the record stands to it.

    Attributes
    ----------
    name, title, unit, group : str
    of : callable
        From a course to ``(worlds,)``.
    scored : bool
        Whether the record is complete enough for it to score.
    note : str
    """

    name: str
    title: str
    unit: str
    group: str
    of: Callable[[Course], Floats]
    scored: bool = True
    note: str = ""


def _is_legal(level: float) -> Callable[[Course], NDArray[np.bool_]]:
    return lambda course: course.series["legality"] == level


OUTCOMES: Final[tuple[Outcome, ...]] = (
    Outcome("coups_1969_71", "successful coups 1969–71", "coups", "power",
            _times("power", "coup", "1969-01", "1971-12")),
    Outcome("coups_1972_77", "successful coups 1972–77", "coups", "power",
            _times("power", "coup", "1972-01", "1977-12")),
    Outcome("coups_1978", "successful coups 1978", "coups", "power",
            _times("power", "coup", "1978-01", "1978-12")),
    Outcome("failed_1969_78", "failed coups 1969–78", "coups", "power",
            _times("power", "failed coup", "1969-01", "1978-12"),
            note="Powell–Thyne: January 1971 and June 1974"),
    Outcome("longest_spell", "longest spell of one leader, months", "months", "power",
            lambda course: spells(course)[0]),
    Outcome("leaders", "leaders", "number", "power", lambda course: spells(course)[1]),
    Outcome("right_share", "time under a regime of the right", "share", "power",
            _share(lambda course: course.series["orientation"] >= RIGHT)),
    Outcome("left_share", "time under a regime of the left", "share", "power",
            _share(lambda course: course.series["orientation"] <= -RIGHT)),
    Outcome("growth", "mean growth 1969–78, % a year", "% a year", "economy",
            _mean(lambda course: course.series["growth"], "1969-01", "1978-12")),
    Outcome("unrest_months", "months of lethal or national unrest", "months", "conflict",
            lambda course: (unrest(course) >= 2).sum(axis=0).astype(np.float64),
            note="documented with gaps: a lower bound"),
    Outcome("massacres", "massacres", "events", "conflict",
            _times("conflict", "massacre", "1969-01", "1978-12")),
    Outcome("sieges", "states of siege", "events", "conflict",
            _times("conflict", "siege", "1969-01", "1978-12"), scored=False,
            note="three of four documented only with low confidence"),
    Outcome("embassy_month", "embassy, months after January 1969", "months", "ussr",
            lambda course: _first(course.count("ussr", "embassy"), course.months)),
    Outcome("ussr_atmosphere_1970", "atmosphere, second half of 1970", "weight", "ussr",
            _mean(_soviet, "1970-07", "1970-12")),
    Outcome("ussr_dip_1972", "atmosphere, low of 1972 less year to 8/1971",
            "weight", "ussr", _dip),
    Outcome("ussr_recovery", "atmosphere, high of 1973–78 less low of 1972",
            "weight", "ussr", _recovery, note="the record of 1974–78 has gaps: a lower bound"),
    Outcome("ussr_expulsions", "expulsions from the Soviet mission", "events", "ussr",
            _times("ussr", "expulsion", "1969-01", "1978-12")),
    Outcome("ussr_breaks", "breaks with the USSR", "events", "ussr",
            _times("ussr", "break", "1969-01", "1978-12")),
    Outcome("ussr_commitments_before", "commitments to August 1971, USD m", "million USD", "ussr",
            _total("ussr_commitment", "1969-01", "1971-08")),
    Outcome("ussr_commitments_after", "commitments from September 1971, USD m", "million USD",
            "ussr", _total("ussr_commitment", "1971-09", "1978-12"), scored=False,
            note="no firm figure: 0 to 70 if the decade's 30 to 100 hold"),
    Outcome("ussr_deliveries_before", "deliveries to August 1971, USD m", "million USD", "ussr",
            _total("ussr_delivery", "1969-01", "1971-08"), scored=False,
            note="not documented"),
    Outcome("ussr_deliveries_after", "deliveries from September 1971, USD m", "million USD",
            "ussr", _total("ussr_delivery", "1971-09", "1978-12"), scored=False,
            note="not documented"),
    Outcome("us_atmosphere_before", "atmosphere, 10/1969 to 8/1971", "weight", "us",
            _mean(_american, "1969-10", "1971-08")),
    Outcome("us_atmosphere_after", "atmosphere, 9/1971 to 12/1972", "weight", "us",
            _mean(_american, "1971-09", "1972-12")),
    Outcome("us_aid_before", "commitments 7/1969–6/1971, USD m a year", "million USD",
            "us", _yearly("us_commitment", "1969-07", "1971-06")),
    Outcome("us_aid_after", "commitments 7/1971–12/1978, USD m a year", "million USD",
            "us", _yearly("us_commitment", "1971-07", "1978-12")),
    Outcome("us_deliveries_before", "deliveries 7/1969–6/1971, USD m a year", "million USD",
            "us", _yearly("us_delivery", "1969-07", "1971-06"), scored=False,
            note="not documented by year"),
    Outcome("us_deliveries_after", "deliveries 7/1971–12/1978, USD m a year",
            "million USD", "us", _yearly("us_delivery", "1971-07", "1978-12"), scored=False,
            note="not documented by year"),
    Outcome("party_banned", "banned", "share", "party",
            _share(_is_legal(0.0))),
    Outcome("party_tolerated", "tolerated", "share", "party",
            _share(_is_legal(0.5))),
    Outcome("friction_before", "friction with Moscow to 8/1971, 0 to 3", "0 to 3", "party",
            lambda course: friction(course)[COUP_MONTH]),
    Outcome("friction_after", "friction with Moscow to 12/1978, 0 to 3", "0 to 3", "party",
            lambda course: friction(course)[course.months - 1],
            note="a documented crisis of 1971–78, undated: public dissent (2)"),
)  # fmt: skip


def _first(counts: Floats, never: int) -> Floats:
    """Return the month of the first event, `never` if there is none."""
    happened = counts > 0
    return np.where(happened.any(axis=0), happened.argmax(axis=0), never).astype(np.float64)


def outcomes(course: Course) -> dict[str, Floats]:
    """Return every outcome of every world, by name, each ``(worlds,)``.

    Outcomes that reach beyond the end of a shorter course are left out.
    """
    out = {}
    for outcome in OUTCOMES:
        try:
            values = outcome.of(course)
        except IndexError:
            continue
        out[outcome.name] = np.array(values, dtype=np.float64)  # a copy: no view keeps its months
    return out
