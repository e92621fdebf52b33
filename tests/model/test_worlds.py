"""A world is a function of scenario, seed and number, and of nothing else."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model import ColdWarModel, History
from palca.model.seeds import LARGEST
from palca.model.state.draw_keys import NORMAL, UNIFORM
from palca.model.state.history import CODE_OF
from palca.model.state.state import FIELDS
from palca.scenarios import build


def run(resolved: dict[str, Any], worlds: Any, seed: int = 0) -> History:
    return ColdWarModel(build(resolved), worlds=worlds, rng=seed).run()


def events_of(history: History, world: int) -> list[tuple[Any, ...]]:
    e = history.events
    mine = e.world == world
    columns = (e.month, e.code, e.leader, e.garrison, np.nan_to_num(e.amount, nan=-9.0))
    return list(zip(*(column[mine].tolist() for column in columns), strict=True))


@settings(max_examples=12)
@given(
    seed=st.integers(0, LARGEST),
    worlds=st.lists(st.integers(0, 10**7), min_size=2, max_size=40, unique=True),
    data=st.data(),
)
def test_a_world_alone_is_the_same_as_among_others(
    short: dict[str, Any], seed: int, worlds: list[int], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(worlds) - 1))
    among, alone = run(short, worlds, seed), run(short, [worlds[at]], seed)
    assert np.array_equal(among.monthly[:, :, at], alone.monthly[:, :, 0])
    assert events_of(among, at) == events_of(alone, 0)


def test_a_world_among_thousands_is_the_same_to_the_last_bit(short: dict[str, Any]) -> None:
    among = ColdWarModel(build(short), worlds=3000, rng=5)
    alone = ColdWarModel(build(short), worlds=[2718], rng=5)
    among.run()
    alone.run()
    assert np.array_equal(among.state.values[:, 2718], alone.state.values[:, 0])
    assert np.array_equal(
        among.corps.ideology[:, 2718], alone.corps.ideology[:, 0]
    )


def test_worlds_and_seeds_differ(short: dict[str, Any]) -> None:
    one, other = run(short, 30, 0), run(short, 30, 1)
    assert len({one.monthly[-1, :, i].tobytes() for i in range(30)}) == 30
    assert not np.any(np.all(one.monthly[-1] == other.monthly[-1], axis=0))


def test_a_parameter_of_each_world_acts_as_it_would_for_all(short: dict[str, Any]) -> None:
    short = {**short, "sets": {}}
    scenario = build(short)
    values = np.linspace(0.02, 0.2, 8)
    names = ("backlash", "opportunity", "complementarity", "fiscal_aid_us", "purge",
             "discontent_spread", "visibility", "friction_gain", "deterrence")  # fmt: skip
    for name in names:
        each = type(scenario)(
            scenario.title, scenario.months, scenario.country, scenario.policies,
            scenario.drivers, {name: values},
        )  # fmt: skip
        mixed = ColdWarModel(each, worlds=8, rng=2).run()
        same = run({**short, "parameters": {name: float(values[5])}}, [5], 2)
        assert np.array_equal(mixed.monthly[:, :, 5], same.monthly[:, :, 0]), name


def with_rule(resolved: dict[str, Any], actor: str, rule: int, **changes: Any) -> dict[str, Any]:
    changed = copy.deepcopy(resolved)
    changed["policies"][actor][0]["table"]["rule"][rule].update(changes)
    return changed


RULES = [("ussr", 3), ("us", 4), ("regime", 8), ("party", 1), ("regime", 5)]


@pytest.mark.parametrize(("actor", "rule"), RULES)
def test_a_rule_that_starts_later_changes_nothing_before(
    short: dict[str, Any], actor: str, rule: int
) -> None:
    when = short["policies"][actor][0]["table"]["rule"][rule]["when"]
    later = with_rule(short, actor, rule, when=f"({when}) and date >= 1971-07")
    off = with_rule(short, actor, rule, enabled=False)
    late, never = run(later, 200), run(off, 200)
    assert np.array_equal(late.monthly[:30], never.monthly[:30])
    assert not np.array_equal(late.monthly[30:], never.monthly[30:])


@pytest.mark.parametrize(("actor", "rule"), RULES)
def test_a_rule_switched_off_moves_no_other_draw(
    short: dict[str, Any], actor: str, rule: int
) -> None:
    models = [
        ColdWarModel(build(resolved), worlds=50, rng=3)
        for resolved in (short, with_rule(short, actor, rule, enabled=False))
    ]
    for _ in range(short["months"]):
        for model in models:
            model.step()
        on, off = (model.draws for model in models)
        for event in UNIFORM:
            assert np.array_equal(on.of(event), off.of(event))
        for event in NORMAL:
            assert np.array_equal(on.shock(event), off.shock(event))
    # worlds in which the rule never acted have the same history, to the last bit
    same = np.all(models[0].monthly == models[1].monthly, axis=(0, 1))
    assert same.any()
    assert not same.all()


def test_a_rule_that_adds_nothing_changes_nothing(short: dict[str, Any]) -> None:
    more = copy.deepcopy(short)
    rule = {
        "name": "nothing",
        "when": "true",
        "do": {"protest": "0"},
        "why": "a test",
        "source": "none",
    }
    more["policies"]["ussr"][0]["table"]["rule"].append(rule)
    assert np.array_equal(run(short, 100).monthly, run(more, 100).monthly)


def test_the_state_stays_within_its_ranges(baseline: dict[str, Any]) -> None:
    history = run(baseline, 200)
    for name, field in FIELDS.items():
        values = history.field(name)
        assert values.min() >= field.low - 1e-6, name
        assert values.max() <= field.high + 1e-6, name
    assert not np.isnan(history.monthly).any()


def test_events_and_state_tell_the_same_story(baseline: dict[str, Any]) -> None:
    history = run(baseline, 200)
    events = history.events
    for name, kinds in (("success", ["coup"]), ("attempt", ["coup", "failed coup"])):
        codes = [CODE_OF["power", kind] for kind in kinds]
        assert np.isin(events.code, codes).sum() == history.field(name).sum()
    credit = events.code == CODE_OF["ussr", "credit"]
    total = np.bincount(events.world[credit], events.amount[credit], 200)
    assert np.allclose(total, history.field("ussr_committed")[-1], rtol=1e-5)
    leader = history.field("leader")
    changes = (leader[1:] != leader[:-1]).sum()
    accessions = (events.code == CODE_OF["power", "accession"]).sum()
    assert accessions >= changes
