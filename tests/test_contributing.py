"""The mechanism that CONTRIBUTING.md adds as its example can be added so, and all tests pass."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TESTS = ("tests/model/test_tables.py", "tests/test_docs.py", "tests/test_reference.py")


def _told(beginning: str) -> str:
    """Return the code of the page that begins so."""
    found = re.findall(rf"`({re.escape(beginning)}[^`]*)`", PAGE)
    assert len(found) == 1, beginning
    return found[0]


def _add(file: Path, after: str, line: str) -> None:
    """Add a line to a file behind the only one that has a text in it."""
    lines = file.read_text(encoding="utf-8").splitlines()
    places = [i for i, each in enumerate(lines) if after in each]
    assert len(places) == 1, (file, after)
    indent = re.match(" *", lines[places[0]])
    assert indent is not None
    lines.insert(places[0] + 1, indent[0] + line)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.long
def test_the_mechanism_of_the_page_can_be_added_as_it_says(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    ignored = shutil.ignore_patterns(".*", "build", "runs", "__pycache__", "dist")
    shutil.copytree(ROOT, clone, ignore=ignored)
    (tmp_path / "site/palca").mkdir(parents=True)
    for name in ("model", "scenarios", "experiments"):
        (tmp_path / "site/palca" / name).symlink_to(clone / name)

    row, term = _told('("legitimacy_unrest"'), _told("+ p.legitimacy_unrest")
    _add(clone / "model/state/parameter_table.py", '("legitimacy_party"', row)  # it ends on its line
    society = clone / "model/equations/society.py"
    _add(society, "    party_support: Floats,", "mobilisation: Floats,")
    _add(society, "p.legitimacy_party * party_support", term)
    _add(clone / "model/agents/domestic.py", "            s.party_support,", "s.mobilisation,")
    channel = _told('Channel("unrest')
    _add(clone / "model/state/channels.py", 'Channel("learning"', f"{channel},")
    plain = term.replace("* mobilisation", "* m.mobilisation")
    _add(clone / "tests/reference_society.py", "p.legitimacy_party * m.party_support", plain)
    _add(clone / "docs/ODD.md", "| `soviet_prestige` |", "| `unrest_mood` | protest → legitimacy |")
    either = clone / "tests/model/test_tables.py"
    text = either.read_text(encoding="utf-8")
    named = text.replace(f"{_told('EITHER_WAY')} = {{", 'EITHER_WAY = {\n    "legitimacy_unrest",')
    either.write_text(named, encoding="utf-8")

    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PALCA_CACHE": str(tmp_path / "c")}

    found = "from palca.model.state.parameters import PARAMETERS as p; assert 'legitimacy_unrest' in p"
    tried = ["-m", "pytest", "-m", "not slow and not long", "-k", "not reference or baseline",
             "-p", "no:cacheprovider", *TESTS]
    for words in (["-c", found], tried):
        done = subprocess.run([sys.executable, *words], cwd=clone, env=env, capture_output=True,
                              text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
