"""A scenario as a run's manifest keeps it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from palca.model.calendar import FOREVER, month_name
from palca.model.language.levers import LEVERS
from palca.model.state.channels import CHANNELS
from palca.model.state.parameters import PARAMETERS
from palca.scenarios.reading.library import label, read_text, shipped_scenarios

from ..counterfactual.expectations import expectations_of
from ..counterfactual.twins import QUANTITIES
from ..simulate.priors import own_priors

ACTORS: Final = {"ussr": "USSR", "us": "United States", "regime": "the regime",
                 "party": "communist party"}  # fmt: skip
_SHORT: Final = 13  # rules


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a policy: its texts."""

    name: str
    when: str
    does: tuple[tuple[str, str], ...]
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that an actor follows from some month on.

    Attributes
    ----------
    in_full : bool
        Whether its rules stand here; else they have stood before.
    """

    actor: str
    name: str
    title: str
    since: str
    rules: tuple[Rule, ...]
    in_full: bool

    @property
    def short(self) -> bool:
        """Whether a page can hold its rules whole."""
        return len(self.rules) <= _SHORT


@dataclass(frozen=True, slots=True)
class ScenarioSummary:
    """A scenario in words.

    Attributes
    ----------
    facts : tuple of (str, str)
        What it is and what it sets.
    changes : tuple of str
        Its interventions, a sentence each.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    policies: tuple[Policy, ...]


def summarise(
    scenario: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> ScenarioSummary:
    """Return a scenario in words.

    Parameters
    ----------
    before : mapping, optional
        A scenario whose policies have been shown: those that are the same are only named.
    """
    known = [spell["table"] for spells in (before or {"policies": {}})["policies"].values()
             for spell in spells]  # fmt: skip
    policies = []
    for actor, spells in scenario["policies"].items():
        for spell in spells:
            table = spell["table"]
            rules = tuple(_rule(row) for row in table["rule"])
            policies.append(Policy(
                ACTORS.get(str(actor), str(actor)), str(spell["name"]), str(table["title"]),
                str(spell["since"]), rules, table not in known,
            ))  # fmt: skip
            known.append(table)
    changes = tuple(change_in_words(change) for change in scenario["changes"])
    title, facts = str(scenario["title"]), tuple(_facts(scenario))
    return ScenarioSummary(title, facts, changes, tuple(policies))


def _rule(row: Mapping[str, Any]) -> Rule:
    does = tuple((str(lever), str(what)) for lever, what in row.get("do", {}).items())
    why, source = str(row.get("why", "")), str(row.get("source", ""))
    return Rule(str(row["name"]), str(row.get("when", "")) or "always", does, why, source)


def _facts(scenario: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a scenario is and sets, with a heading each; what it leaves open is left out."""
    first = scenario.get("first", 0)
    until = month_name(first + scenario["months"] - 1)
    facts = [
        ("Question", str(scenario.get("question", ""))),
        ("Expected before the run", _expected(scenario)),
        ("Its file", _file(scenario)),
        ("Plausibility", str(scenario.get("plausibility", ""))),
        ("Country and time", f"{scenario['country']['name']}, {month_name(first)} to {until}"),
        ("Parameters", _parameters(scenario)),
    ]
    facts += [("Prior of its own", f"{said}{_meaning(name)}; {source}")
              for name, said, source in own_priors(scenario)]  # fmt: skip
    facts += [("Parameter set", f"{name} = {value:g}{_meaning(name)}")
              for name, value in scenario["parameters"].items()]  # fmt: skip
    facts += [(f"Channel {'open' if is_open else 'closed'}", _channel(name))
              for name, is_open in scenario["channels"].items()]  # fmt: skip
    facts += [("Initial state", f"{name} = {value}") for name, value in scenario["start"].items()]
    return [(term, said) for term, said in facts if said]


def _expected(scenario: Mapping[str, Any]) -> str:
    rows = [f"{QUANTITIES[one.quantity][0]}, after {one.months} months: {one.in_words}."
            for one in expectations_of(scenario)]  # fmt: skip
    return " ".join([str(scenario.get("expect", "")), *rows]).strip()


def _file(scenario: Mapping[str, Any]) -> str:
    """Return the digest of a scenario's file, and whether a shipped one is another now.

    No other file is read: a folder may come from anybody, and so may the path in it.
    """
    place, digest = Path(str(scenario.get("place", ""))), str(scenario.get("registered", ""))
    if not digest:
        return ""
    shipped = shipped_scenarios().get(place.stem)
    now = "palca check prints that of a file, to compare"
    if shipped is not None and label(shipped) == str(place):
        same = sha256(read_text(shipped).encode()).hexdigest() == digest
        now = "the file is still the same" if same else "the file has been changed since"
    return f"{place.name}, SHA-256 {digest[:16]} before the run; {now}"


def _channel(name: str) -> str:
    return f"{name} ({CHANNELS[name].meaning})" if name in CHANNELS else name


def _meaning(name: str) -> str:
    if name not in PARAMETERS:
        return ""
    return f" {PARAMETERS[name].unit} ({PARAMETERS[name].meaning})"


def _parameters(scenario: Mapping[str, Any]) -> str:
    """Return where a run's parameters come from."""
    parameter_sets = scenario["sets"]
    if not parameter_sets and scenario.get("priors"):
        return "each world has its own draw of the priors: the scenario's own, and the shipped ones"
    if not parameter_sets:
        return (
            "the defaults, the same in every world: ranges show chance, not parameter uncertainty"
        )
    count, size = len(next(iter(parameter_sets.values()))), len(parameter_sets)
    if count == 1:
        return (f"the posterior's best set of {size} parameters, the same in every "
                "world: ranges show chance, not parameter uncertainty")  # fmt: skip
    return f"each world has one of {count:,} sets of {size} parameters from a posterior"


def change_in_words(change: Mapping[str, Any]) -> str:
    """Return an intervention as a sentence."""
    since, until = month_name(change["since"]), month_name(change["until"])
    when = f"{since} to {until}"
    if change["until"] >= FOREVER:
        when = f"From {since}"
    elif since == until:
        when = f"In {since}"
    return f"{when}: {_what(str(change['target']), change['content'])}."


def _what(target: str, content: Any) -> str:
    kind, _, name = target.partition(".")
    actor, _, thing = name.partition(".")
    who = ACTORS.get(actor, actor)
    if kind == "policy":
        return f"{who} follows the policy '{_stem(str(content))}'"
    if kind == "lever":
        lever = LEVERS.get(actor, {}).get(thing)
        meaning = f" ({lever.meaning})" if lever else ""
        return f"{who}, lever {thing}{meaning} {_operation(content)}"
    if kind == "parameter":
        return f"parameter {name} becomes {content:g}{_meaning(name)}"
    if kind == "driver":
        return f"{name.replace('_', ' ')} {_operation(content)}"
    if kind == "rule":
        done = {"drop": "is dropped", "add": "is added", "change": "is changed"}
        return f"{who}, rule '{thing}' {done[content[0]]}"
    if kind == "coup":
        by = f" by {content['by']}" if content.get("by") else ""
        return {"succeeds": f"a coup{by} succeeds", "fails": f"a coup{by} is attempted and fails",
                "never": "no coup is attempted"}[content["outcome"]]  # fmt: skip
    if kind == "death":
        after = f", and {content['successor']} follows" if content.get("successor") else ""
        return f"{content['leader']} dies in office{after}"
    if kind == "survival":
        return f"{name} doesn't die in office"
    return f"{target}: {content}"


def _operation(content: Any) -> str:
    how, value = content
    if how == "hold":
        return f"stays as in {month_name(value)}"
    words = {"set": "is set to", "scale": "is multiplied by", "cap": "is at most",
             "add": "is raised by"}  # fmt: skip
    return f"{words[how]} {value:g}"


def _stem(path: str) -> str:
    """Return the name of a policy without the folders of the machine that ran it."""
    return path.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".toml")
