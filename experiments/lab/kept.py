"""What has been computed stays at hand for whoever asks the same: so many bytes of it in all."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any, Final, ParamSpec, TypeVar

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached
from cachetools.keys import hashkey

_PLAIN: Final = frozenset({str, float, int, bool, bytes, type(None), np.float64, np.int64})
MOST: Final = 128 * 2**20  # bytes
P = ParamSpec("P")
T = TypeVar("T")


def bytes_of(value: object) -> int:
    """Return about how much memory a value takes, all that it holds included, each part once."""
    seen: set[int] = set()
    size, parts = 0, [value]
    while parts:
        part = parts.pop()
        kind = type(part)
        if kind in _PLAIN:  # most parts are, so that this takes half of the time away
            if id(part) not in seen:
                seen.add(id(part))
                size += sys.getsizeof(part)
            continue
        while isinstance(part, np.ndarray) and isinstance(part.base, np.ndarray):
            part = part.base  # a part of an array keeps the whole
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, pd.DataFrame):
            size += int(part.memory_usage(deep=True).sum())
            continue
        size += max(sys.getsizeof(part, 64), getattr(part, "nbytes", 0))
        if isinstance(part, Mapping):
            parts += [*part.keys(), *part.values()]
        elif isinstance(part, (tuple, list, set, frozenset)):
            parts += part
        elif names := _fields_of(kind):
            parts += [getattr(part, name) for name in names]
    return size


@lru_cache(maxsize=256)
def _fields_of(kind: type) -> tuple[str, ...]:
    return tuple(row.name for row in fields(kind)) if is_dataclass(kind) else ()


_STORE: Final[LRUCache[Any, Any]] = LRUCache(MOST, getsizeof=bytes_of)
_LOCK: Final = threading.RLock()


def kept(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function that keeps what it returns, which nobody may change.

    All such functions share one store: what was asked for longest ago makes room, whichever
    function it came from. A value that is larger than the store isn't kept.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    return cached(_STORE, key=lambda *said, **named: hashkey(name, *said, **named), lock=_LOCK)(
        function
    )
