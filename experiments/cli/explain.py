"""``palca explain``: why a month came as it did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palca.model.errors import PalcaError

from . import options
from .run import WHY

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from ..io.experiment import Answer


def explain(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder of a run; none with --record.")
    ] = None,
    world: Annotated[int, typer.Option("--world", "-w", help="Number of the world.", min=0)] = 0,
    month: Annotated[str, typer.Option("--month", "-m", help=f"The month, such as {WHY}.")] = WHY,
    of_record: Annotated[
        bool, typer.Option("--record", help="Explain our history, over all worlds like ours.")
    ] = False,
    jobs: options.Jobs = 2,
    cluster: options.Cluster = None,
    full: options.Full = False,
) -> None:
    """Explain a month: of a world, which rules fired and what happened; of our history, why.

    With --record: which rules fired in worlds like ours, what moved the officers, who plotted and
    who joined, and which cause, taken away, would have left undone what came.

    Example: palca explain runs/baseline --world 17 --month 1971-09

    Example: palca explain --record --month 1971-08
    """
    from palca.model.calendar import month_index

    from ..io import provenance
    from ..run.explain import answer_of, print_explanation
    from ..run.explain import explain as explain_month

    if of_record:
        if folder is not None or world:
            raise PalcaError("goes with --month only: it is about all worlds like ours", "--record")
        from ..io.dask_cluster import on_cluster
        from ..reanalysis.experiment import why_of_record
        from ..reanalysis.report import print_why, why_in_short

        with options.progress("") as on_progress, on_cluster(cluster, jobs) as processes:
            found = why_of_record(month_index(month, "--month"), processes, on_progress)
        _tell(why_in_short(found), full, lambda console: print_why(console, found))
        return
    if folder is None:
        raise PalcaError("name the folder of a run, or give --record for our history", "explain")
    manifest = provenance.read_manifest(folder)
    if manifest.get("kind", "run") != "run":
        raise PalcaError(
            "holds no run of a single scenario: give explain a folder that 'palca run' wrote",
            str(folder),
        )
    with provenance.as_written(folder):
        if world >= manifest["worlds"]:
            raise PalcaError(f"the run has worlds 0 to {manifest['worlds'] - 1}", "--world")
        asked = manifest["scenario"], manifest["seed"], world, month_index(month, "--month")
        explained = explain_month(*asked)
    _tell(answer_of(explained), full, lambda console: print_explanation(console, explained))


def _tell(answer: Answer, full: bool, print_all: Callable[[Console], None]) -> None:
    """Print an answer, and all if wanted."""
    options.print_answer(answer)
    if full:
        print_all(options.make_console())
    else:
        options.print_line("All tables: --full")
