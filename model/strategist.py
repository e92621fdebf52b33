"""What the four strategists share: they see, decide by their rules, and act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

import mesa
import numpy as np
from numpy.typing import NDArray

from .channels import CHANNELS
from .levers import LEVERS
from .observables import BLURRED, OBSERVABLES
from .parameters import Value
from .policy import Policy, compile_policy

if TYPE_CHECKING:
    from .model import ColdWarModel

Floats = NDArray[np.float64]
Trace = Callable[[int, NDArray[np.bool_], Mapping[str, Value]], None]


class Strategist(mesa.Agent):
    """An actor with levers and a policy; a face of the state, with no numbers of its own.

    Attributes
    ----------
    actor : str
        Its key in policies and scenarios.
    levers : dict of str to float or ndarray of shape ``(worlds,)``
        What it does this month.
    """

    actor: ClassVar[str]
    model: ColdWarModel  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, model: ColdWarModel) -> None:
        super().__init__(model)
        self.policy: Policy | None = None
        self.levers: dict[str, Value] = {name: row.default for name, row in LEVERS[self.actor].items()}
        self.trace: Trace | None = None
        closed = [CHANNELS[name] for name in model.premise.closed]
        self._hidden = tuple(
            prefix for channel in closed for actor, prefix in channel.hides if actor == self.actor
        )
        self._constants: dict[str, Value] = {}
        self._names: tuple[str, ...] = ()

    def follow(self, policy: Policy) -> None:
        """Take up a policy."""
        self.policy = policy
        self._decide = compile_policy(policy, LEVERS[self.actor])
        named = {
            name
            for rule in policy.rules
            for expression in (rule.when, *rule.do.values())
            for name in expression.names
        }
        self._names = tuple(sorted(named & set(OBSERVABLES)))
        parameters = dict(self.model.p.items())
        self._constants = {name: parameters[name] for name in named & set(parameters)}

    def see(self) -> dict[str, Value]:
        """Return what it sees of the start of the month, and the parameters its rules name."""
        sight, p = self.model.sight, self.model.p
        seen: dict[str, Value] = dict(self._constants)
        for name in self._names:
            if self._hidden and name.startswith(self._hidden):
                seen[name] = 0.0
                continue
            value = self.model.observe(name)
            if (self.actor, name) in BLURRED:
                row = OBSERVABLES[name]
                if self.actor == "regime":
                    value = value * p.sycophancy
                error = p.perception_noise * self.model.chance.shock(f"{self.actor} sees {name}")
                value = np.minimum(np.maximum(value + error, row.low), row.high)
            seen[name] = value
        seen["date"] = sight.drivers["date"]
        return seen

    def decide(self) -> None:
        """Set the levers by the policy's rules."""
        self.levers = self._decide(self.see(), self.trace)

    def chooses(self, lever: str, event: str) -> NDArray[np.bool_]:
        """Return in which worlds an act happens: its draw falls below the lever's chance."""
        return self.model.chance.of(event) < self.levers[lever]
