"""What a sweep shows: means by level of each factor, and how much each factor explains."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.errors import PalcaError, nearest
from palca.model.state.parameters import PARAMETERS

from ..infer.weights import clustered_error
from ..io.codebook import Each, File, column, of_table
from ..io.experiment import Answer
from ..io.numerals import decimal, percent, significant, value_of
from ..io.table import Column, Table, numbers, pivot, shares
from ..observe.outcome import Outcome
from ..observe.outcomes import EVERY, MAIN, outcome_named
from ..observe.windows import outcome_column
from ..simulate.designs import Factor, check_once, tidy
from .sweep import Plan, clusters_of

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

BINS: Final = 10  # of a range
_NAMES: Final = tuple(outcome.name for outcome in EVERY)
_MOST_ROWS: Final = 5  # of an answer
_MOST_LEVELS: Final = 12  # rows of a factor that are printed


def _factor(name: str) -> Column | None:
    """Return the column of something that is varied, None if it can't be."""
    found = of_table(PARAMETERS)(name)
    if found is None and (name in ("posterior", "until") or "." in name):
        return column(name, f"what --set {name}=… was given")
    return found


FACTORS: Final = Each("FACTOR", "something that is varied, as in --vary", _factor)
FILES: Final = (
    File("worlds/part-*.parquet", "a world; the parts make one table", (
        FACTORS, column("seed", "of its draws"), column("replicate", "of its point, from 0"),
        column("world", "number of its draws: worlds with the same number share them"),
        Each("OUTCOME", "an outcome (palca list outcomes)", outcome_column),
    )),
    File("summary.csv", "an outcome at a level of a factor, over all others", (
        column("factor", "what is varied"),
        column("level", "its value, or the middle of a tenth of its range"),
        column("outcome", "its name (palca list outcomes)"),
        column("mean", "of the worlds, in the outcome's unit"), "sd",
        column("worlds", "number of worlds", "worlds"),
        column("se", "standard error of the mean; worlds that share their draws count together"),
    )),
    File("scenarios.json.xz", "The scenarios that the worlds are made from: JSON, packed by xz."),
    File("sweep.png", "Figure: outcomes by factor."),
)  # fmt: skip


def with_unit(name: str) -> str:
    """Return the name of what an axis shows, with its unit if it is a parameter."""
    return f"{name} ({PARAMETERS[name].unit})" if name in PARAMETERS else name



def chosen_outcomes(
    names: Sequence[str] | None,
    measured: Collection[str] | None = None,
    where: str = "--outcome",
) -> list[Outcome]:
    """Return the outcomes of some names; if none are named, the main ones that were measured.

    Raises
    ------
    PalcaError
        For a name that there is not, that is there twice, or that a scenario is too short for.
    """
    check_once(names or (), where)
    for name in names or ():
        if outcome_named(name) is None:
            raise PalcaError(
                f"unknown outcome '{name}'{nearest(name, _NAMES)}; choose one of "
                f"{', '.join(_NAMES)}",
                where,
            )
        if measured is not None and name not in measured:
            raise PalcaError(f"the scenario ends before '{name}' can be measured", where)
    return [outcome for name in names or MAIN if measured is None or name in measured
            if (outcome := outcome_named(name))]  # fmt: skip


def levels_of(factor: Factor, values: pd.Series) -> pd.Series:
    """Return the level of each value, in the factor's order; a range's values fall into
    :data:`BINS` equal bins.
    """
    if not factor.numeric:
        import pandas as pd

        return values.astype(pd.CategoricalDtype(list(factor.levels), ordered=True))
    if factor.levels or values.nunique() <= 2 * BINS:
        return values
    edges = np.linspace(factor.low, factor.high, BINS + 1)
    centres = tidy((edges[1:] + edges[:-1]) / 2, factor.high - factor.low)
    bins = np.clip(np.searchsorted(edges, values.to_numpy(), side="right") - 1, 0, BINS - 1)
    return values.__class__(centres[bins], index=values.index, name=values.name)


def means(plan: Plan, worlds: pd.DataFrame, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return mean, spread and standard error of outcomes by level of each factor, long form.

    Worlds count together as :func:`~.sweep.clusters_of` says.
    """
    import pandas as pd

    names = [outcome.name for outcome in outcomes]
    parts = []
    for factor in plan.factors:
        grouped = worlds.groupby(levels_of(factor, worlds[factor.name]))
        errors = {
            level: some[names].apply(clustered_error, clusters=clusters_of(plan, some["world"]))
            for level, some in grouped
        }
        own = grouped[names]
        table = pd.concat(
            {"mean": own.mean(), "sd": own.std(), "worlds": own.count(),
             "se": pd.DataFrame(errors).T.rename_axis(index=factor.name)}, axis=1
        )  # fmt: skip
        long = table.stack(level=1, future_stack=True).reset_index()
        long.columns = ["level", "outcome", *long.columns[2:]]
        long.insert(0, "factor", factor.name)
        parts.append(long)
    return pd.concat(parts, ignore_index=True)


def explained(plan: Plan, worlds: pd.DataFrame, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return the share of each outcome's variance that each factor explains by itself.

    The correlation ratio: variance of the means by level over the whole variance, less what
    chance alone would give (Kelley 1935). It estimates the first-order Sobol index; where factors
    are few or weak most of the rest is chance. Of a factor that does nothing it is as often below
    0 as above. Worlds of one point of a design that isn't a grid count by their mean.
    """
    import pandas as pd

    names = [outcome.name for outcome in outcomes]
    total = worlds[names].var(ddof=1)
    units = worlds
    if plan.design != "grid" and plan.replicates > 1:
        alike = worlds.groupby(clusters_of(plan, worlds["world"]), sort=False)
        units = alike[names].mean().join(alike[[factor.name for factor in plan.factors]].first())
    between = {}
    for factor in plan.factors:
        grouped = units.groupby(levels_of(factor, units[factor.name]), observed=True)[names]
        apart = units[names] - grouped.transform("mean")
        free = len(units) - grouped.ngroups
        within = (apart**2).sum() / free if free > 0 else np.nan
        between[factor.name] = units[names].var(ddof=1) - within
    return pd.DataFrame(between).T.div(total.where(total > 0))[names]


def levels_table(factor: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return the mean outcomes at each level of a factor, from rows of ``summary.csv``."""
    cells = [
        (_level(row.get("level", "")), str(row.get("outcome")),
         f"{significant(value_of(row.get('mean')))} ({significant(value_of(row.get('se')))})")
        for row in rows if row.get("factor") == factor
    ]  # fmt: skip
    return pivot(f"Mean outcomes by {factor}", Column("level", factor), cells, outcome_column,
                 "Over all other factors; standard errors in brackets.")  # fmt: skip


def _level(level: Any) -> str:
    return f"{level:.4g}" if isinstance(level, float) else str(level)


def answer_of(
    plan: Plan, table: pd.DataFrame, share: pd.DataFrame, outcomes: Sequence[Outcome]
) -> Answer:
    """Return which factor explains most of each outcome, and what it does.

    Parameters
    ----------
    table, share : DataFrame
        From :func:`means` and :func:`explained`.
    """
    rows: list[dict[str, Any]] = []
    for outcome in outcomes:
        parts = share[outcome.name].dropna()
        if parts.empty:
            continue
        factor = str(parts.idxmax())
        some = table[(table["factor"] == factor) & (table["outcome"] == outcome.name)]
        levels: Any = some.dropna(subset="mean").sort_values("mean").to_dict("records")
        rows.append({"outcome": outcome.heading, "factor": factor, "explained": parts.max(),
                     "least": _mean_at(levels[0]), "most": _mean_at(levels[-1])})  # fmt: skip
    text = (f"{plan.heading}: {plan.worlds:,} worlds, {plan.design} of {plan.points:,} points, "
            f"seed {plan.seed}.")  # fmt: skip
    if not rows:
        return Answer(f"{text} No outcome varies.")
    rows.sort(key=lambda row: -row["explained"])
    strong = rows[0]
    text += (
        f" {strong['factor']} explains {percent(strong['explained'])} of the variance of "
        f"{strong['outcome']}, the most of all; other factors and chance make the rest."
        if strong["explained"] > 0.0
        else " No factor explains more of any outcome than chance alone would."
    )
    columns = (Column("outcome"), Column("factor", "strongest factor"),
               Column("explained", "explains", shares()), Column("least", "lowest mean"),
               Column("most", "highest mean"))  # fmt: skip
    note = "lowest, highest mean: of that factor's levels, with standard error."
    return Answer(text, Table.of("", columns, rows[:_MOST_ROWS], note))


def _mean_at(row: Mapping[str, Any]) -> str:
    mean, error = significant(row["mean"]), significant(row["se"], 2)
    return f"{mean} ± {error} at {_level(row['level'])}"


def print_sweep(
    console: Console,
    plan: Plan,
    table: pd.DataFrame,
    share: pd.DataFrame,
    outcomes: Sequence[Outcome],
) -> None:
    """Print the means by level, from :func:`means`, and what each factor :func:`explained`."""
    listing = Table(
        "Means of the worlds at each level (standard errors in brackets)",
        [Column("level"), *numbers(*(outcome.name.replace("_", " ") for outcome in outcomes))],
    )
    rows: Any = table.to_dict("records")
    for factor in plan.factors:
        listing.section(factor.name)
        levels = levels_table(factor.name, rows).cells
        for level, *cells in levels[:: -(-len(levels) // _MOST_LEVELS)]:
            listing.add(f"  {level}", *cells)
    listing.section("variance explained, %")
    points: Any = (100 * share).stack(future_stack=True).to_dict()
    for factor in plan.factors:
        cells = [decimal(points[factor.name, o.name], 1) for o in outcomes]
        listing.add(f"  {factor.name}", *cells)
    console.print(
        f"{plan.heading}: {plan.worlds:,} worlds, {plan.design} of {plan.points:,} points, "
        f"seed {plan.seed}"
    )
    console.print(listing)
    console.print("The share that a factor explains by itself (first-order), without interactions. "
                  "The rest is other factors and chance. Below 0: its levels differ less than "
                  "chance alone would make them.")  # fmt: skip
