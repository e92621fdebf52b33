"""The fast model lives through the same months as the plainest one, to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model import ColdWarModel, Scenario, arithmetic
from palca.model.agents.observables import OBSERVABLES
from palca.model.language.codegen import compile_rules
from palca.model.language.expressions import parse
from palca.model.language.levers import Lever
from palca.model.seeds import LARGEST
from palca.model.state.history import Events
from palca.model.state.interventions import ForcedCoup
from palca.model.state.state import FIELDS
from palca.scenarios import load, shipped_scenarios
from palca.scenarios.scenario import build_policy, names_for
from random_scenarios import conditions, numbers, scenarios
from reference_model import ReferenceModel
from reference_rules import FUNCTIONS, compiled, exp, finite, identifier, log, logistic


def events_of(events: Events, world: int) -> list[tuple[Any, ...]]:
    """Return one world's events as ReferenceModel writes them."""
    mine = events.world == world
    columns = (events.month, events.code, events.leader, events.garrison, events.amount)
    return list(zip(*(column[mine].tolist() for column in columns), strict=True))


def comparable(events: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return events with None for an amount that isn't there: NaN is unequal to itself."""
    return [(*rest, None if amount != amount else amount) for *rest, amount in events]


def assert_same(scenario: Scenario, worlds: list[int], seed: int, indices: list[int]) -> None:
    """Check that some of the worlds of one run are those of the reference model."""
    fast = ColdWarModel(scenario, worlds=worlds, rng=seed)
    states = []
    while fast.running:
        fast.step()
        states.append(fast.state.values[:, indices].copy())
    history = fast.history()
    for column, index in enumerate(indices):
        plain = ReferenceModel(scenario, worlds[index], seed, index)
        plain.run()
        expected = np.array([[month[name] for name in FIELDS] for month in plain.months])
        found = np.array(states)[:, :, column]
        unequal = [(at, list(FIELDS)[row]) for at, row in np.argwhere(expected != found)]
        assert unequal == [], f"first differ in month and field {unequal[0]}"
        assert np.array_equal(expected.astype(np.float32), history.monthly[:, :, index])
        assert comparable(plain.events) == comparable(events_of(history.events, index))
        corps, officers = fast.corps, plain.corps.officers
        assert [o.generation for o in officers] == corps.generation[:, index].tolist()
        assert [o.ideology for o in officers] == corps.ideology[:, index].tolist()
        assert [o.grievance for o in officers] == corps.grievance[:, index].tolist()


def test_arithmetic_is_the_same() -> None:
    luck = np.random.default_rng(1)
    x = np.concatenate([luck.normal(0, 30, 5000), luck.normal(0, 1, 5000), [0, 700, -700, 9e9]])
    assert [exp(value) for value in x.tolist()] == arithmetic.exp(x).tolist()
    assert [logistic(value) for value in x.tolist()] == arithmetic.logistic(x).tolist()
    positive = np.abs(x[x != 0])
    assert [log(value) for value in positive.tolist()] == arithmetic.log(positive).tolist()


@pytest.mark.pythons
@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_give_the_same_histories(name: str) -> None:
    scenario = load(name)
    begin = min((change.since for change in scenario.interventions), default=scenario.months)
    within = replace(scenario, months=min(begin + 24, scenario.months))  # until then the baseline
    assert_same(within, list(range(20, 26)), 11, [5])


def test_officers_of_late_generations_are_the_same() -> None:
    """All rise in vain month after month, until their successors repeat one another."""
    vain = (ForcedCoup("fails", None, 0, 9999),)
    values = {"opportunity": 1.0, "coup_trap": 1.5, "discontent_base": 3.0, "cost": 0.0,
              "complementarity": 1.0, "purge": 0.9}  # fmt: skip
    scenario = replace(load("baseline"), interventions=vain, parameters=values)
    plain = ReferenceModel(scenario, 3, 0)
    plain.run()
    assert min(officer.generation for officer in plain.corps.officers) > 64
    assert_same(scenario, [3, 4], 0, [0, 1])


LEVERS = {"ussr": "counsel_restraint", "us": "aid", "regime": "repress", "party": "support"}


@pytest.mark.parametrize("actor", LEVERS)
def test_each_actor_sees_the_same(actor: str) -> None:
    """All that an actor sees moves one of its levers, and with it the state."""
    usual = load("baseline")
    seen = names_for(actor) & {*OBSERVABLES}
    tables = [
        {
            "name": f"see {name}",
            "when": "true",
            "do": {LEVERS[actor]: f"0.01 * logistic({name})"},
            "why": "a test",
            "source": "none",
        }
        for name in sorted(seen)
    ]
    policy = build_policy(actor, "see", {"actor": actor, "title": "see", "rule": tables}, "")
    rules = (*usual.policies[actor][0][1].rules, *policy.rules)
    policies = {**usual.policies, actor: ((0, replace(policy, rules=rules)),)}
    scenario = replace(usual, months=60, policies=policies, parameters={"restraint_party": 1.0})
    assert_same(scenario, [7, 8], 5, [0, 1])


WORLDS = 5


@pytest.mark.slow
@settings(max_examples=150)
@given(
    scenario=scenarios(worlds=WORLDS),
    worlds=st.lists(st.integers(0, 10**9), min_size=WORLDS, max_size=WORLDS),
    seed=st.integers(0, LARGEST),
    indices=st.sets(st.integers(0, WORLDS - 1), min_size=1, max_size=2).map(sorted),
)
def test_random_scenarios_give_the_same_histories(
    scenario: Scenario, worlds: list[int], seed: int, indices: list[int]
) -> None:
    assert_same(scenario, worlds, seed, indices)


NAMES = sorted(names_for("us"))
LEVER = Lever("x", -1e9, 1e9, 0.0, "", "")
VALUES = st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e9, -1e9, 1e-9]) | st.floats(-1e9, 1e9)


@settings(max_examples=60)
@given(conditions("us"), numbers("us"), st.integers(0, 143), st.data())
def test_rules_have_the_same_values(
    when: str, number: str, month: int, data: st.DataObject
) -> None:
    condition, contribution = parse(when, "condition", NAMES), parse(number, "number", NAMES)
    names = sorted((condition.names | contribution.names) - {"date"})
    see = {name: data.draw(st.lists(VALUES, min_size=4, max_size=4)) for name in names}

    fired, added = np.zeros(4, dtype=np.bool_), np.zeros(4)

    def note(_: int, where: Any, contributions: Mapping[str, Any]) -> None:
        fired[:], added[:] = where, contributions["x"]

    decide = compile_rules({0: (condition, {"x": contribution})}, {"x": LEVER})
    decide({"date": month, **{name: np.array(values) for name, values in see.items()}}, note)
    for world in range(4):
        seen = {identifier(name): values[world] for name, values in see.items()}
        holds, value = eval(compiled(when, number), FUNCTIONS, {**seen, "date": month})
        assert fired[world] == holds
        assert not holds or added[world] == finite(value)


def test_who_fell_stays_away_though_he_fails_meanwhile() -> None:
    """An overthrown ruler who then leads a failed attempt isn't back the sooner for it."""
    base = load("baseline")
    leaders, nobody = base.country.leaders, len(base.country.leaders) - 1
    two = tuple(
        replace(leader, since=0, until=99 if index in (1, nobody) else 0)
        for index, leader in enumerate(leaders)
    )
    coups = (
        ForcedCoup("succeeds", nobody, 1, 8), ForcedCoup("succeeds", 1, 9, 9),
        ForcedCoup("fails", None, 10, 30), ForcedCoup("never", None, 31, 39),
        ForcedCoup("succeeds", nobody, 40, 47),
    )  # fmt: skip
    scenario = replace(
        base, country=replace(base.country, leaders=two, deaths=()), months=48, interventions=coups,
        parameters={**base.parameters, "opportunity": 0.3, "visibility": 0.0}, parameter_sets={},
    )  # fmt: skip
    assert_same(scenario, list(range(12)), 5, list(range(12)))
