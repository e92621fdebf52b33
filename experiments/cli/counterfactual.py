"""The commands that ask what would have been: ``palca compare`` and ``palca counterfactual``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palca.model.errors import PalcaError

from . import options
from .runner import make


def compare(
    first: options.ScenarioName,
    second: options.ScenarioName,
    worlds: options.Worlds = 2000,
    seed: options.Seed = 0,
    settings: options.Settings = None,
    point: options.Point = False,
    priors: options.Priors = None,
    out: options.Out = None,
    jobs: options.Jobs = 1,
    cluster: options.Cluster = None,
    force: options.Force = False,
    full: options.Full = False,
    csv: options.Csv = False,
    by_prior: options.ByPrior = False,
) -> None:
    """Compare two scenarios world by world, on the same draws.

    This shows what tends to differ. --set applies to both scenarios.

    Example: palca compare baseline soviet-break-1971 --worlds 10000
    """
    from palca.scenarios import resolve

    from ..counterfactual.experiment import ComparisonExperiment
    from ..counterfactual.paired import check_comparable

    kept = options.chosen(settings, point, priors)
    one, other = (resolve(name, kept) for name in (first, second))
    check_comparable([(first, one), (second, other)])
    names = (Path(first).stem, Path(second).stem)
    experiment = ComparisonExperiment(one, other, worlds, seed, names)
    name = f"{names[0]}-against-{names[1]}"
    make(experiment, out, name, force, full, jobs, cluster, csv, by_prior)


def counterfactual(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="SCENARIO...",
            help="Names of shipped scenarios, or paths; several are arms of one question.",
            autocompletion=options.scenario_names,
        ),
    ],
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
    priors: options.Priors = None,
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
    outcomes: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="TEXT",
            help="Ask of an outcome of your own too, such as 'Juan José Torres rules in 1973-01' "
            "or 'attempts < 2 and legitimacy > 0.4 in 1975-06'; repeatable.",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="MONTH",
            help="Let the first intervention begin in this month; all are moved as far, but not "
            "months that stand within their values.",
        ),
    ] = None,
    stories: Annotated[
        int,
        typer.Option(
            "--stories", help="Number of worlds to tell as stories, each with its twin.", min=0
        ),
    ] = 0,
    out: options.Out = None,
    jobs: options.Jobs = 2,
    cluster: options.Cluster = None,
    force: options.Force = False,
    full: options.Full = False,
    csv: options.Csv = False,
    by_prior: options.ByPrior = False,
) -> None:
    """Ask what would have happened, given what did happen.

    Worlds that went like the record are replayed from the month of the first intervention, with
    it and without it, on the same draws: those given what had happened by then, and those given
    all that happened. If no world went like the record, there is no answer, and the exit code is 1.

    Example: palca counterfactual soviet-break-1971 --stories 3

    Example: palca counterfactual soviet-break-1971 us-disengages-1971 --at 1971-09
    """
    from dataclasses import asdict

    from palca.model.calendar import month_index

    from ..counterfactual.experiment import ArmsExperiment, CounterfactualExperiment
    from ..counterfactual.question import Question

    questions = [
        Question(
            scenario,
            tuple(options.chosen(settings, priors=priors)),
            tuple(interventions or ()),
            given,
            None if through is None else month_index(through, "--through"),
            worlds,
            seed,
            None if freeze is None else tuple(freeze),
            variants,
            tuple(outcomes or ()),
            None if at is None else month_index(at, "--at"),
        )
        for scenario in scenarios
    ]
    names = [Path(scenario).stem for scenario in scenarios]
    if len(questions) == 1:
        experiment = CounterfactualExperiment(questions[0], stories=stories)
        make(experiment, out, f"{names[0]}-given", force, full, jobs, cluster, csv, by_prior)
        return
    if variants or stories or len(set(names)) < len(names):
        raise PalcaError(
            "several scenarios must have different names, and take neither --variants nor "
            "--stories: ask of one at a time",
            "counterfactual",
        )
    arms = ArmsExperiment([asdict(question) for question in questions])
    make(arms, out, "arms-given", force, full, jobs, cluster, csv, by_prior)


def claims(
    worlds: options.WorldsLikeOurs = 4096,
    seed: options.Seed = 0,
    priors: options.Priors = None,
    out: options.Out = None,
    jobs: options.Jobs = 2,
    cluster: options.Cluster = None,
    force: options.Force = False,
    full: options.Full = False,
    by_prior: options.ByPrior = False,
) -> None:
    """Test the source study's claims as questions, with rival causes on the same axis.

    Example: palca claims
    """
    from ..counterfactual.experiment import ClaimsExperiment

    kept = options.chosen(None, priors=priors)
    claims = ClaimsExperiment(worlds, seed, kept)
    make(claims, out, "claims", force, full, jobs, cluster, by_prior=by_prior)


def expectations(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO]...",
            help="Names of shipped scenarios; all of them by default.",
            autocompletion=options.scenario_names,
        ),
    ] = None,
    worlds: options.WorldsLikeOurs = 4096,
    seed: options.Seed = 0,
    out: options.Out = None,
    jobs: options.Jobs = 2,
    cluster: options.Cluster = None,
    force: options.Force = False,
    full: options.Full = False,
) -> None:
    """Report what the authors of scenarios expected before they ran them, misses first.

    A miss: the effect isn't of the expected sign; too small: it is, but smaller than what would
    matter. Each is told given what had happened by the change, and given all that happened.

    Example: palca expectations
    """
    from palca.scenarios import shipped_scenarios

    from ..counterfactual.experiment import ExpectationsExperiment

    names = scenarios or list(shipped_scenarios())
    experiment = ExpectationsExperiment.of(names, worlds, seed)
    make(experiment, out, "expectations", force, full, jobs, cluster)


def reanalysis(
    scenario: options.ScenarioName = "baseline",
    given: options.Given = "record",
    worlds: options.WorldsLikeOurs = 4096,
    seed: options.Seed = 0,
    settings: options.Settings = None,
    priors: options.Priors = None,
    out: options.Out = None,
    jobs: options.Jobs = 2,
    cluster: options.Cluster = None,
    force: options.Force = False,
    full: options.Full = False,
    csv: options.Csv = False,
) -> None:
    """Show what went on underneath, month by month, in worlds that went as ours did.

    Legitimacy, discontent in the garrisons, fiscal space, friction and more, with ranges, and what
    the record can and can't tell of them.

    Example: palca reanalysis
    """
    from palca.scenarios import factual_of, resolve

    from ..infer.evidence_file import load_given
    from ..reanalysis.experiment import ReanalysisExperiment

    resolved = resolve(scenario, options.chosen(settings, priors=priors))
    factual = factual_of(resolved) if resolved["changes"] else resolved
    experiment = ReanalysisExperiment(factual, load_given(given), worlds, seed)
    make(experiment, out, f"{Path(scenario).stem}-reanalysis", force, full, jobs, cluster, csv)
