"""How often what a scene asks for comes about in worlds that went like ours until its month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..counterfactual.named_outcomes import NamedOutcome
from ..counterfactual.twins import go_on
from ..infer.reanalysis import ParticleSet
from ..infer.weights import clustered_error


@dataclass(frozen=True, slots=True)
class Frequency:
    """In how many of 100 worlds something comes about, and the standard error of that."""

    of_100: float
    error: float


def frequencies(
    resolved: dict[str, Any],
    particles: ParticleSet,
    outcomes: Sequence[NamedOutcome | None],
    answers: int,
) -> list[Frequency]:
    """Return how often outcomes come about, in their order, if worlds go on without a change.

    Parameters
    ----------
    resolved : dict
        The factual scenario.
    particles : ParticleSet
        Worlds like ours, at the start of the month after the last that they were given.
    outcomes : sequence of NamedOutcome or None
        None is what none of the answers before it says.
    answers : int
        How many of them are answers to one question; they come first.
    """
    paths = go_on(resolved, particles)
    shares: list[Frequency] = []
    said = np.zeros(len(particles), dtype=np.bool_)
    for at, outcome in enumerate(outcomes):
        held = ~said if outcome is None else outcome.of(paths)
        if at < answers:
            said |= held
        error = clustered_error(held.astype(np.float64), particles.ancestors)
        shares.append(Frequency(100.0 * float(held.mean()), 100.0 * error))
    return shares
