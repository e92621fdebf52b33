"""Where compiled months are kept: in this process, and in the user's cache folder.

A kernel is found by what its code depends on: the shape of the months (policies as they
compute, not as they are worded), this package's source, and the machine. The folder is the
environment variable ``PALCA_CACHE``, or the user's cache folder if it isn't set. Its
files are run unchecked: a folder or a file that another user could have written is not used.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
import warnings
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..language.expressions import Expression
from ..language.policy import Policy, Rule
from ..month import Month
from .signature import Shape

if TYPE_CHECKING:
    from .codegen import Code
    from .kernel import Kernel

# Worlds times months that take NumPy a third as long as a compiler: what is compiled is kept.
WORTH_COMPILING: Final = 100_000
_MOST_KERNELS: Final = 64  # in memory; a few MB each
_MOST_FILES: Final = 200  # in the folder; 50 kB each

_kernels: dict[str, Kernel] = {}
_making = Lock()  # of kernels: threads that want the same wait for one
_asked: Counter[str] = Counter()  # worlds times months that were asked for, by shape


def kernel_for(month: Month, number: int) -> Kernel | None:
    """Return the kernel for what holds in a month, or None if it isn't worth compiling.

    It is worth it if it has been compiled before, or if many worlds and months of this shape
    have been asked for, now and before: compiling takes about a second.
    """
    shape = Shape.of(month)
    key = _key(shape)
    kernel = _kernels.get(key)
    if kernel is None:
        months = month.scenario.until(number) - number
        _asked[key] += month.state.values.shape[1] * months
        if _asked[key] < WORTH_COMPILING and not _at_hand(key):
            return None
        with _making:
            kernel = _kernels.get(key) or _load_or_compile(shape, key)
            while len(_kernels) >= _MOST_KERNELS:
                del _kernels[next(iter(_kernels))]
            _kernels[key] = kernel
    return kernel


def _key(shape: Shape) -> str:
    content = json.dumps(_content(shape), default=float)
    return sha256(f"{content} {code_of_model()}".encode()).hexdigest()[:32]


def _content(value: Any) -> Any:
    """Return what the code depends on as plain data, always in the same order."""
    if isinstance(value, Expression):
        return value.source
    if isinstance(value, Rule):
        return [value.enabled, value.when.source, _content(value.do)]
    if isinstance(value, Policy):
        return _content(value.rules)
    if is_dataclass(value):
        return {field.name: _content(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return [[name, _content(part)] for name, part in value.items()]
    if isinstance(value, (tuple, list)):
        return [_content(part) for part in value]
    return value


@cache
def code_of_model() -> str:
    """Return a digest of what is compiled and of what compiles it: of every file of the model."""
    return f"{version('llvmlite')} {np.__version__} {digest_of(Path(__file__).parents[1])}"


def digest_of(folder: Path) -> str:
    """Return a digest of every Python file in a folder and in those within it."""
    digest = sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path | None:
    """Return the folder, which may not exist yet; None if this user has no home."""
    import platformdirs

    try:
        named = os.environ.get("PALCA_CACHE")
        return Path(named or platformdirs.user_cache_dir("palca", appauthor=False)).expanduser()
    except RuntimeError:
        return None


def _at_hand(key: str) -> bool:
    folder = cache_folder()
    try:
        return folder is not None and any(folder.glob(f"{key}-*"))
    except OSError:  # a folder that can't be looked into
        return False


def _load_or_compile(shape: Shape, key: str) -> Kernel:
    from .codegen import compile_months, machine_name
    from .kernel import Kernel

    folder = cache_folder()
    if folder is None:
        return Kernel(compile_months(shape))
    path = folder / f"{key}-{sha256(machine_name().encode()).hexdigest()[:16]}.o"
    code = _read(path)
    if code is None:
        code = compile_months(shape)
        _write(path, code)
    return Kernel(code)


def _only_mine(status: os.stat_result) -> bool:
    """Return whether only this user, and root, can have written to it."""
    if not hasattr(os, "geteuid"):  # Windows, whose cache folders are their users' own
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read(path: Path) -> Code | None:
    """Return the code of a file; None if it is missing, damaged or perhaps another user's."""
    from .codegen import Code

    try:
        with path.open("rb") as file:
            if not (_only_mine(path.parent.stat()) and _only_mine(os.fstat(file.fileno()))):
                return None
            content = file.read()
        head, machine = content.split(b"\n", 1)
        header = json.loads(head)
        if sha256(machine).hexdigest() != header.pop("sha256"):
            return None
        loads = tuple((channel, site) for channel, site in header["loads"])
        return Code(machine, header["most_events"], loads)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _write(path: Path, code: Code) -> None:
    """Write the code to a file atomically; delete the oldest files if there are many."""
    beside = None
    header = {
        "most_events": code.most_events,
        "loads": code.loads,
        "sha256": sha256(code.machine).hexdigest(),
    }
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _only_mine(path.parent.stat()):
            raise PermissionError(errno.EPERM, "other users can write to it, or it belongs to "
                                               "another user")
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            beside = Path(file.name)
            file.write(json.dumps(header).encode() + b"\n" + code.machine)
        beside.replace(path)
        ages = []
        for file in path.parent.glob("*.o"):
            with suppress(FileNotFoundError):  # another process has deleted it
                ages.append((file.stat().st_mtime, file))
        for _, old in sorted(ages)[:-_MOST_FILES]:
            old.unlink(missing_ok=True)
    except OSError as error:
        warnings.warn(
            f"compiled months can't be kept in {path.parent} ({error.strerror}), so they will be "
            "compiled again; PALCA_CACHE names another folder",
            stacklevel=2,
        )
        if beside is not None:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
