"""The command line: ``palca run``, ``rerun``, ``explain``, ``record``, ``check``, ``list``.

Imports are late, so that ``palca --help`` and tab completion are quick.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from palca.model.errors import PalcaError

if TYPE_CHECKING:
    from .ensemble import Summary

app = typer.Typer(
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="A laboratory of Cold War history: simulated histories of a country between two patrons, "
    "held against the documented one.\n\nStart with: [bold]palca run baseline[/]",
)
_MOST_WORLDS = 100_000_000


def _console() -> Console:
    # a pipe has no width of its own: lines of 120 columns stay readable in a file
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
    return Console(highlight=False, markup=False, width=width)


def _scenarios(incomplete: str) -> list[str]:
    from palca.scenarios.shelf import shipped_scenarios

    return [name for name in shipped_scenarios() if name.startswith(incomplete)]


ScenarioName = Annotated[
    str, typer.Argument(help="A shipped scenario's name, or a path.", autocompletion=_scenarios)
]
Worlds = Annotated[
    int, typer.Option("--worlds", "-n", help="How many worlds.", min=1, max=_MOST_WORLDS)
]
Seed = Annotated[int, typer.Option("--seed", "-s", help="Seed of all chance.", min=0)]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", help="Processes; the result is the same.", min=1, max=256)
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Set a parameter, policy.ACTOR, channel.NAME (on, off) or start.FIELD; repeatable.",
    ),
]

Interventions = Annotated[
    list[str] | None,
    typer.Option(
        "--intervene",
        "-i",
        metavar="CHANGE",
        help="A dated change, as inside the braces of an intervene table: "
        "'at = \"1971-09\", policy.ussr = \"ideological\"'; repeatable.",
    ),
]


@app.command()
def run(
    scenario: ScenarioName = "baseline",
    worlds: Worlds = 2000,
    seed: Seed = 0,
    settings: Settings = None,
    interventions: Interventions = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder to write; runs/NAME if not given.")
    ] = None,
    jobs: Jobs = 1,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier run in --out.")
    ] = False,
) -> None:
    """Run a scenario in many worlds and hold it against the record.

    Example: palca run baseline --worlds 5000 --set backlash=0.04 --set policy.ussr=ideological
    """
    import time

    from palca.scenarios import build, resolve

    from . import runs
    from .course import documented, naive
    from .documented import load_record
    from .figures import draw_history
    from .measures import outcomes
    from .report import print_report
    from .scores import judge

    console, began = _console(), time.perf_counter()
    resolved = resolve(scenario, settings or [], interventions or [])
    checked = build(resolved)
    folder = out if out is not None else runs.free_folder(Path(scenario).stem)
    record = load_record()
    with runs.writing(folder, force) as part:
        events = runs.EventsFile(part / "events.parquet", checked.country)
        try:
            summary, rows = _simulate(resolved, worlds, seed, jobs, events.write)
        finally:
            events.close()
        history = documented(record, checked)
        truth = {name: float(values[0]) for name, values in outcomes(history).items()}
        verdicts = judge(rows, truth, outcomes(naive(checked, record, 4000, seed)))
        runs.write_tables(part, summary, rows, verdicts)
        draw_history(checked, summary, history, part / "history.png", checked.title)
        seconds = time.perf_counter() - began
        runs.write_manifest(
            part,
            title=checked.title,
            command=["palca", *sys.argv[1:]],
            seed=seed,
            worlds=worlds,
            digest=runs.digest(summary, rows),
            versions=runs.versions(),
            scenario=resolved,
        )
    print_report(
        console, checked, summary, verdicts, history, worlds=worlds, seed=seed, seconds=seconds
    )
    console.print(
        f"\nWritten: {folder} (history.png, worlds.parquet, months.parquet, "
        "events.parquet, scores.csv, manifest.json)"
    )
    console.print(f"Why did it happen? palca explain {folder} --world 0 --month 1971-09")


def _simulate(
    resolved: dict[str, Any], worlds: int, seed: int, jobs: int, keep: Any
) -> tuple[Summary, dict[str, Any]]:
    """Run the worlds with a progress bar on the terminal's error stream."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from .ensemble import run_blocks, summarise

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("worlds"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    leaders = len(resolved["country"]["leader"]) + 1
    with bar:
        task = bar.add_task("simulating", total=worlds)

        def kept(block: Any) -> None:
            keep(block)
            bar.advance(task, len(block.worlds))

        blocks = run_blocks(resolved, worlds, seed, jobs)
        return summarise(blocks, kept, resolved["months"], leaders)


@app.command()
def rerun(folder: Annotated[Path, typer.Argument(help="A run's folder.")], jobs: Jobs = 1) -> None:
    """Run a run again from its manifest and say whether it comes out the same, bit for bit.

    Example: palca rerun runs/baseline
    """
    from . import runs

    console = _console()
    manifest = runs.read_manifest(folder)
    summary, rows = _simulate(
        manifest["scenario"], manifest["worlds"], manifest["seed"], jobs, lambda block: None
    )
    if runs.digest(summary, rows) == manifest["digest"]:
        console.print(f"{folder}: the same, bit for bit ({manifest['worlds']} worlds)")
        return
    console.print(f"{folder}: differs from what was written")
    for name, now in runs.versions().items():
        before = manifest.get("versions", {}).get(name, "unknown")
        console.print(f"  {name}: {before} then, {now} now")
    raise typer.Exit(1)


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(help="A run's folder.")],
    world: Annotated[int, typer.Option("--world", "-w", help="The world's number.", min=0)] = 0,
    month: Annotated[str, typer.Option("--month", "-m", help="Such as 1971-09.")] = "1971-09",
) -> None:
    """Tell why: which rules fired for each actor, what each added, and what then happened.

    Example: palca explain runs/baseline --world 17 --month 1971-09
    """
    from palca.model.calendar import month_index

    from . import runs
    from .explain import explain as tell
    from .explain import print_explanation

    manifest = runs.read_manifest(folder)
    if world >= manifest["worlds"]:
        raise PalcaError(f"the run has worlds 0 to {manifest['worlds'] - 1}", "--world")
    told = tell(manifest["scenario"], manifest["seed"], world, month_index(month))
    print_explanation(_console(), told)


@app.command()
def record(
    track: Annotated[
        list[str] | None,
        typer.Option("--track", "-t", help="power, ussr, us, party or conflict; may be repeated."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", "-k", help="Such as coup or credit; may be repeated."),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="Such as 1971-08.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Such as 1972-12.")] = None,
    sources: Annotated[bool, typer.Option("--sources", help="With source and confidence.")] = False,
    series: Annotated[
        str | None, typer.Option("--series", help="A yearly series by name; 'list' names them.")
    ] = None,
) -> None:
    """Print what is documented.

    Example: palca record --track ussr --since 1971-08 --sources
    """
    from .documented import load_record
    from .record_table import print_record, print_series

    shown = load_record()
    if series is not None:
        print_series(shown, _console(), series)
    else:
        print_record(shown, _console(), track, kind, since, until, sources)


@app.command()
def check(
    file: Annotated[
        str,
        typer.Argument(
            help="A scenario, a policy or a country: a file, or a shipped scenario's name."
        ),
    ],
) -> None:
    """Check a scenario or policy file and say what is in it.

    Example: palca check my-policy.toml
    """
    from .shelf_tables import describe

    _console().print(describe(file))


@app.command("list")
def list_(
    what: Annotated[
        str,
        typer.Argument(
            help="scenarios, policies, parameters, observables, levers, channels or events."
        ),
    ] = "scenarios",
) -> None:
    """List what there is: scenarios, policies, parameters, observables, levers, channels, events.

    Example: palca list parameters
    """
    from .shelf_tables import print_list

    print_list(_console(), what)


def main() -> None:
    """Run the command line; the one place where a user's errors are caught."""
    try:
        code = app(args=sys.argv[1:] or ["--help"], standalone_mode=False)
    except PalcaError as error:
        _refuse(str(error))
    except typer.TyperException as error:  # an unknown option, or a value that it can't have
        tell = getattr(error, "format_message", error.__str__)
        _refuse(f"{' '.join(tell().split())} (see 'palca --help')")
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has left; nothing to tell
        sys.exit(0)
    else:
        sys.exit(code or 0)


def _refuse(message: str) -> None:
    """Print one line on the error stream and end with exit code 2."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"palca: {message}", markup=False, style="red")
    sys.exit(2)
