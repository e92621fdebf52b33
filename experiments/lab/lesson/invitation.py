"""The link by which others in the room come in, with the word that lets them, and its QR code."""

from __future__ import annotations

import io
import socket
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from palca.model.errors import PalcaError, check_text

WORD: Final = "word"  # in an address
_SHORTEST, _LONGEST = 4, 40  # characters of a word
_ANY: Final = {"0.0.0.0": "192.0.2.1", "::": "2001:db8::1"}  # everywhere; nobody's, to be asked for
HERE: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Invitation:
    """How others reach the lab.

    Attributes
    ----------
    base : str
        The address of the lab, ending in a slash.
    word : str
        What lets them in.
    """

    base: str
    word: str

    def link(self, query: str = "") -> str:
        """Return the link of a page; `query` as it stands in an address."""
        pairs = [*parse_qsl(query.lstrip("?"), keep_blank_values=True), (WORD, self.word)]
        return f"{self.base}?{urlencode(pairs)}"


class Door:
    """Whether this process lets others in, and how; set once, when the lab is served."""

    invitation: Invitation | None = None


def same(word: str) -> str:
    """Return a word as it counts: capitals and spaces at its ends don't."""
    return unicodedata.normalize("NFKC", word).casefold().strip()


def check_word(word: str, host: str) -> str:
    """Return the word that visitors must know; empty if nobody but this machine can visit.

    Raises
    ------
    PalcaError
        If others could come in without one, or if it is too short or too long.
    """
    if not word and host not in HERE:
        raise PalcaError(f"others can reach {host}: choose a word that they must know, such as "
                         "--word tinkuy", "--word")  # fmt: skip
    check_text("word", word, "--word")
    if word and not _SHORTEST <= len(same(word)) <= _LONGEST:
        raise PalcaError(f"the word must have {_SHORTEST} to {_LONGEST} characters", "--word")
    return same(word)


def reached_at(host: str) -> str:
    """Return the name by which others reach a host that is listened on.

    For all addresses of this machine it is the one from which it would reach others.
    """
    if host not in _ANY:
        return host
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    with suppress(OSError), socket.socket(kind, socket.SOCK_DGRAM) as asked:
        asked.connect((_ANY[host], 9))  # sends nothing
        return str(asked.getsockname()[0])
    return socket.gethostname()


def address_of(host: str, port: int) -> str:
    """Return the address of the lab at a host."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def qr_picture(link: str) -> bytes:
    """Return a link as a QR code, an SVG."""
    import segno

    out = io.BytesIO()
    segno.make(link, micro=False).save(out, kind="svg", scale=6, light="white")
    return out.getvalue()


def qr_text(link: str) -> str:
    """Return a link as a QR code of half blocks, for a terminal."""
    import segno

    out = io.StringIO()
    segno.make(link, micro=False).terminal(out=out, compact=True, border=2)
    return out.getvalue().rstrip("\n")
