"""Worlds of a filter, and files that hold them: processes share these, and no memory has to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model import Snapshot
from palca.model.types import Ints

from .likelihood import OF_WORLDS, Likelihood

_OF_SNAPSHOT: Final = (
    "state", "absent_until", "ideology", "grievance", "generation", "keys", "draw_index",
)  # fmt: skip


@dataclass(slots=True)
class Particles:
    """Worlds that went as the evidence says, as they stand at the start of a month.

    Attributes
    ----------
    tries : ndarray of int, shape ``(segments, n)``
        The number of each world's try in each segment so far. That of the first segment is the
        number of the world of January 1969 that it descends from.
    snapshot : Snapshot
    likelihood : Likelihood
        What of its past the likelihood of the months to come hangs on.
    """

    tries: Ints
    snapshot: Snapshot
    likelihood: Likelihood

    def __len__(self) -> int:
        return self.tries.shape[1]

    def arrays(self) -> list[NDArray[Any]]:
        """Return all that is kept of the worlds, each array with an axis of worlds, its last."""
        of_snapshot = [getattr(self.snapshot, name) for name in _OF_SNAPSHOT]
        return [self.tries, *of_snapshot, *(getattr(self.likelihood, name) for name in OF_WORLDS)]

    def holding(self, arrays: list[NDArray[Any]]) -> Particles:
        """Return other worlds at the same time, by what :meth:`arrays` returns of them."""
        tries, *others = arrays
        past = Likelihood(self.likelihood.evidence, tries.shape[1])
        for name, array in zip(OF_WORLDS, others[len(_OF_SNAPSHOT) :], strict=True):
            setattr(past, name, array)
        state = dict(zip(_OF_SNAPSHOT, others, strict=False))
        return Particles(tries, replace(self.snapshot, **state), past)


class ParticleFiles:
    """Worlds as they are kept, a file for each array, world by world.

    The first segments of a filter keep hundreds of thousands of worlds, of 2.5 kB each, and every
    process needs all of them.

    Parameters
    ----------
    folder : Path
        An empty one, which must last as long as the worlds are used.
    wanted : int
        How many worlds it takes; those that come later are counted, and not written.

    Attributes
    ----------
    kept : int
        How many worlds have come.
    one_too_many : int
        The number of the try of the first that is not written; -1 while there is none.
    """

    def __init__(self, folder: Path, wanted: int) -> None:
        self.folder, self.wanted = folder, wanted
        self.kept, self.one_too_many = 0, -1
        self._like: Particles | None = None

    def add(self, part: Particles) -> None:
        """Take up the worlds that come next."""
        room = self.wanted - self.kept
        if 0 <= room < len(part):
            self.one_too_many = int(part.tries[-1, room])
        if len(part) and room > 0:
            self._like = part
            for number, array in enumerate(part.arrays()):
                with self._path(number).open("ab") as file:
                    file.write(array[..., :room].tobytes("F"))
        self.kept += len(part)

    def read(self) -> Particles:
        """Return the worlds, which stay in the files: as many as are wanted, if they have come."""
        assert self._like is not None
        return self._like.holding([
            np.memmap(self._path(number), array.dtype, "r", order="F",
                      shape=(*array.shape[:-1], self.wanted)) if array.size
            else np.empty((*array.shape[:-1], self.wanted), array.dtype)
            for number, array in enumerate(self._like.arrays())
        ])  # fmt: skip

    def _path(self, number: int) -> Path:
        return self.folder / str(number)
