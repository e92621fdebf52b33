"""The result of a run: monthly values and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..events import KINDS
from ..types import Floats, Ints

# (track, kind) pairs by code, so that an event is a few numbers
EVENT_CODES: Final[tuple[tuple[str, str], ...]] = tuple(
    (track, kind) for track, kinds in KINDS.items() for kind in kinds
)
CODE_OF: Final[dict[tuple[str, str], int]] = {pair: i for i, pair in enumerate(EVENT_CODES)}


@dataclass(frozen=True, slots=True)
class Events:
    """Events of many worlds as parallel arrays, by world and in the order of happening.

    Attributes
    ----------
    world, month, code : ndarray of int
        `code` is an index in :data:`EVENT_CODES`.
    leader, garrison : ndarray of int
        Roster index of the leader concerned and index of the garrison; -1 if none. These
        two, `month` and `code` may be of 16 bits.
    amount : ndarray of float
        Million USD or another size; NaN if none.
    """

    world: Ints
    month: Ints
    code: Ints
    leader: Ints
    garrison: Ints
    amount: Floats

    def __len__(self) -> int:
        return len(self.world)


@dataclass(slots=True)
class EventLog:
    """The events of a run as they happen: what is written down, in order."""

    entries: list[tuple[int, int, Ints, Any, Any, Any]] = field(default_factory=list)
    pages: list[Events] = field(default_factory=list)
    month: int = 0

    def write(
        self,
        track: str,
        kind: str,
        worlds: Ints,
        amount: Floats | None = None,
        leader: NDArray[Any] | None = None,
        garrison: Ints | None = None,
    ) -> None:
        """Write down an event of the worlds numbered in `worlds`; other arrays match it."""
        entry = (self.month, CODE_OF[track, kind], worlds, leader, garrison, amount)
        self.entries.append(entry)

    def add(self, events: Events) -> None:
        """Add events, by world, that come after all others in their worlds."""
        if self.entries:
            self._bind()
        self.pages.append(events)

    def take(self) -> Events:
        """Return all events in the order of adding, and forget them."""
        self._bind()
        pages, self.pages = self.pages, []
        if len(pages) == 1:
            return pages[0]
        return Events(*(np.concatenate(parts) for parts in zip(*map(_columns, pages), strict=True)))

    def gather(self) -> Events:
        """Return the events by world, in the order in which they happened."""
        if len(self.pages) == 1 and not self.entries:
            return self.pages[0]  # as it was added, or gathered before: by world
        events = self.take()
        if np.any(events.world[1:] < events.world[:-1]):
            # pages follow one another: a stable sort by world keeps the order of happening;
            # 16 bits are sorted by counting, which is fast
            narrow = np.uint16 if events.world.max() < 2**16 else np.int64
            order = np.argsort(events.world.astype(narrow), kind="stable")
            events = Events(*(column[order] for column in _columns(events)))
        self.pages = [events]
        return events

    def _bind(self) -> None:
        """Make a page of the entries."""
        if not self.entries and self.pages:
            return
        months, codes, worlds, leaders, garrisons, amounts = (
            zip(*self.entries, strict=True) if self.entries else [()] * 6
        )
        lengths = [len(some) for some in worlds]
        self.pages.append(
            Events(
                np.concatenate([*worlds, np.empty(0, np.int64)]),
                np.repeat(np.array(months, np.int64), lengths),
                np.repeat(np.array(codes, np.int64), lengths),
                _join(leaders, lengths, -1.0).astype(np.int64),
                _join(garrisons, lengths, -1.0).astype(np.int64),
                _join(amounts, lengths, np.nan),
            )
        )
        self.entries.clear()


def _columns(events: Events) -> tuple[NDArray[Any], ...]:
    return (
        events.world, events.month, events.code, events.leader, events.garrison, events.amount,
    )  # fmt: skip


def _join(parts: Sequence[Any], lengths: list[int], missing: float) -> Floats:
    """Return the parts end to end; a part that isn't there is filled with `missing`."""
    out = np.full(sum(lengths), missing)
    end = 0
    for part, length in zip(parts, lengths, strict=True):
        end += length
        if part is not None:
            out[end - length : end] = part
    return out


@dataclass(frozen=True, slots=True)
class History:
    """The simulated history of a block of worlds.

    Attributes
    ----------
    worlds : ndarray of int, shape ``(worlds,)``
        Their numbers.
    fields : tuple of str
        The quantities that were kept.
    monthly : ndarray of float32, shape ``(months, fields, worlds)``
        Their values at the end of each month.
    events : Events
        `events.world` holds indices into `worlds`, not numbers.
    since : int
        The month of the first row of `monthly`.
    """

    worlds: Ints
    fields: tuple[str, ...]
    monthly: NDArray[np.float32]
    events: Events
    since: int = 0

    def field(self, name: str) -> NDArray[np.float32]:
        """Return one quantity, shape ``(months, worlds)``."""
        return self.monthly[:, self.fields.index(name), :]
