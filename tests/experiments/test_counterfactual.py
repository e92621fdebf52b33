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
from palca.experiments.counterfactual.effects import (
    causation,
    explained_spread,
    prior_posterior_shift,
)
from palca.experiments.counterfactual.files import digest as digest_of
from palca.experiments.counterfactual.paired import (
    GROUPS,
    Pairs,
    digest,
    join_pairs,
    monthly_means,
    pair_blocks,
)
from palca.experiments.counterfactual.question import Question
from palca.experiments.counterfactual.twins import Paths, Twins, parameter_basis
from palca.experiments.infer import reanalysis, reanalysis_files
from palca.experiments.infer.weights import clustered_error
from palca.experiments.observe.by_month import MEMORY, WEIGHTS
from palca.experiments.simulate import priors
from palca.model.state.history import Events
from palca.model.state.parameters import PRIORS
from palca.scenarios import resolve

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


def test_errors_count_families_not_copies() -> None:
    difference = np.repeat(np.array([1.0, -1.0, 2.0, -2.0]), 50)
    ancestors = np.repeat(np.arange(4), 50)
    alone = clustered_error(difference, np.arange(200))
    assert alone == pytest.approx(difference.std(ddof=1) / np.sqrt(200), rel=1e-6)
    families = clustered_error(difference, ancestors)
    assert families == pytest.approx(np.array([1.0, -1.0, 2.0, -2.0]).std(ddof=1) / 2, rel=1e-6)


def spreads(size: float, families: int, copies: np.ndarray | int, tries: int) -> np.ndarray:
    """Return variances over parameters of which the first counts, and their errors, ``(tries, 2)``.

    Worlds of a family share the parameters and a shock; each has a small one of its own.
    """
    out = []
    for seed in range(tries):
        rng = np.random.default_rng(seed)
        ancestors = np.repeat(np.arange(families) * 3, copies)  # numbers of worlds have gaps
        family = ancestors // 3
        parameters = {str(k): rng.normal(size=families)[family] for k in range(10)}
        difference = size * parameters["0"] + rng.normal(size=families)[family]
        difference += rng.normal(size=len(ancestors)) / 3
        basis = parameter_basis(parameters, ancestors)
        spread, error = explained_spread(difference, ancestors, basis)
        out.append((spread, error))
    return np.array(out)


UNEQUAL = 1 + (np.arange(80) % 8) ** 2  # copies: 1 to 50 of a family


@pytest.mark.parametrize("copies", [1, 20, UNEQUAL])
def test_parameters_that_do_nothing_have_no_spread(copies: np.ndarray | int) -> None:
    found = spreads(0.0, 80, copies, 100)
    # the variance is 0 within an error in two of three, and within two in nearly all
    errors = (found.sum(axis=1) ** 2 - found[:, 0] ** 2)
    assert (found[:, 0] == 0.0).mean() > 0.4
    assert (found[:, 0] ** 2 <= errors).mean() > 0.66
    assert (found[:, 0] ** 2 <= 2.0 * errors).mean() > 0.93


@pytest.mark.parametrize("copies", [1, 20, UNEQUAL])
def test_spread_over_parameters_is_what_they_explain(copies: np.ndarray | int) -> None:
    found = spreads(1.0, 80, copies, 100)
    # the variance of the first parameter over worlds is 1 on average
    assert (found[:, 0] ** 2).mean() == pytest.approx(1.0, abs=0.15)
    assert found[:, 1].mean() == pytest.approx(found[:, 0].std(), rel=0.6)


def test_spread_of_exact_copies_is_that_of_one_of_each() -> None:
    rng = np.random.default_rng(3)
    theta, other, noise = rng.normal(size=(3, 60))
    difference, families = theta + noise, np.arange(60)
    one = explained_spread(difference, families, parameter_basis({"a": theta, "b": other}, families))
    worlds = np.repeat(families, 9)
    many = explained_spread(
        difference[worlds], worlds, parameter_basis({"a": theta[worlds], "b": other[worlds]}, worlds)
    )
    assert many == pytest.approx(one)


def test_spread_by_ordinary_regression_with_each_family_left_out() -> None:
    """The variance of fitted values less noise, each family's by a fit without it."""
    rng = np.random.default_rng(4)
    theta, value = rng.normal(size=30), rng.normal(size=30)
    value += theta - value.mean() - theta.mean()
    design = np.column_stack([np.ones(30), theta])
    line = np.polyfit(theta, value, 1)
    expected = np.polyval(line, theta).var()
    hat = design @ np.linalg.inv(design.T @ design) @ design.T
    centred = hat - 1 / 30
    for k in range(30):
        rest = np.arange(30) != k
        left_out = np.polyval(np.polyfit(theta[rest], value[rest], 1), theta[k])
        expected -= (centred @ centred)[k, k] / 30 * value[k] * (value[k] - left_out)
    families = np.arange(30)
    spread, _ = explained_spread(value, families, parameter_basis({"a": theta}, families))
    assert spread**2 == pytest.approx(expected)


def test_spread_is_unknown_where_families_are_as_few_as_parameters() -> None:
    rng = np.random.default_rng(5)
    parameters = {str(k): rng.normal(size=8) for k in range(7)}
    found = explained_spread(rng.normal(size=8), np.arange(8), parameter_basis(parameters, np.arange(8)))
    assert np.isnan(found).all()
    assert explained_spread(np.ones(8), np.arange(8), parameter_basis(parameters, np.arange(8))) == (0.0, 0.0)


def pairs_of(
    without: dict[str, np.ndarray], changed: dict[str, np.ndarray], ancestors: np.ndarray,
    parameters: dict[str, np.ndarray] | None = None,
) -> Twins:  # fmt: skip
    """Return twins of one month, with these quantities."""
    nobody = np.zeros(0, int)
    none = Events(nobody, nobody, nobody, nobody, nobody, np.zeros(0))
    factual, counter = (
        Paths(0, {name: row[None].astype(float) for name, row in values.items()}, none)
        for values in (without, changed)
    )
    return Twins(factual, counter, parameters or {}, ancestors)


def test_necessity_and_sufficiency_count_the_four_cells() -> None:
    without, changed = np.repeat([1, 1, 0, 0], 64), np.repeat([1, 0, 1, 0], 64)
    cause = causation(pairs_of({"rules": without}, {"rules": changed}, np.arange(256)), 0)
    assert (cause.necessary, cause.sufficient, cause.both, cause.harmed) == (0.5, 0.5, 0.25, 0.25)
    assert (cause.lasted, cause.fell) == (128, 128)


@pytest.mark.parametrize("copies", [1, 7])
def test_errors_of_necessity_are_those_of_a_share_of_families(copies: int) -> None:
    """Of 200 families 80 last without the change, and 20 of these fall with it; 50 fall in all.

    The share p of m of n families that are of a kind has the variance p (1 - p) / m, times
    n / (n - 1); copies of a family tell nothing more.
    """
    without, changed = np.arange(200) < 80, (np.arange(200) >= 20) & (np.arange(200) < 170)
    worlds = np.repeat(np.arange(200), copies)
    twins = pairs_of({"rules": without[worlds]}, {"rules": changed[worlds]}, worlds)
    cause = causation(twins, 0)
    assert (cause.necessary, cause.sufficient) == (20 / 80, 20 / 50)
    assert cause.necessary_se == pytest.approx(np.sqrt(0.25 * 0.75 / 80 * 200 / 199))
    assert cause.sufficient_se == pytest.approx(np.sqrt(0.4 * 0.6 / 50 * 200 / 199))


def test_nothing_is_said_of_necessity_where_no_regime_lasts() -> None:
    fallen = np.zeros(8)
    cause = causation(pairs_of({"rules": fallen}, {"rules": 1 - fallen}, np.arange(8)), 0)
    assert np.isnan([cause.necessary, cause.necessary_se]).all()
    assert np.isnan([cause.sufficient, cause.sufficient_se]).all()
    assert cause.harmed == 1


def test_nothing_is_said_of_sufficiency_where_every_regime_lasts() -> None:
    changed = np.repeat([0.0, 1.0], 4)
    cause = causation(pairs_of({"rules": np.ones(8)}, {"rules": changed}, np.arange(8)), 0)
    assert np.isnan([cause.sufficient, cause.sufficient_se]).all()
    assert (cause.necessary, cause.fell) == (0.5, 4)


def test_the_error_of_a_month_counts_worlds_of_one_parameter_set_together() -> None:
    """Ten copies of each of a hundred values know no more of their mean than one of each."""
    values = np.random.default_rng(1).normal(size=100)
    for copies in (1, 10):
        worlds = np.arange(100 * copies)
        families = worlds % 100
        sums = np.bincount(families, values[families], GROUPS)[None].astype(np.float64)
        none = np.full(len(worlds), -1)
        pairs = Pairs(worlds, families, {}, {}, none, none < 0, {"growth": sums})
        mean, se = monthly_means(pairs, "growth")
        assert mean[0] == pytest.approx(values.mean())
        assert se[0] == pytest.approx(values.std(ddof=1) / 10)


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
        sampled = priors.draw(seed, np.arange(families))
        idle = {name: np.repeat(values, copies) for name, values in sampled.items()}
        weights = np.full(families * copies, 1.0 / (families * copies))
        informative += any(m.informative for m in prior_posterior_shift(idle, weights, families, seed).values())
    assert informative <= 9  # of 60; by chance 3, and more than 9 once in 800


def test_what_moves_a_parameter_is_told() -> None:
    sampled = priors.draw(0, np.arange(4000))
    weights = np.where(PRIORS["backlash"].cdf(sampled["backlash"]) > 0.6, 1.0, 0.0)
    weights /= weights.sum()
    found = prior_posterior_shift(sampled, weights, 1.0 / np.sum(weights**2), 0)
    assert [name for name, of in found.items() if of.informative] == ["backlash"]
    # the mean of a uniform prior's upper two fifths, and the same of its normal scores
    assert found["backlash"].posterior_mean == pytest.approx(0.005 + 0.8 * 0.045, rel=0.01)
    assert not any(of.informative for of in prior_posterior_shift(sampled, weights, 1.0, 0).values())
