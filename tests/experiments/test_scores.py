from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.forecast.scores import OutcomeScore, crps, evaluate, pit
from palca.experiments.observe.outcomes import OUTCOMES

pytestmark = pytest.mark.quick

values = st.lists(st.floats(-100, 100), min_size=1, max_size=40)


@given(values, st.floats(-100, 100))
def test_crps_is_the_definition(xs: list[float], y: float) -> None:
    x = np.array(xs)
    by_definition = np.abs(x - y).mean() - np.abs(x[:, None] - x).mean() / 2
    assert crps(x, y) == pytest.approx(by_definition, abs=1e-9)


def test_crps_of_a_point_is_its_distance() -> None:
    assert crps(np.array([3.0, 3.0]), 5.0) == 2.0


@given(values)
def test_crps_is_proper(xs: list[float]) -> None:
    # drawn from the ensemble itself, no shifted ensemble scores better on average
    x = np.array(xs)
    own = np.mean([crps(x, y) for y in x])
    assert own <= np.mean([crps(x + 1.0, y) for y in x]) + 1e-9


def test_position_counts_ties_half() -> None:
    assert pit(np.array([0.0, 1.0, 1.0, 2.0]), 1.0) == 0.5
    assert pit(np.array([0.0, 1.0]), 5.0) == 1.0


def score_of(documented: float, score: float = 1.0, naive: float = 2.0) -> OutcomeScore:
    return OutcomeScore(OUTCOMES[0], documented, 2.0, 1.0, 3.0, 0.5, score, naive)


def test_skill_is_what_is_left_of_the_naive_error() -> None:
    assert score_of(2.0, 1.0, 4.0).skill == 0.75
    assert score_of(2.0, 0.0, 4.0).skill == 1.0
    assert score_of(2.0, 6.0, 4.0).skill == -0.5
    assert not score_of(2.0, 6.0, 4.0).unscored


@pytest.mark.parametrize(
    ("outcome_score", "why"),
    [(score_of(2.0, 1.0, 0.0), "exactly right"), (score_of(2.0, 0.0, 0.0), "exactly right"),
     (score_of(np.nan), "no documented value")],
)  # fmt: skip
def test_what_has_no_skill_says_why_and_has_no_infinite_one(outcome_score: OutcomeScore, why: str) -> None:
    assert np.isnan(outcome_score.skill)
    assert why in outcome_score.unscored


@pytest.mark.parametrize(("documented", "inside"), [(0.9, False), (1, True), (3, True), (3.1, False)])
def test_the_bounds_of_the_range_lie_within_it(documented: float, inside: bool) -> None:
    assert score_of(documented).inside is inside


def test_a_judgement_on_paper() -> None:
    one, two = OUTCOMES[:2]
    even = np.arange(101.0)
    (outcome_score,) = evaluate({one.name: even}, {one.name: 20.0, two.name: 3.0}, {one.name: even + 60.0})
    assert outcome_score.outcome is one
    assert (outcome_score.low, outcome_score.median, outcome_score.high) == (5.0, 50.0, 95.0)
    assert outcome_score.pit == pytest.approx(20.5 / 101)
    assert outcome_score.score == pytest.approx(crps(even, 20.0))
    assert outcome_score.naive == pytest.approx(crps(even + 60.0, 20.0))
    (unknown,) = evaluate({one.name: even}, {}, {one.name: even})
    assert np.isnan([unknown.documented, unknown.pit, unknown.score, unknown.naive]).all()
    assert unknown.median == 50.0
