from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.scores import crps, position

values = st.lists(st.floats(-100, 100), min_size=1, max_size=40)


@given(values, st.floats(-100, 100))
def test_crps_is_the_definition(xs: list[float], y: float) -> None:
    x = np.array(xs)
    by_definition = np.abs(x - y).mean() - np.abs(x[:, None] - x).mean() / 2
    assert crps(x, y) == pytest.approx(by_definition, abs=1e-9)


def test_crps_of_a_point_is_its_distance() -> None:
    assert crps(np.array([3.0, 3.0]), 5.0) == 2.0


@given(values)
def test_crps_is_proper(xs: list[float]) -> None:
    # drawn from the ensemble itself, no shifted ensemble scores better on average
    x = np.array(xs)
    own = np.mean([crps(x, y) for y in x])
    assert own <= np.mean([crps(x + 1.0, y) for y in x]) + 1e-9


def test_position_counts_ties_half() -> None:
    assert position(np.array([0.0, 1.0, 1.0, 2.0]), 1.0) == 0.5
    assert position(np.array([0.0, 1.0]), 5.0) == 1.0
