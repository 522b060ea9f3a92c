"""Measures of one 8x8x8 table as one writes them by hand in JAX, in bits: guarded by `where` against zeros, and not."""

import jax.numpy as jnp


def positive(p):
    return jnp.where(p > 0, p, 1.0)


def guarded_information(table):
    """I(X;Y)."""
    p = table.sum(2)
    q = p.sum(1, keepdims=True) * p.sum(0, keepdims=True)
    return jnp.where(p > 0, p * jnp.log2(positive(p) / positive(q)), 0.0).sum()


def guarded_entropy(table):
    """H(X,Y,Z)."""
    return -jnp.where(table > 0, table * jnp.log2(positive(table)), 0.0).sum()


def plain_entropy(table):
    """H(X,Y,Z) of a table without zeros."""
    return -(table * jnp.log2(table)).sum()


def guarded_conditional(table):
    """I(X;Y|Z)."""
    p_z = table.sum((0, 1), keepdims=True)
    q = table.sum(1, keepdims=True) * table.sum(0, keepdims=True)
    return jnp.where(table > 0, table * jnp.log2(positive(table * p_z) / positive(q)), 0.0).sum()
