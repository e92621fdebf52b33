"""How a question is asked: its experiment is run in a folder of this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from palca.experiments.cli.options import progress
from palca.experiments.io import provenance
from palca.experiments.io.dask_cluster import on_cluster
from palca.experiments.io.experiment import Experiment, Unanswered
from palca.experiments.observe.labelled import Measures
from palca.experiments.observe.outcomes import EVERY
from palca.model.errors import PalcaError
from palca.model.state.parameters import PARAMETERS

from .arguments import several, whole
from .finding import Finding

F = TypeVar("F", bound=Finding)
Outcomes = str | Sequence[str | Callable[..., Any]] | Mapping[str, Callable[..., Any]]


def names_and_functions(given: Outcomes) -> tuple[list[str], Measures]:
    """Return the names and the functions among some outcomes."""
    if isinstance(given, Mapping):
        names, own = [], dict(given)
    else:
        rows = several(given)
        names = [one for one in rows if isinstance(one, str)]
        functions = [one for one in rows if not isinstance(one, str)]
        own = {getattr(one, "__name__", "<lambda>"): one for one in functions}
        if len(own) < len(functions) or "<lambda>" in own:
            raise PalcaError("functions need names of their own: give a mapping from names to "
                             "functions", "outcomes")  # fmt: skip
    taken = {*(outcome.name for outcome in EVERY), *PARAMETERS, "world", "seed", "replicate"}
    if clash := sorted(taken & own.keys()):
        raise PalcaError(f"'{clash[0]}' is the name of a column of Palca's: choose another",
                         "outcomes")  # fmt: skip
    return names, own


def asked(
    kind: type[F], experiment: Experiment, jobs: int, visible: bool, cluster: str | None = None
) -> F:
    """Run an experiment in a folder of this process, and return what came out."""
    whole(jobs, "jobs", 1, 256)
    place = TemporaryDirectory(prefix="palca-", ignore_cleanup_errors=True)
    folder = Path(place.name)
    token = provenance.COMMAND.set([f"palca.{experiment.kind}", "in Python"])
    try:
        with progress(experiment.rate, visible) as bar, on_cluster(cluster, jobs) as processes:
            # the bar alone: a command's prints an early answer too
            result = experiment.compute(folder, processes, lambda *step: bar(*step))
    except Unanswered as unanswered:
        raise PalcaError(unanswered.result.answer().text, "no answer") from None
    finally:
        provenance.COMMAND.reset(token)
    return kind(folder, experiment, result, place)
