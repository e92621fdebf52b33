"""What the code of a month depends on, before any number is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..state.scenario import Country, Terms

if TYPE_CHECKING:
    from ..model import ColdWarModel


@dataclass(frozen=True, slots=True)
class Shape:
    """All that the code of a month depends on; values of parameters and drivers do not.

    Attributes
    ----------
    country : Country
        Without its start.
    terms : Terms
        Policies and interventions.
    closed, varying : tuple of str
        Closed channels; parameters that differ from world to world.
    listened, frozen : tuple of str
        Channels whose load is written down, or read.
    """

    country: Country
    terms: Terms
    closed: tuple[str, ...] = ()
    varying: tuple[str, ...] = ()
    listened: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()

    @classmethod
    def of(cls, model: ColdWarModel) -> Shape:
        """Return the shape of a model's present month."""
        return cls(
            replace(model.premise.country, start={}),
            model.terms,
            tuple(sorted(model.premise.closed)),
            tuple(name for name, value in model.p.items() if isinstance(value, np.ndarray)),
            tuple(sorted(model.conduit.listened)),
            tuple(sorted(model.conduit.frozen)),
        )
