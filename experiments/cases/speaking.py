"""Who speaks of each case, and the scores of all who speak: rows, and their means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.types import Floats

from .scores import (
    OUTCOMES,
    RULES,
    UNKNOWN,
    brier_score,
    log_score,
    mean_and_error,
    own_chances,
    rule_chances,
    sign_chances,
)

if TYPE_CHECKING:
    import pandas as pd

Said = dict[str, Floats]  # as trial.chances returns it
OWN, SIGN, RATE = "own chances", "its sign", "rate"


def speak(
    table: pd.DataFrame, training: pd.DataFrame, says: Mapping[str, Said],
    trained: Mapping[str, Said],
) -> pd.DataFrame:  # fmt: skip
    """Return a row a case, who speaks and an outcome: the chance of what happened, and scores."""
    import pandas as pd

    parts, fewer = [], len(training) - 1
    for outcome in OUTCOMES:
        happened = outcome.happened(table)
        spoken = [(rule, RATE, rule_chances(rule, outcome, table, training)) for rule in RULES]
        for name, said in says.items():
            spoken += [
                (name, OWN, own_chances(outcome, said, table, fewer)),
                (name, SIGN, sign_chances(outcome, said, table, trained[name], training)),
            ]
        base = log_score(spoken[0][2], happened)
        for who, basis, spoken_chances in spoken:
            log = log_score(spoken_chances, happened)
            parts.append(pd.DataFrame({
                "case": table["case"].to_numpy(), "who": who, "basis": basis,
                "outcome": outcome.name,
                "happened": np.where(happened == UNKNOWN, np.nan, happened),
                "chance": np.exp(log), "log": log, "brier": brier_score(spoken_chances, happened),
                "gain": log - base,
            }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


_KEYS: Final = ["who", "basis", "outcome"]


def means_of(by_case: pd.DataFrame) -> pd.DataFrame:
    """Return mean scores over cases, by who speaks, on what basis, and of which outcome."""
    return by_case.groupby(_KEYS, sort=False)[["log", "brier", "gain"]].mean().reset_index()


def scores_of(
    by_case: pd.DataFrame, spread: Sequence[pd.DataFrame], neutral: pd.DataFrame
) -> pd.DataFrame:
    """Return the means over cases, with their errors and how far doubt moves them."""
    import pandas as pd

    logs = {key: rows.set_index("case")["log"] for key, rows in by_case.groupby(_KEYS, sort=False)}
    varied_gains = pd.concat(spread).groupby(_KEYS)[["log", "gain"]]
    low, high = varied_gains.quantile(0.05), varied_gains.quantile(0.95)
    moved = neutral.groupby(_KEYS)["gain"].agg(["min", "max"]) if len(neutral) else None
    rows = []
    for (who, basis, outcome), rows_of in by_case.groupby(_KEYS, sort=False):
        key, log = (who, basis, outcome), logs[who, basis, outcome]
        row: dict[str, Any] = {
            "who": who, "basis": basis, "outcome": outcome, "cases": int(log.notna().sum()),
        }  # fmt: skip
        row["log"], row["log_se"] = mean_and_error(log.to_numpy())
        row["brier"] = rows_of["brier"].mean()
        for rule, column in zip(RULES, ("gain", "over_turn", "over_destroyed"), strict=True):
            difference = (log - logs[rule, RATE, outcome]).to_numpy()
            row[column], row[f"{column}_se"] = mean_and_error(difference)
        row |= {"log_q05": low.at[key, "log"], "log_q95": high.at[key, "log"],
                "gain_q05": low.at[key, "gain"], "gain_q95": high.at[key, "gain"]}  # fmt: skip
        # a rule of one line looks at nothing neutral
        row |= dict.fromkeys(("neutral_low", "neutral_high"), np.nan)
        if moved is not None and key in moved.index:
            row["neutral_low"] = min(moved.at[key, "min"], row["gain"])
            row["neutral_high"] = max(moved.at[key, "max"], row["gain"])
        rows.append(row)
    return pd.DataFrame(rows)
