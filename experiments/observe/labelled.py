"""Histories as labelled arrays, and outcomes of a user's own: Python functions of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.model.state.history import History
from palca.model.state.scenario import Country
from palca.model.state.state import FIELDS
from palca.model.types import Floats, Ints

from .outcome import Outcome

if TYPE_CHECKING:
    import xarray as xr

Measures = Mapping[str, Callable[["xr.Dataset"], Any]]  # from histories to a number a world


def labelled(history: History, country: Country) -> xr.Dataset:
    """Return a history as a dataset.

    Returns
    -------
    Dataset
        Dimensions ``month`` (its first day) and ``world`` (its number). A variable for each field
        that was kept, with its unit and meaning as attributes; ``leader`` is a name.
    """
    import pandas as pd
    import xarray as xr

    first = pd.Timestamp(month_name(history.since))
    months = pd.date_range(first, periods=len(history.monthly), freq="MS", name="month")
    names = np.array([leader.name for leader in country.leaders], dtype=object)
    variables: dict[str, Any] = {}
    for name in history.fields:
        values: Any = history.field(name)
        field = FIELDS[name]
        about = {"units": field.unit, "long_name": field.meaning}
        if name == "leader":
            values, about = names[values.astype(np.int64)], {"long_name": "who rules"}
        variables[name] = (("month", "world"), values, about)
    return xr.Dataset(variables, {"month": months, "world": history.worlds})


def measured(measures: Measures, history: History, country: Country) -> dict[str, Floats]:
    """Return a user's own outcomes of each world, ``(worlds,)``.

    Raises
    ------
    PalcaError
        If a function doesn't return a number for each world.
    """
    if not measures:
        return {}
    data, out = labelled(history, country), {}
    for name, measure in measures.items():
        values = _by_world(measure(data), history.worlds)
        if values is None or np.isnan(values).any():
            raise PalcaError(
                "must return a number for each world: take a month, such as "
                "h.legitimacy.sel(month='1973-01'), or a sum or mean over 'month', and fill what "
                "is missing",
                f"outcomes: {name}",
            )
        out[name] = values
    return out


def _by_world(found: Any, worlds: Ints) -> Floats | None:
    """Return a function's numbers in the order of the worlds; None if there isn't one for each."""
    import xarray as xr

    if isinstance(found, xr.DataArray):
        found = found.squeeze([dim for dim in found.dims if dim != "world"
                               and found.sizes[dim] == 1])  # fmt: skip
        if found.dims != ("world",):
            return None
        found = found.reindex(world=worlds).values
    values = np.asarray(found, dtype=np.float64)
    return values if values.shape == worlds.shape else None


def own_outcome(name: str) -> Outcome:
    """Return how an outcome of a user's own is shown."""

    def of(histories: Any) -> Floats:
        raise PalcaError("is a Python function: no file keeps it", name)

    return Outcome(name, name.replace("_", " "), "", "power", of)
