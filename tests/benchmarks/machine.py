"""What this machine does in a second, by the simplest program for each; and what it is.

Run: python tests/benchmarks/machine.py
"""

import datetime
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from turns import take_turns

jax.config.update("jax_enable_x64", True)
_STREAM = 2**23  # float64, 64 MiB: more than caches hold
_CACHED = 2**20  # 8 MiB: logarithms shall not wait for memory
_SIDE = 768  # of the matrices that are multiplied
_ADDITIONS = 200_000


class Yardstick(NamedTuple):
    """A simple work, how much of what it does, and the unit of that."""

    work: Callable[[], Any]
    amount: float
    unit: str


def _python_additions() -> int:
    total = 0
    for k in range(_ADDITIONS):
        total += k & 3
    return total


def yardsticks() -> dict[str, Yardstick]:
    """Return the works: reading, writing (which in XLA reads first), logarithms, products, and plain Python."""
    drawn = np.random.default_rng(0).random(_STREAM) + 0.5
    stream, cached = jnp.asarray(drawn), jnp.asarray(drawn[:_CACHED].reshape(-1, 512))
    square = jnp.asarray(drawn[: _SIDE**2].reshape(_SIDE, _SIDE))
    read, copy = jax.jit(jnp.sum), jax.jit(lambda x: x * 1.5)
    logs = jax.jit(lambda x: jnp.log(x).sum(1))
    product = jax.jit(lambda x: jnp.matmul(x, x, precision=jax.lax.Precision.HIGHEST))
    return {
        "read": Yardstick(lambda: read(stream), 8.0 * _STREAM, "bytes read"),
        "copy": Yardstick(lambda: copy(stream), 8.0 * _STREAM, "bytes read and written anew"),
        "logarithms": Yardstick(lambda: logs(cached), _CACHED, "logarithms in sums"),
        "products": Yardstick(lambda: product(square), 2.0 * _SIDE**3, "multiplications and additions"),
        "Python": Yardstick(_python_additions, _ADDITIONS, "turns of a Python loop"),
    }


def processor() -> str:
    """Return the kind of processor, as the system names it."""
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.exists() else []
    named = [line for line in lines if line.startswith("model name")]
    return named[0].partition(":")[2].strip() if named else platform.processor() or platform.machine()


def machine() -> dict[str, str]:
    """Return what the numbers of a run hang on."""
    return {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "jax": jax.__version__,
        "NumPy": np.__version__,
        "Python": platform.python_version(),
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
    }


def machine_line(known: dict[str, str] | None = None) -> str:
    """Return that in one line."""
    about = machine() if known is None else known
    versions = ", ".join(f"{name} {about[name]}" for name in ("jax", "NumPy", "Python"))
    return f"{about['processor']}, {about['cores']} cores; {versions}; {about['date']}"


def main() -> None:
    sticks = yardsticks()
    times = np.median(take_turns(tuple(stick.work for stick in sticks.values()), 25), axis=1)
    for (name, stick), time in zip(sticks.items(), times, strict=True):
        sys.stdout.write(f"{name}: {1e3 * stick.amount / time:.3g} {stick.unit} a second\n")
    sys.stdout.write(machine_line() + "\n")


if __name__ == "__main__":
    main()
