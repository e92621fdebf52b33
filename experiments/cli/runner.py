"""The one way in which a command makes what it was asked for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .options import folder_for, make_console, print_line, progress

if TYPE_CHECKING:
    from ..io.experiment import Experiment


def make(experiment: Experiment, out: Path | None, name: str, force: bool, jobs: int = 1) -> Path:
    """Make an experiment's folder, with a progress bar, and print what was found.

    Parameters
    ----------
    out : Path, optional
        The folder; ``runs/NAME`` if not given.

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
    from ..io.experiment import Unanswered
    from ..io.provenance import contents

    folder, console, began = folder_for(out, name), make_console(), time.perf_counter()
    try:
        with progress(experiment.rate) as on_progress:
            result = experiment.make(folder, force, jobs, on_progress)
    except Unanswered as reason:
        reason.result.show(console, time.perf_counter() - began)
        raise typer.Exit(1) from None
    before = result.show(console, time.perf_counter() - began) or ""
    print_line(f"\n{before}Written: {folder} ({contents(folder)})")
    return folder
