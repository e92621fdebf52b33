"""A folder that Palca wrote needs nothing but itself: it is run again anywhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fault_commands import Run

pytestmark = pytest.mark.slow

POLICY = """
actor = "ussr"
title = "Offers to whoever has relations"

[[rule]]
name = "offer"
when = "ussr.relations >= 1"
do = { offer_credit = "0.1" }
why = "to try it"
source = "assumed"
"""
SCENARIO = """
title = "Own scenario with own policy"
extends = "baseline"

[policy]
ussr = "mine.toml"
"""
SWEEP = 'scenario = "own.toml"\nreplicates = 3\n[vary]\nbacklash = [0.01, 0.05]\n"policy.ussr" = ["pragmatic", "mine.toml"]\n'
KINDS = {
    "run": ["run", "own.toml", "-n", "8"],
    "compare": ["compare", "baseline", "own.toml", "-n", "8"],
    "sweep": ["sweep", "sweep.toml", "--outcome", "growth"],
    "options": ["sweep", "own.toml", "--vary", "policy.ussr=pragmatic,mine.toml", "-r", "3", "--outcome", "growth"],
    "sensitivity": ["sensitivity", "own.toml", "-m", "sobol", "-p", "backlash", "--points", "16", "-r", "2",
                    "--outcome", "growth"],
    "discover": ["discover", "longest_spell >= 60", "--scenario", "own.toml", "-n", "1000",
                 "--vary", "policy.ussr=pragmatic,mine.toml"],
    "calibrate": ["calibrate", "own.toml", "-n", "5000", "--sets", "20", "--check", "0"],
    "concept": ["concept", "concept.toml", "-n", "8"],
    "validate": ["validate", "own.toml", "--part", "checks", "-n", "8192"],
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_is_run_again_elsewhere_without_the_users_files(
    palca: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    monkeypatch.chdir(here)
    for name, text in (("mine", POLICY), ("own", SCENARIO), ("sweep", SWEEP)
                       ):  # fmt: skip
        Path(f"{name}.toml").write_text(text, encoding="utf-8")
    if kind == "concept":
        from concept_example import WHOLE

        Path("concept.toml").write_text(WHOLE, encoding="utf-8")
    code, _, err = palca(*KINDS[kind], "-o", "made")
    assert (code, err) == (0, "")
    there.mkdir()
    shutil.move("made", there / "moved")
    monkeypatch.chdir(there)
    shutil.rmtree(here)
    if kind in ("sweep", "options"):
        Path("moved/worlds/part-000000.parquet").unlink()
        assert palca("sweep", "--resume", "moved", "--outcome", "growth")[0] == 0
    code, out, err = palca("rerun", "moved")
    assert (code, err, "the same, bit for bit" in out) == (0, "", True), out


def test_a_discovery_in_a_sweep_needs_the_sweep_no_more(palca: Run) -> None:
    palca("sweep", "baseline", "--vary", "backlash=0.01:0.05", "-n", "1500", "-d", "lhs", "--outcome",
          "longest_spell", "-o", "swept")  # fmt: skip
    assert palca("discover", "longest_spell >= 60", "--from", "swept", "-o", "found")[0] == 0
    shutil.rmtree("swept")
    code, out, err = palca("rerun", "found")
    assert (code, err, "the same, bit for bit" in out) == (0, "", True), out


@pytest.mark.parametrize("fault", ["altered", "deleted", "added", "no digests"])
def test_rerun_says_file_by_file_what_differs(palca: Run, fault: str) -> None:
    assert palca("run", "baseline", "-n", "3", "-o", "made")[0] == 0
    path = Path("made/worlds.parquet")
    if fault == "altered":
        path.write_bytes(path.read_bytes() + b"x")
    elif fault == "deleted":
        path.unlink()
    elif fault == "added":
        Path("made/notes.txt").write_text("mine")
    else:
        Path("made/SHA256SUMS").unlink()
    says = {"altered": "worlds.parquet was altered after Palca wrote it", "deleted": "worlds.parquet is not there",
            "added": "notes.txt was not written with the others", "no digests": "SHA256SUMS is not there"}  # fmt: skip
    before = {file.name: file.read_bytes() for file in Path("made").iterdir()}
    code, out, _ = palca("rerun", "made")
    assert (code, says[fault] in out) == (0 if fault == "added" else 1, True)
    assert ("bit for bit" in out) == (fault == "added")
    assert {file.name: file.read_bytes() for file in Path("made").iterdir()} == before
