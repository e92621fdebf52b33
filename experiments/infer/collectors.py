"""What is kept of a particle filter while it runs, apart from its loop."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from palca.model.types import Floats

from .particle_filter import Collector, Filter


@dataclass(slots=True)
class Diagnostics(Collector):
    """How a filter fared, month by month.

    Attributes
    ----------
    log_evidence : ndarray, shape ``(months,)``
        Log of the probability of each month's evidence given that of the months before; minus
        infinity from the month in which no world is left.
    ess : ndarray, shape ``(months,)``
        Effective sample size in each month, before resampling.
    event_predictive : ndarray, shape ``(events,)``
        Predictive probability of each event of the evidence when its window closed; NaN if it
        hasn't.
    power_predictive : ndarray, shape ``(months, 2)``
        Predictive probability, in the light of the months before, of a coup attempt in each
        month and of a change of power; NaN where no world is left.
    worlds : int
        How many were simulated.
    """

    log_evidence: Floats
    ess: Floats
    event_predictive: Floats
    power_predictive: Floats
    worlds: int
    _leader: NDArray | None = field(default=None, repr=False)

    @staticmethod
    def of(months: int, events: int, worlds: int) -> Diagnostics:
        """Return those of a filter that has not begun."""
        return Diagnostics(np.full(months, -np.inf), np.zeros(months), np.full(events, np.nan),
                           np.full((months, 2), np.nan), worlds)  # fmt: skip

    def before_propagation(self, of: Filter) -> None:
        """Note who rules."""
        self._leader = of.model.state.leader.copy()

    def before_weighting(self, of: Filter) -> None:
        """Predict the month from the months before."""
        state, weights = of.model.state, of.weights
        changed = weights @ (state.leader != self._leader)
        self.power_predictive[of.month] = weights @ state.attempt, changed
        for index, event in enumerate(of.likelihood.evidence.events):
            if event.last == of.month:
                self.event_predictive[index] = float(weights @ of.likelihood.seen[index])

    def after_weighting(self, of: Filter) -> None:
        """Note how probable the month's evidence was, and how many worlds carry the weight."""
        self.log_evidence[of.month] = of.log_evidence
        if np.isfinite(of.log_evidence):
            self.ess[of.month] = of.ess
