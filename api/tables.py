"""The tables of a folder, as DataFrames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from palca.experiments.io import provenance
from palca.model.errors import PalcaError, nearest

_MONTHS: Final = r"[12]\d{3}-\d{2}"
_TEXTS: Final = ("arm", "change", "level", "outcome")  # columns of what a user has named
_ENDINGS: Final = (".csv", ".parquet")


class Tables(Mapping[str, pd.DataFrame]):
    """The tables of a folder, by the names of their files without the ending."""

    def __init__(self, folder: Path, digest: str) -> None:
        self._folder, self._digest = folder, digest
        self._read: dict[str, pd.DataFrame] = {}
        files = {path.stem: path for ending in _ENDINGS for path in folder.glob(f"*{ending}")}
        parts = folder / "worlds"  # of a sweep
        self._files = {**files, **({"worlds": parts} if parts.is_dir() else {})}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._files:
            raise KeyError(f"no table '{name}'{nearest(name, self._files)}; there are "
                           f"{', '.join(sorted(self._files))}")  # fmt: skip
        if name not in self._read:
            if str(provenance.read_manifest(self._folder).get("digest", "")) != self._digest:
                raise PalcaError("holds another result by now: open it again", str(self._folder))
            self._read[name] = _table(self._files[name])
        return self._read[name].copy()

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __repr__(self) -> str:
        return f"<tables {', '.join(sorted(self._files))}>"


def _table(path: Path) -> pd.DataFrame:
    """Return a file's table; months become periods, which sort and subtract."""
    if path.suffix == ".csv":  # a name such as "NA" or "02" stays what it is
        texts = dict.fromkeys(_TEXTS, str)
        table = pd.read_csv(path, dtype=texts, keep_default_na=False, na_values=[""])
    else:
        table = pd.read_parquet(path)
    for name in table:
        if name in _TEXTS:
            continue
        column = table[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(object)
        if not pd.api.types.is_string_dtype(column.dtype) or column.isna().all():
            continue
        known = column.dropna().astype(str)
        if known.str.fullmatch(_MONTHS).all():
            table[name] = pd.PeriodIndex(column, freq="M")
    return table
