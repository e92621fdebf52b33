"""Markdown, written: text that stays text, code, tables and anchors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

_MARKED = re.compile(r"([\\`*_{}\[\]#|~!])")


def plain(text: object) -> str:
    """Return a text so that none of it is taken for Markdown or HTML."""
    kept = _MARKED.sub(r"\\\1", " ".join(str(text).split()))
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: object) -> str:
    """Return a text as code within a line; a bar would end the cell of a table."""
    kept = str(text)
    marks = "``" if "`" in kept else "`"
    return f"{marks}{kept}{marks}" if "|" not in kept else plain(kept)


def anchor(*parts: object) -> str:
    """Return the anchor of what these parts name together, such as ``us-aid``."""
    letters = unicodedata.normalize("NFKD", "-".join(str(part) for part in parts).lower())
    kept = "".join(c for c in letters if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9_]+", "-", kept).strip("-")


def target(text: str, name: str) -> str:
    """Return a text that bears an anchor and links to it, so that its address can be copied."""
    return f"[{text}](#{name}){{#{name}}}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell or ' ' for cell in line)} |" for line in lines) + "\n"


def fenced(kind: str, text: str) -> str:
    """Return a block of code."""
    return f"```{kind}\n{text.strip()}\n```\n"


def page(*parts: str) -> str:
    """Return a page of its parts, with an empty line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"
