"""Prior distributions of the free parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..arithmetic import exp
from ..types import Floats
from . import counter_rng

_PRIOR: Final = re.compile(r"(uniform|normal|lognormal)\(([-.\d]+), ([-.\d]+)\)")


@dataclass(frozen=True, slots=True)
class Prior:
    """The distribution that a free parameter is drawn from.

    Attributes
    ----------
    text : str
        As the table has it, such as "normal(0.15, 0.15)".
    family : str
        "uniform", "normal" or "lognormal".
    first, second : float
        The ends of a uniform prior; mean and standard deviation of a normal one; the median of a
        log-normal one, and the standard deviation of its logarithm.
    low, high : float
        The parameter's range, at which draws are cut that aren't from a uniform prior.
    """

    text: str = field(compare=False)
    family: str
    first: float
    second: float
    low: float
    high: float

    @classmethod
    def parse(cls, text: str, low: float, high: float) -> Prior:
        """Return the prior that a text such as "uniform(0.3, 1.5)" describes.

        Raises
        ------
        ValueError
        """
        match = _PRIOR.fullmatch(text)
        if match is None:
            raise ValueError("write uniform(low, high), normal(mean, sd) or lognormal(median, sd "
                             f"of the logarithm), not {text!r}")  # fmt: skip
        return cls(text, match[1], float(match[2]), float(match[3]), low, high)

    def __str__(self) -> str:
        return self.text

    @property
    def is_point(self) -> bool:
        """Whether it leaves one value only."""
        return self.second == (self.first if self.family == "uniform" else 0.0)

    @property
    def interval(self) -> tuple[float, float]:
        """Where the parameter is thought to lie: within two standard deviations if not uniform."""
        if self.family == "uniform":
            return max(self.first, self.low), min(self.second, self.high)
        low, high = self._at(np.array([-2.0, 2.0])).tolist()
        return low, high

    def draw(self, bits: counter_rng.Keys) -> Floats:
        """Return draws made from 64 random bits each."""
        if self.family == "uniform":
            return self.first + (self.second - self.first) * counter_rng.uniform(bits)
        return self._at(counter_rng.normal(bits))

    def ppf(self, shares: ArrayLike) -> Floats:
        """Return the values below which some shares of the prior lie (the quantile function)."""
        from scipy.special import ndtri

        if self.family == "uniform":
            return self.first + (self.second - self.first) * np.asarray(shares)
        return self._at(ndtri(shares))

    def cdf(self, values: ArrayLike) -> Floats:
        """Return the share of the prior that lies below some values."""
        from scipy.special import ndtr

        if self.family == "uniform":
            shares = (np.asarray(values) - self.first) / (self.second - self.first)
            return np.clip(shares, 0.0, 1.0)
        if self.family == "lognormal":
            with np.errstate(divide="ignore"):  # nothing lies below 0
                logs = np.log(np.maximum(values, 0.0))
            return ndtr((logs - np.log(self.first)) / self.second)
        return ndtr((np.asarray(values) - self.first) / self.second)

    def _at(self, scores: Floats) -> Floats:
        """Return the values so many standard deviations from the middle, within the range."""
        if self.family == "lognormal":
            values = self.first * exp(self.second * scores)
        else:
            values = self.first + self.second * scores
        return np.minimum(np.maximum(values, self.low), self.high)
