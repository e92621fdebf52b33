"""Which rules of a policy fire: counted in worlds that live under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from palca.model import Simulation
from palca.model.language.policy import Policy
from palca.model.state.scenario import Scenario

from ..io.language import _
from ..io.numerals import percent

WORLDS: Final = 400


@dataclass(frozen=True, slots=True)
class RuleUse:
    """How often a rule fired.

    Attributes
    ----------
    rule : str
        Its name.
    enabled : bool
        A rule that is off can't fire.
    worlds : int
        In how many worlds its condition held in any month.
    share : float
        Of all months of all worlds under the policy, those in which it held; 0 to 1.
    first : int or None
        The first month in which it held in any world, counted from January 1969; None if never.
    """

    rule: str
    enabled: bool
    worlds: int
    share: float
    first: int | None

    @property
    def frequency(self) -> str:
        """In how many worlds it fired, and in which share of months, in words."""
        share = percent(self.share, 2)
        if self.worlds == 1:
            return _("1 world, {share} of months", share=share)
        return _("{count} worlds, {share} of months", count=self.worlds, share=share)


def rule_use(
    policy: Policy, scenario: Scenario, worlds: int = WORLDS, seed: int = 0, since: int = 0
) -> list[RuleUse]:
    """Return how often each rule of a policy fires, in the policy's order.

    The scenario is run with its actor following the policy from a month on, to the end; the
    other actors keep their own.

    Parameters
    ----------
    policy : Policy
    scenario : Scenario
    worlds : int
        How many worlds to run: 400 take about a second.
    seed : int
    since : int
        The month in which the policy is taken up; until then the actor follows the scenario's.
    """
    before = tuple(row for row in scenario.policies[policy.actor] if row[0] < since)
    followed = {**scenario.policies, policy.actor: (*before, (since, policy))}
    model = Simulation(replace(scenario, policies=followed), worlds, seed)
    model.advance(since)
    shape = (len(policy.rules), worlds)
    ever, months = np.zeros(shape, dtype=bool), np.zeros(len(policy.rules), dtype=np.int64)
    first: dict[int, int] = {}

    def count(index: int, fired: Any, added: Mapping[str, Any]) -> None:
        where = np.broadcast_to(fired, worlds)
        ever[index] |= where
        months[index] += np.count_nonzero(where)
        first.setdefault(index, model.month)

    strategist = next(each for each in model.strategists if each.actor == policy.actor)
    strategist.trace = count
    for _month in range(since, scenario.end):  # not advance: compiled months tell of no rule
        model.step()
    return [
        RuleUse(
            rule.name,
            rule.enabled,
            int(np.count_nonzero(ever[index])),
            int(months[index]) / (worlds * (scenario.end - since)),
            first.get(index),
        )
        for index, rule in enumerate(policy.rules)
    ]
