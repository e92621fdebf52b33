"""Parameters drawn from their priors, for each world its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.state import counter_rng
from palca.model.state.channels import CHANNELS
from palca.model.state.draw_keys import PRIORS
from palca.model.state.parameter_table import Parameter
from palca.model.state.parameters import PARAMETERS
from palca.model.types import Floats, Value
from palca.scenarios import build

_PRIOR: Final = re.compile(r"(uniform|normal)\(([-.\d]+), ([-.\d]+)\)")
FREE: Final = tuple(name for name, row in PARAMETERS.items() if row.free)


def draw(seed: int, worlds: NDArray[np.int64], fixed: Mapping[str, Value]) -> dict[str, Floats]:
    """Return the free parameters of some worlds, each ``(worlds,)``, but for those in `fixed`."""
    keys = counter_rng.world_keys(seed, worlds)
    return {
        name: _of(
            PARAMETERS[name],
            counter_rng.bits(keys, counter_rng.event_keys(PRIORS[name], 1, 1)[0]),
        )
        for name in FREE
        if name not in fixed
    }


def quantile(name: str, shares: Floats) -> Floats:
    """Return the values below which some shares of a free parameter's prior lie.

    A normal prior is cut at the parameter's range.
    """
    from scipy.special import ndtri

    kind, first, second = _prior(name)
    if kind == "uniform":
        return first + (second - first) * np.asarray(shares)
    return _within(PARAMETERS[name], first + second * ndtri(shares))


def share(name: str, values: Floats) -> Floats:
    """Return which share of a free parameter's prior lies below some values."""
    from scipy.special import ndtr

    kind, first, second = _prior(name)
    if kind == "uniform":
        return np.clip((np.asarray(values) - first) / (second - first), 0.0, 1.0)
    return ndtr((np.asarray(values) - first) / second)


def _of(row: Parameter, bits: counter_rng.Keys) -> Floats:
    """Return draws from a prior; a normal one is cut at the parameter's range."""
    kind, first, second = _prior(row.name)
    if kind == "uniform":
        return first + (second - first) * counter_rng.uniform(bits)
    return _within(row, first + second * counter_rng.normal(bits))


def _within(row: Parameter, values: Floats) -> Floats:
    return np.minimum(np.maximum(values, row.low), row.high)


def _prior(name: str) -> tuple[str, float, float]:
    """Return a prior's kind, and its ends if it is uniform, else its mean and spread."""
    match = _PRIOR.fullmatch(PARAMETERS[name].prior)
    if match is None:
        raise ValueError(f"the prior of {name} can't be read: {PARAMETERS[name].prior}")
    return match[1], float(match[2]), float(match[3])


def free_in(resolved: dict[str, Any]) -> tuple[str, ...]:
    """Return the free parameters that a scenario neither sets nor holds at nothing."""
    scenario = build(resolved)
    held = {name for channel in scenario.closed for name in CHANNELS[channel].zeroes}
    return tuple(n for n in FREE if n not in scenario.parameters and n not in held)
