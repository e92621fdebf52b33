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
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="File to write; by default report.html in the folder.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write the contents of a folder as one HTML page, to read, send or print.

    Every kind of folder that Palca writes will do. The page is self-contained: it has no script
    and loads nothing from other hosts.

    Example: palca report runs/baseline
    """
    from ..report import html_page

    page = html_page.report(folder)
    path = out if out is not None else folder / html_page.NAME
    html_page.write(page, path, force)
    options.print_line(f"Written: {path} ({len(page.encode()) / 1000:,.0f} kB)")
