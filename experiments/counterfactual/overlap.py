"""How much of the intervened paths lies where factual worlds have been.

Inference far from the data rests on the model alone (King and Zeng 2006,
doi:10.1093/pan/mpj004), and what lies far may be a situation or an act: their data hold the
treatment beside its covariates. So both are measured, and apart, as an act that nobody does would
be averaged away among a dozen quantities that it hasn't moved yet.

Distance is Gower's: the mean over quantities of the difference in shares of their range. A
world-month is near if its nearest factual neighbour is no further than that of 97.5 % of factual
world-months that were held out, in the situation and in what actors do (95 % in both, were the two
independent), and if no actor does what none does in any factual world-month.
"""

from __future__ import annotations

from collections.abc import Sequence
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
_SHARE: Final = 0.975
_BEYOND: Final = 0.1  # of the factual range; what lies less far outside is no other act
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
    unheard : dict of str to float
        Share of intervened world-months in which an actor does what none does in any factual
        one, by the names in :data:`CONDUCT`; only those in which one does.
    """

    near: float
    by_year: Floats
    unheard: dict[str, float]

    @property
    def colour(self) -> str:
        """Return "green", "amber" or "red"."""
        return "green" if self.near >= GREEN else "amber" if self.near >= AMBER else "red"


def overlap(twins: Twins) -> Overlap:
    """Return how far the intervened paths overlap with the factual ones."""
    factual, counter = _situation(twins.factual), _situation(twins.counter)
    order = np.argsort(_scatter(len(factual[0])), kind="stable")
    chosen = order[-_TESTED:]
    near = _near(factual, counter, order)
    done, others = _conduct(twins)
    unheard = {name: _outside(of, others[name]) for name, of in done.items()}
    if done:
        near &= _near(list(done.values()), list(others.values()), order)
        near &= ~np.any([new[chosen] for new in unheard.values()], axis=0)
    year = chosen // twins.factual.worlds // 12
    by_year = np.array(
        [near[year == y].mean() if (year == y).any() else np.nan for y in range(year.max() + 1)]
    )
    shares = {name: float(new.mean()) for name, new in unheard.items() if new.any()}
    return Overlap(float(near.mean()), by_year, shares)


def _near(
    factual: Sequence[Floats], counter: Sequence[Floats], order: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which of the last intervened world-months of an order lie near factual ones."""
    low, high = (np.array([f(of) for of in factual]) for f in (np.min, np.max))
    scale = np.where(high > low, high - low, 1.0) * len(factual)
    reference, held = order[:_REFERENCE], order[_REFERENCE : _REFERENCE + _TESTED]
    which = 1
    if not len(held):  # a small run: the same points, each without itself
        held, which = reference, 2

    def points(columns: Sequence[Floats], chosen: NDArray[np.int64]) -> Floats:
        return np.column_stack([of[chosen] for of in columns]) / scale

    def away(columns: Sequence[Floats], chosen: NDArray[np.int64], which: int = 1) -> Floats:
        distances, _ = tree.query(points(columns, chosen), k=which, p=1)
        return np.asarray(distances).reshape(len(chosen), which)[:, -1]

    # in a dozen dimensions most leaves are looked into: large ones are quicker
    tree = KDTree(points(factual, reference), leafsize=64, balanced_tree=False)
    usual = away(factual, held, which)
    return away(counter, order[-_TESTED:]) <= np.quantile(usual, _SHARE)


def _outside(factual: Floats, counter: Floats) -> NDArray[np.bool_]:
    """Return which intervened world-months lie outside the range of all factual ones."""
    low, high = factual.min(), factual.max()
    beyond = _BEYOND * (high - low)
    return (counter < low - beyond) | (counter > high + beyond)


def _situation(paths: Paths) -> list[Floats]:
    """Return each quantity in all world-months, those of one month side by side."""
    return [paths.values[name].ravel() for name in QUANTITIES]


def _conduct(twins: Twins) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return what actors do in all world-months, without the interventions and with them.

    Worlds differ in how fast they deliver by their parameters; what a patron does is deliver
    faster or more slowly than usual. So speeds count relative to the world's own usual one.
    """
    both: tuple[dict[str, Floats], dict[str, Floats]] = ({}, {})
    for name in twins.factual.conduct:
        usual = _usual(twins.factual.conduct[name]) if name.endswith("_speed") else None
        for columns, paths in zip(both, (twins.factual, twins.counter), strict=True):
            value: Floats = paths.conduct[name]
            if usual is not None:  # rounded, as it is a ratio of numbers of 32 bits
                relative: Floats = np.where(np.isnan(value), 1.0, value / usual)
                value = np.round(relative, 2)
            columns[name] = value.ravel()
    return both


def _usual(speed: Floats) -> Floats:
    """Return each world's median speed over the months in which anything is delivered, or 1."""
    ordered = np.sort(np.where(speed > 0.0, speed, np.nan), axis=0)  # NaN comes last
    count = np.isfinite(ordered).sum(axis=0)
    middle = np.take_along_axis(ordered, np.maximum(count - 1, 0)[None] // 2, axis=0)[0]
    return np.where(count > 0, middle, 1.0)


def _scatter(size: int) -> Floats:
    """Return numbers that put 0..size-1 in an order without pattern (golden-ratio sequence)."""
    return np.mod(np.arange(size, dtype=np.float64) * 0.6180339887498949, 1.0)
