"""The model against versions of itself: without a mechanism, without rules, with other rules.

Each is asked how likely it makes the record (the particle filter's evidence, with parameters
from the priors: a model that can do anything is not helped by that), how far its worlds
lie from the documented outcomes, and which patterns they show. No version is calibrated, so
that none has been fitted with what another lacks.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.state.channels import CHANNELS
from palca.model.types import Floats
from palca.scenarios import build

from ..forecast.scores import crps
from ..infer.evidence import Evidence
from ..infer.evidence_file import load_given, make_evidence
from ..io.parallel import shared
from ..observe.documented import Record
from ..observe.histories import Histories, documented
from ..observe.outcomes import OUTCOMES, documented_outcomes, outcomes
from ..observe.patterns import PATTERNS
from ..simulate import priors
from ..simulate.designs import Factor
from ..simulate.priors import free_in
from ..simulate.world_table import run_table
from .one_step_ahead import filtered

if TYPE_CHECKING:
    import pandas as pd

Version = Callable[..., dict[str, Any]]  # from settings to the resolved scenario with them
IMPROVES: Final = "improves the fit"
WORSENS: Final = "worsens the fit"
_TRIVIAL: Final = 1.0  # log evidence, in nats, below which nothing is said
_TINY: Final = 1e-12
_NEVER: Final = -1000.0  # log evidence of what never happens
_BOOTSTRAPS: Final = 1000

# What is switched off together, by channels; every other channel is switched off alone.
TOGETHER: Final[dict[str, tuple[str, ...]]] = {
    "Soviet aid": ("soviet_fiscal", "soviet_prestige"),
    "US aid": ("us_fiscal", "us_military"),
    "PCB loyalty": ("moscow_line", "soviet_restraint"),
}
ALTERNATIVES: Final = ("ideological", "party-first", "random")  # policies of the USSR
BASELINE: Final = "the scenario"


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """How one version of the model stands to the record.

    Attributes
    ----------
    name, group : str
    evidence : ndarray, shape ``(islands,)``
        Log of the probability of the record by each group of worlds filtered apart.
    loss : float
        Mean over the scored outcomes of (s - s0) / (s + s0), s the CRPS and s0 that of the
        scenario as it is: from -1, all exact, to 1, infinitely worse.
    patterns : ndarray, shape ``(patterns,)``
        Share of worlds that show each, of those where it could show.
    """

    name: str
    group: str
    evidence: Floats
    loss: float
    patterns: Floats

    @property
    def frequent_patterns(self) -> int:
        """How many patterns at least half of the worlds show."""
        return int((self.patterns >= 0.5).sum())

    @property
    def log_evidence(self) -> float:
        """Log of the probability of the record."""
        return float(log_mean(self.evidence))


def log_mean(logs: Floats) -> Floats:
    """Return the log of the mean of what the last axis has the logs of."""
    return np.logaddexp.reduce(logs, axis=-1) - np.log(logs.shape[-1])


def log_bayes_factor(one: ModelComparison, other: ModelComparison) -> tuple[float, float, float]:
    """Return the log Bayes factor of one version against another, with 5 and 95 %.

    The interval is that of the filter's noise, by bootstrap over groups of worlds; of a
    single group nothing can be said. Nats: 1.1 is three to one, 3 is twenty to one.
    """
    factor = one.log_evidence - other.log_evidence
    if len(one.evidence) == 1:
        return factor, -np.inf, np.inf
    chance = np.random.default_rng(0)

    def again(evidence: Floats) -> Floats:
        return log_mean(evidence[chance.integers(0, len(evidence), (_BOOTSTRAPS, len(evidence)))])

    low, high = np.quantile(again(one.evidence) - again(other.evidence), (0.05, 0.95))
    return factor, float(low), float(high)


def change_of_fit(factor: tuple[float, float, float]) -> str:
    """Return in words what a log Bayes factor of the scenario against a version says."""
    _, low, high = factor
    if low > _TRIVIAL:
        return IMPROVES
    if high < -_TRIVIAL:
        return WORSENS
    return "can't tell"


def ablations(resolved: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the scenario without each mechanism, and without each actor's rules, by name."""
    grouped = {channel for group in TOGETHER.values() for channel in group}
    groups = dict(TOGETHER) | {name: (name,) for name in CHANNELS if name not in grouped}
    out = {}
    for name, channels in groups.items():
        closed = dict.fromkeys(channels, False)
        out[name] = {**resolved, "channels": {**resolved["channels"], **closed}}
    for actor in resolved["policies"]:
        idle = copy.deepcopy(resolved)
        for spell in idle["policies"][actor]:
            spell["table"]["rule"] = []
        out[f"rules of {actor}"] = idle
    return out


def alternatives(version: Version) -> dict[str, dict[str, Any]]:
    """Return the scenario with each alternative policy of the USSR, by name."""
    return {name: version("posterior=off", f"policy.ussr={name}") for name in ALTERNATIVES}


def record_evidence(
    resolved: dict[str, Any], record: Record, dealings: Mapping[str, Any] | None = None
) -> Evidence:
    """Return what the record says.

    Parameters
    ----------
    dealings : mapping, optional
        What is read of the dealings of host, USSR and party, as ``given/dealings.toml`` has it;
        that file if none is given, nothing of them if it is empty.
    """
    soviet = load_given("dealings")
    rest = {key: value for key, value in load_given("windows").items() if key not in soviet}
    given = {**rest, **(soviet if dealings is None else dealings), "title": soviet["title"]}
    return make_evidence(given, "record", documented(record, build(resolved)), record)


def log_evidence(
    questions: Iterable[tuple[dict[str, Any], Evidence]], worlds: int, seed: int, jobs: int = 1
) -> Iterator[Floats]:
    """Give the log probability of each scenario's evidence by groups of worlds, ``(islands,)``."""
    for logs, _ in filtered(questions, worlds, seed, jobs):
        yield np.maximum(logs.sum(axis=1), _NEVER)


def measure(histories: Histories) -> dict[str, Floats]:
    """Return outcomes and patterns of every world: 1, 0, or NaN where one could not show."""
    out = outcomes(histories)
    for pattern in PATTERNS:
        occurs = pattern.of(histories).astype(np.float64)
        if pattern.where is not None:
            occurs[~pattern.where(histories)] = np.nan
        out[key(pattern.number)] = occurs
    return out


def key(number: int) -> str:
    """Return the name of a pattern's column."""
    return f"pattern_{number}"


def prior_worlds(
    resolved: dict[str, Any], worlds: int, seed: int, jobs: int = 1
) -> tuple[dict[str, Floats], pd.DataFrame]:
    """Return what :func:`measure` says of worlds with parameters from the priors, and those."""
    import pandas as pd

    numbers = np.arange(worlds)
    free = free_in(resolved)
    table = pd.DataFrame(priors.draw(seed, numbers, free))
    table["world"], table["seed"] = numbers, seed
    factors = tuple(Factor(name) for name in free)
    return run_table({(): resolved}, factors, table, measure, jobs), table[list(free)]


def pattern_shares(measured: dict[str, Floats]) -> Floats:
    """Return the share of worlds with each pattern, of those where it could show."""
    shares = []
    for pattern in PATTERNS:
        values = measured[key(pattern.number)]
        known = values[~np.isnan(values)]
        shares.append(known.mean() if len(known) else np.nan)
    return np.array(shares)


def compare_models(
    versions: dict[str, tuple[str, dict[str, Any]]],
    record: Record,
    worlds: int,
    seed: int,
    jobs: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[ModelComparison]:
    """Return how versions of the model stand to the record, the first as the measure of all.

    Parameters
    ----------
    versions : dict
        Group and resolved scenario by name; the first is the scenario as it is.
    worlds : int
        In each filter; the worlds with parameters from the priors are a quarter of it.
    """
    every = [resolved for _, resolved in versions.values()]
    steps, scores, found = 2 * len(every), dict[str, float](), list[tuple[float, Floats]]()
    calls = ((resolved, max(worlds // 4, 500), seed) for resolved in every)
    for resolved, (measured, _) in zip(every, shared(prior_worlds, calls, jobs), strict=True):
        truth = documented_outcomes(OUTCOMES, documented(record, build(resolved)))
        own = {name: float(crps(measured[name], value)) for name, value in truth.items()}
        scores = scores or own
        losses = [(own[key] - scores[key]) / max(own[key] + scores[key], _TINY) for key in own]
        found.append((float(np.mean(losses)), pattern_shares(measured)))
        on_progress(len(found), steps)
    out: list[ModelComparison] = []
    logs = log_evidence([(of, record_evidence(of, record)) for of in every], worlds, seed, jobs)
    for (name, (group, _)), own_logs, (loss, shares) in zip(
        versions.items(), logs, found, strict=True
    ):
        out.append(ModelComparison(name, group, own_logs, loss, shares))
        on_progress(len(every) + len(out), steps)
    return out
