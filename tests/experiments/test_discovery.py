"""What leads to an outcome: boxes that are there, boxes that aren't, and the command."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from scipy.stats import binomtest

from fault_commands import Run
from palca.experiments.explore.discovery import discover, happens, read_question
from palca.experiments.explore.discovery_report import _cells
from palca.experiments.observe.outcomes import OUTCOMES
from palca.model.errors import PalcaError

CHANCE = np.random.default_rng(3)


def factors(worlds: int) -> pd.DataFrame:
    return pd.DataFrame({
        "a": CHANCE.random(worlds), "b": CHANCE.random(worlds), "c": CHANCE.random(worlds),
        "policy.us": CHANCE.choice(["soft", "hard", "none"], worlds),
    })  # fmt: skip


@given(st.lists(st.floats(-1e6, 1e6), min_size=11, max_size=300, unique=True))
def test_cells_are_tenths_of_the_worlds_named_by_their_middle(values: list[float]) -> None:
    numbers = pd.Series(values)
    cells = _cells(numbers)
    sizes = cells.value_counts()
    assert len(sizes) == 10
    assert sizes.max() - sizes.min() <= 1
    for middle, inside in numbers.groupby(cells):
        assert middle == np.median(inside)
        apart = numbers[cells != middle]
        assert not apart.between(inside.min(), inside.max()).any()  # cells don't overlap


def test_texts_and_few_numbers_are_cells_of_their_own() -> None:
    for values in (["soft", "hard"] * 9, [0, 1, 2] * 9):
        assert _cells(pd.Series(values)).tolist() == values


QUESTION = read_question(["growth", "> 0"])


@pytest.mark.slow
def test_a_box_that_is_there_is_found() -> None:
    table = factors(20_000)
    inside = (table["a"] > 0.7) & (table["policy.us"] == "hard")
    hits = (CHANCE.random(20_000) < np.where(inside, 0.9, 0.1)).astype(bool)
    found = discover(QUESTION, table, hits, 0)
    best = found.boxes[0]
    limits = sorted(best.limits.split(" and "))
    assert limits[1] == "policy.us is hard"
    assert float(limits[0].removeprefix("a > ")) == pytest.approx(0.7, abs=0.01)
    assert len(limits) == 2
    assert best.low < 0.9 < best.high + 0.01
    assert list(found.importance)[:2] in (["a", "policy.us"], ["policy.us", "a"])
    assert found.better_than_chance
    # the boxes share out the worlds that the tree has not seen, and their cases
    assert sum(box.worlds for box in found.boxes) == 10_000
    assert sum(box.hits for box in found.boxes) == hits[10_000:].sum()
    assert sum(box.coverage for box in found.boxes) == pytest.approx(1.0)


@pytest.mark.slow
def test_where_there_is_nothing_nothing_is_found() -> None:
    count = 0
    for _ in range(8):
        table = factors(4000)
        found = discover(QUESTION, table, CHANCE.random(4000) < 0.3, 0)
        count += found.better_than_chance
        assert found.auc[0] == pytest.approx(0.5, abs=0.05)
        assert len(found.boxes) <= 2
    assert count <= 1


def test_months_are_in_order() -> None:
    months = [f"{year}-{month:02d}" for year in (1970, 1971, 1972) for month in range(1, 13)]
    table = factors(8000).assign(at=CHANCE.choice(months, 8000))
    hits = (CHANCE.random(8000) < np.where(table["at"] > "1971-08", 0.8, 0.2)).astype(bool)
    found = discover(QUESTION, table, hits, 0)
    assert [box.limits for box in found.boxes] == ["at > 1971-08", "at ≤ 1971-08"]


@pytest.mark.slow
def test_worlds_that_share_their_draws_tell_less() -> None:
    table = factors(4000)
    alone = discover(QUESTION, table, CHANCE.random(4000) < 0.5 + 0.3 * (table["a"] > 0.5), 0)
    draws = np.repeat(np.arange(400), 10)
    loud = np.repeat(CHANCE.random(400), 10)  # what happens hangs on the draws as well
    together = discover(QUESTION, table, loud < 0.5 + 0.3 * (table["a"] > 0.5), 0, draws)
    wide, narrow = together.boxes[0], alone.boxes[0]
    assert wide.limits.startswith("a > ")
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)
    # without draws in common nothing changes: Wilson's interval as others compute it
    ends = binomtest(narrow.hits, narrow.worlds).proportion_ci(method="wilson")
    assert (narrow.low, narrow.high) == pytest.approx((ends.low, ends.high), abs=1e-6)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.999, 1.0])
def test_what_always_or_never_happens_has_no_cause(share: float) -> None:
    hits = np.arange(2000) < 2000 * share
    with pytest.raises(PalcaError, match="too few or too many"):
        discover(QUESTION, factors(2000), hits, 0)


@given(
    st.sampled_from([outcome.name for outcome in OUTCOMES]),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.integers(-3, 90),
)
def test_a_condition_is_what_it_says(name: str, sign: str, limit: int) -> None:
    values = np.array([-3.0, 0.0, 1.0, 41.5, 90.0])
    question = read_question([name, f"{sign} {limit}"])
    python = {"<": values < limit, "<=": values <= limit, ">": values > limit,
              ">=": values >= limit, "==": values == limit, "!=": values != limit}  # fmt: skip
    assert np.array_equal(happens(question, {name: values}), python[sign])


@pytest.mark.slow
def test_discover_writes_what_it_prints(palca: Run) -> None:
    asked = ("discover", "us_aid_after", "> 40", "--vary", "policy.us=administrations,disengaged")
    code, out, _ = palca(*asked, "-n", "4000", "-j", "2", "-o", "made")
    assert code == 0
    assert {p.name for p in Path("made").iterdir()} == {"boxes.csv", "discovery.png", "discovery.svg",
                                                        "worlds.parquet", "README.txt", "answer.txt", "SHA256SUMS", "manifest.json"}  # fmt: skip
    worlds = pd.read_parquet("made/worlds.parquet")
    assert len(worlds) == 4000
    assert set(worlds["policy.us"]) == {"administrations", "disengaged"}
    assert not worlds[worlds["policy.us"] == "disengaged"]["happens"].any()
    boxes = pd.read_csv("made/boxes.csv")
    assert boxes["worlds"].sum() == 2000
    assert boxes["share"].is_monotonic_decreasing
    assert "policy.us is disengaged" in " ".join(boxes["box"])
    assert "Where it happens most" in out
    code, out, _ = palca("rerun", "made")
    assert (code, "the same" in out) == (0, True)


@pytest.mark.slow
def test_discover_looks_into_a_sweep(palca: Run) -> None:
    palca("sweep", "soviet-break-1971", "--vary", "policy.us=administrations,disengaged",
          "--vary", "intervene[0].at=1970-01,1971-09", "-r", "200", "-o", "swept")  # fmt: skip
    code, out, _ = palca("discover", "us_aid_after", "us_aid_after > 40", "--from", "swept",
                         "-o", "made")  # fmt: skip
    assert (code, "of 800 worlds" in out) == (0, True)
    worlds = pd.read_parquet("made/worlds.parquet")
    assert worlds.columns.tolist() == ["policy.us", "intervene[0].at", "happens", "draws"]
    code, out, _ = palca("rerun", "made")
    assert (code, "the same" in out) == (0, True)
    for more, message in ((("-n", "2000"), "leave out --scenario"), (("--from", "made"), "holds no sweep")):
        code, _, err = palca("discover", "growth > 3", "--from", "swept", *more)
        assert (code, message in err) == (2, True)


def test_points_that_a_sweep_repeats_are_told_apart_as_points() -> None:
    """Forty points, each fifty times: what moves a point by chance is no reason for it."""
    for seed in range(2):
        chance = np.random.default_rng(seed)
        point = np.arange(2000) % 40
        table = pd.DataFrame({"idle": chance.random(40)[point], "more": chance.random(40)[point]})
        hits = chance.random(2000) < chance.random(40)[point]
        found = discover(QUESTION, table, hits, seed, point)
        assert not found.better_than_chance or found.auc[1] < 0.6, seed
    with pytest.raises(PalcaError, match=r"\b16\b.*\b20\b"):
        discover(QUESTION, table, hits, 0, np.arange(2000) % 16)


def test_nothing_is_drawn_and_printed_too() -> None:
    from palca.experiments.explore.discovery_report import draw_discovery, print_discovery

    table = factors(2000)[["a"]]
    found = discover(QUESTION, table, CHANCE.random(2000) < 0.3, 0)
    said = io.StringIO()
    print_discovery(Console(file=said), found, 2000)
    assert "not predict it better than chance" in said.getvalue()
    picture = draw_discovery(found, table, "nothing")
    assert "Most important: nothing." in picture.alt
    assert picture.png().startswith(b"\x89PNG")


