"""Scores of forecasts: known answers, and what a contest may claim."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.contests import (
    Contest,
    brier,
    decompose,
    logarithmic,
    monthly_contests,
    outcome_contests,
    path_contests,
    skill,
)
from palca.experiments.course import documented
from palca.experiments.documented import load_record
from palca.experiments.naive import HAZARDS, base_rates, income, naive
from palca.experiments.scoring import reference_scores
from palca.model.calendar import month_index
from palca.scenarios import build, resolve

CHANCES = st.lists(st.floats(0.0, 1.0), min_size=10, max_size=40)


def test_the_reference_scores_are_those_worked_out_beforehand() -> None:
    # seven months with an attempt in 112: an in-sample climatology, and the region's rate
    from palca.experiments.contests import happened

    record = documented(load_record(), build(resolve("baseline", ["posterior=off"])))
    scores = reference_scores(happened(record)[0, :, 0], load_record())
    assert scores["the record's own rate"] == pytest.approx((0.0586, 0.234), abs=5e-4)
    assert scores["the region's"] == pytest.approx((0.0613, 0.294), abs=5e-4)


@given(CHANCES, st.integers(0, 2**32 - 1))
def test_the_parts_of_a_brier_score_add_up(chances: list[float], seed: int) -> None:
    chance = np.array(chances)
    truth = (np.random.default_rng(seed).random(len(chance)) < chance).astype(float)
    parts = decompose(chance, truth)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.rest
    assert total == pytest.approx(float(brier(chance, truth)))
    assert parts.reliability >= 0.0
    assert parts.resolution >= 0.0


def test_a_forecast_of_the_base_rate_resolves_nothing() -> None:
    truth = np.array([0.0, 1.0] * 30)
    parts = decompose(np.full(60, 0.5), truth, bins=5)
    assert (parts.reliability, parts.resolution, parts.uncertainty) == (0.0, 0.0, 0.25)


@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_scores_are_proper(truth: float, said: float) -> None:
    # if the event has this chance, no other forecast has a better expected score
    def expected(score: object, p: float) -> float:
        ones, p_all = np.ones((1, 200)), np.full((1, 200), p)
        return float(truth * score(p_all, ones)[0] + (1 - truth) * score(p_all, 0 * ones)[0])  # type: ignore[operator]

    for score in (brier, logarithmic):
        assert expected(score, truth) <= expected(score, said) + 1e-12


def test_a_sure_and_wrong_forecast_loses_much_but_not_everything() -> None:
    assert logarithmic(np.zeros(98), np.ones(98)) == pytest.approx(np.log(100))


def test_skill_where_the_naive_forecast_is_exact() -> None:
    assert skill(0.0, 0.0) == 0.0
    assert skill(0.1, 0.0) == -np.inf
    assert skill(0.5, 1.0) == 0.5


def test_without_power_a_contest_tells_nothing() -> None:
    def contest(model: float, naive: float, power: float) -> str:
        return Contest("x", "CRPS", "y", model, naive, 0.0, 0.0, power).verdict

    assert contest(1.0, 2.0, 0.79) == "cannot discriminate"
    assert contest(1.0, 2.0, 0.81) == "better"
    assert contest(2.0, 1.0, 0.81) == "worse"
    assert contest(2.0, 0.0, 0.99) == "naive exact"


def test_the_truth_wins_and_has_the_power_to() -> None:
    # months in turn with chance 0.9 and 0.1: who knows it beats who says one half
    chance = np.random.default_rng(1)
    levels = np.tile([0.9, 0.1], 60)[:, None]
    knows = (chance.random((2, 120, 3000)) < levels).astype(float)
    blind = (chance.random((2, 120, 3000)) < 0.5).astype(float)
    truth = (chance.random((2, 120, 1)) < levels).astype(float)
    for contest in monthly_contests(knows, {"blind": blind}, truth, slice(0, 120)):
        assert contest.verdict == "better"
        assert contest.low > 0.0
    for contest in monthly_contests(blind, {"knows": knows}, truth, slice(0, 120)):
        assert contest.skill < 0.0
    # and against itself nothing can be told
    same = monthly_contests(knows, {"same": knows}, truth, slice(0, 120))
    assert {contest.verdict for contest in same} == {"cannot discriminate"}


def test_contests_on_numbers_and_on_paths() -> None:
    chance = np.random.default_rng(2)
    near, far = chance.normal(0, 1, 2000), chance.normal(5, 1, 2000)
    (contest,) = outcome_contests({"x": near}, {"far": {"x": far}}, {"x": 0.3})
    assert contest.verdict == "better"
    assert contest.low > 0.5
    (exact,) = outcome_contests({"x": near}, {"sure": {"x": np.zeros(50)}}, {"x": 0.0})
    assert exact.verdict == "naive exact"
    # the same margins, another correlation: only the variogram can see it well
    joint = chance.multivariate_normal(np.zeros(6), 0.9 + 0.1 * np.eye(6), 600)
    apart = chance.normal(0, 1, (600, 6))
    by_name = {c.score: c for c in path_contests(joint, {"apart": apart}, np.full(6, 0.5))}
    assert by_name["variogram"].skill > by_name["energy"].skill > 0.0


# naive forecasts


def test_naive_hazards_are_those_of_the_record() -> None:
    rates = base_rates(load_record())
    never, lately = np.array(False), np.array(True)
    assert rates.chance("persistence", lately, 3.0, 3000.0) == 0.0
    assert rates.chance("constant", never, 3.0, 3000.0) == pytest.approx(0.126471 / 12)
    # by hand: 3.21185 - .035007 * 3 - .6512 * ln 3000 = -2.1070; a year's chance .1084
    yearly = 1 - (1 - rates.chance("cross-national", never, 3.0, 3000.0)) ** 12
    assert yearly == pytest.approx(0.1084, abs=2e-4)
    # and with an attempt in the last three years: -2.1070 + .7796 = -1.3274, .2096
    yearly = 1 - (1 - rates.chance("cross-national", lately, 3.0, 3000.0)) ** 12
    assert yearly == pytest.approx(0.2096, abs=2e-4)
    assert income(load_record(), 1968) > 2000


@pytest.mark.parametrize("hazard", HAZARDS)
def test_naive_courses_follow_their_hazard(hazard: str) -> None:
    scenario, record = build(resolve("baseline", ["posterior=off"])), load_record()
    since = month_index("1975-01")
    made = naive(scenario, record, 2000, 0, since, hazard)
    tried = made.count("power", "coup") + made.count("power", "failed coup")
    recent = np.arange(since, 120) - month_index("1974-06") <= 36
    rates, growth = base_rates(record), float(made.series["growth"][-1, 0])
    chance = rates.chance(hazard, recent, growth, income(record, 1974))
    # the first month is known exactly; later ones depend on what has happened
    assert tried[since].mean() == pytest.approx(chance[0], abs=0.006)
    if hazard == "persistence":
        assert (made.series["leader"][since:] == made.series["leader"][since - 1]).all()
    else:
        assert tried[since:].sum() > 0
