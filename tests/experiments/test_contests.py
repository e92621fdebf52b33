"""Scores of forecasts: known answers, and what a comparison may claim."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.forecast.comparisons import (
    SkillComparison,
    brier,
    decompose,
    edge_of,
    energy,
    logarithmic,
    monthly_comparisons,
    monthly_scores,
    outcome_comparisons,
    path_comparisons,
    skill,
    variogram,
    wins_in_words,
)
from palca.experiments.forecast.scores import crps
from palca.experiments.forecast.win_rates import HISTORIES, WinRates, win_rates, win_rates_ahead
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import EVENTS, documented, happened
from palca.experiments.validate.forecast_skill import reference_scores
from palca.model.calendar import month_index
from palca.scenarios import build, resolve

CHANCES = st.lists(st.floats(0.0, 1.0), min_size=10, max_size=40)


def test_the_reference_scores_are_those_worked_out_beforehand() -> None:
    # seven months with an attempt in 112: an in-sample climatology, and the region's rate
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

    for score in monthly_scores(np.array([truth, said])).values():
        assert expected(score, truth) <= expected(score, said) + 1e-12


def test_a_sure_and_wrong_forecast_loses_much_but_not_everything() -> None:
    edge = edge_of(np.zeros(98), np.ones(98))
    assert logarithmic(np.zeros(98), np.ones(98), edge) == pytest.approx(np.log(100))


SHARES = st.lists(st.integers(0, 4000), min_size=48, max_size=48).map(lambda n: np.array(n) / 4000)


@given(st.lists(SHARES, min_size=2, max_size=4))
def test_no_two_different_chances_become_one_number(forecasts: list[np.ndarray]) -> None:
    edge = edge_of(*forecasts)
    said = np.unique(np.concatenate(forecasts))[:, None]
    for came, sign in ((np.ones(1), -1), (np.zeros(1), 1)):
        assert (sign * np.diff(logarithmic(said, came, edge)) > 0).all()
        inner = (said > 0) & (said < 1)
        exact = -np.log(np.where(came == 1, said, 1 - said)[inner])
        assert logarithmic(said, came, edge)[inner[:, 0]] == pytest.approx(exact)


def test_four_years_tell_persistence_from_a_small_rate() -> None:
    came, rate, never = np.zeros((1, 48, 1)), np.full(48, 0.0105), np.zeros(48)
    came[0, 42] = 1.0
    score = monthly_scores(rate, never)["log"]
    by_hand = -(47 * np.log1p(-0.0105) + np.log(0.0105)) / 48
    assert score(rate, came[0, :, 0]) == pytest.approx(by_hand)
    assert score(never, came[0, :, 0]) > by_hand


def test_naive_forecasts_that_are_one_are_one_comparison() -> None:
    model, rival, truth = pairs(8, (2, 9, 700))
    other = rival[:, :, ::-1]  # the same chances, from the same worlds in another order
    third = 1.0 - rival
    names = {"a": rival, "b": other, "c": third}
    made = monthly_comparisons(model, names, truth, slice(0, 9))
    assert [c.against for c in made] == [("a", "b")] * 2 + [("c",)] * 2 + [("a", "b")] * 2 + [("c",)] * 2
    outcomes = {k: {"x": v[0, 0]} for k, v in names.items()}
    two = outcome_comparisons({"x": model[0, 0]}, outcomes, {"x": 0.0})
    assert [c.against for c in two] == [("a", "b"), ("c",)]
    said = wins_in_words(two)
    assert re.findall(r"\d+", said)[1:3] == ["2", "1"]  # of two; one more would repeat one of them
    path = path_comparisons(model[0].T, {k: v[0].T for k, v in names.items() if k != "b"} | {"d": rival[0].T}, truth[0, :, 0])
    assert [c.against for c in path] == [("a", "d"), ("c",)] * 2


def test_skill_where_the_naive_forecast_is_exact() -> None:
    assert skill(0.0, 0.0) == 0.0
    assert np.isnan(skill(0.1, 0.0))
    assert skill(0.5, 1.0) == 0.5


def comparison(model: float, naive: float, power: float, size: float = 0.0) -> SkillComparison:
    return SkillComparison("x", "CRPS", ("y",), model, naive, 0.0, 0.0, WinRates(power, size, 1000, size == 0.0))


def test_without_power_or_with_a_large_size_a_contest_tells_nothing() -> None:
    assert comparison(1.0, 2.0, 0.79).verdict == "cannot discriminate"
    assert comparison(1.0, 2.0, 0.81, 0.06).verdict == "cannot discriminate"
    assert comparison(1.0, 2.0, 0.81, 0.05).verdict == "better"
    assert comparison(2.0, 1.0, 0.81).verdict == "worse"
    assert comparison(2.0, 0.0, 0.99).verdict == comparison(0.0, 0.0, 0.0).verdict == "naive exact"


def test_power_and_size_are_those_of_a_likelihood_ratio() -> None:
    """Between two forecasts of one month the log score is the likelihood ratio.

    Of p and q in n months alike the model wins where the count of events is above n times
    log((1-q)/(1-p)) / log(p(1-q) / (q(1-p))): binomial tails at p, and at q.
    """
    from scipy.stats import binom

    months, p, q = 40, 0.3, 0.12
    score = monthly_scores(np.full(months, p), np.full(months, q))["log"]
    least = months * np.log((1 - q) / (1 - p)) / np.log(p * (1 - q) / (q * (1 - p)))
    rates = win_rates_ahead(score, np.full(months, p), np.full(months, q))
    for found, chance in ((rates.power, p), (rates.size, q)):
        exact = binom(months, chance).sf(least)
        assert abs(found - exact) < 4 * np.sqrt(exact * (1 - exact) / HISTORIES)
    assert rates.error(rates.power) == pytest.approx(np.sqrt(rates.power * (1 - rates.power) / HISTORIES))
    assert not rates.sure
    never = win_rates_ahead(score, np.full(months, p), np.zeros(months))
    assert (never.size, never.sure) == (0.0, True)


def test_power_and_size_from_worlds() -> None:
    """Of two normal forecasts of one spread the nearer one has the lower CRPS."""
    from scipy.stats import norm

    chance = np.random.default_rng(7)
    model, naive = chance.normal(0.0, 1.0, 6000), chance.normal(1.0, 1.0, 6000)
    rates = win_rates(crps, model, naive)
    assert rates.histories == HISTORIES
    for found, exact in ((rates.power, norm.cdf(0.5)), (rates.size, norm.cdf(-0.5))):
        assert abs(found - exact) < 0.03
    assert not rates.sure
    assert win_rates(crps, model[:300], naive[:100]).histories == 50
    point = win_rates(crps, model, np.full(6000, 2.0))
    assert (point.size, point.sure) == (0.0, True)


def test_no_history_is_part_of_its_own_forecast() -> None:
    # a rival that is as good: worlds that score themselves would win too often
    chance = np.random.default_rng(8)
    few = [win_rates(energy, *chance.normal(size=(2, 12, 6))).power for _ in range(400)]
    assert np.mean(few) == pytest.approx(0.5, abs=0.07)


def test_the_truth_wins_and_has_the_power_to() -> None:
    # months in turn with chance 0.9 and 0.1: who knows it beats who says one half
    chance = np.random.default_rng(1)
    levels = np.tile([0.9, 0.1], 60)[:, None]
    knows = (chance.random((2, 120, 3000)) < levels).astype(float)
    baseline_forecast = (chance.random((2, 120, 3000)) < 0.5).astype(float)
    truth = (chance.random((2, 120, 1)) < levels).astype(float)
    for comparison in monthly_comparisons(knows, {"baseline_forecast": baseline_forecast}, truth, slice(0, 120)):
        assert comparison.verdict == "better"
        assert comparison.low > 0.0
    for comparison in monthly_comparisons(baseline_forecast, {"knows": knows}, truth, slice(0, 120)):
        assert comparison.skill < 0.0
    # and against itself nothing can be told
    same = monthly_comparisons(knows, {"same": knows}, truth, slice(0, 120))
    assert {comparison.verdict for comparison in same} == {"cannot discriminate"}


@pytest.mark.slow
def test_contests_on_numbers_and_on_paths() -> None:
    chance = np.random.default_rng(2)
    near, far = chance.normal(0, 1, 2000), chance.normal(5, 1, 2000)
    (made,) = outcome_comparisons({"x": near}, {"far": {"x": far}}, {"x": 0.3})
    assert made.verdict == "better"
    assert made.low > 0.5
    (exact,) = outcome_comparisons({"x": near}, {"sure": {"x": np.zeros(50)}}, {"x": 0.0})
    assert exact.verdict == "naive exact"
    # the same margins, another correlation: only the variogram can see it well
    joint = chance.multivariate_normal(np.zeros(6), 0.9 + 0.1 * np.eye(6), 600)
    apart = chance.normal(0, 1, (600, 6))
    by_name = {c.score: c for c in path_comparisons(joint, {"apart": apart}, np.full(6, 0.5))}
    assert by_name["variogram"].skill > by_name["energy"].skill > 0.0


def pairs(seed: int, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    months = shape[-2] if len(shape) > 2 else 1
    levels = chance.uniform(0.1, 0.6, (2, months, 1))
    worlds = (chance.random(shape) < levels).astype(float)
    return worlds, (chance.random(shape) < 0.3).astype(float), (levels > 0.4).astype(float)


def test_a_monthly_contest_worked_out_plainly() -> None:
    model, baseline_forecast, truth = pairs(4, (2, 9, 700))
    some = slice(2, 8)
    made = monthly_comparisons(model, {"baseline_forecast": baseline_forecast}, truth, some)
    assert [(c.what, c.score) for c in made] == [(e, s) for e in EVENTS for s in ("Brier", "log")]
    for comparison in made:
        index = EVENTS.index(comparison.what)
        mine, theirs, came = (x[index, some] for x in (model, baseline_forecast, truth))
        score = monthly_scores(mine.mean(1), theirs.mean(1))[comparison.score]
        assert comparison.model == pytest.approx(float(score(mine.mean(1), came[:, 0])))
        assert comparison.naive == pytest.approx(float(score(theirs.mean(1), came[:, 0])))
        # the first half of the worlds are histories, the others the forecast
        for rate, worlds in ((comparison.rates.power, mine), (comparison.rates.size, theirs)):
            wins = [score(mine[:, 350:].mean(1), worlds[:, k]) < score(theirs[:, 350:].mean(1), worlds[:, k])
                    for k in range(350)]  # fmt: skip
            assert rate == np.mean(wins)
        # five and ninety-five per cent of many worlds drawn with replacement
        lots = np.random.default_rng(0).integers(0, 700, (4000, 700))
        skills = 1 - score(mine[:, lots].mean(2).T, came[:, 0]) / score(
            theirs[:, lots].mean(2).T, came[:, 0]
        )
        low, high = np.quantile(skills, (0.05, 0.95))
        assert (comparison.low, comparison.high) == pytest.approx((low, high), abs=0.25 * (high - low))


def test_a_contest_on_an_outcome_worked_out_plainly() -> None:
    chance = np.random.default_rng(5)
    mine, theirs, truth = chance.normal(0, 1, 600), chance.normal(0.4, 1.5, 400), 0.3
    (comparison,) = outcome_comparisons({"x": mine}, {"y": {"x": theirs}}, {"x": truth})
    assert (comparison.what, comparison.score, comparison.against) == ("x", "CRPS", ("y",))
    assert (comparison.model, comparison.naive) == (crps(mine, truth), crps(theirs, truth))
    for rate, worlds in ((comparison.rates.power, mine), (comparison.rates.size, theirs)):
        own, rival = ([crps(x[200:], one) for one in worlds[:200]] for x in (mine, theirs))
        assert rate == np.mean(np.array(own) < np.array(rival))
    skills = [
        1 - crps(chance.choice(mine, 600), truth) / crps(chance.choice(theirs, 400), truth)
        for _ in range(2000)
    ]
    low, high = np.quantile(skills, (0.05, 0.95))
    assert (comparison.low, comparison.high) == pytest.approx((low, high), abs=0.25 * (high - low))


@pytest.mark.slow
def test_a_contest_on_paths_worked_out_plainly() -> None:
    chance = np.random.default_rng(6)
    mine = chance.multivariate_normal(np.zeros(4), 0.5 + 0.5 * np.eye(4), 300)
    theirs, truth = chance.normal(0.2, 1, (300, 4)), np.array([0.5, 0.2, -0.1, 1.0])

    made = {c.score: c for c in path_comparisons(mine, {"y": theirs}, truth)}
    comparison = made["energy"]
    assert comparison.model == pytest.approx(plain_energy(mine, truth))
    assert comparison.naive == pytest.approx(plain_energy(theirs, truth))
    wins = [plain_energy(mine[150:], one) < plain_energy(theirs[150:], one) for one in mine[:150]]
    assert comparison.rates.power == np.mean(wins)
    assert comparison.rates.histories == 150
    lots = chance.integers(0, 300, (60, 300))
    skills = [1 - plain_energy(mine[lot], truth) / comparison.naive for lot in lots]
    low, high = np.quantile(skills, (0.05, 0.95))
    assert (comparison.low, comparison.high) == pytest.approx((low, high), abs=0.5 * (high - low))
    assert made["variogram"].low < made["variogram"].skill + 0.05 < made["variogram"].high + 0.1


def plain_energy(worlds: np.ndarray, came: np.ndarray) -> float:
    """Return the energy score over pairs of different worlds."""
    pairs = np.linalg.norm(worlds[:, None] - worlds, axis=2).sum() / len(worlds) / (len(worlds) - 1)
    return float(np.linalg.norm(worlds - came, axis=1).mean() - pairs / 2)


def test_scores_of_paths_are_those_of_a_package() -> None:
    from scoringrules import es_ensemble, vs_ensemble

    chance = np.random.default_rng(9)
    worlds, came = chance.normal(size=(30, 5)), chance.normal(size=(4, 5))
    fair = [es_ensemble(one, worlds, estimator="fair") for one in came]
    assert energy(worlds, came) == pytest.approx(np.array(fair))
    assert variogram(worlds, came) == pytest.approx(np.array([vs_ensemble(one, worlds) for one in came]))


def test_won_counts_what_it_says() -> None:
    rows = [comparison(1, 2, 0.9), comparison(1, 2, 0.5), comparison(2, 1, 0.9), comparison(2, 1, 0.1)]
    # won, of all; won and lost where that can tell, the first against one that is sure
    assert re.findall(r"[\d.]*\d", wins_in_words(rows)) == ["2", "4", "0.8", "0.05", "1", "1", "1"]
    exact = wins_in_words([*rows, comparison(1, 0, 0.9)])
    assert re.findall(r"[\d.]*\d", exact) == ["2", "5", "1", "0.8", "0.05", "1", "1", "1"]


def test_a_decomposition_in_bins_by_hand() -> None:
    # ten equal forecasts below ten others: two bins, whatever the number asked for
    said = np.repeat([0.2, 0.8], 10)
    truth = np.array([1.0] * 3 + [0.0] * 7 + [1.0] * 6 + [0.0] * 4)
    parts = decompose(said, truth)
    assert parts.reliability == pytest.approx(0.5 * 0.1**2 + 0.5 * 0.2**2)
    assert parts.resolution == pytest.approx(0.5 * 0.15**2 + 0.5 * 0.15**2)
    assert parts.uncertainty == pytest.approx(0.45 * 0.55)
    assert parts.rest == pytest.approx(0.0, abs=1e-12)


def test_forecasts_fall_into_five_bins_of_like_size() -> None:
    said = np.linspace(0.02, 0.98, 25)
    truth = (np.arange(25) % 3 == 0).astype(float)
    parts = decompose(said, truth)
    bins = said.reshape(5, 5).mean(1) - truth.reshape(5, 5).mean(1)
    assert parts.reliability == pytest.approx((bins**2).mean())
    assert parts.resolution == pytest.approx(
        ((truth.reshape(5, 5).mean(1) - truth.mean()) ** 2).mean()
    )


def test_what_happened_in_a_month() -> None:
    histories = documented(load_record(), build(resolve("baseline", ["posterior=off"])))
    tried, changed = happened(histories)[:, :, 0]
    months = ["1969-09", "1970-10", "1971-01", "1971-08", "1974-06", "1978-07", "1978-11"]
    assert [int(m) for m in np.nonzero(tried)[0]] == [month_index(m) for m in months]
    # Siles by death in April 1969, Ovando, Torres, Banzer, Pereda, Padilla
    power = ["1969-04", "1969-09", "1970-10", "1971-08", "1978-07", "1978-11"]
    assert [int(m) for m in np.nonzero(changed)[0]] == [month_index(m) for m in power]
