"""What fits into the memory of the device, so that a size is said before it is paid."""

import os

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike

from infoloop.probability.bayes_nets import TooLargeError


def device_memory() -> int | None:
    """Return the bytes that JAX may use on its first device, those of the machine for a CPU; None if nobody says.

    >>> (device_memory() or 2**30) >= 2**20
    True
    """
    told = (jax.local_devices()[0].memory_stats() or {}).get("bytes_limit")
    if told is not None:
        return int(told)
    known = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in known:
        return None
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def check_memory(what: str, cells: int, dtype: DTypeLike, remedy: str) -> None:
    """Raise TooLargeError, a ValueError, where so many numbers do not fit into the device's memory.

    >>> check_memory("a small table", 4, jnp.float64, "give less")
    """
    needed, most = cells * jnp.dtype(dtype).itemsize, device_memory()
    if most is not None and needed > most:
        raise TooLargeError(
            f"{what} takes {_gib(needed)} GiB, and the {jax.local_devices()[0].platform} has {_gib(most)} GiB: {remedy}"
        )


def _gib(size: int) -> str:
    return f"{size / 2**30:,.3g}" if size < 2**40 else f"{size // 2**30:,}"
