"""Where reanalyses are kept: one ships with Palca, others in the user's cache folder.

A file of Parquet has a row for each world at the end of each segment, and a column for each
segment: the number of the world's try in it. Beside it stands a JSON file with the segments.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from palca.model.calendar import month_name
from palca.model.compiler.cache import cache_folder, code_of_model, digest_of
from palca.model.errors import PalcaError
from palca.scenarios.reading.library import read_columns

from ..io.experiment import OnProgress
from .alive_filter import Segment
from .evidence import Evidence
from .reanalysis import WORLDS, Reanalysis, Stale, key_of, reanalyse, replay, until

EXPERIMENTS: Final = Path(__file__).resolve().parents[1]
SHIPPED: Final = Path(__file__).parent / "worlds" / "record.parquet"
_UNTIL: Final = "until"  # the column with the last month of evidence
_MOST: Final = 10_000_000  # rows


def reanalysis_of(
    resolved: dict[str, Any],
    evidence: Evidence,
    worlds: int,
    seed: int,
    jobs: int = 1,
    on_progress: OnProgress = lambda *_: None,
) -> Reanalysis:
    """Return worlds given all evidence: those that ship, those that were kept, or new ones.

    Parameters
    ----------
    resolved : dict
        The factual scenario.
    worlds : int
        How many; of more that ship the first are taken.
    """
    key = key_of(resolved, evidence, seed)
    shipped = read_reanalysis(SHIPPED, key, worlds)
    if shipped is not None and _fits(resolved, evidence, shipped):
        return shipped
    expected = _expected(worlds, jobs)

    def on_search(doing: str, done: int, total: int) -> None:
        on_progress(f"{doing}{expected}", done, total)

    return _once(
        resolved, evidence, worlds, seed, f"{key}-{worlds}",
        lambda: reanalyse(resolved, evidence, worlds, seed, jobs, on_search),
    )  # fmt: skip


def _expected(worlds: int, jobs: int) -> str:
    """Return in words how long a search takes, judged by that of the worlds that ship.

    They were searched for by two processes. Evidence that is rarer takes longer.
    """
    try:
        seconds = json.loads(SHIPPED.with_suffix(".json").read_text())["seconds"]
    except OSError:  # they are being made
        return ""
    minutes = max(seconds / 60.0 * worlds / WORLDS * 2.0 / jobs, 1.0)
    return f" (about {minutes:.0f} min in all)"


def given_before(
    resolved: dict[str, Any],
    evidence: Evidence,
    whole: Reanalysis,
    end: int,
    jobs: int = 1,
    on_progress: OnProgress = lambda *_: None,
) -> Reanalysis:
    """Return worlds given the evidence before month `end`: `whole` itself if it has them."""
    if whole.settles(end):
        return whole
    seen = evidence.until(end - 1)
    return _once(resolved, seen, whole.worlds, whole.seed, f"{whole.key}-{whole.worlds}-{end}",
                 lambda: until(resolved, evidence, whole, end, jobs, on_progress))  # fmt: skip


def _once(
    resolved: dict[str, Any],
    evidence: Evidence,
    worlds: int,
    seed: int,
    name: str,
    make: Callable[[], Reanalysis],
) -> Reanalysis:
    """Return what is kept under a name in the cache folder; if it isn't there, make and keep it."""
    folder = cache_folder()
    path = folder and folder / "reanalysis" / f"{name}.parquet"
    if path is not None:
        kept = read_reanalysis(path, key_of(resolved, evidence, seed), worlds)
        if kept is not None and _fits(resolved, evidence, kept):
            return kept
    made = make()
    if path is not None and made.tries:
        with suppress(OSError):  # it will be made again
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_reanalysis(made, path)
    return made


def _fits(resolved: dict[str, Any], evidence: Evidence, found: Reanalysis) -> bool:
    """Return whether worlds go as the evidence says: they don't if the model has changed since.

    That they do is noted in the cache folder, and holds for as long as no code changes.
    """
    folder = cache_folder()
    about = sha256(f"{found.key} {code_of_model()} {digest_of(EXPERIMENTS)}".encode())
    for tries in found.tries.values():
        about.update(tries.tobytes())
    note = folder and folder / "reanalysis" / "fits" / about.hexdigest()
    with suppress(OSError):  # a folder that can't be looked into
        if note is not None and note.exists():
            return True
    try:
        replay(resolved, evidence.until(found.end - 1), found, found.end, found.end)
    except Stale:
        return False
    if note is not None:
        with suppress(OSError):  # then it will be seen again
            note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            note.touch()
    return True


def write_reanalysis(found: Reanalysis, path: Path) -> None:
    """Write the file and the one beside it."""
    import pandas as pd

    tables = []
    for end, tries in found.tries.items():
        names = [month_name(segment.start) for segment in found.segments]
        columns = dict(zip(names, tries, strict=False))
        tables.append(pd.DataFrame({_UNTIL: end, **columns}))
    table = pd.concat(tables, ignore_index=True).astype("Int64")
    head = {name: value for name, value in asdict(found).items() if name != "tries"}
    for target, write in (
        (path, lambda to: table.to_parquet(to, index=False, compression="zstd")),
        (path.with_suffix(".json"), lambda to: to.write_text(json.dumps(head, indent=1))),
    ):
        part = target.with_name(f"{target.name}.{os.getpid()}.part")
        write(part)
        part.replace(target)


def read_reanalysis(path: Path, key: str, worlds: int) -> Reanalysis | None:
    """Return the first worlds of a file; None if there is none, or another, or one of fewer."""
    try:
        head = json.loads(path.with_suffix(".json").read_text())
        if head["key"] != key:
            return None
        table = read_columns(path, _MOST)
        ends = table.column(_UNTIL).to_numpy()
        segments = tuple(Segment(**segment) for segment in head["segments"])
        tries = {}
        for end in np.unique(ends):
            rows = table.filter(ends == end).slice(0, worlds)
            names = [month_name(segment.start) for segment in segments if segment.start < end]
            tries[int(end)] = np.array([rows.column(name).to_numpy() for name in names], np.int64)
        stopped = head["stopped"] and Segment(**head["stopped"])
        found = replace(Reanalysis(key, head["seed"], segments, tries, head["seconds"]),
                        stopped=stopped)  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, PalcaError):
        return None
    return found if found.worlds == worlds else None
