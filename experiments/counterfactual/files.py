"""The folder of a counterfactual: what was asked, all numbers, and the figure."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from palca.model.calendar import month_name

from ..infer.evidence import describe
from .answer import Answer
from .effects import Effect, PriorPosteriorShift
from .report import in_words
from .twins import QUANTITIES


def digest(answer: Answer) -> str:
    """Return the SHA-256 of the twins: every quantity of every world and month."""
    total = hashlib.sha256()
    if answer.twins is not None:
        for paths in (answer.twins.factual, answer.twins.counter):
            for name in QUANTITIES:
                values = np.ascontiguousarray(paths.values[name], dtype="<f8")
                total.update(name.encode() + values.tobytes())
    return total.hexdigest()


def row_of(effect: Effect) -> dict[str, Any]:
    """Return an effect as it stands in a file, its month by name."""
    return {**asdict(effect), "month": month_name(effect.month)}


def write_tables(folder: Path, answer: Answer) -> None:
    """Write the tables of an answer.

    ``effects.csv`` (a row a quantity and horizon), ``months.csv`` (means by month of both
    runs), ``twins.parquet`` (a row a pair), ``parameters.csv`` (prior and posterior),
    ``evidence.csv``, ``effective.csv`` (by month of evidence), ``channels.csv``,
    ``variants.csv``, ``answer.txt``.
    """
    import pandas as pd

    twins = answer.twins
    assert twins is not None
    effects = [
        {"given": given, "months_on": months_on, **row_of(effect)}
        for given, table in (("evidence", answer.effects), ("nothing", answer.average_effects))
        for (_, months_on), effect in table.items()
    ]
    pd.DataFrame(effects).to_csv(folder / "effects.csv", index=False)
    since = twins.factual.since
    months = [
        {"month": month_name(since + t), "quantity": name, "unit": unit,
         "without": float(twins.factual.values[name][t].mean()),
         "with": float(twins.counter.values[name][t].mean())}
        for name, (_, unit) in QUANTITIES.items()
        for t in range(twins.factual.months)
    ]  # fmt: skip
    pd.DataFrame(months).to_csv(folder / "months.csv", index=False)
    pairs = {"world": np.arange(twins.factual.worlds), "ancestor": twins.ancestors}
    pairs |= twins.parameters
    for name in QUANTITIES:
        pairs[f"{name}_without"] = twins.factual.values[name][answer.main]
        pairs[f"{name}_with"] = twins.counter.values[name][answer.main]
    pd.DataFrame(pairs).to_parquet(folder / "twins.parquet", index=False)
    columns = [*PriorPosteriorShift._fields]
    shifts = pd.DataFrame.from_dict(answer.shifts, orient="index", columns=columns)
    shifts.to_csv(folder / "parameters.csv", index_label="parameter")
    diagnostics = answer.particles.diagnostics
    rows = describe(answer.whole, answer.last, diagnostics.event_predictive)
    columns = ["what", "first", "last", "value", "sd", "weight", "counted", "probability"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "evidence.csv", index=False)
    effective = {
        "month": [month_name(t) for t in range(len(diagnostics.ess))],
        "effective": diagnostics.ess,
        "log_evidence": diagnostics.log_evidence,
    }
    pd.DataFrame(effective).to_csv(folder / "effective.csv", index=False)
    channels = [
        {"quantity": quantity, "months_on": months_on, "channel": channel, "part": part,
         "se": se}
        for (quantity, months_on), parts in answer.mediated.items()
        for channel, (part, se) in parts.items()
    ]  # fmt: skip
    columns = ["quantity", "months_on", "channel", "part", "se"]
    pd.DataFrame(channels, columns=columns).to_csv(folder / "channels.csv", index=False)
    variants = [
        {"variant": name, "fewest": fewest, **row_of(effect)}
        for name, (fewest, effects) in answer.variants.items()
        for effect in effects.values()
    ]
    columns = ["variant", "fewest", *(field.name for field in fields(Effect))]
    pd.DataFrame(variants, columns=columns).to_csv(folder / "variants.csv", index=False)
    (folder / "answer.txt").write_text(in_words(answer) + "\n", encoding="utf-8")
