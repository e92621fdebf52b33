"""What the tests of sweeps share: a small picture, and reading a folder back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd

Run = Callable[..., tuple[int, str, str]]
QUICK = ("--outcome", "growth")  # a small picture


def read(folder: str | Path) -> pd.DataFrame:
    parts = sorted(Path(folder, "worlds").glob("part-*.parquet"))
    return pd.concat([pd.read_parquet(part) for part in parts], ignore_index=True)


def digests(folder: str | Path) -> str:
    """The digests that were written, seen to be those of the files."""
    text = Path(folder, "SHA256SUMS").read_text()
    for line in text.splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(Path(folder, name).read_bytes()).hexdigest() == digest
    assert len(text.splitlines()) == 1 + len(list(Path(folder, "worlds").iterdir()))
    return text
