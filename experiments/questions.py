"""The commands that ask what would have been: ``palca compare`` and ``palca counterfactual``."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from palca.model.errors import PalcaError

from .options import (
    Force,
    Interventions,
    Jobs,
    Out,
    Point,
    ScenarioName,
    Seed,
    Settings,
    Worlds,
    chosen,
    folder_for,
    make_console,
    progress,
)


def compare(
    first: ScenarioName,
    second: ScenarioName,
    worlds: Worlds = 2000,
    seed: Seed = 0,
    settings: Settings = None,
    point: Point = False,
    out: Out = None,
    jobs: Jobs = 1,
    force: Force = False,
) -> None:
    """Compare two scenarios world by world, on the same draws.

    It answers what tends to differ. --set holds for both.

    Example: palca compare baseline soviet-break-1971 --worlds 10000
    """
    from palca.scenarios import build, resolve

    from . import run_folder, runs
    from .compare import contrasts, digest, join_pairs, pair_blocks
    from .compare_report import draw_comparison, print_comparison

    resolved = [resolve(name, chosen(settings, point)) for name in (first, second)]
    for data in resolved:
        build(data)
    names = (Path(first).stem, Path(second).stem)
    folder = folder_for(out, f"{names[0]}-against-{names[1]}")
    with run_folder.writing(folder, force) as part:
        import pandas as pd

        with progress() as tell:
            parts, done = [], 0
            for block in pair_blocks(resolved[0], resolved[1], worlds, seed, jobs):
                parts.append(block)
                done += len(block.worlds)
                tell("comparing worlds", done, worlds)
        pairs = join_pairs(parts)
        rows = [{**asdict(row), "gain": row.gain} for row in contrasts(pairs)]
        pd.DataFrame(rows).to_csv(part / "differences.csv", index=False)
        columns = {"world": pairs.worlds, "parted": pairs.parted, "met": pairs.met}
        columns |= {f"{name}_1": values for name, values in pairs.first.items()}
        columns |= {f"{name}_2": values for name, values in pairs.second.items()}
        pd.DataFrame(columns).to_parquet(part / "worlds.parquet", index=False)
        draw_comparison(names, pairs).write(part / "differences.png")
        runs.write_manifest(
            part,
            kind="comparison",
            seed=seed,
            worlds=worlds,
            digest=digest(pairs),
            scenario=resolved[0],
            second=resolved[1],
        )
    console = make_console()
    print_comparison(console, names, pairs)
    console.print(f"\nDigest {digest(pairs)[:16]}. Written: {folder} (differences.png and "
                  ".svg, differences.csv, worlds.parquet, manifest.json)")  # fmt: skip


def counterfactual(
    scenario: ScenarioName,
    given: Annotated[
        str,
        typer.Option(
            "--given",
            metavar="EVIDENCE",
            help='"record", an evidence file, or events: "coup 1971-08, embassy 1969-12 ± 3".',
        ),
    ] = "record",
    through: Annotated[
        str | None,
        typer.Option(
            "--through",
            metavar="MONTH",
            help="Last month of evidence; after the fork it counts too. Before it by default.",
        ),
    ] = None,
    worlds: Annotated[
        int, typer.Option("--worlds", "-n", help="Worlds to look among.", min=1, max=100_000_000)
    ] = 131_072,
    twins: Annotated[
        int, typer.Option("--twins", help="Pairs to replay.", min=2, max=1_000_000)
    ] = 4096,
    seed: Seed = 0,
    settings: Settings = None,
    interventions: Interventions = None,
    freeze: Annotated[
        list[str] | None,
        typer.Option(
            "--freeze",
            metavar="CHANNEL",
            help="Hold a channel at its factual path; repeatable. Those of the changed actor "
            "by default.",
        ),
    ] = None,
    variants: Annotated[
        bool, typer.Option(help="Ask the same of models built otherwise.")
    ] = True,
    stories: Annotated[
        int, typer.Option("--stories", help="Tell of so many worlds and their twins.", min=0)
    ] = 0,
    out: Out = None,
    jobs: Jobs = 2,
    force: Force = False,
) -> None:
    """Ask what would have happened, given what did.

    Worlds that went like the record are taken up where the first intervention begins and
    replayed with it and without, on the same draws. Where too few went like it, there is no
    answer, and the exit code is 1.

    Example: palca counterfactual soviet-break-1971 --stories 3
    """
    from palca.model.calendar import month_index

    from . import run_folder, runs
    from .counterfactual_figure import draw_counterfactual
    from .counterfactual_files import digest, write_tables
    from .counterfactual_report import print_answer
    from .inquiry import Question, ask

    console, began = make_console(), time.perf_counter()
    question = Question(
        scenario,
        tuple(chosen(settings)),
        tuple(interventions or ()),
        given,
        None if through is None else month_index(through),
        worlds,
        twins,
        seed,
        None if freeze is None else tuple(freeze),
        variants,
    )
    folder = folder_for(out, f"{Path(scenario).stem}-given")
    with run_folder.writing(folder, force) as part:
        with progress() as tell:
            answer = ask(question, jobs, tell)
        if answer.twins is None:
            print_answer(console, answer)
            raise typer.Exit(1)
        write_tables(part, answer)
        draw_counterfactual(answer).write(part / "counterfactual.png")
        runs.write_manifest(
            part,
            kind="counterfactual",
            seed=seed,
            worlds=worlds,
            digest=digest(answer),
            question=asdict(question),
            inputs=asdict(answer.inputs),
        )
    print_answer(console, answer, stories)
    console.print(
        f"{time.perf_counter() - began:.0f} s. Written: {folder} (counterfactual.png and .svg, "
        "effects.csv, months.csv, twins.parquet, evidence.csv, effective.csv, parameters.csv, "
        "channels.csv, variants.csv, answer.txt, manifest.json)"
    )


def claims(
    worlds: Annotated[
        int, typer.Option("--worlds", "-n", help="Worlds to look among.", min=1, max=100_000_000)
    ] = 131_072,
    twins: Annotated[
        int, typer.Option("--twins", help="Pairs to replay.", min=2, max=1_000_000)
    ] = 4096,
    seed: Seed = 0,
    out: Out = None,
    jobs: Jobs = 2,
    force: Force = False,
) -> None:
    """Put the claims of the source study as questions, beside their rivals, on one axis.

    Example: palca claims
    """
    from . import run_folder, runs
    from .claims import ask_all, draw_claims, findings, headline_rows, print_claims
    from .counterfactual_report import too_few

    console = make_console()
    folder = folder_for(out, "claims")
    with run_folder.writing(folder, force) as part:
        import pandas as pd

        with progress() as tell:
            answers = ask_all(worlds, twins, seed, jobs, tell)
        for answer in answers.values():
            if answer.twins is None:
                console.print(f"{answer.counter['title']}:", *too_few(answer), sep="\n")
                raise typer.Exit(1)
        pd.DataFrame([asdict(row) for row in findings(answers)]).to_csv(
            part / "claims.csv", index=False
        )
        rows = [
            {"change": label, "frozen": channel, **asdict(effect)}
            for label, channel, effect, _, _ in headline_rows(answers)
        ]
        pd.DataFrame(rows).to_csv(part / "headline.csv", index=False)
        draw_claims(answers).write(part / "claims.png")
        runs.write_manifest(part, kind="claims", seed=seed, worlds=worlds, digest="")
    print_claims(console, answers)
    console.print(f"Written: {folder} (claims.png and .svg, claims.csv, headline.csv, "
                  "manifest.json)")  # fmt: skip


def again(manifest: dict[str, Any], jobs: int) -> str:
    """Return the digest of a comparison or a counterfactual that is run again.

    Raises
    ------
    PalcaError
        If it is of a kind that can't be run again.
    """
    if manifest["kind"] == "comparison":
        from .compare import digest, join_pairs, pair_blocks

        scenarios = manifest["scenario"], manifest["second"]
        pairs = pair_blocks(*scenarios, manifest["worlds"], manifest["seed"], jobs)
        return digest(join_pairs(list(pairs)))
    if manifest["kind"] == "counterfactual":
        from .counterfactual_files import digest as digest_of
        from .inquiry import Inputs, Question, ask

        asked = Question(**{**manifest["question"], "variants": False, "freeze": ()})
        return digest_of(ask(asked, jobs, inputs=Inputs(**manifest["inputs"])))
    raise PalcaError(f"{manifest['kind']} can't be run again from their folder; ask anew with the "
                     "command in the manifest")
