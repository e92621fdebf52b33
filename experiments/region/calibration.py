"""``palca calibrate --region``: the parameters that other countries' coups tell something of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np

from palca.model.errors import PalcaError
from palca.model.state.parameters import PARAMETERS

from ..forecast.comparisons import jeffreys
from ..infer.tables import CENTRAL, PARAMETER_COLUMNS, write_draws
from ..io.codebook import Each, File, column, of_table
from ..io.experiment import Answer, AtomicExperiment, OnProgress, Result
from ..io.figure_style import FACT, PALE, SERIES, Picture, head, new_figure, style
from ..io.markdown_page import render
from ..io.numerals import decimal, percent
from ..io.provenance import digest_of
from ..io.table import Column, Table, decimals, shares
from ..observe.windows import LAST
from .contest import SINCE
from .estimate import LEARNT, Estimate, estimate
from .reference import INCOME, LASTED, OUTCOMES, free_priors, unit_of
from .tables import load_region

if TYPE_CHECKING:
    import pandas as pd

_TEMPLATE: Final = Path(__file__).parent / "templates" / "REGION_PARAMETERS.md"
_RATES: Final = len(SINCE)  # outcomes from the second on
_MOMENTS: Final = (
    Column("parameter", meaning="its name; differ and income belong to the region"),
    *(one for one in PARAMETER_COLUMNS
      if one.name in ("unit", "prior", "mean", "q05", "q95", "information_gain")),
)  # fmt: skip
_PARAMETERS: Final = (
    *_MOMENTS,
    Column("coverage90_near", "90 % intervals hold", shares(), rank=2,
           note="of known parameters of simulated regions that are like the documented one"),
)  # fmt: skip
_REGULARITIES: Final = (
    Column("title", meaning="what is counted"),
    Column("documented", write=decimals(3), meaning="in the countries, 1951-82"),
    Column("low", "its 5–95 %", decimals(3), to="high"),
    Column("prior_q05", "prior, 5–95 %", decimals(3), to="prior_q95"),
    Column("fit_q05", "posterior, 5–95 %", decimals(3), to="fit_q95"),
)  # fmt: skip


def check_alone(
    scenario: str, until: int, settings: Collection[str], priors: str | None = None
) -> None:
    """Raise if more is said than what countries teach."""
    if scenario != "baseline" or until != LAST or settings or priors is not None:
        raise PalcaError("learns from all shipped countries, 1951-82, by the shipped priors: leave "
                         "out the scenario, --until, --set and --priors", "--region")  # fmt: skip


@dataclass(frozen=True)
class RegionalCalibrationExperiment(AtomicExperiment):
    """The shipped countries but one; the fields are those of :func:`~.estimate.estimate`."""

    kind: ClassVar[str] = "regional calibration"
    files: ClassVar[tuple[File, ...]] = (
        File("posterior.parquet", "a set of all free parameters of a country that didn't teach", (
            Each("PARAMETER", "a parameter (palca list parameters)", of_table(PARAMETERS)),
        )),
        File("priors.toml", "What was learnt, as priors that --priors takes, by the moments of the "
                            "sets."),
        File("parameters.csv", "a parameter that was learnt", (
            *_MOMENTS, "sd",
            column("q50", "median of the posterior"),
            column("information_gain_by_chance",
                   "gain that a parameter without effect would show"),
            column("informative", "whether the gain is larger, and the ranks level"),
            *(column(f"{name}_{kind}", f"known parameters of regions {where}: {said}")
              for kind, where in (("anywhere", "from anywhere under the prior"),
                                  ("near", "most like the documented one"))
              for name, said in (("coverage90", "part of the true values in the 90 % intervals"),
                                 ("uneven_ranks_p", "p-value of the ranks being level"))),
        )),
        File("regularities.csv", "something that is counted in all countries together", (
            column("outcome", "its name"), *_REGULARITIES[:2],
            column("low", "5 % of what is documented, by Jeffreys' prior"),
            column("high", "95 % of what is documented, by Jeffreys' prior"),
            *(column(f"{kind}_q{share}", f"{int(share)} % of simulated regions, by the {law}")
              for kind, law in (("prior", "prior"), ("fit", "posterior"))
              for share in ("05", "50", "95")),
        )),
        File("REGION_PARAMETERS.md", "The page: figure, tables, and how they were made."),
        File("regularities.png", "Figure: documented and simulated regions."),
    )  # fmt: skip
    page: ClassVar[str] = "REGION_PARAMETERS.md"
    libraries: ClassVar[tuple[str, ...]] = ("scikit-learn", "scipy")

    without: str
    regions: int
    sets: int | None
    histories: int
    seed: int

    @classmethod
    def of(cls, without: str, worlds: int, sets: int | None, histories: int, seed: int) -> Self:
        """Return the experiment; `worlds` are those of all countries."""
        regions = worlds // (len(load_region().countries) - bool(without))
        return cls(without, regions, sets, histories, seed)

    def request(self) -> dict[str, Any]:
        others = f" but {self.without}" if self.without else ""
        return {**super().request(), "worlds": self.regions,
                "title": f"coups in all shipped countries{others}"}  # fmt: skip

    def run(self, jobs: int, on_progress: OnProgress, folder: Any = None) -> Result:
        found = estimate(load_region(), self.without, self.regions, self.sets, self.histories,
                         self.seed, jobs, on_progress)  # fmt: skip
        parameters, regularities = parameter_table(found), regularity_table(found)
        return Result(
            digest_of(regularities), partial(_answer, found, parameters),
            lambda console, _: console.print(_in_common(regularities)),
            lambda: {"posterior.parquet": partial(write_draws, found.parameter_sets),
                     "priors.toml": priors_text(found), "parameters.csv": parameters,
                     "regularities.csv": regularities},
            {"regularities.png": partial(_draw, found, regularities)},
            partial(_page, found, parameters, regularities),
        )  # fmt: skip


def parameter_table(found: Estimate) -> pd.DataFrame:
    """Return a row a parameter that was learnt."""
    import pandas as pd

    prior_of = free_priors()
    rows = []
    for i, name in enumerate(LEARNT):
        values = found.draws[name]
        low, median, high = np.quantile(values, (0.05, 0.5, 0.95))
        row = {"parameter": name, "unit": unit_of(name), "prior": str(prior_of[name]),
               "mean": values.mean(), "sd": values.std(), "q05": low, "q50": median, "q95": high,
               "information_gain": found.information_gain[i],
               "information_gain_by_chance": found.gain_by_chance,
               "informative": bool(found.informative[i])}  # fmt: skip
        for kind, again in (("anywhere", found.anywhere), ("near", found.near)):
            row[f"coverage90_{kind}"] = again.coverage(CENTRAL)[found.learnt[i]]
            row[f"uneven_ranks_p_{kind}"] = again.uniformity()[found.learnt[i]]
        rows.append(row)
    return pd.DataFrame(rows)


def regularity_table(found: Estimate) -> pd.DataFrame:
    """Return a row an outcome: documented with 90 %, and in simulated regions."""
    import pandas as pd

    sums = found.counts.sums[:, 0]
    hits, spent = sums[:_RATES], sums[_RATES : 2 * _RATES]
    won, lasted = sums[2 * _RATES], sums[2 * _RATES + 3 :]
    pairs = {f"hazard_{first}": (hits[i], spent[i]) for i, (first, _) in enumerate(SINCE)}
    pairs["successes"] = won, hits.sum()
    pairs |= {f"lasted_{months}": (lasted[2 * i + 1], lasted[2 * i])
              for i, months in enumerate(LASTED)}  # fmt: skip
    rows = []
    for i, outcome in enumerate(OUTCOMES):
        low, high = jeffreys(*pairs[outcome.name]) if outcome.name in pairs else (np.nan, np.nan)
        row: dict[str, Any] = {"outcome": outcome.name, "title": outcome.title,
                               "documented": float(found.documented[i]), "low": low, "high": high}
        for kind, values in (("prior", found.prior), ("fit", found.fit)):
            for share in (5, 50, 95):  # of the regions in which there is something to count
                row[f"{kind}_q{share:02d}"] = float(np.nanquantile(values[:, i], share / 100.0))
        rows.append(row)
    return pd.DataFrame(rows)


def priors_text(found: Estimate) -> str:
    """Return a file of priors of a country that didn't teach: what was learnt, by its moments."""
    countries = f"{len(found.codes)} countries" + (f" without {found.without}" if found.without
                                                   else "")  # fmt: skip
    lines = []
    for name in LEARNT:
        if name not in PARAMETERS:
            continue
        values = found.parameter_sets[name]
        if name == "opportunity":
            logs = np.log(values)
            law = f"lognormal = [{np.exp(logs.mean()):.4g}, {logs.std():.3g}]"
        else:
            law = f"normal = [{values.mean():.4g}, {values.std():.3g}]"
        source = f"coups in {countries}: docs/REGION_PARAMETERS.md"
        lines.append(f'{name} = {{ {law}, source = "{source}" }}\n')
    return (f"# Written by palca calibrate --region (docs/REGION_PARAMETERS.md).\n"
            f'title = "Learnt from {countries}"\n\n[priors]\n{"".join(lines)}')  # fmt: skip


def _answer(found: Estimate, parameters: pd.DataFrame) -> Answer:
    told = [name for name, so in zip(LEARNT, found.informative, strict=True) if so]
    without = f", without {found.without}" if found.without else ""
    text = (
        f"Coups in {len(found.codes)} countries{without}, 1951–82, and {found.regions:,} simulated "
        f"regions: informative about {', '.join(told) or 'no parameter'} (effective sample size "
        f"{found.posterior.ess:,.0f}; chance reaches a gain of "
        f"{percent(found.gain_by_chance, 1)})."
    )
    (income,) = (row for row in parameters.to_dict("records") if row["parameter"] == INCOME)
    if income["q05"] < 0.0 < income["q95"]:
        text += " Whether income raises or lowers the rate of opportunities isn't told."
    if found.outliers:
        text += (f" Hardly any simulated region has the documented "
                 f"{'; '.join(one.title for one in found.outliers)}: the model can't reproduce it, "
                 "and it taught nothing.")  # fmt: skip
    return Answer(text, _learnt(parameters))


def _learnt(parameters: pd.DataFrame) -> Table:
    rows: Any = parameters.to_dict("records")
    return Table.of("Parameters, given the coups of the region", _PARAMETERS, rows)


def _in_common(regularities: pd.DataFrame) -> Table:
    rows: Any = regularities.to_dict("records")
    return Table.of("What the countries have in common", _REGULARITIES, rows)


def _page(
    found: Estimate, parameters: pd.DataFrame, regularities: pd.DataFrame, alts: Mapping[str, str]
) -> str:
    """Return the page, in Markdown, with a link to its figure."""
    means = parameters[["coverage90_anywhere", "coverage90_near"]].mean()
    return render(
        _TEMPLATE, alt=alts.get("regularities.png", ""), countries=len(found.codes),
        without=found.without, attempts=f"{found.documented[0]:.0f}",
        parameters=_learnt(parameters).markdown(), chance=percent(found.gain_by_chance, 1),
        outliers=[one.title for one in found.outliers],
        regularities=_in_common(regularities).markdown(), regions=f"{found.regions:,}",
        ess=f"{found.posterior.ess:,.0f}", anywhere=percent(means["coverage90_anywhere"]),
        near=percent(means["coverage90_near"]),
    )  # fmt: skip


def _draw(found: Estimate, regularities: pd.DataFrame) -> Picture:
    """Draw rates by months since the last attempt, and shares: documented, prior, posterior."""
    by_name = regularities.set_index("outcome")
    rates = [f"hazard_{first}" for first, _ in SINCE]
    of_shares = ["successes", *(f"lasted_{months}" for months in LASTED)]
    spans = [f"{first}–{last}" if last < 1000 else f"{first}+" for first, last in SINCE]
    with style():
        figure = new_figure(9.5, 4.2)
        axes = figure.subplots(1, 2, width_ratios=(3, 2))
        for axis, names, labels, title in (
            (axes[0], rates, spans, "chance of an attempt in a month, by months since the last"),
            (axes[1], of_shares, ["attempts\nthat succeed",
                                  *(f"rules after\n{months} months" for months in LASTED)],
             "shares; rules: soldiers who came by force"),
        ):  # fmt: skip
            rows, places = by_name.loc[names], np.arange(len(names))
            for kind, colour, width, label in (("prior", PALE, 0.7, "simulated, by the prior"),
                                               ("fit", SERIES[0], 0.35, "given the coups")):
                low, high = rows[f"{kind}_q05"].to_numpy(), rows[f"{kind}_q95"].to_numpy()
                axis.bar(places, high - low, width, low, color=colour, alpha=0.6,
                         label=f"{label}, 5–95 %")  # fmt: skip
            known = rows["documented"].to_numpy()
            ends = np.abs(rows[["low", "high"]].to_numpy().T - known)
            axis.errorbar(places, known, ends, fmt="o", color=FACT, ms=4,
                          label="documented, with its 90 % interval")  # fmt: skip
            axis.set_xticks(places, labels, fontsize=7)
            axis.set_title(title)
            axis.set_ylim(0, None)
        axes[0].legend(fontsize=7)
        head(figure, f"Coups in {len(found.codes)} countries, 1951–82, and in simulated regions")
    said = "; ".join(
        f"{row['title']} {decimal(row['documented'], 3)}, simulated {decimal(row['fit_q05'], 3)} "
        f"to {decimal(row['fit_q95'], 3)}"
        for row in regularities.to_dict("records") if row["outcome"] in rates
    )
    return Picture(figure, f"Documented and simulated regions: {said}.")
