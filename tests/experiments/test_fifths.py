"""Means in fifths of priors."""

from __future__ import annotations

import numpy as np
import pytest

from palca.experiments.infer.fifths import FIFTHS, WorldsByPrior, fifths_table
from palca.experiments.simulate import priors
from palca.model.state.parameters import PRIORS
from palca.model.types import Floats, Ints

pytestmark = pytest.mark.quick


def idle(seed: int, families: int, copies: int) -> tuple[Floats, dict[str, Floats], Ints]:
    """Return values to which no parameter matters, the parameters, and each world's family."""
    sampled = priors.draw(seed, np.arange(families))
    family = np.repeat(np.arange(families), copies)
    values = np.random.default_rng(seed).normal(size=families)[family]
    return values, {name: one[family] for name, one in sampled.items()}, family


def by_prior(parameters: dict[str, Floats], family: Ints) -> WorldsByPrior:
    return WorldsByPrior(parameters, family, PRIORS)


def test_a_parameter_that_matters_is_found_with_the_mean_in_each_fifth() -> None:
    values, parameters, family = idle(0, 4000, 2)
    score = PRIORS["backlash"].cdf(parameters["backlash"])
    found = by_prior(parameters, family).means(values + np.where(score > 0.6, 1.0, 0.0))
    assert list(found) == ["backlash"]
    fifths = found["backlash"]
    assert sum(fifth.worlds for fifth in fifths) == len(family)
    assert [one.high for one in fifths[:-1]] == [other.low for other in fifths[1:]]
    assert [fifths[0].low, fifths[-1].high] == PRIORS["backlash"].ppf([0.0, 1.0]).tolist()
    for fifth, mean in zip(fifths, (0, 0, 0, 1, 1), strict=True):
        assert fifth.worlds == pytest.approx(len(family) / 5, rel=0.1)
        assert fifth.families == pytest.approx(fifth.worlds / 2)
        assert fifth.se == pytest.approx(1 / np.sqrt(fifth.families), rel=0.1)
        assert abs(fifth.mean - mean) < 4 * fifth.se


def test_parameters_that_matter_come_by_how_much_they_do() -> None:
    values, parameters, family = idle(1, 4000, 1)
    for size, name in enumerate(("cost", "backlash", "purge", "opportunity"), start=1):
        values = values + size * PRIORS[name].cdf(parameters[name])
    worlds = by_prior(parameters, family)
    assert list(worlds.means(values)) == ["opportunity", "purge", "backlash"]
    assert list(worlds.means(values, count=1)) == ["opportunity"]


def test_the_test_is_that_of_one_way_analysis_of_variance() -> None:
    from scipy.stats import f_oneway

    chance, found = np.random.default_rng(5), 0
    for _ in range(60):
        own, values = chance.uniform(0.005, 0.05, 200), chance.normal(size=200)
        values += chance.uniform(0, 30) * own
        groups = np.searchsorted(PRIORS["backlash"].ppf([0.2, 0.4, 0.6, 0.8]), own)
        matters = f_oneway(*(values[groups == i] for i in range(5))).pvalue < 0.002
        means = by_prior({"backlash": own}, np.arange(200)).means(values)
        assert (list(means) == ["backlash"]) == matters
        found += matters
    assert 5 < found < 55


@pytest.mark.parametrize("copies", [1, 20])
def test_parameters_that_do_not_matter_are_rarely_found(copies: int) -> None:
    found = 0
    for seed in range(20):
        values, parameters, family = idle(seed, 300, copies)
        found += len(by_prior(parameters, family).means(values))
    assert found <= 5  # of 500; by chance 1, and more than 5 once in 1,600


def test_a_fifth_without_a_world_has_no_mean() -> None:
    values, parameters, family = idle(2, 2000, 1)
    score = PRIORS["backlash"].cdf(parameters["backlash"])
    some = np.flatnonzero(score > 0.4)
    values = (values + 2 * score)[some]
    worlds = by_prior({"backlash": parameters["backlash"][some]}, family[some])
    fifths = worlds.means(values)["backlash"]
    assert [fifth.worlds > 0 for fifth in fifths] == [False, False, True, True, True]
    assert np.isnan([fifths[0].mean, fifths[0].se]).all()
    assert fifths[0].families == 0
    assert np.average([f.mean for f in fifths[2:]], weights=[f.worlds for f in fifths[2:]]) == (
        pytest.approx(values.mean())
    )
    (cells,) = fifths_table("title", worlds.rows(values), lambda row: "that").cells
    assert cells[1:3] == ["no world", "no world"]


@pytest.mark.parametrize("values", [np.ones(50), np.full(50, np.nan)])
def test_what_does_not_vary_and_what_is_not_known_has_no_rows(values: Floats) -> None:
    _, parameters, family = idle(3, 50, 1)
    worlds = by_prior(parameters, family)
    assert worlds.rows(values) == []
    assert fifths_table("title", worlds.rows(values), lambda row: "that").cells == []


def test_a_row_has_the_columns_of_the_file() -> None:
    values, parameters, family = idle(4, 500, 1)
    rows = by_prior(parameters, family).rows(values + 99 * parameters["cost"])
    assert [row["fifth"] for row in rows[:5]] == [1, 2, 3, 4, 5]
    assert all(tuple(row) == FIFTHS for row in rows)
