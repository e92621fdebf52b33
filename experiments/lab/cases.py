"""What pages compute, kept for whoever asks the same: the worlds of a case.

A case is plain values, so that it can be a key. Results are reduced before they are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.state.scenario import Scenario
from palca.model.types import Floats
from palca.scenarios import build, factual_of, resolve

from ..forecast.naive import naive
from ..forecast.scores import OutcomeScore, evaluate
from ..observe.documented import Record, load_record
from ..observe.documented import record_of as record_of_country
from ..observe.histories import Histories, documented
from ..observe.outcomes import imposed, outcomes
from ..simulate.ensemble import Block, Summary, in_blocks, run_block, summarise
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
        As :func:`palca.scenarios.resolve` takes them, and `at`, the month to which they are moved.
    actor, policy : str
        Whose policy is replaced, and the text of the new one; empty for none.
    """

    scenario: str = "baseline"
    settings: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    actor: str = ""
    policy: str = ""
    at: int | None = None


@kept
def resolved(case: Case) -> dict[str, Any]:
    """Return a case as plain data that is complete; nobody may change it."""
    if not case.policy:
        return resolve(case.scenario, case.settings, case.interventions, case.at)
    table = resolved(replace(case, actor="", policy=""))
    rows = [{"since": "1969-01", "place": "the policy", "name": "edited",
             "table": read_policy(case.actor, case.policy)}]  # fmt: skip
    return {**table, "policies": {**table["policies"], case.actor: rows}}


@kept
def scenario_of(case: Case) -> Scenario:
    """Return a case, checked."""
    return build(resolved(case))


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
    return documented(_record(case), scenario_of(case))


def _record(case: Case) -> Record:
    """Return the record of a case's country; Bolivia's if it has none."""
    return record_of_country(scenario_of(case)) or load_record()


@kept
def outcome_scores(case: Case, worlds: int) -> list[OutcomeScore]:
    """Return the outcomes of some worlds, held against the record."""
    given = imposed(scenario_of(case))
    truth = {name: float(values[0]) for name, values in outcomes(record_of(case)).items()
             if name not in given}  # fmt: skip
    return evaluate(ensemble(case, worlds)[1], truth, _naive(case))


@kept
def _naive(case: Case) -> dict[str, Floats]:
    return outcomes(naive(scenario_of(case), _record(case), _NAIVE, SEED))


_SAME: Final = ("months", "country", "parameters", "sets", "priors", "channels", "start", "drivers",
                "policies")  # fmt: skip


def factual(case: Case) -> dict[str, Any]:
    """Return a case without its interventions, as plain data; nobody may change it."""
    table = resolved(case)
    return factual_of(table) if table["changes"] else table


def without_changes(case: Case) -> Case:
    """Return the baseline if the case is nothing else without its interventions; else the case."""
    own, usual = factual(case), resolved(Case())
    return Case() if all(own[key] == usual[key] for key in _SAME) else case
