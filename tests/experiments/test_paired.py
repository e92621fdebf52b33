"""Comparisons of two scenarios in the same worlds."""

from __future__ import annotations

import numpy as np
import pytest

from palca.experiments.counterfactual.paired import (
    GROUPS,
    Pairs,
    digest,
    join_pairs,
    monthly_means,
    pair_blocks,
)
from palca.scenarios import resolve


def test_the_error_of_a_month_counts_worlds_of_one_parameter_set_together() -> None:
    """Ten copies of each of a hundred values know no more of their mean than one of each."""
    values = np.random.default_rng(1).normal(size=100)
    for copies in (1, 10):
        worlds = np.arange(100 * copies)
        families = worlds % 100
        sums = np.bincount(families, values[families], GROUPS)[None].astype(np.float64)
        none = np.full(len(worlds), -1)
        pairs = Pairs(worlds, families, {}, {}, none, none < 0, {"growth": sums})
        mean, se = monthly_means(pairs, "growth")
        assert mean[0] == pytest.approx(values.mean())
        assert se[0] == pytest.approx(values.std(ddof=1) / 10)


@pytest.mark.slow
def test_a_comparison_is_the_same_again_and_zero_with_itself() -> None:
    a, b = resolve("baseline"), resolve("soviet-break-1971")
    one = join_pairs(list(pair_blocks(a, b, 3000, 0, jobs=1)))
    two = join_pairs(list(pair_blocks(a, b, 3000, 0, jobs=2)))
    assert digest(one) == digest(two)
    itself = join_pairs(list(pair_blocks(a, a, 500, 0)))
    assert (itself.diverged == -1).all()
    assert all(np.array_equal(itself.first[name], itself.second[name]) for name in itself.first)
