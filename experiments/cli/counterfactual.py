"""The commands that ask what would have been: ``palca compare`` and ``palca counterfactual``."""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palca.model.errors import PalcaError, short

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
    print_written,
    progress,
)

if TYPE_CHECKING:
    from ..counterfactual.answer import Answer


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

    from ..counterfactual.paired import check_lengths, contrasts, digest, join_pairs, pair_blocks
    from ..counterfactual.paired_report import draw_comparison, print_comparison
    from ..io import provenance, run_folder

    resolved = [resolve(name, chosen(settings, point)) for name in (first, second)]
    for data in resolved:
        build(data)
    check_lengths(zip((first, second), resolved, strict=True))
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
        columns = {"world": pairs.worlds, "diverged": pairs.diverged,
                   "reconverged": pairs.reconverged}
        columns |= {f"{name}_1": values for name, values in pairs.first.items()}
        columns |= {f"{name}_2": values for name, values in pairs.second.items()}
        pd.DataFrame(columns).to_parquet(part / "worlds.parquet", index=False)
        provenance.finish(
            part,
            {"differences.png": lambda: draw_comparison(names, pairs)},
            kind="comparison",
            seed=seed,
            worlds=worlds,
            digest=digest(pairs),
            scenario=resolved[0],
            second=resolved[1],
        )
    console = make_console()
    print_comparison(console, names, pairs)
    print_written(folder, f"Digest {digest(pairs)[:16]}. ")


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

    from ..counterfactual.answer import Question, ask
    from ..counterfactual.figure import draw_counterfactual
    from ..counterfactual.files import digest, write_tables
    from ..counterfactual.report import print_answer
    from ..io import provenance, run_folder

    console, began = make_console(), time.perf_counter()
    question = Question(
        scenario,
        tuple(chosen(settings)),
        tuple(interventions or ()),
        given,
        None if through is None else month_index(through, "--through"),
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
        provenance.finish(
            part,
            {"counterfactual.png": lambda: draw_counterfactual(answer)},
            kind="counterfactual",
            seed=seed,
            worlds=worlds,
            digest=digest(answer),
            question=asdict(question),
            inputs=asdict(answer.inputs),
        )
    print_answer(console, answer, stories)
    print_written(folder, f"{time.perf_counter() - began:.0f} s. ")


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
    from ..counterfactual.claims import ask_all, draw_claims, findings, headline_rows, print_claims
    from ..counterfactual.files import row_of
    from ..counterfactual.report import too_few
    from ..io import provenance, run_folder

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
            {"change": label, "frozen": channel, **row_of(effect)}
            for label, channel, effect, _, _ in headline_rows(answers)
        ]
        pd.DataFrame(rows).to_csv(part / "headline.csv", index=False)
        provenance.finish(
            part, {"claims.png": lambda: draw_claims(answers)}, kind="claims", seed=seed,
            worlds=worlds, twins=twins, digest=answers_digest(answers),
        )  # fmt: skip
    print_claims(console, answers)
    print_written(folder)


def again(manifest: dict[str, Any], jobs: int) -> str:
    """Return the digest of a comparison, a counterfactual or the claims, run again.

    Raises
    ------
    PalcaError
        If it is of no kind that there is.
    """
    if manifest["kind"] == "comparison":
        from ..counterfactual.paired import digest, join_pairs, pair_blocks

        scenarios = manifest["scenario"], manifest["second"]
        pairs = pair_blocks(*scenarios, manifest["worlds"], manifest["seed"], jobs)
        return digest(join_pairs(list(pairs)))
    if manifest["kind"] == "counterfactual":
        from ..counterfactual.answer import Inputs, Question, ask
        from ..counterfactual.files import digest as digest_of

        asked = Question(**{**manifest["question"], "variants": False, "freeze": ()})
        return digest_of(ask(asked, jobs, inputs=Inputs(**manifest["inputs"])))
    if manifest["kind"] == "claims":
        from ..counterfactual.claims import ask_all

        with progress() as tell:
            numbers = manifest["worlds"], manifest["twins"], manifest["seed"]
            return answers_digest(ask_all(*numbers, jobs, tell))
    kind = short(manifest["kind"], 40)
    raise PalcaError(f"no kind of folder is called '{kind}'", "manifest.json")


def answers_digest(answers: dict[str, Answer]) -> str:
    """Return the SHA-256 of the answers to several questions."""
    from ..counterfactual.files import digest

    total = hashlib.sha256()
    for name, answer in answers.items():
        total.update(f"{name} {digest(answer)}".encode())
    return total.hexdigest()
