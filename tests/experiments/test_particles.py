"""Worlds in files: the first that come, bit for bit, however they come."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.infer.evidence import EventObservation, Evidence
from palca.experiments.infer.likelihood import Likelihood
from palca.experiments.infer.particles import ParticleFiles, Particles
from palca.model import Snapshot

EVENT = EventObservation("ussr", "embassy", 0, 0, 0, 0.0)


def particles(count: int, events: int) -> Particles:
    """Return worlds of which no two numbers are alike."""
    some = np.random.default_rng(count)
    snapshot = Snapshot(
        7, some.random((3, count)), some.integers(99, size=(2, count)),
        np.asfortranarray(some.random((4, count))), np.asfortranarray(some.random((4, count))),
        some.integers(9, size=(4, count)).astype(np.int16),
        some.integers(2**60, size=count).astype(np.uint64), np.arange(count),
    )  # fmt: skip
    past = Likelihood(Evidence("x", (EVENT,) * events), count)
    past.atmosphere, past.year = some.random(count), some.random((12, count))
    past.seen = some.random((events, count)) < 0.5
    return Particles(some.integers(1 << 40, size=(2, count)), snapshot, past)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=5), st.data())
def test_the_first_worlds_that_come_are_kept_and_the_next_is_numbered(
    sizes: list[int], data: st.DataObject
) -> None:
    whole = particles(sum(sizes) + 1, data.draw(st.integers(0, 2), "events"))
    ends = np.cumsum([0, *sizes, 1])
    wanted = data.draw(st.integers(1, max(sum(sizes), 1)), "wanted")
    with TemporaryDirectory() as folder:
        files = ParticleFiles(Path(folder), wanted)
        for first, last in pairwise(ends):
            files.add(whole.holding([array[..., first:last] for array in whole.arrays()]))
        kept = files.read()
        assert files.kept == len(whole)
        if wanted < len(whole):
            assert files.one_too_many == whole.tries[-1, wanted]
        else:
            assert files.one_too_many == -1
        assert (len(kept), kept.snapshot.month) == (wanted, 7)
        for mine, its in zip(kept.arrays(), whole.arrays(), strict=True):
            assert np.array_equal(mine, its[..., :wanted])
            assert mine.dtype == its.dtype
        # and they are taken up like worlds in memory
        chosen = np.arange(wanted)[::-1]
        one, other = (of.snapshot.take(chosen) for of in (kept, whole))
        assert np.array_equal(one.state, other.state)
        assert one.ideology.flags.f_contiguous

