"""Counts of values by month, for values of any size: quantiles without keeping the worlds.

A value is counted as the nearest number of eight binary digits (that of bfloat16), which is
within 0.4 % of it, so no range has to be known beforehand: bins that grow with the value, as
in DDSketch (Masson, Rim and Lee 2019, doi:10.14778/3352063.3352135). Sums are of whole
numbers. Neither depends on the order in which worlds are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.types import Floats

LEAST: Final = 2.0**-20  # a value closer to 0 is counted as 0
_STEPS: Final = 2**24  # of 1: sums are of values rounded to this, as exact as 32 bits near 1


@dataclass(slots=True)
class Histogram:
    """How many worlds have which value, month by month.

    Attributes
    ----------
    values : ndarray of float, shape ``(values,)``
        Those that occur in any month, rising, to eight binary digits.
    counts : ndarray of int, shape ``(values, months)``
    sums : ndarray of int as objects, shape ``(months,)``
        All worlds' values, added up exactly in steps of 2**-24.
    """

    values: Floats
    counts: NDArray[np.integer]
    sums: NDArray[Any]

    def add(self, other: Histogram) -> None:
        """Count in other worlds."""
        values = np.union1d(self.values, other.values)
        if len(values) > len(self.values):
            counts = np.zeros((len(values), len(self.sums)), np.int64)
            counts[np.searchsorted(values, self.values)] = self.counts
            self.values, self.counts = values, counts
        self.counts[np.searchsorted(values, other.values)] += other.counts
        self.sums = self.sums + other.sums

    def quantiles(self, levels: Sequence[float]) -> Floats:
        """Return quantiles by month, ``(months, levels)``, each within 0.4 % of its value.

        A quantile is the smallest value that at least that share of the worlds doesn't exceed.
        """
        reached = np.cumsum(self.counts, axis=0)
        ranks = np.ceil(np.array(levels) * reached[-1, 0])
        return self.values[(reached[:, :, None] < ranks).sum(axis=0)]

    def means(self) -> Floats:
        """Return the mean by month, ``(months,)``."""
        whole = _STEPS * int(self.counts[:, 0].sum())
        return np.array([total / whole for total in self.sums])


def no_worlds(months: int) -> Histogram:
    """Return the counts of no world, to which others are added."""
    return Histogram(np.empty(0), np.empty((0, months), np.int64), np.full(months, 0, object))


def histogram(series: NDArray[Any]) -> Histogram:
    """Count the values of a series, of shape ``(months, worlds)``, as of 32 bits.

    Raises
    ------
    OverflowError
        For a value that isn't finite, or too large to be added up exactly.
    """
    months = len(series)
    codes = np.empty(series.shape, np.intp)  # as what NumPy indexes by, though 16 bits would do
    occurs = np.zeros(_CODES, np.bool_)
    for month in range(months):  # one by one: what is worked on stays in the cache
        row = np.ascontiguousarray(series[month], np.float32)
        codes[month] = (row.view(np.uint32) + 0x8000) >> 16  # the nearest
        occurs[codes[month]] = True
    values, indices = np.unique(_meanings()[occurs], return_inverse=True)
    largest = np.abs(values).max() * _STEPS * series.shape[1]  # that a sum can be
    if not largest < 2**62:
        raise OverflowError(f"a value of {values[0]:g} to {values[-1]:g} in a month")
    index_of = np.zeros(_CODES, np.intp)
    index_of[occurs] = indices
    counts, sums = np.empty((months, len(values)), np.int32), np.empty(months, object)
    ones = np.ones(series.shape[1])
    for month in range(months):
        counts[month] = np.bincount(index_of.take(codes[month]), minlength=len(values))
        steps = np.rint(np.asarray(series[month], np.float64) * _STEPS)
        # whole numbers below 2**53 are added up exactly as floats, and quicker
        sums[month] = int(steps @ ones if largest < 2**52 else steps.astype(np.int64).sum())
    return Histogram(values, np.ascontiguousarray(counts.T), sums)


_CODES: Final = 2**16


@cache
def _meanings() -> Floats:
    """Return what each code of 16 bits stands for, which is the upper half of a float's 32."""
    with np.errstate(invalid="ignore"):
        values = (np.arange(_CODES, dtype=np.uint32) << 16).view(np.float32).astype(np.float64)
    return np.where(np.abs(values) < LEAST, 0.0, values)
