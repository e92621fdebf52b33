"""What came out of a run: labelled months and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .events import KINDS

# (track, kind) pairs by code, so that an event is a few numbers
EVENT_CODES: Final[tuple[tuple[str, str], ...]] = tuple(
    (track, kind) for track, kinds in KINDS.items() for kind in kinds
)
CODE_OF: Final[dict[tuple[str, str], int]] = {pair: i for i, pair in enumerate(EVENT_CODES)}


@dataclass(slots=True)
class Chronicle:
    """The events of a run as they happen; parallel lists of arrays."""

    months: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    worlds: list[NDArray[np.int64]] = field(default_factory=list)
    leaders: list[NDArray[np.float64] | NDArray[np.int64] | None] = field(default_factory=list)
    amounts: list[NDArray[np.float64] | None] = field(default_factory=list)
    places: list[NDArray[np.int64] | None] = field(default_factory=list)
    month: int = 0

    def clear(self) -> None:
        """Forget what was written."""
        for column in (self.months, self.codes, self.worlds, self.leaders, self.amounts,
                       self.places):  # fmt: skip
            column.clear()

    def write(
        self,
        track: str,
        kind: str,
        worlds: NDArray[np.int64],
        amount: NDArray[np.float64] | None = None,
        leader: NDArray[np.float64] | NDArray[np.int64] | None = None,
        place: NDArray[np.int64] | None = None,
    ) -> None:
        """Write down an event of the worlds numbered in `worlds`; other arrays match it."""
        self.months.append(self.month)
        self.codes.append(CODE_OF[track, kind])
        self.worlds.append(worlds)
        self.amounts.append(amount)
        self.leaders.append(leader)
        self.places.append(place)


@dataclass(frozen=True, slots=True)
class Events:
    """Events of many worlds as parallel arrays, by world and in the order of happening.

    Attributes
    ----------
    world, month, code : ndarray of int
        `code` is a place in :data:`EVENT_CODES`.
    leader, place : ndarray of int
        Roster place of the leader concerned and garrison; -1 if none.
    amount : ndarray of float
        Million USD or another size; NaN if none.
    """

    world: NDArray[np.int64]
    month: NDArray[np.int64]
    code: NDArray[np.int64]
    leader: NDArray[np.int64]
    place: NDArray[np.int64]
    amount: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.world)


@dataclass(frozen=True, slots=True)
class History:
    """The simulated history of a block of worlds.

    Attributes
    ----------
    worlds : ndarray of int, shape ``(worlds,)``
        Their numbers.
    fields : tuple of str
        The quantities that were kept.
    months : ndarray of float32, shape ``(months, fields, worlds)``
        Their values at the end of each month.
    events : Events
        `events.world` holds places in `worlds`, not numbers.
    since : int
        The month of the first row of `months`.
    """

    worlds: NDArray[np.int64]
    fields: tuple[str, ...]
    months: NDArray[np.float32]
    events: Events
    since: int = 0

    def field(self, name: str) -> NDArray[np.float32]:
        """Return one quantity, shape ``(months, worlds)``."""
        return self.months[:, self.fields.index(name), :]


def gather(chronicle: Chronicle) -> Events:
    """Return the events of a chronicle by world, in the order in which they happened."""
    if not chronicle.worlds:
        none = np.empty(0, dtype=np.int64)
        return Events(none, none, none, none, none, np.empty(0))
    lengths = [len(worlds) for worlds in chronicle.worlds]
    world = np.concatenate(chronicle.worlds)
    month = np.repeat(chronicle.months, lengths)
    code = np.repeat(chronicle.codes, lengths)
    # events were written month by month: a stable sort by world keeps their order; 16 bits
    # are sorted by counting, which is fast
    narrow = np.uint16 if world.max() < 2**16 else np.int64
    order = np.argsort(world.astype(narrow), kind="stable")
    return Events(
        world[order],
        month[order],
        code[order],
        _join(chronicle.leaders, lengths, -1.0)[order].astype(np.int64),
        _join(chronicle.places, lengths, -1.0)[order].astype(np.int64),
        _join(chronicle.amounts, lengths, np.nan)[order],
    )


def _join(
    parts: Sequence[NDArray[np.float64] | NDArray[np.int64] | None],
    lengths: list[int],
    missing: float,
) -> NDArray[np.float64]:
    """Return the parts end to end; a part that isn't there is filled with `missing`."""
    out = np.full(sum(lengths), missing)
    end = 0
    for part, length in zip(parts, lengths, strict=True):
        end += length
        if part is not None:
            out[end - length : end] = part
    return out
