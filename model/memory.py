"""When to look for models that nobody holds any more."""

from __future__ import annotations

import gc
from typing import Final

_ROOM: Final = 2**26  # bytes that models may take before those that nobody holds are looked for
_taken = 0


def make_room(size: int) -> None:
    """Let a model have some bytes; first let go of others, if much has been taken since.

    A model and its agents hold one another, so that only Python's collector can tell that
    nobody else does. It counts objects, not bytes, and would come too late: few objects may
    have gigabytes.
    """
    global _taken
    _taken += size
    if _taken > _ROOM:
        gc.collect()
        _taken = size
