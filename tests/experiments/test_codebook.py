"""Every file and every column that a command writes is described, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_series_equal

from docs.site.file_pages import FILES, files
from fault_commands import Run
from palca.experiments.cli.app import EXPERIMENTS, experiment_of
from palca.experiments.infer import calibrate
from palca.experiments.io import provenance
from palca.experiments.io.codebook import GENERAL, SHARED, Each, columns_in

SMALL = {
    "run": ["run", "baseline", "-n", "8"],
    "comparison": ["compare", "baseline", "soviet-break-1971", "-n", "8"],
    "counterfactual": ["counterfactual", "soviet-break-1971", "--given", "given.toml", "-n", "100", "-j", "1",
                       "--freeze", "soviet_fiscal", "--outcome", "Juan José Torres rules in 1973-01"],
    "arms": ["counterfactual", "soviet-break-1971", "us-disengages-1971", "--given", "given.toml", "-n", "100",
             "-j", "1"],
    "expectations": ["expectations", "us-disengages-1971", "-n", "20", "-j", "1"],
    "claims": ["claims", "-n", "20", "-j", "1"],
    "reanalysis": ["reanalysis", "--given", "given.toml", "-n", "50", "-j", "1"],
    "sweep": ["sweep", "baseline", "--vary", "backlash=0.01,0.05", "--vary", "policy.ussr=pragmatic,withdrawal",
              "-r", "3", "--outcome", "growth"],
    "sensitivity": ["sensitivity", "baseline", "-m", "sobol", "-p", "backlash", "--points", "16", "-r", "2",
                    "--outcome", "growth"],
    "discovery": ["discover", "longest_spell >= 60", "-n", "1000", "--vary", "policy.us=administrations,disengaged"],
    "calibration": ["calibrate", "baseline", "-n", "5000", "--sets", "20", "--check", "0"],
    "validation": ["validate", "baseline", "--part", "checks", "-n", "8192"],
    "cases": ["cases", "--policy", "ussr=random", "-n", "4"],
    "concept": ["concept", "coup-trap", "-n", "8"],
    "gallery": ["concepts", "-n", "8"],
}  # fmt: skip
CSV = ("run", "comparison", "counterfactual", "arms", "reanalysis", "sweep", "discovery", "calibration")
LONG = ("counterfactual", "arms", "expectations", "claims", "validation", "gallery")
# Columns of a sweep's worlds, or of known parameters that --check 0 leaves out
SOMETIMES = {"draws", *(f"{name}_{kind}" for name in ("coverage90", "uneven_ranks_p", "correlation")
                        for kind in ("anywhere", "near"))}  # fmt: skip


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.long if kind in LONG else pytest.mark.slow) for kind in SMALL]
)
def test_a_folder_has_what_is_described_and_nothing_else(
    palca: Run, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(calibrate, "SURE", 1.0)
    Path("given.toml").write_text('title = "An embassy"\nevents = "embassy 1970-06 ± 12"\n', encoding="utf-8")
    code, _, err = palca(*SMALL[kind], *(["--csv"] if kind in CSV else []), "-o", "made")
    assert (code, err) == (0, "")
    described, readme = (*experiment_of({"kind": kind}).files, *GENERAL), Path("made/README.txt").read_text()
    there = provenance.names_in(Path("made"))
    for name in there:
        (file,) = [one for one in described if one.names([name])]
        assert name in readme or file.name in readme
        columns = columns_in(Path("made") / name)
        if name.endswith(".csv"):
            assert not np.isinf(pd.read_csv(Path("made") / name).select_dtypes("number")).any(axis=None), name
        assert bool(columns) == bool(file.columns)
        for column in columns:
            found = file.column(column)
            assert found is not None, (name, column)
            assert f": {found.said}\n" in readme
        fixed = {name for name, _, _ in file.lines()} - {one.name for one in file.columns if isinstance(one, Each)}
        assert fixed - SOMETIMES <= {*columns}


    tables = sorted({path.parent if path.parent.name == "worlds" else path for path in Path("made").rglob("*.parquet")})
    assert bool(tables) == (kind in CSV)
    for table in tables:
        whole, copied = pd.read_parquet(table), pd.read_csv(table.with_suffix(".csv"), low_memory=False)
        assert whole.columns.tolist() == copied.columns.tolist()
        for name, values in whole.items():
            same = values.astype(copied[name].dtype).mask(values.isna(), np.nan)  # not pandas' NA
            assert_series_equal(copied[name], same, check_exact=True)
    code, out, _ = palca("rerun", "made")
    assert (code, "the same, bit for bit" in out) == (0, True), out


def test_all_kinds_of_folders_are_tried() -> None:
    # which take minutes: test_region, test_region_calibration
    assert SMALL.keys() == EXPERIMENTS.keys() - {"region", "regional calibration"}


@pytest.mark.parametrize("kind", EXPERIMENTS)
def test_a_description_says_more_than_the_name(kind: str) -> None:
    described = (*experiment_of({"kind": kind}).files, *GENERAL)
    names = [file.name for file in described]
    assert len(names) == len({*names})
    for file in described:
        columns = [name for name, _, _ in file.lines()]
        assert len(columns) == len({*columns}), file.name
        for name, _, said in file.lines():
            assert said.replace(" ", "_") != name, (file.name, name)
    assert all(one.said != name for name, one in SHARED.items())


def test_the_page_of_files_is_made_from_the_code() -> None:
    assert FILES.read_text(encoding="utf-8") == files(), "run: python -m docs.site.file_pages"
