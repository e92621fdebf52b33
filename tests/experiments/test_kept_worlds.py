"""Worlds that went as the evidence says, kept in files: found again, or made again if they don't fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_model import write_small

from palca.experiments.infer import reanalysis_files
from palca.experiments.infer.alive_filter import Segment
from palca.experiments.infer.evidence import EventObservation, Evidence
from palca.experiments.infer.reanalysis import Reanalysis, key_of, reanalyse, replay
from palca.experiments.infer.reanalysis_files import (
    given_before,
    read_reanalysis,
    reanalysis_of,
    write_reanalysis,
)
from palca.scenarios import resolve

OPENED = EventObservation("ussr", "embassy", 0, 0, 0, 0.0)
EVIDENCE = Evidence("an embassy", (OPENED,))
WORLDS = 20


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return resolve(str(write_small(tmp_path_factory.mktemp("small"))))


@pytest.fixture(scope="module")
def found(small: dict[str, Any]) -> Reanalysis:
    return reanalyse(small, EVIDENCE, WORLDS, 3)


def assert_alike(one: Reanalysis | None, other: Reanalysis) -> None:
    assert one is not None
    assert (one.key, one.seed, one.segments) == (other.key, other.seed, other.segments)
    assert one.tries.keys() == other.tries.keys()
    assert all(np.array_equal(one.tries[end], other.tries[end]) for end in one.tries)


class Cache:
    """A cache folder of the test's own, and how often worlds were made."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.made = folder, 0

    @property
    def files(self) -> list[Path]:
        return sorted((self.folder / "reanalysis").glob("*.*"))

    @property
    def table(self) -> Path:
        (path,) = (path for path in self.files if path.suffix == ".parquet")
        return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    own = Cache(tmp_path / "cache")

    def counted(make: Callable[..., Reanalysis]) -> Callable[..., Reanalysis]:
        def call(*arguments: Any, **rest: Any) -> Reanalysis:
            own.made += 1
            return make(*arguments, **rest)

        return call

    for name in ("reanalyse", "until"):
        monkeypatch.setattr(reanalysis_files, name, counted(getattr(reanalysis_files, name)))
    monkeypatch.setattr(reanalysis_files, "cache_folder", lambda: own.folder)
    monkeypatch.setattr(reanalysis_files, "SHIPPED", tmp_path / "shipped.parquet")
    return own


# the file


@pytest.mark.parametrize("stopped", [None, Segment(6, 9, 3, 1000, 2.5)])
def test_what_is_written_is_read_again(
    found: Reanalysis, tmp_path: Path, stopped: Segment | None
) -> None:
    path = tmp_path / "kept.parquet"
    written = replace(found, stopped=stopped)
    write_reanalysis(written, path)
    read = read_reanalysis(path, found.key, WORLDS)
    assert_alike(read, written)
    assert read is not None
    assert read.stopped == stopped
    assert {one.name for one in tmp_path.iterdir()} == {"kept.parquet", "kept.json"}


def test_another_key_or_too_few_worlds_are_not_what_was_asked(
    found: Reanalysis, tmp_path: Path
) -> None:
    path = tmp_path / "kept.parquet"
    write_reanalysis(found, path)
    assert read_reanalysis(path, "other", WORLDS) is None
    assert read_reanalysis(path, found.key, WORLDS + 1) is None
    assert read_reanalysis(tmp_path / "none.parquet", found.key, WORLDS) is None
    fewer = read_reanalysis(path, found.key, 5)  # the first are taken
    assert fewer is not None
    assert fewer.worlds == 5
    assert all(np.array_equal(fewer.tries[end], tries[:, :5]) for end, tries in found.tries.items())


@pytest.mark.parametrize("damage", ["cut short", "empty", "no Parquet", "no head", "a head that is cut",
                                    "a head of another kind", "a column less"])  # fmt: skip
def test_a_damaged_file_is_none(found: Reanalysis, tmp_path: Path, damage: str) -> None:
    import pandas as pd

    path = tmp_path / "kept.parquet"
    head = path.with_suffix(".json")
    write_reanalysis(found, path)
    assert read_reanalysis(path, found.key, WORLDS) is not None
    if damage == "cut short":
        path.write_bytes(path.read_bytes()[:-20])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "no Parquet":
        path.write_text("a,b\n1,2\n")
    elif damage == "no head":
        head.unlink()
    elif damage == "a head that is cut":
        head.write_text(head.read_text()[:-30])
    elif damage == "a head of another kind":
        head.write_text(json.dumps({"key": found.key, "segments": [{"a": 1}]}))
    else:
        table = pd.read_parquet(path)
        table.drop(columns=table.columns[-1]).to_parquet(path, index=False)
    assert read_reanalysis(path, found.key, WORLDS) is None


# the folder


def test_worlds_are_made_once(small: dict[str, Any], found: Reanalysis, cache: Cache) -> None:
    one = reanalysis_of(small, EVIDENCE, WORLDS, 3)
    assert (cache.made, len(cache.files)) == (1, 2)
    other = reanalysis_of(small, replace(EVIDENCE, title="of another name"), WORLDS, 3)
    assert cache.made == 1
    assert_alike(one, found)
    assert_alike(other, found)
    reanalysis_of(small, EVIDENCE, WORLDS, 4)
    reanalysis_of(small, EVIDENCE, WORLDS + 1, 3)
    reanalysis_of(small, Evidence("x", (replace(OPENED, month=1, last=1),)), WORLDS, 3)
    assert cache.made == 4


def test_worlds_to_a_month_are_made_once(small: dict[str, Any], cache: Cache) -> None:
    whole = reanalysis_of(small, EVIDENCE, WORLDS, 3)
    assert given_before(small, EVIDENCE, whole, 1) is whole  # the window of the embassy ends there
    early = given_before(small, EVIDENCE, whole, 3)
    assert (cache.made, set(early.tries)) == (2, {3})
    assert_alike(given_before(small, EVIDENCE, whole, 3), early)
    assert cache.made == 2


@pytest.mark.parametrize("change", ["cut short", "of other worlds"])
def test_what_does_not_fit_is_made_again(
    small: dict[str, Any], found: Reanalysis, cache: Cache, change: str
) -> None:
    """As if it was damaged, or the model had changed since: then worlds don't go as is asked."""
    reanalysis_of(small, EVIDENCE, WORLDS, 3)
    if change == "cut short":
        cache.table.write_bytes(cache.table.read_bytes()[:-20])
    else:
        tries = {end: rows + 1 for end, rows in found.tries.items()}
        write_reanalysis(replace(found, tries=tries), cache.table)
    assert_alike(reanalysis_of(small, EVIDENCE, WORLDS, 3), found)
    assert cache.made == 2
    reanalysis_of(small, EVIDENCE, WORLDS, 3)
    assert cache.made == 2  # it was kept


def test_worlds_are_looked_at_once_for_each_state_of_the_code(
    small: dict[str, Any], cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    monkeypatch.setattr(reanalysis_files, "replay", lambda *of: looked.append(0) or replay(*of))
    for times in (0, 1, 1):
        reanalysis_of(small, EVIDENCE, WORLDS, 3)
        assert len(looked) == times
    monkeypatch.setattr(reanalysis_files, "code_of_model", lambda: "another")
    reanalysis_of(small, EVIDENCE, WORLDS, 3)
    assert len(looked) == 2


def test_worlds_that_ship_are_taken_if_they_are_enough(
    small: dict[str, Any], found: Reanalysis, cache: Cache
) -> None:
    write_reanalysis(found, reanalysis_files.SHIPPED)
    assert reanalysis_of(small, EVIDENCE, WORLDS - 5, 3).worlds == WORLDS - 5
    assert (cache.made, cache.files) == (0, [])
    reanalysis_of(small, EVIDENCE, WORLDS + 5, 3)
    assert cache.made == 1


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(
    small: dict[str, Any], found: Reanalysis, cache: Cache
) -> None:
    cache.folder.write_text("a file, no folder")
    for count in (1, 2):
        assert_alike(reanalysis_of(small, EVIDENCE, WORLDS, 3), found)
        assert cache.made == count


def test_evidence_that_nothing_fits_leaves_no_file(
    small: dict[str, Any], cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    from palca.experiments.infer import reanalysis

    monkeypatch.setattr(reanalysis, "_BUDGET", 1000)
    never = Evidence("x", (EventObservation("ussr", "break", 0, 0, 0, 0.0),))
    whole = reanalysis_of(small, never, WORLDS, 3)
    assert whole.stopped is not None
    assert (whole.tries, whole.end, cache.files) == ({}, 0, [])
    assert given_before(small, never, whole, 3) is whole


def test_a_fork_before_what_was_too_rare_has_worlds(
    small: dict[str, Any], cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    from palca.experiments.infer import reanalysis

    monkeypatch.setattr(reanalysis, "_BUDGET", 1000)
    late = Evidence("x", (OPENED, EventObservation("ussr", "break", 4, 2, 4, 0.0)))
    whole = reanalysis_of(small, late, WORLDS, 3)
    assert whole.stopped is not None
    assert (whole.stopped.start, whole.stopped.end, whole.end) == (2, 5, 2)
    assert set(given_before(small, late, whole, 4).tries) == {4}  # April: nothing is asked yet
    assert given_before(small, late, whole, 5) is whole
    assert key_of(small, late.until(3), 3) == key_of(small, EVIDENCE.until(3), 3)
