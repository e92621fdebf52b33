"""Forecasts one month ahead: what worlds that went as history did so far would do next.

A particle filter (:mod:`~palca.experiments.infer.particle_filter`) with evidence that never looks
ahead (`given/past.toml`). The parameters come from their priors, not from a posterior that has
seen the whole record.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model import ColdWarModel
from palca.model.seeds import seed_after
from palca.model.types import Floats
from palca.scenarios import build

from ..forecast.comparisons import SCORES, SkillComparison
from ..forecast.naive import HAZARDS, RECENT, base_rates, income
from ..infer.collectors import Diagnostics
from ..infer.evidence import Evidence
from ..infer.evidence_file import load_given, make_evidence
from ..infer.particle_filter import Filter
from ..io.parallel import shared
from ..observe.documented import Record
from ..observe.histories import EVENTS, SERIES, Histories, documented, happened, simulated
from ..simulate import priors

ISLAND: Final = 8192  # worlds filtered together
_BOOTSTRAPS: Final = 200
_START: Final = "attempt_age"
_PSEUDO: Final = 4096  # worlds that filter a simulated history


def past_evidence(histories: Histories, record: Record) -> Evidence:
    """Return what is seen of a history of one world, month by month."""
    return make_evidence(load_given("past"), "past", histories, record)


def filtered(
    resolved: dict[str, Any], evidence: Evidence, worlds: int, seed: int, jobs: int = 1
) -> tuple[Floats, Floats]:
    """Return what a filter says of each month, by groups of worlds that are filtered apart.

    Returns
    -------
    log_evidence : ndarray, shape ``(islands, months)``
        Log of the probability of each month's evidence given that of the months before.
    predicted : ndarray, shape ``(islands, months, 2)``
        Probability of each of :data:`~palca.experiments.observe.histories.EVENTS`, likewise.
    """
    groups = [np.arange(at, at + ISLAND) for at in range(0, max(worlds, ISLAND), ISLAND)]
    calls = ((resolved, evidence, numbers, seed) for numbers in groups)
    made = list(shared(_filter, calls, jobs))
    return np.array([logs for logs, _ in made]), np.array([said for _, said in made])


def _filter(
    resolved: dict[str, Any], evidence: Evidence, numbers: NDArray[np.int64], seed: int
) -> tuple[Floats, Floats]:
    last = build(resolved).months - 1
    evidence = evidence.until(last)
    found = Diagnostics.of(last + 1, len(evidence.events), len(numbers))
    Filter(resolved, evidence, numbers, seed, (found,)).run(last + 1)
    return found.log_evidence, found.power_predictive


def mix(predicted: Floats, log_evidence: Floats) -> Floats:
    """Return what islands of like size predict together.

    Each counts as its worlds have made the evidence probable so far; one that has lost all
    of them counts for nothing.

    Parameters
    ----------
    predicted : ndarray, shape ``(islands, months, 2)``
    log_evidence : ndarray, shape ``(islands, months)``
    """
    so_far = np.zeros_like(log_evidence)
    so_far[:, 1:] = np.cumsum(log_evidence, axis=1)[:, :-1]
    with np.errstate(invalid="ignore"):
        share = np.exp(so_far - so_far.max(axis=0))[:, :, None]  # NaN once all are lost
    return np.where(share > 0.0, share * predicted, 0.0).sum(axis=0) / share.sum(axis=0)


def naive_ahead(
    hazard: str, truth: Floats, growth: Floats, record: Record, attempt_age: float
) -> Floats:
    """Return what a naive forecast says of each month, given the months before.

    Parameters
    ----------
    hazard : str
        One of :data:`~palca.experiments.forecast.naive.HAZARDS`.
    truth : ndarray, shape ``(2, months)``
        What happened.
    growth : ndarray, shape ``(months,)``
    attempt_age : float
        Months from the last attempt to the first month.

    Returns
    -------
    ndarray, shape ``(2, months)``
    """
    rates = base_rates(record)
    out, last = np.zeros(truth.shape), -attempt_age
    for month in range(truth.shape[1]):
        year = month // 12
        before = growth[12 * (year - 1) : 12 * year] if year else growth[:1]
        recent = np.array(month - last <= RECENT)
        chance = rates.chance(hazard, recent, float(before.mean()), income(record, 1968 + year))
        out[:, month] = chance, rates.changes(hazard, chance)
        if truth[0, month]:
            last = month
    return out


def ahead_comparisons(
    resolved: dict[str, Any],
    record: Record,
    worlds: int,
    histories: int,
    months: dict[str, slice],
    seed: int,
    jobs: int = 1,
) -> tuple[dict[str, list[SkillComparison]], Floats, dict[str, Floats]]:
    """Return the comparisons one month ahead, for several spans of months.

    Parameters
    ----------
    worlds : int
        In the filter of the record.
    histories : int
        Simulated histories that are filtered likewise, for the power.
    months : dict of str to slice

    Returns
    -------
    dict of str to list of SkillComparison
    ndarray, shape ``(2, months)``
        What the model said.
    dict of str to ndarray, shape ``(2, months)``
        What the naive forecasts said.
    """
    scenario = build(resolved)
    age = scenario.country.start.get(_START, 60.0)
    known = documented(record, scenario)
    truth = happened(known)[:, :, 0]
    logs, each = filtered(resolved, past_evidence(known, record), worlds, seed, jobs)
    said, islands = mix(each, logs).T, each.transpose(0, 2, 1)
    baseline = {
        hazard: naive_ahead(hazard, truth, known.series["growth"][:, 0], record, age)
        for hazard in HAZARDS
    }
    pseudo = _pseudo_histories(resolved, record, histories, seed, jobs)
    chance = np.random.default_rng(seed)
    lots = chance.integers(0, len(islands), (_BOOTSTRAPS, len(islands)))
    out: dict[str, list[SkillComparison]] = {}
    for span, some in months.items():
        comparisons = []
        for index, event in enumerate(EVENTS):
            came = truth[index, some]
            again = np.nanmean(islands[lots][:, :, index, some], axis=1)
            for hazard in HAZARDS:
                naive = baseline[hazard][index, some]
                for name, score in SCORES.items():
                    theirs = float(score(naive, came))
                    low, high = np.quantile(1.0 - score(again, came) / theirs, (0.05, 0.95))
                    wins = [
                        float(score(own[index, some], real[index, some]))
                        < float(score(baseline[hazard][index, some], real[index, some]))
                        for own, baseline, real in pseudo
                    ]
                    comparisons.append(
                        SkillComparison(event, name, hazard, float(score(said[index, some], came)),
                                        theirs, float(low), float(high),
                                        float(np.mean(wins)) if wins else np.nan)
                    )  # fmt: skip
        out[span] = comparisons
    return out, said, baseline


def _pseudo_histories(
    resolved: dict[str, Any], record: Record, histories: int, seed: int, jobs: int
) -> list[tuple[Floats, dict[str, Floats], Floats]]:
    """Return forecasts one month ahead of simulated histories, naive ones, and what came."""
    calls = ((resolved, record, number, seed) for number in range(histories))
    return list(shared(_filter_pseudo, calls, jobs))


def _filter_pseudo(
    resolved: dict[str, Any], record: Record, number: int, seed: int
) -> tuple[Floats, dict[str, Floats], Floats]:
    """Return the forecasts of one simulated history whose parameters come from the priors."""
    scenario = build(resolved)
    numbers = np.array([number])
    seed_of_theirs = seed_after(seed, 1)
    own = priors.draw(seed_of_theirs, numbers, scenario.parameters)
    own_scenario = replace(scenario, parameters={**scenario.parameters, **own})
    histories = simulated(ColdWarModel(own_scenario, numbers, seed_of_theirs, keep=SERIES).run())
    # as much is seen of it as of the real one
    histories = replace(histories, covered=documented(record, scenario).covered)
    truth = happened(histories)[:, :, 0]
    _, predicted = _filter(resolved, past_evidence(histories, record), np.arange(_PSEUDO), seed)
    said = np.where(np.isnan(predicted.T), 0.0, predicted.T)
    age = scenario.country.start.get(_START, 60.0)
    growth = histories.series["growth"][:, 0]
    return said, {h: naive_ahead(h, truth, growth, record, age) for h in HAZARDS}, truth
