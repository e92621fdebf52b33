"""Comparisons of forecasts: a model against a naive forecast, on one thing and by one score.

A difference of scores means little where there are seven coups. So each comparison has two
margins: an interval by bootstrap over the worlds (how far more worlds might move it), and
the *power*: how often the model would win if histories came from the model itself. Where
that is rare, winning or losing says nothing ("cannot discriminate", docs/VALIDATION.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from palca.model.types import Floats

from ..observe.histories import EVENTS
from .scores import crps

ENOUGH_POWER: Final = 0.8
_BOOTSTRAPS: Final = 200
HISTORIES: Final = 500  # pseudo-histories by which power is judged
_SEED: Final = 20

# mean score of forecasts (..., months) of what happened or not (..., months)
Score = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True)
class SkillComparison:
    """A model against a naive forecast.

    Attributes
    ----------
    what, score, against : str
        What is forecast, by which score, and the naive forecast's name.
    model, naive : float
        The scores; lower is better.
    low, high : float
        5 and 95 % of the skill by bootstrap over worlds; minus infinity where that share of the
        samples makes the naive forecast exact.
    power : float
        How often the model would win if it were true; NaN if that wasn't asked.
    """

    what: str
    score: str
    against: str
    model: float
    naive: float
    low: float
    high: float
    power: float

    @property
    def skill(self) -> float:
        """1 - model / naive: 1 is perfect, 0 no better than the naive forecast."""
        return skill(self.model, self.naive)

    @property
    def verdict(self) -> str:
        """Who won, or that this can't tell."""
        if self.naive == 0.0 and self.model > 0.0:
            return "naive exact"  # it said what happened, without doubt: nobody can beat it
        if self.power < ENOUGH_POWER:
            return "cannot discriminate"
        return "better" if self.model < self.naive else "worse"


def skill(model: float, naive: float) -> float:
    """Return 1 - model / naive; NaN if the naive forecast is exact and the model not."""
    if naive == 0.0:
        return 0.0 if model == 0.0 else np.nan
    return 1.0 - model / naive


def brier(chance: Floats, truth: Floats) -> Floats:
    """Return the mean squared error of chances over the last axis (Brier 1950)."""
    from scoringrules import brier_score

    return brier_score(truth, chance).mean(axis=-1)


def logarithmic(chance: Floats, truth: Floats) -> Floats:
    """Return the mean logarithmic score over the last axis, in nats.

    Chances are kept away from 0 and 1 by 1/(months + 2), so that a forecast that is sure
    and wrong loses much, not everything.
    """
    edge = 1.0 / (truth.shape[-1] + 2.0)
    kept = np.clip(chance, edge, 1.0 - edge)
    return -(truth * np.log(kept) + (1.0 - truth) * np.log1p(-kept)).mean(axis=-1)


SCORES: Final[dict[str, Score]] = {"Brier": brier, "log": logarithmic}


@dataclass(frozen=True, slots=True)
class Decomposed:
    """A Brier score in its parts: ``reliability - resolution + uncertainty + rest``.

    (Murphy 1973, doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2.) `rest` is what
    forecasts differ within a bin.
    """

    reliability: float
    resolution: float
    uncertainty: float
    rest: float


def decompose(chance: Floats, truth: Floats, bins: int = 5) -> Decomposed:
    """Return the parts of the Brier score of forecasts ``(n,)``.

    In bins of like size; equal forecasts share one.
    """
    base = truth.mean()
    reliability = resolution = 0.0
    edges = np.quantile(chance, np.arange(1, bins) / bins, method="lower")
    bin_of = np.searchsorted(edges, chance, side="left")
    for some in (np.nonzero(bin_of == number)[0] for number in np.unique(bin_of)):
        share, said, came = len(some) / len(truth), chance[some].mean(), truth[some].mean()
        reliability += share * (said - came) ** 2
        resolution += share * (came - base) ** 2
    uncertainty = base * (1.0 - base)
    rest = float(brier(chance, truth)) - (reliability - resolution + uncertainty)
    return Decomposed(float(reliability), float(resolution), float(uncertainty), rest)


def monthly_comparisons(
    model: Floats, baselines: dict[str, Floats], truth: Floats, months: slice
) -> list[SkillComparison]:
    """Return the comparisons of free-running worlds on what happens month by month.

    Parameters
    ----------
    model : ndarray, shape ``(2, months, worlds)``
        As :func:`~palca.experiments.observe.histories.happened` gives it.
    baselines : dict
        The same of naive forecasts.
    truth : ndarray, shape ``(2, months, 1)``
    months : slice
        Those that are scored.
    """
    out = []
    for index, event in enumerate(EVENTS):
        worlds = model[index, months].T  # (worlds, months)
        came = truth[index, months, 0]
        said = worlds.mean(axis=0)
        some = worlds[:HISTORIES]
        without = (len(worlds) * said - some) / (len(worlds) - 1)  # the rest, for each of them
        for against, others in baselines.items():
            naive = others[index, months].T
            baseline = naive.mean(axis=0)
            again, baseline_again = _resampled(worlds), _resampled(naive)
            for name, score in SCORES.items():
                skills = 1.0 - score(again, came) / score(baseline_again, came)
                wins = score(without, some) < score(baseline[None, :], some)
                low, high = np.quantile(skills, (0.05, 0.95))
                out.append(
                    SkillComparison(event, name, against, float(score(said, came)),
                                    float(score(baseline, came)), float(low), float(high),
                                    float(wins.mean()))
                )  # fmt: skip
    return out


def _resampled(worlds: Floats) -> Floats:
    """Return the mean of worlds ``(worlds, n)`` drawn with replacement, ``(bootstraps, n)``."""
    chance = np.random.default_rng(_SEED)
    count = len(worlds)
    counts = chance.multinomial(count, np.full(count, 1.0 / count), _BOOTSTRAPS)
    return counts @ worlds / count


# Single numbers that sum up a world.


def outcome_comparisons(
    model: dict[str, Floats], baselines: dict[str, dict[str, Floats]], truth: dict[str, float]
) -> list[SkillComparison]:
    """Return the comparisons on outcomes, by the continuous ranked probability score.

    Parameters
    ----------
    model : dict of str to ndarray, shape ``(worlds,)``
    baselines : dict
        The same of naive forecasts, by their names.
    truth : dict
        What is documented; the comparisons are about these.
    """
    out = []
    for name, came in truth.items():
        worlds = model[name]
        some = worlds[:HISTORIES]
        own = crps(worlds, some)
        score = float(crps(worlds, came))
        again = crps(_samples(worlds), came)
        for against, others in baselines.items():
            naive = others[name]
            theirs = crps(naive, some)
            baseline, baseline_again = float(crps(naive, came)), crps(_samples(naive), came)
            with np.errstate(divide="ignore", invalid="ignore"):
                skills = np.where(baseline_again > 0.0, 1.0 - again / baseline_again, -np.inf)
            low, high = np.quantile(skills, (0.05, 0.95), method="nearest")
            out.append(
                SkillComparison(name, "CRPS", against, score, baseline, float(low),
                                float(high), float((own < theirs).mean()))
            )  # fmt: skip
    return out


def _samples(worlds: Floats) -> Floats:
    """Return worlds drawn with replacement, ``(bootstraps, worlds)``."""
    chance = np.random.default_rng(_SEED)
    return worlds[chance.integers(len(worlds), size=(_BOOTSTRAPS, len(worlds)))]


# The joint path.

_PATH_WORLDS: Final = 400  # the scores of whole paths compare all with all


def path_comparisons(
    model: Floats, baselines: dict[str, Floats], truth: Floats
) -> list[SkillComparison]:
    """Return the comparisons on the joint path, by the energy and the variogram score.

    (Gneiting and Raftery 2007, doi:10.1198/016214506000001437, eq. 22; Scheuerer and Hamill
    2015, doi:10.1175/MWR-D-14-00269.1.) The first is weak on correlations, the second reads
    nothing else.

    Parameters
    ----------
    model : ndarray, shape ``(worlds, n)``
        Standardised.
    baselines : dict of str to ndarray, shape ``(worlds, n)``
    truth : ndarray, shape ``(n,)``
    """
    from scoringrules import es_ensemble, vs_ensemble

    functions: dict[str, Any] = {"energy": es_ensemble, "variogram": vs_ensemble}
    chance = np.random.default_rng(_SEED)
    worlds, some = model[:_PATH_WORLDS], model[_PATH_WORLDS : _PATH_WORLDS + 100]
    out = []
    for name, function in functions.items():
        score = float(function(truth, worlds))
        own = np.array([function(one, worlds) for one in some])
        lots = [chance.integers(0, len(worlds), len(worlds)) for _ in range(30)]
        again = np.array([function(truth, worlds[lot]) for lot in lots])
        for against, others in baselines.items():
            naive = others[:_PATH_WORLDS]
            baseline = float(function(truth, naive))
            theirs = np.array([function(one, naive) for one in some])
            low, high = np.quantile(1.0 - again / baseline, (0.05, 0.95))
            out.append(
                SkillComparison("joint path", name, against, score, baseline, float(low),
                                float(high), float((own < theirs).mean()))
            )  # fmt: skip
    return out


def wins_in_words(comparisons: Sequence[SkillComparison]) -> str:
    """Return in words how many comparisons were won, and how many can tell anything."""
    results = [comparison.verdict for comparison in comparisons]
    better = sum(comparison.model < comparison.naive for comparison in comparisons)
    exact = results.count("naive exact")
    return (
        f"the model is better in {better} of {len(comparisons)}"
        + (f" (in {exact} it can't be: the naive forecast is exact)" if exact else "")
        + f"; {results.count('better')} of them with a power of {ENOUGH_POWER} or more; lost with "
        f"such a power: {results.count('worse')}"
    )
