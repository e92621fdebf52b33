"""Resolved scenarios by what makes them, packed for other processes and for files."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

_MOST_BYTES: Final = 2**30  # of the scenarios of a sweep

Variants = Mapping[tuple[Any, ...], Mapping[str, Any]]


def pack(variants: Variants) -> bytes:
    """Return resolved scenarios, each with what makes it, compressed.

    They are all that a process, here or elsewhere, needs to know of a sweep's scenario.
    """
    return lzma.compress(json.dumps(listed(variants)).encode(), preset=1)


@lru_cache(maxsize=2)
def unpack(packed: bytes) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the scenarios that :func:`pack` packed; nobody may change them."""
    return unlisted(json.loads(_decompressed(packed)))


def listed(variants: Variants) -> dict[str, Any]:
    """Return resolved scenarios, each with what makes it, as plain data fit for JSON."""
    rows: list[dict[str, Any]] = []
    parameter_sets: list[dict[str, Any]] = []  # long, and mostly the same for all
    for levels, scenario in variants.items():
        rest = {**scenario}
        if (own := rest.pop("sets")) not in parameter_sets:
            parameter_sets.append(own)
        rows.append({"levels": levels, "scenario": rest, "sets": parameter_sets.index(own)})
    return {"variants": rows, "sets": parameter_sets}


def unlisted(content: Mapping[str, Any]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return what :func:`listed` was given."""
    parameter_sets = content["sets"]
    return {
        tuple(row["levels"]): {**row["scenario"], "sets": parameter_sets[row["sets"]]}
        for row in content["variants"]
    }


def _decompressed(packed: bytes) -> bytes:
    """Return what was compressed; a stranger's few bytes may stand for more than there is room."""
    reader = lzma.LZMADecompressor()
    content = reader.decompress(packed, _MOST_BYTES)
    if not reader.eof:
        raise ValueError(f"its scenarios are incomplete, or larger than {_MOST_BYTES:,} bytes")
    return content
