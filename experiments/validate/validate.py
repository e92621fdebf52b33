"""The model tested against the record and other countries: all parts, in one object."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from palca.model.calendar import month_index
from palca.model.errors import PalcaError
from palca.model.types import Floats
from palca.scenarios import build

from ..forecast.naive import naive
from ..forecast.scores import OutcomeScore, evaluate
from ..io.experiment import OnProgress
from ..observe.documented import Record, record_for
from ..observe.histories import documented
from ..observe.outcomes import outcomes
from ..simulate.ensemble import free_running
from . import ablations
from .cross_country import Regularities, regularities
from .evidence_weights import bayes_factors, evidence_by_weighting
from .forecast_skill import Scores, score
from .invariants import Check, checks
from .pattern_frequencies import Patterns, find_patterns

# Models that are wrong on purpose: what a validation is worth is seen by what it refuses.
BROKEN: Final[dict[str, tuple[str, ...]]] = {
    "coups at random": (
        "opportunity=0.06", "discontent_base=0.3", "discontent_spread=0", "discontent_mood=0.8",
        "cost=1", "complementarity=1.7", "coup_trap=0", "opportunity_unrest=0",
        "opportunity_succession=0",
        "discontent_fiscal=0", "discontent_distance=0", "discontent_fear=0",
        "discontent_legitimacy=0", "discontent_patronage=0", "discontent_civilian=0",
        "deterrence=0", "broken_promise=0", "affinity=0", "comrades=0", "purge=0",
    ),
    "Moscow flips with ideology": ("policy.ussr=ideological",),
}  # fmt: skip


@dataclass(slots=True)
class Versions:
    """Versions of the model: without a mechanism, with alternative policies, broken on purpose.

    Attributes
    ----------
    comparisons : list of ModelComparison
        The scenario as it is, first.
    dealings : dict of str to ndarray, shape ``(islands,)``
        Log evidence of all but the dealings with the USSR, of the scenario and its alternatives.
    random_countries : Regularities
        Those of coups at random.
    by_weighting : dict of str to dict of str to ndarray
        Log evidence of the whole record of the scenario and its alternatives, by weighting of the
        dealings (:func:`~.evidence_weights.evidence_by_weighting`).
    """

    comparisons: list[ablations.ModelComparison]
    dealings: dict[str, Floats]
    random_countries: Regularities
    by_weighting: dict[str, dict[str, Floats]]

    def alternative(self, name: str) -> tuple[float, float]:
        """Return the log Bayes factors of the scenario against an alternative policy of the USSR.

        By the whole record, and by the dealings given the rest of it.
        """
        by_name = {comparison.name: comparison.log_evidence for comparison in self.comparisons}
        whole = by_name[ablations.BASELINE] - by_name[name]
        rest = [float(ablations.log_mean(self.dealings[key]))
                for key in (ablations.BASELINE, name)]  # fmt: skip
        return whole, whole - (rest[0] - rest[1])

    def by_weights(self, name: str) -> dict[str, float]:
        """Return the log Bayes factor of the dealings against an alternative, by weighting."""
        return bayes_factors(self.by_weighting, self.dealings, ablations.BASELINE, name)


@dataclass(slots=True)
class Validation:
    """What a validation found; parts that were not asked for are None."""

    title: str
    worlds: int
    seed: int
    scores: Scores | None = None
    patterns: Patterns | None = None
    countries: Regularities | None = None
    versions: Versions | None = None
    checks: list[Check] = field(default_factory=list)
    reading: list[tuple[str, str, str]] | None = None


def validate(
    version: ablations.Version,
    parts: Collection[str],
    worlds: int,
    seed: int,
    jobs: int = 1,
    on_progress: OnProgress = lambda *_: None,
) -> Validation:
    """Validate a scenario.

    Parameters
    ----------
    version : callable
        From settings, as ``--set`` takes them, to the resolved scenario with them.
    parts : collection of str
        Which of scores, patterns, countries, versions, checks, reading.
    worlds : int
        In each particle filter; everything else is in proportion.

    Raises
    ------
    PalcaError
        If the scenario ends before December 1978.
    """
    resolved = version()
    scenario = build(resolved)
    record = record_for(scenario, resolved["place"])
    if scenario.months != month_index("1978-12") + 1:
        raise PalcaError("must end in 1978-12 to be validated against the record",
                         resolved["place"])  # fmt: skip
    out = Validation(resolved["title"], worlds, seed)
    ensemble = int(np.clip(worlds // 16, 500, 4000))
    # five processes of the decade at least, so that a bootstrap over countries means something
    countries = int(np.clip(worlds // 512, 20, 120))

    def count_countries(of: dict[str, Any], doing: str) -> Regularities:
        return regularities(of, record, countries, 100, seed, jobs,
                            lambda done, total: on_progress(doing, done, total))  # fmt: skip

    if "checks" in parts:
        on_progress("checking extremes, directions and units", 0, 1)
        out.checks = checks(resolved, seed=seed)
    if "reading" in parts:
        on_progress("scoring with rows of high confidence only", 0, 1)
        out.reading = read_again(resolved, record, ensemble, seed)
    if "patterns" in parts:
        on_progress("looking for patterns", 0, 1)
        out.patterns = find_patterns(version, record, ensemble, seed, jobs)
    if "scores" in parts:
        out.scores = score(resolved, record, worlds, ensemble, seed, jobs, on_progress)
    if "countries" in parts:
        out.countries = count_countries(resolved, "simulating other countries")
    if "versions" in parts:
        plain = {**resolved, "sets": {}}
        broken = {title: version("posterior=off", *changes) for title, changes in BROKEN.items()}
        alternatives = ablations.alternatives(version)
        versions = {ablations.BASELINE: ("", plain)}
        versions |= {k: ("without", v) for k, v in ablations.ablations(plain).items()}
        versions |= {k: ("alternative", v) for k, v in alternatives.items()}
        versions |= {k: ("broken", v) for k, v in broken.items()}
        comparisons = ablations.compare_models(
            versions, record, worlds, seed, jobs,
            lambda done, total: on_progress("comparing versions of the model", done, total),
        )  # fmt: skip
        rivals = {ablations.BASELINE: plain} | alternatives
        questions = [(of, ablations.record_evidence(of, record, {})) for of in rivals.values()]
        without = ablations.log_evidence(questions, worlds, seed, jobs)
        dealings = dict(zip(rivals, without, strict=True))
        shipped = {comparison.name: comparison.evidence for comparison in comparisons}
        by_weighting = evidence_by_weighting(
            rivals, record, shipped, worlds // 4, seed, jobs,
            lambda done, total: on_progress("weighing the dealings otherwise", done, total),
        )  # fmt: skip
        by_chance = count_countries(broken["coups at random"], "simulating coups at random")
        out.versions = Versions(comparisons, dealings, by_chance, by_weighting)
    return out


def read_again(
    resolved: dict[str, Any], record: Record, worlds: int, seed: int
) -> list[tuple[str, str, str]]:
    """Return the outcomes on which the record's rows of high confidence alone judge otherwise.

    Returns
    -------
    list of (outcome, verdict by all rows that may score, verdict by high ones alone)
    """
    scenario = build(resolved)
    own = outcomes(free_running(resolved, worlds, seed))
    outcome_scores = []
    for rows in (record, confident(record)):
        observed = {k: float(v[0]) for k, v in outcomes(documented(rows, scenario)).items()}
        baseline = outcomes(naive(scenario, record, worlds, seed))
        outcome_scores.append(evaluate(own, observed, baseline))
    return [
        (every.outcome.heading, _in_words(every), _in_words(high))
        for every, high in zip(*outcome_scores, strict=True)
        if _judged(every) != _judged(high)
    ]


def confident(record: Record) -> Record:
    """Return the rows of high confidence alone; what is covered is so with high confidence."""
    sure = record.coverage["confidence"] == "high"
    return replace(
        record,
        coverage=record.coverage.assign(complete=record.coverage["complete"] & sure),
        events=record.events[record.events["confidence"] == "high"],
        series=record.series[record.series["confidence"] == "high"],
    )


def _judged(scored: OutcomeScore) -> tuple[bool, bool, bool]:
    """Return whether it is documented, inside, and better than the naive forecast."""
    return (np.isnan(scored.documented), scored.inside, scored.score < scored.naive)


def _in_words(scored: OutcomeScore) -> str:
    unknown, inside, better = _judged(scored)
    if unknown:
        return "not known"
    where, than = "inside" if inside else "outside", "better" if better else "no better"
    return f"{scored.documented:.3g}: {where} 5–95 %, {than} than the naive forecast"
