"""Parameters drawn from their priors, for each world its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palca.model import noise
from palca.model.parameter_table import Parameter
from palca.model.parameters import PARAMETERS, Value

_PRIOR: Final = re.compile(r"(uniform|normal)\(([-.\d]+), ([-.\d]+)\)")
FREE: Final = tuple(name for name, row in PARAMETERS.items() if row.free)


def draw(
    seed: int, worlds: NDArray[np.int64], fixed: Mapping[str, Value]
) -> dict[str, NDArray[np.float64]]:
    """Return the free parameters of some worlds, each ``(worlds,)``, but for those in `fixed`."""
    keys = noise.world_keys(seed, worlds)
    return {
        name: _of(PARAMETERS[name], noise.bits(keys, noise.event_keys(f"prior of {name}", 1, 1)[0]))
        for name in FREE
        if name not in fixed
    }


def _of(row: Parameter, bits: noise.Keys) -> NDArray[np.float64]:
    """Return draws from a prior; a normal one is cut at the parameter's range."""
    match = _PRIOR.fullmatch(row.prior)
    if match is None:
        raise ValueError(f"the prior of {row.name} can't be read: {row.prior}")
    first, second = float(match[2]), float(match[3])
    if match[1] == "uniform":
        values = first + (second - first) * noise.uniform(bits)
    else:
        values = first + second * noise.normal(bits)
    return np.minimum(np.maximum(values, row.low), row.high)
