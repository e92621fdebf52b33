"""Checks of the built site: every link and anchor exists; nothing loads from other hosts."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

# Attributes from which a browser loads at once; a link waits for a click.
_FETCHING: Final = {
    ("script", "src"), ("img", "src"), ("img", "srcset"), ("source", "src"), ("source", "srcset"),
    ("iframe", "src"), ("audio", "src"), ("video", "src"), ("video", "poster"), ("link", "href"),
    ("object", "data"), ("embed", "src"), ("form", "action"), ("use", "href"),
}  # fmt: skip


@dataclass
class Page(HTMLParser):
    """The anchors and links of a page, and the addresses that it loads."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def has(self, anchor: str) -> bool:
        """Whether an address with this anchor leads somewhere on the page."""
        return not anchor or anchor in self.anchors

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value)
            elif (tag, name) in _FETCHING:
                self.fetched.append(value)
            elif (tag, name) == ("a", "href"):
                self.links.append(value)


def read_site(folder: Path) -> dict[Path, Page]:
    """Return all pages of a site by their file."""
    pages = {}
    for path in sorted(folder.rglob("*.html")):
        pages[path] = page = Page()
        page.feed(path.read_text(encoding="utf-8"))
    return pages


def faults(folder: Path, pages: dict[Path, Page]) -> list[str]:
    """Return the faults, one line each: missing files and anchors, files from other hosts."""
    found = []
    for path, page in pages.items():
        where = path.relative_to(folder).as_posix()
        for link in (*page.links, *page.fetched):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in page.fetched and parts.scheme != "data":
                    found.append(f"{where}: fetches {link}")
                continue
            # the "not found" page is served for any address, so its links begin at the top
            base = folder if link.startswith("/") else path.parent
            file = (base / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
            file = file / "index.html" if file.is_dir() else file
            if not file.is_file():
                found.append(f"{where}: no file for {link}")
            elif file in pages and not pages[file].has(unquote(parts.fragment)):
                found.append(f"{where}: no anchor for {link}")
    return found


def outward(pages: dict[Path, Page]) -> set[str]:
    """Return the addresses on other hosts that pages link to."""
    return {link for page in pages.values() for link in page.links if urlsplit(link).scheme}
