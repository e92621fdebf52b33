"""The policy ``graded``: its numbers computed from cases, and the file that they make."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.language.policy import Policy
from palca.model.types import Floats, Ints
from palca.scenarios.reading.library import LIBRARY, parse_toml, read_toml
from palca.scenarios.scenario import build_policy

from .case_files import load_cases
from .scores import HALF, OUTCOMES, UNKNOWN
from .trial import EARLY

if TYPE_CHECKING:
    import pandas as pd

NAME: Final = "graded"
FILE: Final = LIBRARY / "policies" / "ussr" / f"{NAME}.toml"
_TEMPLATE: Final = Path(__file__).parent / "templates" / f"{NAME}.toml"
_REMEMBERED: Final = 12  # months in which a hostile act is more than the policy's threshold
_WIDE: Final = 10.0  # prior variance of a slope, per unit of orientation: hardly any prior


def fit(cases: pd.DataFrame) -> dict[str, float]:
    """Return the policy's numbers by the core cases that are given.

    Chances within two or five years are turned into those of a month. Where the party is destroyed,
    and elsewhere, a halt has the rate of those cases with half a case added; words and credits have
    a logistic regression on orientation after the turn.
    """
    halt, _, answer, credit, _ = (outcome.happened(cases) for outcome in OUTCOMES)
    destroyed = (cases["repression_party"] == 3).to_numpy()
    attacked = destroyed & (cases["hostile_act_24m"] == 1).to_numpy()
    broke = np.array(cases["soviet_break_24m"], np.int64)
    right = cases["orientation_after"].to_numpy(np.float64)
    known = (credit != UNKNOWN) & (cases["who_broke"] != "host").to_numpy()
    words_level, words_slope = _logistic(right, (answer > 0).astype(np.int64))
    credit_level, credit_slope = _logistic(right[known], credit[known])
    return {
        "words_level": words_level, "words_slope": words_slope,
        "credit_level": credit_level, "credit_slope": credit_slope,
        "halt_destroyed": _monthly(halt[destroyed], EARLY),
        "halt_else": _monthly(halt[~destroyed], EARLY),
        "break_attacked": _monthly(broke[attacked], _REMEMBERED),
    }  # fmt: skip


def _monthly(happened: Ints, months: int) -> float:
    """Return the chance of a month that gives some cases' rate, with half a case, in so many."""
    rate = (happened.sum() + HALF) / (len(happened) + 2.0 * HALF)
    return float(1.0 - (1.0 - rate) ** (1.0 / months))


def _logistic(right: Floats, happened: Ints) -> tuple[float, float]:
    """Return level and slope of a logistic regression; without both outcomes, the level alone."""
    from sklearn.linear_model import LogisticRegression

    if len({*happened.tolist()}) < 2:
        rate = (happened.sum() + HALF) / (len(happened) + 2.0 * HALF)
        return float(np.log(rate / (1.0 - rate))), 0.0
    found = LogisticRegression(C=_WIDE, tol=1e-8).fit(right[:, None], happened)
    return float(found.intercept_[0]), float(found.coef_[0, 0])


def text_of(numbers: dict[str, float]) -> str:
    """Return the policy's file with some numbers."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(numbers)


@lru_cache(maxsize=64)
def fitted_without(case: str) -> Policy:
    """Return the policy with its numbers computed from the shipped cases without one."""
    cases = load_cases().core
    text = text_of(fit(cases[cases["case"] != case]))
    return build_policy("ussr", NAME, parse_toml(text, FILE.name), FILE.name)


@lru_cache(maxsize=1)
def shipped() -> Policy:
    """Return the policy as it ships, with its numbers computed from all cases."""
    return build_policy("ussr", NAME, read_toml(FILE), FILE.name)
