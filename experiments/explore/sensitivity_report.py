"""Which parameters matter, as a table, a file and a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..io.codebook import File, column
from ..io.experiment import Answer
from ..io.figure_style import INK, SERIES, Picture, head, new_figure, style
from ..io.numerals import decimal, percent, significant, value_of
from ..io.table import Column, Table, numbers, pivot, shares
from ..observe.outcome import Outcome
from ..observe.windows import outcome_column
from .sensitivity import SCREENED, TOO_WIDE, Measured, Noise

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from rich.console import Console

_BARS: Final = 10  # parameters a panel
_MOST_ROWS: Final = 10  # of an answer
_WORDS: Final = 3  # outcomes in the alternative text


FILES: Final = (
    File("indices.csv", "how a parameter acts on an outcome, or what chance does", (
        column("parameter", "its name (palca list parameters); empty of chance"),
        column("outcome", "its name (palca list outcomes)"),
        column("method", "morris, sobol or, of chance, anova"),
        column("index", "of a parameter: effect, of the whole range of its prior, mean and sigma "
                        "of such effects, in the outcome's unit; first and total Sobol index, "
                        "shares of the variance of the expected outcome. Of chance: noise_share, "
                        "of the variance, and noise_sd, in the outcome's unit"),
        column("value", "of the index"), "ci95_low", "ci95_high",
        column("told", f"whether the interval leaves out 0; {TOO_WIDE}: it says nothing; empty of "
                       "chance"),
    )),
    File("sensitivity.png", "Figure: the parameters that matter most."),
)  # fmt: skip


def index_table(
    names: Sequence[str], measured: Sequence[Measured], noise: Sequence[Noise]
) -> pd.DataFrame:
    """Return a row an outcome, index and parameter; noise has no parameter.

    ``told`` is no if the interval reaches nothing, and says if it is too wide to say anything.
    """
    import pandas as pd

    rows = [
        {"parameter": name, "outcome": m.outcome,
         "method": "morris" if m.measure in SCREENED else "sobol", "index": m.measure,
         "value": m.value[i], "ci95_low": m.low[i], "ci95_high": m.high[i], "told": conclusive}
        for m in measured
        for i, (name, conclusive) in enumerate(zip(names, _conclusive(m), strict=True))
    ]  # fmt: skip
    rows += [
        {"parameter": "", "outcome": part.outcome, "method": "anova", "index": index,
         "value": value}
        for part in noise
        for index, value in (("noise_share", part.share), ("noise_sd", part.sd))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def indices_table(index: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return one measure of all parameters, with its intervals, from rows of ``indices.csv``."""
    scale = 100.0 if index == "total" else 1.0
    cells = []
    for row in rows:
        if row.get("index") == index:
            value, low, high = (scale * value_of(row.get(name))
                                for name in ("value", "ci95_low", "ci95_high"))  # fmt: skip
            vague = f": {TOO_WIDE}" if row.get("told") == TOO_WIDE else ""
            said = f"{significant(value)} ({significant(low)} to {significant(high)}){vague}"
            cells.append((str(row.get("parameter")), str(row.get("outcome")), said))
    return pivot(
        {"total": "Total Sobol indices: % of the expected outcome's variance"}.get(
            index, "Effects of the whole range of a prior on the expected outcome, in its unit"),
        Column("parameter"), cells, outcome_column,
        f"With 95 % intervals; {TOO_WIDE}: no conclusion.",
    )  # fmt: skip


def noise_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return what chance alone does, from rows of ``indices.csv``."""
    known = [(str(row.get("outcome")), row) for row in rows if row.get("index") == "noise_share"]
    return Table.of(
        "Noise: the share of the variance that is chance",
        [Column("outcome"), Column("value", "noise", shares(), note="part of a world's variance")],
        [{**row, "outcome": (outcome_column(name) or Column(name)).title} for name, row in known],
    )


def _conclusive(of: Measured) -> list[str]:
    return np.where(of.wide, TOO_WIDE, np.where(of.conclusive, "yes", "no")).tolist()


def answer_of(
    names: Sequence[str],
    outcomes: Sequence[Outcome],
    measured: Sequence[Measured],
    noise: Sequence[Noise],
) -> Answer:
    """Return which parameter matters most for each outcome, and how much is chance."""
    total = any(m.measure == "total" for m in measured)
    by = {m.outcome: m for m in measured if m.measure == ("total" if total else "effect")}
    chance = {part.outcome: part.share for part in noise}
    rows, telling = [], np.zeros(len(names), dtype=np.bool_)
    for outcome in outcomes:
        of = by[outcome.name]
        telling |= of.conclusive
        unclear = "too few points" if of.wide.any() else "none is clear"
        row = {"outcome": outcome.heading, "noise": chance[outcome.name], "parameter": "–",
               "value": "", "interval": unclear}  # fmt: skip
        if of.conclusive.any():
            sizes = np.where(of.conclusive, np.abs(np.nan_to_num(of.value)), -1.0)
            index, scale = int(np.argmax(sizes)), 100.0 if total else 1.0
            value, low, high = (scale * part[index] for part in (of.value, of.low, of.high))
            row |= {"parameter": str(names[index]), "value": significant(value, 2),
                    "interval": f"{significant(low, 2)} to {significant(high, 2)}"}  # fmt: skip
        rows.append(row)
    text = (
        f"{telling.sum()} of {len(names)} parameters have an effect on the expected value of at "
        f"least one of {len(rows)} outcomes that can be told from none (95 % intervals). Chance "
        f"makes {percent(min(chance.values()))} or more of the variance of one world."
    )
    size = "total index, %" if total else "effect of its range"
    columns = (Column("outcome"), Column("parameter", "depends most on"),
               Column("value", size, right=True), Column("interval", "95 % interval"),
               Column("noise", "chance", shares()))  # fmt: skip
    return Answer(text, Table.of("", columns, rows[:_MOST_ROWS], None))


def print_indices(
    console: Console,
    names: Sequence[str],
    outcomes: Sequence[Outcome],
    measured: Sequence[Measured],
    noise: Sequence[Noise],
    measure: str,
) -> None:
    """Print one measure of all parameters, those that matter most first.

    A value whose interval reaches down to nothing, or is too wide, is not printed.
    """
    of = {m.outcome: m for m in measured if m.measure == measure}
    conclusive = {name: m.conclusive for name, m in of.items()}
    signs = {m.outcome: _signs(m) for m in measured if m.measure == "mean"}
    scale = {part.outcome: part.sd if measure == "effect" else 1.0 for part in noise}
    sizes = [np.where(conclusive[n], of[n].value, 0.0) / (scale[n] or 1.0) for n in of]
    rank = np.max(sizes, axis=0)
    title = {
        "total": "Total Sobol indices, %: the share of the expected outcome's variance that "
                 "depends on a parameter, alone or with others",
        "effect": "Effects of the whole range of a prior on the expected outcome, in its unit "
                  "(Morris); ±: up at some points and down at others, or an unclear sign",
    }[measure]  # fmt: skip
    limit = {"total": "over 100 points, or all above 100 %", "effect": "over twice the effect"}[
        measure
    ]
    table = Table(
        title,
        [Column("parameter"), *numbers(*(outcome.name.replace("_", " ") for outcome in outcomes))],
        "·: the 95 % interval contains zero. By chance, one of forty parameters without effect "
        f"would have no dot. ?: the interval is too wide ({limit}).",
        "indices.csv",
    )
    for index in np.argsort(-rank, kind="stable"):
        if not any(conclusive[name][index] for name in of):
            continue
        cells = (_cell(of[o.name], index, signs) if o.name in of else "" for o in outcomes)
        table.add(str(names[index]), *cells)
    table.section("chance")
    shares = {part.outcome: part.share for part in noise}
    table.add(
        "noise, % of a world's variance",
        *(decimal(100 * shares.get(o.name, np.nan), 0) for o in outcomes),
    )
    console.print(table)
    vague = {name: m.wide for name, m in of.items()}
    for outcome in outcomes:
        if outcome.name in of and vague[outcome.name].any():
            console.print(_too_few(of[outcome.name], outcome))
    silent = [n for i, n in enumerate(names)
              if not any(conclusive[name][i] or vague[name][i] for name in of)]  # fmt: skip
    if silent:
        console.print(
            "Parameters whose effect can't be distinguished from zero in any of these "
            f"outcomes: {', '.join(silent)}."
        )
    console.print()


def _too_few(of: Measured, outcome: Outcome) -> str:
    """Return in words that intervals are too wide, with the widest."""
    scale, unit = (100.0, "%") if of.measure == "total" else (1.0, outcome.unit)
    said = (f"{outcome.heading}: too few points or replicates for {of.wide.sum()} of "
            f"{len(of.wide)} parameters")  # fmt: skip
    width = np.where(of.wide, of.high - of.low, np.nan)
    if np.isnan(width).all():
        return f"{said}: their effects can't be distinguished from chance."
    widest = np.nanargmax(width)
    low, high = (f"{scale * end:.3g}" for end in (of.low[widest], of.high[widest]))
    return f"{said}; the widest 95 % interval is {low} to {high} {unit}."


def _signs(mean: Measured) -> list[str]:
    """Return the direction in which each parameter moves an outcome, as far as it is one."""
    return np.where(mean.conclusive, np.where(mean.value > 0.0, "+", "–"), "±").tolist()


def _cell(measured: Measured, index: int, signs: dict[str, list[str]]) -> str:
    if not measured.conclusive[index]:
        return "?" if measured.wide[index] else "·"
    value = measured.value[index]
    if measured.measure == "effect":
        return f"{signs[measured.outcome][index]}{value:.2g}"
    return decimal(100 * value, 0)


def draw_indices(
    names: Sequence[str],
    outcomes: Sequence[Outcome],
    measured: Sequence[Measured],
    noise: Sequence[Noise],
    title: str,
) -> Picture:
    """Draw a panel an outcome: its strongest parameters with their intervals."""
    by = {(m.outcome, m.measure): m for m in measured}
    shares = {part.outcome: part.share for part in noise}
    columns = min(3, len(outcomes))
    rows = -(-len(outcomes) // columns)
    total = any(m.measure == "total" for m in measured)
    measure = "total" if total else "effect"
    with style():
        figure = new_figure(max(4.0 * columns, 6.5), 0.9 + 2.7 * rows)
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for axis, outcome in zip(axes, outcomes, strict=False):
            _bars(axis, names, by[outcome.name, measure], by.get((outcome.name, "first")))
            axis.set_xlabel("% of the expected outcome's variance" if total else outcome.unit)
            noisy = percent(shares[outcome.name])
            axis.set_title(f"{outcome.heading}\nnoise: {noisy} of a world's variance")
        for axis in axes[len(outcomes) :]:
            axis.set_visible(False)
        note = (
            "bars: total Sobol indices of the expected outcome; diamonds: first-order;\n"
            if total else "bars: effects of a whole prior on the expected outcome;\n"
        ) + ("lines: 95 % intervals; pale bars: the interval contains zero or is too "
             "wide")  # fmt: skip
        head(figure, f"{title}\n{note}")
    sentences = [_strongest(names, outcome, by[outcome.name, measure], total)
            for outcome in outcomes[:_WORDS]]  # fmt: skip
    return Picture(figure, f"{title}: which parameters matter. {'; '.join(sentences)}.")


def _strongest(names: Sequence[str], outcome: Outcome, of: Measured, total: bool) -> str:
    """Return in words which parameter matters most for an outcome."""
    sizes = np.where(of.conclusive, np.abs(np.nan_to_num(of.value)), -1.0)
    index = int(np.argmax(sizes))
    if sizes[index] < 0 and of.wide.any():
        return _too_few(of, outcome).rstrip(".")
    if sizes[index] < 0:
        return f"{outcome.heading}: no parameter has an effect that can be distinguished from zero"
    size = (f"{percent(of.value[index])} of the variance" if total
            else f"{of.value[index]:.2g} {outcome.unit}")  # fmt: skip
    return f"{outcome.heading} depends most on {names[index]} ({size})"


def _bars(axis: Axes, names: Sequence[str], of: Measured, first: Measured | None) -> None:
    scale = 100.0 if of.measure == "total" else 1.0
    order = np.argsort(np.nan_to_num(of.value))[-_BARS:]
    y = np.arange(len(order))
    value = scale * of.value[order]
    low, high = scale * of.low[order], scale * of.high[order]
    colours = [SERIES[0] if conclusive else "#cccccc" for conclusive in of.conclusive[order]]
    axis.barh(y, value, color=colours, height=0.7)
    axis.errorbar((low + high) / 2, y, xerr=(high - low) / 2, fmt="none", color=INK, lw=0.9,
                  capsize=2)  # fmt: skip
    if of.measure == "total" and first is not None:
        axis.plot(scale * first.value[order], y, "D", mfc="white", mec=INK, ms=4.5)
    axis.set_yticks(y, [str(names[index]) for index in order])
    axis.set_ylim(-0.6, len(order) - 0.4)
    if not np.isfinite(value).any():
        axis.text(0.5, 0.5, "it doesn't vary", transform=axis.transAxes, ha="center")
