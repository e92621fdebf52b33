"""The address of a page holds all that was chosen, so that a link shows the same again."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from palca.model.errors import short

from ..io.language import ENGLISH, _, languages
from ..io.numerals import spelled
from .form import LONGEST

_LONGEST_QUERY: Final = 16_384  # characters that are read
_LONGEST_PACKED: Final = 6_000  # characters of a packed text that a link carries
_MOST_CHOICES: Final = 40
PACKED: Final = "text"  # the one choice that is packed
LANGUAGE: Final = "lang"


def read_query(query: str) -> tuple[dict[str, str], list[str]]:
    """Return the choices of a query, and what is wrong with it; never an error.

    Choices are texts that nobody has checked.
    """
    if len(query) > _LONGEST_QUERY:
        return {}, [_("The address is too long to be read, so the page shows its defaults.")]
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_CHOICES,
                          errors="replace")  # fmt: skip
    except ValueError:
        return {}, [_("The address has too many choices, so the page shows its defaults.")]
    choices = dict(pairs)
    names = [name for name, _ in pairs]
    complaints = [_("The address has “{name}” more than once; the last one counts.",
                    name=short(name, 40)) for name in choices if names.count(name) > 1]  # fmt: skip
    if PACKED in choices:
        text = _unpack(choices.pop(PACKED))
        if text is None:
            said = _("The policy in the address is damaged, or longer than {most} bytes, so it "
                     "isn't shown.", most=spelled(LONGEST, ","))  # fmt: skip
            return choices, [*complaints, said]
        choices[PACKED] = text
    return choices, complaints


def language_of(query: str) -> str:
    """Return the language that an address asks for; English if there is none of that code."""
    asked = dict(parse_qsl(query[:_LONGEST_QUERY], errors="replace")).get(LANGUAGE, ENGLISH)
    return asked if asked in languages() else ENGLISH


def write_query(
    page: str, choices: Mapping[str, str], language: str = ENGLISH, left_out: bool = False
) -> tuple[str, bool]:
    """Return the query of a page, and whether a text was too long for it.

    Parameters
    ----------
    left_out : bool
        Leave the text of a policy out: it is as shipped.
    """
    pairs = [("page", page), *([(LANGUAGE, language)] if language != ENGLISH else [])]
    too_long = False
    for name, value in choices.items():
        if name == PACKED:
            packed = "" if left_out else _pack(value)
            too_long = len(packed) > _LONGEST_PACKED
            value = "" if too_long else packed
            if not value:
                continue
        pairs.append((name, value))
    return urlencode(pairs), too_long


def _pack(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()


def _unpack(packed: str) -> str | None:
    """Return a packed text; None if it isn't one, or is too long when unpacked."""
    try:
        data = base64.b64decode(packed.encode("ascii"), altchars=b"-_", validate=True)
        reader = zlib.decompressobj()
        text = reader.decompress(data, LONGEST + 1)  # no further, however much is packed
        if len(text) > LONGEST or not reader.eof:
            return None
        return text.decode()
    except (ValueError, binascii.Error, zlib.error):
        return None
