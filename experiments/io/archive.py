"""One file for an archive: a folder packed with all that others need to read and to repeat it.

``NAME/run`` in it is the folder; beside that lie a page that says what is what, the licence, how to
cite Palca, the versions of the packages and the user's scenarios. The same folder gives the same
bytes: names are sorted, times left out, and nothing is compressed (tables and figures are already).

An archive may come from anybody. What is unpacked is named, counted and measured as it comes,
whatever the archive says of itself, and lands in a temporary folder.
"""

from __future__ import annotations

import io
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path
from typing import IO, Any, Final

from palca.model.errors import PalcaError, short
from palca.scenarios.reading.library import LIBRARY

from . import provenance
from .run_folder import MANIFEST
from .safe_folder import Folder

_RUN: Final = "run"  # the folder's name in the archive
_WITHOUT_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows
_VERSION: Final = re.compile(r"[\w.+!-]{1,60}")
_LARGEST_INPUT: Final = 1_000_000  # bytes; what a scenario may have
_LARGEST_INDEX: Final = 4_000_000  # bytes of the list of files: some forty thousand
_LARGEST_TIMES: Final = 50  # the size of the archive, that what is in it may have
_ROOM: Final = 10_000_000  # bytes, beside that
_PIECE: Final = 1 << 20
_ODD: Final = re.compile(r'[\\:*?"<>|\x00-\x1f]')  # in a name, on some system
_FORMS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def pack(folder: Path, to: IO[bytes]) -> None:
    """Pack a folder that Palca wrote.

    Raises
    ------
    PalcaError
        If it holds no run, or isn't as Palca wrote it.
    """
    manifest = provenance.read_manifest(folder)
    wrong, _ = provenance.differing(folder)
    for name, how in wrong.items():
        raise PalcaError(f"{how}: run its command again, then pack", str(folder / name))
    with provenance.as_written(folder):
        beside = {**_of_palca(), **_inputs(manifest)}
        beside["requirements.txt"] = _requirements(manifest).encode()
        beside[provenance.README] = _readme(folder, manifest, sorted(beside)).encode()
    own = [*(provenance.read_sums(folder) or ()), MANIFEST, provenance.SUMS, provenance.README]
    name = folder.resolve().name
    names = {f"{name}/{_RUN}/{one}": Folder(folder).inside(one) for one in own}
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as archive:
        for inner in sorted([*names, *(f"{name}/{one}" for one in beside)]):
            entry = zipfile.ZipInfo(inner, _WITHOUT_TIME)
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.create_system = 3  # of Unix, wherever it is packed
            path = names.get(inner)
            if path is not None:
                entry.file_size = path.stat().st_size
                with path.open("rb") as source, archive.open(entry, "w") as target:
                    shutil.copyfileobj(source, target, _PIECE)
            elif inner not in names:
                archive.writestr(entry, beside[inner.partition("/")[2]])


def _of_palca() -> dict[str, bytes]:
    """Return the licence and how to cite Palca, as they were installed."""
    # a checkout in which it was built has a description of its own beside what is installed
    return {
        name: text.encode()
        for installed in distributions(name="palca")
        for name in ("LICENSE", "CITATION.cff")
        if (text := installed.read_text(f"licenses/{name}")) is not None
    }


_BESIDE: Final = {
    "LICENSE": "Palca's licence",
    "CITATION.cff": "how to cite Palca",
    "requirements.txt": "the packages with which it was made; pip install -r requirements.txt",
    "inputs/": "the scenarios' files that were the user's own",
}


def _readme(folder: Path, manifest: Mapping[str, Any], names: list[str]) -> str:
    """Return what an archive is, what lies in it, and how to repeat it."""
    title = short(str(manifest.get("title", "")), 200)
    version = short(str(manifest["versions"].get("palca", "")), 40)
    lines = [
        f"{title or folder.resolve().name}: made by Palca {version}.",
        "",
        f"{_RUN}/  the run; {_RUN}/{provenance.README} describes each file and column",
    ]
    lines += [f"{name}  {meaning}" for name, meaning in _BESIDE.items()
              if any(one.startswith(name) for one in names)]  # fmt: skip
    return "\n".join([*lines, "", "To verify and to repeat it: palca rerun ARCHIVE", ""])


def _requirements(manifest: Mapping[str, Any]) -> str:
    """Return the packages that the folder was made with, as pip reads them."""
    versions = {**manifest["versions"], **manifest.get("libraries", {})}
    python = versions.pop("python")
    pinned = [f"{name}=={version}" for name, version in sorted(versions.items())
              if _VERSION.fullmatch(name) and _VERSION.fullmatch(version)
              and version != "none"]  # fmt: skip
    return "\n".join([f"# Python {short(str(python))}", *pinned]) + "\n"


def _inputs(manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the scenarios' files that the folder names, if they are still what they were.

    The folder may be a stranger's and name any file: one whose digest it doesn't know isn't taken.
    """
    out = {}
    for _, scenario in provenance.scenarios_of(manifest):
        place = str(scenario.get("place", ""))
        path = LIBRARY / place if (LIBRARY / place).is_file() else Path(place)
        try:
            if not path.is_file() or path.stat().st_size > _LARGEST_INPUT:
                continue
            content = path.read_bytes()
        except (OSError, ValueError):
            continue
        if sha256(content).hexdigest() == scenario.get("registered"):
            out[f"inputs/{path.name}"] = content
    return out


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """Give a folder, or that of an archive, unpacked into a temporary folder.

    Raises
    ------
    PalcaError
        If it is an archive that :func:`pack` can't have made, or is too large unpacked.
    """
    if not path.is_file():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="palca-") as made:
        try:
            folder = _unpack(path, Path(made))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError,
                RuntimeError, FileExistsError, NotADirectoryError, IsADirectoryError):  # fmt: skip
            raise PalcaError("is damaged, or no archive that palca pack made", str(path)) from None
        except OSError as error:
            raise PalcaError(f"can't be unpacked ({error.strerror})", str(path)) from None
        try:
            yield folder
        except PalcaError as error:  # whoever reads it knows nothing of the temporary folder
            where = error.where.replace(str(folder), str(path))
            raise PalcaError(error.message, where, error.unknown) from None


class _Index(io.FileIO):
    """A file of which no more is read at once than the index of an archive may have."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LARGEST_INDEX:
            raise zipfile.BadZipFile("the index is too large")
        return super().read(_LARGEST_INDEX if size is None or size < 0 else size)


def _unpack(path: Path, into: Path) -> Path:
    """Unpack an archive; return the folder that it holds."""
    room = _LARGEST_TIMES * path.stat().st_size + _ROOM
    with _Index(path) as file, zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            _check(entry, path)
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        names = [entry.filename for entry in entries]
        if len({name.casefold() for name in names}) < len(names):
            raise PalcaError("has two files of one name", str(path))
        runs = [name for name in names if re.fullmatch(rf"[^/]+/{_RUN}/{MANIFEST}", name)]
        if len(runs) != 1:
            raise PalcaError("is no archive that palca pack made: it holds no run", str(path))
        for entry in entries:
            target = into / entry.filename
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, target.open("xb") as made:
                while piece := source.read(_PIECE):
                    room -= len(piece)
                    if room < 0:
                        raise PalcaError(
                            f"becomes more than {_LARGEST_TIMES} times as large when it is "
                            "unpacked, as no folder of Palca's does",
                            str(path),
                        )
                    made.write(piece)
    return into / runs[0].removesuffix(f"/{MANIFEST}")


def _check(entry: zipfile.ZipInfo, archive: Path) -> None:
    """Raise unless an entry is a file that lies within the archive."""
    name, kind = entry.filename, stat.S_IFMT(entry.external_attr >> 16)
    parts = {*name.removesuffix("/").split("/")}
    if parts & {"", ".", ".."} or _ODD.search(name) or entry.orig_filename != name:
        raise PalcaError(f"has a file that would be unpacked elsewhere: {short(repr(name), 60)}",
                         str(archive))  # fmt: skip
    if kind not in (0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG):
        raise PalcaError(f"has a link or a device, not a file: {short(name, 60)}", str(archive))
    if entry.flag_bits & 0x1 or entry.compress_type not in _FORMS:
        raise PalcaError(f"is encrypted, or packed as Palca doesn't: {short(name, 60)}",
                         str(archive))  # fmt: skip
