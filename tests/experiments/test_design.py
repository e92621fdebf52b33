"""Factors as they are written, designs as they are tried, and rows that cover them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.explore.sweep import Plan, plan_rows
from palca.experiments.simulate.designs import (
    DESIGNS,
    STEPS,
    Factor,
    design_points,
    grid_size,
    parse_factor,
    tidy,
    varied_once,
)
from palca.model.calendar import month_name
from palca.model.errors import PalcaError

pytestmark = pytest.mark.quick

numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: float(f"{x:.9g}") + 0.0)
words = st.text("abcdefgh-", min_size=1, max_size=8).filter(lambda word: word.strip("-") == word)


@given(st.lists(numbers, min_size=2, max_size=6, unique=True))
def test_numbers_are_read_as_they_were_written(levels: list[float]) -> None:
    text = ",".join(map(repr, levels))
    assert parse_factor(f"start.legitimacy={text}") == Factor("start.legitimacy", tuple(levels))


@given(st.lists(words, min_size=2, max_size=6, unique=True))
def test_texts_are_read_as_they_were_written(levels: list[str]) -> None:
    factor = parse_factor(f" policy.ussr = {' , '.join(levels)} ")
    assert factor == Factor("policy.ussr", tuple(levels))
    assert not factor.numeric


@given(st.floats(0, 0.09).map(lambda x: round(x, 6)), st.floats(0.1, 0.2).map(lambda x: round(x, 6)))
def test_a_range_of_a_parameter_stays_a_range(low: float, high: float) -> None:
    factor = parse_factor(f"backlash={low!r}:{high!r}")
    assert (factor.levels, factor.low, factor.high) == ((), low, high)


@given(numbers, numbers, st.integers(2, 40))
def test_steps_are_equal_and_end_where_they_are_told_to(a: float, b: float, count: int) -> None:
    low, high = min(a, b), max(a, b)
    if high - low < 1e-3:
        return
    levels = parse_factor(f"start.legitimacy={low!r}:{high!r}:{count}").levels
    assert (levels[0], levels[-1], len(levels)) == (low, high, count)
    np.testing.assert_allclose(np.diff(levels), (high - low) / (count - 1), rtol=1e-6)


def test_steps_are_the_numbers_that_one_would_write() -> None:
    assert parse_factor("prestige_ussr=-0.1:0.3:5").levels == (-0.1, 0.0, 0.1, 0.2, 0.3)
    assert parse_factor("start.legitimacy=0:1").levels == tuple(k / 10 for k in range(STEPS))
    assert not np.signbit(tidy(np.array([-7e-18]), 0.4))[0]


@given(st.integers(0, 100), st.integers(1, 40))
def test_months_are_all_months_from_the_first_to_the_last(first: int, more: int) -> None:
    factor = parse_factor(f"intervene[0].at={month_name(first)}..{month_name(first + more)}")
    assert factor.levels == tuple(month_name(m) for m in range(first, first + more + 1))


def test_paths_with_dots_are_no_months() -> None:
    assert parse_factor("policy.ussr=../a.toml,../b.toml").levels == ("../a.toml", "../b.toml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("backlash", "write NAME=lo:hi"),
        ("=1,2", "write NAME=lo:hi"),
        ("backlash=", "write NAME=lo:hi"),
        ("backlash=0.05:0.01", "an empty range"),
        ("backlash=0.05:0.05", "an empty range"),
        ("intervene[0].at=1972-01..1971-01", "an empty range"),
        ("intervene[0].at=1971-01..1971-01", "an empty range"),
        ("intervene[0].at=1971..1972", "is no month"),
        ("intervene[0].at=1971-13..1972-01", "is no month"),
        ("backlash=0.01:0.05:1", "a whole number from 2 to"),
        ("backlash=0.01:0.05:2.5", "a whole number from 2 to"),
        ("backlash=0.01:0.05:1e9", "a whole number from 2 to"),
        ("backlash=0.01:much", "not a number"),
        ("backlash=0:inf", "not a finite number"),
        ("backlash=nan:1", "not a finite number"),
        ("start.legitimacy=0.1,nan", "finite"),
        ("backlash=0.03", "two values or more"),
        ("backlash=0.03,", "two values or more"),
        ("backlash=0.1,0.10", "names the value 0.10* twice"),
        ("policy.ussr=pragmatic,pragmatic", "names the value pragmatic twice"),
        ("backlash=0.01:99", "backlash"),
        ("backlash=0.01,99", "backlash"),
        ("backlash=0.01,much", "backlash"),
    ],
)
def test_what_cannot_be_varied_is_refused_by_name(text: str, says: str) -> None:
    with pytest.raises(PalcaError, match=says) as error:
        parse_factor(text)
    assert error.value.where == f"--vary {text}"


def test_a_factor_is_varied_once() -> None:
    one = parse_factor("backlash=0.01:0.05")
    with pytest.raises(PalcaError, match="named twice"):
        varied_once((one, parse_factor("backlash=0.01,0.02")))
    with pytest.raises(PalcaError, match="at least one"):
        varied_once(())
    assert varied_once((one,)) == (one,)


FACTORS = (
    Factor("backlash", (), 0.01, 0.05),
    Factor("policy.ussr", ("a", "b", "c")),
    Factor("start.legitimacy", (0.1, 0.5)),
    Factor("coup_trap", (), -2.0, 6.0),
)


def test_a_grid_has_every_combination_once_in_an_order_of_its_seed() -> None:
    grid = design_points("grid", FACTORS[:3], 0, 5)
    assert len(grid) == grid_size(FACTORS[:3]) == STEPS * 3 * 2
    assert len(grid.drop_duplicates()) == len(grid)
    for factor in FACTORS[:3]:
        assert set(grid[factor.name]) == set(factor.stepped().levels)
    assert grid.equals(design_points("grid", FACTORS[:3], 0, 5))
    other = design_points("grid", FACTORS[:3], 0, 6)
    assert not grid.equals(other)
    names = [factor.name for factor in FACTORS[:3]]
    assert grid.sort_values(names, ignore_index=True).equals(
        other.sort_values(names, ignore_index=True)
    )


@given(st.integers(0, 999), st.integers(20, 340), st.lists(st.integers(2, 9), min_size=2, max_size=3))
def test_any_first_part_of_a_grid_touches_all_levels_evenly(
    seed: int, part: int, counts: list[int]
) -> None:
    factors = [Factor(f"f{i}", tuple(float(k) for k in range(n))) for i, n in enumerate(counts)]
    whole = int(np.prod(counts))
    first = design_points("grid", factors, 0, seed).iloc[:part]
    part = len(first)
    for factor, count in zip(factors, counts, strict=True):
        share = 1 / count
        # of draws without replacement: hypergeometric
        spread = np.sqrt(part * share * (1 - share) * (whole - part) / max(whole - 1, 1))
        met = first[factor.name].value_counts().reindex(factor.levels, fill_value=0)
        assert (np.abs(met - part * share) <= 5 * spread + 1e-9).all()


@given(st.integers(0, 999), st.integers(0, 6))
def test_a_sobol_sequence_halves_every_factor_again_and_again(seed: int, power: int) -> None:
    points = design_points("sobol", (FACTORS[0], FACTORS[3]), 100, seed)
    assert len(points) == 100
    for factor in (FACTORS[0], FACTORS[3]):
        shares = (points[factor.name] - factor.low) / (factor.high - factor.low)
        strata = np.floor(shares.to_numpy()[: 2**power] * 2**power).astype(int)
        assert sorted(strata) == list(range(2**power))


@given(st.integers(0, 999), st.integers(1, 200))
def test_a_latin_hypercube_meets_each_stratum_once(seed: int, count: int) -> None:
    points = design_points("lhs", FACTORS, count, seed)
    shares = (points["coup_trap"] + 2) / 8
    assert sorted(np.floor(shares * count + 1e-9).astype(int)) == list(range(count))
    met = points["policy.ussr"].value_counts().reindex(["a", "b", "c"], fill_value=0)
    assert met.max() - met.min() <= 2  # the strata fall to three levels


@given(st.integers(0, 999), st.sampled_from(DESIGNS), st.integers(1, 99))
def test_no_point_leaves_its_factors(seed: int, design: str, count: int) -> None:
    points = design_points(design, FACTORS, count, seed)
    assert list(points) == [factor.name for factor in FACTORS]
    assert len(points) == (grid_size(FACTORS) if design == "grid" else count)
    assert points["backlash"].between(0.01, 0.05).all()
    assert points["coup_trap"].between(-2, 6).all()
    assert set(points["policy.ussr"]) <= {"a", "b", "c"}
    assert set(points["start.legitimacy"]) <= {0.1, 0.5}
    assert points.equals(design_points(design, FACTORS, count, seed))


def _plan(design: str, points: int, replicates: int, worlds: int) -> Plan:
    return Plan("baseline", (), (), FACTORS[:1], design, points, replicates, worlds, seed=3)


@given(st.sampled_from(DESIGNS), st.integers(1, 900), st.integers(1, 9), st.integers(0, 400))
def test_the_blocks_cover_every_point_and_replicate_once_and_evenly(
    design: str, points: int, replicates: int, short: int
) -> None:
    worlds = max(1, points * replicates - min(short, points - 1))
    plan = _plan(design, points, replicates, worlds)
    table = pd.DataFrame({"backlash": np.arange(points)})
    blocks = [plan_rows(plan, table, block) for block in range(plan.blocks)]
    rows = pd.concat(blocks, ignore_index=True)
    assert list(rows) == ["backlash", "seed", "replicate", "world"]
    assert len(rows) == worlds == sum(plan.rows(block) for block in range(plan.blocks))
    assert not rows.duplicated(["backlash", "replicate"]).any()
    assert rows["replicate"].between(0, replicates - 1).all()
    so_far = np.zeros(points, int)
    for block in blocks:  # broken off after any block, all points have been tried alike
        np.add.at(so_far, block["backlash"].to_numpy(), 1)
        assert so_far.max() - so_far.min() <= 1
    if design == "grid":
        assert (rows["world"] == rows["replicate"]).all()
    else:
        assert rows["world"].is_unique
