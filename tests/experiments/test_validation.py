"""A validation that could fail: what the model must refuse, and what broken ones must fail."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from example_findings import regular

from fault_commands import Run
from palca.experiments.forecast.comparisons import SkillComparison, decompose
from palca.experiments.forecast.win_rates import WinRates
from palca.experiments.infer.evidence_file import load_given, make_evidence
from palca.experiments.observe.documented import load_record, scored
from palca.experiments.observe.histories import SERIES, documented, happened, simulated
from palca.experiments.observe.patterns import PATTERNS
from palca.experiments.validate import invariants as checking
from palca.experiments.validate import tables
from palca.experiments.validate.ablations import (
    BASELINE,
    ModelComparison,
    ablations,
    alternatives,
    change_of_fit,
    compare_models,
    log_bayes_factor,
    log_evidence,
    record_evidence,
)
from palca.experiments.validate.cross_country import Regularities, regularities
from palca.experiments.validate.evidence_weights import WEIGHTINGS, bayes_factors, noise
from palca.experiments.validate.figures import pictures
from palca.experiments.validate.forecast_skill import Scores
from palca.experiments.validate.invariants import change_of_currency, checks, converted, exponent
from palca.experiments.validate.one_step_ahead import filtered
from palca.experiments.validate.page import headline, page
from palca.experiments.validate.pattern_frequencies import find_patterns, ruled_out
from palca.experiments.validate.validate import (
    BROKEN,
    Validation,
    Versions,
    confident,
    read_again,
)
from palca.model import ColdWarModel
from palca.model.state.parameters import PARAMETERS
from palca.scenarios import build, resolve
from palca.scenarios.reading import library

INDEX = {pattern.number: index for index, pattern in enumerate(PATTERNS)}


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return resolve("baseline", ["posterior=off"])


# what broken models must fail


@pytest.mark.slow
def test_moscow_by_ideology_fails_where_it_should(plain: dict[str, Any]) -> None:
    record = load_record()
    broken = resolve("baseline", ["posterior=off", *BROKEN["Moscow flips with ideology"]])
    own, flips = compare_models({BASELINE: ("", plain), "flips": ("broken", broken)}, record, 8192, 0)
    for number in (7, 10):  # ties outlive a coup of the right; the party's crisis
        assert own.patterns[INDEX[number]] > 2.0 * flips.patterns[INDEX[number]]
    assert own.patterns[INDEX[7]] > 0.5 > flips.patterns[INDEX[7]]
    assert own.log_evidence > flips.log_evidence + 3.0
    assert flips.loss > 0.03
    for number in (1, 2, 4):  # what has nothing to do with Moscow stays
        assert own.patterns[INDEX[number]] == pytest.approx(flips.patterns[INDEX[number]], abs=0.03)


@pytest.mark.slow
def test_coups_at_random_fail_where_they_should() -> None:
    record = load_record()
    broken = resolve("baseline", ["posterior=off", *BROKEN["coups at random"]])
    own, random = (regularities(of, record, 30, 100, 0) for of in (resolve("baseline"), broken))
    trap = ["coup trap" in check.asked for check in own.checks].index(True)
    assert own.checks[trap].simulated > 1.5
    assert random.checks[trap].simulated == pytest.approx(1.0, abs=0.15)
    assert not random.checks[trap].holds
    assert random.since["simulated"].std() < 0.03  # whatever has been before


@pytest.mark.slow
def test_a_version_that_differs_in_nothing_earns_nothing(plain: dict[str, Any]) -> None:
    same = compare_models({BASELINE: ("", plain), "same": ("without", plain)}, load_record(), 8192, 0)
    assert same[0].log_evidence == same[1].log_evidence
    assert same[1].loss == 0.0
    assert (same[0].patterns == same[1].patterns).all()
    assert change_of_fit(log_bayes_factor(*same)) == "can't tell"


def version(*changes: str) -> dict[str, Any]:
    return resolve("baseline", changes)


def test_every_mechanism_is_switched_off_and_nothing_else(plain: dict[str, Any]) -> None:
    from palca.model.state.channels import CHANNELS

    made = ablations(plain)
    closed = [name for of in made.values() for name, open_ in of["channels"].items() if not open_]
    assert sorted(closed) == sorted(CHANNELS)
    for actor, spells in plain["policies"].items():
        idle = made[f"rules of {actor}"]
        assert all(not spell["table"]["rule"] for spell in idle["policies"][actor])
        assert spells[0]["table"]["rule"]  # the scenario itself is left as it was
    assert set(alternatives(version)) == {"ideological", "party-first", "random"}


def test_bayes_factors() -> None:
    def comparison(*logs: float) -> ModelComparison:
        return ModelComparison("x", "", np.array(logs), 0.0, np.zeros(1))

    two, none = comparison(-1.0, -1.0), comparison(-3.0, -3.0)
    assert log_bayes_factor(two, none) == (2.0, 2.0, 2.0)
    single = log_bayes_factor(comparison(-1.0), comparison(-9.0))
    assert single == (8.0, -np.inf, np.inf)  # a single filter doesn't know its noise
    assert change_of_fit(single) == "can't tell"
    assert change_of_fit((2.0, 1.5, 2.5)) == "improves the fit"
    assert change_of_fit((2.0, 0.5, 2.5)) == "can't tell"
    assert change_of_fit((-2.0, -2.5, -1.5)) == "worsens the fit"
    # the mean of probabilities, not of logarithms
    assert comparison(np.log(0.5), np.log(0.1)).log_evidence == pytest.approx(np.log(0.3))


# the dealings weighted otherwise


def rows_of(dealings: dict[str, Any], section: str) -> dict[str, float]:
    return {row["kind"]: row.get("weight", row.get("false_negative")) for row in dealings[section]}


def test_each_weighting_changes_what_its_title_says() -> None:
    shipped = load_given("dealings")
    made = {title: weigh(shipped) for title, weigh in WEIGHTINGS.items()}
    assert made["as shipped"] == shipped == load_given("dealings")  # none changes what it is given
    assert all(of != shipped for title, of in made.items() if title != "as shipped")
    free = made["a suspension costs nothing"]
    assert rows_of(free, "absent") == {"break": 0.01}
    assert rows_of(free, "event") == rows_of(shipped, "event")
    assert rows_of(made["a suspension weighs 0.3"], "absent") == {"break": 0.01, "suspension": 0.3}
    assert set(shipped) - set(made["atmosphere left out"]) == {"ussr_atmosphere"}
    assert set(rows_of(shipped, "event")) - set(rows_of(made["mending left out"], "event")) == {"normalisation"}
    softer = made["all softer, and a suspension costs nothing"]
    assert set(rows_of(softer, "event").values()) | set(rows_of(softer, "absent").values()) == {0.3}
    assert "suspension" not in rows_of(softer, "absent")
    assert softer["ussr_atmosphere"]["sd"] == 2 * shipped["ussr_atmosphere"]["sd"]


def test_a_factor_of_the_dealings_is_given_the_rest() -> None:
    logs = {"w": {"one": np.log([0.02, 0.04]), "other": np.log([0.01, 0.01])}}
    rest = {"one": np.log([0.3, 0.3]), "other": np.log([0.1, 0.3])}
    # (.03 / .3) / (.01 / .2)
    assert bayes_factors(logs, rest, "one", "other")["w"] == pytest.approx(np.log(2.0))
    single = {"w": {"one": np.array([-1.0])}}
    assert np.isnan(noise(single))
    # two groups that differ by d have a mean with the variance d² / 4; a difference has twice that
    pair = {"w": {"one": np.array([-1.0, -1.4])}}
    assert noise(pair) == pytest.approx(np.sqrt(2) * 0.2)


@pytest.mark.slow
def test_evidence_without_a_penalty_is_no_less_likely(
    plain: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from palca.experiments.validate import evidence_weights

    few = ("as shipped", "a suspension costs nothing", "neither suspension nor break costs anything")
    monkeypatch.setattr(evidence_weights, "WEIGHTINGS", {title: WEIGHTINGS[title] for title in few})
    flips = resolve("baseline", ["posterior=off", "policy.ussr=ideological"])
    record = load_record()
    asked = [(flips, record_evidence(flips, record))]
    ((one,), (logs,)) = (log_evidence(asked, worlds, 0) for worlds in (8192, 16_384))
    found = evidence_weights.evidence_by_weighting(
        {"flips": flips}, record, {"flips": logs}, 8192, 0
    )
    assert np.array_equal(found["as shipped"]["flips"], one)  # the first groups of many
    levels = [float(found[title]["flips"][0]) for title in few]
    assert levels[0] + 0.5 < levels[1]  # it suspends often
    assert levels[1] < levels[2] + 0.5


# the model against itself


@pytest.mark.slow
def test_every_check_holds(plain: dict[str, Any]) -> None:
    failed = [check.statement for check in checks(plain, 500) if not check.holds]
    assert not failed


@pytest.mark.slow
def test_a_wrong_unit_is_found(plain: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert change_of_currency(plain, 50, 0)[0]
    wrong = replace(PARAMETERS["fiscal_aid_us"], unit="fiscal space per million USD")
    monkeypatch.setitem(PARAMETERS, "fiscal_aid_us", wrong)
    assert not change_of_currency(plain, 50, 0)[0]


@pytest.mark.slow
def test_a_wrong_direction_is_found(
    plain: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # asked the other way round, a true statement is false
    turned = tuple((*row[:-1], -row[-1]) for row in checking._DIRECTIONS)
    monkeypatch.setattr(checking, "_DIRECTIONS", turned)
    kinds = [check for check in checks(plain, 300) if check.kind == "metamorphic"]
    assert sum(check.holds for check in kinds) == 1  # that on the tin price, which isn't turned


def test_powers_of_money() -> None:
    units = ("million USD", "million USD a year", "share per million USD", "ratio per USD 25m",
             "per month", "fiscal space per % of GDP")  # fmt: skip
    assert [exponent(unit) for unit in units] == [1, 1, -1, -1, 0, 0]


def test_converted_money_is_read_back_by_rules(plain: dict[str, Any]) -> None:
    other = converted(plain, 0.5)
    rule = other["policies"]["ussr"][0]["table"]["rule"][3]
    assert "(ussr.recent / 0.5) < 40" in rule["when"]
    assert rule["do"]["credit"] == "0.5 * (26)"


# the second reading


def test_the_second_reading_leaves_out_what_is_not_sure(baseline: dict[str, Any]) -> None:
    record = load_record()
    sure = confident(record)
    assert set(sure.events["confidence"]) == {"high"}
    assert len(scored(sure)) < len(scored(record))
    changed = read_again(baseline, record, 600, 0)
    assert all(before != after for _, before, after in changed)
    assert not any("coups" in name for name, *_ in changed)  # these are sure


# from beginning to end


@pytest.mark.slow
def test_validate_writes_a_page_that_comes_out_the_same(palca: Run) -> None:
    asked = ("validate", "baseline", "-n", "8192", "-p", "checks", "-p", "reading", "-o", "page",
             "--full")
    code, out, _ = palca(*asked)
    assert code == 0
    page = Path("page/VALIDATION.md").read_text(encoding="utf-8")
    titles = [line for line in page.splitlines() if line.startswith("## ")]
    assert [title[3] for title in titles[1:]] == ["6", "7"]
    assert "20 of 20 hold" in out
    assert "20 of 20 hold" in page
    assert json.loads(Path("page/manifest.json").read_text())["kind"] == "validation"
    assert palca("rerun", "page")[0] == 0
    assert palca("report", "page")[0] == 0


shipped = library.shipped_policies


@pytest.mark.slow
def test_a_page_of_patterns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    few = ("pragmatic", "withdrawal", "administrations", "by-ideology", "moscow-loyal")
    monkeypatch.setattr(
        library,
        "shipped_policies",
        lambda actor: {name: path for name, path in shipped(actor).items() if name in few},
    )
    found = find_patterns(version, load_record(), 300, 0, 1)
    assert found.table["record"].all()
    assert (found.table["worlds"] <= found.table["of_those"] + 1e-12).all()
    assert found.counts.mean() == pytest.approx(found.table["worlds"].sum())
    assert {5, 16} <= set(ruled_out(found.policies.loc["ussr/withdrawal"]))
    assert 16 not in ruled_out(found.policies.loc["ussr/pragmatic"])
    (friction,) = found.parameters.query("number == 10").to_dict("records")
    assert friction["parameter"] == "friction_gain"  # the party's crisis grows with it
    assert friction["highest"] > friction["lowest"] + 0.2
    made = Validation("x", 8192, 0, patterns=found)
    text = page(made, "palca validate")
    assert "| `ussr/withdrawal` | 5" in text
    rows = [line for line in text.splitlines() if re.match(r"\| \d+\. ", line)]
    interval = r"[\d.]+ % \([\d.]+ to [\d.]+ %\)"
    assert len(rows) == len(found.table)
    assert all(len(re.findall(interval, row)) == 3 for row in rows)  # no share without one
    ((name, draw),) = pictures(made).items()
    picture = draw()
    assert f"![{picture.alt}]({name})" in page(made, "palca validate", {name: picture.alt})
    picture.write(tmp_path / name)
    assert (tmp_path / "validation-patterns.png").stat().st_size > 10_000


def test_a_share_has_the_interval_that_its_worlds_leave() -> None:
    # Jeffreys: quantiles of a beta distribution with half a world added to each side
    assert tables.share(0.5, 100) == "50 % (42 to 58 %)"
    assert tables.share(0.0, 10_000) == "0 % (0 to 0.02 %)"
    assert tables.share(float("nan"), 0) == "–"


@pytest.mark.slow
def test_the_filter_sees_what_it_simulates(plain: dict[str, Any]) -> None:
    # without evidence, what is predicted is what the same worlds do
    record = load_record()
    nothing = make_evidence({"title": "nothing"}, "x", documented(record, build(plain)), record)
    ((_, said),) = filtered([(plain, nothing)], 8192, 0)
    scenario = build(plain)
    from palca.experiments.simulate import priors

    numbers = np.arange(8192)
    sampled = priors.draw(0, numbers, scenario.free_priors)
    own = replace(scenario, parameters={**scenario.parameters, **sampled})
    histories = simulated(ColdWarModel(own, numbers, 0, keep=SERIES).run())
    assert pytest.approx(happened(histories).mean(axis=2)[:, 1:], abs=1e-9) == said[0, 1:].T


def test_a_page_of_scores_and_versions_says_what_was_found() -> None:
    def comparison(name: str, group: str, log: float) -> ModelComparison:
        return ModelComparison(name, group, np.full(4, log), 0.1, np.full(len(PATTERNS), 0.6))

    rows = [comparison(BASELINE, "", -10.0), comparison("cascade", "without", -14.0)]
    rows += [comparison("coup_trap", "without", -10.2), comparison("rules of us", "without", -1000.0)]
    rows += [comparison(name, "alternative", -13.0) for name in ("ideological", "party-first", "random")]
    rows += [comparison("coups at random", "broken", -5.0)]
    dealings = {row.name: np.full(4, -6.0) for row in rows}
    asked = (BASELINE, "ideological", "party-first", "random")
    weighed = {title: {name: np.array([-8.0, -8.0]) - (name != BASELINE) * k
                       for name in asked} for k, title in enumerate(WEIGHTINGS, start=1)}  # fmt: skip
    frame = pd.DataFrame({"class": [], "simulated": [], "documented": []})
    nothing = Regularities(frame, frame, (0.5, 0.4, 0.6), (57, 111), frame, 0)
    text = page(Validation("x", 8192, 0, versions=Versions(rows, dealings, nothing, weighed)), "x")
    assert "| cascade | +4.0 (+4.0 to +4.0) | +0.100 | 17 | improves the fit |" in text
    assert "| `coup_trap` | a finding across countries" in text
    assert "| `cascade` |" not in text  # what earns its place needs no excuse
    assert "| rules of us | impossible without |" in text
    assert "| `random` | +3.0 | +3.0 | 20 times | +0.100 | none |" in text
    assert ("| coups at random | -5.0 (-5.0 to -5.0) | +0.100 | 17 | the record prefers it | none "
           "|") in text
    # each weighting is a nat harder than the one before: from 1 nat to as many as there are
    assert "| as shipped | +1.0: 2.7 times | +1.0: 2.7 times | +1.0: 2.7 times |" in text
    top = f"{np.exp(len(WEIGHTINGS)):,.0f}"
    assert len(re.findall(rf"2\.7 to {top} times against 'random'", text)) == 1
    sure = WinRates(0.9, 0.04, 900, False)
    (won, lost, exact) = (
        SkillComparison("coup attempt", "Brier", ("constant",), *numbers)
        for numbers in (
            (1.0, 2.0, 0.4, 0.6, sure), (2.0, 1.0, -1.2, -0.8, sure), (1.0, 0.0, -1.0, -1.0, sure)
        )
    )  # fmt: skip
    parts = {"model": decompose(np.array([0.1, 0.9]), np.array([0.0, 1.0]))}
    none = np.zeros((2, 3))
    scores = Scores([], {"won": [won], "lost": [lost], "exact": [exact]}, parts,
                    {"own": (0.05, 0.2)}, none, {}, none)  # fmt: skip
    text = page(Validation("x", 8192, 0, scores=scores), "x")
    assert "| constant | 1 | +0.50 (+0.40 to +0.60) | 0.90 ± 0.01 | 0.04 ± 0.01 | **better** |" in text
    assert "| constant | 2 | -1.00 (-1.20 to -0.80) | 0.90 ± 0.01 | 0.04 ± 0.01 | **worse** |" in text
    assert "| exact | 1 | 0 | 1 | 0 | 0 | 0 |" in text
    scores = replace(scores, comparisons={"joint path of something": [won, lost, exact]})
    made = Validation("x", 8192, 0, scores=scores, countries=regular((0.42, 26, 79), (0.2, 5, 70)))
    assert "| joint path of something | 3 | 1 | 1 | 1 | 0 | 1 |" in page(
        replace(made, countries=None), "x"
    )
    assert re.findall(r"\d+", headline(made)[0]) == ["3", "2", "1", "1", "0"]
