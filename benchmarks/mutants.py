"""Mutation testing of the model and the scores: does a test notice when an equation is changed?

A mutant is the code with one small change: another operator, a number off by one, or a removed
decorator. Cosmic Ray finds the locations and makes the changes, in a copy of the tree that Python
imports instead of the installed one. A mutant is killed if a test fails or the tests take too long.
`make mutants` writes the results to docs/MUTANTS.md; mutants tried before are not tried again.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome
from rich.progress import track

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "mutants"
FOLDERS = ("model", "scenarios", "experiments")
SCORES = (
    "forecast/comparisons", "forecast/naive", "forecast/scores", "forecast/win_rates",
    "observe/by_month", "observe/documented", "observe/outcomes", "observe/windows",
    "validate/forecast_skill",
)  # fmt: skip
# Those tests of experiments that use the scores; the others would only take time.
SCORING_TESTS = ("scores", "measures", "documented", "contests", "naive", "spans", "scoring",
                 "validation", "patterns", "cli")  # fmt: skip
# Slow tests that use the model and the scores: a changed number in a table changes the output of a
# tutorial; an error of the compiler shows in the comparison with NumPy.
TUTORIAL = "test_tutorials.py::test_a_tutorial_does_what_it_says[1-first-scenario]"
SLOW_TESTS = {
    "model": (TUTORIAL, "model", "test_reference.py"),
    "experiments": ("experiments/test_scoring.py", TUTORIAL),
}
# `is` for `==`: small numbers and names are the same objects.
SAME = ("core/ReplaceComparisonOperator_Eq_Is", "core/ReplaceComparisonOperator_NotEq_IsNot")
PATIENCE = 600.0  # seconds for the tests of one mutant; without a failure they take about 150


def unfelt(path: Path) -> Iterator[tuple[int, int, int, int]]:
    """Yield the spans where a change has no effect: types, and options of dataclasses and zip."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        parts = [getattr(node, name, None) for name in ("annotation", "returns")]
        if isinstance(node, ast.keyword) and node.arg in ("frozen", "slots", "strict"):
            parts.append(node.value)
        for part in parts:
            if part is not None:
                yield part.lineno, part.col_offset, part.end_lineno, part.end_col_offset


def candidates(paths: list[Path], work: WorkDB) -> dict[tuple[str, tuple[int, int]], list]:
    """Return the mutants of some files by the location that they change."""
    init(paths, work, {})
    left_out = {str(path): list(unfelt(path)) for path in paths}
    mutants: dict[tuple[str, tuple[int, int]], list[MutationSpec]] = {}
    for item in work.work_items:
        (spec,) = item.mutations
        path, start = str(spec.module_path), (spec.start_pos[0], spec.start_pos[1])
        if spec.operator_name in SAME:
            continue
        if not any((a, b) <= start < (c, d) for a, b, c, d in left_out[path]):
            mutants.setdefault((path, start), []).append(spec)
    return mutants


def tests_of(path: Path) -> list[str]:
    """Return the tests that are run against a file's mutants, those of the file itself first."""
    tests = BUILD / "tests"
    if "model" in path.parts:
        own = f"model/test_{path.stem}.py"
        chosen = [own, "test_reference.py", "model", "scenarios", "test_docs.py"]
        chosen += ["experiments/test_counterfactual.py"]
    else:
        names = sorted(SCORING_TESTS, key=lambda name: name != path.stem)
        chosen = [f"experiments/test_{name}.py" for name in names]
    return [str(tests / name) for name in chosen if (tests / name).exists()]


def commands(path: Path) -> list[str]:
    """Return the commands that test a file: quick tests, then slow ones if none of them fails."""
    folder = "model" if "model" in path.parts else "experiments"
    slow = [str(BUILD / "tests" / name) for name in SLOW_TESTS[folder]]
    out = []
    for mark, tests in (("not slow and not long", tests_of(path)), ("slow", slow)):
        pytest = f"{sys.executable} -m pytest -x -q -p no:cacheprovider -m {shlex.quote(mark)}"
        out.append(f"{pytest} -c {BUILD / 'pyproject.toml'} --rootdir {BUILD} {shlex.join(tests)}")
    return out


def check_tests(path: Path) -> None:
    """Exit if the tests of a file fail without a mutant: they would seem to kill every mutant."""
    ran = subprocess.run(shlex.split(commands(path)[0]), capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"The tests fail without any mutant:\n{ran.stdout[-2000:]}")


def outcome(spec: MutationSpec) -> dict[str, str]:
    """Run the tests against one mutant."""
    result = None
    for command in commands(Path(spec.module_path)):
        result = mutate_and_test([spec], command, PATIENCE)
        if result.test_outcome != TestOutcome.SURVIVED:
            break
    assert result is not None
    survived = result.test_outcome == TestOutcome.SURVIVED
    last = [line for line in (result.output or "").splitlines() if line.startswith("FAILED")]
    return {
        "verdict": "survived" if survived else "killed",
        "by": last[-1].removeprefix("FAILED ").split(" - ")[0] if last else "",
        "diff": result.diff or "",
    }


def described(spec: MutationSpec, group: str) -> dict[str, str]:
    """Return the fields that identify a mutant."""
    return {
        "group": group,
        "file": Path(spec.module_path).relative_to(BUILD / "palca").as_posix(),
        "operator": spec.operator_name.removeprefix("core/"),
        "at": f"{spec.start_pos[0]}:{spec.start_pos[1]}, {spec.occurrence}",
    }


def lay_out() -> None:
    """Copy the tree to the folder of the mutants, and make Python import `palca` from there."""
    for name in ("palca", "tests"):
        shutil.rmtree(BUILD / name, ignore_errors=True)
    palca = BUILD / "palca"
    places = {"api": palca, **{name: palca / name for name in FOLDERS}, "tests": BUILD / "tests"}
    for name, below in places.items():
        shutil.copytree(ROOT / name, below, ignore=shutil.ignore_patterns("__pycache__"))
    pages = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
    for name in ("pyproject.toml", "docs", "scenarios", *pages):
        (BUILD / name).unlink(missing_ok=True)
        (BUILD / name).symlink_to(ROOT / name)
    os.environ["PYTHONPATH"] = str(BUILD)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def page(results: list[dict[str, str]], sizes: dict[str, int], seed: int) -> str:
    """Return docs/MUTANTS.md: shares killed by folder, and each survivor with its change."""
    lines = ["# Mutants", "", (__doc__ or "").split("\n\n")[1].replace("\n", " "), ""]
    lines += [
        f"A sample (seed {seed}), with one mutant per location. `make mutants` repeats it. Left "
        "out are types, `frozen`, `slots`, `strict`, and `is` for `==`, because no test can notice "
        "them.",
        "",
    ]
    lines += ["| of | places | tried | killed | share |", "|---|---|---|---|---|"]
    for group, size in sizes.items():
        mine = [row for row in results if row["group"] == group]
        killed = sum(row["verdict"] == "killed" for row in mine)
        share = f"{killed / len(mine):.0%}" if mine else "–"
        lines.append(f"| {group} | {size} | {len(mine)} | {killed} | {share} |")
    lines += ["", "## Survivors", ""]
    for row in results:
        if row["verdict"] == "survived":
            change = [
                line for line in row["diff"].splitlines()
                if line[:1] in "+-" and line[:3] not in ("+++", "---")
            ]
            lines += [f"`{row['file']}`, {row['operator']}:", "", "```diff", *change, "```", ""]
            if reason := row.get("reason"):
                lines += [reason, ""]
    return "\n".join(lines)


def main() -> None:
    """Try a sample of mutants of each group and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--model", type=int, default=120, help="mutants of model/")
    parser.add_argument("--scores", type=int, default=60, help="mutants of the scores")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    lay_out()
    palca = BUILD / "palca"
    groups = {
        "model/": sorted((palca / "model").rglob("*.py")),
        "scores": [palca / "experiments" / f"{name}.py" for name in SCORES],
    }
    wanted = {"model/": asked.model, "scores": asked.scores}
    sizes, rows = {}, []
    for group, paths in groups.items():
        luck = random.Random(asked.seed)
        with use_db(str(BUILD / "places.sqlite"), WorkDB.Mode.create) as work:
            mutants = candidates(paths, work)
        sizes[group] = len(mutants)
        order = sorted(mutants)
        luck.shuffle(order)
        chosen = [luck.choice(mutants[location]) for location in order[: wanted[group]]]
        # the groups are interleaved, so that an interrupted run has tried some of both
        rows += [((i + 0.5) / len(chosen), group, spec) for i, spec in enumerate(chosen)]
    rows.sort(key=lambda row: row[0])
    kept = BUILD / f"results-{asked.seed}.jsonl"
    known = [json.loads(line) for line in kept.open()] if kept.exists() else []
    results, sound = [], set()
    try:
        for _, group, spec in track(rows, "mutants"):
            row = described(spec, group)
            done = next((old for old in known if row.items() <= old.items()), None)
            if done is None:
                if group not in sound:
                    check_tests(groups[group][0])
                    sound.add(group)
                done = row | outcome(spec)
                with kept.open("a") as file:
                    file.write(json.dumps(done) + "\n")
            results.append(done)
    except KeyboardInterrupt:
        print(f"Interrupted after {len(results)} of {len(rows)}", file=sys.stderr)
    (ROOT / "docs" / "MUTANTS.md").write_text(page(results, sizes, asked.seed), encoding="utf-8")


if __name__ == "__main__":
    main()
