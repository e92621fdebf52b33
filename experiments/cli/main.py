"""Where the command `palca` begins: the one place where a user's errors are caught.

What it needs is imported late: Ctrl-C may come while Python reads the libraries.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from io import TextIOWrapper

from ..io.signals import unwinding


def main() -> None:
    """Run the command line and leave with its exit code."""
    _import_nothing_from_here()
    try:
        with unwinding():
            code = _run()
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        code = _refused(error)
    sys.exit(code)


def _run() -> int:
    """Run the command line and return its exit code."""
    from palca.model.errors import one_line

    from ..io.run_folder import UNDRAWN
    from .app import app
    from .options import Output

    _set_up()
    UNDRAWN.clear()
    code = app(args=sys.argv[1:] or ["--help"], standalone_mode=False)
    for picture in UNDRAWN:
        code = _refuse(one_line(f"{picture}; all other files are complete. Mend the cause, then "
                                "run the command again with --force (a sweep with "
                                "--resume)"))  # fmt: skip
    if Output.lost:
        lost = f"standard output: can't be written ({Output.lost}); all files are complete"
        return _refuse(lost)
    return code or 0


def _import_nothing_from_here() -> None:
    """Keep what lies in the current folder, a stranger's maybe, from being imported.

    ``python -m`` and ``python -c`` put that folder first of all places, and so are the processes
    started that share the work, and those that look after them.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    with suppress(FileNotFoundError):  # the folder is gone
        if not sys.flags.safe_path and sys.path[:1] in ([""], [os.getcwd()]):
            del sys.path[0]


def _refused(error: Exception) -> int:
    """Tell of an error that a user can mend, and return the exit code; raise any other."""
    import typer

    from palca.model.errors import PalcaError

    match error:
        case PalcaError():
            return _refuse(str(error))
        case typer.TyperException():  # an unknown option, or a value that it can't have
            message_of = getattr(error, "format_message", error.__str__)
            return _refuse(f"{' '.join(message_of().split())} (see 'palca --help')")
        case BrokenPipeError():
            return 0  # the reader of our output has left; nothing to tell
        case OSError():
            where = error.filename if isinstance(error.filename, str) else ""
            return _refuse(str(PalcaError(f"can't be used ({error.strerror or error})", where)))
        case BrokenExecutor() | MemoryError():
            return _refuse("there was too little memory, or one of the processes was killed: use "
                           "fewer --jobs or --worlds")  # fmt: skip
    raise error


def _set_up() -> None:
    """Turn warnings into lines, and make the three streams such that libraries can bear them."""
    # joblib replaces a process that has grown, and says so each time
    warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
    # and at an interrupt how much work it makes useless
    unused = r"\d+ tasks (have been successfully executed|which were still being processed)"
    warnings.filterwarnings("ignore", unused, UserWarning)
    warnings.showwarning = lambda message, *_: _say(str(message), "yellow")
    # without a home Matplotlib says at length that it looks for fonts anew
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    if os.environ.get("NO_COLOR"):  # the libraries would write bold text into files
        os.environ.pop("FORCE_COLOR", None)
    for name in ("stdin", "stdout", "stderr"):  # in the order of their numbers
        if getattr(sys, name) is None:  # it was closed; joblib and others take for granted it isn't
            nowhere = open(os.devnull, "r+")  # noqa: SIM115
            os.set_inheritable(nowhere.fileno(), True)
            setattr(sys, name, nowhere)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # what its encoding lacks is no reason to fail


def _refuse(message: str) -> int:
    """Print one line on the error stream; return the exit code of what a user can mend."""
    _say(message, "red")
    return 2


def _say(message: str, style: str) -> None:
    """Print one line on the error stream."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)
    console.print(f"palca: {message}", markup=False, style=style)
