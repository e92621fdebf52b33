"""What one visitor has asked, and how a page answers it: everything but the web."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from palca.model.errors import PalcaError

from .address import MOST_CHOICES, PACKED, read_query, write_query
from .blocks import Block
from .desk import KEPT
from .form import Form, Values
from .pages import FIRST, PAGES, page_of

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A page and what was chosen on it.

    Attributes
    ----------
    page : str
        The name of a page that there is.
    choices : mapping of str to str
        Texts that nobody has checked.
    complaints : tuple of str
        What was wrong with the address.
    linked : bool
        Whether the choices come from an address, so that the form says which can't be had.
    """

    page: str = FIRST
    choices: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()
    linked: bool = False

    @classmethod
    def of_query(cls, query: str) -> Asked:
        """Return what an address asks."""
        choices, complaints = read_query(query.lstrip("?"))
        name = choices.pop("page", FIRST)
        if name not in PAGES:
            complaints = [*complaints, f"There is no page “{name[:40]}”; this is the first one."]
            name = FIRST
        return cls(name, choices, tuple(complaints), linked=True)

    def choose(self, name: str, value: str) -> Asked:
        """Return it with another choice; those that depended on it are forgotten.

        A page has few fields: what would make many choices of few fields is dropped.
        """
        if name not in self.choices and len(self.choices) >= MOST_CHOICES:
            return self
        forgotten = page_of(self.page).resets.get(name, ())
        kept = {key: text for key, text in self.choices.items() if key not in forgotten}
        return Asked(self.page, {**kept, name: value})


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled, and the address that brings it back.

    Attributes
    ----------
    page : str
    values : dict
    form : dict
        What the template shows of it.
    """

    page: str
    values: Values
    form: dict[str, Any]


def fill(asked: Asked) -> Filled:
    """Return the page's form, filled with what was chosen as far as it can be had.

    If that fails, by a mistake of ours, the form has its defaults and says so.
    """
    try:
        return _fill(asked)
    except Exception:
        _LOG.exception("the form of %s failed", asked.page)
        return _fill(Asked(asked.page, complaints=("These choices can't be shown: a mistake of "
                                                   "Palca, not of yours.",)))  # fmt: skip


def _fill(asked: Asked) -> Filled:
    page = page_of(asked.page)
    form = Form(asked.choices, tell=asked.linked)
    page.ask(form)
    shipped = any(row["name"] == PACKED and row["shipped"] for row in form.fields)
    query, too_long = write_query(page.name, form.shown, left_out=shipped)
    notes = ["The policy is too long for the address: the link shows the shipped one. Download it "
             "to keep it."] if too_long else []  # fmt: skip
    return Filled(
        page.name,
        form.values,
        {
            "page": page.name,
            "pages": [{"name": each.name, "title": each.title} for each in PAGES.values()],
            "title": page.title,
            "question": page.question,
            "limits": list(page.limits),
            "fields": form.fields,
            "complaints": [*asked.complaints, *form.complaints],
            "notes": notes,
            "query": f"?{query}",
        },
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page shows: blocks, or what is wrong."""

    blocks: tuple[Block, ...] = ()
    error: str = ""


def answer(page: str, values: Values) -> Answer:
    """Return a page's answer; what was asked before, by whomever, is at hand at once.

    Whatever goes wrong is said on the page: only a mistake of the visitor in its own words.
    """
    try:
        return _answered(page, tuple(values.items()))
    except PalcaError as error:
        return Answer(error=str(error))
    except Exception:
        _LOG.exception("the page %s failed", page)
        return Answer(error="This page has failed: a mistake of Palca, not of yours. Other choices "
                      "may work.")  # fmt: skip


@lru_cache(maxsize=KEPT)
def _answered(page: str, values: tuple[tuple[str, Any], ...]) -> Answer:
    return Answer(tuple(page_of(page).show(dict(values))))


def common() -> Iterator[Asked]:
    """Return what most visitors ask: every page as it opens, then what is common on each."""
    yield from (Asked(name) for name in PAGES)
    for name, page in PAGES.items():
        yield from (Asked(name, choices) for choices in page.common())
