"""Palca in Python does what its commands do, and says so in Python's words."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import palca as pc
from palca import arguments, findings
from palca.experiments.cli.app import EXPERIMENTS
from palca.scenarios import load
from palca.scenarios.reading.library import parse_toml

matplotlib.use("agg")
ROOT = Path(__file__).parents[2]
BRIEF = {"title": "Brief", "extends": "baseline", "until": "1972-12"}
pytestmark = pytest.mark.pythons


@pytest.fixture(scope="module")
def ran() -> Any:
    return pc.run(BRIEF, worlds=30, seed=3, progress=False)


@pytest.mark.parametrize("where", [ROOT, Path("/")])
def test_importing_it_imports_no_library(where: Path) -> None:
    code = "import palca, sys; print(*[m for m in ('numpy', 'pandas', 'mesa', 'typer', 'matplotlib') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=where)
    assert out.stdout.strip() == ""
    out = subprocess.run([sys.executable, "-m", "palca", "--version"], check=True, capture_output=True, text=True, cwd=where)
    assert out.stdout.startswith("palca ")


def test_every_name_is_there_with_types_and_a_docstring() -> None:
    assert {*dir(pc)} == {*pc.__all__}
    for name in pc.__all__:
        of = getattr(pc, name)
        assert of.__doc__
        if not isinstance(of, type):
            parameters = inspect.signature(of)
            assert "empty" not in str(parameters.return_annotation), name
            assert all(p.annotation is not p.empty for p in parameters.parameters.values()), name
    with pytest.raises(AttributeError, match="nothing_of_it"):
        pc.nothing_of_it  # noqa: B018


def test_every_kind_of_folder_can_be_opened() -> None:
    assert findings._KINDS.keys() == EXPERIMENTS.keys()


def test_it_gives_what_the_command_gives(
    ran: Any, palca: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = arguments.named(BRIEF)
    assert palca("run", file, "-n", "30", "-s", "3", "-o", "made")[0] == 0
    made = pc.open("made")
    assert made.manifest["digest"] == ran.manifest["digest"]
    assert isinstance(made, findings.Run)
    for name in ("worlds", "months", "events", "scores"):
        pd.testing.assert_frame_equal(made.tables[name], ran.tables[name])
    saved = ran.save("saved")
    assert {path.name for path in Path("saved").iterdir()} == {path.name for path in Path("made").iterdir()}
    assert palca("rerun", "saved")[0] == 0
    with pytest.raises(pc.PalcaError, match="replace"):
        saved.save("made")


def test_months_are_months(ran: Any) -> None:
    months = ran.months["month"]
    assert months.min() == pd.Period("1969-01")
    assert ran.events["month"].max() <= pd.Period("1972-12")


def test_histories_are_those_of_the_run(ran: Any) -> None:
    history = ran.history(["leader", "orientation", "attempt"], worlds=[4, 9])
    assert history.sizes == {"month": 48, "world": 2}
    assert history.orientation.attrs["units"]
    events = ran.events.query("world == 9 and kind in ('coup', 'failed coup')")
    assert sorted(events["month"].astype(str)) == [
        str(m)[:7] for m in history.month.values[history.attempt.sel(world=9).values > 0]
    ]
    assert set(history.leader.values.ravel()) <= {leader.name for leader in load("baseline").country.leaders}


def test_own_outcomes_are_columns(ran: Any, palca: Callable[..., Any], tmp_path: Path) -> None:
    def often_right(h: Any) -> Any:
        return (h.orientation > 0.25).mean("month")

    again = pc.run(BRIEF, worlds=30, seed=3, outcomes=[often_right], jobs=2, progress=False)
    known = (ran.history(["orientation"]).orientation > 0.25).mean("month")
    assert again.worlds["often_right"].to_numpy() == pytest.approx(known.values)
    swept = pc.sweep(BRIEF, vary={"backlash": (0.01, 0.05, 2)}, replicates=5, outcomes=["coups_1969_71", often_right], progress=False)
    assert swept.worlds["often_right"].between(0, 1).all()
    assert {*swept.summary["outcome"]} == {"coups_1969_71", "often_right"}
    for number, one in enumerate((again, swept)):
        folder = tmp_path / str(number)
        one.save(folder)
        code, _, err = palca("rerun", str(folder))
        assert code == 2
        assert "often_right" in err
        assert "often_right" in pc.open(folder).tables["worlds"]
    with pytest.raises(pc.PalcaError, match=r"outcomes: all_months: must return a number"):
        pc.run(BRIEF, worlds=5, outcomes={"all_months": lambda h: h.orientation}, progress=False)


@pytest.mark.rendered
def test_a_figure_takes_the_place_of_axes(ran: Any, tmp_path: Path) -> None:
    import matplotlib.pyplot as plt

    ran.save(tmp_path / "kept")
    for one in (ran, pc.open(tmp_path / "kept")):
        figure, (left, right) = plt.subplots(1, 2, figsize=(20, 12), layout="constrained")
        assert one.plot(left) is figure
        figure.draw_without_rendering()
        (part,) = figure.subfigs
        assert len(part.axes) >= 1
        assert right in figure.axes
        assert "<img" in one._repr_html_()
        with pytest.raises(pc.PalcaError, match="another figure has taken it"):
            one.plot(left)
    with pytest.raises(pc.PalcaError, match=r"history\.png"):
        ran.plot(figure="nothing")
    plt.close("all")


def test_what_is_composed_is_what_a_file_holds(tmp_path: Path) -> None:
    rules = pc.policy("ussr", "pragmatic")
    once = pc.run(BRIEF, worlds=10, set={"policy.ussr": rules}, progress=False)
    plain = pc.run(BRIEF, worlds=10, progress=False)
    assert once.manifest["digest"] == plain.manifest["digest"]
    rules["rule"] = rules["rule"][:1]
    other = pc.run(BRIEF, worlds=10, set={"policy.ussr": rules}, progress=False)
    assert other.manifest["digest"] != plain.manifest["digest"]
    changed = pc.run(BRIEF, worlds=10, intervene={"at": pd.Period("1969-06"), "policy.ussr": rules}, progress=False)
    assert changed.manifest["scenario"]["changes"][0]["since"] == 5


NAMES = st.text("abc_", min_size=1, max_size=5)
PLAIN = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.floats(-9, 9, allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, PLAIN, max_size=4))
def test_data_is_written_as_it_is_read(data: dict[str, Any]) -> None:
    assert parse_toml(Path(arguments.named(data)).read_text(encoding="utf-8"), "x") == data


@pytest.mark.parametrize(
    ("ask", "where"),
    [
        (lambda: pc.run(worlds=0), "worlds"),
        (lambda: pc.run(set={"backlsh": 1}), "set"),
        (lambda: pc.run(intervene="at = 1971"), "intervene"),
        (lambda: pc.run(outcomes=["left_share"]), "outcomes"),
        (lambda: pc.sweep(vary={"backlash": (0.01, 0.05, 3)}, outcomes=["nope"]), "outcomes"),
        (lambda: pc.sweep(vary={"backlsh": [1]}), "vary"),
        (lambda: pc.sensitivity(points=100), "points"),
        (lambda: pc.counterfactual("soviet-break-1971", through="1995-13"), "through"),
        (lambda: pc.validate(parts=["nope"]), "parts"),
        (lambda: pc.open("nowhere"), "nowhere"),
        (lambda: pc.record("nope"), "track"),
    ],
)
def test_errors_name_arguments(ask: Callable[[], Any], where: str) -> None:
    with pytest.raises(pc.PalcaError) as refused:
        ask()
    assert where in str(refused.value)
    assert "--" not in str(refused.value)


def test_own_outcomes_are_numbers_of_worlds_under_names_of_their_own() -> None:
    for wrong in (lambda h: h.orientation.mean("world"), lambda h: h.orientation.isel(month=-1).where(False)):
        with pytest.raises(pc.PalcaError, match="outcomes: mine"):
            pc.run(BRIEF, worlds=48, outcomes={"mine": wrong}, progress=False)
    for name in ("longest_spell", "backlash", "world"):
        with pytest.raises(pc.PalcaError, match=name):
            pc.run(BRIEF, worlds=5, outcomes={name: lambda h: h.orientation.isel(month=0)}, progress=False)

    def turned(h: Any) -> Any:  # by another order of worlds
        return h.orientation.isel(month=-1, world=slice(None, None, -1))

    alone = pc.run(BRIEF, worlds=1, outcomes=[turned], progress=False)
    several = pc.run(BRIEF, worlds=3, outcomes=[turned], progress=False)
    last = several.history(["orientation"]).orientation.isel(month=-1).values
    assert several.worlds["turned"].to_numpy() == pytest.approx(last)
    assert alone.worlds["turned"][0] == pytest.approx(last[0])


def test_a_folder_that_was_changed_is_not_opened(ran: Any, tmp_path: Path) -> None:
    ran.save(tmp_path / "kept")
    opened = pc.open(tmp_path / "kept")
    pc.run(BRIEF, worlds=4, progress=False).save(tmp_path / "kept", replace=True)
    assert len(ran.worlds) == 30
    with pytest.raises(pc.PalcaError, match="another result"):
        opened.tables["worlds"]
    with (tmp_path / "kept" / "scores.csv").open("a") as file:
        file.write("x\n")
    with pytest.raises(pc.PalcaError, match=r"scores\.csv"):
        pc.open(tmp_path / "kept")


@pytest.mark.slow
def test_arms_are_interventions_by_name() -> None:
    null = pc.counterfactual(
        arms={"nothing": {"at": "1971-09", "lever.ussr.credit.scale": 1},
              "no money": 'at = "1971-09", lever.us.aid.set = 0'},
        worlds=64, freeze=(), outcomes=["Hugo Banzer rules in 1972-09"], progress=False,
    )  # fmt: skip
    assert [*dict.fromkeys(null.effects["arm"])] == ["nothing", "no money"]
    assert (null.effects.query("arm == 'nothing'")["effect"] == 0).all()
    assert (null.rulers_at_fork["leader"] == "Hugo Banzer").all()
    assert np.isfinite(null.outcomes["effect"]).all()
    assert json.dumps(null.manifest)
