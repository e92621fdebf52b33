"""The questions: each makes the experiment of the command of its name, and runs it.

All take `seed` (of all random draws), `jobs` (processes or threads, which don't change the
result) and `progress` (whether to show a bar).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from palca.experiments.cli.options import of_priors
from palca.model.errors import PalcaError
from palca.scenarios import resolve

from .arguments import (
    Changes,
    Levels,
    Named,
    Settings,
    changes,
    factors,
    named,
    python_names,
    settings,
    several,
    whole,
)
from .asking import Outcomes, asked, names_and_functions
from .findings import (
    Calibration,
    Cases,
    Concept,
    Discovery,
    Region,
    Run,
    Sensitivity,
    Sweep,
    Validation,
)


def run(
    scenario: Named = "baseline", *, worlds: int = 2000, seed: int = 0, set: Settings | None = None,
    intervene: Changes | None = None, point: bool = False, outcomes: Outcomes = (),
    jobs: int = 1, progress: bool = True,
) -> Run:  # fmt: skip
    """Simulate a scenario in many worlds and compare it with the record.

    Parameters
    ----------
    scenario : str, path or mapping
        A shipped scenario, a file, or what a file would hold.
    worlds : int
    set : mapping, optional
        Parameters, ``policy.ACTOR``, ``channel.NAME``, ``start.FIELD``, ``posterior``, ``priors``
        and levers, by name; policies and priors may be composed too.
    intervene : str, mapping or sequence of these, optional
        Dated interventions, each as in an ``[[intervene]]`` table.
    point : bool
        Whether all worlds have the single best parameter set of the posterior.
    outcomes : sequence of callable, or mapping of str to callable
        Outcomes of your own: each is given histories as :meth:`Run.history` returns them, and
        returns a number for each world. They become columns of `worlds`.

    Examples
    --------
    >>> pc.run("baseline", set={"backlash": 0.02}).scores       # doctest: +SKIP
    >>> def left_at_end(h):
    ...     return h.orientation.isel(month=-1) < -0.25
    >>> pc.run(outcomes=[left_at_end]).worlds.left_at_end.mean()  # doctest: +SKIP
    """
    from palca.experiments.run.experiment import RunExperiment

    with python_names():
        worlds = whole(worlds, "worlds", 1)
        names, own = names_and_functions(outcomes)
        if names:
            raise PalcaError(f"'{names[0]}' is measured anyway: give functions only", "outcomes")
        chosen = settings(set) + (["posterior=point"] if point else [])
        resolved = resolve(named(scenario), chosen, changes(intervene))
        return asked(Run, RunExperiment(resolved, worlds, seed, own), jobs, progress)


def sweep(
    scenario: Named = "baseline", *, vary: Mapping[str, Levels] | None = None,
    design: str | None = None, worlds: int | None = None, replicates: int | None = None,
    seed: int | None = None, set: Settings | None = None, intervene: Changes | None = None,
    point: bool = False, outcomes: Outcomes = (), jobs: int = 1, cluster: str | None = None,
    progress: bool = True,
) -> Sweep:  # fmt: skip
    """Run a scenario over a design of parameters, policies, levers and dates.

    Parameters
    ----------
    vary : mapping
        Factors by name: a list of levels, or a tuple ``(low, high)`` or ``(low, high, n)`` for a
        range, also of months.
    design : str, optional
        "grid" (if not given), "lhs", "sobol" or "random".
    outcomes : sequence of str or callable, or mapping of str to callable
        What to show; functions as in :func:`run`.

    Examples
    --------
    >>> pc.sweep("baseline", vary={"policy.ussr": ["pragmatic", "ideological"],
    ...                            "backlash": (0.01, 0.05, 5)}, replicates=400)  # doctest: +SKIP
    """
    from palca.experiments.explore.sweep_experiment import SweepExperiment
    from palca.experiments.explore.sweep_file import SweepFile, is_sweep, plan_of, read_sweep
    from palca.experiments.simulate.designs import parse_factor

    with python_names():
        for value, name in ((worlds, "worlds"), (replicates, "replicates")):
            if value is not None:
                whole(value, name, 1)
        path = named(scenario)
        file = read_sweep(Path(path)) if is_sweep(path) else SweepFile("", path, ())
        names, own = names_and_functions(outcomes)
        chosen = settings(set) + (["posterior=point"] if point else [])
        plan = plan_of(
            file, [parse_factor(text) for text in factors(vary)], design, chosen,
            changes(intervene), worlds, replicates, seed, names,
        )  # fmt: skip
        experiment = SweepExperiment(plan, tuple(names or file.outcomes), own=own)
        return asked(Sweep, experiment, jobs, progress, cluster)


def sensitivity(
    scenario: Named = "baseline", *, method: str = "both", parameters: Sequence[str] | None = None,
    outcomes: Sequence[str] | None = None, points: int | None = None,
    trajectories: int | None = None, replicates: int = 64, seed: int = 0,
    set: Settings | None = None, intervene: Changes | None = None, jobs: int = 1,
    progress: bool = True,
) -> Sensitivity:  # fmt: skip
    """Find which free parameters the outcomes depend on, and how much is chance."""
    from palca.experiments.explore.experiment import SensitivityExperiment

    with python_names():
        whole(replicates, "replicates", 2, 10_000)
        if points is not None:
            whole(points, "points", 16, 65_536)
        experiment = SensitivityExperiment.of(
            named(scenario), settings(set), changes(intervene), method,
            None if parameters is None else several(parameters),
            None if outcomes is None else several(outcomes),
            points, trajectories, replicates, seed,
        )  # fmt: skip
        return asked(Sensitivity, experiment, jobs, progress)


def discover(
    outcome: str, scenario: Named | None = None, *, vary: Mapping[str, Levels] | None = None,
    sweep: str | Path | Sweep | None = None, worlds: int | None = None, seed: int = 0,
    set: Settings | None = None, intervene: Changes | None = None, jobs: int = 1,
    progress: bool = True,
) -> Discovery:  # fmt: skip
    """Find which parameters and varied factors lead to an outcome (scenario discovery).

    Parameters
    ----------
    outcome : str
        A condition on outcomes, such as "longest_spell >= 60".
    sweep : path or Sweep, optional
        Look at its worlds instead of new ones, of which there are 100,000 if not said otherwise.
    """
    from palca.experiments.explore.experiment import DiscoveryExperiment

    with python_names():
        if sweep is None:
            count = whole(worlds or 100_000, "worlds", 1000, 10_000_000)
            path = named("baseline" if scenario is None else scenario)
            experiment = DiscoveryExperiment.drawn(
                [outcome], path, factors(vary), count, seed, of_priors(settings(set)),
                changes(intervene),
            )  # fmt: skip
        else:
            if any((scenario, vary, worlds, set, intervene)):
                raise PalcaError("its worlds are used unchanged: leave out scenario, vary, worlds, "
                                 "set and intervene", "sweep")  # fmt: skip
            folder = sweep.folder if isinstance(sweep, Sweep) else Path(sweep)
            experiment = DiscoveryExperiment.of_sweep([outcome], folder, seed)
        return asked(Discovery, experiment, jobs, progress)


def calibrate(
    scenario: Named = "baseline", *, until: int = 1978, worlds: int = 1_000_000,
    sets: int | None = None, histories: int = 300, seed: int = 0, set: Settings | None = None,
    region: bool = False, without: str = "", jobs: int = 1, progress: bool = True,
) -> Calibration:  # fmt: skip
    """Estimate the posterior given the record up to a year, and test it on later years.

    Parameters
    ----------
    until : int
        Last year of evidence.
    sets : int, optional
        Parameter sets to sample; by default the effective sample size, at most 1000.
    histories : int
        Simulated histories for simulation-based calibration; 0 for none.
    region : bool
        Whether to learn from the coups of other countries instead, but for that of the code
        `without`.
    """
    from palca.experiments.infer.experiment import CalibrationExperiment

    with python_names():
        whole(until, "until", 1971, 1978)
        worlds = whole(worlds, "worlds", 5000, 10_000_000)
        path = named(scenario)
        if not isinstance(without, str):
            raise PalcaError("must be a country's code, such as 'BOL'", "without")
        if region:
            from palca.experiments.region.calibration import (
                RegionalCalibrationExperiment,
                check_alone,
            )

            check_alone(path, until, settings(set))
            learnt = RegionalCalibrationExperiment.of(without, worlds, sets, histories, seed)
            return asked(Calibration, learnt, jobs, progress)
        if without:
            raise PalcaError("goes with region=True", "without")
        resolved = resolve(path, of_priors(settings(set)))
        experiment = CalibrationExperiment(resolved, until, worlds, sets, histories, seed, path)
        return asked(Calibration, experiment, jobs, progress)


def validate(
    scenario: Named = "baseline", *, parts: Sequence[str] = (), worlds: int = 65_536,
    data: str | os.PathLike[str] | None = None, seed: int = 0, set: Settings | None = None,
    jobs: int = 1, progress: bool = True,
) -> Validation | Region:  # fmt: skip
    """Test the model: scores, patterns, other countries, ablations, rivals, extreme conditions.

    Parameters
    ----------
    parts : str or sequence of str
        All but "region" if none is named; "region" goes alone.
    data : path, optional
        With "region": a folder of tables, whose countries are forecast from the shipped ones.
    """
    from palca.experiments.validate.experiment import ValidationExperiment

    with python_names():
        worlds = whole(worlds, "worlds", 8192, 10_000_000)
        if "region" in several(parts):
            from palca.experiments.region.experiment import RegionExperiment, check_alone

            check_alone(several(parts), named(scenario), settings(set))
            folder = None if data is None else Path(data)
            forecast = RegionExperiment.asked(worlds, seed, settings(set), folder)
            return asked(Region, forecast, jobs, progress)
        if data is not None:
            raise PalcaError("goes with parts='region'", "data")
        experiment = ValidationExperiment.of(
            named(scenario), several(parts), worlds, seed, settings(set)
        )
        return asked(Validation, experiment, jobs, progress)


def cases(
    policies: Named | Sequence[Named] = (), *, data: str | Path | None = None, worlds: int = 200,
    seed: int = 0, progress: bool = True,
) -> Cases:  # fmt: skip
    """Try policies of the USSR by right turns in other countries, and score them.

    Parameters
    ----------
    policies : str, path, mapping or sequence of these
        Shipped ones by name, files, or what a file would hold; all that ship if none is given.
    data : path, optional
        Cases of your own: a folder or a CSV file of the form of those that ship.

    Examples
    --------
    >>> pc.cases(["pragmatic", "my-policy.toml"]).scores        # doctest: +SKIP
    """
    from palca.experiments.cases.experiment import CasesExperiment, read_policies

    with python_names():
        worlds = whole(worlds, "worlds", 2, 100_000)
        given = [policies] if isinstance(policies, Mapping) else several(policies)
        made = read_policies([f"ussr={named(one)}" for one in given])
        path = None if data is None else Path(data)
        return asked(Cases, CasesExperiment.asked(made, worlds, seed, path), 1, progress)


def concept(
    name: Named, *, worlds: int = 2000, seed: int = 0, progress: bool = True
) -> Concept:
    """Simulate a concept of political science and say whether the model shows it."""
    from palca.experiments.concepts.contrast import resolve_arms
    from palca.experiments.concepts.experiment import ConceptExperiment
    from palca.scenarios.concept import load_concept

    with python_names():
        worlds = whole(worlds, "worlds", 2, 1_000_000)
        of = load_concept(named(name))
        return asked(Concept, ConceptExperiment(of, resolve_arms(of), worlds, seed), 1, progress)
