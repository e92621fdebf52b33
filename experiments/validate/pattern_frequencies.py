"""Which patterns of the record simulated worlds show, and what rules them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.types import Floats
from palca.scenarios import build

from ..io.parallel import shared
from ..observe.documented import Record
from ..observe.histories import documented
from ..observe.patterns import PATTERNS
from ..simulate.ensemble import free_running
from . import ablations

if TYPE_CHECKING:
    import pandas as pd

_RARE: Final = 0.05
_EXTREME: Final = 5  # parameters are compared in so many classes of equal size


@dataclass(slots=True)
class Patterns:
    """Patterns in worlds.

    Attributes
    ----------
    table : DataFrame
        A row a pattern: ``record``, ``worlds`` (share of all), ``where`` (share of worlds where
        it could show), ``of_those`` (share of these that show it).
    counts : ndarray of int, shape ``(worlds,)``
        How many of all patterns each world shows.
    policies : DataFrame
        A row a policy, a column a pattern: share of worlds, where it could show.
    parameters : DataFrame
        A row a pattern: the parameter that matters most to it, and the share of worlds with
        the pattern in its lowest and in its highest fifth, with the number of worlds in each.
    """

    table: pd.DataFrame
    counts: NDArray[np.int64]
    policies: pd.DataFrame
    parameters: pd.DataFrame


def find_patterns(
    version: ablations.Version, record: Record, worlds: int, seed: int, jobs: int
) -> Patterns:
    """Return which patterns worlds show, and which policies and parameters rule them out."""
    import pandas as pd

    from palca.scenarios.reading.library import shipped_policies

    resolved = version()
    scenario = build(resolved)
    known = documented(record, scenario)
    histories = free_running(resolved, worlds, seed)
    rows, counts = [], np.zeros(worlds, np.int64)
    for pattern in PATTERNS:
        holds = pattern.of(histories)
        could = np.ones(worlds, np.bool_) if pattern.where is None else pattern.where(histories)
        both = holds & could
        counts += both
        rows.append(
            {"number": pattern.number, "pattern": pattern.title, "origin": pattern.origin,
             "use": pattern.use, "record": bool(pattern.of(known)[0]), "worlds": both.mean(),
             "where": could.mean(), "of_those": both.sum() / max(could.sum(), 1)}
        )  # fmt: skip
    others = {
        f"{actor}/{policy}": version(f"policy.{actor}={policy}")
        for actor in resolved["policies"] for policy in shipped_policies(actor)
    }  # fmt: skip
    calls = ((other, worlds, seed) for other in others.values())
    policies = dict(zip(others, shared(_shares, calls, jobs), strict=True))
    numbers = [pattern.number for pattern in PATTERNS]
    plain = version("posterior=off")
    measured, sampled = ablations.prior_worlds(plain, 5 * worlds, seed, jobs)
    return Patterns(
        pd.DataFrame(rows), counts,
        pd.DataFrame(policies, index=numbers).T, _by_parameter(measured, sampled),
    )  # fmt: skip


def _shares(resolved: dict[str, Any], worlds: int, seed: int) -> Floats:
    """Return the share of free-running worlds with each pattern, of those where it could show."""
    return ablations.pattern_shares(ablations.measure(free_running(resolved, worlds, seed)))


def _by_parameter(measured: dict[str, Floats], sampled: pd.DataFrame) -> pd.DataFrame:
    """Return the parameter that moves each pattern's share most, by fifths of its prior."""
    import pandas as pd

    rows = []
    for pattern in PATTERNS:
        values = measured[ablations.key(pattern.number)]
        could = ~np.isnan(values)
        best: dict[str, Any] = {
            "number": pattern.number, "parameter": "", "lowest": np.nan, "highest": np.nan,
            "lowest_worlds": 0, "highest_worlds": 0,
        }  # fmt: skip
        for name in sampled:
            own = sampled[name].to_numpy()
            low, high = np.quantile(own, (1 / _EXTREME, 1 - 1 / _EXTREME))
            ends = [values[could & some] for some in (own <= low, own >= high)]
            if min(map(len, ends)) < 50:
                continue
            lowest, highest = (float(end.mean()) for end in ends)
            if not abs(highest - lowest) <= abs(best["highest"] - best["lowest"]):
                best |= {"parameter": str(name), "lowest": lowest, "highest": highest,
                         "lowest_worlds": len(ends[0]), "highest_worlds": len(ends[1])}  # fmt: skip
        rows.append(best)
    return pd.DataFrame(rows)


def ruled_out(shares: Any) -> list[int]:
    """Return the patterns that hardly any world of a policy shows, of its row of shares."""
    return [int(str(number)) for number, share in shares.items() if share < _RARE]
