"""Weighted samples: reweighting, effective sample size, systematic resampling, moments.

Weights are normalised: they add up to 1. They are kept apart from what they weigh, so that any
sample may have them: worlds of a filter, worlds near a history, filters that ran apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from palca.model.types import AnyFloats, Floats, Ints


def equal(count: int) -> Floats:
    """Return the weights of `count` members that count alike, ``(count,)``."""
    return np.full(count, 1.0 / count)


def reweight(weights: Floats, log_likelihood: Floats) -> tuple[Floats, float]:
    """Return weights in the light of evidence, and the logarithm of its probability.

    Importance sampling: w_i' = w_i exp(l_i) / sum_j w_j exp(l_j), where the sum is the estimate of
    the evidence's probability (Gordon, Salmond and Smith 1993, doi:10.1049/ip-f-2.1993.0015).

    Parameters
    ----------
    weights : ndarray, shape ``(n,)``
        Before the evidence. If they don't add up to 1, the probability is as many times larger.
    log_likelihood : ndarray, shape ``(n,)``

    Returns
    -------
    ndarray, shape ``(n,)``
        They add up to 1; `weights` as they were if the evidence is impossible for all.
    float
        Minus infinity in that case.
    """
    highest = log_likelihood.max()  # taken out, so that the exponential can't underflow for all
    if not np.isfinite(highest):
        return weights, -np.inf
    mass = weights * np.exp(log_likelihood - highest)
    total = mass.sum()
    return mass / total, float(highest + np.log(total))


def effective_sample_size(weights: AnyFloats, sizes: AnyFloats | float = 1.0) -> float:
    """Return how many equally weighted members would tell a mean as surely.

    1 / sum_i w_i² (Kong, Liu and Wong 1994, doi:10.1080/01621459.1994.10476469), and
    1 / sum_i (w_i² / n_i) if each is itself a sample.

    Parameters
    ----------
    weights : ndarray, shape ``(n,)``
    sizes : ndarray, shape ``(n,)``, optional
        The effective sample size of each member.
    """
    return float(1.0 / np.sum(weights**2 / sizes))


def sums_by_group(weights: AnyFloats, groups: NDArray[Any]) -> Floats:
    """Return the sum of the weights of each group, ``(groups,)``, in the order of their labels."""
    _, group = np.unique(groups, return_inverse=True)
    return np.bincount(group, weights=weights).astype(np.float64)


def systematic(weights: AnyFloats, count: int, offset: float) -> Ints:
    """Return the members that `count` evenly spaced points of the cumulated weights hit.

    Systematic resampling: one random number moves all points, so a member of weight w is taken
    ``floor(count * w)`` times or once more (Kitagawa 1996, doi:10.1080/10618600.1996.10474692).

    Parameters
    ----------
    weights : ndarray, shape ``(n,)``
    count : int
    offset : float
        Place of the points within their intervals, 0 to 1.
    """
    points = (np.arange(count) + offset) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), points), len(weights) - 1)


def moments(weights: AnyFloats, values: AnyFloats) -> tuple[AnyFloats, AnyFloats]:
    """Return weighted mean and standard deviation of values ``(n, ...)``, each ``(...)``."""
    mean = weights @ values
    return mean, np.sqrt(weights @ (values - mean) ** 2)


def clustered_error(difference: Floats, clusters: Ints) -> float:
    """Return the standard error of a mean over worlds of which those of a cluster count together.

    Parameters
    ----------
    difference : ndarray, shape ``(n,)``
    clusters : ndarray of int, shape ``(n,)``
        The cluster of each, such as the world of January 1969 that it descends from.
    """
    return float(clustered_errors(np.asarray(difference)[None], clusters)[0])


def clustered_errors(differences: Floats, clusters: Ints) -> Floats:
    """Return :func:`clustered_error` of each row of differences ``(m, n)``, shape ``(m,)``."""
    rows, worlds = differences.shape
    labels, cluster = np.unique(clusters, return_inverse=True)
    groups = len(labels)
    if groups < 2:
        return np.full(rows, np.nan)
    place = cluster + groups * np.arange(rows)[:, None]
    centred = differences - differences.mean(axis=1, keepdims=True)
    sums = np.bincount(place.ravel(), centred.ravel(), rows * groups).reshape(rows, groups)
    return np.sqrt(np.sum(sums**2, axis=1) * groups / (groups - 1)) / worlds
