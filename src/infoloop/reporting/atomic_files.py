"""Files that are either complete or absent: written under a temporary name, flushed to disk, then renamed.

A temporary file is locked while its writer lives; one that a killed process left is removed by the next that writes the
same file.
"""

import contextlib
import os
import secrets
import stat
import tempfile
from collections.abc import Generator
from pathlib import Path

try:
    import fcntl
except ImportError:  # not POSIX: nothing tells a dead writer's file from a living one's, so that none is removed
    fcntl = None

_SUFFIX = ".infoloop.part"  # that no user gives to a file
_RANDOM_BYTES = 4
_RANDOM = "[0-9a-f]" * (2 * _RANDOM_BYTES)


class UnwritableError(ValueError):
    """A folder or file that cannot be written; the message says which, why and what to do."""


def check_writable_folder(path: Path) -> None:
    """Refuse a folder that could not be made or written; it is not made, for what is read next may be wrong.

    Raises:
        UnwritableError: It, or what is there of the path to it, cannot be written.
    """
    try:
        tempfile.TemporaryFile(dir=_what_is_there(path), prefix=".").close()
    except OSError as error:
        raise _unwritable(path, error) from None


def writable_folder(path: Path) -> Path:
    """Return the folder, made if need be; raise UnwritableError before anything is written."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path, prefix=".").close()
    except OSError as error:
        raise _unwritable(path, error) from None
    return path


def _what_is_there(path: Path) -> Path:
    """Return the path, or the nearest folder above it that there is."""
    for place in (path, *path.parents):
        try:
            place.lstat()
        except FileNotFoundError:
            continue
        return place
    return Path()


def _unwritable(path: Path, error: OSError) -> UnwritableError:
    file = next((place for place in (path, *path.parents) if os.path.isfile(place)), None)
    why = f"{file} is a file, not a folder" if file else error.strerror or error
    return UnwritableError(f"cannot write to {path}: {why}; name another folder")


def replaceable_file(path: Path) -> Path:
    """Return the path behind symbolic links, where a file may be written or replaced.

    Raises:
        UnwritableError: Something is there that is no regular file: a folder, a device, a pipe; or the path cannot be.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return path.resolve()
    except FileNotFoundError:
        return path.resolve()
    except OSError as error:
        raise UnwritableError(f"cannot write {path}: {error.strerror or error}; name another file") from None
    kind = "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket"
    raise UnwritableError(f"cannot write {path}: it is {kind}, and only a regular file is replaced; name another file")


def atomic_write_text(path: Path, text: str) -> None:
    """Replace the file by this text at once, as `atomic_write_bytes` does."""
    atomic_write_bytes(path, text.encode())


def atomic_write_bytes(path: Path, content: bytes) -> None:
    """Replace the file by these bytes at once; a reader never sees half of it, whenever the process dies.

    Raises:
        UnwritableError: The folder or the file cannot be written, or the path is that of something else than a file.
    """
    target = replaceable_file(path)
    with _complete_part(target, content) as part:
        part.replace(target)


def write_if_absent(path: Path, text: str) -> bool:
    """Write the complete file unless it exists; return whether it was written. Of several processes one succeeds."""
    with _complete_part(path, text.encode()) as part:
        try:
            os.link(part, path)
        except FileExistsError:
            return False
    return True


def lock_while_open(handle: int) -> None:
    """Wait until no other process holds the lock of this open file, and hold it until the file is closed.

    Nothing happens on a system or a file system without locks.
    """
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)


@contextlib.contextmanager
def locked_folder(folder: Path) -> Generator[None]:
    """Let one process at a time do what is in the `with` block, where the system and the file system have locks.

    Raises:
        UnwritableError: The file of the lock cannot be written.
    """
    if fcntl is None:
        yield
        return
    lock = folder / ".infoloop.lock"  # a file, since a network file system locks no folder
    try:
        while True:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
            lock_while_open(handle)
            if os.fstat(handle).st_nlink:  # else its holder has removed it while this process waited
                break
            os.close(handle)
    except OSError as error:
        raise UnwritableError(f"cannot write {lock}: {error.strerror or error}; name another folder") from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def remove_abandoned_parts(path: Path) -> None:
    """Delete the temporary files that processes which were killed while they wrote this file have left beside it."""
    if fcntl is None:
        return
    for part in filter(Path.is_file, path.parent.glob(f"{_escaped(path.name)}{_RANDOM}{_SUFFIX}")):
        with contextlib.suppress(OSError), part.open("rb") as file:  # a living writer holds the lock: OSError
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


@contextlib.contextmanager
def _complete_part(path: Path, content: bytes) -> Generator[Path]:
    """Yield a temporary file beside `path` that holds all of it and is on disk; delete it afterwards."""
    writable_folder(path.parent)
    remove_abandoned_parts(path)
    part = None
    try:
        mode = _mode(path)
        handle, part = _locked_part(path, 0o666 if mode is None else mode)
        with open(handle, "wb", buffering=0) as file:
            rest = memoryview(content)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(handle)
            if mode is not None:
                part.chmod(mode)  # which the umask may have cut
            yield part
    except OSError as error:
        raise UnwritableError(f"cannot write {path}: {error.strerror or error}; make room, or name another") from None
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _mode(path: Path) -> int | None:
    """Return who may read and write the file that is there; None where there is none."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None


def _locked_part(path: Path, mode: int) -> tuple[int, Path]:
    """Return the handle and the path of a new temporary file that is locked as long as it is open."""
    while True:
        part = path.with_name(f"{path.name}{secrets.token_hex(_RANDOM_BYTES)}{_SUFFIX}")
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        except FileExistsError:
            continue
        lock_while_open(handle)
        if os.fstat(handle).st_nlink:  # else another process has removed it before it was locked
            return handle, part
        os.close(handle)
