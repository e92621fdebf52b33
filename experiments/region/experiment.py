"""``palca validate --part region``: coups of other countries, one month ahead."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Self

from palca.model.errors import PalcaError
from palca.scenarios.settings import what_is_set

from ..io.codebook import File, column
from ..io.experiment import AtomicExperiment, OnProgress, Result
from ..io.provenance import digest_of
from .contest import FORECASTS, SETS, compete
from .page import answer_of, draw_since, page_of, print_all
from .tables import Region, load_region

_SHARE = 2  # of the worlds of a particle filter, one in so many
_FEWEST = 8  # worlds of a set
_CHANCES = tuple(column(name, f"chance by {meaning}") for name, meaning in FORECASTS.items())


def check_alone(
    parts: Sequence[str], scenario: str, settings: Sequence[str], priors: str | None = None
) -> None:
    """Raise if more is asked for than forecasts of other countries."""
    if {*parts} != {"region"}:
        raise PalcaError("'region' takes minutes: ask for it alone, and for the other parts apart",
                         "--part")  # fmt: skip
    own = priors is not None or any(what_is_set(one) == "priors" for one in settings)
    if scenario != "baseline" or own:
        raise PalcaError("'region' is of scenarios that tables make, from the shipped priors: "
                         "leave out the scenario and --priors", "--part region")  # fmt: skip


@dataclass(frozen=True)
class RegionExperiment(AtomicExperiment):
    """Forecasts of the shipped countries, or of a user's: the texts of their tables by file.

    Attributes
    ----------
    worlds : int
        Of each set of parameters.
    settings : list of str
        As ``--set`` takes them, of every country's scenario.
    """

    kind: ClassVar[str] = "region"
    files: ClassVar[tuple[File, ...]] = (
        File("region.csv", "a country, a span of months, and a way of forecasting", (
            column("country", "its code"), column("since", "first month"),
            column("until", "last month"), column("forecast", "its name"),
            column("log_score", "sum of the logarithms of the chances of what happened", "nats"),
            column("expected", "sum of the chances of an attempt"),
            column("attempts", "months with a documented attempt"),
            column("months", "how many are scored", "months"),
        )),
        File("totals.csv", "a way of forecasting, over all countries", (
            column("forecast", "its name"), column("meaning", "what it is"),
            column("log_score", "sum over countries", "nats"),
            column("gain", "log_score less that of recency", "nats"),
            column("gain_se", "its standard error, of paired differences between countries",
                   "nats"),
            column("chance", "standard error of log_score by the chance of simulation", "nats"),
            column("bolivia", "sum over Bolivia's months", "nats"),
            column("bolivia_1969_78", "the same of 1969-78 alone", "nats"),
        )),
        File("since.csv", "a class of months since the last attempt", (
            column("first", "fewest", "months"), column("last", "most", "months"),
            column("country_months", "how many are in it"),
            column("documented", "share of them with an attempt"),
            column("low", "5 % by Jeffreys' prior"), column("high", "95 % by Jeffreys' prior"),
            *_CHANCES,
        )),
        File("laws.csv", "a shipped country, and a law of the factor of its rate of attempts", (
            column("country", "its code"),
            column("level", "mean of the factor by which the rate differs from the model's"),
            column("shape", "of its gamma law: how little countries differ"),
            column("log_evidence", "log probability of its attempts", "nats"),
        )),
        File("REGION.md", "The page: figure, scores, and how they were made."),
        File("region.png", "Figure: chance of an attempt by months since the last one."),
    )  # fmt: skip
    page: ClassVar[str] = "REGION.md"
    libraries: ClassVar[tuple[str, ...]] = ("scikit-learn", "scipy")

    worlds: int
    seed: int
    settings: list[str] = field(default_factory=list)
    given: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def asked(cls, worlds: int, seed: int, settings: list[str], data: Path | None) -> Self:
        """Return the experiment on the shipped countries, or on those of a folder.

        `worlds` are all of a country's.
        """
        worlds = max(worlds // _SHARE // SETS, _FEWEST)
        if data is None:
            return cls(worlds, seed, settings)
        load_region(data)
        texts = {file.name: file.read_text(encoding="utf-8") for file in sorted(data.glob("*.csv"))}
        return cls(worlds, seed, settings, texts)

    def request(self) -> dict[str, Any]:
        countries = (self._own() or load_region()).countries
        return {**super().request(), "title": f"coups in {', '.join(countries)}"}

    def _own(self) -> Region | None:
        if not self.given:
            return None
        with TemporaryDirectory(prefix="palca-") as folder:
            for name, text in self.given.items():
                if Path(name).name != name:
                    raise PalcaError(f"no name of a table: '{name}'", "given")
                (Path(folder) / name).write_text(text, encoding="utf-8")
            return load_region(Path(folder))

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        found = compete(
            load_region(), self._own(), self.worlds, self.seed, self.settings, jobs, on_progress
        )
        tables = {"region.csv": found.table(), "totals.csv": found.totals(),
                  "since.csv": found.since(), "laws.csv": found.by_law()}  # fmt: skip
        digest = hashlib.sha256("".join(map(digest_of, tables.values())).encode()).hexdigest()
        return Result(
            digest, partial(answer_of, found), lambda console, _: print_all(console, found),
            lambda: tables,
            {"region.png": partial(draw_since, found)},
            partial(page_of, found, self.settings),
        )  # fmt: skip
