"""How well the officers' game forecasts coup attempts in other countries, month by month.

Each country of the region is forecast from the others. `make region` writes docs/REGION.md; what
was simulated before, by the same code, is not simulated again. With ``--data FOLDER`` the countries
of any folder of the same form are forecast from those that ship, and their scores are printed.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from jinja2 import Environment, StrictUndefined
from rich.progress import track

from palca.experiments.io.figure_style import new_figure, style
from palca.experiments.io.parallel import shared
from palca.experiments.region import scores
from palca.experiments.region.filter import Chances, chances
from palca.experiments.region.kit import CLOSED, scenario_of
from palca.experiments.region.scores import Law, Seen, log_score, paired_error, seen
from palca.experiments.region.tables import GIVEN, course_of, load_region
from palca.experiments.validate.cross_country import jeffreys
from palca.model.calendar import month_index
from palca.model.compiler.cache import digest_of
from palca.model.state import counter_rng
from palca.model.state.parameters import drawn_from
from palca.model.types import Floats
from palca.scenarios import load

ROOT = Path(__file__).parents[1]
FIRST: Final = month_index("1950-01")  # a year to begin with, which doesn't score
SCORED: Final = month_index("1951-01")
END: Final = month_index("1982-12") + 1
# Months since the last attempt: first and last
SINCE: Final = ((1, 3), (4, 6), (7, 12), (13, 24), (25, 36), (37, 60), (61, 120), (121, 10_000))
HEADINGS: Final = {
    "constant": "the share of months with an attempt in the other countries",
    "recency": "a logit on log(1 + years since the last attempt), fitted on the other countries",
    "alone": "the model by its priors and the country's own months before",
    "level": "the model, the level of its rate learnt from the other countries",
    "frail": "the model, the level and how much countries differ learnt from the others",
}


def simulated(folder: Path, country: str, sets: int, worlds: int, seed: int) -> Chances:
    """Return what sets of parameters say of a country of a folder."""
    scenario, course = scenario_of(load_region(folder), country, FIRST, END)
    index = counter_rng.world_keys(seed, np.arange(sets))
    return chances(scenario, course, drawn_from(scenario.free_priors, index), worlds, seed)


def seen_of(folder: Path, sets: int, worlds: int, seed: int, jobs: int) -> dict[str, Seen]:
    """Return what is known of each country of a folder; simulations are kept in build/region."""
    region = load_region(folder)
    code = digest_of(ROOT / "model") + digest_of(ROOT / "experiments" / "region")
    tables = "".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.csv")))
    kept = ROOT / "build" / "region"
    kept.mkdir(parents=True, exist_ok=True)

    def file(country: str) -> Path:
        key = sha256(f"{code} {tables} {country} {sets} {worlds} {seed}".encode()).hexdigest()
        return kept / f"{country}-{key[:16]}.npz"

    new = [country for country in region.countries if not file(country).exists()]
    calls = [(folder, country, sets, worlds, seed) for country in new]
    for country, made in track(zip(new, shared(simulated, calls, jobs), strict=True), "countries",
                               total=len(new)):  # fmt: skip
        np.savez_compressed(file(country), attempt=made.attempt, success=made.success)
    out = {}
    for country in region.countries:
        with np.load(file(country)) as arrays:
            made = Chances(arrays["attempt"], arrays["success"])
        out[country] = seen(course_of(region, country, FIRST, END), made, SCORED)
    return out


def forecasts(
    of: Mapping[str, Seen], known: Collection[str], asked: Collection[str]
) -> tuple[dict[str, dict[str, Floats]], dict[str, Law]]:
    """Return the chances of some countries by month, by each way of forecasting them.

    Parameters
    ----------
    known : collection of str
        Countries from which is learnt, but never about themselves.

    Returns
    -------
    dict, dict
        The chances by forecast and country; the law of *frail* by country.
    """
    found = scores.evidence({name: of[name] for name in known},
                            list(product(scores.LEVELS, scores.SHAPES)))  # fmt: skip
    level = {law: each for law, each in found.items() if np.isinf(law[1])}
    made: dict[str, dict[str, Floats]] = {name: {} for name in HEADINGS}
    laws: dict[str, Law] = {}
    for country in asked:
        one, others = of[country], {name: of[name] for name in {*known, country}}
        laws[country] = scores.best_law(country, found)
        for name, chance in (
            ("constant", scores.constant(country, others)),
            ("recency", scores.recency(country, others)),
            ("alone", scores.forecast(one, np.ones(1))),
            ("level", scores.forecast(one, scores.law(*scores.best_law(country, level)))),
            ("frail", scores.forecast(one, scores.law(*laws[country]))),
        ):
            made[name][country] = chance
    return made, laws


def score_table(of: Mapping[str, Seen], made: Mapping[str, Mapping[str, Floats]]) -> pd.DataFrame:
    """Return ``region.csv``: a row a country and forecast, with its log score."""
    rows = [
        {"country": country, "forecast": name, "log_score": log_score(chance, of[country].attempt),
         "expected": float(chance.sum()), "attempts": int(of[country].attempt.sum()),
         "months": len(chance)}
        for name, each in made.items() for country, chance in each.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def totals(table: pd.DataFrame, country: str) -> list[dict[str, float | str]]:
    """Return each forecast's sum, its gain over `recency` with paired error, one country's."""
    wide = table.pivot(index="country", columns="forecast", values="log_score")
    return [
        {"name": name, "meaning": meaning, "all": float(wide[name].sum()),
         "gain": float((wide[name] - wide["recency"]).sum()),
         "error": paired_error([*(wide[name] - wide["recency"])]),
         "one": float(wide.loc[[country], name].iloc[0])}
        for name, meaning in HEADINGS.items()
    ]  # fmt: skip


def since_table(of: Mapping[str, Seen], made: Mapping[str, Mapping[str, Floats]]) -> list[tuple]:
    """Return by months since the last attempt: country-months, documented rate, forecast rates."""
    quiet = np.concatenate([one.quiet for one in of.values()])
    attempt = np.concatenate([one.attempt for one in of.values()])
    chance = {name: np.concatenate([each[country] for country in of])
              for name, each in made.items()}  # fmt: skip
    rows = []
    for first, last in SINCE:
        inside = (quiet >= first) & (quiet <= last)
        rows.append((first, last, int(inside.sum()), attempt[inside].mean(),
                     {name: chance[name][inside].mean() for name in HEADINGS}))  # fmt: skip
    return rows


def draw(rows: list[tuple], file: Path) -> None:
    """Draw documented and forecast rates by months since the last attempt."""
    with style():
        figure = new_figure(8.0, 4.0)
        axis = figure.subplots()
        places = np.arange(len(rows))
        known = np.array([row[3] for row in rows])
        ends = np.array([jeffreys(round(row[2] * row[3]), row[2]) for row in rows]).T
        axis.errorbar(places, known, [known - ends[0], ends[1] - known], fmt="o", color="#b2182b",
                      label="documented, with its 90 % interval")  # fmt: skip
        for name, marker, colour in (("recency", "s", "#777777"), ("alone", "v", "#56b4e9"),
                                     ("frail", "D", "#000000")):  # fmt: skip
            column = [row[4][name] for row in rows]
            axis.plot(places, column, marker=marker, color=colour, lw=1, label=HEADINGS[name])
        axis.set_xticks(places, [f"{first}–{last}" if last < 9999 else f"{first}+"
                                 for first, last, *_ in rows])  # fmt: skip
        axis.set_xlabel("months since the last attempt")
        axis.set_ylabel("chance of an attempt in a month")
        axis.legend(fontsize=7)
        figure.savefig(file)


def main() -> None:
    """Simulate, score and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--sets", type=int, default=256, help="of parameters, from the priors")
    parser.add_argument("--worlds", type=int, default=128, help="of each set")
    parser.add_argument("--seeds", type=int, default=2, help="simulations, for the error of chance")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--data", type=Path, help="forecast the countries of another folder")
    asked = parser.parse_args()
    by_seed = []
    for seed in range(asked.seeds):
        of = seen_of(GIVEN, asked.sets, asked.worlds, seed, asked.jobs)
        mine = shipped = list(of)
        if asked.data is not None:
            there = seen_of(asked.data, asked.sets, asked.worlds, seed, asked.jobs)
            mine, of = list(there), {**of, **there}
        by_seed.append((of, *forecasts(of, shipped, mine)))
    tables = [score_table(of, made) for of, made, _ in by_seed]
    table = tables[0].assign(log_score=np.mean([one["log_score"] for one in tables], axis=0))
    if asked.data is not None:
        wide = table.pivot(index="country", columns="forecast", values="log_score")
        print(wide.round(2).to_string(), wide.sum().round(2).to_string(), sep="\n\n")
        return
    table.round(3).to_csv(ROOT / "docs" / "numbers" / "region.csv", index=False)
    of, made, laws = by_seed[0]
    rows = since_table(of, made)
    draw(rows, ROOT / "docs" / "region.png")
    sums = [one.groupby("forecast")["log_score"].sum() for one in tables]
    chance = {name: float(np.std([one[name] for one in sums], ddof=1)) if len(sums) > 1 else np.nan
              for name in HEADINGS}  # fmt: skip
    text = (Path(__file__).parent / "region.md").read_text(encoding="utf-8")
    page = Environment(undefined=StrictUndefined, trim_blocks=True).from_string(text).render(
        totals=totals(table, "BOL"), chance=chance, rows=rows, countries=len(of), headings=HEADINGS,
        months=int(sum(len(one.attempt) for one in of.values())),
        attempts=int(sum(one.attempt.sum() for one in of.values())), sets=asked.sets,
        worlds=asked.worlds, seeds=asked.seeds, closed=CLOSED,
        laws=sorted({*laws.values()}), minus=lambda form, value: (form % value).replace("-", "−"),
        free=len(load("baseline", ["posterior=off"]).free_priors),
    )  # fmt: skip
    (ROOT / "docs" / "REGION.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
