"""The map of a country: it shows where the garrisons are."""

from __future__ import annotations

from pathlib import Path

import pytest

from palca.model.errors import PalcaError
from palca.scenarios import load
from palca.scenarios.outline import Point, map_of, read_map


def inside(point: Point, ring: tuple[Point, ...]) -> bool:
    """Whether a ray to the east crosses the outline an odd number of times."""
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            crossings += 1
    return crossings % 2 == 1


def test_every_garrison_of_the_country_lies_within_its_outline() -> None:
    country = load("baseline").country
    shape = map_of(country.name)
    assert shape is not None
    assert {garrison.name for garrison in country.garrisons} == set(shape.garrisons)
    for name, place in shape.garrisons.items():
        assert inside(place, shape.ring), name
    assert not inside((-58.0, -34.6), shape.ring)  # Buenos Aires


def test_a_country_without_a_map_has_none() -> None:
    assert map_of("Ruritania") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ring = [[0, 0], [1, 1]]", "three points"),
        ("ring = [[0, 0], [1, 1], [2]]", "[longitude, latitude]"),
        ("ring = [[0, 0], [1, 1], [0, 91]]", "latitude"),
        ("ring = [[0, 0], [1, 1], [2, 0]]\nplace.x = 'here'", "[longitude, latitude]"),
        ("ring = [[0, 0], [1, 1], [2, 0]]\nrivers = 1", "unknown key 'rivers'"),
    ],
)
def test_what_is_no_map_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "x.toml"
    file.write_text(f'title = "X"\nsource = "none"\n{text}\n')
    with pytest.raises(PalcaError, match=r"x\.toml") as error:
        read_map(file)
    assert said in str(error.value)
