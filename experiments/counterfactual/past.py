"""Worlds like ours at the fork: given what had happened by then, and given all that happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from palca.model.state.scenario import Scenario

from ..infer.evidence import Evidence
from ..infer.evidence_file import make_evidence
from ..infer.reanalysis import ParticleSet, Reanalysis, at_fork, reanalyse, segments_of
from ..infer.reanalysis_files import given_before
from ..io.experiment import OnProgress
from ..observe.documented import load_record, record_for
from ..observe.histories import documented
from .answer import FORK, RECORD


class AtFork(NamedTuple):
    """Worlds at the fork.

    Attributes
    ----------
    given : str
        What they are given: :data:`FORK`, what had happened by then, or :data:`RECORD`, all.
    last : int
        Last month of that; before 0 if it is nothing.
    particles : ParticleSet
    found : Reanalysis
        In which they were found.
    """

    given: str
    last: int
    particles: ParticleSet
    found: Reanalysis


def evidence_of(given: dict[str, Any], scenario: Scenario, where: str) -> Evidence:
    """Return what plain data, as `load_given` returns it, asks of the record of a scenario."""
    of_record = set(given) - {"title", "events"}  # all but events that the user dates
    record = record_for(scenario, where) if of_record else load_record()
    return make_evidence(given, where, documented(record, scenario), record)


def worlds_at_fork(
    factual: dict[str, Any],
    whole: Evidence,
    found: Reanalysis,
    fork: int,
    last: int,
    worlds: int,
    jobs: int = 1,
    on_progress: OnProgress = lambda *_: None,
) -> Iterator[AtFork]:
    """Yield worlds at the fork, first those given what had happened by then, if there are any.

    Parameters
    ----------
    whole : Evidence
        All that happened, and `found`, the worlds given that.
    last : int
        Last month of what had happened by then.
    """
    end = max(last, fork - 1) + 1
    known = whole if last + 1 == end else whole.until(last)
    early = found
    if known.until(end - 1).silent:  # nothing is known: the first worlds, as they come
        known, end = Evidence("nothing"), max(end, 1)
        early = reanalyse(factual, known, worlds, found.seed, ends=[end])
    elif known is not whole:  # the evidence ends before the fork
        early = reanalyse(factual, known, worlds, found.seed, jobs, on_progress,
                          ends=segments_of(known, end))  # fmt: skip
    else:
        early = given_before(factual, whole, found, end, jobs, on_progress)
    if end in early.tries:
        yield AtFork(FORK, last, at_fork(factual, known, early, end, fork), early)
    if found.stopped is None and not whole.silent:
        particles = at_fork(factual, whole, found, found.end, fork)
        yield AtFork(RECORD, found.end - 1, particles, found)
