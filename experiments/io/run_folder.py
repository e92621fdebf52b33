"""Where a run is written: a folder that becomes what was asked for whole, or not at all.

It is written beside its place under another name and moved there when it is done.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from palca.model.errors import PalcaError

if TYPE_CHECKING:
    from filelock import FileLock

UNDRAWN: Final[list[str]] = []  # pictures that could not be drawn, and why; all else was kept
MANIFEST: Final = "manifest.json"
LOCK: Final = ".lock"
_REPLACED: Final = ".replaced"
_COPIED: Final = ".copied"
_TRIES: Final = 100  # to hold a folder whose lock others move away meanwhile


def free_folder(name: str) -> Path:
    """Return ``runs/NAME``, or ``runs/NAME-2`` and so on if that is taken."""
    folder, n = Path("runs") / name, 1
    while folder.exists():
        n += 1
        folder = Path("runs") / f"{name}-{n}"
    return folder


def checked_path(folder: Path) -> Path:
    """Return the absolute path of a folder that is to be written to.

    Raises
    ------
    PalcaError
        If it is a file, a folder that must not be replaced, or one that can't be named.
    """
    try:
        here = Path.cwd()
        folder = Path(os.path.abspath(folder))  # "." and ".." have no name of their own
        str(folder).encode()
    except FileNotFoundError:
        raise PalcaError(
            "the current folder no longer exists: change to another", str(folder)
        ) from None
    except UnicodeEncodeError:  # Arrow's files, and a manifest, couldn't name it
        raise PalcaError("isn't a name in UTF-8: choose another --out", str(folder)) from None
    if folder in (here, *here.parents):
        raise PalcaError(
            "is the current folder, or one that contains it; name a folder inside the current one",
            str(folder),
        )
    if folder.exists() and not folder.is_dir():
        raise PalcaError("is a file, not a folder", str(folder))
    around = next(parent for parent in folder.parents if parent.exists())
    if not around.is_dir():
        raise PalcaError(f"can't be made: {around} is a file, not a folder", str(folder))
    return folder


@contextmanager
def writing(folder: Path, force: bool) -> Iterator[Path]:
    """Give a folder to write into that becomes `folder` if all goes well, else vanishes.

    Until it has its name no other process can write to `folder`; a folder that is replaced
    stays until the new one is there, whenever we are stopped.

    Raises
    ------
    PalcaError
        If `folder` has something in it and `force` isn't given, can't be made, or is being
        made by another process.
    """
    folder = checked_path(folder)
    part = folder.with_name(f".{folder.name}.part")
    there, lock = folder.parent.exists(), None
    try:
        lock = _hold(part, folder)
        _put_back(part, folder)  # if one was killed at the last moment
        _check_free(folder, force)
        for path in set(part.iterdir()) - {part / LOCK}:  # of one that was killed
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        yield part
        _check_free(folder, force)  # something else may have come there meanwhile
        if os.name == "nt":
            lock.release()  # no folder moves there while a file in it is open
        if _took_name(part, folder):
            part = folder
            (folder / LOCK).unlink(missing_ok=True)
            shutil.rmtree(folder / _REPLACED, ignore_errors=True)
        else:
            _copy_into(part, folder)
    except OSError as error:
        named = Path(error.filename) if isinstance(error.filename, str) else part
        inside = named.is_relative_to(part)
        path = folder / named.relative_to(part) if inside else named
        raise unwritable(path, error) from None
    finally:
        if lock is not None:
            if part != folder:
                _put_back(part, folder)
                shutil.rmtree(part, ignore_errors=True)
            lock.release()
        if not there:
            with suppress(OSError):  # it isn't empty
                folder.parent.rmdir()


def _took_name(part: Path, folder: Path) -> bool:
    """Give a folder that is done its name; return whether that can be: no mount can be renamed,
    nor what lies in the lower layer of an overlay.
    """
    try:
        if folder.exists():
            folder.rename(part / _REPLACED)
        part.rename(folder)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EBUSY):
            raise
        return False
    return True


def _copy_into(part: Path, folder: Path) -> None:
    """Copy what is in a folder into another, whose own content goes once all is there.

    Who is stopped while the content goes and the new takes its place leaves a folder without a
    manifest, which is no run's.
    """
    copied, there = folder / _COPIED, folder.exists()
    folder.mkdir(exist_ok=True)
    shutil.rmtree(copied, ignore_errors=True)  # of one that was killed
    try:
        copied.mkdir()
        for path in {*part.iterdir()} - {part / LOCK, part / _REPLACED}:
            copy = shutil.copytree if path.is_dir() else shutil.copy2
            copy(path, copied / path.name)
    except BaseException:
        shutil.rmtree(copied, ignore_errors=True)
        if not there:
            folder.rmdir()
        raise
    old = [path for path in folder.iterdir() if path != copied]
    for path in sorted(old, key=lambda path: path.name != MANIFEST):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for path in sorted(copied.iterdir(), key=lambda path: path.name == MANIFEST):
        path.rename(folder / path.name)
    copied.rmdir()


def _put_back(part: Path, folder: Path) -> None:
    """Give its name back to a folder that was about to be replaced, unless that is taken."""
    if (part / _REPLACED).is_dir() and not folder.exists():
        with suppress(OSError):
            (part / _REPLACED).rename(folder)


def _check_free(folder: Path, force: bool) -> None:
    """Raise if a folder has something in it that must not be replaced."""
    if not folder.exists() or {path.name for path in folder.iterdir()} <= {_COPIED}:
        return
    if not force:
        raise PalcaError(
            "exists already; give --force to replace it, or another --out", str(folder)
        )
    if not (folder / MANIFEST).is_file():
        raise PalcaError(
            "holds no run, and Palca replaces only its own runs: choose another --out", str(folder)
        )


def _hold(part: Path, folder: Path) -> FileLock:
    """Make a folder that is to become `folder`, and hold it; the system lets go if we die.

    What is locked is a file in it, which another may have moved or deleted between our opening
    and our locking it: only if it is still the file under that name is the folder ours.
    """
    from filelock import FileLock, Timeout

    part.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(_TRIES):
        lock = FileLock(part / LOCK, timeout=0)
        try:
            with suppress(FileExistsError):
                part.mkdir()
            check_locks(part)
            with (part / LOCK).open("ab") as opened:
                try:
                    lock.acquire()
                    if _is_at(opened, part / LOCK):
                        return lock
                finally:
                    if _is_at(opened, folder / LOCK):  # we made it as the folder was moved
                        (folder / LOCK).unlink()
        except Timeout:
            break
        except (FileNotFoundError, FileExistsError):
            pass  # the other has ended, and moved or removed it
        except PalcaError:
            with suppress(OSError):  # it isn't empty
                part.rmdir()
            raise
        except PermissionError as error:
            if not part.exists():
                raise
            raise PalcaError(
                f"another user is writing it, or left it incomplete in {part.name}: "
                "choose another --out",
                str(folder),
            ) from error
        lock.release()
    raise PalcaError("another process is writing it: wait for it, or choose another --out",
                     str(folder))  # fmt: skip


def check_locks(folder: Path) -> None:
    """Raise if no file in a folder can be locked, as on some file systems of clusters.

    Raises
    ------
    PalcaError
    """
    if os.name == "nt":  # where every file can be
        return
    import fcntl

    with tempfile.TemporaryFile(dir=folder) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise PalcaError(f"files can't be locked there ({reason}), so two commands could write "
                             "at the same time: choose an --out on another disk", str(folder.parent)
                             ) from None  # fmt: skip


def _is_at(opened: IO[bytes], path: Path) -> bool:
    """Whether an open file is the one under a path."""
    try:
        return os.path.samestat(os.fstat(opened.fileno()), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def new_file(path: Path, force: bool) -> Iterator[IO[bytes]]:
    """Give a file to write into that becomes `path` if all goes well, else vanishes.

    Raises
    ------
    PalcaError
        If there is something already and `force` isn't given, or it can't be written.
    """
    if path.is_dir():
        raise PalcaError("is a folder; name a file", str(path))
    if (path.exists() or path.is_symlink()) and not force:
        raise PalcaError("exists already; give --force to replace it, or another --out",
                         str(path))  # fmt: skip
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        # "x": a link that a stranger laid there is not followed; nor is one at `path` itself
        with beside.open("xb") as file:
            yield file
        beside.replace(path)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name and rename it; nothing is left if that can't be done.

    It isn't waited for until the disk has it, which may take longer than the worlds.
    """
    beside = path.with_name(f".{path.name}")
    try:
        beside.unlink(missing_ok=True)  # it may be a link that a stranger laid there
        beside.write_bytes(content)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def unwritable(path: Path, error: OSError, again: str = "run it again") -> PalcaError:
    """Return what to say when a file or a folder can't be written, with the mend if it is known."""
    mend = ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        mend = f"; make room, then {again}"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        mend = "; choose another --out"
    reason = os.strerror(error.errno) if error.errno else str(error)  # Arrow's are longer
    return PalcaError(f"can't be written ({reason}){mend}", str(path))
