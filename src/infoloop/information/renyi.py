"""Entropies and informations of other orders, and kin of the relative entropy. In bits where a logarithm is taken."""

import math

import jax.numpy as jnp

from infoloop.information.measures import aligned, divergence, entropy
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, Names, as_names, marginal
from infoloop.probability.numerics import LOG2E, plog2p
from infoloop.probability.validation import refuse_negative


def renyi_entropy(p: Joint, *names: str, order: float):
    r"""$H_\alpha=\frac1{1-\alpha}\log_2\sum p^\alpha$; orders 0, 1 and `inf` are the limits (support, Shannon, min).

    `order` is a plain number >= 0; another raises ValueError.

    >>> from infoloop.probability.distributions import joint
    >>> p = joint([0.5, 0.25, 0.125, 0.125], "X")
    >>> [round(float(renyi_entropy(p, order=a)), 6) for a in (0, 0.5, 1, 2, math.inf)]
    [2.0, 1.873504, 1.75, 1.540568, 1.0]
    """
    if not order >= 0:
        raise ValueError(f"order is {order}: Rényi entropies have an order >= 0")
    law = marginal(p, *(as_names(names) or p.names)).table
    if order == 1:
        return entropy(p, *names)
    if order == 0:
        value = jnp.log2((law > 0).sum())
    elif order == math.inf:
        value = -jnp.log2(law.max())
    else:
        value = jnp.log2(_powers(law, order).sum()) / (1 - order)
    return refuse_negative(value, law)


def _powers(p, order):
    return jnp.where(p == 0, 0.0, jnp.where(p == 0, 1.0, p) ** order)


def renyi_divergence(p: Joint, q: Joint, order: float):
    r"""$D_\alpha(P\|Q)=\frac1{\alpha-1}\log_2\sum p^\alpha q^{1-\alpha}$ in bits, order > 0 (1: relative entropy).

    >>> from infoloop.probability.distributions import joint
    >>> round(float(renyi_divergence(joint([0.5, 0.5], "X"), joint([0.25, 0.75], "X"), 2)), 6)
    0.415037
    """
    if not 0 < order < math.inf:
        raise ValueError(f"order is {order}: Rényi divergences have a finite order > 0")
    if order == 1:
        return divergence(p, q)
    p, q = (law.table for law in aligned(p, q))
    lost = jnp.where(p == 0, 0.0, jnp.inf if order > 1 else 0.0)
    ratio = jnp.where(q == 0, lost, p / jnp.where(q == 0, 1.0, q))
    value = jnp.log2((p * _powers(ratio, order - 1)).sum()) / (order - 1)
    return refuse_negative(refuse_negative(value, p), q)


def bhattacharyya(p: Joint, q: Joint):
    r"""The coefficient $\sum\sqrt{pq}$, from 0 (disjoint) to 1 (equal); no unit.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(bhattacharyya(joint([0.5, 0.5], "X"), joint([0.25, 0.75], "X"))), 6)
    0.965926
    """
    p, q = aligned(p, q)
    return (_powers(p.table, 0.5) * _powers(q.table, 0.5)).sum()


def extropy(p: Joint, *names: str):
    r"""$-\sum(1-p)\log_2(1-p)$, the complement of entropy (Lad, Sanfilippo & Agrò 2015), in bits.

    >>> from infoloop.probability.distributions import joint
    >>> float(extropy(joint([0.5, 0.5], "X")))
    1.0
    """
    law = marginal(p, *(as_names(names) or p.names)).table
    return refuse_negative(-plog2p(1 - law).sum(), law)


def lautum_information(p: Joint, x: Names, y: Names, given: Names = ()):
    r"""$D(P_{X|G}P_{Y|G}\|P_{XY|G})$ averaged over $G$ (Palomar & Verdú 2008), in bits; `inf` where a cell is empty.

    >>> from infoloop.probability.distributions import joint
    >>> float(lautum_information(joint([[0.5, 0], [0, 0.5]], "X", "Y"), "X", "Y"))
    inf
    """
    x, y, given = as_names(x), as_names(y), as_names(given)
    law = marginal(p, *given, *x, *y)
    g, n = len(given), law.table.ndim
    left = law.table.sum(axis=tuple(range(g + len(x), n)), keepdims=True)
    right = law.table.sum(axis=tuple(range(g, g + len(x))), keepdims=True)
    total = left.sum(axis=tuple(range(g, n)), keepdims=True)
    split = Joint(left * right / jnp.where(total == 0, 1.0, total), law.names, law.alphabets)
    return divergence(split, law)


def sibson_information(p: Joint, channel: Channel, order: float):
    r"""$\frac\alpha{\alpha-1}\log_2\sum_y\bigl(\sum_xp_xK(y|x)^\alpha\bigr)^{1/\alpha}$ (Sibson 1969), in bits.

    >>> from infoloop.probability.distributions import joint
    >>> from infoloop.probability.channel_families import bsc
    >>> round(float(sibson_information(joint([0.5, 0.5], "X"), bsc(0.1, "X", "Y"), 0.5)), 6)
    0.321928
    """
    if not 0 < order < math.inf or order == 1:
        raise ValueError(f"order is {order}: give a finite order > 0 other than 1 (at 1 it is the mutual information)")
    inputs = marginal(p, *channel.source).table.ravel()
    sums = jnp.einsum("x,xy->y", inputs, _powers(channel.matrix, order), precision="highest")
    value = order / (order - 1) * jnp.log(_powers(sums, 1 / order).sum()) * LOG2E
    return refuse_negative(refuse_negative(value, inputs), channel.matrix)
