"""The posterior of a calibration: sets of parameters, of which each world has one.

A scenario names it (``posterior = "record"``), a file of Parquet with a column a
parameter and a row a set, the best one first, as ``palca calibrate`` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from palca.model.errors import PalcaError, nearest
from palca.model.state.parameters import PARAMETERS, check_parameter
from palca.model.types import Floats

from .reading.library import LIBRARY, find, label, read_columns

_MOST_SETS: Final = 100_000
_DIGITS: Final = 5  # that are kept of a parameter: a manifest holds all of them


def find_posterior(name: str, beside: Path | None, where: str) -> str:
    """Return the file of a posterior: a shipped name, or a path (relative to `beside`)."""
    shipped = {path.stem: path for path in sorted((LIBRARY / "posteriors").glob("*.parquet"))}
    return str(find(name, shipped, beside, "posterior", where))


def set_posterior(
    merged: dict[str, Any], value: str, where: str, beside: Path | None = None
) -> None:
    """Apply ``posterior=VALUE`` to a scenario's merged tables.

    ``off`` leaves the parameters at their defaults, ``point`` gives every world the
    single best set, and a name or a path (relative to `beside`) is another posterior.

    Raises
    ------
    PalcaError
        If there is no such file, or the scenario has priors of its own.
    """
    if value != "off" and merged.get("priors"):
        raise PalcaError(
            "the scenario has priors of its own, and a posterior belongs to the priors that it was "
            "estimated with: leave out one of them",
            where,
        )
    if value == "point":
        if not merged.get("posterior"):
            raise PalcaError("the scenario has no posterior to take the best set from", where)
        merged["point"] = True
    else:
        merged["posterior"] = "" if value == "off" else find_posterior(value, beside, where)
        merged["point"] = False


def read_parameter_sets(file: str, point: bool) -> dict[str, list[float]]:
    """Return the sets of a posterior's file, or only the first; none without a file.

    Raises
    ------
    PalcaError
        If it can't be read, or isn't a table of parameters.
    """
    if not file:
        return {}
    parameter_sets = check_parameter_sets(
        read_columns(Path(file), _MOST_SETS).to_pydict(), label(Path(file))
    )
    if point:
        parameter_sets = {name: values[:1] for name, values in parameter_sets.items()}
    return {n: [float(f"{v:.{_DIGITS}g}") for v in values] for n, values in parameter_sets.items()}


def check_parameter_sets(columns: Mapping[str, Any], where: str) -> dict[str, Floats]:
    """Return sets of parameters as arrays, all of one length.

    Raises
    ------
    PalcaError
        For anything else.
    """
    out: dict[str, Floats] = {}
    for name, values in columns.items():
        if name not in PARAMETERS:
            raise PalcaError(f"no parameter '{name}'{nearest(name, PARAMETERS)}", where)
        try:
            array = np.array(values, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            raise PalcaError(f"'{name}' must be numbers", where) from None
        if array.ndim != 1 or not len(array):
            raise PalcaError(f"'{name}' must be a list of numbers, one per set", where)
        if out and len(array) != len(next(iter(out.values()))):
            raise PalcaError(
                f"'{name}' has a different number of sets from the parameters before it", where
            )
        try:
            check_parameter(name, array)
        except PalcaError as error:
            raise error.at(where) from None
        out[name] = array
    return out
