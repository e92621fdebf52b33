"""Stability and cooperation, each measured in several ways, of any course of events.

They are kept apart on purpose (docs/ODD.md): stability is attempts, irregular
exits, the incumbent's survival and unrest, always shown beside repression;
cooperation is atmosphere, commitments and deliveries.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_index
from palca.model.state.history import CODE_OF
from palca.model.types import Floats

from .history import Course

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
LAST_MONTH: Final = "1978-12"  # no outcome hears of a later one
_RANK: Final = {"private protest": 1.0, "public dissent": 2.0, "rupture": 3.0}
# The groups of outcomes, in the order in which they are printed: name -> title.
GROUPS: Final = {
    "power": "Power: coups and rulers",
    "economy": "Economy",
    "conflict": "Unrest and repression",
    "ussr": "Cooperation with the USSR",
    "us": "Cooperation with the United States",
    "party": "The communist party",
}
UNREST: Final = {
    "strike": 1.0, "siege": 1.0, "demonstration": 1.0, "hunger strike": 1.0, "price shock": 1.0,
    "general strike": 2.0, "massacre": 2.0, "guerrilla": 3.0, "fighting": 3.0,
}  # fmt: skip


def atmosphere(
    course: Course,
    patron: str,
    weights: Mapping[str, float] = WEIGHTS,
    before: Floats | float = 0.0,
) -> Floats:
    """Return the atmosphere between the host and a patron, shape ``(months, worlds)``.

    E_t = sum over acts of weight * 0.9**age.

    Parameters
    ----------
    patron : str
        ``"ussr"`` or ``"us"``.
    before : ndarray of shape ``(worlds,)``, or float
        The atmosphere in the month before the first.
    """
    month, world, code = course.of_kinds((patron, kind) for kind in weights)
    worth = event_values(patron, weights)[code]
    total = sum_by_month(month, world, worth, course.months, course.worlds)
    for row in total:
        row += MEMORY * before
        before = row
    return total


def unrest(course: Course) -> Floats:
    """Return unrest by month: 0 calm, 1 strikes or siege, 2 lethal or national, 3 fighting."""
    return _highest(course, "conflict", UNREST)


def friction(course: Course) -> Floats:
    """Return the friction of party and Moscow shown so far, 0 to 3, ``(months, worlds)``.

    0 harmony, 1 private protest, 2 public or organised dissent, 3 rupture.
    """
    return np.maximum.accumulate(_highest(course, "party", _RANK), axis=0)


def _highest(course: Course, track: str, values: Mapping[str, float]) -> Floats:
    month, world, code = course.of_kinds((track, kind) for kind in values)
    worth = event_values(track, values)[code]
    return highest_by_month(month, world, worth, course.months, course.worlds)


def event_values(track: str, values: Mapping[str, float]) -> Floats:
    """Return the value of each kind of event of a track by its code; others count for 0."""
    out = np.zeros(len(CODE_OF))
    for kind, value in values.items():
        out[CODE_OF[track, kind]] = value
    return out


def sum_by_month(
    month: NDArray[Any], world: NDArray[Any], worth: Floats, months: int, worlds: int
) -> Floats:
    """Return the sum of what events are worth by month, ``(months, worlds)``."""
    flat = np.bincount(month.astype(np.int64) * worlds + world, worth, months * worlds)
    return flat.reshape(months, worlds).astype(np.float64, copy=False)  # of no events: whole


def highest_by_month(
    month: NDArray[Any], world: NDArray[Any], worth: Floats, months: int, worlds: int
) -> Floats:
    """Return the highest that events are worth by month, 0 if nothing, ``(months, worlds)``."""
    out = np.zeros(months * worlds)
    np.maximum.at(out, month.astype(np.int64) * worlds + world, worth)
    return out.reshape(months, worlds)


def spell_lengths(course: Course) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many months each spell of one leader lasted, and in which world it was.

    World by world, in order; spells are cut at both ends of the course.
    """
    leader = course.series["leader"]
    begins = np.ones((course.worlds, course.months), dtype=np.bool_)
    begins[:, 1:] = (leader[1:] != leader[:-1]).T
    world, month = np.nonzero(begins)
    until = np.append(month[1:], 0)
    until[until == 0] = course.months  # the next spell is another world's
    return until - month, world


def _span(values: Floats, first: str, last: str) -> Floats:
    """Return the months from `first` to `last`."""
    return values[month_index(first) : month_index(last) + 1]


def _sum(values: Floats) -> Floats:
    """Return the sum over months, in their order: NumPy's own depends on the array's shape."""
    total = np.zeros(values.shape[1])
    for row in values:
        total += row
    return total


def _average(values: Floats) -> Floats:
    return _sum(values) / len(values)


def _times(track: str, kind: str, first: str, last: str) -> Callable[[Course], Floats]:
    return lambda course: course.times(track, kind, month_index(first), month_index(last))


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
    return course.once("ussr_atmosphere", lambda: atmosphere(course, "ussr"))


def american(course: Course) -> Floats:
    """Return the atmosphere between the host and the United States, ``(months, worlds)``."""
    return course.once("us_atmosphere", lambda: atmosphere(course, "us"))


def _friction(course: Course, last: int) -> Floats:
    """Return the friction shown by the end of a month, ``(worlds,)``: row `last` of `friction`."""
    month, world, code = course.of_kinds(("party", kind) for kind in _RANK)
    worth = np.where(month <= last, event_values("party", _RANK)[code], 0.0)
    return highest_by_month(np.zeros_like(month), world, worth, 1, course.worlds)[0]


def _spells(course: Course) -> tuple[Floats, Floats]:
    """Return the longest spell of one leader, in months, and how many led, ``(worlds,)``."""

    def make() -> tuple[Floats, Floats]:
        lengths, world = spell_lengths(course)
        leaders = np.bincount(world, minlength=course.worlds)
        longest = np.maximum.reduceat(lengths, np.cumsum(leaders) - leaders)
        return longest.astype(np.float64), leaders.astype(np.float64)

    return course.once("spells", make)


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
    name, title, unit : str
    group : str
        One of :data:`GROUPS`.
    of : callable
        From a course to ``(worlds,)``.
    until : str
        The last month that it hears of. It isn't measured in a course that ends before.
    scored : bool
        Whether the record is complete enough for it to score.
    note : str
    """

    name: str
    title: str
    unit: str
    group: str
    of: Callable[[Course], Floats]
    until: str = LAST_MONTH
    scored: bool = True
    note: str = ""

    @property
    def heading(self) -> str:
        """The title where it stands alone: with the actor that it is about."""
        actor = {"ussr": "Soviet ", "us": "US ", "party": "party: "}.get(self.group, "")
        named = "Soviet" in self.title or "USSR" in self.title  # and acts of others against it
        return self.title if named else actor + self.title


def _is_legal(level: float) -> Callable[[Course], NDArray[np.bool_]]:
    return lambda course: course.series["legality"] == level


OUTCOMES: Final[tuple[Outcome, ...]] = (
    Outcome("coups_1969_71", "successful coups 1969–71", "coups", "power",
            _times("power", "coup", "1969-01", "1971-12"), "1971-12"),
    Outcome("coups_1972_77", "successful coups 1972–77", "coups", "power",
            _times("power", "coup", "1972-01", "1977-12"), "1977-12"),
    Outcome("coups_1978", "successful coups 1978", "coups", "power",
            _times("power", "coup", "1978-01", "1978-12")),
    Outcome("failed_1969_78", "failed coups 1969–78", "coups", "power",
            _times("power", "failed coup", "1969-01", "1978-12"),
            note="Powell–Thyne: January 1971 and June 1974"),
    Outcome("longest_spell", "longest spell of one leader, months", "months", "power",
            lambda course: _spells(course)[0]),
    Outcome("leaders", "leaders", "number", "power", lambda course: _spells(course)[1]),
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
            _mean(_soviet, "1970-07", "1970-12"), "1970-12"),
    Outcome("ussr_dip_1972", "atmosphere, low of 1972 minus year to 8/1971",
            "weight", "ussr", _dip, "1972-12"),
    Outcome("ussr_recovery", "atmosphere, high of 1973–78 minus low of 1972",
            "weight", "ussr", _recovery, note="the record of 1974–78 has gaps: a lower bound"),
    Outcome("ussr_expulsions", "expulsions from the Soviet mission", "events", "ussr",
            _times("ussr", "expulsion", "1969-01", "1978-12")),
    Outcome("ussr_breaks", "breaks with the USSR", "events", "ussr",
            _times("ussr", "break", "1969-01", "1978-12")),
    Outcome("ussr_commitments_before", "commitments to August 1971, USD m", "million USD", "ussr",
            _total("ussr_commitment", "1969-01", "1971-08"), "1971-08"),
    Outcome("ussr_commitments_after", "commitments from September 1971, USD m", "million USD",
            "ussr", _total("ussr_commitment", "1971-09", "1978-12"), scored=False,
            note="no firm figure: 0 to 70, if the decade's total is 30 to 100"),
    Outcome("ussr_deliveries_before", "deliveries to August 1971, USD m", "million USD", "ussr",
            _total("ussr_delivery", "1969-01", "1971-08"), "1971-08", scored=False,
            note="not documented"),
    Outcome("ussr_deliveries_after", "deliveries from September 1971, USD m", "million USD",
            "ussr", _total("ussr_delivery", "1971-09", "1978-12"), scored=False,
            note="not documented"),
    Outcome("us_atmosphere_before", "atmosphere, 10/1969 to 8/1971", "weight", "us",
            _mean(american, "1969-10", "1971-08"), "1971-08"),
    Outcome("us_atmosphere_after", "atmosphere, 9/1971 to 12/1972", "weight", "us",
            _mean(american, "1971-09", "1972-12"), "1972-12"),
    Outcome("us_aid_before", "commitments 7/1969–6/1971, USD m a year",
            "million USD a year", "us", _yearly("us_commitment", "1969-07", "1971-06"), "1971-06"),
    Outcome("us_aid_after", "commitments 7/1971–12/1978, USD m a year",
            "million USD a year", "us", _yearly("us_commitment", "1971-07", "1978-12")),
    Outcome("us_deliveries_before", "deliveries 7/1969–6/1971, USD m a year",
            "million USD a year", "us", _yearly("us_delivery", "1969-07", "1971-06"), "1971-06",
            scored=False, note="not documented by year"),
    Outcome("us_deliveries_after", "deliveries 7/1971–12/1978, USD m a year",
            "million USD a year", "us", _yearly("us_delivery", "1971-07", "1978-12"), scored=False,
            note="not documented by year"),
    Outcome("party_banned", "banned", "share", "party",
            _share(_is_legal(0.0))),
    Outcome("party_tolerated", "tolerated", "share", "party",
            _share(_is_legal(0.5))),
    Outcome("friction_before", "friction with Moscow to 8/1971, 0 to 3", "0 to 3", "party",
            lambda course: _friction(course, COUP_MONTH), "1971-08"),
    Outcome("friction_after", "friction with Moscow to 12/1978, 0 to 3", "0 to 3", "party",
            lambda course: _friction(course, month_index(LAST_MONTH)),
            note="a documented crisis of 1971–78, undated: public dissent (2)"),
)  # fmt: skip


MAIN: Final = (
    "coups_1972_77", "longest_spell", "right_share", "unrest_months", "ussr_commitments_after",
    "us_aid_after", "friction_after", "growth",
)  # fmt: skip


def _first(counts: Floats, never: int) -> Floats:
    """Return the month of the first event, `never` if there is none."""
    happened = counts > 0
    return np.where(happened.any(axis=0), happened.argmax(axis=0), never).astype(np.float64)


def outcomes(course: Course, names: Collection[str] | None = None) -> dict[str, Floats]:
    """Return every outcome of every world, or some of them, as :func:`measure` does."""
    return measure([o for o in OUTCOMES if names is None or o.name in names], course)


def measure(some: Sequence[Outcome], course: Course) -> dict[str, Floats]:
    """Return some outcomes of every world by name, each ``(worlds,)``.

    Those that hear of months beyond the end of the course are left out; months after
    December 1978 count for nothing.
    """
    course = course.to(month_index(LAST_MONTH) + 1)
    return {
        outcome.name: np.array(outcome.of(course), np.float64)  # a copy: no view keeps its months
        for outcome in some
        if month_index(outcome.until) < course.months
    }


def side(orientation: float) -> str:
    """Return ``"left"``, ``"centre"`` or ``"right"``."""
    return "left" if orientation <= -RIGHT else "right" if orientation >= RIGHT else "centre"
