"""Weighted samples: what is true of any weights, and joining what was weighted apart."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from palca.experiments.counterfactual.divergence import pairwise_divergence
from palca.experiments.infer.weights import (
    effective_sample_size,
    equal,
    moments,
    reweight,
    sums_by_group,
    systematic,
)
from palca.model.state.concatenate import concatenate_worlds

SOME = arrays(np.float64, st.integers(1, 30), elements=st.floats(0.01, 1.0))


@given(SOME, st.data())
def test_evidence_that_comes_in_two_parts_weighs_as_in_one(mass: np.ndarray, data: st.DataObject) -> None:
    weights = mass / mass.sum()
    logs = st.floats(-50.0, 0.0)
    one, two = (data.draw(arrays(np.float64, len(mass), elements=logs)) for _ in range(2))
    half, first = reweight(weights, one)
    apart, second = reweight(half, two)
    at_once, both = reweight(weights, one + two)
    assert apart == pytest.approx(at_once, abs=1e-12)
    assert first + second == pytest.approx(both)
    assert at_once.sum() == pytest.approx(1.0)
    assert np.exp(first) == pytest.approx(weights @ np.exp(one))


def test_evidence_that_no_member_fits_leaves_the_weights() -> None:
    weights, log_evidence = reweight(equal(3), np.full(3, -np.inf))
    assert np.isneginf(log_evidence)
    assert weights.tolist() == equal(3).tolist()


@given(SOME)
def test_the_effective_sample_size_lies_between_one_and_all(mass: np.ndarray) -> None:
    weights = mass / mass.sum()
    ess = effective_sample_size(weights)
    assert 1.0 - 1e-9 <= ess <= len(weights) + 1e-9
    assert effective_sample_size(equal(len(weights))) == pytest.approx(len(weights))
    # copies of a member that share its weight are no more than the member
    copies = np.repeat(np.arange(len(weights)), 3)
    shares = sums_by_group(weights[copies] / 3, copies)
    assert effective_sample_size(shares) == pytest.approx(ess)
    # two samples of one size and evidence are a sample of twice the size
    assert effective_sample_size(equal(2), np.array([ess, ess])) == pytest.approx(2 * ess)


@given(SOME, st.integers(1, 60), st.floats(0.0, 0.999))
def test_a_member_is_copied_by_its_weight_up_to_one(
    mass: np.ndarray, count: int, offset: float
) -> None:
    weights = mass / mass.sum()
    chosen = systematic(weights, count, offset)
    copies = np.bincount(chosen, minlength=len(weights))
    assert copies.sum() == count
    assert (np.abs(copies - count * weights) < 1.0 + 1e-6).all()
    assert (np.diff(chosen) >= 0).all()


def test_moments_are_those_of_the_copies() -> None:
    values = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 6.0]])
    mean, sd = moments(np.array([0.5, 0.25, 0.25]), values)
    copies = values[[0, 0, 1, 2]]
    assert mean == pytest.approx(copies.mean(axis=0))
    assert sd == pytest.approx(copies.std(axis=0))


@dataclass
class Part:
    month: int
    state: np.ndarray
    by_name: dict[str, np.ndarray]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_worlds_that_are_divided_and_joined_are_as_before(sizes: list[int]) -> None:
    count = sum(sizes)
    state = np.asfortranarray(np.arange(3.0 * count).reshape(3, count))
    ends = np.cumsum([0, *sizes])
    parts = [
        Part(7, state[:, first:last], {"a": np.arange(count)[first:last]})
        for first, last in pairwise(ends)
    ]
    whole = concatenate_worlds(parts)
    assert whole.month == 7
    assert np.array_equal(whole.state, state)
    assert np.array_equal(whole.by_name["a"], np.arange(count))


def test_twins_diverge_where_ruler_or_attempts_first_differ() -> None:
    leaders = np.zeros((4, 3)), np.zeros((4, 3))
    leaders[1][2, 1] = 5.0  # of one month only: the twin comes back
    attempts = np.zeros((4, 3)), np.zeros((4, 3))
    attempts[1][1, 2] = 1.0
    orientations = np.zeros((4, 3)), np.zeros((4, 3))
    orientations[1][3, 2] = 0.5
    first, alike = pairwise_divergence(leaders, attempts, orientations)
    assert first.tolist() == [-1, 2, 1]
    assert alike.tolist() == [True, True, False]
    # since the first month attempts add up: that moves no divergence
    again, _ = pairwise_divergence(leaders, (attempts[0], attempts[1].cumsum(axis=0)), orientations)
    assert again.tolist() == first.tolist()
