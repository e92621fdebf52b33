"""How much of the intervened paths lies where factual worlds have been.

Inference far from the data rests on the model alone (King and Zeng 2006,
doi:10.1093/pan/mpj004). Distance is Gower's: the mean over quantities of the difference in
shares of their range. A world-month is near if its nearest factual neighbour is no further
than that of 95 % of factual world-months that were held out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from palca.model.types import Floats

from .twins import Paths, Twins

QUANTITIES: Final = (
    "orientation", "legitimacy", "repression", "mobilisation", "fiscal", "ussr_recent",
    "ussr_delivered", "us_commitments", "us_delivered", "friction", "militants", "legality",
)  # fmt: skip
GREEN: Final = 0.8
AMBER: Final = 0.4
_REFERENCE, _TESTED = 12_000, 3_000  # world-months


@dataclass(frozen=True, slots=True)
class Overlap:
    """How far intervened paths overlap with factual ones.

    Attributes
    ----------
    near : float
        Share of intervened world-months that lie near factual ones; 0.95 if nothing changes.
    by_year : ndarray, shape ``(years,)``
        The same for each year after the fork.
    furthest : str
        The quantity in which intervened world-months lie furthest from the factual mean.
    """

    near: float
    by_year: Floats
    furthest: str

    @property
    def colour(self) -> str:
        """Return "green", "amber" or "red"."""
        return "green" if self.near >= GREEN else "amber" if self.near >= AMBER else "red"


def overlap(twins: Twins) -> Overlap:
    """Return how far the intervened paths overlap with the factual ones."""
    factual, months = _points(twins.factual)
    counter, _ = _points(twins.counter)
    low, high = factual.min(axis=0), factual.max(axis=0)
    scale = np.where(high > low, high - low, 1.0) * factual.shape[1]
    order = np.argsort(_scatter(len(factual)), kind="stable")
    reference, held = order[:_REFERENCE], order[_REFERENCE : _REFERENCE + _TESTED]
    if not len(held):  # a small run: the same points, each without itself
        held = reference
    tree = KDTree(factual[reference] / scale)
    itself = 1 if held is reference else 0
    usual = np.asarray(tree.query(factual[held] / scale, k=2, p=1)[0])[:, itself]
    bound = np.quantile(usual, 0.95)
    chosen = order[-_TESTED:]
    distance = np.asarray(tree.query(counter[chosen] / scale, k=2, p=1)[0])[:, 0]
    near = distance <= bound
    year = months[chosen] // 12
    by_year = np.array(
        [near[year == y].mean() if (year == y).any() else np.nan for y in range(year.max() + 1)]
    )
    shift = np.abs(counter.mean(axis=0) - factual.mean(axis=0)) / scale
    return Overlap(float(near.mean()), by_year, QUANTITIES[int(np.argmax(shift))])


def _points(paths: Paths) -> tuple[Floats, NDArray[np.int64]]:
    """Return world-months as points ``(n, quantities)``, and the months since the fork."""
    columns = [paths.values[name].ravel() for name in QUANTITIES]
    months = np.repeat(np.arange(paths.months), paths.worlds)
    return np.column_stack(columns), months


def _scatter(size: int) -> Floats:
    """Return numbers that put 0..size-1 in an order without pattern (golden-ratio sequence)."""
    return np.mod(np.arange(size, dtype=np.float64) * 0.6180339887498949, 1.0)
