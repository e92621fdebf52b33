"""Counterfactuals worked out on paper, null interventions, and questions that can't be answered.

The small structural model: in January 1969 an embassy opens if a uniform draw u falls below
the lever `open_embassy`. Y is "the embassy opens" (the Soviet atmosphere rises). After Balke
and Pearl (1994): P(Y' | Y) is P(u < q' | u < q) = min(q'/q, 1), whatever happens on average.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_model import POLICY, write_small

from palca.experiments.counterfactual.answer import FORK, RECORD, Answer, Part
from palca.experiments.counterfactual.asking import ask
from palca.experiments.counterfactual.divergence import divergence
from palca.experiments.counterfactual.files import digest as digest_of
from palca.experiments.counterfactual.question import Question
from palca.experiments.infer import reanalysis, reanalysis_files
from palca.experiments.observe.by_month import MEMORY, WEIGHTS

WORLDS = 1024


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_small(tmp_path)


def question(small: Path, change: str, given: str, through: int | None, **rest: Any) -> Answer:
    return ask(Question(str(small), interventions=(change,), given=given, through=through,
                        worlds=WORLDS, seed=1, freeze=(), **rest))  # fmt: skip


def embassy(part: Part) -> tuple[np.ndarray, np.ndarray]:
    """Return in which worlds the embassy opened in the fork's month, and in which twins."""
    return tuple(
        paths.values["ussr_atmosphere"][0] >= WEIGHTS["embassy"] * 0.99
        for paths in (part.twins.factual, part.twins.counter)
    )  # type: ignore[return-value]


@pytest.mark.slow
def test_what_is_known_of_a_draw_decides_its_counterfactual(small: Path) -> None:
    # q = 5 * opportunity with opportunity fixed at 0.06: q = 0.3; q' = half of it
    half = 'at = "1969-01", lever.ussr.open_embassy.scale = 0.5'
    answer = question(small, half, "embassy 1969-01 ± 0", 0, settings=("opportunity=0.06",))
    assert list(answer.parts) == [FORK, RECORD]
    for part in answer.parts.values():
        factual, counter = embassy(part)
        assert factual.all()
        assert abs(counter.mean() - 0.5) < 4 * np.sqrt(0.25 / WORLDS)
    # nothing else moves the atmosphere: what is left of it at the end tells how many opened one
    average, whole = answer.average["ussr_atmosphere", 5], WEIGHTS["embassy"] * MEMORY**5
    assert abs(average.factual / whole - 0.3) < 4 * np.sqrt(0.3 * 0.7 / WORLDS)
    assert abs(average.counter / whole - 0.15) < 4 * np.sqrt(0.15 * 0.85 / WORLDS)


@pytest.mark.slow
def test_more_of_a_cause_that_was_there_takes_nothing_away(small: Path) -> None:
    double = 'at = "1969-01", lever.ussr.open_embassy.scale = 2'
    answer = question(small, double, "embassy 1969-01 ± 0", 0, settings=("opportunity=0.06",))
    for part in answer.parts.values():
        factual, counter = embassy(part)
        assert factual.all()
        assert counter.all()


@pytest.mark.slow
def test_evidence_after_the_fork_chooses_the_draws_that_follow(small: Path) -> None:
    small.with_name("ussr.toml").write_text(
        POLICY.format(actor="ussr", when="true", lever="open_embassy", value="0.2")
    )
    change = 'at = "1969-02", lever.ussr.open_embassy.scale = 0.5'
    answer = question(small, change, "embassy 1969-04 ± 0", 3)
    for part in answer.parts.values():
        air = part.twins.factual.values["ussr_atmosphere"]
        assert (air[:2] == 0).all()
        assert (air[2] >= 3).all()
        # u < 0.2 in April is known, so in April half of the twins open (February and March are
        # known to lie above 0.2 and stay so)
        other = part.twins.counter.values["ussr_atmosphere"]
        assert (other[:2] == 0).all()
        assert abs((other[2] >= 3).mean() - 0.5) < 4 * np.sqrt(0.25 / WORLDS)


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the baseline's first two years as a scenario."""
    file = tmp_path_factory.mktemp("brief") / "brief.toml"
    file.write_text('title = "T"\nextends = "baseline"\nuntil = "1970-12"\n')
    return str(file)


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    ['at = "1969-06", lever.us.aid.scale = 1', 'at = "1970-01", policy.ussr = "pragmatic"'],
)
def test_an_intervention_that_changes_nothing_has_no_effect_in_any_world(
    brief: str, change: str
) -> None:
    answer = ask(Question(brief, (), (change,), "coup 1969-05 ± 6", worlds=64, freeze=()))
    assert list(answer.parts) == [FORK, RECORD]
    for part in answer.parts.values():
        for quantity, values in part.twins.factual.values.items():
            assert np.array_equal(values, part.twins.counter.values[quantity]), quantity
        assert all(effect.effect == 0 and effect.se == 0 for effect in part.effects.values())
        assert all(cause.both == cause.harmed == 0 for cause in part.causes.values())
        assert divergence(part.twins).share == 0
        assert part.overlap.colour == "green"
    assert all(effect.effect == 0 for effect in answer.average.values())


@pytest.mark.slow
def test_both_parts_go_as_what_they_are_given(brief: str) -> None:
    """Given what had happened a coup is to come or not; given all it has come in each world."""
    change = 'at = "1969-06", lever.us.aid.scale = 1'
    answer = ask(Question(brief, (), (change,), "coup 1969-05 ± 6", worlds=256, freeze=()))
    early, late = answer.parts[FORK], answer.parts[RECORD]
    assert (early.last, late.last) == (4, 23)
    # the window ends in November 1969: cut at the fork, no coup may come after it
    assert (late.twins.factual.values["successes"][5] > 0).any()
    assert late.reanalysis.log_evidence(24) > early.reanalysis.log_evidence(5)
    assert sum(early.rulers.values()) == pytest.approx(1)
    assert sum(late.rulers.values()) == pytest.approx(1)


CHANGE = 'at = "1970-01", lever.ussr.credit.scale = 2'


@pytest.mark.slow
def test_the_answer_is_the_same_in_any_number_of_processes(
    brief: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reanalysis_files, "cache_folder", lambda: None)  # nothing is kept
    asked = Question(brief, (), (CHANGE,), "coup 1969-09 ± 4", worlds=100, seed=3, freeze=())
    one, two = ask(asked, jobs=1), ask(asked, jobs=2)
    assert one.parts.keys() == two.parts.keys() == {FORK, RECORD}
    assert digest_of(one) == digest_of(two)
    for given, part in one.parts.items():
        assert part.effects == two.parts[given].effects
    other = ask(Question(brief, (), (CHANGE,), "coup 1969-09 ± 4", worlds=100, seed=4, freeze=()))
    assert digest_of(other) != digest_of(one)


@pytest.mark.slow
def test_a_frozen_channel_carries_its_part_and_no_other() -> None:
    soviet = ("soviet_fiscal", "soviet_prestige", "soviet_leverage", "soviet_diplomacy",
              "soviet_restraint", "moscow_line")  # fmt: skip
    answer = ask(
        Question("soviet-break-1971", ("prestige_ussr=0.6",), (), "coup 1971-08 ± 6", None, 256,
                 0, soviet)
    )  # fmt: skip
    part = answer.parts[FORK]
    whole = part.effects["legitimacy", answer.main].effect
    parts = part.mediated["legitimacy", answer.main]
    assert whole < 0
    assert parts["soviet_prestige"][0] == pytest.approx(whole, rel=0.5)
    assert abs(parts["soviet_restraint"][0]) < 0.1 * abs(whole)
    friction = part.mediated["friction", answer.main]
    assert friction["moscow_line"][0] == pytest.approx(
        part.effects["friction", answer.main].effect, rel=0.2
    )


def test_evidence_that_is_too_rare_gives_no_number(
    brief: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reanalysis, "_BUDGET", 1_000)
    answer = ask(Question(brief, (), (CHANGE,), "break 1969-01 ± 0", worlds=8, freeze=()))
    assert (answer.parts, answer.average) == ({}, {})
    assert answer.stopped is not None
    assert (answer.stopped.start, answer.stopped.kept) == (0, 0)
    assert 0 < answer.stopped.tried <= 8_000
