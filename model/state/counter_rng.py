"""Chance as a pure function of who, what and when.

Every draw is ``u(seed, world, event, agent, month)``: a counter-based hash,
never the next number of a generator. Two scenarios with the same seed share
each draw, event by event, even after their histories have parted, so a
counterfactual twin differs from its factual world only by what was changed
(Buffalo, Pearson and Klein 2026, arXiv:2603.11084, argue why a causal
simulation needs this).

The hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014,
doi:10.1145/2660193.2660195) over the world's key and the event's key, each of
them mixed beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Floats, Ints

Keys = NDArray[np.uint64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11, _S16, _S32, _S48 = (np.uint64(n) for n in (30, 27, 31, 11, 16, 32, 48))
_LOW16: Final = np.uint64(0xFFFF)


def _mix(h: Keys) -> Keys:
    """Scramble 64-bit words; a bijection. Works in place on `h` and returns it."""
    h ^= h >> _S30
    h *= _FIRST
    h ^= h >> _S27
    h *= _SECOND
    h ^= h >> _S31
    return h


def world_keys(seed: int, worlds: Sequence[int] | Ints) -> Keys:
    """Return the key of each world, shape ``(worlds,)``.

    Parameters
    ----------
    seed : int
        Below 2**64.
    worlds : sequence of int
        The worlds' numbers, non-negative.
    """
    start = _mix(np.array([seed], dtype=np.uint64) + _GOLDEN)
    numbers = np.asarray(worlds, dtype=np.uint64)
    return _mix(start + (numbers + np.uint64(1)) * _GOLDEN)


@lru_cache(maxsize=1024)  # every model asks for the same ones
def event_keys(event: str, agents: int, times: int) -> Keys:
    """Return the keys of one kind of event for its agents and times.

    Parameters
    ----------
    event : str
        Its name; the name alone fixes the draws, so adding, dropping or
        reordering events moves no draw of another one.
    agents, times : int
        How many of each; time is the month, or the generation of an officer.

    Returns
    -------
    ndarray of uint64, shape ``(agents, times)``
        A larger table begins with the entries of a smaller one. It can't be written to.
    """
    name = int.from_bytes(blake2b(event.encode(), digest_size=8).digest(), "little")
    agent = np.arange(agents, dtype=np.uint64)[:, None]
    time = np.arange(times, dtype=np.uint64)[None, :]
    counter = (agent << _S32) + time
    keys = _mix(_mix(counter * _GOLDEN + _FIRST) ^ np.uint64(name))
    keys.flags.writeable = False
    return keys


def bits(worlds: Keys, events: Keys) -> Keys:
    """Return 64 random bits for each pair, by broadcasting the two kinds of key."""
    return _mix(worlds ^ events)


def uniform(random_bits: Keys) -> Floats:
    """Return uniform draws in the open interval (0, 1), with 53 bits."""
    return ((random_bits >> _S11).astype(np.float64) + 0.5) * 2.0**-53


def uniform_shocks(random_bits: Keys, count: int) -> Floats:
    """Return shocks of mean 0 and variance 1, uniform within +-1.73, four from each word.

    They are for the many draws that need little: 16 bits each.

    Parameters
    ----------
    random_bits : ndarray of uint64, shape ``(words, n)``
    count : int
        How many shocks a column, at most four times `words`.

    Returns
    -------
    ndarray, shape ``(count, n)``
        Adding to `count` moves none of the earlier ones.
    """
    parts = random_bits.T.astype("<u8", order="C").view("<u2")[:, :count].T
    # mean 32767.5, variance (2**32 - 1) / 12
    scale = 1.0 / np.sqrt((2.0**32 - 1.0) / 12.0)
    return (parts.astype(np.float64) - 32767.5) * scale


def normal(random_bits: Keys) -> Floats:
    """Return draws of mean 0 and variance 1, close to normal, within +-3.46.

    The sum of the word's four 16-bit parts, centred and scaled (Irwin–Hall of
    order four: excess kurtosis -0.3). It needs no logarithm, hence has the same
    bits everywhere, and its bounded tails keep one draw from deciding a world.
    """
    total = (random_bits & _LOW16) + (random_bits >> _S48)
    total += (random_bits >> _S16) & _LOW16
    total += (random_bits >> _S32) & _LOW16
    # four uniform integers on 0..65535: mean 131070, variance 4 (2**32 - 1) / 12
    return (total.astype(np.float64) - 131070.0) * (1.0 / np.sqrt((2.0**32 - 1.0) / 3.0))
