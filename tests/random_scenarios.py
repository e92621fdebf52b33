"""Random scenarios, for tests that compare two ways of living through the same months.

`scenarios` gives what a user could write and much that no user would: any mixture of shipped
policies and of random rules, any parameters within their ranges, small made-up countries,
forced coups on top of closed channels. Histories full of accidents, so that few of them are
enough to meet every branch of the model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from palca.model.agents.observables import OBSERVABLES
from palca.model.calendar import month_name
from palca.model.language.functions import MOST_CHARACTERS
from palca.model.language.levers import ACTORS, LEVERS
from palca.model.language.policy import Policy
from palca.model.state.channels import CHANNELS
from palca.model.state.interventions import ForcedCoup, LeverChange, ParameterChange
from palca.model.state.parameters import PARAMETERS
from palca.model.state.scenario import Country, Death, Faction, Garrison, Leader, Scenario
from palca.model.state.state import FIELDS
from palca.model.types import Value
from palca.scenarios import load
from palca.scenarios.reading.library import read_toml, shipped_policies
from palca.scenarios.scenario import build_policy, names_for

Draw = Callable[[st.SearchStrategy[Any]], Any]
LONGEST = 60  # months

# ------------------------------------------------------------------------ expressions

_SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
_MONTHS = st.integers(-24, LONGEST + 12).map(month_name)
_CONSTANTS = st.one_of(
    st.sampled_from(["0", "1", "0.5", ".25", "1e3", "2.", "1e9", "1e-9"]),
    st.integers(0, 40).map(str),
    st.floats(0, 3).map(lambda x: f"{x:.3g}"),
)
_NAMES = {
    actor: st.one_of(
        st.sampled_from(sorted(names_for(actor) & {*OBSERVABLES})),
        st.sampled_from(sorted(names_for(actor) & {*OBSERVABLES})),
        st.sampled_from(sorted(PARAMETERS)),
    )
    for actor in ACTORS
}


@st.composite
def numbers(draw: Draw, actor: str, depth: int = 3) -> str:
    """Return a strategy of numbers in the language of an actor's rules."""
    x, c = numbers(actor, depth - 1), conditions(actor, depth - 1)
    match draw(st.integers(0, 11)) if depth else draw(st.integers(0, 2)):
        case 0 | 1:
            return draw(_NAMES[actor])
        case 2:
            return draw(_CONSTANTS)
        case 3 | 4:
            return f"{draw(x)} {draw(st.sampled_from('+-*/'))} {draw(x)}"
        case 5:
            return f"({draw(x)} {draw(st.sampled_from('+-*/'))} {draw(x)})"
        case 6:
            return f"-{draw(x)}"
        case 7:
            return f"({draw(x)} if {draw(c)} else {draw(x)})"
        case 8 | 9:
            function = draw(st.sampled_from(["exp", "log", "sqrt", "logistic", "abs"]))
            return f"{function}({draw(x)})"
        case 10:
            arguments = draw(st.lists(x, min_size=2, max_size=4))
            return f"{draw(st.sampled_from(['min', 'max']))}({', '.join(arguments)})"
        case _:
            return f"clip({draw(x)}, -{draw(_CONSTANTS)}, {draw(_NAMES[actor] | _CONSTANTS)})"


@st.composite
def conditions(draw: Draw, actor: str, depth: int = 3) -> str:
    """Return a strategy of conditions in the language of an actor's rules."""
    x, c = numbers(actor, max(depth - 1, 0)), conditions(actor, depth - 1)
    match draw(st.integers(0, 9)) if depth else draw(st.integers(0, 3)):
        case 0:
            return f"date {draw(_SIGNS)} {draw(_MONTHS)}"
        case 1:
            return draw(st.sampled_from(["true", "false"]))
        case 2 | 3:
            return f"{draw(x)} {draw(_SIGNS)} {draw(x)}"
        case 4:
            return f"{draw(x)} {draw(_SIGNS)} {draw(x)} {draw(_SIGNS)} {draw(x)}"
        case 5:
            return f"{draw(_MONTHS)} <= date < {draw(_MONTHS)}"
        case 6:
            return f"not {draw(c)}"
        case 7:
            return f"{draw(c)} {draw(st.sampled_from(['and', 'or']))} {draw(c)}"
        case 8:
            return f"({draw(c)} {draw(st.sampled_from(['and', 'or']))} {draw(c)})"
        case _:
            return f"({draw(c)} if {draw(c)} else {draw(c)})"


# ------------------------------------------------------------------------ policies


@cache
def _shipped(actor: str) -> tuple[Policy, ...]:
    return tuple(
        build_policy(actor, name, read_toml(path), name)
        for name, path in shipped_policies(actor).items()
    )


def _is_short(text: str) -> bool:
    return len(text) < 0.9 * MOST_CHARACTERS


def _rule(draw: Draw, actor: str, name: str) -> dict[str, Any]:
    """Return the table of a random rule; half of what it adds lies in the lever's range."""
    do = {}
    for lever in draw(st.lists(st.sampled_from(sorted(LEVERS[actor])), min_size=1, max_size=3)):
        do[lever] = number = draw(numbers(actor).filter(_is_short))
        if draw(st.booleans()):
            do[lever] = f"{LEVERS[actor][lever].highest} * logistic({number})"
    when = draw(conditions(actor).filter(_is_short))
    return {"name": name, "when": when, "do": do, "why": "a test", "source": "none"}


def _policy(draw: Draw, actor: str) -> Policy:
    """Return a shipped policy, perhaps with rules switched off, dropped, and added."""
    policy = draw(st.sampled_from(_shipped(actor)))
    if draw(st.integers(0, 2)) < 2:
        return policy
    rules = []
    for rule in policy.rules:
        fate = draw(st.sampled_from(["as it is", "as it is", "off", "dropped"]))
        if fate != "dropped":
            rules.append(replace(rule, enabled=fate != "off"))
    tables = [_rule(draw, actor, f"random {n}") for n in range(draw(st.integers(0, 3)))]
    table = {"actor": actor, "title": "random", "rule": tables}
    added = build_policy(actor, "random", table, "a random policy").rules
    return Policy("random", actor, policy.title, (*rules, *added))


def _policies(draw: Draw, months: int) -> dict[str, tuple[tuple[int, Policy], ...]]:
    """Return each actor's policies by the months from which they hold."""
    turns = st.sets(st.integers(1, months), max_size=2)  # the last may never come
    return {
        actor: tuple((since, _policy(draw, actor)) for since in [0, *sorted(draw(turns))])
        for actor in ACTORS
    }


# ------------------------------------------------------------------------ interventions


def _span(draw: Draw, months: int) -> tuple[int, int]:
    since = draw(st.integers(0, months - 1))
    return since, draw(st.one_of(st.just(9999), st.integers(since, months)))


def _lever_change(draw: Draw, months: int) -> LeverChange:
    actor = draw(st.sampled_from(ACTORS))
    lever = draw(st.sampled_from(sorted(LEVERS[actor].values(), key=lambda row: row.name)))
    operation = draw(st.sampled_from(["set", "scale", "cap"]))
    least = -1.0 if operation == "set" else 0.0
    most = 3.0 if operation == "scale" else 1.5 * lever.highest
    return LeverChange(
        actor, lever.name, operation, draw(st.floats(least, most)), *_span(draw, months)
    )


def _values(name: str) -> st.SearchStrategy[float]:
    row = PARAMETERS[name]
    usual = st.sampled_from([row.low, row.high, row.default])
    return st.floats(row.low, row.high) | usual


def _parameter_change(draw: Draw, months: int) -> ParameterChange:
    name = draw(st.sampled_from(sorted(PARAMETERS)))
    return ParameterChange(name, draw(_values(name)), *_span(draw, months))


def _forced_coup(draw: Draw, months: int, leaders: int) -> ForcedCoup:
    outcome = draw(st.sampled_from(["succeeds", "fails", "never"]))
    leader = None
    if outcome != "never":
        leader = draw(st.none() | st.integers(0, leaders - 1))
    return ForcedCoup(outcome, leader, *_span(draw, months))


def _several(draw: Draw, most: int, make: Callable[..., Any], *arguments: Any) -> tuple[Any, ...]:
    return tuple(make(draw, *arguments) for _ in range(draw(st.integers(0, most))))


# ------------------------------------------------------------------------ countries

_FLAGS = st.booleans()
_DATES = st.integers(0, LONGEST)
_INDICES = st.floats(-1, 1).map(lambda x: round(x, 2))
_STEPS = {  # fields that take few values
    **dict.fromkeys(("military", "seized", "closed", "ussr_suspended", "front", "attempt"), (0, 1)),
    "elections_due": tuple(range(10)),
    "legality": (0, 0.5, 1),
    "success": (0, 1),
    "ussr_relations": (0, 1, 2),
    "unrest": (0, 1, 2, 3),
}


def _country(draw: Draw, shipped: Country, months: int) -> Country:
    """Return the shipped country or a small one, with other beginnings and other deaths."""
    country = _small_country(draw) if draw(st.booleans()) else shipped
    leader_indices = st.integers(0, len(country.leaders) - 1)
    deaths = draw(
        st.lists(st.builds(Death, st.integers(0, months), leader_indices, st.none() | leader_indices), max_size=2)
    )
    start = {**country.start, "leader": draw(leader_indices)}
    for name in draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=12)) - {"leader"}:
        field = FIELDS[name]
        few = _STEPS.get(name)
        start[name] = draw(
            st.floats(field.low, field.high) if few is None else st.sampled_from(few)
        )
    return replace(country, deaths=(*country.deaths, *deaths), start=start)


def _small_country(draw: Draw) -> Country:
    ranks = st.sampled_from(["top", "middle", "civilian"])
    leaders = [
        Leader(
            f"leader {n}", "", draw(_INDICES), draw(ranks), draw(_DATES), draw(_DATES), draw(_FLAGS)
        )
        for n in range(draw(st.integers(1, 6)))
    ]
    leaders.append(Leader("nobody in particular", "", 0.3, "top", 0, 9999, True))
    garrison = st.builds(
        Garrison, st.just("a garrison"), st.integers(1, 9), st.integers(0, 4), st.integers(1, 9)
    )
    faction = st.builds(
        Faction, st.just("a faction"), st.floats(0.01, 1), _INDICES, st.floats(0, 1)
    )
    return Country(
        "nowhere",
        tuple(leaders),
        tuple(draw(st.lists(garrison, min_size=1, max_size=4))),
        tuple(draw(st.lists(faction, min_size=1, max_size=4))),
        {},
        term=draw(st.sampled_from([0, 0, 12, 30])),
    )


_RANGES = {  # of drivers
    "export_price": (-1, 1), "oil": (-1, 2), "abroad": (-6, 6), "neighbours": (-1, 1),
    "human_rights": (0, 1), "prices": (0.5, 5), "gdp": (200, 5000), "us_aid": (0, 60),
    "us_arms": (0, 5), "soviet_mission": (0, 1),
}  # fmt: skip


def _drivers(draw: Draw, shipped: Scenario, months: int) -> dict[str, np.ndarray]:
    if draw(st.booleans()):
        return {name: values[:months] for name, values in shipped.drivers.items()}
    luck = np.random.default_rng(draw(st.integers(0, 999)))
    return {name: luck.uniform(low, high, months) for name, (low, high) in _RANGES.items()}


# ------------------------------------------------------------------------ scenarios


def _parameters(draw: Draw, worlds: int) -> dict[str, Value]:
    """Return some parameters' values; if there are `worlds`, some differ from world to world."""
    names: Sequence[str] = sorted(draw(st.sets(st.sampled_from(sorted(PARAMETERS)), max_size=15)))
    values: dict[str, Value] = {}
    if draw(_FLAGS):  # many coups, or histories would be calm
        values["opportunity"] = draw(st.floats(0.1, 1.0))
    for name in names:
        value = draw(_values(name))
        if worlds and draw(_FLAGS):
            value = np.linspace(value, draw(_values(name)), worlds)
        values[name] = value
    return values


@cache
def _baseline() -> Scenario:
    return load("baseline")


@st.composite
def scenarios(draw: Draw, worlds: int = 0, longest: int = LONGEST) -> Scenario:
    """Return a strategy of scenarios.

    Parameters
    ----------
    worlds : int
        If given, some parameters are arrays of that many values, for runs of so many worlds.
    longest : int
        Most months, at most `LONGEST`.
    """
    months = draw(st.integers(1, longest))
    country = _country(draw, _baseline().country, months)
    return Scenario(
        title="random",
        months=months,
        country=country,
        policies=_policies(draw, months),
        drivers=_drivers(draw, _baseline(), months),
        parameters=_parameters(draw, worlds),
        closed=draw(st.frozensets(st.sampled_from(sorted(CHANNELS)), max_size=4)),
        interventions=(
            *_several(draw, 3, _lever_change, months),
            *_several(draw, 3, _parameter_change, months),
            *_several(draw, 2, _forced_coup, months, len(country.leaders)),
        ),
    )
