"""A disk without room, as a process meets it."""

import contextlib
import resource
from collections.abc import Generator


@contextlib.contextmanager
def files_of_at_most(size: int) -> Generator[None]:
    """Let this process write files of at most this many bytes; beyond, a write fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
