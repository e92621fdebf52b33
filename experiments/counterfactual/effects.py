"""What an intervention did: effects, causes and channels, estimated from twins.

Errors count families: copies of one world of January 1969 are not independent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from palca.model.types import Floats, Ints

from ..infer.abc import INFORMATIVE, information_gain, information_gain_by_chance
from ..infer.alive_filter import families
from ..infer.weights import clustered_error, moments
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
    parameters_sd : float
        Standard deviation of the effect over the parameters that fit the evidence, the part
        of the paired differences that a linear regression on them explains (adjusted).
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
        explained_spread(difference, twins.basis),
        float(np.quantile(difference, 0.05)),
        float(np.quantile(difference, 0.95)),
        float(np.mean(difference != 0.0)),
    )


def explained_spread(difference: Floats, basis: Floats) -> float:
    """Return the standard deviation of E[difference | parameters], by linear regression.

    The variance of the fitted values less what as many useless regressors would explain.

    Parameters
    ----------
    difference : ndarray, shape ``(n,)``
    basis : ndarray, shape ``(n, k)``
        As :func:`~.twins.parameter_basis` returns it.
    """
    size, count = basis.shape
    if count == 1 or np.ptp(difference) == 0.0:
        return 0.0
    if size <= count + 1:
        return float("nan")
    fitted = basis @ (basis.T @ difference)
    noise = np.sum((difference - fitted) ** 2) / (size - count)
    return float(np.sqrt(max(fitted.var() - noise * (count - 1) / size, 0.0)))


@dataclass(frozen=True, slots=True)
class Fifth:
    """An effect in the worlds in which a parameter lies in one fifth of its prior.

    Attributes
    ----------
    low, high : float
        Between which the parameter lies; infinite at the ends.
    worlds : int
    families : float
        Effective number of families.
    effect, se : float
        NaN where there is no world, and where there is one family.
    """

    low: float
    high: float
    worlds: int
    families: float
    effect: float
    se: float


def effect_in_fifths(
    twins: Twins, quantity: str, months_on: int, count: int = 3
) -> dict[str, list[Fifth]]:
    """Return an effect in fifths of the prior of the parameters that matter most to it.

    Those are the ones of which the fifths explain most of the variance of the paired differences,
    and more than chance would: the F-test of one-way analysis of variance over means of families
    has p < 0.002. Their number is at most `count`.
    """
    from scipy.stats import f_oneway

    difference = twins.difference(quantity)[months_on]
    if np.ptp(difference) == 0.0:
        return {}
    _, first, family = np.unique(twins.ancestors, return_index=True, return_inverse=True)
    means = np.bincount(family, difference) / np.bincount(family)
    strength, tables = {}, {}
    for name, values in twins.parameters.items():
        inner = priors.PRIORS[name].ppf(np.array([0.2, 0.4, 0.6, 0.8]))
        edges = np.array([-np.inf, *inner, np.inf])
        fifth = np.searchsorted(edges, values, side="right") - 1
        groups = [means[fifth[first] == i] for i in range(5)]
        groups = [group for group in groups if len(group) > 1]
        if len(groups) < 2:
            continue
        tested = f_oneway(*groups)
        if tested.pvalue < 0.002:
            strength[name] = float(tested.statistic)
            tables[name] = [
                _fifth(difference, twins.ancestors, fifth == i, edges[i], edges[i + 1])
                for i in range(5)
            ]
    chosen = sorted(strength, key=lambda name: -strength[name])[:count]
    return {name: tables[name] for name in chosen}


def _fifth(
    difference: Floats, ancestors: Ints, inside: NDArray[np.bool_], low: float, high: float
) -> Fifth:
    count = int(inside.sum())
    if not count:
        return Fifth(float(low), float(high), 0, 0.0, float("nan"), float("nan"))
    some, clusters = difference[inside], ancestors[inside]
    return Fifth(float(low), float(high), count, families(clusters), float(some.mean()),
                 clustered_error(some, clusters))  # fmt: skip


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
        P(Y without | not Y with): PS of the factual policy.
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
    return Causation(
        months_on,
        float(both.sum() / lasted) if lasted else float("nan"),
        float(both.sum() / fell) if fell else float("nan"),
        float(both.mean()),
        float((~factual & counter).mean()),
        lasted,
        fell,
        _ratio_error(both, factual, twins.ancestors),
        _ratio_error(both, ~counter, twins.ancestors),
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
    parameters: Mapping[str, Floats], weights: Floats, families: float, seed: int
) -> dict[str, PriorPosteriorShift]:
    """Return how weighted worlds move each free parameter from its prior.

    Of `families` independent draws from a standard normal, the mean has the variance
    1 / `families`, and the variance `families` - 1 degrees of freedom.
    """
    from scipy.special import ndtri

    sampled = priors.draw(seed, np.arange(20_000), {})
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
        shares = np.clip(priors.PRIORS[name].cdf(values), 0.5 / 20_000, 1.0 - 0.5 / 20_000)
        gain = float(information_gain(*moments(weights, ndtri(shares))))
        out[name] = PriorPosteriorShift(
            float(sampled[name].mean()), float(sampled[name].std()), float(mean), float(sd), gain,
            gain >= INFORMATIVE and gain > bound,
        )  # fmt: skip
    return out
