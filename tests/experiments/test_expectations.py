"""Hits and misses of what a scenario's author expected."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.counterfactual.effects import Effect
from palca.experiments.counterfactual.expectations import (
    JUDGED,
    Expectation,
    expectations_of,
    judged_rows,
)
from palca.experiments.counterfactual.experiment import ExpectationsExperiment
from palca.experiments.report.scenario import summarise
from palca.model.errors import PalcaError
from palca.scenarios import resolve


def effect(value: float, se: float) -> Effect:
    return Effect("fiscal", 40, 0.0, value, value, se, se, 0.0, 0.0, value, value, 1.0)


def judged(sign: str, value: float, se: float) -> str:
    return Expectation("fiscal", sign, 1.0, 24).judged(effect(value, se))


@pytest.mark.parametrize(
    ("sign", "value", "se", "verdict"),
    [
        ("+", 3, 1, "hit"), ("+", 1, 0, "hit"), ("+", 0.5, 0.1, "too small"), ("+", -3, 1, "miss"),
        ("+", 0, 0, "miss"), ("+", 1, 0.1, "can't tell"), ("+", 0.1, 0.2, "can't tell"),
        ("-", -3, 1, "hit"), ("-", -0.5, 0.1, "too small"), ("-", 3, 1, "miss"),
        ("0", 0, 0, "hit"), ("0", 0.2, 0.3, "hit"), ("0", 3, 1, "miss"), ("0", -3, 1, "miss"),
        ("0", 0, 2, "can't tell"), ("0", 1, 0.1, "can't tell"),
        ("+", 1, float("nan"), "can't tell"), ("0", 0, float("nan"), "can't tell"),
    ],
)  # fmt: skip
def test_an_effect_is_a_hit_or_a_miss(sign: str, value: float, se: float, verdict: str) -> None:
    assert judged(sign, value, se) == verdict
    if sign in "+-":  # the mirror image
        assert judged("-" if sign == "+" else "+", -value, se) == verdict


@given(st.sampled_from("+-0"), st.floats(-3, 3), st.floats(0, 2), st.floats(0, 1), st.floats(-1, 1))
def test_a_better_known_effect_only_leaves_cant_tell(
    sign: str, value: float, se: float, share: float, at: float
) -> None:
    """Of two intervals one within the other, the inner has the outer's verdict, or one more."""
    inner = judged(sign, value + at * (1 - share) * 1.95 * se, share * se)
    assert judged(sign, value, se) in (inner, "can't tell")


def test_misses_come_first() -> None:
    pairs = [(Expectation("fiscal", "+", 1.0, 24), effect(value, 0.1))
             for value in (3, 1, 0.5, -3, 3)]  # fmt: skip
    rows = judged_rows("x", "fork", pairs)
    assert [row["verdict"] for row in rows] == [*JUDGED, "hit"]


def test_a_quantity_that_is_not_measured_is_refused() -> None:
    row = {"quantity": "fiscl", "sign": "+", "least": 1.0, "months": 3}
    with pytest.raises(PalcaError, match=r"\[\[expectation\]\] 1.*'fiscl'.*fiscal"):
        expectations_of({"place": "mine.toml", "expectations": [row]})


def test_a_report_says_whether_a_shipped_file_has_changed_since() -> None:
    resolved = resolve("soviet-break-1971")
    assert "still the same" in dict(summarise(resolved).facts)["Its file"]
    changed = {**resolved, "registered": "0" * 64}
    assert "changed since" in dict(summarise(changed).facts)["Its file"]
    # a file of that name which isn't the shipped one is not read
    elsewhere = {**changed, "place": "/somewhere/soviet-break-1971.toml"}
    assert "palca check" in dict(summarise(elsewhere).facts)["Its file"]


SMALL = """title = "Twice the Soviet credit for two years"
extends = "baseline"
expect = "More credit; the treasury hardly feels it."

[[expectation]]
quantity = "ussr_commitments"
sign = "-"
least = 1
months = 100

[[intervene]]
at = "1977-01"
lever.ussr.credit.scale = 2
"""


@pytest.mark.slow
def test_a_counterfactual_tells_what_was_expected_of_a_file_of_ones_own(palca: Any) -> None:
    Path("mine.toml").write_text(SMALL)
    code, out, _ = palca("check", "mine.toml")
    assert (code, "1 expectation," in " ".join(out.split())) == (0, True)
    code, out, _ = palca("counterfactual", "mine.toml", "-n", "64", "-j", "1", "--out", "a", "--full")
    assert (code, "What was expected before the run" in out) == (0, True)
    rows = pd.read_csv("a/expectations.csv")
    # what reaches beyond the end is judged at the end
    assert rows["months_on"].tolist() == [23, 23]
    assert set(rows["given"]) == {"fork", "record"}
    kept = json.loads(Path("a/manifest.json").read_text())["inputs"]["scenario"]
    assert kept["registered"] == resolve("mine.toml")["registered"]


@pytest.mark.slow
def test_the_command_reports_misses_first_and_comes_out_the_same(palca: Any) -> None:
    names = ("no-carter-1977", "red-neighbour-1973")
    assert palca("expectations", *names, "-n", "64", "-j", "1", "--out", "e")[0] == 0
    rows = pd.read_csv("e/expectations.csv")
    assert rows["verdict"].map(JUDGED.index).is_monotonic_increasing
    assert set(rows["scenario"]) == set(names)
    assert palca("rerun", "e", "--jobs", "1")[0] == 0
    assert palca("report", "e")[0] == 0


def test_a_file_that_changed_after_its_expectations_were_registered_is_told() -> None:
    asked = ExpectationsExperiment.of(["no-carter-1977"], 64, 0)
    other = replace(asked, registered={"no-carter-1977": "0" * 64})
    with pytest.raises(PalcaError, match="has changed since its expectations were registered"):
        other.run(1, lambda *_: None)


def test_a_file_of_ones_own_is_for_the_other_command() -> None:
    with pytest.raises(PalcaError, match="palca counterfactual tells"):
        ExpectationsExperiment.of(["mine.toml"], 64, 0)
