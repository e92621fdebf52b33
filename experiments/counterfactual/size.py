"""Whether an effect is of a size that matters, by its interval."""

from __future__ import annotations

from typing import Final, Literal, get_args

Verdict = Literal["shown", "shown but small", "can't tell", "not shown"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)  # the best for a claim first


def verdict_on(low: float, high: float, least: float) -> Verdict:
    """Return the part of the line in which an interval lies, or that it lies in none alone.

    The line has three parts: none or the opposite, up to zero; small; and from the least size of
    interest on (as in tests of equivalence, Lakens 2017, doi:10.1177/1948550617697177). So an
    interval within another has the same verdict, or has one where the other has none.
    """
    if low >= least:
        return "shown"
    if high <= 0.0:
        return "not shown"
    if low > 0.0 and high < least:
        return "shown but small"
    return "can't tell"
