r"""Diversity is not information, and neither is risk: what a loop has left, in numbers that are not merged.

A law `table[x, z] = P(theta = x, Z = z)` of hypothesis and state comes with `frequencies[z, a]`, the law of the symbols
that a model in state z generates. All are functions of one table, fit to be the `watch` of `unroll`.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infoloop.information.measures import mutual_information
from infoloop.loops.risks import mean_risk, median_risk, relative_entropies, squared_errors
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import plog2p
from infoloop.probability.validation import refuse_negative


class Diversity(NamedTuple):
    """Symbols left, their entropy (bits) and heterozygosity; bits that state and sample tell of theta; the risks.

    `error` is the squared error, without unit, `excess` the relative entropy from the truth to the model, in bits.
    """

    support: jax.Array
    entropy: jax.Array
    heterozygosity: jax.Array
    state_information: jax.Array
    sample_information: jax.Array
    mean_error: jax.Array
    median_error: jax.Array
    mean_excess: jax.Array
    median_excess: jax.Array


def diversity_of(table, frequencies, targets) -> Diversity:
    """All of them for one law; `targets[x, a]` is the true law of the symbols under hypothesis x.

    Raises ValueError where shapes do not match; NaN where one of them has a negative entry.

    >>> d = diversity_of(jnp.array([[0.5, 0.0], [0.0, 0.5]]), jnp.eye(2), jnp.full((2, 2), 0.5))
    >>> float(d.support), round(float(d.state_information), 12), float(d.mean_error), float(d.median_excess)
    (1.0, 1.0, 0.5, inf)
    """
    errors, excesses = squared_errors(frequencies, targets), relative_entropies(frequencies, targets)
    return Diversity(
        expected_support(table, frequencies),
        expected_entropy(table, frequencies),
        expected_heterozygosity(table, frequencies),
        state_information(table),
        sample_information(table, frequencies),
        mean_risk(table, errors),
        median_risk(table, errors),
        mean_risk(table, excesses),
        median_risk(table, excesses),
    )


def expected_support(table, frequencies) -> jax.Array:
    r"""$E\,|\{a:f_{Za}>0\}|$, the number of symbols that the model can still generate.

    Raises ValueError where the shapes do not match; NaN where either has a negative entry.

    >>> float(expected_support(jnp.array([[0.5, 0.5]]), jnp.array([[1.0, 0.0], [0.5, 0.5]])))
    1.5
    """
    return _expected(table, frequencies, lambda f: (f > 0).sum(1).astype(f.dtype))


def expected_entropy(table, frequencies) -> jax.Array:
    r"""$E\,H(f_Z)$ in bits: the entropy of the law that the model generates from, given its state.

    Raises ValueError where the shapes do not match; NaN where either has a negative entry.

    >>> float(expected_entropy(jnp.array([[0.5, 0.5]]), jnp.array([[1.0, 0.0], [0.5, 0.5]])))
    0.5
    """
    return _expected(table, frequencies, lambda f: -plog2p(f).sum(1))


def expected_heterozygosity(table, frequencies) -> jax.Array:
    r"""$E\bigl(1-\sum_af_{Za}^2\bigr)$: two symbols of one model differ with this probability (Nei 1973).

    As $\sum f(1-f)$, which keeps its digits where it is small. Raises ValueError where the shapes do not match; NaN
    where either has a negative entry.

    >>> float(expected_heterozygosity(jnp.array([[0.5, 0.5]]), jnp.array([[1.0, 0.0], [0.5, 0.5]])))
    0.25
    """
    return _expected(table, frequencies, lambda f: (f * (1 - f)).sum(1))


def state_information(table) -> jax.Array:
    r"""$I(\theta;Z)$ in bits: what the whole model tells; no processing of the model raises it (`thm:dpi`).

    Raises ValueError unless the table has two axes; NaN where it has a negative entry.

    >>> round(float(state_information(jnp.array([[0.5, 0.0], [0.0, 0.5]]))), 12)
    1.0
    """
    return mutual_information(Joint(_table(table), ("theta", "state")), "theta", "state")


def sample_information(table, frequencies) -> jax.Array:
    r"""$I(\theta;Y)$ in bits for one symbol $Y\sim f_Z$ that the model generates: at most $I(\theta;Z)$.

    Raises ValueError where the shapes do not match; NaN where either has a negative entry.

    >>> float(sample_information(jnp.array([[0.5, 0.0], [0.0, 0.5]]), jnp.full((2, 2), 0.5)))
    0.0
    """
    table, frequencies = _states(table, frequencies)
    symbols = Joint(jnp.matmul(table, frequencies, precision=lax.Precision.HIGHEST), ("theta", "symbol"))
    return _unless_negative(mutual_information(symbols, "theta", "symbol"), table, frequencies)


def _expected(table, frequencies, quantity):
    table, frequencies = _states(table, frequencies)
    return _unless_negative((table.sum(0) * quantity(frequencies)).sum(), table, frequencies)


def _unless_negative(value, table, frequencies):
    return refuse_negative(refuse_negative(value, table), frequencies)


def _states(table, frequencies):
    table, frequencies = _table(table), jnp.asarray(frequencies)
    if frequencies.ndim != 2 or frequencies.shape[0] != table.shape[1]:
        raise ValueError(
            f"frequencies have shape {frequencies.shape} for {table.shape[1]} states: give one law for each state"
        )
    return table, frequencies


def _table(table):
    table = jnp.asarray(table)
    if table.ndim != 2:
        raise ValueError(f"table has shape {table.shape}: give P(theta, state), one axis for each")
    return table
