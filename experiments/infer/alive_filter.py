"""An alive particle filter: worlds of which each went as the evidence says.

A bootstrap filter dies of hard evidence: if the documented ruler comes to power in one world of
thousands, all others are lost. The *alive* filter (Jasra, Lee, Yau and Zhang 2013,
doi:10.1016/j.spa.2013.03.010; Del Moral, Jasra, Lee, Yau and Zhang 2015,
doi:10.1214/14-AAP1077) tries until enough worlds live. The months are cut into *segments*. In each

1. a *try* takes a world of the segment before, any of them with the same probability, and draws of
   its own for this segment's months (in the first segment, a new world of January 1969);
2. it is simulated month by month, and in each month it is kept with a probability that is the
   likelihood of the month's evidence: 0 or 1 where evidence is hard, between them where it is soft;
3. tries are made until ``n + 1`` have been kept. The last of them is dropped. If it was the one of
   number ``t + 1``, then ``n / t`` is an unbiased estimate of the probability of the segment's
   evidence, given that before, and the product over the segments one of that of all evidence.

All worlds that are kept count alike. A world is known by the numbers of its tries: by them its
parameters and all its draws can be made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from palca.model import Simulation, Snapshot
from palca.model.state import counter_rng
from palca.model.state.counter_rng import Keys
from palca.model.state.draw_keys import ACCEPTANCE, PARENTS, TRIES
from palca.model.state.scenario import Scenario
from palca.model.types import Floats, Ints
from palca.scenarios import build

from ..io.parallel import shared
from ..simulate import priors
from .evidence import Evidence
from .likelihood import Likelihood
from .particles import ParticleFiles, Particles
from .weights import effective_sample_size

_BLOCK: Final = 32_000  # tries that are simulated together
_MARGIN: Final = 1.15  # tries of a round, times those that are thought to be needed


@dataclass(frozen=True, slots=True)
class Segment:
    """Some months of a filter, and how probable it found their evidence.

    Attributes
    ----------
    start, end : int
        First month and month after the last.
    kept, tried : int
        Worlds that were kept, and tries before the one that was one too many.
    families : float
        Effective number of families: 1 / sum of squared shares of the worlds of January 1969.
    """

    start: int
    end: int
    kept: int
    tried: int
    families: float

    @property
    def probability(self) -> float:
        """Estimate of the probability of the months' evidence, given that before."""
        return self.kept / self.tried


class TooRare(Exception):
    """Too few tries of a segment were kept."""

    def __init__(self, start: int, end: int, kept: int, tried: int) -> None:
        super().__init__()
        self.start, self.end, self.kept, self.tried = start, end, kept, tried


def families(ancestors: Ints) -> float:
    """Return the effective number of families of some worlds, which count alike."""
    _, sizes = np.unique(ancestors, return_counts=True)
    return effective_sample_size(sizes / sizes.sum())


def keys_of_tries(seed: int, start: int, tries: Ints) -> Keys:
    """Return the keys from which the draws of some tries of a segment are made, ``(n,)``.

    Those of the first segment are the keys of the worlds of these numbers.
    """
    worlds = counter_rng.world_keys(seed, tries)
    return counter_rng.bits(worlds, _event(TRIES, start)) if start else worlds


def _event(key: str, month: int) -> Keys:
    return counter_rng.event_keys(key, 1, month + 1)[:, month]


def extend(
    resolved: dict[str, Any],
    evidence: Evidence,
    before: Particles | None,
    segment: tuple[int, int],
    wanted: int,
    seed: int,
    folder: Path,
    jobs: int = 1,
    budget: int = 1_000_000_000,
    on_tried: Callable[[int, int], None] = lambda *_: None,
) -> tuple[Particles, Segment]:
    """Return worlds that went on as the evidence says in one more segment.

    Parameters
    ----------
    resolved : dict
        The scenario.
    evidence : Evidence
    before : Particles, optional
        Worlds at the start of the segment; None at the start of January 1969.
    segment : tuple of int
        Its first month, and the month after its last.
    wanted : int
        How many worlds are to be kept.
    folder : Path
        An empty one, in which they are written; it must last as long as they are used.
    budget : int
        The most tries.
    on_tried : callable
        Told how many worlds have been kept, and of how many tries.

    Raises
    ------
    TooRare
    """
    start, end = segment
    files, tried = ParticleFiles(folder, wanted), 0
    while files.kept <= wanted:
        count = _round(files.kept, tried, wanted, jobs)
        if tried + count > budget:
            raise TooRare(start, end, files.kept, tried)
        blocks = _numbers(tried, count, jobs)
        calls = ((resolved, evidence, before, segment, numbers, seed) for numbers in blocks)
        for part in shared(simulate_tries, calls, jobs):
            files.add(part)
        tried += count
        on_tried(min(files.kept, wanted), tried)
    particles = files.read()
    found = Segment(start, end, wanted, files.one_too_many, families(particles.tries[0]))
    return particles, found


def _round(kept: int, tried: int, wanted: int, jobs: int) -> int:
    """Return how many tries to make next: about as many as are needed, but not too many blind."""
    if not tried:
        return max(wanted + 1, 4_000)
    most = 16 * _BLOCK * jobs
    needed = (wanted + 1 - kept) * tried / kept if kept else most
    return int(np.clip(_MARGIN * needed, 4_000, min(most, 8 * tried)))


def _numbers(first: int, count: int, jobs: int) -> Iterator[Ints]:
    """Yield the numbers of some tries in blocks, as many in each."""
    blocks = -(-count // min(_BLOCK, -(-count // jobs)))
    yield from np.array_split(np.arange(first, first + count), blocks)


def simulate_tries(
    resolved: dict[str, Any],
    evidence: Evidence,
    before: Particles | None,
    segment: tuple[int, int],
    numbers: Ints,
    seed: int,
) -> Particles:
    """Make some tries of a segment; return those that are kept, in the order of their numbers."""
    start, end = segment
    scenario = build(resolved)
    keys = keys_of_tries(seed, start, numbers)
    if before is None:
        tries, likelihood, snapshot = numbers[None], Likelihood(evidence, len(numbers)), None
    else:
        luck = counter_rng.uniform(
            counter_rng.bits(counter_rng.world_keys(seed, numbers), _event(PARENTS, start))
        )
        parents = (luck * len(before)).astype(np.int64)
        tries = np.concatenate([before.tries[:, parents], numbers[None]])
        likelihood = before.likelihood.taken(parents)
        snapshot = before.snapshot.take(parents, keys)
    model = model_of(scenario, tries[0], seed, snapshot)
    alive = np.ones(len(numbers), dtype=np.bool_)
    for month in range(start, end):
        model.advance()
        luck = counter_rng.uniform(counter_rng.bits(model.draws.keys, _event(ACCEPTANCE, month)))
        alive &= np.log(luck) < likelihood.update(model)
        living = np.flatnonzero(alive)
        if month + 1 == end or len(living) < len(alive) // 2:
            tries, likelihood = tries[:, living], likelihood.taken(living)
            snapshot = model.snapshot().take(living)
            if month + 1 < end and len(living):
                model = model_of(scenario, tries[0], seed, snapshot)
                alive = np.ones(len(living), dtype=np.bool_)
            else:
                break
    assert snapshot is not None
    return Particles(tries, snapshot, likelihood)


def model_of(
    scenario: Scenario, ancestors: Ints, seed: int, start: Snapshot | None = None,
    keep: tuple[str, ...] = (),
) -> Simulation:  # fmt: skip
    """Return the model of some worlds, each with the parameters of its ancestor."""
    own = replace(scenario, parameters=parameters_of(scenario, ancestors, seed))
    return Simulation(own, ancestors, seed, keep=keep, start=start)


def parameters_of(scenario: Scenario, ancestors: Ints, seed: int) -> dict[str, float | Floats]:
    """Return the scenario's parameters with the free ones that worlds inherit, each ``(n,)``."""
    return {**scenario.parameters, **priors.draw(seed, ancestors, scenario.free_priors)}
