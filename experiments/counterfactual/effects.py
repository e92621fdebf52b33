"""What an intervention did: effects, causes and channels, estimated from twins.

Errors count families: copies of one world of January 1969 are not independent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from palca.model.state.parameters import PRIORS
from palca.model.state.prior import Prior
from palca.model.types import Floats, Ints

from ..infer.abc import INFORMATIVE, information_gain, information_gain_by_chance
from ..infer.weights import clustered_error, moments, sums_by_group
from ..simulate import priors
from .twins import Twins


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of the interventions on one quantity in one month.

    Attributes
    ----------
    quantity : str
    month : int
    factual, counter, effect : float
        Means over the worlds.
    se : float
        Standard error of the effect; copies of one world of January 1969 count together.
    unpaired_se : float
        What it would be if the two runs shared no draws.
    parameters_sd, parameters_sd_se : float
        Standard deviation of the effect over the parameters that fit the evidence
        (:func:`explained_spread`), and its standard error.
    q05, q95 : float
        5 and 95 % of the paired differences.
    changed : float
        Share of worlds in which there is a difference.
    """

    quantity: str
    month: int
    factual: float
    counter: float
    effect: float
    se: float
    unpaired_se: float
    parameters_sd: float
    parameters_sd_se: float
    q05: float
    q95: float
    changed: float

    @property
    def clear(self) -> bool:
        """Whether the effect is further from zero than two standard errors."""
        return abs(self.effect) > 2.0 * self.se


def effect_of(twins: Twins, quantity: str, months_on: int) -> Effect:
    """Return the effect on a quantity so many months after the fork's first month."""
    before = twins.factual.values[quantity][months_on]
    after = twins.counter.values[quantity][months_on]
    difference = after - before
    return Effect(
        quantity,
        twins.factual.since + months_on,
        float(before.mean()),
        float(after.mean()),
        float(difference.mean()),
        clustered_error(difference, twins.ancestors),
        float(np.sqrt((before.var(ddof=1) + after.var(ddof=1)) / len(before))),
        *explained_spread(difference, twins.ancestors, twins.basis),
        float(np.quantile(difference, 0.05)),
        float(np.quantile(difference, 0.95)),
        float(np.mean(difference != 0.0)),
    )


def explained_spread(difference: Floats, ancestors: Ints, basis: Floats) -> tuple[float, float]:
    """Return the standard deviation of E[difference | parameters], and its standard error.

    A linear regression on the parameters is fitted to the means of families, which share them:
    copies of a world tell no more of its parameters than one of them. Of the variance of the
    fitted values over all worlds, what useless regressors would explain is taken away, each
    family's noise estimated with it left out: y e / (1 - h), of its value, residual and leverage
    (Kline, Saggio and Sølvsten 2020, doi:10.3982/ECTA16410). So the mean of that
    variance is 0 where parameters do nothing, whatever the sizes and the noise of families; it is
    cut at 0. Its error is that of a quadratic form of normal coefficients; it is that of the
    standard deviation where one standard error more is one of the variance.

    Parameters
    ----------
    difference : ndarray, shape ``(n,)``
    ancestors : ndarray of int, shape ``(n,)``
    basis : ndarray, shape ``(families, k)``
        As :func:`~.twins.parameter_basis` returns it.

    Returns
    -------
    tuple of float
        NaN where there are hardly more families than parameters.
    """
    count, parameters = basis.shape
    if parameters == 1 or np.ptp(difference) == 0.0:
        return 0.0, 0.0
    leverage = np.sum(basis**2, axis=1)
    if count <= parameters + 1 or leverage.max() > 1.0 - 1e-9:
        return float("nan"), float("nan")
    worlds = sums_by_group(np.ones(len(difference)), ancestors)
    means = sums_by_group(difference - difference.mean(), ancestors) / worlds
    share = worlds / worlds.sum()
    coefficients = basis.T @ means
    noise = means * (means - basis @ coefficients) / (1.0 - leverage)
    # the variance of fitted values over worlds, as a quadratic form of the coefficients
    form = basis.T @ (share[:, None] * basis) - np.outer(share @ basis, share @ basis)
    spread_of = basis.T @ (noise[:, None] * basis) @ form  # the coefficients' covariance, times it
    variance = coefficients @ form @ coefficients - np.trace(spread_of)
    error = np.sqrt(max(4.0 * coefficients @ form @ spread_of @ coefficients
                        + 2.0 * np.trace(spread_of @ spread_of), 0.0))  # fmt: skip
    spread = np.sqrt(max(variance, 0.0))
    return float(spread), float(np.sqrt(spread**2 + error) - spread)


@dataclass(frozen=True, slots=True)
class Causation:
    """Whether what was done was necessary, and sufficient, for the regime to last.

    Y is "the regime of the fork still rules after so many months".

    Attributes
    ----------
    months_on : int
    necessary : float
        P(not Y with the interventions | Y without): PN of the factual policy.
    sufficient : float
        P(Y without | not Y with): PS of the factual policy. NaN where the regime lasts in every
        world without them, as in worlds that are given so: then it is 1 whatever they do.
    both : float
        P(Y without, not Y with).
    harmed : float
        P(not Y without, Y with): worlds in which the factual policy cost the regime its life.
    lasted, fell : int
        How many worlds the two rest on.
    necessary_se, sufficient_se : float
        Standard errors, by families.
    """

    months_on: int
    necessary: float
    sufficient: float
    both: float
    harmed: float
    lasted: int
    fell: int
    necessary_se: float
    sufficient_se: float


def causation(twins: Twins, months_on: int) -> Causation:
    """Return probabilities of necessity and of sufficiency (Pearl 2009, ch. 9)."""
    factual = twins.factual.values["rules"][months_on] > 0
    counter = twins.counter.values["rules"][months_on] > 0
    both = factual & ~counter
    lasted, fell = int(factual.sum()), int((~counter).sum())
    told = fell > 0 and not factual.all()
    return Causation(
        months_on,
        float(both.sum() / lasted) if lasted else float("nan"),
        float(both.sum() / fell) if told else float("nan"),
        float(both.mean()),
        float((~factual & counter).mean()),
        lasted,
        fell,
        _ratio_error(both, factual, twins.ancestors),
        _ratio_error(both, ~counter, twins.ancestors) if told else float("nan"),
    )


def _ratio_error(part: NDArray[np.bool_], whole: NDArray[np.bool_], clusters: Ints) -> float:
    """Return the standard error of sum(part) / sum(whole), linearised (Cochran 1977, ch. 6)."""
    total = whole.mean()
    if total == 0.0:
        return float("nan")
    return clustered_error((part - part.mean() / total * whole) / total, clusters)


def mediated_effect(twins: Twins, quantity: str, months_on: int) -> dict[str, tuple[float, float]]:
    """Return for each frozen channel the part of an effect through it, and its standard error.

    The effect less that with the channel held at its factual path (a natural direct
    effect, Pearl 2001); parts need not add up, since channels work on each other.
    """
    counter = twins.counter.values[quantity][months_on]
    out = {}
    for channel, paths in twins.frozen.items():
        part = counter - paths.values[quantity][months_on]
        out[channel] = float(part.mean()), clustered_error(part, twins.ancestors)
    return out


class PriorPosteriorShift(NamedTuple):
    """How the evidence moves one free parameter from its prior.

    Attributes
    ----------
    prior_mean, prior_sd, posterior_mean, posterior_sd : float
        In the parameter's unit.
    information_gain : float
        0 (posterior is prior) to 1 (:func:`~palca.experiments.infer.abc.information_gain`).
    informative : bool
        Whether that is as much as a calibration asks for, given how many independent worlds of
        January 1969 the posterior rests on.
    """

    prior_mean: float
    prior_sd: float
    posterior_mean: float
    posterior_sd: float
    information_gain: float
    informative: bool


def prior_posterior_shift(
    parameters: Mapping[str, Floats],
    weights: Floats,
    families: float,
    seed: int,
    prior_of: Mapping[str, Prior] = PRIORS,
) -> dict[str, PriorPosteriorShift]:
    """Return how weighted worlds move each free parameter from its prior.

    Of `families` independent draws from a standard normal, the mean has the variance
    1 / `families`, and the variance `families` - 1 degrees of freedom.
    """
    from scipy.special import ndtri

    sampled = priors.draw(seed, np.arange(20_000), prior_of)
    free = max(families - 1.0, 0.0)
    bound = 1.0
    if free > 0.0:
        bound = information_gain_by_chance(
            1.0 / families, free / families, free, len(parameters), seed
        )
    out = {}
    for name, values in parameters.items():
        mean, sd = moments(weights, values)
        # A share of 0 or 1 has no score: values lie at most half a world in 20,000 aside.
        shares = np.clip(prior_of[name].cdf(values), 0.5 / 20_000, 1.0 - 0.5 / 20_000)
        gain = float(information_gain(*moments(weights, ndtri(shares))))
        out[name] = PriorPosteriorShift(
            float(sampled[name].mean()), float(sampled[name].std()), float(mean), float(sd), gain,
            gain >= INFORMATIVE and gain > bound,
        )  # fmt: skip
    return out
