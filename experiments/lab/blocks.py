"""What a page answers with: headings, sentences, pictures, tables, as plain data.

The template ``sheet.vue`` shows each kind as the HTML element that says what it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

from ..io.figure_style import Picture
from ..io.table import Table

Block = dict[str, Any]
_DRAWING: Final = threading.Lock()  # Matplotlib's settings and fonts are one for all threads


def heading(text: str) -> Block:
    """Return a heading below the page's own."""
    return {"kind": "heading", "text": text}


def text(*sentences: str, tone: str = "") -> Block:
    """Return a paragraph; `tone` is "" or "note"."""
    return {"kind": "text", "text": " ".join(sentences), "tone": tone}


def wrong(field: str, error: str, line: int) -> Block:
    """Return what is wrong with a field's text, and in which line, for the form to show."""
    return {"kind": "wrong", "field": field, "error": error, "line": line}


def listing(items: Sequence[str]) -> Block:
    """Return a list."""
    return {"kind": "list", "items": list(items)}


def picture(draw: Callable[[], Picture], caption: str = "", wide: bool = True) -> Block:
    """Draw a picture, one at a time in this process, and return it with its words.

    Parameters
    ----------
    wide : bool
        Whether it takes the whole width on a large screen, or half of it.
    """
    with _DRAWING:
        made = draw()
        address = made.address()
    return {"kind": "picture", "src": address, "alt": made.alt, "caption": caption, "wide": wide}


def table(of: Table) -> list[Block]:
    """Return a table, whose first column names the rows, and its note."""
    columns = [{"title": column.title, "numeric": column.numeric} for column in of.columns]
    block = {"kind": "table", "caption": of.title, "columns": columns, "rows": of.cells}
    return [block, *([text(of.notes, tone="note")] if of.notes else [])]


def command(label: str, line: str) -> Block:
    """Return a command to copy."""
    return {"kind": "command", "label": label, "text": line}


def download(label: str, name: str, content: str) -> Block:
    """Return a button that saves a text as a file."""
    return {"kind": "download", "label": label, "name": name, "text": content}
