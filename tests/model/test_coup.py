from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.model import ColdWarModel
from palca.model.equations.coup import coordinate, opportunity
from palca.model.state import counter_rng
from palca.model.state.batch import Worlds
from palca.model.state.corps import Corps
from palca.model.state.draws import Draws
from palca.model.state.history import CODE_OF, EventLog
from palca.model.state.parameters import PARAMETERS, Parameters
from palca.model.state.scenario import Country, Faction, Garrison
from palca.model.state.state import State
from palca.scenarios import build

pytestmark = pytest.mark.quick

NOBODY = np.zeros((0, 1), dtype=np.int64)


def world_of(*weights: int) -> Worlds:
    """One world whose garrisons have an officer each, of these weights."""
    garrisons = tuple(Garrison(f"g{i}", 1, 0, w) for i, w in enumerate(weights))
    country = Country("x", (), garrisons, (Faction("f", 1, 0, 0.1),), {})
    keys = counter_rng.world_keys(0, [0])
    draws, corps = Draws(keys, 0, 1, 0), Corps(country, keys)
    return Worlds(0, State(1, {}), Parameters(), draws, corps, NOBODY, EventLog())


def test_cascade_worked_out_on_paper() -> None:
    # Four officers of equal force. Officer 0 rises alone (q = 1/4); with weight 1 that lifts
    # officer 1 (-0.2 + 1/4 > 0), then q = 1/2 lifts officer 2 (-0.45 + 1/2 > 0), then q = 3/4
    # does not lift officer 3 (-0.8 + 3/4 < 0).
    pull = np.array([[0.1], [-0.2], [-0.45], [-0.8]])
    joined, rebels = coordinate(world_of(1, 1, 1, 1), pull, np.zeros(1), np.array([0.25]), 1.0)
    assert joined[0] == 0.75
    assert rebels[:, 0].tolist() == [True, True, True, False]


def test_a_bad_public_signal_makes_the_nucleus_melt() -> None:
    pull = np.array([[0.1], [-0.2], [-0.45], [-0.8]])
    signal = np.array([-0.36])  # officer 0 has 0.1 + 1/4 - 0.36 < 0
    joined, rebels = coordinate(world_of(1, 1, 1, 1), pull, signal, np.array([0.25]), 1.0)
    assert joined[0] == 0.0
    assert not rebels.any()


def test_force_counts_weights() -> None:
    standing = np.array([[True], [False], [True]])
    assert world_of(3, 4, 1).corps.force_of(standing)[0] == 0.5


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=8),
    st.lists(st.floats(-2, 2), min_size=8, max_size=8),
    st.floats(0, 3),
    st.floats(-1, 1),
    st.floats(0, 1),
)
def test_more_of_a_push_never_brings_fewer_to_the_rebels(
    weights: list[int], pulls: list[float], weight: float, push: float, more: float
) -> None:
    world = world_of(*weights)
    pull = np.array(pulls[: len(weights)])[:, None]
    nucleus = world.corps.force_of(pull > 0)
    weak, _ = coordinate(world, pull, np.array([push]), nucleus, weight)
    strong, _ = coordinate(world, pull, np.array([push + more]), nucleus, weight)
    assert strong[0] >= weak[0]


def test_in_a_global_game_the_nucleus_does_not_matter() -> None:
    # everybody expects half of the force: -0.45 + 1/2 > 0 joins, -0.8 + 1/2 < 0 does not
    pull = np.array([[0.1], [-0.2], [-0.45], [-0.8]])
    world = world_of(1, 1, 1, 1)
    world.p.set("global_game", 1.0)
    for nucleus in (0.0, 0.25, 1.0):
        joined, rebels = coordinate(world, pull, np.zeros(1), np.array([nucleus]), 1.0)
        assert joined[0] == 0.75
        assert rebels[:, 0].tolist() == [True, True, True, False]


@given(st.floats(0, 999), st.floats(0, 999), st.floats(0, 2))
def test_the_rate_of_opportunities_falls_by_a_power_of_quiet(
    one: float, other: float, power: float
) -> None:
    def rate(age: float) -> float:
        state = State(1, {"attempt_age": age, "mobilisation": 0.0, "succession": 0.0})
        return -np.log1p(-opportunity(state, Parameters({"coup_trap": power}))[0])

    usual = PARAMETERS["opportunity"].default
    assert rate(12.0) == pytest.approx(usual)
    assert rate(one) == pytest.approx(usual * ((12 + one) / 24) ** -power)
    if one <= other:
        assert rate(one) >= rate(other) - 1e-12


@given(st.floats(0, 999), st.floats(0, 10), st.floats(0, 2))
def test_with_a_fading_memory_the_rate_grows_with_attempts_and_not_with_quiet(
    age: float, memory: float, power: float
) -> None:
    state = State(1, {"attempt_age": age, "coup_memory": memory, "mobilisation": 0.0, "succession": 0.0})
    parameters = Parameters({"coup_trap": power, "fading_memory": 1.0})
    rate = -np.log1p(-opportunity(state, parameters)[0])
    assert rate == pytest.approx(PARAMETERS["opportunity"].default * np.exp(power * min(memory, 2.0)))


def test_winners_whom_all_joined_have_a_truce(baseline: dict[str, Any]) -> None:
    scenario = build({**baseline, "parameters": {"opportunity": 0.3}})
    history = ColdWarModel(scenario, worlds=100, rng=1, keep=("succession", "success")).run()
    events = history.events
    coups = np.flatnonzero(events.code == CODE_OF["power", "coup"])
    joined = np.full(history.field("success").shape, np.nan)
    joined[events.month[coups], events.world[coups]] = events.amount[coups]
    won = history.field("success") > 0
    assert won.any()
    expected = 2.0 * (1.0 - joined[won])
    assert np.allclose(history.field("succession")[won], expected, atol=1e-6)


@pytest.mark.parametrize(
    "values",
    [{"opportunity": 0.0}, {"discontent_base": -3.0, "discontent_spread": 0.0, "cost": 3.0}],
)
def test_no_coup_without_opportunity_or_discontent(
    baseline: dict[str, Any], values: dict[str, float]
) -> None:
    scenario = build({**baseline, "parameters": values})
    history = ColdWarModel(scenario, worlds=60, rng=1).run()
    assert history.field("attempt").sum() == 0


def test_purged_officers_make_room_and_nobody_else_moves(baseline: dict[str, Any]) -> None:
    country = build(baseline).country
    keys = counter_rng.world_keys(0, [5, 6])
    corps = Corps(country, keys)
    corps.draw_initial_officers(keys)
    before = corps.ideology.copy(), corps.grievance.copy()
    purged = np.zeros(corps.ideology.shape, dtype=np.bool_)
    purged[3, 0] = purged[7, 1] = True
    corps.replace(purged, keys)
    changed = np.argwhere(corps.ideology != before[0])
    assert changed.tolist() == [[3, 0], [7, 1]]
    assert np.argwhere(corps.grievance != before[1]).tolist() == [[3, 0], [7, 1]]
    assert corps.generation.sum() == 2
