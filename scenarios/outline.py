"""The outline of a country and where its garrisons lie, for a map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from palca.model.errors import PalcaError
from palca.model.table import InputTable, check_number

from .reading.library import LIBRARY, label, read_toml

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Map:
    """A country's outline; longitude and latitude in degrees.

    Attributes
    ----------
    title : str
        The country's name, as its own file has it.
    source : str
    ring : tuple of (float, float)
        The outline, not closed.
    garrisons : dict of str to (float, float)
        Where they lie, by name.
    """

    title: str
    source: str
    ring: tuple[Point, ...]
    garrisons: dict[str, Point]


def map_of(country: str) -> Map | None:
    """Return the shipped map of a country by its name; None if there is none."""
    return _shipped().get(country)


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Map]:
    maps = (read_map(path) for path in sorted((LIBRARY / "maps").glob("*.toml")))
    return {read.title: read for read in maps}


def read_map(path: Path) -> Map:
    """Read a map's file.

    Raises
    ------
    PalcaError
        For a point that isn't two degrees, or an outline of fewer than three.
    """
    table = InputTable(read_toml(path), label(path))
    rows = table.rows("ring")
    if len(rows) < 3:
        raise PalcaError("'ring' needs three points or more", table.where)
    ring = tuple(_point(row, f"{table.where}: ring: point {i}") for i, row in enumerate(rows, 1))
    named = table.table("place")
    garrisons = {name: _point(row, f"{named.where}: {name}") for name, row in named.items()}
    read = Map(table.text("title"), table.text("source"), ring, garrisons)
    table.reject_unknown()
    return read


def _point(row: Any, where: str) -> Point:
    if not isinstance(row, list) or len(row) != 2:
        raise PalcaError("write a point as [longitude, latitude]", where)
    longitude, latitude = row
    return (check_number("longitude", longitude, -180, 180, where),
            check_number("latitude", latitude, -90, 90, where))  # fmt: skip
