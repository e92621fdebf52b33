"""The command that packs a folder for an archive: ``palca pack``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options


def pack(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A folder that Palca wrote.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="File to write; by default RUN.zip, beside it."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Pack a folder into one file for an archive, with all that others need to repeat it.

    Tables, figures, the manifest with every input, the meaning of every column, the versions of
    packages, the licence and how to cite Palca. "palca rerun FILE" checks and repeats it anywhere.

    Example: palca pack runs/baseline
    """
    from ..io import archive, run_folder

    named = folder if folder.name.strip(".") else folder.resolve()  # "." has no name of its own
    path = out if out is not None else named.with_name(f"{named.name}.zip")
    with run_folder.new_file(path, force) as file:
        archive.pack(folder, file)
    options.print_line(f"Written: {path} ({path.stat().st_size / 1000:,.0f} kB)")
    options.print_line(f"To check and repeat it: {options.command('rerun', path)}")
