"""The pages of the lab, in the order of the navigation."""

from __future__ import annotations

from typing import Final

from .lesson import start_page, story_page, worksheets_page
from .many_worlds import concepts_page, policies_page, record_page, sweep_page, what_if_page
from .one_world import history_page, two_page, why_page
from .page import Page

PAGES: Final[dict[str, Page]] = {
    module.PAGE.name: module.PAGE
    for module in (
        start_page, story_page, history_page, why_page, two_page, what_if_page, record_page,
        sweep_page, concepts_page, policies_page, worksheets_page,
    )
}  # fmt: skip
FIRST: Final = "start"


def page_of(name: str) -> Page:
    """Return a page by its name; the first one if there is none of that name."""
    return PAGES.get(name, PAGES[FIRST])
