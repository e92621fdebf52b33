"""What the four strategists share: they see, decide by their rules, and act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from ..language.codegen import RuleCallback
from ..language.levers import LEVERS
from ..language.policy import Policy, compile_policy
from ..state.channels import CHANNELS
from ..state.draw_keys import SEES
from ..types import Flags, Value
from .observables import BLURRED, OBSERVABLES
from .setting import Agent, Setting


class Strategist(Agent):
    """An actor with levers and a policy; its quantities are rows of the state.

    Attributes
    ----------
    actor : str
        Its key in policies and scenarios.
    levers : dict of str to float or ndarray of shape ``(worlds,)``
        What it does this month.
    seen : dict of str to float or ndarray of shape ``(worlds,)``
        What its rules looked at; kept only while there is a `trace`.
    trace : callable, optional
        Called for each rule that fires, for an explanation.
    """

    actor: ClassVar[str]

    def __init__(self, month: Setting) -> None:
        super().__init__(month)
        self.policy: Policy | None = None
        defaults = LEVERS[self.actor]
        self.levers: dict[str, Value] = {name: row.default for name, row in defaults.items()}
        self.seen: dict[str, Value] = {}
        self.trace: RuleCallback | None = None
        closed = [CHANNELS[name] for name in month.scenario.closed]
        self._hidden = tuple(
            prefix for channel in closed for actor, prefix in channel.hides if actor == self.actor
        )
        self._constants: dict[str, Value] = {}
        self._names: tuple[str, ...] = ()
        self._through: Mapping[str, str] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Return all but what `follow` makes: code, and rows of this model's state.

        A copy takes up its policy anew, which binds it to the rows of its own.
        """
        made = ("_decide", "_constants", "_names", "_through")
        kept = {k: v for k, v in super().__getstate__().items() if k not in made}
        return {**kept, "policy": None}

    def follow(self, policy: Policy) -> None:
        """Take up a policy."""
        if policy is self.policy:
            return
        self.policy = policy
        self._decide = compile_policy(policy, LEVERS[self.actor])
        named = {
            name
            for rule in policy.rules
            for expression in (rule.when, *rule.do.values())
            for name in expression.names
        }
        self._names = tuple(sorted(named & set(OBSERVABLES)))
        parameters = dict(self.month.p.items())
        self._constants = {name: parameters[name] for name in named & set(parameters)}
        self._through = self.month.channel_log.prefixes(self.actor)
        # a field's row is the state's own and stays the same array, so it is bound once
        blurred = {name for actor, name in BLURRED if actor == self.actor}
        for name in self._names:
            if name.startswith(self._hidden):
                self._constants[name] = 0.0
            elif name.startswith(tuple(self._through)):
                continue  # its value may come from a factual twin
            elif OBSERVABLES[name].field and name not in blurred:
                self._constants[name] = self.month.observe(name)
        self._names = tuple(name for name in self._names if name not in self._constants)

    def see(self) -> dict[str, Value]:
        """Return what it sees of the start of the month, and the parameters its rules name."""
        observation, p = self.month.observation, self.month.p
        seen: dict[str, Value] = dict(self._constants)
        for name in self._names:
            value = self.month.observe(name)
            if (self.actor, name) in SEES:
                row = OBSERVABLES[name]
                if self.actor == "regime":
                    value = value * p.sycophancy
                error = p.perception_noise * self.month.draws.shock(SEES[self.actor, name])
                value = np.minimum(np.maximum(value + error, row.low), row.high)
            for prefix, channel in self._through.items():
                if name.startswith(prefix):
                    value = self.month.carry(channel, f"{self.actor} sees {name}", value)
            seen[name] = value
        seen["date"] = observation.drivers["date"]
        return seen

    def decide(self) -> None:
        """Set the levers by the policy's rules."""
        seen = self.see()
        if self.trace is not None:
            self.seen = {name: np.array(value) for name, value in seen.items()}
        self.levers = self._decide(seen, self.trace)
        for change in self.month.in_force.levers:
            if change.actor == self.actor:
                self.levers[change.lever] = change.changed(self.levers[change.lever])

    def chooses(self, lever: str, event: str) -> Flags:
        """Return in which worlds an act happens: its draw is below the lever's probability."""
        return self.month.draws.happens(event, self.levers[lever])
