"""A picture never costs what was computed, nor depends on what the user has set."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.backends import backend_agg

from fault_commands import COMMANDS, SMALL, Run, started
from palca.experiments.infer import calibrate
from palca.experiments.io import provenance

LONGER = {
    "counterfactual": ["counterfactual", "soviet-break-1971", "--given", "embassy 1970-06 ± 12", "-n", "100",
                       "-j", "1", "-o", "made"],
    "claims": ["claims", "-n", "50", "-j", "1", "-o", "made"],
    "calibrate": ["calibrate", "-n", "5000", "--sets", "20", "--check", "0", "-o", "made"],
    "validate": ["validate", "--part", "checks", "--part", "countries", "-n", "8192", "-o", "made"],
    "concepts": ["concepts", "-n", "8", "-o", "made"],
}  # fmt: skip
# what each computes, and the pictures that it draws of it
FILES = {
    "run": ({"worlds.parquet", "months.parquet", "events.parquet", "scores.csv", "fifths.csv"}, {"history"}),
    "compare": ({"differences.csv", "worlds.parquet", "fifths.csv"}, {"differences"}),
    "concept": ({"measures.csv", "claims.csv"}, {"concept"}),
    "sensitivity": ({"indices.csv"}, {"sensitivity"}),
    "discover": ({"boxes.csv", "worlds.parquet"}, {"discovery"}),
    "sweep": ({"worlds/part-000000.parquet", "scenarios.json.xz", "summary.csv"}, {"sweep"}),
    "counterfactual": ({"effects.csv", "months.csv", "twins.parquet", "answer.txt", "conclusion.txt", "channels.csv",
                        "parameters.csv", "evidence.csv", "overlap.csv", "fork.csv", "fifths.csv", "causes.csv",
                        "segments.csv"}, {"counterfactual"}),
    "claims": ({"claims.csv", "headline.csv", "fifths.csv"}, {"claims"}),
    "calibrate": ({"posterior.parquet", "parameters.csv", "outcomes.csv"}, {"posterior"}),
    "validate": ({"VALIDATION.md"}, {"validation-countries"}),
    "concepts": ({"CONCEPTS.md"}, {"concept-coup-trap"}),
}  # fmt: skip
QUICK = ("run", "concept")
LONG = ("counterfactual", "claims", "calibrate", "validate", "concepts")


@pytest.mark.parametrize(
    "name",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.long if n in LONG else pytest.mark.slow) for n in FILES],
)
def test_what_was_computed_is_kept_if_a_picture_can_not_be_drawn(
    palca: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    tables, pictures = FILES[name]

    def fail(*_: object) -> None:
        there = {path.relative_to(folder).as_posix() for folder in Path().glob("*made*")
                 for path in folder.rglob("*")}  # fmt: skip
        assert there >= tables | {"answer.txt", "manifest.json"}, there  # all data lie there before a line is drawn
        raise RuntimeError("no such font\nanywhere")

    monkeypatch.setattr(calibrate, "SURE", 1.0)  # for the few worlds of a test
    monkeypatch.setattr(backend_agg, "FigureCanvasAgg", fail)
    code, out, err = palca(*{**COMMANDS, **LONGER}[name])
    assert code == 2
    lines = err.splitlines()
    for picture in pictures:
        (warning,) = [line for line in lines if line.startswith(f"palca: {picture}.png could not be plotted")]
        assert "RuntimeError: no such font anywhere" in warning
    assert "Written: made (" in out
    assert ".png" not in out
    assert not [*Path("made").rglob("*.png"), *Path("made").rglob("*.svg")]
    assert tables <= {*(provenance.read_sums(Path("made")) or ())}
    assert provenance.differing(Path("made")) == ({}, [])
    assert Path("made").exists()


HOSTILE = "text.usetex: True\nfigure.dpi: 31\naxes.grid: True\nsavefig.bbox: tight\nnonsense: {\nno colon\n"


@pytest.mark.rendered
@pytest.mark.slow
@pytest.mark.parametrize("setting", ["here", "home", "broken", "backend", "unwritable"])
def test_what_the_user_has_set_for_matplotlib_changes_no_byte(palca: Run, setting: str) -> None:
    assert palca(*SMALL)[0] == 0
    expected = {path.name: path.read_bytes() for path in Path("made").glob("history.*")}
    config, env = Path("config").absolute(), dict(os.environ)
    if setting == "here":
        Path("matplotlibrc").write_text(HOSTILE)
    elif setting == "home":
        config.joinpath("matplotlib").mkdir(parents=True)
        config.joinpath("matplotlib/matplotlibrc").write_text(HOSTILE)
        env |= {"XDG_CONFIG_HOME": str(config)}
    elif setting == "broken":
        Path("matplotlibrc").write_bytes(b"\xff\xfe\x00axes")
    elif setting == "backend":
        env |= {"MPLBACKEND": "nosuch"}
    else:
        Path("config").touch()
        env |= {"MPLCONFIGDIR": str(config)}
    process = started(*SMALL[:-1], "again", env=env)
    _, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert {path.name: path.read_bytes() for path in Path("again").glob("history.*")} == expected


def test_settings_that_are_in_force_change_no_picture() -> None:
    """As in a notebook, where Matplotlib was set before Palca was imported."""
    code = """
import sys, matplotlib
if "set" in sys.argv:
    matplotlib.rcParams.update({"text.usetex": True, "figure.dpi": 31, "axes.grid": True,
                                "savefig.bbox": "tight", "lines.marker": "o"})
from palca.experiments.io.figure_style import Picture, new_figure, style
with style():
    figure = new_figure(3, 2)
    figure.subplots().plot([1, 2, 3])
picture = Picture(figure, "a line")
sys.stdout.buffer.write(picture.png() + picture.svg())
assert matplotlib.rcParams["text.usetex"] == ("set" in sys.argv)
"""
    plain, odd = (
        subprocess.run([sys.executable, "-c", code, word], capture_output=True, check=True).stdout
        for word in ("", "set")
    )
    assert len(plain) > 1000
    assert odd == plain
