"""Where a target puts the bytes that it is given."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def scratch() -> Path:
    """Return a folder of this process's own."""
    path = Path(tempfile.mkdtemp(prefix="palca-fuzz-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def file(name: str, data: bytes) -> Path:
    """Return a file that holds the bytes; its folders are made."""
    path = scratch() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def text_of(data: bytes) -> str:
    """Return bytes as a text; those that aren't UTF-8 as halves of characters."""
    return data.decode("utf-8", "surrogateescape")
