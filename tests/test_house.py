"""The plan of the house holds: which folder imports which, and what each dependency is for."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.quick

ROOT = Path(__file__).parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the `palca` that Python finds in a folder."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the four folders, and of what is asked of them."""
    for name in ("api", "model", "scenarios", "experiments"):
        ignored = shutil.ignore_patterns("__pycache__", "*.parquet", "*.csv")
        to = tmp_path / "palca" if name == "api" else tmp_path / "palca" / name
        shutil.copytree(ROOT / name, to, ignore=ignored)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    return tmp_path


def test_imports_run_one_way(house: Path) -> None:
    result = lint(house)
    assert result.returncode == 0, result.stdout


WRONG = [
    ("model/equations/coup.py", "from palca.scenarios import load", "Imports run one way"),
    ("scenarios/outline.py", "from palca.experiments.run.files import digest", "Imports run one way"),
    ("model/state/state.py", "import pandas", "The model knows no file format"),
    ("scenarios/reading/library.py", "from rich.console import Console", "Scenarios draw and print"),
    ("experiments/run/figure.py", "import solara", "The lab is a face"),
    ("experiments/io/run_folder.py", "from ..run import files", "Rooms of the experiments"),
    ("model/state/state.py", "from ..month import Month", "Rooms of the model"),
    ("scenarios/country.py", "from .loader import load", "No circle of imports"),
]


def test_imports_the_other_way_are_found(house: Path) -> None:
    for file, line, _ in WRONG:
        with (house / "palca" / file).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    result = lint(house)
    assert result.returncode == 1
    broken = result.stdout.partition("Broken contracts")[2]
    # each contract's part of the report, below its underlined name, names the module that broke it
    parts = dict(re.findall(r"^(\S.*)\n-+\n((?:(?!\n.*\n---).*\n)*)", broken, re.MULTILINE))
    for file, _, contract in WRONG:
        (found,) = [text for name, text in parts.items() if name.startswith(contract)]
        assert file.split("/")[-1].removesuffix(".py") in found, contract


def test_every_dependency_says_why() -> None:
    project = tomllib.loads(PYPROJECT)["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    named = [requirement for group in lists for requirement in group]
    lines = [line.strip() for line in PYPROJECT.splitlines()]
    unexplained = [
        name for name in named
        if not any(re.match(rf'"{re.escape(name)}",\s+# .{{10,}}', line) for line in lines)
    ]  # fmt: skip
    assert len(named) > 25
    assert unexplained == []


def test_every_dependency_is_used() -> None:
    """What is installed for all is imported by what all install, or says who else needs it."""
    project = tomllib.loads(PYPROJECT)["project"]
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("model", "scenarios", "experiments")
        for path in (ROOT / folder).rglob("*.py")
    )
    modules = {"markdown-it-py": "markdown_it", "SALib": "SALib", "scikit-learn": "sklearn"}
    names = [re.split(r"[>=<\[]", requirement)[0] for requirement in project["dependencies"]]
    unused = [
        name for name in names
        if not re.search(rf"^\s*(?:import|from) {modules.get(name, name)}\b", code, re.MULTILINE)
    ]  # fmt: skip
    assert unused == ["networkx"]  # mesa's own


def test_the_version_is_one() -> None:
    version = tomllib.loads(PYPROJECT)["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    first = re.search(r"^## (?!Unreleased)(\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert first is not None
    assert first[1] == version


def test_tables_of_the_terminal_are_laid_out_in_one_place() -> None:
    """Another's own table would crop numbers again (experiments/io/terminal_table.py)."""
    makers = [
        path.name
        for folder in ("model", "scenarios", "experiments")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"rich(?:\.table\b| import .*\b[Tt]able\b)|rich\.columns|Columns\(",
                     path.read_text(encoding="utf-8"))
    ]  # fmt: skip
    assert makers == ["terminal_table.py"]
