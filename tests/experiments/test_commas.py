"""A number with a decimal comma is refused wherever one may write it, and the point is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from palca.experiments.explore.discovery import read_question
from palca.experiments.simulate.designs import parse_factor
from palca.model import PalcaError
from palca.scenarios import load, resolve
from palca.scenarios.driver_series import read_series

pytestmark = pytest.mark.quick


def _file(text: str) -> Callable[[], object]:
    def read() -> object:
        Path("file.toml").write_text(f'title = "x"\nextends = "baseline"\n{text}')
        return load("file.toml")

    return read


def _driver() -> object:
    Path("tin.csv").write_text('date,value,unit,source,confidence\n1969-01,"0,5",x,y,high\n')
    return read_series(Path("tin.csv"))


COMMAS: dict[str, Callable[[], object]] = {
    "parameter": lambda: resolve("baseline", ["backlash=0,5"]),
    "lever": lambda: resolve("baseline", ["lever.us.aid.scale=0,5"]),
    "intervention": lambda: resolve("baseline", [], ['at = "1971-09", parameter.backlash = 0,5']),
    "its text": lambda: resolve("baseline", [], ['at = "1971-09", parameter.backlash = "0,5"']),
    "file": _file("[parameters]\nbacklash = 0,5\n"),
    "text in a file": _file('[parameters]\nbacklash = "0,5"\n'),
    "lever in a file": _file('[[intervene]]\nat = "1971-09"\nlever.us.aid.scale = "0,5"\n'),
    "driver": _driver,
    "range": lambda: parse_factor("backlash=0,1:0,5"),
    "mixed range": lambda: parse_factor("backlash=0.1:0,5:3"),
    "levels": lambda: parse_factor("backlash=0,5,1,5"),
    "levels with a zero before": lambda: parse_factor("backlash=0,05"),
    "threshold": lambda: read_question(["growth > 0,5"]),
}


@pytest.mark.parametrize("name", COMMAS)
def test_a_decimal_comma_is_refused_and_the_point_shown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PalcaError, match=r"0\.5\b"):
        COMMAS[name]()


def test_commas_between_values_are_none() -> None:
    assert parse_factor("backlash=0.01,0.02").levels == (0.01, 0.02)
    assert parse_factor("start.fiscal=0,5").levels == (0.0, 5.0)
    assert parse_factor("policy.us=a,b").levels == ("a", "b")
    assert read_question(["max(0,5) < growth"]).names == {"growth"}
