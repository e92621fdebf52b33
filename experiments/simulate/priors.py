"""Parameters drawn from their priors, for each world its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.state import counter_rng, draw_keys
from palca.model.state.channels import CHANNELS
from palca.model.state.parameters import PARAMETERS
from palca.model.state.prior import Prior
from palca.model.types import Floats, Value
from palca.scenarios import build

PRIORS: Final[dict[str, Prior]] = {
    name: row.prior for name, row in PARAMETERS.items() if row.prior is not None
}
FREE: Final = tuple(PRIORS)


def draw(seed: int, worlds: NDArray[np.int64], fixed: Mapping[str, Value]) -> dict[str, Floats]:
    """Return the free parameters of some worlds, each ``(worlds,)``, but for those in `fixed`."""
    keys = counter_rng.world_keys(seed, worlds)
    return {
        name: prior.draw(
            counter_rng.bits(keys, counter_rng.event_keys(draw_keys.PRIORS[name], 1, 1)[0])
        )
        for name, prior in PRIORS.items()
        if name not in fixed
    }


def free_in(resolved: dict[str, Any]) -> tuple[str, ...]:
    """Return the free parameters that a scenario neither sets nor holds at nothing."""
    scenario = build(resolved)
    held = {name for channel in scenario.closed for name in CHANNELS[channel].zeroes}
    return tuple(n for n in FREE if n not in scenario.parameters and n not in held)
