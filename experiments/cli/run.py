"""The command that runs a scenario: ``palca run``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from . import options
from .runner import make

WHY: Final = "1971-09"  # the month to explain if none is named: the first under the new regime


def run(
    scenario: options.ScenarioName = "baseline",
    worlds: options.Worlds = 2000,
    seed: options.Seed = 0,
    settings: options.Settings = None,
    point: options.Point = False,
    priors: options.Priors = None,
    interventions: options.Interventions = None,
    out: options.Out = None,
    jobs: options.Jobs = 1,
    cluster: options.Cluster = None,
    force: options.Force = False,
    full: options.Full = False,
    csv: options.Csv = False,
    by_prior: options.ByPrior = False,
) -> None:
    """Simulate a scenario in many worlds and compare it with the record.

    Example: palca run baseline --worlds 5000 --set backlash=0.04 --set policy.ussr=ideological
    """
    from palca.model.calendar import month_index, month_name
    from palca.scenarios import resolve

    from ..run.experiment import RunExperiment

    resolved = resolve(scenario, options.chosen(settings, point, priors), interventions or [])
    experiment = RunExperiment(resolved, worlds, seed)
    path = Path(scenario)
    name = path.absolute().parent.name if path.name == "scenario.toml" else path.stem
    folder = make(experiment, out, name, force, full, jobs, cluster, csv, by_prior)
    first = resolved.get("first", 0)
    usual = first + resolved["months"] // 2 if first else month_index(WHY)
    turns = [change["since"] for change in resolved["changes"]] or [usual]
    month = month_name(max(first, min(*turns, first + resolved["months"] - 1)))
    why = options.command("explain", folder, "--world", 0, "--month", month)
    options.print_line(f"Why something happened: {why}")
