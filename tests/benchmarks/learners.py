"""Networks trained at once against a Python loop over runs, in one process. Run: python tests/benchmarks/learners.py"""

import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from infoloop.learning.binary_features import informations, signs
from infoloop.learning.mlp_training import learner, noisy_feature_settings, train, train_sweep

jax.config.update("jax_enable_x64", True)
SEEDS, SETTINGS, COMPONENTS, PEER_RUNS = 64, 16, 4, 4
BY = learner(widths=(16,), steps=2000, checkpoints=50)


def settings():
    """Sixteen worlds of four components: amplitudes falling or rising, crossover probabilities spread over [0, 0.4]."""
    rng = np.random.default_rng(0)
    crossovers = rng.uniform(0, 0.4, (SETTINGS, COMPONENTS))
    return noisy_feature_settings(crossovers, rng.uniform(0.3, 2.0, (SETTINGS, COMPONENTS)), 0.5)


def network(key):
    rngs = nnx.Rngs(key)
    first, last = (nnx.Linear(a, b, rngs=rngs, param_dtype=float) for a, b in ((COMPONENTS, 16), (16, 2)))
    return nnx.split(nnx.Sequential(first, jnp.tanh, last))


def stepped(keys, of):
    """Trains one network, each step jitted once for all runs, information at the same checkpoints."""
    optimiser, (graph, _) = optax.sgd(0.5), network(keys[0])

    @jax.jit
    def step(params, memory, x, masses):
        risk = lambda params: -(masses * jax.nn.log_softmax(nnx.merge(graph, params)(x))).sum()  # noqa: E731
        moves, memory = optimiser.update(jax.grad(risk)(params), memory, params)
        return optax.apply_updates(params, moves), memory

    @jax.jit
    def judge(params, x, masses):
        logits = nnx.merge(graph, params)(x)
        hard = jax.nn.one_hot(logits.argmax(1), 2, dtype=float)
        return informations(masses, jax.nn.softmax(logits)), informations(masses, hard)

    def one(run):
        masses, x = of.masses[run % SETTINGS], jnp.asarray(signs(COMPONENTS)) * of.amplitude[run % SETTINGS]
        _, params = network(keys[run % SEEDS])
        memory, seen = optimiser.init(params), []
        for t in range(BY.steps):
            params, memory = step(params, memory, x, masses)
            if (t + 1) % (BY.steps // BY.checkpoints) == 0:
                seen.append(judge(params, x, masses))
        jax.block_until_ready(seen)

    return one


def scanned(keys, of):
    """Trains one network by a single compiled scan: a loop that has nothing left to gain but the batch."""
    compiled = jax.jit(train, static_argnames="by")

    def one(run):
        part = jax.tree.map(lambda x: x[run % SETTINGS], of)
        jax.block_until_ready(compiled(keys[run % SEEDS], part, by=BY))

    return one


def seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def table() -> str:
    """Ours with and without compilation; the peers without it, on a few runs, times the number of runs."""
    keys, of, runs = jax.random.split(jax.random.key(0), SEEDS), settings(), SEEDS * SETTINGS
    cold = seconds(lambda: jax.block_until_ready(train_sweep(keys, of, BY)))
    warm = min(seconds(lambda: jax.block_until_ready(train_sweep(keys, of, BY))) for _ in range(2))
    rows = [
        f"| {runs} networks, {BY.steps} steps, {BY.checkpoints} exact checkpoints | {warm:.1f} s ({cold:.1f} s cold) |"
    ]
    for name, prepare in (("jitted step", stepped), ("one scan a run", scanned)):
        one = prepare(keys, of)
        one(0)
        peer = seconds(lambda one=one: [one(run) for run in range(PEER_RUNS)]) / PEER_RUNS * runs
        rows.append(f"| the same, Python loop over runs, {name} | {peer:.0f} s ({peer / warm:.0f} times) |")
    diverged = int(train_sweep(keys, of, BY).diverged.sum())
    return "\n".join(["| what | seconds |", "|---|---|", *rows, f"| runs that diverged | {diverged} |"])


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
