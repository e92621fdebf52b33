"""Priors of a scenario's own: how they are read, what is refused, and what worlds draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.experiments.simulate import priors
from palca.model import ColdWarModel
from palca.model.errors import PalcaError
from palca.model.state import counter_rng
from palca.model.state.parameters import PARAMETERS, PRIORS
from palca.model.state.prior import Prior
from palca.model.state.scenario import Scenario
from palca.scenarios import build, resolve
from palca.scenarios.country import build_country, read_country
from palca.scenarios.priors_table import read_priors_file
from palca.scenarios.reading.library import LIBRARY

pytestmark = pytest.mark.quick

SHIPPED = sorted((LIBRARY / "priors").glob("*.toml"))
ROW = 'backlash = { uniform = [0.0, 0.05], source = "assumed" }'
MONTHS = 14


def written(folder: Path, *rows: str, name: str = "mine") -> str:
    """Write a file of priors, and return the setting that names it."""
    file = folder / f"{name}.toml"
    file.write_text("\n".join(('title = "Mine"', "[priors]", *rows)), encoding="utf-8")
    return f"priors={file}"


def restated() -> list[str]:
    """Return the shipped priors as rows of a file."""
    return [f'{name} = {{ {prior.family} = [{prior.first!r}, {prior.second!r}], source = "a test" }}'
            for name, prior in PRIORS.items()]  # fmt: skip


def short(*settings: str, **changes: Any) -> Scenario:
    """Return some months of the baseline with some settings."""
    return build({**resolve("baseline", settings), "months": MONTHS, **changes})


def months_of(scenario: Scenario, worlds: Any = 30, seed: int = 1) -> np.ndarray:
    return ColdWarModel(scenario, worlds, seed).run().monthly


# reading


def test_a_file_that_restates_the_shipped_priors_changes_none_of_them(tmp_path: Path) -> None:
    own = short(written(tmp_path, *restated()))
    assert own.free_priors == PRIORS
    one, other = (priors.draw(3, np.arange(50), prior_of) for prior_of in (own.free_priors, PRIORS))
    assert all(np.array_equal(one[name], other[name]) for name in PRIORS)


def test_no_posterior_goes_with_priors_of_its_own(tmp_path: Path) -> None:
    own, usual = short(written(tmp_path, ROW)), short()
    assert (own.parameter_sets, len(own.priors)) == ({}, 1)
    assert (len(usual.parameter_sets), usual.priors) == (len(PRIORS), {})
    assert {**own.free_priors, "backlash": usual.free_priors["backlash"]} == usual.free_priors
    assert own.free_priors["backlash"] != usual.free_priors["backlash"]


def test_the_priors_of_a_country_stand_between_the_table_and_the_scenario(tmp_path: Path) -> None:
    _, region = read_priors_file(LIBRARY / "priors/region.toml")
    bolivia, chile = short(), build(resolve("chile-1970"))
    assert bolivia.country.priors.keys() == region.keys()
    assert bolivia.free_priors == {**PRIORS, **bolivia.country.priors}
    assert not chile.country.priors
    over = short(written(tmp_path, 'coup_trap = { uniform = [0.0, 0.5], source = "x" }'))
    assert str(over.free_priors["coup_trap"]) == "uniform(0, 0.5)"
    assert over.free_priors["opportunity"] == bolivia.free_priors["opportunity"]
    assert "coup_trap" not in short("coup_trap=0.5").free_priors


def test_a_country_file_names_priors_that_are_there(tmp_path: Path) -> None:
    text = (LIBRARY / "countries/bolivia.toml").read_text(encoding="utf-8")
    (tmp_path / "c.toml").write_text(text.replace('"region"', '"mine.toml"'), encoding="utf-8")
    with pytest.raises(PalcaError, match=r"no file of priors 'mine.toml'"):
        read_country(tmp_path / "c.toml")
    written(tmp_path, ROW)
    assert [*build_country(read_country(tmp_path / "c.toml"), "c").priors] == ["backlash"]


def test_a_scenario_inherits_priors_and_a_file_overlays_them(tmp_path: Path) -> None:
    cost = 'cost = { normal = [1.0, 0.1], low = 0.8, high = 1.5, source = "assumed" }'
    head = 'title = "T"\nextends = '
    (tmp_path / "first.toml").write_text(f'{head}"baseline"\n[priors]\n{ROW}\n{cost}\n')
    (tmp_path / "second.toml").write_text(f'{head}"first.toml"\n[priors]\n{cost.replace("0.1", "0.2")}\n')
    other = written(tmp_path, ROW.replace("0.05", "0.1"))
    scenario = build(resolve(str(tmp_path / "second.toml"), [other]))
    assert {name: str(prior) for name, prior in scenario.priors.items()} == {
        "backlash": "uniform(0, 0.1)", "cost": "normal(1, 0.2) within 0.8 to 1.5",
    }  # fmt: skip
    assert not scenario.parameter_sets
    drawn = priors.draw(0, np.arange(4000), scenario.free_priors)["cost"]
    assert (drawn.min(), drawn.max()) == (0.8, 1.5)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_shipped_priors_differ_from_those_of_the_table_and_have_a_source(file: Path) -> None:
    title, rows = read_priors_file(file)
    assert title
    scenario = short(f"priors={file.stem}")
    assert scenario.priors.keys() == rows.keys()
    usual = PRIORS if file.stem == "region" else short("posterior=off").free_priors
    assert all(prior != usual.get(name) for name, prior in scenario.priors.items())
    assert all(len(row["source"]) > len("assumed: ") for row in rows.values())


# what is refused

WRONG = [
    (["backlsh = { uniform = [0.0, 0.05], source = 'x' }"], "no parameter 'backlsh' (did you mean 'backlash'?)"),
    (["backlash = 0.02"], "write { uniform"),
    (["backlash = { triangle = [0, 1], source = 'x' }"], "write { uniform"),
    (["backlash = { uniform = [0, 0.1], normal = [0, 0.1], source = 'x' }"], "write { uniform"),
    (["backlash = { uniform = [0.0, 0.05] }"], "backlash: 'source' is missing"),
    (["backlash = { uniform = [0.0, 0.05], low = 0.01, source = 'x' }"], "unknown key 'low'"),
    (["backlash = { normal = [0.02, 0.01], place = 'y', source = 'x' }"], "unknown key 'place'"),
    (["backlash = { uniform = [0.0, 0.05, 1.0], source = 'x' }"], "takes two numbers, not 3"),
    (["backlash = { uniform = 0.05, source = 'x' }"], "'uniform' must be a list"),
    (["backlash = { uniform = [0.0, '0.05'], source = 'x' }"], "must be a number"),
    (["backlash = { uniform = [0.0, nan], source = 'x' }"], "must lie in"),
    (["backlash = { uniform = [0.0, 99.0], source = 'x' }"], "'highest' must lie in 0 to 0.2, not 99"),
    (["backlash = { uniform = [-1.0, 0.05], source = 'x' }"], "'lowest' must lie in 0 to 0.2, not -1"),
    (["backlash = { uniform = [0.05, 0.01], source = 'x' }"], "'highest' must lie in 0.05 to 0.2"),
    (["backlash = { normal = [0.02, -0.01], source = 'x' }"], "'standard deviation' must lie in"),
    (["backlash = { normal = [0.5, 0.01], source = 'x' }"], "'mean' must lie in 0 to 0.2"),
    (["backlash = { lognormal = [0.5, 0.01], source = 'x' }"], "'median' must lie in 0 to 0.2"),
    (["backlash = { lognormal = [0.0, 0.01], source = 'x' }"], "a median above 0"),
    (["backlash = { lognormal = [0.1, 0.01], normal = [0.1, 0.1], source = 'x' }"], "write { uniform"),
    (["backlash = { normal = [0.02, 0.01], low = -1, source = 'x' }"], "'low' must lie in 0 to 0.2"),
    (["backlash = { normal = [0.02, 0.01], low = 0.1, high = 0.05, source = 'x' }"], "'high' must lie in 0.1"),
    ([], "names no parameter"),
    ([ROW, "[more]"], "unknown key 'more'"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "says"), WRONG, ids=lambda value: str(value)[-50:])
def test_what_is_no_prior_is_refused_with_its_place(
    tmp_path: Path, rows: list[str], says: str
) -> None:
    setting = written(tmp_path, *rows)
    with pytest.raises(PalcaError) as error:
        resolve("baseline", [setting])
    assert says in str(error.value)
    assert "mine.toml" in str(error.value)


@pytest.mark.parametrize(
    ("setting", "says"),
    [("backlash=0.02", "'backlash' is set to 0.02"), ("channel.backlash=off", "'backlash' is closed"),
     ("posterior=record", "priors of its own"), ("posterior=point", "priors of its own")],
)  # fmt: skip
def test_a_prior_that_would_have_no_effect_is_refused(
    tmp_path: Path, setting: str, says: str
) -> None:
    own = written(tmp_path, ROW)
    for both in ([own, setting], [setting, own]):
        with pytest.raises(PalcaError, match=says):
            resolve("baseline", both)


def test_a_posterior_beside_priors_is_refused_but_none_is_not(tmp_path: Path) -> None:
    file = tmp_path / "both.toml"
    for posterior, fits in (("record", False), ("off", True)):
        file.write_text(f'title = "T"\nextends = "baseline"\nposterior = "{posterior}"\n[priors]\n{ROW}\n')
        if fits:
            assert resolve(str(file))["priors"].keys() == {"backlash"}
        else:
            with pytest.raises(PalcaError, match="leave out one"):
                resolve(str(file))


@pytest.mark.parametrize("rows", ["x", {"backlash": 1}, {"backlash": {"uniform": [0.0, 0.1]}}, {"x": {}}])
def test_a_manifest_that_holds_no_priors_is_refused(rows: Any) -> None:
    with pytest.raises(PalcaError):
        build({**resolve("baseline"), "priors": rows})


# what worlds draw


def test_a_world_draws_the_same_alone_and_among_others(tmp_path: Path) -> None:
    scenario = short(written(tmp_path, ROW))
    every = months_of(scenario)
    assert np.array_equal(every[:, :, [7, 19]], months_of(scenario, [7, 19]))
    values = ColdWarModel(scenario, 2000, 0).p
    drawn: Mapping[str, Any] = {name: getattr(values, name) for name in PRIORS}
    assert all(len(np.unique(of)) > 1000 for of in drawn.values())
    assert drawn["backlash"].mean() == pytest.approx(0.025, abs=0.001)
    assert not np.array_equal(drawn["cost"], ColdWarModel(scenario, 2000, 1).p.cost)


def test_worlds_go_on_from_a_snapshot_with_what_they_drew(tmp_path: Path) -> None:
    scenario = short(written(tmp_path, ROW))
    model = ColdWarModel(scenario, 20, 4)
    model.advance(5)
    later = ColdWarModel(scenario, 20, 4, start=model.snapshot()).run()
    assert np.array_equal(later.monthly, months_of(scenario, 20, 4)[5:])


def test_any_parameter_may_have_a_prior(tmp_path: Path) -> None:
    fixed = next(name for name, row in PARAMETERS.items() if not row.free)
    row = PARAMETERS[fixed]
    scenario = short(written(tmp_path, f'{fixed} = {{ uniform = [{row.low}, {row.high}], source = "x" }}'))
    assert scenario.free_priors.keys() == {*PRIORS, fixed}
    assert np.ptp(np.asarray(getattr(ColdWarModel(scenario, 9, 0).p, fixed))) > 0


@settings(max_examples=6)
@given(st.sampled_from(sorted(PRIORS)), st.floats(0.0, 1.0), st.booleans())
def test_a_prior_of_one_point_is_the_value_that_is_set(
    tmp_path_factory: pytest.TempPathFactory, name: str, share: float, normal: bool
) -> None:
    folder = tmp_path_factory.mktemp("priors")
    row = PARAMETERS[name]
    value = row.low + share * (row.high - row.low)
    numbers = f"normal = [{value!r}, 0.0]" if normal else f"uniform = [{value!r}, {value!r}]"
    others = [line for line in restated() if not line.startswith(f"{name} ")]
    point = short(written(folder, *others, f'{name} = {{ {numbers}, source = "x" }}'))
    fixed = short(written(folder, *others, name="others"), f"{name}={value!r}")
    assert (point.parameters, point.free_priors) == (fixed.parameters, fixed.free_priors)
    assert np.array_equal(months_of(point, 8), months_of(fixed, 8))


@given(st.floats(0.001, 0.1), st.floats(0.05, 1.0), st.floats(0.01, 0.99))
def test_a_lognormal_prior_is_normal_in_its_logarithm(median: float, sd: float, share: float) -> None:
    prior = Prior.parse(f"lognormal({median:.6f}, {sd:.6f})", 0.0, 1e9)
    score = NormalDist().inv_cdf(share)
    value = float(prior.ppf(share))
    assert np.log(value) == pytest.approx(np.log(prior.first) + prior.second * score, abs=1e-9)
    assert float(prior.cdf(value)) == pytest.approx(share, abs=1e-9)
    drawn = prior.draw(counter_rng.world_keys(1, np.arange(2000)))
    assert (drawn <= value).mean() == pytest.approx(share, abs=0.06)


def test_a_posterior_that_was_estimated_with_the_priors_goes_before_them(tmp_path: Path) -> None:
    own = short(written(tmp_path, ROW))
    values = np.array([0.01, 0.04])
    usual = replace(own, parameter_sets={"backlash": values}).usual_parameters(np.arange(4))
    assert np.array_equal(np.asarray(usual["backlash"]), values[[0, 1, 0, 1]])
    assert "cost" not in usual
