"""The language of what a reader sees: English in the code, other languages in catalogues.

A catalogue is a file of gettext, ``catalogues/es.po``, which Babel reads; `make messages` gathers
what is to be translated from the code, the lab's templates and the files of rules and concepts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

ENGLISH: Final = "en"
CATALOGUES: Final = Path(__file__).parent / "catalogues"
_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


@lru_cache(maxsize=1)
def languages() -> dict[str, str]:
    """Return the languages that there are, by their codes, each named in itself."""
    from babel import Locale

    codes = [ENGLISH, *sorted(path.stem for path in CATALOGUES.glob("*.po"))]
    return {code: str(Locale.parse(code).display_name).capitalize() for code in codes}


def preferred(wished: str) -> str:
    """Return the language that a browser wishes most, of those that there are.

    Parameters
    ----------
    wished : str
        The header Accept-Language, such as "es-BO,es;q=0.9,en;q=0.5"; what isn't one is ignored.
    """
    from babel import negotiate_locale

    weighed = []
    for place, part in enumerate(wished.split(",")):
        code, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1.0), place, code))
        except ValueError:
            continue
    return negotiate_locale([code for _, _, code in sorted(weighed)], languages(), "-") or ENGLISH


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Have `_` answer in a language, in this thread, until the block ends."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> str:
    """Return the code of the language that is spoken now."""
    return _spoken.get()


def catalogue(language: str) -> Mapping[str, str]:
    """Return the translations into a language by the English; what lacks one is missing."""
    return {} if language == ENGLISH else _read(language)


def _(text: str, **values: object) -> str:
    """Return a text in the language that is spoken now, with values put in.

    Parameters
    ----------
    text : str
        English, as it stands in the catalogues, with the names of values in braces.
    """
    said = catalogue(spoken()).get(text, text)
    return said.format(**values) if values else said


def N_(text: str) -> str:
    """Mark a text that is translated later, where it is shown."""
    return text


def written_month(month: int) -> str:
    """Return a month as prose writes it, such as August 1971 or agosto de 1971.

    Parameters
    ----------
    month : int
        Counted from January 1969.
    """
    return _month_in(spoken(), month)


@lru_cache(maxsize=1_000)  # a page of the lab writes hundreds
def _month_in(language: str, month: int) -> str:
    from babel.dates import format_skeleton

    first = date(1969 + month // 12, month % 12 + 1, 1)
    return format_skeleton("yMMMM", first, locale=language)


def written_date(text: str) -> str:
    """Return a date of the record, as precise as it is: 21 August 1971, August 1971, 1971.

    Parameters
    ----------
    text : str
        Such as 1971-08-21, 1971-08 or 1971.
    """
    from babel.dates import format_date

    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        locale = "en_GB" if spoken() == ENGLISH else spoken()  # 21 August, as months are written
        return format_date(date(*parts), "long", locale=locale)
    return written_month(12 * (parts[0] - 1969) + parts[1] - 1) if len(parts) == 2 else text


@lru_cache(maxsize=8)
def _read(language: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    with (CATALOGUES / f"{language}.po").open("rb") as file:
        messages: list[Any] = list(read_po(file, locale=language))
    return {row.id: row.string for row in messages if row.id and row.string and not row.fuzzy}
