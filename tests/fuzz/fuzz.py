"""Fuzz Palca's loaders, led by coverage: ``make fuzz``, or ``python -m fuzz.fuzz`` in tests/.

Each target runs in a process of its own, for a bounded time and in bounded memory. An input that
a target does not survive is written to build/fuzz/; one that reaches what none reached before
joins the corpus, of which ten a target are kept at the end: tests/fuzz/corpus/ holds them, and
test_corpus.py replays them without atheris.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
OUT = HERE.parent.parent / "build" / "fuzz"
_MEMORY = 2048  # MB
_SLOWEST = 25  # seconds an input may take
_MOST = 10  # inputs kept of a target, those with a name of their own among them


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz some targets, one after another; return 1 if any has a defect."""
    asked = argparse.ArgumentParser(prog="make fuzz ARGS=…", description=(__doc__ or "").split("\n")[0])
    asked.add_argument("targets", nargs="*", help="all if none is named")
    asked.add_argument("--seconds", type=int, default=60, help="for each target")
    asked.add_argument("--runs", type=int, default=-1, help="inputs a target at most")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--keep", action="store_true", help="take what is new into the corpus")
    options = asked.parse_args(arguments)
    from .targets import TARGETS

    failed = 0
    for name in options.targets or TARGETS:
        if name not in TARGETS:
            asked.error(f"no target {name}; there are {', '.join(TARGETS)}")
        work = _prepared(name)
        bounds = [f"-max_total_time={options.seconds}", f"-runs={options.runs}",
                  f"-seed={options.seed}"]  # fmt: skip
        done = _run(name, [*bounds, str(work / "found"), str(CORPUS / name), str(work / "seeds")])
        found = f"; DEFECT, the input is in {work}" if done.returncode else ""
        print(f"{name:12} {_summary(done.stderr)}{found}", flush=True)
        if done.returncode:
            failed = 1
            lines = [line for line in done.stderr.splitlines() if not line.startswith(("#", "INFO"))]
            print("\n".join(lines[-60:]), flush=True)
        if options.keep:
            print(f"{'':12} {_merge(name, work)}", flush=True)
    return failed


def _prepared(name: str) -> Path:
    """Return a target's folder with its seeds, its dictionary and what was found before."""
    from .targets import TARGETS

    work = OUT / name
    shutil.rmtree(work / "seeds", ignore_errors=True)
    for folder in (work / "seeds", work / "found", CORPUS / name):
        folder.mkdir(parents=True, exist_ok=True)
    for index, seed in enumerate(TARGETS[name].seeds()):
        (work / "seeds" / f"{index:04d}").write_bytes(seed)
    lines = {_quoted(word) for word in TARGETS[name].words if 0 < len(word.encode()) < 60}
    (work / "words.dict").write_text("\n".join(sorted(lines)) + "\n", encoding="ascii")
    # libFuzzer starts itself anew to merge, by its own name: this is that name
    itself = work / "itself"
    itself.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fuzz.hunt {name} "$0" "$@"\n')
    itself.chmod(0o755)
    return work


def _quoted(word: str) -> str:
    """Return a word as a dictionary of libFuzzer has it."""
    return '"' + "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\' else f"\\x{byte:02x}"
        for byte in word.encode()
    ) + '"'  # fmt: skip


def _run(name: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    from .targets import TARGETS

    work = OUT / name
    return subprocess.run(
        [str(work / "itself"), f"-dict={work / 'words.dict'}", f"-rss_limit_mb={_MEMORY}",
         f"-timeout={_SLOWEST}", f"-artifact_prefix={work}/", "-print_final_stats=1",
         f"-max_len={TARGETS[name].longest}", *arguments],
        cwd=HERE.parent, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip


def _summary(output: str) -> str:
    """Return how many inputs were tried, and what they reached."""
    runs = re.findall(r"stat::number_of_executed_units:\s*(\d+)", output)
    reached = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", output)
    peak = re.findall(r"stat::peak_rss_mb:\s*(\d+)", output)
    if not (runs and reached and peak):
        return "has not begun"
    edges, features, corpus = reached[-1]
    return (f"{int(runs[-1]):>9,} inputs, {int(edges):>6,} edges, {int(features):>6,} features, "
            f"{corpus:>4} inputs that differ, {peak[-1]} MB")  # fmt: skip


def _merge(name: str, work: Path) -> str:
    """Keep few inputs, small and large, of the smallest that together reach all that was reached."""
    merged, kept = work / "merged", CORPUS / name
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir()
    done = _run(name, ["-merge=1", str(merged), str(kept), str(work / "found"), str(work / "seeds")])
    if done.returncode:
        return f"can't be merged:\n{done.stderr[-2000:]}"
    sizes = sorted((path.stat().st_size, path.name) for path in merged.iterdir())
    for path in kept.iterdir():
        if re.fullmatch("[0-9a-f]{40}", path.name):  # what has a name of its own stays
            path.unlink()
    room = max(_MOST - len(list(kept.iterdir())), 1)
    chosen = sizes[:: -(-len(sizes) // room)]
    for _, own in chosen:
        shutil.copyfile(merged / own, kept / own)
    return f"kept {len(chosen)} of {len(sizes)} inputs, {sum(size for size, _ in chosen):,} bytes"


if __name__ == "__main__":
    sys.exit(main())
