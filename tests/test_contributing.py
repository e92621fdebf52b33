"""What CONTRIBUTING.md adds as its examples can be added so: a mechanism, a command, an outcome."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from palca.experiments.observe import outcomes

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TESTS = ("tests/model/test_tables.py", "tests/test_docs.py", "tests/test_reference.py")


def _line_in_page(beginning: str) -> str:
    """Return the code of the page that begins so."""
    found = re.findall(rf"`({re.escape(beginning)}[^`]*)`", PAGE)
    assert len(found) == 1, beginning
    return found[0]


def _add(file: Path, after: str, line: str) -> None:
    """Add a line to a file behind the only one that has a text in it."""
    lines = file.read_text(encoding="utf-8").splitlines()
    matches = [i for i, each in enumerate(lines) if after in each]
    assert len(matches) == 1, (file, after)
    indent = re.match(" *", lines[matches[0]])
    assert indent is not None
    lines.insert(matches[0] + 1, indent[0] + line)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _clone(folder: Path) -> tuple[Path, dict[str, str]]:
    """Return a copy of the project, and the environment in which Python finds it as `palca`."""
    clone = folder / "clone"
    ignored = shutil.ignore_patterns(".*", "build", "runs", "__pycache__", "dist")
    shutil.copytree(ROOT, clone, ignore=ignored)
    shutil.copytree(clone / "api", folder / "site/palca")
    for name in ("model", "scenarios", "experiments"):
        (folder / "site/palca" / name).symlink_to(clone / name)
    return clone, {**os.environ, "PYTHONPATH": str(folder / "site")}


def _run(clone: Path, env: dict[str, str], *words: str) -> str:
    """Run Python in a copy of the project; return what it prints."""
    done = subprocess.run([sys.executable, *words], cwd=clone, env=env, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def _names_in(file: Path) -> set[str]:
    """Return the functions and classes of a file, and methods as `Class.method`."""
    names = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{each.name}" for each in node.body
                      if isinstance(each, ast.FunctionDef)}  # fmt: skip
    return names


ROWS = re.findall(r"^\| (.+\?) \| (.+) \|$", PAGE.partition("## Where to look")[2], re.MULTILINE)


def test_the_page_answers_where_to_look() -> None:
    assert len(ROWS) >= 20


@pytest.mark.parametrize(("question", "answer"), ROWS)
def test_what_the_page_says_to_open_first_is_there(question: str, answer: str) -> None:
    parts = answer.split(" · ")
    files = [(file, re.findall(r"`([\w.]+)`", names))
             for file, names in re.findall(r"`(\w[\w/]*\.py)`: ((?:`[\w.]+`(?:, )?)+)", answer)]  # fmt: skip
    assert 1 <= len(files) == len(parts) <= 2, question
    for file, names in files:
        assert names, question
        assert {*names} <= _names_in(ROOT / file), (question, file)


def test_the_outcome_of_the_page_is_one_of_the_file_it_names() -> None:
    line = _line_in_page('Outcome("general_strikes"').removesuffix(",")
    assert eval(line, dict(vars(outcomes))).name == "general_strikes"


@pytest.mark.slow
def test_the_command_figure_and_outcome_of_the_page_can_be_added_as_it_says(tmp_path: Path) -> None:
    clone, env = _clone(tmp_path)
    experiment, command, figure = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (clone / "experiments/run/coups.py").write_text(f"{experiment}\n\n{figure}", encoding="utf-8")
    (clone / "experiments/cli/coups.py").write_text(command, encoding="utf-8")
    _add(clone / "experiments/run/coups.py", 'lambda: {"coups.csv"', _line_in_page('{"coups.png"'))
    app = clone / "experiments/cli/app.py"
    _add(app, "from .counterfactual import", _line_in_page("from .coups"))
    _add(app, '"gallery": ', _line_in_page('"coups": '))
    _add(app, '"Test the model": ', _line_in_page('"Count": [coups]'))
    file = clone / "experiments/observe/outcomes.py"
    _add(file, 'note="three of four documented', _line_in_page('Outcome("general_strikes"'))

    palca = ["-c", "from palca.experiments.cli.main import main; main()"]
    out = _run(clone, env, *palca, "coups", "--worlds", "40", "--out", "made")
    assert "Written: made (" in out
    names = {"coups.png", "coups.svg", "coups.csv", "README.txt", "answer.txt", "SHA256SUMS", "manifest.json"}
    assert {path.name for path in (clone / "made").iterdir()} == names
    table = pd.read_csv(clone / "made/coups.csv")
    assert table["worlds"].sum() == 40
    assert "the same, bit for bit (40 worlds)" in _run(clone, env, *palca, "rerun", "made")
    assert "Written: made/report.html" in _run(clone, env, *palca, "report", "made")
    _run(clone, env, *palca, "run", "--worlds", "40", "--out", "ran")
    assert "general_strikes" in pd.read_parquet(clone / "ran/worlds.parquet")
    tests = "tests/experiments/test_measures.py", "tests/test_house.py"
    _run(clone, env, "-m", "pytest", "-q", "-k", "outcome or one_way", "-p", "no:cacheprovider", *tests)


@pytest.mark.long
def test_the_mechanism_of_the_page_can_be_added_as_it_says(tmp_path: Path) -> None:
    clone, env = _clone(tmp_path)
    row, term = _line_in_page('("legitimacy_unrest"'), _line_in_page("+ p.legitimacy_unrest")
    _add(clone / "model/state/parameter_table.py", '("legitimacy_party"', row)  # it ends on its line
    society = clone / "model/equations/society.py"
    _add(society, "    party_support: Floats,", "mobilisation: Floats,")
    _add(society, "p.legitimacy_party * party_support", term)
    _add(clone / "model/agents/domestic.py", "            s.party_support,", "s.mobilisation,")
    channel = _line_in_page('Channel("unrest')
    _add(clone / "model/state/channels.py", 'Channel("learning"', f"{channel},")
    plain = term.replace("* mobilisation", "* m.mobilisation")
    _add(clone / "tests/reference_society.py", "p.legitimacy_party * m.party_support", plain)
    _add(clone / "docs/ODD.md", "| `soviet_prestige` |", "| `unrest_mood` | protest → legitimacy |")
    either = clone / "tests/model/test_tables.py"
    text = either.read_text(encoding="utf-8")
    named = text.replace(f"{_line_in_page('EITHER_WAY')} = {{", 'EITHER_WAY = {\n    "legitimacy_unrest",')
    either.write_text(named, encoding="utf-8")

    env |= {"PALCA_CACHE": str(tmp_path / "c")}
    found = "from palca.model.state.parameters import PARAMETERS as p; assert 'legitimacy_unrest' in p"
    _run(clone, env, "-c", found)
    _run(clone, env, "-m", "pytest", "-m", "not slow and not long",
         "-k", "not reference or baseline", "-p", "no:cacheprovider", *TESTS)  # fmt: skip
