"""Several changes on one axis: the arms of one question, or rival causes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from palca.model.calendar import FOREVER, month_name

from ..io.codebook import File, column
from ..io.figure_style import PALE, SERIES, Picture, head, new_figure, style
from ..io.numerals import decimal, percent
from ..io.table import Table, numbers, texts
from .answer import FORK, RECORD, Answer, Part
from .effects import Effect
from .files import FILES as ANSWER_FILES
from .files import tables
from .twins import QUANTITIES
from .words import GIVEN, SHORT, in_words, too_rare

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

_ARM: Final = column("arm", "name of the scenario")
FILES: Final = (
    *(replace(file, columns=(_ARM, *file.columns)) if file.columns else file
      for file in ANSWER_FILES),
    File("arms.png", "Figure: the effects of the changes on coup attempts."),
)
_MARKERS: Final = {FORK: "D", RECORD: "o"}
_SHOWN: Final = ("attempts", "rules", "lethal", "ussr_delivered", "us_commitments", "friction")


class HeadlineRow(NamedTuple):
    """One effect on the common axis: of a change, perhaps with a channel frozen."""

    change: str
    frozen: str
    part: Part
    attempts: Effect
    rules: Effect


def print_arms(console: Console, arms: dict[str, Answer]) -> None:
    """Print the effects of several changes in one table."""
    for name, answer in arms.items():
        if answer.stopped is not None or not answer.parts:
            console.print(f"[bold]{name}[/]", *too_rare(answer), sep="\n", markup=True)
    for name, answer in arms.items():
        for change in answer.counter["changes"]:
            end = " on" if change["until"] >= FOREVER else f" to {month_name(change['until'])}"
            console.print(f"  {name}: from {month_name(change['since'])}{end}: {change['target']}")
    if len({answer.fork for answer in arms.values()}) > 1:
        console.print(
            "The changes begin in different months: their effects are in different months too, and "
            "under different rulers perhaps. --at lets them begin together."
        )
    parts = [(name, answer, part) for name, answer in arms.items()
             for part in answer.parts.values()]  # fmt: skip
    console.print(Table(
        "Where the changes begin, and in which worlds",
        [*texts("change", "from", "given", "ruler then"), *numbers("families")],
        "given: by then, what had happened by the fork, or all that happened.",
    ).filled(
        (name, month_name(answer.fork), SHORT[part.given], "; ".join(
            f"{who} {percent(share)}"
            for who, share in sorted(part.rulers.items(), key=lambda pair: -pair[1])[:2]),
         f"{part.families:,.0f}")
        for name, answer, part in parts
    ))  # fmt: skip
    months = sorted({answer.main for answer in arms.values()})
    console.print(Table(
        f"Effects after {' or '.join(map(str, months))} months, with the change minus without",
        [*texts("outcome", "change", "given"), *numbers("effect", "s.e.")],
        "Shares are in percentage points. Changes may differ in size and length, so their effects "
        "are not per unit of anything.",
    ).filled(
        (QUANTITIES[quantity][0], name, SHORT[part.given],
         *_cells(part.effects[quantity, answer.main]))
        for quantity in _SHOWN for name, answer, part in parts
    ))  # fmt: skip
    if any(part.named for _, _, part in parts):
        console.print(Table(
            "Named outcomes: share of worlds without the change and with it",
            [*texts("change", "outcome", "given"),
             *numbers("without", "with", "effect (points)", "s.e.")],
        ).filled(
            (name, one.outcome, SHORT[part.given], percent(one.factual, 1),
             percent(one.counter, 1), decimal(100 * one.effect, 1, "+"),
             decimal(100 * one.se, 1))
            for name, _, part in parts for one in part.named
        ))  # fmt: skip


def _cells(effect: Effect) -> tuple[str, str]:
    share = QUANTITIES[effect.quantity][1].startswith("share of worlds")
    scale, places = (100.0, 1) if share else (1.0, 2)
    return decimal(scale * effect.effect, places, "+"), decimal(scale * effect.se, places)


def tables_of_arms(arms: dict[str, Answer]) -> dict[str, pd.DataFrame | str]:
    """Return the tables of :func:`~.files.tables` with a first column that names the arm."""
    import pandas as pd

    out: dict[str, Any] = {}
    for name, answer in arms.items():
        if not answer.parts:
            continue
        for file, table in tables(answer).items():
            if isinstance(table, str):
                out[file] = out.get(file, "") + f"{name}: {in_words(answer)}\n"
                continue
            table.insert(0, "arm", name)
            out.setdefault(file, []).append(table)
    return {file: made if isinstance(made, str) else pd.concat(made, ignore_index=True)
            for file, made in out.items()}  # fmt: skip


def draw_on_one_axis(rows: Sequence[HeadlineRow], months: int, title: str) -> Picture:
    """Draw the effects of some changes on coup attempts, given either."""
    changes = list(dict.fromkeys(row.change for row in rows))
    with style():
        figure = new_figure(9, 0.7 * len(changes) + 1.8)
        axis = figure.subplots()
        axis.axvline(0.0, color=PALE, lw=0.8)
        for row in rows:
            given = list(_MARKERS).index(row.part.given)
            y = -changes.index(row.change) + 0.15 - 0.3 * given
            effect, spread = row.attempts.effect, row.attempts.parameters_sd
            axis.plot([effect - spread, effect + spread], [y, y], color=SERIES[given], lw=1)
            axis.errorbar(
                effect, y, xerr=2 * row.attempts.se, color=SERIES[given], ms=5, lw=3,
                fmt=_MARKERS[row.part.given],
                label=f"given {GIVEN[row.part.given]}" if row.change == changes[0] else None,
            )  # fmt: skip
        axis.set_yticks(-np.arange(len(changes)), changes)
        axis.set_ylim(-len(changes) + 0.5, 0.5)
        figure.legend(loc="outside lower center", ncols=2, frameon=False)
        axis.set_xlabel(
            f"{QUANTITIES['attempts'][0]} (attempts), with the change minus without, after "
            f"{months} months\nthick: two standard errors; thin: one standard deviation over "
            "parameters that fit"
        )
        head(figure, title)
    summary = "; ".join(f"{row.change}, given {GIVEN[row.part.given]}: "
                        f"{decimal(row.attempts.effect, 2, '+')} ({decimal(row.attempts.se, 2)})"
                        for row in rows)  # fmt: skip
    return Picture(figure, f"Effects on {QUANTITIES['attempts'][0]} after {months} months, with "
                           f"standard errors: {summary}.")  # fmt: skip


def rows_of_arms(arms: dict[str, Answer]) -> list[HeadlineRow]:
    """Return the effects of arms on attempts and on rule, given either."""
    return [
        HeadlineRow(f"{name}\n(from {month_name(answer.fork)})", "", part,
                    part.effects["attempts", answer.main], part.effects["rules", answer.main])
        for name, answer in arms.items() for part in answer.parts.values()
    ]  # fmt: skip
