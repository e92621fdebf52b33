"""Forecasts of attempts in other countries: the tables, the filter, the scores."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import palca as pc
from palca import findings
from palca.experiments.region import filter as filter_room
from palca.experiments.region import scores
from palca.experiments.region.filter import Chances, chances
from palca.experiments.region.kit import scenario_of
from palca.experiments.region.scores import Seen, log_score
from palca.experiments.region.tables import GIVEN, course_of, load_region
from palca.model.calendar import month_index
from palca.model.errors import PalcaError

FIRST, SCORED, END = (month_index(month) for month in ("1950-01", "1951-01", "1983-01"))


@pytest.fixture(scope="module")
def documented() -> dict[str, Seen]:
    region = load_region()
    nothing = Chances(np.empty((END - FIRST, 0)), np.empty((END - FIRST, 0)))
    return {country: scores.seen(course_of(region, country, FIRST, END), nothing, SCORED)
            for country in region.countries}  # fmt: skip


def test_what_is_to_be_beaten_is_what_others_found(documented: dict[str, Seen]) -> None:
    """The figures of the tables' notes, made with other code."""
    assert sum(len(one.attempt) for one in documented.values()) == 6528
    assert sum(one.attempt.sum() for one in documented.values()) == 88
    for way, total, bolivia in ((scores.constant, -473.60, -94.13),
                                (scores.recency, -432.54, -82.52)):  # fmt: skip
        found = {name: log_score(way(name, documented), one.attempt)
                 for name, one in documented.items()}  # fmt: skip
        assert sum(found.values()) == pytest.approx(total, abs=0.2)
        assert found["BOL"] == pytest.approx(bolivia, abs=0.1)


def test_renamed_countries_lost_rows_and_empty_columns_need_no_other_code(tmp_path: Path) -> None:
    folder = copytree(GIVEN, tmp_path / "elsewhere")
    for name in ("attempts.csv", "leaders.csv", "export_shares.csv"):
        lines = (folder / name).read_text().splitlines()
        kept = [line.replace("PER,", "XYZ,", 1) for line in lines if line.startswith("PER,")]
        (folder / name).write_text("\n".join([lines[0], *kept]) + "\n")
    (folder / "attempts.csv").write_text(lines_without(folder / "attempts.csv", 2))
    leaders = (folder / "leaders.csv").read_text().replace("leftist", "").replace("rightist", "")
    (folder / "leaders.csv").write_text(leaders)
    region = load_region(folder)
    assert region.countries == ["XYZ"]
    scenario, course = scenario_of(region, "XYZ", FIRST, FIRST + 60)
    ruler = scenario.country.leaders[int(scenario.country.start["leader"])]
    assert ruler.name == course.spells["leader"][course.ruler[0]]
    found = chances(scenario, course, {"opportunity": np.array([0.03, 0.06])}, 40, 1)
    assert ((found.attempt > 0) & (found.attempt < 1)).all()


def lines_without(file: Path, number: int) -> str:
    """Return a file's text without one line."""
    lines = file.read_text().splitlines()
    return "\n".join(lines[:number] + lines[number + 1 :]) + "\n"


@pytest.mark.parametrize(("file", "old", "new", "said"), [
    ("attempts.csv", "failed", "faild", "'outcome' is"),
    ("leaders.csv", "leftist", "lefty", "'ideology' is"),
    ("leaders.csv", "1955-09-20", "1955-13-20", "line"),
])  # fmt: skip
def test_a_wrong_cell_is_named(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    folder = copytree(GIVEN, tmp_path / "wrong")
    (folder / file).write_text((folder / file).read_text().replace(old, new, 1))
    with pytest.raises(PalcaError, match=said) as caught:
        load_region(folder)
    assert file in str(caught.value)


def test_a_price_that_never_changes_leaves_no_gap() -> None:
    region = load_region()
    flat = replace(region, prices=region.prices * 0 + 5.0)
    still, moving = (scenario_of(tables, "BOL", FIRST, END)[0].drivers["export_price"]
                     for tables in (flat, region))  # fmt: skip
    assert np.allclose(still, 0.0, atol=1e-4)
    assert not np.allclose(moving, 0.0, atol=0.1)


def test_the_documented_ruler_rules_at_the_end_of_every_month(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    region, seen_rulers = load_region(), []
    install = filter_room._install

    def watched(model: Any, course: Any, at: int, *others: Any) -> None:
        install(model, course, at, *others)
        assert (model.state.leader == course.ruler[at]).all()
        seen_rulers.append(int(course.ruler[at]))

    monkeypatch.setattr(filter_room, "_install", watched)
    scenario, course = scenario_of(region, "BOL", FIRST, FIRST + 30)
    chances(scenario, course, {"opportunity": np.full(2, 0.05)}, 60, 3)
    assert seen_rulers == course.ruler.tolist()
    assert len({*seen_rulers}) > 1


def test_names_of_rulers_do_not_matter() -> None:
    region = load_region()
    renamed = replace(region, rulers=region.rulers.assign(leader="Nobody"))
    one, other = (chances(*scenario_of(tables, "BOL", FIRST, FIRST + 30),
                     {"opportunity": np.full(2, 0.05)}, 60, 3).attempt
                  for tables in (region, renamed))  # fmt: skip
    assert np.array_equal(one, other)


def test_more_opportunities_make_more_attempts_likely() -> None:
    scenario, course = scenario_of(load_region(), "BOL", FIRST, FIRST + 30)
    hazard = chances(scenario, course, {"opportunity": np.array([0.0, 0.075])}, 400, 3).attempt
    assert hazard[:, 0].mean() < hazard[:, 1].mean()


def seen_of(attempt: np.ndarray, chance: np.ndarray) -> Seen:
    """Return a country about which every set says the same of outcomes."""
    return Seen(attempt, np.zeros_like(attempt), np.ones(len(attempt), int),
                Chances(chance, np.full_like(chance, 0.5)))  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_weights_follow_bayes(data: st.DataObject) -> None:
    """Two sets with constant chances: the forecast is Bayes' by hand."""
    months = data.draw(st.integers(2, 30))
    attempt = np.array(data.draw(st.lists(st.booleans(), min_size=months, max_size=months)))
    p = np.array([data.draw(st.floats(0.01, 0.9)) for _ in range(2)])
    found = scores.forecast(seen_of(attempt, np.tile(p, (months, 1))), np.ones(1))
    log_weight = np.zeros(2)
    for month in range(months):
        weight = np.exp(log_weight - log_weight.max())
        assert found[month] == pytest.approx((weight * p).sum() / weight.sum(), rel=1e-6)
        log_weight = log_weight + (np.log(p) if attempt[month] else np.log1p(-p))


def test_a_frail_country_is_learnt_and_the_level_comes_from_others() -> None:
    attempt = np.tile([True, False, False], 40)
    one = seen_of(attempt, np.full((120, 1), 0.05))
    found = scores.forecast(one, scores.law(1.0, 1.0))
    assert found[0] == pytest.approx(0.05, rel=0.1)
    assert found[-1] > 0.12
    usual = seen_of(np.arange(120) % 40 == 0, np.full((120, 1), 0.05))
    laws = scores.evidence({"a": one, "b": usual, "c": usual}, [(0.5, np.inf), (2.0, np.inf)])
    assert scores.best_law("a", laws) == (0.5, np.inf)  # by the others, which are quieter


def test_nothing_of_a_country_enters_its_law() -> None:
    usual = seen_of(np.arange(120) % 40 == 0, np.full((120, 1), 0.05))
    stormy = seen_of(np.ones(120, dtype=bool), np.full((120, 1), 0.05))
    laws = [(level, np.inf) for level in scores.LEVELS]
    chosen = {scores.best_law("a", scores.evidence({"a": mine, "b": usual}, laws))
              for mine in (usual, stormy)}  # fmt: skip
    assert len(chosen) == 1


def test_frailties_have_mean_one() -> None:
    for shape in scores.SHAPES:
        assert scores.frailties(shape).mean() == pytest.approx(1.0)


def test_the_command_forecasts_a_user_s_country_from_the_shipped_ones(
    palca: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With chances that are made up: to simulate them takes minutes."""
    folder = copytree(GIVEN, tmp_path / "given")
    with (folder / "leaders.csv").open(newline="") as lines:
        head, *rows = [*csv.reader(lines)]
    kept = [[*("XYZ" if cell == "PER" else cell for cell in row)] for row in rows
            if "PER" in row]  # fmt: skip
    with (folder / "leaders.csv").open("w", newline="") as lines:
        csv.writer(lines).writerows([head, *kept])
    (folder / "attempts.csv").write_text(
        (folder / "attempts.csv").read_text().replace("PER,", "XYZ,")
    )

    def made_up(*asked: Any) -> Chances:
        chance = np.random.default_rng(len(asked[1])).uniform(0.005, 0.03, (END - FIRST, 4))
        return Chances(chance, np.full(chance.shape, 0.5))

    monkeypatch.setattr("palca.experiments.region.contest.simulated", made_up)
    code, out, err = palca("validate", "--part", "region", "--data", str(folder), "-o", "made")
    assert code == 0, err
    assert "one country" in out
    made = pd.read_csv("made/region.csv")
    assert {*made["country"]} == {"XYZ"}
    totals = pd.read_csv("made/totals.csv").set_index("forecast")
    assert np.allclose(made.set_index("forecast")["log_score"], totals["log_score"])
    assert len(pd.read_csv("made/laws.csv")["country"].unique()) == 17  # XYZ teaches nothing
    for name in ("since.csv", "REGION.md", "README.txt"):
        assert Path("made", name).exists()
    assert isinstance(pc.open("made"), findings.Region)
    asked = pc.validate(parts="region", data=folder, progress=False)
    assert isinstance(asked, findings.Region)
    pd.testing.assert_frame_equal(asked.totals, pd.read_csv("made/totals.csv"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("BOL,tin,", "BOL,tinn,", "no column of prices (did you mean 'tin'?)"),
     ("BOL,tin,.6", "BOL,tin,1.6", "add up to 1"), ("BOL,tin,.6", "BOL,tin,-.6", "0 or more"),
     ("BOL,tin,.6", "BOL,tin,x", "must be a number")],
)  # fmt: skip
def test_shares_that_can_not_be_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = copytree(GIVEN, tmp_path / "tables")
    text = (folder / "export_shares.csv").read_text()
    assert old in text
    (folder / "export_shares.csv").chmod(0o644)
    (folder / "export_shares.csv").write_text(text.replace(old, new, 1))
    with pytest.raises(PalcaError, match=re.escape(said)):
        load_region(folder)


def test_region_is_asked_for_alone(palca: Any) -> None:
    assert "alone" in palca("validate", "--part", "region", "--part", "checks")[2]
    assert "leave out" in palca("validate", "soviet-break-1971", "--part", "region")[2]
    assert "--part region" in palca("validate", "--data", str(GIVEN))[2]
    with pytest.raises(PalcaError, match="region"):
        pc.validate(data=GIVEN)
    with pytest.raises(PalcaError, match="leave out"):
        pc.validate(parts="region", set={"priors": "own"})
    with pytest.raises(PalcaError, match="region"):
        pc.calibrate(without="BOL")
