"""Simulation-based calibration: whether known parameters are found again (Talts et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palca.model.types import AnyFloats

from .abc import THREADS, Posterior, infer

BINS: Final = 20  # of ranks


@dataclass(frozen=True, slots=True)
class SBC:
    """Simulation-based calibration: how well known parameters are found again.

    Attributes
    ----------
    ranks : ndarray of int, shape ``(histories, parameters)``
        How many of `draws` posterior draws lie below the true value; uniform if the
        posteriors are right (Talts et al. 2018, arXiv:1804.06788).
    draws : int
    truth, mean, sd : ndarray, shape ``(histories, parameters)``
        Normal scores: the true values, and posterior means and spreads.
    radii : ndarray, shape ``(histories,)``
        How far from each history its nearest worlds reach.
    """

    ranks: NDArray[np.int64]
    draws: int
    truth: AnyFloats
    mean: AnyFloats
    sd: AnyFloats
    radii: AnyFloats

    def uniformity(self) -> AnyFloats:
        """Return how likely ranks as uneven as each parameter's are by chance, by chi squared."""
        from scipy.stats import chisquare

        counts = [np.histogram(column, BINS, (0, self.draws + 1))[0] for column in self.ranks.T]
        return np.asarray(chisquare(np.array(counts), axis=1).pvalue)

    def coverage(self, share: float) -> AnyFloats:
        """Return how often the central share of each parameter's draws holds the truth."""
        low = (1.0 - share) / 2.0 * (self.draws + 1)
        return ((self.ranks >= low) & (self.ranks < self.draws + 1 - low)).mean(axis=0)


def simulation_based_calibration(
    summaries: AnyFloats,
    scores: AnyFloats,
    histories: NDArray[np.int64],
    nearest: int,
    draws: int,
    seed: int,
    jobs: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> SBC:
    """Return how well the parameters of some worlds of the table are found by the others.

    Parameters
    ----------
    summaries, scores : ndarray, shape ``(worlds, parameters)``
    histories : ndarray of int
        Worlds that taught the regression nothing.
    nearest : int
    draws : int
        Posterior draws among which the truth is ranked.
    jobs : int
        Threads, at most :data:`~palca.experiments.infer.abc.THREADS`.
    """
    from threadpoolctl import threadpool_limits

    def find(history: np.int64) -> Posterior:
        return infer(summaries, scores, summaries[history], nearest, without=int(history))

    chance = np.random.default_rng(seed)
    ranks, means, spreads, radii = [], [], [], []
    # one thread for each history: threads of BLAS's own would wait for each other
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(min(jobs, THREADS)) as pool:
        each = zip(histories, pool.map(find, histories), strict=True)
        try:
            for done, (history, found) in enumerate(each, start=1):
                sampled = found.scores[found.draw(draws, chance)]
                ranks.append((sampled < scores[history]).sum(axis=0))
                means.append(found.mean)
                spreads.append(found.sd)
                radii.append(found.radius)
                on_progress(done, len(histories))
        except BaseException:
            pool.shutdown(cancel_futures=True)  # else Ctrl-C would wait for all
            raise
    return SBC(
        np.array(ranks), draws, scores[histories], np.array(means), np.array(spreads),
        np.array(radii),
    )  # fmt: skip
