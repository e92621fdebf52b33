"""The questions on what would have been, and on worlds like ours; all as in `questions`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, overload

from palca.model.calendar import month_index
from palca.model.errors import PalcaError
from palca.scenarios import factual_of, resolve, shipped_scenarios

from .arguments import (
    Change,
    Changes,
    Month,
    Named,
    Settings,
    changes,
    month,
    named,
    python_names,
    settings,
    several,
    whole,
)
from .asking import asked
from .findings import Arms, Claims, Comparison, Counterfactual, Expectations, Reanalysis

_WORLDS_LIKE_OURS: Final = 4096


def compare(
    first: Named, second: Named, *, worlds: int = 2000, seed: int = 0, set: Settings | None = None,
    point: bool = False, jobs: int = 1, progress: bool = True,
) -> Comparison:  # fmt: skip
    """Compare two scenarios world by world, on the same draws.

    Examples
    --------
    >>> pc.compare("baseline", "soviet-break-1971").differences  # doctest: +SKIP
    """
    from palca.experiments.counterfactual.experiment import ComparisonExperiment
    from palca.experiments.counterfactual.paired import check_comparable

    with python_names():
        worlds = whole(worlds, "worlds", 1)
        chosen = settings(set) + (["posterior=point"] if point else [])
        paths = named(first), named(second)
        one, other = (resolve(path, chosen) for path in paths)
        names = Path(paths[0]).stem, Path(paths[1]).stem
        check_comparable([(names[0], one), (names[1], other)])
        return asked(Comparison, ComparisonExperiment(one, other, worlds, seed, names), jobs,
                      progress)  # fmt: skip


@overload
def counterfactual(
    scenario: Named, *, arms: None = None, given: Named = "record", through: Month | None = None,
    at: Month | None = None, worlds: int = _WORLDS_LIKE_OURS, seed: int = 0,
    set: Settings | None = None, intervene: Changes | None = None,
    freeze: Sequence[str] | None = None, outcomes: Sequence[str] = (), variants: bool = False,
    jobs: int = 2, progress: bool = True,
) -> Counterfactual: ...  # fmt: skip
@overload
def counterfactual(
    scenario: Named | Sequence[str] = "baseline", *,
    arms: Mapping[str, Changes | Named] | None = None, given: Named = "record",
    through: Month | None = None, at: Month | None = None, worlds: int = _WORLDS_LIKE_OURS,
    seed: int = 0, set: Settings | None = None, freeze: Sequence[str] | None = None,
    outcomes: Sequence[str] = (), jobs: int = 2, progress: bool = True,
) -> Arms: ...  # fmt: skip
def counterfactual(
    scenario: Named | Sequence[str] = "baseline", *, arms: Mapping[str, Any] | None = None,
    given: Named = "record", through: Month | None = None, at: Month | None = None,
    worlds: int = _WORLDS_LIKE_OURS, seed: int = 0, set: Settings | None = None,
    intervene: Changes | None = None, freeze: Sequence[str] | None = None,
    outcomes: Sequence[str] = (), variants: bool = False, jobs: int = 2, progress: bool = True,
) -> Counterfactual | Arms:  # fmt: skip
    """Ask what would have happened, given what did happen.

    Parameters
    ----------
    scenario : str, path, mapping, or sequence of str
        With interventions; several scenarios are arms of one question.
    arms : mapping of str to interventions, optional
        Interventions in `scenario` by the names of the arms: several changes, each on its own.
    given : str, path or mapping
        The evidence: "record", a file, what a file would hold, or events such as
        "coup 1971-08, embassy 1969-12 ± 3".
    through : month, optional
        Last month of what had happened by then.
    at : month, optional
        When the first intervention is to begin: all are moved as far.
    worlds : int
        Like ours, each replayed with the change and without.
    freeze : sequence of str, optional
        Channels to hold at their factual path; those of the changed actor if not given.
    outcomes : sequence of str
        Of your own, such as "Juan José Torres rules in 1973-01".
    variants : bool
        Whether to ask alternative models too (minutes for each).

    Raises
    ------
    PalcaError
        If no world could be found that went as the evidence says, beside all else.

    Examples
    --------
    >>> broken = pc.counterfactual("soviet-break-1971")         # doctest: +SKIP
    >>> broken.effects.query("quantity == 'attempts'")          # doctest: +SKIP
    >>> pc.counterfactual("baseline", arms={
    ...     "no covert money": 'at = "1971-07", lever.us.fund_plotters.set = 0',
    ...     "no boom": {"at": "1972-01", "driver.export_price.hold": "1971-12"}})  # doctest: +SKIP
    """
    from palca.experiments.counterfactual.experiment import ArmsExperiment, CounterfactualExperiment
    from palca.experiments.counterfactual.question import Question

    with python_names():
        worlds = whole(worlds, "worlds", 2, 1_000_000)
        listed = isinstance(scenario, (list, tuple))
        if arms is not None:
            if listed or intervene is not None or variants:
                raise PalcaError("goes with one scenario, without intervene and variants", "arms")
            base = named(scenario)  # pyright: ignore[reportArgumentType]
            paths = [_arm(name, base, of) for name, of in arms.items()]
        else:
            paths = [named(one) for one in (scenario if listed else [scenario])]  # pyright: ignore[reportArgumentType]
        questions = [
            Question(
                path, tuple(settings(set)), tuple(changes(intervene)), named(given),
                None if through is None else month_index(month(through), "through"),
                worlds, seed, None if freeze is None else tuple(several(freeze)), variants,
                tuple(several(outcomes)), None if at is None else month_index(month(at), "at"),
            )
            for path in paths
        ]  # fmt: skip
        if arms is None and not listed:
            return asked(Counterfactual, CounterfactualExperiment(questions[0]), jobs, progress)
        names = [Path(path).stem for path in paths]
        if not names or len({*names}) < len(names) or variants:
            raise PalcaError("several scenarios must have different names, and go without "
                             "variants", "scenario")  # fmt: skip
        return asked(Arms, ArmsExperiment([asdict(q) for q in questions]), jobs, progress)


def _arm(name: str, base: str, of: Any) -> str:
    """Return the file of an arm: interventions in a scenario, or a scenario of its own."""
    if isinstance(of, Mapping) and ("extends" in of or "intervene" in of):
        return named({**of, "title": name})
    from palca.scenarios.interventions import parse_change

    rows: list[Change] = [of] if isinstance(of, (str, Mapping)) else list(of)
    tables = [parse_change(text).flat() for text in changes(rows)]
    path = base if base in shipped_scenarios() else str(Path(base).resolve())
    return named({"title": name, "extends": path, "intervene": tables})


def claims(
    *, worlds: int = _WORLDS_LIKE_OURS, seed: int = 0, set: Settings | None = None, jobs: int = 2,
    progress: bool = True,
) -> Claims:  # fmt: skip
    """Test the source study's claims as questions, with rival causes on the same axis."""
    from palca.experiments.counterfactual.experiment import ClaimsExperiment

    with python_names():
        worlds = whole(worlds, "worlds", 2, 1_000_000)
        return asked(Claims, ClaimsExperiment(worlds, seed, settings(set)), jobs, progress)


def expectations(
    scenarios: Sequence[str] = (), *, worlds: int = _WORLDS_LIKE_OURS, seed: int = 0,
    jobs: int = 2, progress: bool = True,
) -> Expectations:  # fmt: skip
    """Report what the authors of scenarios expected before they ran them, misses first."""
    from palca.experiments.counterfactual.experiment import ExpectationsExperiment

    with python_names():
        worlds = whole(worlds, "worlds", 2, 1_000_000)
        names = several(scenarios) or list(shipped_scenarios())
        experiment = ExpectationsExperiment.of(names, worlds, seed)
        return asked(Expectations, experiment, jobs, progress)


def reanalysis(
    scenario: Named = "baseline", *, given: Named = "record", worlds: int = _WORLDS_LIKE_OURS,
    seed: int = 0, set: Settings | None = None, jobs: int = 2, progress: bool = True,
) -> Reanalysis:  # fmt: skip
    """Show what went on underneath, month by month, in worlds that went as ours did."""
    from palca.experiments.infer.evidence_file import load_given
    from palca.experiments.reanalysis.experiment import ReanalysisExperiment

    with python_names():
        worlds = whole(worlds, "worlds", 2, 1_000_000)
        resolved = resolve(named(scenario), settings(set))
        factual = factual_of(resolved) if resolved["changes"] else resolved
        experiment = ReanalysisExperiment(factual, load_given(named(given)), worlds, seed)
        return asked(Reanalysis, experiment, jobs, progress)
