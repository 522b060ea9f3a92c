"""Files that are either complete or absent: written under a temporary name, flushed to disk, then renamed."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


class UnwritableError(ValueError):
    """A folder or file that cannot be written; the message says which, why and what to do."""


def writable_folder(path: Path) -> Path:
    """The folder, made if need be. Raises UnwritableError before anything is written."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path, prefix=".").close()
    except OSError as error:
        raise UnwritableError(f"cannot write to {path}: {error.strerror or error}; name another folder") from None
    return path


def atomic_write_text(path: Path, text: str) -> None:
    """Replace the file by this text at once; a reader never sees half of it, whenever the process dies."""
    atomic_write(path, lambda part: part.write_bytes(text.encode()))


def write_if_absent(path: Path, text: str) -> bool:
    """Write the complete file unless it exists; return whether it was written. Of several processes one succeeds."""
    writable_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        os.link(name, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise UnwritableError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        Path(name).unlink(missing_ok=True)
    return True


def atomic_write(path: Path, write: Callable[[Path], object]) -> None:
    """Replace the file at once by what `write` puts at the path that it is given."""
    writable_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        write(part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        raise UnwritableError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)
