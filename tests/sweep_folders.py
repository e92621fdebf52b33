"""What the tests of sweeps share: a small picture, and reading a folder back."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

QUICK = ("--outcome", "growth")  # a small picture
#: A sweep of two blocks; the fixture `swept` gives its folder.
SWEPT = ("sweep", "baseline", "--vary", "backlash=0.01:0.05", "-n", "600", *QUICK)


def read(folder: str | Path) -> pd.DataFrame:
    parts = sorted(Path(folder, "worlds").glob("part-*.parquet"))
    return pd.concat([pd.read_parquet(part) for part in parts], ignore_index=True)


def digests(folder: str | Path) -> str:
    """The digests of scenarios and parts that were written, seen to be those of the files."""
    lines = Path(folder, "SHA256SUMS").read_text().splitlines()
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256(Path(folder, name).read_bytes()).hexdigest() == digest
    data = [line for line in lines if "worlds/" in line or "scenarios" in line]
    assert len(data) == 1 + len(list(Path(folder, "worlds").iterdir()))
    assert {"answer.txt", "summary.csv", "sweep.png", "sweep.svg"} == {line.split("  ")[1] for line in lines} - {
        line.split("  ")[1] for line in data
    }
    return "\n".join(data)
