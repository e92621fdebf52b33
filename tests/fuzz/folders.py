"""Targets that are files of a run's folder, or of the record: Parquet, JSON, CSV and Markdown."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Final

import numpy as np

from palca.experiments.explore import sweep_folder
from palca.experiments.explore.sweep import Plan
from palca.experiments.io import provenance
from palca.experiments.io.safe_folder import Folder
from palca.experiments.observe import documented
from palca.experiments.report import html_page
from palca.experiments.report.markdown import page_of
from palca.experiments.report.tables import tables_of
from palca.experiments.simulate.designs import Factor
from palca.model.errors import PalcaError
from palca.model.language.levers import ACTORS
from palca.model.state.drivers import DRIVERS
from palca.model.state.scenario import Scenario
from palca.scenarios import build
from palca.scenarios.posterior_draws import read_parameter_sets

from .scratch import file, scratch, text_of

_RECORD: Final = ("events.csv", "series.csv", "base_rates.csv", "coverage.csv")
_TABLES: Final = (  # of which kind of run each is, as `words.cells` has them
    ("run", "scores"), ("comparison", "differences"), ("counterfactual", "effects"),
    ("counterfactual", "channels"), ("counterfactual", "fork"), ("claims", "claims"),
    ("sweep", "summary"), ("sensitivity", "indices"), ("discovery", "boxes"),
    ("calibration", "parameters"), ("calibration", "outcomes"), ("something new", "rows"),
)  # fmt: skip
_MARKUP: Final = re.compile(r"<(?!/?(p|h3|h4|div|table|caption|thead|tbody|tr|th|td|pre|code|em|strong|"
                            r"ul|ol|li|blockquote|br|hr)\b)")  # fmt: skip
_RUNS: Final = re.compile(r"<(script|iframe|object|embed|link|base|form|svg)|<[^>]*\son\w+\s*=", re.I)


def record(data: bytes) -> None:
    """A record that is read has a span for every event and a number for every value."""
    which = _RECORD[data[0] % len(_RECORD)] if data else _RECORD[0]
    for name in _RECORD:
        own = data[1:] if name == which else (documented.FOLDER / name).read_bytes()
        file(f"record/{name}", own)
    read = documented.load_record(scratch() / "record")
    assert (read.events["first_month"] <= read.events["last_month"]).all()
    assert np.isfinite(read.series["value"]).all()
    assert len(documented.scored(read)) <= len(read.events)
    judged = read.coverage["last_month"] - read.coverage["first_month"] + 1
    by_kind = judged.groupby([read.coverage["track"], read.coverage["kind"]]).sum()
    assert (by_kind == len(documented.covered(read)["power", "coup"])).all()


def posterior(data: bytes) -> None:
    """A posterior that is read has as many numbers of each parameter, all finite."""
    parameter_sets = read_parameter_sets(str(file("own.parquet", data)), False)
    assert len({len(values) for values in parameter_sets.values()}) <= 1
    assert all(np.isfinite(values).all() for values in parameter_sets.values())


def months(data: bytes) -> None:
    """A run's file of months comes to a table."""
    file("run/months.parquet", data)
    for table in tables_of("run", Folder(scratch() / "run")):
        assert all(len(row) == len(table.columns) for row in table.cells)


def part(data: bytes) -> None:
    """A part of a sweep is whole or is to be run again; what is read of it has its columns."""
    factors = (Factor("backlash", (), 0.01, 0.05), Factor("channel.export_price", ("on", "off")))
    plan = Plan("baseline", (), (), factors, "grid", 22, 2, 44, 0)
    folder = scratch() / "swept"
    path = file("swept/worlds/part-000000.parquet", data)
    todo, damaged = sweep_folder.missing(folder, plan)
    assert (todo, damaged) in (([], []), ([0], [path.name]))
    if not todo:
        names = ["backlash", "channel.export_price"]
        assert list(sweep_folder.read_worlds(folder, names, names[1:])) == names


def manifest(data: bytes) -> None:
    """A manifest that isn't sealed is refused; of one that a stranger sealed comes a sound page.

    What a run, a sweep or an explanation takes from it is sound, too, or refused.
    """
    folder = scratch() / "sealed"
    file("sealed/manifest.json", data)
    with suppress(PalcaError):
        provenance.read_manifest(folder)
    try:
        entries = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(entries, dict):
        provenance.write_manifest(folder, **{str(k): v for k, v in entries.items() if k != "folder"})
        with suppress(PalcaError):
            assert not _RUNS.search(html_page.report(folder))
        with suppress(PalcaError):
            sweep_folder.read_plan(folder)
        with suppress(PalcaError), provenance.as_written(folder):
            check_whole(build(entries["scenario"]))


def check_whole(read: Scenario) -> None:
    """Check that a scenario that has been built can be lived through."""
    assert all(len(read.drivers[name]) >= read.months for name in DRIVERS)
    assert all(np.isfinite(values).all() for values in read.drivers.values())
    assert all(np.isfinite(value).all() for value in read.parameters.values())
    assert all(0 <= read.until(month) <= read.months for month in range(read.months))
    for month in {0, read.months - 1}:
        in_force = read.in_force(month)
        assert in_force.policies.keys() == {*ACTORS}
        assert all(np.isfinite(change.changed(1.0)) for change in in_force.levers)


def table(data: bytes) -> None:
    """A table of any kind of run is shown, or refused."""
    kind, name = _TABLES[data[0] % len(_TABLES)] if data else _TABLES[-1]
    path = file(f"tables/{name}.csv", data[1:])
    try:
        entries = {"kind": kind} if kind != "run" else {}
        provenance.write_manifest(path.parent, **entries, seed=0, worlds=40, plan={"scenario": "x"},
                            outcome=["x"])  # fmt: skip
        page = html_page.report(path.parent)
        assert not _RUNS.search(page)
    finally:
        path.unlink()


def page(data: bytes) -> None:
    """No markup of a page's becomes markup of the report."""
    made = page_of(text_of(data))
    assert not _MARKUP.search(made)
    assert not _RUNS.search(made)
