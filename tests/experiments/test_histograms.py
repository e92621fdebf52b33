from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.simulate.histograms import LEAST, histogram, no_worlds

pytestmark = pytest.mark.quick

LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
values = st.one_of(
    st.floats(-5000, 5000, width=32),
    st.floats(-(2.0**-18), 2.0**-18, width=32),
    st.sampled_from([0.0, -0.0, 0.25, -0.25, 0.5, 1.0, 3.0, 240.0]),
)
series = hnp.array_shapes(min_dims=2, max_dims=2, max_side=30).flatmap(
    lambda shape: hnp.arrays(np.float32, shape, elements=values)
)


@given(series)
def test_quantiles_of_any_value_are_within_half_a_percent(of: Any) -> None:
    found = histogram(of).quantiles(LEVELS)
    exact = np.quantile(of.astype(float), LEVELS, axis=1, method="inverted_cdf").T
    assert np.all(np.abs(found - exact) <= 0.005 * np.abs(exact) + LEAST)
    tiny = np.abs(exact) < LEAST / 2
    assert np.all(found[tiny] == 0)


@given(series)
def test_means_are_those_of_the_worlds(of: Any) -> None:
    exact = [math.fsum(row) / len(row) for row in of.astype(float)]
    assert np.abs(histogram(of).means() - exact).max() <= 2.0**-24


@given(series.filter(lambda of: of.shape[1] > 1), st.data())
def test_the_order_in_which_worlds_are_counted_changes_no_bit(of: Any, data: Any) -> None:
    cuts = data.draw(st.lists(st.integers(1, of.shape[1] - 1), max_size=5, unique=True))
    edges = sorted([0, *cuts, of.shape[1]])
    parts = data.draw(st.permutations([of[:, a:b] for a, b in pairwise(edges)]))
    total = no_worlds(len(of))
    for part in parts:
        total.add(histogram(part))
    whole = histogram(of)
    assert np.array_equal(total.values, whole.values)
    assert np.array_equal(total.counts, whole.counts)
    assert total.sums.tolist() == whole.sums.tolist()
    assert np.all(total.counts.sum(axis=0) == of.shape[1])


def test_small_whole_numbers_halves_and_shares_of_yes_are_exact() -> None:
    of = np.array([[0, 1, 1, 0, 1], [3, 2, 0, 3, 240], [0.5, 1, 0, -0.25, 0.5]])
    found = histogram(of)
    assert np.array_equal(found.quantiles((0.2, 0.4, 0.5, 1.0)),
                          [[0, 0, 1, 1], [0, 2, 3, 240], [-0.25, 0, 0.5, 1]])  # fmt: skip
    assert found.means().tolist() == [0.6, 49.6, 0.35]


def test_more_worlds_take_no_more_memory() -> None:
    chance = np.random.default_rng(0)
    total, sizes = no_worlds(3), []
    for _ in range(60):
        total.add(histogram(np.exp(chance.normal(0, 3, (3, 4096)))))
        sizes.append(len(total.values))
    assert sizes[-1] < 1.2 * sizes[19] < 128 * 42  # powers of 2 from -20 to 21, each in 128 steps


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e30])
def test_what_cant_be_added_up_isnt(value: float) -> None:
    with pytest.raises(OverflowError):
        histogram(np.array([[1.0, value]]))
