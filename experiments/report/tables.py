"""Which tables a report shows of each kind of run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from palca.model.errors import PalcaError
from palca.scenarios.reading.library import read_columns

from ..counterfactual.twins import QUANTITIES
from ..explore.sensitivity import TOO_WIDE
from ..io.safe_folder import Folder, Rows, Table, make_table, number, rounded
from ..observe.outcomes import OUTCOMES
from ..observe.windows import FIRST, LAST, before_and_after
from ..simulate.ensemble import MONTHLY

_OUTCOMES: Final = {
    o.name: f"{o.heading} ({o.unit})"
    for o in (*OUTCOMES, *(o for year in range(FIRST + 2, LAST + 1)
                           for some in before_and_after(year) for o in some))
}  # fmt: skip
_QUANTITIES: Final = {name: f"{title} ({unit})" for name, (title, unit) in QUANTITIES.items()}
_WORDS: Final = {"outcome": _OUTCOMES, "quantity": _QUANTITIES, "what": _QUANTITIES}
_SERIES: Final = ("orientation", "legitimacy", "repression", "mobilisation", "fiscal",
                  "ussr_committed", "ussr_delivered", "us_recent", "friction")  # fmt: skip
_CARRIED: Final = ("attempts", "successes", "fiscal", "legitimacy", "us_commitments", "friction")
_HORIZON: Final = 36  # months after the fork
_MOST_MONTHS: Final = 100_000  # rows of the file of months
_EFFECT: Final = {
    "quantity": "quantity", "factual": "without",
    "counter": "with the change", "effect": "effect", "se": "s.e.",
    "parameters_sd": "s.d. over parameters", "q05": "5 % of pairs", "q95": "95 % of pairs",
    "changed": "share changed",
}  # fmt: skip
_ERRORS: Final = (
    "s.e.: standard error; an effect is told from none if it is larger than two. s.d. over "
    "parameters: standard deviation of the effect over parameters that fit the evidence."
)
_SCORES: Final = (
    "Place: share of worlds below the documented value, ties counted half. Inside: within 5 and "
    "95 %. CRPS: distance of forecast and fact, in the unit. Skill: 1 is perfect, below 0 the "
    "naive forecast is better; a dash: it was exactly right, or there is no documented value."
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A table of a file: which columns, under which headings, and which rows."""

    file: str
    caption: str
    columns: Mapping[str, str]
    note: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)  # only those with these values


_TABLES: Final[dict[str, tuple[Chosen, ...]]] = {
    "run": (
        Chosen("scores.csv", "Outcomes, documented and simulated", {
            "title": "outcome", "unit": "unit", "documented": "documented", "median": "median",
            "q05": "5 %", "q95": "95 %", "position": "place", "inside": "inside", "crps": "CRPS",
            "crps_naive": "CRPS, naive", "skill": "skill",
        }, _SCORES),
    ),
    "comparison": (
        Chosen("differences.csv", "Outcomes of both scenarios, world by world on the same draws", {
            "title": "outcome", "unit": "unit", "first": "first", "second": "second",
            "difference": "difference", "se": "s.e.", "unpaired_se": "s.e. unpaired",
            "q05": "5 % of worlds", "q95": "95 % of worlds", "changed": "share changed",
        }, "s.e.: standard error of the difference; unpaired: if the two shared no draws. A "
           "difference is told from none if it is larger than two standard errors."),
    ),
    "counterfactual": (
        Chosen("variants.csv", "The same question of models built otherwise", {
            "variant": "model", "fewest": "effective worlds", **_EFFECT,
        }),
        Chosen("evidence.csv", "The evidence", {
            "what": "what", "first": "first month", "last": "last month", "value": "value",
            "sd": "tolerance", "weight": "weight", "counted": "counted",
            "probability": "probability",
        }, "Weight: of a world without it, or for each time. Probability: of an event, given what "
           "went before."),
        Chosen("parameters.csv", "What the evidence says of the parameters", {
            "parameter": "parameter", "prior_mean": "prior mean", "prior_sd": "prior sd",
            "posterior_mean": "posterior mean", "posterior_sd": "posterior sd",
        }),
    ),
    "claims": (
        Chosen("claims.csv", "The claims, given the record", {
            "claim": "claim", "measure": "measured as", "value": "number",
            "se": "s.e.", "parameters_sd": "s.d. over parameters", "verdict": "verdict",
        }, _ERRORS),
        Chosen("headline.csv", "Effects on coup attempts, with each channel frozen", {
            "change": "change", "frozen": "channel frozen",
            **{key: name for key, name in _EFFECT.items() if key != "quantity"},
        }, "Coup attempts since the change."),
    ),
    "discovery": (
        Chosen("boxes.csv", "Where it happens, most first", {
            "box": "where", "worlds": "worlds", "hits": "cases", "share": "share",
            "ci95_low": "95 % interval, from", "ci95_high": "to",
            "coverage": "share of all cases", "lift": "times usual",
        }, "Shares are of worlds that the boxes were not drawn on."),
    ),
    "calibration": (
        Chosen("parameters.csv", "What the record says of the parameters", {
            "parameter": "parameter", "unit": "unit", "prior": "prior", "mean": "mean",
            "q05": "5 %", "q95": "95 %", "information_gain": "information gain",
            "coverage90_anywhere": "90 % intervals hold", "uneven_ranks_p_anywhere": "ranks, p",
        }, "Information gain: how far the record moves a parameter, 0 to 1. The last two "
           "columns: whether known parameters of simulated histories are found again."),
        *(
            Chosen("outcomes.csv", caption, {
                "outcome": "outcome", "worlds": "worlds", "documented": "documented",
                "median": "median", "q05": "5 %", "q95": "95 %", "crps": "CRPS",
                "crps_naive": "CRPS, naive", "skill": "skill",
            }, _SCORES, {"years": years})
            for years, caption in (("evidence", "Outcomes that the calibration saw"),
                                   ("after", "Outcomes of later years, which it did not see"))
        ),
    ),
}  # fmt: skip


def tables_of(kind: str, folder: Folder) -> list[Table]:
    """Return the tables of a run, of a kind that may be unknown: then all CSV files are shown.

    Raises
    ------
    PalcaError
        If a file leads out of the folder, or is none that Palca wrote.
    """
    made: list[Table | None] = []
    for chosen in _TABLES.get(kind, ()):
        rows = [row for row in folder.rows(chosen.file)
                if all(row.get(key) == value for key, value in chosen.rows.items())]  # fmt: skip
        made.append(make_table(chosen.caption, rows, chosen.columns, chosen.note, _WORDS,
                               chosen.file))  # fmt: skip
    if kind == "counterfactual":
        made = [*_effects(folder.rows("effects.csv")), *_channels(folder.rows("channels.csv")),
                *made]  # fmt: skip
    elif kind == "run":
        made.append(_years(folder))
    elif kind == "sweep":
        made += _levels(folder.rows("summary.csv"))
    elif kind == "sensitivity":
        made += _indices(folder.rows("indices.csv"))
    elif kind not in (*_TABLES, "validation", "gallery"):
        for name, _ in folder.files():
            if name.endswith(".csv"):
                rows = folder.rows(name)
                columns = {key: key.replace("_", " ") for key in (rows[0] if rows else {})}
                made.append(make_table(name, rows, columns, file=name))
    return [table for table in made if table is not None]


def _effects(rows: Rows) -> list[Table | None]:
    """Return a table of effects for each horizon, and one without evidence at the main one."""
    made = []
    horizons = list(dict.fromkeys(row.get("months_on", "") for row in rows))
    for given, title, some in (
        ("evidence", "Effects in worlds like the record", horizons),
        ("nothing", "Effects on average, without evidence", _main(horizons)),
    ):
        for on in some:
            own = [row for row in rows if row.get("given") == given and row.get("months_on") == on]
            caption = f"{title}, {on} months on ({own[0].get('month', '')})" if own else title
            made.append(make_table(caption, own, _EFFECT, _ERRORS if on == some[0] else "",
                                   _WORDS))  # fmt: skip
    return made


def _main(horizons: list[str]) -> list[str]:
    """Return the horizon that answers are mainly told at: three years, or the last before."""
    return [on for on in horizons if number(on) <= _HORIZON][-1:]


def _channels(rows: Rows) -> list[Table | None]:
    """Return what each channel carries of some effects: a row a channel."""
    main = _main(list(dict.fromkeys(row.get("months_on", "") for row in rows)))
    lines: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.get("quantity") in _CARRIED and row.get("months_on") in main:
            cell = f"{rounded(row.get('part', ''))} ({rounded(row.get('se', ''), 2)})"
            name = row.get("channel", "")
            lines.setdefault(name, {"channel": name})[row["quantity"]] = cell
    columns = {"channel": "channel", **{name: _QUANTITIES[name] for name in _CARRIED}}
    return [make_table(f"Which channel carries the effect, {', '.join(main)} months on",
                       list(lines.values()), columns,
                       "Effect less that with the channel at its factual path; standard errors in "
                       "brackets.")]  # fmt: skip


def _years(folder: Folder) -> Table | None:
    """Return the medians of December of each year, with 5 and 95 %, from the months' file."""
    path = folder.place("months.parquet")
    if path is None:
        return None
    texts, numbers = ["month", "series", "unit"], ["q05", "q50", "q95"]
    try:
        read = read_columns(path, _MOST_MONTHS, [*texts, *numbers], texts)
    except PalcaError as error:
        raise PalcaError(f"is no table of months that Palca wrote: {error.message}; run the "
                         "command again", str(path)) from None  # fmt: skip
    cells: dict[str, dict[str, str]] = {}
    for row in read.to_pylist():
        year, _, month = str(row["month"]).partition("-")
        if month == "12" and row["series"] in _SERIES and re.fullmatch("[0-9]{4}", year):
            low, middle, high = (rounded(str(row[q]), 2) for q in ("q05", "q50", "q95"))
            name = f"{MONTHLY[row['series']][0]} ({row['unit']})"
            cells.setdefault(name, {})[year] = f"{middle} ({low} to {high})"
    years = {year: year for of in cells.values() for year in of}
    rows = [{"series": name, **dict.fromkeys(years, ""), **of} for name, of in cells.items()]
    return make_table("The simulated worlds at the end of each year", rows,
                      {"series": "", **years}, "Median, with 5 and 95 %.")  # fmt: skip


def _levels(rows: Rows) -> list[Table | None]:
    """Return a table a factor: the mean outcomes by level."""
    made = []
    for factor in dict.fromkeys(row.get("factor", "") for row in rows):
        lines: dict[str, dict[str, str]] = {}
        for row in rows:
            if row.get("factor") == factor:
                cell = f"{rounded(row.get('mean', ''))} ({rounded(row.get('se', ''))})"
                level = row.get("level", "")
                lines.setdefault(level, {"level": level})[row.get("outcome", "")] = cell
        made.append(_wide(f"Mean outcomes by {factor}", "level", factor, list(lines.values()),
                          "Over all other factors; standard errors in brackets."))  # fmt: skip
    return made


def _indices(rows: Rows) -> list[Table | None]:
    """Return a table of total Sobol indices and one of effects: a row a parameter."""
    made = []
    for index, caption, scale in (
        ("total", "Total Sobol indices: % of the expected outcome's variance", 100.0),
        ("effect", "Effects of a whole prior on the expected outcome, in its unit", 1.0),
    ):
        lines: dict[str, dict[str, str]] = {}
        for row in rows:
            if row.get("index") == index:
                value, low, high = (rounded(str(scale * number(row.get(name, ""))))
                                    for name in ("value", "ci95_low", "ci95_high"))  # fmt: skip
                name = row.get("parameter", "")
                line = lines.setdefault(name, {"parameter": name})
                vague = f": {TOO_WIDE}" if row.get("told") == TOO_WIDE else ""
                line[row.get("outcome", "")] = f"{value} ({low} to {high}){vague}"
        made.append(_wide(caption, "parameter", "parameter", list(lines.values()),
                          f"With 95 % intervals; {TOO_WIDE}: it says nothing."))  # fmt: skip
    noise = [{"outcome": row["outcome"], "noise": str(100 * number(row["value"]))}
             for row in rows if row.get("index") == "noise_share"]  # fmt: skip
    columns = {"outcome": "outcome", "noise": "% of a world's variance"}
    return [*made, make_table("Noise: what chance alone does", noise, columns, "", _WORDS)]


def _wide(caption: str, key: str, heading: str, rows: Rows, note: str) -> Table | None:
    """Return a table whose columns after the first are outcomes."""
    names = dict.fromkeys(name for row in rows for name in row if name != key)
    full = [{**dict.fromkeys(names, ""), **row} for row in rows]
    columns = {key: heading, **{name: _OUTCOMES.get(name, name) for name in names}}
    return make_table(caption, full, columns, note)
