"""Counterfactuals worked out on paper, null interventions, and questions that can't be answered.

The small structural model: in January 1969 an embassy opens if a uniform draw u falls below
the lever `open_embassy`. Y is "the embassy opens" (the Soviet atmosphere rises). After Balke
and Pearl (1994): P(Y' | Y) is P(u < q' | u < q) = min(q'/q, 1), whatever happens on average.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from palca.experiments.counterfactual.answer import Answer, Question, ask
from palca.experiments.counterfactual.divergence import divergence
from palca.experiments.counterfactual.effects import (
    causation,
    explained_spread,
    prior_posterior_shift,
)
from palca.experiments.counterfactual.files import digest as digest_of
from palca.experiments.counterfactual.paired import digest, join_pairs, pair_blocks
from palca.experiments.counterfactual.report import in_words
from palca.experiments.infer.abduction import abduct, join_islands
from palca.experiments.infer.evidence import EventObservation, Evidence
from palca.experiments.infer.weights import clustered_error
from palca.experiments.observe.outcomes import WEIGHTS
from palca.experiments.simulate import priors
from palca.scenarios import resolve

WORLDS, TWINS = 16_384, 4096
POLICY = """actor = "{actor}"
title = "one rule"
[[rule]]
name = "the rule"
when = "{when}"
do = {{ {lever} = "{value}" }}
why = "a test"
source = "assumed"
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a scenario of six months in which almost nothing can happen but an embassy."""
    rules = {
        "ussr": ("date < 1969-02", "open_embassy", "5 * opportunity"),
        "us": ("true", "aid", "0"),
        "regime": ("true", "welcome_ussr", "1"),
        "party": ("true", "support", "0"),
    }
    for actor, (when, lever, value) in rules.items():
        text = POLICY.format(actor=actor, when=when, lever=lever, value=value)
        (tmp_path / f"{actor}.toml").write_text(text)
    policies = "\n".join(f'{actor} = "{actor}.toml"' for actor in rules)
    file = tmp_path / "small.toml"
    file.write_text(
        f'title = "small"\nextends = "baseline"\nuntil = "1969-06"\n[policy]\n{policies}\n'
        "[channels]\ncascade = false\n"
    )
    return file


def question(small: Path, change: str, given: str, through: int | None, **rest: object) -> Answer:
    asked = Question(
        str(small), (), (change,), given, through, WORLDS, TWINS, 1, (), variants=False
    )
    return ask(Question(**{**{k: getattr(asked, k) for k in asked.__slots__}, **rest}))


def embassy(answer: Answer) -> tuple[np.ndarray, np.ndarray]:
    assert answer.twins is not None
    return tuple(
        paths.values["ussr_atmosphere"][0] >= WEIGHTS["embassy"] * 0.99
        for paths in (answer.twins.factual, answer.twins.counter)
    )  # type: ignore[return-value]


@pytest.mark.slow
def test_what_is_known_of_a_draw_decides_its_counterfactual(small: Path) -> None:
    # q = 5 * opportunity with opportunity fixed at 0.06: q = 0.3; q' = half of it
    half = 'at = "1969-01", lever.ussr.open_embassy.scale = 0.5'
    answer = question(
        small, half, "embassy 1969-01 ± 0", 0, settings=("opportunity=0.06",)
    )
    factual, counter = embassy(answer)
    assert factual.all()
    assert abs(counter.mean() - 0.5) < 4 * np.sqrt(0.25 / TWINS)
    assert answer.average is not None
    average = answer.average.counter.values["ussr_atmosphere"][0] > 0
    assert abs(average.mean() - 0.15) < 4 * np.sqrt(0.15 * 0.85 / TWINS)
    # the probability of the evidence, P(u < 0.3)
    assert abs(np.exp(answer.particles.diagnostics.log_evidence.sum()) - 0.3) < 4 * np.sqrt(0.21 / WORLDS)
    assert abs(answer.particles.diagnostics.event_predictive[0] - 0.3) < 4 * np.sqrt(0.21 / WORLDS)


@pytest.mark.slow
def test_more_of_a_cause_that_was_there_takes_nothing_away(small: Path) -> None:
    double = 'at = "1969-01", lever.ussr.open_embassy.scale = 2'
    answer = question(small, double, "embassy 1969-01 ± 0", 0, settings=("opportunity=0.06",))
    factual, counter = embassy(answer)
    assert factual.all()
    assert counter.all()


def test_evidence_teaches_parameters_as_bayes_says(small: Path) -> None:
    # opportunity ~ U(a, b), P(Y | opportunity) = 5 opportunity:
    # posterior mean = ((b³ - a³) / 3) / ((b² - a²) / 2)
    a, b = 0.04, 0.16
    expected = ((b**3 - a**3) / 3) / ((b**2 - a**2) / 2)
    half = 'at = "1969-02", lever.ussr.open_embassy.scale = 0.5'
    answer = question(small, half, "embassy 1969-01 ± 0", None)
    values = answer.particles.parameters["opportunity"]
    mean = float(np.average(values, weights=answer.particles.weights))
    assert abs(mean - expected) < 4 * values.std() / np.sqrt(0.5 * WORLDS)
    assert np.exp(answer.particles.diagnostics.log_evidence.sum()) == pytest.approx(0.5, abs=0.02)


@pytest.mark.slow
def test_evidence_after_the_fork_chooses_the_draws_that_follow(small: Path) -> None:
    small.with_name("ussr.toml").write_text(
        POLICY.format(actor="ussr", when="true", lever="open_embassy", value="0.2")
    )
    change = 'at = "1969-02", lever.ussr.open_embassy.scale = 0.5'
    answer = question(small, change, "embassy 1969-04 ± 0", 3)
    assert answer.twins is not None
    air = answer.twins.factual.values["ussr_atmosphere"]
    assert (air[:2] == 0).all()
    assert (air[2] >= 3).all()
    # u < 0.2 in April is known, so in April half of the twins open (February and March are
    # known to lie above 0.2 and stay so)
    other = answer.twins.counter.values["ussr_atmosphere"]
    assert (other[:2] == 0).all()
    assert abs((other[2] >= 3).mean() - 0.5) < 4 * np.sqrt(0.25 / TWINS)


@pytest.mark.parametrize(
    "change",
    ['at = "1969-06", lever.us.aid.scale = 1', 'at = "1970-01", policy.ussr = "pragmatic"'],
)
def test_an_intervention_that_changes_nothing_has_no_effect_in_any_world(change: str) -> None:
    answer = ask(
        Question("baseline", (), (change,), "coup 1969-05 ± 6", None, 2048, 512, 0, (), False)
    )
    assert answer.twins is not None
    for quantity, values in answer.twins.factual.values.items():
        assert np.array_equal(values, answer.twins.counter.values[quantity]), quantity
    assert all(effect.effect == 0 and effect.se == 0 for effect in answer.effects.values())
    assert divergence(answer.twins).share == 0
    assert answer.overlap is not None
    assert answer.overlap.colour == "green"
    assert "in no world" in in_words(answer)
    assert "few parameter values are sampled" not in in_words(answer)
    answer.particles.ancestors[:] = answer.particles.ancestors[0]  # one family
    assert "few parameter values are sampled" in in_words(answer)


CHANGE = 'at = "1970-01", lever.ussr.credit.scale = 2'


@pytest.mark.slow
def test_the_answer_is_the_same_in_any_number_of_processes() -> None:
    asked = Question("baseline", (), (CHANGE,), "coup 1969-09 ± 4", None, 9000, 2100, 3, (), False)
    one, two = ask(asked, jobs=1), ask(asked, jobs=2)
    assert one.twins is not None
    assert digest_of(one) == digest_of(two)


@pytest.mark.slow
def test_a_frozen_channel_carries_its_part_and_no_other() -> None:
    soviet = ("soviet_fiscal", "soviet_prestige", "soviet_leverage", "soviet_diplomacy",
              "soviet_restraint", "moscow_line")  # fmt: skip
    answer = ask(
        Question("soviet-break-1971", ("prestige_ussr=0.6",), (), "coup 1971-08 ± 6", None, 8192,
                 1024, 0, soviet, False)
    )  # fmt: skip
    assert answer.twins is not None
    whole = answer.effects["legitimacy", answer.main].effect
    parts = answer.mediated["legitimacy", answer.main]
    assert whole < 0
    assert parts["soviet_prestige"][0] == pytest.approx(whole, rel=0.5)
    assert abs(parts["soviet_restraint"][0]) < 0.1 * abs(whole)
    friction = answer.mediated["friction", answer.main]
    assert friction["moscow_line"][0] == pytest.approx(
        answer.effects["friction", answer.main].effect, rel=0.2
    )


def test_too_few_worlds_give_no_number() -> None:
    answer = ask(
        Question("soviet-break-1971", (), (), "record", None, 256, 64, 0, (), False)
    )
    assert answer.twins is None
    assert answer.effects == {}


def test_impossible_evidence_is_told_as_such() -> None:
    island = next(iter(abduct(
        resolve("baseline"), Evidence("x", (EventObservation("ussr", "break", 0, 0, 1, 0.0),)), 3, 2, 64, 0
    )))  # fmt: skip
    assert np.isneginf(island.diagnostics.log_evidence.sum())
    assert island.diagnostics.ess.min() == 0
    joined = join_islands([island, island])
    assert np.isneginf(joined.diagnostics.log_evidence.sum())


def test_errors_count_families_not_copies() -> None:
    difference = np.repeat(np.array([1.0, -1.0, 2.0, -2.0]), 50)
    ancestors = np.repeat(np.arange(4), 50)
    alone = clustered_error(difference, np.arange(200))
    assert alone == pytest.approx(difference.std(ddof=1) / np.sqrt(200), rel=1e-6)
    families = clustered_error(difference, ancestors)
    assert families == pytest.approx(np.array([1.0, -1.0, 2.0, -2.0]).std(ddof=1) / 2, rel=1e-6)


def test_spread_over_parameters_is_what_they_explain() -> None:
    rng = np.random.default_rng(0)
    theta, useless = rng.normal(size=5000), rng.normal(size=5000)
    difference = 0.5 * theta + rng.normal(size=5000)
    assert explained_spread(difference, {"a": theta, "b": useless}) == pytest.approx(0.5, abs=0.05)
    assert explained_spread(rng.normal(size=5000), {"b": useless}) < 0.05


@pytest.mark.slow
def test_necessity_and_sufficiency_count_the_four_cells() -> None:
    answer = ask(
        Question("baseline", (), ('at = "1969-06", lever.us.aid.scale = 1',),
                 "coup 1969-05 ± 6", None, 1024, 256, 0, (), False)
    )  # fmt: skip
    twins = answer.twins
    assert twins is not None
    rules = twins.factual.values["rules"]
    rules[12] = np.repeat([1.0, 1.0, 0.0, 0.0], 64)
    twins.counter.values["rules"][12] = np.repeat([1.0, 0.0, 1.0, 0.0], 64)
    cause = causation(twins, 12)
    assert (cause.necessary, cause.sufficient, cause.both, cause.harmed) == (0.5, 0.5, 0.25, 0.25)
    assert (cause.lasted, cause.fell) == (128, 128)


@pytest.mark.slow
def test_a_comparison_is_the_same_again_and_zero_with_itself() -> None:
    a, b = resolve("baseline"), resolve("soviet-break-1971")
    one = join_pairs(list(pair_blocks(a, b, 3000, 0, jobs=1)))
    two = join_pairs(list(pair_blocks(a, b, 3000, 0, jobs=2)))
    assert digest(one) == digest(two)
    itself = join_pairs(list(pair_blocks(a, a, 500, 0)))
    assert (itself.diverged == -1).all()
    assert all(np.array_equal(itself.first[name], itself.second[name]) for name in itself.first)


@pytest.mark.parametrize("families", [4, 40, 400])
def test_parameters_that_do_nothing_are_rarely_told(families: int) -> None:
    """All 25 at once in at most one of twenty; copies of a world tell no more than one of them."""
    tries, copies = 60, 3
    informative = 0
    for seed in range(tries):
        sampled = priors.draw(seed, np.arange(families), {})
        idle = {name: np.repeat(values, copies) for name, values in sampled.items()}
        weights = np.full(families * copies, 1.0 / (families * copies))
        informative += any(m.informative for m in prior_posterior_shift(idle, weights, families, seed).values())
    assert informative <= 9  # of 60; by chance 3, and more than 9 once in 800


def test_what_moves_a_parameter_is_told() -> None:
    sampled = priors.draw(0, np.arange(4000), {})
    weights = np.where(priors.PRIORS["backlash"].cdf(sampled["backlash"]) > 0.6, 1.0, 0.0)
    weights /= weights.sum()
    found = prior_posterior_shift(sampled, weights, 1.0 / np.sum(weights**2), 0)
    assert [name for name, of in found.items() if of.informative] == ["backlash"]
    # the mean of a uniform prior's upper two fifths, and the same of its normal scores
    assert found["backlash"].posterior_mean == pytest.approx(0.005 + 0.8 * 0.045, rel=0.01)
    assert not any(of.informative for of in prior_posterior_shift(sampled, weights, 1.0, 0).values())
