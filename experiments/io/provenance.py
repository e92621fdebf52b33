"""What a folder says of itself: its manifest, with all that its rerun needs, and the digests of
its files.

``manifest.json`` is sealed, and has the digests of the tables; ``SHA256SUMS`` has those of all
files that Palca wrote there but the manifest, ``README.txt`` and itself, and comes last.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from palca.model.errors import PalcaError
from palca.model.table import InputTable

from .run_folder import MANIFEST, UNDRAWN, write_whole
from .safe_folder import Folder

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from .figure_style import Picture

FORMAT: Final = 5  # of the folder; a manifest with another number is refused
SUMS: Final = "SHA256SUMS"
# what asked for a folder, if it wasn't the command line
COMMAND: Final[ContextVar[list[str] | None]] = ContextVar("command", default=None)
README: Final = "README.txt"
_MOST_WORLDS: Final = 10**12  # also of a sensitivity analysis, which adds all that it ran
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([^\0\n]+)")
# what results are made by, and the record that they are held against
_PACKAGES: Final = ("palca.model", "palca.scenarios", "palca.experiments")
_CODE: Final = (".py", ".csv")
LIBRARIES: Final = ("scipy", "pyarrow")  # of a sweep, beside those of every run: designs and files


def versions() -> dict[str, str]:
    """Return the versions that a result may depend on."""
    libraries = versions_of(("palca", "numpy", "mesa"))
    return {"python": platform.python_version(), **libraries, "palca's code": _code()}


@cache
def _code() -> str:
    """Return a digest of Palca's code and of its tables: a version's code may be changed."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for name, file in sorted(_files(files(package), package)):
            content = file.read_bytes()
            digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()[:16]


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    for inner in folder.iterdir():
        if inner.is_dir():
            yield from _files(inner, f"{name}/{inner.name}")
        elif inner.name.endswith(_CODE):
            yield f"{name}/{inner.name}", inner


def all_versions() -> dict[str, str]:
    """Return the versions that the bytes of a sweep's part may depend on."""
    return {**versions(), **versions_of(LIBRARIES)}


def versions_of(names: Sequence[str]) -> dict[str, str]:
    """Return the versions of packages, "none" of those that aren't installed."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except (PackageNotFoundError, ValueError):  # ValueError: no name at all
            found[name] = "none"
    return found


def digest_of(table: pd.DataFrame) -> str:
    """Return the SHA-256 of a table, its numbers rounded to nine digits."""
    return hashlib.sha256(table.to_csv(index=False, float_format="%.9g").encode()).hexdigest()


def write_manifest(folder: Path, **entries: Any) -> None:
    """Write ``manifest.json``: all that is needed to run it again, and a seal over it."""
    command = COMMAND.get() or ["palca", *sys.argv[1:]]
    always = {"format": FORMAT, "command": command, "versions": versions()}
    entries = json.loads(json.dumps({**always, **entries}))
    text = json.dumps({**entries, "seal": _seal(entries)}, indent=1, ensure_ascii=False)
    # a file's name may hold bytes that are no text: JSON has them escaped just so
    write_whole(folder / MANIFEST, f"{text}\n".encode(errors="backslashreplace"))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a run's manifest.

    Raises
    ------
    PalcaError
        If `folder` holds no run, one of another format, or one that was changed.
    """
    path = folder / MANIFEST
    if folder.is_file():
        raise PalcaError("is a file; name the folder that a command wrote", str(folder))
    if not folder.is_dir():
        raise PalcaError("no such folder; 'palca run' makes one and prints its name", str(folder))
    content = Folder(folder).content(MANIFEST)
    if content is None:
        raise PalcaError("is missing, so the folder holds no run", str(path))
    try:
        manifest = json.loads(content.decode())
        seal = manifest.pop("seal", None)
        if manifest.get("format") != FORMAT:
            raise PalcaError(f"is no manifest of format {FORMAT}", str(path))
        whole = seal == _seal(manifest)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise PalcaError("is no manifest of a run", str(path)) from None
    if not whole:
        raise PalcaError(
            "was changed after Palca wrote it: to change a run, run its command "
            "again, with the change as --set or in a scenario file",
            str(path),
        )
    InputTable(manifest, str(path)).integer("worlds", 1, _MOST_WORLDS, 1)
    return manifest


def scenarios_of(manifest: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the scenarios of a run with the headings to show them under."""
    if "second" in manifest:
        return [("The first scenario", manifest["scenario"]),
                ("The second scenario", manifest["second"])]  # fmt: skip
    if "scenario" in manifest:
        return [("The scenario", manifest["scenario"])]
    if isinstance(manifest.get("inputs"), list):
        return [(f"Change {number}", asked["scenario"])
                for number, asked in enumerate(manifest["inputs"], start=1)]  # fmt: skip
    if "inputs" in manifest:
        return [("The scenario", manifest["inputs"]["scenario"])]
    if "arms" in manifest:
        return [(f"Arm {number}", arm) for number, arm in enumerate(manifest["arms"], start=1)]
    variants = manifest.get("variants", [])
    if len(variants) == 1:
        return [("The scenario", variants[0]["scenario"])]
    return [(f"The scenario with {', '.join(map(str, v['levels']))}", v["scenario"])
            for v in variants]  # fmt: skip


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
    except (
        LookupError,
        TypeError,
        AttributeError,
        ValueError,
        ArithmeticError,
        RecursionError,
        MemoryError,
    ) as error:
        raise PalcaError(f"isn't a manifest as Palca writes it ({type(error).__name__}: {error}); "
                         "run its command again", str(folder / MANIFEST)
                         ) from error  # fmt: skip


def _seal(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of a manifest without its seal, however it is laid out."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()



def draw(folder: Path, pictures: Mapping[str, Callable[[], Picture]]) -> dict[str, str]:
    """Draw pictures into a folder whose tables and manifest are there.

    Nothing that was computed is lost because of a picture: one that can't be drawn is
    reported at the end.

    Parameters
    ----------
    pictures : mapping of str to callable
        What draws them, by the name of the PNG file.

    Returns
    -------
    dict of str to str
        What each picture that was drawn shows, in words.
    """
    alts = {}
    for name, make in pictures.items():
        path = folder / name
        try:
            picture = make()
            picture.write(path)
            alts[name] = picture.alt
        except Exception as error:  # whatever Matplotlib, its fonts or the disk come up with
            path.unlink(missing_ok=True)
            path.with_suffix(".svg").unlink(missing_ok=True)
            reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
            UNDRAWN.append(f"{name} could not be plotted ({' '.join(reason.split())})")
    return alts


def write_sums(folder: Path, names: Sequence[str] | None = None) -> None:
    """Write the digests of some files of a folder, of all if none are named."""
    digests = sums(folder) if names is None else _digests(folder, names)
    lines = [f"{digest}  {name}\n" for name, digest in digests.items()]
    write_whole(folder / SUMS, "".join(lines).encode())


def sums(folder: Path, but: str = "") -> dict[str, str]:
    """Return the digests of a folder's files by their names, one of which may be left out."""
    return _digests(folder, [name for name in _data(folder) if name != but])


def _digests(folder: Path, names: Sequence[str]) -> dict[str, str]:
    return {name: digest_of_file(folder / name) for name in names}


def _data(folder: Path) -> list[str]:
    """Return the names of all files in a folder but those that speak of the others."""
    return [name for name in names_in(folder) if name not in (MANIFEST, SUMS, README)]


def names_in(folder: Path) -> list[str]:
    """Return the names of the files in a folder and in those within it, hidden ones left out."""
    paths = [path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir()]
    return sorted(path.as_posix() for path in paths
                  if not any(part.startswith(".") for part in path.parts))  # fmt: skip


def hash_arrays(
    digest: hashlib._Hash, arrays: Mapping[str, NDArray[Any]], names: Iterable[str]
) -> None:
    """Add the named arrays to a digest: each name, and its values as doubles."""
    for name in names:
        digest.update(name.encode() + arrays[name].astype("<f8").tobytes())


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_sums(folder: Path) -> dict[str, str] | None:
    """Return the digests of a folder's files by their names, None if they aren't there.

    Raises
    ------
    PalcaError
        If they are none that Palca wrote.
    """
    text = Folder(folder).text(SUMS)
    if text is None:
        return None
    found = [_LINE.fullmatch(line) for line in text.removesuffix("\n").split("\n")]
    if not all(found):
        raise PalcaError(
            "is not a list of digests as Palca writes it: run the command again", str(folder / SUMS)
        )
    return {line[2]: line[1] for line in found if line is not None}


def differing(folder: Path, but: Collection[str] = ()) -> tuple[dict[str, str], list[str]]:
    """Hold the files of a folder against their digests.

    Parameters
    ----------
    but : collection of str
        Files that are looked at otherwise.

    Returns
    -------
    dict of str to str
        How files differ from what was written, by name.
    list of str
        Files that were not written with the others.
    """
    written = read_sums(folder)
    if written is None:
        return {SUMS: "is missing, so it can't be checked whether the files are unchanged"}, []
    wrong = {}
    for name, digest in written.items():
        path = None if name in but else Folder(folder).inside(name)
        if path is None and name not in but:
            wrong[name] = "is missing"
        elif path is not None and digest_of_file(path) != digest:
            wrong[name] = "was altered after Palca wrote it"
    with as_written(folder):
        sealed = {**read_manifest(folder).get("files", {})}
    for name, digest in sealed.items():
        if written.get(name) != digest:
            wrong[name] = f"was altered after Palca wrote it, or its digest in {SUMS} was"
    return wrong, [name for name in _data(folder) if name not in {*written, *but}]


def files_in(folder: Path) -> list[str]:
    """Return the names of what Palca wrote into a folder."""
    return [*(read_sums(folder) or ()), README, SUMS, MANIFEST]


def contents(folder: Path) -> str:
    """Return what Palca wrote into a folder in words, a picture's two files as one."""
    names = files_in(folder)
    figures = [name for name in names if name.endswith(".png")]
    svgs = {f"{name[:-4]}.svg" for name in figures}
    rest = [name for name in names if name not in svgs and name not in figures]
    inner = sorted({name.split("/")[0] + "/" for name in rest if "/" in name})
    plain = [name for name in rest if "/" not in name]
    return ", ".join([*(f"{name} and .svg" for name in figures), *inner, *plain])
