"""Sweeps: what is written and shown, and what a row depends on."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from sweep_folders import QUICK, digests, read

from fault_commands import Run
from palca.experiments.explore import sweep_folder
from palca.experiments.explore.sweep import Plan, make_plan
from palca.experiments.explore.sweep_table import answer_of, chosen_outcomes, explained, means
from palca.experiments.observe.histories import SERIES, simulated
from palca.experiments.observe.outcomes import OUTCOMES, outcomes
from palca.experiments.simulate import world_table
from palca.experiments.simulate.designs import Factor, parse_factor
from palca.experiments.simulate.world_table import run_points, run_rows
from palca.model import ColdWarModel
from palca.model.state.parameters import PARAMETERS
from palca.scenarios import load
from palca.scenarios.reading.library import LIBRARY

NAMES = [outcome.name for outcome in OUTCOMES]


# what is written


MIXED = [
    ("backlash", "0.01:0.09:3"), ("policy.ussr", "withdrawal,pragmatic"), ("channel.export_price", "on,off"),
    ("lever.us.aid.scale", "0,1.5"), ("start.legitimacy", "0.2,0.5"),
    ("intervene[0].at", "1971-02..1971-03"),
]  # fmt: skip


@pytest.mark.slow
def test_a_row_is_the_world_that_palca_run_would_make(palca: Run) -> None:
    vary = [part for name, values in MIXED for part in ("--vary", f"{name}={values}")]
    code, _, err = palca("sweep", "soviet-break-1971", *vary, "-d", "random", "-n", "16",
                         "-s", "4", "--set", "coup_trap=0.3", "-o", "made", *QUICK)  # fmt: skip
    assert (code, err) == (0, "")
    rows = read("made")
    factors = [name for name, _ in MIXED]
    assert list(rows) == [*factors, "seed", "replicate", "world", *NAMES]
    assert len(rows) == 16
    for at in (0, 5, 10, 15):
        row = rows.iloc[at]
        own = ["coup_trap=0.3", *(f"{name}={row[name]}" for name in factors)]
        scenario = load("soviet-break-1971", own)
        alone = ColdWarModel(scenario, np.array([row["world"]]), 4, keep=SERIES).run()
        for name, value in outcomes(simulated(alone)).items():
            np.testing.assert_array_equal(value, [row[name]], err_msg=name)


def test_a_replicate_of_a_grid_lives_through_the_same_draws_at_every_point(palca: Run) -> None:
    idle = ["sweep", "baseline", "--vary", "prestige_ussr=-0.2:0.2:3", "-r", "20", *QUICK]
    palca(*idle, "--set", "policy.ussr=withdrawal", "-o", "closed")  # whose prestige is nothing
    palca(*idle, "-o", "open")
    for folder, same in (("closed", True), ("open", False)):
        rows = read(folder)
        assert rows.groupby("prestige_ussr").size().tolist() == [20, 20, 20]
        assert (rows["world"] == rows["replicate"]).all()
        differ = rows.groupby("replicate")[NAMES].nunique(dropna=False).to_numpy().max()
        assert bool(differ == 1) == same
    assert read("closed").groupby("prestige_ussr")["growth"].std().min() > 0


def test_worlds_are_worlds_in_all(palca: Run) -> None:
    vary = ("--vary", "backlash=0.01:0.05:4", *QUICK)
    palca("sweep", "baseline", *vary, "-n", "10", "-o", "grid")
    rows = read("grid")
    assert (len(rows), rows["replicate"].max()) == (10, 2)
    assert rows["backlash"].value_counts().isin([2, 3]).all()
    palca("sweep", "baseline", *vary, "-d", "lhs", "-n", "10", "-r", "3", "-o", "lhs")
    rows = read("lhs")
    assert (len(rows), rows["world"].nunique()) == (10, 10)
    assert rows["replicate"].value_counts().to_dict() == {0: 4, 1: 4, 2: 2}


def test_a_file_says_what_options_say(palca: Run) -> None:
    Path("mine").mkdir()
    Path("mine/dates.toml").write_text(
        'title = "When?"\nscenario = "soviet-break-1971"\ndesign = "lhs"\nworlds = 6\nseed = 9\n'
        'set = ["coup_trap=0.3"]\nintervene = [\'at = "1972-01", lever.us.aid.scale = 0\']\n'
        '[vary]\nchannel.export_price = [true, false]\n'
        '"intervene[0].at" = "1971-01..1971-02"\nbacklash = "0.01:0.05"\n'
    )
    code, out, err = palca("sweep", "mine/dates.toml", *QUICK)
    assert (code, err, "runs/dates-sweep" in out) == (0, "", True)
    options = ["--set", "coup_trap=0.3", "-i", 'at = "1972-01", lever.us.aid.scale = 0',
               "--vary", "channel.export_price=on,off",
               "--vary", "intervene[0].at=1971-01..1971-02", "--vary", "backlash=0.01:0.05"]  # fmt: skip
    palca("sweep", "soviet-break-1971", *options, "-d", "lhs", "-n", "6", "-s", "9", "-o", "two",
          *QUICK)  # fmt: skip
    assert digests("runs/dates-sweep") == digests("two")


def test_a_file_names_the_outcomes_to_show(palca: Run) -> None:
    Path("s.toml").write_text('worlds = 20\noutcome = ["growth"]\n[vary]\nbacklash = "0.01:0.05:2"\n')
    assert palca("sweep", "s.toml")[0] == 0
    assert set(pd.read_csv("runs/s-sweep/summary.csv")["outcome"]) == {"growth"}
    Path("s.toml").write_text('outcome = ["grwth"]\n[vary]\nbacklash = "0.01:0.05:2"\n')
    code, _, err = palca("sweep", "s.toml", "-o", "other")
    assert (code, "did you mean 'growth'" in err) == (2, True)


def test_the_example_of_a_sweeps_file_works(palca: Run) -> None:
    from palca.experiments.explore import sweep_file

    text = (sweep_file.__doc__ or "").split(":: toml\n")[1]
    Path("s.toml").write_text("\n".join(line.strip() for line in text.splitlines()))
    read_back = sweep_file.read_sweep(Path("s.toml"))
    few = tuple(replace(factor, levels=factor.levels[:1]) for factor in read_back.factors)
    make_plan(read_back.scenario, few, read_back.design or "")
    assert [factor.name for factor in read_back.factors] == ["policy.us", "intervene[0].at", "backlash"]


def test_no_column_is_called_twice() -> None:
    assert not {*PARAMETERS} & {*NAMES}
    assert not {"seed", "replicate", "world"} & {*PARAMETERS, *NAMES}


def test_the_manifest_is_json_to_everyone(palca: Run) -> None:
    palca("sweep", "baseline", "--vary", "backlash=0.01:0.05", "-d", "lhs", "-n", "4", "-o", "made", *QUICK)

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    manifest = json.loads(Path("made/manifest.json").read_text(), parse_constant=refuse)
    assert (manifest["kind"], manifest["worlds"]) == ("sweep", 4)
    assert sweep_folder.read_plan(Path("made")).factors == (Factor("backlash", (), 0.01, 0.05),)


# what is shown


def _plan(*factors: Factor) -> Plan:
    return Plan("baseline", (), (), factors, "grid", 4, 2, 8, 0)


def test_means_and_shares_are_those_of_paper() -> None:
    # growth: 0, 2 at "a" and 4, 6 at "b", twice each; x does nothing
    plan = _plan(Factor("policy.ussr", ("b", "a")), Factor("x", (1.0, 2.0)))
    rows = pd.DataFrame({
        "policy.ussr": list("aaaabbbb"), "x": [1.0, 1, 2, 2] * 2, "growth": [0.0, 2, 0, 2, 4, 6, 4, 6],
        "world": [0, 1] * 4,
    })  # fmt: skip
    growth = chosen_outcomes(["growth"])
    table = means(plan, rows, growth)
    a, b = (table[table["level"] == level].iloc[0] for level in "ab")
    assert (a["mean"], b["mean"], a["worlds"]) == (1.0, 5.0, 4)
    assert a["sd"] == pytest.approx(np.sqrt(4 / 3))
    # two worlds, each at two points with the same draws: -1 and 1 from the mean, not four numbers
    assert a["se"] == pytest.approx(np.sqrt(2 / 2))
    assert list(table["level"])[:2] == ["b", "a"]  # as they were given
    share = explained(plan, rows, growth)["growth"]
    # within: (4 + 4) / 6 = 4/3; in all: (8 + 8 * 4) / 7 = 40/7; 1 - (4/3) / (40/7) = 23/30
    # x: within (20 + 20) / 6 = 20/3; 1 - (20/3) / (40/7) = -1/6, as it came out
    assert list(share) == [pytest.approx(23 / 30), pytest.approx(-1 / 6)]


def test_worlds_with_draws_of_their_own_have_the_usual_standard_error() -> None:
    growth = np.random.default_rng(0).normal(size=60)
    rows = pd.DataFrame({"x": [1.0, 2.0] * 30, "growth": growth, "world": np.arange(60)})
    table = means(_plan(Factor("x", (1.0, 2.0))), rows, chosen_outcomes(["growth"]))
    usual = [growth[first::2].std(ddof=1) / np.sqrt(30) for first in (0, 1)]
    assert table["se"].tolist() == pytest.approx(usual)


def test_worlds_of_one_point_count_together_unless_it_is_a_grid() -> None:
    """By a point's mean: what else was varied there moved all its worlds alike."""
    chance = np.random.default_rng(5)
    points, replicates = 40, 25
    plan = Plan("baseline", (), (), (Factor("x", (1.0, 2.0)), Factor("y", (), 0.0, 1.0)), "random",
                points, replicates, points * replicates, 0)  # fmt: skip
    x, y = chance.permutation([1.0, 2.0] * 20), chance.random(points)
    world = np.arange(points * replicates)
    growth = 3 * y[world % points] + 0.1 * chance.normal(size=len(world))
    rows = pd.DataFrame({"x": x[world % points], "y": y[world % points], "growth": growth, "world": world})
    outcomes = chosen_outcomes(["growth"])
    table = means(plan, rows, outcomes)
    by_point = rows.groupby(world % points)["growth"].mean().to_numpy()
    usual = [by_point[x == level].std(ddof=1) / np.sqrt(20) for level in (1.0, 2.0)]
    assert table[table["factor"] == "x"]["se"].tolist() == pytest.approx(usual)
    share = explained(plan, rows, outcomes)["growth"]
    # of point means: within levels, of 38 degrees of freedom, and in all
    apart = by_point - np.where(x == 1.0, by_point[x == 1.0].mean(), by_point[x == 2.0].mean())
    assert share["x"] == pytest.approx((by_point.var(ddof=1) - (apart**2).sum() / 38) / growth.var(ddof=1))
    assert share["y"] > 0.9


def test_what_does_not_vary_has_no_share() -> None:
    plan = _plan(Factor("x", (1.0, 2.0)))
    rows = pd.DataFrame({"x": [1.0, 1, 2, 2], "growth": [3.0] * 4, "world": [0, 1, 0, 1]})
    growth = chosen_outcomes(["growth"])
    assert explained(plan, rows, growth)["growth"].isna().all()


def test_values_of_a_range_fall_into_ten_equal_bins() -> None:
    plan = _plan(Factor("backlash", (), -0.1, 0.3))
    rows = pd.DataFrame({"backlash": np.linspace(-0.1, 0.3, 401), "growth": np.arange(401.0),
                         "world": np.arange(401)})  # fmt: skip
    table = means(plan, rows, chosen_outcomes(["growth"]))
    assert list(table["level"]) == [-0.08, -0.04, 0.0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.24, 0.28]
    assert table["worlds"].sum() == 401
    assert table["mean"].is_monotonic_increasing


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    figures: list[Figure] = []
    save = Figure.savefig

    def kept(self: Figure, *args: Any, **kwargs: Any) -> None:
        figures.append(self)
        save(self, *args, **kwargs)

    monkeypatch.setattr(Figure, "savefig", kept)
    return figures


@pytest.mark.rendered
@pytest.mark.slow
def test_one_factor_is_drawn_as_lines_two_as_heat_maps_more_as_small_multiples(
    palca: Run, figures: list[Figure]
) -> None:
    two = ("--outcome", "growth", "--outcome", "unrest_months")
    vary = ["--vary", "backlash=0:0.1:3", "--vary", "intervene[0].at=1971-01..1971-04",
            "--vary", "policy.ussr=withdrawal,pragmatic"]  # fmt: skip
    for count in (1, 2, 3):
        folder = f"f{count}"
        code, out, err = palca("sweep", "soviet-break-1971", *vary[: 2 * count], "-r", "4",
                               "-o", folder, *two, "--full")  # fmt: skip
        assert (code, err) == (0, "")
        assert Path(folder, "sweep.png").read_bytes().startswith(b"\x89PNG")
        rows = read(folder)
        mean = rows.groupby("backlash")["growth"].mean()
        axes = [axis for axis in figures[-1].axes if axis.get_visible() and axis.get_label() != "<colorbar>"]
        if count == 2:
            (image,) = axes[0].images
            cells = rows.groupby(["intervene[0].at", "backlash"])["growth"].mean().unstack()
            np.testing.assert_allclose(np.asarray(image.get_array()), cells)
        else:
            x, y = np.asarray(axes[0].lines[0].get_data(), dtype=float)
            np.testing.assert_allclose(x, [0, 0.05, 0.1])
            np.testing.assert_allclose(y, mean)
        assert len(axes) == 2 * (3 if count == 3 else 1)
        for level in mean.index:
            assert f"{mean[level]:.3g}" in out
        summary = pd.read_csv(Path(folder, "summary.csv"))
        assert summary.groupby("factor").size().to_dict() == {
            name: 2 * rows[name].nunique() for name in rows.columns[:count]
        }


@pytest.mark.parametrize("worlds", ["1", "2"])
@pytest.mark.parametrize("design", ["grid", "sobol"])
@pytest.mark.slow
def test_the_smallest_sweeps_are_shown_too(palca: Run, design: str, worlds: str) -> None:
    for more in ([], ["--vary", "channel.export_price=on,off"]):
        code, out, err = palca("sweep", "baseline", "--vary", "backlash=0.01:0.05", *more,
                               "-d", design, "-n", worlds, "-o", f"made{len(more)}", "--full",
                               *QUICK)  # fmt: skip
        assert (code, err) == (0, "")
        assert "nan" not in out.lower().replace("finance", "")


def test_a_scenario_may_end_before_all_can_be_measured(palca: Run) -> None:
    Path("mine.toml").write_text('title = "T"\nextends = "baseline"\nuntil = "1977-12"\n')
    vary = ("./mine.toml", "--vary", "backlash=0.01:0.05", "-r", "2", "-o", "made")
    code, _, err = palca("sweep", *vary, "--outcome", "growth")
    assert (code, err) == (2, "palca: --outcome: the scenario ends before 'growth' can be measured\n")
    assert not Path("made").exists()  # and is told before a world is run
    code, out, err = palca("sweep", *vary, "--full")
    assert (code, err, "1972" in out, "growth" in out) == (0, "", True, False)


def test_a_strangers_names_are_printed_as_they_are(palca: Run) -> None:
    shutil.copy(LIBRARY / "policies/ussr/withdrawal.toml", "[red]x.toml")
    code, out, _ = palca("sweep", "baseline", "--vary", "policy.ussr=pragmatic,[red]x.toml", "-r", "2",
                         "-o", "[bold]", *QUICK)  # fmt: skip
    assert (code, "[red]x.toml" in out, "[bold]" in out) == (0, True, True)


# what a row depends on


VARIANTS = [parse_factor("policy.ussr=withdrawal,pragmatic"), parse_factor("backlash=0:0.1")]


@pytest.fixture(scope="module")
def population() -> tuple[dict[Any, Any], pd.DataFrame, dict[str, Any]]:
    from palca.scenarios import resolve

    variants = {
        (level,): {**resolve("baseline", [f"policy.ussr={level}"]), "months": 60}
        for level in VARIANTS[0].levels
    }
    chance = np.random.default_rng(0)
    table = pd.DataFrame({
        "policy.ussr": chance.choice(np.array(VARIANTS[0].levels, object), 80),
        "backlash": chance.uniform(0, 0.1, 80), "seed": 5, "world": chance.permutation(4000)[:80],
    })  # fmt: skip
    return variants, table, run_rows(variants, VARIANTS, table)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    some=st.lists(st.integers(0, 79), min_size=1, max_size=30, unique=True),
    together=st.integers(1, 40),
)
@pytest.mark.slow
def test_a_row_depends_on_no_other_row(
    population: tuple[dict[Any, Any], pd.DataFrame, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    some: list[int],
    together: int,
) -> None:
    variants, table, whole = population
    monkeypatch.setattr(world_table, "TOGETHER", max(together, len(some) // 6))
    alone = run_rows(variants, VARIANTS, table.iloc[some].reset_index(drop=True))
    for name, values in whole.items():
        np.testing.assert_array_equal(alone[name], values[some], err_msg=name)


def test_points_share_their_replicates_draws_and_need_no_company(short: dict[str, Any]) -> None:
    points = pd.DataFrame({"backlash": [0.0, 0.1, 0.05], "coup_trap": [0.1, 0.4, 0.2]})
    whole = run_points(short, points, 6, seed=2)
    assert {values.shape for values in whole.values()} == {(3, 6)}
    assert {"coups_1969_71", "us_aid_before"} <= {*whole}
    alone = run_points(short, points.iloc[1:2], 6, seed=2)
    fewer = run_points(short, points, 4, seed=2)
    for name, values in whole.items():
        np.testing.assert_array_equal(alone[name], values[1:2], err_msg=name)
        np.testing.assert_array_equal(fewer[name], values[:, :4], err_msg=name)
    idle = {**short, "channels": {**short["channels"], "export_price": False}}
    same = run_points(idle, pd.DataFrame({"fiscal_export": [0.3, 1.5]}), 6, seed=2)
    for values in same.values():
        np.testing.assert_array_equal(values[0], values[1])


def test_the_title_of_a_file_heads_what_is_shown(palca: Run) -> None:
    text = 'title = "Of aid & coups"\nreplicates = 3\n[vary]\nbacklash = [0.01, 0.05]\n'
    Path("own.toml").write_text(text, encoding="utf-8")
    code, out, _ = palca("sweep", "own.toml", *QUICK, "-o", "made")
    assert (code, "Of aid & coups: 6 worlds" in out) == (0, True)
    assert json.loads(Path("made/manifest.json").read_text())["plan"]["title"] == "Of aid & coups"
    assert palca("rerun", "made")[0] == 0


@pytest.mark.parametrize(("share", "said"), [(0.12, "explains 12 %"), (-0.02, "No factor explains")])
def test_a_factor_that_explains_nothing_is_not_called_the_strongest(share: float, said: str) -> None:
    plan = make_plan("baseline", (parse_factor("coup_trap=0,1"),), replicates=10)
    rows = pd.DataFrame({"factor": "coup_trap", "level": ["0", "1"], "outcome": "leaders",
                         "mean": [2.0, 3.0], "se": [0.5, 0.5]})  # fmt: skip
    leaders = next(outcome for outcome in OUTCOMES if outcome.name == "leaders")
    answer = answer_of(plan, rows, pd.DataFrame({"leaders": {"coup_trap": share}}), [leaders])
    assert said in answer.text
