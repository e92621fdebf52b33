"""What ``palca run`` prints: the documented and the simulated history side by side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_name
from palca.model.state.scenario import Scenario

from ..forecast.scores import OutcomeScore
from ..io.figure_style import COLOURS
from ..io.language import N_
from ..io.numerals import decimal, percent
from ..io.table import Column, Table, decimals, numbers, shares
from ..observe.by_month import side
from ..observe.documented import COUNTRY, no_record
from ..observe.histories import Histories
from ..observe.outcome import GROUPS
from ..observe.outcomes import outcomes_from
from ..simulate.ensemble import Summary
from .files import score_rows

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


def print_report(
    console: Console,
    scenario: Scenario,
    summary: Summary,
    outcome_scores: list[OutcomeScore],
    history: Histories | None,
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
    outcome_scores : list of OutcomeScore
    history : Histories, optional
        The documented one, of a single world; None if the country has no record.
    """
    from rich.markup import escape

    console.print(f"\n[bold]{escape(scenario.title)}[/]", markup=True)
    console.print(
        f"{scenario.country.name}, {scenario.months} months from {month_name(scenario.first)}; "
        f"{worlds:,} worlds, seed {seed}, {seconds:.1f} s\n"
    )
    console.print(_rulers(scenario, summary, history))
    if outcome_scores:
        console.print(_outcomes(outcome_scores))
    for score in outcome_scores if history else ():  # the notes are on the record
        if score.outcome.note:
            console.print(f"* {score.outcome.heading}: {score.outcome.note}", style="dim")
    console.print()
    if outcome_scores and scenario.first == 0:
        console.print(_before_and_after(outcome_scores))
    if scenario.months >= 12:
        console.print(_repression(scenario, summary))
    every = outcomes_from(scenario.first, scenario.country.windows)
    if left_out := sum(not outcome.reached(scenario.end) for outcome in every):
        console.print(
            f"\n{left_out} of {len(every)} outcomes are left out: the scenario ends in "
            f"{month_name(scenario.end - 1)}, before the last month that they need."
        )
    if history is None:
        console.print(f"\nNothing is scored: {no_record(scenario)}.")
        return
    scored = [score for score in outcome_scores if not math.isnan(score.documented)]
    if not scored:
        return
    inside = sum(score.inside for score in scored)
    console.print(
        f"\n[bold]{inside} of {len(scored)}[/] documented outcomes lie within the central 90 % of "
        f"the worlds; {sum(v.skill > 0 for v in scored)} score better than the naive forecast.",
        markup=True,
    )
    console.print(
        "The worlds run freely: none is conditioned on what happened. The parameters were "
        f"{origin_of(scenario)}, so it is no test of the model that the record lies inside; palca "
        "validate tests the model."
    )


def _half_year(month: int) -> str:
    """Return the name of the half year that begins in a month."""
    name = month_name(month)
    return f"{name[:4]} {'I' if name[5:] == '01' else 'II'}"


def _rulers(scenario: Scenario, summary: Summary, history: Histories | None) -> Table:
    """Return who ruled when, half-year by half-year: documented and simulated."""
    table = Table(
        "Who ruled when",
        [Column("half year"), Column("documented"), Column("coups, record", right=True),
         Column("share of worlds", rank=2), *numbers("left centre right, %"),
         Column("who rules most often", rank=1), Column("coups, worlds", right=True)],
        "L, C, R: a regime of the left, the centre, the right. Shares of worlds are those in the "
        "last month of the half year. coups: attempts/successes in the half year, in the record "
        "and on average in the worlds",
    )  # fmt: skip
    tried, won = summary.mean("attempt"), summary.mean("success")
    names = [leader.short for leader in scenario.country.leaders]
    for start in range(-(scenario.first % 6), scenario.months, 6):
        half = slice(max(start, 0), min(start + 6, scenario.months))
        documented = ("–", "–") if history is None else _documented(history, half, names)
        end = half.stop - 1
        counts = summary.rulers[end]
        frequent = ", ".join(
            f"{names[i]} {percent(counts[i] / summary.worlds)}".replace(" ", "\u00a0")
            for i in np.argsort(-counts, kind="stable")[:2]
            if counts[i]
        )
        table.add(
            _half_year(scenario.first + start),
            *documented,
            *_shares(summary, end),
            frequent,
            f"{decimal(tried[half].sum(), 2)}/{decimal(won[half].sum(), 2)}",
        )
    return table


def _documented(history: Histories, half: slice, names: list[str]) -> tuple[Text, str]:
    """Return who ruled in some documented months, and coup attempts and successes."""
    from rich.text import Text

    rulers, previous = Text(), None
    pairs = zip(*(history.series[name][half, 0] for name in ("leader", "orientation")), strict=True)
    for leader, orientation in pairs:
        if np.isnan(leader) or leader == previous:
            continue
        previous = leader
        name = names[int(leader)].replace(" ", "\u00a0")
        letter = side(orientation)[0].upper()
        rulers.append(f"■{letter}\u00a0", style=COLOURS[side(orientation)])
        rulers.append(f"{name} ")
    done, failed = (history.count("power", kind)[half].sum() for kind in ("coup", "failed coup"))
    return rulers, f"{done + failed:.0f}/{done:.0f}" if done + failed else "·"


def _shares(summary: Summary, month: int) -> tuple[Text, str]:
    """Return the shares of worlds under the left, the centre and the right, as a bar and in %."""
    from rich.text import Text

    shares = {name: summary.mean(name)[month] for name in ("left", "right")}
    shares["centre"] = 1.0 - shares["left"] - shares["right"]
    bar = Text()
    width = 12  # characters
    cells = {name: round(width * shares[name]) for name in ("left", "right")}
    cells["centre"] = max(width - cells["left"] - cells["right"], 0)
    for name in ("left", "centre", "right"):
        bar.append("█" * cells[name], style=COLOURS[name])
    return bar, " ".join(f"{100 * shares[name]:2.0f}" for name in ("left", "centre", "right"))


def _number(value: float, unit: str) -> str:
    """Return a number as its unit is read: shares as %, counts without decimals."""
    if unit == "share":
        return percent(value)
    return decimal(value, 0 if unit in ("coups", "events", "months", "number", "0 to 3") else 1)


def by_unit(value: float, row: Mapping[str, Any]) -> str:
    """Write a number as the unit of its row is read."""
    return _number(value, str(row.get("unit", "")))


SCORES: Final = (
    Column("title", N_("outcome"), meaning="what it is"),
    Column("documented", N_("record"), by_unit, note=N_("the documented value")),
    Column("median", N_("median"), by_unit, meaning="median of the worlds"),
    Column("q05", "5–95 %", by_unit, to="q95"),
    Column("width", N_("width"), by_unit, rank=4),
    Column("pit", N_("at"), shares(), rank=2,
           note=N_("share of worlds below the record, among equal ones at random")),
    Column("inside", N_("in"), note=N_("whether it lies within 5–95 %")),
    Column("crps", "CRPS", decimals(2), rank=3,
           note=N_("distance of forecast and fact, in the unit; 0 is best")),
    Column("crps_naive", N_("CRPS, naive"), decimals(2), meaning="the same of the naive forecast"),
    Column("skill", N_("skill"), decimals(2), rank=1,
           meaning="1 − crps / crps_naive: 1 is perfect, below 0 the naive forecast is better",
           note=N_("1 − CRPS / CRPS of the naive forecast, which knows base rates of twenty Latin "
                   "American countries for changes of power and persistence from the first month "
                   "for the rest; below 0 the model is worse; a dash: the naive forecast was "
                   "exactly right, or the record doesn't know it")),
)  # fmt: skip


def scores_table(rows: Iterable[Mapping[str, Any]], title: str) -> Table:
    """Return a table of outcomes from rows of ``scores.csv``: record, ensemble, place, scores."""
    return Table.of(title, SCORES, rows, file="scores.csv")


def _outcomes(outcome_scores: list[OutcomeScore]) -> Table:
    """Return the outcomes, group by group."""
    from rich.text import Text

    table = scores_table([], "Outcomes: documented and simulated")
    table.columns = [column for column in SCORES if column.name != "crps_naive"]
    for group, title in GROUPS.items():
        chosen = [score for score in outcome_scores if score.outcome.group == group]
        if chosen:
            table.section(title)
        for row, score in zip(score_rows(chosen), chosen, strict=True):
            star = " *" if score.outcome.note else ""
            mark = "✓" if score.inside else Text("✗", "bold red")
            table.add_row({
                **row, "title": f"{score.outcome.title}{star}",
                "inside": "–" if row["inside"] is None else mark,
                "width": score.high - score.low,
            })  # fmt: skip
    return table


def _before_and_after(outcome_scores: list[OutcomeScore]) -> Table:
    """Return cooperation with both patrons before and after August 1971, side by side."""
    by_name = {score.outcome.name: score for score in outcome_scores}
    table = Table(
        "Cooperation before and after August 1971",
        [Column("quantity"), *numbers("documented before", "simulated before", "documented after",
                                      "simulated after")],
        "simulated: median, with the 5 and 95 % quantiles of the worlds in brackets",
    )  # fmt: skip
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
            score = by_name.get(name)
            if score is None:
                cells += ["", ""]
                continue
            unit = score.outcome.unit
            span = f"({_number(score.low, unit)} to {_number(score.high, unit)})"
            cells += [_number(score.documented, unit), f"{_number(score.median, unit)} {span}"]
        if any(cells):
            table.add(title, *cells)
    return table


def _repression(scenario: Scenario, summary: Summary) -> Table:
    """Return repression, protest and legitimacy by year: stability is never shown without them."""
    december = (11 - scenario.first) % 12  # the first one
    step = 12 * -(-scenario.months // 180)
    years = [month_name(scenario.first + end)[:4]
             for end in range(december, scenario.months, step)]  # fmt: skip
    title = "Stability and repression: medians at the end of years, and 5–95 %"
    table = Table(title, [Column("series"), *numbers(*years)])
    for series in ("legitimacy", "repression", "mobilisation"):
        rows = summary.quantiles(series, (0.05, 0.5, 0.95))[december::step]
        table.add(series, *(f"{percent(median)}\n{decimal(100 * low, 0)}–{decimal(100 * high, 0)}"
                            for low, median, high in rows))  # fmt: skip
    return table


def origin_of(scenario: Scenario) -> str:
    """Return where the parameters of free-running worlds come from, after "were"."""
    record = "this record" if scenario.country.name == COUNTRY else f"the record of {COUNTRY}"
    if scenario.priors:
        return f"drawn from priors, of which the shipped ones were chosen with {record} in view"
    fitted = bool(scenario.parameter_sets)
    return f"fitted to {record}" if fitted else f"set by hand with {record} in view"
