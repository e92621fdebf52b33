"""The pages of the lab, in the order of the navigation."""

from __future__ import annotations

from typing import Final

from . import (
    concepts_page,
    history_page,
    policies_page,
    record_page,
    sweep_page,
    what_if_page,
)
from .page import Page

PAGES: Final[dict[str, Page]] = {
    module.PAGE.name: module.PAGE
    for module in (
        history_page, what_if_page, record_page, sweep_page, concepts_page, policies_page,
    )
}  # fmt: skip
FIRST: Final = "history"


def page_of(name: str) -> Page:
    """Return a page by its name; the first one if there is none of that name."""
    return PAGES.get(name, PAGES[FIRST])
