"""A table: columns with name, unit and note, and rows; shown on the terminal and on pages.

What a column is called, in which unit it is, how its numbers are written and what they mean is
said once, where the table is made. A row is a mapping from the columns' names, just computed or
read back from a file, so that a report reads a file with the columns that wrote it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from .language import N_, _
from .numerals import ENDLESS, decimal, number, percent, significant, value_of

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.text import Text

    from .terminal_table import Layout

    Cell = str | Text
    Row = Mapping[str, Any]
    Write = Callable[[float, Row], Cell]

_SHORT: Final = 24  # rows of a table that a page can hold whole
_LONGEST: Final = 3000  # letters of a cell that are shown
STAR: Final = "with a star if further from zero than two standard errors"
POINTS: Final = "Between shares it is in percentage points."
_WORDS: Final = {"True": N_("yes"), "False": N_("no"), "": "–", "nan": "–", "None": "–"}


def own_unit(sign: str = "") -> Write:
    """Write numbers as the unit of their row asks."""
    return lambda value, row: number(value, str(row.get("unit", "")), sign)


def starred(sign: str = "") -> Write:
    """Write effects as :func:`own_unit` does, with a star if they are clear."""

    def write(value: float, row: Row) -> str:
        clear = abs(value) > 2.0 * value_of(row.get("se"))
        return number(value, str(row.get("unit", "")), sign) + (" *" if clear else "")

    return write


def shares(digits: int = 0, sign: str = "") -> Write:
    """Write shares in per cent."""
    return lambda value, _: percent(value, digits, sign)


def decimals(digits: int, sign: str = "") -> Write:
    """Write numbers with so many decimals."""
    return lambda value, _: decimal(value, digits, sign)


def digits(value: float, _: Row) -> str:
    """Write a number with three digits that count."""
    return significant(value)


def cut_at_zero(write: Write, error: str) -> Write:
    """Write an estimate that is cut at 0: there, that it lies below two of its standard errors.

    Parameters
    ----------
    error : str
        The column that has these.
    """

    def written(value: float, row: Row) -> Cell:
        most = 2.0 * value_of(row.get(error))
        return f"<{write(most, row)}" if value == 0.0 and most > 0.0 else write(value, row)

    return written


def whole(value: float, _: Row) -> str:
    """Write a number without decimals."""
    return f"{value:,.0f}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        By which a row, and a file, knows its values.
    heading : str
        What stands above it; its name if empty.
    write : callable, optional
        From a number and its row to a cell. Without it values are shown as they are.
    to : str
        If it is a range, the name of its upper end.
    unit, note : str
        What its numbers are measured in, and what they mean: it stands below the table.
    right : bool
        Whether it holds numbers: aligned to the right, each whole in one line.
    rank : int
        Where room is short the columns of the highest rank are left out first; those of rank 0
        never are.
    meaning : str
        What it is, in the list of a file's columns; its note, or its heading, if empty.
    """

    name: str
    heading: str = ""
    write: Write | None = None
    to: str = ""
    unit: str = ""
    note: str = ""
    right: bool = False
    rank: int = 0
    meaning: str = ""

    @property
    def said(self) -> str:
        """What it is, in the list of a file's columns."""
        return self.meaning or self.note or self.heading or self.name.replace("_", " ")

    @property
    def title(self) -> str:
        """Its heading, with its unit, in the language that is spoken now."""
        heading = _(self.heading or self.name)
        return f"{heading} ({_(self.unit)})" if self.unit else heading

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers."""
        return self.right or self.write is not None

    def cell(self, row: Row) -> Cell:
        """Return what stands in a row."""
        ends = [self._written(row.get(name, ""), row) for name in (self.name, self.to) if name]
        return ends[0] if len(ends) == 1 else _("{low} to {high}", low=ends[0], high=ends[1])

    def _written(self, value: Any, row: Row) -> Cell:
        if self.write is not None:
            read = value_of(value)
            if not math.isnan(read):
                return self.write(read, row) if abs(read) < ENDLESS else significant(read)
        word = _WORDS.get(str(value))
        if word is not None:
            return _(word)
        return cut(value) if isinstance(value, str) else value


def numbers(*headings: str) -> list[Column]:
    """Return columns of numbers, already written, that are never left out."""
    return [Column(heading, right=True) for heading in headings]


def texts(*headings: str) -> list[Column]:
    """Return columns of texts that are never left out."""
    return [Column(heading) for heading in headings]


@dataclass
class Group:
    """Rows under a title, each with its style."""

    title: str = ""
    rows: list[tuple[Sequence[Cell], str]] = field(default_factory=list)


@dataclass
class Table:
    """A table.

    Attributes
    ----------
    title : str
    columns : sequence of Column
        The first names the rows, and is repeated where a table is parted.
    note : str, optional
        Stands below, after the notes of the columns; None: neither.
    file : str
        Where columns or rows that are left out can be read, if anywhere.
    """

    title: str
    columns: Sequence[Column]
    note: str | None = ""
    file: str = ""
    groups: list[Group] = field(default_factory=lambda: [Group()])

    @classmethod
    def of(
        cls, title: str, columns: Sequence[Column], rows: Iterable[Row], note: str | None = "",
        file: str = "",
    ) -> Table:  # fmt: skip
        """Return a table of rows by their names; columns that the first hasn't are left out."""
        rows = list(rows)
        there = [column for column in columns if not rows or column.name in rows[0]]
        table = cls(title, there, note, file)
        for row in rows:
            table.add_row(row)
        return table

    def add(self, *cells: Cell, style: str = "") -> None:
        """Add a row of cells as they are to be shown."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells in {len(self.columns)} columns")
        self.groups[-1].rows.append((cells, style))

    def filled(self, rows: Iterable[Sequence[Cell]]) -> Table:
        """Add rows of cells as they are to be shown, and return the table."""
        for row in rows:
            self.add(*row)
        return self

    def add_row(self, row: Row) -> None:
        """Add a row by the columns' names."""
        self.add(*(column.cell(row) for column in self.columns))

    def section(self, title: str) -> None:
        """Begin a group of rows."""
        self.groups.append(Group(title))

    @property
    def cells(self) -> list[list[str]]:
        """All rows as plain text."""
        rows = [row for group in self.groups for row, _ in group.rows]
        return [[cell if isinstance(cell, str) else cell.plain for cell in row] for row in rows]

    @property
    def notes(self) -> str:
        """What stands below: what its columns mean, then its own note."""
        if self.note is None:
            return ""
        meant = [f"{column.title}: {_(column.note)}." for column in self.columns if column.note]
        return " ".join([*meant, *([_(self.note)] if self.note else [])])

    @property
    def short(self) -> bool:
        """Whether a page can hold it whole."""
        return len(self.cells) <= _SHORT

    def markdown(self) -> str:
        """Return it in Markdown, without its title and its notes.

        Columns of numbers are aligned to the right.
        """
        rule = ["---:" if column.numeric else "---" for column in self.columns]
        lines = [[column.title for column in self.columns], rule, *self.cells]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    @property
    def full_width(self) -> int:
        """The width of the terminal from which on every column is shown, side by side."""
        return self._layout.full_width

    def left_out(self, width: int) -> list[Column]:
        """Return the columns that are not shown at a width of the terminal."""
        return [self.columns[index] for index in self._layout.left_out(width)]

    @property
    def _layout(self) -> Layout:
        from .terminal_table import Layout

        groups = [(group.title, group.rows) for group in self.groups]
        return Layout(self.title, self.columns, groups, self.notes, self.file)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay it out for a width of the terminal."""
        return self._layout.lines(options.max_width)


def pivot(
    title: str, first: Column, cells: Iterable[tuple[str, str, str]],
    headings: Callable[[str], Column | None], note: str = "",
) -> Table:  # fmt: skip
    """Return a table of cells, each given as (row, column, what it says).

    Parameters
    ----------
    headings : callable
        Returns what is known of a column; others are called as they are.
    """
    rows: dict[str, dict[str, str]] = {}
    names: dict[str, None] = {}
    for row, name, said in cells:
        rows.setdefault(row, {})[name] = said
        names[name] = None
    columns = [replace(headings(name) or Column(name), name=name, right=True) for name in names]
    filled = [{first.name: row, **dict.fromkeys(names, ""), **of} for row, of in rows.items()]
    return Table.of(title, [first, *columns], filled, note)


def cut(text: str) -> str:
    """Return a text, or its beginning if it is endless."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
