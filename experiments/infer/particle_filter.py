"""A particle filter: worlds that went as history did.

The bootstrap filter (Gordon, Salmond and Smith 1993, doi:10.1049/ip-f-2.1993.0015). Parameters are
drawn from their priors and worlds simulated month by month. Each month

1. *propagates* the worlds by the model's own draws,
2. *weights* them by the likelihood of the month's evidence, and
3. *resamples* them when few of them carry the weight. A copy keeps its past and its parameters,
   and gets draws of its own for what is still to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from palca.model import Simulation, Snapshot
from palca.model.state import counter_rng
from palca.model.state.draw_keys import RESAMPLING
from palca.model.types import Ints
from palca.scenarios import build

from ..simulate import priors
from .evidence import Evidence
from .likelihood import Likelihood
from .weights import effective_sample_size, equal, reweight, systematic

_ENOUGH: Final = 0.5  # share of effective worlds below which they are resampled


class Collector:
    """Observes each step of a filter and does not change it; by default it does nothing."""

    __slots__ = ()

    def before_propagation(self, of: Filter) -> None:
        """Called when a month begins."""

    def before_weighting(self, of: Filter) -> None:
        """Called when the month has passed: the weights are still those of the month before."""

    def after_weighting(self, of: Filter) -> None:
        """Called when the weights take the month's evidence into account."""

    def after_resampling(self, parents: Ints) -> None:
        """Called when world i is now a copy of world ``parents[i]``."""


class Filter:
    """A particle filter of one scenario and one evidence.

    Parameters
    ----------
    resolved : dict
        The scenario.
    evidence : Evidence
    numbers : ndarray of int, shape ``(n,)``
        The worlds' numbers.
    seed : int
    collectors : sequence of Collector
        They are called at each step.

    Attributes
    ----------
    month : int
        The month that is filtered.
    model : Simulation
        The worlds.
    parameters : dict of str to ndarray, shape ``(n,)``
    ancestors : ndarray of int, shape ``(n,)``
    weights : ndarray, shape ``(n,)``
        They add up to 1.
    likelihood : Likelihood
    log_evidence : float
        Log of the probability of the month's evidence given that of the months before.
    """

    def __init__(
        self,
        resolved: dict[str, Any],
        evidence: Evidence,
        numbers: Ints,
        seed: int,
        collectors: Sequence[Collector] = (),
    ) -> None:
        self.scenario = build(resolved)
        self.numbers, self.seed, self.collectors = numbers, seed, collectors
        self.month = 0
        self.parameters = priors.draw(seed, numbers, self.scenario.free_priors)
        self.model = self._model()
        self.ancestors, self.weights = numbers.copy(), equal(len(numbers))
        self.likelihood = Likelihood(evidence, len(numbers))
        self.log_evidence = 0.0

    def run(self, months: int) -> None:
        """Filter the first months; it ends sooner if no world is left that fits the evidence."""
        for self.month in range(months):
            self.propagate()
            self.weight()
            if np.isneginf(self.log_evidence):
                return
            if self.ess <= _ENOUGH * len(self.numbers):
                self.resample()

    @property
    def ess(self) -> float:
        """Effective sample size."""
        return effective_sample_size(self.weights)

    def propagate(self) -> None:
        """Live through a month."""
        for collector in self.collectors:
            collector.before_propagation(self)
        self.model.advance()

    def weight(self) -> None:
        """Multiply the weights by the likelihood of the month's evidence."""
        log_likelihood = self.likelihood.update(self.model)
        for collector in self.collectors:
            collector.before_weighting(self)
        self.weights, self.log_evidence = reweight(self.weights, log_likelihood)
        for collector in self.collectors:
            collector.after_weighting(self)

    def resample(self) -> None:
        """Copy worlds by their weight, and give the copies draws of their own."""
        parents = systematic(self.weights, len(self.numbers), self._offset())
        # other draws than those of any month before
        keys = counter_rng.world_keys(self.seed + 1 + self.month, self.numbers)
        self.parameters = {name: values[parents] for name, values in self.parameters.items()}
        self.ancestors, self.weights = self.ancestors[parents], equal(len(parents))
        self.likelihood = self.likelihood.taken(parents)
        self.model = self._model(self.model.snapshot().take(parents, keys))
        for collector in self.collectors:
            collector.after_resampling(parents)

    def _model(self, start: Snapshot | None = None) -> Simulation:
        parameters = {**self.scenario.parameters, **self.parameters}
        own = replace(self.scenario, parameters=parameters)
        return Simulation(own, self.numbers, self.seed, keep=(), start=start)

    def _offset(self) -> float:
        """Return the random number of this month's resampling, 0 to 1."""
        event = counter_rng.event_keys(RESAMPLING, 1, self.month + 1)[0, self.month :]
        island = counter_rng.world_keys(self.seed, [int(self.numbers[0])])
        return float(counter_rng.uniform(counter_rng.bits(island, event))[0])
