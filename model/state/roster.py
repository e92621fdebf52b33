"""Who may rule, as arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..types import Flags, Floats, Ints
from . import counter_rng
from .draw_keys import LUCK
from .scenario import Country


@dataclass(frozen=True, slots=True)
class Roster:
    """The leaders of the country as arrays of shape ``(leaders, 1)``; the last is unnamed."""

    index: Ints
    ideology: Floats
    top: Flags
    civilian: Flags
    since: Ints
    until: Ints
    candidate: Flags
    unnamed: Flags
    keys: dict[str, NDArray[np.uint64]]  # of the luck of each, by occasion: (leaders, months)


def roster_of(country: Country, months: int) -> Roster:
    """Return the roster of a country, with luck for a number of months."""
    leaders = country.leaders

    def column(values: Iterable[Any]) -> NDArray[Any]:
        return np.array(list(values))[:, None]

    return Roster(
        column(range(len(leaders))),
        column(leader.ideology for leader in leaders),
        column(leader.rank == "top" for leader in leaders),
        column(leader.rank == "civilian" for leader in leaders),
        column(leader.since for leader in leaders),
        column(leader.until for leader in leaders),
        column(leader.candidate for leader in leaders),
        column(leader is leaders[-1] for leader in leaders),
        {
            occasion: counter_rng.event_keys(key, len(leaders), months)
            for occasion, key in LUCK.items()
        },
    )
