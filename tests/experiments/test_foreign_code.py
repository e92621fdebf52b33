"""Nothing that lies in the current folder, or in a run's, is ever imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fault_commands import COMMAND, COMMANDS

pytestmark = pytest.mark.pythons

# what Python, its processes, and the libraries import; beside them every other name of the library
NAMES = ("sitecustomize", "usercustomize", "palca", "numpy", "pandas", "matplotlib", "mesa", "joblib",
         "pyarrow", "scipy", "rich", "typer", "SALib", "sklearn", "llvmlite", "model", "scenarios")  # fmt: skip
FOREIGN = 'import os\nopen(os.environ["SEEN"], "a").write(f"{__name__}\\n")\nraise ImportError(__name__)\n'


def _lay_traps(folder: Path) -> None:
    for name in {*NAMES, *sys.stdlib_module_names}:
        folder.joinpath(f"{name}.py").write_text(FOREIGN)
    folder.joinpath(".env").write_text("PYTHONPATH=.\n")


def _run(*arguments: str, start: list[str], seen: Path) -> None:
    done = subprocess.run([*start, *arguments], env={**os.environ, "SEEN": str(seen)},
                          capture_output=True, text=True)  # fmt: skip
    assert not seen.exists(), seen.read_text()
    assert done.returncode == 0, done.stderr


def _command() -> list[str]:
    return [str(Path(sys.executable).with_name("palca"))]


@pytest.mark.slow
def test_nothing_in_the_current_folder_or_in_a_runs_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _lay_traps(tmp_path)
    seen = tmp_path / "seen"
    work = "--jobs", "2"
    _run(*COMMANDS["run"], *work, start=_command(), seen=seen)
    _lay_traps(tmp_path / "made")
    monkeypatch.chdir(tmp_path / "made")
    _run("rerun", str(tmp_path / "made"), *work, start=_command(), seen=seen)


@pytest.mark.slow
def test_processes_import_nothing_from_the_current_folder_however_the_command_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``python -c`` looks there first, until it is told to run the command."""
    monkeypatch.chdir(tmp_path)
    begin = ("import os, sys; here, sys.path = sys.path, [p for p in sys.path if p]\n"
             "import palca.experiments.cli.main, palca.experiments.cli.app, joblib, matplotlib.figure\n"
             "sys.path = here\n")  # fmt: skip
    _lay_traps(tmp_path)
    _run(*COMMANDS["sweep"], "--jobs", "2", start=[sys.executable, "-c", begin + COMMAND],
         seen=tmp_path / "seen")  # fmt: skip
