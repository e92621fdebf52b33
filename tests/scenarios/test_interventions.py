"""Interventions: what each kind does, and what none may do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from palca.model import ColdWarModel, History, PalcaError
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
        'at = "1971-09", driver.export_price.scale = 0.5',
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
        'at = "1971-09", driver.export_price.scale = 1',
        'at = "1971-09", driver.prices.add = 0',
        'at = "1976-07", death.leader = "Juan José Torres"',
    ],
)
def test_a_null_intervention_changes_no_bit(factual: History, change: str) -> None:
    if "death" in change:  # he is out of the roster by then: only where he rules may he be missed
        rules = (factual.field("leader")[89:91] == 3).any(axis=0)
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
    change = 'at = "1970-01", parameter.fiscal_export = 1.4'
    with pytest.raises(PalcaError, match=r"'fiscal_export'.*'export_price' is closed"):
        run(change, closed=("export_price",))
    resolved = resolve("baseline", [], [change])  # a scenario's own, whose channel a user closes
    closed, opened = (
        ColdWarModel(build({**one, "months": 48, "channels": {"export_price": False}}), 50, 0).run()
        for one in (resolve("baseline"), resolved)
    )
    assert same(closed, opened)


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
