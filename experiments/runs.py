"""What a run's folder holds: manifest, worlds, months, events, scores and a figure."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.model.history import EVENT_CODES
from palca.model.scenario import Country
from palca.scenarios.table import Table

from .ensemble import MONTHLY, QUANTILES, Block, Summary
from .report_files import Folder
from .scores import Verdict

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FORMAT: Final = 3  # of the folder; a manifest with another number is refused
_MANIFEST: Final = "manifest.json"
_MOST_WORLDS: Final = 10**12  # also of a sensitivity analysis, which adds all that it ran


class EventsFile:
    """``events.parquet``, written block by block; a row an event."""

    def __init__(self, path: Path, country: Country) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        text = pa.dictionary(pa.int32(), pa.string())
        self._schema = pa.schema(
            [("world", pa.int64()), ("month", text), ("track", text), ("kind", text),
             ("leader", text), ("place", text), ("amount", pa.float64())]
        )  # fmt: skip
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._names = {
            "month": [month_name(i) for i in range(200)],
            "track": [track for track, _ in EVENT_CODES],
            "kind": [kind for _, kind in EVENT_CODES],
            "leader": [leader.name for leader in country.leaders],
            "place": [garrison.name for garrison in country.garrisons],
        }

    def write(self, block: Block) -> None:
        """Append the events of a block."""
        import pyarrow as pa

        events = block.events
        columns = [
            pa.array(block.worlds[events.world]),
            self._named("month", events.month),
            self._named("track", events.code),
            self._named("kind", events.code),
            self._named("leader", events.leader),
            self._named("place", events.place),
            pa.array(events.amount, mask=np.isnan(events.amount)),
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def _named(self, column: str, places: NDArray[np.int64]) -> pa.Array:
        import pyarrow as pa

        indices = pa.array(places.astype(np.int32), mask=places < 0)
        return pa.DictionaryArray.from_arrays(indices, pa.array(self._names[column]))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def write_tables(
    folder: Path, summary: Summary, rows: dict[str, NDArray[np.float64]], verdicts: list[Verdict]
) -> None:
    """Write ``worlds.parquet``, ``months.parquet`` and ``scores.csv``."""
    import pandas as pd

    worlds = pd.DataFrame({"world": np.arange(summary.worlds), **rows})
    worlds.to_parquet(folder / "worlds.parquet", index=False)
    parts = []
    for series, (_, unit) in MONTHLY.items():
        values = summary.quantiles(series)
        part = pd.DataFrame(values, columns=[f"q{round(100 * level):02d}" for level in QUANTILES])
        part.insert(0, "month", [month_name(i) for i in range(len(values))])
        part.insert(1, "series", series)
        part.insert(2, "unit", unit)
        part.insert(3, "mean", summary.mean(series))
        parts.append(part)
    pd.concat(parts).to_parquet(folder / "months.parquet", index=False)
    pd.DataFrame(
        [
            {
                "outcome": v.outcome.name, "title": v.outcome.title, "unit": v.outcome.unit,
                "documented": v.documented, "median": v.median, "q05": v.low, "q95": v.high,
                "position": v.position, "inside": v.inside if not np.isnan(v.documented) else None,
                "crps": v.score, "crps_naive": v.naive,
                "skill": v.skill if not np.isnan(v.documented) else None,
            }
            for v in verdicts
        ]
    ).to_csv(folder / "scores.csv", index=False)  # fmt: skip


def digest(summary: Summary, rows: dict[str, NDArray[np.float64]]) -> str:
    """Return the SHA-256 of what came out: every world's outcomes, every month's counts."""
    total = hashlib.sha256()
    for name in sorted(rows):
        total.update(name.encode())
        total.update(np.ascontiguousarray(rows[name], dtype="<f8").tobytes())
    for series in sorted(summary.counts):
        of = summary.counts[series]
        total.update(np.ascontiguousarray(of.values, dtype="<f8").tobytes())
        total.update(np.ascontiguousarray(of.counts, dtype="<i8").tobytes())
        total.update(str(of.sums.tolist()).encode())
    return total.hexdigest()


def digest_of(table: pd.DataFrame) -> str:
    """Return the SHA-256 of a table, its numbers rounded to nine digits."""
    return hashlib.sha256(table.to_csv(index=False, float_format="%.9g").encode()).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that a result may depend on."""
    return {"python": platform.python_version(), **versions_of(("palca", "numpy", "mesa"))}


def versions_of(names: Sequence[str]) -> dict[str, str]:
    """Return the versions of packages, "none" of those that aren't installed."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except (PackageNotFoundError, ValueError):  # ValueError: no name at all
            found[name] = "none"
    return found


def write_manifest(folder: Path, **entries: Any) -> None:
    """Write ``manifest.json``: all that is needed to run it again, and a seal over it."""
    always = {"format": FORMAT, "command": ["palca", *sys.argv[1:]], "versions": versions()}
    entries = json.loads(json.dumps({**always, **entries}))
    text = json.dumps({**entries, "seal": _seal(entries)}, indent=1, ensure_ascii=False)
    beside = folder / f".{_MANIFEST}"
    # a file's name may hold bytes that are no text: JSON has them escaped just so
    beside.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    beside.replace(folder / _MANIFEST)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a run's manifest.

    Raises
    ------
    PalcaError
        If `folder` holds no run, one of another format, or one that was changed.
    """
    path = folder / _MANIFEST
    if not folder.is_dir():
        raise PalcaError("no such folder; 'palca run' makes one and names it", str(folder))
    content = Folder(folder).content(_MANIFEST)
    if content is None:
        raise PalcaError("is not there, so the folder holds no run", str(path))
    try:
        manifest = json.loads(content.decode())
        seal = manifest.pop("seal", None)
        if manifest.get("format") != FORMAT:
            raise PalcaError(f"is no manifest of format {FORMAT}", str(path))
        whole = seal == _seal(manifest)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise PalcaError("is no manifest of a run", str(path)) from None
    if not whole:
        raise PalcaError("was changed after Palca wrote it; run the command that it names again, "
                         "with the change as --set or in a scenario file", str(path))
    Table(manifest, str(path)).whole("worlds", 1, _MOST_WORLDS, 1)
    return manifest


@contextmanager
def as_written(folder: Path) -> Iterator[None]:
    """Tell of what a sealed manifest brings about as of an error of the user's.

    The seal keeps nobody from writing another manifest and sealing it: what is in it may be
    missing, of another kind, or larger than the machine.

    Raises
    ------
    PalcaError
    """
    try:
        yield
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError,
            MemoryError) as error:
        raise PalcaError(f"isn't what Palca writes ({type(error).__name__}: {error}); run the "
                         "command that it names again", str(folder / _MANIFEST)
                         ) from error  # fmt: skip


def _seal(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of a manifest without its seal, however it is laid out."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
