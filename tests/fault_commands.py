"""What the tests of faults share: commands that are short, and what they leave behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from palca.experiments.run import files
from palca.experiments.simulate.ensemble import run_blocks, summarise
from palca.scenarios import resolve

Run = Callable[..., tuple[int, str, str]]
COMMAND = "import sys; from palca.experiments.cli.main import main; main()"
BRIEF = str(Path(__file__).with_name("brief.toml"))
SMALL = ["run", BRIEF, "-n", "3", "-o", "made"]
SWEEP = ["sweep", "baseline", "--vary", "backlash=0.01:0.05", "-n", "1500", "--outcome", "growth"]
COMMANDS = {
    "run": SMALL,
    "compare": ["compare", "baseline", "soviet-break-1971", "-n", "3", "-o", "made"],
    "concept": ["concept", "coup-trap", "-n", "8", "-o", "made"],
    "sensitivity": ["sensitivity", "baseline", "-m", "sobol", "-p", "backlash", "--points", "16",
                    "-r", "2", "--outcome", "growth", "-o", "made"],
    "discover": ["discover", "longest_spell", ">= 60", "-n", "1000", "-o", "made"],
    "sweep": [*SWEEP, "-o", "made"],
}  # fmt: skip


def started(*arguments: str, prefix: Sequence[str] = (), **options: Any) -> subprocess.Popen[bytes]:
    """Start the command line in a process group of its own, as a shell does."""
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    return subprocess.Popen[bytes](
        [*prefix, sys.executable, "-c", heard + COMMAND, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **options,
    )  # fmt: skip


def digest(folder: str) -> str:
    """Return the digest of a run's folder, or those of a sweep's files."""
    manifest = json.loads(Path(folder, "manifest.json").read_text(encoding="utf-8"))
    return str(manifest.get("digest") or Path(folder, "SHA256SUMS").read_text())


@cache
def expected() -> str:
    """Return the digest of three worlds, as SMALL runs them."""
    resolved = resolve(BRIEF)
    leaders = len(resolved["country"]["leader"]) + 1
    blocks = run_blocks(resolved, 3, 0)
    return files.digest(*summarise(blocks, lambda block: None, resolved["months"], leaders))


def left() -> list[str]:
    return sorted(str(path) for path in Path().rglob("*"))
