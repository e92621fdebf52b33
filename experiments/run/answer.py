"""In how far a run reproduces the documented stability and cooperation, in a few lines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from palca.model.calendar import month_name
from palca.model.state.scenario import Scenario
from palca.model.types import Floats

from ..forecast.scores import OutcomeScore
from ..io.experiment import Answer
from ..io.figure_style import many
from ..io.table import Column, Table
from ..observe.documented import no_record
from ..observe.outcomes import imposed
from ..observe.stability import ELSEWHERE, MEASURES, attempts_by_window
from .report import by_unit, origin_of

_COLUMNS: Final = (
    Column("title", "measure"),
    Column("documented", "record", by_unit),
    Column("median", write=by_unit),
    Column("low", "5–95 %", by_unit, to="high"),
    Column("inside", "within"),
)


_IMPOSED: Final = (
    "What is taken from the record in every world, also where another regime rules than ruled "
    "then, isn't compared with it: what its patrons did, or the mean of growth."
)


def answer_of(
    scenario: Scenario,
    worlds: Mapping[str, Floats],
    outcome_scores: Sequence[OutcomeScore],
    scored: bool,
) -> Answer:
    """Return in how far the worlds are like the record.

    Parameters
    ----------
    worlds : mapping of str to ndarray, shape ``(worlds,)``
        Their outcomes.
    outcome_scores : sequence of OutcomeScore
    scored : bool
        Whether the country has a record.
    """
    documented = {score.outcome.name: score.documented for score in outcome_scores}
    rows: list[dict[str, Any]] = []
    given = imposed(scenario)
    whole, windows = ELSEWHERE if scenario.first else MEASURES, attempts_by_window(scenario)
    for measure in (*whole, *windows):
        if given.issuperset(measure.outcomes):
            continue
        values, truth = measure.of(worlds), measure.of(documented)
        if values is None or truth is None:
            continue
        low, median, high = np.quantile(values, (0.05, 0.5, 0.95)).tolist()
        known = not math.isnan(truth)
        rows.append({"title": measure.title, "unit": measure.unit, "documented": truth,
                     "median": median, "low": low, "high": high,
                     "inside": low <= truth <= high if known else "–",
                     "part": measure in windows})  # fmt: skip
    count = len(next(iter(worlds.values()), ()))
    text = (f"{scenario.title}. {many(count, 'world')} of {scenario.country.name}, to "
            f"{month_name(scenario.end - 1)}.")  # fmt: skip
    if given:
        text += f" {_IMPOSED}"
    if scenario.closed:
        text += f" Nothing acts through closed channels: {', '.join(sorted(scenario.closed))}."
    if not rows:
        return Answer(f"{text}\nThe scenario ends before stability and cooperation are measured.")
    if scored:
        said = _compared([row for row in rows if not row["part"]], scenario)
        return Answer(f"{text}\n{said}", Table.of("", _COLUMNS, rows))
    columns = [column for column in _COLUMNS if column.name not in ("documented", "inside")]
    found = f"Nothing is held against a record: {no_record(scenario)}."
    return Answer(f"{text}\n{found}", Table.of("", columns, rows))


def _compared(rows: Sequence[Mapping[str, Any]], scenario: Scenario) -> str:
    """Return how many measures lie within the range of the worlds, and what that means."""
    known = [row for row in rows if row["inside"] != "–"]
    outside = [row["title"] for row in known if not row["inside"]]
    silent = len(rows) - len(known)
    what = "stability" if imposed(scenario) else "stability and cooperation"
    said = f"{len(known) - len(outside)} of {len(known)} documented measures of {what} lie within "
    said += "the 90 % range of the worlds"
    said += f"; outside: {'; '.join(outside)}." if outside else "."
    if silent:
        said += f" {silent} {'is' if silent == 1 else 'are'} not documented."
    if scenario.interventions:
        return f"{said} The scenario changes history, so the record need not lie within."
    return (f"{said} The ranges are wide, so this says little; and the parameters were "
            f"{origin_of(scenario)}: palca validate tests the model.")  # fmt: skip
