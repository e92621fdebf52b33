"""The command that fits the parameters to the record: ``palca calibrate``."""

from __future__ import annotations

import hashlib
from functools import partial
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
    command,
    folder_for,
    make_console,
    of_priors,
    print_line,
    print_written,
    progress,
)

if TYPE_CHECKING:
    from ..infer.calibrate import Calibration


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
        int | None,
        typer.Option("--sets", help="Sets of parameters to keep: as many as there are effective "
                     "worlds, up to 1000, if not given.", min=1, max=100_000),
    ] = None,
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

    from ..infer import tables as report
    from ..infer.figures import draw_posterior, draw_ranks
    from ..io import provenance, run_folder

    console = make_console()
    resolved = resolve(scenario, of_priors(settings))
    stem = Path(scenario).stem
    folder = folder_for(out, f"{stem}-calibration")
    asked = {"until": until, "worlds": worlds, "sets": sets, "histories": histories, "seed": seed}
    with run_folder.writing(folder, force) as part:
        found = _calibrate(resolved, asked, jobs)
        title = resolved["title"]
        report.write_draws(found, part / "posterior.parquet")
        report.parameter_table(found).to_csv(part / "parameters.csv", index=False)
        report.outcome_table(found).to_csv(part / "outcomes.csv", index=False)
        given = f"{title}: given the record to {until}"
        pictures = {"posterior.png": partial(draw_posterior, found, given)}
        if found.anywhere is not None:
            asked_back = found.anywhere, "Are known parameters found?"
            pictures["ranks.png"] = partial(draw_ranks, found, *asked_back)
        provenance.finish(
            part, pictures, kind="calibration", title=title, **asked, scenario=resolved,
            digest=_digest(found), libraries=provenance.versions_of(("scikit-learn", "scipy")),
        )  # fmt: skip
    report.print_calibration(console, scenario, found)
    print_written(folder)
    posterior = f"posterior={folder / 'posterior.parquet'}"
    print_line(f"Use it: {command('run', scenario, '--set', posterior)}")


def calibrate_again(manifest: dict[str, Any], jobs: int) -> str:
    """Return the digest of a calibration that is made again from its manifest."""
    keys = ("until", "worlds", "sets", "histories", "seed")
    return _digest(_calibrate(manifest["scenario"], {key: manifest[key] for key in keys}, jobs))


def _calibrate(resolved: dict[str, Any], asked: dict[str, Any], jobs: int) -> Calibration:
    from ..infer.calibrate import calibrate as find

    with progress("worlds/s") as tell:
        return find(resolved, **asked, jobs=jobs, tell=tell)


def _digest(found: Calibration) -> str:
    """Return the SHA-256 of the posterior draws, which are rounded to five digits."""
    import json

    draws = {name: values.tolist() for name, values in found.draws.items()}
    return hashlib.sha256(json.dumps(draws, sort_keys=True).encode()).hexdigest()
