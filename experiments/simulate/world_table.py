"""Worlds as the rows of a table, each with a scenario, parameters and a number of its own."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model import Simulation
from palca.model.errors import PalcaError
from palca.model.state.concatenate import concatenate_worlds
from palca.model.state.state import FIELDS
from palca.model.types import Floats
from palca.scenarios import build

from ..io.parallel import shared
from ..observe.histories import SERIES, Histories, simulated
from ..observe.labelled import Measures, measured
from ..observe.outcome import outcome_of_months
from ..observe.outcomes import MAIN, outcomes, outcomes_from
from .designs import Factor

if TYPE_CHECKING:
    import pandas as pd

Measure = Callable[[Histories], dict[str, Floats]]
Variants = Mapping[tuple[Any, ...], dict[str, Any]]
TOGETHER: Final = 2048  # worlds in a model: their months nearly fit into the cache
PIECE: Final = 8192  # rows that a process runs at once


def run_rows(
    variants: Variants,
    factors: Sequence[Factor],
    table: pd.DataFrame,
    measure: Measure = outcomes,
    own: Measures = MappingProxyType({}),
) -> dict[str, Floats]:
    """Return the outcomes of each row of a table, each ``(rows,)``.

    Parameters
    ----------
    variants : dict
        Resolved scenarios by the levels of the factors that aren't parameters.
    factors : sequence of Factor
    table : DataFrame
        A row a world: a column for each factor, ``seed`` and ``world``.
    measure : callable
        From histories to their outcomes, each ``(worlds,)``.
    own : mapping of str to callable
        A user's outcomes beside these: :func:`~palca.experiments.observe.labelled.measured`.
    """
    _keep_what_is_loaded()
    apart = [factor.name for factor in factors if not factor.is_parameter]
    varied = [factor.name for factor in factors if factor.is_parameter]
    groups = (
        [((), np.arange(len(table)))]
        if not apart
        else [(key, np.asarray(at)) for key, at in table.groupby(apart).indices.items()]
    )
    out: dict[str, Floats] = {}
    values = {name: table[name].to_numpy(np.float64) for name in varied}
    numbers = table["world"].to_numpy(np.int64)
    seed = int(table["seed"].iloc[0])
    keep = tuple(FIELDS) if own else SERIES
    for key, indices in groups:
        scenario = build(variants[key if isinstance(key, tuple) else (key,)])
        for at in range(0, len(indices), TOGETHER):
            some = indices[at : at + TOGETHER]
            sampled = {name: column[some] for name, column in values.items()}
            here = replace(scenario, parameters={**scenario.parameters, **sampled})
            history = Simulation(here, numbers[some], seed, keep=keep).run()
            country = scenario.country
            found = measure(simulated(history, country.windows)) | measured(own, history, country)
            for name, result in found.items():
                out.setdefault(name, np.full(len(table), np.nan))[some] = result
    return out


def check_measured(resolved: dict[str, Any], names: Collection[str], where: str) -> None:
    """Raise if a scenario ends before one of some outcomes can be measured.

    If none is named, before all of the main ones can.
    """
    scenario = build(resolved)
    every = outcomes_from(scenario.first, scenario.country.windows)
    known = {outcome.name for outcome in every if outcome.reached(scenario.end)}
    for name in names:
        if name in known:
            continue
        if outcome_of_months(name) and all(outcome.name != name for outcome in every):
            raise PalcaError(f"the scenario has no window for '{name}': add its months to "
                             "'windows' in its file", where)  # fmt: skip
        raise PalcaError(f"the scenario ends before '{name}' can be measured", where)
    if known.isdisjoint(names or MAIN):
        raise PalcaError(
            "the scenario ends before any of the main outcomes can be measured; "
            f"name one of {', '.join(sorted(known)) or 'a longer scenario'}",
            where,
        )


@cache
def _keep_what_is_loaded() -> None:
    """Spare the collector the libraries, which stay: else it takes a tenth of the time."""
    gc.collect()
    gc.freeze()


def run_table(
    variants: Variants,
    factors: Sequence[Factor],
    table: pd.DataFrame,
    measure: Measure = outcomes,
    jobs: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, Floats]:
    """Return the outcomes of a table's rows, as :func:`run_rows` does, on several processes.

    Parameters
    ----------
    measure : callable
        A function of a module, or a partial of one, so that processes can share it.
    on_progress : callable
        Called with the number of worlds done and their total.
    """
    starts = range(0, len(table), PIECE)
    calls = (
        (variants, factors, table.iloc[at : at + PIECE].reset_index(drop=True), measure)
        for at in starts
    )
    parts: list[dict[str, Floats]] = []
    for start, part in zip(starts, shared(run_rows, calls, jobs), strict=True):
        parts.append(part)
        on_progress(min(start + PIECE, len(table)), len(table))
    return concatenate_worlds(parts)


def run_points(
    resolved: dict[str, Any],
    points: pd.DataFrame,
    replicates: int,
    seed: int,
    measure: Measure = outcomes,
    jobs: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, Floats]:
    """Return the outcomes at some points of the parameters, each ``(points, replicates)``.

    Parameters
    ----------
    resolved : dict
        The scenario.
    points : DataFrame
        A row a point, a column a parameter.
    replicates : int
        Worlds at each point. Replicate r lives through the same draws at every point.
    """
    factors = tuple(Factor(str(name)) for name in points)
    table = points.loc[points.index.repeat(replicates)].reset_index(drop=True)
    table["world"] = np.tile(np.arange(replicates), len(points))
    table["seed"] = seed
    out = run_table({(): resolved}, factors, table, measure, jobs, on_progress)
    return {name: values.reshape(-1, replicates) for name, values in out.items()}
