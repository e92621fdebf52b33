"""Naive forecasts, held against the same written plainly: one world at a time, by draws alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from palca.experiments.forecast.naive import HAZARDS, RECENT, BaseRates, base_rates, income, naive
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import SERIES, documented
from palca.model.calendar import month_index
from palca.model.state import counter_rng
from palca.scenarios import build, resolve

WORLDS = 300
SEED = 5


def test_naive_hazards_are_those_of_the_record() -> None:
    rates = base_rates(load_record())
    never, lately = np.array(False), np.array(True)
    assert rates.chance("persistence", lately, 3.0, 3000.0) == 0.0
    assert rates.chance("constant", never, 3.0, 3000.0) == pytest.approx(0.126471 / 12)
    # by hand: 3.21185 - .035007 * 3 - .6512 * ln 3000 = -2.1070; a year's chance .1084
    yearly = 1 - (1 - rates.chance("cross-national", never, 3.0, 3000.0)) ** 12
    assert yearly == pytest.approx(0.1084, abs=2e-4)
    # and with an attempt in the last three years: -2.1070 + .7796 = -1.3274, .2096
    yearly = 1 - (1 - rates.chance("cross-national", lately, 3.0, 3000.0)) ** 12
    assert yearly == pytest.approx(0.2096, abs=2e-4)
    assert income(load_record(), 1968) > 2000


def test_power_changes_hands_by_a_coup_or_by_the_rules() -> None:
    rates = BaseRates(0.1, 0.5, 0.2, (0.0, 0.0, 0.0, 0.0))
    # no coup that succeeds (1 - .5 * .4) and no handover (1 - .2)
    assert rates.changes("constant", np.array(0.4)) == pytest.approx(1.0 - 0.8 * 0.8)
    assert rates.changes("persistence", np.array(0.4)) == 0.0
    # by hand: who came by force leaves by the rules (1 - .477612) / 3.5266 times a year, who came
    # by them (1 - .277778) / 3.26195; the mean of .148128 and .221408, a month
    assert base_rates(load_record()).handovers == pytest.approx(0.184768 / 12.0, rel=1e-5)


@pytest.mark.parametrize("since", [0, month_index("1971-09"), month_index("1975-01")])
@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_naive_course_is_its_plain_specification(hazard: str, since: int) -> None:
    scenario = build(resolve("baseline", ["posterior=off"]))
    record = load_record()
    rates, known = base_rates(record), documented(record, scenario)
    start = scenario.country.start
    made = naive(scenario, record, WORLDS, SEED, since, hazard)
    keys = counter_rng.world_keys(SEED, range(WORLDS))

    def draw(event: str, world: int, month: int) -> float:
        key = counter_rng.event_keys(event, 1, scenario.months)[0, month]
        return float(counter_rng.uniform(counter_rng.bits(keys[world : world + 1], np.array([key])))[0])

    past = [m for m, k in attempts(known) if m < since]
    growth = float(known.series["growth"][:since].mean()) if since else start["growth"]
    wealth = income(record, 1968 + since // 12)
    for world in range(0, WORLDS, 7):
        last = past[-1] if past else -start["attempt_age"]
        happened = [(m, k) for m, k in attempts(known) if m < since]
        leader, orientation, changes = [], [], 0
        before = known.series if since else None
        first = before["leader"][since - 1, 0] if before else 0.0
        side = before["orientation"][since - 1, 0] if before else start["orientation"]
        for month in range(since, scenario.months):
            recent = np.array(month - last <= RECENT)
            won = False
            if draw("naive attempt", world, month) < rates.chance(hazard, recent, growth, wealth):
                last, won = month, draw("naive success", world, month) < rates.success
                happened.append((month, "coup" if won else "failed coup"))
            if won:
                side = -0.5 if draw("naive side", world, month) < 0.5 else 0.5
            hands = draw("naive handover", world, month) < rates.handovers
            changes += won or (hands and hazard != "persistence")
            # whoever comes is nobody who was there before
            leader.append(first + (changes + len(scenario.country.leaders) if changes else 0))
            orientation.append(side)
        assert made.series["leader"][since:, world].tolist() == leader
        assert made.series["orientation"][since:, world].tolist() == orientation
        assert attempts(made, world) == happened


@pytest.mark.parametrize("since", [0, month_index("1975-01")])
def test_what_is_no_politics_stays_as_it_was(since: int) -> None:
    scenario = build(resolve("baseline", ["posterior=off"]))
    record, start = load_record(), scenario.country.start
    known = documented(record, scenario)
    made = naive(scenario, record, 3, SEED, since)
    for name in SERIES:
        assert np.array_equal(
            made.series[name][:since], np.repeat(known.series[name][:since], 3, 1), equal_nan=True
        )
        assert made.series[name].shape == (scenario.months, 3)
    expected = {
        "us_delivery": start["us_delivered"] / 12.0, "ussr_delivery": 0.0, "ussr_commitment": 0.0,
        "legality": known.series["legality"][since - 1, 0] if since else start["legality"],
        "us_commitment": known.series["us_commitment"][since - 12 : since].mean()
        if since else start.get("us_commitment", 0.0),
        "growth": known.series["growth"][:since].mean() if since else start["growth"],
    }  # fmt: skip
    for name, value in expected.items():
        assert made.series[name][since:] == pytest.approx(value), name
    assert (np.diff(made.events.world) >= 0).all()  # world by world, each in the order of months
    assert set(made.events.leader.tolist()) == {-1}


@pytest.mark.parametrize("since", ["1969-01", "1969-12", "1970-01", "1974-12", "1978-12"])
def test_income_is_that_of_the_last_whole_year(
    monkeypatch: pytest.MonkeyPatch, since: str
) -> None:
    asked: list[int] = []
    monkeypatch.setattr("palca.experiments.forecast.naive.income", lambda _, year: asked.append(year) or 1e3)
    scenario = build(resolve("baseline", ["posterior=off"]))
    naive(scenario, load_record(), 1, SEED, month_index(since), "cross-national")
    assert asked == [int(since[:4]) - 1]


def attempts(histories: Any, world: int = 0) -> list[tuple[int, str]]:
    """Return month and kind of a world's attempts, in the order of months."""
    kinds = ("coup", "failed coup")
    return sorted(
        (int(month), kind)
        for kind in kinds
        for month in np.nonzero(histories.count("power", kind)[:, world])[0]
    )
