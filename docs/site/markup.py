"""Functions that write Markdown: escaped text, code, tables and anchors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

_MARKED = re.compile(r"([\\`*_{}\[\]#|~!])")


def plain(text: object) -> str:
    """Return a text escaped, so that none of it is read as Markdown or HTML."""
    kept = _MARKED.sub(r"\\\1", " ".join(str(text).split()))
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: object) -> str:
    """Return a text as inline code; a text with a bar is only escaped, as a bar ends a cell."""
    kept = str(text)
    marks = "``" if "`" in kept else "`"
    return f"{marks}{kept}{marks}" if "|" not in kept else plain(kept)


def anchor(*parts: object) -> str:
    """Return the anchor made of these parts, such as ``us-aid``."""
    letters = unicodedata.normalize("NFKD", "-".join(str(part) for part in parts).lower())
    kept = "".join(c for c in letters if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9_]+", "-", kept).strip("-")


def target(text: str, name: str) -> str:
    """Return a text with an anchor and a link to itself, so that its address can be copied."""
    return f"[{text}](#{name}){{#{name}}}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells must be Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell or ' ' for cell in line)} |" for line in lines) + "\n"


def fenced(kind: str, text: str) -> str:
    """Return a block of code."""
    return f"```{kind}\n{text.strip()}\n```\n"


def page(*parts: str) -> str:
    """Return the parts joined to a page, with an empty line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"
