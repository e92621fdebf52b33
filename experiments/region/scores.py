"""Forecasts of attempts one month ahead, each country from the others, and their scores.

A forecast of a month knows what happened before it in that country, and all that happened in the
other countries. The score is the sum of the logarithms of the chances given to what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import logsumexp
from scipy.stats import gamma

from palca.model.types import Flags, Floats

from .filter import Chances
from .tables import Course

SHAPES: Final = (0.5, 1.0, 2.0, 4.0, np.inf)  # of the gamma law of frailties, mean 1
_POINTS: Final = 15  # of frailty
_TINY: Final = 1e-9

Forecast = Callable[[str], Floats]  # of a country: its chances by month, from all others


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a country: its course, and what sets of parameters say of it.

    Attributes
    ----------
    attempt : ndarray of bool, shape ``(months,)``
    success : ndarray of bool, shape ``(months,)``
    quiet : ndarray of int, shape ``(months,)``
        Months since the last attempt before each month.
    chances : Chances
    """

    attempt: Flags
    success: Flags
    quiet: np.ndarray
    chances: Chances


def seen(course: Course, chances: Chances, since: int) -> Seen:
    """Return what is known of a country from a month on; the months before only prepare it."""
    quiet = np.empty(len(course.attempt), dtype=np.int64)
    age = course.quiet
    for month, attempt in enumerate(course.attempt):
        quiet[month] = age
        age = 1 if attempt else age + 1
    at = slice(since - course.first, None)
    return Seen(course.attempt[at], course.success[at], quiet[at],
                Chances(chances.attempt[at], chances.success[at]))  # fmt: skip


def log_score(chance: Floats, attempt: Flags) -> float:
    """Return the sum of the logarithms of the chances given to what happened."""
    chance = np.clip(chance, _TINY, 1.0 - _TINY)
    return float(np.sum(np.where(attempt, np.log(chance), np.log1p(-chance))))


def constant(country: str, of: Mapping[str, Seen]) -> Floats:
    """Return the share of the other countries' months with an attempt."""
    others = np.concatenate([one.attempt for name, one in of.items() if name != country])
    return np.full(len(of[country].attempt), others.mean())


def recency(country: str, of: Mapping[str, Seen]) -> Floats:
    """Return a logit on log(1 + years since the last attempt), fitted on the other countries."""
    from sklearn.linear_model import LogisticRegression

    def regressor(one: Seen) -> Floats:
        return np.log1p(one.quiet / 12.0)[:, None]

    others = [one for name, one in of.items() if name != country]
    fit = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000)
    fit.fit(np.concatenate([regressor(one) for one in others]),
            np.concatenate([one.attempt for one in others]))  # fmt: skip
    return fit.predict_proba(regressor(of[country]))[:, 1]


def frailties(shape: float) -> Floats:
    """Return equally likely frailties of a gamma law with mean 1, shape ``(points,)``."""
    if np.isinf(shape):
        return np.ones(1)
    middles = (np.arange(_POINTS) + 0.5) / _POINTS
    points = gamma.ppf(middles, shape, scale=1.0 / shape)
    return points / points.mean()


def _months(one: Seen, frailty: float) -> tuple[Floats, Floats]:
    """Return a country's chances if it is so frail, and the log likelihood of each month."""
    chance = np.clip(one.chances.attempt, _TINY, 1.0 - _TINY)
    chance = np.clip(-np.expm1(frailty * np.log1p(-chance)), _TINY, 1.0 - _TINY)
    hit = one.attempt[:, None]
    said = np.where(hit, np.log(chance), np.log1p(-chance))
    won = np.clip(one.chances.success, _TINY, 1.0 - _TINY)
    outcome = np.where(one.success[:, None], np.log(won), np.log1p(-won))
    return chance, said + np.where(hit, outcome, 0.0)


def _worth(one: Seen, points: Sequence[float] | Floats) -> Floats:
    """Return the log likelihood of a country for each set, all frailties taken together."""
    each = [_months(one, frailty)[1].sum(axis=0) for frailty in points]
    return logsumexp(each, axis=0) - np.log(len(each))


def pooled(country: str, of: Mapping[str, Seen], shape: float | None) -> Floats:
    """Return the model's chances, its sets weighted by the other countries and the months before.

    Parameters
    ----------
    shape : float, optional
        Of the law of frailties; the likeliest of :data:`SHAPES` for the other countries if None.
    """
    others = [one for name, one in of.items() if name != country]
    tried = SHAPES if shape is None else (shape,)
    worth = {k: np.sum([_worth(one, frailties(k)) for one in others], axis=0) for k in tried}
    best = max(tried, key=lambda k: float(logsumexp(worth[k])))
    return _learning(of[country], worth[best], frailties(best))


def alone(country: str, of: Mapping[str, Seen]) -> Floats:
    """Return the model's chances by its priors and the country's own months before."""
    one = of[country]
    return _learning(one, np.zeros(one.chances.attempt.shape[1]), np.ones(1))


def _learning(one: Seen, worth: Floats, points: Floats) -> Floats:
    """Return chances by month; sets and frailties are weighted by what they said before."""
    months = [_months(one, frailty) for frailty in points]
    chance = np.stack([part[0] for part in months])
    said = np.stack([part[1] for part in months])
    before = np.cumsum(said, axis=1) - said + worth
    weight = np.exp(before - logsumexp(before, axis=(0, 2), keepdims=True))
    return (weight * chance).sum(axis=(0, 2))


def effective_sets(country: str, of: Mapping[str, Seen], shape: float) -> float:
    """Return how many sets the other countries leave: 1 / sum of squared weights."""
    worth = np.sum([_worth(one, frailties(shape)) for name, one in of.items() if name != country],
                   axis=0)  # fmt: skip
    weight = np.exp(worth - logsumexp(worth))
    return float(1.0 / np.sum(weight**2))


def paired_error(gains: Sequence[float]) -> float:
    """Return the standard error of a sum of gains, countries being independent."""
    return float(np.sqrt(len(gains)) * np.std(gains, ddof=1))
