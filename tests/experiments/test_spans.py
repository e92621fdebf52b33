"""An outcome that is known by the end of a year hangs on that year, and on none after it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from palca.experiments.observe.by_month import RIGHT
from palca.experiments.observe.histories import SERIES, Histories
from palca.experiments.observe.outcomes import OUTCOMES, measure
from palca.experiments.observe.windows import FIRST, LAST, before_and_after, outcomes_of, spans
from palca.experiments.simulate.ensemble import free_running
from palca.model.state.history import CODE_OF, Events

pytestmark = pytest.mark.quick

WORLDS = 400


@pytest.fixture(scope="module")
def lives(baseline: dict[str, Any]) -> tuple[Histories, Histories]:
    return free_running(baseline, WORLDS, 1), free_running(baseline, WORLDS, 2)


def spliced(past: Histories, future: Histories, year: int) -> Histories:
    """Return histories that go as one does to the end of a year, and then as another."""
    end = 12 * (year + 1 - 1969)
    series = {
        name: np.concatenate([past.series[name][:end], future.series[name][end:]])
        for name in SERIES
    }
    early, late = past.events.month < end, future.events.month >= end
    columns = {
        column.name: np.concatenate(
            [getattr(past.events, column.name)[early], getattr(future.events, column.name)[late]]
        )
        for column in fields(Events)
    }
    return Histories(past.worlds, past.months, series, Events(**columns))


@pytest.mark.parametrize("year", range(FIRST, LAST + 1))
def test_what_a_year_decides(lives: tuple[Histories, Histories], year: int) -> None:
    past, future = lives
    known = outcomes_of(year, year)
    truth = measure(known, past)
    at_once = measure(known, spliced(past, future, year))
    too_soon = measure(known, spliced(past, future, year - 1))
    others = measure(known, future)
    changed = []
    for outcome in known:
        name = outcome.name
        assert np.array_equal(at_once[name], truth[name], equal_nan=True)
        if not np.array_equal(others[name], truth[name], equal_nan=True):  # some never happen here
            changed.append(name)
            assert not np.array_equal(too_soon[name], truth[name], equal_nan=True)
    assert len(changed) > 8


def test_every_outcome_of_the_decade_that_no_span_holds_is_in_one_part() -> None:
    decade = {outcome.name for outcome in OUTCOMES}
    whole = [o.name for o in outcomes_of(FIRST, LAST) if o.name in decade]
    assert len(whole) == len(set(whole)) == 7
    for until in range(FIRST, LAST):
        before, after = before_and_after(until)
        names = [o.name for o in (*before, *after) if o.name in decade]
        assert sorted(names) == sorted(set(whole) - ({"friction_after"}))
    assert before_and_after(LAST)[1] == ()


def test_spans_begin_where_the_history_turns() -> None:
    assert spans(1969, 1978) == [(1969, 1971), (1972, 1974), (1975, 1977), (1978, 1978)]
    assert spans(1972, 1972) == [(1972, 1972)]
    assert next(o.title for o in outcomes_of(1975, 1977)) == "successful coups 1975–77"


def test_the_outcomes_of_a_span_on_paper() -> None:
    """Nine years of nothing, but for the months of 1973 that are named here."""
    series = {name: np.zeros((120, 1)) for name in SERIES}
    year = 12 * (1973 - 1969)
    series["orientation"][year : year + 3] = RIGHT
    series["orientation"][year + 3 : year + 4] = -RIGHT
    series["orientation"][year + 4 :] = RIGHT - 0.01
    series["growth"][year : year + 6] = 12.0
    series["us_commitment"][year : year + 6] = 3.0
    series["legality"][year : year + 6] = 0.5
    series["legality"][year + 6 : year + 8] = 1.0
    acts = [("power", "coup", 0), ("power", "failed coup", 1), ("power", "failed coup", 2),
            ("conflict", "strike", 3), ("conflict", "general strike", 4), ("conflict", "massacre", 5),
            ("ussr", "expulsion", 6), ("ussr", "break", 7), ("us", "visit", 11)]  # fmt: skip
    months = np.array([year + month for *_, month in acts])
    code = np.array([CODE_OF[track, kind] for track, kind, _ in acts])
    nobody = np.full(len(acts), -1)
    events = Events(np.zeros(len(acts), np.int64), months, code, nobody, nobody, nobody * np.nan)
    measured = measure(outcomes_of(1973, 1973), Histories(1, 120, series, events))
    expected = {
        "coups": 1, "failed": 2, "right": 3 / 12, "left": 1 / 12, "growth": 6.0, "unrest": 2,
        "massacres": 1, "expulsions": 1, "breaks": 1, "us_aid": 18.0, "us_atmosphere": 1 / 12,
        "banned": 4 / 12, "tolerated": 6 / 12,
    }  # fmt: skip
    assert {name: float(values[0]) for name, values in measured.items()} == {
        f"{name}_73_73": pytest.approx(value) for name, value in expected.items()
    }
