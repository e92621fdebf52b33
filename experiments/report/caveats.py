"""What a report says besides its numbers: caveats, and the sources that are cited."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from palca.model.state.parameters import PARAMETERS

from ..counterfactual.answer import FEW
from ..explore.sensitivity import TOO_WIDE
from ..infer.abc import RARE
from ..io.numerals import value_of
from ..io.provenance import differing
from ..io.safe_folder import Folder
from ..io.table import cut
from ..observe.documented import COUNTRY, load_record, scored
from ..simulate.priors import own_priors
from .scenario import ScenarioSummary

_FEW: Final = 1000  # worlds below which a report warns
_CITATIONS: Final = 5  # of a source that are named
_HOLDS_AGAINST_RECORD: Final = (
    "run", "counterfactual", "arms", "reanalysis", "claims", "calibration", "validation",
)  # fmt: skip
_SEPARATOR: Final = re.compile(r";\s*(?![^(]*\))")  # not inside brackets
_ADDRESS: Final = re.compile(
    r"https?://[^\s<>\"'\\^`{|}]+|\b[Dd][Oo][Ii]:?\s?10\.\d{4,9}/[^\s;,)<>\"']+"
)
_DATED: Final = re.compile(r"\b(1[89]|20)\d\d\b|\brecord: ")

_BOLIVIA: Final = (
    "One history is little evidence: seven documented coup attempts can't distinguish between rich "
    "models.",
    "The thesis that Soviet cooperation stabilised Bolivia is neither built in nor tested: the "
    "parameters that carry it have shipped priors that contain zero, and the record moves them "
    "hardly at all.",
)
_ELSEWHERE: Final = (
    "One history is little evidence: a few documented coup attempts can't distinguish between rich "
    "models.",
    "The country is made from tables; rules, officers and priors are those of Bolivia, and the "
    "rules' sources are about Bolivia.",
)
_GENERAL: Final = (
    "The ranges are wide, because free-running worlds diverge early. Read the range before any "
    "difference.",
    "Much is coded by judgement: orientation, legitimacy, mobilisation, the weights of acts, and "
    "the parameters marked “assumed”.",
    "docs/LIMITS.md in Palca's source says where the model is known to fail.",
)


def general(scenarios: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what is to be said of every run, and of every run of its country."""
    elsewhere = any(scenario["country"].get("name") != COUNTRY for scenario in scenarios)
    first, second = _ELSEWHERE if elsewhere else _BOLIVIA
    return first, _GENERAL[0], second, *_GENERAL[1:]


def caveats(
    kind: str, manifest: Mapping[str, Any], folder: Folder, scenarios: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Return what the run's own data warn of.

    Raises
    ------
    PalcaError
        If a file leads out of the folder, or is none that Palca wrote.
    """
    wrong, _ = differing(folder.path)
    found = [f"Don't trust this page: {name} {how}." for name, how in wrong.items()]
    if isinstance(manifest.get("worlds"), int) and manifest["worlds"] < _FEW:
        found.append(f"Only {manifest['worlds']:,} worlds: shares and means are rough.")
    # these draw their parameters themselves, from priors
    if kind not in ("sensitivity", "discovery", "calibration"):
        for scenario in scenarios:
            alike = len(next(iter(scenario["sets"].values()), ())) <= 1
            if alike and not scenario.get("priors"):
                found.append("No posterior is used: every world has the same parameters, so the "
                             "ranges show chance but not parameter uncertainty.")  # fmt: skip
                break
    return [*found, *_OF_KIND.get(kind, _nothing)(folder)]


def _nothing(folder: Folder) -> Iterator[str]:
    yield from ()


def _of_run(folder: Folder) -> Iterator[str]:
    rows = folder.rows("scores.csv")
    outside = [row.get("title", "") for row in rows if row.get("inside") == "False"]
    known = sum(row.get("inside") in ("True", "False") for row in rows)
    if outside:
        yield (f"{len(outside)} of {known} documented outcomes lie outside the central 90 % of "
               f"the worlds: {', '.join(outside)}.")  # fmt: skip
    beaten = sum(value_of(row.get("crps")) > value_of(row.get("crps_naive")) for row in rows)
    if beaten:
        yield f"The naive forecast scores better in {beaten} of {known} documented outcomes."
    yield ("The worlds run freely: none is conditioned on what happened. The parameters were "
           "chosen with Bolivia's record in view, so it is no test of the model that the record "
           "lies inside.")  # fmt: skip


def _of_counterfactual(folder: Folder) -> Iterator[str]:
    families = [value_of(row.get("families", "")) for row in folder.rows("fork.csv")]
    if families and min(families) < FEW:
        yield (f"The worlds descend from only {min(families):,.0f} effective worlds of January "
               "1969: standard errors are rough, and more --worlds mend that.")  # fmt: skip
    if any(row.get("colour") == "red" for row in folder.rows("overlap.csv")):
        yield ("The change leads far from the situations that factual worlds cover: the numbers "
               "follow from the assumptions and are no evidence about the country.")  # fmt: skip
    if not folder.rows("variants.csv"):
        yield "Alternative models were not run, so it is unknown whether they agree."
    yield _STATEMENT


_STATEMENT: Final = (
    "A counterfactual is a statement about the model, given the record. No record can show whether "
    "actors would have answered untried policies as the rules say."
)


def _of_reanalysis(folder: Folder) -> Iterator[str]:
    families = [value_of(row.get("families", "")) for row in folder.rows("segments.csv")]
    if families and min(families) < FEW:
        yield (f"Where the evidence goes to its end the worlds descend from {min(families):,.0f} "
               "effective worlds of January 1969: ranges are rough.")  # fmt: skip
    yield ("What nobody measured is the model's: the ranges are those that it allows, given what "
           "was documented.")  # fmt: skip


def _of_claims(folder: Folder) -> Iterator[str]:
    rows = folder.rows("claims.csv")
    rough = [
        row.get("claim", "")
        for row in rows
        if value_of(row.get("parameters_sd", "")) > abs(value_of(row.get("value", "")))
    ]
    if rough:
        yield ("Parameters that fit the record equally well disagree about the size, and some "
               f"about the sign, of: {'; '.join(rough)}.")  # fmt: skip
    yield _STATEMENT


def _of_sweep(folder: Folder) -> Iterator[str]:
    if folder.path_of("SHA256SUMS") is None:
        yield ("The sweep is not complete; the finished part is an even sample of the whole. palca "
               "sweep --resume continues it.")  # fmt: skip
    yield "The share that a factor explains is its share by itself, without interactions."


def _of_sensitivity(folder: Folder) -> Iterator[str]:
    yield ("The indices describe the expected outcome over the priors, which are assumptions: "
           "priors of other widths give other indices.")  # fmt: skip
    rows = [row for row in folder.rows("indices.csv") if row.get("parameter")]
    if wide := sum(row.get("told") == TOO_WIDE for row in rows):
        yield (f"Too few points or replicates: the 95 % intervals of {wide:,} of {len(rows):,} "
               "values are too wide.")  # fmt: skip


def _of_discovery(folder: Folder) -> Iterator[str]:
    yield (
        "Shares are about simulated worlds, not about history: a box says under which inputs "
        "the outcome happens in the model."
    )


def _of_calibration(folder: Folder) -> Iterator[str]:
    rows = folder.rows("parameters.csv")
    if rows:
        count = sum(row.get("informative") == "True" for row in rows)
        yield (f"The record is informative about {count} of {len(rows)} free parameters; of the "
               "others it tells no more than chance would.")  # fmt: skip
    bad = sum(value_of(row.get("uneven_ranks_p_anywhere", "")) * len(rows) < RARE for row in rows)
    if bad:
        yield (
            f"Simulation-based calibration fails for {bad} parameters: don't trust their intervals."
        )


def _of_concept(folder: Folder) -> Iterator[str]:
    yield ("A concept that is shown is shown in this model, not in history: often a mechanism of "
           "the model was written from the same literature.")  # fmt: skip


_OF_KIND: Final = {
    "run": _of_run, "counterfactual": _of_counterfactual, "arms": _of_counterfactual,
    "reanalysis": _of_reanalysis, "claims": _of_claims,
    "sweep": _of_sweep, "sensitivity": _of_sensitivity, "discovery": _of_discovery,
    "calibration": _of_calibration, "concept": _of_concept, "gallery": _of_concept,
}  # fmt: skip


def sources(
    kind: str,
    summaries: Sequence[ScenarioSummary],
    scenarios: Sequence[Mapping[str, Any]],
    months: int,
) -> list[tuple[list[tuple[str, str]], str]]:
    """Return every source once, as its parts (text, address or ""), with where it is cited."""
    cited: dict[str, list[str]] = {}

    def cite(source: str, where: str) -> None:
        for part in _SEPARATOR.split(cut(source)):
            part = part.strip()
            if part and not part.startswith(("assumed", "as ")):
                citations = cited.setdefault(part, [])
                if where not in citations:
                    citations.append(where)

    for scenario in scenarios:
        cite(str(scenario.get("sources", "")), f"the scenario '{scenario['title']}'")
        for name, _, source in own_priors(scenario):
            cite(source, f"prior of {name}")
    for scenario in summaries:
        for policy in scenario.policies:
            for rule in policy.rules:
                cite(rule.source, f"rule '{rule.name}' ({policy.actor}: {policy.name})")
    for name, parameter in PARAMETERS.items():
        for part in _SEPARATOR.split(parameter.source):
            if _DATED.search(part):  # the rest is argument: "half-life of 24 months"
                cite(part, f"parameter {name}")
    countries = {str(scenario["country"].get("name")) for scenario in scenarios}
    if kind in _HOLDS_AGAINST_RECORD and COUNTRY in countries:
        for source, where in _scoring_rows(months):
            cite(source, where)
    return [(linked(source), _listed(cited[source])) for source in sorted(cited, key=str.casefold)]


def _scoring_rows(months: int) -> Iterator[tuple[str, str]]:
    record = load_record()
    events = scored(record)
    inside = (events["last_month"] >= 0) & (events["first_month"] < months)
    for row in events[inside].itertuples():
        yield str(row.source), f"record: {row.date} {row.kind}"
    series = record.series[record.series["confidence"] != "low"]
    for row in series.itertuples():
        if row.series in ("gdp_growth", "us_aid_obligations", "us_aid_obligations_tq"):
            yield str(row.source), f"record: {row.series}"


def _listed(citations: Sequence[str]) -> str:
    more = len(citations) - _CITATIONS
    return "; ".join(citations[:_CITATIONS]) + (f"; and {more} more" if more > 0 else "")


def linked(text: str) -> list[tuple[str, str]]:
    """Return the parts of a text with the address each leads to: only web addresses and DOIs."""
    parts, at = [], 0
    for found in _ADDRESS.finditer(text):
        label = found[0].rstrip(".,;:)")
        address = label
        if not label.startswith("http"):
            address = f"https://doi.org/{label[label.index('10.') :]}"
        parts += [(text[at : found.start()], ""), (label, address)]
        at = found.start() + len(label)
    return [part for part in (*parts, (text[at:], "")) if part[0]]
