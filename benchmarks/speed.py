"""The speed of Palca: worlds a second, the cost of larger models, and waiting times.

Everything is measured in one run, so the numbers can be compared; `make bench` writes the tables
to docs/BENCHMARKS.md, and the seconds to docs/numbers/speed.json, beside which the next run puts
its own.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.console import Console

from palca.model import ColdWarModel, Scenario
from palca.model.compiler import cache
from palca.model.compiler.codegen import compile_months
from palca.model.compiler.signature import Shape
from palca.scenarios import load
from reference_model import ReferenceModel

BLOCK = 8192  # worlds in a model
MANY = 1_000_000
DOCS = Path(__file__).parents[1] / "docs"
PAGE, SECONDS = DOCS / "BENCHMARKS.md", DOCS / "numbers" / "speed.json"
console = Console(stderr=True)
taken_by: dict[str, float] = {}  # seconds by what was measured


def timed(work: Callable[[], Any], times: int = 3) -> float:
    """Return the shortest of some measured times of `work`, in seconds."""
    taken = []
    for _ in range(times):
        gc.collect()
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def plain(scenario: Scenario, worlds: int) -> None:
    """Run the reference model, world by world."""
    for world in range(worlds):
        ReferenceModel(scenario, world, 0).run()


def stepped(scenario: Scenario, worlds: int) -> None:
    """Run a model by steps of NumPy."""
    model = ColdWarModel(scenario, worlds=worlds, rng=0, keep=())
    while model.running:
        model.step()


def run(scenario: Scenario, worlds: int, since: int = 0) -> tuple[int, float]:
    """Run worlds in blocks, compiled; return what they add up to: attempts, orientation."""
    events, orientation = 0, 0.0
    for first in range(since, since + worlds, BLOCK):
        numbers = np.arange(first, min(first + BLOCK, since + worlds))
        model = ColdWarModel(scenario, worlds=numbers, rng=0, keep=())
        events += len(model.run().events)
        orientation += float(model.state.orientation.sum())
        del model
        gc.collect(0)
    return events, orientation


def _share(task: tuple[int, int]) -> tuple[int, float]:
    return run(load("baseline"), *task)


def two_processes(worlds: int, times: int = 3) -> tuple[float, float]:
    """Return seconds for worlds divided between two running processes, and memory in GB."""
    half = worlds // 2
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(_share, [(BLOCK, 0)] * 2, chunksize=1)
        tasks = [(half, 0), (worlds - half, half)]
        seconds = timed(lambda: pool.map(_share, tasks, chunksize=1), times)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9
    return seconds, 2 * most


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table of Markdown."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines) + "\n"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


def worlds_a_second(scenario: Scenario) -> str:
    """Measure the reference model, NumPy and compiled code, from one world to a million."""
    taken_by["reference model, 40 worlds"] = seconds = timed(lambda: plain(scenario, 40))
    of_plain = 40 / seconds
    rows = [["reference model", "1", 1, f"{of_plain:,.0f}", "1"]]

    def add(what: str, processes: int, worlds: int, seconds: float) -> None:
        rate = worlds / seconds
        taken_by[f"{what}, {worlds:,} worlds, processes: {processes}"] = seconds
        rows.append([what, processes, f"{worlds:,}", f"{rate:,.0f}", _times(rate / of_plain)])
        console.print(rows[-1])

    for worlds in (1, 64, 4096):
        add("NumPy", 1, worlds, timed(lambda n=worlds: stepped(scenario, n)))
    run(scenario, BLOCK)
    for worlds in (1, 64, 4096, 65_536, MANY):
        times = 2 if worlds == MANY else 5
        add("compiled", 1, worlds, timed(lambda n=worlds: run(scenario, n), times))
    memory = 0.0
    for worlds in (65_536, MANY):
        seconds, memory = two_processes(worlds)
        add("compiled", 2, worlds, seconds)
    return (
        table(["", "processes", "worlds", "worlds a second", "× the reference"], rows)
        + f"\nA million worlds on two processes: {seconds:.1f} s; both together hold at most "
        f"{memory:.2f} GB.\n"
    )


def compiling(scenario: Scenario) -> tuple[float, float]:
    """Return seconds for compiling a scenario's months, and for loading them."""
    shape = Shape.of(ColdWarModel(scenario, rng=0).current)
    seconds = timed(lambda: compile_months(shape), 2)
    cache.kernel_for(ColdWarModel(scenario, worlds=BLOCK, rng=0).current, 0)

    def again() -> None:
        cache._kernels.clear()
        cache.kernel_for(ColdWarModel(scenario, worlds=BLOCK, rng=0).current, 0)

    return seconds, timed(again)


def with_officers(scenario: Scenario, officers: int) -> Scenario:
    """Return a scenario with so many officers, divided among garrisons in the same proportions."""
    garrisons = scenario.country.garrisons
    have = sum(garrison.officers for garrison in garrisons)
    ends = np.rint(np.cumsum([g.officers for g in garrisons]) * officers / have).astype(int)
    sizes = np.maximum(np.diff(ends, prepend=0), 1)
    grown = tuple(
        replace(garrison, officers=int(size), top=min(garrison.top, int(size)))
        for garrison, size in zip(garrisons, sizes, strict=True)
    )
    return replace(scenario, country=replace(scenario.country, garrisons=grown))


def with_rules(scenario: Scenario, rules: int) -> Scenario:
    """Return a scenario with so many rules in total, repeating those of its policies."""
    policies = {}
    for index, (actor, ((since, policy), *_)) in enumerate(scenario.policies.items()):
        count = rules // 4 + (index < rules % 4)
        repeated = (policy.rules * (count // len(policy.rules) + 1))[:count]
        # different numbers, so that a compiler can't merge equal rules
        changed = tuple(
            replace(rule, do={lever: _nudged(e, i) for lever, e in rule.do.items()})
            for i, rule in enumerate(repeated)
        )
        policies[actor] = ((since, replace(policy, rules=changed)),)
    return replace(scenario, policies=policies)


def _nudged(expression: Any, index: int) -> Any:
    return replace(expression, source=f"(({expression.source}) * {1.0 + index * 1e-3!r})")


def cost(name: str, scenarios: dict[int, Scenario], worlds: int) -> str:
    """Measure the time per world as one size of the model grows."""
    rows, first = [], None
    for size, scenario in scenarios.items():
        model = ColdWarModel(scenario, worlds=BLOCK, rng=0)
        seconds = timed(
            lambda s=scenario: compile_months(Shape.of(ColdWarModel(s, rng=0).current)), 1
        )
        cache.kernel_for(model.current, 0)
        del model
        with_numpy = timed(lambda s=scenario: stepped(s, 256), 2)
        taken = timed(lambda s=scenario: run(s, worlds), 5) / worlds
        first = first or (size, taken, with_numpy)
        rows.append(
            [
                f"{size:,}", f"{taken * 1e6:,.1f}", f"{size / first[0]:,.1f}",
                f"{taken / first[1]:.2f}", f"{with_numpy / first[2]:.2f}", f"{seconds:.1f}",
            ]
        )  # fmt: skip
        console.print(name, rows[-1])
    head = [name, "µs a world", "size ×", "compiled ×", "NumPy ×", "compiling, s"]
    return table(head, rows)


def first_results() -> str:
    """Measure waiting times at the terminal."""
    bin_folder = Path(sys.executable).parent
    palca = str(bin_folder / "palca")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PALCA_CACHE": f"{folder}/cache", "PYTHONUNBUFFERED": "1"}

        def add(what: str, *command: str, times: int = 5) -> None:
            begins, ends = [], []
            for _ in range(times):
                begun = time.perf_counter()
                with subprocess.Popen(command, stdout=subprocess.PIPE, env=env) as process:
                    assert process.stdout is not None
                    process.stdout.readline()
                    begins.append(time.perf_counter() - begun)
                    process.stdout.read()
                ends.append(time.perf_counter() - begun)
            taken_by[what.strip("` ")] = median(ends)
            rows.append([what, *(f"{t:.2f}" for t in (ends[0], *map(median, (begins, ends))))])
            console.print(rows[-1])

        add("`import palca.model`", sys.executable, "-c", "import palca.model")
        whole = "from palca.model import ColdWarModel"
        add(f"`{whole}`", sys.executable, "-c", whole)
        add("`palca --help`", palca, "--help")
        for command in (["list", "scenarios"], ["record"], ["check", "baseline"]):
            add(f"`palca {' '.join(command)}`", palca, *command)
        add("`palca counterfactual soviet-break-1971`", palca, "counterfactual",
            "soviet-break-1971", "--out", f"{folder}/cf", "--force", times=3)  # fmt: skip
        for options in (
            "",
            "--worlds 20000",
            "--worlds 20000 --jobs 2",
            "--worlds 100000 --jobs 2",
        ):
            command = ["run", "baseline", *options.split(), "--out", f"{folder}/run", "--force"]
            add(f"`palca run baseline {options}`", palca, *command, times=3)
        for question in ("sensitivity", "claims", "calibrate"):
            add(f"`palca {question} --jobs 2`", palca, question, "--jobs", "2",
                "--out", f"{folder}/question", "--force", times=1)  # fmt: skip
    head = ["", "first time, s", "until the first line, s", "until the end, s"]
    return table(head, rows)


def sweeps() -> str:
    """Measure sweeps as users run them: with their files, table and figure."""
    palca = str(Path(sys.executable).parent / "palca")
    rows: list[list[Any]] = []
    taken: dict[tuple[int, int], float] = {}
    with tempfile.TemporaryDirectory() as folder:
        sizes = ((2_000, 1), (2_000, 2), (MANY // 2, 1), (MANY // 2, 2), (MANY, 2), (2 * MANY, 2))
        for worlds, jobs in sizes:
            command = [palca, "sweep", "baseline", "--vary", "backlash=0.01:0.05", "--design",
                       "random", "-n", str(worlds), "-j", str(jobs), "-o", f"{folder}/s",
                       "--force"]  # fmt: skip
            run_it = partial(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)
            taken[worlds, jobs] = seconds = timed(run_it, 2)
            taken_by[f"sweep, {worlds:,} worlds, processes: {jobs}"] = seconds
            size = sum(file.stat().st_size for file in Path(folder, "s").rglob("*.parquet"))
            more = seconds - taken[2_000, jobs]
            rate = f"{worlds / more:,.0f}" if more else ""
            rows.append([f"{worlds:,}", jobs, f"{seconds:.1f}", f"{more:.1f}", rate,
                         f"{size / 1e6:,.0f}"])  # fmt: skip
            console.print(rows[-1])
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9
    head = ["worlds", "processes", "seconds in all", "without starting and drawing",
            "worlds a second", "files, MB"]  # fmt: skip
    start = taken[2_000, 2]
    both = (taken[MANY // 2, 1] - taken[2_000, 1]) / (taken[MANY // 2, 2] - start)
    twice = (taken[2 * MANY, 2] - start) / (taken[MANY, 2] - start)
    return (
        table(head, rows) + f"\nTwo processes do {both:.2f} times as much as one; twice a million "
        f"worlds take {twice:.2f} times as long. The largest process holds {most:.2f} GB.\n"
    )


def beside_the_last() -> str:
    """Return a table of what was measured beside the last run's, and keep it for the next."""
    before = json.loads(SECONDS.read_text()) if SECONDS.exists() else {}
    rows = [
        [what, f"{seconds:.3g}", f"{before[what]:.3g}" if what in before else "",
         f"{seconds / before[what]:.2f}" if what in before else ""]
        for what, seconds in taken_by.items()
    ]  # fmt: skip
    SECONDS.write_text(json.dumps(taken_by, indent=1) + "\n")
    return table(["", "seconds", "before", "now / before"], rows)


def processor() -> str:
    """Return the processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main() -> None:
    """Measure everything and write the page."""
    from llvmlite import binding

    baseline = load("baseline")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PALCA_CACHE"] = folder
        # in this order: the most memory that a process has held is that of all before it too
        rates = worlds_a_second(baseline)
        swept = sweeps()
        starts = first_results()
        seconds, loading = compiling(baseline)
        officers = {n: with_officers(baseline, n) for n in (16, 80, 256, 1024, 4096)}
        rules = {n: with_rules(baseline, n) for n in (10, 100, 400, 1000)}
        months = {n: _until(baseline, n) for n in (12, 30, 60, 120)}
        PAGE.write_text(
            (Path(__file__).parent / "page.md")
            .read_text()
            .format(
                machine=f"{processor()} ({binding.get_host_cpu_name()}), {os.cpu_count()} cores, "
                f"{platform.system()}; Python {platform.python_version()}, "
                f"NumPy {version('numpy')}, llvmlite {version('llvmlite')}",
                date=time.strftime("%Y-%m-%d"),
                rates=rates,
                starts=starts,
                sweeps=swept,
                compiling=f"{seconds:.2f}",
                worth=cache.WORTH_COMPILING,
                loading=f"{loading * 1000:.0f}",
                one=f"{timed(lambda: run(baseline, 1), 9) * 1000:.1f}",
                one_numpy=f"{timed(lambda: stepped(baseline, 1), 5) * 1000:.0f}",
                officers=cost("officers", officers, 1024),
                rules=cost("rules", rules, 4096),
                months=cost("months", months, 8192),
                before=beside_the_last(),
            )
        )
    console.print(f"Written: {PAGE}")


def _until(scenario: Scenario, months: int) -> Scenario:
    drivers = {name: values[:months] for name, values in scenario.drivers.items()}
    return replace(scenario, months=months, drivers=drivers)


if __name__ == "__main__":
    main()
