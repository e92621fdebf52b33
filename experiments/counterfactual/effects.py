"""What an intervention did: effects, causes and channels, estimated from twins.

Errors count families: copies of one world of January 1969 are not independent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from palca.model.types import Floats

from ..infer.abc import INFORMATIVE, information_gain, information_gain_by_chance
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
        explained_spread(difference, twins.parameters),
        float(np.quantile(difference, 0.05)),
        float(np.quantile(difference, 0.95)),
        float(np.mean(difference != 0.0)),
    )


def explained_spread(difference: Floats, parameters: Mapping[str, Floats]) -> float:
    """Return the standard deviation of E[difference | parameters], by linear regression.

    The variance of the fitted values less what as many useless regressors would explain.
    """
    varied = [values for values in parameters.values() if np.ptp(values) > 0.0]
    if not varied or np.ptp(difference) == 0.0:
        return 0.0
    design = np.column_stack([np.ones(len(difference)), *varied])
    design[:, 1:] = (design[:, 1:] - design[:, 1:].mean(axis=0)) / design[:, 1:].std(axis=0)
    fitted = design @ np.linalg.lstsq(design, difference, rcond=None)[0]
    size, count = design.shape
    if size <= count + 1:
        return float("nan")
    noise = np.sum((difference - fitted) ** 2) / (size - count)
    return float(np.sqrt(max(fitted.var() - noise * (count - 1) / size, 0.0)))


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
    """

    months_on: int
    necessary: float
    sufficient: float
    both: float
    harmed: float
    lasted: int
    fell: int


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
    )


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
