"""What pages compute, kept for whoever asks the same: worlds of a case, and its twins.

A case is plain values, so that it can be a key. Results are reduced before they are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model import ColdWarModel, Snapshot
from palca.model.state.concatenate import concatenate_worlds
from palca.model.state.scenario import Scenario
from palca.model.types import Floats
from palca.scenarios import build, factual_of, resolve

from ..counterfactual.divergence import Divergence, divergence
from ..counterfactual.effects import Effect, effect_of
from ..counterfactual.twins import QUANTITIES, Paths, Twins, fork_of, run_from
from ..forecast.naive import naive
from ..forecast.scores import OutcomeScore, evaluate
from ..observe.documented import load_record
from ..observe.histories import SERIES, Histories, documented, simulated
from ..observe.outcomes import atmosphere, outcomes
from ..run.explain import Trace, trace_world
from ..simulate.ensemble import QUANTILES, Block, Summary, in_blocks, run_block, summarise
from ..simulate.rule_use import RuleUse, rule_use
from .kept import kept
from .policy_text import policy_of, read_policy
from .scheduler import look_at_clock

SEED: Final = 0
TOGETHER: Final = 1_000  # worlds between two looks at the clock
_NAIVE: Final = 2_000  # worlds of the naive forecast


@dataclass(frozen=True, slots=True)
class Case:
    """A shipped scenario, perhaps with settings, interventions and a policy of the visitor's.

    Attributes
    ----------
    scenario : str
        A shipped name.
    settings, interventions : tuple of str
        As :func:`palca.scenarios.resolve` takes them.
    actor, policy : str
        Whose policy is replaced, and the text of the new one; empty for none.
    """

    scenario: str = "baseline"
    settings: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    actor: str = ""
    policy: str = ""


@kept
def resolved(case: Case) -> dict[str, Any]:
    """Return a case as plain data that is complete; nobody may change it."""
    if not case.policy:
        return resolve(case.scenario, case.settings, case.interventions)
    table = resolved(replace(case, actor="", policy=""))
    rows = [{"since": "1969-01", "place": "the policy", "name": "edited",
             "table": read_policy(case.actor, case.policy)}]  # fmt: skip
    return {**table, "policies": {**table["policies"], case.actor: rows}}


@kept
def scenario_of(case: Case) -> Scenario:
    """Return a case, checked."""
    return build(resolved(case))


@kept
def world_trace(case: Case, world: int) -> Trace:
    """Return the whole story of one world."""
    return trace_world(resolved(case), SEED, world)


@kept
def ensemble(case: Case, worlds: int) -> tuple[Summary, dict[str, Floats]]:
    """Return the months of some worlds, summed up, and every world's outcomes."""
    scenario = scenario_of(case)

    def blocks() -> Iterator[Block]:
        for some in _parts(worlds):
            yield run_block(resolved(case), some, SEED)

    return summarise(blocks(), lambda block: None, scenario.months, len(scenario.country.leaders))


def _parts(worlds: int) -> Iterator[NDArray[np.int64]]:
    for some in in_blocks(worlds, TOGETHER):
        look_at_clock()
        yield some


@kept
def uses(actor: str, policy: str) -> list[RuleUse]:
    """Return how often each rule of a policy fires in the baseline, as `palca check` counts it."""
    return rule_use(policy_of(actor, policy), scenario_of(Case()))


@kept
def record_of(case: Case) -> Histories:
    """Return the documented history."""
    return documented(load_record(), scenario_of(case))


@kept
def outcome_scores(case: Case, worlds: int) -> list[OutcomeScore]:
    """Return the outcomes of some worlds, held against the record."""
    truth = {name: float(values[0]) for name, values in outcomes(record_of(case)).items()}
    return evaluate(ensemble(case, worlds)[1], truth, _naive(case))


@kept
def _naive(case: Case) -> dict[str, Floats]:
    return outcomes(naive(scenario_of(case), load_record(), _NAIVE, SEED))


# --------------------------------------------------------------------------------- twins


@dataclass(frozen=True, slots=True)
class Difference:
    """What an intervention tends to change, from the month in which it begins.

    Attributes
    ----------
    since, worlds : int
    means : dict of str to ndarray, shape ``(months, 2)``
        By quantity: without the intervention and with it.
    effect : dict of str to ndarray, shape ``(months, 2)``
        By quantity: mean of the paired differences, and its standard error.
    fans : dict of str to pair of ndarray, each of shape ``(months, 5)``
        By quantity: quantiles without the intervention and with it.
    last : dict of str to Effect
        In the last month.
    divergence : Divergence
    """

    since: int
    worlds: int
    means: dict[str, Floats]
    effect: dict[str, Floats]
    fans: dict[str, tuple[Floats, Floats]]
    last: dict[str, Effect]
    divergence: Divergence


@kept
def difference(case: Case, worlds: int) -> Difference:
    """Return what the interventions of a case tend to change, world by world on the same draws.

    Raises
    ------
    PalcaError
        If the case has none.
    """
    twins = _twins(case, worlds)
    means, effect, fans = {}, {}, {}
    for name in QUANTITIES:
        sides = twins.factual.values[name], twins.counter.values[name]
        means[name] = np.stack([side.mean(axis=1) for side in sides], axis=1)
        apart = sides[1] - sides[0]
        error = apart.std(axis=1, ddof=1) / np.sqrt(worlds)
        effect[name] = np.stack([apart.mean(axis=1), error], axis=1)
        first, second = (np.quantile(side, QUANTILES, axis=1).T for side in sides)
        fans[name] = first, second
    months = twins.factual.months - 1
    last = {name: effect_of(twins, name, months) for name in QUANTITIES}
    return Difference(twins.factual.since, worlds, means, effect, fans, last, divergence(twins))


def _twins(case: Case, worlds: int) -> Twins:
    """Return some worlds from the fork on, as they are and with the case's interventions."""
    fork = fork_of(resolved(case))
    usual = _without(case)
    parts = []
    for some in _parts(worlds):
        start, atmosphere, factual = _forked(usual, fork, int(some[0]), len(some))
        counter = run_from(scenario_of(case), start, atmosphere)
        parts.append(Twins(factual, counter, {}, some))
    return concatenate_worlds(parts)


@kept
def _forked(case: Case, fork: int, first: int, count: int) -> tuple[Snapshot, Floats, Paths]:
    """Return worlds at a fork, Soviet atmosphere there, and how they go on unchanged."""
    table = resolved(case)
    scenario = build(factual_of(table)) if table["changes"] else scenario_of(case)
    worlds = np.arange(first, first + count)
    model = ColdWarModel(scenario, worlds, SEED, keep=SERIES)
    model.advance(fork)
    air = atmosphere(simulated(model.history()), "ussr")[-1] if fork else np.zeros(count)
    start = model.snapshot()
    return start, air, run_from(scenario, start, air)


_SAME: Final = ("months", "country", "parameters", "sets", "channels", "start", "drivers",
                "policies")  # fmt: skip


def _without(case: Case) -> Case:
    """Return the baseline if the case is nothing else without its interventions; else the case."""
    own, usual = factual_of(resolved(case)), resolved(Case())
    return Case() if all(own[key] == usual[key] for key in _SAME) else case
