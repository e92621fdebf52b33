"""The command line: the commands that run and show; those that ask are in `questions`.

Imports are late, so that ``palca --help`` and tab completion are quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from palca.model.errors import PalcaError, one_line

from .calibrate import calibrate, calibrate_again
from .concepts import concept, concept_again, concepts, concepts_again
from .counterfactual import again, claims, compare, counterfactual
from .explore import discover, discover_again, sensitivity, sensitivity_again
from .options import (
    Force,
    Interventions,
    Jobs,
    Out,
    Point,
    ScenarioName,
    Seed,
    Settings,
    TakesNumbers,
    Worlds,
    chosen,
    command,
    folder_for,
    make_console,
    print_line,
    print_written,
    progress,
)
from .report import report
from .sweep import sweep, sweep_again
from .validate import validate, validate_again

if TYPE_CHECKING:
    from ..simulate.ensemble import Summary

_AGAIN: Final = {
    "calibration": calibrate_again, "sensitivity": sensitivity_again,
    "validation": validate_again, "concept": concept_again, "gallery": concepts_again,
}  # fmt: skip
WHY: Final = "1971-09"  # the month to explain if none is named: the first under the new regime

app = typer.Typer(
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="A laboratory of Cold War history: simulated histories of a country between two patrons, "
    "held against the documented one.\n\nStart with: [bold]palca run baseline[/]",
)


def _tell_version(asked: bool) -> None:
    """Print the version of Palca and end."""
    if asked:
        from importlib.metadata import version

        typer.echo(f"palca {version('palca')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Options of `palca` itself; its help is the app's."""


@app.command()
def run(
    scenario: ScenarioName = "baseline",
    worlds: Worlds = 2000,
    seed: Seed = 0,
    settings: Settings = None,
    point: Point = False,
    interventions: Interventions = None,
    out: Out = None,
    jobs: Jobs = 1,
    force: Force = False,
) -> None:
    """Run a scenario in many worlds and hold it against the record.

    Example: palca run baseline --worlds 5000 --set backlash=0.04 --set policy.ussr=ideological
    """
    import time

    from palca.model.calendar import month_index, month_name
    from palca.scenarios import build, resolve

    from ..forecast.naive import naive
    from ..forecast.scores import evaluate
    from ..io import provenance, run_folder
    from ..observe.documented import record_of
    from ..observe.history import documented
    from ..observe.outcomes import outcomes
    from ..run import figure, files
    from ..run.report import print_report

    console, began = make_console(), time.perf_counter()
    resolved = resolve(scenario, chosen(settings, point), interventions or [])
    checked = build(resolved)
    folder = folder_for(out, Path(scenario).stem)
    record = record_of(checked.country)
    with run_folder.writing(folder, force) as part:
        events = files.EventsFile(part / "events.parquet", checked)
        try:
            summary, rows = _simulate(resolved, worlds, seed, jobs, events.write)
        finally:
            events.close()
        history, verdicts = None, evaluate(rows, {}, {})
        if record is not None:
            history = documented(record, checked)
            truth = {name: float(values[0]) for name, values in outcomes(history).items()}
            verdicts = evaluate(rows, truth, outcomes(naive(checked, record, 4000, seed)))
        seconds = time.perf_counter() - began
        files.write_tables(part, summary, rows, verdicts)
        provenance.finish(
            part,
            {"history.png": lambda: figure.draw_history(checked, summary, history, checked.title)},
            title=checked.title,
            seed=seed,
            worlds=worlds,
            digest=files.digest(summary, rows),
            scenario=resolved,
        )
    print_report(
        console, checked, summary, verdicts, history, worlds=worlds, seed=seed, seconds=seconds
    )
    print_written(folder)
    turns = [change["since"] for change in resolved["changes"]] or [month_index(WHY)]
    month = month_name(min(*turns, checked.months - 1))
    why = command("explain", folder, "--world", 0, "--month", month)
    print_line(f"Why did it happen? {why}")


def _simulate(
    resolved: dict[str, Any], worlds: int, seed: int, jobs: int, keep: Any
) -> tuple[Summary, dict[str, Any]]:
    """Run the worlds with a progress bar on the terminal's error stream."""
    from ..simulate.ensemble import run_blocks, summarise

    leaders = len(resolved["country"]["leader"]) + 1
    with progress() as tell:
        done = 0
        tell("simulating worlds", 0, worlds)

        def kept(block: Any) -> None:
            nonlocal done
            keep(block)
            done += len(block.worlds)
            tell("simulating worlds", done, worlds)

        blocks = run_blocks(resolved, worlds, seed, jobs)
        return summarise(blocks, kept, resolved["months"], leaders)


@app.command()
def rerun(folder: Annotated[Path, typer.Argument(help="A run's folder.")], jobs: Jobs = 1) -> None:
    """Run a run again from its manifest and say whether it comes out the same, bit for bit.

    If it doesn't, the exit code is 1.

    Example: palca rerun runs/baseline
    """
    from ..explore import sweep_folder
    from ..io import provenance

    manifest = provenance.read_manifest(folder)
    # a sweep's parts are held against what comes out
    parts = sweep_folder.part_names(folder) if manifest.get("kind") == "sweep" else ()
    wrong, others = provenance.differing(folder, parts)
    with provenance.as_written(folder):
        wrong |= _comes_out_again(folder, manifest, jobs)
    for name in others:
        print_line(one_line(f"{name} was not written with the others"))
    if not wrong:
        print_line(f"{folder}: the same, bit for bit ({manifest['worlds']} worlds)")
        return
    for name, how in sorted(wrong.items()):
        print_line(one_line(f"{name} {how}"))
    print_line(f"{folder}: differs from what was written")
    with provenance.as_written(folder):
        libraries = {**manifest.get("libraries", {})}
        then = {**manifest.get("versions", {}), **libraries}
    for name, now in {**provenance.versions(), **provenance.versions_of(tuple(libraries))}.items():
        print_line(one_line(f"  {name}: {then.get(name, 'unknown')} then, {now} now"))
    raise typer.Exit(1)


def _comes_out_again(folder: Path, manifest: dict[str, Any], jobs: int) -> dict[str, str]:
    """Run again what a manifest asks for; return what comes out otherwise, and how."""
    from palca.scenarios import build

    from ..run import files

    kind = manifest.get("kind")
    if kind == "sweep":
        return sweep_again(folder, jobs)
    if kind == "discovery":
        digest = discover_again(folder, manifest, jobs)
    elif kind is not None:
        digest = _AGAIN.get(kind, again)(manifest, jobs)
    else:
        asked = manifest["scenario"], manifest["worlds"], manifest["seed"]
        build(asked[0])  # before a bar shows, and processes start
        digest = files.digest(*_simulate(*asked, jobs, lambda block: None))
    if digest == manifest["digest"]:
        return {}
    return {"digest": f"comes out otherwise: {digest[:16]}, and was {manifest['digest'][:16]}"}


app.command()(compare)
app.command()(counterfactual)
app.command()(claims)
app.command()(sweep)
app.command()(sensitivity)
app.command(cls=TakesNumbers)(discover)
app.command()(calibrate)
app.command()(validate)
app.command()(report)
app.command()(concept)
app.command()(concepts)


@app.command()
def lab(
    host: Annotated[
        str, typer.Option("--host", help="Where to listen; others can reach what isn't loopback.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", "-p", help="0 takes a free one.", min=0, max=65_535)
    ] = 8765,
    opened: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in a browser.")
    ] = True,
) -> None:
    """Open the laboratory in a web browser: histories, what-ifs, sweeps and policies.

    Example: palca lab --port 8080 --no-open
    """
    from ..lab.server import serve

    serve(host, port, opened, lambda url: print_line(f"The lab is at {url} (Ctrl-C ends it)"))


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(help="A run's folder.")],
    world: Annotated[int, typer.Option("--world", "-w", help="The world's number.", min=0)] = 0,
    month: Annotated[str, typer.Option("--month", "-m", help=f"Such as {WHY}.")] = WHY,
) -> None:
    """Tell why: which rules fired for each actor, what each added, and what then happened.

    Example: palca explain runs/baseline --world 17 --month 1971-09
    """
    from palca.model.calendar import month_index

    from ..io import provenance
    from ..run.explain import explain as tell
    from ..run.explain import print_explanation

    manifest = provenance.read_manifest(folder)
    if "kind" in manifest:
        raise PalcaError(
            "holds no run of one scenario: explain takes what 'palca run' wrote", str(folder)
        )
    with provenance.as_written(folder):
        if world >= manifest["worlds"]:
            raise PalcaError(f"the run has worlds 0 to {manifest['worlds'] - 1}", "--world")
        told = tell(manifest["scenario"], manifest["seed"], world, month_index(month, "--month"))
    print_explanation(make_console(), told)


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
    from ..observe.documented import load_record
    from .record import print_record, print_series

    shown = load_record()
    if series is not None:
        if any((track, kind, since, until, sources)):
            raise PalcaError("shows a whole series: give it nothing else", "--series")
        print_series(shown, make_console(), series)
    else:
        print_record(shown, make_console(), track, kind, since, until, sources)


@app.command()
def check(
    file: Annotated[
        str,
        typer.Argument(
            help="A scenario, policy, concept, sweep, country or evidence: a file, or the name of "
            "a shipped scenario."
        ),
    ],
) -> None:
    """Check a file that you wrote and say what is in it.

    Example: palca check my-policy.toml
    """
    from .catalogue import describe

    make_console().print(describe(file))


@app.command("list")
def list_(
    what: Annotated[
        str,
        typer.Argument(
            help="scenarios, policies, parameters, observables, levers, channels, fields or events."
        ),
    ] = "scenarios",
) -> None:
    """List what there is: scenarios, policies, parameters, observables, levers, channels, and more.

    Example: palca list parameters
    """
    from .catalogue import print_list

    print_list(make_console(), what)
