"""Signals that end the command, and what they must undo on the way."""

from __future__ import annotations

import signal
import sys
import threading
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def unwinding() -> Iterator[None]:
    """Let a signal that ends this process undo what is half done, as Ctrl-C does.

    Once one has come no other disturbs that: a window that is closed, and a system that goes
    down, send several. At the end all are ignored, as nothing is left to do but to leave.

    Raises
    ------
    KeyboardInterrupt, SystemExit
        At a signal, also if what it came upon calls it something else.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: object) -> None:
        came.append(number)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        for other in caught:
            signal.signal(other, signal.SIG_IGN)
        raise SystemExit(128 + number)

    def again(ignored: Any) -> None:
        if not issubclass(ignored.exc_type, (KeyboardInterrupt, SystemExit)):
            sys.__unraisablehook__(ignored)
            return
        # it came within a callback, as imports have them: Python would go on as if nothing had
        number = (getattr(ignored.exc_value, "code", None) or 128 + signal.SIGINT) - 128
        if number in caught:
            signal.signal(number, leave)
        threading.Timer(0.05, interrupt_main, [number]).start()

    def hush(failed: threading.ExceptHookArgs) -> None:
        if not came:  # else it is one of a library's, which can't bear to be ended at any moment
            thread_hook(failed)

    came: list[int] = []
    # not what is ignored, as under nohup
    usual = {signal.SIGINT: signal.default_int_handler, **dict.fromkeys(_ENDING, signal.SIG_DFL)}
    caught = [number for number, handler in usual.items() if signal.getsignal(number) is handler]
    for number in caught:
        signal.signal(number, leave)
    hook, sys.unraisablehook = sys.unraisablehook, again
    thread_hook, threading.excepthook = threading.excepthook, hush  # for good: threads end last
    try:
        yield
    except BaseException:
        # a library that it came upon may call it something else, or fail as it ends
        if came:
            ended = SystemExit(128 + came[0])
            raise (KeyboardInterrupt if came[0] == signal.SIGINT else ended) from None
        raise
    finally:
        sys.unraisablehook = hook
        for number in caught:
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def held(notify: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Put a signal that ends this process off to the end of the block.

    Parameters
    ----------
    notify : callable
        Called at once, so that the block may come to its end.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def hear(number: int, frame: object) -> None:
        came.append(number)
        notify()

    came: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, *_ENDING)}
    heard = [number for number, handler in before.items() if callable(handler)]
    for number in heard:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])
        if came:
            signal.raise_signal(came[0])
