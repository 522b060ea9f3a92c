r"""Diversity is not information, and neither is risk: what a loop has left, in numbers that are not merged.

A law `table[x, z] = P(theta = x, Z = z)` of hypothesis and state comes with `frequencies[z, a]`, the law of the symbols
that a model in state z generates. All are functions of one table, fit to be the `watch` of `unroll`.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from infoloop.information.measures import mutual_information
from infoloop.loops.risks import mean_risk, median_risk, relative_entropies, squared_errors
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import plog2p
from infoloop.probability.validation import refuse_negative


class Diversity(NamedTuple):
    """What is left in one generation: diversity of the models, information about theta, and risk.

    Attributes:
        support: Expected number of symbols that the model can generate; see `expected_support`.
        entropy: Expected entropy of the model's law, in bits; see `expected_entropy`.
        heterozygosity: Probability that two symbols of one model differ; see `expected_heterozygosity`.
        state_information: What the state tells of theta, in bits.
        sample_information: What one generated symbol tells of theta, in bits.
        mean_error: Mean squared error of the model's law, no unit.
        median_error: Its lower median.
        mean_excess: Mean relative entropy from the truth to the model, in bits; infinite where a symbol may be lost.
        median_excess: Its lower median.
    """

    support: Float[Array, ""]
    entropy: Float[Array, ""]
    heterozygosity: Float[Array, ""]
    state_information: Float[Array, ""]
    sample_information: Float[Array, ""]
    mean_error: Float[Array, ""]
    median_error: Float[Array, ""]
    mean_excess: Float[Array, ""]
    median_excess: Float[Array, ""]


@kinds_checked
def diversity_of(
    table: Float[Numbers, "hypotheses states"],
    frequencies: Float[Numbers, "states symbols"],
    targets: Float[Numbers, "hypotheses symbols"],
) -> Diversity:
    """Return diversity, information and risk of one generation together.

    Args:
        table: The law P(theta, state).
        frequencies: The law of the symbols that each state generates, one a row.
        targets: The true law of the symbols under each hypothesis, one a row.

    Returns:
        Nine numbers, each NaN where a table that it uses has a negative entry.

    Raises:
        ValueError: The shapes do not match.

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


@kinds_checked
def expected_support(
    table: Float[Numbers, "hypotheses states"], frequencies: Float[Numbers, "states symbols"]
) -> Float[Array, ""]:
    r"""Return the expected number of symbols that the model can still generate, $E\,|\{a:f_{Za}>0\}|$.

    Args:
        table: The law P(theta, state).
        frequencies: The law of the symbols that each state generates, one a row.

    Returns:
        A number of symbols; NaN where either table has a negative entry.

    Raises:
        ValueError: The shapes do not match.

    >>> float(expected_support(jnp.array([[0.5, 0.5]]), jnp.array([[1.0, 0.0], [0.5, 0.5]])))
    1.5
    """
    return _expected(table, frequencies, lambda f: (f > 0).sum(1).astype(f.dtype))


@kinds_checked
def expected_entropy(
    table: Float[Numbers, "hypotheses states"], frequencies: Float[Numbers, "states symbols"]
) -> Float[Array, ""]:
    r"""Return the expected entropy of the law that the model generates from, $E\,H(f_Z)$ in bits.

    Args:
        table: The law P(theta, state).
        frequencies: The law of the symbols that each state generates, one a row.

    Returns:
        Bits; NaN where either table has a negative entry.

    Raises:
        ValueError: The shapes do not match.

    >>> float(expected_entropy(jnp.array([[0.5, 0.5]]), jnp.array([[1.0, 0.0], [0.5, 0.5]])))
    0.5
    """
    return _expected(table, frequencies, lambda f: -plog2p(f).sum(1))


@kinds_checked
def expected_heterozygosity(
    table: Float[Numbers, "hypotheses states"], frequencies: Float[Numbers, "states symbols"]
) -> Float[Array, ""]:
    r"""Return the probability that two symbols drawn from one model differ (Nei 1973).

    $E\bigl(1-\sum_af_{Za}^2\bigr)$, computed as $\sum f(1-f)$, which keeps its digits where it is small.

    Args:
        table: The law P(theta, state).
        frequencies: The law of the symbols that each state generates, one a row.

    Returns:
        A probability; NaN where either table has a negative entry.

    Raises:
        ValueError: The shapes do not match.

    >>> float(expected_heterozygosity(jnp.array([[0.5, 0.5]]), jnp.array([[1.0, 0.0], [0.5, 0.5]])))
    0.25
    """
    return _expected(table, frequencies, lambda f: (f * (1 - f)).sum(1))


@kinds_checked
def state_information(table: Float[Numbers, "hypotheses states"]) -> Float[Array, ""]:
    r"""Return what the whole model tells of the hypothesis, $I(\theta;Z)$ in bits.

    No processing of the model raises it (`thm:dpi`).

    Args:
        table: The law P(theta, state).

    Returns:
        Bits; NaN where the table has a negative entry.

    Raises:
        ValueError: The table has not two axes.

    >>> round(float(state_information(jnp.array([[0.5, 0.0], [0.0, 0.5]]))), 12)
    1.0
    """
    return mutual_information(Joint(_table(table), ("theta", "state")), "theta", "state")


@kinds_checked
def sample_information(
    table: Float[Numbers, "hypotheses states"], frequencies: Float[Numbers, "states symbols"]
) -> Float[Array, ""]:
    r"""Return what one symbol $Y\sim f_Z$ that the model generates tells of the hypothesis, $I(\theta;Y)$ in bits.

    It is at most $I(\theta;Z)$, `state_information`.

    Args:
        table: The law P(theta, state).
        frequencies: The law of the symbols that each state generates, one a row.

    Returns:
        Bits; NaN where either table has a negative entry. That masses sum to 1 is not checked.

    Raises:
        ValueError: The tables have not the same number of states.

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
