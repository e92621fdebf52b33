"""Loyalty of garrisons: read from the officers, and of one piece with the coup game."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.model import ColdWarModel
from palca.model.equations import coup
from palca.model.equations.discontent import garrison_loyalty
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
