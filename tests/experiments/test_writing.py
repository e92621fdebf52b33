"""A run's folder is whole or not there, though two processes write it in the same instant."""

from __future__ import annotations

import multiprocessing
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest

from fault_commands import SMALL, Run, digest, expected
from palca.experiments.io import run_folder
from palca.experiments.run import figure
from palca.model.errors import PalcaError

ROUNDS = 300


def test_what_came_there_meanwhile_stays(tmp_path: Path) -> None:
    def run() -> None:
        with run_folder.writing(tmp_path / "made", force=False):
            (tmp_path / "made").mkdir()
            (tmp_path / "made/notes.txt").write_text("mine")

    with pytest.raises(PalcaError, match="--out"):
        run()
    assert [path.name for path in tmp_path.rglob("*")] == ["made", "notes.txt"]


def test_an_earlier_run_is_there_until_the_new_one_is(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    for text in ("old", "new"):
        with run_folder.writing(folder, force=True) as part:
            (part / "manifest.json").write_text(text)
            if text == "new":
                assert (folder / "manifest.json").read_text() == "old"
    assert [path.name for path in tmp_path.rglob("*")] == ["made", "manifest.json"]
    assert (folder / "manifest.json").read_text() == "new"


def test_what_one_that_was_killed_left_is_in_nobodys_way(tmp_path: Path) -> None:
    left = tmp_path / ".made.part"
    (left / "folder").mkdir(parents=True)
    for name in (".lock", "manifest.json", "folder/manifest.json"):
        (left / name).write_text("left")
    with run_folder.writing(tmp_path / "made", force=False) as part:
        (part / "scores.csv").write_text("new")
    assert [path.name for path in tmp_path.rglob("*")] == ["made", "scores.csv"]


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, OSError, None])
def test_one_that_is_stopped_as_it_replaces_a_run_leaves_that_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: type[BaseException] | None
) -> None:
    folder, rename = tmp_path / "made", Path.rename
    with run_folder.writing(folder, force=False) as part:
        (part / "manifest.json").write_text("old")

    def stop(path: Path, target: Path) -> Path:
        if stopped and path.name == ".made.part":
            raise stopped
        return rename(path, target)

    def run() -> None:
        with run_folder.writing(folder, force=True) as part:
            (part / "manifest.json").write_text("new")

    if stopped:
        monkeypatch.setattr(Path, "rename", stop)
        with pytest.raises(PalcaError if stopped is OSError else stopped):
            run()
    else:  # killed: nothing of ours ran after the first of the two renames
        (tmp_path / ".made.part").mkdir()
        rename(folder, tmp_path / ".made.part/.replaced")
        with pytest.raises(PalcaError, match="exists"), run_folder.writing(folder, force=False):
            pass
    assert [path.name for path in tmp_path.rglob("*")] == ["made", "manifest.json"]
    assert (folder / "manifest.json").read_text() == "old"


def test_two_runs_do_not_share_a_folder(palca: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = figure.draw_history
    results = []

    def meanwhile(*args: Any) -> Any:
        monkeypatch.setattr(figure, "draw_history", draw)
        results.append(palca("run", "baseline", "-n", "4", "-o", "made"))
        assert Path(".made.part/worlds.parquet").exists()  # the first one's, still
        return draw(*args)

    monkeypatch.setattr(figure, "draw_history", meanwhile)
    Path(".made.part").mkdir()
    Path(".made.part/history.png").write_bytes(b"half")  # what one that was killed has left
    assert palca(*SMALL)[0] == 0
    ((code, _, err),) = results
    assert (code, err.count("\n"), "another process is writing it" in err) == (2, 1, True)
    assert digest("made") == expected()
    assert [path.name for path in Path().iterdir()] == ["made"]
    assert not [path for path in Path("made").iterdir() if path.name.startswith(".")]


def _write(me: str, base: Path, force: bool, together: Any, said: Any) -> None:
    wait = random.Random(f"{me}{force}")
    for i in range(ROUNDS):
        together.wait(60)
        ends = time.perf_counter() + wait.uniform(0, 0.004)
        while time.perf_counter() < ends:
            pass
        try:
            with run_folder.writing(base / str(i) / "made", force) as part:
                for name in ("a.txt", "manifest.json"):
                    (part / name).write_text(me)
            said.put((i, me, "done"))
        except PalcaError as error:
            said.put((i, me, error.message))
        except BaseException as error:
            said.put((i, me, repr(error)))


@pytest.mark.slow
@pytest.mark.parametrize("force", [False, True])
def test_two_processes_in_the_same_instant_lose_nothing(tmp_path: Path, force: bool) -> None:
    for i in range(ROUNDS):
        made = tmp_path / str(i) / "made"
        made.mkdir(parents=True)
        for name in ("a.txt", "manifest.json") if force else ():
            (made / name).write_text("old")
    context = multiprocessing.get_context("spawn")
    together, said = context.Barrier(2), context.Queue()
    both = [context.Process(target=_write, args=(me, tmp_path, force, together, said)) for me in "12"]
    for process in both:
        process.start()
    found: dict[int, dict[str, str]] = {i: {} for i in range(ROUNDS)}
    for _ in range(2 * ROUNDS):
        i, me, words = said.get(timeout=120)
        found[i][me] = words
    for process in both:
        process.join(60)
    for i, words in found.items():
        folder = tmp_path / str(i)
        wrote = [me for me in words if words[me] == "done"]
        assert len(wrote) in ((1, 2) if force else (1,)), words
        for me in {*words} - {*wrote}:
            assert re.search("another process is writing|exists already|is a file", words[me])
        assert sorted(path.name for path in folder.rglob("*")) == ["a.txt", "made", "manifest.json"]
        texts = {(folder / "made" / name).read_text() for name in ("a.txt", "manifest.json")}
        assert len(texts) == 1
        assert texts <= {*wrote}
