"""What one visitor has asked, and how a page answers it: everything but the web."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from palca.model.errors import PalcaError, short

from ..io.language import ENGLISH, N_, _, languages, speaking, spoken
from .address import LANGUAGE, language_of, read_query, write_query
from .blocks import Block, text
from .form import Form, Values
from .kept import kept
from .lesson.invitation import Door
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
        Whether the choices come from an address, so that those of no field are reported.
    changed : str
        The field that was chosen last.
    before : mapping of str to str
        What the fields showed before that.
    language : str
        The code of a language that there is.
    """

    page: str = FIRST
    choices: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()
    linked: bool = False
    changed: str = ""
    before: Mapping[str, str] = field(default_factory=dict)
    language: str = ENGLISH

    @classmethod
    def of_query(cls, query: str) -> Asked:
        """Return what an address asks; in English if its language isn't one that there is."""
        query = query.lstrip("?")
        language = language_of(query)
        with speaking(language):
            choices, complaints = read_query(query)
            name = choices.pop("page", FIRST)
            choices.pop(LANGUAGE, None)
            if name not in PAGES:
                complaints = [
                    *complaints,
                    _("There is no page “{name}”; this is the first page.", name=short(name, 40)),
                ]
                name = FIRST
        return cls(name, choices, tuple(complaints), linked=True, language=language)

    def choose(self, name: str, value: str) -> Asked:
        """Return it with another choice; those that depended on it are forgotten.

        So are those that could not be had, once that has been reported. What the page doesn't ask
        can't be chosen.
        """
        filled = fill(self)
        if name not in filled.values:
            return self
        gone = {*filled.refused, *page_of(self.page).resets.get(name, ())}
        kept = {key: said for key, said in self.choices.items() if key not in gone}
        return Asked(self.page, {**kept, name: value}, changed=name, before=filled.texts,
                     language=self.language)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled, and the address that brings it back.

    Attributes
    ----------
    page : str
    values : dict
    form : dict
        What the template shows of it.
    refused : frozenset of str
        Fields whose choices could not be had.
    wrong : tuple of str
        Labels of the boxes that hold what can't be used: until that is mended, nothing is answered.
    texts : mapping of str to str
        By field, its value as it stands in an address.
    language : str
    """

    page: str
    values: Values
    form: dict[str, Any]
    refused: frozenset[str] = frozenset()
    wrong: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    language: str = ENGLISH


def fill(asked: Asked) -> Filled:
    """Return the page's form, filled with what was chosen as far as it can be had.

    If that fails, by a mistake of ours, the form has its defaults and says so.
    """
    with speaking(asked.language):
        try:
            return _fill(asked)
        except Exception:
            _LOG.exception("the form of %s failed", asked.page)
            said = _("These choices can't be shown, because of an error in Palca. Other choices "
                     "may work.")  # fmt: skip
            return _fill(Asked(asked.page, complaints=(said,), language=asked.language))


def _fill(asked: Asked) -> Filled:
    page = page_of(asked.page)
    form = Form(asked.choices)
    page.ask(form)
    plain = any(row["kind"] == "prose" and (row["shipped"] or row["held"]) for row in form.fields)
    query, too_long = write_query(page.name, form.texts, spoken(), left_out=plain)
    strange = sorted(asked.choices.keys() - form.values.keys()) if asked.linked else []
    return Filled(
        page.name,
        form.values,
        {
            "page": page.name,
            "pages": [{"name": each.name, "title": _(each.title),
                       "query": f"?{write_query(each.name, {}, spoken())[0]}"}
                      for each in PAGES.values()],
            "title": _(page.title),
            "question": _(page.question),
            "limits": [_(line) for line in page.limits],
            "fields": form.fields,
            "scene": form.scene,
            "link": Door.invitation.link(query) if Door.invitation else "",
            "complaints": [
                *asked.complaints,
                *(_("“{name}” in the address is not a setting of this page, so it has no effect.",
                    name=short(name, 40)) for name in strange),
                *form.complaints.values(),
            ],
            "notes": [*_also_changed(asked, form), *([_(_TOO_LONG)] if too_long else ())],
            "query": f"?{query}",
            "languages": [
                {"code": code, "name": name, "spoken": code == spoken(),
                 "query": f"?{write_query(page.name, form.texts, code, left_out=plain)[0]}"}
                for code, name in languages().items()
            ],
        },
        frozenset(form.complaints),
        tuple(row["label"] for row in form.fields if row["error"]),
        form.texts,
        asked.language,
    )  # fmt: skip


_TOO_LONG: Final = N_(
    "The policy is too long for the address, so the link shows the shipped policy. Download your "
    "policy to send it."
)


def _also_changed(asked: Asked, form: Form) -> list[str]:
    """Say which other fields show something else since one was changed."""
    labels = {row["name"]: row["label"] for row in form.fields if row["kind"] != "prose"}
    other = [label for name, label in labels.items()
             if name != asked.changed and name not in form.complaints
             and asked.before.get(name, form.texts[name]) != form.texts[name]]  # fmt: skip
    if not other or asked.changed not in labels:
        return []
    return [_("Changed together with {field}: {others}.", field=labels[asked.changed],
              others=", ".join(other))]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What a page shows: blocks, or what is wrong; of a film the text, which is long, apart."""

    blocks: tuple[Block, ...] = ()
    error: str = ""
    film: str = ""


def answer(filled: Filled) -> PageAnswer:
    """Return a page's answer; what was asked before, by whomever, is at hand at once.

    Whatever goes wrong is said on the page: only a mistake of the visitor in its own words.
    """
    with speaking(filled.language):
        if filled.wrong:
            return PageAnswer((text(_("Nothing is shown until these values are mended: {boxes}.",
                                      boxes=", ".join(filled.wrong))),))  # fmt: skip
        try:
            return _answered(filled.page, tuple(filled.values.items()), filled.language)
        except PalcaError as error:
            return PageAnswer(error=str(error))
        except Exception:
            _LOG.exception("the page %s failed", filled.page)
            return PageAnswer(error=_("This page has failed because of an error in Palca. Other "
                                      "choices may work."))  # fmt: skip


@kept
def _answered(page: str, values: tuple[tuple[str, Any], ...], language: str) -> PageAnswer:
    blocks = page_of(page).show(dict(values))
    films = [block.get("text", "") for block in blocks if block["kind"] == "film"]
    return PageAnswer(
        tuple({"kind": "film"} if block["kind"] == "film" else block for block in blocks),
        film="".join(films),
    )


def common() -> Iterator[Asked]:
    """Return what most visitors ask: every page as it opens, then what is common on each."""
    yield from (Asked(name) for name in PAGES)
    for name, page in PAGES.items():
        yield from (Asked(name, choices) for choices in page.common())
