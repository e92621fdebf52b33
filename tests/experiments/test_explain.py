"""One month of a world told alone, and every month told in one pass, are one story."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.experiments.io.language import speaking
from palca.experiments.run.explain import explain
from palca.experiments.run.narrate import sentences
from palca.experiments.run.officers import MOVERS, live_through
from palca.experiments.run.trace import Trace, tell
from palca.model import ColdWarModel, Simulation
from palca.model.compiler import cache
from palca.model.equations.discontent import added
from palca.model.state.history import CODE_OF
from palca.scenarios import build, resolve

RESOLVED = resolve("soviet-break-1971")
WORLD, SEED = 1, 2


@pytest.fixture(scope="module")
def world_trace() -> Iterator[Trace]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "WORTH_COMPILING", 0)  # what is told alone is stepped by NumPy
        yield tell(Simulation(build(RESOLVED), [WORLD], SEED))


@settings(max_examples=5, deadline=None)
@given(month=st.integers(0, 119))
def test_a_month_told_alone_is_that_of_the_tale(world_trace: Trace, month: int) -> None:
    alone, traced = explain(RESOLVED, SEED, WORLD, month), world_trace.explain(month)
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


def test_a_tale_that_is_kept_is_told_in_each_language(world_trace: Trace) -> None:
    said = [month.events for month in world_trace.months]
    with speaking("es"):
        for english, spanish in zip(said, (m.events for m in world_trace.months), strict=True):
            assert [month for month, _ in spanish] == [month for month, _ in english]
            assert all(one != other for one, other in zip(english, spanish, strict=True))
    assert said == [month.events for month in world_trace.months]


def test_what_is_told_of_attempts_agrees_with_their_events(world_trace: Trace) -> None:
    events = world_trace.histories.events
    codes = {CODE_OF["power", "coup"]: True, CODE_OF["power", "failed coup"]: False}
    struck = [at for at in range(len(events)) if int(events.code[at]) in codes]
    assert [int(events.month[at]) for at in struck] == sorted(world_trace.attempts)
    assert len(struck) > 1
    for at in struck:
        attempt = world_trace.attempt(int(events.month[at]))
        force = attempt.weight / attempt.weight.sum()
        joined = float(force @ attempt.rounds[-1][:, 0])
        assert joined == pytest.approx(float(events.amount[at]), abs=1e-6)
        assert (joined >= 0.5) == codes[int(events.code[at])]
        assert attempt.led_from.tolist() == [int(events.garrison[at])]
        by_round = [attempt.by_garrison(who)[:, 0] for who in attempt.rounds]
        assert np.all((np.array(by_round) >= 0.0) & (np.array(by_round) <= 1.0))
        # the losing side pays, and nobody else
        losers = ~attempt.rounds[-1] if joined >= 0.5 else attempt.rounds[-1]
        assert not (attempt.paid & ~losers).any()
        # what moves officers adds up to the discontent that the model used
        moved = sum(attempt.of(mover) for mover in MOVERS)
        discontent = added(attempt.discontent)
        assert np.allclose(moved, discontent, atol=1e-12)
        assert np.allclose(added(attempt.pull, discontent), attempt.plot.pull, atol=1e-12)
        assert discontent[:, 0].argmax() == attempt.plot.plotter[0]


def test_an_attempt_that_is_lived_again_is_that_of_a_run_by_numpy(world_trace: Trace) -> None:
    model = Simulation(build(RESOLVED), [WORLD], SEED)
    for month in range(len(world_trace.months)):
        lived = live_through(model)
        assert (lived is not None) == (month in world_trace.attempts)
        if lived is not None:
            again = world_trace.attempt(month)
            assert lived.led_from.tolist() == [world_trace.attempts[month]]
            assert np.array_equal(lived.rounds, again.rounds)
            assert np.array_equal(lived.paid, again.paid)
            assert np.array_equal(lived.plot.pull, again.plot.pull)
