"""Designs: what is varied, over which values, and which combinations are tried.

A *factor* is anything that ``--set`` takes. A parameter may be varied between two values;
everything else has levels. A design has a number of *points*, each a value of every factor.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, point, short
from palca.model.state.parameters import PARAMETERS, check_parameter
from palca.model.types import Floats

if TYPE_CHECKING:
    import pandas as pd

DESIGNS: Final = ("grid", "lhs", "sobol", "random")
STEPS: Final = 11  # levels of a range that needs some and names none
_COMMAS: Final = re.compile(r"(?=.*:)(?=.*,)[-+\d.,:\s]+")  # a range with decimal commas
_MOST_LEVELS: Final = 10_000
MOST_POINTS: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that is varied.

    Attributes
    ----------
    name : str
        As in ``--set NAME=VALUE``.
    levels : tuple
        Numbers or texts; empty for a range.
    low, high : float
        The ends of a range; both 0 if there are levels.
    """

    name: str
    levels: tuple[float | str, ...] = ()
    low: float = 0.0
    high: float = 0.0

    @property
    def is_parameter(self) -> bool:
        """Whether each world may have its own value without a scenario of its own."""
        return self.name in PARAMETERS

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return not any(isinstance(level, str) for level in self.levels)

    def stepped(self) -> Factor:
        """Return it with levels: those that it has, or a range's in equal steps."""
        if self.levels:
            return self
        return _steps(self.name, self.low, self.high, STEPS)

    def values(self, shares: Floats) -> NDArray[Any]:
        """Return the values at some shares of the way from the first to the last, 0 to 1."""
        if not self.levels:
            return self.low + (self.high - self.low) * shares
        indices = np.minimum((shares * len(self.levels)).astype(np.int64), len(self.levels) - 1)
        return np.array(self.levels, dtype=np.float64 if self.numeric else object)[indices]


def parse_factor(text: str, where: str = "") -> Factor:
    """Return the factor of one ``--vary NAME=VALUES``.

    Values are ``lo:hi`` or ``lo:hi:n`` (numbers), ``1971-01..1973-12`` (months), or
    ``a,b,c``. Errors name `where`, or the option.

    Raises
    ------
    PalcaError
        For a range that is empty or can't be read, fewer than two levels, the same level
        twice, or a parameter's value outside its range.
    """
    where = where or short(f"--vary {text}", 120)
    name, equals, values = (part.strip() for part in text.partition("="))
    if not (name and equals and values):
        raise PalcaError("write NAME=lo:hi, NAME=lo:hi:n, NAME=1971-01..1973-12 or NAME=a,b", where)
    try:
        return check_factor(_factor(name, values))
    except PalcaError as error:
        raise error.at(where) from None


def check_factor(factor: Factor) -> Factor:
    """Return a factor, which a manifest may hold, if its values can be tried.

    Raises
    ------
    PalcaError
    """
    if factor.is_parameter:
        if not factor.numeric:
            raise PalcaError("a parameter takes numbers")
        for value in factor.levels or (factor.low, factor.high):
            check_parameter(factor.name, float(value))
    elif not factor.levels:
        raise PalcaError(
            "only a parameter may have a range without levels: list the values, or write lo:hi:n"
        )
    return factor


def _factor(name: str, values: str) -> Factor:
    if re.fullmatch(r"[^,/\\]*\.\.[^,/\\]*", values):  # not ../mine.toml
        first, last = (month_index(part.strip()) for part in values.split("..", 1))
        if last <= first:
            raise PalcaError("an empty range: the last month must be after the first")
        return Factor(name, tuple(month_name(month) for month in range(first, last + 1)))
    if re.fullmatch(r"[^,:]+:[^,:]+(:[^,:]+)?", values):
        low, high, *rest = (_number(part) for part in values.split(":"))
        if not low < high:
            raise PalcaError(f"an empty range: {low:g} must be less than {high:g}")
        if rest or name not in PARAMETERS:
            return _steps(name, low, high, rest[0] if rest else STEPS)
        return Factor(name, (), low, high)
    if _COMMAS.fullmatch(values):
        raise PalcaError(
            f"write the numbers of a range with a point, as in {values.replace(',', '.')}"
        )
    parts = [part.strip() for part in values.split(",")]
    if len(parts) < 2 or not all(parts):
        raise PalcaError("needs two values or more; use --set for a single one")
    try:
        levels: tuple[float | str, ...] = tuple(float(part) for part in parts)
    except ValueError:
        levels = tuple(parts)
    if len(set(levels)) < len(levels):
        twice = next(
            part for part, level in zip(parts, levels, strict=True) if levels.count(level) > 1
        )
        number = (
            ""
            if isinstance(levels[0], str)
            else ("; a comma separates values: write numbers with a point, as in 0.5")
        )
        raise PalcaError(f"names the value {short(twice, 40)} twice{number}")
    if lead := next((part for part in parts if re.fullmatch(r"[-+]?0\d+", part)), ""):
        raise PalcaError(
            f"takes '{values}' for {len(parts)} values, one of them {lead}: write "
            "numbers with a point, as in 0.5, and without zeros before them"
        )
    if any(isinstance(level, float) and not np.isfinite(level) for level in levels):
        raise PalcaError("takes finite numbers")
    return Factor(name, levels)


def _steps(name: str, low: float, high: float, count: float) -> Factor:
    if not (count == int(count) and 2 <= count <= _MOST_LEVELS):
        raise PalcaError(f"the number of steps must be a whole number from 2 to {_MOST_LEVELS:,}")
    inner = tidy(np.linspace(low, high, int(count)), high - low)[1:-1]
    return Factor(name, (float(low), *(float(value) for value in inner), float(high)))


def tidy(values: Floats, span: float) -> Floats:
    """Return numbers that lie within a span without the dust of its division: 0.2 as 0.2."""
    return np.round(values, 12 - int(np.floor(np.log10(span)))) + 0.0  # and -0 as 0


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise PalcaError(f"'{short(text.strip(), 40)}' is not a number{point(text)}") from None
    if not np.isfinite(number):
        raise PalcaError(f"'{short(text.strip(), 40)}' is not a finite number")
    return number


def varied_once(factors: tuple[Factor, ...], where: str = "--vary") -> tuple[Factor, ...]:
    """Return the factors; it is an error if there are none, or one is named twice."""
    if not factors:
        raise PalcaError("name at least one factor, such as --vary backlash=0.01:0.05", where)
    check_once([factor.name for factor in factors], where)
    return factors


def check_once(names: Sequence[str], where: str) -> None:
    """Raise if a list has a name twice."""
    for name in names:
        if names.count(name) > 1:
            raise PalcaError(f"'{name}' is named twice", where)


def design_points(design: str, factors: Sequence[Factor], points: int, seed: int) -> pd.DataFrame:
    """Return the points of a design, a column a factor.

    Any first part of them is a fair sample of the whole: grids come in an order that is
    shuffled, the others are so by themselves.

    Parameters
    ----------
    design : str
        ``grid``: every combination of levels, a range's in :data:`STEPS` steps; ``lhs``, Latin
        hypercube (McKay, Beckman and Conover 1979); ``sobol``, a scrambled Sobol sequence
        (Owen 1998); ``random``.
    points : int
        How many; a grid has as many as it has.
    seed : int
    """
    import pandas as pd

    chance = np.random.default_rng(seed)
    if design == "grid":
        stepped = [factor.stepped() for factor in factors]
        order = chance.permutation(grid_size(stepped))
        indices = np.unravel_index(order, [len(factor.levels) for factor in stepped])
        columns = {
            factor.name: np.array(factor.levels, dtype=None if factor.numeric else object)[index]
            for factor, index in zip(stepped, indices, strict=True)
        }
        return pd.DataFrame(columns)
    shares = _shares(design, len(factors), points, chance)
    values = zip(factors, shares.T, strict=True)
    return pd.DataFrame({factor.name: factor.values(share) for factor, share in values})


def grid_size(factors: Sequence[Factor]) -> int:
    """Return how many points a grid has."""
    size = 1
    for factor in factors:
        size *= len(factor.levels) or STEPS
    return size


def _shares(design: str, dimensions: int, points: int, chance: np.random.Generator) -> Floats:
    if design == "random":
        return chance.random((points, dimensions))
    from scipy.stats import qmc  # takes a second

    if design == "lhs":
        return qmc.LatinHypercube(dimensions, rng=chance).random(points)
    with warnings.catch_warnings():  # balance wants a power of two; any number is even enough
        warnings.filterwarnings("ignore", message="The balance properties", category=UserWarning)
        return qmc.Sobol(dimensions, rng=chance).random(points)
