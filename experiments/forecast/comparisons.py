"""Comparisons of forecasts: a model against a naive forecast, on one thing and by one score.

Naive forecasts that are one and the same on a thing are one comparison, not several. A
difference of scores means little where there are seven coups. So each comparison has two
margins: an interval by bootstrap over the worlds (how far more worlds might move it), and two
rates of error. The test is "the model's score is the lower one". Its *power* is how often the
model would win if histories came from the model, its *size* how often it would win if they came
from the naive forecast. Where the power is low or the size high, winning or losing says nothing
("cannot discriminate", docs/VALIDATION.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from palca.model.types import Floats

from ..observe.histories import EVENTS
from .scores import crps
from .win_rates import ENOUGH_POWER, MOST_SIZE, Score, WinRates, win_rates

_BOOTSTRAPS: Final = 200
_SEED: Final = 20


@dataclass(frozen=True, slots=True)
class SkillComparison:
    """A model against a naive forecast.

    Attributes
    ----------
    what, score : str
        What is forecast, and by which score.
    against : tuple of str
        The naive forecast's name; names, if several are one and the same here.
    model, naive : float
        The scores; lower is better.
    low, high : float
        5 and 95 % of the skill by bootstrap over worlds; minus infinity where that share of the
        samples makes the naive forecast exact.
    rates : WinRates
        How often the model would win if it were true, and if the naive forecast were.
    """

    what: str
    score: str
    against: tuple[str, ...]
    model: float
    naive: float
    low: float
    high: float
    rates: WinRates

    @property
    def skill(self) -> float:
        """1 - model / naive: 1 is perfect, 0 no better than the naive forecast."""
        return skill(self.model, self.naive)

    @property
    def verdict(self) -> str:
        """Who won, or that this can't tell."""
        if self.naive == 0.0:
            return "naive exact"  # it said what happened, without doubt: nobody can beat it
        if not self.rates.tell:
            return "cannot discriminate"
        return "better" if self.model < self.naive else "worse"


def skill(model: float, naive: float) -> float:
    """Return 1 - model / naive; NaN if the naive forecast is exact and the model not."""
    if naive == 0.0:
        return 0.0 if model == 0.0 else np.nan
    return 1.0 - model / naive


def distinct(
    forecasts: dict[str, Floats], said: Callable[[Floats], Floats]
) -> dict[tuple[str, ...], Floats]:
    """Return the forecasts that differ, each by the names of all that are equal to it.

    Parameters
    ----------
    said : callable
        What of a forecast is scored; those of which this is equal are one.
    """
    groups: list[tuple[list[str], Floats]] = []
    for name, forecast in forecasts.items():
        for names, other in groups:
            if np.array_equal(said(forecast), said(other)):
                names.append(name)
                break
        else:
            groups.append(([name], forecast))
    return {tuple(names): forecast for names, forecast in groups}


def brier(chance: Floats, truth: Floats) -> Floats:
    """Return the mean squared error of chances over the last axis (Brier 1950)."""
    from scoringrules import brier_score

    return brier_score(truth, chance).mean(axis=-1)


def logarithmic(chance: Floats, truth: Floats, edge: float) -> Floats:
    """Return the mean logarithmic score over the last axis, in nats.

    Chances are kept away from 0 and 1 by `edge` (:func:`edge_of`), so that a forecast that is
    sure and wrong loses much, not everything.
    """
    kept = np.clip(chance, edge, 1.0 - edge)
    return -(truth * np.log(kept) + (1.0 - truth) * np.log1p(-kept)).mean(axis=-1)


def edge_of(*forecasts: Floats) -> float:
    """Return the edge to which the logarithmic score clips forecasts ``(months,)`` of one thing.

    Half of the least probability other than 0 that any of them gives to an event or to its
    absence, and 1/(months + 2) at most, the least that so many months could tell from 0 (the
    posterior mean after none in as many, Laplace's rule of succession). So it clips probabilities
    of 0 and 1 alone, and no two different forecasts score as one.
    """
    given = np.concatenate([*forecasts, *(1.0 - forecast for forecast in forecasts)])
    some = given[given > 0.0]
    return min(0.5 * float(some.min()), 1.0 / (forecasts[0].shape[-1] + 2.0))


def monthly_scores(*forecasts: Floats) -> dict[str, Score]:
    """Return the scores by which forecasts ``(months,)`` of one thing are compared, by name."""
    return {"Brier": brier, "log": partial(logarithmic, edge=edge_of(*forecasts))}


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
        rivals = distinct({k: v[index, months].T for k, v in baselines.items()}, _mean)
        scores = monthly_scores(said, *map(_mean, rivals.values()))
        for against, naive in rivals.items():
            baseline = _mean(naive)
            again, baseline_again = _resampled(worlds), _resampled(naive)
            for name, score in scores.items():
                skills = 1.0 - score(again, came) / score(baseline_again, came)
                rates = win_rates(
                    lambda some, histories, by=score: by(_mean(some), histories), worlds, naive
                )
                low, high = np.quantile(skills, (0.05, 0.95))
                out.append(
                    SkillComparison(event, name, against, float(score(said, came)),
                                    float(score(baseline, came)), float(low), float(high),
                                    rates)
                )  # fmt: skip
    return out


def _mean(worlds: Floats) -> Floats:
    return worlds.mean(axis=0)


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
        score = float(crps(worlds, came))
        again = crps(_samples(worlds), came)
        rivals = distinct({k: v[name] for k, v in baselines.items()}, np.sort)
        for against, naive in rivals.items():
            baseline, baseline_again = float(crps(naive, came)), crps(_samples(naive), came)
            with np.errstate(divide="ignore", invalid="ignore"):
                skills = np.where(baseline_again > 0.0, 1.0 - again / baseline_again, -np.inf)
            low, high = np.quantile(skills, (0.05, 0.95), method="nearest")
            out.append(
                SkillComparison(name, "CRPS", against, score, baseline, float(low),
                                float(high), win_rates(crps, worlds, naive))
            )  # fmt: skip
    return out


def _samples(worlds: Floats) -> Floats:
    """Return worlds drawn with replacement, ``(bootstraps, worlds)``."""
    chance = np.random.default_rng(_SEED)
    return worlds[chance.integers(len(worlds), size=(_BOOTSTRAPS, len(worlds)))]


# The joint path.

_PATH_BOOTSTRAPS: Final = 30


def energy(worlds: Floats, histories: Floats) -> Floats:
    """Return the energy score of paths ``(worlds, n)`` against each history ``(histories, n)``.

    Over pairs of different worlds, as :func:`~.scores.crps` (Gneiting and Raftery 2007,
    doi:10.1198/016214506000001437, eq. 22).
    """
    from scipy.spatial.distance import cdist, pdist

    return cdist(histories, worlds).mean(axis=1) - pdist(worlds).mean() / 2.0


def variogram(worlds: Floats, histories: Floats) -> Floats:
    """Return the variogram score of order 1/2, likewise.

    (Scheuerer and Hamill 2015, doi:10.1175/MWR-D-14-00269.1.)
    """

    def apart(paths: Floats) -> Floats:
        return np.sqrt(np.abs(paths[:, :, None] - paths[:, None, :]))

    return ((apart(histories) - _mean(apart(worlds))) ** 2).sum(axis=(1, 2))


def path_comparisons(
    model: Floats, baselines: dict[str, Floats], truth: Floats
) -> list[SkillComparison]:
    """Return the comparisons on the joint path, by the energy and the variogram score.

    The first is weak on correlations, the second reads nothing else.

    Parameters
    ----------
    model : ndarray, shape ``(worlds, n)``
        Standardised.
    baselines : dict of str to ndarray, shape ``(worlds, n)``
    truth : ndarray, shape ``(n,)``
    """
    chance = np.random.default_rng(_SEED)
    lots = chance.integers(0, len(model), (_PATH_BOOTSTRAPS, len(model)))
    came = truth[None]
    out = []
    for name, score in {"energy": energy, "variogram": variogram}.items():
        own = float(score(model, came)[0])
        again = np.array([float(score(model[lot], came)[0]) for lot in lots])
        for against, naive in distinct(baselines, np.asarray).items():
            baseline = float(score(naive, came)[0])
            low, high = np.quantile(1.0 - again / baseline, (0.05, 0.95))
            out.append(
                SkillComparison("joint path", name, against, own, baseline, float(low),
                                float(high), win_rates(score, model, naive))
            )  # fmt: skip
    return out


def wins_in_words(comparisons: Sequence[SkillComparison]) -> str:
    """Return in words how many comparisons were won, and how many can tell anything."""
    results = [comparison.verdict for comparison in comparisons]
    better = sum(comparison.model < comparison.naive for comparison in comparisons)
    sure = sum(c.verdict == "better" and c.rates.sure for c in comparisons)
    notes = [
        (sum(len(comparison.against) - 1 for comparison in comparisons),
         "{} more would repeat these: several naive forecasts are one"),
        (results.count("naive exact"), "in {} it can't be: the naive forecast is exact"),
    ]  # fmt: skip
    said = "; ".join(note.format(count) for count, note in notes if count)
    return (
        f"the model is better in {better} of {len(comparisons)} comparisons"
        + (f" ({said})" if said else "")
        + f"; where the result can tell (power {ENOUGH_POWER} or more, size {MOST_SIZE} or less) "
        f"it wins {results.count('better')}"
        + (f" ({sure} against a forecast that is sure of one history)" if sure else "")
        + f" and loses {results.count('worse')}"
    )


def jeffreys(hits: float, of: float) -> tuple[float, float]:
    """Return the 90 % interval of a share by Jeffreys' prior.

    It begins at 0 if there is no hit, and ends at 1 if there is nothing else (Brown, Cai and
    DasGupta 2001, doi:10.1214/ss/1009213286).
    """
    from scipy.stats import beta

    low, high = beta.ppf((0.05, 0.95), hits + 0.5, of - hits + 0.5)
    return float(low) if hits > 0 else 0.0, float(high) if hits < of else 1.0
