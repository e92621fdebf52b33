"""What a comparison of two scenarios says: a table, and a figure of differences by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_name

from ..infer.fifths import OUTCOMES_FILE
from ..io.codebook import Each, File, column
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
from ..io.numerals import number, percent
from ..io.table import POINTS, STAR, Column, Table, own_unit, shares, starred
from ..observe.windows import outcome_column
from ..simulate.ensemble import MONTHLY
from .paired import Pairs, contrasts, monthly_means

if TYPE_CHECKING:
    from rich.console import Console

_DRAWN: Final = ("success", "ussr_atmosphere", "ussr_delivered", "us_recent", "friction",
                 "legitimacy", "fiscal", "repression")  # fmt: skip


_DIFFERENCES: Final = (
    Column("title", "outcome", meaning="what it is"),
    Column("first", write=own_unit(), meaning="mean under the first scenario"),
    Column("second", write=own_unit(), meaning="mean under the second scenario"),
    Column("difference", write=starred("+"), note=STAR, meaning="second minus first"),
    Column("se", "s.e.", own_unit(), note="standard error of the difference"),
    Column("unpaired_se", "s.e. unpaired", own_unit(), rank=3,
           note="that if the two shared no draws"),
    Column("q05", "5–95 % of worlds", own_unit(), to="q95", rank=2),
    Column("changed", write=shares(), rank=1,
           note="share of worlds in which there is a difference"),
)  # fmt: skip


FILES: Final = (
    File("differences.csv", "an outcome under both scenarios, world by world", (
        column("name", "of the outcome (palca list outcomes)"), "unit", *_DIFFERENCES,
        column("gain", "how many times more worlds a comparison without common draws needs"),
    )),
    File("worlds.parquet", "a world under both scenarios", (
        column("world", "number of the world"),
        column("diverged", "month of the first difference in who rules or attempts a coup; empty "
                           "if there is none"),
        column("reconverged", "whether the ruler is the same at the end, and orientation similar; "
                              "empty if they never diverge"),
        Each("OUTCOME_first", "an outcome (palca list outcomes)", outcome_column,
             "under the first scenario"),
        Each("OUTCOME_second", "an outcome (palca list outcomes)", outcome_column,
             "under the second scenario"),
    )),
    OUTCOMES_FILE,
    File("differences.png", "Figure: mean differences by month."),
)  # fmt: skip


def differences_table(
    title: str, rows: Iterable[Mapping[str, Any]], names: tuple[str, str] = ("first", "second")
) -> Table:
    """Return a table of the outcomes of two scenarios from rows of ``differences.csv``."""
    named: dict[str, str] = dict(zip(("first", "second"), names, strict=True))
    columns = [replace(c, heading=named.get(c.name, c.heading)) for c in _DIFFERENCES]
    return Table.of(title, columns, rows, POINTS, "differences.csv")


def print_comparison(console: Console, names: tuple[str, str], pairs: Pairs) -> None:
    """Print the outcomes of two scenarios and their differences."""
    title = f"{names[1]} minus {names[0]}, world by world on the same draws"
    console.print(differences_table(title, map(asdict, contrasts(pairs)), names))
    if apart := sorted(pairs.first.keys() ^ pairs.second.keys()):
        console.print(
            f"Left out, since only one of them measures it: {', '.join(apart)}. Give both the same "
            "'windows' in their files."
        )
    diverged = pairs.diverged >= 0
    share = diverged.mean()
    if share == 0:
        console.print("No world diverges: in all worlds the same people rule and attempt coups.")
        return
    first = month_name(pairs.since + int(np.median(pairs.diverged[diverged])))
    console.print(
        f"{percent(share)} of the worlds diverge (in who rules, or in a coup attempt), half of "
        f"them by {first}; {percent(pairs.reconverged[diverged].mean())} of these have the same "
        "ruler and a similar orientation at the end."
    )


def draw_comparison(names: tuple[str, str], pairs: Pairs) -> Picture:
    """Draw the mean difference by month, with two standard errors, and when worlds diverge."""
    size = len(pairs.worlds)
    months = len(next(iter(pairs.sums.values())))
    x = np.arange(months) + 0.5
    with style():
        figure = new_figure(10.5, 8)
        axes = figure.subplots(3, 3, sharex=True).ravel()
        for axis, name in zip(axes, _DRAWN, strict=False):
            mean, se = monthly_means(pairs, name)
            axis.axhline(0.0, color=PALE, lw=0.8)
            axis.fill_between(x, mean - 2 * se, mean + 2 * se, color=SERIES[0], alpha=0.25, lw=0)
            axis.plot(x, mean, color=SERIES[0])
            title, unit = MONTHLY[name]
            axis.set_title(title)
            axis.set_ylabel(f"difference ({'share of worlds' if unit == '0 or 1' else unit})")
        by_month = np.bincount(pairs.diverged[pairs.diverged >= 0], minlength=months)
        axes[-1].plot(x, 100 * np.cumsum(by_month) / size, color=INK)
        axes[-1].set_ylim(0, 100)
        axes[-1].set_title("worlds that have diverged")
        axes[-1].set_ylabel("% of worlds")
        for axis in axes:
            ends_of_years(axis, months, zero=pairs.since)
        head(figure, f"{names[1]} minus {names[0]}\nmean of {many(size, 'world')} on the same "
                     "draws; bands: two standard errors")  # fmt: skip
    return Picture(figure, _picture_in_words(names, pairs))


def _picture_in_words(names: tuple[str, str], pairs: Pairs) -> str:
    rows = [row for row in contrasts(pairs) if row.clear]
    rows.sort(key=lambda row: -abs(row.difference) / (row.se or 1.0))
    clearest = "; ".join(f"{row.title} {number(row.difference, row.unit, '+')}" for row in rows[:3])
    return (
        f"Differences by month of {names[1]} minus {names[0]} in "
        f"{many(len(pairs.worlds), 'world')} on the same draws, with two standard errors. "
        f"{percent((pairs.diverged >= 0).mean())} of the worlds diverge. "
        + (f"The clearest differences of outcomes: {clearest}." if clearest else
           "No outcome differs by more than two standard errors.")
    )  # fmt: skip
