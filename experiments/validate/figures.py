"""The figures of a validation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..io.codebook import File
from ..io.figure_style import (
    DASHES,
    FACT,
    INK,
    PALE,
    SERIES,
    Picture,
    ends_of_years,
    head,
    new_figure,
    style,
)
from ..io.numerals import percent
from ..observe.histories import EVENTS
from .ablations import ALTERNATIVES, log_bayes_factor
from .cross_country import Regularities
from .evidence_weights import SHIPPED
from .forecast_skill import Scores
from .pattern_frequencies import Patterns
from .validate import Validation, Versions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OFF: Final = 12.0  # log evidence beyond which a bar is cut
_IMPOSSIBLE: Final = 500.0  # log evidence beyond which no number is printed
_NAIVE: Final = "#5a5a5a"
_ALL: Final = "#aac0d4"  # worlds where a pattern could show
_GROUPS: Final = {
    "without": ("without ", SERIES[0], ""), "alternative": ("Moscow ", SERIES[1], "///"),
    "broken": ("broken: ", PALE, "..."),
}  # fmt: skip


FILES: Final = (
    File("VALIDATION.md", "The page: all tests of the model, with their tables."),
    File("validation-ahead.png", "Figure: forecasts one month ahead."),
    File("validation-patterns.png", "Figure: how often worlds have the patterns of the record."),
    File("validation-countries.png", "Figure: coup statistics beside those of other countries."),
    File("validation-versions.png", "Figure: how much likelier the record is with each mechanism."),
    File("validation-weights.png", "Figure: how far other weights of the evidence move a result."),
)


def pictures(found: Validation) -> dict[str, Callable[[], Picture]]:
    """Return what draws the pictures of what was found, by the names of their PNG files."""
    made: dict[str, Callable[[], Picture]] = {}
    if found.scores is not None:
        made["validation-ahead.png"] = partial(draw_ahead, found.scores)
    if found.patterns is not None:
        made["validation-patterns.png"] = partial(draw_patterns, found.patterns)
    if found.countries is not None:
        by_chance = found.versions and found.versions.random_countries
        made["validation-countries.png"] = partial(draw_countries, found.countries, by_chance)
    if found.versions is not None:
        made["validation-versions.png"] = partial(draw_versions, found.versions)
        made["validation-weights.png"] = partial(draw_weights, found.versions)
    return made


def draw_ahead(scores: Scores) -> Picture:
    """Draw what was said of each month, one month ahead, and what happened."""
    months = np.arange(scores.said.shape[1])
    said_of_it = []
    with style():
        figure = new_figure(9, 5.4)
        axes = figure.subplots(2, 1)
        for index, (axis, event) in enumerate(zip(axes, EVENTS, strict=True)):
            said = 100 * scores.said[index]
            axis.step(months + 0.5, said, where="mid", color=SERIES[0], lw=1.3, label="model")
            for (name, baseline), dashes in zip(scores.baseline.items(), DASHES[1:], strict=False):
                axis.plot(months + 0.5, 100 * baseline[index], color=_NAIVE, lw=1.2, ls=dashes,
                          label=name)  # fmt: skip
            came = np.nonzero(scores.truth[index])[0]
            lines = [said[index] for said in (scores.said, *scores.baseline.values())]
            top = 120 * float(np.nanmax(lines))
            axis.plot(came + 0.5, np.full(len(came), top), "v", color=FACT, ms=7, clip_on=False)
            axis.set_ylim(0, top)
            axis.set_ylabel(f"probability of a {event}\nin the month (%)")
            ends_of_years(axis, len(months))
            then = np.nanmean(said[came]) if len(came) else np.nan
            said_of_it.append(f"{event}: {percent(then / 100)} on average in the {len(came)} "
                              "months in which it happened, "
                              f"{percent(np.nanmean(said) / 100)} in all")  # fmt: skip
        axes[0].legend(ncols=4, loc="upper right", bbox_to_anchor=(1, 0.96))
        head(figure, "One month ahead, given the months before; ▾ documented events")
    return Picture(figure, "Probabilities that the model and naive forecasts gave for each month, "
                           "given the months before. The model's for a "
                           f"{'; for a '.join(said_of_it)}."
                   )  # fmt: skip


def draw_patterns(patterns: Patterns) -> Picture:
    """Draw the share of worlds that show each pattern, of all and of those where it could."""
    rows = patterns.table.iloc[::-1].reset_index(drop=True)
    y = np.arange(len(rows))
    stars = [" *" if origin == "built in" else "" for origin in rows["origin"]]
    names = [
        f"{title}{star}  {number:2d}"
        for title, number, star in zip(rows["pattern"], rows["number"], stars, strict=True)
    ]
    with style():
        figure = new_figure(9, 6)
        axis = figure.subplots()
        axis.barh(y, 100 * rows["of_those"], color=_ALL, height=0.78)
        axis.barh(y, 100 * rows["worlds"], color=SERIES[0], height=0.36)
        axis.set_yticks(y, names, fontsize=8.5)
        for mark in (5, 50):
            axis.axvline(mark, color=INK, lw=0.8, ls=":")
        axis.set_xlim(0, 100)
        axis.set_ylim(-0.6, len(rows) - 0.4)
        axis.set_xlabel("share of worlds (%)")
        head(figure, "Patterns of the record in simulated worlds\ndark: of all worlds; pale: of "
                     "those where it could appear; * built in by a rule"
             )  # fmt: skip
    ordered = rows.sort_values("of_those")
    frequent = int((rows["of_those"] >= 0.5).sum())
    least, most = (
        f"{row['pattern']} ({percent(row['of_those'])})"
        for _, row in (next(ordered.iterrows()), next(ordered[::-1].iterrows()))
    )
    return Picture(figure, f"Bars of the share of worlds with each of {len(rows)} patterns. "
                           f"{frequent} of them appear in at least half of the worlds where they "
                           f"could; the most frequent is {most}, the rarest {least}.")  # fmt: skip


def draw_countries(found: Regularities, by_chance: Regularities | None) -> Picture:
    """Draw the chance of an attempt by the years since the last, and by growth."""
    with style():
        figure = new_figure(9, 3.9)
        left, right = figure.subplots(1, 2, width_ratios=(2, 1), sharey=True)
        _curve(left, "since", found, by_chance)
        _curve(right, "growth", found, by_chance)
        left.set_xlabel("time since the last attempt (years)")
        right.set_xlabel("growth of the year before (% a year)")
        left.set_ylabel("probability of an attempt (% a year)")
        left.set_ylim(0, None)
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)
        head(figure, "Coup attempts across countries")
    ends = found.since.iloc[[0, -1]]
    (a, b), (c, d) = (ends[name].map(percent) for name in ("simulated", "documented"))
    soon, late = (str(name).replace("yr", "") for name in ends["class"])
    return Picture(figure, "Probability of a coup attempt in a year by the years since the last "
                           f"attempt and by growth. In simulated countries it goes from {a} after "
                           f"{soon} to {b} after {late} years, in Latin America from {c} to "
                           f"{d}.")  # fmt: skip


def _curve(axis: Axes, name: str, found: Regularities, by_chance: Regularities | None) -> None:
    rows = getattr(found, name)
    x = np.arange(len(rows))
    error: Any = [100 * (rows["simulated"] - rows["low"]), 100 * (rows["high"] - rows["simulated"])]
    axis.errorbar(x, 100 * rows["simulated"], error, fmt="o-", color=SERIES[0], capsize=2,
                  label="simulated (5–95 %)")  # fmt: skip
    known = rows["documented"]
    wide: Any = [100 * (known - rows["documented_low"]), 100 * (rows["documented_high"] - known)]
    axis.errorbar(x + 0.12, 100 * known, wide, fmt="s-", color=FACT, lw=2.0, capsize=2,
                  label="Latin America, documented (5–95 %)")  # fmt: skip
    if by_chance is not None:
        axis.plot(x, 100 * getattr(by_chance, name)["simulated"], color=PALE, ls=DASHES[2],
                  label="broken model: coups at random")  # fmt: skip
    words = {"lt0": "below 0", "0_3": "0 to 3", "ge3": "3 and more"}
    classes = rows["class"].astype(str)
    names = [words.get(name) or name.replace("yr", "").replace("-", "–") for name in classes]
    axis.set_xticks(x, names)


def draw_versions(versions: Versions) -> Picture:
    """Draw how much likelier the record is with each mechanism, and with which policy."""
    own, *others = versions.comparisons
    rows = [(other, *log_bayes_factor(own, other)) for other in others]
    order = {"without": 2, "alternative": 1, "broken": 0}
    rows.sort(key=lambda row: (order[row[0].group], min(row[1], _OFF)))
    with style():
        figure = new_figure(9, 0.235 * len(rows) + 1.4)
        axis = figure.subplots()
        axis.axvspan(-1, 1, color="#e4e4e4", zorder=0)
        for y, (comparison, factor, low, high) in enumerate(rows):
            _, colour, hatch = _GROUPS[comparison.group]
            length = min(factor, _OFF)
            axis.barh(y, length, color=colour, height=0.7, hatch=hatch, edgecolor="white", lw=0)
            if factor >= _OFF:
                text = f" {factor:.0f}" if factor < _IMPOSSIBLE else " impossible"
                axis.text(length, y, text, va="center", fontsize=8)
            elif np.isfinite(low):
                axis.plot([low, high], [y, y], color=INK, lw=1.2)
        names = [_GROUPS[comparison.group][0] + comparison.name for comparison, *_ in rows]
        axis.set_yticks(range(len(rows)), names)
        axis.set_ylim(-0.6, len(rows) - 0.4)
        axis.set_xlabel("log evidence for the scenario as it is (nats)")
        head(
            figure,
            "Gain in log evidence from each mechanism and policy\ngrey band: "
            "undetermined; lines: 5–95 % of the filter's noise",
        )
    most = max(rows, key=lambda row: row[1])
    least = min(rows, key=lambda row: row[1])
    unclear = sum(abs(factor) < 1 for _, factor, *_ in rows)
    names = [_GROUPS[comparison.group][0] + comparison.name for comparison, *_ in (most, least)]
    return Picture(figure, "Bars of the log evidence for the scenario against versions without a "
                           "mechanism, with alternative policies and broken on purpose. The "
                           f"evidence is strongest against '{names[0]}' and weakest against "
                           f"'{names[1]}' ({least[1]:+.1f} nats); {unclear} of {len(rows)} "
                           "versions can't be distinguished from the scenario.")  # fmt: skip


def draw_weights(versions: Versions) -> Picture:
    """Draw as a tornado how far each weighting of the dealings moves a Bayes factor."""
    by_name = {name: versions.by_weights(name) for name in ALTERNATIVES}
    shipped = {name: factors.pop(SHIPPED) for name, factors in by_name.items()}
    moved = {title: max(abs(factors[title] - shipped[name]) for name, factors in by_name.items())
             for title in versions.by_weighting if title != SHIPPED}  # fmt: skip
    titles = sorted(moved, key=lambda title: moved[title])
    y = np.arange(len(titles))
    with style():
        figure = new_figure(9, 0.26 * len(titles) + 1.6)
        axes = figure.subplots(1, len(by_name), sharey=True)
        for axis, (name, factors) in zip(axes, by_name.items(), strict=True):
            values = np.array([factors[title] for title in titles])
            less = values < shipped[name]
            axis.axvspan(-1, 1, color="#e4e4e4", zorder=0)
            for some, colour, hatch in ((less, SERIES[1], "///"), (~less, SERIES[0], "")):
                axis.barh(y[some], values[some] - shipped[name], left=shipped[name], height=0.7,
                          color=colour, hatch=hatch, edgecolor="white", lw=0)  # fmt: skip
            axis.axvline(shipped[name], color=INK, lw=1.0)
            axis.set_title(f"against {name}", fontsize=9)
            axis.set_xlim(min(-1.5, values.min() - 0.5), max(values.max(), shipped[name]) + 0.5)
        axes[0].set_yticks(y, titles)
        axes[0].set_ylim(-0.6, len(titles) - 0.4)
        figure.supxlabel("log Bayes factor for raison d'état, of the dealings (nats)", fontsize=9)
        head(figure, "The dealings weighted otherwise\nline: as shipped; hatched: less for raison "
                     "d'état; grey band: undetermined"
             )  # fmt: skip
    said = "; ".join(
        f"against {name} {shipped[name]:+.1f} as shipped, {min(factors.values()):+.1f} to "
        f"{max(factors.values()):+.1f} otherwise" for name, factors in by_name.items()
    )  # fmt: skip
    return Picture(figure, "Bars of how far each of "
                           f"{len(titles)} other weightings of the dealings moves the log Bayes "
                           f"factor for raison d'état: {said}. '{titles[-1]}' moves one "
                           "most.")  # fmt: skip
