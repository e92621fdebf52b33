"""A run that is taken up from a snapshot goes on as if it had never been left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model import ColdWarModel, Scenario
from palca.model.state.counter_rng import world_keys
from palca.scenarios import build

pytestmark = [pytest.mark.pythons, pytest.mark.quick]

MONTHS, WORLDS = 40, 12


@pytest.fixture(scope="module")
def scenario(baseline: dict[str, Any]) -> Scenario:
    return build({**baseline, "months": MONTHS})


@settings(max_examples=15, deadline=None)
@given(st.integers(0, MONTHS - 1), st.lists(st.integers(0, WORLDS - 1), min_size=1, max_size=9))
def test_it_goes_on_bit_for_bit_alone_or_among_copies(
    scenario: Scenario, month: int, chosen: list[int]
) -> None:
    whole = ColdWarModel(scenario, worlds=WORLDS, rng=5)
    while whole.month < month:
        whole.step()
    start = whole.snapshot().take(np.array(chosen))
    history = ColdWarModel(scenario, worlds=len(chosen), start=start).run()
    assert history.since == month
    rest = whole.run()
    assert np.array_equal(history.monthly, rest.monthly[month:, :, chosen])


def test_copies_with_other_keys_share_the_past_and_part(scenario: Scenario) -> None:
    model = ColdWarModel(scenario, worlds=1, rng=5)
    while model.month < 10:
        model.step()
    start = model.snapshot().take(np.zeros(6, np.int64), world_keys(77, np.arange(6)))
    assert (start.state == start.state[:, :1]).all()
    history = ColdWarModel(scenario, worlds=6, start=start).run()
    assert len(np.unique(history.field("growth")[-1])) == 6


def test_keys_may_differ_by_month(scenario: Scenario) -> None:
    keys = world_keys(5, np.arange(WORLDS))
    one = ColdWarModel(scenario, worlds=WORLDS, rng=5)
    start = one.snapshot()
    by_month = replace(start, keys=np.repeat(keys[None, :], MONTHS, axis=0))
    same = ColdWarModel(scenario, worlds=WORLDS, start=by_month).run()
    assert np.array_equal(one.run().monthly, same.monthly)
    by_month.keys[20:] = world_keys(6, np.arange(WORLDS))
    other = ColdWarModel(scenario, worlds=WORLDS, start=by_month).run()
    assert np.array_equal(other.monthly[:20], same.monthly[:20])
    assert not np.array_equal(other.monthly[20], same.monthly[20])


def test_a_snapshot_is_not_touched_by_what_follows(scenario: Scenario) -> None:
    model = ColdWarModel(scenario, worlds=3, rng=1)
    start = model.snapshot()
    before = start.state.copy(), start.ideology.copy()
    model.run()
    ColdWarModel(scenario, worlds=3, start=start).run()
    assert np.array_equal(start.state, before[0])
    assert np.array_equal(start.ideology, before[1])
