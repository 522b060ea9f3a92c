"""Keep the programs that JAX compiles from one command to the next, in the user's cache folder."""

import contextlib
import hashlib
import os
import platform
from collections.abc import MutableMapping
from pathlib import Path

MOST_BYTES = 2**30  # of programs that are kept
_FOLDER = "JAX_COMPILATION_CACHE_DIR"
_SETTINGS = {
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.05",  # what takes less is compiled as fast as it is read
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
}
_INSTRUCTIONS = Path("/proc/cpuinfo")


def keep_compiled_programs(environment: MutableMapping[str, str]) -> Path | None:
    """Have JAX keep compiled programs, in this process if it has not imported JAX yet, and in those that it starts.

    What the user has set for JAX stays: `JAX_COMPILATION_CACHE_DIR` names another folder, and
    `JAX_ENABLE_COMPILATION_CACHE=false` keeps nothing. The programs are for this kind of processor alone, as a home may
    be shared; the oldest go where they take more than `MOST_BYTES`.

    Args:
        environment: That of the process, `os.environ`.

    Returns:
        The folder; None where the user has set one, or where it cannot be written, and then nothing is kept.
    """
    if _FOLDER in environment:
        return None
    import platformdirs

    folder = platformdirs.user_cache_path("infoloop", appauthor=False) / "compiled" / _processor()
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget_oldest(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        return None
    environment[_FOLDER] = str(folder)
    for name, value in _SETTINGS.items():
        environment.setdefault(name, value)
    return folder


def _processor() -> str:
    """Return a name of this kind of processor: a program for another one may have instructions that it lacks."""
    kind = platform.machine()
    with contextlib.suppress(OSError):
        lines = _INSTRUCTIONS.read_text(errors="replace").splitlines()
        kind += next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return hashlib.sha256(kind.encode()).hexdigest()[:16]


def _forget_oldest(folder: Path) -> None:
    files = [(found.stat(), found) for found in folder.iterdir() if found.is_file()]
    size = sum(stat.st_size for stat, _ in files)
    for stat, found in sorted(files, key=lambda pair: pair[0].st_mtime):
        if size <= MOST_BYTES:
            break
        found.unlink(missing_ok=True)  # another command may have removed it
        size -= stat.st_size
