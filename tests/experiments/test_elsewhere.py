"""A folder that Palca wrote needs nothing but itself: it is run again anywhere."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from concept_example import WHOLE
from fault_commands import SMALL, Run, started
from palca.experiments.infer import calibrate
from palca.experiments.io import provenance

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
GIVEN = 'title = "An embassy"\nevents = "embassy 1970-06 ± 12"\n'
FILES = {"mine": POLICY, "own": SCENARIO, "sweep": SWEEP, "given": GIVEN, "concept": WHOLE}
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
    "counterfactual": ["counterfactual", "baseline", "-i", 'at = "1971-09", policy.ussr = "mine.toml"', "--given",
                       "given.toml", "-n", "100", "-j", "1"],
    "claims": ["claims", "-n", "20", "-j", "1"],
    "concept": ["concept", "concept.toml", "-n", "8"],
    "concepts": ["concepts", "-n", "8"],
    "validate": ["validate", "own.toml", "--part", "checks", "-n", "8192"],
}  # fmt: skip


LONG = ("counterfactual", "claims", "concepts", "validate")


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.long) if kind in LONG else kind for kind in KINDS])
def test_a_folder_is_run_again_elsewhere_without_the_users_files(
    palca: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(calibrate, "SURE", 1.0)
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    monkeypatch.chdir(here)
    for name, text in FILES.items():
        Path(f"{name}.toml").write_text(text, encoding="utf-8")
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


@pytest.mark.parametrize("fault", ["altered", "altered and in the list", "deleted", "added", "no digests"])
def test_rerun_says_file_by_file_what_differs(palca: Run, fault: str) -> None:
    assert palca(*SMALL)[0] == 0
    path = Path("made/worlds.parquet")
    if fault == "altered":
        path.write_bytes(path.read_bytes() + b"x")
    elif fault == "altered and in the list":
        path.write_bytes(path.read_bytes() + b"x")
        provenance.write_sums(Path("made"))
    elif fault == "deleted":
        path.unlink()
    elif fault == "added":
        Path("made/notes.txt").write_text("mine")
    else:
        Path("made/SHA256SUMS").unlink()
    altered = "worlds.parquet was altered after Palca wrote it"
    says = {"altered": altered, "altered and in the list": altered, "deleted": "worlds.parquet is missing",
            "added": "notes.txt was not written together with the other files", "no digests": "SHA256SUMS is missing"}  # fmt: skip
    before = {file.name: file.read_bytes() for file in Path("made").iterdir()}
    code, out, _ = palca("rerun", "made")
    assert (code, says[fault] in out) == (0 if fault == "added" else 1, True)
    assert ("bit for bit" in out) == (fault == "added")
    assert {file.name: file.read_bytes() for file in Path("made").iterdir()} == before


def test_no_byte_depends_on_what_memory_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for fill in ("1", "77"):
        env = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_PERTURB_": fill}
        process = started(*SMALL[:-1], fill, env=env)
        assert (process.wait(), process.stderr and process.stderr.read()) == (0, b"")
    assert Path("1/SHA256SUMS").read_text() == Path("77/SHA256SUMS").read_text()
    columns = pq.ParquetFile("1/events.parquet").metadata.row_group(0)
    for number in range(1, 4):  # month, track, kind: each word is kept once
        assert "RLE_DICTIONARY" in columns.column(number).encodings
