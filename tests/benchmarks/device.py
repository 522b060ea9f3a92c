"""Training and tables on an accelerator: equal to the CPU in double precision, how far off in single, how much faster.

Run: python tests/benchmarks/device.py; without an accelerator it compares the first CPU device with the last.
"""

import functools
import os
import statistics
import sys
import time
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from policies import transformer_loss

from infoloop.information.measures import mutual_information
from infoloop.learners.objectives import class_likelihood
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.policy_training import train_policy
from infoloop.learners.transformer_policy import transformer
from infoloop.probability.distributions import Joint
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.lookup import lookup_world

jax.config.update("jax_enable_x64", True)
ROUNDS, STEPS, AT_ONCE = 3, 20, 64
PERCEPTRONS, TRANSFORMERS, STARTS, STEPS_OVER_STRINGS, TABLES = 512, 64, 8, 3, 1_000_000
TRAINED = 1e-9  # sums in another order, over some steps of training


@functools.cache
def begun(network, seeds):
    """A world, and weights to start from: drawn once, so that both devices and both precisions start alike."""
    world = lookup_world(jax.random.key(0), symbols=4)
    return world, jax.jit(jax.vmap(network(world).start))(jax.random.split(jax.random.key(1), seeds))


def training(network, seeds, dtype):
    """Class accuracies of several seeds, before and after some steps of Adam."""
    world, starts = begun(network, seeds)
    policy, right = network(world, dtype=dtype), right_outputs(world, 5)
    loss = class_likelihood(right, (world.trained / world.trained.sum()).astype(dtype))

    def accuracy(log_policy):
        return jnp.where(right, jnp.exp(log_policy), 0.0).sum(axis=1)

    def run(start):
        optimiser = optax.adam(jnp.asarray(1e-3, dtype))
        return train_policy(jax.random.key(0), policy, start, loss, optimiser, STEPS, STEPS, accuracy).observed

    return jax.vmap(run), jax.tree.map(lambda x: x.astype(dtype), starts)


def over_strings(dtype):
    """Losses of several transformers over all 4 096 strings, along some steps of gradient descent."""
    loss, weights = transformer_loss(dtype)[0], transformer_loss(jnp.float64)[1]

    def step(weights, _):
        value, slope = jax.value_and_grad(loss)(weights)
        return jax.tree.map(lambda x, d: x - 0.1 * d, weights, slope), value

    def run(scale):
        start = jax.tree.map(lambda x: scale * x.astype(dtype), weights)
        return jax.lax.scan(step, start, None, length=STEPS_OVER_STRINGS)[1]

    return jax.vmap(run), jnp.linspace(0.5, 1.5, STARTS, dtype=dtype)


def tables(dtype):
    """Mutual informations of tables 8 x 8."""
    drawn = np.random.default_rng(0).random((TABLES, 8, 8))
    drawn /= drawn.sum(axis=(1, 2), keepdims=True)
    return jax.vmap(lambda table: mutual_information(Joint(table, ("X", "Y")), "X", "Y")), drawn.astype(dtype)


class Run(NamedTuple):
    """What a function gives on a device, the median of its seconds, and the seconds of compilation."""

    found: np.ndarray
    took: float
    compiled: float


def on(device, work, given, rounds) -> Run:
    """Compile a function for a device and run it there; several rounds come after one that is not counted."""
    given, start = jax.device_put(given, device), time.perf_counter()
    call = jax.jit(work).lower(given).compile()
    compiled, times = time.perf_counter() - start, []
    for _ in range(rounds + (rounds > 1)):
        start = time.perf_counter()
        found = jax.block_until_ready(call(given))
        times.append(time.perf_counter() - start)
    return Run(np.asarray(found, np.float64), statistics.median(times[-rounds:]), compiled)


def say(line: str) -> None:
    """Write a line at once: a run that is cut off has said what it found so far."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def compared(name, case, allowed, cpu, card) -> None:
    """Run a case on the CPU once, then on the card in both precisions."""
    start, reference = time.perf_counter(), on(cpu, *case(jnp.float64), 1)
    say(f"{name}: {1e3 * reference.took:.0f} ms on the CPU, compiled in {reference.compiled:.1f} s")
    for dtype in (jnp.float64, jnp.float32):
        run = on(card, *case(dtype), ROUNDS)
        apart = np.abs(run.found - reference.found).max()
        if dtype == jnp.float64 and not apart < allowed:
            raise SystemExit(f"{name}: {card.device_kind} differs from the CPU by {apart:.1e} in double precision")
        speed = (
            f"{1e3 * run.took:.1f} ms, {reference.took / run.took:.1f} times as fast, compiled in {run.compiled:.1f} s"
        )
        say(f"  {dtype.__name__}: {speed}; largest difference {apart:.1e}")
    say(f"  all of it: {time.perf_counter() - start:.1f} s")


def at_once(device) -> None:
    """Time trainings one after another on a device, and the same in one call."""
    work, starts = training(perceptron, AT_ONCE, jnp.float64)
    starts = jax.device_put(starts, device)
    call, together = jax.jit(work), on(device, work, starts, ROUNDS)
    alone = [jax.tree.map(lambda x, k=k: x[k : k + 1], starts) for k in range(AT_ONCE)]
    jax.block_until_ready(call(alone[0]))
    start = time.perf_counter()
    for one in alone:
        jax.block_until_ready(call(one))
    took = time.perf_counter() - start
    speed = f"{1e3 * took:.0f} ms one by one, {1e3 * together.took:.1f} ms at once: {took / together.took:.1f} times"
    say(f"{AT_ONCE} perceptrons on {device.device_kind}: {speed}")


def main() -> None:
    start = time.perf_counter()
    platforms = os.environ.get("JAX_PLATFORMS")
    if platforms and "cpu" not in platforms:  # the reference is the CPU's
        jax.config.update("jax_platforms", f"{platforms},cpu")
    cpu, card = jax.devices("cpu")[0], jax.devices()[-1]
    say(f"{card.device_kind} ({card.platform}) against the CPU, jax {jax.__version__}")
    compared(f"{TABLES} tables", tables, 1e-13, cpu, card)
    for name, network, seeds in (("perceptrons", perceptron, PERCEPTRONS), ("transformers", transformer, TRANSFORMERS)):
        compared(f"{seeds} {name}", functools.partial(training, network, seeds), TRAINED, cpu, card)
    compared(f"{STARTS} transformers over 4 096 strings", over_strings, TRAINED, cpu, card)
    at_once(card)
    say(f"all: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
