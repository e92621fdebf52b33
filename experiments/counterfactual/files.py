"""The folder of a counterfactual: what was asked, all numbers, and the figure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_name
from palca.model.state.parameters import PARAMETERS

from ..infer.evidence import describe
from ..infer.evidence_table import EVIDENCE, EVIDENCE_FILE, SEGMENTS_FILE, segment_rows
from ..infer.fifths import COLUMNS as FIFTH_COLUMNS
from ..infer.fifths import FIFTHS, WorldsByPrior, fifths_table
from ..io.codebook import Each, File, column, listed, of_table, of_titles
from ..io.provenance import hash_arrays
from ..io.table import Column, Table, digits
from .answer import Answer
from .effects import Effect, PriorPosteriorShift
from .expectations import EXPECTATIONS_FILE, judged_rows
from .named_outcomes import NamedEffect
from .twins import CONDUCT, QUANTITIES
from .words import GIVEN as GIVEN_IN_WORDS
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
    _, unit = QUANTITIES[effect.quantity]
    return {"quantity": effect.quantity, "unit": unit, **asdict(effect),
            "month": month_name(effect.month)}  # fmt: skip


GIVEN: Final = column(
    "given",
    "what the worlds are given: fork, what had happened by then; record, all that happened; or "
    "nothing",
)
_SHIFTS: Final = (
    GIVEN,
    Column("parameter", meaning="its name (palca list parameters)"),
    *(Column(name, name.replace("_", " "), digits, meaning=f"{said}, in the parameter's unit")
      for name, said in (("prior_mean", "mean of the prior"),
                         ("prior_sd", "standard deviation of the prior"),
                         ("posterior_mean", "mean given the evidence"),
                         ("posterior_sd", "standard deviation given the evidence"))),
)  # fmt: skip
_MONTHS_ON: Final = column("months_on", "after the fork", "months")
_QUANTITY: Final = column("quantity", listed(QUANTITIES))
_SPREAD: Final = (
    column("parameters_sd", "standard deviation of the effect over parameters that fit; it is cut "
                            "at 0, where it lies below some two of its standard errors"),
    column("parameters_sd_se", "its standard error"),
)  # fmt: skip
EFFECT_COLUMNS: Final = (
    _QUANTITY,
    "unit",
    column("month", "of the numbers"),
    column("factual", "mean without the change"),
    column("counter", "mean with the change"),
    column("effect", "with the change minus without"),
    column("se", "standard error of the effect; worlds that descend from one count together"),
    column("unpaired_se", "what it would be if both shared no draws"),
    *_SPREAD,
    column("q05", "5 % quantile of the differences pair by pair"),
    column("q95", "95 % quantile of the differences pair by pair"),
    column("changed", "part of the pairs in which there is a difference", "share"),
)  # fmt: skip
FILES: Final = (
    File("effects.csv", "a quantity at a horizon", (GIVEN, _MONTHS_ON, *EFFECT_COLUMNS)),
    File("fork.csv", "who rules when the change begins", (
        GIVEN, column("month", "of the fork, the first month of the change"),
        column("leader", "who rules at its start"), column("share", "of the worlds", "share"),
        column("families", "effective number of worlds of January 1969 that they descend from"),
        column("until", "last month of evidence; empty if there is none"),
    )),
    File("months.csv", "a quantity in a month", (
        GIVEN, column("month", "at whose end"), _QUANTITY, "unit",
        column("without", "mean without the change"), column("with", "mean with the change"),
    )),
    File("twins.parquet", "a world and its twin, at the main horizon (36 months, or the end)", (
        GIVEN, column("world", "number of the pair"),
        column("ancestor", "number of its world of January 1969"),
        Each("PARAMETER", "a parameter (palca list parameters)", of_table(PARAMETERS)),
        Each("QUANTITY_without", "a quantity, as in effects.csv", of_titles(QUANTITIES),
             "without the change"),
        Each("QUANTITY_with", "a quantity, as in effects.csv", of_titles(QUANTITIES),
             "with the change"),
    )),
    File("fifths.csv", "an effect in one fifth of the prior of a parameter that matters to it", (
        GIVEN, _MONTHS_ON, _QUANTITY, *FIFTH_COLUMNS,
    )),
    File("outcomes.csv", "an outcome that was named by --outcome", (
        GIVEN, column("outcome", "as it was named"), column("month", "of the outcome"),
        column("factual", "part of the worlds without the change", "share"),
        column("counter", "part of the worlds with it", "share"),
        column("effect", "with the change minus without", "share"), "se", *_SPREAD,
    )),
    File("conclusion.txt", "What may and may not be concluded, in words."),
    File("causes.csv", "whether the factual act was necessary and sufficient, at a horizon", (
        GIVEN, _MONTHS_ON,
        column("necessary", "of worlds whose regime lasted without the change, the part in which "
                            "it falls with it", "share"),
        column("sufficient", "of worlds whose regime falls with the change, the part in which it "
                             "lasted without; empty where it lasts without in all, and is 1 "
                             "whatever the change does", "share"),
        column("both", "part of the pairs in which it lasts without and falls with", "share"),
        column("harmed", "part of the pairs in which it falls without and lasts with", "share"),
        column("lasted", "that necessary rests on", "worlds"),
        column("fell", "that sufficient rests on", "worlds"),
        column("necessary_se", "standard error of necessary"),
        column("sufficient_se", "standard error of sufficient"),
    )),
    File("parameters.csv", "a free parameter, before and after the evidence", (
        *_SHIFTS,
        column("information_gain", "how far the evidence moves it from its prior: 0 not at all, "
                                   "1 to a point"),
        column("informative", "whether that is further than chance would move it"),
    )),
    EVIDENCE_FILE,
    replace(SEGMENTS_FILE, columns=(GIVEN, *SEGMENTS_FILE.columns)),
    File("channels.csv", "the part of an effect through a channel", (
        GIVEN, _QUANTITY, _MONTHS_ON, column("channel", "its name (palca list channels)"),
        column("part", "the effect less that with the channel held, in the quantity's unit"), "se",
    )),
    File("variants.csv", "a quantity under an alternative model, at the main horizon", (
        column("variant", "the model"), GIVEN, *EFFECT_COLUMNS,
    )),
    File("overlap.csv", "how near worlds with the change lie to worlds without", (
        GIVEN, column("months", "all, or a year after the fork"),
        column("near", "part of world-months near factual ones", "share"),
        column("colour", "of all months: green, amber or red"),
    )),
    File("acts.csv", "what an actor does with the change and in no month without it", (
        GIVEN, column("act", "its name"), column("what", "what it is"),
        column("share", "of world-months with the change", "share"),
    )),
    EXPECTATIONS_FILE,
)  # fmt: skip
FIGURE: Final = File("counterfactual.png", "Figure: worlds with the change and without.")


def evidence_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return the evidence from rows of ``evidence.csv``."""
    words = {name: f"{title} ({unit})" for name, (title, unit) in QUANTITIES.items()}
    named = ({**row, "what": words.get(str(row["what"]), row["what"])} for row in rows)
    return Table.of("The evidence", EVIDENCE, named, file="evidence.csv")


def shifts_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return prior and posterior from rows of ``parameters.csv``."""
    return Table.of("The parameters, given the evidence", _SHIFTS, rows)


def fifth_rows(answer: Answer) -> list[dict[str, Any]]:
    """Return the effect on coup attempts in fifths of the priors that matter most to it."""
    rows = []
    for given, part in answer.parts.items():
        twins = part.twins
        by_prior = WorldsByPrior(twins.parameters, twins.ancestors, answer.prior_of)
        said = {"given": given, "months_on": answer.main, "quantity": "attempts"}
        difference = twins.difference("attempts")[answer.main]
        rows += [{**said, **row} for row in by_prior.rows(difference)]
    return rows


def fifths_of(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Return the rows of several answers, each with the change that it is about."""
    return [
        {"change": name, **row} for name, answer in answers.items() for row in fifth_rows(answer)
    ]


def attempts_by_prior(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return the table of :func:`fifth_rows`, or of :func:`fifths_of`."""

    def said(row: Mapping[str, Any]) -> str:
        when = f"after {row['months_on']} months, given {GIVEN_IN_WORDS[row['given']]}"
        return f"{row['change']}, {when}" if "change" in row else when

    title = "The effect on coup attempts, in fifths of the priors that matter most to it"
    return fifths_table(title, rows, said, sign="+")


def tables(answer: Answer) -> dict[str, pd.DataFrame | str]:
    """Return the tables of an answer by their files, those of :data:`FILES`."""
    import pandas as pd

    (
        effects,
        forks,
        months,
        pairs,
        causes,
        shifts,
        segments,
        channels,
        near,
        named,
        acts,
        hoped,
    ) = (list[Any]() for _ in range(12))
    names = [leader.name for leader in answer.country.leaders]
    for given, part in answer.parts.items():
        twins, since = part.twins, part.twins.factual.since
        effects += [{"given": given, "months_on": months_on, **row_of(effect)}
                    for (_, months_on), effect in part.effects.items()]  # fmt: skip
        forks += [{"given": given, "month": month_name(since), "leader": name, "share": share,
                   "families": part.families,
                   "until": month_name(part.last) if part.last >= 0 else None}
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
        named += [{"given": given, **asdict(effect), "month": month_name(effect.month)}
                  for effect in part.named]  # fmt: skip
        causes += [{"given": given, **asdict(cause)} for cause in part.causes.values()]
        shifts += [{"given": given, "parameter": name, **shift._asdict()}
                   for name, shift in part.shifts.items()]  # fmt: skip
        segments += [
            {"given": given, **row}
            for row in segment_rows(s for s in part.reanalysis.segments if s.end <= part.last + 1)
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
        hoped += judged_rows(Path(answer.question.scenario).stem, given, part.expected)
        acts += [{"given": given, "act": name, "what": CONDUCT[name], "share": share}
                 for name, share in part.overlap.unheard.items()]  # fmt: skip
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
        "fifths.csv": table(fifth_rows(answer), "given", "months_on", "quantity", *FIFTHS),
        "outcomes.csv": table(named, "given", *(field.name for field in fields(NamedEffect))),
        "causes.csv": table(causes),
        "parameters.csv": table(shifts, "given", "parameter", *PriorPosteriorShift._fields),
        "evidence.csv": table(rows, *(column.name for column in EVIDENCE)),
        "segments.csv": table(segments),
        "channels.csv": table(channels, "given", "quantity", "months_on", "channel", "part", "se"),
        **({"variants.csv": table(variants)} if variants else {}),
        "overlap.csv": table(near),
        **({"expectations.csv": table(hoped)} if hoped else {}),
        "acts.csv": table(acts, "given", "act", "what", "share"),
        "conclusion.txt": in_words(answer) + "\n",
    }  # fmt: skip
