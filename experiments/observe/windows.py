"""Outcomes of a span of years: what a calibration may see, and what it is then tested on.

The outcomes of :mod:`~palca.experiments.observe.outcomes` sum up the decade; these cut it, so
that nothing of a year is known before it has passed.
"""

from __future__ import annotations

from typing import Final

from ..io.table import Column
from .outcome import Outcome, of_window, outcome_of_months
from .outcomes import EVERY, OUTCOMES

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
    years = f"{first}" if first == last else f"{first}–{last % 100}"
    return of_window(f"{first}-01", f"{last}-12", f"{first % 100}_{last % 100}", years)


def _column(outcome: Outcome) -> Column:
    meaning = "; ".join(filter(None, (outcome.heading, outcome.note)))
    return Column(outcome.name, outcome.heading, unit=outcome.unit, meaning=meaning)


def outcome_column(name: str) -> Column | None:
    """Return an outcome as a column of a table, those of any window too; None if it is none."""
    found = outcome_of_months(name)
    return _column(found) if found else _COLUMNS.get(name)


_COLUMNS: Final = {
    outcome.name: _column(outcome)
    for outcome in (*EVERY, *(one for year in range(FIRST + 2, LAST + 1)
                                 for some in before_and_after(year) for one in some))
}  # fmt: skip
