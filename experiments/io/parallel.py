"""Calls spread over processes of this machine, or over the workers of a cluster."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar, copy_context
from typing import Any, Final, cast

from .signals import held

# Calls a function with the arguments of each call; gives what comes of it, in order or not.
Spread = Callable[[Callable[..., Any], Iterator[tuple[Any, ...]], bool], Iterator[Any]]
# What makes the calls instead of this machine, while a cluster does.
ELSEWHERE: Final[ContextVar[Spread | None]] = ContextVar("ELSEWHERE", default=None)
_LOOK: Final = 2.0  # seconds between two looks at whether the parent lives


def shared(
    function: Callable[..., Any],
    calls: Iterable[tuple[Any, ...]],
    jobs: int,
    ordered: bool = True,
    threads: bool = False,
) -> Iterator[Any]:
    """Have processes make some calls; give what comes of each, in order or as they are done.

    None of the processes outlives the one that asks for it. Within
    :func:`~palca.experiments.io.dask_cluster.on_cluster` the cluster's workers make the calls.

    Parameters
    ----------
    function : callable
        Of a module, so that processes can share it.
    calls : iterable of tuple
        The arguments of each call.
    jobs : int
        Processes of this machine; with 1 the calls are made here.
    threads : bool
        Threads of this process make the calls: for those that spend their time in compiled months
        and in NumPy, which other threads need not wait for.
    """
    if (elsewhere := ELSEWHERE.get()) is not None:
        return elsewhere(function, iter(calls), ordered)

    from joblib import Parallel, delayed

    if threads and jobs > 1:
        pool = Parallel(jobs, return_as="generator", prefer="threads")
        here = copy_context()  # each call with the language that is spoken here
        made = pool(delayed(here.copy().run)(function, *call) for call in calls)
        return cast("Iterator[Any]", made)
    parallel = Parallel(
        n_jobs=jobs, return_as="generator" if ordered else "generator_unordered",
        initializer=leave_with, initargs=(os.getpid(),),
    )  # fmt: skip
    # interrupted while its processes start, joblib can neither end them nor give back what it took
    with held(), _spared() if jobs > 1 else nullcontext():
        return cast("Iterator[Any]", parallel(delayed(function)(*call) for call in calls))


@contextmanager
def _spared() -> Iterator[None]:
    """Start processes that a terminal's signals don't reach, from their first moment.

    A terminal sends them to all. The parent stops its workers itself; else they would complain,
    in the midst of their imports, and so would joblib's keeper of semaphores.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    # what is blocked here is blocked in what is started here, for good
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        resource_tracker.ensure_running()  # first, since it ends with SIGINT let through
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_with(parent: int) -> None:
    """End this process, one of joblib's, when the one that started it is gone.

    A worker that waits for another to release the queue would otherwise wait forever. Each
    gets its parent's number as it starts, since the parent may be gone before there is work.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
