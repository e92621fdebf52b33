"""Faults of the surroundings: a full disk, odd streams and names."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fault_commands import COMMANDS, SMALL, Run, digest, expected, left, started
from palca.experiments.cli.main import main
from palca.experiments.io import provenance


@pytest.fixture
def disk(tmp_path: Path, palca: Run) -> Iterator[Callable[[int], None]]:
    """Give what makes a disk of so many kB, empty, the working folder; skip if one may not."""
    mounted = tmp_path / "disk"
    mounted.mkdir()

    def mount(options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(mounted)]
        if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("no disk can be mounted: that takes root, and a machine that lets it")

    def make(size: int) -> None:
        if mounted.is_mount():
            mount(f"remount,size={size}k")
            return
        mount(f"size={size}k")
        os.chdir(mounted)

    yield make
    os.chdir(tmp_path)
    if mounted.is_mount():
        subprocess.run(["umount", str(mounted)], check=True)


SIZES = [("run", 8), ("run", 96), ("report", 60)]
SIZES += [pytest.param(name, size, marks=pytest.mark.slow)
          for name, size in (("run", 24), ("compare", 140), ("discover", 140), ("sweep", 140))]  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.rendered
@pytest.mark.parametrize(("name", "size"), SIZES)
def test_a_full_disk_is_named_and_keeps_nothing_half_written(
    palca: Run, disk: Callable[[int], None], tmp_path: Path, name: str, size: int
) -> None:
    command = COMMANDS.get(name, [])
    if name == "report":
        palca(*SMALL)
        command = ["report", str(tmp_path / "made"), "-o", "made.html"]
    disk(size)
    code, _, err = palca(*command)
    assert (code, err.count("\n")) == (2, 1)
    assert "No space left on device" in err
    if "could not be plotted" in err:  # there was room for all that was computed
        assert provenance.differing(Path("made")) == ({}, [])
        assert not list(Path("made").glob("*.*g"))
        return
    assert "made" in err
    assert "make room" in err
    if name == "sweep":  # what is complete is kept
        command = ["sweep", "--resume", "made"] if Path("made").exists() else command
        assert not [path for path in Path("made").rglob(".*") if path.name != ".lock"]
        disk(4000)
        assert palca(*command)[::2] == (0, "")
    else:
        assert left() == []


@pytest.mark.parametrize("way", ["no reader", "full"])
def test_what_can_not_be_printed_is_written_all_the_same(
    palca: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    if way == "full":
        if not Path("/dev/full").exists():
            pytest.skip("there is no /dev/full")
        there = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, there = os.pipe()
        os.close(reader)
    with os.fdopen(there, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "argv", ["palca", *SMALL])
        with pytest.raises(SystemExit) as end:
            main()
    err = capsys.readouterr().err
    said = "palca: standard output: can't be written (No space left on device)"
    assert end.value.code == (2 if way == "full" else 0)
    assert err.startswith(said) if way == "full" else err == ""
    assert digest("made") == expected()


@pytest.mark.slow
def test_streams_that_are_closed_are_no_matter(palca: Run) -> None:
    def close() -> None:
        for stream in (0, 1, 2):
            os.close(stream)

    process = started(*SMALL, "-j", "2", preexec_fn=close)
    process.communicate(timeout=100)
    assert process.returncode == 0
    assert digest("made") == expected()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize(
    "command", [["list", "scenarios"], ["record", "--sources"]], ids=lambda command: command[0]
)
def test_a_terminal_of_few_characters_is_told_what_it_can_show(
    palca: Run, monkeypatch: pytest.MonkeyPatch, encoding: str, command: list[str]
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    monkeypatch.setattr(sys, "argv", ["palca", *command])
    with pytest.raises(SystemExit) as end:
        main()
    sys.stdout.flush()
    assert end.value.code == 0
    assert len(written.getvalue().decode(encoding).splitlines()) > 10


@pytest.mark.parametrize("columns", ["0", "1", "-5", "many", "400"])
def test_any_width_will_do(palca: Run, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    code, out, err = palca("list", "levers")
    assert (code, err) == (0, "")
    widest = max(len(line) for line in out.splitlines())
    assert widest > 60 if columns != "1" else widest == 1


@pytest.mark.parametrize("name", ["run", "compare", "concept", "sweep"])
@pytest.mark.parametrize("fault", ["no text", "gone"])
def test_a_folder_that_can_not_be_is_refused(
    palca: Run, tmp_path: Path, name: str, fault: str
) -> None:
    *command, _ = COMMANDS[name]
    if fault == "no text":
        code, out, err = palca(*command, "mad\udcff")  # a byte that is no UTF-8
        assert (code, out, "UTF-8" in err) == (2, "", True)
        assert left() == []
    else:
        Path("deep").mkdir()
        os.chdir("deep")
        Path("../deep").rmdir()
        code, out, err = palca(*command, str(tmp_path / "made"))
        os.chdir(tmp_path)
        assert (code, out, "the current folder no longer exists" in err) == (2, "", True)
    assert err.count("\n") == 1
