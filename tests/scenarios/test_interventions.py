"""Interventions: what each kind does, what none may do, and which are refused."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model import ColdWarModel, History, PalcaError, Scenario
from palca.model.calendar import month_index, month_name
from palca.model.state.history import CODE_OF
from palca.scenarios import build, load, resolve

WORLDS = 40


def run(*changes: str, months: int = 48, closed: tuple[str, ...] = ()) -> History:
    data = resolve("baseline", [f"channel.{name}=off" for name in closed], changes)
    return ColdWarModel(build({**data, "months": months}), worlds=WORLDS, rng=3).run()


@pytest.fixture(scope="module")
def factual() -> History:
    return run(months=120)


def same(a: History, b: History, months: slice = slice(None)) -> bool:
    """Whether two histories have the same months, as far as both go."""
    both = min(len(a.monthly), len(b.monthly))
    return np.array_equal(a.monthly[:both][months], b.monthly[:both][months])


@pytest.mark.parametrize(
    "change",
    [
        'at = "1971-09", policy.ussr = "withdrawal"',
        'at = "1971-09", lever.us.aid.set = 100',
        'at = "1971-09", parameter.coup_trap = 1.5',
        'at = "1971-09", driver.tin.scale = 0.5',
        'at = "1971-09", driver.human_rights.set = 1',
        'at = "1971-09", coup = { outcome = "succeeds", by = "Hugo Banzer" }',
        'at = "1971-09", rule.regime.drop = ["spend on the barracks"]',
        'at = "1971-09", death.leader = "Hugo Banzer"',
    ],
)
def test_nothing_changes_before_the_date_and_something_after(factual: History, change: str) -> None:
    changed = run(change)
    assert same(changed, factual, slice(0, 32))
    assert not same(changed, factual, slice(32, None))


@pytest.mark.parametrize(
    "change",
    [
        'at = "1971-09", policy.ussr = "pragmatic"',
        'at = "1971-09", lever.us.aid.scale = 1',
        'at = "1971-09", lever.us.aid.cap = 200',
        'at = "1971-09", parameter.growth_coup = 1',
        'at = "1971-09", driver.tin.scale = 1',
        'at = "1971-09", driver.prices.add = 0',
        'at = "1976-07", death.leader = "Juan José Torres"',
    ],
)
def test_a_null_intervention_changes_no_bit(factual: History, change: str) -> None:
    if "death" in change:  # he is out of the roster by then: only where he rules may he be missed
        rules = factual.field("leader")[90] == 3
        changed = run(change, months=120)
        assert np.array_equal(changed.monthly[:, :, ~rules], factual.monthly[:, :, ~rules])
    else:
        assert same(run(change), factual)


def test_an_intervention_ends_after_its_last_month() -> None:
    history = run('at = "1970-01", until = "1970-12", lever.us.aid.set = 0',
                  'at = "1970-01", until = "1970-12", lever.us.military_aid.set = 0')  # fmt: skip
    committed = history.field("us_commitment")
    assert (committed[12:24] == 0).all()
    assert (committed[24] > 0).any()


def test_a_parameter_returns_to_what_it_was(factual: History) -> None:
    change = ['at = "1970-01", until = "1970-03", parameter.cost = 1.3']
    usual = np.squeeze(ColdWarModel(load("baseline"), rng=0).p.cost)  # of the world's set
    model = ColdWarModel(load("baseline", [], change), rng=0)
    seen = []
    for _ in range(20):
        model.step()
        seen.append(float(np.squeeze(model.p.cost)))
    assert seen == [usual] * 12 + [1.3] * 3 + [usual] * 5


def test_a_closed_channel_stays_closed(factual: History) -> None:
    change = 'at = "1970-01", parameter.fiscal_tin = 1.4'
    with pytest.raises(PalcaError, match=r"'fiscal_tin'.*'tin' is closed"):
        run(change, closed=("tin",))
    resolved = resolve("baseline", [], [change])  # a scenario's own, whose channel a user closes
    closed, opened = (
        ColdWarModel(build({**one, "months": 48, "channels": {"tin": False}}), 50, 0).run()
        for one in (resolve("baseline"), resolved)
    )
    assert same(closed, opened)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (('at = "1971-08", death.leader = "Hugo Banzer"', 'at = "1971-08", survival = "Hugo Banzer"'),
         "contradict each other"),
        (('at = "1969-04", survival = "René Barrientos"', 'at = "1969-04", death.leader = "René Barrientos"'),
         "contradict each other"),
        (('at = "1970-01", death.leader = "Hugo Banzer"',
          'at = "1971-08", coup = { outcome = "succeeds", by = "Hugo Banzer" }'),
         "'Hugo Banzer' can't lead a coup in 1971-08: he dies in 1970-01"),
        (('at = "1971-01", lever.us.aid.cap = 500',), "aid.cap"),
        (('at = "1971-01", until = "1990-01", lever.us.aid.cap = 5',), "'until' may be 1980-12 at the latest"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused(tables: tuple[str, ...], message: str) -> None:
    for order in (tables, tables[::-1]):
        with pytest.raises(PalcaError, match=message):
            resolve("baseline", [], list(order))


def test_a_man_may_survive_and_die_later() -> None:
    resolve("baseline", [], ['at = "1969-04", survival = "René Barrientos"',
                             'at = "1975-04", death.leader = "René Barrientos"'])  # fmt: skip


def test_levers_are_set_scaled_and_capped(factual: History) -> None:
    plain = factual.field("us_commitment")[32]
    assert np.allclose(run('at = "1971-09", lever.us.aid.cap = 0',
                           'at = "1971-09", lever.us.military_aid.cap = 0')
                       .field("us_commitment")[32], 0)  # fmt: skip
    doubled = run('at = "1971-09", lever.us.aid.scale = 2',
                  'at = "1971-09", lever.us.military_aid.scale = 2').field("us_commitment")[32]
    assert (doubled <= 2 * plain + 1e-4).all()
    assert (doubled[plain > 0] > plain[plain > 0]).all()


def events(history: History, kind: str, month: int) -> np.ndarray:
    chosen = (history.events.code == CODE_OF["power", kind]) & (history.events.month == month)
    return np.unique(history.events.world[chosen])


def test_a_coup_by_name_succeeds_in_every_world_where_he_can_strike(factual: History) -> None:
    banzer = [leader.name for leader in load("baseline").country.leaders].index("Hugo Banzer")
    history = run('at = "1971-08", coup = { outcome = "succeeds", by = "Hugo Banzer" }')
    assert (history.field("leader")[31] == banzer).mean() > 0.8
    assert len(events(history, "coup", 31)) + len(events(history, "failed coup", 31)) <= WORLDS
    assert len(events(history, "failed coup", 31)) == 0


def test_coups_fail_or_never_start_for_a_time(factual: History) -> None:
    fails = run('at = "1969-01", until = "1971-12", coup.outcome = "fails"')
    assert fails.field("success")[:36].sum() == 0
    assert fails.field("attempt")[:36].sum() > 0
    never = run('at = "1969-01", until = "1971-12", coup.outcome = "never"')
    assert never.field("attempt")[:36].sum() == 0
    wins = run('at = "1969-01", until = "1971-12", coup.outcome = "succeeds"')
    assert np.array_equal(wins.field("attempt")[:36], wins.field("success")[:36])


def test_barrientos_lives(factual: History) -> None:
    lives = run('at = "1969-04", survival = "René Barrientos"')
    rules = factual.field("leader")[2] == 0
    assert (factual.field("leader")[3] != 0).all()
    assert (lives.field("leader")[3] == 0)[rules].mean() > 0.5
    assert same(lives, factual, slice(0, 3))


def test_a_leader_dies_and_the_officers_choose(factual: History) -> None:
    rules = factual.field("leader")[39] == 5
    history = run('at = "1972-05", death.leader = "Hugo Banzer"')
    assert (history.field("leader")[40:] != 5).all()
    assert np.array_equal(history.monthly[:, :, ~rules][:40], factual.monthly[:, :, ~rules][:40])


def test_rules_are_added_changed_and_dropped() -> None:
    added = (
        'at = "1970-01", rule.us.add = [{ name = "gift", when = "true", do = { aid = "150" }, '
        'why = "a test", source = "assumed" }]'
    )
    scenario = load("baseline", [], [added])
    (first, usual), (since, changed) = scenario.policies["us"]
    assert (first, since) == (0, 12)
    assert [rule.name for rule in changed.rules] == [rule.name for rule in usual.rules] + ["gift"]
    name = changed.rules[0].name
    off = f'at = "1970-01", rule.us.change."{name}" = {{ enabled = false }}'
    dropped = f'at = "1970-01", rule.us.drop = ["{name}"]'
    assert same(run(off, months=36), run(dropped, months=36))


BAD = {
    "nothing": ('at = "1971-09"', "nothing to change"),
    "no date": ('policy.ussr = "pragmatic"', "'at' is missing"),
    "not TOML": ("at = ", "write it as"),
    "ends before": ('at = "1971-09", until = "1970-01", coup.outcome = "never"', "'until' lies before"),
    "too late": ('at = "1981-09", coup.outcome = "never"', "'at' must lie in"),
    "lever": ('at = "1971-09", lever.ussr.credits.set = 1', "did you mean 'credit'"),
    "operation": ('at = "1971-09", lever.ussr.credit.put = 1', "write one of set, scale, cap"),
    "two operations": ('at = "1971-09", lever.ussr.credit = { set = 1, cap = 2 }', "write one of"),
    "parameter": ('at = "1971-09", parameter.backlsh = 1', "did you mean 'backlash'"),
    "range": ('at = "1971-09", parameter.backlash = 9', "must lie in 0 to 0.2"),
    "list": ('at = "1971-09", parameter.backlash = [1]', "number"),
    "driver": ('at = "1971-09", driver.tinn.scale = 1', "did you mean 'tin'"),
    "price": ('at = "1971-09", driver.tin.set = 1', "write scale = 0.6"),
    "price of zero": ('at = "1971-09", driver.tin.scale = 0', "must lie in 0.01"),
    "no economy": ('at = "1971-09", driver.gdp.scale = 0', "must stay within 10 to 100000"),
    "outcome": ('at = "1971-09", coup.outcome = "wins"', "succeeds, fails or never"),
    "leader": ('at = "1971-09", coup = { outcome = "fails", by = "Hugo Banser" }', "Hugo Banzer"),
    "leaderless": ('at = "1971-09", coup = { outcome = "never", by = "Hugo Banzer" }', "drop 'by'"),
    "dead": ('at = "1971-09", death.leader = "Hugo Banser"', "(did you mean 'Hugo Banzer'?)"),
    "heir": ('at = "1971-09", death = { leader = "Hugo Banzer", successor = "x" }', "no leader 'x'"),
    "no quotes": ("at = 1971-09, policy.us = 'x'", "months and names in double quotes"),
    "a date": ("at = 1971-09-01, policy.us = 'x'", "the date 1971-09-01; write a month in quotes"),
    "its rule": ('at = "1971-09", rule.us.add = [{ name = "x", when = "tru", do = { aid = "1" }, '
                 'why = "w", source = "a" }]', "did you mean 'true'"),
    "immortal": ('at = "1971-09", survival = "Hugo Banzer"', "does not die at that time"),
    "rule": ('at = "1971-09", rule.us.drop = ["money for reforms"]', "did you mean 'money for reform'"),
    "rule key": ('at = "1971-09", rule.us.delete = ["x"]', "there are drop, add and change"),
    "unknown": ('at = "1971-09", polcy.us = "x"', "did you mean 'policy'"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_malformed_intervention_ends_in_one_clear_line(case: str) -> None:
    text, says = BAD[case]
    with pytest.raises(PalcaError) as caught:
        load("baseline", [], [text])
    assert says in str(caught.value)
    assert "--intervene" in str(caught.value) or case == "no economy"
    assert "\n" not in str(caught.value)


CONTRADICTIONS = [
    ('at = "1971-09", until = "1972-12", lever.ussr.credit.set = 0',
     'at = "1971-09", lever.ussr.credit.scale = 2'),
    ('at = "1971-09", policy.us = "punitive"', 'at = "1971-09", policy.us = "disengaged"'),
    ('at = "1971-09", coup.outcome = "never"', 'at = "1971-09", coup.outcome = "fails"'),
    ('at = "1971-09", until = "1972-01", death.leader = "Hugo Banzer"',
     'at = "1971-10", death.leader = "Hugo Banzer"'),
]  # fmt: skip


@pytest.mark.parametrize(("one", "two"), CONTRADICTIONS)
def test_two_that_contradict_each_other_are_refused_with_both_named(one: str, two: str) -> None:
    for texts in ([one, two], [two, one]):
        with pytest.raises(PalcaError, match="contradict") as caught:
            load("baseline", [], texts)
        assert one[:40] in str(caught.value)
        assert two[:40] in str(caught.value)


def test_a_lever_set_from_the_beginning_has_no_rival_there() -> None:
    with pytest.raises(PalcaError, match="contradict"):
        resolve("baseline", ["lever.us.aid.scale=2"], ['at = "1969-01", lever.us.aid.set = 0'])


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


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60) | st.sampled_from([text for text, _ in BAD.values()]).flatmap(
    lambda text: st.integers(0, len(text)).map(lambda cut: text[:cut] + text[cut + 1 :])))  # fmt: skip
def test_no_text_raises_anything_but_our_own_error(text: str) -> None:
    with suppress(PalcaError):
        build(resolve("baseline", [], [text]))


def test_interventions_are_inherited(tmp_path: Path) -> None:
    parent, child = tmp_path / "parent.toml", tmp_path / "child.toml"
    parent.write_text('title = "p"\nextends = "baseline"\n[[intervene]]\nat = "1971-09"\n'
                      'lever.us.aid.set = 0\n')  # fmt: skip
    child.write_text('title = "c"\nextends = "parent.toml"\n[[intervene]]\nat = "1972-09"\n'
                     'lever.us.aid.set = 9\n')  # fmt: skip
    spans = [(i.since, i.until, getattr(i, "value", None)) for i in load(str(child)).interventions]
    assert spans == [(32, 43, 0.0), (44, 9999, 9.0)]
    child.write_text(child.read_text().replace('at = "1972-09"', 'at = "1972-09"\nuntil = "1972-12"'))
    spans = [(i.since, i.until, getattr(i, "value", None)) for i in load(str(child)).interventions]
    assert spans == [(32, 43, 0.0), (44, 47, 9.0), (48, 9999, 0.0)]


def test_an_heir_in_exile_does_not_inherit_and_the_dead_do_not_return() -> None:
    """Siles leads a coup in vain; two months later the president dies, whom he would follow."""
    changes = [
        'at = "1969-02", coup = { outcome = "fails", by = "Luis Adolfo Siles Salinas" }',
        'at = "1975-01", coup.outcome = "succeeds"',
    ]
    scenario = load("baseline", [], changes)
    index_of = {leader.short: index for index, leader in enumerate(scenario.country.leaders)}
    model = ColdWarModel(scenario, worlds=WORLDS, rng=3)
    history = model.run()
    handed = history.events.code == CODE_OF["power", "handover"]
    heirs = history.events.leader[handed & (history.events.month == 3)]
    assert len(heirs) > 20
    assert index_of["Siles Salinas"] not in heirs
    assert (model.current.worlds.absent_until[index_of["Barrientos"]] > 10**9).all()


def test_a_manifest_names_a_shipped_policy_alike_on_every_machine() -> None:
    resolved = resolve("baseline", [], ['at = "1971-09", policy.ussr = "ideological"'])
    (change,) = resolved["changes"]
    assert change["content"] == resolved["policies"]["ussr"][-1]["place"]
    assert change["content"] == "policies/ussr/ideological.toml"
