"""Measures of many tables against the memory of the device: bytes that have to be moved a second, beside a stream's."""

import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

import infoloop as il
from tests.benchmarks.devices.two_devices import Case, Compared, compare

SIDE, NAMES, ROUNDS = 8, ("X", "Y", "Z"), 7
ON_CARD, ON_CPU = 2**31, 2**26  # bytes of the tables
FEW = 64  # tables that are compared with the CPU's
GOAL = 0.6
MEASURES: dict[str, Callable[[jax.Array], jax.Array]] = {
    "I(X;Y)": lambda t: il.mutual_information(il.Joint(t, NAMES), "X", "Y"),
    "H(X,Y,Z)": lambda t: il.entropy(il.Joint(t, NAMES)),
    "I(X;Y given Z)": lambda t: il.mutual_information(il.Joint(t, NAMES), "X", "Y", given="Z"),
}


class Row(NamedTuple):
    """A piece of work, the bytes that it has to move, its median seconds, and its rate as a share of the stream's."""

    work: str
    moved: float
    took: float
    share: float

    def line(self, device: str) -> str:
        """Return the row of a table."""
        mark = "" if self.share >= GOAL else f" (below {GOAL:.0%})"
        rate = self.moved / self.took / 1e9
        here = f"{1e3 * self.took:.2f} ms, {rate:,.1f} GB/s"
        return (
            f"| {self.work} | {device} | {here} | a stream's {rate / self.share:,.1f} GB/s | {self.share:.0%}{mark} |"
        )


def rows(device: jax.Device) -> list[Row]:
    """Time a stream, and measures and gradients against it: a value reads the tables, a gradient writes as much too."""
    given = tables(device, ON_CPU if device.platform == "cpu" else ON_CARD)
    stream = Row("a stream: read and write", 2 * given.nbytes, seconds(lambda x: 1.5 * x, given), 1.0)
    rate, found = stream.moved / stream.took, [stream]
    for name, measure in MEASURES.items():
        works = ((name, measure, given.nbytes), (f"gradient of {name}", jax.grad(measure), 2 * given.nbytes))
        for work, call, moved in works:
            took = seconds(jax.vmap(call), given)
            found.append(Row(work, moved, took, moved / took / rate))
    return found


def tables(device: jax.Device, size: int) -> jax.Array:
    """Return laws of three variables, made on the device."""
    count = size // (8 * SIDE**3)

    @jax.jit
    def drawn(key):
        found = jax.random.exponential(key, (count, SIDE, SIDE, SIDE))
        return found / found.sum(axis=(1, 2, 3), keepdims=True)

    with jax.default_device(device):
        return jax.block_until_ready(drawn(jax.device_put(jax.random.key(0), device)))


def seconds(call: Callable[[Any], Any], given: Any) -> float:
    """Return the median seconds of a call, compiled and called once before."""
    work, times = jax.jit(call).lower(given).compile(), []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        jax.block_until_ready(work(given))
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def equalities(cpu: jax.Device, card: jax.Device) -> list[Compared]:
    """Compare measures and gradients of some of these tables."""
    given = np.asarray(tables(cpu, FEW * 8 * SIDE**3))
    return [
        compare(f"{name} of {FEW} tables", Case(jax.vmap(measure), given, SIDE**3), cpu, card)
        for name, measure in MEASURES.items()
    ]
