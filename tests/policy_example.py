"""A policy of a made-up actor, made from rules that a test names."""

from __future__ import annotations

from typing import Any

from palca.model.language.levers import Lever
from palca.model.language.policy import Policy, compile_policy, make_policy

NAMES = ("growth", "trust", "regime.orientation", "capacity")
LEVERS = {
    "credit": Lever("credit", 0, 150, 0, "million USD", "size of the credit on offer"),
    "delivery": Lever("delivery", 0, 4, 1, "ratio", "speed of delivery"),
    "counsel": Lever("counsel", -1, 1, -0.0, "share", "counsel of restraint"),
    "protest": Lever("protest", 0, 1, 0, "chance", "a public protest"),
}
WHERE = "policies/regime/pragmatic.toml"


def rule(name: Any = "a rule", when: Any = "true", do: Any = None, **more: Any) -> dict:
    do = {"credit": "1"} if do is None else do
    return {"name": name, "when": when, "do": do, "why": "w", "source": "assumed", **more}


def table(*rules):
    return {"actor": "patron", "title": "Reward distance", "rule": list(rules)}


def made(*rules) -> Policy:
    return make_policy("pragmatic", table(*rules), names=NAMES, levers=LEVERS, where=WHERE)


def decided(*rules, **see):
    return compile_policy(made(*rules), LEVERS)({"date": 0, **see})
