"""The works whose cost is followed as they grow: each function takes a size and returns a `Work`."""

import functools
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import AxisType
from logs import write_lines

import infoloop as il
from infoloop.information.all_partition_pairs import every_efficiency
from infoloop.learners.objectives import class_likelihood
from infoloop.learners.own_string_loops import SCHEDULES, frequencies_kept, string_loop
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.policy_training import train_policy
from infoloop.models import wright_fisher
from infoloop.pipelines import information_flow
from infoloop.pipelines.numeric_evaluation import numeric_audit
from infoloop.proofs.shannon_prover import prove_linear
from infoloop.studies.sweep import POINTS, Quantity, Sweep, compute, shards
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.lookup import lookup_world

jax.config.update("jax_enable_x64", True)
_RATES = np.arange(1, 20) / 20


class Work(NamedTuple):
    """What is done, and the bytes that its compiled program takes, if it is one."""

    run: Callable[[], Any]
    bytes: int | None = None


def compiled(work: Callable, *given) -> Work:
    """Return the work as one program, with its memory: arguments, results and what lies between."""
    program = jax.jit(work).lower(*given).compile()
    memory, run = program.memory_analysis(), lambda: program(*given)
    if memory is None:
        return Work(run)
    return Work(run, memory.argument_size_in_bytes + memory.output_size_in_bytes + memory.temp_size_in_bytes)


def _table(*shape: int) -> jax.Array:
    drawn = np.random.default_rng(0).random(shape)
    return jnp.asarray(drawn / drawn.sum())


def entropy(cells: int) -> Work:
    return compiled(lambda t: il.entropy(il.Joint(t, ("X", "Y"))), _table(*_sides(cells, 2)))


def information(cells: int) -> Work:
    return compiled(lambda t: il.mutual_information(il.Joint(t, ("X", "Y")), "X", "Y"), _table(*_sides(cells, 2)))


def conditional_information(cells: int) -> Work:
    def bits(table):
        return il.mutual_information(il.Joint(table, ("X", "Y", "Z")), "X", "Y", given="Z")

    return compiled(bits, _table(*_sides(cells, 3)))


def information_gradient(cells: int) -> Work:
    def bits(table):
        return il.mutual_information(il.Joint(table, ("X", "Y")), "X", "Y")

    return compiled(jax.grad(bits), _table(*_sides(cells, 2)))


def _sides(cells: int, axes: int) -> tuple[int, ...]:
    """Return the sides of a table with so many cells, powers of two as equal as they can be."""
    power = cells.bit_length() - 1
    return tuple(2 ** ((power + k) // axes) for k in range(axes))


def proof(variables: int) -> Work:
    """Han's inequality."""
    names = [f"X{k}" for k in range(variables)]
    without = " + ".join(f"H({','.join(name for name in names if name != one)})" for one in names)
    claim = f"{variables - 1} H({','.join(names)}) <= {without}"
    return Work(lambda: prove_linear(claim))


def elemental_inequalities(variables: int) -> float:
    return variables + math.comb(variables, 2) * 2.0 ** (variables - 2)


def network_chain(variables: int) -> Work:
    """The law of the two ends of a chain."""
    links = [il.channel([[0.9, 0.1], [0.2, 0.8]], f"X{k}", f"X{k + 1}") for k in range(variables - 1)]
    net = il.bayes_net(il.joint([0.5, 0.5], "X0"), *links)
    return Work(lambda: il.marginal(net, "X0", f"X{variables - 1}").table)


def network_leaves(variables: int) -> Work:
    """The law of all effects of one cause."""
    names = [f"X{k}" for k in range(variables)]
    net = il.bayes_net(il.joint([0.5, 0.5], "C"), *(il.channel([[0.9, 0.1], [0.2, 0.8]], "C", name) for name in names))
    return compiled(lambda net: il.marginal(net, *names).table, net)


def coinformation(variables: int) -> Work:
    law = il.Joint(_table(*[2] * variables), tuple(f"X{k}" for k in range(variables)))
    return Work(lambda: il.coinformation(law))


def partition_pairs(outputs: int, tasks: int = 256) -> Work:
    """All partitions as signals against a few as tasks."""
    weights, some = np.ones(outputs), np.random.default_rng(0).integers(outputs, size=(tasks, outputs))
    return Work(lambda: every_efficiency(weights, _gains, tasks=some))


def _gains(found):
    return found.gain.sum()


def blocks_of_signals(outputs: int) -> float:
    return float(len(il.partitions(outputs))) * 2**outputs


def resampled_generations(generations: int) -> Work:
    model = wright_fisher.wright_fisher(500, _RATES)
    return Work(lambda: wright_fisher.information(model, generations))


def resampled_population(size: int) -> Work:
    model = wright_fisher.wright_fisher(size, _RATES)
    return Work(lambda: wright_fisher.information(model, 50))


def chain(states: int, steps: int) -> Work:
    table = _table(states, states)
    rows = table / table.sum(1, keepdims=True)

    def along(table, rows):
        start, link = il.Joint(table, ("X", "Z")), il.Channel(rows, ("Z",), ("next",))
        return il.information_along(start, "X", link, steps)

    return compiled(along, table, rows)


@functools.cache
def _world():
    return lookup_world(jax.random.key(0), symbols=4)


def string_rounds(rounds: int) -> Work:
    """A sampled loop that trains on its own strings."""
    loop = string_loop(_world(), 0, frequencies_kept, SCHEDULES.index("verifier"), 16, 16, 0.1, 0.1)

    def accuracy(keys):
        return il.unroll(loop, keys, lambda state: state.log_policy.max())

    return compiled(accuracy, jax.random.split(jax.random.key(0), rounds))


def training_steps(steps: int) -> Work:
    """Adam on a perceptron."""
    world = _world()
    policy, right = perceptron(world), right_outputs(world, 5)
    loss = class_likelihood(right, world.trained / world.trained.sum())

    def train(start):
        look = functools.partial(jnp.max)
        key = jax.random.key(0)
        return train_policy(key, policy, start, loss, optax.adam(1e-3), steps, steps, look).observed

    return compiled(train, policy.start(jax.random.key(1)))


_ROUND = """
rounds = {rounds}
[nodes]
X = {{ role = "task"{} }}
D0 = {{ role = "data", parents = ["X"]{} }}
Z0 = {{ role = "state", parents = ["D0"]{} }}
[round]
Y = {{ role = "query", parents = ["Z@-1"]{} }}
S = {{ role = "signal", parents = ["X", "Y"]{} }}
Z = {{ role = "state", parents = ["Z@-1", "Y", "S"]{} }}
"""
_ANSWERS = (
    ", size = 4, table = 'uniform'",
    ", size = 4, formula = 'X'",
    ", formula = 'D0'",
    ", table = [[0.7, 0.1, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1], [0.1, 0.1, 0.7, 0.1], [0.1, 0.1, 0.1, 0.7]]",
    ", formula = 'X == Y', table = [[0.9, 0.1], [0.1, 0.9]]",
    ", formula = 'Y if S else Z@-1'",
)


def pipeline_graph(rounds: int) -> Work:
    """The verdict, bounds and warnings of a graph without tables."""
    p = il.parse_pipeline(_ROUND.format(*[""] * len(_ANSWERS), rounds=rounds))
    return Work(lambda: il.audit(p))


def pipeline_numbers(rounds: int) -> Work:
    """All numbers of the same graph with tables."""
    p = il.parse_pipeline(_ROUND.format(*_ANSWERS, rounds=rounds))
    asked = information_flow.conditioning_sets(p), information_flow.rounds(p)
    return Work(lambda: numeric_audit(p, *asked))


def log_rows(rows: int) -> Work:
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / "log.jsonl"
    write_lines(path, rows, 16)

    def audited():
        found = audit_rollouts(path)
        assert folder.name in str(path)  # the folder lives as long as the work
        return found

    return Work(audited)


def _decay(key, rate):
    link = jnp.array([[1 - rate, rate], [rate, 1 - rate]])
    start, step = il.Joint(jnp.eye(2) / 2, ("X", "Z")), il.Channel(link, ("Z",), ("next",))
    return {"bits": il.information_along(start, "X", step, 2000).sum()}


def _sweep(points: int) -> Sweep:
    over = {"rate": np.linspace(0.01, 0.4, points).tolist()}
    return Sweep(_decay, {"bits": Quantity("bits left", "bits")}, traced_grid=over, shard_size=points)


def swept_devices(devices: int) -> Work:
    """The same points on more devices."""
    sweep = _sweep(4096)
    mesh = jax.make_mesh((devices,), (POINTS,), (AxisType.Auto,), devices=jax.devices()[:devices])
    (shard,) = shards({"decay": sweep})
    return Work(lambda: compute(sweep, shard, jax.random.key(0), mesh))
