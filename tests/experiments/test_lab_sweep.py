"""The page Sweep: which cells of its map can be told from the mean of all."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.lab.many_worlds.sweep_page import cells_of

UP, ACROSS, EACH = 3, 4, 60


def grid(seed: int, cells: np.ndarray, noise: float, shared: float) -> pd.DataFrame:
    """A row a world: what its cell adds, noise of its own, and noise of the draws that all share."""
    chance = np.random.default_rng(seed)
    common = shared * chance.normal(size=EACH)
    own = noise * chance.normal(size=(UP, ACROSS, EACH))
    up, across, each = np.indices((UP, ACROSS, EACH))
    columns = {"up": up, "across": across, "replicate": each,
               "coups": cells[:, :, None] + own + common}  # fmt: skip
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})


ONE_CELL = np.zeros((UP, ACROSS))
ONE_CELL[1, 2] = 1.0


@given(seed=st.integers(0, 2**32), shared=st.floats(0.0, 100.0))
def test_what_all_cells_share_hides_no_difference(seed: int, shared: float) -> None:
    alone = cells_of(grid(seed, ONE_CELL, 0.1, 0.0), "up", "across", "coups")
    together = cells_of(grid(seed, ONE_CELL, 0.1, shared), "up", "across", "coups")
    assert together.clear.equals(alone.clear)
    assert together.clear.loc[1, 2]
    assert np.isclose(together.difference_se, alone.difference_se)
    if shared > 1.0:
        assert together.level_se > alone.level_se  # but the whole map is less sure


@given(seed=st.integers(0, 2**32), shared=st.floats(0.0, 100.0))
def test_cells_that_do_not_differ_are_grey(seed: int, shared: float) -> None:
    found = cells_of(grid(seed, np.zeros((UP, ACROSS)), 0.0, shared), "up", "across", "coups")
    assert not found.clear.to_numpy().any()


def test_of_cells_that_differ_by_chance_alone_few_are_told_apart() -> None:
    told = [cells_of(grid(seed, np.zeros((UP, ACROSS)), 1.0, 1.0), "up", "across", "coups").clear
            for seed in range(60)]  # fmt: skip
    assert 0.01 < np.mean(told) < 0.1
