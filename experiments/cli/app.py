"""The command line: all commands, and the kinds of experiments that they make.

Imports are late, so that ``palca --help`` and tab completion are quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from palca.model.errors import PalcaError, one_line, short

from . import options
from .calibrate import calibrate
from .cases import cases
from .concepts import concept, concepts
from .counterfactual import claims, compare, counterfactual, expectations, reanalysis
from .country import country
from .explain import explain
from .explore import discover, sensitivity
from .pack import pack
from .report import report
from .run import run
from .sweep import sweep
from .validate import validate

if TYPE_CHECKING:
    from ..io.experiment import Experiment

# The class of each kind of experiment; imported late.
EXPERIMENTS: Final = {
    "run": "run.experiment:RunExperiment",
    "comparison": "counterfactual.experiment:ComparisonExperiment",
    "counterfactual": "counterfactual.experiment:CounterfactualExperiment",
    "arms": "counterfactual.experiment:ArmsExperiment",
    "expectations": "counterfactual.experiment:ExpectationsExperiment",
    "claims": "counterfactual.experiment:ClaimsExperiment",
    "reanalysis": "reanalysis.experiment:ReanalysisExperiment",
    "sweep": "explore.sweep_experiment:SweepExperiment",
    "sensitivity": "explore.experiment:SensitivityExperiment",
    "discovery": "explore.experiment:DiscoveryExperiment",
    "calibration": "infer.experiment:CalibrationExperiment",
    "validation": "validate.experiment:ValidationExperiment",
    "cases": "cases.experiment:CasesExperiment",
    "region": "region.experiment:RegionExperiment",
    "regional calibration": "region.calibration:RegionalCalibrationExperiment",
    "concept": "concepts.experiment:ConceptExperiment",
    "gallery": "concepts.experiment:GalleryExperiment",
}

app = typer.Typer(
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="A laboratory of Cold War history: simulated histories of a country between two patrons, "
    "compared with the documented history.\n\nStart with: [bold]palca run baseline[/]",
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



def rerun(
    path: Annotated[
        Path,
        typer.Argument(metavar="RUN", help="The folder of a run, or an archive of palca pack."),
    ],
    jobs: options.Jobs = 1,
    cluster: options.Cluster = None,
) -> None:
    """Repeat a run from its manifest and say whether the result is the same, bit for bit.

    If it is not, the exit code is 1.

    Example: palca rerun runs/baseline
    """
    from ..io import archive, provenance
    from ..io.dask_cluster import on_cluster
    from ..io.experiment import check_repeatable

    with archive.opened(path) as folder:
        manifest = provenance.read_manifest(folder)
        check_repeatable(manifest, path)
        experiment = experiment_of(manifest)
        wrong, others = provenance.differing(folder, experiment.compared_by_rerun(folder))
        with (provenance.as_written(folder), options.progress(experiment.rate) as on_progress,
              on_cluster(cluster, jobs) as processes):  # fmt: skip
            wrong |= experiment.differences(folder, manifest, processes, on_progress)
    for name in others:
        options.print_line(one_line(f"{name} was not written together with the other files"))
    if not wrong:
        options.print_line(f"{path}: the same, bit for bit ({manifest['worlds']} worlds)")
        return
    for name, how in sorted(wrong.items()):
        options.print_line(one_line(f"{name} {how}"))
    options.print_line(f"{path}: the result differs from the files that were written")
    with provenance.as_written(path):
        libraries = {**manifest.get("libraries", {})}
        then = {**manifest.get("versions", {}), **libraries}
    for name, now in {**provenance.versions(), **provenance.versions_of(tuple(libraries))}.items():
        options.print_line(one_line(f"  {name}: {then.get(name, 'unknown')} then, {now} now"))
    raise typer.Exit(1)


def experiment_of(manifest: dict[str, Any]) -> type[Experiment]:
    """Return the class of the experiment that a manifest keeps.

    Raises
    ------
    PalcaError
        If it is of no kind that there is.
    """
    from importlib import import_module

    kind = str(manifest.get("kind", "run"))
    if kind not in EXPERIMENTS:
        raise PalcaError(f"unknown kind of folder '{short(kind, 40)}'", "manifest.json")
    module, _, name = EXPERIMENTS[kind].partition(":")
    return getattr(import_module(f"palca.experiments.{module}"), name)


def lab(
    host: Annotated[
        str,
        typer.Option(
            "--host",
            help=(
                "Address to listen on; other computers can reach any address that isn't loopback."
            ),
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            "--port", "-p", help="Port to listen on; 0 chooses a free one.", min=0, max=65_535
        ),
    ] = 8765,
    opened: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
    word: Annotated[
        str,
        typer.Option(
            "--word", help="A word that visitors must know; needed if other computers can come in."
        ),
    ] = "",
    story: Annotated[
        list[str] | None,
        typer.Option("--story", help="A file with a story of your own; may be repeated."),
    ] = None,
) -> None:
    """Open the laboratory in a web browser: a guided story, histories, what-ifs and policies.

    Example: palca lab --port 8080 --no-open

    Example: palca lab --host 0.0.0.0 --word tinkuy
    """
    from ..lab.lesson.invitation import Door, qr_text
    from ..lab.server import serve

    def announce(url: str) -> None:
        options.print_line(f"The lab is at {url} (Ctrl-C ends it)")
        if Door.invitation is not None:
            link = Door.invitation.link()
            options.print_line(f"For the class: {link}\n{qr_text(link)}")

    serve(host, port, opened, announce, word, story or ())


def record(
    track: Annotated[
        list[str] | None,
        typer.Option(
            "--track", "-t", help="Only this track: power, ussr, us, party or conflict; repeatable."
        ),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", "-k", help="Only this kind of event, such as coup or credit; repeatable."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="First month, such as 1971-08.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Last month, such as 1972-12.")
    ] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="Print source and confidence too.")
    ] = False,
    series: Annotated[
        str | None,
        typer.Option("--series", help="Print this yearly series; 'list' prints the names."),
    ] = None,
    coverage: Annotated[
        bool,
        typer.Option(
            "--coverage", help="Print where an absent event means that it didn't happen, and why."
        ),
    ] = False,
    country: Annotated[
        str, typer.Option("--country", help="Of another country: 'palca list countries'.")
    ] = "bolivia",
) -> None:
    """Print documented events or series, or what the record covers.

    Example: palca record --track ussr --since 1971-08 --sources

    Example: palca record --country chile --since 1970-01
    """
    from ..observe.documented import record_of_country
    from .record import print_coverage, print_record, print_series

    whole_record = record_of_country(country)
    if series is not None:
        if any((track, kind, since, until, sources, coverage)):
            raise PalcaError("prints a whole series: leave out the other options", "--series")
        print_series(whole_record, options.make_console(), series)
    elif coverage:
        if any((kind, since, until)):
            raise PalcaError("goes with --track and --sources only", "--coverage")
        print_coverage(whole_record, options.make_console(), track, sources)
    else:
        print_record(whole_record, options.make_console(), track, kind, since, until, sources)


def check(
    file: Annotated[
        str,
        typer.Argument(
            help="A file with a scenario, policy, concept, story, sweep, country, evidence or "
            "priors, or the name of a shipped scenario."
        ),
    ],
) -> None:
    """Check a file and say what it contains.

    Example: palca check my-policy.toml
    """
    from .description import describe

    options.make_console().print(describe(file))


def list_(
    what: Annotated[
        str,
        typer.Argument(
            help=(
                "What to list: scenarios, policies, parameters, observables, levers, channels, "
                "fields, events, outcomes, stories or countries."
            )
        ),
    ] = "scenarios",
) -> None:
    """List scenarios, policies, parameters, observables, levers, channels, fields, events,
    outcomes, stories or countries.

    Example: palca list parameters
    """
    from .catalogue import print_list

    print_list(options.make_console(), what)


# By the user's question, in the order of use.
COMMANDS: Final = {
    "Simulate": [run, explain, country],
    "Ask what would have been": [counterfactual, compare, reanalysis, claims, expectations],
    "Explore": [sweep, sensitivity, discover],
    "Test the model": [calibrate, validate, cases],
    "Look things up": [record, list_, check],
    "Teach and share": [lab, concept, concepts, report, pack, rerun],
}
for _panel, _commands in COMMANDS.items():
    for _command in _commands:
        app.command(
            _command.__name__.rstrip("_"),
            cls=options.TakesNumbers if _command is discover else None,
            rich_help_panel=_panel,
        )(_command)
