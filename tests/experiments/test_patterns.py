"""Patterns: true of the record, and each false somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import SERIES, Histories, documented, simulated
from palca.experiments.observe.patterns import PATTERNS, Pattern
from palca.experiments.observe.windows import outcomes_of
from palca.model import ColdWarModel
from palca.model.calendar import month_index
from palca.model.state.history import CODE_OF, Events
from palca.scenarios import build

BY_NUMBER = {pattern.number: pattern for pattern in PATTERNS}


@pytest.fixture(scope="module")
def worlds() -> Histories:
    from palca.scenarios import resolve

    return simulated(ColdWarModel(build(resolve("baseline")), 1500, 0, keep=SERIES).run())


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: str(pattern.number))
def test_the_record_has_every_pattern(pattern: Pattern, baseline: dict[str, Any]) -> None:
    record = documented(load_record(), build(baseline))
    assert pattern.of(record).tolist() == [True]
    assert pattern.where is None or pattern.where(record).tolist() == [True]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: str(pattern.number))
def test_no_pattern_is_always_there_or_never(pattern: Pattern, worlds: Histories) -> None:
    occurs = pattern.of(worlds)
    assert occurs.shape == (worlds.worlds,)
    assert 0 < occurs.sum() < worlds.worlds
    nothing = histories(120)
    assert not pattern.of(nothing)[0]


def test_what_was_fitted_is_no_validation() -> None:
    known = {outcome.name for outcome in outcomes_of(1969, 1978)}
    for pattern in PATTERNS:
        assert set(pattern.fitted) <= known
        assert pattern.use == ("calibration" if pattern.fitted else "validation")
        assert pattern.origin == ("built in" if pattern.built_in else "emergent")


@given(st.permutations(list(range(8))))
def test_a_pattern_is_the_worlds_own(order: list[int]) -> None:
    part = _some(np.array(order))
    whole = _some(np.arange(8))
    for pattern in PATTERNS:
        assert (pattern.of(part) == pattern.of(whole)[order]).all()


_HISTORY = []


def _some(worlds: np.ndarray) -> Histories:
    from palca.scenarios import resolve

    if not _HISTORY:
        _HISTORY.append(simulated(ColdWarModel(build(resolve("baseline")), 8, 3).run()))
    one = _HISTORY[0]
    order = np.argsort(worlds)
    events = one.events
    moved = Events(
        order[events.world], events.month, events.code, events.leader, events.garrison, events.amount
    )
    return Histories(8, one.months, {k: v[:, worlds] for k, v in one.series.items()}, moved)


# Known answers: one history, worked out on paper, and what undoes it.


def histories(
    months: int,
    *events: tuple[str, str, str],
    orientation: Callable[[int], float] = lambda month: 0.0,
    leader: Callable[[int], int] = lambda month: 0,
) -> Histories:
    """A history of one world: events by month, track and kind."""
    series = {name: np.zeros((months, 1)) for name in SERIES}
    series["orientation"][:, 0] = [orientation(month) for month in range(months)]
    series["leader"][:, 0] = [leader(month) for month in range(months)]
    month = np.array([month_index(at) for at, _, _ in events], dtype=np.int64)
    code = np.array([CODE_OF[track, kind] for _, track, kind in events], dtype=np.int64)
    nobody, world = np.full(len(events), -1), np.zeros(len(events), np.int64)
    nothing = np.full(len(events), np.nan)
    return Histories(1, months, series, Events(world, month, code, nobody, nobody, nothing))


def of(number: int, *events: tuple[str, str, str], **series: Any) -> bool:
    return bool(BY_NUMBER[number].of(histories(120, *events, **series))[0])


def left_then_right(month: int) -> float:
    return 0.0 if month < 10 else -0.5 if month < 30 else 0.8  # the right from July 1971 on


def test_the_silences_that_patterns_read_are_covered(baseline: dict[str, Any]) -> None:
    # 2: no attempt for three years; 7: no break; 10: no dissent before the coup; 18: no massacre
    known = documented(load_record(), build(baseline))
    assert known.covers("power", ["coup", "failed coup"]).all()
    assert known.covers("ussr", ["break"]).all()
    assert known.covers("conflict", ["massacre"]).all()
    assert known.covers("party", ["public dissent", "rupture"])[: month_index("1971-08") + 1].all()


def test_a_break_undoes_that_ties_outlive_a_coup() -> None:
    ties = (
        ("1970-01", "ussr", "embassy"), ("1971-07", "power", "coup"), ("1972-09", "ussr", "visit"),
        ("1974-02", "ussr", "agreement"),
    )  # fmt: skip
    assert of(7, *ties, orientation=left_then_right)
    assert not of(7, *ties, ("1977-01", "ussr", "break"), orientation=left_then_right)
    assert not of(7, *ties[:-1], orientation=left_then_right)  # one year's visits are no ties
    assert not of(7, *ties[1:], orientation=left_then_right)  # without an embassy nothing lasts


def test_a_dip_needs_a_recovery() -> None:
    dip = (("1970-01", "ussr", "embassy"), ("1971-07", "power", "coup"))
    expelled, mended = ("1972-03", "ussr", "expulsion"), ("1974-02", "ussr", "visit")
    assert of(8, *dip, expelled, mended, orientation=left_then_right)
    assert not of(8, *dip, expelled, orientation=left_then_right)
    assert not of(8, *dip, mended, orientation=left_then_right)
    late = ("1972-08", "ussr", "expulsion")  # thirteen months after the coup
    assert not of(8, *dip, late, mended, orientation=left_then_right)


def test_attempts_cluster_or_do_not() -> None:
    close = [(at, "power", "failed coup") for at in ("1970-01", "1970-06", "1970-12")]
    assert of(2, *close)
    assert not of(2, *close[:2])
    apart = [(at, "power", "failed coup") for at in ("1970-01", "1970-06", "1971-01")]
    assert not of(2, *apart)  # thirteen months from the first to the third
    always = [(f"{year}-{half}", "power", "failed coup")
              for year in range(1969, 1979) for half in ("01", "06", "11")]  # fmt: skip
    assert not of(2, *always)  # clusters, and nowhere a quiet stretch


def test_regimes_are_short_but_for_one() -> None:
    assert of(1, leader=lambda month: month // 10 if month < 50 else 99)  # 5 of ten, one of 70
    assert not of(1, leader=lambda month: month // 10)
    assert not of(1, leader=lambda month: 0)  # one of 120 is no short one


def test_swings_are_sharp_and_quick() -> None:
    assert of(3, orientation=left_then_right)
    assert not of(3, orientation=lambda month: 0.6 - 0.04 * month)  # it drifts
    assert not of(3, orientation=lambda m: 0.0 if m < 10 else -0.5 if m < 40 else 0.8)


def test_an_end_with_shots_is_no_peaceful_one() -> None:
    end = (("1977-01", "us", "pressure"), ("1977-11", "conflict", "strike"),
           ("1978-01", "conflict", "amnesty"))  # fmt: skip
    assert of(18, *end, orientation=left_then_right)
    assert not of(18, *end, ("1977-12", "conflict", "massacre"), orientation=left_then_right)
    assert not of(18, *end[1:], orientation=left_then_right)
    assert not of(18, *end)  # no regime of the right
