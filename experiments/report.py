"""What ``palca run`` prints: the documented and the simulated history side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.scenario import Scenario

from .course import Course
from .ensemble import Summary
from .measures import RIGHT
from .pictures import COLOURS
from .scores import Verdict

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_GROUPS: Final = {
    "power": "Power: coups and rulers",
    "economy": "Economy",
    "conflict": "Unrest and repression",
    "ussr": "Cooperation with the USSR",
    "us": "Cooperation with the United States",
    "party": "The communist party",
}


def side(orientation: float) -> str:
    """Return ``"left"``, ``"centre"`` or ``"right"``."""
    return "left" if orientation <= -RIGHT else "right" if orientation >= RIGHT else "centre"


def print_report(
    console: Console,
    scenario: Scenario,
    summary: Summary,
    verdicts: list[Verdict],
    history: Course,
    *,
    worlds: int,
    seed: int,
    seconds: float,
) -> None:
    """Print the report of a run.

    Parameters
    ----------
    summary : Summary
        Of the ensemble.
    verdicts : list of Verdict
    history : Course
        The documented one, of a single world.
    """
    from rich.markup import escape

    console.print(f"\n[bold]{escape(scenario.title)}[/]", markup=True)
    console.print(
        f"{scenario.country.name}, {scenario.months} months from January 1969; {worlds:,} worlds, "
        f"seed {seed}, {seconds:.1f} s\n"
    )
    wide = console.width >= 116
    console.print(_rulers(scenario, summary, history, wide))
    console.print("[bold]Outcomes: documented and simulated[/]", markup=True)
    for group, title in _GROUPS.items():
        chosen = [verdict for verdict in verdicts if verdict.outcome.group == group]
        if chosen:
            console.print(_outcomes(title, chosen, wide))
    _print_notes(console, verdicts)
    console.print(_before_and_after(verdicts))
    console.print(_repression(summary))
    scored = [verdict for verdict in verdicts if not math.isnan(verdict.documented)]
    inside = sum(verdict.inside for verdict in scored)
    console.print(
        f"\n[bold]{inside} of {len(scored)}[/] documented outcomes lie within the central 90 % of "
        f"the worlds; {sum(v.skill > 0 for v in scored)} score better than the naive forecast.",
        markup=True,
    )
    origin = "fitted to this record" if scenario.sets else "set by hand with this record in view"
    console.print(
        "The worlds run free: none is conditioned on what happened. The parameters were\n"
        f"{origin}, so that it lies inside is no test of the model; palca validate is."
    )


def _table(title: str, *columns: str, right: tuple[int, ...] = ()) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD,
                  pad_edge=False)  # fmt: skip
    for i, column in enumerate(columns):
        table.add_column(column, justify="right" if i in right else "left")
    return table


def _rulers(scenario: Scenario, summary: Summary, history: Course, wide: bool) -> Table:
    """Return who ruled when, half-year by half-year: documented and simulated."""
    from rich.text import Text

    table = _table("Who ruled when", "", "documented", "coups", "left centre right, %",
                   "who rules most often", "coups", right=(2, 5))  # fmt: skip
    if wide:
        for column, width in zip(table.columns, (7, 29, 5, 23, 28, 9), strict=True):
            column.no_wrap, column.min_width = True, width
    tried, won = summary.mean("attempt"), summary.mean("success")
    done = history.count("power", "coup")[:, 0]
    failed = history.count("power", "failed coup")[:, 0]
    names = [leader.short for leader in scenario.country.leaders]
    for start in range(0, scenario.months, 6):
        half = slice(start, min(start + 6, scenario.months))
        documented = Text()
        leaders, courses = history.series["leader"][half, 0], history.series["orientation"][half, 0]
        previous = None
        for leader, orientation in zip(leaders, courses, strict=True):
            if np.isnan(leader) or leader == previous:
                continue
            previous = leader
            name = names[int(leader)].replace(" ", "\u00a0")
            letter = side(orientation)[0].upper()
            documented.append(f"■{letter} ", style=COLOURS[side(orientation)])
            documented.append(f"{name} ")
        end = half.stop - 1
        counts = summary.rulers[end]
        frequent = Text(", ".join(
            f"{names[i]} {counts[i] / summary.worlds:.0%}"
            for i in np.argsort(-counts, kind="stable")[:2]
            if counts[i]
        ))
        coups = f"{done[half].sum() + failed[half].sum():.0f}/{done[half].sum():.0f}"
        table.add_row(
            f"{1969 + start // 12} {'I' if start % 12 == 0 else 'II'}",
            documented,
            coups if coups != "0/0" else "·",
            _shares(summary, end),
            frequent,
            f"{tried[half].sum():.2f}/{won[half].sum():.2f}",
        )
    table.caption = (
        "L, C, R: a regime of the left, the centre, the right. "
        "coups: attempts/successes, documented and the worlds' mean"
    )
    return table


def _shares(summary: Summary, month: int) -> Text:
    """Return a bar of the shares of worlds under the left, the centre and the right."""
    from rich.text import Text

    from .ensemble import bin_centres

    values, counts = bin_centres("orientation"), summary.counts["orientation"][month]
    shares = {
        "left": counts[values <= -RIGHT].sum() / summary.worlds,
        "right": counts[values >= RIGHT].sum() / summary.worlds,
    }
    shares["centre"] = 1.0 - shares["left"] - shares["right"]
    text = Text()
    width = 12  # characters
    cells = {name: round(width * shares[name]) for name in ("left", "right")}
    cells["centre"] = max(width - cells["left"] - cells["right"], 0)
    for name in ("left", "centre", "right"):
        text.append("█" * cells[name], style=COLOURS[name])
    text.append("".join(f" {100 * shares[name]:2.0f}" for name in ("left", "centre", "right")))
    return text


def _number(value: float, unit: str) -> str:
    """Return a number as its unit is read: shares as %, counts without decimals."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    if unit == "share":
        return f"{100 * value:.0f} %"
    if unit in ("coups", "events", "months", "number", "0 to 3"):
        return f"{value:.0f}"
    return f"{value:.1f}"


def _outcomes(title: str, verdicts: list[Verdict], wide: bool) -> Table:
    """Return a table of outcomes: documented value, ensemble, position, scores."""
    from rich.text import Text

    table = _table(title, "", "record", "median", "5–95 %", "width", "at", "in",
                   "CRPS", "skill", right=(1, 2, 3, 4, 5, 7, 8))  # fmt: skip
    if wide:  # so that the groups' columns stand under each other
        for column, width in zip(table.columns, (42, 6, 6, 14, 5, 5, 2, 5, 5), strict=True):
            column.min_width = width
    for verdict in verdicts:
        outcome = verdict.outcome
        known = not math.isnan(verdict.documented)
        mark = " *" if outcome.note else ""
        table.add_row(
            f"{outcome.title}{mark}",
            _number(verdict.documented, outcome.unit),
            _number(verdict.median, outcome.unit),
            f"{_number(verdict.low, outcome.unit)} to {_number(verdict.high, outcome.unit)}",
            _number(verdict.high - verdict.low, outcome.unit),
            f"{verdict.position:.0%}" if known else "–",
            ("✓" if verdict.inside else Text("✗", "bold red")) if known else "–",
            f"{verdict.score:.2f}" if known else "–",
            _number(verdict.skill, "") if known else "–",
        )
    return table


def _print_notes(console: Console, verdicts: list[Verdict]) -> None:
    """Print what the columns mean, and the outcomes' own notes."""
    console.print(
        "record: the documented value. at: share of worlds below it, ties counted half. in:\n"
        "whether it lies within 5–95 %. CRPS: distance of forecast and fact, in the unit; 0 is\n"
        "best. skill: 1 − CRPS / CRPS of the naive forecast, which knows base rates of twenty\n"
        "Latin American countries for changes of power and persistence from January 1969 for\n"
        "the rest; below 0 the model is worse, −∞ if the naive forecast was exactly right.",
        style="dim",
    )
    for verdict in verdicts:
        if verdict.outcome.note:
            console.print(f"* {verdict.outcome.title}: {verdict.outcome.note}", style="dim")


def _before_and_after(verdicts: list[Verdict]) -> Table:
    """Return cooperation with both patrons before and after August 1971, side by side."""
    by_name = {verdict.outcome.name: verdict for verdict in verdicts}
    table = _table("Cooperation before and after August 1971", "", "documented before", "simulated",
                   "documented after", "simulated", right=(1, 2, 3, 4))  # fmt: skip
    pairs = (
        ("Soviet atmosphere: 1970, and change to 1972", "ussr_atmosphere_1970", "ussr_dip_1972"),
        ("Soviet atmosphere: recovery by 1978", "", "ussr_recovery"),
        ("Soviet commitments, million USD", "ussr_commitments_before", "ussr_commitments_after"),
        ("Soviet deliveries, million USD", "ussr_deliveries_before", "ussr_deliveries_after"),
        ("US atmosphere", "us_atmosphere_before", "us_atmosphere_after"),
        ("US commitments, million USD a year", "us_aid_before", "us_aid_after"),
        ("US deliveries, million USD a year", "us_deliveries_before", "us_deliveries_after"),
        ("party–Moscow friction, 0 to 3", "friction_before", "friction_after"),
    )
    for title, before, after in pairs:
        cells = []
        for name in (before, after):
            verdict = by_name.get(name)
            if verdict is None:
                cells += ["", ""]
                continue
            unit = verdict.outcome.unit
            span = f"({_number(verdict.low, unit)} to {_number(verdict.high, unit)})"
            cells += [_number(verdict.documented, unit), f"{_number(verdict.median, unit)} {span}"]
        table.add_row(title, *cells)
    return table


def _repression(summary: Summary) -> Table:
    """Return repression, protest and legitimacy by year: stability is never shown without them."""
    months = len(summary.rulers)
    years = [f"{1969 + year}" for year in range(months // 12)]
    title = "Stability and its price: medians at the end of each year, and 5–95 %"
    table = _table(title, "", *years, right=tuple(range(1, len(years) + 1)))
    for series in ("legitimacy", "repression", "mobilisation"):
        percent = 100 * summary.quantiles(series, (0.05, 0.5, 0.95))[11:months:12]
        cells = [f"{median:.0f} %\n{low:.0f}–{high:.0f}" for low, median, high in percent]
        table.add_row(series, *cells)
    return table
