"""The folder of a counterfactual: what was asked, all numbers, and the figure."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from palca.model.calendar import month_name

from ..infer.evidence import describe
from .answer import Answer
from .effects import Effect, Learnt
from .report import in_words
from .twins import QUANTITIES

if TYPE_CHECKING:
    import pandas as pd


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


def tables(answer: Answer) -> dict[str, pd.DataFrame | str]:
    """Return the tables of an answer by their files.

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
    since = twins.factual.since
    months = [
        {"month": month_name(since + t), "quantity": name, "unit": unit,
         "without": float(twins.factual.values[name][t].mean()),
         "with": float(twins.counter.values[name][t].mean())}
        for name, (_, unit) in QUANTITIES.items()
        for t in range(twins.factual.months)
    ]  # fmt: skip
    pairs = {"world": np.arange(twins.factual.worlds), "founder": twins.founders}
    pairs |= twins.parameters
    for name in QUANTITIES:
        pairs[f"{name}_without"] = twins.factual.values[name][answer.main]
        pairs[f"{name}_with"] = twins.counter.values[name][answer.main]
    learnt = pd.DataFrame.from_dict(answer.learnt, orient="index", columns=[*Learnt._fields])
    rows = describe(answer.whole, answer.last, answer.past.shown)
    aspects = ["what", "first", "last", "value", "sd", "weight", "counted", "probability"]
    effective = {
        "month": [month_name(t) for t in range(len(answer.past.effective))],
        "effective": answer.past.effective,
        "log_evidence": answer.past.log_evidence,
    }
    channels = [
        {"quantity": quantity, "months_on": months_on, "channel": channel, "part": part,
         "se": se}
        for (quantity, months_on), parts in answer.shares.items()
        for channel, (part, se) in parts.items()
    ]  # fmt: skip
    shares = ["quantity", "months_on", "channel", "part", "se"]
    variants = [
        {"variant": name, "fewest": worth, **row_of(effect)}
        for name, (worth, effects) in answer.variants.items()
        for effect in effects.values()
    ]
    models = ["variant", "fewest", *(field.name for field in fields(Effect))]
    return {
        "effects.csv": pd.DataFrame(effects),
        "months.csv": pd.DataFrame(months),
        "twins.parquet": pd.DataFrame(pairs),
        "parameters.csv": learnt.rename_axis("parameter").reset_index(),
        "evidence.csv": pd.DataFrame(rows, columns=aspects),
        "effective.csv": pd.DataFrame(effective),
        "channels.csv": pd.DataFrame(channels, columns=shares),
        "variants.csv": pd.DataFrame(variants, columns=models),
        "answer.txt": in_words(answer) + "\n",
    }
