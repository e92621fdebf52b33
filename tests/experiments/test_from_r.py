"""A run's tables, made again in R from its folder alone (docs/howto/tables.R)."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from fault_commands import Run

SCRIPT = Path(__file__).parents[2] / "docs/howto/tables.R"
RSCRIPT = shutil.which("Rscript")
WORLDS = 40

pytestmark = pytest.mark.skipif(RSCRIPT is None, reason="R isn't installed")


def tables_of(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(RSCRIPT), str(SCRIPT), str(folder)],
                          capture_output=True, encoding="utf-8", check=False)  # fmt: skip


@pytest.mark.slow
def test_r_makes_the_tables_of_a_run_from_csv_files(palca: Run) -> None:
    folder = Path("made")
    assert palca("run", "baseline", "--worlds", str(WORLDS), "--out", str(folder))[0] == 0
    read = {name: pd.read_parquet(folder / f"{name}.parquet")
            for name in ("worlds", "events", "months")}  # fmt: skip
    for name, table in read.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    made = tables_of(folder)
    assert (made.returncode, made.stderr) == (0, "")

    line = r"^ (\d{4} II?) +(\d+) +(\d+) +(\d+) .* ([\d.]+) +([\d.]+) *$"
    halves = {found[0]: found[1:] for found in re.findall(line, made.stdout, re.MULTILINE)}
    assert len(halves) == 20
    attempts = read["events"]["kind"].isin(["coup", "failed coup"]).sum()
    assert sum(float(half[-2]) for half in halves.values()) == pytest.approx(attempts / WORLDS)
    right = read["months"].query("series == 'right' and month == '1971-12'")["mean"].item()
    assert float(halves["1971 II"][2]) == pytest.approx(100 * right, abs=0.5)

    other = read["worlds"].assign(leaders=read["worlds"]["leaders"] + 1)
    other.to_csv(folder / "worlds.csv", index=False)
    made = tables_of(folder)
    assert made.returncode != 0
    assert "do not belong together" in made.stderr


def test_r_says_what_is_missing(tmp_path: Path) -> None:
    made = tables_of(tmp_path)
    assert made.returncode != 0
    assert "--csv" in made.stderr or "worlds.parquet" in made.stderr
