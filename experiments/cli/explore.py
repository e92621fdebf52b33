"""The commands that ask what matters: ``palca sensitivity`` and ``palca discover``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from palca.model.errors import PalcaError, nearest

from .options import (
    Force,
    Interventions,
    Jobs,
    Out,
    ScenarioName,
    Seed,
    Settings,
    Tell,
    Vary,
    chosen,
    folder_for,
    make_console,
    of_priors,
    print_written,
    progress,
    scenario_names,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ..explore.discovery import Discovery
    from ..explore.sensitivity import Measured, Noise

WORLDS: Final = 100_000  # of a discovery
Named = Annotated[
    list[str] | None,
    typer.Option("--parameter", "-p", metavar="NAME", help="Only this one; repeatable."),
]


def sensitivity(
    scenario: ScenarioName = "baseline",
    method: Annotated[
        str, typer.Option("--method", "-m", help="morris (a screening), sobol, or both.")
    ] = "both",
    parameters: Named = None,
    outcomes: Annotated[
        list[str] | None,
        typer.Option("--outcome", metavar="NAME", help="Only this one; repeatable."),
    ] = None,
    points: Annotated[
        int | None,
        typer.Option("--points", help="Base points of the Sobol design, a power of two: times "
                     "parameters + 2 are simulated.", min=16, max=65_536, show_default="512"),
    ] = None,
    trajectories: Annotated[
        int | None,
        typer.Option("--trajectories", help="Of the screening.", min=4, max=10_000,
                     show_default="100"),
    ] = None,
    replicates: Annotated[
        int, typer.Option("--replicates", "-r", help="Worlds at each point.", min=2, max=10_000)
    ] = 64,
    seed: Seed = 0,
    settings: Settings = None,
    interventions: Interventions = None,
    out: Out = None,
    jobs: Jobs = 1,
    force: Force = False,
) -> None:
    """Find which free parameters matter for the outcomes, and how much is chance.

    Example: palca sensitivity baseline --outcome coups_1972_77 --jobs 2
    """
    from palca.scenarios import resolve

    from ..explore.sensitivity_report import draw_indices, index_table, print_indices
    from ..explore.sweep_table import chosen_outcomes
    from ..io import provenance, run_folder
    from ..simulate.world_table import check_measured

    shown = chosen_outcomes(outcomes)
    if method not in ("morris", "sobol", "both"):
        raise PalcaError(f"no method '{method}'; there are morris, sobol and both", "--method")
    for option, given, idle in (
        ("--points", points, "morris"), ("--trajectories", trajectories, "sobol")
    ):  # fmt: skip
        if given is not None and method == idle:
            raise PalcaError(f"is not used by --method {idle}: leave it out", option)
    points, trajectories = points or 512, trajectories or 100
    if points & (points - 1):
        raise PalcaError(f"{points} is no power of two, which the design needs", "--points")
    resolved = resolve(scenario, chosen(settings), interventions or [])
    names = _free(resolved, parameters)
    check_measured(resolved, [outcome.name for outcome in shown] if outcomes else (), "--outcome")
    asked = {
        "parameters": names, "outcomes": [outcome.name for outcome in shown], "method": method,
        "points": points, "trajectories": trajectories, "replicates": replicates, "seed": seed,
    }  # fmt: skip
    stem = Path(scenario).stem
    folder = folder_for(out, f"{stem}-sensitivity")
    console = make_console()
    with run_folder.writing(folder, force) as part:
        with progress("worlds/s") as tell:
            measured, noise, worlds = _measure(resolved, asked, jobs, tell)
        there = {m.outcome for m in measured}
        shown = [outcome for outcome in shown if outcome.name in there]
        table = index_table(names, measured, noise)
        table.to_csv(part / "indices.csv", index=False)
        drawn = partial(draw_indices, names, shown, measured, noise, resolved["title"])
        provenance.finish(
            part, {"sensitivity.png": drawn},
            kind="sensitivity", title=resolved["title"], worlds=worlds, **asked,
            scenario=resolved, digest=provenance.digest_of(table),
            libraries=provenance.versions_of(("SALib", "scipy")),
        )  # fmt: skip
    console.print(f"{scenario}: {len(names)} parameters over their priors, {worlds:,} worlds, "
                  f"{replicates} at each point")  # fmt: skip
    if left := _left_out(resolved):
        console.print(f"Left out, for the scenario sets them or closes their channel: {left}")
    console.print()
    for measure in ("effect", "total"):
        if any(m.measure == measure for m in measured):
            print_indices(console, names, shown, measured, noise, measure)
    print_written(folder)


def sensitivity_again(manifest: dict[str, Any], jobs: int) -> str:
    """Return the digest of a sensitivity analysis that is made again from its manifest."""
    from ..explore.sensitivity_report import index_table
    from ..io import provenance

    with progress("worlds/s") as tell:
        measured, noise, _ = _measure(manifest["scenario"], manifest, jobs, tell)
    return provenance.digest_of(index_table(manifest["parameters"], measured, noise))


def discover(
    outcome: Annotated[
        list[str],
        typer.Argument(metavar="OUTCOME", help="A condition on outcomes, in one text or several, "
                       'such as "coups_1972_77 == 0 and right_share > 0.5".'),
    ],
    scenario: Annotated[
        str | None, typer.Option("--scenario", help="A shipped scenario's name, or a path: the "
                                 "baseline if none is named.", autocompletion=scenario_names)
    ] = None,
    vary: Vary = None,
    sweep: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="A sweep's folder: look at what "
                                  "it varied, in its worlds.")
    ] = None,
    worlds: Annotated[
        int | None,
        typer.Option("--worlds", "-n", help="How many worlds: 100,000 if not given.", min=1000,
                     max=10_000_000),
    ] = None,
    seed: Seed = 0,
    settings: Settings = None,
    interventions: Interventions = None,
    out: Out = None,
    jobs: Jobs = 1,
    force: Force = False,
) -> None:
    """Find which parameters, and which policies if --vary names some, lead to an outcome.

    Example: palca discover longest_spell ">= 60" --vary policy.us=administrations,disengaged
    """
    from ..explore.discovery import read_question
    from ..explore.discovery_report import box_table, draw_discovery, print_discovery
    from ..explore.sweep import make_plan, variants_of
    from ..io import provenance, run_folder
    from ..simulate.designs import parse_factor, varied_once
    from ..simulate.world_table import check_measured

    question = read_question(outcome)
    asked: dict[str, Any] = {"outcome": outcome, "vary": vary or [], "seed": seed}
    if sweep is None:
        worlds, title = worlds or WORLDS, scenario or "baseline"
        factors = tuple(parse_factor(text) for text in vary or [])
        settings = of_priors(settings)
        factors = varied_once(factors) if factors else ()
        plan = make_plan(title, factors, "random", settings, interventions or [], worlds)
        variants = variants_of(plan)
        check_measured(next(iter(variants.values())), question.names, "OUTCOME")
        asked |= {"worlds": worlds, "variants": [
            {"levels": levels, "scenario": s} for levels, s in variants.items()
        ]}  # fmt: skip
    else:
        if any((scenario, vary, worlds, settings, interventions)):
            raise PalcaError("takes the sweep's worlds as they are: give it no --scenario, --vary, "
                             "--worlds, --set or --intervene", "--from")
        asked["sweep"], title = str(sweep.resolve()), sweep.name
    folder = folder_for(out, f"{Path(title).stem}-discovery")
    console = make_console()
    with run_folder.writing(folder, force) as part:
        from pandas.api.types import is_numeric_dtype

        found, table, draws = _discover(asked, jobs)
        asked["worlds"] = len(table)
        boxes = box_table(found)
        boxes.to_csv(part / "boxes.csv", index=False)
        shown = table.assign(happens=found.hits, **({} if draws is None else {"draws": draws}))
        shown.to_parquet(part / "worlds.parquet", index=False)
        asked["texts"] = [name for name in table if not is_numeric_dtype(table[name])]
        provenance.finish(
            part, {"discovery.png": partial(draw_discovery, found, table, title)},
            kind="discovery", **asked, digest=provenance.digest_of(boxes),
            libraries=provenance.versions_of(("scikit-learn", "scipy")),
        )  # fmt: skip
    print_discovery(console, found, len(table))
    print_written(folder)


def discover_again(folder: Path, manifest: dict[str, Any], jobs: int) -> str:
    """Return the digest of a discovery that is made again from its folder.

    The worlds of a sweep are those that the folder keeps: the sweep may be elsewhere by now.
    """
    import numpy as np

    from palca.scenarios.reading.library import read_columns

    from ..explore.discovery import discover, read_question
    from ..explore.discovery_report import box_table
    from ..io import provenance
    from ..io.safe_folder import Folder
    from ..simulate.designs import MOST_POINTS

    if "sweep" not in manifest:
        return provenance.digest_of(box_table(_discover(manifest, jobs)[0]))
    path = Folder(folder).inside("worlds.parquet")
    if path is None:
        raise PalcaError("is not there: it holds the worlds that were looked at",
                         str(folder / "worlds.parquet"))  # fmt: skip
    rows = read_columns(path, MOST_POINTS, texts=manifest["texts"]).to_pandas()
    hits, draws = rows.pop("happens"), rows.pop("draws")
    with progress("worlds/s") as tell:
        found = discover(read_question(manifest["outcome"]), rows, hits.to_numpy(np.bool_),
                         manifest["seed"], draws.to_numpy(np.int64),
                         partial(tell, "growing"))  # fmt: skip
    return provenance.digest_of(box_table(found))


def _discover(
    asked: dict[str, Any], jobs: int
) -> tuple[Discovery, pd.DataFrame, NDArray[np.int64] | None]:
    """Return what leads to the outcome, and the worlds it was found in, a column a factor, with
    the number of each one's draws if it shares them.
    """
    from ..explore.discovery import discover, happens, read_question
    from ..explore.discovery_data import drawn_worlds, swept_worlds

    question = read_question(asked["outcome"])
    with progress("worlds/s") as tell:
        if "sweep" in asked:
            table, made, draws = swept_worlds(Path(asked["sweep"]), question.names)
        else:
            table, made = drawn_worlds(asked, question.names, jobs, partial(tell, "simulating"))
            draws = None  # each world has its own
        if missing := question.names - made.keys():
            raise PalcaError(f"the scenario ends before '{min(missing)}' is known", "OUTCOME")
        hits = happens(question, made)
        found = discover(question, table, hits, asked["seed"], draws, partial(tell, "growing"))
    return found, table, draws


def _left_out(resolved: dict[str, Any]) -> str:
    """Return the names of the free parameters that the scenario leaves no choice about."""
    from ..simulate.priors import FREE, free_in

    free = free_in(resolved)
    return ", ".join(name for name in FREE if name not in free)


def _free(resolved: dict[str, Any], wanted: list[str] | None) -> list[str]:
    """Return the parameters to vary: those that are wanted, or all that are free."""
    from ..simulate.priors import FREE, free_in

    free = free_in(resolved)
    for name in wanted or ():
        if name not in FREE:
            raise PalcaError(f"no free parameter '{name}'{nearest(name, FREE)}; 'palca list "
                             "parameters' shows which have a prior", "--parameter")
        if name not in free:
            raise PalcaError(f"'{name}' is set by the scenario, or its channel is closed",
                             "--parameter")
    names = [name for name in free if not wanted or name in wanted]
    if not names:
        raise PalcaError("leaves no parameter free", resolved["place"])
    return names


def _measure(
    resolved: dict[str, Any], asked: dict[str, Any], jobs: int, tell: Tell
) -> tuple[list[Measured], list[Noise], int]:
    """Return what was measured, the noise of the last method, and how many worlds it took."""
    from ..explore.sensitivity import decompose, screen
    from ..observe.outcomes import outcomes as measure
    from ..simulate.world_table import run_points

    names, seed = asked["parameters"], asked["seed"]
    worlds = 0

    def simulate(doing: str, table: Any) -> Any:
        nonlocal worlds
        worlds += len(table) * asked["replicates"]
        return run_points(
            resolved, table, asked["replicates"], seed,
            partial(measure, names=tuple(asked["outcomes"])), jobs, partial(tell, doing),
        )  # fmt: skip

    measured: list[Measured] = []
    noise: list[Noise] = []
    if asked["method"] != "sobol":
        some, noise = screen(names, partial(simulate, "screening"), asked["trajectories"], seed)
        measured += some
    if asked["method"] != "morris":
        some, noise = decompose(names, partial(simulate, "decomposing"), asked["points"], seed)
        measured += some
    return measured, noise, worlds
