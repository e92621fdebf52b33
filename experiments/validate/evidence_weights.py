"""How much an argument rests on the weights of its evidence, which are assumed.

The Bayes factor between two policies of the USSR is computed again with the dealings of host,
USSR and party weighted otherwise: what a reasonable reader might give to each, or leave out.
None is harder than what ships: that would only favour what wins already.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from palca.model.types import Floats

from ..infer.evidence_file import load_given
from ..observe.documented import Record
from .ablations import log_evidence, log_mean, record_evidence
from .one_step_ahead import ISLAND

Dealings = dict[str, Any]  # as given/dealings.toml has them
SHIPPED: Final = "as shipped"
_SOFT: Final = 0.3  # weight of a world that lacks an act, or has one too many


def _without(*sections: str) -> Callable[[Dealings], Dealings]:
    return lambda dealings: {k: v for k, v in dealings.items() if k not in sections}


def _without_kind(section: str, kind: str) -> Callable[[Dealings], Dealings]:
    return lambda dealings: {
        **dealings, section: [row for row in dealings[section] if row["kind"] != kind]
    }  # fmt: skip


def _softer(dealings: Dealings) -> Dealings:
    """Give every act the soft weight, and double standard deviations."""
    out = copy.deepcopy(dealings)
    for row in out["event"]:
        row["false_negative"] = _SOFT
    for row in out["absent"]:
        row["weight"] = _SOFT
    for section in ("ussr_atmosphere", "ussr_commitments"):
        out[section]["sd"] *= 2.0
    return out


def _soft_suspension(dealings: Dealings) -> Dealings:
    out = copy.deepcopy(dealings)
    for row in out["absent"]:
        if row["kind"] == "suspension":
            row["weight"] = _SOFT
    return out


_NO_SUSPENSION: Final = _without_kind("absent", "suspension")
# Ways to weigh the dealings, by title.
WEIGHTINGS: Final[dict[str, Callable[[Dealings], Dealings]]] = {
    SHIPPED: copy.deepcopy,
    "a suspension costs nothing": _NO_SUSPENSION,
    f"a suspension weighs {_SOFT}": _soft_suspension,
    "neither suspension nor break costs anything": _without("absent"),
    "atmosphere left out": _without("ussr_atmosphere"),
    "credits left out": _without("ussr_commitments"),
    "embassy left out": _without_kind("event", "embassy"),
    "expulsion left out": _without_kind("event", "expulsion"),
    "mending left out": _without_kind("event", "normalisation"),
    "dissent left out": _without_kind("event", "public dissent"),
    f"all softer: acts {_SOFT}, errors doubled": _softer,
    "all softer, and a suspension costs nothing": lambda given: _NO_SUSPENSION(_softer(given)),
}


def evidence_by_weighting(
    versions: Mapping[str, dict[str, Any]],
    record: Record,
    shipped: Mapping[str, Floats],
    worlds: int,
    seed: int,
    jobs: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, dict[str, Floats]]:
    """Return the log evidence of the whole record by each weighting of the dealings.

    Parameters
    ----------
    versions : mapping of str to dict
        Resolved scenarios by name.
    shipped : mapping of str to ndarray, shape ``(islands,)``
        Log evidence by the weights that ship, by groups of worlds of which the first are these.
    worlds : int
        In each filter.

    Returns
    -------
    dict of str to dict of str to ndarray, shape ``(islands,)``
        By weighting, then by version.
    """
    groups, dealings = -(-worlds // ISLAND), load_given("dealings")
    out = {SHIPPED: {name: shipped[name][:groups] for name in versions}}
    asked = [(title, name) for title in WEIGHTINGS if title != SHIPPED for name in versions]
    questions = [
        (versions[name], record_evidence(versions[name], record, WEIGHTINGS[title](dealings)))
        for title, name in asked
    ]
    logs = log_evidence(questions, worlds, seed, jobs)
    for done, ((title, name), found) in enumerate(zip(asked, logs, strict=True), start=1):
        out.setdefault(title, {})[name] = found
        on_progress(done, len(asked))
    return out


def bayes_factors(
    by_weighting: Mapping[str, Mapping[str, Floats]], rest: Mapping[str, Floats], one: str,
    other: str,
) -> dict[str, float]:  # fmt: skip
    """Return the log Bayes factor of one version against another, by weighting of the dealings.

    Of the dealings given the rest of the record, whose log evidence is `rest`.
    """
    return {
        title: float(log_mean(logs[one]) - log_mean(rest[one])
                     - log_mean(logs[other]) + log_mean(rest[other]))
        for title, logs in by_weighting.items()
    }  # fmt: skip


def noise(by_weighting: Mapping[str, Mapping[str, Floats]]) -> float:
    """Return the filter's standard error of such a factor, but for that of the rest.

    From what groups of worlds that are filtered apart differ by; all versions and weightings
    pooled. NaN of single groups.
    """
    logs = [of for by_name in by_weighting.values() for of in by_name.values()]
    if len(logs[0]) < 2:
        return float("nan")
    variances = [of.var(ddof=1) / len(of) for of in logs]
    return float(np.sqrt(2.0 * np.mean(variances)))
