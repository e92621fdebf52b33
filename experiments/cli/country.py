"""The command that makes countries from tables: ``palca country``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from palca.model.errors import PalcaError, nearest

from . import options

FIRST: Final = "1950-01"
LAST: Final = "1982-12"


def country(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="A folder of tables: attempts.csv, leaders.csv, export_shares.csv and "
            "prices_real_yearly.csv; if you have them, years.csv, soviet_relations.csv and "
            "countries.csv.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Folder to write; it is made.")
    ],
    code: Annotated[
        list[str] | None,
        typer.Option("--country", "-c", help="Only this country's code; repeatable."),
    ] = None,
    first: Annotated[
        str, typer.Option("--from", help="First month of the countries' files.")
    ] = FIRST,
    last: Annotated[str, typer.Option("--until", help="Last month of the scenarios.")] = LAST,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing folder.")] = False,
) -> None:
    """Make countries from tables by one rule: a folder each, with a scenario that runs.

    A folder has the country (rulers with dates, contenders without names, garrisons), what drives
    it, what is documented of it, and scenario.toml. What is assumed is marked in the files.

    Example: palca country my-tables --out my-countries
    """
    from palca.model.calendar import month_index

    from ..io import run_folder
    from ..region.kit import country_files, slug, write_country
    from ..region.tables import load_region

    region = load_region(data)
    for name in code or ():
        if name not in region.countries:
            raise PalcaError(f"no country '{name}'{nearest(name, region.countries)}; there are "
                             f"{', '.join(region.countries)}", "--country")  # fmt: skip
    since, end = month_index(first, "--from"), month_index(last, "--until") + 1
    if end <= since:
        raise PalcaError(f"{last} is before {first}: exchange them", "--until")
    if end > month_index(LAST) + 1:
        raise PalcaError(f"scenarios go on to {LAST} at most", "--until")
    made = {}
    for name in code or region.countries:
        folder_name = slug(region.names.get(name, name))
        if folder_name in made:
            raise PalcaError(f"two countries would be called '{folder_name}': name them apart",
                             "countries.csv")  # fmt: skip
        made[folder_name] = country_files(region, name, since, end)
    with run_folder.writing(out, force) as folder:
        for name, files in made.items():
            write_country(files, folder / name)
    for name in made:
        options.print_line(f"{name}: {options.command('run', out / name / 'scenario.toml')}")
