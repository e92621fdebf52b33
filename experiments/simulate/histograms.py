"""Counts of values by month, for values of any size: quantiles without keeping the worlds.

A value is counted as the nearest number of eight binary digits (that of bfloat16), which is
within 0.4 % of it, so no range has to be known beforehand: bins that grow with the value, as
in DDSketch (Masson, Rim and Lee 2019, doi:10.14778/3352063.3352135). Sums are of whole
numbers. Neither depends on the order in which worlds are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.types import Floats

LEAST: Final = 2.0**-20  # a value closer to 0 is counted as 0
_STEPS: Final = 2**24  # of 1: sums are of values rounded to this, as exact as 32 bits near 1
_BELOW: Final = (int(np.float32(LEAST).view(np.int32)) >> 16) - 1  # upper bits of what counts as 0
_AT_ONCE: Final = 8  # months


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
    parts = [_codes(part) for part in _parts(series)]
    lowest, highest = min(part.min() for part in parts), max(part.max() for part in parts)
    counts = np.empty((len(series), highest + 1 - lowest), np.int32)
    for month, codes in enumerate(chain.from_iterable(parts)):
        counts[month] = np.bincount(codes - lowest, minlength=counts.shape[1])
    occurs = np.flatnonzero(counts.any(axis=0))
    values = _meanings(occurs + lowest)
    largest = np.abs(values).max() * _STEPS * series.shape[1]  # that a sum can be
    if not largest < 2**62:
        raise OverflowError(f"a value of {values[0]:g} to {values[-1]:g} in a month")
    exact = np.float64 if largest < 2**52 else np.int64  # the former is quicker
    sums = [total for part in _parts(series) for total in _sums(part, exact)]
    return Histogram(values, np.ascontiguousarray(counts.T[occurs]), np.array(sums, object))


def _parts(series: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield a few months at a time, so that what is worked on stays in the cache."""
    for first in range(0, len(series), _AT_ONCE):
        yield series[first : first + _AT_ONCE]


def _sums(series: NDArray[Any], exact: type[np.number]) -> list[int]:
    steps = np.rint(np.multiply(series, _STEPS, dtype=np.float64))
    return [int(total) for total in steps.astype(exact, copy=False).sum(axis=1)]


def _codes(series: NDArray[Any]) -> NDArray[np.int32]:
    """Return values as whole numbers in their order, 0 for 0: a float's upper 16 bits, rounded."""
    bits = np.ascontiguousarray(series, np.float32).view(np.uint32)
    sign = bits.view(np.int32) >> 31  # -1 of what is below 0
    size = (bits & 0x7FFF_FFFF) + 0x8000
    size >>= 16
    np.maximum(size, _BELOW, out=size)
    size -= _BELOW
    codes = size.view(np.int32)
    codes ^= sign
    codes -= sign  # with the line before: the negative of those below 0
    return codes


def _meanings(codes: NDArray[np.integer]) -> Floats:
    """Return the values for which codes stand."""
    size = np.abs(codes).astype(np.uint32) + np.where(codes == 0, 0, _BELOW).astype(np.uint32)
    return np.copysign((size << 16).view(np.float32).astype(np.float64), codes)
