"""What a history says of the free parameters, by one table of simulated worlds.

The likelihood of a history has no formula, but a million histories are cheap. So
approximate Bayesian computation needs no sampler here:

1. *Table*: worlds, each with parameters of its own drawn from the priors, and its outcomes.
2. *Summaries*: a regression of the parameters on the outcomes, their squares and products.
   What it predicts for a history is its summary, one number a parameter: an estimate of
   the posterior mean (Fearnhead and Prangle 2012, doi:10.1111/j.1467-9868.2011.01010.x).
3. *Nearest*: the worlds whose summaries lie nearest to the record's.
4. *Adjustment*: their parameters, moved by a local linear regression to where they would be
   if their summaries were the record's (Beaumont, Zhang and Balding 2002,
   doi:10.1093/genetics/162.4.2025), and spread by what the regression itself leaves unsure.

No world both teaches the regression and is looked for: of what it was taught it would say
more than it knows. The information gain on a parameter is held against what the same steps make of
a parameter that does nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palca.model.types import AnyFloats

from ..observe.outcome import Outcome
from .reference_table import ReferenceTable
from .weights import effective_sample_size, moments, systematic

_RIDGE: Final = 100.0  # keeps some 2,000 coefficients from fitting chance
_CHUNK: Final = 50_000
_NEAR: Final = 4096  # worlds at a time whose distances are measured, which stay in the cache
THREADS: Final = 4  # at most: each holds up to 0.4 GB, and on a cluster `jobs` counts its workers
_EXTREME: Final = 1e-3  # outcomes are cut at these quantiles of the table
_TINY: Final = 1e-12
INFORMATIVE: Final = 0.05  # information gain, below which the record is said not to tell
RARE: Final = 0.05  # chance that any of the parameters looks so, below which it is none
_PRETENDED: Final = 100_000  # parameters that do nothing, by which chance is judged


class SummaryRegression:
    """The regression of parameters on outcomes that makes summary statistics.

    Parameters
    ----------
    table : ReferenceTable
        The worlds that teach it.
    outcomes : sequence of Outcome
        Those that may be read.
    """

    def __init__(self, table: ReferenceTable, outcomes: Sequence[Outcome]) -> None:
        from sklearn.linear_model import Ridge
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import PolynomialFeatures, StandardScaler

        self.outcomes = tuple(outcomes)
        plain = _even(self.outcomes, table.columns(outcomes))
        self.low, self.high = np.quantile(plain, (_EXTREME, 1.0 - _EXTREME), axis=0)
        self._regression = make_pipeline(
            StandardScaler(), PolynomialFeatures(2, include_bias=False), Ridge(_RIDGE)
        )
        self._regression.fit(np.clip(plain, self.low, self.high), table.scores)

    def summaries(self, values: AnyFloats, jobs: int = 1) -> AnyFloats:
        """Return the summaries of histories, ``(n, parameters)``, from ``(n, outcomes)``.

        As many threads as `jobs` says work on them, at most :data:`THREADS`.
        """
        plain = np.clip(_even(self.outcomes, values), self.low, self.high).astype(np.float32)
        parts = [plain[at : at + _CHUNK] for at in range(0, len(plain), _CHUNK)]
        with ThreadPoolExecutor(min(jobs, THREADS)) as pool:
            read = list(pool.map(self._regression.predict, parts))
        return np.concatenate(read).astype(np.float32)

    def outliers(self, values: AnyFloats) -> list[Outcome]:
        """Return the prior-predictive outliers among the outcomes of one history.

        Hardly any world of the table has them, whatever its parameters.
        """
        (plain,) = _even(self.outcomes, values)
        beyond = (plain < self.low) | (plain > self.high)
        return [outcome for outcome, is_so in zip(self.outcomes, beyond, strict=True) if is_so]


def _even(outcomes: Sequence[Outcome], values: AnyFloats) -> AnyFloats:
    """Return outcomes on scales that regressions like: roots of counts, logarithms of sums."""
    plain = np.array(values, np.float32)
    for column, outcome in zip(plain.T, outcomes, strict=True):
        if outcome.unit.startswith("million USD"):
            column[:] = np.log1p(np.maximum(column, 0.0))
        elif outcome.unit in ("coups", "events", "months"):
            column[:] = np.sqrt(column)
    return plain


def information_gain(mean: AnyFloats, sd: AnyFloats) -> AnyFloats:
    """Return the information gain on parameters, 0 (posterior is prior) to 1.

    1 - exp(-2 KL), the Kullback-Leibler divergence of posterior from prior with both taken as
    normal: on the scale of a squared correlation (Linfoot 1957,
    doi:10.1016/S0019-9958(57)90116-X).

    Parameters
    ----------
    mean, sd : ndarray
        Of normal scores; those of the prior are 0 and 1.
    """
    with np.errstate(divide="ignore"):  # a single value has no spread: a gain of 1
        return 1.0 - np.exp(1.0 - mean**2 - sd**2 + 2.0 * np.log(sd))


def information_gain_by_chance(
    unsure: float, variance: float, freedom: float, count: int, seed: int
) -> float:
    """Return the highest information gain on `count` parameters that do nothing.

    A higher one is seen once in twenty times. Means of their scores are normal, of variance
    `unsure`; variances are about `variance`, with so many degrees of `freedom` (Satterthwaite
    1946).
    """
    chance = np.random.default_rng(seed)
    mean = np.sqrt(unsure) * chance.normal(size=_PRETENDED)
    spread = np.sqrt(variance * chance.chisquare(freedom, _PRETENDED) / freedom)
    return float(np.quantile(information_gain(mean, spread), 1.0 - RARE / count))


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A local linear regression that moves worlds to where a history lies.

    Attributes
    ----------
    weights : ndarray, shape ``(nearest,)``
        They add up to 1.
    apart : ndarray, shape ``(nearest, summaries)``
        How far the summaries of each world lie from the history's.
    solver : ndarray, shape ``(summaries + 1, nearest)``
        From scores to intercept and slopes.
    unsure : float
        Variance of the mean that it finds, for scores of variance 1 that don't hang on the
        summaries.
    lost : float
        Part of their variance that it takes for its own by chance.
    """

    weights: AnyFloats
    apart: AnyFloats
    solver: AnyFloats
    unsure: float
    lost: float

    def of(self, scores: AnyFloats) -> AnyFloats:
        """Return scores ``(nearest, n)`` as they would be at the history.

        What they depart from their mean is scaled up to the spread that they would have if the
        regression took nothing by chance, and its mean were no less sure than it is.
        """
        found = self.solver @ scores
        moved = scores - self.apart @ found[1:]
        moved -= found[0]
        moved *= np.sqrt((1.0 + self.unsure) / (1.0 - self.lost))
        moved += found[0]
        return moved

    def information_gain_by_chance(self, count: int, seed: int) -> float:
        """Return the highest information gain on `count` parameters that do nothing.

        The variance has as many degrees of freedom as there are effective worlds.
        """
        freedom = effective_sample_size(self.weights)
        return information_gain_by_chance(self.unsure, 1.0 + self.unsure, freedom, count, seed)


def adjustment(weights: AnyFloats, apart: AnyFloats) -> Adjustment:
    """Return the weighed regression of scores on `apart`, ``(nearest, summaries)``.

    A summary is an estimate of a score, so a slope is about one, or none: its prior is normal(0,
    1). Without it, summaries that hardly vary would have slopes of any size, and a history
    that lies aside of its nearest worlds would be given scores that no world has.
    """
    near = np.column_stack([np.ones(len(weights)), apart]).astype(np.float64)
    weighed = near * weights[:, None]
    prior = np.full(near.shape[1], np.sum(weights**2))  # of a precision of 1 per effective world
    prior[0] = 0.0
    square, spread = near.T @ weighed, weighed.T @ weighed
    inverse = np.linalg.inv(square + np.diag(prior))
    unsure = inverse @ spread @ inverse  # covariance of intercept and slopes
    lost = 2.0 * np.trace(inverse @ spread) - np.trace(unsure @ square)
    return Adjustment(weights, near[:, 1:], inverse @ weighed.T, float(unsure[0, 0]), float(lost))


@dataclass(frozen=True, slots=True)
class Posterior:
    """The parameters given a history.

    Attributes
    ----------
    worlds : ndarray of int, shape ``(nearest,)``
        The worlds of the table that are most like it.
    weights : ndarray, shape ``(nearest,)``
        They add up to 1.
    scores : ndarray, shape ``(nearest, parameters)``
        Normal scores, adjusted.
    mean, sd : ndarray, shape ``(parameters,)``
        Of these scores; those of the prior are 0 and 1.
    radius : float
        How far the summaries of the farthest lie from the history's, in prior spreads.
    adjusted : Adjustment
    """

    worlds: NDArray[np.int64]
    weights: AnyFloats
    scores: AnyFloats
    mean: AnyFloats
    sd: AnyFloats
    radius: float
    adjusted: Adjustment

    @property
    def ess(self) -> float:
        """Effective sample size of the nearest worlds."""
        return effective_sample_size(self.weights)

    @property
    def sureness(self) -> float:
        """How many draws from a posterior would tell its mean as surely."""
        return 1.0 / self.adjusted.unsure

    def draw(self, count: int, chance: np.random.Generator) -> NDArray[np.int64]:
        """Return indices among the nearest, resampled by weight, in random order."""
        return chance.permutation(systematic(self.weights, count, chance.random()))


def infer(
    summaries: AnyFloats,
    scores: AnyFloats,
    observed: AnyFloats,
    nearest: int,
    without: int | None = None,
) -> Posterior:
    """Return the parameters given one history.

    Parameters
    ----------
    summaries, scores : ndarray, shape ``(worlds, parameters)``
        Of the table.
    observed : ndarray, shape ``(parameters,)``
        The history's summaries.
    nearest : int
        How many worlds are kept: weighed by Epanechnikov's kernel, which is nothing at the
        farthest of them.
    without : int, optional
        A world of the table that may not be found: the history itself.
    """
    observed = observed.astype(np.float32)
    squares = _squares(summaries, observed)
    if without is not None:
        squares[without] = np.inf
    worlds = np.argpartition(squares, nearest)[: nearest + 1]
    worlds = worlds[np.argsort(squares[worlds], kind="stable")]
    farthest = max(float(squares[worlds[-1]]), _TINY)
    worlds = worlds[:-1]
    weights = np.maximum(1.0 - squares[worlds].astype(np.float64) / farthest, _TINY)
    weights /= weights.sum()
    found = adjustment(weights, summaries.take(worlds, axis=0) - observed)
    scores = found.of(scores.take(worlds, axis=0).astype(np.float64))
    return Posterior(
        worlds, weights, scores, *moments(weights, scores), float(np.sqrt(farthest)), found
    )


def _squares(summaries: AnyFloats, observed: AnyFloats) -> AnyFloats:
    """Return the squared distance of each world from a history, ``(worlds,)``."""
    squares = np.empty(len(summaries), summaries.dtype)
    same = np.empty_like(summaries[:_NEAR])  # NumPy subtracts arrays of one shape much faster
    same[:] = observed
    for at in range(0, len(summaries), _NEAR):
        some = summaries[at : at + _NEAR]
        apart = some - same[: len(some)]
        np.einsum("ij,ij->i", apart, apart, out=squares[at : at + _NEAR])
    return squares
