"""Effects: their errors, spreads over parameters, causation, and what the evidence tells."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from palca.experiments.counterfactual import claims
from palca.experiments.counterfactual.effects import (
    Effect,
    causation,
    explained_spread,
    prior_posterior_shift,
)
from palca.experiments.counterfactual.twins import Paths, Twins, parameter_basis
from palca.experiments.infer.weights import clustered_error
from palca.experiments.simulate import priors
from palca.model.state.history import Events
from palca.model.state.parameters import PRIORS


def test_errors_count_families_not_copies() -> None:
    difference = np.repeat(np.array([1.0, -1.0, 2.0, -2.0]), 50)
    ancestors = np.repeat(np.arange(4), 50)
    alone = clustered_error(difference, np.arange(200))
    assert alone == pytest.approx(difference.std(ddof=1) / np.sqrt(200), rel=1e-6)
    families = clustered_error(difference, ancestors)
    assert families == pytest.approx(np.array([1.0, -1.0, 2.0, -2.0]).std(ddof=1) / 2, rel=1e-6)


def spreads(size: float, families: int, copies: np.ndarray | int, tries: int) -> np.ndarray:
    """Return variances over parameters of which the first counts, and their errors, ``(tries, 2)``.

    Worlds of a family share the parameters and a shock; each has a small one of its own.
    """
    out = []
    for seed in range(tries):
        rng = np.random.default_rng(seed)
        ancestors = np.repeat(np.arange(families) * 3, copies)  # numbers of worlds have gaps
        family = ancestors // 3
        parameters = {str(k): rng.normal(size=families)[family] for k in range(10)}
        difference = size * parameters["0"] + rng.normal(size=families)[family]
        difference += rng.normal(size=len(ancestors)) / 3
        basis = parameter_basis(parameters, ancestors)
        spread, error = explained_spread(difference, ancestors, basis)
        out.append((spread, error))
    return np.array(out)


UNEQUAL = 1 + (np.arange(80) % 8) ** 2  # copies: 1 to 50 of a family


@pytest.mark.parametrize("copies", [1, 20, UNEQUAL])
def test_parameters_that_do_nothing_have_no_spread(copies: np.ndarray | int) -> None:
    found = spreads(0.0, 80, copies, 100)
    # the variance is 0 within an error in two of three, and within two in nearly all
    errors = (found.sum(axis=1) ** 2 - found[:, 0] ** 2)
    assert (found[:, 0] == 0.0).mean() > 0.4
    assert (found[:, 0] ** 2 <= errors).mean() > 0.66
    assert (found[:, 0] ** 2 <= 2.0 * errors).mean() > 0.93


@pytest.mark.parametrize("copies", [1, 20, UNEQUAL])
def test_spread_over_parameters_is_what_they_explain(copies: np.ndarray | int) -> None:
    found = spreads(1.0, 80, copies, 100)
    # the variance of the first parameter over worlds is 1 on average
    assert (found[:, 0] ** 2).mean() == pytest.approx(1.0, abs=0.15)
    assert found[:, 1].mean() == pytest.approx(found[:, 0].std(), rel=0.6)


def test_spread_of_exact_copies_is_that_of_one_of_each() -> None:
    rng = np.random.default_rng(3)
    theta, other, noise = rng.normal(size=(3, 60))
    difference, families = theta + noise, np.arange(60)
    one = explained_spread(difference, families, parameter_basis({"a": theta, "b": other}, families))
    worlds = np.repeat(families, 9)
    many = explained_spread(
        difference[worlds], worlds, parameter_basis({"a": theta[worlds], "b": other[worlds]}, worlds)
    )
    assert many == pytest.approx(one)


def test_spread_by_ordinary_regression_with_each_family_left_out() -> None:
    """The variance of fitted values less noise, each family's by a fit without it."""
    rng = np.random.default_rng(4)
    theta, value = rng.normal(size=30), rng.normal(size=30)
    value += theta - value.mean() - theta.mean()
    design = np.column_stack([np.ones(30), theta])
    line = np.polyfit(theta, value, 1)
    expected = np.polyval(line, theta).var()
    hat = design @ np.linalg.inv(design.T @ design) @ design.T
    centred = hat - 1 / 30
    for k in range(30):
        rest = np.arange(30) != k
        left_out = np.polyval(np.polyfit(theta[rest], value[rest], 1), theta[k])
        expected -= (centred @ centred)[k, k] / 30 * value[k] * (value[k] - left_out)
    families = np.arange(30)
    spread, _ = explained_spread(value, families, parameter_basis({"a": theta}, families))
    assert spread**2 == pytest.approx(expected)


def test_spread_is_unknown_where_families_are_as_few_as_parameters() -> None:
    rng = np.random.default_rng(5)
    parameters = {str(k): rng.normal(size=8) for k in range(7)}
    found = explained_spread(rng.normal(size=8), np.arange(8), parameter_basis(parameters, np.arange(8)))
    assert np.isnan(found).all()
    assert explained_spread(np.ones(8), np.arange(8), parameter_basis(parameters, np.arange(8))) == (0.0, 0.0)


def pairs_of(
    without: dict[str, np.ndarray], changed: dict[str, np.ndarray], ancestors: np.ndarray,
    parameters: dict[str, np.ndarray] | None = None,
) -> Twins:  # fmt: skip
    """Return twins of one month, with these quantities."""
    nobody = np.zeros(0, int)
    none = Events(nobody, nobody, nobody, nobody, nobody, np.zeros(0))
    factual, counter = (
        Paths(0, {name: row[None].astype(float) for name, row in values.items()}, none)
        for values in (without, changed)
    )
    return Twins(factual, counter, parameters or {}, ancestors)


def test_necessity_and_sufficiency_count_the_four_cells() -> None:
    without, changed = np.repeat([1, 1, 0, 0], 64), np.repeat([1, 0, 1, 0], 64)
    cause = causation(pairs_of({"rules": without}, {"rules": changed}, np.arange(256)), 0)
    assert (cause.necessary, cause.sufficient, cause.both, cause.harmed) == (0.5, 0.5, 0.25, 0.25)
    assert (cause.lasted, cause.fell) == (128, 128)


@pytest.mark.parametrize("copies", [1, 7])
def test_errors_of_necessity_are_those_of_a_share_of_families(copies: int) -> None:
    """Of 200 families 80 last without the change, and 20 of these fall with it; 50 fall in all.

    The share p of m of n families that are of a kind has the variance p (1 - p) / m, times
    n / (n - 1); copies of a family tell nothing more.
    """
    without, changed = np.arange(200) < 80, (np.arange(200) >= 20) & (np.arange(200) < 170)
    worlds = np.repeat(np.arange(200), copies)
    twins = pairs_of({"rules": without[worlds]}, {"rules": changed[worlds]}, worlds)
    cause = causation(twins, 0)
    assert (cause.necessary, cause.sufficient) == (20 / 80, 20 / 50)
    assert cause.necessary_se == pytest.approx(np.sqrt(0.25 * 0.75 / 80 * 200 / 199))
    assert cause.sufficient_se == pytest.approx(np.sqrt(0.4 * 0.6 / 50 * 200 / 199))


def test_nothing_is_said_of_necessity_where_no_regime_lasts() -> None:
    fallen = np.zeros(8)
    cause = causation(pairs_of({"rules": fallen}, {"rules": 1 - fallen}, np.arange(8)), 0)
    assert np.isnan([cause.necessary, cause.necessary_se]).all()
    assert np.isnan([cause.sufficient, cause.sufficient_se]).all()
    assert cause.harmed == 1


def test_nothing_is_said_of_sufficiency_where_every_regime_lasts() -> None:
    changed = np.repeat([0.0, 1.0], 4)
    cause = causation(pairs_of({"rules": np.ones(8)}, {"rules": changed}, np.arange(8)), 0)
    assert np.isnan([cause.sufficient, cause.sufficient_se]).all()
    assert (cause.necessary, cause.fell) == (0.5, 4)


@pytest.mark.parametrize("families", [4, 40, 400])
def test_parameters_that_do_nothing_are_rarely_told(families: int) -> None:
    """All 25 at once in at most one of twenty; copies of a world tell no more than one of them."""
    tries, copies = 60, 3
    informative = 0
    for seed in range(tries):
        sampled = priors.draw(seed, np.arange(families))
        idle = {name: np.repeat(values, copies) for name, values in sampled.items()}
        weights = np.full(families * copies, 1.0 / (families * copies))
        informative += any(m.informative for m in prior_posterior_shift(idle, weights, families, seed).values())
    assert informative <= 9  # of 60; by chance 3, and more than 9 once in 800


def test_what_moves_a_parameter_is_told() -> None:
    sampled = priors.draw(0, np.arange(4000))
    weights = np.where(PRIORS["backlash"].cdf(sampled["backlash"]) > 0.6, 1.0, 0.0)
    weights /= weights.sum()
    found = prior_posterior_shift(sampled, weights, 1.0 / np.sum(weights**2), 0)
    assert [name for name, of in found.items() if of.informative] == ["backlash"]
    # the mean of a uniform prior's upper two fifths, and the same of its normal scores
    assert found["backlash"].posterior_mean == pytest.approx(0.005 + 0.8 * 0.045, rel=0.01)
    assert not any(of.informative for of in prior_posterior_shift(sampled, weights, 1.0, 0).values())


def test_what_can_move_one_way_only_is_no_test_of_a_claim() -> None:
    part: Any = SimpleNamespace(uninformed=lambda _: [])
    some = Effect("rules", 5, 0.9, 0.8, -0.1, 0.01, 0.02, 0.0, 0.0, -1.0, 0.0, 0.1)
    assert "less stable" in claims._stability(some, part)
    assert "stable" not in claims._stability(replace(some, factual=1.0), part)
