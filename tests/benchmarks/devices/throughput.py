"""Trainings and sweeps on a card against the CPU: steps and points a second, and whether the results are equal."""

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import AxisType, Mesh

import infoloop as il
from infoloop.learners.objectives import class_likelihood
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.policy_training import train_policy
from infoloop.learners.transformer_policy import transformer
from infoloop.studies.sweep import POINTS, Quantity, Sweep, compute_shards, shards
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.lookup import lookup_world
from tests.benchmarks.devices.two_devices import Case, Compared, compare
from tests.benchmarks.policies import transformer_loss

STEPS, ROUNDS = 20, 3
PERCEPTRONS, TRANSFORMERS, STARTS, STEPS_OVER_STRINGS = 256, 32, 4, 2
SWEPT, SHARD, BATCH = 2**16, 2**14, 2**10
SMALL = 8  # where it is tried without a card


class Work(NamedTuple):
    """What a call does `count` times, what that is counted in, and how many roundings follow each other."""

    name: str
    unit: str
    count: int
    call: Callable[[Any], Any]
    given: Any
    roundings: int


class Row(NamedTuple):
    """How many a second on the CPU, on the card, and on the card in float32 (None where it is not tried)."""

    name: str
    unit: str
    cpu: float
    card: float
    single: float | None
    equal: Compared

    def line(self, device: str) -> str:
        """Return the row of a table."""
        single = "" if self.single is None else f" (float32: {self.single:,.0f})"
        here = f"{self.card:,.0f} {self.unit}/s{single}"
        return f"| {self.name} | {device} | {here} | the CPU's {self.cpu:,.0f} | {self.card / self.cpu:.1f} times |"


def rows(cpu: jax.Device, card: jax.Device) -> Iterator[Row]:
    """Time all of it, and yield each as it is done; few of each where there is no card."""
    share = 1 if card.platform != "cpu" else SMALL
    makers = (
        partial(training, perceptron, PERCEPTRONS // share, "perceptrons"),
        partial(training, transformer, TRANSFORMERS // share, "transformers"),
        over_strings,
    )
    for maker in makers:
        work, single = maker(jnp.float64), maker(jnp.float32)
        equal = compare(work.name, Case(work.call, work.given, work.roundings, slope=False), cpu, card)
        rates = [rate(work, cpu, 1), rate(work, card, ROUNDS), rate(single, card, ROUNDS)]
        yield Row(work.name, work.unit, *rates, equal)
    yield swept(cpu, card, SWEPT // share)


def rate(work: Work, device: jax.Device, rounds: int) -> float:
    """Return how many are done in a second on a device; compilation and the first call are not counted."""
    given, times = jax.device_put(work.given, device), []
    call = jax.jit(work.call).lower(given).compile()
    for _ in range(rounds + 1):
        start = time.perf_counter()
        jax.block_until_ready(call(given))
        times.append(time.perf_counter() - start)
    return work.count / statistics.median(times[1:])


def training(network: Callable[..., Any], seeds: int, name: str, dtype: Any) -> Work:
    """Several seeds at once, some steps of Adam each; what is compared are the accuracies before and after."""
    world = lookup_world(jax.random.key(0), symbols=4)
    starts = jax.jit(jax.vmap(network(world).start))(jax.random.split(jax.random.key(1), seeds))
    policy, right = network(world, dtype=dtype), right_outputs(world, 5)
    loss = class_likelihood(right, (world.trained / world.trained.sum()).astype(dtype))

    def accuracy(log_policy):
        return jnp.where(right, jnp.exp(log_policy), 0.0).sum(axis=1)

    def run(start):
        adam = optax.adam(jnp.asarray(1e-3, dtype))
        return train_policy(jax.random.key(0), policy, start, loss, adam, STEPS, STEPS, accuracy).observed

    given = jax.tree.map(lambda x: np.asarray(x, dtype), starts)
    return Work(f"{seeds} {name}", "steps", seeds * STEPS, jax.vmap(run), given, right.size * STEPS)


def over_strings(dtype: Any) -> Work:
    """Transformers over 4 096 strings, some steps of gradient descent each; what is compared are the losses."""
    loss, weights = transformer_loss(dtype)[0], transformer_loss(jnp.float64)[1]

    def step(weights, _):
        value, slope = jax.value_and_grad(loss)(weights)
        return jax.tree.map(lambda x, d: x - 0.1 * d, weights, slope), value

    def run(scale):
        start = jax.tree.map(lambda x: scale * x.astype(dtype), weights)
        return jax.lax.scan(step, start, None, length=STEPS_OVER_STRINGS)[1]

    given, strings = np.linspace(0.5, 1.5, STARTS, dtype=dtype), 32 * 4096
    name, count = f"{STARTS} transformers over 4 096 strings", STARTS * STEPS_OVER_STRINGS
    return Work(name, "steps", count, jax.vmap(run), given, strings * STEPS_OVER_STRINGS)


def swept(cpu: jax.Device, card: jax.Device, points: int) -> Row:
    """A sweep of informations through two channels, in shards, of which the first compiles and is not timed."""

    def measure(key, rate):
        law = il.extend(il.Joint(jnp.diag(jnp.array([0.25, 0.75])), ("X", "Y")), il.bsc(rate, "Y", "Z"))
        return {"bits": il.mutual_information(law, "X", "Z")}

    rates = np.linspace(0.0, 0.5, points).tolist()
    sweep = Sweep(
        measure,
        {"bits": Quantity("information", "bits")},
        traced_grid={"rate": rates},
        shard_size=min(SHARD, points // 4),
        batch_size=min(BATCH, points // 4),
    )

    def run(device):
        over = Mesh(np.array([device]), (POINTS,), axis_types=(AxisType.Auto,))
        found = compute_shards({"bits": sweep}, shards({"bits": sweep}), jax.random.key(0), over)
        parts = [next(found)[1]["bits"]]
        start = time.perf_counter()
        parts += [values["bits"] for _, values in found]
        return np.concatenate(parts), (points - len(parts[0])) / (time.perf_counter() - start)

    (reference, on_cpu), (table, on_card) = run(cpu), run(card)
    apart, bound = np.abs(table - reference).max(), il.rounding(8)  # of a sum of eight cells, each below one bit
    equal = Compared("a sweep", float(apart / bound), f"{apart:.1e} apart, bound {bound:.1e}")
    return Row(f"a sweep of {points:,} points", "points", on_cpu, on_card, None, equal)
