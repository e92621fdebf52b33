from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.model.state import counter_rng
from palca.model.state.draw_keys import NORMAL, UNIFORM
from palca.model.state.draws import Draws

pytestmark = pytest.mark.quick


@given(
    st.integers(0, 2**64 - 1),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=30, unique=True),
    st.integers(0, 29),
)
def test_a_world_draws_the_same_whoever_is_beside_it(seed: int, worlds: list[int], at: int) -> None:
    at %= len(worlds)
    together = counter_rng.world_keys(seed, worlds)
    assert together[at] == counter_rng.world_keys(seed, [worlds[at]])[0]


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_larger_table_of_events_begins_with_the_smaller(
    agents: int, times: int, more_agents: int, more_times: int
) -> None:
    small = counter_rng.event_keys("e", agents, times)
    large = counter_rng.event_keys("e", agents + more_agents, times + more_times)
    assert np.array_equal(large[:agents, :times], small)


@given(st.integers(1, 40), st.integers(1, 5), st.integers(0, 119))
def test_draws_do_not_depend_on_the_window_in_which_they_are_made(
    worlds: int, scale: int, month: int
) -> None:
    few = counter_rng.world_keys(3, np.arange(worlds))
    many = counter_rng.world_keys(3, np.arange(worlds * scale * 100))
    one, other = Draws(few, 0, 120, 0), Draws(many, 0, 120, 0)
    for earlier in range(0, month, 17):  # arrive there by different ways
        one.turn_to(earlier)
    one.turn_to(month)
    other.turn_to(month)
    for event in ("opportunity", "strike"):
        assert np.array_equal(one.of(event), other.of(event)[:worlds])
    assert np.array_equal(one.shock("growth"), other.shock("growth")[:worlds])


def test_draws_are_uniform_normal_and_unrelated() -> None:
    # 200,000 draws: standard errors are about 0.0007 (mean), 0.003 (correlation)
    keys = counter_rng.world_keys(1, np.arange(200_000))
    events = [counter_rng.event_keys(name, 1, 2)[0] for name in ("a", "b")]
    u = [counter_rng.uniform(counter_rng.bits(keys, event[i])) for event in events for i in range(2)]
    for draw in u:
        assert 0 < draw.min() < draw.max() < 1
        assert abs(draw.mean() - 0.5) < 0.004
        assert abs(draw.var() - 1 / 12) < 0.002
        counts = np.bincount((draw * 50).astype(int), minlength=50)
        chi2 = ((counts - 4000) ** 2 / 4000).sum()
        assert chi2 < 100  # 49 degrees of freedom: 99.998 %
    correlations = np.corrcoef(u) - np.eye(4)
    assert np.abs(correlations).max() < 0.012
    neighbours = np.corrcoef(u[0][:-1], u[0][1:])[0, 1]
    assert abs(neighbours) < 0.012
    z = counter_rng.normal(counter_rng.bits(keys, events[0][0]))
    assert abs(z.mean()) < 0.012
    assert abs(z.var() - 1) < 0.015
    assert abs((z**4).mean() / z.var() ** 2 - 2.7) < 0.05  # Irwin-Hall of order four


def test_seeds_and_names_give_other_draws() -> None:
    worlds = np.arange(100)
    assert not np.any(counter_rng.world_keys(0, worlds) == counter_rng.world_keys(1, worlds))
    assert counter_rng.event_keys("a", 1, 1)[0, 0] != counter_rng.event_keys("b", 1, 1)[0, 0]
    assert len(set(UNIFORM + NORMAL)) == len(UNIFORM + NORMAL)
