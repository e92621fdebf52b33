"""Scores of what policies and rules say against what the USSR did, each case left out of its fit.

A rate is that of the shipped core cases but the one that is scored, with half a case added to each
possibility: nobody's chance is 0 or 1. A policy's own chances are drawn in by the same half cases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.types import Flags, Floats, Ints

from .trial import ANSWERS

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN: Final = -1
HALF: Final = 0.5  # of a case, added to each possibility
_RIGHT: Final = 0.25  # orientation from which a regime counts as one of the right
_DESTROYED: Final = 3  # code of repression that is mass killing
BASE: Final = "base rate"


def _told(column: str) -> Callable[[pd.DataFrame], Ints]:
    return lambda table: np.array(table[column], np.int64)


def _ruptured(table: pd.DataFrame) -> Ints:
    host = table["who_broke"].eq("host").to_numpy()
    return (host | (table["soviet_suspension_24m"] == 1).to_numpy()).astype(np.int64)


def _credited(table: pd.DataFrame) -> Ints:
    codes = {"no": 0, "yes": 1, "unknown": UNKNOWN}
    return np.array([codes[said] for said in table["credits_60m"]])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is foretold of a case.

    Attributes
    ----------
    name, title : str
    happened : callable
        From cases to which of the possibilities came, :data:`UNKNOWN` where nobody knows.
    possible : int
        How many possibilities there are: no and yes, or the five answers.
    """

    name: str
    title: str
    happened: Callable[[pd.DataFrame], Ints]
    possible: int = 2


OUTCOMES: Final = (
    Outcome("halt", "break or material suspension within 24 months",
            _told("soviet_suspension_24m")),
    Outcome("break", "break by the USSR within 24 months", _told("soviet_break_24m")),
    Outcome("answer", "answer, one of five", _told("response_0_4"), len(ANSWERS)),
    Outcome("credit", "credit signed or resumed within 60 months", _credited),
    Outcome("rupture", "break by either side, or material suspension", _ruptured),
)  # fmt: skip
# Rules of one line: cases are put into two groups, and each has the rate of its own.
RULES: Final[Mapping[str, Callable[[pd.DataFrame], Flags]]] = {
    BASE: lambda table: np.zeros(len(table), np.bool_),
    "any right turn": lambda table: (table["orientation_after"] > _RIGHT).to_numpy(),
    "host or party destroyed": lambda table: (
        table["who_broke"].eq("host") | (table["repression_party"] == _DESTROYED)
    ).to_numpy(),
}


@dataclass(frozen=True, slots=True)
class Training:
    """The cases from which rates are taken; a case never counts for itself."""

    codes: list[str]
    happened: Ints
    groups: Ints

    def rates(self, case: str, group: int, possible: int) -> Floats:
        """Return the rate of each possibility in a group, for a case."""
        own = np.array([code != case for code in self.codes])
        there = self.happened[own & (self.groups == group) & (self.happened != UNKNOWN)]
        counts = np.bincount(there, minlength=possible).astype(np.float64)
        return (counts + HALF) / (len(there) + HALF * possible)


def grouped(
    cases: pd.DataFrame, groups: Ints, training: Training, outcome: Outcome
) -> Floats:
    """Return the chances of each case by the rate of its group, ``(cases, possible)``."""
    return np.array([training.rates(str(case), int(group), outcome.possible)
                     for case, group in zip(cases["case"], groups, strict=True)])  # fmt: skip


def drawn_in(chances: Floats, cases: int) -> Floats:
    """Return chances ``(cases, possible)`` with half a case added to as many as rates rest on."""
    return (cases * chances + HALF) / (cases + HALF * chances.shape[1])


def log_score(chances: Floats, happened: Ints) -> Floats:
    """Return the log of the chance of what happened, ``(cases,)``; NaN where nobody knows."""
    said = np.log(np.take_along_axis(chances, np.maximum(happened, 0)[:, None], axis=1)[:, 0])
    return np.where(happened == UNKNOWN, np.nan, said)


def brier_score(chances: Floats, happened: Ints) -> Floats:
    """Return half the squared distance to what happened, ``(cases,)``: of yes and no, Brier's."""
    came = np.arange(chances.shape[1]) == happened[:, None]
    return np.where(happened == UNKNOWN, np.nan, 0.5 * ((chances - came) ** 2).sum(axis=1))


def rule_chances(
    rule: str, outcome: Outcome, cases: pd.DataFrame, training: pd.DataFrame
) -> Floats:
    """Return what a rule of one line says of each case."""
    fires = RULES[rule]
    of = Training([*map(str, training["case"])], outcome.happened(training),
                  fires(training).astype(np.int64))  # fmt: skip
    return grouped(cases, fires(cases).astype(np.int64), of, outcome)


def own_chances(
    outcome: Outcome, said: Mapping[str, Floats], cases: pd.DataFrame, training: int
) -> Floats:
    """Return a policy's own chances of an outcome, drawn in.

    Parameters
    ----------
    said : mapping
        As :func:`~.trial.chances` returns it.
    training : int
        How many cases rates rest on.
    """
    return drawn_in(raw_chances(outcome, said, cases), training)


def raw_chances(outcome: Outcome, said: Mapping[str, Floats], cases: pd.DataFrame) -> Floats:
    """Return a policy's chances of each possibility, as it says."""
    if outcome.name == "answer":
        return said["answer"]
    if outcome.name == "rupture":  # of the host's break it is told
        yes = np.where(cases["who_broke"] == "host", 1.0, said["halt"])
    else:
        yes = said[outcome.name]
    return np.stack([1.0 - yes, yes], axis=1)


def sign_chances(
    outcome: Outcome, said: Mapping[str, Floats], cases: pd.DataFrame,
    trained: Mapping[str, Floats], training: pd.DataFrame,
) -> Floats:  # fmt: skip
    """Return chances by what a policy holds most likely: the rate of the cases of which it says so.

    So the sizes of its chances, which are mostly assumed, don't count.

    Parameters
    ----------
    trained : mapping
        What it says of the training cases.
    """
    groups = [raw_chances(outcome, of, rows).argmax(axis=1)
              for of, rows in ((said, cases), (trained, training))]  # fmt: skip
    of = Training([*map(str, training["case"])], outcome.happened(training), groups[1])
    return grouped(cases, groups[0], of, outcome)


def mean_and_error(values: Floats) -> tuple[float, float]:
    """Return the mean over cases and its standard error; NaN are left out."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan, np.nan
    error = known.std(ddof=1) / np.sqrt(len(known)) if len(known) > 1 else np.nan
    return float(known.mean()), float(error)
