"""Right turns elsewhere, and policies of the USSR on trial by them: ``palca cases``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from palca.model.errors import PalcaError, nearest

from . import options
from .runner import make

_WORLDS: Final = 200


def cases(
    case: Annotated[
        str | None, typer.Argument(help="Tell this case, such as CHL1973, with its sources.")
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            metavar="ussr=NAME",
            help="A policy to try: a shipped one or a file; repeatable. Without it all shipped "
            "policies of the USSR are tried.",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FOLDER",
            help="Cases of your own: a folder with turns.csv and, if you like, turn_facts.csv; or "
            "a CSV file like turns.csv.",
        ),
    ] = None,
    worlds: Annotated[
        int, typer.Option("--worlds", "-n", help="Number of worlds of each case.", min=2,
                          max=100_000),
    ] = _WORLDS,
    seed: options.Seed = 0,
    out: options.Out = None,
    force: options.Force = False,
    full: options.Full = False,
) -> None:  # fmt: skip
    """List right turns in Soviet partners and what Moscow did, or try policies by them.

    With --policy, --data or --out, the USSR acts in each case by each policy for 60 months, all
    else being as documented; each is scored against what it did, beside simple rules.

    Example: palca cases CHL1973

    Example: palca cases --policy ussr=pragmatic --policy ussr=my-policy.toml
    """
    from ..cases.case_files import load_cases

    if case is not None:
        if policy or out is not None:
            raise PalcaError("tells one case: leave out --policy and --out", case)
        _tell(case, data)
    elif policy or data is not None or out is not None:
        from ..cases.experiment import CasesExperiment, read_policies

        asked = CasesExperiment.asked(read_policies(policy or []), worlds, seed, data)
        make(asked, out, "cases", force, full)
    else:
        if (worlds, seed, force) != (_WORLDS, 0, False):
            raise PalcaError("is missing: give --policy, --data or --out to try policies; without "
                             "them the cases are only listed", "--policy")  # fmt: skip
        from ..cases.tables import list_table

        console = options.make_console()
        console.print(list_table(load_cases(), core=True))
        console.print(list_table(load_cases(), core=False))


def _tell(code: str, data: Path | None) -> None:
    """Print a case, what a policy sees of it, and its facts."""
    from ..cases.case_files import load_cases
    from ..cases.tables import facts_table, seen_table, told

    cases = load_cases(data)
    if code not in cases.table.index:
        raise PalcaError(f"no case '{code}'{nearest(code, cases.table.index)}; 'palca cases' lists "
                         "them", "case")  # fmt: skip
    console = options.make_console()
    for line in told(cases, code):
        options.print_line(line)
    console.print(seen_table(cases, code))
    console.print(facts_table(cases, code))
