"""What is taken from a run's folder, which may be a stranger's, by a report above all.

Nothing outside the folder is read, whatever a link in it says; nothing that a file names
is followed; and nothing is read that is larger than what Palca writes.
"""

from __future__ import annotations

import base64
import csv
import html
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from palca.model.errors import PalcaError

_LARGEST: Final = 64_000_000  # bytes of a file that is read
_LARGEST_CSV: Final = 8_000_000
_DESCRIPTION: Final = re.compile(rb"<dc:description>([^<]{1,20000})</dc:description>")
_BEGINNINGS: Final = {".svg": (b"<?xml", b"<svg"), ".png": (b"\x89PNG",)}
_TYPES: Final = {".svg": "image/svg+xml", ".png": "image/png"}

Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture of a folder.

    Attributes
    ----------
    name, alt : str
        Its file, and what it shows in words.
    address : str
        The picture itself, as a ``data:`` address.
    """

    name: str
    alt: str
    address: str


class Folder:
    """A run's folder, from which only regular files that lie in it are read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def inside(self, name: str) -> Path | None:
        """Return where a file is, or None if there is none of that name.

        Raises
        ------
        PalcaError
            If it leads out of the folder, or is no regular file.
        """
        path = self.path / name
        if not path.is_symlink() and not path.exists():
            return None
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.path)):
            raise PalcaError("is a link out of the folder, and Palca reads only files in it: "
                             "remove the link",
                             str(path))  # fmt: skip
        if not path.is_file():
            raise PalcaError("is not a file, but must be one: run the command again", str(path))
        return path

    def path_of(self, name: str) -> Path | None:
        """Return where a file is that is read whole, or None if there is none of that name.

        Raises
        ------
        PalcaError
            If it leads out of the folder, is no regular file, or is too large.
        """
        path = self.inside(name)
        if path is None:
            return None
        largest = _LARGEST_CSV if path.suffix == ".csv" else _LARGEST
        if path.stat().st_size > largest:
            raise PalcaError(f"is larger than {largest // 10**6} MB, the limit for this file: run "
                             "the command again", str(path))  # fmt: skip
        return path

    def content(self, name: str) -> bytes | None:
        """Return what a file holds, or None if there is none.

        Raises
        ------
        PalcaError
        """
        path = self.path_of(name)
        try:
            return None if path is None else path.read_bytes()
        except OSError as error:
            raise PalcaError(f"can't be read ({error.strerror})", str(path)) from None

    def text(self, name: str) -> str | None:
        """Return a text, or None if there is none; what isn't UTF-8 is replaced."""
        content = self.content(name)
        return None if content is None else content.decode("utf-8", "replace")

    def rows(self, name: str) -> Rows:
        """Return the rows of a CSV file, each by its headings; none if there is no file.

        Raises
        ------
        PalcaError
            If it is no CSV.
        """
        text = self.text(name)
        if text is None:
            return []
        try:
            table = list(csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True))
        except csv.Error as error:
            raise PalcaError(f"is not a CSV file as Palca writes it ({error}); run the command "
                             "again",
                             str(self.path / name)) from None  # fmt: skip
        # cells beyond the headings have the key None
        return [{key: value for key, value in row.items() if key is not None} for row in table]

    def files(self) -> list[tuple[str, int]]:
        """Return name and size of what lies in it; folders, links and hidden files left out."""
        there = [
            path
            for path in self.path.iterdir()
            if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        ]
        return sorted((path.name, path.stat().st_size) for path in there)

    def pictures(self) -> list[StoredPicture]:
        """Return the pictures: the SVG files, and PNG files that have none beside them.

        Raises
        ------
        PalcaError
        """
        names = sorted(path.name for path in self.path.iterdir() if path.suffix in _TYPES)
        some = [n for n in names if n.endswith(".svg") or f"{n[:-4]}.svg" not in names]
        return [self._picture(name) for name in some]

    def _picture(self, name: str) -> StoredPicture:
        content = self.content(name) or b""
        form = Path(name).suffix
        if not content.startswith(_BEGINNINGS[form]):
            raise PalcaError("is not a figure as Palca writes it; run the command again",
                             str(self.path / name))  # fmt: skip
        found = _DESCRIPTION.search(content) if form == ".svg" else None
        alt = html.unescape(found[1].decode("utf-8", "replace")) if found else (
            f"The figure {name}, which was written without a description"
        )  # fmt: skip
        address = f"data:{_TYPES[form]};base64,{base64.b64encode(content).decode()}"
        return StoredPicture(name, " ".join(alt.split()), address)
