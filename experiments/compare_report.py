"""What a comparison of two scenarios says: a table, and a figure of differences by month."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.calendar import month_name

from .compare import Contrast, Pairs, contrasts
from .ensemble import MONTHLY

if TYPE_CHECKING:
    from rich.console import Console

_DRAWN: Final = ("success", "ussr_atmosphere", "ussr_delivered", "us_recent", "friction",
                 "legitimacy", "fiscal", "repression")  # fmt: skip


def print_comparison(console: Console, names: tuple[str, str], pairs: Pairs) -> None:
    """Print the outcomes of two scenarios and their differences."""
    from rich import box
    from rich.table import Table

    table = Table(
        "outcome", *names, "difference", "± 2 MC", "± 2 unpaired", "5–95 % of worlds", "changed",
        title=f"{names[1]} less {names[0]}, world by world on the same draws",
        title_justify="left", title_style="bold", box=box.SIMPLE_HEAD,
    )  # fmt: skip
    for column in table.columns[1:]:
        column.justify = "right"
    for row in contrasts(pairs):
        table.add_row(
            row.title, _number(row, row.first), _number(row, row.second),
            _number(row, row.difference, "+") + (" *" if _clear(row) else ""),
            _number(row, 2 * row.error), _number(row, 2 * row.unpaired),
            f"{_number(row, row.low)} to {_number(row, row.high)}", f"{row.changed:.0%}",
        )  # fmt: skip
    console.print(table)
    parted = pairs.parted >= 0
    share = parted.mean()
    console.print(
        "* further from zero than two Monte Carlo errors. unpaired: the error if the two shared "
        "no draws."
    )
    if share == 0:
        console.print("No world changes course: who rules and who tries a coup stay as they were.")
        return
    first = month_name(int(np.median(pairs.parted[parted])))
    console.print(
        f"{share:.0%} of the worlds change course (who rules, or an attempt), half of them by "
        f"{first}; {pairs.met[parted].mean():.0%} of these have the same ruler and course at the "
        "end."
    )


def _clear(row: Contrast) -> bool:
    return abs(row.difference) > 2.0 * row.error


def _number(row: Contrast, value: float, sign: str = "") -> str:
    if row.unit == "share":
        return f"{100 * value:{sign}.1f} %"
    return f"{value + 0.0:{sign}.{2 if abs(value) < 10 else 1}f}"


def draw_comparison(names: tuple[str, str], pairs: Pairs, path: Path) -> None:
    """Draw the mean difference by month, with two Monte Carlo errors, and when worlds part."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 10), layout="constrained")
    axes = figure.subplots(5, 2, sharex=True)
    size = len(pairs.worlds)
    months = len(next(iter(pairs.sums.values())))
    years = 1969 + np.arange(months) / 12
    for axis, name in zip(axes.ravel(), _DRAWN, strict=False):
        total, squares = pairs.sums[name].T
        mean = total / size
        error = 2 * np.sqrt(np.maximum(squares / size - mean**2, 0.0) / size)
        axis.fill_between(years, mean - error, mean + error, color="#4c72b0", alpha=0.3, lw=0)
        axis.plot(years, mean, color="#4c72b0")
        axis.axhline(0.0, color="#888888", lw=0.6)
        _, _, title, unit = MONTHLY[name]
        axis.set_title(f"{title} ({unit})", fontsize=9)
    rest = axes.ravel()[len(_DRAWN) :]
    by_month = np.bincount(pairs.parted[pairs.parted >= 0], minlength=months)
    rest[0].plot(years, np.cumsum(by_month) / size, color="#d55e00")
    rest[0].set_ylim(0, 1)
    rest[0].set_title("worlds that have changed course (share)", fontsize=9)
    rest[1].set_axis_off()
    figure.suptitle(
        f"{names[1]} less {names[0]}: mean of {size:,} worlds on the same draws, ± two Monte Carlo "
        "errors", fontsize=11, x=0.02, ha="left",
    )  # fmt: skip
    figure.savefig(path, dpi=130)
