"""The one family of errors that a user of Palca can cause.

Whatever is wrong with a scenario, a policy, an expression, an option or a path
is raised as :class:`PalcaError` (or its child, where the caller can do
something else about it) and caught once, at the command line.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class PalcaError(Exception):
    """Something that the user gave can't be used; says where, what and the mend.

    Parameters
    ----------
    message : str
        What is wrong, in one line, with the mend if there is one.
    place : str, optional
        Where: file, table and rule, outermost first, joined by ``": "``.
    """

    def __init__(self, message: str, place: str = "") -> None:
        self.message = message
        self.place = place
        super().__init__(f"{place}: {message}" if place else message)

    def at(self, place: str) -> PalcaError:
        """Return the same error with an outer `place` put before its own."""
        inner = f"{place}: {self.place}" if self.place else place
        return type(self)(self.message, inner)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint at the known name nearest to `name`, or an empty string.

    >>> nearest("legitimcy", ["legitimacy", "fiscal"])
    " (did you mean 'legitimacy'?)"
    """
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" (did you mean '{close[0]}'?)" if close else ""
