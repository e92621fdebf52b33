"""The model's forecasts scored against naive ones, free-running and one month ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from palca.model.calendar import month_index
from palca.model.types import Floats
from palca.scenarios import build

from ..forecast.comparisons import (
    Decomposed,
    SkillComparison,
    decompose,
    monthly_comparisons,
    monthly_scores,
    outcome_comparisons,
    path_comparisons,
)
from ..forecast.naive import HAZARDS, base_rates, naive
from ..forecast.scores import OutcomeScore, evaluate
from ..infer.calibrate import calibrate
from ..io.experiment import OnProgress
from ..observe.by_month import atmosphere, lethal_unrest
from ..observe.documented import Record
from ..observe.histories import Histories, documented, happened
from ..observe.outcomes import OUTCOMES, documented_outcomes, measure, outcomes
from ..observe.windows import before_and_after
from ..simulate.ensemble import free_running
from .one_step_ahead import ahead_comparisons

SPANS: Final = {
    # the death of April 1969 is an input
    "1969–78": slice(month_index("1969-05"), month_index("1978-12") + 1),
    "1975–78": slice(month_index("1975-01"), month_index("1978-12") + 1),
}
_PATHS: Final = (
    "joint path by year of growth and US money, and of Soviet atmosphere and unrest where covered"
)
REFERENCE: Final = slice(month_index("1969-09"), month_index("1978-12") + 1)


@dataclass(slots=True)
class Scores:
    """Comparisons of the model with naive forecasts.

    Attributes
    ----------
    outcome_scores : list of OutcomeScore
        Free-running worlds of the posterior against the record.
    comparisons : dict of str to list of SkillComparison
        By title.
    decomposed : dict of str to Decomposed
        The Brier score of attempts one month ahead, the model's and the naive ones'.
    reference : dict of str to tuple of float
        Brier and log score of a constant chance from September 1969 on, to compare with.
    said : ndarray, shape ``(2, months)``
        What the model said one month ahead.
    baseline : dict of str to ndarray, shape ``(2, months)``
    truth : ndarray, shape ``(2, months)``
    """

    outcome_scores: list[OutcomeScore]
    comparisons: dict[str, list[SkillComparison]]
    decomposed: dict[str, Decomposed]
    reference: dict[str, tuple[float, float]]
    said: Floats
    baseline: dict[str, Floats]
    truth: Floats


def joint_path(histories: Histories) -> Floats:
    """Return growth, US commitments, Soviet atmosphere and unrest by year, ``(worlds, n)``.

    Commitments as logarithms; unrest in months of lethal or national unrest. NaN in a year that
    the record doesn't cover.
    """
    years = histories.months // 12
    by_year = (years, 12, histories.worlds)
    rows = [
        histories.series["growth"][: 12 * years].reshape(by_year).mean(axis=1),
        np.log1p(histories.series["us_commitment"][: 12 * years].reshape(by_year).sum(axis=1)),
        atmosphere(histories, "ussr")[: 12 * years].reshape(by_year).mean(axis=1),
        lethal_unrest(histories)[: 12 * years].reshape(by_year).sum(axis=1),
    ]
    return np.concatenate(rows).T.astype(np.float64)


def score(
    resolved: dict[str, Any],
    record: Record,
    worlds: int,
    ensemble: int,
    seed: int,
    jobs: int,
    on_progress: OnProgress,
) -> Scores:
    """Return the comparisons of the model with the naive forecasts."""
    scenario = build(resolved)
    known = documented(record, scenario)
    free = free_running(resolved, ensemble, seed)
    baseline = {h: naive(scenario, record, ensemble, seed, hazard=h) for h in HAZARDS}
    truth = happened(known)
    baselines = {h: happened(histories) for h, histories in baseline.items()}
    observed = documented_outcomes(OUTCOMES, known)
    own = outcomes(free)
    outcome_scores = evaluate(own, observed, outcomes(baseline["constant"]))
    comparisons = {
        "free-running, by month, 1969–78 (calibrated on these years)": monthly_comparisons(
            happened(free), baselines, truth, SPANS["1969–78"]
        ),
        "outcomes 1969–78 (calibrated on these years)": outcome_comparisons(
            own, {h: outcomes(histories) for h, histories in baseline.items()}, observed
        ),
    }
    paths = {h: joint_path(histories) for h, histories in baseline.items()}
    real = joint_path(known)[0]
    there = ~np.isnan(real)  # the rest is not covered by the record
    path, real = joint_path(free)[:, there], real[there]
    paths = {h: values[:, there] for h, values in paths.items()}
    centre, spread = path.mean(axis=0), np.maximum(path.std(axis=0), 1e-6)
    comparisons[_PATHS] = path_comparisons(
        (path - centre) / spread,
        {h: (values - centre) / spread for h, values in paths.items()},
        (real - centre) / spread,
    )
    # out of sample: a posterior of the years to 1974, tested on those after
    earlier = calibrate(resolved, 1974, 4 * worlds, 1000, 0, seed, jobs, on_progress)
    parameter_sets = {name: values.tolist() for name, values in earlier.draws.items()}
    later = free_running({**resolved, "sets": parameter_sets}, ensemble, seed)
    comparisons["free-running, by month, 1975–78 (calibrated on 1969–74)"] = monthly_comparisons(
        happened(later), baselines, truth, SPANS["1975–78"]
    )
    _, after = before_and_after(1974)
    comparisons["outcomes 1975–78 (calibrated on 1969–74)"] = outcome_comparisons(
        measure(after, later), {h: measure(after, histories) for h, histories in baseline.items()},
        documented_outcomes(after, known),
    )  # fmt: skip
    on_progress("forecasting one month ahead", 0, 1)
    plain = {**resolved, "sets": {}}
    ahead, said, naive_said = ahead_comparisons(plain, record, worlds, SPANS, seed, jobs)
    for span, rows in ahead.items():
        comparisons[f"one month ahead, {span} (priors and the past alone)"] = rows
    some, came = SPANS["1969–78"], truth[:, :, 0]
    decomposed = {"model": decompose(said[0, some], came[0, some])}
    decomposed |= {h: decompose(naive_said[h][0, some], came[0, some]) for h in HAZARDS}
    reference = reference_scores(came[0], record)
    return Scores(outcome_scores, comparisons, decomposed, reference, said, naive_said, came)


def reference_scores(attempts: Floats, record: Record) -> dict[str, tuple[float, float]]:
    """Return the scores of constant chances from September 1969 on."""
    came = attempts[REFERENCE]
    region = base_rates(record).attempts
    chances = {"the record's own rate": came.mean(), "the region's": region}
    constant = {name: np.full(len(came), p) for name, p in chances.items()}
    brier, log = monthly_scores(*constant.values()).values()
    return {name: (float(brier(p, came)), float(log(p, came))) for name, p in constant.items()}
