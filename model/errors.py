"""The one family of errors that a user of Palca can cause.

Whatever is wrong with a scenario, a policy, an expression, an option or a path
is raised as :class:`PalcaError` and caught once, at the command line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_LONGEST: Final = 1000  # characters of a message: a stranger's file may hold long names
_ROOM: Final = 40  # of them for saying how many more there are
_COMMA: Final = re.compile(r"(?<![\d.,])([-+]?\d+),(\d+)(?![\d.,])")  # a decimal comma
# Control characters, which a terminal would obey, and marks that change a text's direction.
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class PalcaError(Exception):
    """Something that the user gave can't be used: where, what is wrong, how to mend it.

    Parameters
    ----------
    message : str
        What is wrong, in one line, with the mend if there is one.
    where : str, optional
        Where: file, table and rule, outermost first, joined by ``": "``.
    unknown : str, optional
        The name that isn't known, where that is what is wrong with an expression.
    """

    def __init__(self, message: str, where: str = "", unknown: str = "") -> None:
        self.message, self.unknown = one_line(message), unknown
        self.where = one_line(where)
        super().__init__(f"{self.where}: {self.message}" if where else self.message)

    def at(self, where: str) -> PalcaError:
        """Return the same error with an outer `where` put before its own."""
        inner = f"{where}: {self.where}" if self.where else where
        return PalcaError(self.message, inner, self.unknown)


def one_line(text: str) -> str:
    """Return a text fit for one line of a terminal: what can't be printed is escaped."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    if len(line) <= _LONGEST:
        return line
    room = _LONGEST - _ROOM
    end = line.rfind(" ", room // 2, room)  # not in the middle of a name
    kept = line[: end if end > 0 else room].rstrip(" ,;:")
    return f"{kept} … ({len(line) - len(kept):,} more characters)"


def short(text: object, most: int = 80) -> str:
    """Return what a user wrote, for a message: its beginning, with a mark, if it is long."""
    line = str(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"


def point(text: object) -> str:
    """Return a hint at a number's point where a text has a comma, or an empty string.

    >>> point("0,04")
    '; write 0.04, with a point'
    """
    found = _COMMA.search(str(text))
    if not found:
        return ""
    plain = f"{found[1]}{found[2]}, or " if len(found[2]) == 3 else ""
    return f"; write {plain}{found[1]}.{found[2]}, with a point"


def check_text(name: str, text: str, where: str) -> None:
    """Raise if a text that will be printed holds control characters.

    Raises
    ------
    PalcaError
    """
    if found := _UNFIT.search(text):
        raise PalcaError(f"'{name}' has the control character {found[0]!a} in it: remove it", where)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint at the known name nearest to `name`, or an empty string.

    >>> nearest("legitimcy", ["legitimacy", "fiscal"])
    " (did you mean 'legitimacy'?)"
    """
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" (did you mean '{close[0]}'?)" if close else ""
