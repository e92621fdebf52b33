"""Tables on the terminal, laid out for any width.

No number is cut and no word broken. Where room is short, texts are first wrapped at spaces;
then columns are left out, those of the highest rank first, and a note names them; at last a
table of numbers is parted into panels below each other, and one of texts into blocks, a row
each, with a line for each column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from rich.align import VerticalAlignMethod
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

_GAP: Final = 2  # cells between columns
_EASY: Final = 20  # cells to which texts are narrowed before a column is left out
_LEAST: Final = 12  # cells to which texts are narrowed before rows become blocks
_LONGEST: Final = 32  # cells of a word that is never broken
_NOTE: Final = 100  # cells of a line of a note
_WITHIN: Final = re.compile(  # spaces within a number, and before a mark
    r"(?<=\d) (?=%)|(?<=[±<>=≤≥]) (?=[\d+−-])| (?=\*(?: |$))"
)
_AFTER: Final = re.compile(r"(?<=[/_.,;:=&?-])(?!\d)")  # where a word that is too long is broken
_DIGIT: Final = re.compile(r"\d")
_DIGITS: Final = re.compile(r"\d\d")


class Heading(Protocol):
    """What stands above a column, whether numbers stand below it, and how soon it is left out."""

    @property
    def title(self) -> str: ...
    @property
    def numeric(self) -> bool: ...
    @property
    def rank(self) -> int: ...


class Layout:
    """A table as it is laid out for the width of a terminal.

    Parameters
    ----------
    groups : iterable of (str, list)
        Rows under a title: the cells of each, and its style.
    """

    def __init__(
        self, title: str, columns: Sequence[Heading],
        groups: Iterable[tuple[str, Sequence[tuple[Sequence[str | Text], str]]]],
        note: str, file: str,
    ) -> None:  # fmt: skip
        self._title, self._columns, self._note, self._file = title, columns, note, file
        self._groups = [
            (group, [([_Cell(cell, column.numeric)
                       for cell, column in zip(row, columns, strict=True)], style)
                     for row, style in rows])
            for group, rows in groups
        ]  # fmt: skip

    @property
    def full_width(self) -> int:
        """The width from which on every column is shown, side by side."""
        return _total([span.easy for span in self._spans()])

    def left_out(self, width: int) -> list[int]:
        """Return the indices of the columns that are not shown at a width."""
        panels, indices = self._panels(width, self._spans()), range(len(self._columns))
        visible = {index for panel in panels for index in panel} or indices
        return [index for index in indices if index not in visible]

    def lines(self, width: int) -> Iterator[Text | Table]:
        """Return what is printed at a width."""
        spans = self._spans()
        panels = self._panels(width, spans)
        yield from paragraph(self._title, width, "bold")
        for number, panel in enumerate(panels):
            if number:
                yield Text()
            yield from self._drawn(panel, _shared([spans[index] for index in panel], width))
        if not panels:
            yield from self._stacked(width)
        note_width = min(width, _NOTE)
        yield from paragraph(self._note, note_width, "dim")
        if gone := self.left_out(width):
            names = ", ".join(self._columns[index].title for index in gone)
            also = f"; {self._file} has {'it' if len(gone) == 1 else 'them'}" if self._file else ""
            yield from paragraph(
                f"Columns left out at a width of {width}: {names} (shown from a width of "
                f"{self.full_width}{also})",
                note_width,
                "dim",
            )
        yield Text()

    def _spans(self) -> list[_Span]:
        """Return how narrow and how wide each column may be."""
        rows = [row for _, group in self._groups for row, _ in group]
        columns = zip(*rows, strict=True) if rows else [()] * len(self._columns)
        return [_span(_Cell(column.title), cells, column.numeric)
                for column, cells in zip(self._columns, columns, strict=True)]  # fmt: skip

    def _panels(self, width: int, spans: list[_Span]) -> list[list[int]]:
        """Return the columns of each panel; none if only blocks fit."""
        for most in sorted({column.rank for column in self._columns}, reverse=True):
            visible = [index for index, column in enumerate(self._columns) if column.rank <= most]
            if _total([spans[index].easy for index in visible]) <= width:
                return [visible]
        visible = [index for index, column in enumerate(self._columns) if not column.rank]
        if all(self._columns[index].numeric for index in visible[1:]):
            for many in range(2, len(visible)):
                first, *others = visible
                each = -(-len(others) // many)
                panels = [[first, *others[at : at + each]] for at in range(0, len(others), each)]
                if all(_total([spans[at].easy for at in panel]) <= width for panel in panels):
                    return panels
        return [visible] if _total([spans[index].least for index in visible]) <= width else []

    def _drawn(self, panel: list[int], widths: list[int]) -> Iterator[Text | Table]:
        """Draw some columns."""
        columns = [self._columns[index] for index in panel]

        def grid(rows: list[tuple[list[_Cell], str]], vertical: VerticalAlignMethod) -> Table:
            table = Table(box=None, show_header=False, show_edge=False, pad_edge=False,
                          padding=(0, _GAP, 0, 0))  # fmt: skip
            for column, width in zip(columns, widths, strict=True):
                table.add_column(width=width, justify="right" if column.numeric else "left",
                                 overflow="fold", vertical=vertical)  # fmt: skip
            for row, style in rows:
                cells = [cell.wrapped(width) for cell, width in zip(row, widths, strict=True)]
                table.add_row(*cells, style=style)
            return table

        yield grid([([_Cell(column.title) for column in columns], "bold")], "bottom")
        yield Text("─" * _total(widths), style="dim")
        for index, (title, group) in enumerate(self._groups):
            if index > 1:
                yield Text()
            yield from paragraph(title, _total(widths), "bold")
            if group:
                rows = [([row[index] for index in panel], style) for row, style in group]
                yield grid(rows, "top")

    def _stacked(self, width: int) -> Iterator[Text]:
        """Draw each row as a block."""
        for title, group in self._groups:
            yield from paragraph(title, width, "bold")
            for row, _ in group:
                indent = ""
                for column, cell in zip(self._columns, row, strict=True):
                    if cell.text.plain:
                        labelled = Text.assemble((f"{column.title}: ", "bold"), cell.text)
                        lines = _Cell(labelled).wrapped(max(width - 4, 1)).split("\n")
                        yield Text(indent) + Text(f"\n{indent}  ").join(lines)
                        indent = "  "
                yield Text()


@dataclass(frozen=True, slots=True)
class _Span:
    """The widths of a column.

    Attributes
    ----------
    least, easy, natural : int
        With no word broken; for easy reading; with no line wrapped.
    need : float
        By which columns share the room: between the mean width of a cell and the greatest.
    """

    least: int
    easy: int
    natural: int
    need: float


class _Cell:
    """A text that can be wrapped at any width: its lines, in pieces that stay whole."""

    def __init__(self, content: str | Text, number: bool = False) -> None:
        self.text = Text(content) if isinstance(content, str) else content
        self._lines = []
        for line in self.text.split("\n", allow_blank=True):
            plain = _WITHIN.sub("\u00a0", line.plain.replace("\t", " "))
            if number and _DIGIT.search(plain):
                plain = plain.replace(" ", "\u00a0")
            line.plain = plain.replace("\u00a0", " ")
            self._lines.append((line, list(_pieces(plain))))
        self.natural = max(cell_len(line.plain) for line, _ in self._lines)
        self.least = max((w for _, pieces in self._lines for *_, w in pieces), default=0)

    def wrapped(self, width: int) -> Text:
        """Return the text in lines of a width."""
        lines: list[Text] = []
        for line, pieces in self._lines:
            breaks, end, used = [], 0, 0
            for begin, after, long in pieces:
                gap = begin - end
                if used and used + gap + long > width:
                    breaks.append(begin)
                    gap = used = 0
                used, end = used + gap + long, after
            lines += line.divide(breaks) if breaks else [line]
        for line in lines:
            line.rstrip()
        return Text("\n").join(lines)

    def narrowest(self, lines: int) -> int:
        """Return the least width at which it takes no more than some lines."""
        width = self.least
        while width < self.natural and self.wrapped(width).plain.count("\n") >= lines:
            width += 1
        return width


def _pieces(plain: str) -> Iterator[tuple[int, int, int]]:
    """Return begin, end and cells of each piece of a line that stays whole."""
    for word in re.finditer("[^ ]+", plain):
        begin = word.start()
        for part in _AFTER.split(word[0]) if cell_len(word[0]) > _LONGEST else [word[0]]:
            while cell_len(part) > _LONGEST:
                sizes = [n for n in range(1, _LONGEST + 1) if cell_len(part[:n]) <= _LONGEST]
                size = max([n for n in sizes if not _DIGITS.match(part, n - 1)] or sizes)
                yield begin, begin + size, cell_len(part[:size])
                begin, part = begin + size, part[size:]
            if part:
                yield begin, begin + len(part), cell_len(part)
            begin += len(part)


def _span(heading: _Cell, cells: Sequence[_Cell], right: bool) -> _Span:
    widest = max([0, *(cell.natural for cell in cells)])
    least = max([heading.least, min(widest, _LEAST), *(cell.least for cell in cells)])
    natural = max(least, widest, heading.narrowest(2) if right else heading.natural)
    easy = max(least, min(widest, _EASY), heading.narrowest(3))
    mean = sum(cell.natural for cell in cells) / max(len(cells), 1)
    return _Span(least, easy, natural, (mean + natural) / 2)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _shared(spans: Sequence[_Span], width: int) -> list[int]:
    """Return the widths of columns: the room that is left goes to those with the longest texts."""
    easy = _total([span.easy for span in spans]) <= width
    bases = [span.easy if easy else span.least for span in spans]
    widths, share = bases, 0.0
    while widths != [span.natural for span in spans]:
        share += 0.05
        wider = [max(base, min(span.natural, int(share * span.need)))
                 for base, span in zip(bases, spans, strict=True)]  # fmt: skip
        if _total(wider) > width:
            break
        widths = wider
    return widths


def paragraph(text: str, width: int, style: str = "") -> Iterator[Text]:
    """Return a text in lines of a width; no number is parted from its unit. None if empty."""
    if text:
        wrapped = _Cell(text).wrapped(width)
        wrapped.stylize(style)
        yield wrapped
