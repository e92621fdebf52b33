"""The commands that ask what would have been: ``palca compare`` and ``palca counterfactual``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options
from .runner import make


def compare(
    first: options.ScenarioName,
    second: options.ScenarioName,
    worlds: options.Worlds = 2000,
    seed: options.Seed = 0,
    settings: options.Settings = None,
    point: options.Point = False,
    out: options.Out = None,
    jobs: options.Jobs = 1,
    force: options.Force = False,
) -> None:
    """Compare two scenarios world by world, on the same draws.

    This shows what tends to differ. --set applies to both scenarios.

    Example: palca compare baseline soviet-break-1971 --worlds 10000
    """
    from palca.scenarios import resolve

    from ..counterfactual.experiment import ComparisonExperiment
    from ..counterfactual.paired import check_lengths

    one, other = (resolve(name, options.chosen(settings, point)) for name in (first, second))
    check_lengths([(first, one), (second, other)])
    names = (Path(first).stem, Path(second).stem)
    experiment = ComparisonExperiment(one, other, worlds, seed, names)
    make(experiment, out, f"{names[0]}-against-{names[1]}", force, jobs)


def counterfactual(
    scenario: options.ScenarioName,
    given: options.Given = "record",
    through: Annotated[
        str | None,
        typer.Option(
            "--through",
            metavar="MONTH",
            help=(
                "Last month of evidence; by default the month before the fork. Later evidence "
                "counts too."
            ),
        ),
    ] = None,
    worlds: options.WorldsLikeOurs = 4096,
    seed: options.Seed = 0,
    settings: options.Settings = None,
    interventions: options.Interventions = None,
    freeze: Annotated[
        list[str] | None,
        typer.Option(
            "--freeze",
            metavar="CHANNEL",
            help="Hold this channel at its factual path; repeatable. By default the channels of "
            "the changed actor.",
        ),
    ] = None,
    variants: Annotated[
        bool,
        typer.Option(
            "--variants", help="Ask the same question of alternative models (minutes for each)."
        ),
    ] = False,
    stories: Annotated[
        int,
        typer.Option(
            "--stories", help="Number of worlds to tell as stories, each with its twin.", min=0
        ),
    ] = 0,
    out: options.Out = None,
    jobs: options.Jobs = 2,
    force: options.Force = False,
) -> None:
    """Ask what would have happened, given what did happen.

    Worlds that went like the record are replayed from the month of the first intervention,
    with it and without it, on the same draws. If too few went like the record, there is no
    answer, and the exit code is 1.

    Example: palca counterfactual soviet-break-1971 --stories 3
    """
    from palca.model.calendar import month_index

    from ..counterfactual.answer import Question
    from ..counterfactual.experiment import CounterfactualExperiment

    question = Question(
        scenario,
        tuple(options.chosen(settings)),
        tuple(interventions or ()),
        given,
        None if through is None else month_index(through, "--through"),
        worlds,
        seed,
        None if freeze is None else tuple(freeze),
        variants,
    )
    experiment = CounterfactualExperiment(question, stories=stories)
    make(experiment, out, f"{Path(scenario).stem}-given", force, jobs)


def claims(
    worlds: options.WorldsLikeOurs = 4096,
    seed: options.Seed = 0,
    out: options.Out = None,
    jobs: options.Jobs = 2,
    force: options.Force = False,
) -> None:
    """Test the source study's claims as questions, with rival causes on the same axis.

    Example: palca claims
    """
    from ..counterfactual.experiment import ClaimsExperiment

    make(ClaimsExperiment(worlds, seed), out, "claims", force, jobs)


def reanalysis(
    scenario: options.ScenarioName = "baseline",
    given: options.Given = "record",
    worlds: options.WorldsLikeOurs = 4096,
    seed: options.Seed = 0,
    settings: options.Settings = None,
    out: options.Out = None,
    jobs: options.Jobs = 2,
    force: options.Force = False,
) -> None:
    """Show what went on underneath, month by month, in worlds that went as ours did.

    Legitimacy, discontent in the garrisons, fiscal space, friction and more, with ranges, and what
    the record can and can't tell of them.

    Example: palca reanalysis
    """
    from palca.scenarios import factual_of, resolve

    from ..infer.evidence_file import load_given
    from ..reanalysis.experiment import ReanalysisExperiment

    resolved = resolve(scenario, options.chosen(settings))
    factual = factual_of(resolved) if resolved["changes"] else resolved
    experiment = ReanalysisExperiment(factual, load_given(given), worlds, seed)
    make(experiment, out, f"{Path(scenario).stem}-reanalysis", force, jobs)
