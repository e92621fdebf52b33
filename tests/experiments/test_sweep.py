"""Sweeps: what is written, what a row depends on, and what happens when one is broken off."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from palca.experiments import rows, runs, sweep, sweep_folder
from palca.experiments.course import SERIES, simulated
from palca.experiments.design import Factor, parse_factor
from palca.experiments.measures import OUTCOMES, outcomes
from palca.experiments.rows import run_points, run_rows
from palca.experiments.sweep import Plan, make_plan
from palca.experiments.sweep_report import chosen_outcomes, explained, means
from palca.model import ColdWarModel
from palca.model.parameters import PARAMETERS
from palca.scenarios import load

Run = Callable[..., tuple[int, str, str]]
NAMES = [outcome.name for outcome in OUTCOMES]
QUICK = ("--outcome", "growth")  # a small picture
COMMAND = "import sys; from palca.experiments.entry import main; main()"


def read(folder: str | Path) -> pd.DataFrame:
    parts = sorted(Path(folder, "worlds").glob("part-*.parquet"))
    return pd.concat([pd.read_parquet(part) for part in parts], ignore_index=True)


def digests(folder: str | Path) -> str:
    """The digests that were written, seen to be those of the files."""
    text = Path(folder, "SHA256SUMS").read_text()
    for line in text.splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(Path(folder, name).read_bytes()).hexdigest() == digest
    assert len(text.splitlines()) == 1 + len(list(Path(folder, "worlds").iterdir()))
    return text


# what is written


MIXED = [
    ("backlash", "0.01:0.09:3"), ("policy.ussr", "withdrawal,pragmatic"), ("channel.tin", "on,off"),
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
    idle = ["sweep", "baseline", "--vary", "fiscal_tin=0.3:1.5:3", "-r", "20", *QUICK]
    palca(*idle, "--set", "channel.tin=off", "-o", "closed")
    palca(*idle, "-o", "open")
    for folder, same in (("closed", True), ("open", False)):
        rows = read(folder)
        assert rows.groupby("fiscal_tin").size().tolist() == [20, 20, 20]
        assert (rows["world"] == rows["replicate"]).all()
        differ = rows.groupby("replicate")[NAMES].nunique(dropna=False).to_numpy().max()
        assert bool(differ == 1) == same
    assert read("closed").groupby("fiscal_tin")["growth"].std().min() > 0


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


@pytest.mark.slow
def test_a_file_says_what_options_say(palca: Run) -> None:
    Path("mine").mkdir()
    Path("mine/dates.toml").write_text(
        'title = "When?"\nscenario = "soviet-break-1971"\ndesign = "lhs"\nworlds = 12\nseed = 9\n'
        'set = ["coup_trap=0.3"]\nintervene = [\'at = "1972-01", lever.us.aid.scale = 0\']\n'
        '[vary]\npolicy.us = ["administrations", "disengaged"]\nchannel.tin = [true, false]\n'
        '"intervene[0].at" = "1971-01..1971-02"\nbacklash = "0.01:0.05"\n'
    )
    code, out, err = palca("sweep", "mine/dates.toml", *QUICK)
    assert (code, err, "runs/dates-sweep" in out) == (0, "", True)
    options = ["--set", "coup_trap=0.3", "-i", 'at = "1972-01", lever.us.aid.scale = 0',
               "--vary", "policy.us=administrations,disengaged", "--vary", "channel.tin=on,off",
               "--vary", "intervene[0].at=1971-01..1971-02", "--vary", "backlash=0.01:0.05"]  # fmt: skip
    palca("sweep", "soviet-break-1971", *options, "-d", "lhs", "-n", "12", "-s", "9", "-o", "two",
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
    from palca.experiments import sweep_file

    text = (sweep_file.__doc__ or "").split(":: toml\n")[1]
    Path("s.toml").write_text("\n".join(line.strip() for line in text.splitlines()))
    read_back = sweep_file.read_sweep(Path("s.toml"))
    make_plan(read_back.scenario, read_back.factors, read_back.design or "")
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
    })  # fmt: skip
    growth = chosen_outcomes(["growth"])
    table = means(plan, rows, growth)
    a, b = (table[table["level"] == level].iloc[0] for level in "ab")
    assert (a["mean"], b["mean"], a["worlds"]) == (1.0, 5.0, 4)
    assert a["sd"] == pytest.approx(np.sqrt(4 / 3))
    assert a["error"] == pytest.approx(np.sqrt(4 / 3) / 2)
    assert list(table["level"])[:2] == ["b", "a"]  # as they were given
    share = explained(plan, table, rows, growth)["growth"]
    # within: (4 + 4) / 6 = 4/3; in all: (8 + 8 * 4) / 7 = 40/7; 1 - (4/3) / (40/7) = 23/30
    assert list(share) == [pytest.approx(23 / 30), 0.0]  # less than nothing is nothing


def test_what_does_not_vary_has_no_share() -> None:
    plan = _plan(Factor("x", (1.0, 2.0)))
    rows = pd.DataFrame({"x": [1.0, 1, 2, 2], "growth": [3.0] * 4})
    growth = chosen_outcomes(["growth"])
    assert explained(plan, means(plan, rows, growth), rows, growth)["growth"].isna().all()


def test_values_of_a_range_fall_into_ten_equal_bins() -> None:
    plan = _plan(Factor("backlash", (), -0.1, 0.3))
    rows = pd.DataFrame({"backlash": np.linspace(-0.1, 0.3, 401), "growth": np.arange(401.0)})
    table = means(plan, rows, chosen_outcomes(["growth"]))
    assert list(table["level"]) == [-0.08, -0.04, 0.0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.24, 0.28]
    assert table["worlds"].sum() == 401
    assert table["mean"].is_monotonic_increasing


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    figures: list[Figure] = []
    save = Figure.savefig

    def kept(self: Figure, *args: Any, **kwargs: Any) -> None:
        figures.append(self)
        save(self, *args, **kwargs)

    monkeypatch.setattr(Figure, "savefig", kept)
    return figures


@pytest.mark.slow
def test_one_factor_is_drawn_as_lines_two_as_heat_maps_more_as_small_multiples(
    palca: Run, drawn: list[Figure]
) -> None:
    two = ("--outcome", "growth", "--outcome", "unrest_months")
    vary = ["--vary", "backlash=0:0.1:3", "--vary", "intervene[0].at=1971-01..1971-04",
            "--vary", "policy.ussr=withdrawal,pragmatic"]  # fmt: skip
    for count in (1, 2, 3):
        folder = f"f{count}"
        code, out, err = palca("sweep", "soviet-break-1971", *vary[: 2 * count], "-r", "4",
                               "-o", folder, *two)  # fmt: skip
        assert (code, err) == (0, "")
        assert Path(folder, "sweep.png").read_bytes().startswith(b"\x89PNG")
        rows = read(folder)
        mean = rows.groupby("backlash")["growth"].mean()
        axes = [axis for axis in drawn[-1].axes if axis.get_visible() and axis.get_label() != "<colorbar>"]
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
    for more in ([], ["--vary", "channel.tin=on,off"]):
        code, out, err = palca("sweep", "baseline", "--vary", "backlash=0.01:0.05", *more,
                               "-d", design, "-n", worlds, "-o", f"made{len(more)}", *QUICK)  # fmt: skip
        assert (code, err) == (0, "")
        assert "nan" not in out.lower().replace("finance", "")


def test_a_scenario_may_end_before_all_can_be_measured(palca: Run) -> None:
    Path("mine.toml").write_text('title = "T"\nextends = "baseline"\nuntil = "1971-06"\n')
    vary = ("./mine.toml", "--vary", "backlash=0.01:0.05", "-r", "2", "-o", "made")
    code, _, err = palca("sweep", *vary, "--outcome", "coups_1972_77")
    assert (code, err) == (2, "palca: --outcome: the scenario ends before 'coups_1972_77' can be measured\n")
    code, out, err = palca("sweep", "--resume", "made")
    assert (code, err, "longest" in out, "1972" in out) == (0, "", True, False)


def test_a_strangers_names_are_printed_as_they_are(palca: Run) -> None:
    shutil.copy(Path(sweep.__file__).parents[1] / "scenarios/policies/ussr/withdrawal.toml", "[red]x.toml")
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
    monkeypatch.setattr(rows, "TOGETHER", max(together, len(some) // 6))
    alone = run_rows(variants, VARIANTS, table.iloc[some].reset_index(drop=True))
    for name, values in whole.items():
        np.testing.assert_array_equal(alone[name], values[some], err_msg=name)


def test_points_share_their_replicates_draws_and_need_no_company(short: dict[str, Any]) -> None:
    points = pd.DataFrame({"backlash": [0.0, 0.1, 0.05], "coup_trap": [0.1, 0.4, 0.2]})
    whole = run_points(short, points, 6, seed=2)
    assert {values.shape for values in whole.values()} == {(3, 6)}
    assert {"coups_1969_71", "unrest_months"} <= {*whole}
    alone = run_points(short, points.iloc[1:2], 6, seed=2)
    fewer = run_points(short, points, 4, seed=2)
    for name, values in whole.items():
        np.testing.assert_array_equal(alone[name], values[1:2], err_msg=name)
        np.testing.assert_array_equal(fewer[name], values[:, :4], err_msg=name)
    idle = {**short, "channels": {**short["channels"], "tin": False}}
    same = run_points(idle, pd.DataFrame({"fiscal_tin": [0.3, 1.5]}), 6, seed=2)
    for values in same.values():
        np.testing.assert_array_equal(values[0], values[1])


# what happens when one is broken off


LONG = ["sweep", "baseline", "--vary", "backlash=0.01:0.05", "-n", "10000", "-s", "7", *QUICK]


def _started(folder: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments], stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def _parts(folder: str) -> int:
    return len(list(Path(folder, "worlds").glob("part-*")))


def _killed(folder: str, arguments: list[str], parts: int) -> None:
    """Kill a sweep, and the processes that it started, when it has written some parts."""
    process = _started(folder, *arguments)
    try:
        until = time.monotonic() + 300
        while _parts(folder) < parts:
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.002)
    finally:
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
    assert process.returncode == -signal.SIGKILL
    assert bool(workers) == ("--jobs" in arguments)
    _, alive = psutil.wait_procs(workers, timeout=120)
    assert alive == []  # none waits for ever for the one that is gone


@pytest.mark.slow
def test_a_sweep_that_is_killed_ends_as_if_it_had_not_been(palca: Run) -> None:
    assert palca(*LONG, "-o", "whole", "--jobs", "2")[0] == 0
    assert _parts("whole") == 20
    _killed("made", [*LONG, "-o", "made"], 1)
    assert _parts("made") < 20
    sample = read("made")  # what is there can be read, and is an even sample
    counts = sample["backlash"].value_counts()
    assert counts.max() - counts.min() <= 1
    assert not Path("made/SHA256SUMS").exists()
    there = _parts("made")
    _killed("made", ["sweep", "--resume", "made", "--jobs", "2"], there + 3)
    assert _parts("made") < 20
    written = Path("made/worlds/part-000000.parquet").stat().st_mtime_ns
    code, _, err = palca("sweep", "--resume", "made", *QUICK)
    assert (code, err) == (0, "")
    assert digests("made") == digests("whole")
    assert Path("made/worlds/part-000000.parquet").stat().st_mtime_ns == written
    for name in ("summary.csv", "sweep.png", "sweep.svg"):
        assert Path("made", name).read_bytes() == Path("whole", name).read_bytes()


@pytest.mark.slow
def test_whatever_is_missing_or_damaged_is_made_again(palca: Run) -> None:
    small = ["sweep", "baseline", "--vary", "backlash=0.01:0.05", "-n", "2000", *QUICK]
    palca(*small, "-o", "whole")
    expected = digests("whole")
    assert _parts("whole") == 4
    cases = [
        ([], ["SHA256SUMS", "sweep.png", "sweep.svg", "summary.csv"], []),
        ([1, 3], ["SHA256SUMS"], [".part-000001.parquet"]),
        ([0, 1, 2, 3], ["scenarios.json.xz"], [".scenarios.json.xz"]),
    ]
    for parts, files, leftovers in cases:
        shutil.copytree("whole", "made")
        for part in parts:
            sweep_folder.part_path(Path("made"), part).unlink()
        for name in files:
            Path("made", name).unlink()
        for name in leftovers:
            (Path("made/worlds") if "part" in name else Path("made")).joinpath(name).write_bytes(b"PAR1half")
        code, out, err = palca("sweep", "--resume", "made", *QUICK)
        assert (code, err, "damaged" in out) == (0, "", False)
        assert digests("made") == expected
        shutil.rmtree("made")
    part = Path("whole/worlds/part-000002.parquet")
    content = part.read_bytes()
    flipped = bytearray(content)
    flipped[len(content) // 3] ^= 0x10
    for damaged in (content[: len(content) // 2], b"", content[:-1], bytes(flipped),
                    Path("whole/worlds/part-000003.parquet").read_bytes()):  # fmt: skip
        part.write_bytes(damaged)
        code, out, err = palca("sweep", "--resume", "whole", *QUICK)
        assert (code, err) == (0, "")
        assert "part-000002.parquet is cut short or damaged" in out
        assert digests("whole") == expected


@pytest.mark.parametrize("nth", [1, 3, 99])
@pytest.mark.slow
def test_a_full_disk_is_named_and_what_was_written_is_kept(
    palca: Run, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    small = ["sweep", "baseline", "--vary", "backlash=0.01:0.05", "-n", "1200", *QUICK]
    written, write = 0, Path.write_bytes

    def full(path: Path, content: Any) -> int:
        nonlocal written
        written += 1
        if written == nth or (nth == 99 and Path("made/SHA256SUMS").exists()):
            write(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        code, _, err = palca(*small, "-o", "made")
    assert code == 2
    assert "No space left on device" in err
    assert "--resume" in err
    assert err.count("\n") == 1
    assert {".lock", "manifest.json"} <= {path.name for path in Path("made").iterdir()}
    assert not [path for path in Path("made").rglob(".*") if path.name != ".lock"]
    assert palca("sweep", "--resume", "made", *QUICK)[0] == 0
    palca(*small, "-o", "whole")
    assert digests("made") == digests("whole")


@pytest.mark.slow
def test_a_file_that_may_not_grow_is_named(tmp_path: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
    done = subprocess.run(
        [sys.executable, "-c", limit + COMMAND, "sweep", "baseline", "--vary", "backlash=0.01:0.05",
         "-r", "2", "-o", "made"],
        cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PALCA_CACHE": str(tmp_path / "c")},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "can't be written to (File too large)" in done.stderr


def test_nothing_but_a_sweep_that_was_begun_is_left_behind(
    palca: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(runs, "write_manifest", full)
        code, _, err = palca("sweep", "baseline", "--vary", "backlash=0.01:0.05", "-o", "a/b/made")
    assert (code, "No space left" in err, "--resume" in err) == (2, True, False)
    assert not list(Path().iterdir())


def test_two_sweeps_do_not_share_a_folder(palca: Run) -> None:
    small = ["sweep", "baseline", "--vary", "backlash=0.01:0.05", "-r", "2", *QUICK]
    assert palca(*small, "-o", "made")[0] == 0
    before = digests("made")
    with sweep_folder.held(Path("made")):
        for arguments in (["sweep", "--resume", "made"], [*small, "-o", "made", "--force"]):
            code, _, err = palca(*arguments)
            assert (code, "another sweep is writing into it" in err) == (2, True)
    assert digests("made") == before
    code, _, err = palca(*small, "-o", "made")
    assert (code, "--resume" in err, "--force" in err) == (2, True, True)
    assert palca(*small, "-s", "1", "-o", "made", "--force")[0] == 0
    assert digests("made") != before


def test_a_folder_that_is_no_sweeps_is_left_alone(palca: Run) -> None:
    small = ["sweep", "baseline", "--vary", "backlash=0.01:0.05", "-r", "2", *QUICK]
    for inside in ("thesis.txt", ".git/config"):
        path = Path("mine", inside)
        path.parent.mkdir(parents=True)
        path.write_text("my only copy")
        for more in ([], ["--force"]):
            assert palca(*small, "-o", "mine", *more)[0] == 2
        assert path.read_text() == "my only copy"
        shutil.rmtree("mine")


def test_a_scenario_that_has_changed_is_noticed(palca: Run) -> None:
    text = 'title = "T"\nextends = "baseline"\n[parameters]\nsuppression = 1.5\n'
    Path("mine.toml").write_text(text)
    palca("sweep", "./mine.toml", "--vary", "backlash=0.01:0.05", "-r", "2", "-o", "made", *QUICK)
    before = digests("made")
    Path("mine.toml").write_text(text.replace("1.5", "1.6"))
    for command in (["sweep", "--resume", "made"], ["rerun", "made"]):
        code, _, err = palca(*command)
        assert (code, err.count("\n")) == (2, 1)
        assert "'./mine.toml', or a file that it names, has changed" in err
    assert digests("made") == before
    Path("mine.toml").write_text(text)
    assert palca("sweep", "--resume", "made", *QUICK)[0] == 0
    assert digests("made") == before


def test_rerun_says_whether_it_comes_out_the_same(palca: Run) -> None:
    palca("sweep", "baseline", "--vary", "backlash=0.01:0.05", "-n", "1000", "-o", "made", *QUICK)
    before = {path: path.read_bytes() for path in Path("made").rglob("*") if path.is_file()}
    code, out, _ = palca("rerun", "made")
    assert (code, "the same, bit for bit" in out) == (0, True)
    assert {path: path.read_bytes() for path in Path("made").rglob("*") if path.is_file()} == before
    part = Path("made/worlds/part-000001.parquet")
    rows = pd.read_parquet(part)
    rows["growth"] = rows["growth"].mask(rows.index == 3, rows["growth"] + 1e-12)
    rows.to_parquet(part, index=False)
    code, out, _ = palca("rerun", "made")
    assert (code, "part-000001.parquet comes out otherwise" in out, "part-000000" in out) == (1, True, False)
    part.unlink()
    code, out, _ = palca("rerun", "made")
    assert (code, "part-000001.parquet is not there" in out) == (1, True)


# bad input


ONE = ("--vary", "backlash=0.01:0.05")
BAD = [
    (["baseline"], "name at least one factor"),
    (["basline", *ONE], "did you mean 'baseline'"),
    (["basline", "--vary", "channel.tin=on,off"], "did you mean 'baseline'"),
    (["baseline", *ONE, "--vary", "backlash=0,0.1"], "'backlash' is varied twice"),
    (["baseline", *ONE, "--set", "backlash=0.1"], "'backlash' is both set and varied"),
    (["baseline", "--vary", "backlsh=0:1"], "--vary backlsh=0.0: no parameter 'backlsh' (did you mean 'backlash'?)"),
    (["baseline", "--vary", "backlash=0.05:0.01"], "empty range"),
    (["baseline", "--vary", "backlash=0:99"], "backlash"),
    (["baseline", "--vary", "policy.ussr=pragmatic,nice"], "--vary policy.ussr=nice: no policy of 'ussr'"),
    (["baseline", "--vary", "channel.tin=on,maybe"], "--vary channel.tin=maybe: a channel is"),
    (["baseline", "--vary", "channel.gold=on,off"], "channel 'gold'"),
    (["baseline", "--vary", "start.legitimacy=0,7"], "--vary start.legitimacy=7.0"),
    (["baseline", "--vary", "lever.us.ade.scale=0,1"], "did you mean 'aid'"),
    (["baseline", "--vary", "intervene[0].at=1971-01..1971-03"], "has 0 interventions"),
    (["soviet-break-1971", "--vary", "intervene[0].at=1971-01..1973-12"], "'until' lies before 'at'"),
    (["soviet-break-1971", "--vary", "intervene[0].at=1971-01,1972-01", "--vary", "intervene[0].until=1971-10,1973-01"],
     "--vary intervene[0].at=1972-01 --vary intervene[0].until=1971-10: 'until' lies before"),
    (["baseline", *ONE, "--design", "gird"], "no design 'gird' (did you mean 'grid'?)"),
    (["baseline", *ONE, "-n", "50", "-r", "7"], "drop --worlds or --replicates"),
    (["baseline", "--vary", "start.legitimacy=0:1:9999", "--vary", "start.fiscal=0:1:9999", "-d", "lhs"],
     "scenarios are more"),
    (["baseline", "--vary", "backlash=0:0.1:9999", "--vary", "coup_trap=0:0.1:9999", "-r", "2"], "worlds are more"),
    (["baseline", "--vary", "backlash=0:0.1:9999", "--vary", "coup_trap=0:0.1:9999",
      "--vary", "suppression=1:1.5:9", "-n", "5"], "points are more"),
    (["baseline", *ONE, "--outcome", "grwth"], "did you mean 'growth'"),
    (["baseline", *ONE, "-n", "0"], "--worlds"),
    (["baseline", *ONE, "-o", "/proc/none/x"], "can't be written to"),
    (["baseline", *ONE, "-o", "/etc/hostname/x"], "can't be written to (Not a directory)"),
    (["baseline", *ONE, "-o", "/etc/hostname"], "is a file, not a folder"),
    (["baseline", *ONE, "-o", "."], "name one inside it"),
    (["baseline", *ONE, "-o", "..", "--force"], "name one inside it"),
    (["--resume", "nowhere"], "no such folder"),
    (["--resume", "."], "manifest"),
    (["--resume", "x", "-n", "5"], "give it nothing else"),
    (["soviet-break-1971", "--resume", "x"], "give it nothing else"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "says"), BAD, ids=lambda value: str(value)[-60:])
def test_bad_input_ends_in_a_clear_line_and_leaves_nothing(
    palca: Run, arguments: list[str], says: str
) -> None:
    code, out, err = palca("sweep", *arguments)
    assert code == 2
    assert says in err
    assert "Traceback" not in out + err
    assert err.count("\n") == 1
    assert not list(Path().iterdir())


BAD_FILES = [
    ('[vary]\nbacklash = 3\n', "[vary]: backlash"),
    ('[vary]\nbacklash = "0.05:0.01"\n', "empty range"),
    ('[vary]\n', "at least one factor"),
    ('vary = 3\n', "must be a table"),
    ('worldz = 5\n[vary]\nbacklash = "0:0.1"\n', "did you mean 'worlds'"),
    ('worlds = 0\n[vary]\nbacklash = "0:0.1"\n', "'worlds' must lie in"),
    ('design = "gird"\n[vary]\nbacklash = "0:0.1"\n', "no design 'gird'"),
    ('scenario = "basline"\n[vary]\nbacklash = "0:0.1"\n', "did you mean 'baseline'"),
    ('set = [3]\n[vary]\nbacklash = "0:0.1"\n', "set"),
    ('[vary]\n"policy.ussr" = ["a,b", "c"]\n', "without a comma"),
    ('[vary]\nbacklash = [[1]]\n', "a list is of numbers or of texts"),
    ('[vary]\nbacklash = "0:0.1"\n"backlash " = "0:0.1"\n', "varied twice"),
]


@pytest.mark.parametrize(("text", "says"), BAD_FILES)
def test_a_bad_file_is_named(palca: Run, text: str, says: str) -> None:
    Path("s.toml").write_text(text)
    code, _, err = palca("sweep", "s.toml")
    assert (code, err.count("\n")) == (2, 1)
    assert says in err
    assert [path.name for path in Path().iterdir()] == ["s.toml"]


@pytest.mark.slow
def test_what_another_version_began_and_what_is_no_sweep_are_refused(palca: Run) -> None:
    palca("run", "baseline", "-n", "2", "-o", "run")
    code, _, err = palca("sweep", "--resume", "run")
    assert (code, err) == (2, "palca: run: holds no sweep\n")
    palca("sweep", "baseline", *ONE, "-r", "2", "-o", "made", *QUICK)
    sound = Path("made/manifest.json").read_bytes()
    for group, name in (("versions", "palca"), ("versions", "numpy"), ("libraries", "pyarrow")):
        manifest = runs.read_manifest(Path("made"))
        manifest[group] = {**manifest[group], name: "0.0.1"}
        runs.write_manifest(Path("made"), **manifest)
        for command in (["sweep", "--resume", "made"], ["rerun", "made"]):
            code, _, err = palca(*command)
            assert (code, err.count("\n"), f"begun with {name} 0.0.1" in err) == (2, 1, True)
        Path("made/manifest.json").write_bytes(sound)
    assert palca("sweep", "--resume", "made", *QUICK)[0] == 0
