"""Policies and rules of one line on trial: what each says of every case, and how it scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.language.policy import Policy
from palca.model.types import Floats

from ..io.experiment import OnProgress
from . import graded
from .case_files import Cases, load_cases
from .doubt import varied
from .sight import HIGHEST, LOWEST, Sight, load_sight
from .speaking import Said, means_of, scores_of, speak
from .trial import chances

if TYPE_CHECKING:
    import pandas as pd

CODINGS: Final = 40  # times that codings are varied
DOUBTED: Final = 60  # worlds of a case where codings vary
_ALWAYS: Final = ("welcome", "hostile_month", "campaign", "party.support", "party.militants",
                  "ussr.pipeline", "ussr.trust")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What came out of a trial.

    Attributes
    ----------
    cases : Cases
    says : mapping of str to dict
        What each policy says of the core cases, as :func:`~.trial.chances` returns it.
    by_case, scores, neutral : DataFrame
        A row a case, who speaks, and an outcome; their means; and those under other neutral values.
    unread : list of str
        Cells whose words have no code.
    worlds : int
        That a case has.
    own : bool
        Whether the cases are a user's.
    """

    cases: Cases
    says: Mapping[str, Said]
    by_case: pd.DataFrame
    scores: pd.DataFrame
    neutral: pd.DataFrame
    unread: list[str]
    worlds: int
    own: bool


def said_of(
    policy: Policy, table: pd.DataFrame, seen: Mapping[str, Floats], worlds: int, seed: int
) -> Said:
    """Return what a policy says of cases; one that is fitted to cases, fitted without each.

    Parameters
    ----------
    table : DataFrame
        A case may have several rows.
    """
    if policy.rules != graded.shipped().rules:
        return chances(policy, table, seen, worlds, seed)
    known = load_cases().core.index
    codes, out = table["case"].to_numpy(), dict[str, Floats]()
    for case in dict.fromkeys(codes):
        (rows,) = np.nonzero(codes == case)
        own = {name: values[rows] for name, values in seen.items()}
        own_policy = graded.fitted_without(str(case)) if case in known else policy
        said = chances(own_policy, table.iloc[rows], own, worlds, seed)
        for name, values in said.items():
            out.setdefault(name, np.empty((len(table), *values.shape[1:])))[rows] = values
    return out


def compete(
    policies: Mapping[str, Policy], cases: Cases, worlds: int, seed: int, on_progress: OnProgress,
    own: bool,
) -> Found:  # fmt: skip
    """Let policies and rules speak of the core cases, and score them."""
    sight, shipped = load_sight(), load_cases()
    table, training = cases.core, shipped.core
    codings = varied(cases, sight.doubt, CODINGS, seed)
    says: dict[str, Said] = {}
    trained: dict[str, Said] = {}
    doubted: dict[str, list[Said]] = {}
    tried: list[pd.DataFrame] = []
    for number, (name, policy) in enumerate(policies.items()):
        on_progress(f"trying {name}", number, len(policies))
        says[name] = said_of(policy, table, sight.of(table), worlds, seed)
        trained[name] = (said_of(policy, training, sight.of(training), worlds, seed) if own
                         else says[name])  # fmt: skip
        seen = [sight.of(one) for one in codings]
        doubted[name] = _stacked(policy, codings, seen, DOUBTED, seed)
        known = trained[name] if own else None
        tried.append(_neutral(name, policy, table, training, known, sight, worlds, seed))
    import pandas as pd

    by_case = speak(table, training, says, trained)
    spread = [
        means_of(speak(one, training if own else one, *_at(number, doubted, trained, own)))
        for number, one in enumerate(codings)
    ]
    neutral = pd.concat(tried, ignore_index=True) if tried else pd.DataFrame()
    return Found(cases, says, by_case, scores_of(by_case, spread, neutral), neutral,
                 sight.unread(table), worlds, own)  # fmt: skip


def _at(
    number: int, doubted: Mapping[str, list[Said]], trained: Mapping[str, Said], own: bool
) -> tuple[dict[str, Said], Mapping[str, Said]]:
    says = {name: several[number] for name, several in doubted.items()}
    return says, trained if own else says


def _stacked(
    policy: Policy, tables: Sequence[pd.DataFrame], seen: Sequence[Mapping[str, Floats]],
    worlds: int, seed: int,
) -> list[Said]:
    """Return what a policy says of each of some tables, which are simulated as one."""
    import pandas as pd

    if not tables:
        return []
    wide = {name: np.concatenate([one[name] for one in seen]) for name in seen[0]}
    said = said_of(policy, pd.concat(list(tables)), wide, worlds, seed)
    ends = np.cumsum([len(one) for one in tables])[:-1]
    parts = {name: np.split(values, ends) for name, values in said.items()}
    return [{name: parts[name][number] for name in parts} for number in range(len(tables))]


def _neutral(
    name: str, policy: Policy, table: pd.DataFrame, training: pd.DataFrame, trained: Said | None,
    sight: Sight, worlds: int, seed: int,
) -> pd.DataFrame:  # fmt: skip
    """Return a policy's mean scores with each neutral value at its lowest and its highest."""
    import pandas as pd

    named = {one for rule in policy.rules for said in (rule.when, *rule.do.values())
             for one in said.names} | {*_ALWAYS}  # fmt: skip
    asked = [(row.name, word, end) for row in (*sight.rows.values(), *sight.other.values())
             if row.varies and row.name in named
             for word, end in (("lowest", LOWEST), ("highest", HIGHEST))]  # fmt: skip
    seen = [sight.of(table, row, end) for row, _, end in asked]
    says = _stacked(policy, [table] * len(asked), seen, worlds, seed)
    rows = []
    for (row, word, _), said in zip(asked, says, strict=True):
        means = means_of(speak(table, training, {name: said}, {name: trained or said}))
        means = means[means["who"] == name]
        rows.append(means.assign(value=row, end=word))
    return pd.concat(rows, ignore_index=True)
