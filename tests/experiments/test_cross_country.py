"""Regularities of coups in invented countries, beside documented ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from example_findings import regular

from palca.experiments.forecast.comparisons import jeffreys
from palca.experiments.observe.documented import load_record
from palca.experiments.validate.cross_country import countries, summarise
from palca.model.state.parameters import PRIORS
from palca.scenarios import build, resolve


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return resolve("baseline", ["posterior=off"])


def test_invented_countries_keep_the_rules_and_change_the_rest(plain: dict[str, Any]) -> None:
    made = countries(resolve("baseline"), 3, 0)
    assert countries(plain, 5, 0)[:3] == made  # a country is its number's
    for one in made:
        assert one["policies"] == plain["policies"]
        assert one["country"]["garrison"] == plain["country"]["garrison"]
        assert not one["country"]["death"]
        shares = [faction["share"] for faction in one["country"]["faction"]]
        assert sum(shares) == pytest.approx(1.0)
        scenario = build(one)
        wanted = {name: prior for name, prior in PRIORS.items() if name != "growth_mean"}
        assert (scenario.free_priors, scenario.parameter_sets) == (wanted, {})
    assert made[0]["country"]["start"] != made[1]["country"]["start"]


def test_country_years_are_counted_as_the_record_counts_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = pd.DataFrame(
        {"country": [0, 0, 1, 1, 2, 2], "attempts": [1, 1, 0, 2, 0, 0], "coups": [1, 0, 0, 1, 0, 0],
         "since": [1, 1, 1, 2, 12, 13], "growth": [-1.0, 2.0, 5.0, 5.0, -2.0, 4.0],
         "income": [900.0, 900.0, 2000.0, 2000.0, 3000.0, 3100.0]}
    )  # fmt: skip
    monkeypatch.setattr(
        "palca.experiments.validate.cross_country._REFITS", 0
    )  # too few to draw lots from
    found = summarise(rows, load_record())
    since = found.since.set_index("class")
    assert since.loc["1yr", "simulated"] == pytest.approx(2 / 3)
    assert since.loc["2yr", "simulated"] == 1.0
    assert since.loc["11+yr", "simulated"] == 0.0
    assert since.loc["1yr", "documented"] == pytest.approx(0.329114)
    assert int(since.loc["1yr", "years"]) == 79  # type: ignore[call-overload]
    assert found.growth["simulated"].tolist() == pytest.approx([0.5, 1.0, 1 / 3])
    assert found.success[0] == pytest.approx(0.5)
    assert found.successes == (57, 111)
    counted = found.since.set_index("class")[["hits", "years"]]
    assert list(counted.loc["1yr"]) == [26, 79]
    assert list(counted.loc["11+yr"]) == [3, 66]
    share = {check.asked: check for check in found.checks}["share of attempts that succeed"]
    assert (share.documented, share.simulated, share.holds) == (57 / 111, 0.5, True)


def test_a_documented_share_has_a_range() -> None:
    """Beta(k + 1/2, n - k + 1/2); the quantiles are the integral of its density."""
    for hits, years in ((3, 66), (0, 20), (7, 74)):
        low, high = jeffreys(hits, years)
        p = (np.arange(200_000) + 0.5) / 200_000
        density = p ** (hits - 0.5) * (1 - p) ** (years - hits - 0.5)
        below = np.cumsum(density) / density.sum()
        assert np.interp((0.05, 0.95), below, p) == pytest.approx((low, high), abs=1e-3)


def test_a_ratio_is_held_against_the_range_of_the_documented_one() -> None:
    """26 of 79 years against 5 of 70, twice: 4.6 times; 2.1 times is outside, though above 2."""
    weak = regular((0.42, 26, 79), (0.2, 5, 70))
    trap = weak.checks[1]
    assert trap.simulated == pytest.approx(2.1)
    assert trap.documented == pytest.approx(26 / 79 * 70 / 5)
    # of the logarithm of a ratio of shares: 1/k - 1/n of both, halved where two classes are meant
    sd = np.sqrt(1 / 26 - 1 / 79 + (1 / 5 - 1 / 70) / 2)
    expected = trap.documented * np.exp(np.array([-1.645, 1.645]) * sd)
    assert (trap.low, trap.high) == pytest.approx(expected, rel=0.1)
    assert trap.tells
    assert not trap.holds
    assert regular((0.9, 26, 79), (0.2, 5, 70)).checks[1].holds
    # few years: the range has "no effect" in it
    assert not regular((0.9, 3, 8), (0.2, 2, 9)).checks[1].tells
    income = weak.checks[4]
    assert (income.low, income.high) == pytest.approx(
        (-0.65 - 1.645 * 0.325, -0.65 + 1.645 * 0.325)
    )
    assert not income.holds
