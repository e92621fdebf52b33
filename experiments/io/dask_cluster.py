"""Workers on other machines: the blocks of a sweep on a Dask cluster, and how it can fail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, cast

from palca.model.errors import PalcaError

from .parallel import Spread
from .provenance import all_versions

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE: Final = 15  # seconds for a scheduler to answer, and for a first worker to come


@contextmanager
def workers(cluster: str | None) -> Iterator[Spread | None]:
    """Give what calls a function on a cluster's workers, with the arguments of each call.

    Its results come as they are done. A worker that dies is not missed: the scheduler gives
    its blocks to others; workers that come later are used too. Without a cluster it is None.

    Parameters
    ----------
    cluster : str, optional
        The scheduler's address, such as tcp://10.0.0.1:8786.

    Raises
    ------
    PalcaError
        If dask isn't installed, no scheduler answers, it has no workers, they have another
        Palca, or the cluster breaks down.
    """
    if cluster is None:
        yield None
        return
    where = f"--cluster {cluster}"
    try:
        from distributed import Client, KilledWorker
        from distributed.client import FutureCancelledError
        from distributed.comm.core import CommClosedError
    except ImportError:
        raise PalcaError("needs Dask: pip install 'palca[cluster]'", where) from None
    for name in logging.root.manager.loggerDict:
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is reported below
    try:
        client = Client(cluster, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError):
        raise PalcaError(
            f"no scheduler answers there within {_PATIENCE} s; 'dask scheduler' "
            "starts one and prints its address",
            where,
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise PalcaError(
                "the scheduler has no workers: start some with "
                f"'dask worker {cluster} --nthreads 1'",
                where,
            ) from None
        try:
            _check(cast(dict[str, Any], client.run(all_versions, on_error="return")), where)
            yield lambda function, calls: _spread(client, function, calls, where)
        except KilledWorker:
            raise PalcaError(
                "a block ended several workers one after the other, probably for lack "
                "of memory: give them more, then continue with --resume",
                where,
            ) from None
        except (CommClosedError, FutureCancelledError):
            raise PalcaError(
                "the scheduler has ended: start it again, then continue with --resume", where
            ) from None


def _spread(
    client: Client, function: Callable[..., Any], calls: Iterator[tuple[Any, ...]], where: str
) -> Iterator[Any]:
    from distributed import as_completed

    running = as_completed(loop=client.loop)

    def add() -> None:
        # two for each thread: enough that none waits, few enough to hold in memory
        threads = sum(cast(dict[str, int], client.nthreads()).values())
        room = 2 * threads - running.count()
        for call in islice(calls, max(room, 1)):
            running.add(client.submit(_signed, function, *call, pure=False))

    add()
    for future in running:
        try:
            signature, result = future.result()
        except (AttributeError, ImportError) as error:  # it hasn't what it is asked to call
            raise PalcaError("a worker has a different version of Palca from this machine "
                             f"({error}): install the same version "
                             "there", where) from None  # fmt: skip
        _check(signature, where)
        yield result
        add()


def _signed(function: Callable[..., Any], *call: Any) -> tuple[dict[str, Any], Any]:
    """Return what a function returns on a worker, with what that worker has: it may have come
    after the others were looked at.
    """
    from distributed import get_worker

    return {get_worker().address: all_versions()}, function(*call)


def _check(found: Mapping[str, Any], where: str) -> None:
    """Raise unless every worker has the Palca and the libraries that this machine has."""
    here = all_versions()
    for worker, there in found.items():
        if not isinstance(there, dict):
            raise PalcaError(
                f"the worker {worker} can't import Palca ({there}): install the same version there",
                where,
            )
        for name, version in here.items():
            if there.get(name) != version and name != "python":
                raise PalcaError(
                    f"the worker {worker} has {name} {there.get(name)}, and this "
                    f"machine has {version}: install the same version there",
                    where,
                )
