"""Forecasts one month ahead: what worlds that went as history did so far would do next.

A particle filter (:mod:`~palca.experiments.infer.particle_filter`) with evidence that never looks
ahead (`given/past.toml`). The parameters come from their priors, not from a posterior that has
seen the whole record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.types import Floats
from palca.scenarios import build

from ..forecast.comparisons import SkillComparison, distinct, monthly_scores
from ..forecast.naive import HAZARDS, RECENT, base_rates, income
from ..forecast.win_rates import win_rates_ahead
from ..infer.collectors import Diagnostics
from ..infer.evidence import Evidence
from ..infer.evidence_file import load_given, make_evidence
from ..infer.particle_filter import Filter
from ..io.parallel import shared
from ..observe.documented import Record
from ..observe.histories import EVENTS, Histories, documented, happened

ISLAND: Final = 8192  # worlds filtered together
_BOOTSTRAPS: Final = 200
_START: Final = "attempt_age"


def past_evidence(histories: Histories, record: Record) -> Evidence:
    """Return what is seen of a history of one world, month by month."""
    return make_evidence(load_given("past"), "past", histories, record)


def filtered(
    questions: Iterable[tuple[dict[str, Any], Evidence]], worlds: int, seed: int, jobs: int = 1
) -> Iterator[tuple[Floats, Floats]]:
    """Give what a filter of each scenario and its evidence says of each month, in their order.

    By groups of worlds that are filtered apart; processes share those of all scenarios.

    Yields
    ------
    log_evidence : ndarray, shape ``(islands, months)``
        Log of the probability of each month's evidence given that of the months before.
    predicted : ndarray, shape ``(islands, months, 2)``
        Probability of each of :data:`~palca.experiments.observe.histories.EVENTS`, likewise.
    """
    groups = [np.arange(at, at + ISLAND) for at in range(0, max(worlds, ISLAND), ISLAND)]
    calls = ((*question, numbers, seed) for question in questions for numbers in groups)
    made = shared(_filter, calls, jobs)
    while some := list(islice(made, len(groups))):
        yield np.array([logs for logs, _ in some]), np.array([said for _, said in some])


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
    months: dict[str, slice],
    seed: int,
    jobs: int = 1,
) -> tuple[dict[str, list[SkillComparison]], Floats, dict[str, Floats]]:
    """Return the comparisons one month ahead, for several spans of months.

    Parameters
    ----------
    worlds : int
        In the filter of the record.
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
    ((logs, each),) = filtered([(resolved, past_evidence(known, record))], worlds, seed, jobs)
    said, islands = mix(each, logs).T, each.transpose(0, 2, 1)
    baseline = {
        hazard: naive_ahead(hazard, truth, known.series["growth"][:, 0], record, age)
        for hazard in HAZARDS
    }
    chance = np.random.default_rng(seed)
    lots = chance.integers(0, len(islands), (_BOOTSTRAPS, len(islands)))
    out: dict[str, list[SkillComparison]] = {}
    for span, some in months.items():
        comparisons = []
        for index, event in enumerate(EVENTS):
            came = truth[index, some]
            again = np.nanmean(islands[lots][:, :, index, some], axis=1)
            own = said[index, some]
            rivals = distinct({h: baseline[h][index, some] for h in HAZARDS}, np.asarray)
            scores = monthly_scores(own, *rivals.values())
            for against, naive in rivals.items():
                for name, score in scores.items():
                    theirs = float(score(naive, came))
                    low, high = np.quantile(1.0 - score(again, came) / theirs, (0.05, 0.95))
                    comparisons.append(
                        SkillComparison(event, name, against, float(score(own, came)),
                                        theirs, float(low), float(high),
                                        win_rates_ahead(score, own, naive))
                    )  # fmt: skip
        out[span] = comparisons
    return out, said, baseline
