"""A counterfactual question is asked: from worlds like ours to effects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

import numpy as np

from palca.model.calendar import START
from palca.model.errors import PalcaError, short
from palca.model.state.channels import CHANNELS
from palca.model.state.concatenate import concatenate_worlds
from palca.model.state.state import FIELDS
from palca.scenarios import build, factual_of

from ..infer.evidence import Evidence
from ..infer.reanalysis import ParticleSet, at_fork, reanalyse
from ..infer.reanalysis_files import reanalysis_of
from ..infer.weights import equal
from ..io.experiment import OnProgress
from ..io.parallel import shared
from ..simulate.ensemble import BLOCK, in_blocks
from .answer import Answer, Part
from .divergence import divergence
from .effects import Effect, causation, effect_of, mediated_effect, prior_posterior_shift
from .expectations import expectations_of
from .named_outcomes import named_effects, read_outcome
from .overlap import overlap
from .past import AtFork, evidence_of, worlds_at_fork
from .question import Inputs, Question, channels_of, check_seen, last_month_of, read_inputs
from .twins import QUANTITIES, Twins, fork_of, replay, replay_frozen

T = TypeVar("T")
# The model built otherwise: parameters that it sets, and channels that it closes.
VARIANTS: Final[dict[str, tuple[dict[str, float], tuple[str, ...]]]] = {
    "officers decide alone": ({"public_shock": 2.0}, ("cascade",)),
    "a global game: nobody sees who joins": ({"global_game": 1.0}, ()),
    "no coup trap": ({}, ("coup_trap",)),
    "no backlash": ({}, ("backlash",)),
    "no Soviet channel": (
        {},
        tuple(name for name in CHANNELS if name.startswith(("soviet_", "moscow_"))),
    ),
}
VARIED: Final = ("attempts", "successes", "rules", "friction", "ussr_delivered")


def ask(
    question: Question,
    jobs: int = 1,
    on_progress: OnProgress = lambda *_: None,
    inputs: Inputs | None = None,
    on_effects: Callable[[Answer], None] = lambda _: None,
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
    on_effects : callable, optional
        Given the answer as soon as its effects are known: what goes through each channel, effects
        in worlds without evidence, and alternative models take several times as long.

    Raises
    ------
    PalcaError
        If the scenario has no interventions, or evidence or channels don't exist.
    """
    inputs = inputs or read_inputs(question)
    freeze = channels_of(question, inputs.scenario)
    answer, past = ask_effects(question, inputs, jobs, on_progress)
    if not answer.parts:
        return answer
    on_effects(answer)
    _freeze(answer, past, freeze, jobs, on_progress)
    answer.average = _average(answer, jobs, on_progress)
    if question.variants:
        for name in VARIANTS:
            answer.variants[name] = _variant(answer, name, jobs, on_progress)
    return answer


def ask_effects(
    question: Question, inputs: Inputs, jobs: int, on_progress: OnProgress
) -> tuple[Answer, dict[str, ParticleSet]]:
    """Return the effects alone, and the worlds at the fork by what they are given."""
    answer = _begin(question, inputs)
    found = list(_past(answer, jobs, on_progress))
    past = {at.given: at.particles for at in found}
    twins = _in_blocks(replay, answer.factual, answer.counter, past, (), jobs, on_progress, "twins")
    calls = [(answer, at, twins[at.given]) for at in found]
    for part in shared(_part, calls, jobs, threads=True):
        answer.parts[part.given] = part
    return answer, past


def _begin(question: Question, inputs: Inputs) -> Answer:
    """Return an answer that has no parts yet: what is asked, and given what."""
    counter = inputs.scenario
    factual = factual_of(counter) if counter["changes"] else counter
    fork = fork_of(counter)
    last = last_month_of(question, counter, fork)
    scenario = build(factual)
    if scenario.first:
        raise PalcaError(f"counterfactuals are asked of scenarios that begin in {START}; "
                         "'palca compare' takes others", f"{counter['place']}: from")
    where = short(f"--given {question.given}")
    whole = evidence_of(inputs.given, scenario, where)
    check_seen(whole, last, where)
    texts = [(text, f"{counter['place']}: outcomes") for text in counter.get("outcomes", ())]
    texts += [(text, "--outcome") for text in question.outcomes]
    outcomes = [
        read_outcome(text, scenario.country, fork, scenario.end, of) for text, of in texts
    ]
    latest = scenario.end - 1 - fork
    expected = [replace(one, months=min(one.months, latest)) for one in expectations_of(counter)]
    return Answer(
        question, inputs, factual, scenario.country, whole, fork, last, outcomes, expected
    )


def _past(answer: Answer, jobs: int, on_progress: OnProgress) -> Iterator[AtFork]:
    """Yield worlds at the fork by what they are given, and note which evidence was too rare."""
    factual, whole, question = answer.factual, answer.whole, answer.question
    found = reanalysis_of(factual, whole, question.worlds, question.seed, jobs, on_progress)
    answer.stopped = found.stopped
    return worlds_at_fork(
        factual, whole, found, answer.fork, answer.last, question.worlds, jobs, on_progress
    )


def _part(answer: Answer, at: AtFork, twins: Twins) -> Part:
    """Return what is computed from twins."""
    given, last, particles, found = at
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
        overlap(twins),
        prior_posterior_shift(
            particles.parameters,
            weights,
            particles.families,
            answer.question.seed,
            answer.prior_of,
        ),
        {answer.country.leaders[i].name: float(shares[i]) for i in np.flatnonzero(shares)},
        named_effects(answer.outcomes, twins),
        [(one, effect_of(twins, one.quantity, one.months)) for one in answer.expectations],
    )


def twins_of(
    factual: dict[str, Any],
    counter: dict[str, Any],
    particles: ParticleSet,
    jobs: int = 1,
    on_progress: OnProgress = lambda *_: None,
    doing: str = "twins",
) -> Twins:
    """Return worlds at the fork and their twins, however many."""
    past = {"": particles}
    return _in_blocks(replay, factual, counter, past, (), jobs, on_progress, doing)[""]


def _freeze(
    answer: Answer,
    past: Mapping[str, ParticleSet],
    channels: Sequence[str],
    jobs: int,
    on_progress: OnProgress,
) -> None:
    """Add what goes through each channel: twins in which it carries what it did without change."""
    frozen = _in_blocks(
        replay_frozen, answer.factual, answer.counter, past, (channels,), jobs, on_progress,
        "channels",
    )  # fmt: skip
    for given, paths in frozen.items():
        part = answer.parts[given]
        part.twins.frozen = paths
        part.mediated = {pair: mediated_effect(part.twins, *pair) for pair in part.effects}
        # the claims show no other effect of these: all paths of six channels take gigabytes
        part.twins.frozen = {name: path.only(("attempts", "rules")) for name, path in paths.items()}


def _in_blocks(
    function: Callable[..., T],
    factual: dict[str, Any],
    counter: dict[str, Any],
    past: Mapping[str, ParticleSet],
    more: tuple[Any, ...],
    jobs: int,
    on_progress: OnProgress,
    doing: str,
) -> dict[str, T]:
    """Return what a function makes of the worlds by what they are given, block by block as one."""
    blocks = [(given, block) for given, particles in past.items()
              for block in in_blocks(len(particles), BLOCK)]  # fmt: skip
    calls = ((factual, counter, past[given].take(block), *more) for given, block in blocks)
    parts: dict[str, list[T]] = {given: [] for given in past}
    made = shared(function, calls, jobs, threads=True)
    for done, ((given, _), part) in enumerate(zip(blocks, made, strict=True), start=1):
        parts[given].append(part)
        on_progress(doing, done, len(blocks))
    return {given: some[0] if len(some) == 1 else concatenate_worlds(some)
            for given, some in parts.items()}  # fmt: skip


def _average(answer: Answer, jobs: int, on_progress: OnProgress) -> dict[tuple[str, int], Effect]:
    """Return the effects in as many worlds without evidence."""
    question, nothing, end = answer.question, Evidence("nothing"), max(answer.fork, 1)
    found = reanalyse(answer.factual, nothing, question.worlds, question.seed, ends=[end])
    particles = at_fork(answer.factual, nothing, found, end, answer.fork)
    twins = twins_of(answer.factual, answer.counter, particles, jobs, on_progress,
                     "worlds without evidence")  # fmt: skip
    return {
        (quantity, months_on): effect_of(twins, quantity, months_on)
        for months_on in answer.horizons for quantity in QUANTITIES
    }  # fmt: skip


def variant_of(resolved: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a scenario in one of the alternative models, whatever it sets or has priors of."""
    parameters, closed = VARIANTS[name]
    return {
        **resolved,
        "parameters": {**resolved["parameters"], **parameters},
        "channels": {**resolved["channels"], **dict.fromkeys(closed, False)},
    }


def _variant(
    asked: Answer, name: str, jobs: int, on_progress: OnProgress
) -> dict[str, Effect]:
    """Return the effects of the question asked of another model, given what had happened."""
    smaller = replace(asked.question, worlds=max(asked.question.worlds // 4, 1))
    answer = _begin(smaller, Inputs(variant_of(asked.counter, name), asked.inputs.given))
    past = _past(answer, jobs, lambda _, *n: on_progress(f"alternative model: {name}", *n))
    for at in past:
        twins = twins_of(answer.factual, answer.counter, at.particles, jobs)
        return {quantity: effect_of(twins, quantity, answer.main) for quantity in VARIED}
    return {}
