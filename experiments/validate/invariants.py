"""Checks of the model against itself: extreme conditions, metamorphic tests, units.

None of them looks at the record. *Extreme conditions* ask for the only possible answer.
*Metamorphic tests* change one thing and ask in which direction another may move, world by
world, with the same draws (Olsen and Raunak 2019, IEEE Transactions on Reliability 68). The
*change of currency* asks whether units are used as the tables say: with all money
counted in units of two dollars nothing but the money may change, to the last bit.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from palca.model import History, Simulation
from palca.model.agents.observables import OBSERVABLES
from palca.model.language.levers import LEVERS
from palca.model.state.history import CODE_OF
from palca.model.state.parameters import PARAMETERS
from palca.model.state.state import FIELDS
from palca.scenarios import build

WORLDS: Final = 2000
_MONEY: Final = re.compile(r"USD")
_PER_MONEY: Final = re.compile(r"per (million )?USD")


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes
    ----------
    kind : str
        "extreme condition", "metamorphic" or "units".
    statement : str
    found : str
        What was counted.
    holds : bool
    """

    kind: str
    statement: str
    found: str
    holds: bool


def checks(resolved: dict[str, Any], worlds: int = WORLDS, seed: int = 0) -> list[Check]:
    """Return all checks of a scenario's model."""
    lab = _Lab({**resolved, "sets": {}, "months": min(resolved["months"], 120)}, worlds, seed)
    return [*_extremes(lab), *_directions(lab), *_units(lab)]


@dataclass(frozen=True, slots=True)
class _Lab:
    resolved: dict[str, Any]
    worlds: int
    seed: int

    def run(
        self,
        months: int | None = None,
        start: dict[str, float] | None = None,
        parameters: dict[str, float] | None = None,
        channels: Sequence[str] = (),
        **other: Any,
    ) -> History:
        """Return the histories of the scenario with something changed."""
        resolved = {**self.resolved, **other}
        resolved["start"] = {**resolved["start"], **(start or {})}
        resolved["parameters"] = {**resolved["parameters"], **(parameters or {})}
        resolved["channels"] = {**resolved["channels"], **dict.fromkeys(channels, False)}
        if months is not None:
            resolved["months"] = months
            resolved["drivers"] = {k: v[:months] for k, v in resolved["drivers"].items()}
        return Simulation(build(resolved), self.worlds, self.seed).run()

    def rules(self, actors: Sequence[str], keep: Callable[[str], bool]) -> dict[str, Any]:
        """Return the policies of which some actors only keep some levers."""
        policies = copy.deepcopy(self.resolved["policies"])
        for actor in actors:
            for spell in policies[actor]:
                for rule in spell["table"]["rule"]:
                    rule["do"] = {name: do for name, do in rule["do"].items() if keep(name)}
                spell["table"]["rule"] = [rule for rule in spell["table"]["rule"] if rule["do"]]
        return policies


def _count(history: History, *kinds: str) -> int:
    codes = [CODE_OF["power", kind] for kind in kinds]
    return int(np.isin(history.events.code, codes).sum())


def _extremes(lab: _Lab) -> list[Check]:
    kind = "extreme condition"
    content = lab.run(parameters={"discontent_base": -3.0, "cost": 3.0})
    tried = _count(content, "coup", "failed coup", "plot")
    quiet = lab.run(parameters={"opportunity": 0.0})
    by_chance = _count(quiet, "coup", "failed coup", "plot")
    gifts = ("aid", "military_aid", "credit")
    poor = lab.run(policies=lab.rules(("us", "ussr"), lambda name: name not in gifts))
    given = float(poor.field("us_commitment").sum() + poor.field("ussr_commitment").sum())
    finite = all(np.isfinite(poor.field(name)).all() for name in ("growth", "fiscal", "legitimacy"))
    idle = lab.run(policies=lab.rules(tuple(lab.resolved["policies"]), lambda name: False))
    dealt = [(t, k) for t in ("ussr", "us") for k in ("credit", "aid", "embassy", "break")]
    acts = int(np.isin(idle.events.code, [CODE_OF[pair] for pair in dealt]).sum())
    soviet = [name for name in lab.resolved["policies"] if name == "ussr"]
    shut = ("soviet_fiscal", "soviet_prestige", "soviet_leverage", "soviet_diplomacy",
            "soviet_restraint", "moscow_line")  # fmt: skip
    with_aid = lab.run(channels=shut)
    without = lab.run(channels=shut, policies=lab.rules(soviet, lambda name: False))
    moved = int((with_aid.field("attempt") != without.field("attempt")).sum())
    return [
        Check(kind, "no coup, failed coup or plot where no officer is discontented",
              f"{tried} in {lab.worlds:,} worlds", tried == 0),
        Check(kind, "none without an opportunity", f"{by_chance}", by_chance == 0),
        Check(kind, "with no aid from either power the model runs to its end, and nothing is given",
              f"{given:g} million USD; all numbers finite: {'yes' if finite else 'no'}",
              given == 0.0 and finite),
        Check(kind, "strategists without rules do nothing", f"{acts} acts",
              acts == 0),
        Check(kind, "with all Soviet channels closed no Soviet rule changes an attempt",
              f"{moved} months changed", moved == 0),
    ]  # fmt: skip


# What is raised, from and to; what is read after so many months, and where it may move.
_Change = tuple[dict[str, float], dict[str, float]]  # start, parameters
_DIRECTIONS: Final[tuple[tuple[str, _Change, _Change, str, int, int], ...]] = (
    ("more repression of the party never leaves it more militants next month",
     ({"party_repression": 0.1}, {}), ({"party_repression": 0.8}, {}), "militants", 1, -1),
    ("more repression never leaves more mobilisation next month (suppression)",
     ({"repression": 0.1}, {}), ({"repression": 0.8}, {}), "mobilisation", 1, -1),
    ("more repression never leaves less grievance next month (backlash)",
     ({"repression": 0.1}, {}), ({"repression": 0.8}, {}), "grievance", 1, 1),
    ("a more legitimate regime never meets more mobilisation next month",
     ({"legitimacy": 0.2}, {}), ({"legitimacy": 0.8}, {}), "mobilisation", 1, -1),
    ("more delivered US aid never leaves less fiscal space next month",
     ({"us_delivered": 5.0}, {}), ({"us_delivered": 60.0}, {}), "fiscal", 1, 1),
    ("a larger debt never leaves more fiscal space next month",
     ({"debt": 0.1}, {}), ({"debt": 1.5}, {}), "fiscal", 1, -1),
    ("an expelled mission never leaves more Soviet trust next month",
     ({"ussr_strain": 0.0}, {}), ({"ussr_strain": 1.0}, {}), "ussr_trust", 1, -1),
    ("an unpaid expropriation never leaves more US trust next month",
     ({"dispute": 0.0}, {}), ({"dispute": 1.0}, {}), "us_trust", 1, -1),
    ("a higher cost of joining never causes an attempt",
     ({}, {"cost": 0.6}), ({}, {"cost": 1.4}), "attempt", 1, -1),
    ("more opportunities never prevent an attempt",
     ({}, {"opportunity": 0.05}), ({}, {"opportunity": 0.5}), "attempt", 1, 1),
    ("having survived an attempt never causes an attempt",
     ({"survived": 0.0}, {}), ({"survived": 1.0}, {}), "attempt", 1, -1),
    ("more complementarity never makes a successful attempt fail",
     ({}, {"complementarity": 0.6}), ({}, {"complementarity": 2.0}), "success", 1, 1),
)  # fmt: skip
_PLOTTING: Final = {"opportunity": 0.6}  # so that the first month has attempts


def _directions(lab: _Lab) -> list[Check]:
    out = []
    for statement, low, high, name, month, sign in _DIRECTIONS:
        game = _PLOTTING if name in ("attempt", "success") else {}
        less, more = (
            lab.run(month, start, {**game, **parameters}).field(name)[month - 1]
            for start, parameters in (low, high)
        )
        step = sign * (more - less)
        against, along = int((step < -1e-12).sum()), int((step > 1e-12).sum())
        out.append(Check("metamorphic", statement, f"{against} worlds against, {along} along",
                         against == 0 and along > 0))  # fmt: skip
    prices = lab.resolved["drivers"]
    dearer = {**prices, "export_price": (np.array(prices["export_price"]) + 0.3).tolist()}
    less, more = (lab.run(1, drivers=d).field("fiscal")[0] for d in (prices, dearer))
    against, along = int((more < less - 1e-12).sum()), int((more > less + 1e-12).sum())
    out.append(
        Check("metamorphic", "a higher export price never leaves less fiscal space next month",
              f"{against} worlds against, {along} along", against == 0 and along > 0)
    )  # fmt: skip
    return out


def _units(lab: _Lab) -> list[Check]:
    same, first = change_of_currency(lab.resolved, lab.worlds, lab.seed)
    named = sorted({row.unit for row in PARAMETERS.values()})
    nameless = [name for name, row in PARAMETERS.items() if not row.unit.strip()]
    return [
        Check("units", "every parameter has a unit", f"{len(named)} units, {len(nameless)} without",
              not nameless),
        Check("units", "counted in units of two dollars, nothing but the money changes",
              "the same bits in every field" if same else f"{first} changed", same),
    ]  # fmt: skip


def change_of_currency(
    resolved: dict[str, Any], worlds: int, seed: int, factor: float = 0.5
) -> tuple[bool, str]:
    """Return whether a change of currency changes nothing else, and what it changed first.

    Parameters, levers, start values, drivers and what rules read are converted by the units
    in their tables; a factor that is a power of two makes no rounding.
    """
    plain = Simulation(build(resolved), worlds, seed).run()
    other = Simulation(build(converted(resolved, factor)), worlds, seed).run()
    for row in FIELDS.values():
        scale = factor ** exponent(row.unit)
        if not np.array_equal(scale * plain.field(row.name), other.field(row.name)):
            return False, row.name
    same = np.array_equal(plain.events.code, other.events.code)
    return same, "" if same else "events"


def exponent(unit: str) -> int:
    """Return the power of money in a unit.

    >>> [exponent(u) for u in ("million USD a year", "share per million USD", "per month")]
    [1, -1, 0]
    """
    if _PER_MONEY.search(unit):
        return -1
    return 1 if _MONEY.search(unit) else 0


def converted(resolved: dict[str, Any], factor: float) -> dict[str, Any]:
    """Return a scenario with its money in another currency, of which `factor` make a dollar."""
    out = copy.deepcopy(resolved)
    for name, row in PARAMETERS.items():
        if exponent(row.unit):
            value = out["parameters"].get(name, row.default)
            out["parameters"][name] = value * factor ** exponent(row.unit)
    start = {**out["country"]["start"], **out["start"]}
    for row in FIELDS.values():
        if exponent(row.unit):
            out["start"][row.name] = start.get(row.name, row.start) * factor
    out["drivers"]["gdp"] = [value * factor for value in out["drivers"]["gdp"]]
    seen = [name for name, row in OBSERVABLES.items() if exponent(row.unit)]
    for actor, spells in out["policies"].items():
        given = {name for name, row in LEVERS[actor].items() if exponent(row.unit)}
        for spell in spells:
            for rule in spell["table"]["rule"]:
                rule["when"] = _read(rule["when"], seen, factor)
                for lever, text in rule["do"].items():
                    text = _read(text, seen, factor)
                    rule["do"][lever] = f"{factor!r} * ({text})" if lever in given else text
    return out


def _read(text: str, seen: Sequence[str], factor: float) -> str:
    """Return an expression that reads converted money as if it were dollars."""
    for name in seen:
        text = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.])", f"({name} / {factor!r})", text)
    return text
