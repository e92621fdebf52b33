"""Folders that are mounts, on other file systems, or where no file can be locked."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fault_commands import SMALL, SWEEP, Run, digest, expected
from palca.experiments.io import provenance, run_folder
from palca.model.errors import PalcaError


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Path]:
    """A folder that is a disk of its own; skip if one may not."""
    disk = tmp_path / "made"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no disk can be mounted: that takes root, and a machine that lets it")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_run_is_written_into_a_mount_and_replaced_there(palca: Run, mount: Path) -> None:
    """As with `docker run -v runs:/made … --out /made`."""
    for force in ([], ["--force"]):
        code, _, err = palca(*SMALL, *force)
        assert (code, err) == (0, "")
        assert digest("made") == expected()
        assert provenance.differing(Path("made")) == ({}, [])
        assert mount.is_mount()
        (mount / "old.txt").write_text("goes with the run that is replaced")
    assert palca(*SMALL)[0] == 2
    assert [path.name for path in Path().iterdir()] == ["made"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run that is to be replaced."""
    with run_folder.writing(tmp_path / "made", force=False) as part:
        for name in ("manifest.json", "old.csv"):
            (part / name).write_text("old")
    return tmp_path / "made"


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EBUSY])
@pytest.mark.parametrize("which", ["the old one", "the new one"])
def test_what_can_not_be_renamed_is_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, which: str
) -> None:
    """As in an overlay, whose lower layer has the run that is to be replaced."""
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name == ("made" if which == "the old one" else ".made.part"):
            raise OSError(number, os.strerror(number), str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with run_folder.writing(folder, force=True) as part:
        (part / "inner").mkdir()
        for name in ("manifest.json", "new.csv", "inner/part"):
            (part / name).write_text("new")
    there = {path.relative_to(folder.parent).as_posix() for path in folder.parent.rglob("*")}
    assert there == {"made", "made/manifest.json", "made/new.csv", "made/inner", "made/inner/part"}
    assert (folder / "manifest.json").read_text() == "new"


@pytest.mark.parametrize("which", ["made", ".made.part"])
def test_the_old_run_stays_if_there_is_no_room_for_the_new(
    folder: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name == which:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(path))
        return rename(path, target)

    def full(source: Path, target: Path) -> None:
        target.write_text("the begin")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(source))

    monkeypatch.setattr(Path, "rename", refuse)
    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(PalcaError, match="make room"), run_folder.writing(folder, force=True) as part:
        (part / "manifest.json").write_text("new")
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"manifest.json": "old", "old.csv": "old"}
    assert [path.name for path in folder.parent.iterdir()] == ["made"]


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
@pytest.mark.parametrize("command", [SMALL, [*SWEEP, "-o", "made"]], ids=lambda words: words[0])
def test_where_no_file_can_be_locked_that_is_said_before_a_world_is_run(
    palca: Run, monkeypatch: pytest.MonkeyPatch, number: int, command: list[str]
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr("palca.experiments.simulate.ensemble.run_blocks", lambda *_: pytest.fail("ran worlds"))
    code, _, err = palca(*command)
    assert (code, err.count("\n")) == (2, 1)
    assert f"files can't be locked there ({os.strerror(number)})" in err
    assert not list(Path().iterdir())
