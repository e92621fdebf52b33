"""Languages: the catalogues, and who is spoken to in which."""

from __future__ import annotations

import string
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.io.language import (
    CATALOGUES,
    ENGLISH,
    _,
    catalogue,
    languages,
    preferred,
    speaking,
    spoken,
    written_month,
)

sys.path.append(str(Path(__file__).parents[2]))  # what makes the catalogues isn't installed

from docs.messages import gathered

OTHERS = sorted(path.stem for path in CATALOGUES.glob("*.po"))


def names_in(text: str) -> set[str]:
    return {name for _before, name, _spec, _kind in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_lacks_no_translation(language: str) -> None:
    rows = [row for row in gathered(language) if row.id]
    lacking = [str(row.id) for row in rows if not row.string or row.fuzzy]
    assert not lacking, "\n".join([f"{len(lacking)} without a translation in {language}:", *lacking])
    assert len(rows) > 1000


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_puts_in_the_same_values(language: str) -> None:
    for text, said in catalogue(language).items():
        assert names_in(said) == names_in(text), text


@given(st.text(max_size=60))
def test_a_browser_gets_a_language_that_there_is(wished: str) -> None:
    assert preferred(wished) in languages()


@pytest.mark.parametrize(
    ("wished", "language"),
    [("es-BO,es;q=0.9,en;q=0.5", "es"), ("en-GB,es;q=0.4", "en"), ("qu", "en"), ("", "en"),
     ("en;q=0.1,es", "es")],
)  # fmt: skip
def test_the_wish_of_a_browser(wished: str, language: str) -> None:
    assert preferred(wished) == language


def test_a_language_is_that_of_its_thread_and_of_its_block() -> None:
    heard: list[str] = []
    with speaking("es"):
        assert spoken() == "es"
        thread = threading.Thread(target=lambda: heard.append(spoken()))
        thread.start()
        thread.join()
    assert (heard, spoken()) == ([ENGLISH], ENGLISH)


def test_what_has_no_translation_stays_english() -> None:
    with speaking("es"):
        assert _("no text of any page {n}", n=3) == "no text of any page 3"


def test_months_as_prose_writes_them() -> None:
    assert written_month(31) == "August 1971"
    with speaking("es"):
        assert written_month(31) == "agosto de 1971"
