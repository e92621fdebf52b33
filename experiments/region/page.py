"""What is said of forecasts of other countries: answer, tables, figure, and docs/REGION.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.state.parameters import PRIORS

from ..io.experiment import Answer
from ..io.figure_style import FACT, INK, SERIES, Picture, head, new_figure, style
from ..io.markdown_page import render
from ..io.numerals import decimal
from ..io.table import Column, Table, decimals, numbers
from .contest import FORECASTS, SETS, Contest
from .kit import CLOSED

if TYPE_CHECKING:
    from rich.console import Console

_TEMPLATE: Final = Path(__file__).parent / "templates" / "REGION.md"
_MOST: Final = 9999  # months; from there on a class has no end


def answer_of(found: Contest) -> Answer:
    """Return the scores over all countries in a few lines."""
    totals = found.totals()
    best = totals.iloc[totals["log_score"].argmax()]
    frail = totals[totals["forecast"] == "frail"].iloc[0]
    text = (
        f"Coups in {_countries(found)}, one month ahead, 1951–82, each forecast "
        f"from the others. The best: {best['meaning']}, {decimal(best['log_score'], 1)}. The "
        f"model, with what is learnt from other countries, gains {decimal(frail['gain'], 1, '+')} "
        f"(s.e. {decimal(frail['gain_se'], 1)}) over a logit on the time since the last attempt."
    )
    return Answer(text, _totals(totals))


def _countries(found: Contest) -> str:
    return "one country" if len(found.laws) == 1 else f"{len(found.laws)} countries"


def _totals(totals: Any) -> Table:
    windows = [Column("bolivia", "Bolivia", decimals(1)),
               Column("bolivia_1969_78", "1969–78", decimals(1))]  # fmt: skip
    return Table.of(
        "Sum of the logarithms of the chances of what happened",
        [Column("forecast"), Column("log_score", "all", decimals(1)),
         Column("gain", "gain", decimals(1, "+")), Column("gain_se", "s.e.", decimals(1)),
         Column("chance", "by chance", decimals(1)),
         *(windows if "bolivia" in totals else ())],
        totals.to_dict("records"),
    )  # fmt: skip


def _since(since: Any) -> Table:
    table = Table(
        "Chance of an attempt in a month, by months since the last one",
        [Column("months"), *numbers("country-months", "documented", *FORECASTS)],
    )
    for row in since.to_dict("records"):
        chances = [row["documented"], *(row[name] for name in FORECASTS)]
        table.add(_months(row), f"{row['country_months']:,}",
                  *(decimal(one, 3) for one in chances))  # fmt: skip
    return table


def _months(row: Mapping[Any, Any]) -> str:
    return f"{row['first']}–{row['last']}" if row["last"] < _MOST else f"{row['first']} and more"


def print_all(console: Console, found: Contest) -> None:
    """Print all tables."""
    console.print(_totals(found.totals()))
    console.print(_since(found.since()))
    for name, meaning in FORECASTS.items():
        console.print(f"{name}: {meaning}")


def draw_since(found: Contest) -> Picture:
    """Draw documented and forecast rates by months since the last attempt."""
    rows = found.since()
    with style():
        figure = new_figure(8.0, 4.4)
        axis = figure.subplots()
        places = np.arange(len(rows))
        known = rows["documented"].to_numpy()
        ends = np.abs(rows[["low", "high"]].to_numpy().T - known)
        axis.errorbar(places, known, ends, fmt="o", color=FACT,
                      label="documented, with its 90 % interval")  # fmt: skip
        for name, marker, colour in (("recency", "s", "#777777"), ("alone", "v", SERIES[0]),
                                     ("frail", "D", INK)):  # fmt: skip
            axis.plot(places, rows[name], marker=marker, color=colour, lw=1, label=FORECASTS[name])
        axis.set_xticks(places, [_months(row) for row in rows.to_dict("records")])
        axis.set_xlabel("months since the last attempt")
        axis.set_ylabel("chance of an attempt in a month")
        axis.legend(fontsize=7)
        head(figure, f"Coup attempts in {_countries(found)}, 1951–82: documented, and forecast "
                     "one month ahead")  # fmt: skip
    said = "; ".join(f"{_months(row)} months {decimal(row['documented'], 3)}, forecast "
                     f"{decimal(row['frail'], 3)}" for row in rows.to_dict("records"))  # fmt: skip
    return Picture(figure, f"Chance of an attempt in a month by months since the last one: {said}.")


def page_of(found: Contest, settings: Sequence[str], alts: Mapping[str, str]) -> str:
    """Return the page, in Markdown, with a link to its figure."""
    seen = [found.of[country] for country in found.laws]
    return render(
        _TEMPLATE,
        alt=alts.get("region.png", ""), totals=_totals(found.totals()).markdown(),
        since=_since(found.since()).markdown(), countries=len(found.laws),
        months=f"{sum(len(one.attempt) for one in seen):,}",
        attempts=int(sum(one.attempt.sum() for one in seen)), sets=SETS, worlds=found.worlds,
        closed=CLOSED, laws=sorted({*found.laws.values()}), free=len(PRIORS), own=found.own,
        settings=settings, forecasts=FORECASTS,
    )  # fmt: skip
