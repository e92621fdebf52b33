"""Workers on other machines: the calls of a command on a Dask cluster, and how it can fail."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, cast

from palca.model.errors import PalcaError, short

from .parallel import ELSEWHERE
from .provenance import all_versions

if TYPE_CHECKING:
    from distributed import Client, Future

_ADDRESS: Final = re.compile(r"(?:tcp://)?(?:[\w.-]+|\[[\da-fA-F:.]+\]):(\d{1,5})")
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
    written = _ADDRESS.fullmatch(cluster)
    if written is None or not 0 < int(written[1]) < 2**16:
        raise PalcaError(
            "is no address: write tcp://HOST:PORT, as 'dask scheduler' prints it", short(where, 120)
        )
    try:
        from distributed import Client
    except ImportError:
        raise PalcaError("needs Dask: pip install 'palca[cluster]'", where) from None
    try:
        client = Client(cluster, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError):
        raise PalcaError(
            f"no scheduler answers there within {_PATIENCE} s; 'dask scheduler' "
            "starts one and prints its address",
            where,
        ) from None
    with _quiet(), client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise PalcaError(
                "the scheduler has no workers: start some with "
                f"'dask worker {cluster} --nthreads 1'",
                where,
            ) from None
        with _breakdown_of(where):
            _check(cast(dict[str, Any], client.run(all_versions, on_error="return")), where)
            _check({"": _of_scheduler(client)}, where, "the scheduler")
        given = ELSEWHERE.set(partial(_spread, client, where))
        try:
            yield _threads(client)
        finally:
            ELSEWHERE.reset(given)


@contextmanager
def _breakdown_of(where: str) -> Iterator[None]:
    """Have a breakdown of the cluster told as an error of its user, before it is taken for one of
    the disk.
    """
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError

    try:
        yield
    except KilledWorker:
        raise PalcaError(
            "a call ended several workers one after the other, probably for lack "
            "of memory: give them more, then repeat the command (a sweep: --resume)",
            where,
        ) from None
    except (CommClosedError, FutureCancelledError):
        raise PalcaError(
            "the scheduler has ended: start it, then repeat the command (a sweep: --resume)", where
        ) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Have Dask say nothing: what matters is reported as errors."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict
               if name.startswith("distributed")]  # fmt: skip
    before = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        # what many calls share is sent once, however large it is
        warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
        try:
            for logger in loggers:
                logger.setLevel(logging.CRITICAL)
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)


def _of_scheduler(client: Client) -> Any:
    """Return what the scheduler has, or why it can't tell: it unpacks what workers are sent."""
    try:
        return client.run_on_scheduler(all_versions)
    except Exception as error:
        return error


def _threads(client: Client) -> int:
    return max(sum(cast(dict[str, int], client.nthreads()).values()), 1)


def _spread(
    client: Client, where: str, function: Callable[..., Any], calls: Iterator[tuple[Any, ...]],
    ordered: bool,
) -> Iterator[Any]:  # fmt: skip
    """Give what comes of each call, or say how the cluster broke down."""
    with _breakdown_of(where):
        yield from _results(client, where, function, calls, ordered)


def _results(
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
        # two for each thread: enough that none waits; and few enough to hold in memory
        threads = _threads(client)
        room = min(2 * threads - running.count(), 6 * threads - running.count() - len(done))
        for number, call in islice(numbered, max(room, 0 if running.count() else 1)):
            future = client.submit(_signed, function, *common.sent(call), pure=False)
            number_of[future] = number
            running.add(future)

    add()
    for future in running:
        try:
            signature, result, failed = future.result()
        # what is called fails in its own words; so they haven't what they are asked to call
        except (AttributeError, ImportError, RuntimeError) as error:
            reason = short(str(error.__cause__ or error), 120)
            raise PalcaError(f"the cluster can't load what it is to call ({reason}): install the "
                             "same version of Palca there, and define functions of your own in "
                             "the script that you run", where) from None  # fmt: skip
        _check(signature, where)
        if failed is not None:
            raise failed
        number = number_of.pop(future)
        done[number if ordered else given] = result
        while given in done:
            yield done.pop(given)
            given += 1
            add()
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


def _signed(function: Callable[..., Any], *call: Any) -> tuple[Any, Any, Exception | None]:
    """Return what a worker has, since it may have come after the others were looked at; then what
    a function returns there, or the error that it raises.
    """
    from distributed import get_worker

    signature = {get_worker().address: all_versions()}
    try:
        return signature, function(*call), None
    except Exception as error:
        return signature, None, error


def _check(found: Mapping[str, Any], where: str, who: str = "the worker") -> None:
    """Raise unless every worker has the Palca and the libraries that this machine has."""
    here = all_versions()
    for address, there in found.items():
        worker = f"{who} {address}".rstrip()
        if not isinstance(there, dict):
            raise PalcaError(
                f"{worker} can't import Palca ({there}): install the same version there", where
            )
        for name, version in here.items():
            if there.get(name) != version and name != "python":
                raise PalcaError(
                    f"{worker} has {name} {there.get(name)}, and this "
                    f"machine has {version}: install the same version there",
                    where,
                )
