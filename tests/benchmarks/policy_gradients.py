"""Time and memory of exact updates: a step on large groups, and a thousand questions under eight settings at once.

Run: python tests/benchmarks/policy_gradients.py
"""

import resource
import sys
import time

import jax
import jax.numpy as jnp

from infoloop.learning.policy_gradient.advantage_rules import grpo, modified
from infoloop.learning.policy_gradient.exact_updates import expected_update, update_variance
from infoloop.learning.policy_gradient.reward_kinds import output_kinds

jax.config.update("jax_enable_x64", True)
SIX = output_kinds([0.0, 0, 0, 1, 1, 1], [0.0, 0.5, 1, 0, 0.5, 1])


def update(dose, z, size):
    """The update of six outputs of six kinds, and its total variance."""
    rule = modified(grpo(), dose=dose)
    return expected_update(rule, lambda z: z, z, SIX, size), update_variance(rule, lambda z: z, z, SIX, size)


def seconds(call, times: int) -> float:
    """Seconds a call, compiled before."""
    jax.block_until_ready(call())
    start = time.perf_counter()
    for _ in range(times):
        jax.block_until_ready(call())
    return (time.perf_counter() - start) / times


def gibibytes() -> float:
    """The most memory that this process took so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def table() -> str:
    """One line a measurement."""
    z, rows = jnp.linspace(-1.0, 1.0, 6), []
    mean = jax.jit(lambda dose, z: expected_update(modified(grpo(), dose=dose), lambda z: z, z, SIX, 16))
    rows.append(f"G = 16, 6 kinds (20 349 multisets): {1e3 * seconds(lambda: mean(0.1, z), 20):.1f} ms a step")
    both = jax.jit(lambda dose, z: update(dose, z, 16))
    rows.append(f"the same with its total variance: {1e3 * seconds(lambda: both(0.1, z), 20):.1f} ms")
    before = gibibytes()
    questions, doses = jax.random.normal(jax.random.key(0), (1000, 6)), jnp.linspace(0.0, 0.7, 8)
    over = jax.vmap(jax.vmap(lambda dose, z: update(dose, z, 8), in_axes=(None, 0)), in_axes=(0, None))
    batch = jax.jit(over)
    spent = seconds(lambda: batch(doses, questions), 1)
    rows.append(f"1 000 questions x 8 doses, G = 8, 6 kinds, one call: {spent:.1f} s, {gibibytes():.2f} GiB in all")
    rows.append(f"(before that call the process had taken {before:.2f} GiB)")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
