"""Chance in plain integers: every draw is a function of seed, world, event, agent and month.

The keys of world and event, scrambled together, are 64 random bits.
"""

from __future__ import annotations

import math
from functools import cache

from palca.model.state import counter_rng

_64_BITS = 2**64 - 1
_UNIFORM_SPREAD = math.sqrt((2.0**32 - 1.0) / 12.0)  # of an integer of 16 bits
_NORMAL_SPREAD = math.sqrt((2.0**32 - 1.0) / 3.0)  # of the sum of four


@cache
def keys_of(event: str, agents: int, times: int) -> list[list[int]]:
    """Return the keys of an event, ``[agent][time]``; time is the month, or the generation."""
    return counter_rng.event_keys(event, agents, times).tolist()


def random_bits(world_key: int, event_key: int) -> int:
    """Return the 64 bits of a draw: the finaliser of SplitMix64 over both keys."""
    h = world_key ^ event_key
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9 & _64_BITS
    h = (h ^ h >> 27) * 0x94D049BB133111EB & _64_BITS
    return h ^ h >> 31


def uniform(bits: int) -> float:
    """Return a uniform draw in 0..1."""
    return ((bits >> 11) + 0.5) * 2.0**-53


def normal(bits: int) -> float:
    """Return a shock of mean 0 and variance 1: the centred sum of four 16-bit numbers."""
    total = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    return (total - 131070.0) * (1.0 / _NORMAL_SPREAD)


def short_shock(bits: int, part: int) -> float:
    """Return a shock of mean 0 and variance 1, uniform: one of the four 16-bit numbers."""
    return ((bits >> 16 * part & 0xFFFF) - 32767.5) * (1.0 / _UNIFORM_SPREAD)
