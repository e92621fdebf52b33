"""The folder of a sweep: parts written by rename (by `sweep_experiment`), resumed where missing.

``manifest.json`` comes first and is not touched again, then ``scenarios.json.xz``, all that
the worlds are made from; ``worlds/`` has one part file a block, each whole or not there;
what is drawn from the parts, and ``SHA256SUMS``, come at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock, Timeout

from palca.model.errors import PalcaError, check_text
from palca.scenarios.reading.library import read_columns

from ..io import provenance, run_folder
from ..io.safe_folder import Folder
from ..simulate.designs import MOST_POINTS, Factor, check_factor, varied_once
from .packed_variants import pack
from .sweep import Plan, check_packed, lay_out, variants_of

if TYPE_CHECKING:
    import pandas as pd

PARTS: Final = "worlds"
_VARIANTS: Final = "scenarios.json.xz"


def part_path(folder: Path, block: int) -> Path:
    """Return the file of a block."""
    return folder / PARTS / f"part-{block:06d}.parquet"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder against a second sweep; the system lets go of it when a process dies.

    Raises
    ------
    PalcaError
        If another process holds it, or it can't be written to.
    """
    folder = run_folder.checked_path(folder)
    if (folder / PARTS).is_symlink():
        raise PalcaError("is a link to another folder: a sweep writes only into its own folder; "
                         "remove the link",
                         str(folder / PARTS))  # fmt: skip
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        run_folder.check_locks(folder)
        with FileLock(folder / run_folder.LOCK, timeout=0):
            yield
    except Timeout:
        made = []  # they are the other's
        raise PalcaError(
            "another sweep is writing into it: wait for it, or choose another --out", str(folder)
        ) from None
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        _leave(folder, made)


def _leave(folder: Path, made: Sequence[Path]) -> None:
    """Remove the folders that were made if no sweep was begun: there is nothing to resume."""
    import shutil

    if made and not (folder / run_folder.MANIFEST).exists():
        shutil.rmtree(folder, ignore_errors=True)
        for path in made:
            with suppress(OSError):  # not made after all, or someone else's by now
                path.rmdir()


def _unwritable(folder: Path, error: OSError) -> PalcaError:
    begun = (folder / run_folder.MANIFEST).exists()
    path = Path(error.filename) if isinstance(error.filename, str) else folder
    again = "continue with --resume" if begun else "run it again"
    return run_folder.unwritable(path, error, again)


def begin(
    folder: Path, plan: Plan, force: bool, entries: Mapping[str, Any] = MappingProxyType({})
) -> bytes:
    """Make a held folder ready for a plan; return its packed scenarios.

    `entries` stand in the manifest beside the plan.

    Raises
    ------
    PalcaError
        If there is a run in it and `force` isn't given, or anything but a run.
    """
    there = {path.name for path in folder.iterdir()} - {run_folder.LOCK, f".{run_folder.MANIFEST}"}
    if there and not force:
        raise PalcaError(
            "exists already; --resume continues an interrupted sweep, --force replaces it",
            str(folder),
        )
    if there and run_folder.MANIFEST not in there:
        raise PalcaError(
            "holds no run, and Palca replaces only its own runs: choose another --out", str(folder)
        )
    packed = pack(variants_of(plan))
    _clear(folder)
    provenance.write_manifest(
        folder,
        kind="sweep",
        plan=_plain(plan),
        worlds=plan.worlds,
        seed=plan.seed,
        scenarios=hashlib.sha256(packed).hexdigest(),
        libraries=provenance.versions_of(provenance.LIBRARIES),
        **entries,
    )
    write_variants(folder, packed)
    return packed


def write_variants(folder: Path, packed: bytes) -> None:
    """Write the packed scenarios into a held folder."""
    (folder / PARTS).mkdir(exist_ok=True)
    write_whole(folder / _VARIANTS, packed)


def _clear(folder: Path) -> None:
    import shutil

    last = folder / run_folder.MANIFEST  # without it what is left would be nobody's
    for path in {*folder.iterdir()} - {last, folder / run_folder.LOCK}:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    last.unlink(missing_ok=True)


def _plain(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON has it, which knows no NaN."""
    factors = [
        {"name": f.name, "levels": f.levels} if f.levels else
        {"name": f.name, "low": f.low, "high": f.high}
        for f in plan.factors
    ]  # fmt: skip
    return {**asdict(plan), "factors": factors}


def read_plan(folder: Path) -> Plan:
    """Return the plan of a sweep's folder.

    Raises
    ------
    PalcaError
        If it holds no sweep, or one that another version of Palca or of what it stands on began.
    """
    manifest = provenance.read_manifest(folder)
    if manifest.get("kind") != "sweep":
        raise PalcaError("holds no sweep", str(folder))
    with provenance.as_written(folder):
        then = {**manifest["versions"], **manifest["libraries"]}
    now = provenance.all_versions()
    for name, version in then.items():
        if name != "python" and version != now.get(name):
            raise PalcaError(
                f"was begun with {name} {version}, and this is {now.get(name)}: the "
                "remaining results might differ; install that version, or start the "
                "sweep again",
                str(folder),
            )
    return _plan(folder)


def _plan(folder: Path) -> Plan:
    manifest = provenance.read_manifest(folder)
    with provenance.as_written(folder):
        return plan_of(manifest["plan"])


def plan_of(kept: dict[str, Any]) -> Plan:
    """Return the plan that a manifest keeps, if the command line could have asked for it."""
    factors = tuple(
        check_factor(Factor(**{**row, "levels": tuple(row.get("levels", ()))}))
        for row in kept["factors"]
    )
    texts = {name: tuple(map(str, kept[name])) for name in ("settings", "interventions")}
    check_text("title", kept["title"], "")
    plan = Plan(**{**kept, **texts, "factors": factors})
    numbers = (plan.points, plan.replicates, plan.worlds, plan.seed)
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise ValueError("points, replicates, worlds and seed must be whole numbers")
    again = lay_out(
        plan.scenario, varied_once(factors), plan.design, plan.settings, plan.interventions,
        plan.worlds, None if plan.design == "grid" else plan.replicates, plan.seed,
    )  # fmt: skip
    if replace(again, title=plan.title) != plan:
        raise ValueError("its points, replicates and worlds contradict each other")
    return plan


def read_variants(folder: Path, plan: Plan) -> bytes:
    """Return the packed scenarios of a folder that is to be gone on with, or run again.

    They are the folder's own; if they aren't there, they are made anew from the files that the
    plan names.

    Raises
    ------
    PalcaError
        If they are not those that the sweep began with.
    """
    packed = Folder(folder).content(_VARIANTS)
    there = packed is not None
    packed = pack(variants_of(plan)) if packed is None else packed
    if hashlib.sha256(packed).hexdigest() != provenance.read_manifest(folder).get("scenarios"):
        if there:
            raise PalcaError("was altered after Palca wrote it: restore it, or delete it and "
                             "--resume makes it again", str(folder / _VARIANTS))  # fmt: skip
        raise PalcaError(f"{_VARIANTS} is missing, and the scenario '{plan.scenario}', or a file "
                         "that it names, has changed since the sweep began: restore one of them, "
                         "or start the sweep again", str(folder))  # fmt: skip
    with provenance.as_written(folder):
        check_packed(plan, packed)
    return packed


def missing(folder: Path, plan: Plan) -> tuple[list[int], list[str]]:
    """Return the blocks that are still to be run, and the names of files that are damaged."""
    todo, damaged = [], []
    for path in (folder / PARTS).glob(".part-*"):
        path.unlink()  # what a killed process was writing
    texts = {factor.name for factor in plan.factors if not factor.numeric}
    for block in range(plan.blocks):
        path = Folder(folder).inside(str(part_path(Path(), block)))
        if path is None:
            todo.append(block)
            continue
        try:
            table = read_columns(path, plan.rows(block), texts=texts)
            whole = table.num_rows == plan.rows(block) and _names(plan) <= {*table.column_names}
        except PalcaError:
            whole = False
        if not whole:
            damaged.append(path.name)
            todo.append(block)
    return todo, damaged


def _names(plan: Plan) -> set[str]:
    """Return the columns that every part has beside the outcomes."""
    return {*(factor.name for factor in plan.factors), "seed", "replicate", "world"}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of a sweep, as :func:`~palca.experiments.io.run_folder.write_whole` does.

    Should the power fail, what is then cut short is noticed when the sweep is resumed.

    Raises
    ------
    PalcaError
        If there is no room or no permission; nothing is left then.
    """
    try:
        run_folder.write_whole(path, content)
    except OSError as error:
        raise _unwritable(
            path.parent.parent if path.parent.name == PARTS else path.parent, error
        ) from None


def part_names(folder: Path) -> list[str]:
    """Return the names of all parts that a sweep's folder is to have."""
    plan = _plan(folder)
    return [part_path(Path(), block).as_posix() for block in range(plan.blocks)]


def check_sums(folder: Path) -> None:
    """Hold the scenarios and parts of a sweep that was done against their digests.

    Raises
    ------
    PalcaError
        If one is another than was written: nothing is made to match it.
    """
    if (folder / provenance.SUMS).exists():
        wrong, _ = provenance.differing(folder)
        for name, how in wrong.items():
            if "altered" in how and (name == _VARIANTS or name.startswith(f"{PARTS}/")):
                raise PalcaError(f"{how}: restore it, or delete it and --resume makes it again",
                                 str(folder / name))  # fmt: skip


def write_sums(folder: Path, plan: Plan, figures: Sequence[str] = ()) -> str:
    """Write the digests of the scenarios, of all parts, and of what was drawn from them.

    Returns
    -------
    str
        The digest of the scenarios and parts as a whole.

    Raises
    ------
    PalcaError
        If a part that was made again is another than it was.
    """
    names = [_VARIANTS, *part_names(folder)]
    sums = {name: provenance.digest_of_file(folder / name) for name in names}
    for name, digest in (provenance.read_sums(folder) or {}).items():
        if sums.get(name, digest) != digest:
            raise PalcaError(f"differs from the earlier result, so {provenance.SUMS} is not "
                             "changed; palca rerun says what has changed since", str(folder / name)
                             )  # fmt: skip
    try:
        provenance.write_sums(folder, [*names, *(n for n in figures if (folder / n).exists())])
    except OSError as error:
        raise _unwritable(folder, error) from None
    return hashlib.sha256("".join(sums.values()).encode()).hexdigest()


def column_names(folder: Path) -> list[str]:
    """Return the names of the columns of a sweep's first part.

    Raises
    ------
    PalcaError
        If it leads elsewhere, or is none that a sweep writes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = min((folder / PARTS).glob("part-*.parquet"), default=part_path(folder, 0))
    try:
        return list(pq.read_schema(Folder(folder).inside(str(path.relative_to(folder)))).names)
    except (OSError, pa.ArrowException, ValueError):
        raise PalcaError("is incomplete or damaged: palca sweep --resume runs it again",
                         str(path)) from None  # fmt: skip


def read_worlds(folder: Path, columns: Sequence[str], texts: Collection[str] = ()) -> pd.DataFrame:
    """Return some columns of all parts that are there, some of which hold texts.

    Raises
    ------
    PalcaError
        If a part leads elsewhere, or is none that a sweep writes.
    """
    import pyarrow as pa

    names = sorted(path.name for path in (folder / PARTS).glob("part-*.parquet"))
    paths = [Folder(folder).inside(f"{PARTS}/{name}") for name in names]
    tables = [read_columns(path, MOST_POINTS, columns, texts) for path in paths if path is not None]
    return pa.concat_tables(tables, promote_options="permissive").to_pandas()
