"""Who computes when: one computation a visitor, few altogether, none for ever."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeVar

from palca.model.errors import PalcaError

from ..io.language import _

MOST_WORLDS: Final = 5_000  # of one computation
AT_ONCE: Final = 2  # computations
MOST_WAITING: Final = 20  # visitors in the queue
LONGEST: Final = 30.0  # seconds of one computation, and of waiting for one's turn
LAST: Final = 10.0  # seconds that the end of the lab waits for what is being computed
VISITORS: Final = 200  # pages open at once

T = TypeVar("T")
_slots = threading.BoundedSemaphore(AT_ONCE)
_counting = threading.Lock()
_waiting = 0
_closed = threading.Event()
_until: ContextVar[float] = ContextVar("until", default=float("inf"))


class Superseded(Exception):
    """The visitor has asked for something else meanwhile."""


class Visitor:
    """One open page: what it asked last is computed, and nothing that it asked before."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._newest: object = None

    def compute(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, when it is this visitor's turn.

        Raises
        ------
        Superseded
            If the visitor has asked for something else before the turn came.
        PalcaError
            If too many wait, if it took too long, or if the lab ends.
        """
        own = self._newest = object()
        with self._turn:
            if self._newest is not own:
                raise Superseded
            with _slot():
                try:
                    return work()
                finally:
                    _give_back()


def _give_back() -> None:
    """Return to the system what has been freed: glibc keeps it, for each thread its own."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none
        if trim is not None:
            trim(0)


@contextmanager
def _slot() -> Iterator[None]:
    """Hold one of the slots for computations, for a limited time."""
    global _waiting
    with _counting:
        if _waiting >= MOST_WAITING:
            raise PalcaError(_("too many visitors are computing now; try again in a minute"))
        _waiting += 1
    try:
        got = _slots.acquire(timeout=LONGEST)
    finally:
        with _counting:
            _waiting -= 1
    if not got:
        raise PalcaError(_("other visitors are computing now; try again in a minute"))
    token = _until.set(time.monotonic() + LONGEST)
    try:
        look_at_clock()
        yield
    finally:
        _until.reset(token)
        _slots.release()


def look_at_clock() -> None:
    """Stop here if the time is up or the lab ends; called between the parts of a computation.

    Raises
    ------
    PalcaError
    """
    if _closed.is_set():
        raise PalcaError(_("the lab has ended"))
    if time.monotonic() > _until.get():
        raise PalcaError(_("stopped after {seconds} seconds: choose fewer worlds",
                           seconds=f"{LONGEST:.0f}"))  # fmt: skip


def close() -> None:
    """Let no computation begin or go on, and wait for those that are at work.

    Python may crash if it ends while machine code is at work in a thread.
    """
    _closed.set()
    until = time.monotonic() + LAST
    for _slot in range(AT_ONCE):
        _slots.acquire(timeout=max(until - time.monotonic(), 0))
