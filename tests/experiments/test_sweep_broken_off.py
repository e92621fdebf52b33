"""Sweeps that are killed, damaged or short of room end as if they had not been."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest
from sweep_folders import QUICK, SWEPT, digests, read

from fault_commands import Run
from palca.experiments.explore import sweep_folder
from palca.experiments.io import provenance

COMMAND = "import sys; from palca.experiments.cli.main import main; main()"
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


@pytest.mark.rendered
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
    Path("whole/SHA256SUMS").unlink()  # as if the sweep had been broken off
    part = Path("whole/worlds/part-000002.parquet")
    content = part.read_bytes()
    flipped = bytearray(content)
    flipped[len(content) // 3] ^= 0x10
    for damaged in (content[: len(content) // 2], b"", content[:-1], bytes(flipped),
                    Path("whole/worlds/part-000003.parquet").read_bytes()):  # fmt: skip
        part.write_bytes(damaged)
        code, out, err = palca("sweep", "--resume", "whole", *QUICK)
        assert (code, err) == (0, "")
        assert "part-000002.parquet is incomplete or damaged" in out
        assert digests("whole") == expected
        Path("whole/SHA256SUMS").unlink()


@pytest.mark.parametrize("nth", [2, 4, 99])
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
    assert "can't be written (File too large)" in done.stderr


def test_nothing_but_a_sweep_that_was_begun_is_left_behind(
    palca: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(provenance, "write_manifest", full)
        code, _, err = palca("sweep", "baseline", "--vary", "backlash=0.01:0.05", "-o", "a/b/made")
    assert (code, "No space left" in err, "--resume" in err) == (2, True, False)
    assert not list(Path().iterdir())


def test_two_sweeps_do_not_share_a_folder(palca: Run, swept: Path) -> None:
    before = digests("made")
    with sweep_folder.held(swept):
        for arguments in (["sweep", "--resume", "made"], [*SWEPT, "-o", "made", "--force"]):
            code, _, err = palca(*arguments)
            assert (code, "another sweep is writing into it" in err) == (2, True)
    assert digests("made") == before
    code, _, err = palca(*SWEPT, "-o", "made")
    assert (code, "--resume" in err, "--force" in err) == (2, True, True)
    assert palca(*SWEPT, "-s", "1", "-o", "made", "--force")[0] == 0
    assert digests("made") != before


def test_a_folder_that_is_no_sweeps_is_left_alone(palca: Run) -> None:
    for inside in ("thesis.txt", ".git/config"):
        path = Path("mine", inside)
        path.parent.mkdir(parents=True)
        path.write_text("my only copy")
        for more in ([], ["--force"]):
            assert palca(*SWEPT, "-o", "mine", *more)[0] == 2
        assert path.read_text() == "my only copy"
        shutil.rmtree("mine")


def test_the_folders_own_copy_of_the_scenario_counts(palca: Run) -> None:
    text = 'title = "T"\nextends = "baseline"\n[parameters]\nsuppression = 1.5\n'
    Path("mine.toml").write_text(text)
    palca("sweep", "./mine.toml", "--vary", "backlash=0.01:0.05", "-r", "2", "-o", "made", *QUICK)
    before = digests("made")
    Path("mine.toml").write_text(text.replace("1.5", "1.6"))
    Path("made/worlds/part-000000.parquet").unlink()
    assert palca("sweep", "--resume", "made", *QUICK)[0] == 0
    assert digests("made") == before
    assert palca("rerun", "made")[0] == 0
    Path("made/scenarios.json.xz").unlink()  # then the user's file must be what it was
    for command in (["sweep", "--resume", "made"], ["rerun", "made"]):
        code, _, err = palca(*command)
        assert (code, err.count("\n")) == (2, 1)
        assert all(word in err for word in ("./mine.toml", "changed"))
    Path("mine.toml").write_text(text)
    assert palca("sweep", "--resume", "made", *QUICK)[0] == 0
    assert digests("made") == before


@pytest.mark.parametrize("name", ["worlds/part-000001.parquet", "scenarios.json.xz"])
def test_what_was_altered_after_the_end_is_refused_and_stays(
    palca: Run, swept: Path, name: str
) -> None:
    sums, path = (swept / "SHA256SUMS").read_bytes(), swept / name
    whole = path.read_bytes()
    if name.endswith(".parquet"):  # what can be read, and was accepted
        rows = pd.read_parquet(path)
        rows.assign(growth=rows["growth"] + 1.0).to_parquet(path, index=False)
    else:
        path.write_bytes(whole[:-1] + b"x")
    altered = path.read_bytes()
    code, _, err = palca("sweep", "--resume", "made", *QUICK)
    assert (code, err.count("\n"), f"made/{name}: was altered after" in err) == (2, 1, True)
    assert (path.read_bytes(), Path("made/SHA256SUMS").read_bytes()) == (altered, sums)
    path.unlink()  # the mend that it names
    assert palca("sweep", "--resume", "made", *QUICK)[0] == 0
    assert (path.read_bytes(), Path("made/SHA256SUMS").read_bytes()) == (whole, sums)


def test_rerun_says_whether_it_comes_out_the_same(palca: Run, swept: Path) -> None:
    before = {path: path.read_bytes() for path in swept.rglob("*") if path.is_file()}
    code, out, _ = palca("rerun", "made")
    assert (code, "the same, bit for bit" in out) == (0, True)
    assert {path: path.read_bytes() for path in swept.rglob("*") if path.is_file()} == before
    part = Path("made/worlds/part-000001.parquet")
    rows = pd.read_parquet(part)
    rows["growth"] = rows["growth"].mask(rows.index == 3, rows["growth"] + 1e-12)
    rows.to_parquet(part, index=False)
    code, out, _ = palca("rerun", "made")
    assert (code, "part-000001.parquet is different" in out, "part-000000" in out) == (1, True, False)
    part.unlink()
    code, out, _ = palca("rerun", "made")
    assert (code, "part-000001.parquet is missing" in out, "--resume" in out) == (1, True, True)
