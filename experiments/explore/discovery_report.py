"""What leads to an outcome, in words, as a file and as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..io.codebook import File, column
from ..io.experiment import Answer
from ..io.figure_style import INK, SERIES, Picture, head, many, new_figure, style
from ..io.numerals import decimal, percent
from ..io.table import Column, Table, decimals, shares, whole
from .discovery import Discovery
from .sweep_table import FACTORS, with_unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from rich.console import Console

_SHOWN: Final = 3  # boxes in which it happens most, and as many in which least
_IN_SHORT: Final = 2  # the same, in the answer
_BARS: Final = 10
_CELLS: Final = 10
_MOST_TEXTS: Final = 15  # cells a side in which numbers can be read


def box_table(found: Discovery) -> pd.DataFrame:
    """Return a row a box."""
    import pandas as pd

    return pd.DataFrame(
        [
            {"box": box.limits, "worlds": box.worlds, "hits": box.hits, "share": box.share,
             "ci95_low": box.low, "ci95_high": box.high, "coverage": box.coverage,
             "lift": box.share / found.base}
            for box in found.boxes
        ]
    )  # fmt: skip


_BOXES: Final = (
    Column("box", "where", meaning="its limits"),
    Column("share", "share of worlds", shares(), meaning="part of them in which it happens"),
    Column("ci95_low", "95 % interval", shares(), to="ci95_high"),
    Column("worlds", write=whole, meaning="worlds in it that it was not fitted to"),
    Column("hits", "cases", whole, rank=3, meaning="those of them in which it happens"),
    Column("lift", "times usual", decimals(1), rank=2,
           meaning="share divided by that of all worlds"),
    Column("coverage", "of all cases", shares(), rank=1,
           meaning="part of all cases that lie in it"),
)  # fmt: skip
FILES: Final = (
    File("boxes.csv", "a box: limits of what was varied", _BOXES),
    File("worlds.parquet", "a world", (
        FACTORS, column("happens", "whether the outcome happens in it"),
        column("draws", "of a sweep's worlds: those with the same number share their draws"),
    )),
    File("discovery.png", "Figure: important factors, and where the outcome happens."),
)  # fmt: skip


def boxes_table(title: str, rows: Iterable[Mapping[str, Any]], note: str = "") -> Table:
    """Return where it happens from rows of ``boxes.csv``."""
    return Table.of(title, _BOXES, rows, note, "boxes.csv")


def answer_of(found: Discovery, worlds: int) -> Answer:
    """Return where it happens most and least, and whether that can be trusted."""
    area, low, high = found.auc
    text = f"{found.text}: {percent(found.base, 1)} of {worlds:,} worlds."
    auc = f"(AUC {area:.2f}, 95 % interval {low:.2f} to {high:.2f}; 0.5 is chance)"
    if not found.better_than_chance:
        return Answer(f"{text} The factors do not predict it better than chance {auc}.")
    names = [name for name, fall in found.importance.items() if fall >= 0.0005]
    strong = f"; most important: {', '.join(names[:3])}" if names else ""
    rows: Any = box_table(found).to_dict("records")
    shown = [*rows[:_IN_SHORT], *rows[_IN_SHORT:][-_IN_SHORT:]]
    columns = [column for column in _BOXES if column.rank == 0]
    title = "Where it happens most, and least"
    text += (f" The factors predict it {auc}{strong}. This is about simulated worlds, not about "
             "history.")  # fmt: skip
    return Answer(text, Table.of(title, columns, shown) if shown else None)


def print_discovery(console: Console, found: Discovery, worlds: int) -> None:
    """Print where it happens most and least, and whether any of it can be trusted."""
    area, low, high = found.auc
    console.print(f"{found.text}: {percent(found.base, 1)} of {worlds:,} worlds")
    if not found.better_than_chance:
        console.print("The factors do not predict it better than chance (area under the curve "
                      f"{area:.2f}, 95 % interval {low:.2f} to {high:.2f}): what boxes.csv and "
                      "the picture tell apart is chance.")  # fmt: skip
        return
    console.print(f"AUC {percent(area)} (95 % interval {percent(low)[:-2]} to {percent(high)}): "
                  "the probability that the factors rank a world in which it happens above one in "
                  "which it doesn't; 50 % is chance.")  # fmt: skip
    important = [f"{name} ({100 * fall:.1f})" for name, fall in found.importance.items()
               if fall >= 0.0005][:_BARS]  # fmt: skip
    if important:
        console.print(
            "Most important factors, with the percentage points of AUC lost without "
            f"each: {', '.join(important)}."
        )
    rows: Any = box_table(found).to_dict("records")
    for title, some in (
        ("Where it happens most", rows[:_SHOWN]),
        ("Where it happens least", rows[_SHOWN:][-_SHOWN:]),
    ):
        if some:
            console.print(boxes_table(title, some))
    console.print(
        "Shares are estimated from the worlds that the boxes were not fitted to. They "
        "are about simulated worlds, not about history: a box says under which inputs "
        "the outcome happens in the model."
    )


def draw_discovery(found: Discovery, factors: pd.DataFrame, title: str) -> Picture:
    """Draw the importance of each factor, and the share over the two most important ones."""
    with style():
        figure = new_figure(10.5, 4.4)
        left, right = figure.subplots(1, 2)
        _importance(left, found)
        _shares(right, found, factors)
        head(figure, f"{found.text}: {percent(found.base, 1)} of {many(len(factors), 'world')}\n"
                     f"{title}")  # fmt: skip
    area, least, most = (100 * part for part in found.auc)
    names = [name for name, fall in found.importance.items()
             if fall > 0.0 and found.better_than_chance][:3]  # fmt: skip
    alt = (
        f"{found.text} in {percent(found.base, 1)} of {many(len(factors), 'world')}; AUC of the "
        f"factors {area:.0f} % ({least:.0f}–{most:.0f}; 50 is chance). Most important: "
        f"{', '.join(names) or 'nothing'}."
    )
    if found.boxes and found.better_than_chance:
        first = found.boxes[0]
        alt += f" It happens most where {first.limits}: {percent(first.share)}."
    return Picture(figure, alt)


def _importance(axis: Axes, found: Discovery) -> None:
    names = [name for name, fall in found.importance.items() if fall > 0.0][:_BARS][::-1]
    falls = [100 * found.importance[name] for name in names]
    axis.bar_label(axis.barh(range(len(names)), falls, color=SERIES[0]), fmt="%.1f", padding=2,
                   fontsize=7.5)  # fmt: skip
    axis.set_yticks(range(len(names)), names)
    axis.set_xlabel("loss of AUC without the factor (percentage points)")
    area, least, most = (100 * part for part in found.auc)
    axis.set_title(f"Importance of the factors: AUC {area:.0f} %\n({least:.0f}–{most:.0f}; 50 is "
                   "chance)")  # fmt: skip
    if not names:
        axis.text(0.5, 0.5, "nothing", transform=axis.transAxes, ha="center")


def _shares(axis: Axes, found: Discovery, factors: pd.DataFrame) -> None:
    first, second = (list(found.importance) * 2)[:2]
    across, down = _cells(factors[first]), _cells(factors[second])
    hits = factors.assign(hits=found.hits)["hits"]
    share: Any = 100 * hits.groupby([down, across]).mean().unstack()
    image = axis.imshow(share.to_numpy(float), origin="lower", aspect="auto")
    middle = (np.nanmin(share) + np.nanmax(share)) / 2
    if max(share.shape) > _MOST_TEXTS:
        axis.figure.colorbar(image, ax=axis).set_label("% of worlds")
    for (y, x), part in np.ndenumerate(share.to_numpy(float)):
        if np.isfinite(part) and max(share.shape) <= _MOST_TEXTS:
            axis.text(x, y, decimal(part, 0), ha="center", va="center", fontsize=7,
                      color=INK if part > middle else "white")  # fmt: skip
    axis.set_xlabel(with_unit(first))
    axis.set_ylabel(with_unit(second))
    _name(axis, "x", share.columns)
    _name(axis, "y", share.index)
    axis.set_title("Where it happens: % of worlds")


def _cells(values: pd.Series) -> pd.Series:
    """Return the middle of the tenth of all worlds that each number lies in; texts as they are."""
    if values.dtype.kind not in "fi" or values.nunique() <= _CELLS:
        return values
    edges = np.quantile(values, np.arange(1, _CELLS) / _CELLS)
    return values.groupby(np.searchsorted(edges, values, side="right")).transform("median")


def _name(axis: Axes, side: str, levels: Any) -> None:
    step = max(1, len(levels) // 5)
    texts = [f"{v:.3g}" if isinstance(v, float) else str(v) for v in levels[::step]]
    getattr(axis, f"set_{side}ticks")(range(0, len(levels), step), texts)
