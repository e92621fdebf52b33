"""The folder of a counterfactual: what was asked, all numbers, and the figure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_name

from ..infer.evidence import describe
from ..io.provenance import hash_arrays
from ..io.table import Column, Table, digits
from .answer import Answer
from .effects import Effect, PriorPosteriorShift
from .report import in_words
from .twins import QUANTITIES

if TYPE_CHECKING:
    import pandas as pd


def digest(answer: Answer) -> str:
    """Return the SHA-256 of the twins: every quantity of every world and month."""
    total = hashlib.sha256()
    if answer.twins is not None:
        for paths in (answer.twins.factual, answer.twins.counter):
            hash_arrays(total, paths.values, QUANTITIES)
    return total.hexdigest()


def row_of(effect: Effect) -> dict[str, Any]:
    """Return an effect as it stands in a file, its month by name."""
    return {**asdict(effect), "month": month_name(effect.month)}


_EVIDENCE: Final = (
    Column("what"),
    Column("first", "first month"),
    Column("last", "last month"),
    Column("value", write=digits),
    Column("sd", "tolerance", digits),
    Column("weight", write=digits, note="of a world without it, or for each time"),
    Column("counted"),
    Column("probability", write=digits, note="of an event, given what went before"),
)  # fmt: skip
_SHIFTS: Final = (
    Column("parameter"),
    *(Column(name, name.replace("_", " "), digits)
      for name in ("prior_mean", "prior_sd", "posterior_mean", "posterior_sd")),
)  # fmt: skip


def evidence_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return the evidence from rows of ``evidence.csv``."""
    words = {name: f"{title} ({unit})" for name, (title, unit) in QUANTITIES.items()}
    named = ({**row, "what": words.get(str(row["what"]), row["what"])} for row in rows)
    return Table.of("The evidence", _EVIDENCE, named, file="evidence.csv")


def shifts_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return prior and posterior from rows of ``parameters.csv``."""
    return Table.of("The parameters, given the evidence", _SHIFTS, rows)


def tables(answer: Answer) -> dict[str, pd.DataFrame | str]:
    """Return the tables of an answer by their files.

    ``effects.csv`` (a row a quantity and horizon), ``months.csv`` (means by month of both
    runs), ``twins.parquet`` (a row a pair), ``parameters.csv`` (prior and posterior),
    ``evidence.csv``, ``effective.csv`` (by month of evidence), ``channels.csv``,
    ``variants.csv``, ``overlap.csv`` (share of intervened world-months near factual ones, and
    its colour), ``answer.txt``.
    """
    import pandas as pd

    twins = answer.twins
    assert twins is not None
    effects = [
        {"given": given, "months_on": months_on, **row_of(effect)}
        for given, table in (("evidence", answer.effects), ("nothing", answer.average_effects))
        for (_, months_on), effect in table.items()
    ]
    since = twins.factual.since
    months = [
        {"month": month_name(since + t), "quantity": name, "unit": unit,
         "without": float(twins.factual.values[name][t].mean()),
         "with": float(twins.counter.values[name][t].mean())}
        for name, (_, unit) in QUANTITIES.items()
        for t in range(twins.factual.months)
    ]  # fmt: skip
    pairs = {"world": np.arange(twins.factual.worlds), "ancestor": twins.ancestors}
    pairs |= twins.parameters
    for name in QUANTITIES:
        pairs[f"{name}_without"] = twins.factual.values[name][answer.main]
        pairs[f"{name}_with"] = twins.counter.values[name][answer.main]
    columns = [*PriorPosteriorShift._fields]
    shifts = pd.DataFrame.from_dict(answer.shifts, orient="index", columns=columns)
    diagnostics = answer.particles.diagnostics
    rows = describe(answer.whole, answer.last, diagnostics.event_predictive)
    effective = {
        "month": [month_name(t) for t in range(len(diagnostics.ess))],
        "effective": diagnostics.ess,
        "log_evidence": diagnostics.log_evidence,
    }
    channels = [
        {"quantity": quantity, "months_on": months_on, "channel": channel, "part": part,
         "se": se}
        for (quantity, months_on), parts in answer.mediated.items()
        for channel, (part, se) in parts.items()
    ]  # fmt: skip
    parts = ["quantity", "months_on", "channel", "part", "se"]
    variants = [
        {"variant": name, "fewest": fewest, **row_of(effect)}
        for name, (fewest, effects) in answer.variants.items()
        for effect in effects.values()
    ]
    models = ["variant", "fewest", *(field.name for field in fields(Effect))]
    files: dict[str, pd.DataFrame | str] = {
        "effects.csv": pd.DataFrame(effects),
        "months.csv": pd.DataFrame(months),
        "twins.parquet": pd.DataFrame(pairs),
        "parameters.csv": shifts.rename_axis("parameter").reset_index(),
        "evidence.csv": pd.DataFrame(rows, columns=[column.name for column in _EVIDENCE]),
        "effective.csv": pd.DataFrame(effective),
        "channels.csv": pd.DataFrame(channels, columns=parts),
        "variants.csv": pd.DataFrame(variants, columns=models),
        "answer.txt": in_words(answer) + "\n",
    }
    if (overlap := answer.overlap) is not None:
        years = [f"year {year}" for year in range(1, 1 + len(overlap.by_year))]
        near = [overlap.near, *overlap.by_year]
        table = pd.DataFrame({"months": ["all", *years], "near": near})
        table.insert(1, "colour", [overlap.colour, *[""] * len(years)])
        files["overlap.csv"] = table
    return files
