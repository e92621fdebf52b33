"""Outcomes of the windows that a country names: they add up, and are known by their names."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.explore.discovery import read_question
from palca.experiments.observe.documented import record_of
from palca.experiments.observe.histories import SERIES, Histories, documented, simulated
from palca.experiments.observe.outcome import of_months, outcome_of_months
from palca.experiments.observe.outcomes import in_order, measure, outcomes, outcomes_from
from palca.experiments.observe.windows import outcome_column
from palca.experiments.simulate.world_table import check_measured
from palca.model import Simulation
from palca.model.calendar import month_index
from palca.model.errors import PalcaError
from palca.model.state.history import Events
from palca.scenarios import build, resolve

pytestmark = pytest.mark.quick

COUNTED = ("coups", "failed", "unrest", "massacres", "expulsions", "breaks")


@cache
def chile() -> Histories:
    scenario = build(resolve("chile-1970"))
    history = Simulation(scenario, 200, 0, keep=SERIES).run()
    return simulated(history, scenario.country.windows)


@given(st.data())
def test_windows_that_follow_on_add_up(data: st.DataObject) -> None:
    first, last = chile().first, chile().first + chile().months - 1
    cut = data.draw(st.integers(first, last - 1))
    parts = [(first, cut), (cut + 1, last)]
    whole, *some = (measure(of_months(*window), chile()) for window in [(first, last), *parts])
    names = [name.rsplit("_", 2)[0] for name in whole]
    assert len(names) == 10
    for name, of_whole, *of_parts in zip(names, *(m.values() for m in (whole, *some)), strict=True):
        weights = [1.0, 1.0] if name in COUNTED else [
            (end + 1 - begin) / chile().months for begin, end in parts
        ]  # fmt: skip
        assert np.allclose(sum(w * of for w, of in zip(weights, of_parts, strict=True)), of_whole)


@given(st.integers(-228, 100), st.integers(0, 100))
def test_a_window_is_known_by_its_name(first: int, length: int) -> None:
    for outcome in of_months(first, first + length):
        assert outcome_of_months(outcome.name) is outcome
        column = outcome_column(outcome.name)
        assert column is not None
        assert column.heading == outcome.heading
    some = outcomes_from(0, [(first, first + length)])
    assert in_order(outcome.name for outcome in some) == list(some)
    assert {*some}.isdisjoint(of_months(first, first + length)) == (first < 0)


def test_chile_before_the_coup_and_after() -> None:
    scenario = build(resolve("chile-1970"))
    record = record_of(scenario)
    assert record is not None
    known = {name: float(values[0]) for name, values in outcomes(documented(record, scenario)).items()}
    assert known["coups_197011_197309"] == known["failed_197011_197309"] == 1
    assert known["left_197011_197309"] == pytest.approx(34 / 35)  # Pinochet in the last month
    assert known["coups_197310_197812"] == 0
    assert known["right_197310_197812"] == 1
    assert outcomes(chile()).keys() >= {"coups_197011_197309", "us_aid_197310_197812"}


def test_a_window_is_asked_for_like_any_outcome() -> None:
    assert read_question(["coups_197011_197309 >= 1"]).names == {"coups_197011_197309"}
    check_measured(resolve("chile-1970"), ["coups_197011_197309"], "--outcome")
    with pytest.raises(PalcaError, match="no window"):
        check_measured(resolve("peru-1968"), ["coups_197011_197309"], "--outcome")


def test_windows_outside_a_history_are_left_out() -> None:
    early = [(month_index("1970-10"), month_index("1971-08"))]
    assert outcomes_from(month_index("1970-11"), early) == outcomes_from(month_index("1970-11"))
    late = of_months(month_index("1978-01"), month_index("1979-01"))
    assert measure(late, chile()) == {}


def test_a_window_may_lie_after_the_decade() -> None:
    series = {name: np.zeros((140, 2)) for name in SERIES}
    series["growth"][125:] = 3.0
    none = np.empty(0, np.int64)
    events = Events(none, none, none, none, none, np.empty(0))
    nothing = Histories(2, 140, series, events, windows=((125, 139), (120, 129)))
    found = outcomes(nothing)
    assert found["growth_197906_198008"].tolist() == [3.0, 3.0]
    assert found["growth_197901_197910"].tolist() == [1.5, 1.5]
    assert found["growth"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("windows", "said"), [
    ('["1970-11"]', "first and last month"),
    ('["1973-09/1970-11"]', "exchange"),
    ('["1970-13/1973-09"]', "1970-13"),
    ('["1970-11/1973-09", "1970-11/1973-09"]', "twice"),
    ('["1970-12/1971-02/1972-01"]', "first and last month"),
    ('["1970-10/1973-09"]', "begins before the first month"),
    ("1970", "list of texts"),
])  # fmt: skip
def test_windows_that_can_not_be_used(tmp_path: Path, windows: str, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f'title = "x"\nextends = "chile-1970"\nwindows = {windows}\n')
    with pytest.raises(PalcaError, match=said) as error:
        build(resolve(str(path)))
    assert "own.toml" in str(error.value)


def test_windows_are_inherited_dropped_and_refused_where_they_are_written(tmp_path: Path) -> None:
    def written(name: str, lines: str) -> str:
        (tmp_path / name).write_text(f'title = "x"\n{lines}\n')
        return str(tmp_path / name)

    parent = written("parent.toml", 'extends = "chile-1970"\nwindows = ["1971-01/1971-12"]')
    window = (month_index("1971-01"), month_index("1971-12"))
    child = written("child.toml", 'extends = "parent.toml"')
    assert build(resolve(parent)).country.windows == build(resolve(child)).country.windows == (window,)
    none = written("none.toml", 'extends = "parent.toml"\nwindows = []')
    assert build(resolve(none)).country.windows == ()
    written("bad.toml", 'extends = "chile-1970"\nwindows = ["1972-01/1971-01"]')
    with pytest.raises(PalcaError, match=r"bad\.toml: windows"):
        resolve(written("of_bad.toml", 'extends = "bad.toml"'))


def test_nothing_is_documented_of_rulers_that_the_record_does_not_cover() -> None:
    scenario = build(resolve("baseline"))
    longer = replace(scenario, months=144)
    record = record_of(scenario)
    assert record is not None
    end = record.span[1]
    for name in ("leader", "orientation", "legality"):
        assert np.isnan(documented(record, longer).series[name][end:]).all()


def test_a_comparison_names_the_windows_that_only_one_side_has(palca: Any, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('title = "x"\nextends = "chile-1970"\nwindows = []\n')
    code, out, err = palca("compare", "chile-1970", str(tmp_path / "other.toml"), "-n", "20", "--full")
    assert code == 0, err
    assert "only one of them measures it" in out
    assert "coups_197011_197309" in out


def test_the_first_screen_has_attempts_by_window_and_counts_none_twice(palca: Any) -> None:
    code, out, err = palca("run", "chile-1970", "-n", "60")
    assert code == 0, err
    said = " ".join(out.split())
    assert "coup attempts 11/1970–9/1973 2 " in said
    assert "coup attempts 10/1973–12/1978 0 " in said
    assert " of 7 documented measures of stability " in said
