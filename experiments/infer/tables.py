"""A calibration as tables: on the terminal, and in the files of its folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.state.parameters import PARAMETERS
from palca.model.types import AnyFloats

from ..forecast.scores import OutcomeScore
from ..io.codebook import Each, File, column, of_table
from ..io.numerals import decimal, percent, significant
from ..io.table import Column, Table, decimals, digits, numbers, shares
from ..observe.windows import outcome_column
from .calibrate import INFORMATIVE, RARE, Calibration
from .simulation_based_calibration import SBC

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.text import Text

CENTRAL: Final = 0.9


def parameter_table(found: Calibration) -> pd.DataFrame:
    """Return a row a parameter: prior and posterior, and how well known values are found again."""
    import pandas as pd

    rows = []
    for index, name in enumerate(found.names):
        values, row = found.draws[name], PARAMETERS[name]
        low, median, high = np.quantile(values, (0.05, 0.5, 0.95))
        entry = {
            "parameter": name, "unit": row.unit, "prior": str(found.free[name]),
            "mean": values.mean(), "sd": values.std(), "q05": low, "q50": median, "q95": high,
            "shift": found.posterior.mean[index],
            "information_gain": found.information_gain[index],
            "information_gain_by_chance": found.information_gain_by_chance,
            "informative": found.informative[index],
        }  # fmt: skip
        for kind, again in _recoveries(found):
            entry[f"coverage90_{kind}"] = again.coverage(CENTRAL)[index]
            entry[f"uneven_ranks_p_{kind}"] = again.uniformity()[index]
            entry[f"correlation_{kind}"] = _correlation(again)[index]
        rows.append(entry)
    return pd.DataFrame(rows)


def _recoveries(found: Calibration) -> list[tuple[str, SBC]]:
    named = (("anywhere", found.anywhere), ("near", found.near))
    return [(kind, again) for kind, again in named if again is not None]


def _correlation(again: SBC) -> list[float]:
    """Return the correlation of true values and posterior means, parameter by parameter."""
    pairs = zip(again.truth.T, again.mean.T, strict=True)
    return [float(np.corrcoef(truth, mean)[0, 1]) for truth, mean in pairs]


def outcome_table(found: Calibration) -> pd.DataFrame:
    """Return a row an outcome and a way of forecasting it, with its score."""
    import pandas as pd

    groups = [("evidence", "posterior", found.fit), ("evidence", "prior", found.prior_fit)]
    if found.forecast is not None:
        groups += [
            ("after", "posterior", found.forecast.free),
            ("after", "prior", found.forecast.prior),
            ("after", "given the past", found.forecast.given),
        ]
    return pd.DataFrame(
        [
            {"years": years, "worlds": worlds, "outcome": v.outcome.name, "unit": v.outcome.unit,
             "documented": v.documented, "median": v.median, "q05": v.low, "q95": v.high,
             "pit": v.pit, "crps": v.score, "crps_naive": v.naive,
             "skill": v.skill, "no_skill": v.unscored}
            for years, worlds, outcome_scores in groups
            for v in outcome_scores
        ]
    )  # fmt: skip


def write_draws(draws: Mapping[str, AnyFloats], path: Path) -> None:
    """Write posterior draws: a column a parameter, a row a draw."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: np.asarray(values) for name, values in draws.items()})
    pq.write_table(table, path, compression="zstd")


def print_calibration(console: Console, title: str, found: Calibration) -> None:
    """Print the posterior, how far it can be trusted, and how well it forecasts later years."""
    posterior = found.posterior
    console.print(
        f"{title}: {len(found.names)} parameters given the record of 1969–{found.until}, from "
        f"{found.worlds:,} worlds; {len(posterior.worlds):,} of them are accepted (effective "
        f"sample size {posterior.ess:,.0f}; the adjusted means are as precise as those of "
        f"{posterior.sureness:,.0f} independent draws)\n"
    )
    console.print(_parameters(found))
    console.print(_information(found))
    count, distinct = _draws_of(found)
    if distinct < count:
        console.print(f"{count:,} draws were made, {distinct:,} of them different.")
    for outcome in found.outliers:
        console.print(f"Hardly any world has the documented {outcome.heading}, whatever its "
                      "parameters: the model can't reproduce it.")  # fmt: skip
    for kind, again in _recoveries(found):
        console.print(_known_parameters(kind, again, posterior.radius))
    inside = [v.inside for v in found.fit]
    before = [v.inside for v in found.prior_fit]
    console.print(f"Documented outcomes of 1969–{found.until} within the 5–95 % range of "
                  f"free-running worlds: {sum(inside)} of {len(inside)} with the posterior, "
                  f"{sum(before)} with the prior.")  # fmt: skip
    outside = [v.outcome.heading for v in found.fit if not v.inside]
    if outside:
        console.print(f"Outside this range: {'; '.join(outside)}.")
    if found.forecast is not None:
        forecast = found.forecast
        console.print()
        console.print(_after(found))
        for title_, outcome_scores in (
            ("Free-running worlds of the posterior", forecast.free),
            ("Worlds given the past", forecast.given),
        ):
            console.print(_balance(title_, outcome_scores))


def _draws_of(found: Calibration) -> tuple[int, int]:
    """Return how many draws there are, and how many different ones."""
    draws = np.column_stack(list(found.draws.values()))
    return len(draws), len(np.unique(draws, axis=0))


def _information(found: Calibration) -> str:
    """Return about how many parameters the record is informative, and how that is judged."""
    count = len(found.names)
    said = "Information gain: how far the record moves a parameter from its prior, 0 to 100 %."
    if found.unranked:
        return f"{said} About no parameter it is called informative: {found.unranked}."
    text = (
        f"{said} The record is informative about {found.informative.sum()} of {count} "
        f"parameters; of the others it can't tell. It is informative if the gain is "
        f"{percent(INFORMATIVE)} or more, if it is above "
        f"{percent(found.information_gain_by_chance, 1)}, which one of {count} parameters that "
        f"do nothing would reach in {100 * RARE:.0f} of 100 calibrations, and if the ranks are "
        "level."
    )
    doubtful = [name for name, is_so in zip(found.names, found.uneven, strict=True) if is_so]
    return text + (f" The ranks of {', '.join(doubtful)} are uneven." if doubtful else "")


def _known_parameters(kind: str, again: SBC, radius: float) -> str:
    """Return a sentence on whether known parameters are found again."""
    uneven = np.sort(again.uniformity())
    count = len(uneven)
    lowest = min(1.0, float(uneven[0]) * count)  # Bonferroni: the least of many
    where = {"anywhere": "of all kinds", "near": "most like the record"}[kind]
    even, uneven_ranks = "are even, as they should be", "are uneven: don't trust the intervals"
    ranks_in_words = even if lowest > RARE else uneven_ranks
    farther = (again.radii < radius).mean()
    return (
        f"Known parameters of {len(again.ranks)} simulated histories {where}: the ranks "
        f"{ranks_in_words} (p = {decimal(lowest, 2)} for the worst of {count}); 90 % intervals "
        f"contain {percent(again.coverage(CENTRAL).mean())} of the true values; the record is "
        f"farther from its accepted worlds than {percent(farther)} of these histories are from "
        "theirs."
    )


PARAMETER_COLUMNS: Final = (
    Column("parameter", meaning="its name (palca list parameters)"),
    Column("unit", rank=3, meaning="unit of its values"),
    Column("prior", rank=1, meaning="its prior"),
    Column("mean", write=digits, meaning="mean of the posterior"),
    Column("q05", "5 %", digits, meaning="5 % quantile of the posterior"),
    Column("q95", "95 %", digits, meaning="95 % quantile of the posterior"),
    Column("information_gain", "information gain", shares(),
           note="how far the evidence moves a parameter from its prior, 0 to 100 %"),
    Column("bar", "gain", rank=2),
    Column("coverage90_anywhere", "90 % intervals hold", shares(),
           note="of known parameters of simulated histories"),
    Column("uneven_ranks_p_anywhere", "ranks, p", decimals(2),
           note="whether known parameters are found again, level"),
)  # fmt: skip
_OUTCOMES: Final = (
    Column("outcome", meaning="its name"),
    Column("worlds", meaning="whose forecast it is: of the posterior, of the prior, or of worlds "
           "given the past"),
    Column("documented", "record", digits, meaning="the documented value"),
    Column("median", write=digits, meaning="median of the worlds"),
    Column("q05", "5–95 %", digits, to="q95"),
    Column("crps", "CRPS", digits, note="distance of forecast and fact, in the unit"),
    Column("crps_naive", "CRPS, naive", digits, meaning="the same of the naive forecast"),
    Column("skill", write=decimals(2), note="1 is perfect, below 0 the naive forecast is better; a "
           "dash: it was exactly right, or nothing is documented"),
)  # fmt: skip


_RECOVERED: Final = (
    ("coverage90", "part of the true values inside the 90 % intervals"),
    ("uneven_ranks_p", "p-value of the ranks being level"),
    ("correlation", "of true values and posterior means"),
)
FILES: Final = (
    File("posterior.parquet", "a draw from the posterior, the best set first", (
        Each("PARAMETER", "a parameter (palca list parameters)", of_table(PARAMETERS)),
    )),
    File("parameters.csv", "a parameter", (
        *(one for one in PARAMETER_COLUMNS if one.name != "bar" and "_anywhere" not in one.name),
        column("sd", "standard deviation of the posterior"),
        column("q50", "median of the posterior"),
        column("shift", "mean of its normal scores, of which the prior has mean 0 and standard "
                        "deviation 1"),
        column("information_gain_by_chance", "gain that a parameter without effect would show"),
        column("informative", "whether the gain is larger, and the ranks level"),
        *(column(f"{name}_{kind}", f"known parameters of histories {where}: {said}")
          for kind, where in (("anywhere", "from anywhere under the prior"),
                              ("near", "most like the record"))
          for name, said in _RECOVERED),
    )),
    File("outcomes.csv", "an outcome as some worlds forecast it", (
        column("years", "evidence: those that the calibration used; after: later ones"),
        *_OUTCOMES, "unit",
        column("pit", "part of the worlds below the documented value, among equal ones at random"),
        column("no_skill", "why skill is empty"),
    )),
    File("posterior.png", "Figure: posteriors and priors."),
    File("ranks.png", "Figure: ranks of known parameters among their posterior draws."),
)  # fmt: skip


def parameters_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return what the record says of the parameters, from rows of ``parameters.csv``."""
    return Table.of("Parameters, given the record", PARAMETER_COLUMNS, rows, file="parameters.csv")


def outcomes_table(title: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return outcomes and their forecasts from rows of ``outcomes.csv``."""
    known = ((outcome_column(str(row.get("outcome"))), row) for row in rows)
    named = ({**row, "outcome": column.title if column else row.get("outcome")}
             for column, row in known)  # fmt: skip
    return Table.of(title, _OUTCOMES, named, file="outcomes.csv")


def _parameters(found: Calibration) -> Table:
    from rich.text import Text

    table = parameter_table(found).sort_values("information_gain", ascending=False)
    rows: Any = table.to_dict("records")
    names = ("parameter", "prior", "mean", "q05", "q95", "information_gain")
    return parameters_table(
        {**{name: row[name] for name in names},
         "bar": "█" * round(20 * row["information_gain"]) if row["informative"]
                else Text("can't tell", "dim")}
        for row in rows
    )  # fmt: skip


def _after(found: Calibration) -> Table:
    assert found.forecast is not None
    table = Table(
        f"After {found.until}: outcomes that the calibration did not use",
        [Column("outcome"), *numbers("record", "posterior"),
         Column("skill of the posterior", right=True, rank=2),
         Column("skill of the prior", right=True, rank=3), *numbers("given the past"),
         Column("skill given the past", right=True, rank=1)],
        "Medians, with the 5 and 95 % quantiles of the worlds in brackets. Skill: 1 is perfect, 0 "
        "as good as the naive forecast, which is made in January 1969 or, for worlds given the "
        f"past, in January {found.until + 1}. Exact: the naive forecast said with certainty what "
        "happened.",
        "outcomes.csv",
    )  # fmt: skip
    rows = zip(found.forecast.free, found.forecast.prior, found.forecast.given, strict=True)
    return table.filled(
        (free.outcome.heading, significant(free.documented), _range(free), _skill(free),
         _skill(prior), _range(given), _skill(given))
        for free, prior, given in rows
    )  # fmt: skip


def _range(score: OutcomeScore) -> str:
    ends = (significant(end, 2) for end in (score.low, score.high))
    return f"{significant(score.median)} ({' to '.join(ends)})"


def _skill(score: OutcomeScore) -> str | Text:
    from rich.text import Text

    if score.naive == 0.0:
        return "exact" if score.score > 0.0 else "0"
    if np.isnan(score.skill):
        return "–"
    return Text(decimal(score.skill, 2, "+"), "" if score.skill > 0 else "dim")


def _balance(title: str, outcome_scores: Sequence[OutcomeScore]) -> str:
    """Return a sentence on how often the naive forecast is beaten."""
    better = [v for v in outcome_scores if v.score < v.naive]
    even = [v for v in outcome_scores if v.score == v.naive]
    worse = len(outcome_scores) - len(better) - len(even)
    return (f"{title} are better than the naive forecast in {len(better)} of {len(outcome_scores)} "
            f"outcomes, worse in {worse} and equal in {len(even)}.")  # fmt: skip
