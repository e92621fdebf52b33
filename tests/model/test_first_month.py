"""A scenario may begin in any month: what happens hangs on the month's place in it, not on its date.

Months of different dates differ by the calendar alone: the American fiscal year, and rules that
name a date.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model import Scenario, Simulation
from palca.model.calendar import FOREVER
from palca.model.errors import PalcaError
from palca.scenarios import build, resolve

pytestmark = [pytest.mark.pythons, pytest.mark.quick]

MONTHS = 40


@pytest.fixture(scope="module")
def scenario(baseline: dict[str, Any]) -> Scenario:
    scenario = build({**baseline, "months": MONTHS})
    always = tuple(replace(leader, since=-FOREVER, until=FOREVER)
                   for leader in scenario.country.leaders)  # fmt: skip
    return replace(scenario, country=replace(scenario.country, leaders=always, deaths=()))


def moved(scenario: Scenario, years: int) -> Scenario:
    """Return the scenario so many years later, with the drivers that it had."""
    first = 12 * years
    policies = {actor: tuple((since + first, policy) for since, policy in rows)
                for actor, rows in scenario.policies.items()}  # fmt: skip
    return replace(scenario, first=first, policies=policies)


@settings(max_examples=8, deadline=None)
@given(st.integers(-60, 20), st.sampled_from([3, 700]))
def test_whole_years_earlier_or_later_are_the_same(
    scenario: Scenario, years: int, worlds: int
) -> None:
    here = Simulation(scenario, worlds, 5).run()
    there = Simulation(moved(scenario, years), worlds, 5).run()
    assert there.since == 12 * years
    assert np.array_equal(here.monthly, there.monthly)
    assert np.array_equal(here.events.month + 12 * years, there.events.month)
    assert np.array_equal(here.events.code, there.events.code)


def test_compiled_and_stepped_months_before_1969_are_the_same(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = moved(scenario, -19)
    stepped = Simulation(early, 40, 5)
    for _ in range(MONTHS):
        stepped.step()
    monkeypatch.setattr("palca.model.compiler.cache.WORTH_COMPILING", 0)
    compiled = Simulation(early, 40, 5).run()
    assert np.array_equal(stepped.history().monthly, compiled.monthly)
    assert np.array_equal(stepped.history().events.month, compiled.events.month)


@settings(max_examples=8, deadline=None)
@given(st.integers(1, MONTHS - 1))
def test_an_early_run_goes_on_from_a_snapshot(scenario: Scenario, months: int) -> None:
    early = moved(scenario, -7)
    model = Simulation(early, 12, 5)
    model.advance(months)
    on = Simulation(early, 12, start=model.snapshot()).run()
    whole = Simulation(early, 12, 5).run()
    assert on.since == early.first + months
    assert np.array_equal(on.monthly, whole.monthly[months:])


def test_who_died_before_the_first_month_never_rules(baseline: dict[str, Any]) -> None:
    late = build({**resolve("baseline", ["start.leader=1"]), "months": 1})
    dead = late.country.deaths[0]
    late = moved(replace(late, months=MONTHS, drivers=build(baseline).drivers), 1)
    assert dead.month < late.first
    assert not (Simulation(late, 400, 5).run().field("leader") == dead.leader).any()


def test_a_start_is_of_its_own_month(tmp_path: Any) -> None:
    file = tmp_path / "late.toml"
    file.write_text('title = "x"\nextends = "baseline"\nfrom = "1971-01"\n')
    with pytest.raises(PalcaError, match="who rules"):
        resolve(str(file))
    file.write_text(file.read_text() + '[start]\nleader = "Juan José Torres"\n')
    assert build(resolve(str(file))).first == 24


def test_drivers_are_not_drawn_out_to_years_before_their_files(tmp_path: Any) -> None:
    file = tmp_path / "early.toml"
    file.write_text('title = "x"\nextends = "baseline"\nfrom = "1955-01"\n'
                    '[start]\nleader = "Víctor Paz Estenssoro"\n')  # fmt: skip
    with pytest.raises(PalcaError, match=r"195|missing"):
        resolve(str(file))
