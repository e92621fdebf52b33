"""The map of a country."""

from __future__ import annotations

from pathlib import Path

import pytest

from palca.model.errors import PalcaError
from palca.scenarios.outline import map_of, read_map

pytestmark = pytest.mark.quick


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
