"""The command that fits the parameters to the record: ``palca calibrate``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import (
    Force,
    Jobs,
    Out,
    ScenarioName,
    Seed,
    Settings,
    chosen,
    command,
    folder_for,
    make_console,
    print_line,
    progress,
)

if TYPE_CHECKING:
    from .calibration import Calibration


def calibrate(
    scenario: ScenarioName = "baseline",
    until: Annotated[
        int,
        typer.Option("--until", "-u", help="Last year of evidence; later ones test it.",
                     min=1971, max=1978),
    ] = 1978,
    worlds: Annotated[
        int, typer.Option("--worlds", "-n", help="Worlds to choose from.", min=5000, max=10_000_000)
    ] = 1_000_000,
    sets: Annotated[
        int, typer.Option("--sets", help="Sets of parameters to keep.", min=1, max=100_000)
    ] = 1000,
    histories: Annotated[
        int,
        typer.Option("--check", metavar="N", help="Simulated histories whose parameters are to be "
                     "found again; 0 for none.", min=0, max=10_000),
    ] = 300,
    seed: Seed = 0,
    settings: Settings = None,
    out: Out = None,
    jobs: Jobs = 1,
    force: Force = False,
) -> None:
    """Find the parameters that fit the record up to a year, and test them on the years after.

    Use them with: palca run baseline --set posterior=FOLDER/posterior.parquet

    Example: palca calibrate baseline --until 1974 --jobs 2
    """
    from palca.scenarios import resolve

    from . import calibration_report as report
    from . import run_folder, runs

    console = make_console()
    resolved = resolve(scenario, [*chosen(settings), "posterior=off"])
    stem = Path(scenario).stem
    folder = folder_for(out, f"{stem}-calibration")
    asked = {"until": until, "worlds": worlds, "sets": sets, "histories": histories, "seed": seed}
    with run_folder.writing(folder, force) as part:
        found = _calibrate(resolved, asked, jobs)
        title = resolved["title"]
        report.print_calibration(console, scenario, found)
        report.write_sets(found, part / "posterior.parquet")
        report.parameter_table(found).to_csv(part / "parameters.csv", index=False)
        report.outcome_table(found).to_csv(part / "outcomes.csv", index=False)
        from .calibration_figure import draw_posterior, draw_ranks  # imports Matplotlib

        picture = draw_posterior(found, f"{title}: given the record to {until}")
        picture.write(part / "posterior.png")
        files = "posterior.parquet, posterior.png and .svg, parameters.csv, outcomes.csv"
        if found.anywhere is not None:
            picture = draw_ranks(found, found.anywhere, "Are known parameters found?")
            picture.write(part / "ranks.png")
            files += ", ranks.png and .svg"
        runs.write_manifest(
            part, kind="calibration", title=title, **asked, scenario=resolved,
            digest=_digest(found), libraries=runs.versions_of(("scikit-learn", "scipy")),
        )  # fmt: skip
    console.print(f"\nWritten: {folder} ({files}, manifest.json)")
    posterior = f"posterior={folder / 'posterior.parquet'}"
    print_line(f"Use it: {command('run', scenario, '--set', posterior)}")


def calibrate_again(manifest: dict[str, Any], jobs: int) -> str:
    """Return the digest of a calibration that is made again from its manifest."""
    keys = ("until", "worlds", "sets", "histories", "seed")
    return _digest(_calibrate(manifest["scenario"], {key: manifest[key] for key in keys}, jobs))


def _calibrate(resolved: dict[str, Any], asked: dict[str, int], jobs: int) -> Calibration:
    from .calibration import calibrate as find

    with progress("worlds/s") as tell:
        return find(resolved, **asked, jobs=jobs, tell=tell)


def _digest(found: Calibration) -> str:
    """Return the SHA-256 of the posterior's sets, which are rounded to five digits."""
    import json

    sets = {name: values.tolist() for name, values in found.sets.items()}
    return hashlib.sha256(json.dumps(sets, sort_keys=True).encode()).hexdigest()
