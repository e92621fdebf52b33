"""What a comparison of two scenarios says: a table, and a figure of differences by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.calendar import month_name

from ..io.figure_style import (
    INK,
    PALE,
    SERIES,
    Picture,
    ends_of_years,
    head,
    many,
    new_figure,
    style,
)
from ..io.numerals import decimal, percent
from ..io.terminal_table import Column, TerminalTable, numbers
from ..simulate.ensemble import MONTHLY
from .paired import Contrast, Pairs, contrasts

if TYPE_CHECKING:
    from rich.console import Console

_DRAWN: Final = ("success", "ussr_atmosphere", "ussr_delivered", "us_recent", "friction",
                 "legitimacy", "fiscal", "repression")  # fmt: skip


def print_comparison(console: Console, names: tuple[str, str], pairs: Pairs) -> None:
    """Print the outcomes of two scenarios and their differences."""
    table = TerminalTable(
        f"{names[1]} less {names[0]}, world by world on the same draws",
        [Column("outcome"), *numbers(*names, "difference", "s.e."),
         Column("s.e. unpaired", right=True, rank=3),
         Column("5–95 % of worlds", right=True, rank=2), Column("changed", right=True, rank=1)],
        "s.e.: standard error of the difference; unpaired: if the two shared no draws. *: further "
        "from zero than two standard errors. changed: share of worlds in which there is a "
        "difference. Between shares it is in percentage points.",
        "differences.csv",
    )  # fmt: skip
    for row in contrasts(pairs):
        table.add(
            row.title, _number(row, row.first), _number(row, row.second),
            _number(row, row.difference, "+") + (" *" if _clear(row) else ""),
            _number(row, row.se), _number(row, row.unpaired_se),
            f"{_number(row, row.q05)} to {_number(row, row.q95)}", percent(row.changed),
        )  # fmt: skip
    console.print(table)
    diverged = pairs.diverged >= 0
    share = diverged.mean()
    if share == 0:
        console.print("No world changes course: who rules and who tries a coup stay as they were.")
        return
    first = month_name(int(np.median(pairs.diverged[diverged])))
    console.print(
        f"{percent(share)} of the worlds change course (who rules, or an attempt), half of them by "
        f"{first}; {percent(pairs.reconverged[diverged].mean())} of those that do have the same "
        "ruler and course at the end."
    )


def _clear(row: Contrast) -> bool:
    return abs(row.difference) > 2.0 * row.se


def _number(row: Contrast, value: float, sign: str = "") -> str:
    if row.unit == "share":
        return percent(value, 1, sign)
    return decimal(value, 2 if abs(value) < 10 else 1, sign)


def draw_comparison(names: tuple[str, str], pairs: Pairs) -> Picture:
    """Draw the mean difference by month, with two standard errors, and when worlds diverge."""
    size = len(pairs.worlds)
    months = len(next(iter(pairs.sums.values())))
    x = np.arange(months) + 0.5
    with style():
        figure = new_figure(10.5, 8)
        axes = figure.subplots(3, 3, sharex=True).ravel()
        for axis, name in zip(axes, _DRAWN, strict=False):
            total, squares = pairs.sums[name].T
            mean = total / size
            axis.axhline(0.0, color=PALE, lw=0.8)
            if size > 1:
                band = 2 * np.sqrt(np.maximum(squares / size - mean**2, 0.0) / (size - 1))
                axis.fill_between(x, mean - band, mean + band, color=SERIES[0], alpha=0.25, lw=0)
            axis.plot(x, mean, color=SERIES[0])
            title, unit = MONTHLY[name]
            axis.set_title(title)
            axis.set_ylabel(f"difference ({'share of worlds' if unit == '0 or 1' else unit})")
        by_month = np.bincount(pairs.diverged[pairs.diverged >= 0], minlength=months)
        axes[-1].plot(x, 100 * np.cumsum(by_month) / size, color=INK)
        axes[-1].set_ylim(0, 100)
        axes[-1].set_title("worlds that have changed course")
        axes[-1].set_ylabel("% of worlds")
        for axis in axes:
            ends_of_years(axis, months)
        head(figure, f"{names[1]} less {names[0]}\nmean of {many(size, 'world')} on the same "
                     "draws; bands: two standard errors")  # fmt: skip
    return Picture(figure, _picture_in_words(names, pairs))


def _picture_in_words(names: tuple[str, str], pairs: Pairs) -> str:
    rows = [row for row in contrasts(pairs) if _clear(row)]
    rows.sort(key=lambda row: -abs(row.difference) / (row.se or 1.0))
    told = "; ".join(f"{row.title} {_number(row, row.difference, '+')}" for row in rows[:3])
    return (
        f"Differences by month of {names[1]} less {names[0]} in {many(len(pairs.worlds), 'world')} "
        f"on the same draws, with two standard errors. {percent((pairs.diverged >= 0).mean())} "
        "of the worlds change course. "
        + (f"Clearest differences of outcomes: {told}." if told else
           "No outcome differs by more than two standard errors.")
    )  # fmt: skip
