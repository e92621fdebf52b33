"""A counterfactual question from beginning to end: what is asked, and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest, short
from palca.model.state.channels import CHANNELS, FREEZABLE
from palca.model.state.concatenate import concatenate_worlds
from palca.model.state.scenario import Country
from palca.scenarios import build, factual_of, resolve

from ..infer.abduction import ParticleSet, abduct, join_islands
from ..infer.evidence import Evidence
from ..infer.evidence_file import load_given, make_evidence
from ..infer.weights import systematic
from ..io.experiment import OnProgress
from ..io.parallel import shared
from ..observe.documented import load_record, record_for
from ..observe.histories import documented
from ..simulate.ensemble import BLOCK, in_blocks
from .divergence import Divergence, divergence
from .effects import (
    Causation,
    Effect,
    PriorPosteriorShift,
    causation,
    effect_of,
    mediated_effect,
    prior_posterior_shift,
)
from .overlap import Overlap, overlap
from .twins import QUANTITIES, Twins, fork_of, horizon, replay

WORLDS: Final = 131_072  # simulated for the abduction
TWINS: Final = 4096  # replayed with and without
FEWEST: Final = 100.0  # effective worlds below which no number is given
HORIZONS: Final = (24, 36, 60)  # months after the fork at which effects are reported

# The model built otherwise: settings that make the variant.
VARIANTS: Final[dict[str, tuple[str, ...]]] = {
    "officers decide alone": ("channel.cascade=off", "public_shock=2"),
    "no coup trap": ("channel.coup_trap=off",),
    "no backlash": ("channel.backlash=off",),
    "no Soviet channel": tuple(
        f"channel.{name}=off" for name in CHANNELS if name.startswith(("soviet_", "moscow_"))
    ),
}
VARIED: Final = ("attempts", "successes", "rules", "friction", "ussr_delivered")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes
    ----------
    scenario : str
    settings, interventions : tuple of str
    given : str
        The evidence: "record", a file, or a list of events.
    through : int, optional
        Last month of evidence; the scenario's own, or the month before the fork, if None.
    worlds, twins, seed : int
    freeze : tuple of str, optional
        Channels to be held at their factual path; those of the changed actor if None.
    variants : bool
        Whether to ask the structural variants too.
    """

    scenario: str
    settings: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    given: str = "record"
    through: int | None = None
    worlds: int = WORLDS
    twins: int = TWINS
    seed: int = 0
    freeze: tuple[str, ...] | None = None
    variants: bool = True


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the files that a question names held, as its manifest keeps it.

    Attributes
    ----------
    scenario : dict
        The resolved scenario with the interventions.
    given : dict
        The evidence file's data.
    """

    scenario: dict[str, Any]
    given: dict[str, Any]


def read_inputs(question: Question) -> Inputs:
    """Return what the question's files hold.

    Raises
    ------
    PalcaError
    """
    scenario = resolve(question.scenario, question.settings, question.interventions)
    return Inputs(scenario, load_given(question.given))


@dataclass(slots=True)
class Answer:
    """What came out.

    Attributes
    ----------
    inputs : Inputs
    factual : dict
        The scenario without the interventions.
    whole, evidence : Evidence
        All that was asked for, and what of it counts.
    fork, last : int
        Month of the first intervention; last month of evidence, before 0 if there is none.
    particles : ParticleSet
        Worlds given the evidence.
    twins : Twins
        They and their twins; None if there are too few.
    average : Twins
        Twins of worlds without evidence: the effect in countries like this one.
    effects, average_effects : dict of (str, int) to Effect
        By quantity and months after the fork.
    causes : dict of int to Causation
    divergence : Divergence
    mediated : dict of (str, int) to dict
        The part of an effect through each frozen channel, and its standard error.
    variants : dict of str to (float, dict of str to Effect)
        The fewest effective worlds, and effects by quantity.
    overlap : Overlap
    shifts : dict of str to PriorPosteriorShift
        By free parameter.
    """

    question: Question
    inputs: Inputs
    factual: dict[str, Any]
    country: Country
    whole: Evidence
    evidence: Evidence
    fork: int
    last: int
    particles: ParticleSet
    twins: Twins | None = None
    average: Twins | None = None
    effects: dict[tuple[str, int], Effect] = field(default_factory=dict)
    average_effects: dict[tuple[str, int], Effect] = field(default_factory=dict)
    causes: dict[int, Causation] = field(default_factory=dict)
    divergence: Divergence | None = None
    mediated: dict[tuple[str, int], dict[str, tuple[float, float]]] = field(default_factory=dict)
    variants: dict[str, tuple[float, dict[str, Effect]]] = field(default_factory=dict)
    overlap: Overlap | None = None
    shifts: dict[str, PriorPosteriorShift] = field(default_factory=dict)

    @property
    def counter(self) -> dict[str, Any]:
        """The scenario with the interventions."""
        return self.inputs.scenario

    @property
    def fewest(self) -> float:
        """The fewest effective worlds in any month of the evidence."""
        by_month = self.particles.diagnostics.ess
        return float(min(by_month.min(initial=np.inf), self.particles.ess))

    @property
    def horizons(self) -> list[int]:
        """Months after the fork at which effects are reported."""
        assert self.twins is not None
        ends = {horizon(self.twins, months_on) for months_on in HORIZONS}
        return sorted(ends)

    @property
    def main(self) -> int:
        """The horizon of the headline: 36 months, or the end if that comes first."""
        assert self.twins is not None
        return horizon(self.twins, HORIZONS[1])


def uninformed(answer: Answer, parameters: Sequence[str]) -> list[str]:
    """Return which of some free parameters the evidence is not informative about."""
    shifts = answer.shifts
    return [name for name in parameters if name in shifts and not shifts[name].informative]


def ask(
    question: Question,
    jobs: int = 1,
    on_progress: OnProgress = lambda *_: None,
    inputs: Inputs | None = None,
) -> Answer:
    """Answer a counterfactual question.

    Parameters
    ----------
    question : Question
    jobs : int
        Processes; the answer is the same for any number.
    on_progress : callable, optional
        Called to report progress.
    inputs : Inputs, optional
        As a manifest keeps them, instead of reading the files that are named.

    Raises
    ------
    PalcaError
        If the scenario has no interventions, or evidence or channels don't exist.
    """
    inputs = inputs or read_inputs(question)
    freeze = _channels(question, inputs.scenario)
    answer = _abduce(question, inputs, question.worlds, jobs, on_progress)
    if answer.fewest < FEWEST:
        return answer
    particles = answer.particles
    answer.twins = twins = _replay(answer, particles, freeze, jobs, on_progress, "replaying twins")
    answer.average = _average(answer, jobs, on_progress)
    for months_on in answer.horizons:
        for quantity in QUANTITIES:
            answer.effects[quantity, months_on] = effect_of(twins, quantity, months_on)
            average = effect_of(answer.average, quantity, months_on)
            answer.average_effects[quantity, months_on] = average
            answer.mediated[quantity, months_on] = mediated_effect(twins, quantity, months_on)
        answer.causes[months_on] = causation(twins, months_on)
    answer.divergence, answer.overlap = divergence(twins), overlap(twins)
    answer.shifts = prior_posterior_shift(
        particles.parameters, particles.weights, particles.ancestral_ess, question.seed
    )
    if question.variants:
        for name, settings in VARIANTS.items():
            answer.variants[name] = _variant(answer, name, settings, jobs, on_progress)
    return answer


def _abduce(
    question: Question, inputs: Inputs, worlds: int, jobs: int, on_progress: OnProgress
) -> Answer:
    """Return the answer as far as the past goes."""
    counter = inputs.scenario
    factual = factual_of(counter) if counter["changes"] else counter
    fork = fork_of(counter)
    last = _last_month(question, counter, fork)
    scenario = build(factual)
    where = short(f"--given {question.given}")
    of_record = set(inputs.given) - {"title", "events"}  # all but events that the user dates
    record = record_for(scenario, where) if of_record else load_record()
    whole = make_evidence(inputs.given, where, documented(record, scenario), record)
    _check_seen(whole, last, where)
    evidence = whole.until(last)
    islands: list[ParticleSet] = []
    done = 0
    until = max(last, fork - 1)
    for island in abduct(factual, evidence, fork, until, worlds, question.seed, jobs):
        islands.append(island)
        done += island.diagnostics.worlds
        on_progress("filtering worlds by the evidence", done, worlds)
    particles = join_islands(islands)
    return Answer(
        question, inputs, factual, scenario.country, whole, evidence, fork, last, particles
    )


def _last_month(question: Question, counter: dict[str, Any], fork: int) -> int:
    """Return the last month of evidence; before January 1969 if there is none."""
    if question.through is not None:
        last, where = question.through, "--through"
    elif counter["given"]:
        last, where = month_index(counter["given"]), f"{counter['place']}: given"
    else:
        return fork - 1
    if not 0 <= last < counter["months"]:
        end = month_name(counter["months"] - 1)
        raise PalcaError(f"evidence must end between 1969-01 and {end}, not {month_name(last)}",
                         where)  # fmt: skip
    return last


def _check_seen(whole: Evidence, last: int, where: str) -> None:
    """Raise if a month that was named lies after the evidence's end: it couldn't count."""
    for event in whole.events:
        if event.named and event.month > last:
            month = month_name(event.month)
            end = f"ends in {month_name(last)}" if last >= 0 else "would be later than the fork"
            raise PalcaError(
                f"{event.kind} {month} can't count: evidence {end}; leave it out, or "
                f"extend the evidence with --through {month}",
                where,
            )


def _channels(question: Question, counter: dict[str, Any]) -> tuple[str, ...]:
    """Return the channels to freeze: those asked for, or those of what is changed."""
    if question.freeze is not None:
        for name in question.freeze:
            if name not in FREEZABLE:
                raise PalcaError(
                    f"can't freeze the channel '{name}'{nearest(name, FREEZABLE)}; "
                    f"choose one of {', '.join(FREEZABLE)}",
                    "--freeze",
                )
        return question.freeze
    actors = {change["target"].split(".")[1] for change in counter["changes"]
              if change["target"].startswith(("policy.", "lever.", "rule."))}  # fmt: skip
    drivers = {change["target"] for change in counter["changes"]}
    groups = {
        "soviet_": "ussr" in actors,
        "moscow_": "ussr" in actors,
        "us_": "us" in actors,
        "tin": "driver.tin" in drivers,
    }
    prefixes = tuple(prefix for prefix, concerned in groups.items() if concerned)
    return tuple(name for name in FREEZABLE if prefixes and name.startswith(prefixes))


def _replay(
    answer: Answer,
    particles: ParticleSet,
    freeze: Sequence[str],
    jobs: int,
    on_progress: OnProgress,
    doing: str,
) -> Twins:
    """Return twins of worlds that are chosen by their weights, evenly spaced."""
    chosen = systematic(particles.weights, answer.question.twins, 0.5)
    blocks = [chosen[block] for block in in_blocks(len(chosen), BLOCK)]
    calls = ((answer.factual, answer.counter, particles.take(block), freeze) for block in blocks)
    parts: list[Twins] = []
    for part in shared(replay, calls, jobs):
        parts.append(part)
        on_progress(doing, len(parts), len(blocks))
    return concatenate_worlds(parts)


def _average(answer: Answer, jobs: int, on_progress: OnProgress) -> Twins:
    """Return twins of as many worlds without evidence."""
    question = answer.question
    nothing = Evidence("nothing")
    parts = abduct(
        answer.factual, nothing, answer.fork, answer.fork - 1, question.twins, question.seed, jobs
    )
    islands, doing = join_islands(list(parts)), "worlds without evidence"
    return _replay(answer, islands, (), jobs, on_progress, doing)


def _variant(
    asked: Answer, name: str, settings: tuple[str, ...], jobs: int, on_progress: OnProgress
) -> tuple[float, dict[str, Effect]]:
    """Return effective worlds and effects of the question asked of another model."""
    question = asked.question
    counter = resolve(question.scenario, (*question.settings, *settings), question.interventions)
    inputs = Inputs(counter, asked.inputs.given)
    worlds = max(question.worlds // 4, 1)
    answer = _abduce(
        question, inputs, worlds, jobs, lambda _, *n: on_progress(f"alternative model: {name}", *n)
    )
    if answer.fewest < FEWEST / 4:
        return answer.fewest, {}
    twins = _replay(answer, answer.particles, (), jobs, lambda *_: None, name)
    answer.twins = twins
    return answer.fewest, {quantity: effect_of(twins, quantity, answer.main) for quantity in VARIED}
