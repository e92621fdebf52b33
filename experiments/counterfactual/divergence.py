"""When worlds and their twins diverge, and whether they come together again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .twins import Twins

Pair = tuple[NDArray[Any], NDArray[Any]]  # of a world and of its twin
_ALIKE: Final = 0.1  # orientations that differ by less count as the same course


@dataclass(frozen=True, slots=True)
class Divergence:
    """When twins diverge in who rules or in a coup attempt, and whether they reconverge.

    Attributes
    ----------
    share : float
        Share of pairs that diverge.
    median : float
        Months from the fork to the divergence, of those that diverge; NaN if none does.
    reconverged : float
        Share of those that have the same ruler and a like orientation in the last month.
    by_month : ndarray, shape ``(months,)``
        Share that has diverged by each month.
    """

    share: float
    median: float
    reconverged: float
    by_month: NDArray[np.float64]


def pairwise_divergence(
    leaders: Pair, attempts: Pair, orientations: Pair
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return when each pair diverges, and whether its last month is alike.

    Parameters
    ----------
    leaders, attempts, orientations : pair of ndarray, each of shape ``(months, n)``
        Attempts in each month, or since the first.

    Returns
    -------
    ndarray of int, shape ``(n,)``
        The first month in which ruler or attempts differ; -1 if they never do.
    ndarray of bool, shape ``(n,)``
        Whether the last month has the same ruler and orientations within 0.1.
    """
    differ = (leaders[0] != leaders[1]) | (attempts[0] != attempts[1])
    first = np.where(differ.any(axis=0), differ.argmax(axis=0), -1)
    apart = np.abs(orientations[0][-1] - orientations[1][-1])
    return first, (leaders[0][-1] == leaders[1][-1]) & (apart < _ALIKE)


def divergence(twins: Twins) -> Divergence:
    """Return when twins diverge and whether they reconverge."""
    arms = twins.factual.values, twins.counter.values
    leaders, attempts, orientations = (
        (arms[0][name], arms[1][name]) for name in ("leader", "attempts", "orientation")
    )
    first, alike = pairwise_divergence(leaders, attempts, orientations)
    ever = first >= 0
    by_month = np.cumsum(np.bincount(first[ever], minlength=twins.factual.months)) / len(first)
    if not ever.any():
        return Divergence(0.0, float("nan"), float("nan"), by_month)
    return Divergence(
        float(ever.mean()), float(np.median(first[ever])), float(alike[ever].mean()), by_month
    )
