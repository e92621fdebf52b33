"""Cases as they may have been: each coding varied within its stated doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from .case_files import CODES, Cases
from .sight import Doubt

if TYPE_CHECKING:
    import pandas as pd

# Columns whose code may be the next one up or down, and the facts that say how sure it is
STEPS: Final[dict[str, tuple[str, ...]]] = {
    "party_size": ("party_size", "party"),
    "repression_party": ("repression_party", "repression"),
    "hostile_act_24m": ("hostile_act_24m", "hostile_act"),
    "soviet_suspension_24m": ("soviet_suspension_24m", "suspension"),
    "response_0_4": ("soviet_protest", "protest", "response"),
    "credits_60m": ("credits_60m", "credit_after", "resumed"),
}
_RIGHT: Final = ("orientation_before", "orientation_after")


def varied(cases: Cases, doubt: Doubt, draws: int, seed: int) -> list[pd.DataFrame]:
    """Return the core cases as they may have been, so many times.

    Orientations move within their range. A code that is wrong is the next one up or down; of no and
    yes, the other. Who broke relations is not varied, being a public act, except that a break by
    the USSR may have been a suspension only.
    """
    core = cases.core
    random = np.random.default_rng(seed)
    facts_of = {**STEPS, "who_broke": ("who_broke", "break", "motive")}
    wrong = {column: np.array([doubt.wrong[cases.confidence(str(case), *facts)]
                               for case in core["case"]])
             for column, facts in facts_of.items()}  # fmt: skip
    return [_varied(core, doubt.orientation, wrong, random) for _ in range(draws)]


def _varied(
    core: pd.DataFrame, width: float, wrong: dict[str, np.ndarray], random: np.random.Generator
) -> pd.DataFrame:
    table, size = core.copy(), len(core)
    for column in _RIGHT:
        moved = core[column].to_numpy(np.float64) + random.uniform(-width, width, size)
        table[column] = np.clip(moved, -1.0, 1.0)
    broke = (core["soviet_break_24m"] == 1).to_numpy()
    stays = ~(broke & (random.random(size) < wrong["who_broke"]))
    table["soviet_break_24m"] = (broke & stays).astype(np.int64)
    for column in STEPS:
        codes = [code for code in CODES[column] if code != "unknown"]
        places = [codes.index(str(code)) if str(code) in codes else -1 for code in core[column]]
        flips, up = random.random(size) < wrong[column], random.random(size) < 0.5
        moved = [_next(place, bool(rises), len(codes)) if flip and place >= 0 else place
                 for place, flip, rises in zip(places, flips, up, strict=True)]  # fmt: skip
        said = [codes[place] if place >= 0 else "unknown" for place in moved]
        table[column] = [int(code) for code in said] if codes[0].isdigit() else said
    # who breaks has also halted, and no fifth answer is left without its break
    table.loc[table["soviet_break_24m"] == 1, ["soviet_suspension_24m", "response_0_4"]] = 1, 4
    return table


def _next(place: int, up: bool, codes: int) -> int:
    """Return the next place up or down, or the only neighbour of an end."""
    moved = place + (1 if up else -1)
    return moved if 0 <= moved < codes else 2 * place - moved
