"""Which parameters matter: known functions, noise that must not count, and the command."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from SALib.analyze import sobol as analyze
from SALib.sample import sobol as sample

from fault_commands import Run
from palca.experiments.explore.sensitivity import (
    Measured,
    Noise,
    _with_intervals,
    decompose,
    noise_of,
    points_at,
    screen,
)
from palca.experiments.explore.sensitivity_report import draw_indices, index_table, print_indices
from palca.experiments.explore.sweep_table import chosen_outcomes
from palca.experiments.simulate import priors
from palca.model.state.parameters import PRIORS

XYZ = {name: PRIORS[name] for name in ("cost", "purge", "discontent_fear")}  # uniform ones


def unit(points: pd.DataFrame) -> list[np.ndarray]:
    """Where points lie in their priors, each parameter from 0 to 1."""
    return [PRIORS[str(name)].cdf(points[name].to_numpy()) for name in points]


def ishigami(noise: float, replicates: int) -> Callable[[pd.DataFrame], dict[str, np.ndarray]]:
    chance = np.random.default_rng(11)

    def simulate(points: pd.DataFrame) -> dict[str, np.ndarray]:
        x, y, z = (np.pi * (2 * shares - 1) for shares in unit(points))
        value = np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)
        return {"f": value[:, None] + noise * chance.normal(size=(len(points), replicates))}

    return simulate


def named(measured: list[Measured], measure: str) -> Measured:
    (found,) = [m for m in measured if m.measure == measure]
    return found


# Ishigami and Homma 1990, with a = 7 and b = 0.1
FIRST, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)


@pytest.mark.parametrize(("noise", "replicates", "within"), [(0, 1, 0.02), (0, 3, 0.02), (8, 32, 0.06)])
def test_indices_of_ishigami_agree_with_the_closed_form(
    noise: float, replicates: int, within: float
) -> None:
    measured, (measured_noise,) = decompose(XYZ, ishigami(noise, replicates), 2048, 0)
    for measure, truth in (("first", FIRST), ("total", TOTAL)):
        found = named(measured, measure)
        assert found.value == pytest.approx(truth, abs=within)
        assert (found.low - 0.01 <= truth).all()
        assert (truth <= found.high + 0.01).all()
    if noise:  # its variance is 13.845
        assert measured_noise.share == pytest.approx(noise**2 / (noise**2 + 13.845), abs=0.01)
        assert measured_noise.sd == pytest.approx(noise, rel=0.01)


def test_without_noise_the_indices_are_those_of_salib() -> None:
    problem = {"num_vars": 3, "names": list(XYZ), "bounds": [[0, 1]] * 3}
    points = sample.sample(problem, 256, calc_second_order=False, seed=5)
    values = ishigami(0, 1)(points_at(XYZ, points))["f"][:, 0]
    theirs = analyze.analyze(problem, values, calc_second_order=False, num_resamples=2)
    measured, _ = decompose(XYZ, ishigami(0, 1), 256, 5)
    assert named(measured, "total").value == pytest.approx(theirs["ST"], abs=0.01)
    assert named(measured, "first").value == pytest.approx(theirs["S1"], abs=0.01)


def test_pure_noise_is_told_as_noise() -> None:
    chance = np.random.default_rng(2)

    def simulate(points: pd.DataFrame) -> dict[str, np.ndarray]:
        return {"f": chance.normal(size=(len(points), 16))}

    measured, (measured_noise,) = decompose(XYZ, simulate, 512, 0)
    assert measured_noise.share > 0.98
    assert not named(measured, "total").conclusive.any()
    assert not named(measured, "first").conclusive.any()
    measured, (measured_noise,) = screen(XYZ, simulate, 200, 0)
    assert measured_noise.share > 0.98
    assert not named(measured, "effect").conclusive.any()


def test_a_dummy_gets_nothing_however_loud_the_noise() -> None:
    chance = np.random.default_rng(4)
    common = chance.normal(size=(1, 32))

    def simulate(points: pd.DataFrame) -> dict[str, np.ndarray]:
        x, y, _ = unit(points)
        own = chance.normal(size=(len(points), 32))
        value = (x + x * y)[:, None]
        return {"own": value + 2 * own, "common": value * (1 + common) + 2 * common}

    measured, noise = decompose(XYZ, simulate, 256, 0)
    assert all(part.share > 0.9 for part in noise)
    totals = {m.outcome: m for m in measured if m.measure == "total"}
    assert totals["own"].clear.tolist() == [True, False, False]
    assert totals["common"].clear.tolist() == [True, True, False]
    assert totals["common"].value[2] == 0.0  # nothing moves with it, so not even chance does


@pytest.mark.parametrize("seed", range(4))
def test_what_few_points_can_not_tell_is_not_told(seed: int) -> None:
    few, _ = decompose(XYZ, ishigami(8, 2), 16, seed)
    many, _ = decompose(XYZ, ishigami(0, 1), 1024, seed)
    for measure, truth in (("first", FIRST), ("total", TOTAL)):
        # noise is 82 % of a world's variance: 16 points can't know any share
        assert not named(few, measure).conclusive.any()
        assert named(few, measure).wide.any()
        assert named(many, measure).conclusive.tolist() == [share > 0.0 for share in truth]
        assert not named(many, measure).wide.any()


@pytest.mark.parametrize(
    ("measure", "value", "low", "high", "conclusive", "wide"),
    [
        ("total", 1.74, 1.05, 6.61, False, True),  # palca 0.9 printed this one
        ("total", 1.2, 1.1, 1.4, False, True),  # more than all of the variance
        ("total", 0.9, 0.7, 1.1, True, False),
        ("first", 0.3, 0.01, 1.02, False, True),
        ("total", 0.0, -0.2, 0.1, False, False),
        ("total", 0.1, -0.6, 0.9, False, True),
        ("total", 0.4, np.nan, np.nan, False, True),
        ("effect", 3.0, 1.0, 5.0, True, False),
        ("effect", 3.0, 1.0, 8.0, False, True),
        ("mean", -3.0, -5.0, -1.0, True, False),
        ("effect", 3.0, -1.0, 8.0, False, False),
    ],
)
def test_an_interval_that_is_too_wide_says_nothing(
    measure: str, value: float, low: float, high: float, conclusive: bool, wide: bool
) -> None:
    found = Measured("growth", measure, *(np.array([end]) for end in (value, low, high)))
    assert (found.conclusive.item(), found.wide.item()) == (conclusive, wide)
    (row,) = index_table(["cost"], [found], []).to_dict("records")
    assert row["told"] == ("yes" if conclusive else "too wide" if wide else "no")
    assert (row["value"], row["ci95_low"], row["ci95_high"]) == pytest.approx(
        (value, low, high), nan_ok=True
    )
    if measure in ("total", "effect"):
        signed = [found, Measured("growth", "mean", found.value, found.low, found.high)]
        outcome, noise = chosen_outcomes(["growth"]), [Noise("growth", 0.5, 1.0)]
        said = io.StringIO()
        print_indices(Console(file=said, width=200), ["cost"], outcome, signed, noise, measure)
        alt = draw_indices(["cost"], outcome, [found], noise, "x").alt
        assert ("depends most on cost" in alt) == conclusive
        for text in (said.getvalue(), alt):
            assert ("too few points or replicates" in text) == wide


def test_where_noise_hides_the_variance_no_interval_is_made() -> None:
    chance = np.random.default_rng(6)

    def simulate(points: pd.DataFrame) -> dict[str, np.ndarray]:
        return {"f": chance.normal(size=(len(points), 2))}

    measured, _ = decompose(XYZ, simulate, 16, 0)
    total = named(measured, "total")
    assert total.wide.all()
    assert np.isnan(total.low).all()


def test_intervals_of_four_trajectories_hold_the_truth() -> None:
    """Effects are normal(1, 1), four of them: Student's interval of their mean holds 1 in 95 %."""

    def of_mean(values: np.ndarray, shares: np.ndarray, _weights: np.ndarray) -> np.ndarray:
        return np.tensordot(shares, values[..., 0], 1)[:, None]

    chance, held = np.random.default_rng(8), 0
    for _ in range(100):
        effects = 1.0 + chance.normal(size=(4, 5, 1))
        (mean,) = _with_intervals("f", ("mean",), of_mean, effects, chance)
        held += int(((mean.low < 1.0) & (mean.high > 1.0)).sum())
    assert held / 500 == pytest.approx(0.95, abs=0.04)  # unstretched: 0.78


def test_a_constant_has_no_index() -> None:
    def simulate(points: pd.DataFrame) -> dict[str, np.ndarray]:
        return {"f": np.full((len(points), 4), 3.0)}

    measured, (measured_noise,) = decompose(XYZ, simulate, 64, 0)
    assert np.isnan(named(measured, "total").value).all()
    assert measured_noise.share == 0.0


def test_a_screening_finds_what_is_linear_and_what_is_not() -> None:
    def simulate(points: pd.DataFrame) -> dict[str, np.ndarray]:
        x, y, _ = unit(points)
        return {"f": np.repeat((2 * (y > 0) - 3 * x)[:, None], 5, axis=1)}

    measured, _ = screen(XYZ, simulate, 40, 0)
    effect, sigma = named(measured, "effect"), named(measured, "sigma")
    assert effect.value == pytest.approx([3.0, 0.0, 0.0], abs=1e-9)
    assert named(measured, "mean").value == pytest.approx([-3.0, 0.0, 0.0], abs=1e-9)
    assert sigma.value == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)
    measured, _ = screen(XYZ, ishigami(0, 2), 100, 0)
    assert named(measured, "sigma").value.min() > 3.0  # it bends, and is a product


def test_noise_is_told_by_replicates() -> None:
    chance = np.random.default_rng(0)
    points = chance.normal(size=4000)
    values = points[:, None] + 2.0 * chance.normal(size=(4000, 5))
    assert noise_of("f", values).share == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("name", priors.FREE)
def test_points_are_quantiles_of_the_prior(name: str) -> None:
    shares = np.linspace(0.001, 0.999, 999)[:, None]
    values = points_at({name: PRIORS[name]}, shares)[name].to_numpy()
    assert (np.diff(values) >= 0).all()
    sampled = priors.draw(0, np.arange(20_000))[name]
    assert np.mean(values) == pytest.approx(sampled.mean(), abs=0.05 * sampled.std())
    assert np.std(values) == pytest.approx(sampled.std(), rel=0.05)


# the command


def test_sensitivity_writes_what_it_prints(palca: Run) -> None:
    asked = ("sensitivity", "baseline", "--points", "32", "--trajectories", "8", "-r", "24",
             "-p", "friction_gain", "-p", "leverage_ussr", "-p", "restraint_party",
             "--outcome", "friction_after", "--outcome", "us_aid_after")  # fmt: skip
    code, out, _ = palca(*asked, "-o", "made", "--full")
    assert code == 0
    assert {p.name for p in Path("made").iterdir()} == {"indices.csv", "sensitivity.png",
                                                        "sensitivity.svg", "README.txt", "answer.txt", "SHA256SUMS", "manifest.json"}  # fmt: skip
    rows = pd.read_csv("made/indices.csv", keep_default_na=False, na_values=[""])
    assert set(rows["index"]) == {"effect", "mean", "sigma", "first", "total", "noise_share", "noise_sd"}
    by: Any = rows.set_index(["outcome", "index", "parameter"])["value"]
    assert by["friction_after", "total", "friction_gain"] > 0.6
    assert by["us_aid_after", "total", "leverage_ussr"] > 0.6
    assert by["friction_after", "effect", "friction_gain"] > 1.0
    assert by["friction_after", "mean", "friction_gain"] > 1.0
    shares = rows[rows["index"] == "noise_share"]["value"]
    assert shares.between(0.3, 1).all()
    assert "noise, %" in out
    code, out, _ = palca("rerun", "made", "-j", "2")
    assert (code, "the same" in out) == (0, True)


@pytest.mark.slow
def test_a_closed_channel_takes_its_parameters_out(palca: Run) -> None:
    code, _, err = palca("sensitivity", "--set", "channel.coup_trap=off", "-p", "coup_trap")
    assert (code, "channel is closed" in err) == (2, True)
    code, out, _ = palca("sensitivity", "--set", "channel.coup_trap=off", "--set", "cost=1.2",
                         "--set", "lever.us.aid.scale=0", "--outcome", "us_aid_after",
                         "--method", "morris", "--trajectories", "4", "-r", "2", "--full")  # fmt: skip
    assert code == 0  # and an outcome that is always nothing is drawn and printed
    assert "closes their channel: coup_trap, cost" in out
    rows = pd.read_csv("runs/baseline-sensitivity/indices.csv")
    assert not rows["parameter"].isin(["coup_trap", "cost"]).any()
