"""The process that fuzzes one target: ``python -m fuzz.hunt TARGET ITSELF`` and libFuzzer's options.

ITSELF is the command by which libFuzzer starts this process again.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["palca"]):  # pyright: ignore[reportAttributeAccessIssue]
    from .targets import TARGETS

if __name__ == "__main__":
    name, *options = sys.argv[1:]
    atheris.Setup(options, TARGETS[name])
    atheris.Fuzz()
