"""Every exported function with numbers under JAX, and what else of `infoloop.information` has them."""

import jax
import jax.numpy as jnp

import infoloop as il
from infoloop.information.binary_channel_chains import (
    bsc_information,
    cascade_crossover,
    erasing,
    erasure_information,
    z_capacity,
    z_capacity_kept,
    z_information,
)
from infoloop.information.channel_capacity import capacity_bounds, input_weights, output_weights
from infoloop.information.expressions import evaluate_terms
from infoloop.information.gaussian_channels import bottleneck_channel
from infoloop.information.measures import aligned
from infoloop.information.signal_efficiency import quotient
from infoloop.information.table_measures import information_of_table
from infoloop.notation.grammar import parse_expression
from tests.benchmarks.devices.two_devices import Case
from tests.support.jax_exports import BATCH, GRADIENT
from tests.support.jax_settings import POINT, with_jax

CELLS = 512  # as in tests/contracts/test_exports_under_jax.py: the values agree with those of 50 digits within so many


def place(function) -> str:
    """Return where a public function lives, such as `information.measures.entropy`."""
    return f"{function.__module__}.{function.__name__}".removeprefix("infoloop.")


def cases() -> dict[str, Case]:
    """Return all, by the places of the functions."""
    found = {place(getattr(il, name)): Case(_at_both(call), jnp.array(POINT), CELLS) for name, (call, _) in exports()}
    for name, (call, arguments) in BATCH.items():
        found[place(getattr(il, name))] = Case(jax.vmap(call), jnp.asarray(arguments), CELLS, slope=False)
    further = {f"information.{name}": Case(_of(call), jnp.array(POINT), CELLS) for name, call in FURTHER.items()}
    partitions = Case(_every_efficiency, jnp.array([3.0, 1.0, 2.0, 2.0]), CELLS, slope=False, compiled=False)
    many = Case(_many_tables, jnp.array(POINT), CELLS)
    others = {"all_partition_pairs.every_efficiency": partitions, "table_measures.information_of_table": many}
    return {**found, **further, **{f"information.{name}": case for name, case in others.items()}}


def exports():
    """Return the names of exports with gradients, each with its call and its oracle."""
    return GRADIENT.items()


def _at_both(call):
    """At a law without empty cells, and at one with."""
    return lambda t: [call(with_jax(t)), call(with_jax(t, zeros=True))]


def _of(call):
    return lambda t: call(with_jax(t), 0.3 + t[0] / 4)


def _many_tables(t):
    """So many that most are computed in the shorter way, and some with care."""
    tables = jax.nn.softmax(
        jnp.linspace(0.01, 4.0, 2000)[:, None] * jnp.resize(t, (64,)) * jnp.cos(jnp.arange(64.0) ** 2)
    ).reshape(-1, 8, 8)
    return jax.vmap(lambda table: information_of_table(table, (0,), (1,)))(tables)


def _every_efficiency(weights):
    return il.every_efficiency(weights, lambda e: [e.gain, e.waste, e.miss, e.eta, e.recall])


# from a setting and a rate to numbers
FURTHER = {
    "binary_channel_chains.cascade_crossover": lambda s, rate: cascade_crossover(rate, 3),
    "binary_channel_chains.erasing": lambda s, rate: erasing(rate, "Z", "next").rows,
    "binary_channel_chains.bsc_information": lambda s, rate: bsc_information(rate, 0.5, 3, il.binary_entropy),
    "binary_channel_chains.erasure_information": lambda s, rate: erasure_information(rate, 0.25, 3, il.binary_entropy),
    "binary_channel_chains.z_information": lambda s, rate: z_information(rate, 0.25, 3, il.binary_entropy),
    "binary_channel_chains.z_capacity": lambda s, rate: z_capacity(rate),
    "binary_channel_chains.z_capacity_kept": lambda s, rate: z_capacity_kept(rate),
    "channel_capacity.capacity_bounds": lambda s, rate: capacity_bounds(s.k.rows)[:2],
    "channel_capacity.input_weights": lambda s, rate: input_weights(s.k, il.marginal(s.p, "Y")),
    "channel_capacity.output_weights": lambda s, rate: output_weights(il.marginal(s.p, "Y").table, s.k.rows),
    "expressions.evaluate_terms": lambda s, rate: evaluate_terms(parse_expression("2 I(X;Y|Z) - H(X)"), s.p),
    "gaussian_channels.bottleneck_channel": lambda s, rate: jnp.abs(
        bottleneck_channel(s.g, "A", "B", 40 + rate, "T").matrix
    ),
    "measures.aligned": lambda s, rate: aligned(s.p, il.Joint(s.q.table.transpose(1, 0, 2), ("Y", "X", "Z"))),
    "signal_efficiency.quotient": lambda s, rate: quotient(s.p.table, s.q.table),
}
