"""A sweep on one device, on eight that XLA makes of this machine's cores, and in two processes: the same to the bit?

Run by itself it is one of these processes, and prints the digest of its table and the seconds of CPU that it took.
"""

import argparse
import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.models import wright_fisher
from infoloop.studies.cluster import join_processes
from infoloop.studies.sweep import Quantity, Sweep, compute_shards, shards

SIZE, GENERATIONS, POINTS, SHARD, ROUNDS = 200, 60, 768, 128, 3
DEVICES = 8
MOST_OVERHEAD = 0.1


class Ran(NamedTuple):
    """The digest of the table, and seconds of CPU and of the clock for all shards but the first, which is compiled."""

    digest: str
    spent: float
    took: float


class Row(NamedTuple):
    """How often more CPU an arrangement takes than one device, with the middle half of the rounds, and the clock."""

    name: str
    equal: bool
    spent: np.ndarray
    took: np.ndarray

    @property
    def within(self) -> bool:
        """Whether the tables are equal and the overhead is small."""
        return self.equal and bool(np.median(self.spent) <= 1 + MOST_OVERHEAD)

    def line(self) -> str:
        """Return the row of a table."""
        low, middle, high = np.quantile(self.spent, (0.25, 0.5, 0.75))
        equal = "equal to the bit" if self.equal else "NOT EQUAL"
        return f"| {self.name} | {equal} | {middle:.2f} [{low:.2f}, {high:.2f}] | {np.median(self.took):.2f} |"


def sweep() -> Sweep:
    """Informations along a loop of resampling, for many rates."""

    def measure(key, rate):
        m = wright_fisher.wright_fisher(SIZE, jnp.stack([rate, 1 - rate]))
        return {"bits": wright_fisher.information(m, GENERATIONS), "draw": jax.random.normal(key)}

    quantities = {"bits": Quantity("information", "bits", ("generation",)), "draw": Quantity("a normal", "1")}
    rates = np.linspace(0.05, 0.45, POINTS).tolist()
    return Sweep(
        measure, quantities, traced_grid={"rate": rates}, axes={"generation": range(GENERATIONS)}, shard_size=SHARD
    )


def run() -> Ran:
    """Compute the table here."""
    sweeps = {"informations": sweep()}
    found = compute_shards(sweeps, shards(sweeps), jax.random.key(0))
    parts = [next(found)[1]]
    clock, spent = time.perf_counter(), time.process_time()
    parts += [values for _, values in found]
    spent, clock = time.process_time() - spent, time.perf_counter() - clock
    table = b"".join(part[name].tobytes() for name in ("bits", "draw") for part in parts)
    return Ran(hashlib.sha256(table).hexdigest(), spent, clock)


def start(devices: int, *arguments: str) -> subprocess.Popen:
    """Start a process with so many devices."""
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={devices}"
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags}
    command = [sys.executable, "-m", "tests.benchmarks.devices.host_devices", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def ended(processes: list[subprocess.Popen]) -> Ran:
    """Return what processes found together: their CPU is added up, and their tables have to be one."""
    shown = [process.communicate(timeout=300)[0] for process in processes]
    if any(process.returncode for process in processes):
        raise RuntimeError("a process of the sweep failed: its message stands above")
    found = [Ran(**json.loads(text.splitlines()[-1])) for text in shown]  # before it, JAX says how it was joined
    digests = {each.digest for each in found}
    return Ran(" ".join(sorted(digests)), sum(each.spent for each in found), max(each.took for each in found))


def in_two_processes() -> Ran:
    """Return what two processes that share a mesh find, one device each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    return ended([start(1, "--coordinator", address, "--process", str(k)) for k in range(2)])


def compared() -> list[Row]:
    """Return a row for each arrangement; they and one device take turns."""
    ways = {
        "1 device": lambda: ended([start(1)]),
        f"{DEVICES} devices made of the cores": lambda: ended([start(DEVICES)]),
        "2 processes": in_two_processes,
    }
    rounds = [{name: way() for name, way in ways.items()} for _ in range(ROUNDS)]
    first, *others = ways
    rows = []
    for name in others:
        spent, took = (
            np.array([getattr(each[name], what) / getattr(each[first], what) for each in rounds])
            for what in ("spent", "took")
        )
        equal = len({each[way].digest for each in rounds for way in (first, name)}) == 1
        rows.append(Row(name, equal, spent, took))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--coordinator")
    parser.add_argument("--process", type=int)
    arguments = parser.parse_args()
    jax.config.update("jax_enable_x64", True)
    if arguments.coordinator:
        join_processes(arguments.coordinator, 2, arguments.process)
    sys.stdout.write("\n" + json.dumps(run()._asdict()) + "\n")


if __name__ == "__main__":
    main()
