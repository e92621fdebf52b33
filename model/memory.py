"""When to free the memory of Mesa's models that are no longer used."""

from __future__ import annotations

import gc
from typing import Final

_ROOM: Final = 2**26  # bytes that models may take before the garbage collector runs
_taken = 0


def make_room(size: int) -> None:
    """Count the bytes of a new model; collect garbage first if models have taken many.

    Mesa's model and agents refer to each other, so only Python's garbage collector frees them.
    It counts objects, not bytes, and would run too late: a few objects may hold gigabytes.
    """
    global _taken
    _taken += size
    if _taken > _ROOM:
        gc.collect()
        _taken = size
