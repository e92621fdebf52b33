"""What is kept of a particle filter while it runs, apart from its loop."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from palca.model import Snapshot
from palca.model.types import Floats, Ints

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


@dataclass(slots=True)
class ForkPoint(Collector):
    """The worlds at the start of a month, kept while later evidence chooses among them.

    Attributes
    ----------
    month : int
    snapshot : Snapshot, optional
        None before the month has come.
    atmosphere : ndarray, shape ``(n,)``
        Soviet atmosphere.
    keys : list of ndarray, each of shape ``(n,)``
        From what the draws of each month since were made.
    """

    month: int
    snapshot: Snapshot | None = None
    atmosphere: Floats = field(default_factory=lambda: np.empty(0))
    keys: list[NDArray[np.uint64]] = field(default_factory=list)

    def before_propagation(self, of: Filter) -> None:
        """Keep the worlds when the month has come."""
        if of.month == self.month:
            self._keep(of)

    def before_weighting(self, of: Filter) -> None:
        """Keep the keys of a month after it."""
        if self.snapshot is not None:
            self.keys.append(of.model.draws.keys)

    def after_resampling(self, parents: Ints) -> None:
        """Copy what is kept as the worlds are copied."""
        if self.snapshot is not None:
            self.snapshot = self.snapshot.take(parents)
            self.atmosphere = self.atmosphere[parents]
            self.keys = [keys[parents] for keys in self.keys]

    def reached(self, of: Filter) -> tuple[Snapshot, Floats]:
        """Return the worlds and their atmosphere when the filter is done.

        If it ended at the fork they are those of its end; if later, each brings a key for each
        month from the fork on.
        """
        if self.snapshot is None:
            self._keep(of)
        assert self.snapshot is not None
        if not self.keys:
            return self.snapshot, self.atmosphere
        left = of.scenario.months - self.month - len(self.keys)
        rest = np.repeat(of.model.draws.keys[None, :], left, axis=0)
        keys = np.concatenate([np.array(self.keys), rest])
        return replace(self.snapshot, keys=keys), self.atmosphere

    def _keep(self, of: Filter) -> None:
        self.snapshot, self.atmosphere = of.model.snapshot(), of.likelihood.atmosphere.copy()
