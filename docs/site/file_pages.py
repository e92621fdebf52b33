"""The page of all files that commands write: ``python -m docs.site.file_pages`` makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from palca.experiments.cli.app import EXPERIMENTS, experiment_of
from palca.experiments.io.codebook import GENERAL, READING, File

from .markup import code, page, plain, table

FILES: Final = Path(__file__).parents[1] / "FILES.md"
# What makes a kind of folder, if it isn't called like the kind.
COMMANDS: Final = {
    "comparison": "compare",
    "arms": "counterfactual with several scenarios",
    "discovery": "discover",
    "calibration": "calibrate",
    "validation": "validate",
    "gallery": "concepts --out",
}


def files() -> str:
    """Return the page of what every file of every folder holds."""
    parts = []
    for kind in EXPERIMENTS:
        parts.append(f"## palca {COMMANDS.get(kind, kind)}")
        described = experiment_of({"kind": kind}).files
        if kind == "arms":
            parts.append("The files of [palca counterfactual](#palca-counterfactual), each table "
                         "with a first column `arm`, the name of the scenario, and:")  # fmt: skip
            described = tuple(file for file in described if not file.columns)[-1:]
        parts += [_described(file) for file in described]
    return page(
        "# Files",
        "What is in the folder that each command writes. `README.txt` in a folder says the same of "
        "the files that are there. This page is made from the code.",
        READING,
        "With `--csv` a CSV file of the same name and columns stands beside each Parquet file; a "
        "sweep's parts make one, `worlds.csv`.",
        *parts,
        "## Every folder",
        *map(_described, GENERAL),
    )


def _described(file: File) -> str:
    """Return what is in a file."""
    if not file.columns:
        return f"`{file.name}`: {plain(file.what)}"
    rows = [[code(name), plain(unit), plain(meaning)] for name, unit, meaning in file.lines()]
    listing = table(["column", "unit", "meaning"], rows)
    return f"`{file.name}`, a row: {plain(file.what)}\n\n{listing}"


if __name__ == "__main__":
    FILES.write_text(files(), encoding="utf-8")
