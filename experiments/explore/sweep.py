"""A sweep: one scenario over a design, on the worlds axis, block by block.

Row k of a sweep is point ``k % points``, replicate ``k // points``, so that a sweep which
is broken off has tried all points alike. In a grid a replicate lives through the same
draws at every point, so that points differ by what was varied and by nothing else; in the
other designs each row has draws of its own.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from palca.model.errors import PalcaError, nearest, short
from palca.model.seeds import check_number
from palca.scenarios import build, resolve
from palca.scenarios.loader import idle_parameters

from ..io.parallel import shared
from ..observe.labelled import Measures
from ..simulate.designs import DESIGNS, MOST_POINTS, Factor, grid_size
from ..simulate.world_table import check_measured, run_rows
from .packed_variants import unpack

if TYPE_CHECKING:
    import pandas as pd


_LARGEST: Final = 16_384  # rows in a block
_SMALLEST: Final = 512
_BLOCKS: Final = 64  # of a sweep of middling size
_MOST_VARIANTS: Final = 10_000
WORLDS: Final = 10_000  # of a design that isn't a grid
REPLICATES: Final = 100  # of a grid


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sweep runs.

    Attributes
    ----------
    scenario : str
        A shipped name or a path.
    settings, interventions : tuple of str
        As in ``palca run``.
    factors : tuple of Factor
    design : str
    points, replicates, worlds : int
        The last round of replicates may be cut short by `worlds`.
    seed : int
    title : str
        Of the file that asks for it.
    """

    scenario: str
    settings: tuple[str, ...]
    interventions: tuple[str, ...]
    factors: tuple[Factor, ...]
    design: str
    points: int
    replicates: int
    worlds: int
    seed: int
    title: str = ""

    @property
    def heading(self) -> str:
        """What the table and the picture are headed: the title, or the scenario's name."""
        return self.title or self.scenario

    @property
    def block(self) -> int:
        """Rows in a block; the files must not depend on the number of processes."""
        wanted = -(-self.worlds // _BLOCKS)
        return max(_SMALLEST, min(wanted, _LARGEST), 128 * self.variants)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.worlds // self.block)

    def rows(self, block: int) -> int:
        """Return how many rows a block has."""
        return min(self.block, self.worlds - block * self.block)

    @property
    def variants(self) -> int:
        """How many scenarios the levels of all factors but parameters make."""
        return prod(len(f.levels) for f in self.factors if not f.is_parameter)


def make_plan(
    scenario: str,
    factors: tuple[Factor, ...],
    design: str = "grid",
    settings: Sequence[str] = (),
    interventions: Sequence[str] = (),
    worlds: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
) -> Plan:
    """Return a checked plan.

    Raises
    ------
    PalcaError
        If a factor is one of the settings too, a level can't be used, or there are too many
        points.
    """
    plan = lay_out(scenario, factors, design, settings, interventions, worlds, replicates, seed)
    plain = _variant(scenario, settings, interventions, (), ())  # a mistake of its own is named so
    for factor in factors:
        if factor.name in plain["priors"]:
            raise PalcaError(
                f"'{factor.name}' is both varied and drawn from a prior: leave out one of them",
                f"--vary {factor.name}",
            )
        for level in () if factor.is_parameter else factor.levels:
            _variant(scenario, settings, interventions, (factor,), (level,))
    return plan


def lay_out(
    scenario: str,
    factors: tuple[Factor, ...],
    design: str,
    settings: Sequence[str],
    interventions: Sequence[str],
    worlds: int | None,
    replicates: int | None,
    seed: int,
) -> Plan:
    """Return a plan of which no scenario has been read yet; the rest as :func:`make_plan`."""
    check_number("the seed", seed)
    if design not in DESIGNS:
        raise PalcaError(
            f"unknown design '{design}'{nearest(design, DESIGNS)}; choose one of "
            f"{', '.join(DESIGNS)}",
            "--design",
        )
    if design == "grid":
        points = grid_size(factors)
        if worlds is not None and replicates is not None and worlds != points * replicates:
            raise PalcaError(
                f"a grid of {points:,} points with {replicates:,} replicates has "
                f"{points * replicates:,} worlds: drop --worlds or --replicates",
                "--worlds",
            )
        if worlds is not None:
            replicates = -(-worlds // points)
        replicates = replicates or REPLICATES
        worlds = worlds or points * replicates
    else:
        replicates, worlds = replicates or 1, worlds or WORLDS * (replicates or 1)
        points = -(-worlds // replicates)
    if max(points, worlds) > MOST_POINTS:
        what = f"{points:,} points" if points > worlds else f"{worlds:,} worlds"
        raise PalcaError(
            f"{what} are more than {MOST_POINTS:,}: use fewer levels or replicates, "
            "or another --design",
            "--vary",
        )
    set_already = {setting.partition("=")[0].strip() for setting in settings}
    for factor in factors:
        if factor.name in set_already:
            raise PalcaError(
                f"'{factor.name}' is both set and varied: leave one of them out",
                f"--vary {factor.name}",
            )
    plan = Plan(scenario, tuple(settings), tuple(interventions), factors, design, points,
                replicates, worlds, seed)  # fmt: skip
    if plan.variants > _MOST_VARIANTS:
        raise PalcaError(
            f"{plan.variants:,} scenarios are more than {_MOST_VARIANTS:,}: use fewer "
            "levels of the factors that aren't parameters",
            "--vary",
        )
    return plan


def plan_rows(plan: Plan, design: pd.DataFrame, block: int) -> pd.DataFrame:
    """Return the rows of a block before they are run: factors, seed, replicate, world."""
    rows = block * plan.block + np.arange(plan.rows(block))
    table = design.iloc[rows % plan.points].reset_index(drop=True)
    table["seed"] = plan.seed
    table["replicate"] = rows // plan.points
    table["world"] = table["replicate"] if plan.design == "grid" else rows
    return table


def clusters_of(plan: Plan, worlds: pd.Series) -> pd.Series:
    """Return a number for each row, by its world's: rows with the same one count together.

    In a grid those that live through the same draws at all its points; in the other designs
    those of one point, which share whatever else was varied there.
    """
    return worlds if plan.design == "grid" else worlds % plan.points


def run_block(
    factors: tuple[Factor, ...],
    packed: bytes,
    table: pd.DataFrame,
    own: Measures = MappingProxyType({}),
) -> bytes:
    """Return a block as the bytes of a Parquet file; the rest as :func:`run_rows` takes it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = run_rows(unpack(packed), factors, table, own=own)
    columns = {name: table[name].to_numpy() for name in table} | out
    texts = [factor.name for factor in factors if not factor.numeric]
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd", use_dictionary=cast(Any, texts),
                   write_page_checksum=True)  # fmt: skip
    return sink.getvalue()


def _variant(
    scenario: str,
    settings: Sequence[str],
    interventions: Sequence[str],
    factors: Sequence[Factor],
    levels: Sequence[float | str],
) -> dict[str, Any]:
    """Return the scenario, resolved and checked, that some levels of some factors make."""
    own = [f"{factor.name}={level}" for factor, level in zip(factors, levels, strict=True)]
    try:
        resolved = resolve(scenario, (*settings, *own), interventions)
        build(resolved)
    except PalcaError as error:
        if not own:
            raise
        where = short(f"--vary {' --vary '.join(own)}", 200)
        if error.where.startswith("--set"):  # a level was applied as a setting is
            raise PalcaError(error.message, where) from None
        raise error.at(where) from None
    return resolved


def variants_of(plan: Plan) -> dict[tuple[float | str, ...], dict[str, Any]]:
    """Return the resolved scenarios of a plan by the levels of all factors but parameters.

    Raises
    ------
    PalcaError
        If one of them can't be made, or a parameter that is varied does nothing in any of them.
    """
    variants = {
        levels: _variant(plan.scenario, plan.settings, plan.interventions, apart, levels)
        for apart, levels in _levels(plan)
    }
    idle = [idle_parameters(resolved["channels"]) for resolved in variants.values()]
    for factor in plan.factors:
        if all(factor.name in closed for closed in idle):
            raise PalcaError(
                f"'{factor.name}' has no effect, because the channel "
                f"'{idle[0][factor.name]}' is closed: leave it out, or open the "
                "channel",
                f"--vary {factor.name}",
            )
    return variants


def _levels(plan: Plan) -> Iterator[tuple[list[Factor], tuple[float | str, ...]]]:
    """Give each combination of levels of all factors but parameters, with those factors."""
    apart = [factor for factor in plan.factors if not factor.is_parameter]
    for levels in product(*(factor.levels for factor in apart)):
        yield apart, levels


def check_packed(plan: Plan, packed: bytes) -> None:
    """Raise unless packed scenarios are those of a plan, and can be run.

    Raises
    ------
    PalcaError, LookupError, TypeError, ValueError
    """
    variants = unpack(packed)
    if variants.keys() != {levels for _, levels in _levels(plan)}:
        raise ValueError("its scenarios do not agree with its plan")
    for scenario in variants.values():
        build(scenario)


def check_packed_measured(packed: bytes, names: Collection[str]) -> None:
    """Raise if packed scenarios end before one of some outcomes, or of the main ones if none is
    named, can be measured.
    """
    for scenario in unpack(packed).values():
        check_measured(scenario, names, "--outcome")


def run_blocks(
    plan: Plan,
    design: pd.DataFrame,
    packed: bytes,
    blocks: Sequence[int],
    jobs: int = 1,
    own: Measures = MappingProxyType({}),
) -> Iterator[tuple[int, bytes]]:
    """Run some blocks and give each with its number, as they are done.

    Parameters
    ----------
    jobs : int
        Processes on this machine.
    own : mapping of str to callable
        A user's outcomes beside Palca's: :func:`~palca.experiments.observe.labelled.measured`.
    """
    calls = ((block, plan.factors, packed, plan_rows(plan, design, block), {**own})
             for block in blocks)  # fmt: skip
    return shared(_numbered, calls, jobs, ordered=False)


def _numbered(
    block: int, factors: tuple[Factor, ...], packed: bytes, table: pd.DataFrame, own: Measures
) -> tuple[int, bytes]:
    return block, run_block(factors, packed, table, own)
