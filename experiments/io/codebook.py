"""What the files of a folder hold: what a row is, and what each column means.

Each file is described where it is made. From that come ``README.txt``, which names what is in its
folder, and docs/FILES.md, which names all that any folder may have.
"""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from . import provenance
from .run_folder import MANIFEST, write_whole
from .table import Column

_THING: Final = re.compile(r"[A-Z]{2,}")


def column(name: str, meaning: str, unit: str = "") -> Column:
    """Return a column that stands in a file only."""
    return Column(name, meaning=meaning, unit=unit)


# What many files have; they name them.
SHARED: Final[dict[str, Column]] = {
    one.name: one
    for one in (
        column("unit", "unit of the numbers of the row"),
        column("se", "standard error"),
        column("sd", "standard deviation"),
        column("ci95_low", "lower end of the 95 % interval"),
        column("ci95_high", "upper end of the 95 % interval"),
        *(column(f"q{share:02d}", f"{share} % quantile") for share in (5, 25, 50, 75, 95)),
        column("median", "median of the worlds"),
    )
}


@dataclass(frozen=True, slots=True)
class Each:
    """Columns of which there is one for each of some things, such as outcomes.

    Attributes
    ----------
    name : str
        What they are called; the part in capitals stands for the name of the thing.
    what : str
        What all of them are.
    of : callable
        Returns the column that describes a thing by its name, None if there is no such thing.
    note : str
        What such a column says of its thing, if not the thing itself.
    """

    name: str
    what: str
    of: Callable[[str], Column | None]
    note: str = ""

    def column(self, name: str) -> Column | None:
        """Return the column of that name, None if it is another's."""
        before, after = _THING.split(self.name)
        if not (name.startswith(before) and name.endswith(after)):
            return None
        found = self.of(name.removeprefix(before).removesuffix(after))
        if found is None:
            return None
        said = "; ".join(filter(None, (found.said, self.note)))
        return replace(found, name=name, meaning=said)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a folder.

    Attributes
    ----------
    name : str
        ``*`` stands for what each folder names itself. A figure has the name of its PNG file.
    what : str
        What a row is or, of a file that is no table, what it holds.
    columns : tuple of str, Column or Each
        A text names one of :data:`SHARED`, as do both ends of a range; none if it is no table.
    """

    name: str
    what: str
    columns: tuple[str | Column | Each, ...] = ()

    def names(self, names: Iterable[str]) -> list[str]:
        """Return which of some names are this file's."""
        return [name for name in names if any(fnmatchcase(name, one) for one in self.patterns)]

    @property
    def patterns(self) -> tuple[str, ...]:
        """Its name, and that of a figure's SVG, or of a Parquet file's copy as CSV."""
        stem, _, ending = self.name.rpartition(".")
        other = {"png": f"{stem}.svg", "parquet": f"{stem.partition('/')[0]}.csv"}.get(ending)
        return (self.name,) if other is None else (self.name, other)

    def column(self, name: str) -> Column | None:
        """Return the column of that name; None if it isn't described."""
        for one in self._all():
            found = one.column(name) if isinstance(one, Each) else one
            if found is not None and found.name == name:
                return found
        return None

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """Yield name, unit and meaning of what it may have as columns."""
        for one in self._all():
            if isinstance(one, Each):
                yield one.name, "", "; ".join(filter(None, (one.what, one.note)))
            else:
                yield one.name, one.unit, one.said

    def _all(self) -> Iterator[Column | Each]:
        """Yield its columns; both ends of a range have one of their own."""
        for one in self.columns:
            if isinstance(one, str):
                yield SHARED[one]
            elif isinstance(one, Column) and one.to:
                yield from (SHARED[one.name], SHARED[one.to])
            else:
                yield one


GENERAL: Final = (
    File("answer.txt", "The answer in words."),
    File("report.html", "The page that palca report made."),
    File(provenance.README, "This text."),
    File(MANIFEST, "All that palca rerun needs: what was asked, the scenarios in full, the seed, "
                   "the versions of what it was made with, the digests of the tables."),
    File(provenance.SUMS, "The SHA-256 of each other file but the manifest and this text: "
                          "sha256sum -c SHA256SUMS tells whether they are unchanged."),
)  # fmt: skip
READING: Final = (
    "Months are texts such as 1971-08. Shares go from 0 to 1, money is in million USD of the time. "
    "What is missing or doesn't apply is empty (null in Parquet)."
)


def of_table(table: Mapping[str, Any]) -> Callable[[str], Column | None]:
    """Return how rows with a unit and a meaning, such as parameters, describe columns."""

    def find(name: str) -> Column | None:
        row = table.get(name)
        return None if row is None else column(name, row.meaning, row.unit)

    return find


def of_titles(titles: Mapping[str, tuple[str, str]]) -> Callable[[str], Column | None]:
    """Return how things with a title and a unit describe columns."""
    return lambda name: column(name, *titles[name]) if name in titles else None


def listed(titles: Mapping[str, tuple[str, str]]) -> str:
    """Return the names of things that have a title and a unit, with titles that say more."""
    return "; ".join(
        name if title.replace(" ", "_") == name else f"{name}, {title}"
        for name, (title, _) in titles.items()
    )


def columns_in(path: Path) -> list[str]:
    """Return the names of the columns of a CSV or Parquet file, none of another file."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return next(csv.reader(file), [])
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return list(pq.read_schema(path).names)
    return []


def write_readme(folder: Path, files: Sequence[File]) -> None:
    """Write ``README.txt``: what was asked, and what each file and column that is there means."""
    manifest = provenance.read_manifest(folder)
    there = {*provenance.names_in(folder)} - {provenance.README, provenance.SUMS}  # to be written
    versions = manifest["versions"]
    asked = [(str(scenario["title"]), str(scenario.get("question", "")))
             for _, scenario in provenance.scenarios_of(manifest)]  # fmt: skip
    asked = asked or [(str(manifest.get("title", "")), "")]
    lines = [
        f"Palca {versions['palca']}: {manifest.get('kind', 'run')}", "",
        *dict.fromkeys(line for of in asked for line in of if line),
        f"Command: {shlex.join(map(str, manifest['command']))}", "", READING,
    ]  # fmt: skip
    for file in (*files, *GENERAL):
        if names := file.names([*sorted(there), provenance.README, provenance.SUMS]):
            lines += ["", *_described(folder, file, names)]
    write_whole(folder / provenance.README, ("\n".join(lines) + "\n").encode())


def _described(folder: Path, file: File, names: Sequence[str]) -> list[str]:
    """Return the lines on a file of a folder: its name, what it holds, its columns."""
    head = ", ".join(one for one in file.patterns if any(fnmatchcase(name, one) for name in names))
    if not file.columns:
        return [head, f"  {file.what}"]
    lines = [head, f"  A row: {file.what}."]
    for name in columns_in(folder / names[0]):
        found = file.column(name)
        unit = f" ({found.unit})" if found is not None and found.unit else ""
        lines.append(f"  {name}{unit}: {found.said}" if found is not None else f"  {name}")
    return lines
