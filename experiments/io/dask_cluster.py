"""Workers on other machines: the calls of a command on a Dask cluster, and how it can fail."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, cast

from palca.model.errors import PalcaError

from .parallel import ELSEWHERE
from .provenance import all_versions

if TYPE_CHECKING:
    from distributed import Client, Future

_PATIENCE: Final = 15  # seconds for a scheduler to answer, and for a first worker to come


@contextmanager
def on_cluster(cluster: str | None, jobs: int) -> Iterator[int]:
    """Have the workers of a cluster, if one is named, make all calls of ``shared``; count them.

    A worker that dies is not missed: the scheduler gives its calls to others; workers that come
    later are used too.

    Parameters
    ----------
    cluster : str, optional
        The scheduler's address, such as tcp://10.0.0.1:8786.
    jobs : int
        What is given without a cluster; with one it is how many calls its workers make at once.

    Raises
    ------
    PalcaError
        If dask isn't installed, no scheduler answers, it has no workers, they have another
        Palca, or the cluster breaks down.
    """
    if cluster is None:
        yield jobs
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
            # what many calls share is sent once, however large it is
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            given = ELSEWHERE.set(partial(_spread, client, where))
            try:
                yield _threads(client)
            finally:
                ELSEWHERE.reset(given)
        except KilledWorker:
            raise PalcaError(
                "a call ended several workers one after the other, probably for lack "
                "of memory: give them more, then repeat the command (a sweep: --resume)",
                where,
            ) from None
        except (CommClosedError, FutureCancelledError):
            raise PalcaError(
                "the scheduler has ended: start it, then repeat the command (a sweep: --resume)",
                where,
            ) from None


def _threads(client: Client) -> int:
    return max(sum(cast(dict[str, int], client.nthreads()).values()), 1)


def _spread(
    client: Client, where: str, function: Callable[..., Any], calls: Iterator[tuple[Any, ...]],
    ordered: bool,
) -> Iterator[Any]:  # fmt: skip
    """Give what comes of each call; not many more are made than are asked for."""
    from distributed import as_completed

    running = as_completed(loop=client.loop)
    number_of: dict[Future, int] = {}
    numbered, common = enumerate(calls), _Common(client)
    done, given = dict[int, Any](), 0

    def add() -> None:
        # two for each thread: enough that none waits, few enough to hold in memory
        room = 2 * _threads(client) - running.count() - len(done)
        for number, call in islice(numbered, max(room, 0 if running.count() else 1)):
            future = client.submit(_signed, function, *common.sent(call), pure=False)
            number_of[future] = number
            running.add(future)

    add()
    for future in running:
        try:
            signature, result = future.result()
        except (AttributeError, ImportError) as error:  # it hasn't what it is asked to call
            raise PalcaError("a worker has a different version of Palca from this machine "
                             f"({error}): install the same version "
                             "there", where) from None  # fmt: skip
        _check(signature, where)
        number = number_of.pop(future)
        done[number if ordered else given] = result
        while given in done:
            yield done.pop(given)
            given += 1
        add()


class _Common:
    """Sends an argument that the call before had too, in the same place, once for all."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._last: dict[int, tuple[Any, Future | None]] = {}

    def sent(self, call: tuple[Any, ...]) -> list[Any]:
        """Return a call's arguments, or what stands for them on the cluster."""
        return [self._one(place, argument) for place, argument in enumerate(call)]

    def _one(self, place: int, argument: Any) -> Any:
        last, future = self._last.get(place, (None, None))
        if last is not argument or isinstance(argument, (int, float, str, type(None))):
            self._last[place] = argument, None
            return argument
        if future is None:
            # not scattered: what is computed can be computed again when its worker dies
            future = self._client.submit(_itself, argument, pure=False)
            self._last[place] = argument, future
        return future


def _itself(argument: Any) -> Any:
    return argument


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
