"""Files that are either complete or absent: written under a temporary name, flushed to disk, then renamed."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path


class UnwritableError(ValueError):
    """A folder or file that cannot be written; the message says which, why and what to do."""


def writable_folder(path: Path) -> Path:
    """Return the folder, made if need be; raise UnwritableError before anything is written."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path, prefix=".").close()
    except OSError as error:
        raise UnwritableError(f"cannot write to {path}: {error.strerror or error}; name another folder") from None
    return path


def atomic_write_text(path: Path, text: str) -> None:
    """Replace the file by this text at once; a reader never sees half of it, whenever the process dies."""
    atomic_write(path, lambda part: part.write_bytes(text.encode()))


def atomic_write(path: Path, write: Callable[[Path], object]) -> None:
    """Replace the file at once by what `write` puts at the path that it is given.

    Raises:
        UnwritableError: where the folder or the file cannot be written.
    """
    with _complete_part(path, write) as part:
        part.replace(path)


def write_if_absent(path: Path, text: str) -> bool:
    """Write the complete file unless it exists; return whether it was written. Of several processes one succeeds."""
    with _complete_part(path, lambda part: part.write_bytes(text.encode())) as part:
        try:
            os.link(part, path)
        except FileExistsError:
            return False
    return True


@contextlib.contextmanager
def _complete_part(path: Path, write: Callable[[Path], object]) -> Generator[Path]:
    """Yield a temporary file beside `path` that holds all of it and is on disk; delete it afterwards."""
    writable_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        write(part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.chmod(0o644)
        yield part
    except OSError as error:
        raise UnwritableError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)
