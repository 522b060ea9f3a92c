"""I(X;Z_t) of a walk on 100 000 states, by its band: time and memory, and what is refused.

Run: python tests/benchmarks/large_chains.py [--steps T]. The dense rows would be 75 GiB; the time goes with the steps.
"""

import argparse
import platform
import resource
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

import infoloop as il

jax.config.update("jax_enable_x64", True)
STATES, VALUES, GIBIBYTES = 100_000, 64, 2**20  # of KiB, in which Linux counts


def walk(states: int) -> il.BandedChannel:
    """A step down, none or one up; at the ends it stays."""
    band = np.tile([0.25, 0.5, 0.25], (states, 1))
    band[0], band[-1] = [0, 0.75, 0.25], [0.25, 0.75, 0]
    return il.banded_channel(band, -1, "Z", "next")


def start(values: int, states: int) -> il.Joint:
    """X says where the walk begins, up to a spread of some hundred steps."""
    middles = (np.arange(values)[:, None] + 0.5) * states / values
    table = np.exp(-(np.abs(np.arange(states) - middles) * 16 * values / states))
    return il.joint(table / table.sum(), "X", "Z")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=1_000)
    steps = parser.parse_args().steps
    write = sys.stdout.write
    law, link = start(VALUES, STATES), walk(STATES)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIBIBYTES
    clock, work = time.perf_counter(), time.process_time()
    bits = np.asarray(il.information_along(law, "X", link, steps))
    seconds, work = time.perf_counter() - clock, time.process_time() - work
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIBIBYTES
    write(f"{STATES:,} states, {VALUES} values of X, {steps:,} steps: {bits[0]:.9f} to {bits[-1]:.9f} bits\n")
    write(f"{seconds:.1f} s, {work:.1f} s of CPU, compilation included; {memory:.2f} GiB, {before:.2f} before\n")
    for what in (
        lambda: link.dense(),
        lambda: il.information_along(il.Joint(jnp.full(STATES, 1 / STATES), ("Z",)), "Z", link, 1),
    ):
        try:
            what()
        except ValueError as error:
            write(f"refused: {error}\n")
    write(f"(jax {jax.__version__}, Python {platform.python_version()}, {jax.devices()[0].device_kind}.)\n")


if __name__ == "__main__":
    main()
