"""Forecasts of attempts one month ahead, each country from the others, and their scores.

A forecast of a month knows what happened before it in that country, and all that happened in the
other countries. The score is the sum of the logarithms of the chances given to what happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp
from scipy.stats import gamma

from palca.model.types import Flags, Floats

from ..forecast.comparisons import logarithmic
from .filter import Chances
from .tables import Course

LEVELS: Final = (0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.2)  # of the rate of opportunities
SHAPES: Final = (1.0, 2.0, 4.0, 8.0, np.inf)  # of the gamma law of frailties
_POINTS: Final = 15  # of frailty
_TINY: Final = 1e-9

Law = tuple[float, float]  # of the factor of a country's rate: level and shape


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
    return -len(chance) * float(logarithmic(chance, attempt.astype(np.float64), _TINY))


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


def law(level: float, shape: float) -> Floats:
    """Return equally likely factors of a country's rate: gamma with a mean and a shape."""
    return level * frailties(shape)


def evidence(of: Mapping[str, Seen], laws: Iterable[Law]) -> dict[Law, dict[str, float]]:
    """Return the log probability of each country's attempts under laws of the factor.

    Countries have parameters of their own: sets are as likely as the priors have them, in each.
    """
    return {one: {country: _log_evidence(known, law(*one)) for country, known in of.items()}
            for one in laws}  # fmt: skip


def _log_evidence(one: Seen, factors: Floats) -> float:
    each = np.stack([_months(one, factor)[1].sum(axis=0) for factor in factors])
    return float(_log_sum(each)) - float(np.log(each.size))


def best_law(country: str, found: Mapping[Law, Mapping[str, float]]) -> Law:
    """Return the law under which the other countries' attempts are likeliest."""
    return max(found, key=lambda one: sum(value for name, value in found[one].items()
                                          if name != country))  # fmt: skip


def forecast(one: Seen, factors: Floats) -> Floats:
    """Return the model's chances by month; what sets and factors said before weighs them."""
    months = [_months(one, factor) for factor in factors]
    chance = np.stack([part[0] for part in months])
    said = np.stack([part[1] for part in months])
    before = np.cumsum(said, axis=1) - said
    weight = np.exp(before - _log_sum(before, axis=(0, 2))[None, :, None])
    return (weight * chance).sum(axis=(0, 2))


def _log_sum(logs: ArrayLike, axis: int | tuple[int, ...] | None = None) -> NDArray[np.float64]:
    return np.asarray(logsumexp(logs, axis=axis), dtype=np.float64)


def paired_error(gains: Sequence[float]) -> float:
    """Return the standard error of a sum of gains, countries being independent; NaN of one."""
    if len(gains) < 2:
        return float("nan")
    return float(np.sqrt(len(gains)) * np.std(gains, ddof=1))
