"""Parameters learnt from the coups of other countries: counting, partial pooling, the command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import palca as pc
from palca import findings
from palca.experiments.cli.app import experiment_of
from palca.experiments.region import estimate as estimating
from palca.experiments.region.contest import END, FIRST, SINCE
from palca.experiments.region.estimate import LEARNT
from palca.experiments.region.reference import (
    LASTED,
    OUTCOMES,
    Counts,
    Regions,
    count,
    documented_counts,
    free_priors,
    log_income,
    rates,
    regions_of,
)
from palca.experiments.region.tables import course_of, load_region
from palca.model.state.parameters import PRIORS

MONTHS = 90
CLASSES = len(SINCE)


@pytest.fixture(scope="module")
def documented() -> dict[str, Counts]:
    region = load_region()
    return {code: documented_counts(course_of(region, code, FIRST, END)) for code in region.countries}


def test_documented_rates_are_those_of_the_tables_notes(documented: dict[str, Counts]) -> None:
    """Made with other code, from the same tables: 88 months with an attempt of 6,528."""
    sums = np.sum([one.sums[:, 0] for one in documented.values()], axis=0)
    hits, spent = sums[:CLASSES], sums[CLASSES : 2 * CLASSES]
    assert (hits.sum(), spent.sum()) == (88, 6528)
    noted = [0.061, 0.043, 0.053, 0.015, 0.002, 0.019, 0.010, 0.004]
    assert np.allclose(hits / spent, noted, atol=0.0006)


@given(st.integers(0, 2**32), st.integers(1, 200))
def test_counting_is_that_of_a_plain_loop(seed: int, quiet: int) -> None:
    chance = np.random.default_rng(seed)
    attempt = chance.random((MONTHS, 3)) < 0.08
    success = attempt & (chance.random(attempt.shape) < 0.6)
    soldier = chance.random(attempt.shape) < 0.7
    age = np.zeros(attempt.shape)
    for month in range(1, MONTHS):
        age[month] = np.where(success[month] | (chance.random(3) < 0.02), 0, age[month - 1] + 1)
    found = count(attempt, success, soldier, age, quiet)
    for world in range(3):
        hits, spent, since = [0] * CLASSES, [0] * CLASSES, quiet
        followed = later = 0
        lasted = [[0, 0] for _ in LASTED]
        for month in range(MONTHS):
            row = next(i for i, (first, last) in enumerate(SINCE) if first <= since <= last)
            spent[row] += 1
            hits[row] += attempt[month, world]
            since = 1 if attempt[month, world] else since + 1
            if success[month, world] and month + 12 < MONTHS:
                followed += 1
                later += attempt[month + 1 : month + 13, world].sum()
            for i, span in enumerate(LASTED):
                if success[month, world] and soldier[month, world] and month + span < MONTHS:
                    lasted[i][0] += 1
                    lasted[i][1] += age[month + span, world] == age[month, world] + span
        plain = [*hits, *spent, success[:, world].sum(), followed, later, *np.ravel(lasted)]
        assert found.sums[:, world].tolist() == plain
        assert found.attempts[world] == attempt[:, world].sum()


def test_what_is_shown_is_raw_and_there_may_be_nothing_to_count(documented: dict[str, Counts]) -> None:
    one = documented["MEX"]
    quiet = Counts(np.zeros_like(one.sums), np.zeros_like(one.attempts))
    quiet.sums[CLASSES : 2 * CLASSES] = one.sums[CLASSES : 2 * CLASSES].sum() / CLASSES
    found = regions_of([quiet], np.zeros(1))
    by_name = dict(zip([row.name for row in OUTCOMES], found.shown[0], strict=True))
    assert all(by_name[f"hazard_{first}"] == 0.0 for first, _ in SINCE)
    assert np.isnan([by_name["successes"], by_name["next_year"], by_name["lasted_12"]]).all()
    assert np.isfinite(found.evidence).all()


def test_slope_and_spread_between_countries_are_those_of_numpy(documented: dict[str, Counts]) -> None:
    region = load_region()
    codes = [code for code in region.countries if np.isfinite(log_income(region, [code]))[0]]
    income = log_income(region, codes)
    found = regions_of([documented[code] for code in codes], income).shown[0]
    by_name = dict(zip([one.name for one in OUTCOMES], found, strict=True))
    roots = np.sqrt([documented[code].attempts[0] for code in codes])
    assert by_name["by_income"] == pytest.approx(np.polyfit(income, roots, 1)[0])
    assert by_name["between"] == pytest.approx(roots.std())


@given(st.floats(0.0, 1.0), st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))
def test_countries_differ_around_the_region(differ: float, power: float, income: float) -> None:
    chance = np.random.default_rng(0).normal(size=100_000)
    values = {"opportunity": np.full(len(chance), 0.02), "differ": np.full(len(chance), differ),
              "income": np.full(len(chance), power)}  # fmt: skip
    mean = rates(values, income, chance).mean()
    assert mean == pytest.approx(0.02 * np.exp(power * income), rel=0.03)
    unknown = rates(values, float("nan"), chance)
    assert unknown.mean() == pytest.approx(0.02, rel=0.03)


def made_up(
    region: Any, codes: Any, values: Mapping[str, Any], seed: int, jobs: int, on_progress: Any
) -> Any:
    """Return outcomes that hang on the rate and the trap alone, around the documented ones."""
    regions = len(values["opportunity"])
    counts = [documented_counts(course_of(region, code, FIRST, END)) for code in codes]
    seen = regions_of(counts, log_income(region, codes))
    out = seen.evidence + np.random.default_rng(seed).normal(0.0, 0.1, (regions, len(OUTCOMES)))
    out[:, 0] += 100.0 * (values["opportunity"] - 0.04)
    out[:, 5] += values["coup_trap"] - 0.9
    return Regions(np.repeat(seen.shown, regions, axis=0), out.astype(np.float32))


def test_the_command_finds_what_was_put_in(palca: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimating, "simulate", made_up)
    code, out, err = palca("calibrate", "--region", "--without", "BOL", "-n", "128000",
                           "--check", "20", "-j", "1", "-o", "made")  # fmt: skip
    assert code == 0, err
    assert "without BOL" in out
    table = pd.read_csv("made/parameters.csv").set_index("parameter")
    assert tuple(table.index) == LEARNT
    assert {*table.index[table["informative"]]} >= {"opportunity", "coup_trap"}
    for name, truth in (("opportunity", 0.04), ("coup_trap", 0.9)):
        row = table.loc[name].to_dict()
        assert row["q05"] < truth < row["q95"]
        assert row["sd"] < 0.5 * np.std(free_priors()[name].ppf(np.linspace(0.001, 0.999, 999)))
    sets = pd.read_parquet("made/posterior.parquet")
    assert {*sets} == {*PRIORS}
    assert isinstance(pc.open("made"), findings.Calibration)
    files = experiment_of({"kind": "regional calibration"}).files
    for name in ("parameters.csv", "regularities.csv", "posterior.parquet"):
        (file,) = [one for one in files if one.name == name]
        columns = [*(sets if name.endswith("parquet") else pd.read_csv(Path("made") / name))]
        assert all(file.column(str(column)) is not None for column in columns), name
    assert "What other countries tell" in Path("made/REGION_PARAMETERS.md").read_text()
    assert palca("check", "made/priors.toml")[0] == 0
    assert palca("run", "baseline", "-n", "8", "--set", "posterior=made/posterior.parquet")[0] == 0
    assert "the same" in palca("rerun", "made")[1]
    asked = pc.calibrate(region=True, without="BOL", worlds=128_000, histories=20, progress=False)
    pd.testing.assert_frame_equal(asked.posterior, sets)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--region", "--until", "1974"], "leave out"),
        (["--region", "--set", "cost=1"], "leave out"),
        (["--region", "--without", "XYZ"], "there are ARG, BOL"),
        (["--region", "-n", "5000"], "use more --worlds"),
        (["--region", "--check", "0"], "1 or more"),
        (["--without", "BOL"], "goes with --region"),
    ],
)
def test_what_makes_no_sense_is_refused(palca: Any, arguments: list[str], said: str) -> None:
    code, _, err = palca("calibrate", *arguments)
    assert (code, said in err) == (2, True), err
