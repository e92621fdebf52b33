"""One month of a world told alone, and every month told in one pass, are one story."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.experiments.run.explain import Trace, explain, trace_world
from palca.experiments.run.narrate import sentences
from palca.model import ColdWarModel
from palca.scenarios import build, resolve

RESOLVED = resolve("soviet-break-1971")
WORLD, SEED = 31, 2


@pytest.fixture(scope="module")
def world_trace() -> Trace:
    return trace_world(RESOLVED, SEED, WORLD)


@settings(max_examples=5, deadline=None)
@given(month=st.integers(0, 119))
def test_a_month_told_alone_is_that_of_the_tale(world_trace: Trace, month: int) -> None:
    alone, traced = explain(RESOLVED, SEED, WORLD, month), world_trace.months[month]
    assert (alone.ruler, alone.month, alone.world) == (traced.ruler, traced.month, traced.world)
    assert alone.decisions == traced.decisions
    assert (alone.before, alone.after) == (traced.before, traced.after)
    assert [row for row in alone.events if row[0] == month] == traced.events


def test_the_tale_is_the_history_of_the_same_world(world_trace: Trace) -> None:
    scenario = build(RESOLVED)
    history = ColdWarModel(scenario, worlds=[WORLD], rng=SEED).run()
    events = [event for month in world_trace.months for event in month.events]
    assert events == sentences(history.events, scenario.country, 0, 0)
    assert len(events) > 20
    assert all(month == event[0] for month, m in enumerate(world_trace.months) for event in m.events)
    legitimacy = [month.after["legitimacy"] for month in world_trace.months]
    assert np.array_equal(np.array(legitimacy, np.float32), history.field("legitimacy")[:, 0])
    assert world_trace.loyalty.shape == (scenario.months, len(scenario.country.garrisons))
    assert len(np.unique(world_trace.loyalty)) > 10
