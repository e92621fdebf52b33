"""A page that stands in a folder, taken apart: the little Markdown that Palca writes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from .report_files import Table, cut, make_table

_EMPHASIS: Final = re.compile(r"\*\*([^*|]+)\*\*|(?<![\w*])\*([^*|\s][^*|]*)\*(?!\w)|`([^`]*)`")
_LINK: Final = re.compile(r"(!?)\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading, a paragraph, a list or a table.

    Attributes
    ----------
    kind : str
        h3, h4, p, ul or table.
    text : str
    items : tuple of str
        Of a list.
    table : Table, optional
    """

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    table: Table | None = None


def pieces(text: str, file: str) -> list[Piece]:
    """Return the pieces of a file's page; its title and its figures, which stand elsewhere, not.

    Nothing in the page becomes markup: emphasis and links leave their words.
    """
    made: list[Piece] = []
    heading, under = "Table", 0  # the last heading, and where it stands
    for block in re.split(r"\n\s*\n", text):
        for chunk in _chunks(block.strip("\n").split("\n")):
            first = chunk[0]
            if first.startswith("# ") or first.startswith("!["):
                continue
            if first.startswith("#"):
                heading, under = _words(first.lstrip("#").strip()), len(made)
                # below an h2 of the report; a level is never left out
                deep = first.startswith("###") and any(piece.kind == "h3" for piece in made)
                made.append(Piece("h4" if deep else "h3", heading))
            elif first.startswith("|"):
                many = sum(piece.kind == "table" for piece in made[under:])
                table = _table(chunk, f"{heading} ({many + 1})" if many else heading, file)
                if table is not None:
                    made.append(Piece("table", table=table))
            elif first.startswith("- "):
                made.append(Piece("ul", items=tuple(_words(line[2:]) for line in chunk)))
            elif any(line.strip() for line in chunk):
                made.append(Piece("p", _words(" ".join(chunk))))
    return made


def _chunks(lines: list[str]) -> list[list[str]]:
    """Return runs of lines of one kind; a line that begins as none goes with that before it."""
    chunks: list[list[str]] = []
    for line in lines:
        kind = _kind(line)
        if chunks and kind == _kind(chunks[-1][0]) and kind != "heading":
            chunks[-1].append(line)
        else:
            chunks.append([line])
    return chunks


def _kind(line: str) -> str:
    if line.startswith("#"):
        return "heading"
    if line.startswith("|"):
        return "table"
    return {"- ": "list", "![": "figure"}.get(line[:2], "p")


def _table(lines: list[str], caption: str, file: str) -> Table | None:
    cells = [[_words(cell.strip()) for cell in line.strip().strip("|").split("|")]
             for line in lines]  # fmt: skip
    names = [str(i) for i in range(len(cells[0]))]
    rows = [dict(zip(names, [*row, *[""] * len(names)], strict=False)) for row in cells[2:]]
    return make_table(caption, rows, dict(zip(names, cells[0], strict=True)), file=file)


def _words(text: str) -> str:
    text = _LINK.sub(lambda found: found[2], cut(text))
    return _EMPHASIS.sub(lambda found: found[1] or found[2] or found[3] or "", text)
