"""Entropies and informations of other orders, and kin of the relative entropy. In bits where a logarithm is taken."""

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.information.channel_capacity import input_weights
from infoloop.information.measures import aligned, check_joint, divergence, entropy
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, Names, as_names, marginal
from infoloop.probability.host_functions import refuse_tracers
from infoloop.probability.law_measures import Law
from infoloop.probability.numerics import LOG2E, plog2p


@kinds_checked
def renyi_entropy(p: Law, *names: str, order: float) -> Float[Array, ""]:
    r"""Return the Rényi entropy of some variables, in bits.

    $$H_\alpha=\frac1{1-\alpha}\log_2\sum p^\alpha.$$ Orders 0, 1 and infinity are the limits: the logarithm of the size
    of the support, the Shannon entropy, and minus the logarithm of the largest probability. Rényi 1961.

    An empty cell is taken to stay empty: slopes are those within the support. For orders up to 1, the true slope of
    mass that enters one is infinite.

    Args:
        p: A law with a table of floats, a `Joint` or `BayesNet`.
        *names: The variables; all of `p` if none is named.
        order: $\alpha$, a plain number from 0 to `math.inf`, not traced.

    Returns:
        A scalar, at least 0 up to rounding; NaN if a traced law is none.

    Raises:
        ValueError: For a negative or NaN order, a variable that the law does not have, and a law without a table of
            floats.

    >>> from infoloop.probability.distributions import joint
    >>> p = joint([0.5, 0.25, 0.125, 0.125], "X")
    >>> [round(float(renyi_entropy(p, order=a)), 6) for a in (0, 0.5, 1, 2, math.inf)]
    [2.0, 1.873504, 1.75, 1.540568, 1.0]
    """
    refuse_tracers("renyi_entropy", order=order)
    if not order >= 0:
        raise ValueError(f"order is {order}: Rényi entropies have an order >= 0")
    law = check_joint(marginal(p, *(as_names(names) or p.names))).table
    if order == 1:
        return entropy(p, *names)
    if order == 0:
        return jnp.log2(jnp.where(law > 0, 1.0, law).sum())  # a NaN stays one
    if order == math.inf:
        return -jnp.log2(law.max())
    return jnp.log2(_powers(law, order).sum()) / (1 - order)


def _powers(p, order):
    return jnp.where(p == 0, 0.0, jnp.where(p == 0, 1.0, p) ** order)


@kinds_checked
def renyi_divergence(p: Law, q: Law, order: float) -> Float[Array, ""]:
    r"""Return the Rényi divergence of one law from another, in bits.

    $$D_\alpha(P\|Q)=\frac1{\alpha-1}\log_2\sum p^\alpha q^{1-\alpha};$$ the relative entropy at order 1. Rényi 1961.

    An empty cell is taken to stay empty: slopes are those within the support. For orders up to 1, the true slope of
    mass of `p` that enters one where `q` has mass is minus infinity.

    Args:
        p: A law with a table of floats, a `Joint` or `BayesNet`.
        q: Another over the same variables, in any order.
        order: $\alpha$, a finite plain number above 0, not traced.

    Returns:
        A scalar, at least 0 up to rounding; infinite where no outcome has mass in both, and, for orders of 1 and more,
        where `p` has mass that `q` lacks. NaN if a traced law is none.

    Raises:
        ValueError: For another order, and unless both laws have tables of floats over the same variables with the same
            alphabets.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(renyi_divergence(joint([0.5, 0.5], "X"), joint([0.25, 0.75], "X"), 2)), 6)
    0.415037
    """
    refuse_tracers("renyi_divergence", order=order)
    if not 0 < order < math.inf:
        raise ValueError(f"order is {order}: Rényi divergences have a finite order > 0")
    if order == 1:
        return divergence(p, q)
    mine, other = (check_joint(law).table for law in aligned(p, q))
    lost = jnp.where(mine == 0, 0.0, jnp.inf if order > 1 else 0.0)
    ratio = jnp.where(other == 0, lost, mine / jnp.where(other == 0, 1.0, other))
    return jnp.log2((mine * _powers(ratio, order - 1)).sum()) / (order - 1)


@kinds_checked
def bhattacharyya(p: Law, q: Law) -> Float[Array, ""]:
    r"""Return the Bhattacharyya coefficient of two laws, $\sum\sqrt{pq}$, without unit.

    An empty cell is taken to stay empty: slopes are those within the support. Of mass of one law that enters a cell
    where the other has mass, the true slope is infinite.

    Args:
        p: A law with a table of floats, a `Joint` or `BayesNet`.
        q: Another over the same variables, in any order.

    Returns:
        A scalar from 0 (no outcome has mass in both) to 1 (equal); NaN if a traced law is none.

    Raises:
        ValueError: Unless both have tables of floats over the same variables with the same alphabets.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(bhattacharyya(joint([0.5, 0.5], "X"), joint([0.25, 0.75], "X"))), 6)
    0.965926
    """
    root_p, root_q = (_powers(check_joint(law).table, 0.5) for law in aligned(p, q))
    return (root_p * root_q).sum()


@kinds_checked
def extropy(p: Law, *names: str) -> Float[Array, ""]:
    r"""Return the extropy of some variables, the complement of entropy (Lad, Sanfilippo & Agrò 2015), in bits.

    $$-\sum(1-p)\log_2(1-p).$$

    A certain outcome is taken to stay certain: of mass that leaves it, the true slope is infinite, the one shown is
    not.

    Args:
        p: A law with a table of floats, a `Joint` or `BayesNet`.
        *names: The variables; all of `p` if none is named.

    Returns:
        A scalar, at least 0; 0 where the outcome is certain. NaN if a traced law is none.

    Raises:
        ValueError: For a variable that the law does not have, and for a law without a table of floats.

    >>> from infoloop.probability.distributions import joint
    >>> float(extropy(joint([0.5, 0.5], "X")))
    1.0
    """
    law = check_joint(marginal(p, *(as_names(names) or p.names))).table
    return -plog2p(1 - law).sum()


@kinds_checked
def lautum_information(p: Law, x: Names, y: Names, given: Names = ()) -> Float[Array, ""]:
    r"""Return the lautum information of two groups of variables, given a third (Palomar & Verdú 2008), in bits.

    $$D(P_{X|G}P_{Y|G}\|P_{XY|G})$$ averaged over $G$: mutual information with its two laws exchanged.

    An empty cell is taken to stay empty: slopes are those within the support. Where a cell of two possible values
    is empty, the value is infinite and has none.

    Args:
        p: A law with a table of floats, a `Joint` or `BayesNet`.
        x: One name or several.
        y: One name or several, none of them in `x`.
        given: One name or several, in neither group, known beforehand.

    Returns:
        A scalar, at least 0; infinite where two values that are each possible never occur together; NaN if a traced law
        is none.

    Raises:
        ValueError: For a variable that the law does not have, one that is in two groups, and a law without a table of
            floats.

    >>> from infoloop.probability.distributions import joint
    >>> float(lautum_information(joint([[0.5, 0], [0, 0.5]], "X", "Y"), "X", "Y"))
    inf
    """
    x, y, given = as_names(x), as_names(y), as_names(given)
    law = check_joint(marginal(p, *given, *x, *y))
    g, n = len(given), law.table.ndim
    left = law.table.sum(axis=tuple(range(g + len(x), n)), keepdims=True)
    right = law.table.sum(axis=tuple(range(g, g + len(x))), keepdims=True)
    total = left.sum(axis=tuple(range(g, n)), keepdims=True)
    split = Joint(left * right / jnp.where(total == 0, 1.0, total), law.names, law.alphabets)
    return divergence(split, law)


@kinds_checked
def sibson_information(p: Law, channel: Channel, order: float) -> Float[Array, ""]:
    r"""Return Sibson's information of order alpha of a channel at one input (Sibson 1969), in bits.

    $$\frac\alpha{\alpha-1}\log_2\sum_y\bigl(\sum_xp_xK(y|x)^\alpha\bigr)^{1/\alpha}.$$

    An empty cell is taken to stay empty: slopes are those within the support. For orders below 1, the true slope of
    mass that enters an empty cell of the channel is infinite.

    Args:
        p: The law of the channel's sources, a `Joint` or `BayesNet`; other variables are summed out.
        channel: The channel $K$; several sources are one input.
        order: $\alpha$, a finite plain number above 0 other than 1, not traced; the limit at 1 is the mutual
            information.

    Returns:
        A scalar, at least 0 up to rounding; NaN if a traced law is none.

    Raises:
        ValueError: For another order; where the law lacks a source, has another alphabet size, or has no table of
            floats.

    >>> from infoloop.probability.distributions import joint
    >>> from infoloop.probability.channel_families import bsc
    >>> round(float(sibson_information(joint([0.5, 0.5], "X"), bsc(0.1, "X", "Y"), 0.5)), 6)
    0.321928
    """
    refuse_tracers("sibson_information", order=order)
    if not 0 < order < math.inf or order == 1:
        raise ValueError(f"order is {order}: give a finite order > 0 other than 1 (at 1 it is the mutual information)")
    inputs = input_weights(channel, p)
    sums = jnp.einsum("x,xy->y", inputs, _powers(channel.matrix, order), precision="highest")
    return order / (order - 1) * jnp.log(_powers(sums, 1 / order).sum()) * LOG2E
