"""The one style of all figures, and the picture: a figure, and words for those who can't see it.

Lines differ in colour, in lightness and in dashes, so that they differ in grey
and for the colour-blind (Okabe and Ito 2008, jfly.uni-koeln.de/color). What is
documented is always of the colour :data:`FACT`, and nothing else is; documented lines are
thick and cased in white besides, since in grey that red is as dark as the blue.
"""

from __future__ import annotations

import base64
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .language import N_, _, spoken
from .numerals import marks
from .run_folder import write_whole
from .signals import held

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

INK: Final = "#333333"
PALE: Final = "#8c8c8c"  # zero lines, what is beside the point
FACT: Final = "#b8002e"  # the documented, and only that
GAP: Final = N_("not covered by the record")
# simulated: as it was, with a change, and further arms; each darker or lighter than the last
SERIES: Final = ("#2b5c8a", "#e08214", "#009e73", "#cc79a7", "#56b4e9", "#555555")
DASHES: Final = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (6, 1, 1, 1)), (0, (3, 1)), (0, (1, 2)))
# left, centre, right: they differ for the colour-blind and in grey; and what is written on them
COLOURS: Final = {"left": "#d55e00", "centre": "#bdbdbd", "right": "#0a5f94"}
INK_ON: Final = {"left": "white", "centre": INK, "right": "white"}
HEAT: Final = "cividis"  # rises evenly in lightness, also to the colour-blind

_STYLE: Final[Any] = {
    "font.family": "DejaVu Sans",  # comes with Matplotlib: the same picture everywhere
    "font.size": 9,
    "text.color": INK,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.5,
    "image.cmap": HEAT,
    "text.parse_math": False,  # a user's title may cost $5, or $6
    "savefig.dpi": 130,
    "svg.hashsalt": "palca",  # else each writing has other names inside
}


def load_matplotlib() -> None:
    """Import Matplotlib, which takes a while, and which no signal may disturb.

    If its machine code is interrupted as it is set up, Python crashes when it ends.
    """
    with held(), _no_settings_of_the_user():
        import matplotlib.backends.backend_agg
        import matplotlib.figure  # noqa: F401


@contextmanager
def _no_settings_of_the_user() -> Iterator[None]:
    """Have Matplotlib, as it is imported, read its own file of settings and no other.

    It looks for one in the current folder before all, where a broken one would end it.
    """
    spec = find_spec("matplotlib")
    if "matplotlib" in sys.modules or spec is None or spec.origin is None:
        yield
        return
    own = Path(spec.origin).parent / "mpl-data"
    names = ("MATPLOTLIBRC", "MPLBACKEND")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    here = os.getcwd() if os.path.exists("matplotlibrc") else None
    try:
        os.environ["MATPLOTLIBRC"] = str(own / "matplotlibrc")
        if here is not None:
            os.chdir(own)
        yield
    finally:
        if here is not None:
            os.chdir(here)
        del os.environ["MATPLOTLIBRC"]
        os.environ.update(before)


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the house; all that makes or writes a figure stands inside."""
    load_matplotlib()
    from matplotlib import rc_context, rcParamsDefault

    usual = {name: value for name, value in rcParamsDefault.items() if name != "backend"}
    with rc_context(usual | _STYLE):
        yield


_GIVEN: Final[ContextVar[Any]] = ContextVar("figure", default=None)


@contextmanager
def drawn_into(figure: Figure | SubFigure) -> Iterator[None]:
    """Have :func:`new_figure` return a user's figure, or a part of one."""
    token = _GIVEN.set(figure)
    try:
        yield
    finally:
        _GIVEN.reset(token)


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches, whose parts keep out of each other's way."""
    if (given := _GIVEN.get()) is not None:
        if hasattr(given, "set_size_inches"):  # a part of a figure has the room that it has
            given.set_size_inches(width, height)
        return given
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def head(figure: Figure, text: str) -> None:
    """Write the heading of a figure."""
    figure.suptitle(text, fontsize=10.5, x=0.01, ha="left")


def fact_line() -> dict[str, Any]:
    """Return how a documented line is drawn: thick, and cased in white."""
    from matplotlib.patheffects import withStroke

    return {"color": FACT, "lw": 2.0, "path_effects": [withStroke(linewidth=3.6, foreground="w")]}


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with its alternative text.

    Attributes
    ----------
    figure : Figure
    alt : str
        What it shows, in a sentence or two: for screen readers, and for pages whose
        pictures don't load.
    """

    figure: Figure
    alt: str

    def write(self, path: Path) -> None:
        """Write it as PNG and, beside it, as SVG; both carry the alternative text.

        Parameters
        ----------
        path : Path
            Of the PNG; the SVG has the ending ``.svg``.
        """
        for at, content in ((path, self.png()), (path.with_suffix(".svg"), self.svg())):
            write_whole(at, content)

    def png(self) -> bytes:
        """Return it as PNG: the same bytes for the same picture."""
        return self._drawn("png", {"Description": self.alt, "Software": None})

    def svg(self) -> bytes:
        """Return it as SVG: the same bytes for the same picture."""
        return self._drawn("svg", {"Description": self.alt, "Date": None, "Creator": None})

    def address(self) -> str:
        """Return the SVG as a ``data:`` address, to stand in a page."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg()).decode()

    def _drawn(self, form: str, about: dict[str, str | None]) -> bytes:
        file = io.BytesIO()
        with style():
            _spell_ticks(self.figure)
            if (engine := self.figure.get_layout_engine()) is not None:
                # laid out once: each further layout would start from the last, and differ
                engine.execute(self.figure)
                self.figure.set_layout_engine(None)
            self.figure.savefig(file, format=form, metadata=about)
        return file.getvalue()


def fan(axis: Axes, x: Any, quantiles: Any, colour: str = SERIES[0], dashes: Any = "-") -> None:
    """Draw 5–95 % and 25–75 % of the worlds as bands, and the median as a line.

    Parameters
    ----------
    x : array, shape ``(n,)``
    quantiles : array, shape ``(n, 5)``
        At 5, 25, 50, 75 and 95 %.
    """
    axis.fill_between(x, quantiles[:, 0], quantiles[:, 4], color=colour, alpha=0.16, lw=0)
    axis.fill_between(x, quantiles[:, 1], quantiles[:, 3], color=colour, alpha=0.28, lw=0)
    axis.plot(x, quantiles[:, 2], color=colour, ls=dashes)


def name_ends(
    axis: Axes, x: float, levels: Sequence[float], names: Sequence[str], colours: Sequence[str]
) -> None:
    """Write each line's name at its right end, moved apart where they would overlap."""
    low, high = axis.get_ylim()
    inches = axis.get_window_extent().height / axis.figure.dpi
    gap = 0.15 * (high - low) / inches  # a line of text is some 0.15 inches high
    order = np.argsort(levels)
    heights = np.array(levels, dtype=float)
    for before, after in pairwise(order):
        heights[after] = max(heights[after], heights[before] + gap)
    heights -= max(float(heights.max(initial=low)) - high, 0.0)
    for height, name, colour in zip(heights, names, colours, strict=True):
        axis.annotate(name, (x, height), (4, 0), textcoords="offset points", color=colour,
                      fontsize=8, va="center", annotation_clip=False)  # fmt: skip


def ends_of_years(
    axis: Axes, months: int, first: int = 1969, since: int = 0, zero: int = 0
) -> None:
    """Name the years on an axis of months.

    Parameters
    ----------
    months : int
        Where the axis ends.
    since : int
        Where it begins.
    zero : int
        The month at 0, counted from January of the year `first`.
    """
    step = 1 if months - since <= 72 else 2 if months - since <= 240 else 4
    years = range(-(-(zero + since) // 12), (zero + months) // 12 + 1, step)
    axis.set_xticks([12 * year - zero for year in years], [str(first + year) for year in years])
    axis.set_xlim(since, months)


def _spell_ticks(figure: Figure) -> None:
    """Write numbers at axes with the marks of the language that is spoken now."""
    from matplotlib.ticker import ScalarFormatter

    point, _comma = marks(spoken())

    class Spelled(ScalarFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return super().__call__(x, pos).replace(".", point)

    for axis in (each for axes in figure.axes for each in (axes.xaxis, axes.yaxis)):
        if point != "." and type(axis.get_major_formatter()) is ScalarFormatter:
            axis.set_major_formatter(Spelled())


def many(count: float, thing: str) -> str:
    """Return a count with its noun: "1 world", "2,000 worlds"."""
    return f"{count:,.0f} {thing}{'' if count == 1 else 's'}"


def hatch_gaps(axis: Axes, covered: Any) -> None:
    """Hatch the months that the record doesn't cover; a legend calls them :data:`GAP`."""
    label = _(GAP)
    for start, end in spells(covered):
        if not covered[start]:
            axis.axvspan(start, end, facecolor="none", edgecolor="#b4b4b4", hatch="////", lw=0,
                         zorder=0, label=label)  # fmt: skip
            label = ""


def spells(values: Any) -> list[tuple[int, int]]:
    """Return (first, end) of each spell of equal neighbours; every NaN is its own."""
    turns = [i for i in range(1, len(values)) if values[i] != values[i - 1]]
    return list(pairwise([0, *turns, len(values)]))
