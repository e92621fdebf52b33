"""Several interventions on one target: which one holds, and what is given back at its end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model import Scenario
from palca.model.calendar import month_index, month_name
from palca.scenarios import load

# what each may be given; a policy is followed from its month on, the others hold in it
STACKED: dict[str, list[Any]] = {
    "lever.us.aid.scale": [0.0, 0.5, 2.0, 3.0],
    "lever.us.aid.set": [0.0, 5.0],
    "parameter.cost": [0.3, 0.6, 0.9],
    "policy.us": ["punitive", "disengaged", "administrations"],
    "driver.human_rights.set": [0.1, 0.7, 0.9],
    "coup.outcome": ["never", "fails", "succeeds"],
}
LENGTH = 36


@st.composite
def stacks(draw: Any) -> list[tuple[str, int, int | None, Any]]:
    """Changes of a few targets, no two of one begun together: target, at, until, value."""
    out, begun = [], set()
    for _ in range(draw(st.integers(1, 9))):
        name = draw(st.sampled_from(sorted(STACKED)))
        at = draw(st.integers(0, LENGTH - 1))
        until = draw(st.none() | st.integers(at, LENGTH + 6))
        if (key := (name.removesuffix(".scale").removesuffix(".set"), at)) not in begun:
            begun.add(key)
            out.append((name, at, until, draw(st.sampled_from(STACKED[name]))))
    return out


@pytest.fixture(scope="module")
def usual() -> Scenario:
    return load("baseline")


def held(stack: list[tuple[str, int, int | None, Any]], target: str, month: int) -> tuple | None:
    """Read what a stack says of a month, plainly: of those that hold, the last begun."""
    rows = [
        row for row in stack
        if row[0].startswith(target) and row[1] <= month
        and month <= (row[2] if row[2] is not None else row[1] if target == "coup" else 10**6)
    ]  # fmt: skip
    return max(rows, key=lambda row: row[1], default=None)


@settings(max_examples=20)
@given(stack=stacks())
def test_what_ends_gives_back_what_held_before(
    usual: Scenario, stack: list[tuple[str, int, int | None, Any]]
) -> None:
    texts = [
        f'at = "{month_name(at)}", {name} = {json.dumps(value)}'
        + ("" if until is None else f', until = "{month_name(until)}"')
        for name, at, until, value in stack
    ]
    scenario = load("baseline", [], texts)
    for month in range(LENGTH + 12):
        in_force = scenario.in_force(month)
        aid, coup = held(stack, "lever.us.aid", month), held(stack, "coup", month)
        assert [(c.operation, c.value) for c in in_force.levers] == (
            [] if aid is None else [(aid[0].rsplit(".", 1)[1], aid[3])]
        )
        cost = held(stack, "parameter.cost", month)
        assert in_force.parameters == ({} if cost is None else {"cost": cost[3]})
        policy = held(stack, "policy.us", month)
        assert in_force.policies["us"].name == ("administrations" if policy is None else policy[3])
        rights = held(stack, "driver.human_rights", month)
        expected = usual.drivers["human_rights"][month] if rights is None else rights[3]
        assert scenario.drivers["human_rights"][month] == expected
        assert (in_force.coup and in_force.coup.outcome) == (coup and coup[3])


def test_a_leader_strikes_once_though_another_change_comes_between() -> None:
    changes = [
        'at = "1971-01", until = "1971-12", coup = { outcome = "fails", by = "Hugo Banzer" }',
        'at = "1971-05", until = "1971-06", coup.outcome = "never"',
    ]
    scenario = load("baseline", [], changes)
    strikes = [month for month in range(48) if scenario.in_force(month).coup_leader is not None]
    assert strikes == [month_index("1971-01")]
    outcomes = [coup.outcome if (coup := scenario.in_force(m).coup) else "" for m in range(23, 37)]
    assert outcomes == ["", *["fails"] * 4, *["never"] * 2, *["fails"] * 6, ""]


def test_a_rule_that_was_dropped_stays_so_after_another_change_of_it() -> None:
    changes = [
        'at = "1970-01", rule.regime.drop = ["spend on the barracks"]',
        'at = "1971-01", until = "1971-06", rule.regime.change."spend on the barracks" = '
        "{ enabled = false }",
    ]
    scenario = load("baseline", [], changes)
    names = [
        "spend on the barracks" in [rule.name for rule in scenario.in_force(month).policies["regime"].rules]
        for month in (11, 12, 23, 24, 29, 30, 100)
    ]  # fmt: skip
    assert names == [True, False, False, True, True, False, False]


def test_a_later_one_without_conflict_takes_over() -> None:
    scenario = load("baseline", [], ['at = "1971-09", policy.ussr = "withdrawal"',
                                     'at = "1973-01", policy.ussr = "generous-patron"'])  # fmt: skip
    assert [(since, policy.name) for since, policy in scenario.policies["ussr"]] == [
        (0, "pragmatic"), (32, "withdrawal"), (48, "generous-patron")]  # fmt: skip


def test_a_swap_with_an_end_gives_the_usual_policy_back() -> None:
    text = 'at = "1971-09", until = "1973-08", policy.ussr = "withdrawal"'
    scenario = load("baseline", [], [text])
    assert [(since, policy.name) for since, policy in scenario.policies["ussr"]] == [
        (0, "pragmatic"), (32, "withdrawal"), (56, "pragmatic")]  # fmt: skip
