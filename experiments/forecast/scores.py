"""Proper scores of an ensemble against the one history that happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from palca.model.types import Floats

from ..observe.outcomes import OUTCOMES, Outcome


def crps(ensemble: Floats, observed: float | Floats) -> Floats:
    """Return the continuous ranked probability score of ensembles ``(..., worlds)``; 0 is best.

    There is one observed value, or one for each of them, or many for a single ensemble.

    mean |X - y| - mean |X - X'| / 2 (Gneiting and Raftery 2007,
    doi:10.1198/016214506000001437, eq. 21).
    """
    from scoringrules import crps_ensemble

    shape = np.broadcast_shapes(np.shape(observed), ensemble.shape[:-1])
    worlds = np.broadcast_to(ensemble, (*shape, ensemble.shape[-1]))
    return np.asarray(crps_ensemble(np.broadcast_to(observed, shape), worlds))


def pit(ensemble: Floats, observed: float) -> float:
    """Return where the observed value falls in the ensemble, 0 to 1; ties count half."""
    return float((ensemble < observed).mean() + 0.5 * (ensemble == observed).mean())


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
        Where the documented value falls among the worlds, 0 to 1.
    score, naive : float
        CRPS of the ensemble and of the naive forecast, in the outcome's unit.
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
    outcomes: Sequence[Outcome] = OUTCOMES,
) -> list[OutcomeScore]:
    """Return the score of each outcome that the ensemble has, in their order."""
    scores = []
    for outcome in outcomes:
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
                pit(values, truth) if known else np.nan,
                float(crps(values, truth)) if known else np.nan,
                float(crps(naive[outcome.name], truth)) if known else np.nan,
            )
        )
    return scores
