"""What is measured month by month, worked out on paper: atmosphere, unrest, friction, sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_histories import histories, judged

from palca.experiments.observe.by_month import (
    RIGHT,
    WEIGHTS,
    atmosphere,
    friction,
    known_friction,
    remembered,
    side,
    spell_lengths,
    unrest,
)
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import documented
from palca.model.calendar import month_index
from palca.model.state.history import CODE_OF
from palca.scenarios import build

pytestmark = pytest.mark.quick


def test_atmosphere_adds_acts_and_forgets_a_tenth_a_month() -> None:
    acts = histories(4, (0, "ussr", "embassy"), (1, "ussr", "expulsion"), (1, "us", "visit"))
    expected = [3.0, 3.0 * 0.9 - 4.0, (3.0 * 0.9 - 4.0) * 0.9, (3.0 * 0.9 - 4.0) * 0.81]
    assert atmosphere(acts, "ussr")[:, 0] == pytest.approx(expected)
    assert atmosphere(acts, "us")[:, 0] == pytest.approx([0.0, 1.0, 0.9, 0.81])


def test_weights_name_events() -> None:
    assert all(("ussr", kind) in CODE_OF for kind in WEIGHTS)


def test_unrest_and_friction_take_the_gravest_event() -> None:
    acts = histories(4, (1, "conflict", "strike"), (1, "conflict", "massacre"), (3, "conflict", "siege"),
                  (1, "party", "private protest"), (2, "party", "public dissent"),
                  (3, "party", "private protest"))  # fmt: skip
    assert unrest(acts)[:, 0].tolist() == [0, 2, 0, 1]
    assert friction(acts)[:, 0].tolist() == [0, 1, 2, 2]


def test_an_atmosphere_is_known_if_its_memory_is() -> None:
    # the weight of the month itself is a tenth, that of the one before nine hundredths
    covered = np.array([1, 0, 1, 0, 0, *[1] * 10], dtype=bool)
    missing = [0, 0.1, 0.09, 0.181, 0.2629, *(0.2629 * 0.9**months for months in range(1, 11))]
    expected = [1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert (covered & (np.array(missing) <= 0.1)).tolist() == expected
    assert remembered(covered).tolist() == expected
    late = np.arange(120) >= 60
    assert np.nonzero(remembered(late))[0][0] == 60 + 21  # .9**22 < .1 <= .9**21
    assert remembered(np.ones(120, dtype=bool)).all()


def test_the_documented_atmosphere_is_unknown_in_a_gap(baseline: dict[str, Any]) -> None:
    known = documented(load_record(), build(baseline))
    whole = documented(judged(True), build(baseline))
    for patron, end in (("ussr", "1970-11"), ("us", "1971-08")):
        values = atmosphere(known, patron)[:, 0]
        last = month_index(end) + 1
        assert np.array_equal(values[:last], atmosphere(whole, patron)[:last, 0])
        assert np.isnan(values[last:]).all()


def test_friction_is_known_only_if_no_more_may_have_been_shown() -> None:
    shown = histories(4, (1, "party", "public dissent"))
    everything = {pair: np.ones(4, dtype=bool) for pair in CODE_OF}
    for kind, expected in (
        ("private protest", [np.nan, 2, 2, 2]), ("public dissent", [np.nan, 2, 2, 2]),
        ("rupture", [np.nan] * 4), ("congress", [0, 2, 2, 2]),
    ):  # fmt: skip
        seen = replace(shown, covered=everything | {("party", kind): np.zeros(4, dtype=bool)})
        assert np.array_equal(known_friction(seen)[:, 0], expected, equal_nan=True), kind


def test_spells() -> None:
    lengths, world = spell_lengths(histories(6, leader=[0, 0, 1, 1, 1, 0]))
    assert lengths.tolist() == [2, 3, 1]
    assert world.tolist() == [0, 0, 0]


def test_weights_are_ordered_as_their_source_orders_acts() -> None:
    # Goldstein's scale: breaking relations is the worst short of force, then sanctions, expulsions,
    # protests; agreements weigh more than visits
    order = ["break", "suspension", "expulsion", "nationalisation", "protest", "visit", "credit",
             "embassy"]  # fmt: skip
    assert [WEIGHTS[name] for name in order] == [-8, -6, -4, -3, -1, 1, 2, 3]
    assert WEIGHTS["sanction"] == WEIGHTS["suspension"]
    hostile = {"refusal", "pressure", "stockpile sale", "sanction threatened"}
    assert {WEIGHTS[name] for name in hostile} == {-1}
    assert all(
        WEIGHTS[name] in (1, 2) for name in set(WEIGHTS) - hostile - set(order) - {"sanction"}
    )


@given(st.floats(-1, 1))
def test_every_orientation_has_one_side_and_its_mirror_the_other(orientation: float) -> None:
    mirrored = {"left": "right", "centre": "centre", "right": "left"}
    assert side(-orientation) == mirrored[side(orientation)]
    assert (side(orientation) == "centre") == (abs(orientation) < RIGHT)
