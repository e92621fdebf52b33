"""Proper scores of an ensemble against the one history that happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from palca.model.types import Floats

from ..observe.outcome import Outcome
from ..observe.outcomes import with_windows

_SEED: Final = 21


def crps(ensemble: Floats, observed: float | Floats) -> Floats:
    """Return the fair continuous ranked probability score of ensembles ``(..., worlds)``.

    0 is best. There is one observed value, or one for each of them, or many for a single
    ensemble. NaN for a single world: its expectation isn't a score.

    mean |X - y| - mean |X - X'| / 2 over pairs of different worlds, so that its expectation is the
    score of the distribution that they are drawn from, however few they are (Ferro 2014,
    doi:10.1002/qj.2270); by probability-weighted moments, which are the same (Zamo and
    Naveau 2018, doi:10.1007/s11004-017-9709-7).
    """
    from scoringrules import crps_ensemble

    if ensemble.shape[-1] < 2:
        return np.full(np.broadcast_shapes(ensemble.shape[:-1], np.shape(observed)), np.nan)
    # the distance of equal values is exactly 0, which no sum of other terms disturbs
    apart = np.sort(ensemble, axis=-1) - np.asarray(observed)[..., None]
    zeros = np.zeros(apart.shape[:-1])
    return np.asarray(crps_ensemble(zeros, apart, estimator="pwm", sorted_ensemble=True))


def pit(ensemble: Floats, observed: float, share: float) -> float:
    """Return where the observed value falls in the ensemble, 0 to 1.

    F(y-) + share P(y): with a share drawn evenly between 0 and 1 these places are uniform for a
    right forecast, of counts as well (Czado, Gneiting and Held 2009,
    doi:10.1111/j.1541-0420.2009.01191.x).
    """
    return float((ensemble < observed).mean() + share * (ensemble == observed).mean())


@dataclass(frozen=True, slots=True)
class OutcomeScore:
    """An outcome of the ensemble held against the record.

    Attributes
    ----------
    outcome : Outcome
    documented : float
        NaN if the record has no figure.
    median, low, high : float
        The ensemble's median and its 5 and 95 % quantiles.
    pit : float
        Where the documented value falls among the worlds, 0 to 1; among equal ones, at random.
    score, naive : float
        Fair CRPS of the ensemble and of the naive forecast, in the outcome's unit.
    """

    outcome: Outcome
    documented: float
    median: float
    low: float
    high: float
    pit: float
    score: float
    naive: float

    @property
    def inside(self) -> bool:
        """Whether the documented value lies within the central 90 % of the ensemble."""
        return self.low <= self.documented <= self.high

    @property
    def skill(self) -> float:
        """1 - score / naive: 1 is perfect, 0 no better than the naive forecast.

        NaN if there is none: see `unscored`.
        """
        return np.nan if self.unscored else 1.0 - self.score / self.naive

    @property
    def unscored(self) -> str:
        """Why there is no skill; empty if there is."""
        if np.isnan(self.documented):
            return "no documented value"
        if self.naive == 0.0:
            return "the naive forecast was exactly right"
        return ""


def evaluate(
    ensemble: dict[str, Floats],
    documented: dict[str, float],
    naive: dict[str, Floats],
    outcomes: Sequence[Outcome] | None = None,
) -> list[OutcomeScore]:
    """Return the score of each outcome that the ensemble has, in their order.

    The random places among equal values are the same for the same outcomes.
    """
    scores = []
    some = with_windows(ensemble) if outcomes is None else outcomes
    shares = np.random.default_rng(_SEED).random(len(some))
    for outcome, share in zip(some, shares, strict=True):
        if outcome.name not in ensemble:
            continue
        values = ensemble[outcome.name]
        truth = documented.get(outcome.name, np.nan)
        low, median, high = np.quantile(values, (0.05, 0.5, 0.95))
        known = not np.isnan(truth)
        scores.append(
            OutcomeScore(
                outcome,
                truth,
                float(median),
                float(low),
                float(high),
                pit(values, truth, float(share)) if known else np.nan,
                float(crps(values, truth)) if known else np.nan,
                float(crps(naive[outcome.name], truth)) if known else np.nan,
            )
        )
    return scores
