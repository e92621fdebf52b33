"""Right turns elsewhere: the cases, what a policy sees of them, and how policies score."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.experiments.cases.case_files import load_cases
from palca.experiments.cases.doubt import STEPS, varied
from palca.experiments.cases.graded import FILE, fit, fitted_without, shipped, text_of
from palca.experiments.cases.scores import (
    BASE,
    OUTCOMES,
    RULES,
    brier_score,
    drawn_in,
    log_score,
    mean_and_error,
    rule_chances,
)
from palca.experiments.cases.sight import Doubt, load_sight
from palca.experiments.cases.trial import chances, field_of
from palca.model.agents.observables import BLIND, OBSERVABLES, Observation
from palca.model.state.parameters import Parameters
from palca.model.state.scenario import Country
from palca.model.state.state import State
from palca.scenarios.reading.library import read_toml, shipped_policies
from palca.scenarios.scenario import build_policy

CASES = load_cases()
CORE = CASES.core
BY_NAME = {outcome.name: outcome for outcome in OUTCOMES}
WORLDS = 4000


def said(policy: str, case: str, outcome: str) -> float:
    """Return a shipped policy's chance of an outcome in a case."""
    table = CORE.loc[[case]]
    made = build_policy("ussr", policy, read_toml(shipped_policies("ussr")[policy]), policy)
    return float(chances(made, table, load_sight().of(table), WORLDS, 3)[outcome][0])


# What the notes of those who coded the cases say, with which these scores must agree.
@pytest.mark.parametrize(
    ("outcome", "rule", "log", "gain", "error"),
    [
        ("halt", BASE, -0.421, 0.0, 0.0),
        ("halt", "any right turn", -0.472, -0.051, 0.025),
        ("halt", "host or party destroyed", -0.208, 0.213, 0.126),
        ("rupture", BASE, -0.555, 0.0, 0.0),
        ("rupture", "any right turn", -0.587, None, None),
        ("rupture", "host or party destroyed", -0.043, None, None),
    ],
)
def test_rules_of_one_line_score_as_the_notes_say(
    outcome: str, rule: str, log: float, gain: float | None, error: float | None
) -> None:
    of = BY_NAME[outcome]
    scores = {name: log_score(rule_chances(name, of, CORE, CORE), of.happened(CORE))
              for name in (BASE, rule)}  # fmt: skip
    assert round(mean_and_error(scores[rule])[0], 3) == log
    if gain is not None:
        found = mean_and_error(scores[rule] - scores[BASE])
        assert [round(number, 3) for number in found] == [gain, error]


# Worked out on paper. A hostile act in month m is 0.92 acts in month m + 1 and fades by 0.08: it is
# above 0.5 in eight months. Chile: the break of 0.30 holds in these. Bolivia under `withdrawal`: the
# suspension of 0.3 does. Iraq under `party-first`: a break of 0.10 in all 24 months, a suspension of
# 0.12 beside it. Uruguay at random: a credit of 0.04 of which the host takes 0.7, in 60 months.
@pytest.mark.parametrize(
    ("policy", "case", "outcome", "chance"),
    [
        ("pragmatic", "CHL1973", "break", 1 - 0.7**8),
        ("withdrawal", "BOL1971", "halt", 1 - 0.7**8),
        ("party-first", "IRQ1963", "break", 1 - 0.9**24),
        ("party-first", "IRQ1963", "halt", 1 - (0.9 * 0.88) ** 24),
        ("random", "URY1973", "credit", 1 - (1 - 0.04 * 0.7) ** 60),
        ("pragmatic", "IRQ1963", "halt", 0.0),
        ("random", "CHL1973", "break", 0.0),
    ],
)
def test_a_case_gives_what_the_policy_says_by_hand(
    policy: str, case: str, outcome: str, chance: float
) -> None:
    error = np.sqrt(chance * (1 - chance) / WORLDS)
    assert abs(said(policy, case, outcome) - chance) <= 4 * error


def test_a_host_that_broke_takes_nothing() -> None:
    for policy in ("generous-patron", "graded"):
        assert said(policy, "COD1960", "credit") == 0.0


def test_a_case_has_the_same_worlds_wherever_it_stands() -> None:
    policy, sight = shipped(), load_sight()
    few, turned = CORE.iloc[[3, 9]], CORE.iloc[::-1]
    alone, among = (chances(policy, table, sight.of(table), 20, 5) for table in (few, turned))
    for name, values in alone.items():
        places = [[*turned.index].index(case) for case in few.index]
        assert np.array_equal(values, among[name][places])


def test_every_observable_of_the_ussr_is_mapped_and_says_why() -> None:
    rows = load_sight().rows
    assert {*rows} == {*OBSERVABLES} - {*BLIND["ussr"]}
    assert all(len(row.reason) > 5 for row in rows.values())


@pytest.mark.parametrize("name", [name for name, row in OBSERVABLES.items() if row.field])
def test_the_field_of_an_observable_is_the_one_that_it_shows(name: str) -> None:
    state = State(1, {})
    seen = Observation(state, Country("", (), (), (), {}), Parameters(), np.zeros(1), {})
    getattr(state, field_of(name))[:] = 0.625
    assert OBSERVABLES[name].read(seen) == 0.625


def test_a_policy_sees_the_lowest_and_the_highest_of_one_row_at_a_time() -> None:
    sight = load_sight()
    usual = sight.of(CORE)
    for row in sight.rows.values():
        for end in (1, 2):
            changed = sight.of(CORE, row.name, end)
            moved = {name for name in usual if not np.array_equal(usual[name], changed[name])}
            assert moved <= {row.name}
            assert row.varies or not moved


@given(st.integers(0, 23), st.sampled_from([one for one in OUTCOMES if one.name != "rupture"]),
       st.sampled_from([*RULES]))  # fmt: skip
def test_a_case_does_not_count_for_itself(place: int, outcome, rule: str) -> None:
    table = CORE.copy()
    column = {"halt": "soviet_suspension_24m", "break": "soviet_break_24m",
              "answer": "response_0_4", "credit": "credits_60m"}[outcome.name]  # fmt: skip
    before = rule_chances(rule, outcome, table, table)[place]
    other = {"yes": "no"}.get(table[column].iloc[place], "yes")
    table.loc[table.index[place], column] = (
        other if outcome.name == "credit" else 1 - min(table[column].iloc[place], 1)
    )
    assert np.array_equal(rule_chances(rule, outcome, table, table)[place], before)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), st.integers(1, 40), st.data())
def test_scores_of_chances_drawn_in_are_finite(weights: list[float], cases: int, data) -> None:
    total = sum(weights)
    raw = np.array([weights]) / total if total else np.full((1, len(weights)), 1 / len(weights))
    drawn = drawn_in(raw, cases)
    happened = np.array([data.draw(st.integers(0, len(weights) - 1))])
    assert drawn.sum() == pytest.approx(1.0)
    assert np.isfinite(log_score(drawn, happened))[0]
    assert 0.0 <= brier_score(drawn, happened)[0] <= 1.0


def test_the_shipped_file_is_what_the_cases_give() -> None:
    assert FILE.read_text(encoding="utf-8") == text_of(fit(CORE))


def test_a_case_is_left_out_of_the_fit_that_it_scores() -> None:
    rule = "a break where the mission is attacked as well"
    numbers = {case: next(one.do["break_off"].text for one in fitted_without(case).rules
                          if one.name == rule) for case in ("CHL1973", "GIN1984")}  # fmt: skip
    # half a case of none, and one and a half of two, within twelve months
    assert numbers == {"CHL1973": f"{1 - 0.5 ** (1 / 12):.4f}",
                       "GIN1984": f"{1 - 0.25 ** (1 / 12):.4f}"}  # fmt: skip


def test_without_doubt_codings_stay_as_they_are() -> None:
    (same,) = varied(CASES, Doubt(0.0, {"high": 0.0, "medium": 0.0, "low": 0.0}), 1, 0)
    pd.testing.assert_frame_equal(same, CORE)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_varied_codings_are_codings(seed: int) -> None:
    (table,) = varied(CASES, Doubt(0.15, {"high": 0.5, "medium": 0.5, "low": 0.5}), 1, seed)
    for column in STEPS:
        assert {*table[column]} <= {*CASES.table[column], 0, 1, 2, 3, 4, "yes", "no"}
    assert table["orientation_after"].between(-1, 1).all()
    broke = table["soviet_break_24m"] == 1
    assert {*table.index[broke]} <= {"CHL1973"}
    assert (table.loc[broke, "soviet_suspension_24m"] == 1).all()
