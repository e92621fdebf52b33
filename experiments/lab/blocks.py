"""What a page answers with: headings, sentences, pictures, tables, as plain data.

The template ``sheet.vue`` shows each kind as the HTML element that says what it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

from ..io.figure_style import Picture
from ..io.numerals import decimal, percent

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
        drawn = draw()
        address = drawn.address()
    return {"kind": "picture", "src": address, "alt": drawn.alt, "caption": caption, "wide": wide}


def table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1
) -> Block:
    """Return a table whose first column names the rows.

    Parameters
    ----------
    words : int
        How many columns from the left hold words; the others are numbers.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    return {"kind": "table", "caption": caption, "columns": list(columns), "rows": cells,
            "words": words}  # fmt: skip


def command(label: str, line: str) -> Block:
    """Return a command to copy."""
    return {"kind": "command", "label": label, "text": line}


def download(label: str, name: str, content: str) -> Block:
    """Return a button that saves a text as a file."""
    return {"kind": "download", "label": label, "name": name, "text": content}


def number(value: float, unit: str = "", sign: str = "", apart: bool = False) -> str:
    """Return a number as a cell of a table; shares as per cent, and what lies between two of them
    (`apart`) as points.
    """
    if value != value:
        return "–"
    if unit.startswith("share"):
        return f"{decimal(100 * value, 1, sign)} points" if apart else percent(value, 1, sign)
    return decimal(value, 2 if abs(value) < 10 else 1, sign)
