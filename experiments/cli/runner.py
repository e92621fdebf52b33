"""The one way in which a command makes what it was asked for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .options import command, folder_for, make_console, print_answer, print_line, progress

if TYPE_CHECKING:
    from ..io.experiment import Experiment, Result


def make(
    experiment: Experiment,
    out: Path | None,
    name: str,
    force: bool,
    full: bool,
    jobs: int = 1,
    cluster: str | None = None,
    csv: bool = False,
    by_prior: bool = False,
) -> Path:
    """Make an experiment's folder, with a progress bar, and print what was found.

    Parameters
    ----------
    out : Path, optional
        The folder; ``runs/NAME`` if not given.
    full : bool
        Whether all tables are printed, below the answer.
    cluster : str, optional
        The address of a Dask scheduler whose workers do the work.
    csv : bool
        Whether a CSV file is written beside each Parquet file.
    by_prior : bool
        Whether the main numbers are printed in fifths of priors too.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    PalcaError
        If it can't be run, or the folder can't be written to.
    typer.Exit
        If it comes to no answer: with 1, and no folder is made.
    """
    from ..io.dask_cluster import on_cluster
    from ..io.experiment import Unanswered
    from ..io.provenance import contents, read_manifest, scenarios_of
    from ..simulate.priors import said_of

    folder, console, began = folder_for(out, name), make_console(), time.perf_counter()
    try:
        with (
            progress(experiment.rate) as follower,
            on_cluster(cluster, jobs) as processes,
            experiment.making(folder, force, processes, follower, csv) as (result, undrawn),
        ):
            scenarios = [scenario for _, scenario in scenarios_of(read_manifest(undrawn))]
            with follower.aside():
                for notice in (*said_of(scenarios), *result.notices):
                    print_line(notice)
                if not follower.shown:
                    print_answer(result.answer())
            follower("drawing", 0, 1)
    except Unanswered as reason:
        print_answer(reason.result.answer())
        raise typer.Exit(1) from None
    before = result.show(console, time.perf_counter() - began) or "" if full else ""
    if (full or by_prior) and result.by_prior is not None:
        console.print(result.by_prior())
    if full:
        print_line(f"\n{before}Written: {folder} ({contents(folder)})")
    else:
        _print_where(folder, result)
    return folder


def _print_where(folder: Path, result: Result) -> None:
    """Print where the main picture, the files and the tables are."""
    from ..io.provenance import files_in

    names = files_in(folder)
    for picture in [name for name in result.figures if name in names][:1]:
        print_line(f"Picture: {folder / picture}")
    print_line(f"Written: {folder} ({len(names)} files)")
    print_line(f"All tables: --full, or {command('report', folder)}")
