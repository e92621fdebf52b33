"""The kinds of what comes out, each with its tables; and folders opened again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from palca.experiments.io import provenance
from palca.model.errors import PalcaError

from .arguments import python_names
from .finding import Finding, Table

if TYPE_CHECKING:
    import xarray as xr


class Run(Finding):
    """Free-running worlds beside the record.

    Attributes
    ----------
    worlds, months, events, scores : DataFrame
        A row a world with its parameters, a month and series, an event, and an outcome.
    fifths : DataFrame
        Main outcomes in fifths of the priors that matter to them.
    """

    worlds = Table()
    months = Table()
    events = Table()
    scores = Table()
    fifths = Table()

    def history(
        self, fields: Sequence[str] | None = None, worlds: int | Sequence[int] | None = None
    ) -> xr.Dataset:
        """Return histories by month and world; the worlds are run again, bit for bit.

        Parameters
        ----------
        fields : sequence of str, optional
            Fields of the state (``palca list fields``); all if not given.
        worlds : int or sequence of int, optional
            How many worlds, or their numbers; all if not given.

        Returns
        -------
        Dataset
            Dimensions ``month`` and ``world``; units and meanings as attributes; who rules by name.
        """
        from palca.experiments.observe.labelled import labelled
        from palca.model import Simulation
        from palca.model.state.state import FIELDS
        from palca.scenarios import build

        of = self.manifest
        with python_names():
            which = of["worlds"] if worlds is None else worlds
            scenario = build(of["scenario"])
            keep = tuple(FIELDS) if fields is None else tuple(fields)
            model = Simulation(scenario, which, of["seed"], keep)
            return labelled(model.run(), scenario.country)


class Comparison(Finding):
    """Two scenarios world by world, on the same draws."""

    worlds = Table()
    differences = Table()
    fifths = Table()


class Counterfactual(Finding):
    """What a change makes different in worlds that went as ours did.

    Attributes
    ----------
    effects : DataFrame
        A row a quantity, a horizon and what the worlds are given.
    twins : DataFrame
        A row a pair of twins.
    rulers_at_fork : DataFrame
    months, fifths, causes, channels, overlap, outcomes, parameters, evidence : DataFrame
    """

    effects = Table()
    twins = Table()
    months = Table()
    fifths = Table()
    causes = Table()
    channels = Table()
    overlap = Table()
    outcomes = Table()
    parameters = Table()
    evidence = Table()

    @property
    def rulers_at_fork(self) -> pd.DataFrame:
        """Who rules as the change begins, as shares of the worlds."""
        return self.tables["fork"]


class Arms(Counterfactual):
    """Several changes as arms of one question: each table has a column ``arm``."""


class Expectations(Finding):
    """What the authors of scenarios expected, and what came out."""

    expectations = Table()


class Claims(Finding):
    """The claims of the source study as questions."""

    claims = Table()
    headline = Table()
    fifths = Table()


class Reanalysis(Finding):
    """What went on underneath in worlds that went as ours did."""

    months = Table()


class Sweep(Finding):
    """A scenario over a design: a row of `worlds` has its factors and outcomes."""

    worlds = Table()
    summary = Table()


class Sensitivity(Finding):
    """Which parameters the outcomes depend on."""

    indices = Table()


class Discovery(Finding):
    """What leads to an outcome."""

    boxes = Table()
    worlds = Table()


class Calibration(Finding):
    """A posterior, and tests of it."""

    posterior = Table()


class Validation(Finding):
    """Tests of the model."""


class Cases(Finding):
    """Policies of the USSR on trial by right turns elsewhere.

    Attributes
    ----------
    scores : DataFrame
        A row who speaks and an outcome, over all cases.
    cases, by_case, neutral : DataFrame
        What each policy says of a case, its scores by case, and those under other neutral values.
    """

    cases = Table()
    by_case = Table()
    scores = Table()
    neutral = Table()


class Region(Finding):
    """Coups of other countries, forecast one month ahead.

    Attributes
    ----------
    totals : DataFrame
        A row a way of forecasting, over all countries.
    region, since, laws : DataFrame
        Scores by country, chances by months since the last attempt, and how likely each country's
        attempts are under laws of the factor of its rate.
    """

    region = Table()
    totals = Table()
    since = Table()
    laws = Table()


class Concept(Finding):
    """A concept of political science, simulated."""


_KINDS: Final[dict[str, type[Finding]]] = {
    "run": Run, "comparison": Comparison, "counterfactual": Counterfactual, "arms": Arms,
    "expectations": Expectations, "claims": Claims, "reanalysis": Reanalysis, "sweep": Sweep,
    "sensitivity": Sensitivity, "discovery": Discovery, "calibration": Calibration,
    "validation": Validation, "cases": Cases, "region": Region,
    "regional calibration": Calibration, "concept": Concept,
    "gallery": Concept,
}  # fmt: skip


def open(folder: str | os.PathLike[str]) -> Finding:
    """Return what a folder holds that a command or :meth:`Finding.save` wrote.

    Raises
    ------
    PalcaError
        If it holds nothing of Palca's, or files that were changed since.
    """
    path = Path(folder).absolute()
    with python_names():
        if path.is_file():
            raise PalcaError("is a file: give a folder; unpack an archive of palca pack first, and "
                             "open the folder 'run' in it", str(path))  # fmt: skip
        manifest = provenance.read_manifest(path)
        kind = str(manifest.get("kind", "run"))
        if kind not in _KINDS:
            raise PalcaError(f"unknown kind of folder '{kind}'", str(path))
        wrong, _ = provenance.differing(path)
        for name, how in sorted(wrong.items()):
            raise PalcaError(f"{name} {how}: make the folder again", str(path))
        return _KINDS[kind](path)
