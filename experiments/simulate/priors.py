"""Parameters drawn from their priors, for each world its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.state import counter_rng
from palca.model.state.channels import CHANNELS
from palca.model.state.parameters import PRIORS, drawn_from
from palca.model.state.prior import Prior
from palca.model.types import Floats
from palca.scenarios import build
from palca.scenarios.priors_table import build_priors

FREE: Final = tuple(PRIORS)


def draw(
    seed: int, worlds: NDArray[np.int64], prior_of: Mapping[str, Prior] = PRIORS
) -> dict[str, Floats]:
    """Return the parameters of some worlds, each ``(worlds,)``, from the prior of each."""
    return drawn_from(prior_of, counter_rng.world_keys(seed, worlds))


def free_in(resolved: dict[str, Any]) -> dict[str, Prior]:
    """Return the priors of the parameters that a scenario neither sets nor holds at nothing."""
    scenario = build(resolved)
    held = {name for channel in scenario.closed for name in CHANNELS[channel].zeroes}
    return {name: prior for name, prior in scenario.free_priors.items() if name not in held}


def own_priors(resolved: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the priors of a resolved scenario's own: parameter, in words, and source of each."""
    rows = resolved.get("priors", {})
    priors = build_priors(rows, resolved["place"])
    return [(name, f"{name} {prior}", str(rows[name]["source"])) for name, prior in priors.items()]


def said_of(scenarios: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each different set of priors that scenarios have of their own."""
    sentences = []
    for resolved in scenarios:
        if own := "; ".join(said for _, said, _ in own_priors(resolved)):
            places = {str(row["place"]).partition(": [")[0] for row in resolved["priors"].values()}
            sentences.append(
                f"Priors of {' and '.join(sorted(places))}: {own}. All other free parameters have "
                "the priors of the country's file or else Palca's, and no posterior is used."
            )
    return list(dict.fromkeys(sentences))
