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
from .effects import Effect, Fifth, PriorPosteriorShift, effect_in_fifths
from .named_outcomes import NamedEffect
from .twins import QUANTITIES
from .words import in_words

if TYPE_CHECKING:
    import pandas as pd


def digest(answer: Answer) -> str:
    """Return the SHA-256 of the twins: every quantity of every world and month."""
    total = hashlib.sha256()
    for part in answer.parts.values():
        for paths in (part.twins.factual, part.twins.counter):
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
    Column("counted", note="whether it had happened by the fork"),
)  # fmt: skip
_SHIFTS: Final = (
    Column("given"),
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

    In each the column ``given`` says what the worlds are given: ``fork``, what had happened by
    then, ``record``, all that happened, or ``nothing``.

    ``effects.csv`` (a row a quantity and horizon), ``fork.csv`` (who rules at the fork),
    ``months.csv`` (means by month of both runs), ``twins.parquet`` (a row a pair), ``fifths.csv``
    (effects on attempts in fifths of priors), ``causes.csv`` (probabilities of necessity and
    sufficiency), ``outcomes.csv`` (named outcomes), ``parameters.csv`` (prior and posterior),
    ``evidence.csv``, ``segments.csv`` (how probable the evidence is, month by month),
    ``channels.csv``, ``variants.csv``, ``overlap.csv`` (share of intervened world-months near
    factual ones, and its colour), ``answer.txt``.
    """
    import pandas as pd

    effects, forks, months, pairs, fifths, causes, shifts, segments, channels, near, named = (
        list[Any]() for _ in range(11)
    )
    names = [leader.name for leader in answer.country.leaders]
    for given, part in answer.parts.items():
        twins, since = part.twins, part.twins.factual.since
        effects += [{"given": given, "months_on": months_on, **row_of(effect)}
                    for (_, months_on), effect in part.effects.items()]  # fmt: skip
        forks += [{"given": given, "month": month_name(since), "leader": name, "share": share,
                   "families": part.families, "until": month_name(part.last)}
                  for name, share in part.rulers.items()]  # fmt: skip
        months += [
            {"given": given, "month": month_name(since + t), "quantity": name, "unit": unit,
             "without": float(twins.factual.values[name][t].mean()),
             "with": float(twins.counter.values[name][t].mean())}
            for name, (_, unit) in QUANTITIES.items()
            for t in range(twins.factual.months)
        ]  # fmt: skip
        columns = {"given": given, "world": np.arange(twins.factual.worlds),
                   "ancestor": twins.ancestors, **twins.parameters}  # fmt: skip
        for name in QUANTITIES:
            columns[f"{name}_without"] = twins.factual.values[name][answer.main]
            columns[f"{name}_with"] = twins.counter.values[name][answer.main]
        pairs.append(pd.DataFrame(columns))
        fifths += [
            {"given": given, "months_on": answer.main, "quantity": "attempts", "parameter": name,
             "fifth": number, **asdict(fifth)}
            for name, row in effect_in_fifths(twins, "attempts", answer.main).items()
            for number, fifth in enumerate(row, start=1)
        ]  # fmt: skip
        named += [{"given": given, **asdict(effect), "month": month_name(effect.month)}
                  for effect in part.named]  # fmt: skip
        causes += [{"given": given, **asdict(cause)} for cause in part.causes.values()]
        shifts += [{"given": given, "parameter": name, **shift._asdict()}
                   for name, shift in part.shifts.items()]  # fmt: skip
        segments += [
            {"given": given, "first": month_name(segment.start),
             "last": month_name(segment.end - 1), "kept": segment.kept, "tried": segment.tried,
             "probability": segment.probability, "families": segment.families}
            for segment in part.reanalysis.segments if segment.end <= part.last + 1
        ]  # fmt: skip
        channels += [
            {"given": given, "quantity": quantity, "months_on": months_on, "channel": channel,
             "part": share, "se": se}
            for (quantity, months_on), parts in part.mediated.items()
            for channel, (share, se) in parts.items()
        ]  # fmt: skip
        years = {f"year {year}": share for year, share in enumerate(part.overlap.by_year, start=1)}
        near += [{"given": given, "months": span, "near": share,
                  "colour": part.overlap.colour if span == "all" else ""}
                 for span, share in {"all": part.overlap.near, **years}.items()]  # fmt: skip
    effects += [{"given": "nothing", "months_on": months_on, **row_of(effect)}
                for (_, months_on), effect in answer.average.items()]  # fmt: skip
    variants = [
        {"variant": name, "given": next(iter(answer.parts)), **row_of(effect)}
        for name, effects_of in answer.variants.items()
        for effect in effects_of.values()
    ]
    rows = describe(answer.whole, answer.last, names)

    def table(rows: list[dict[str, Any]], *columns: str) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=columns or None)

    return {
        "effects.csv": table(effects),
        "fork.csv": table(forks),
        "months.csv": table(months),
        "twins.parquet": pd.concat(pairs, ignore_index=True),
        "fifths.csv": table(fifths, "given", "months_on", "quantity", "parameter", "fifth",
                            *(field.name for field in fields(Fifth))),
        "outcomes.csv": table(named, "given", *(field.name for field in fields(NamedEffect))),
        "causes.csv": table(causes),
        "parameters.csv": table(shifts, "given", "parameter", *PriorPosteriorShift._fields),
        "evidence.csv": table(rows, *(column.name for column in _EVIDENCE)),
        "segments.csv": table(segments),
        "channels.csv": table(channels, "given", "quantity", "months_on", "channel", "part", "se"),
        "variants.csv": table(variants, "variant", "given",
                              *(field.name for field in fields(Effect))),
        "overlap.csv": table(near),
        "answer.txt": in_words(answer) + "\n",
    }  # fmt: skip
