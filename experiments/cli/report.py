"""The command that writes a folder as one page: ``palca report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options


def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A folder that Palca wrote.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="File to write; RUN/report.html if not "
                     "given."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write what is in a folder as one HTML page, to read, to hand on or to print.

    It takes every kind of folder that Palca writes. The page holds all it shows: no script, and
    nothing from elsewhere.

    Example: palca report runs/baseline
    """
    from ..report import html_page

    page = html_page.report(folder)
    path = out if out is not None else folder / html_page.NAME
    html_page.write(page, path, force)
    options.print_line(f"Written: {path} ({len(page.encode()) / 1000:,.0f} kB)")
