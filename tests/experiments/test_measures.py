"""Outcomes: known answers, what the record covers, and which months each hears of."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_histories import histories, judged

from palca.experiments.cli.catalogue import LISTS
from palca.experiments.forecast.naive import naive
from palca.experiments.forecast.scores import evaluate
from palca.experiments.io.numerals import significant
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import SERIES, Histories, documented, simulated
from palca.experiments.observe.outcome import GROUPS, Outcome
from palca.experiments.observe.outcomes import (
    EVERY,
    OUTCOMES,
    documented_outcomes,
    measure,
    outcomes,
)
from palca.experiments.observe.windows import FIRST, LAST, before_and_after, outcomes_of
from palca.experiments.simulate.ensemble import free_running
from palca.model import ColdWarModel
from palca.model.calendar import month_index
from palca.scenarios import build, resolve

pytestmark = pytest.mark.quick


def test_nothing_scores_that_is_not_covered(baseline: dict[str, Any]) -> None:
    scenario = build(baseline)
    some = (*OUTCOMES, *outcomes_of(FIRST, LAST))
    whole, none = (documented_outcomes(some, documented(judged(of), scenario)) for of in (True, False))
    assert {name for name in none if not name.startswith(("growth", "us_aid"))} == set()
    real = documented_outcomes(some, documented(load_record(), scenario))
    assert set(none) < set(real) < set(whole)
    assert all(whole[name] == value for name, value in real.items())
    assert {"ussr_dip_1972", "ussr_recovery", "unrest_months", "ussr_commitments_after"}.isdisjoint(
        real
    )
    verdicts = evaluate(
        outcomes(naive(scenario, load_record(), 50, 0)),
        real,
        outcomes(naive(scenario, load_record(), 50, 1)),
    )
    assert {v.outcome.name for v in verdicts if not v.unscored} <= set(real)


@given(st.data())
def test_an_outcome_is_what_full_coverage_says_or_unknown(
    baseline: dict[str, Any], data: st.DataObject
) -> None:
    rows = len(load_record().coverage)
    complete = data.draw(st.lists(st.booleans(), min_size=rows, max_size=rows))
    scenario = build(baseline)
    whole, some = (measure(OUTCOMES, documented(judged(of), scenario)) for of in (True, complete))
    for name, values in some.items():
        assert np.isnan(values[0]) or values[0] == whole[name][0], name


def test_the_record_read_by_the_same_functions(baseline: dict[str, Any]) -> None:
    scenario = build(baseline)
    truth = {name: float(v[0]) for name, v in outcomes(documented(load_record(), scenario)).items()}
    assert truth["coups_1969_71"] == 3  # Powell and Thyne
    assert truth["coups_1972_77"] == 0
    assert truth["coups_1978"] == 2
    assert truth["failed_1969_78"] == 2
    assert truth["longest_spell"] == 83
    assert truth["ussr_commitments_before"] == 27.5
    assert truth["ussr_breaks"] == 0
    assert truth["us_aid_before"] == pytest.approx((9.488 + 14.208) / 2)
    assert 0.75 < truth["right_share"] < 0.85
    assert 0.65 < truth["party_banned"] < 0.75


def test_simulated_and_naive_histories_have_every_outcome(baseline: dict[str, Any]) -> None:
    scenario = build(baseline)
    history = ColdWarModel(scenario, worlds=5, rng=0).run()
    for made in (simulated(history), naive(scenario, load_record(), 5, 0)):
        values = outcomes(made)
        assert set(values) == {outcome.name for outcome in OUTCOMES}
        assert all(v.shape == (5,) and np.isfinite(v).all() for v in values.values())


def test_a_short_history_leaves_out_what_it_does_not_reach(baseline: dict[str, Any]) -> None:
    history = ColdWarModel(build({**baseline, "months": 30}), worlds=3, rng=0).run()
    values = outcomes(simulated(history))
    assert set(values) == {"ussr_atmosphere_1970", "us_aid_before", "us_deliveries_before"}


def test_an_outcome_is_left_out_or_the_record_s_own(baseline: dict[str, Any]) -> None:
    """Whenever a scenario ends, what it measures of the record is what the whole record says."""
    record, scenario = load_record(), build(baseline)
    whole = outcomes(documented(record, scenario))
    assert set(whole) == {outcome.name for outcome in OUTCOMES}
    ends = {month_index(o.until) + after for o in OUTCOMES for after in (0, 1)}
    for months in sorted({1, 144, *ends}):
        ended = replace(scenario, months=months)
        values = outcomes(documented(record, ended))
        measurable = {o.name for o in OUTCOMES if month_index(o.until) < months}
        assert set(values) == measurable, months
        for name in measurable:
            assert np.array_equal(values[name], whole[name], equal_nan=True), (months, name)


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: o.name)
def test_an_outcome_hears_of_no_month_after_its_last(
    lives: tuple[Histories, Histories], outcome: Outcome
) -> None:
    past, future = lives
    end = month_index(outcome.until) + 1
    assert np.array_equal(outcome.of(past.to(end)), outcome.of(past))
    assert outcome.name not in outcomes(past.to(end - 1))
    # what comes after 1978 counts for nothing
    assert np.array_equal(outcomes(future)[outcome.name], outcomes(future.to(120))[outcome.name])


@pytest.fixture(scope="module")
def lives(baseline: dict[str, Any]) -> tuple[Histories, Histories]:
    longer = resolve("baseline")
    longer = {**longer, "months": 132, "drivers": {
        name: [*values, *[values[-1]] * 12] for name, values in longer["drivers"].items()
    }}  # fmt: skip
    return free_running(baseline, 60, 1), free_running(longer, 60, 1)


def test_the_naive_forecast_has_the_base_rate(baseline: dict[str, Any]) -> None:
    made = naive(build(baseline), load_record(), 4000, 1)
    values = outcomes(made)
    attempts = sum(
        values[name].mean()
        for name in ("coups_1969_71", "coups_1972_77", "coups_1978", "failed_1969_78")
    )
    assert attempts == pytest.approx(1.26, abs=0.1)  # .126 a year for ten years


MONTH = r"(?:(\d+)/|(January|August|September) )?(19)?(\d\d)"
WORDS = {"January": 1, "August": 8, "September": 9}


def window(title: str) -> tuple[int, int] | None:
    """Return the first and the last month that a title names; None if it names none."""
    if title == "atmosphere, July to November 1970":
        return month_index("1970-07"), month_index("1970-11")

    def month(at: re.Match[str], group: int, usual: int) -> int:
        number, word, year = at[group], at[group + 1], at[group + 3]
        return month_index(f"19{year}-{WORDS[word] if word else int(number or usual):02}")

    if at := re.search(f"{MONTH}(?:–| to ){MONTH}", title):
        return month(at, 1, 1), month(at, 5, 12)
    if at := re.search(f"(to|from) {MONTH}", title):
        return (0, month(at, 2, 12)) if at[1] == "to" else (month(at, 2, 1), 119)
    if at := re.search(r"\b19(\d\d)\b", title):
        return month_index(f"19{at[1]}-01"), month_index(f"19{at[1]}-12")
    return None


MOVED = {  # one event or one month of a series that moves what an outcome counts
    "coups": ("power", "coup"), "failed": ("power", "failed coup"), "friction": ("party", "rupture"),
    "ussr_atmosphere": ("ussr", "break"), "us_atmosphere": ("us", "suspension"),
}  # fmt: skip


OF_ONE_SPAN = [
    o for o in OUTCOMES
    if window(o.title) and o.name not in ("ussr_dip_1972", "ussr_recovery", "embassy_month")
]  # fmt: skip


@pytest.mark.parametrize("outcome", OF_ONE_SPAN, ids=lambda o: o.name)
def test_an_outcome_hears_of_the_months_that_its_title_names(outcome: Outcome) -> None:
    """It moves if something happens in one of them; later months are never heard of."""
    first, last = window(outcome.title) or (0, 0)
    usual = float(outcome.of(histories(120))[0])
    months = range(120)  # in which it happens: another in each world
    kind = next((pair for name, pair in MOVED.items() if outcome.name.startswith(name)), None)
    once = histories(120, *([(month, *kind) for month in months] if kind else ()))
    apart = replace(once.events, world=np.arange(120) if kind else once.events.world)
    moved = {name: np.where(np.eye(120) * (not kind) > 0, 12.0, 0.0) for name in SERIES}
    heard = (outcome.of(Histories(120, 120, moved, apart)) != usual).tolist()
    remembers = "atmosphere" in outcome.name or "friction" in outcome.name
    since = 0 if remembers else first  # what was before is remembered
    assert heard == [since <= month <= last for month in range(120)]


def test_dip_and_recovery_on_paper() -> None:
    # a visit in March 1971, an expulsion in April 1972, a credit in May 1973
    made = histories(120, (26, "ussr", "visit"), (39, "ussr", "expulsion"), (52, "ussr", "credit"))
    values = outcomes(made)
    before = sum(0.9**age for age in range(6)) / 12  # March to August of the year to August 1971
    low = -4.0 + 0.9**13
    assert values["ussr_dip_1972"][0] == pytest.approx(low - before)
    assert values["ussr_recovery"][0] == pytest.approx(2.0 - 4.0 * 0.9**13 + 0.9**26 - low)
    # an earlier low or a later high don't count, nor what was before September 1970
    made = histories(120, (19, "ussr", "embassy"), (35, "ussr", "break"), (48, "ussr", "visit"))
    values = outcomes(made)
    before = 3.0 * sum(0.9**age for age in range(1, 13)) / 12
    assert values["ussr_dip_1972"][0] == pytest.approx((3.0 * 0.9**17 - 8.0 * 0.9) - before)
    last = 3.0 * 0.9**28 - 8.0 * 0.9**12
    assert values["ussr_recovery"][0] == pytest.approx(
        max(last * 0.9 + 1.0, (last * 0.9 + 1.0) * 0.9**71) - (3.0 * 0.9**17 - 8.0 * 0.9)
    )


def test_the_first_embassy() -> None:
    opened = histories(120, (11, "ussr", "embassy"), (50, "ussr", "embassy"))
    assert outcomes(opened)["embassy_month"] == [11.0]
    assert outcomes(histories(120))["embassy_month"] == [120.0]


@pytest.mark.parametrize(
    ("orientation", "right", "left"), [(0.25, 1, 0), (0.24, 0, 0), (-0.24, 0, 0), (-0.25, 0, 1)]
)
def test_where_right_and_left_begin(orientation: float, right: float, left: float) -> None:
    made = histories(120)
    made.series["orientation"][:] = orientation
    values = outcomes(made)
    assert (values["right_share"][0], values["left_share"][0]) == (right, left)


def test_the_page_of_validation_quotes_the_record(baseline: dict[str, Any]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "VALIDATION.md").read_text(encoding="utf-8")
    known = documented_outcomes(OUTCOMES, documented(load_record(), build(baseline)))
    quoted = {o.name: f"| {o.heading} | {known[o.name]:.3g} |" for o in OUTCOMES if o.name in known}
    assert [name for name, row in quoted.items() if row not in page] == []


def test_units_are_those_that_titles_name() -> None:
    # what a title ends in ("USD m a year") is the unit that files and axes give
    said = {"USD m a year": "million USD a year", "USD m": "million USD", "% a year": "% a year",
            "months": "months", "0 to 3": "0 to 3"}  # fmt: skip
    spans = [
        o for year in range(FIRST + 2, LAST + 1) for some in before_and_after(year) for o in some
    ]
    for outcome in (*OUTCOMES, *spans):
        for ending, unit in said.items():
            if f", {ending}" in outcome.title and not outcome.title.startswith("embassy"):
                assert outcome.unit == unit, outcome.name
                break


def test_every_group_has_a_title_and_a_place_in_the_report() -> None:
    # the report and the laboratory go through GROUPS: an outcome of another group would be lost
    spans = [
        o for year in range(FIRST + 2, LAST + 1) for some in before_and_after(year) for o in some
    ]
    assert {outcome.group for outcome in (*OUTCOMES, *spans)} == {*GROUPS}


def test_the_list_of_outcomes_gives_those_that_are_documented() -> None:
    listed = {row[0]: row[3] for row in LISTS["outcomes"]().cells}
    known = documented_outcomes(OUTCOMES, documented(load_record(), build(resolve("baseline"))))
    assert listed.keys() == {outcome.name for outcome in EVERY}
    assert {name: significant(value) for name, value in known.items()} == {
        name: value for name, value in listed.items() if value != "–"
    }
