"""Which parameters matter for an outcome: Morris screening and Sobol indices.

What is asked about is the *expected* outcome at a point of the parameters; a world is that
and chance. Replicates tell the two apart: wherever a product of two outcomes is averaged, it
is taken over different replicates only, whose chance is independent, so that noise adds
nothing to an index. With one replicate, or without noise, the estimators are SALib's.

The design is made on the unit cube and mapped through each parameter's prior.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.state.prior import Prior
from palca.model.types import Floats

if TYPE_CHECKING:
    import pandas as pd

# From points to outcomes, each ``(points, replicates)``.
Simulator = Callable[["pd.DataFrame"], dict[str, Floats]]
SCREENED: Final = ("effect", "mean", "sigma")  # what a screening measures
LEVELS: Final = 4  # of a screening, after Morris
_CENTRAL: Final = (0.05, 0.95)  # of the prior, within which a screening moves
_RESAMPLES: Final = 200
_AT_ONCE: Final = 2**21  # products that are held, of all resamples that are made at once
_INTERVAL: Final = (0.025, 0.975)
_WIDEST: Final = 1.0  # interval of a share: a wider one spans all that a share can be
TOO_WIDE: Final = "too wide"  # of an interval that says nothing
_ROUNDED: Final = 1e-12  # of a sum of squares: a smaller variance is an error of rounding
_EDGE: Final = 1e-6  # the ends of a normal prior are infinitely far


@dataclass(frozen=True, slots=True)
class Measured:
    """Some measure of how a parameter acts on an outcome, by its name, with intervals.

    Attributes
    ----------
    outcome, measure : str
        ``effect``, ``mean`` and ``sigma`` of a screening, in the outcome's unit; ``first``
        and ``total`` Sobol indices, shares of the variance of the expected outcome.
    value, low, high : ndarray, shape ``(parameters,)``
        With 95 % intervals, which cover the choice of points and chance.
    """

    outcome: str
    measure: str
    value: Floats
    low: Floats
    high: Floats

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Whether the interval leaves out nothing, ``(parameters,)``."""
        return ((self.low > 0.0) | (self.high < 0.0)) & np.isfinite(self.value)

    @property
    def wide(self) -> NDArray[np.bool_]:
        """Whether the interval is too wide to say anything, ``(parameters,)``.

        That of a share if it isn't known or spans more than all of the variance, or if it lies
        above the whole; of another measure if it leaves out nothing but spans more than
        twice the value.
        """
        width = self.high - self.low
        if self.measure in SCREENED:
            return self.clear & (width > 2.0 * np.abs(self.value))
        return ~(width <= _WIDEST) | (self.low > 1.0)

    @property
    def conclusive(self) -> NDArray[np.bool_]:
        """Whether the value differs clearly from 0 and is known well, ``(parameters,)``."""
        return self.clear & ~self.wide


@dataclass(frozen=True, slots=True)
class Noise:
    """How much of the variance of one world's outcome is chance.

    Attributes
    ----------
    outcome : str
    share : float
        Variance within points over that of all worlds; 1 if parameters do nothing.
    sd : float
        Standard deviation of an outcome at one point, by chance alone.
    """

    outcome: str
    share: float
    sd: float


def points_at(free: Mapping[str, Prior], shares: Floats) -> pd.DataFrame:
    """Return points of the parameters from shares of their priors, ``(points, parameters)``."""
    import pandas as pd

    within = np.clip(shares, _EDGE, 1.0 - _EDGE)
    columns = zip(free.items(), within.T, strict=True)
    return pd.DataFrame({name: prior.ppf(column) for (name, prior), column in columns})


def noise_of(outcome: str, values: Floats) -> Noise:
    """Return how much of ``(points, replicates)`` is chance (one-way analysis of variance)."""
    if values.shape[1] == 1:
        return Noise(outcome, np.nan, np.nan)
    within = float(values.var(axis=1, ddof=1).mean())
    between = max(float(values.mean(axis=1).var(ddof=1)) - within / values.shape[1], 0.0)
    whole = within + between
    return Noise(outcome, within / whole if whole > 0.0 else 0.0, float(np.sqrt(within)))


def screen(
    free: Mapping[str, Prior],
    simulate: Simulator,
    trajectories: int,
    seed: int,
) -> tuple[list[Measured], list[Noise]]:
    """Return a screening of the parameters (Morris 1991; Campolongo et al. 2007).

    Each trajectory moves one parameter after another by two thirds of its prior's central
    90 %. ``effect`` is the size of what that does to the expected outcome, per whole of the
    prior; ``mean`` has a sign; ``sigma`` is the spread, which says that it depends on the other
    parameters. The size is the root of the mean square: of the mean of absolute values,
    Morris's mu*, noise would be a part.

    References
    ----------
    Morris 1991, doi:10.1080/00401706.1991.10484804; Campolongo, Cariboni and Saltelli 2007,
    doi:10.1016/j.envsoft.2006.10.004.
    """
    from SALib.sample import morris

    problem = _problem(free, _CENTRAL)
    shares = morris.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    results = simulate(points_at(free, shares))
    chance = np.random.default_rng(seed)
    steps = np.diff(shares.reshape(trajectories, len(free) + 1, -1), axis=1)
    order = np.abs(steps).argmax(axis=2)  # which parameter each step moves
    size = np.take_along_axis(steps, order[:, :, None], axis=2)
    out: list[Measured] = []
    for outcome, values in results.items():
        by_step = values.reshape(trajectories, len(free) + 1, -1)
        moved = np.diff(by_step, axis=1) / size
        effects = np.empty_like(moved)
        np.put_along_axis(effects, order[:, :, None], moved, axis=1)
        out += _with_intervals(outcome, SCREENED, _effects, effects, chance)
    return out, [noise_of(outcome, values) for outcome, values in results.items()]


def decompose(
    free: Mapping[str, Prior],
    simulate: Simulator,
    base: int,
    seed: int,
) -> tuple[list[Measured], list[Noise]]:
    """Return first-order and total Sobol indices (Saltelli et al. 2010).

    The first-order index is the share of the variance of the expected outcome that would go
    if a parameter were known; the total one that which would be left if all others were.

    Parameters
    ----------
    free : mapping of str to Prior
        The parameters that are varied, and their priors.
    simulate : callable
    base : int
        A power of two; ``base * (parameters + 2)`` points are simulated.
    seed : int

    References
    ----------
    Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018, table 2, (b) and (f).
    """
    from SALib.sample import sobol

    shares = sobol.sample(_problem(free, (0.0, 1.0)), base, calc_second_order=False, seed=seed)
    results = simulate(points_at(free, shares))
    chance = np.random.default_rng(seed)
    out: list[Measured] = []
    for outcome, values in results.items():
        blocks = values.reshape(base, len(free) + 2, -1)
        out += _with_intervals(outcome, ("first", "total"), _indices, blocks, chance)
    return out, [noise_of(outcome, values) for outcome, values in results.items()]


def _with_intervals(
    outcome: str,
    names: tuple[str, ...],
    of: Callable[[Floats, Floats, Floats], Floats],
    values: Floats,
    chance: np.random.Generator,
) -> list[Measured]:
    """Return measures with bootstrap intervals over points and over replicates.

    To resample both at once counts what chance does at a single point three times (Owen 2007,
    doi:10.1214/07-AOAS122): where noise rules, intervals come out too wide, never too narrow.
    Of few points a resample shows too little spread: intervals are stretched as those of a mean
    are (Hesterberg 2015, doi:10.1080/00031305.2015.1089789).

    Parameters
    ----------
    of : callable
        From ``(points, ..., replicates)``, the shares of the points ``(resamples, points)`` and
        the weights of the replicates ``(resamples, replicates)`` to ``(resamples, measures,
        parameters)``.
    """
    from scipy.special import ndtri, stdtrit

    points, replicates = len(values), values.shape[-1]
    # a point or replicate drawn twice weighs twice: no copy of it may pass for another one; the
    # last are no resample but all as they are
    shares = np.full((_RESAMPLES + 1, points), 1.0 / points)
    weights = np.ones((_RESAMPLES + 1, replicates))
    for i in range(_RESAMPLES):
        weight = np.bincount(chance.integers(0, replicates, replicates), minlength=replicates)
        if np.count_nonzero(weight) > 1:
            weights[i] = weight
        drawn = chance.integers(0, points, points)
        shares[i] = np.bincount(drawn, minlength=points) / points
    most = max(_AT_ONCE // values[..., 0].size, 1)
    some = [slice(at, at + most) for at in range(0, _RESAMPLES + 1, most)]
    *draws, value = np.concatenate([of(values, shares[at], weights[at]) for at in some])
    if np.ptp(values) == 0.0:
        low = high = np.zeros(value.shape)
    elif np.mean(np.isfinite(draws).all(axis=(1, 2))) < _INTERVAL[1]:
        low = high = np.full(value.shape, np.nan)  # the variance itself may be 0
    else:
        ends = np.nanquantile(draws, _INTERVAL, axis=0)
        stretch = stdtrit(points - 1, _INTERVAL[1]) / ndtri(_INTERVAL[1])
        half = (ends[1] - ends[0]) / 2.0 * stretch * np.sqrt(points / (points - 1))
        low, high = ends.mean(axis=0) - half, ends.mean(axis=0) + half
    return [Measured(outcome, n, value[i], low[i], high[i]) for i, n in enumerate(names)]


def _effects(effects: Floats, shares: Floats, weights: Floats) -> Floats:
    """Return size, mean and spread of effects ``(trajectories, parameters, replicates)``."""
    square = _over_points(_product(effects, effects, weights), shares)
    mean = np.einsum("rp,pnk->rnk", shares, effects, optimize=True)
    spread = square - _product_of_each(mean, mean, weights)
    size, sigma = np.sqrt(np.maximum([square, spread], 0.0))
    signed = (mean @ weights[:, :, None])[..., 0] / weights.sum(axis=1, keepdims=True)
    return np.stack([size, signed, sigma], axis=1)


def _indices(blocks: Floats, shares: Floats, weights: Floats) -> Floats:
    """Return first-order and total indices, ``(resamples, 2, parameters)``.

    Parameters
    ----------
    blocks : ndarray, shape ``(base, parameters + 2, replicates)``
        The points A, A with one column of B after another, and B of a design.
    shares : ndarray, shape ``(resamples, base)``
    weights : ndarray, shape ``(resamples, replicates)``
    """
    blocks = blocks - blocks.mean()  # so that large values don't cancel
    first, mixed, second = blocks[:, :1], blocks[:, 1:-1], blocks[:, -1:]
    both, moved = np.concatenate([first, second], axis=1), mixed - first
    mean = (shares @ both.mean(axis=1))[:, None]
    square = _over_points(_product(both, both, weights), shares).mean(axis=1)
    variance = square - _product_of_each(mean, mean, weights)[:, 0]
    centre = shares @ blocks.mean(axis=(1, 2))  # of each resample, from which B is measured
    shift = _over_points(_product(np.ones_like(second), moved, weights), shares)
    one = _over_points(_product(second, moved, weights), shares) - centre[:, None] * shift
    total = 0.5 * _over_points(_product(moved, moved, weights), shares)
    whole = np.where(variance > _ROUNDED * np.abs(square), variance, np.nan)
    return np.stack([one, total], axis=1) / whole[:, None, None]


def _over_points(values: Floats, shares: Floats) -> Floats:
    """Return the mean over points of ``(points, n, resamples)``: ``(resamples, n)``."""
    return np.einsum("pnr,rp->rn", values, shares)


def _product(a: Floats, b: Floats, weights: Floats) -> Floats:
    """Return the mean product over pairs of different replicates, the last axis.

    Parameters
    ----------
    a, b : ndarray, shape ``(..., replicates)``
    weights : ndarray, shape ``(resamples, replicates)``

    Returns
    -------
    ndarray, shape ``(..., resamples)``
    """
    w = weights.T
    if len(w) == 1:
        return (a * b) @ w
    pairs = w.sum(axis=0) ** 2 - (w**2).sum(axis=0)
    return ((a @ w) * (b @ w) - (a * b) @ w**2) / pairs


def _product_of_each(a: Floats, b: Floats, weights: Floats) -> Floats:
    """Return :func:`_product` of ``(resamples, n, replicates)``, each with its own weights."""
    each = zip(a, b, weights, strict=True)
    return np.array([_product(x, y, w[None])[..., 0] for x, y, w in each])


def _problem(names: Collection[str], bounds: tuple[float, float]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [list(bounds)] * len(names)}
