"""All scores together: each is that of its years, its forecast and its posterior."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from palca.experiments.forecast.comparisons import (
    SkillComparison,
    brier,
    monthly_comparisons,
    outcome_comparisons,
)
from palca.experiments.forecast.naive import HAZARDS, naive
from palca.experiments.forecast.scores import evaluate
from palca.experiments.observe.by_month import atmosphere, unrest
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import Histories, documented, happened
from palca.experiments.observe.outcomes import OUTCOMES, documented_outcomes, measure, outcomes
from palca.experiments.observe.windows import outcomes_of
from palca.experiments.simulate.ensemble import free_running
from palca.experiments.validate import forecast_skill, one_step_ahead
from palca.experiments.validate.forecast_skill import joint_path, score
from palca.scenarios import build

WORLDS, SEED = 450, 3


def test_a_joint_path_is_four_numbers_a_year(baseline: dict[str, Any]) -> None:
    histories = free_running(baseline, 3, SEED)
    path = joint_path(histories)
    assert path.shape == (3, 40)
    soviet, trouble = atmosphere(histories, "ussr"), unrest(histories)
    for world in range(3):
        for year in range(10):
            months = slice(12 * year, 12 * year + 12)
            lent = float(histories.series["us_commitment"][months, world].sum())
            assert path[world, year::10] == pytest.approx([
                histories.series["growth"][months, world].mean(), np.log(1.0 + lent),
                soviet[months, world].mean(), (trouble[months, world] >= 2.0).sum(),
            ], rel=1e-5)  # fmt: skip


@pytest.mark.slow
def test_scores_are_those_of_their_parts(
    baseline: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}
    early = {name: np.array(values[:20]) for name, values in baseline["sets"].items()}

    def calibrate(resolved: Any, until: int, worlds: int, *rest: Any) -> SimpleNamespace:
        asked.update(until=until, worlds=worlds, rest=rest)
        return SimpleNamespace(draws=early)

    monkeypatch.setattr(forecast_skill, "calibrate", calibrate)
    monkeypatch.setattr(one_step_ahead, "ISLAND", 256)
    record, scenario = load_record(), build(baseline)
    steps: list[tuple[str, int, int]] = []
    found = score(baseline, record, 512, WORLDS, SEED, 1, lambda *step: steps.append(step))
    assert (asked["until"], asked["worlds"]) == (1974, 2048)
    assert steps[-1] == ("forecasting one month ahead", 0, 1)

    known, free = documented(record, scenario), free_running(baseline, WORLDS, SEED)
    parameter_sets = {name: values.tolist() for name, values in early.items()}
    later = free_running({**baseline, "sets": parameter_sets}, WORLDS, SEED)
    baseline_forecast = {h: naive(scenario, record, WORLDS, SEED, hazard=h) for h in HAZARDS}
    baselines = {h: happened(histories) for h, histories in baseline_forecast.items()}
    truth = happened(known)
    observed = documented_outcomes(OUTCOMES, known)
    expected = evaluate(outcomes(free), observed, outcomes(baseline_forecast["constant"]))
    assert repr(found.outcome_scores) == repr(expected)

    by_title = dict(found.comparisons)
    assert same(
        by_title.pop("free-running, by month, 1969–78 (calibrated on these years)"),
        monthly_comparisons(happened(free), baselines, truth, slice(4, 120)),
    )
    assert same(
        by_title.pop("free-running, by month, 1975–78 (calibrated on 1969–74)"),
        monthly_comparisons(happened(later), baselines, truth, slice(72, 120)),
    )
    assert same(
        by_title.pop("outcomes 1969–78 (calibrated on these years)"),
        outcome_comparisons(outcomes(free), {h: outcomes(c) for h, c in baseline_forecast.items()}, observed),
    )
    after = [o for o in outcomes_of(1975, 1978) if o.name != "friction_after"]
    assert same(
        by_title.pop("outcomes 1975–78 (calibrated on 1969–74)"),
        outcome_comparisons(
            measure(after, later), {h: measure(after, c) for h, c in baseline_forecast.items()},
            documented_outcomes(after, known),
        ),
    )
    paths = by_title.pop(
        "joint path by year of growth and US money, and of Soviet atmosphere and unrest where covered"
    )
    energy = next(c for c in paths if c.score == "energy" and "constant" in c.against)
    assert energy.model == pytest.approx(standardised_energy(free, free, known))
    assert energy.naive == pytest.approx(standardised_energy(free, baseline_forecast["constant"], known))
    ahead = [
        (months, by_title.pop(f"one month ahead, {years} (priors and the past alone)"))
        for years, months in (("1969–78", slice(4, 120)), ("1975–78", slice(72, 120)))
    ]
    assert by_title == {}

    assert (found.truth == truth[:, :, 0]).all()
    assert found.said.shape == (2, 120)
    for months, comparisons in ahead:
        for index, event in enumerate(("coup attempt", "change of power")):
            mine = [c for c in comparisons if (c.what, c.score) == (event, "Brier")]
            scored = float(brier(found.said[index, months], found.truth[index, months]))
            assert [c.model for c in mine] == [pytest.approx(scored)] * len(HAZARDS)
            assert all(0.0 <= c.rates.size <= 1.0 and c.rates.histories >= 1000 for c in mine)
    said = {"model": found.said, **found.baseline}
    for name, parts in found.decomposed.items():
        total = parts.reliability - parts.resolution + parts.uncertainty + parts.rest
        assert total == pytest.approx(float(brier(said[name][0, 4:], found.truth[0, 4:])))
    assert found.reference["the record's own rate"] == pytest.approx((0.0586, 0.234), abs=5e-4)


def same(some: list[SkillComparison], others: list[SkillComparison]) -> bool:
    return repr(some) == repr(others)  # NaN is itself


def standardised_energy(model: Histories, forecast: Histories, truth: Histories) -> float:
    covered = ~np.isnan(joint_path(truth)[0])
    path = joint_path(model)[:, covered]
    centre, spread = path.mean(axis=0), np.maximum(path.std(axis=0), 1e-6)
    worlds, came = ((joint_path(c)[:, covered] - centre) / spread for c in (forecast, truth))
    apart = np.linalg.norm(worlds[:, None] - worlds, axis=2).sum() / WORLDS / (WORLDS - 1)
    return float(np.linalg.norm(worlds - came, axis=1).mean() - apart / 2)
