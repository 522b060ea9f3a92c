"""The memory that the tables of a run will take, said before anything is computed."""

import math
import os
from collections.abc import Mapping
from pathlib import Path

from infoloop.studies.discovery import StudyError
from infoloop.studies.sweep import Sweep

_COPIES = 4  # of the numbers: those of the shards, a whole quantity, the table, the bytes of its file
_POINT = 160  # bytes of a point besides: its values in the list of shards
_WRITTEN = 140  # bytes of a number of the shard that is written or read: a float of Python, and its text
_AVAILABLE, _LIMIT = Path("/proc/meminfo"), Path("/sys/fs/cgroup/memory.max")


def table_bytes(sweep: Sweep) -> int:
    """Return about how many bytes the whole table of a sweep takes while it is computed and collected, at most.

    >>> from infoloop.studies.sweep import Quantity
    >>> table_bytes(Sweep(dict, {"y": Quantity("", "1", ("round",))}, {}, {"x": range(10)}, {"round": range(100)}))
    173600
    """
    traced = math.prod(map(len, sweep.traced_grid.values()))
    points = traced * math.prod(map(len, sweep.static_grid.values()))
    numbers = sum(math.prod(len(sweep.axes[axis]) for axis in q.axes) for q in sweep.quantities.values())
    return points * (_POINT + 8 * _COPIES * numbers) + _WRITTEN * min(traced, sweep.shard_size) * numbers


def require_memory(sweeps: Mapping[str, Sweep]) -> None:
    """Refuse tables that are larger than the memory of this machine; where it does not say, nothing is refused.

    Args:
        sweeps: The sweeps of all tables.

    Raises:
        StudyError: They are larger; the message has both sizes and the largest table.
    """
    sizes = {name: table_bytes(sweep) for name, sweep in sweeps.items()}
    needed, there = sum(sizes.values()), available_bytes()
    if there is None or needed <= there:
        return
    largest = max(sizes, key=lambda name: sizes[name])
    raise StudyError(
        f"the tables need about {_gib(needed)} of memory, most of it for {largest}, and {_gib(there)} are free: "
        "give fewer or smaller values (--set), or a machine with more"
    )


def available_bytes() -> int | None:
    """Return how much memory a process may take: what is free, or its group's limit; None where neither is known."""
    known = [_number_after(_AVAILABLE, "MemAvailable:", 1024), _number_after(_LIMIT, "", 1)]
    if not any(known) and hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        known.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min((number for number in known if number), default=None)


def _number_after(path: Path, label: str, unit: int) -> int | None:
    """Return the whole number behind a label in a file, in bytes; None where there is none."""
    try:
        words = path.read_text().partition(label)[2].split() if label else path.read_text().split()
    except OSError:
        return None
    return int(words[0]) * unit if words and words[0].isdecimal() else None


def _gib(size: int) -> str:
    return f"{size / 2**30:,.1f} GiB"
