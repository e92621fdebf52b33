"""What a page answers with: headings, sentences, pictures, tables, as plain data.

The template ``sheet.vue`` shows each kind as the HTML element that says what it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ..io.figure_style import Picture
from ..io.language import _, spoken
from ..io.table import Table
from .address import write_query

Block = dict[str, Any]
_DRAWING: Final = threading.Lock()  # Matplotlib's settings and fonts are one for all threads


def heading(text: str) -> Block:
    """Return a heading below the page's own."""
    return {"kind": "heading", "text": text}


def text(*sentences: str, tone: str = "") -> Block:
    """Return a paragraph; `tone` is "", "note" or "answer"."""
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


def table(of: Table, wide: bool = True) -> list[Block]:
    """Return a table, whose first column names the rows, and its note.

    Its titles and its note are put into the language that is spoken now.

    Parameters
    ----------
    wide : bool
        As for a picture.
    """
    columns = [{"title": _(column.title), "numeric": column.numeric} for column in of.columns]
    block = {"kind": "table", "caption": _(of.title), "columns": columns, "rows": of.cells,
             "wide": wide}  # fmt: skip
    return [block, *([text(_(of.notes), tone="note")] if of.notes else [])]


def links(
    items: Sequence[tuple[str, str, str]], current: str = "", stay: bool = False
) -> Block:
    """Return links to pages of the lab: of each its words, its address, and a note.

    Parameters
    ----------
    current : str
        The address of the one that is shown.
    stay : bool
        Whether they lead to another state of this page, so that the reader stays where he is.
    """
    rows = [{"text": words, "query": f"?{query}", "note": note, "current": f"?{query}" == current}
            for words, query, note in items]  # fmt: skip
    return {"kind": "links", "items": rows, "stay": stay}


def hundreds(rows: Sequence[tuple[str, float, str]]) -> Block:
    """Return in how many of 100 worlds something is so: of each row its words, and the count."""
    return {"kind": "hundreds", "rows": [{"text": words, "count": count, "said": said}
                                         for words, count, said in rows]}  # fmt: skip


def facts(rows: Sequence[tuple[str, str, str]]) -> Block:
    """Return what is documented: of each row when, what, and the source."""
    return {"kind": "facts", "rows": [{"when": when, "text": what, "source": source}
                                      for when, what, source in rows]}  # fmt: skip


def page_break() -> Block:
    """Return the end of a page on paper."""
    return {"kind": "break"}


def questions(items: Sequence[str], lines: int = 3) -> Block:
    """Return questions of a worksheet, each with some lines to write on."""
    return {"kind": "questions", "items": list(items), "lines": lines}


def command(label: str, line: str) -> Block:
    """Return a command to copy."""
    return {"kind": "command", "label": label, "text": line}


def door(label: str, page: str, choices: Mapping[str, str]) -> Block:
    """Return a link to a page of the lab, with choices made on it."""
    return {"kind": "door", "label": label,
            "query": f"?{write_query(page, choices, spoken())[0]}"}  # fmt: skip


def button(label: str, act: str) -> Block:
    """Return a button that has the browser do something: "print"."""
    return {"kind": "button", "label": label, "act": act}


def download(label: str, name: str, content: str) -> Block:
    """Return a button that saves a text as a file."""
    return {"kind": "download", "label": label, "name": name, "text": content}


def later(field: str, value: str) -> Block:
    """Return what the page asks for by itself, if somebody goes on looking at it."""
    return {"kind": "later", "field": field, "value": value}
