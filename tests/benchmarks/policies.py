"""Exact policies: a transformer's step against its products alone, and 64 perceptrons at once against one by one.

Run: python tests/benchmarks/policies.py [--single]
"""

import argparse
import statistics
import sys
import time
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from infoloop.learners.objectives import class_likelihood, expected_reward
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.policy_training import train_policy
from infoloop.learners.transformer_policy import transformer
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.lookup import lookup_world

jax.config.update("jax_enable_x64", True)
QUESTIONS, ALPHABET, LENGTH, PROMPT, WIDTH, HEADS, HIDDEN, LAYERS = 32, 8, 4, 3, 32, 4, 64, 2
POSITIONS = PROMPT + sum(ALPHABET**depth for depth in range(1, LENGTH))
STEPS, ROUNDS, SEEDS = 3, 9, 64


def transformer_loss(dtype):
    """The expected reward over all strings, and where the parameters start."""
    rng = np.random.default_rng(0)
    world: Any = SimpleNamespace(
        prompts=rng.integers(0, 10, (QUESTIONS, PROMPT)),
        prompt_tokens=10,
        alphabet=ALPHABET,
        outputs=np.zeros((ALPHABET**LENGTH, LENGTH)),
    )
    policy = transformer(world, WIDTH, LAYERS, HEADS, HIDDEN, dtype)
    loss = expected_reward(
        jnp.asarray(rng.random((QUESTIONS, ALPHABET**LENGTH)) < 0.1, dtype), jnp.full(QUESTIONS, 1 / QUESTIONS, dtype)
    )
    return lambda parameters: loss(policy.log_policy(parameters), jax.random.key(0)), policy.start(jax.random.key(0))


def products_loss(dtype):
    """The same matrix products and activations and nothing else; each position attends to as many as a longest prefix.

    No norms, embeddings, residual sums, tree, probabilities of strings or rewards.
    """
    keys = iter(jax.random.split(jax.random.key(1), 4 * LAYERS + 2))

    def kernel(inside, outside):
        return jax.random.normal(next(keys), (inside, outside), dtype) / inside**0.5

    sizes = ((WIDTH, 3 * WIDTH), (WIDTH, WIDTH), (WIDTH, HIDDEN), (HIDDEN, WIDTH))
    kernels = [[kernel(*size) for size in sizes] for _ in range(LAYERS)], kernel(WIDTH, ALPHABET)
    inputs, attended = jax.random.normal(next(keys), (QUESTIONS * POSITIONS, WIDTH), dtype), PROMPT + LENGTH - 1

    def loss(kernels):
        blocks, logits = kernels
        x = inputs
        for inside, outside, up, down in blocks:
            query, key, value = (
                part.reshape(QUESTIONS, POSITIONS, HEADS, -1) for part in jnp.split(x @ inside, 3, axis=-1)
            )
            share = jax.nn.softmax(jnp.einsum("qnhe,qjhe->qhnj", query, key[:, :attended]))
            found = jnp.einsum("qhnj,qjhe->qnhe", share, value[:, :attended])
            x = jax.nn.gelu(found.reshape(x.shape) @ outside @ up) @ down
        return jax.nn.log_softmax(x @ logits).sum()

    return loss, kernels


def stepped(loss, parameters):
    """A few steps inside one scan, as training makes them: memory is taken once, not once a step."""

    def step(parameters, _):
        value, slope = jax.value_and_grad(loss)(parameters)
        return jax.tree.map(lambda x, d: x - 1e-6 * d, parameters, slope), value

    call = jax.jit(lambda start: jax.lax.scan(step, start, None, length=STEPS))
    jax.block_until_ready(call(parameters))
    return lambda: jax.block_until_ready(call(parameters))


def seconds(work) -> tuple[float, float]:
    """Seconds by the clock, and of all processors."""
    clock, spent = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - spent


def compared(first, second, rounds: int = ROUNDS) -> str:
    """The medians of both by turns, and of their ratio with its quartiles: others may use the machine meanwhile."""
    pairs = np.array([(seconds(first), seconds(second)) for _ in range(rounds)])
    words = []
    for which, name in enumerate(("clock", "processors")):
        one, other = (1e3 * statistics.median(pairs[:, side, which]) for side in (0, 1))
        low, middle, high = np.quantile(pairs[:, 0, which] / pairs[:, 1, which], (0.25, 0.5, 0.75))
        words.append(f"{name}: {one:.0f} ms against {other:.0f} ms, ratio {middle:.2f} [{low:.2f}, {high:.2f}]")
    return "; ".join(words)


def perceptron_runs(dtype):
    """64 trainings one after another, and in one call; both compiled before.

    A call is a whole training in one scan, so that little of it is dispatch: on a CPU, one call can only gain what the
    processors were idle, and loses the cache, in which a single run's weights and moments fit. A card has idle units.
    """
    world = lookup_world(jax.random.key(0), symbols=4)
    policy = perceptron(world, dtype=dtype)
    weight = world.trained / world.trained.sum()
    right = right_outputs(world, 5)
    loss = class_likelihood(right, weight.astype(dtype))

    def run(key):
        start = policy.start(key)
        rate = jnp.asarray(1e-3, dtype)
        observer = lambda log_policy: jnp.where(right, jnp.exp(log_policy), 0.0).sum(axis=1)  # noqa: E731
        return train_policy(key, policy, start, loss, optax.adam(rate), 200, 50, observer).observed

    one, all_of_them, keys = jax.jit(run), jax.jit(jax.vmap(run)), jax.random.split(jax.random.key(1), SEEDS)
    jax.block_until_ready((one(keys[0]), all_of_them(keys)))
    return (
        lambda: [jax.block_until_ready(one(key)) for key in keys],
        lambda: jax.block_until_ready(all_of_them(keys)),
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--single", action="store_true", help="in single precision")
    dtype = jnp.float32 if parser.parse_args().single else jnp.float64
    step, products = stepped(*transformer_loss(dtype)), stepped(*products_loss(dtype))
    what = f"{STEPS} steps of a transformer over all strings against its products and activations alone"
    sys.stdout.write(f"{what} ({dtype.__name__}): {compared(step, products)}\n")
    sys.stdout.flush()
    separately, at_once = perceptron_runs(dtype)
    what = f"{SEEDS} perceptrons one by one against at once"
    sys.stdout.write(f"{what} ({dtype.__name__}): {compared(separately, at_once, 3)}\n")


if __name__ == "__main__":
    main()
