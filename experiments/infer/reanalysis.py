"""A reanalysis: worlds that went as the evidence says, month after month, to its end.

It is what an alive filter (:mod:`.alive_filter`) has kept, as the numbers of each world's tries.
From them the worlds are made again, bit for bit, from January 1969. One run serves all questions
about one evidence: it keeps worlds at the end of each segment, so that a fork needs only the months
from the last segment before it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from palca.model import Simulation, Snapshot
from palca.model.calendar import month_name
from palca.model.state.scenario import Scenario
from palca.model.types import Floats, Ints
from palca.scenarios import build

from ..io.experiment import OnProgress
from ..simulate import priors
from .alive_filter import (
    Segment,
    TooRare,
    extend,
    families,
    keys_of_tries,
    model_of,
)
from .evidence import ATTEMPTS, Evidence
from .likelihood import Likelihood
from .particles import Particles

WORLDS: Final = 4096  # worlds like ours
# Worlds kept, times those asked for, by how many documented attempts (or, if none are asked for,
# changes of ruler) have been passed. Families
# are lost where evidence is rare, and can't be won back: so many are kept early. More than a few
# after the rarest month (October 1970) cost much and win little, as families then are fewer.
_SURPLUS: Final = (96, 64, 4, 6, 6, 6, 6, 6, 6)
_SPAN: Final = 12  # months of the longest segment
_FIRST: Final = 24  # months of the longest first segment, in which all worlds are new
_BUDGET: Final = 100_000  # most tries of a segment for each world that is asked for
_TEXTS: Final = {"place", "title", "why", "source", "text", "note"}
# What of a resolved scenario worlds depend on.
_DEPENDS: Final = ("months", "country", "parameters", "channels", "start", "drivers", "policies")


@dataclass(frozen=True, slots=True)
class Reanalysis:
    """Worlds that went as the evidence says.

    Attributes
    ----------
    key : str
        Digest of the scenario, the evidence, the priors and the seed.
    seed : int
    segments : tuple of Segment
    tries : dict of int to ndarray of int, shape ``(segments so far, n)``
        By the month that comes after the evidence, the end of a segment: each world's tries.
    seconds : float
        How long it took.
    stopped : Segment, optional
        The segment that was too rare, if the evidence was not followed to its end.
    """

    key: str
    seed: int
    segments: tuple[Segment, ...]
    tries: dict[int, Ints]
    seconds: float = 0.0
    stopped: Segment | None = None

    @property
    def worlds(self) -> int:
        """The number of worlds."""
        return next(iter(self.tries.values())).shape[1]

    @property
    def end(self) -> int:
        """The month that comes after all evidence that was followed."""
        return max(self.tries, default=0)

    def settles(self, end: int) -> bool:
        """Return whether there are worlds given the evidence before a month, or can't be any."""
        return end in self.tries or (self.stopped is not None and end >= self.stopped.end)

    def log_evidence(self, end: int) -> float:
        """Return the log of the estimated probability of the evidence before a segment's end."""
        return float(sum(np.log(s.probability) for s in self.segments if s.end <= end))

    def families(self, end: int) -> float:
        """Return the effective number of families of the worlds at a segment's end."""
        return families(self.tries[end][0])


@dataclass(slots=True)
class ParticleSet:
    """Worlds at the fork that went as the evidence says; all count alike.

    Attributes
    ----------
    snapshot : Snapshot
        The worlds at the start of the month of the fork.
    parameters : dict of str to ndarray, shape ``(n,)``
        The free parameters of each.
    atmosphere : ndarray, shape ``(n,)``
        Soviet atmosphere at the fork, which later months inherit.
    ancestors : ndarray of int, shape ``(n,)``
        The number of the world of January 1969 that each descends from.
    """

    snapshot: Snapshot
    parameters: dict[str, Floats]
    atmosphere: Floats
    ancestors: Ints

    def __len__(self) -> int:
        return len(self.ancestors)

    def take(self, worlds: Ints) -> ParticleSet:
        """Return some of the worlds."""
        return ParticleSet(
            self.snapshot.take(worlds),
            {name: values[worlds] for name, values in self.parameters.items()},
            self.atmosphere[worlds],
            self.ancestors[worlds],
        )

    @property
    def families(self) -> float:
        """Effective number of families: copies of one world of January 1969 are one."""
        return families(self.ancestors)


def key_of(resolved: Mapping[str, Any], evidence: Evidence, seed: int) -> str:
    """Return a digest of all that the worlds of a reanalysis depend on, but for Palca's code."""
    content = {
        "scenario": _without_texts({name: resolved[name] for name in _DEPENDS}),
        "evidence": asdict(replace(evidence, title="")),
        "priors": {name: prior.text for name, prior in build(resolved).free_priors.items()},
        "seed": seed,
    }
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def _without_texts(value: Any) -> Any:
    """Return plain data without what no world depends on: texts, and places of files."""
    if isinstance(value, Mapping):
        return {key: _without_texts(part) for key, part in value.items() if key not in _TEXTS}
    if isinstance(value, (list, tuple)):
        return [_without_texts(part) for part in value]
    return value


def segments_of(evidence: Evidence, end: int) -> list[int]:
    """Return the ends of the segments of a filter.

    A segment ends before each window of hard evidence and with it, and after a year at most. No
    window is cut that is open in the light of what has happened by then, and none at all of an
    attempt or a ruler: what it allows, evidence that ends within it may forbid. The first segment
    goes to the first attempt if it can: its tries are new worlds, of which none is lost.
    """
    if evidence.silent:
        return [end]
    windows = [
        (e.first if e.kind in ATTEMPTS else e.month, e.last)
        for e in evidence.events if e.false_negative < 1.0 or e.kind in ATTEMPTS
    ]  # fmt: skip
    windows += [(reign.first, reign.last) for reign in evidence.rulers[1:]]
    hard = [(e.first, e.last) for e in evidence.events if e.false_negative == 0.0]
    hard += [(reign.first, reign.last) for reign in evidence.rulers[1:]]
    attempts = [e.first for e in evidence.events
                if e.kind in ATTEMPTS and e.false_negative == 0.0]  # fmt: skip
    ends = {end, *(first for first, _ in hard), *(last + 1 for _, last in hard)}
    first = min([one for one in attempts if one <= _FIRST], default=0)
    ends = {one for one in ends if max(first, 1) <= one < end} | {end}
    ends |= {at for one, other in pairwise(sorted({0, *ends})) if one or not first
             for at in range(one + _SPAN, other, _SPAN)}  # fmt: skip
    return sorted(
        one for one in ends
        if one == end or not any(since < one <= last for since, last in windows)
    )  # fmt: skip


def wanted_at(evidence: Evidence, end: int, worlds: int) -> int:
    """Return how many worlds are to be kept at the end of a segment."""
    rare = [event.last for event in evidence.events
            if event.kind in ATTEMPTS and event.false_negative == 0.0]  # fmt: skip
    rare = rare or [reign.last for reign in evidence.rulers[1:]]
    passed = sum(last < end for last in rare)
    return worlds * (_SURPLUS[passed] if rare and passed < len(_SURPLUS) else 1)


def reanalyse(
    resolved: dict[str, Any],
    evidence: Evidence,
    worlds: int,
    seed: int,
    jobs: int = 1,
    on_progress: OnProgress = lambda *_: None,
    since: Particles | None = None,
    before: tuple[Segment, ...] = (),
    ends: list[int] | None = None,
) -> Reanalysis:
    """Return worlds that went as the evidence says, to its end or as far as it could be followed.

    Parameters
    ----------
    resolved : dict
        The factual scenario.
    evidence : Evidence
    worlds : int
        How many worlds are kept in the end.
    since : Particles, optional
        Worlds to go on from, and `before`, the segments that they have passed.
    ends : list of int, optional
        The ends of the segments; those of :func:`segments_of` to the scenario's end if None.
    """
    began = time.monotonic()
    if evidence.silent and since is None:  # every world is kept
        end = ends[-1] if ends else resolved["months"]
        tries = {end: np.arange(worlds)[None]}
        every = Segment(0, end, worlds, worlds, float(worlds))
        return Reanalysis(key_of(resolved, evidence, seed), seed, (every,), tries)
    ends = segments_of(evidence, resolved["months"]) if ends is None else ends
    particles, segments, tries = since, list(before), {}
    stopped = None
    first = since.snapshot.month if since else 0
    with TemporaryDirectory(prefix="palca-", ignore_cleanup_errors=True) as folder:
        for start, end in pairwise([first, *ends]):
            wanted = wanted_at(evidence, end, worlds) if since is None else worlds

            def on_tried(kept: int, tried: int, start: int = start, end: int = end) -> None:
                doing = f"worlds like ours to {month_name(end - 1)}, {kept:,} of {tried:,} tries"
                on_progress(doing, start, ends[-1])

            room = Path(folder, str(start))
            room.mkdir()
            try:
                particles, segment = extend(
                    resolved, evidence, particles, (start, end), wanted, seed, room, jobs,
                    _BUDGET * worlds, on_tried,
                )  # fmt: skip
            except TooRare as rare:
                stopped = Segment(start, end, rare.kept, rare.tried, np.nan)
                break
            for used in Path(folder).iterdir():  # what came before isn't needed any more
                if used != room:
                    rmtree(used, ignore_errors=True)
            segments.append(segment)
            tries[end] = np.array(particles.tries[:, :worlds])  # in memory, which the files aren't
    return Reanalysis(key_of(resolved, evidence, seed), seed, tuple(segments), tries,
                      time.monotonic() - began, stopped)  # fmt: skip


def replay(
    resolved: dict[str, Any], evidence: Evidence, found: Reanalysis, end: int, month: int
) -> Particles:
    """Make worlds again, from January 1969 to the start of a month.

    Parameters
    ----------
    evidence : Evidence
        What they are checked against; none that no world could have known by `end`.
    end : int
        Which worlds: those given the evidence before this month, the end of a segment.
    month : int
        It may be earlier than `end`: then the worlds bring the draws that the later evidence has
        chosen.

    Raises
    ------
    Stale
        If one of them doesn't go as the evidence says, so that it was made by another model.
    """
    model, tries = replayed(build(resolved), found, end), found.tries[end]
    likelihood = Likelihood(evidence, tries.shape[1])
    for _ in range(month):
        model.advance()
        if np.isneginf(likelihood.update(model)).any():
            raise Stale
    return Particles(tries, model.snapshot(), likelihood)


def replayed(scenario: Scenario, found: Reanalysis, end: int) -> Simulation:
    """Return the model of the worlds given the evidence before month `end`, in January 1969.

    They have the parameters and the draws of their tries, so they go on as they went.
    """
    tries = found.tries[end]
    keys = np.empty((scenario.months, tries.shape[1]), dtype=np.uint64)
    for row, segment in zip(tries, found.segments, strict=False):
        keys[segment.start :] = keys_of_tries(found.seed, segment.start, row)
    january = model_of(scenario, tries[0], found.seed).snapshot()
    return model_of(scenario, tries[0], found.seed, replace(january, keys=keys))


class Stale(Exception):
    """Worlds that were kept were made by another model: they don't go as the evidence says."""


def at_fork(
    resolved: dict[str, Any], evidence: Evidence, found: Reanalysis, end: int, fork: int
) -> ParticleSet:
    """Return the worlds given the evidence before month `end`, at the start of month `fork`."""
    particles = replay(resolved, evidence.until(end - 1), found, end, fork)
    scenario = build(resolved)
    return ParticleSet(
        particles.snapshot,
        priors.draw(found.seed, particles.tries[0], scenario.free_priors),
        particles.likelihood.atmosphere,
        particles.tries[0],
    )


def until(
    resolved: dict[str, Any],
    evidence: Evidence,
    found: Reanalysis,
    end: int,
    jobs: int = 1,
    on_progress: OnProgress = lambda *_: None,
) -> Reanalysis:
    """Return a reanalysis with worlds given the evidence before month `end`.

    If no segment ends there, the filter goes on from the last one before it.
    """
    if found.settles(end):
        return found
    seen = evidence.until(end - 1)
    usable = [one for one in found.tries
              if one < end and not any(e.month < one <= e.last for e in seen.events)]  # fmt: skip
    if not usable:
        return reanalyse(resolved, seen, found.worlds, found.seed, jobs, on_progress, ends=[end])
    start = max(usable)
    particles = replay(resolved, seen, found, start, start)
    passed = tuple(segment for segment in found.segments if segment.end <= start)
    ends = [one for one in segments_of(seen, end) if one > start]
    return reanalyse(resolved, seen, found.worlds, found.seed, jobs, on_progress, particles,
                     passed, ends)  # fmt: skip
