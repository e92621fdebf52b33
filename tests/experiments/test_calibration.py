"""Calibration: known answers, known parameters found again, and what must not be seen."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fault_commands import Run
from palca.experiments.forecast.naive import naive
from palca.experiments.infer import simulation_based_calibration as checks
from palca.experiments.infer.abc import SummaryRegression, infer
from palca.experiments.infer.calibrate import Calibration, calibrate
from palca.experiments.infer.reference_table import ReferenceTable, score, simulate, values_of
from palca.experiments.infer.simulation_based_calibration import SBC, simulation_based_calibration
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import SERIES, Histories, documented, simulated
from palca.experiments.observe.outcome import Outcome
from palca.experiments.observe.outcomes import measure
from palca.experiments.observe.windows import before_and_after, spans
from palca.experiments.simulate import priors
from palca.experiments.simulate.priors import free_in
from palca.model import ColdWarModel
from palca.model.calendar import month_index
from palca.model.errors import PalcaError
from palca.model.state.history import Events
from palca.model.state.parameters import PRIORS
from palca.scenarios import build, resolve
from palca.scenarios.posterior_draws import read_parameter_sets
from palca.scenarios.reading.library import LIBRARY

CHANCE = np.random.default_rng(5)


def gaussian(worlds: int, parameters: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Parameters of standard normal priors, and as many outcomes, each with as much noise."""
    scores = CHANCE.normal(size=(worlds, parameters)).astype(np.float32)
    return scores, scores + CHANCE.normal(size=scores.shape).astype(np.float32)


# known answers


def test_the_posterior_of_a_normal_model_is_the_one_of_the_textbook() -> None:
    # y = x + e, both standard normal: x given y is normal with mean y / 2 and variance 1/2
    scores, values = gaussian(200_000)
    observed = np.array([1.0, -0.6, 0.0])
    found = infer(values / 2, scores, observed / 2, 2000)
    assert found.mean == pytest.approx(observed / 2, abs=0.08)
    assert found.sd == pytest.approx(np.sqrt(0.5), abs=0.04)
    assert found.weights.sum() == pytest.approx(1.0)
    assert 1000 < found.ess <= 2000


@pytest.mark.slow
def test_a_reading_finds_the_posterior_means() -> None:
    scores, values = gaussian(60_000)
    outcomes = [Outcome(f"y{i}", "", "share", "", lambda histories: np.zeros(1)) for i in range(3)]
    table = ReferenceTable(("a", "b", "c"), tuple(outcomes), scores, values)
    summaries = SummaryRegression(table, outcomes).summaries(values[:1000])
    apart = np.abs(summaries - values[:1000] / 2)
    assert np.quantile(apart, 0.99) < 0.06  # the most extreme outcomes are cut


def test_an_interrupted_calibration_does_not_wait_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(*args: Any, **named: Any) -> Any:
        asked.append(1)
        return infer(*args, **named)

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checks, "infer", counted)
    scores = np.random.default_rng(0).normal(size=(2000, 3))
    with pytest.raises(KeyboardInterrupt):
        simulation_based_calibration(scores / 2, scores, np.arange(1000), 400, 99, 0, on_progress=stop)
    assert len(asked) < 1000


def test_known_parameters_are_found_again_and_wrong_intervals_are_noticed() -> None:
    scores, values = gaussian(40_000)
    histories = np.arange(39_500, 40_000)
    right = simulation_based_calibration(values / 2, scores, histories, 800, 99, 0)
    assert right.uniformity().min() * 3 > 0.01
    assert right.coverage(0.9) == pytest.approx(0.9, abs=0.04)
    # others' parameters, drawn together: intervals half as wide as they should be
    tight = scores.copy()
    tight[:39_500] = values[:39_500] / 2 + (scores - values / 2)[:39_500] / 2
    wrong = simulation_based_calibration(values / 2, tight, histories, 800, 99, 0)
    assert wrong.uniformity().max() < 1e-6
    assert wrong.coverage(0.9).max() < 0.75


def test_draws_go_by_weight() -> None:
    scores, values = gaussian(20_000)
    found = infer(values / 2, scores, np.zeros(3), 400)
    indices = found.draw(100_000, np.random.default_rng(0))
    shares = np.bincount(indices, minlength=400) / 100_000
    assert shares == pytest.approx(found.weights, abs=2e-5)


@pytest.mark.parametrize("aside", [0.0, 0.5, 2.0])
def test_what_does_nothing_is_not_learnt_more_often_than_said(aside: float) -> None:
    """The chance of it is that of shuffled parameters, which can have nothing to do with a history."""
    chance = np.random.default_rng(2)
    parameters = 12
    summaries = chance.normal(size=(2_000, parameters)) * np.geomspace(0.02, 0.6, parameters)
    observed = np.full(parameters, aside) * np.geomspace(0.02, 0.6, parameters)
    own = chance.normal(size=(2_000, parameters))
    said = infer(summaries, own, observed, 150)
    bound = said.adjusted.information_gain_by_chance(1, 0)
    idle = [
        infer(summaries, own[chance.permutation(len(own))], observed, 150) for _ in range(150)
    ]
    moved = np.array([1 - np.exp(1 - f.mean**2 - f.sd**2 + 2 * np.log(f.sd)) for f in idle])
    assert (moved > bound).mean() == pytest.approx(0.05, abs=0.025)
    means = np.array([found.mean for found in idle])
    assert means.var() * said.sureness == pytest.approx(1.0, abs=0.2)
    # draws are spread as the priors are, though few worlds were fitted by many summaries
    assert np.mean([f.sd**2 for f in idle]) == pytest.approx(1 + 1 / said.sureness, rel=0.06)


def test_draws_stay_within_the_prior_if_few_worlds_are_near() -> None:
    chance = np.random.default_rng(3)
    summaries = chance.normal(size=(120, 25)) * 0.1
    idle = infer(summaries, chance.normal(size=(120, 25)), np.full(25, 0.2), 104)
    assert np.abs(idle.mean).max() < 2.0
    assert idle.sureness < 20


def test_only_what_has_level_ranks_is_called_learnt() -> None:
    chance = np.random.default_rng(8)
    scores = chance.normal(size=(6_000, 2))
    summaries = np.column_stack([scores[:, 0] + chance.normal(size=6_000), chance.normal(size=6_000)])
    summaries /= 2
    found = infer(summaries, scores, np.array([0.6, 0.0]), 600)
    by_chance = found.adjusted.information_gain_by_chance(2, 0)
    free = {"a": PRIORS["cost"], "idle": PRIORS["purge"]}

    def informative(near: SBC | None) -> list[bool]:
        out = Calibration(free, 1978, 6_000, {}, found, [], [], [], near, near)
        return replace(out, information_gain_by_chance=by_chance).informative.tolist()

    ranks = simulation_based_calibration(summaries, scores, np.arange(200), 600, 99, 0)
    assert informative(ranks) == [True, False]
    assert informative(None) == [False, False]
    assert informative(replace(ranks, ranks=ranks.ranks[:40])) == [False, False]  # too few to be counted
    assert informative(replace(ranks, ranks=np.minimum(ranks.ranks, 50))) == [False, False]  # not level


@pytest.mark.parametrize("name", priors.FREE)
def test_normal_scores_and_values_are_two_ways_to_say_the_same(name: str) -> None:
    sampled = priors.draw(3, np.arange(4000))[name]
    prior = PRIORS[name]
    scores = score(prior, sampled)
    assert values_of({name: prior}, scores[:, None])[name] == pytest.approx(sampled, abs=1e-6)
    assert scores.mean() == pytest.approx(0.0, abs=0.06)
    assert scores.std() == pytest.approx(1.0, abs=0.05)


# what is seen, and what isn't


def test_spans_cover_the_years_once() -> None:
    for until in range(1971, 1978):
        years = [*spans(1969, until), *spans(until + 1, 1978)]
        covered = [year for first, last in years for year in range(first, last + 1)]
        assert covered == list(range(1969, 1979))


@pytest.mark.parametrize("until", [1971, 1974, 1977])
def test_nothing_is_known_of_years_that_have_not_passed(
    baseline: dict[str, Any], until: int
) -> None:
    histories = simulated(ColdWarModel(build(baseline), 40, rng=0, keep=SERIES).run())
    cut = month_index(f"{until}-12") + 1
    series = {name: values.copy() for name, values in histories.series.items()}
    for values in series.values():
        values[cut:] = values[cut - 1 : cut] + 1.0
    past = histories.events.month < cut
    columns = ("world", "month", "code", "leader", "garrison", "amount")
    events = Events(*(getattr(histories.events, name)[past] for name in columns))
    other = Histories(histories.worlds, histories.months, series, events)
    before, after = before_and_after(until)
    one, two = measure(before, histories), measure(before, other)
    assert all(np.array_equal(one[name], two[name]) for name in one)
    late, changed = measure(after, histories), measure(after, other)
    assert not all(np.array_equal(late[name], changed[name]) for name in late)


def test_the_naive_forecast_knows_the_record_until_it_is_made(baseline: dict[str, Any]) -> None:
    scenario, record = build(baseline), load_record()
    since = month_index("1975-01")
    forecast, known = naive(scenario, record, 300, 0, since), documented(record, scenario)
    for name in ("orientation", "leader", "legality", "us_commitment"):
        assert (forecast.series[name][:since] == known.series[name][:since]).all()
    predicted = forecast.count("power", "coup") + forecast.count("power", "failed coup")
    truth = known.count("power", "coup") + known.count("power", "failed coup")
    assert (predicted[:since] == truth[:since]).all()
    assert predicted[since:].sum() == pytest.approx(300 * 48 * 0.0105, rel=0.2)
    right = forecast.series["orientation"][-1]
    assert set(np.unique(right)) == {-0.5, 0.5, 1.0}


def test_only_what_is_free_is_calibrated(baseline: dict[str, Any]) -> None:
    assert free_in(baseline) == build(baseline).free_priors
    held = {**baseline, "parameters": {"cost": 1.0}, "channels": {"coup_trap": False}}
    assert set(priors.FREE) - set(free_in(held)) == {"cost", "coup_trap"}


@pytest.mark.slow
def test_a_table_does_not_depend_on_its_processes(baseline: dict[str, Any]) -> None:
    off = {**baseline, "sets": {}}
    one = simulate(off, PRIORS, 1974, 300, 7)
    two = simulate(off, PRIORS, 1974, 300, 7, jobs=2)
    assert np.array_equal(one.values, two.values)
    assert np.array_equal(one.scores, two.scores)


@pytest.mark.slow
def test_a_parameter_that_made_the_difference_is_found(baseline: dict[str, Any]) -> None:
    """A record made with a high cost of rising moves the posterior up, one with a low one down."""
    off = {**baseline, "sets": {}}
    table = simulate(off, PRIORS, 1978, 12_000, 1, jobs=2)
    reading = SummaryRegression(table, table.outcomes)
    summaries = reading.summaries(table.values)
    column = table.names.index("cost")
    order = np.argsort(table.scores[:, column])
    low, high = (
        np.mean([infer(np.delete(summaries, one, 0), np.delete(table.scores, one, 0),
                       summaries[one], 400).mean[column] for one in some])
        for some in (order[:25], order[-25:])
    )  # fmt: skip
    assert low < -0.4
    assert high > 0.4


# sets of parameters in a run


def with_sets(resolved: dict[str, Any], **parameter_sets: list[float]) -> dict[str, Any]:
    return {**resolved, "sets": parameter_sets}


def test_each_world_has_one_of_the_sets_and_all_are_used(short: dict[str, Any]) -> None:
    scenario = build(with_sets(short, cost=[0.7, 1.0, 1.3], opportunity=[0.05, 0.06, 0.07]))
    model = ColdWarModel(scenario, 30, rng=4)
    assert [np.count_nonzero(model.p.cost == value) for value in (0.7, 1.0, 1.3)] == [10, 10, 10]
    pairs = {(float(c), float(o)) for c, o in zip(model.p.cost, model.p.opportunity, strict=True)}  # type: ignore[arg-type]
    assert pairs == {(0.7, 0.05), (1.0, 0.06), (1.3, 0.07)}
    alone = [ColdWarModel(scenario, [17], rng=4).p.cost, np.array([model.p.cost[17]])]  # type: ignore[index]
    assert np.array_equal(*alone)
    firsts = {float(ColdWarModel(scenario, 1, rng=seed).p.cost[0]) for seed in range(12)}  # type: ignore[index]
    assert firsts == {0.7, 1.0, 1.3}
    model.advance(5)
    taken = model.snapshot().take(np.array([17, 3]))
    later = ColdWarModel(scenario, 2, rng=8, start=taken)
    assert np.array_equal(later.p.cost, np.array([model.p.cost[17], model.p.cost[3]]))  # type: ignore[index]


def test_sets_that_say_nothing_new_change_nothing(short: dict[str, Any]) -> None:
    plain = ColdWarModel(build(with_sets(short)), 20, rng=0).run()
    defaults = {"cost": [1.0, 1.0], "backlash": [0.03, 0.03]}
    same = ColdWarModel(build(with_sets(short, **defaults)), 20, rng=0).run()
    assert np.array_equal(plain.monthly, same.monthly)
    other = ColdWarModel(build(with_sets(short, cost=[0.6, 0.6])), 20, rng=0).run()
    assert not np.array_equal(plain.monthly, other.monthly)


def test_a_setting_goes_before_a_set_and_a_closed_channel_before_both(
    short: dict[str, Any],
) -> None:
    resolved = with_sets(short, coup_trap=[0.5, 1.0], cost=[0.7, 0.9])
    resolved |= {"parameters": {"cost": 1.2}, "channels": {"coup_trap": False}}
    model = ColdWarModel(build(resolved), 10, rng=0)
    assert (model.p.cost, model.p.coup_trap) == (1.2, 0.0)


def test_the_baseline_carries_the_posterior_and_its_best_set_on_demand() -> None:
    parameter_sets = {name: np.array(values) for name, values in resolve("baseline")["sets"].items()}
    assert set(parameter_sets) == set(priors.FREE)
    assert {len(values) for values in parameter_sets.values()} == {1000}
    prior_of = build(resolve("baseline")).free_priors
    before = priors.draw(0, np.arange(4000), prior_of)
    for name, values in parameter_sets.items():
        scale = np.log if prior_of[name].family == "lognormal" else np.asarray
        assert 0.1 < scale(values).std() / scale(before[name]).std() < 1.2, name
    point = resolve("baseline", ["posterior=point"])["sets"]
    for name, values in parameter_sets.items():
        assert point[name] == [values[0]]
    assert resolve("baseline", ["posterior=off"])["sets"] == {}
    assert resolve("soviet-break-1971")["sets"] == resolve("baseline")["sets"]


def test_the_shipped_posterior_is_that_of_its_manifest_and_of_the_baseline() -> None:
    folder = LIBRARY / "posteriors"
    manifest = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    parameter_sets = read_parameter_sets(str(folder / "record.parquet"), False)
    assert sha256(json.dumps(parameter_sets, sort_keys=True).encode()).hexdigest() == manifest["digest"]
    assert (manifest["kind"], manifest["until"]) == ("calibration", 1978)
    # whoever changes the baseline calibrates it anew: make posterior
    now = resolve("baseline", ["posterior=off"])
    then = manifest["scenario"] | {key: now[key] for key in ("expectations", "registered", "priors")}
    assert coarse(then) == coarse(now)


def coarse(content: Any) -> Any:
    """Numbers to ten digits: the last bits of a logarithm differ from processor to processor."""
    if isinstance(content, dict):
        return {key: coarse(value) for key, value in content.items()}
    if isinstance(content, list):
        return [coarse(value) for value in content]
    return float(f"{content:.10g}") if isinstance(content, float) else content


# from beginning to end


@pytest.mark.slow
def test_calibrate_writes_a_posterior_that_runs_use(palca: Run) -> None:
    asked = ("calibrate", "baseline", "-u", "1974", "-n", "20000", "--check", "12", "--sets", "50")
    code, out, _ = palca(*asked, "-o", "made", "-j", "2", "--full")
    assert code == 0
    assert {path.name for path in Path("made").iterdir()} == {
        "manifest.json", "README.txt", "answer.txt", "SHA256SUMS", "posterior.parquet", "parameters.csv", "outcomes.csv", "posterior.png",
        "posterior.svg", "ranks.png", "ranks.svg",
    }  # fmt: skip
    parameter_sets = pd.read_parquet("made/posterior.parquet")
    assert parameter_sets.shape == (50, 25)
    rows = pd.read_csv("made/parameters.csv").set_index("parameter")
    assert rows["mean"].to_dict() == pytest.approx(parameter_sets.mean().to_dict())
    assert rows["information_gain"].between(0, 1).all()
    assert not rows["informative"].any()  # twelve histories can't say whether ranks are level
    outcomes = pd.read_csv("made/outcomes.csv")
    assert set(outcomes["years"]) == {"evidence", "after"}
    assert set(outcomes["worlds"]) == {"posterior", "prior", "given the past"}
    assert "are better than the naive forecast in" in out
    assert "After 1974" in out
    code, out, _ = palca("rerun", "made", "-j", "2")
    assert (code, "the same" in out) == (0, True)
    code, _, _ = palca("run", "baseline", "-n", "50", "-o", "used",
                       "--set", "posterior=made/posterior.parquet")  # fmt: skip
    assert code == 0
    assert resolve("baseline", ["posterior=made/posterior.parquet"])["sets"]["cost"] == [
        pytest.approx(value) for value in parameter_sets["cost"]
    ]


def test_worlds_that_are_too_few_are_refused(baseline: dict[str, Any]) -> None:
    with pytest.raises(PalcaError, match="400 worlds are too few"):
        calibrate(baseline, 1971, 400, None, 0)


@pytest.mark.slow
def test_a_calibration_on_more_years_is_another_one(baseline: dict[str, Any]) -> None:
    short, long = (calibrate(baseline, until, 60_000, 20, 0) for until in (1971, 1978))
    assert len(short.fit) < len(long.fit)
    assert (short.forecast is None, long.forecast is None) == (False, True)
    assert replace(short.posterior).ess > 10
