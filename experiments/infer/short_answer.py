"""What a calibration found, in a few lines."""

from __future__ import annotations

from typing import Any, Final

from ..io.experiment import Answer
from ..io.numerals import percent
from ..io.table import Column, Table, digits, shares
from .calibrate import Calibration
from .tables import parameter_table

_MOST: Final = 8  # rows of a table


def answer_of(title: str, found: Calibration) -> Answer:
    """Return what the record says of the parameters, and how well they forecast later years."""
    inside = [score.inside for score in found.fit]
    text = [
        f"{title}, given the record of 1969–{found.until}: of {found.worlds:,} worlds "
        f"{len(found.posterior.worlds):,} are accepted (effective sample size "
        f"{found.posterior.ess:,.0f}).",
        f"Free-running worlds hold {sum(inside)} of {len(inside)} documented outcomes within their "
        "5–95 % range.",
    ]
    if found.unranked:
        text.append(f"About no parameter is the record called informative: {found.unranked}.")
    else:
        text.append(f"The record is informative about {found.informative.sum()} of "
                    f"{len(found.names)} parameters.")  # fmt: skip
        if uneven := [name for name, so in zip(found.names, found.uneven, strict=True) if so]:
            text.append(f"Known values of {', '.join(uneven)} aren't found again evenly: don't "
                        "trust such an interval.")  # fmt: skip
    if found.forecast is not None:
        scores = found.forecast.free
        better = sum(score.score < score.naive for score in scores)
        text.append(f"In the years after, these worlds beat the naive forecast in {better} of "
                    f"{len(scores)} outcomes.")  # fmt: skip
    ordered = parameter_table(found).sort_values("information_gain", ascending=False)
    rows: Any = ordered.head(_MOST).to_dict("records")
    columns = (
        Column("parameter"), Column("mean", write=digits),
        Column("q05", "5–95 %", digits, to="q95"),
        Column("information_gain", "gain", shares(),
               note=f"of information, 0 to 100 %; chance reaches "
                    f"{percent(found.information_gain_by_chance, 1)}"),
        Column("informative"),
    )  # fmt: skip
    return Answer(" ".join(text), Table.of("", columns, rows))
