"""Training and tables on an accelerator: equal to the CPU in double precision, how far off in single, how much faster.

Run: python tests/benchmarks/device.py; without an accelerator it compares the first CPU device with the last.
"""

import statistics
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax

from infoloop.information.measures import mutual_information
from infoloop.learners.objectives import class_likelihood
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.policy_training import train_policy
from infoloop.learners.transformer_policy import transformer
from infoloop.probability.distributions import Joint
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.lookup import lookup_world

jax.config.update("jax_enable_x64", True)
ROUNDS, STEPS, SEEDS = 3, 20, 64


def training(network, dtype, seeds):
    """Class accuracies of several seeds, before and after a few steps of Adam."""

    def measured(keys):
        world = lookup_world(jax.random.key(0), symbols=4)
        policy, right = network(world, dtype=dtype), right_outputs(world, 5)
        loss = class_likelihood(right, (world.trained / world.trained.sum()).astype(dtype))

        def accuracy(log_policy):
            return jnp.where(right, jnp.exp(log_policy), 0.0).sum(axis=1)

        def run(key):
            optimiser = optax.adam(jnp.asarray(1e-3, dtype))
            return train_policy(key, policy, policy.start(key), loss, optimiser, STEPS, STEPS, accuracy).observed

        return jax.vmap(run)(keys)

    return measured, jax.random.split(jax.random.key(1), seeds)


def tables(dtype):
    """Mutual informations of 100 000 tables 8 x 8."""
    drawn = np.random.default_rng(0).dirichlet(np.ones(64), 100_000).reshape(-1, 8, 8)
    return jax.vmap(lambda table: mutual_information(Joint(table, ("X", "Y")), "X", "Y")), jnp.asarray(drawn, dtype)


def on(device, work, given):
    """What a function gives on a device, and the median of its seconds once compiled."""
    call, given = jax.jit(work), jax.device_put(given, device)
    found, times = jax.block_until_ready(call(given)), []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        jax.block_until_ready(call(given))
        times.append(time.perf_counter() - start)
    return np.asarray(found, np.float64), statistics.median(times)


def main() -> None:
    cpu, card = jax.devices("cpu")[0], jax.devices()[-1]
    cases = {
        f"{SEEDS} perceptrons": lambda dtype: training(perceptron, dtype, SEEDS),
        "8 transformers": lambda dtype: training(transformer, dtype, 8),
        "100 000 tables": tables,
    }
    lines = [f"{card.device_kind} ({card.platform}) against the CPU, jax {jax.__version__}"]
    for name, case in cases.items():
        reference, slow = on(cpu, *case(jnp.float64))
        for dtype in (jnp.float64, jnp.float32):
            found, fast = on(card, *case(dtype))
            apart = np.abs(found - reference).max()
            if dtype == jnp.float64 and not apart < 1e-9:  # sums in another order, over a few steps of training
                raise SystemExit(f"{name}: {card.device_kind} differs from the CPU by {apart:.1e} in double precision")
            speed = f"{1e3 * fast:.1f} ms against {1e3 * slow:.1f} ms, {slow / fast:.1f} times as fast"
            lines.append(f"{name}, {dtype.__name__}: largest difference {apart:.1e}; {speed}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
