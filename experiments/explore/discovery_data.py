"""The worlds in which a discovery looks: drawn for it, or those of a sweep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from palca.model.errors import PalcaError
from palca.model.state.parameters import PARAMETERS
from palca.model.types import Floats

from ..io import provenance
from ..observe.outcomes import outcomes as measure
from ..simulate import priors
from ..simulate.designs import Factor, design_points, parse_factor
from ..simulate.priors import free_in
from ..simulate.world_table import run_table
from . import sweep_folder
from .sweep import clusters_of

if TYPE_CHECKING:
    import pandas as pd


def drawn_worlds(
    asked: Mapping[str, Any],
    names: Collection[str],
    jobs: int,
    on_progress: Callable[[int, int], None],
) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Return worlds with parameters from their priors and any level of what is varied.

    Parameters
    ----------
    asked : dict
        What the manifest keeps: ``vary``, ``variants``, ``worlds`` and ``seed``.
    names : collection of str
        Outcomes to measure.

    Returns
    -------
    DataFrame
        A row a world, a column a factor.
    dict of str to ndarray, shape ``(worlds,)``
        The outcomes; without those that the scenario is too short for.
    """
    varied = tuple(parse_factor(text) for text in asked["vary"])
    variants = {tuple(row["levels"]): row["scenario"] for row in asked["variants"]}
    worlds, seed = asked["worlds"], asked["seed"]
    table = design_points("random", varied, worlds, seed)
    # where a channel is varied, its parameters are free in some of the scenarios
    somewhere = {k: v for scenario in variants.values() for k, v in free_in(scenario).items()}
    free = {k: somewhere[k] for k in PARAMETERS if k in somewhere and k not in table}
    table = table.assign(**priors.draw(seed, np.arange(worlds), free))
    rows = table.assign(world=np.arange(worlds), seed=seed)
    factors = (*varied, *(Factor(name) for name in free))
    wanted = partial(measure, names=tuple(names))
    return table, run_table(variants, factors, rows, wanted, jobs, on_progress)


def swept_worlds(
    folder: Path, names: Collection[str]
) -> tuple[pd.DataFrame, dict[str, Floats], NDArray[np.int64]]:
    """Return what a sweep varied, some outcomes, and a number of each world: those with the
    same one count together (:func:`~.sweep.clusters_of`).

    A sweep that was broken off has the worlds that are there.

    Raises
    ------
    PalcaError
        If the folder holds no sweep, or one without worlds.
    """
    manifest = provenance.read_manifest(folder)
    if manifest.get("kind") != "sweep":
        raise PalcaError("holds no sweep", str(folder))
    parts = sorted((folder / sweep_folder.PARTS).glob("part-*.parquet"))
    if not parts:
        raise PalcaError("has no worlds yet: palca sweep --resume continues it", str(folder))
    with provenance.as_written(folder):
        plan = sweep_folder.plan_of(manifest["plan"])
    measured = [name for name in sorted(names) if name in sweep_folder.column_names(folder)]
    varied = [factor.name for factor in plan.factors]
    texts = [factor.name for factor in plan.factors if not factor.numeric]
    rows = sweep_folder.read_worlds(folder, [*varied, "world", *measured], texts)
    made = {name: rows[name].to_numpy(np.float64) for name in measured}
    return rows[varied], made, clusters_of(plan, rows["world"]).to_numpy(np.int64)
