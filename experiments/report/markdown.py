"""A Markdown page that stands in a folder, as a part of a report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_LEVELS: Final = {"h2": "h3", "h3": "h4"}  # below an h2 of the report
# Control characters have no place in a page, halves of characters in no file, and marks of
# direction would show a text otherwise than it is.
UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
                          "\u202a-\u202e\u2066-\u2069]")  # fmt: skip


def page_of(text: str) -> Markup:
    """Return a page as HTML; its title and its figures, which stand elsewhere, not.

    It may be a stranger's: what is HTML in it is shown as text, and links leave their words.
    A table is called as the heading above it.
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    for silent in ("link_open", "link_close", "image"):
        reader.add_render_rule(silent, lambda *_: "")
    reader.add_render_rule("table_open", _open_table)
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    kept: list[Token] = []
    heading, count = "Table", 0  # the last one, and how many tables stand below it
    within, seen = "", False  # seen: whether there was a heading of the higher level
    for token in reader.parse(UNFIT.sub("\ufffd", text)):
        if token.type == "heading_open":
            within = token.tag
            seen = seen or within == "h2"
        if token.type in ("heading_open", "heading_close"):
            token.tag = _LEVELS.get(within, "h4") if seen else "h3"
        elif token.type == "inline" and within:
            heading = "".join(child.content for child in token.children or ())
            count = 0
        elif token.type == "table_open":
            count += 1
            token.content = f"{heading} ({count})" if count > 1 else heading
        elif token.type in ("th_open", "td_open"):
            right = token.attrs.pop("style", "") == "text-align:right"
            token.attrs |= {"class": "number"} if right else {}
            token.attrs |= {"scope": "col"} if token.type == "th_open" else {}
        if within != "h1":
            kept.append(token)
        if token.type == "heading_close":
            within = ""
    return Markup(reader.renderer.render(kept, reader.options, {}))


def _open_table(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    name = escape(tokens[index].content)
    return (f'<div class="wide" tabindex="0" role="region" aria-label="{name}"><table>\n'
            f"<caption>{name}</caption>\n")  # fmt: skip
