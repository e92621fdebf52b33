"""The figures of a validation."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from palca.model.calendar import month_name

from .alternatives import log_bayes_factor
from .contests import EVENTS
from .pattern_study import Patterns
from .regularities import Regularities
from .scoring import Scores
from .validation import Validation, Versions

_INK: Final = "#1b3a57"
_PALE: Final = "#9db4c8"
_RECORD: Final = "#b5482a"
_DPI: Final = 130
_OFF: Final = 12.0  # log evidence beyond which a bar is cut


def draw_all(found: Validation, folder: Path) -> list[str]:
    """Draw what was found into a folder, and return the names of the files."""
    made = []
    for name, figure in (
        ("ahead", found.scores and draw_ahead(found.scores)),
        ("patterns", found.patterns and draw_patterns(found.patterns)),
        ("countries", found.countries and draw_countries(
            found.countries, found.versions and found.versions.random_countries)),
        ("versions", found.versions and draw_versions(found.versions)),
    ):  # fmt: skip
        if figure:
            made.append(f"validation-{name}.png")
            figure.savefig(folder / made[-1], dpi=_DPI)
    return made


def draw_ahead(scores: Scores) -> Figure:
    """Draw what was said of each month, one month ahead, and what happened."""
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.subplots(2, 1, sharex=True)
    months = np.arange(scores.said.shape[1])
    styles = {"constant": ":", "cross-national": "--"}
    for place, (ax, event) in enumerate(zip(axes, EVENTS, strict=True)):
        ax.step(months, scores.said[place], where="mid", color=_INK, lw=1.3, label="model")
        for name, style in styles.items():
            ax.plot(months, scores.blind[name][place], style, color="0.4", lw=1, label=name)
        came = np.nonzero(scores.truth[place])[0]
        top = 1.15 * float(np.nanmax(scores.said[place]))
        marks = np.full(len(came), top)
        ax.plot(came, marks, "v", color=_RECORD, label="it happened", clip_on=False)
        ax.set_ylim(0, top)
        ax.set_ylabel(f"chance of a {event}\nin the month")
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].legend(ncols=4, frameon=False, loc="upper right", bbox_to_anchor=(1, 1.25), fontsize=9)
    axes[1].set_xticks(months[::12], [month_name(int(m))[:4] for m in months[::12]])
    axes[0].set_title("One month ahead, knowing the months before", loc="left", fontsize=11)
    return figure


def draw_patterns(patterns: Patterns) -> Figure:
    """Draw the share of worlds that show each pattern, of all and of those where it could."""
    rows = patterns.table.iloc[::-1].reset_index(drop=True)
    figure = Figure(figsize=(9, 6), layout="constrained")
    ax = figure.subplots()
    place = np.arange(len(rows))
    ax.barh(place, 100 * rows["of_those"], color=_PALE, height=0.75)
    ax.barh(place, 100 * rows["worlds"], color=_INK, height=0.35)
    stars = ["*" if origin == "built in" else "" for origin in rows["origin"]]
    names = [
        f"{title}  {number}{star}"
        for title, number, star in zip(rows["pattern"], rows["number"], stars, strict=True)
    ]
    ax.set_yticks(place, names, fontsize=9)
    for mark in (5, 50):
        ax.axvline(mark, color="0.3", lw=0.8, ls=":")
    ax.set_xlim(0, 100)
    figure.supxlabel(
        "share of worlds, %: dark of all, pale of those where it could show; * built in by a rule",
        fontsize=10,
    )
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title("Patterns of the record in simulated worlds", loc="left", fontsize=11)
    return figure


def draw_countries(found: Regularities, by_chance: Regularities | None) -> Figure:
    """Draw the chance of an attempt by the years since the last, and by growth."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(2, 1), sharey=True)
    for ax, name, label in ((left, "since", "years since the last attempt"),
                            (right, "growth", "growth of the year before, %")):  # fmt: skip
        rows = getattr(found, name)
        place = np.arange(len(rows))
        error = [rows["simulated"] - rows["low"], rows["high"] - rows["simulated"]]
        ax.errorbar(place, rows["simulated"], error, fmt="o-", color=_INK, label="simulated")
        wide = 1.64 * np.sqrt(rows["documented"] * (1 - rows["documented"]) / rows["years"])
        ax.errorbar(place + 0.12, rows["documented"], wide, fmt="s--", color=_RECORD,
                    label="Latin America, documented")  # fmt: skip
        if by_chance is not None:
            ax.plot(place, getattr(by_chance, name)["simulated"], ":", color="0.5",
                    label="broken: coups at random")  # fmt: skip
        words = {"lt0": "below 0", "0_3": "0 to 3", "ge3": "3 and more"}
        names = [words.get(c, c.replace("yr", "").replace("-", "–")) for c in rows["class"]]
        ax.set_xticks(place, names)
        ax.set_xlabel(label)
        ax.spines[["top", "right"]].set_visible(False)
    left.set_ylabel("chance of an attempt in a year")
    left.set_ylim(0, None)
    left.legend(frameon=False, fontsize=9)
    return figure


def draw_versions(versions: Versions) -> Figure:
    """Draw how much likelier the record is with each mechanism, and with which policy."""
    own = versions.standings[0]
    rows = []
    for standing in versions.standings[1:]:
        rows.append((standing, *log_bayes_factor(own, standing)))
    order = {"without": 2, "rival": 1, "broken": 0}
    rows.sort(key=lambda row: (order[row[0].group], min(row[1], _OFF)))
    words = {"without": "without ", "rival": "Moscow ", "broken": "broken: "}
    colours = {"without": _INK, "rival": _RECORD, "broken": "0.5"}
    figure = Figure(figsize=(9, 8), layout="constrained")
    ax = figure.subplots()
    for place, (standing, factor, low, high) in enumerate(rows):
        shown = min(factor, _OFF)
        ax.barh(place, shown, color=colours[standing.group], height=0.7)
        if factor < _OFF:
            if np.isfinite(low):
                ax.plot([low, high], [place, place], color="0.75", lw=2)
        else:
            ax.text(shown, place, f" {factor:.0f}" if factor < 500 else " impossible", va="center",
                    fontsize=8)  # fmt: skip
    ax.set_yticks(range(len(rows)), [words[s.group] + s.name for s, *_ in rows], fontsize=8)
    ax.axvspan(-1, 1, color="0.9", zorder=0)
    ax.set_xlabel(
        "log evidence for the scenario as it is, nats (in the grey band the record can't tell)"
    )
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title("What each mechanism and policy earns", loc="left", fontsize=11)
    return figure
