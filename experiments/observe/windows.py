"""Outcomes of a span of years: what a calibration may see, and what it is then tested on.

The outcomes of :mod:`~palca.experiments.observe.outcomes` sum up the decade; these cut it, so
that nothing of a year is known before it has passed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_index
from palca.model.types import Floats

from ..io.table import Column
from .by_month import holds, is_banned, is_left, is_right, is_tolerated, lethal_unrest
from .histories import Histories
from .outcomes import EVERY, OUTCOMES, Outcome, american

FIRST: Final = 1969
LAST: Final = 1978
_CUTS: Final = (1972, 1975, 1978)  # years in which a new span begins
# Outcomes of the decade that no span holds
_DECADE: Final = (
    "ussr_atmosphere_1970", "friction_before", "us_aid_before", "ussr_commitments_before",
    "ussr_dip_1972", "longest_spell", "friction_after",
)  # fmt: skip


def spans(first: int, last: int) -> list[tuple[int, int]]:
    """Return the spans of years from one year to another, both included.

    >>> spans(1969, 1974)
    [(1969, 1971), (1972, 1974)]
    """
    starts = [first, *(cut for cut in _CUTS if first < cut <= last)]
    return list(zip(starts, [*(start - 1 for start in starts[1:]), last], strict=True))


def outcomes_of(first: int, last: int) -> tuple[Outcome, ...]:
    """Return the outcomes of all spans from one year to another, both included."""
    by_span = [outcome for span in spans(first, last) for outcome in _of_span(*span)]
    decade = [o for o in OUTCOMES if o.name in _DECADE and first <= int(o.until[:4]) <= last]
    return (*by_span, *decade)


def before_and_after(until: int) -> tuple[tuple[Outcome, ...], tuple[Outcome, ...]]:
    """Return the outcomes that are known by the end of a year, and those of the years after."""
    before = outcomes_of(FIRST, until)
    if until == LAST:
        return before, ()
    # friction's documented crisis is undated: it may lie before
    return before, tuple(o for o in outcomes_of(until + 1, LAST) if o.name != "friction_after")


def _of_span(first: int, last: int) -> list[Outcome]:
    start, end = month_index(f"{first}-01"), month_index(f"{last}-12")
    years = f"{first}" if first == last else f"{first}–{last % 100}"
    tail = f"{first % 100}_{last % 100}"

    def times(track: str, kind: str) -> Callable[[Histories], Floats]:
        return lambda histories: histories.times(track, kind, start, end)

    def mean(of: Callable[[Histories], Floats]) -> Callable[[Histories], Floats]:
        return lambda histories: of(histories)[start : end + 1].mean(axis=0, dtype=np.float64)

    def share(
        series: str, test: Callable[[Floats], NDArray[np.bool_]]
    ) -> Callable[[Histories], Floats]:
        return mean(lambda histories: holds(histories, series, test))

    rows = [
        ("coups", "successful coups", "coups", "power", times("power", "coup")),
        ("failed", "failed coups", "coups", "power", times("power", "failed coup")),
        ("right", "time under the right", "share", "power", share("orientation", is_right)),
        ("left", "time under the left", "share", "power", share("orientation", is_left)),
        ("growth", "growth, % a year", "% a year", "economy",
         mean(lambda histories: histories.series["growth"])),
        ("unrest", "months of lethal or national unrest", "months", "conflict",
         lambda histories: lethal_unrest(histories)[start : end + 1].sum(axis=0)),
        ("massacres", "massacres", "events", "conflict", times("conflict", "massacre")),
        ("expulsions", "expulsions from the Soviet mission", "events", "ussr",
         times("ussr", "expulsion")),
        ("breaks", "breaks with the USSR", "events", "ussr", times("ussr", "break")),
        ("us_aid", "commitments, USD m a year", "million USD a year", "us",
         mean(lambda histories: 12.0 * histories.series["us_commitment"])),
        ("us_atmosphere", "atmosphere", "weight", "us", mean(american)),
        ("banned", "banned", "share", "party", share("legality", is_banned)),
        ("tolerated", "tolerated", "share", "party", share("legality", is_tolerated)),
    ]  # fmt: skip
    return [Outcome(f"{name}_{tail}", f"{title} {years}", unit, group, of, f"{last}-12")
            for name, title, unit, group, of in rows]  # fmt: skip


# Every outcome as a column of a table, those of a calibration's years too.
OUTCOME_COLUMNS: Final = {
    outcome.name: Column(
        outcome.name, outcome.heading, unit=outcome.unit,
        meaning="; ".join(filter(None, (outcome.heading, outcome.note))),
    )
    for outcome in (*EVERY, *(one for year in range(FIRST + 2, LAST + 1)
                                 for some in before_and_after(year) for one in some))
}  # fmt: skip
