"""What leads to an outcome, in words, as a file and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.parameters import PARAMETERS

from .discovery import Discovery

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from rich.console import Console

_SHOWN: Final = 3  # boxes in which it happens most, and as many in which least
_BARS: Final = 10
_CELLS: Final = 10
_MOST_TEXTS: Final = 15  # cells a side in which numbers can be read
_BLUE: Final = "#4c72b0"
_INK: Final = "#333333"


def box_table(found: Discovery) -> pd.DataFrame:
    """Return a row a box."""
    import pandas as pd

    return pd.DataFrame(
        [
            {"box": box.limits, "worlds": box.worlds, "hits": box.hits, "share": box.share,
             "low": box.low, "high": box.high, "coverage": box.coverage,
             "lift": box.share / found.base}
            for box in found.boxes
        ]
    )  # fmt: skip


def print_discovery(console: Console, found: Discovery, worlds: int) -> None:
    """Print where it happens most and least, and whether any of it can be trusted."""
    from rich import box
    from rich.table import Table

    area, low, high = found.auc
    console.print(f"{found.text}: {100 * found.base:.1f} % of {worlds:,} worlds")
    if not found.told:
        console.print(f"The factors tell no more than a coin does (area under the curve {area:.2f},"
                      f" {low:.2f}–{high:.2f}): what is told apart below is chance.")  # fmt: skip
    else:
        console.print(f"Told from the factors: a world in which it happens is known from one in "
                      f"which it doesn't with a chance of {100 * area:.0f} % "
                      f"({100 * low:.0f}–{100 * high:.0f}; a coin has 50).")  # fmt: skip
    telling = [f"{name} ({100 * fall:.1f})" for name, fall in found.importance.items()
               if fall >= 0.0005][:_BARS]  # fmt: skip
    if telling:
        console.print(f"Most telling, by the points that are lost without: {', '.join(telling)}.")
    for title, boxes in (
        ("Where it happens most", found.boxes[:_SHOWN]),
        ("Where it happens least", found.boxes[_SHOWN:][-_SHOWN:]),
    ):
        if not boxes:
            continue
        table = Table(box=box.SIMPLE, title=title, title_justify="left", pad_edge=False)
        table.add_column("")
        for heading in ("share", "of worlds", "times usual", "of all cases"):
            table.add_column(heading, justify="right", no_wrap=True)
        for part in boxes:
            table.add_row(
                part.limits,
                f"{100 * part.share:.0f} % ({100 * part.low:.0f}–{100 * part.high:.0f})",
                f"{part.worlds:,}",
                f"{part.share / found.base:.1f}",
                f"{100 * part.coverage:.0f} %",
            )
        console.print(table)
    console.print("Shares are of the worlds that the boxes were not drawn on. Of worlds, not of "
                  "history: a box says what the model needs for it to happen.")


def draw_discovery(
    found: Discovery, factors: pd.DataFrame, file: Path | IO[bytes], title: str
) -> None:
    """Draw how telling each factor is, and the share over the two most telling ones."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((10.5, 4.2), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    names = [name for name, fall in found.importance.items() if fall > 0.0][:_BARS][::-1]
    falls = [100 * found.importance[name] for name in names]
    left.bar_label(left.barh(range(len(names)), falls, color=_BLUE), fmt="%.1f", padding=2,
                   fontsize=7)  # fmt: skip
    left.set_yticks(range(len(names)), names)
    left.set_xlabel("points of the chance to tell that are lost without the factor", fontsize=8)
    area, least, most = (100 * part for part in found.auc)
    left.set_title(f"What tells: the chance to tell such a world is {area:.0f} % ({least:.0f}–"
                   f"{most:.0f}; a coin has 50)", fontsize=9, loc="left")  # fmt: skip
    if not names:
        left.text(0.5, 0.5, "nothing", transform=left.transAxes, ha="center", color=_INK)
    first, second = (list(found.importance) * 2)[:2]
    across, down = _cells(factors[first]), _cells(factors[second])
    hits = factors.assign(hits=found.hits)["hits"]
    share: Any = 100 * hits.groupby([down, across]).mean().unstack()
    shown = right.imshow(share.to_numpy(float), origin="lower", aspect="auto", cmap="viridis")
    middle = (np.nanmin(share) + np.nanmax(share)) / 2
    if max(share.shape) > _MOST_TEXTS:
        figure.colorbar(shown, ax=right)
    for (y, x), percent in np.ndenumerate(share.to_numpy(float)):
        if np.isfinite(percent) and max(share.shape) <= _MOST_TEXTS:
            right.text(x, y, f"{percent:.0f}", ha="center", va="center", fontsize=6,
                       color="black" if percent > middle else "white")  # fmt: skip
    right.set_xlabel(_with_unit(first), fontsize=8)
    right.set_ylabel(_with_unit(second), fontsize=8)
    _name(right, "x", share.columns)
    _name(right, "y", share.index)
    right.set_title("Where it happens: % of worlds", fontsize=9, loc="left")
    for axis in (left, right):
        axis.tick_params(labelsize=7.5, colors=_INK)
    for edge in ("top", "right"):
        left.spines[edge].set_visible(False)
    figure.suptitle(f"{found.text}: {100 * found.base:.1f} % of {len(factors):,} worlds\n{title}",
                    fontsize=9, x=0.01, ha="left")  # fmt: skip
    figure.savefig(file, format="png")


def _with_unit(name: str) -> str:
    return f"{name} ({PARAMETERS[name].unit})" if name in PARAMETERS else name


def _cells(values: pd.Series) -> pd.Series:
    """Return the tenth of its range that each number lies in, by its middle; texts as they are."""
    if values.dtype.kind not in "fi" or values.nunique() <= _CELLS:
        return values
    low, high = np.quantile(values, (0.005, 0.995))
    edges = np.linspace(low, high, _CELLS + 1)
    places = np.clip(np.searchsorted(edges, values) - 1, 0, _CELLS - 1)
    return values.__class__(((edges[1:] + edges[:-1]) / 2)[places], values.index, name=values.name)


def _name(axis: Axes, side: str, levels: Any) -> None:
    step = max(1, len(levels) // 5)
    texts = [f"{v:.3g}" if isinstance(v, float) else str(v) for v in levels[::step]]
    getattr(axis, f"set_{side}ticks")(range(0, len(levels), step), texts)
