"""The meter of extrapolation, on paths whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from palca.experiments.counterfactual.asking import ask
from palca.experiments.counterfactual.overlap import QUANTITIES, Overlap, overlap
from palca.experiments.counterfactual.question import Question
from palca.experiments.counterfactual.twins import CONDUCT, Paths, Twins
from palca.model.state.history import Events

MONTHS, WORLDS = 48, 500
SHAPE = (MONTHS, WORLDS)
NOBODY = np.zeros(0, int)
NONE = Events(NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, np.zeros(0))


def paths(seed: int, **conduct: np.ndarray | float) -> Paths:
    """Return worlds in random situations, in which patrons deliver, officers are paid, no more."""
    rng = np.random.default_rng(seed)
    values = {name: np.zeros(SHAPE) for name in QUANTITIES}
    values |= {name: rng.uniform(size=SHAPE) for name in ("orientation", "fiscal")}
    speed = np.broadcast_to(rng.uniform(0.01, 0.05, WORLDS), SHAPE)
    usual = {"patronage": rng.uniform(size=SHAPE), "ussr_speed": speed, "us_speed": speed}
    done = {name: np.broadcast_to(conduct.get(name, usual.get(name, 0.0)), SHAPE).astype(float)
            for name in CONDUCT}  # fmt: skip
    return Paths(0, values | {"rules": np.ones(SHAPE)}, NONE, done)


def meter(factual: Paths, counter: Paths) -> Overlap:
    return overlap(Twins(factual, counter, {}, np.arange(WORLDS)))


@pytest.mark.parametrize("seed", range(4))
def test_where_nothing_changes_95_percent_are_near(seed: int) -> None:
    usual = paths(seed)
    found = meter(usual, usual)
    assert found.near == pytest.approx(0.95, abs=0.02)
    assert found.colour == "green"
    assert found.unheard == {}


@pytest.mark.parametrize("act", ["ussr_suspended", "us_sanction", "guerrilla", "front"])
def test_an_act_that_never_happened_is_far(act: str) -> None:
    found = meter(paths(0), paths(0, **{act: 1.0}))
    assert (found.near, found.colour) == (0.0, "red")
    assert found.unheard == {act: 1.0}


def test_it_is_far_in_the_months_in_which_it_lasts() -> None:
    half = np.repeat(np.arange(MONTHS) < MONTHS / 2, WORLDS).reshape(SHAPE)
    found = meter(paths(0), paths(0, ussr_suspended=half))
    assert found.colour == "amber"
    assert found.by_year[:2].tolist() == [0.0, 0.0]
    assert found.by_year[2:] == pytest.approx(0.95, abs=0.03)
    assert found.unheard == {"ussr_suspended": 0.5}


def test_an_act_that_half_of_the_worlds_do_is_near() -> None:
    some = np.broadcast_to(np.arange(WORLDS) % 2 == 0, SHAPE)
    found = meter(paths(0, ussr_suspended=some), paths(0, ussr_suspended=~some))
    assert found.near == pytest.approx(0.95, abs=0.02)
    assert found.unheard == {}


def test_an_act_of_one_world_in_one_month_makes_it_no_usual_one() -> None:
    once = np.zeros(SHAPE)
    once[5, 7] = 1.0
    found = meter(paths(0, ussr_suspended=once), paths(0, ussr_suspended=1.0))
    assert found.unheard == {}
    assert found.colour == "red"


def test_deliveries_are_as_fast_as_is_usual_in_their_world() -> None:
    usual = paths(0)
    slower = paths(0)
    slower.conduct["us_speed"] = usual.conduct["us_speed"] / 2  # no slower than other worlds' own
    assert meter(usual, slower).unheard == {"us_speed": 1.0}
    owing = paths(0)
    owing.conduct["ussr_speed"] = np.full(SHAPE, np.nan)  # nothing to deliver
    assert meter(usual, owing).unheard == {}
    assert meter(owing, owing).colour == "green"


@pytest.mark.parametrize("by", [0.05, 5.0])
def test_a_little_more_of_a_usual_act_is_no_other_act(by: float) -> None:
    usual, more = paths(0), paths(0)
    more.conduct["patronage"] = usual.conduct["patronage"] + by
    found = meter(usual, more)
    assert (found.colour == "green", found.unheard == {}) == (by < 0.1, by < 0.1)


def test_another_situation_is_far_whatever_is_done() -> None:
    usual, other = paths(0), paths(0)
    other.values["fiscal"] = usual.values["fiscal"] + 5.0
    found = meter(usual, other)
    assert (found.near, found.unheard) == (0.0, {})


LEAVES = (
    'at = "1971-09", policy.ussr = "withdrawal"',
    'at = "1971-09", lever.ussr.suspend.set = 1',
    'at = "1971-09", lever.ussr.resume.set = 0',
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "colours", "act"),
    [
        (('at = "1971-09", lever.us.aid.scale = 1',), {"green"}, None),
        (('at = "1971-09", until = "1971-12", lever.ussr.suspend.set = 1',), {"amber", "red"}, "ussr_suspended"),
        (LEAVES[1:], {"red"}, "ussr_suspended"),
        (LEAVES, {"red"}, "ussr_suspended"),
        (('at = "1971-09", lever.ussr.delivery.scale = 3',), {"red"}, "ussr_speed"),
    ],
    ids=["nothing", "suspension", "suspension for good", "withdrawal", "fast delivery"],
)
def test_the_meter_sees_what_moscow_does(
    changes: tuple[str, ...], colours: set[str], act: str | None
) -> None:
    answer = ask(Question("baseline", (), changes, "coup 1971-08 ± 6", worlds=512, freeze=()))
    for part in answer.parts.values():
        assert part.overlap.colour in colours
        assert (act in part.overlap.unheard) == (act is not None)
