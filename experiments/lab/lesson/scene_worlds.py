"""What worlds like ours say of a scene: counted once, and kept for whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from palca.model.types import Floats
from palca.scenarios.story import Change, Outcome, Scene

from ...counterfactual.asking import twins_of
from ...counterfactual.past import worlds_at_fork
from ...counterfactual.question import Question, last_month_of
from ...counterfactual.stories import exemplars
from ...counterfactual.twins import fork_of
from ...stories.frequencies import Frequency, frequencies
from ...stories.references import came, read_outcomes
from .. import cases
from ..cases import Case
from ..kept import kept
from ..many_worlds.twin_worlds import (
    Difference,
    difference,
    found_worlds,
    on_progress,
    record_given,
    worlds_then,
)
from .library import stories

WORLDS: Final = 1_024
_PAIRS: Final = 256  # of which one is shown


@kept
def counted(story: str, number: int) -> list[Frequency]:
    """Return how often what a scene asks comes about, in the order of what it asks.

    Parameters
    ----------
    story : str
        Its name, and `number`, that of the scene, from 1 on.
    """
    scene, usual = stories()[story].scenes[number - 1], Case()
    factual, fork = cases.factual(usual), scene.until + 1
    whole, found = record_given(usual), found_worlds(usual, True, WORLDS)
    at = next(worlds_at_fork(factual, whole, found, fork, scene.until, WORLDS, 1, on_progress))
    outcomes = read_outcomes(scene, cases.scenario_of(usual), story)
    answers = sum(bool(one.holds) for one in scene.answers)
    return frequencies(factual, at.particles, outcomes, answers)


def happened(one: Outcome, scene: Scene) -> bool | None:
    """Return whether an outcome came in the record; None if neither it nor the story says so."""
    if scene.answers and one in scene.answers:
        return one.happened
    usual = Case()
    return came(one, scene, cases.scenario_of(usual), cases.record_of(usual))


def case_of(change: Change) -> Case:
    """Return the case that a change makes."""
    return Case(change.scenario, (), change.interventions)


def changed(change: Change) -> Difference:
    """Return what a scene's change does in worlds like ours."""
    return difference(case_of(change), True, WORLDS)


@dataclass(frozen=True, slots=True)
class Pair:
    """A world and its twin, and how many such pairs have different rulers at some time.

    Attributes
    ----------
    since, parted : int
        First month of the change, and the first in which another rules.
    of_100 : float
        Pairs of 100 in which another rules at some time.
    leader, orientation : ndarray, shape ``(2, months)``
        From January 1969 on, of the world and of its twin: as documented before the change.
    """

    since: int
    parted: int
    of_100: float
    leader: Floats
    orientation: Floats


@kept
def pair_of(case: Case) -> Pair | None:
    """Return a world and its twin in which another rules: of those, one that parts in the middle.

    None if the change moves no ruler in any of the worlds that are tried.
    """
    counter, usual = cases.resolved(case), cases.without_changes(case)
    fork = fork_of(counter)
    last = last_month_of(Question(case.scenario), counter, fork)
    at = worlds_then(usual, fork, last, True, WORLDS)[0]
    twins = twins_of(cases.factual(case), counter, at.particles.take(np.arange(_PAIRS)))
    both = twins.factual, twins.counter
    differ = twins.factual.values["leader"] != twins.counter.values["leader"]
    found = exemplars(twins, 1)
    if not found:
        return None
    (world,) = found
    record = cases.record_of(usual)

    def whole(name: str) -> Floats:
        past = record.series[name][:fork, 0]
        return np.stack([np.concatenate([past, paths.values[name][:, world]]) for paths in both])

    parted = fork + int(differ[:, world].argmax())
    of_100 = 100.0 * float(differ.any(axis=0).mean())
    return Pair(fork, parted, of_100, whole("leader"), whole("orientation"))
