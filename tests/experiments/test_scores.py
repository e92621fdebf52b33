from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.forecast.scores import OutcomeScore, crps, evaluate, pit
from palca.experiments.observe.outcomes import OUTCOMES

pytestmark = pytest.mark.quick

values = st.lists(st.floats(-100, 100), min_size=2, max_size=40)


@given(values, st.floats(-100, 100))
def test_crps_is_the_definition(xs: list[float], y: float) -> None:
    x = np.array(xs)
    pairs = [abs(one - other) for k, one in enumerate(xs) for other in xs[:k]]
    by_definition = np.abs(x - y).mean() - np.mean(pairs) / 2
    assert crps(x, y) == pytest.approx(by_definition, abs=1e-9)
    assert crps(x, y) >= -1e-9


def test_crps_of_a_point_is_its_distance() -> None:
    assert crps(np.array([3.0, 3.0]), 5.0) == 2.0
    assert crps(np.full(4001, 0.1), 0.1) == 0.0


def test_a_single_world_has_no_fair_crps() -> None:
    assert np.isnan(crps(np.array([1.0]), 2.0))
    assert np.isnan(crps(np.ones((3, 1)), np.zeros(3))).tolist() == [True] * 3


def test_crps_of_many_is_that_of_each() -> None:
    rng = np.random.default_rng(1)
    ensembles, observed = rng.normal(size=(3, 20)), rng.normal(size=3)
    assert crps(ensembles, observed) == pytest.approx([float(crps(x, y)) for x, y in zip(ensembles, observed, strict=True)])
    assert crps(ensembles[0], observed) == pytest.approx([float(crps(ensembles[0], y)) for y in observed])
    assert crps(ensembles, 0.5) == pytest.approx([float(crps(x, 0.5)) for x in ensembles])


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=9), st.integers(-9, 9), st.integers(2, 4))
def test_few_worlds_score_on_average_as_the_distribution(xs: list[int], y: int, worlds: int) -> None:
    """The mean over all ensembles drawn from a distribution, of any size, is its own score."""
    x, lots = np.array(xs[:4], dtype=float), [np.array(xs[:4], dtype=float)] * worlds
    ensembles = np.stack(np.meshgrid(*lots), axis=-1).reshape(-1, worlds)
    own = np.abs(x - y).mean() - np.abs(x[:, None] - x).mean() / 2  # of the distribution, exactly
    assert crps(ensembles, float(y)).mean() == pytest.approx(own)


@given(values)
def test_crps_is_proper(xs: list[float]) -> None:
    # what comes is drawn from the same distribution: no shifted ensemble scores better on average
    x = np.array(xs)
    own = np.mean([crps(np.repeat(x, 2), y) for y in x])
    assert own <= np.mean([crps(np.repeat(x, 2) + 1.0, y) for y in x]) + 1e-9


def test_a_place_lies_between_the_worlds_below_and_those_up_to_it() -> None:
    x = np.array([0.0, 1.0, 1.0, 2.0])
    assert [pit(x, 1.0, share) for share in (0.0, 0.5, 1.0)] == [0.25, 0.5, 0.75]
    assert [pit(x, 5.0, share) for share in (0.0, 1.0)] == [1.0, 1.0]


def test_places_of_counts_are_uniform_if_the_forecast_is_right() -> None:
    from scipy.stats import kstest, poisson

    rng = np.random.default_rng(2)
    # every count as often as it comes, to a hundred thousandth: the forecast itself
    forecast = poisson(1.2).ppf((np.arange(100_000) + 0.5) / 100_000)
    counts = rng.poisson(1.2, 2000)
    places = [pit(forecast, float(count), share) for count, share in zip(counts, rng.random(2000), strict=True)]
    assert kstest(places, "uniform").pvalue > 0.01
    middle = [pit(forecast, float(count), 0.5) for count in counts]
    assert kstest(middle, "uniform").pvalue < 1e-6  # ties that count half aren't


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
    assert 20 / 101 < outcome_score.pit < 21 / 101
    again = evaluate({one.name: even}, {one.name: 20.0}, {one.name: even + 60.0})[0]
    assert outcome_score.pit == again.pit
    assert outcome_score.score == pytest.approx(crps(even, 20.0))
    assert outcome_score.naive == pytest.approx(crps(even + 60.0, 20.0))
    (unknown,) = evaluate({one.name: even}, {}, {one.name: even})
    assert np.isnan([unknown.documented, unknown.pit, unknown.score, unknown.naive]).all()
    assert unknown.median == 50.0
