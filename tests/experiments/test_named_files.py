"""A file that a file names is looked for beside it, whoever names it and wherever one stands."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from concept_example import WHOLE
from palca.experiments.concepts.contrast import resolve_arms
from palca.experiments.explore.sweep_file import plan_of, read_sweep
from palca.model import PalcaError
from palca.scenarios import load, resolve
from palca.scenarios.concept import load_concept
from palca.scenarios.reading.library import LIBRARY

POLICY = """
actor = "ussr"
title = "One rule"
[[rule]]
name = "credit"
when = "true"
do = { open_embassy = "0.5" }
why = "So."
source = "assumed"
"""
HEAD = 'title = "x"\nextends = "baseline"\n'
SWEEP = "replicates = 2\n"
VARY = "[vary]\nbacklash = [0.01, 0.02]\n"
CHANGE = """'at = "1971-09", policy.ussr = "mine.toml"'"""
READ: dict[str, Callable[[str], object]] = {
    "scenario": load,
    "concept": lambda name: resolve_arms(load_concept(name)),
    "sweep": lambda name: plan_of(read_sweep(Path(name))),
}
# what reads it, what it says, and the name of the file that it names
NAMED = {
    "policy": ("scenario", f'{HEAD}[policy]\nussr = "mine.toml"\n', "mine.toml"),
    "policy of an intervention": ("scenario", f"{HEAD}intervene = [{{{CHANGE[1:-1]}}}]\n", "mine.toml"),
    "extends": ("scenario", 'title = "x"\nextends = "parent.toml"\n', "parent.toml"),
    "country": ("scenario", f'{HEAD}country = "land.toml"\n', "land.toml"),
    "driver": ("scenario", f'{HEAD}[drivers]\nexport_price = "tin.csv"\n', "tin.csv"),
    "posterior": ("scenario", f'{HEAD}posterior = "sets.parquet"\n', "sets.parquet"),
    "scenario of a concept": ("concept", WHOLE.replace('title = "as it is"', 'title = "a"\nscenario = "parent.toml"'), "parent.toml"),
    "setting of a concept": ("concept", WHOLE.replace("coup_trap=0", "policy.ussr=mine.toml"), "mine.toml"),
    "posterior of a concept": ("concept", WHOLE.replace("coup_trap=0", "posterior=sets.parquet"), "sets.parquet"),
    "intervention of a concept": ("concept", WHOLE.replace('set = ["coup_trap=0"]', f"intervene = [{CHANGE}]"), "mine.toml"),
    "scenario of a sweep": ("sweep", f'scenario = "parent.toml"\n{SWEEP}{VARY}', "parent.toml"),
    "setting of a sweep": ("sweep", f'set = ["policy.ussr=mine.toml"]\n{SWEEP}{VARY}', "mine.toml"),
    "intervention of a sweep": ("sweep", f"intervene = [{CHANGE}]\n{SWEEP}{VARY}", "mine.toml"),
    "factor of a sweep": ("sweep", f'{SWEEP}[vary]\npolicy.ussr = ["pragmatic", "mine.toml"]\n', "mine.toml"),
}  # fmt: skip


def _write_sound(folder: Path) -> None:
    """Write a sound file of each name that is named."""
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(POLICY)
    (folder / "parent.toml").write_text(HEAD)
    (folder / "land.toml").write_bytes((LIBRARY / "countries/bolivia.toml").read_bytes())
    (folder / "tin.csv").write_bytes((LIBRARY / "drivers/tin_price.csv").read_bytes())
    pq.write_table(pa.table({"backlash": [0.01, 0.02]}), folder / "sets.parquet")


@pytest.mark.parametrize("case", NAMED)
def test_what_a_file_names_stands_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    kind, text, named = NAMED[case]
    _write_sound(files := tmp_path / "files")
    (files / "own.toml").write_text(text)
    (here := tmp_path / "here").mkdir()
    (here / named).write_text("another file of that name, and none that can be read")
    monkeypatch.chdir(here)
    READ[kind]("../files/own.toml")
    READ[kind](str(files / "own.toml"))
    # and not where one stands
    (files / named).replace(here / named)
    with pytest.raises(PalcaError) as caught:
        READ[kind]("../files/own.toml")
    assert "own.toml" in str(caught.value)
    assert named in str(caught.value)


def test_drivers_stand_beside_whichever_file_names_them(tmp_path: Path) -> None:
    _write_sound(tmp_path / "land")
    land = tmp_path / "land/land.toml"
    land.write_text(land.read_text("utf-8").replace("tin_price", "tin.csv"), "utf-8")
    tin = (LIBRARY / "drivers/tin_price.csv").read_text("utf-8").splitlines(keepends=True)
    flat = [",".join([row.split(",")[0], "100", *row.split(",")[2:]]) for row in tin[1:]]
    (tmp_path / "tin.csv").write_text("".join(tin[:1] + flat), "utf-8")
    own = tmp_path / "own.toml"
    text = f'{HEAD}country = "land/land.toml"\n'
    own.write_text(text)
    assert resolve(str(own))["drivers"] == resolve("baseline")["drivers"]
    own.write_text(f'{text}[drivers]\nexport_price = "tin.csv"\n')  # a price that never changes but
    us_cpi = resolve(str(own))["drivers"]["export_price"]  # by the value of the dollar
    assert us_cpi != resolve("baseline")["drivers"]["export_price"]
    assert all(-0.3 < gap < 0 for gap in us_cpi)
    # extended from elsewhere it is the same file still
    (tmp_path / "child").mkdir()
    (tmp_path / "child/child.toml").write_text('title = "x"\nextends = "../own.toml"\n')
    assert resolve(str(tmp_path / "child/child.toml"))["drivers"]["export_price"] == us_cpi


def test_names_of_the_command_line_count_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_sound(tmp_path / "here")
    (tmp_path / "files").mkdir()
    (tmp_path / "files/own.toml").write_text(HEAD)
    monkeypatch.chdir(tmp_path / "here")
    name = os.path.join("..", "files", "own.toml")
    for settings, changes in (
        (["policy.ussr=mine.toml"], []),
        (["posterior=sets.parquet"], []),
        ([], [CHANGE[1:-1]]),
    ):
        load(name, settings, changes)
        monkeypatch.chdir(tmp_path / "files")
        with pytest.raises(PalcaError):
            load("own.toml", settings, changes)
        monkeypatch.chdir(tmp_path / "here")


def test_the_series_of_dollar_prices_is_named_once(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f'{HEAD}[drivers]\nprices = "us_cpi"\n')
    with pytest.raises(PalcaError, match="no driver 'prices'"):
        load(str(own))
