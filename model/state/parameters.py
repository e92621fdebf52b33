"""The one table of parameters: unit, range, default, prior and source of each.

A *free* parameter is uncertain, has a prior, and is what a calibration would
estimate (25 of them: a history with seven coups can't bear more). The others are fixed
by a source, or by an assumption that the table calls so. A scenario may set any
of them, or give it another prior; a run may give each world its own value.

Sources are named by author and year (docs/ODD.md lists them), by a file of the
record ("record: ..."), or by the word "assumed".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from typing import TYPE_CHECKING, Final

import numpy as np

from ..errors import PalcaError, nearest, point, short
from ..language.functions import LARGEST_NUMBER
from ..types import Floats, Ints, Value
from . import counter_rng, draw_keys
from .parameter_table import ROWS, Parameter
from .prior import Prior

PARAMETERS: Final[dict[str, Parameter]] = ROWS
PRIORS: Final[dict[str, Prior]] = {
    name: row.prior for name, row in PARAMETERS.items() if row.prior is not None
}


class Parameters:
    """Values of all parameters of a run, as attributes: ``p.backlash``.

    Parameters
    ----------
    values : mapping of str to float or array of shape ``(worlds,)``
        Those that differ from the defaults.

    Raises
    ------
    PalcaError
        For an unknown name or a value outside the parameter's range.
    """

    def __init__(self, values: Mapping[str, Value] | None = None) -> None:
        vars(self).update({name: row.default for name, row in PARAMETERS.items()})
        for name, value in (values or {}).items():
            self.set(name, value)

    def set(self, name: str, value: Value) -> None:
        """Give a parameter another value from now on."""
        vars(self)[name] = check_parameter(name, value)

    if TYPE_CHECKING:  # the attributes are the table's names

        def __getattr__(self, name: str) -> Value: ...

    def among(self, worlds: Ints) -> Parameters:
        """Return the values in some worlds."""
        arrays = {
            name: value[worlds] for name, value in self.items() if isinstance(value, np.ndarray)
        }
        if not arrays:
            return self
        some = copy(self)
        vars(some).update(arrays)
        return some

    def items(self) -> Iterable[tuple[str, Value]]:
        """Return pairs of name and value."""
        return vars(self).items()


def draw_index(seed: int, worlds: Ints) -> Ints:
    """Return which posterior draw each world has, counted on beyond the last, ``(worlds,)``.

    World after world has the next draw, and another seed begins elsewhere: so a run has all draws
    equally often, and one world alone has another draw under another seed.
    """
    return worlds + int(counter_rng.world_keys(seed, [0])[0] >> np.uint64(32))


def draws_of_worlds(draws: Mapping[str, Floats], index: Ints) -> dict[str, Value]:
    """Return the parameters of some worlds by their posterior draws, each ``(worlds,)``.

    Parameters
    ----------
    draws : mapping of str to ndarray, shape ``(draws,)``
        A single draw is the same for all and comes as numbers.
    index : ndarray of int, shape ``(worlds,)``
        As :func:`draw_index` returns it.
    """
    count = len(next(iter(draws.values()), ()))
    if count <= 1:
        return {name: float(values[0]) for name, values in draws.items()}
    return {name: values[index % count] for name, values in draws.items()}


def drawn_from(priors: Mapping[str, Prior], keys: counter_rng.Keys) -> dict[str, Floats]:
    """Return parameters drawn from their priors, each ``(worlds,)``.

    Parameters
    ----------
    keys : ndarray of uint64, shape ``(worlds,)``
        As :func:`~.counter_rng.world_keys` returns them.
    """
    out = {}
    for name, prior in priors.items():
        key = draw_keys.PRIORS.get(name, f"prior of {name}")  # any parameter may have one
        out[name] = prior.draw(counter_rng.bits(keys, counter_rng.event_keys(key, 1, 1)[0]))
    return out


def check_parameter(name: str, value: Value) -> Value:
    """Return `value` as float or float array if parameter `name` may have it.

    Raises
    ------
    PalcaError
        If there is no such parameter or the value is outside its range.
    """
    if name not in PARAMETERS:
        raise PalcaError(f"no parameter '{name}'{nearest(name, PARAMETERS)}; "
                         "'palca list parameters' shows them all")
    row = PARAMETERS[name]
    number = isinstance(value, (int, float, np.ndarray)) and not isinstance(value, bool)
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        number = False  # NumPy knows no whole numbers without an end
    if not number or not np.all(np.isfinite(value)):
        hint = point(value) if isinstance(value, str) else ""
        raise PalcaError(f"parameter '{name}' takes a number, not {short(repr(value))}{hint}")
    if not (np.all(np.greater_equal(value, row.low)) and np.all(np.less_equal(value, row.high))):
        raise PalcaError(f"parameter '{name}' must lie in {row.low:g} to {row.high:g} {row.unit}, "
                         f"not {short(value)}")
    return np.asarray(value, dtype=np.float64) if isinstance(value, np.ndarray) else float(value)
