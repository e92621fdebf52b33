"""The files of drivers that a country or a scenario names, and their monthly values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from palca.model.calendar import START
from palca.model.errors import PalcaError
from palca.model.state.drivers import DRIVERS, OPTIONAL
from palca.model.state.interventions import Change, DriverChange
from palca.model.table import InputTable

from . import driver_series
from .interventions import LATEST
from .reading.library import find_driver, label


def driver_files(table: InputTable, folder: Path) -> dict[str, str]:
    """Return the file of each driver in [drivers] of a file that stands in a folder."""
    named, out = driver_series.files_table(table), {}
    for name, _ in named.items():
        out[name] = str(find_driver(named.text(name), folder, named.where))
    return out


def country_drivers(country: Mapping[str, Any], file: Path) -> dict[str, str]:
    """Return the file of each driver of a country, which must name all but some."""
    files = driver_files(InputTable(country, label(file)), file.parent)
    for name in driver_series.FILES:
        if name not in files and name not in OPTIONAL:
            raise PalcaError(f"no file for the driver '{name}'", f"{label(file)}: [drivers]")
    return files


def end_of_drivers(country: Mapping[str, Any], file: Path) -> int:
    """Return the month to which the drivers of a country's file reach from its first month on.

    Raises
    ------
    PalcaError
        If one isn't named, isn't there, or can't be read.
    """
    files = country_drivers(country, file)
    first = InputTable(country, label(file)).month("from", START)
    for end in range(LATEST + 1, first + 1, -1):
        with suppress(PalcaError):
            compute_drivers(files, first, end, ())
            return end
    compute_drivers(files, first, first + 1, ())
    return first + 1


def compute_drivers(
    files: Mapping[str, str], first: int, end: int, changes: Sequence[Change]
) -> dict[str, list[float]]:
    """Compute the drivers' monthly values from their files."""
    paths = {name: Path(file) for name, file in files.items()}
    paths["prices"] = paths["deflator"]
    gap = partial(driver_series.log_gap, deflator=paths["deflator"], first=first, end=end)
    of = {name: [c for c in changes if c.target == f"driver.{name}"] for name in DRIVERS}
    compute: dict[str, Callable[[Path], np.ndarray]] = {
        "export_price": partial(gap, changes=of["export_price"]),
        "oil": partial(gap, changes=of["oil"]),
        "abroad": partial(driver_series.growth_gap, first=first, end=end),
        "neighbours": partial(driver_series.neighbours, first=first, end=end),
        "human_rights": partial(driver_series.steps, first=first, end=end),
        "prices": partial(driver_series.index, first=first, end=end),
        "gdp": partial(driver_series.yearly, first=first, end=end),
        **dict.fromkeys(
            ("us_aid", "us_arms", "soviet_mission"),
            partial(driver_series.steps, first=first, end=end),
        ),
    }
    out = {}
    for name in DRIVERS:
        where = f"driver '{name}' ({label(paths[name]) if name in paths else 'no file'})"
        try:
            values = compute[name](paths[name]) if name in paths else np.zeros(end - first)
            if name not in ("export_price", "oil"):
                values = DriverChange.apply(values, of[name], first)
            low, high, _ = DRIVERS[name]
            outside = values[~((values >= low) & (values <= high))]
            if len(outside):
                raise PalcaError(
                    f"must stay within {low:g} to {high:g}, and becomes {outside[0]:g}"
                )
            out[name] = [float(value) for value in values]
        except PalcaError as error:
            raise error.at(where) from None
        except (KeyError, ValueError):
            raise PalcaError(
                "dates must be years or months such as 1971-08, in every row", where
            ) from None
    return out
