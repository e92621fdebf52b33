"""A counterfactual question from beginning to end: what is asked, and what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest, short
from palca.model.state.channels import CHANNELS, FREEZABLE
from palca.model.state.concatenate import concatenate_worlds
from palca.model.state.scenario import Country
from palca.model.state.state import FIELDS
from palca.scenarios import build, factual_of, resolve

from ..infer.alive_filter import Segment, families
from ..infer.evidence import Evidence
from ..infer.evidence_file import load_given, make_evidence
from ..infer.reanalysis import WORLDS, ParticleSet, Reanalysis, at_fork, reanalyse, segments_of
from ..infer.reanalysis_files import given_before, reanalysis_of
from ..infer.weights import equal
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
from .named_outcomes import NamedEffect, NamedOutcome, named_effects, read_outcome
from .overlap import Overlap, overlap
from .twins import QUANTITIES, Twins, fork_of, replay

FEW: Final = 100.0  # families below which standard errors are rough
HORIZONS: Final = (24, 36, 60)  # months after the fork at which effects are given
FORK, RECORD = "fork", "record"  # what an answer is given: what had happened by then, or all

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
        Last month of what had happened by then; the scenario's own, or the month before the fork,
        if None.
    worlds, seed : int
    freeze : tuple of str, optional
        Channels to be held at their factual path; those of the changed actor if None.
    variants : bool
        Whether to ask the structural variants too.
    outcomes : tuple of str
        Named outcomes, beside those of the scenario.
    at : int, optional
        The month in which the first intervention begins, if not its own: all are moved as far.
    """

    scenario: str
    settings: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    given: str = "record"
    through: int | None = None
    worlds: int = WORLDS
    seed: int = 0
    freeze: tuple[str, ...] | None = None
    variants: bool = False
    outcomes: tuple[str, ...] = ()
    at: int | None = None


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
    scenario = resolve(
        question.scenario, question.settings, question.interventions, question.at
    )
    return Inputs(scenario, load_given(question.given))


@dataclass(slots=True)
class Part:
    """The answer in the light of some of the evidence.

    Attributes
    ----------
    given : str
        :data:`FORK`, what had happened by then, or :data:`RECORD`, all that happened.
    last : int
        Last month of evidence; before 0 if there is none.
    reanalysis : Reanalysis
        The worlds like ours.
    twins : Twins
        They and their twins.
    effects : dict of (str, int) to Effect
        By quantity and months after the fork.
    causes : dict of int to Causation
    divergence : Divergence
    mediated : dict of (str, int) to dict
        The part of an effect through each frozen channel, and its standard error.
    overlap : Overlap
    shifts : dict of str to PriorPosteriorShift
        By free parameter.
    rulers : dict of str to float
        Share of the worlds by who rules at the start of the fork's month.
    named : list of NamedEffect
    """

    given: str
    last: int
    reanalysis: Reanalysis
    twins: Twins
    effects: dict[tuple[str, int], Effect]
    causes: dict[int, Causation]
    divergence: Divergence
    mediated: dict[tuple[str, int], dict[str, tuple[float, float]]]
    overlap: Overlap
    shifts: dict[str, PriorPosteriorShift]
    rulers: dict[str, float]
    named: list[NamedEffect]

    @property
    def families(self) -> float:
        """Effective number of families."""
        return families(self.twins.ancestors)

    def uninformed(self, parameters: Sequence[str]) -> list[str]:
        """Return which of some free parameters the evidence is not informative about."""
        shifts = self.shifts
        return [name for name in parameters if name in shifts and not shifts[name].informative]


@dataclass(slots=True)
class Answer:
    """What came out.

    Attributes
    ----------
    inputs : Inputs
    factual : dict
        The scenario without the interventions.
    whole : Evidence
        All that was asked for.
    fork, last : int
        Month of the first intervention; last month of what had happened by then.
    outcomes : list of NamedOutcome
    stopped : Segment, optional
        The months whose evidence too few worlds fitted.
    parts : dict of str to Part
        By what they are given. Given all that happened there is none if no world could be found.
    average : dict of (str, int) to Effect
        Effects in worlds without evidence, in countries like this one.
    variants : dict of str to dict of str to Effect
        Effects in alternative models by quantity; empty where too few worlds were like ours.
    """

    question: Question
    inputs: Inputs
    factual: dict[str, Any]
    country: Country
    whole: Evidence
    fork: int
    last: int
    outcomes: list[NamedOutcome]
    stopped: Segment | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    average: dict[tuple[str, int], Effect] = field(default_factory=dict)
    variants: dict[str, dict[str, Effect]] = field(default_factory=dict)

    @property
    def counter(self) -> dict[str, Any]:
        """The scenario with the interventions."""
        return self.inputs.scenario

    @property
    def evidence(self) -> Evidence:
        """What had happened by then."""
        return self.whole.until(self.last)

    @property
    def horizons(self) -> list[int]:
        """Months after the fork at which effects are given."""
        return sorted({self._horizon(months_on) for months_on in HORIZONS})

    @property
    def main(self) -> int:
        """The horizon of the headline: 36 months, or the end if that comes first."""
        return self._horizon(HORIZONS[1])

    def _horizon(self, months_on: int) -> int:
        return min(months_on, self.factual["months"] - 1 - self.fork)


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
        Told of the progress.
    inputs : Inputs, optional
        As a manifest keeps them, instead of reading the files that are named.

    Raises
    ------
    PalcaError
        If the scenario has no interventions, or evidence or channels don't exist.
    """
    inputs = inputs or read_inputs(question)
    freeze = _channels(question, inputs.scenario)
    answer = _begin(question, inputs)
    for given, particles, found, last in _past(answer, jobs, on_progress):
        twins = _replay(answer, particles, freeze, jobs, on_progress, f"twins given the {given}")
        answer.parts[given] = _part(answer, given, last, found, particles, twins)
    if answer.parts:
        answer.average = _average(answer, jobs, on_progress)
    if question.variants and answer.parts:
        for name, settings in VARIANTS.items():
            answer.variants[name] = _variant(answer, name, settings, jobs, on_progress)
    return answer


def _begin(question: Question, inputs: Inputs) -> Answer:
    """Return an answer that has no parts yet: what is asked, and given what."""
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
    texts = [(text, f"{counter['place']}: outcomes") for text in counter.get("outcomes", ())]
    texts += [(text, "--outcome") for text in question.outcomes]
    outcomes = [
        read_outcome(text, scenario.country, fork, scenario.months, of) for text, of in texts
    ]
    return Answer(question, inputs, factual, scenario.country, whole, fork, last, outcomes)


def _past(
    answer: Answer, jobs: int, on_progress: OnProgress
) -> Iterator[tuple[str, ParticleSet, Reanalysis, int]]:
    """Yield worlds at the fork by what they are given, and the last month of that."""
    factual, whole, question = answer.factual, answer.whole, answer.question
    found = reanalysis_of(factual, whole, question.worlds, question.seed, jobs, on_progress)
    answer.stopped = found.stopped
    end = max(answer.last, answer.fork - 1) + 1
    known = whole if answer.last + 1 == end else answer.evidence
    early = found
    if known.until(end - 1).silent:  # nothing is known: the first worlds, as they come
        known, end = Evidence("nothing"), max(end, 1)
        early = reanalyse(factual, known, question.worlds, question.seed, ends=[end])
    elif known is not whole:  # the evidence ends before the fork
        early = reanalyse(factual, known, question.worlds, question.seed, jobs, on_progress,
                          ends=segments_of(known, end))  # fmt: skip
    else:
        early = given_before(factual, whole, found, end, jobs, on_progress)
    if end in early.tries:
        yield FORK, at_fork(factual, known, early, end, answer.fork), early, answer.last
    if found.stopped is None and not whole.silent:
        last = found.end - 1
        yield RECORD, at_fork(factual, whole, found, found.end, answer.fork), found, last


def _part(
    answer: Answer, given: str, last: int, found: Reanalysis, particles: ParticleSet, twins: Twins
) -> Part:
    """Return what is computed from twins."""
    pairs = [(quantity, months_on) for months_on in answer.horizons for quantity in QUANTITIES]
    weights = equal(len(particles))
    leader = particles.snapshot.state[list(FIELDS).index("leader")].astype(np.int64)
    shares = np.bincount(leader) / len(leader)
    return Part(
        given,
        last,
        found,
        twins,
        {pair: effect_of(twins, *pair) for pair in pairs},
        {months_on: causation(twins, months_on) for months_on in answer.horizons},
        divergence(twins),
        {pair: mediated_effect(twins, *pair) for pair in pairs},
        overlap(twins),
        prior_posterior_shift(
            particles.parameters, weights, particles.families, answer.question.seed
        ),
        {answer.country.leaders[i].name: float(shares[i]) for i in np.flatnonzero(shares)},
        named_effects(answer.outcomes, twins),
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
    """Return worlds at the fork and their twins."""
    blocks = list(in_blocks(len(particles), BLOCK))
    calls = ((answer.factual, answer.counter, particles.take(block), freeze) for block in blocks)
    parts: list[Twins] = []
    for part in shared(replay, calls, jobs):
        parts.append(part)
        on_progress(doing, len(parts), len(blocks))
    return concatenate_worlds(parts)


def _average(answer: Answer, jobs: int, on_progress: OnProgress) -> dict[tuple[str, int], Effect]:
    """Return the effects in as many worlds without evidence."""
    question, nothing, end = answer.question, Evidence("nothing"), max(answer.fork, 1)
    found = reanalyse(answer.factual, nothing, question.worlds, question.seed, ends=[end])
    particles = at_fork(answer.factual, nothing, found, end, answer.fork)
    twins = _replay(answer, particles, (), jobs, on_progress, "worlds without evidence")
    return {
        (quantity, months_on): effect_of(twins, quantity, months_on)
        for months_on in answer.horizons for quantity in QUANTITIES
    }  # fmt: skip


def _variant(
    asked: Answer, name: str, settings: tuple[str, ...], jobs: int, on_progress: OnProgress
) -> dict[str, Effect]:
    """Return the effects of the question asked of another model, given what had happened."""
    question = asked.question
    counter = resolve(
        question.scenario, (*question.settings, *settings), question.interventions, question.at
    )
    smaller = replace(question, worlds=max(question.worlds // 4, 1))
    answer = _begin(smaller, Inputs(counter, asked.inputs.given))
    past = _past(answer, jobs, lambda _, *n: on_progress(f"alternative model: {name}", *n))
    for _, particles, _, _ in past:
        twins = _replay(answer, particles, (), jobs, lambda *_: None, name)
        return {quantity: effect_of(twins, quantity, answer.main) for quantity in VARIED}
    return {}
