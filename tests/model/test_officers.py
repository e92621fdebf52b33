"""Loyalty of garrisons: read from the officers, and of one piece with the coup game."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.model import ColdWarModel
from palca.model.equations import coup
from palca.model.equations.discontent import added, discontent_terms, garrison_loyalty
from palca.model.state.batch import Worlds
from palca.scenarios import load

pytestmark = pytest.mark.quick

LONE = {"affinity": 0.0, "comrades": 0.0, "discontent_mood": 0.0}  # nobody minds who leads


@pytest.fixture(scope="module")
def baseline() -> ColdWarModel:
    model = ColdWarModel(load("baseline"), worlds=60, rng=3)
    for _ in range(30):
        model.step()
    return model


def with_parameters(worlds: Worlds, **values: float) -> Worlds:
    everybody = np.arange(len(worlds.state.values[0]))
    some = worlds.p.among(everybody)
    changed = type(some)(dict(some.items()))
    for name, value in values.items():
        changed.set(name, value)
    return Worlds(worlds.month, worlds.state, changed, worlds.draws, worlds.corps,
                  worlds.absent_until, worlds.event_log)  # fmt: skip


def test_whoever_is_not_loyal_would_rise(baseline: ColdWarModel) -> None:
    # Without mood, comrades and likeness the nucleus of a plot is all who are not loyal.
    worlds = with_parameters(baseline.current.worlds, **LONE)
    loyalty = garrison_loyalty(worlds)
    garrisons = baseline.current.scenario.country.garrisons
    force = np.array([garrison.officers * garrison.weight for garrison in garrisons], dtype=float)
    nothing = np.zeros(60)
    plot = coup.plot(worlds, np.zeros((len(worlds.corps), 60)), nothing, False)
    assert np.allclose(1.0 - (force @ loyalty) / force.sum(), plot.nucleus)
    assert 0.0 < plot.nucleus.mean() < 1.0


@given(cost=st.floats(0.0, 3.0), more=st.floats(0.0, 2.0))
def test_no_garrison_grows_less_loyal_as_rising_grows_dearer(
    baseline: ColdWarModel, cost: float, more: float
) -> None:
    low, high = (
        garrison_loyalty(with_parameters(baseline.current.worlds, cost=value))
        for value in (cost, min(cost + more, 3.0))
    )
    assert low.shape == (len(baseline.current.scenario.country.garrisons), 60)
    assert ((low >= 0.0) & (low <= high) & (high <= 1.0)).all()


@given(cost=st.floats(0.0, 2.0), weight=st.floats(0.0, 3.0), shock=st.floats(0.0, 1.0),
       blind=st.sampled_from([0.0, 1.0]), seed=st.integers(0, 99))  # fmt: skip
def test_a_plot_is_the_sum_of_its_terms_and_its_rounds_end_as_it_does(
    baseline: ColdWarModel, cost: float, weight: float, shock: float, blind: float, seed: int
) -> None:
    worlds = with_parameters(baseline.current.worlds, cost=cost, complementarity=weight,
                             public_shock=shock, global_game=blind)  # fmt: skip
    mood = np.random.default_rng(seed).normal(size=(len(worlds.corps), 60))
    covert = np.full(60, 0.1)
    plot = coup.plot(worlds, mood, covert, False)
    discontent = added(discontent_terms(worlds, mood))
    assert np.array_equal(plot.plotter, discontent.argmax(axis=0))
    pull = added(coup.pull_terms(worlds, plot.plotter, covert), discontent)
    assert np.array_equal(pull, plot.pull)  # to the last bit
    signal = coup.public_signal(worlds, None)
    assert np.array_equal(added(coup.push_terms(worlds, plot.plotter, signal)), plot.push)
    rounds = coup.rounds(worlds, plot)
    joined, success, rebels = coup.rise(worlds, plot)
    assert np.array_equal(worlds.corps.force_of(rounds[0]), plot.nucleus)
    assert np.array_equal(rounds[-1], rebels)
    assert np.array_equal(worlds.corps.force_of(rounds[-1]), joined)
    assert np.array_equal(success, joined >= 0.5)
    shares = np.array([worlds.corps.force_of(who) for who in rounds])
    turns = np.sign(np.diff(shares, axis=0))
    assert (turns.max(axis=0, initial=0) * turns.min(axis=0, initial=0) == 0).all()  # one way
