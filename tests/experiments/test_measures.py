"""Stability and cooperation, worked out on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from palca.experiments.course import SERIES, Course, documented, simulated
from palca.experiments.documented import load_record
from palca.experiments.measures import (
    OUTCOMES,
    WEIGHTS,
    atmosphere,
    friction,
    outcomes,
    spell_lengths,
    unrest,
)  # fmt: skip
from palca.experiments.naive import naive
from palca.model import ColdWarModel
from palca.model.history import CODE_OF, Events
from palca.scenarios import build


def course(months: int, *events: tuple[int, str, str], leader: list[int] | None = None) -> Course:
    code = np.array([CODE_OF[track, kind] for _, track, kind in events], dtype=np.int64)
    month = np.array([at for at, _, _ in events], dtype=np.int64)
    nobody = np.full(len(events), -1)
    series = {name: np.zeros((months, 1)) for name in SERIES}
    if leader is not None:
        series["leader"] = np.array(leader, dtype=float)[:, None]
    zeros = np.zeros(len(events), dtype=np.int64)
    events_ = Events(zeros, month, code, nobody, nobody, nobody * 1.0)
    return Course(1, months, series, events_)


def test_atmosphere_adds_acts_and_forgets_a_tenth_a_month() -> None:
    acts = course(4, (0, "ussr", "embassy"), (1, "ussr", "expulsion"), (1, "us", "visit"))
    expected = [3.0, 3.0 * 0.9 - 4.0, (3.0 * 0.9 - 4.0) * 0.9, (3.0 * 0.9 - 4.0) * 0.81]
    assert atmosphere(acts, "ussr")[:, 0] == pytest.approx(expected)
    assert atmosphere(acts, "us")[:, 0] == pytest.approx([0.0, 1.0, 0.9, 0.81])


def test_weights_name_events() -> None:
    assert all(("ussr", kind) in CODE_OF for kind in WEIGHTS)


def test_unrest_and_friction_take_the_gravest_event() -> None:
    acts = course(4, (1, "conflict", "strike"), (1, "conflict", "massacre"), (3, "conflict", "siege"),
                  (1, "party", "private protest"), (2, "party", "public dissent"),
                  (3, "party", "private protest"))  # fmt: skip
    assert unrest(acts)[:, 0].tolist() == [0, 2, 0, 1]
    assert friction(acts)[:, 0].tolist() == [0, 1, 2, 2]


def test_spells() -> None:
    lengths, world = spell_lengths(course(6, leader=[0, 0, 1, 1, 1, 0]))
    assert lengths.tolist() == [2, 3, 1]
    assert world.tolist() == [0, 0, 0]


def test_the_record_read_by_the_same_functions(baseline: dict[str, Any]) -> None:
    scenario = build(baseline)
    truth = {name: float(v[0]) for name, v in outcomes(documented(load_record(), scenario)).items()}
    assert truth["coups_1969_71"] == 3  # Powell and Thyne
    assert truth["coups_1972_77"] == 0
    assert truth["coups_1978"] == 2
    assert truth["failed_1969_78"] == 2
    assert truth["longest_spell"] == 83
    assert truth["ussr_commitments_before"] == 27.5
    assert truth["ussr_breaks"] == 0
    assert truth["us_aid_before"] == pytest.approx((9.488 + 14.208) / 2)
    assert 0.75 < truth["right_share"] < 0.85
    assert 0.65 < truth["party_banned"] < 0.75


def test_simulated_and_naive_courses_have_every_outcome(baseline: dict[str, Any]) -> None:
    scenario = build(baseline)
    history = ColdWarModel(scenario, worlds=5).run()
    for made in (simulated(history), naive(scenario, load_record(), 5, 0)):
        values = outcomes(made)
        assert set(values) == {outcome.name for outcome in OUTCOMES}
        assert all(v.shape == (5,) and np.isfinite(v).all() for v in values.values())


def test_a_short_course_leaves_out_what_it_does_not_reach(baseline: dict[str, Any]) -> None:
    history = ColdWarModel(build({**baseline, "months": 30}), worlds=3).run()
    values = outcomes(simulated(history))
    assert "friction_before" not in values
    assert "us_aid_after" not in values
    assert "longest_spell" in values


def test_the_naive_forecast_has_the_base_rate(baseline: dict[str, Any]) -> None:
    made = naive(build(baseline), load_record(), 4000, 1)
    values = outcomes(made)
    attempts = sum(
        values[name].mean()
        for name in ("coups_1969_71", "coups_1972_77", "coups_1978", "failed_1969_78")
    )
    assert attempts == pytest.approx(1.26, abs=0.1)  # .126 a year for ten years
