"""Entropy and information, in bits. Each serves a `Joint`, a `BayesNet` (by elimination) and a `Gaussian` law."""

from functools import partial

import jax
import jax.numpy as jnp

from infoloop.probability.distributions import Joint, Names, as_names, check_known, marginal
from infoloop.probability.gaussians import Gaussian, differential_entropy, gaussian_divergence, gaussian_information
from infoloop.probability.numerics import divergence_terms, information_terms, nan_if_negative, plog2p


def entropy(p, *names: str, given: Names = ()):
    r"""$H(X,Y,\ldots\mid G)=-\sum p(x,g)\log_2 p(x\mid g)$, in bits; over all variables if none is named.

    For a Gaussian the differential entropy. Cover & Thomas, 2.1 and 2.2.

    >>> from infoloop.probability.distributions import joint
    >>> p = joint([[0.5, 0.25], [0.0, 0.25]], "X", "Y")
    >>> float(entropy(p)), float(entropy(p, "X", given="Y"))
    (1.5, 0.5)
    """
    given = as_names(given)
    names = tuple(name for name in (as_names(names) or p.names) if name not in given)
    law = marginal(p, *given, *names)
    if isinstance(law, Gaussian):
        return differential_entropy(law, names, given)
    if not given:
        return -plog2p(law.table).sum()
    total = law.table.sum(axis=tuple(range(len(given), law.table.ndim)), keepdims=True)
    share = law.table / jnp.where(total == 0, 1.0, total)
    return nan_if_negative(-(total * plog2p(share)).sum(), law.table)


def mutual_information(p, x: Names, y: Names, given: Names = ()):
    r"""$I(X;Y\mid G)=\sum p(x,y,g)\log_2\frac{p(x,y,g)\,p(g)}{p(x,g)\,p(y,g)}$, in bits.

    Computed directly as a sum of terms none of which is negative, so that a dependence of $10^{-12}$ keeps its digits.
    Groups may overlap: $I(X,O;Y,O\mid G)=H(O\mid G)+I(X;Y\mid O,G)$. Cover & Thomas, 2.3 and 2.5.

    >>> from infoloop.probability.distributions import joint
    >>> xor = joint([[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], "X", "Y", "Z")
    >>> [round(float(mutual_information(xor, "X", "Y", given=g)), 12) for g in ((), "Z")]
    [0.0, 1.0]
    """
    given = check_known(p.names, *as_names(given))
    x, y = (tuple(name for name in check_known(p.names, *as_names(names)) if name not in given) for names in (x, y))
    shared = tuple(name for name in x if name in y)
    if shared:
        if isinstance(marginal(p, *shared), Gaussian):
            return jnp.array(jnp.inf)  # a real number known exactly is worth infinitely many bits
        rest = mutual_information(p, _without(x, shared), _without(y, shared), given + shared)
        return entropy(p, *shared, given=given) + rest
    law = marginal(p, *(name for name in p.names if name in given + x + y))
    if isinstance(law, Gaussian):
        return gaussian_information(law, x, y, given)
    return _information(law.table, *(_all_but(law, kept) for kept in (given, given + x, given + y)))


def _without(names: tuple[str, ...], dropped: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in dropped)


def _all_but(p: Joint, kept: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(k for k, name in enumerate(p.names) if name not in kept)


@partial(jax.jit, static_argnums=(1, 2, 3))  # one program: operation by operation, compilation takes ten times as long
def _information(table, *summed):
    total, left, right = (table.sum(axis=axes, keepdims=True) for axes in summed)
    return nan_if_negative(information_terms(table, total, left, right).sum(), table)


def divergence(p, q):
    r"""Relative entropy $D(P\|Q)=\sum p\log_2\frac pq$, in bits; `inf` where $P$ has mass that $Q$ lacks.

    Both over the same variables, in any order. Cover & Thomas, 2.3; accurate near $P=Q$.

    >>> from infoloop.probability.distributions import joint
    >>> float(divergence(joint([0.5, 0.5], "X"), joint([0.25, 0.75], "X")))
    0.20751874963942...
    """
    p, q = aligned(p, q)
    if isinstance(p, Gaussian):
        return gaussian_divergence(p, q)
    return _divergence(p.table, q.table)


@jax.jit
def _divergence(p, q):
    return nan_if_negative(nan_if_negative(divergence_terms(p, q).sum(), p), q)


def total_variation(p: Joint, q: Joint):
    r"""$\frac12\sum|p-q|$, the largest difference of the two probabilities of one event; no unit.

    >>> from infoloop.probability.distributions import joint
    >>> float(total_variation(joint([0.5, 0.5], "X"), joint([0.25, 0.75], "X")))
    0.25
    """
    p, q = aligned(p, q)
    return _unless_negative(jnp.abs(p.table - q.table).sum() / 2, p, q)


def jensen_shannon(p: Joint, q: Joint):
    r"""$\frac12D(P\|M)+\frac12D(Q\|M)$ with $M=\frac12(P+Q)$, in bits: between 0 and 1 (Lin 1991).

    >>> from infoloop.probability.distributions import joint
    >>> round(float(jensen_shannon(joint([1, 0], "X"), joint([0, 1], "X"))), 12)
    1.0
    """
    p, q = aligned(p, q)
    middle = (p.table + q.table) / 2
    both = divergence_terms(p.table, middle).sum() + divergence_terms(q.table, middle).sum()
    return _unless_negative(both / 2, p, q)


def _unless_negative(value, p: Joint, q: Joint):
    return nan_if_negative(nan_if_negative(value, p.table), q.table)


def aligned(p, q):
    """Both laws over the variables of `p` in its order; ValueError unless they share variables and alphabets."""
    if sorted(p.names) != sorted(q.names):
        raise ValueError(f"cannot compare a law over {p.names} with one over {q.names}: relabel one of them")
    p, q = marginal(p, *p.names), marginal(q, *p.names)
    if type(p) is not type(q):
        raise ValueError(f"cannot compare a {type(p).__name__} with a {type(q).__name__}")
    if isinstance(p, Joint) and any(p.symbols(name) != q.symbols(name) for name in p.names):
        raise ValueError(f"cannot compare laws with different alphabets: {_first_difference(p, q)}")
    return p, q


def _first_difference(p: Joint, q: Joint) -> str:
    name = next(name for name in p.names if p.symbols(name) != q.symbols(name))
    return f"{name} is in {p.symbols(name)} and in {q.symbols(name)}"
