"""Worlds of several parts as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


def concatenate_worlds(parts: Sequence[T]) -> T:
    """Return the worlds of several parts as one, in their order.

    Parameters
    ----------
    parts : sequence
        Of one type: arrays whose last axis is that of the worlds, or dictionaries or dataclasses
        of such. A class for which that isn't enough has a static method ``concatenate``. Anything
        else is alike in all parts, and the first one's is taken.
    """
    first: Any = parts[0]
    if isinstance(first, np.ndarray):
        return np.concatenate(parts, axis=-1)  # type: ignore
    if hasattr(first, "concatenate"):
        return first.concatenate(parts)
    if isinstance(first, dict):
        return {key: concatenate_worlds([part[key] for part in parts]) for key in first}  # type: ignore
    if not is_dataclass(first):
        return first
    names = [field.name for field in fields(first)]
    whole = {name: concatenate_worlds([getattr(part, name) for part in parts]) for name in names}
    return type(first)(**whole)  # type: ignore
