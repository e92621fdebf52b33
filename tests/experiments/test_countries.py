"""Countries as files: made from tables by one rule, run, and compared with their own records."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.cases.experiment import read_policies
from palca.experiments.lab.cases import Case, outcome_scores
from palca.experiments.lab.cases import record_of as record_of_case
from palca.experiments.lab.session import Asked, answer, fill
from palca.experiments.observe.documented import load_record, record_of
from palca.experiments.observe.histories import documented
from palca.experiments.observe.outcomes import imposed, outcomes
from palca.experiments.region.kit import CLOSED, country_files, slug
from palca.experiments.region.tables import GIVEN, load_region
from palca.model import Simulation
from palca.model.calendar import month_index
from palca.model.errors import PalcaError
from palca.model.state.history import CODE_OF
from palca.scenarios import load, resolve
from palca.scenarios.reading.library import LIBRARY, elsewhere_scenarios, shipped_countries

FIRST, END = month_index("1950-01"), month_index("1982-12") + 1
Palca = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("name", sorted({*shipped_countries()} - {"bolivia"}))
def test_a_shipped_country_is_what_the_tables_give(name: str) -> None:
    region = load_region()
    code = next(code for code in region.countries if slug(region.names[code]) == name)
    folder = LIBRARY / "countries" / name
    shipped = {path.relative_to(folder).as_posix(): path.read_text("utf-8")
               for path in folder.rglob("*") if path.is_file()}  # fmt: skip
    assert shipped == country_files(region, code, FIRST, END)


@pytest.mark.parametrize("name", elsewhere_scenarios())
def test_a_shipped_scenario_of_another_country_runs(name: str) -> None:
    scenario = load(name)
    run = Simulation(scenario, 3, 0)
    run.run()
    history = run.history()
    assert history.monthly.shape[0] == scenario.months
    assert np.isfinite(history.monthly).all()
    assert {*CLOSED} <= scenario.closed
    known = record_of(scenario)
    assert known is not None
    assert known is not load_record()
    before = documented(known, scenario)
    assert (before.first, before.months) == (scenario.first, scenario.months)


def test_a_record_that_begins_elsewhere_counts_what_lies_in_the_scenario() -> None:
    whole, part = load("chile"), load("chile-1970")
    record = record_of(whole)
    assert record is not None
    values = outcomes(documented(record, part))
    assert values["coups"] == 1  # September 1973
    assert values["failed_coups"] == 1  # June 1973
    assert values["leaders"] == 2
    assert values["first_rule"] == 34  # Allende, to August 1973
    assert values["longest_spell"] == 64  # Pinochet, to December 1978
    assert np.isnan(values["unrest_months"])  # no table tells of it
    assert np.isnan(values["massacres_ever"])
    everything = documented(record, whole)
    since = part.first - whole.first
    for series in ("leader", "orientation", "growth", "us_commitment"):
        assert np.array_equal(documented(record, part).series[series],
                              everything.series[series][since : since + part.months],
                              equal_nan=True)  # fmt: skip


def test_what_a_policy_takes_from_the_record_is_not_scored() -> None:
    assert imposed(load("baseline")) == set()
    assert {"us_aid_after", "us_atmosphere_before"} <= imposed(load("baseline", ["policy.us=documented"]))
    assert "coups" not in imposed(load("chile-1970"))
    assert {"us_aid", "us_aid_197310_197812"} <= imposed(load("chile-1970"))
    assert "growth" not in imposed(load("baseline", ["growth_mean=4"]))  # set by hand, not taken


def test_a_policy_follows_the_record_by_what_it_reads_whatever_it_is_called(
    tmp_path: Path,
) -> None:
    shipped = (LIBRARY / "policies" / "us" / "documented.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(shipped)
    own = (LIBRARY / "policies" / "us" / "disengaged.toml").read_text("utf-8")
    (tmp_path / "documented.toml").write_text(own)
    assert imposed(load("baseline", [f"policy.us={tmp_path / 'mine.toml'}"]))
    assert not imposed(load("baseline", [f"policy.us={tmp_path / 'documented.toml'}"]))
    assert "documented" not in read_policies([])


def test_documented_aid_is_the_record_in_every_month() -> None:
    asked = ["policy.us=documented", "aid_noise=0", "lever.regime.welcome_us.set=1",
             "posterior=off", "leverage_ussr=0"]  # fmt: skip
    scenario = load("baseline", asked)
    run = Simulation(scenario, 4, 0)
    run.run()
    simulated = run.history().field("us_commitment")
    known = documented(load_record(), scenario).series["us_commitment"]
    long = slice(month_index("1975-07"), month_index("1976-10"))  # the record has it in two parts
    there = ~np.isnan(known[:, 0])
    assert np.allclose(simulated[long].sum(axis=0), known[long].sum(), rtol=1e-3)
    there[long] = False
    assert there.sum() > 100
    assert np.allclose(simulated[there], known[there], rtol=1e-3)


def test_an_elected_civilian_calls_elections_by_law() -> None:
    quiet = load("costa-rica", [], ["at = '1950-01', until = '1982-12', coup = { outcome = 'never' }"])
    run = Simulation(quiet, 20, 0)
    run.run()
    history = run.history()
    events = history.events
    elections = (events.code == CODE_OF["power", "election"]).sum()
    assert elections > 20 * 5  # thirty-three years of terms of four
    lasts = np.bincount(events.world[events.code == CODE_OF["power", "accession"]])
    assert (lasts >= 5).all()


def test_unknown_tables_need_no_other_code(tmp_path: Path, palca: Palca) -> None:
    """Renamed countries, lost rows and empty columns; nothing but what must be there."""
    folder = copytree(GIVEN, tmp_path / "given")
    (folder / "soviet_relations.csv").unlink()
    (folder / "countries.csv").unlink()
    for file in folder.glob("*.csv"):
        with file.open(newline="") as lines:
            head, *rows = [*csv.reader(lines)]
        if "country" in head:
            at = head.index("country")
            rows = [[*row[:at], "ZZZ", *row[at + 1 :]] for row in rows if row[at] == "URY"]
        if file.name == "years.csv":
            rows = [[*row[:2], *("" for _ in row[2:])] for row in rows]
        with file.open("w", newline="") as lines:
            csv.writer(lines).writerows([head, *rows])
    code, out, _ = palca("country", str(folder), "--out", "made")
    assert code == 0
    assert "made/zzz/scenario.toml" in out
    code, out, _ = palca("run", "made/zzz/scenario.toml", "-n", "20", "--out", "run")
    assert code == 0
    assert "coup attempts" in out
    rmtree(folder)
    code, _, err = palca("country", str(folder), "--out", "made2")
    assert code == 2
    assert "no such folder" in err
    assert not Path("made2").exists()


@pytest.mark.parametrize(("asked", "said"), [
    (["--country", "XYZ"], "no country 'XYZ'"),
    (["--from", "1960-01", "--until", "1959-01"], "is before"),
    (["--from", "1700-01"], "nobody is known to rule"),
])  # fmt: skip
def test_what_cannot_be_made_is_said(palca: Palca, asked: list[str], said: str) -> None:
    code, _, err = palca("country", str(GIVEN), "--out", "made", *asked)
    assert code == 2
    assert said in err
    assert not Path("made").exists()


def test_a_record_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder: Any = copytree(LIBRARY / "countries" / "chile", tmp_path / "chile")
    rmtree(folder / "record")
    with pytest.raises(PalcaError, match="no such folder 'record'"):
        resolve(str(folder / "scenario.toml"))


def test_the_answer_names_the_channels_through_which_nothing_acts(palca: Palca) -> None:
    out = palca("run", "chile-1970", "-n", "4", "--set", "policy.us=administrations")[1]
    said = " ".join(out.split())
    assert all(channel in said for channel in CLOSED)
    assert "closed channels" not in palca("run", "baseline", "-n", "4", "-o", "other")[1]


def test_countries_and_spans_are_not_compared_with_others(palca: Palca) -> None:
    assert "is about Chile" in palca("compare", "chile-1970", "peru-1968", "-n", "10")[2]
    assert "begins in 1950-01" in palca("compare", "chile", "chile-1970", "-n", "10")[2]


@pytest.mark.parametrize(("language", "first"), [("en", "November 1970"), ("es", "noviembre de 1970")])
def test_the_lab_tells_a_world_of_another_country_by_its_own_months(
    language: str, first: str
) -> None:
    chosen = {"given": "all", "scenario": "chile-1970", "find": "Pinochet rules in 1974-01"}
    filled = fill(Asked("history", chosen, language=language))
    (month,) = [field for field in filled.form["fields"] if field["name"] == "month"]
    assert month["names"][0] == first
    assert len(month["names"]) == load("chile-1970").months
    told = answer(filled)
    assert not told.error
    assert any(month["text"] in str(block.get("text", "")) for block in told.blocks)


def test_the_lab_holds_another_country_against_its_own_record() -> None:
    told = answer(fill(Asked("record", {"scenario": "peru-1968", "worlds": "250"})))
    assert not told.error
    record = record_of_case(Case("peru-1968"))
    assert record.first == month_index("1968-11")
    assert "us_aid" not in {
        score.outcome.name for score in outcome_scores(Case("peru-1968"), 250)
        if score.documented == score.documented
    }


def test_what_is_not_coded_is_unknown_and_every_attempt_counts() -> None:
    scenario = load("argentina")
    record = record_of(scenario)
    assert record is not None
    known = documented(record, scenario)
    assert np.isnan(known.series["orientation"][month_index("1973-06") - FIRST, 0])  # Cámpora
    assert known.series["orientation"][month_index("1966-08") - FIRST, 0] > 0.5
    assert known.count("power", "failed coup")[month_index("1975-12") - FIRST, 0] == 2
    assert np.isnan(outcomes(known)["left_share"])


def test_tables_and_comparisons_begin_in_the_scenario_s_first_month(palca: Palca) -> None:
    assert palca("run", "chile-1970", "-n", "8", "-o", "run")[0] == 0
    months = pd.read_parquet("run/months.parquet")["month"]
    assert (months.min(), months.max()) == ("1970-11", "1978-12")
    assert "us_aid" not in {*pd.read_csv("run/scores.csv")["outcome"]}
    assert not {"growth_mean"} & {*pd.read_csv("run/scores.csv")["outcome"]}
    change = 'title = "x"\nextends = "chile-1970"\n[parameters]\ncost = 0.6\n'
    Path("other.toml").write_text(change)
    code, _, err = palca("compare", "chile-1970", "other.toml", "-n", "200", "-o", "made")
    assert code == 0, err
    parted = pd.read_parquet("made/worlds.parquet")["diverged"].dropna()
    assert len(parted)
    assert parted.min() >= "1970-11"


@pytest.mark.parametrize(("file", "old", "new", "said"), [
    ("countries.csv", "Peru", "Chile", "two countries would be called 'chile'"),
    ("soviet_relations.csv", "1964-11-24", "1974-11-24", "ends before it begins"),
])  # fmt: skip
def test_tables_that_contradict_themselves_are_refused(
    tmp_path: Path, palca: Palca, file: str, old: str, new: str, said: str
) -> None:
    folder = copytree(GIVEN, tmp_path / "given")
    (folder / file).write_text((folder / file).read_text("utf-8").replace(old, new), "utf-8")
    code, _, err = palca("country", str(folder), "--out", "made")
    assert code == 2
    assert said in err
    assert not Path("made").exists()


@given(st.text())
def test_a_folder_s_name_stays_a_name(name: str) -> None:
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug(name))


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "month"), [("chile-1970", "1973-09"), ("baseline", "1971-08")])
def test_whose_rules_they_are_is_said_elsewhere(palca: Palca, scenario: str, month: str) -> None:
    assert palca("run", scenario, "-n", "4", "-o", "made")[0] == 0
    code, out, err = palca("explain", "made", "--month", month, "--full")
    assert code == 0, err
    said = [line for line in out.splitlines() if "their sources are Bolivia's" in line]
    assert bool(said) == (scenario != "baseline")
