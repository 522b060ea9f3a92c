"""Entropy, mutual information and distances of laws, in bits.

Each function serves every kind of law that has registered itself in `probability.law_measures`: a `Joint`, a `BayesNet`
(by elimination) and a `Gaussian` in floats, a `RationalLaw` and a `RationalGaussian` exactly.
"""

from typing import Any

import jax
import jax.numpy as jnp

from infoloop.information.table_measures import entropy_of_table, information_of_table
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.distributions import Joint, Names, as_names, marginal
from infoloop.probability.law_measures import (
    Bits,
    Law,
    alphabet_of_law,
    divergence_of_laws,
    entropy_of_law,
    information_of_law,
    jensen_shannon_of_laws,
    self_information_of_law,
    total_variation_of_laws,
)
from infoloop.probability.numerics import divergence_terms
from infoloop.probability.validation import check_known


@kinds_checked
def entropy(p: Law, *names: str, given: Names = ()) -> Bits:
    r"""Return the conditional entropy of some variables, in bits.

    $$H(X,Y,\ldots\mid G)=-\sum p(x,g)\log_2 p(x\mid g);$$ for a Gaussian the differential entropy
    $h=\frac12\log_2\det(2\pi e\,\Sigma_{x|g})$. Cover & Thomas, 2.1, 2.2 and 8.4.

    An empty cell is taken to stay empty: slopes are those within the support. Of mass that enters one, the true
    slope is infinite where what is given has mass.

    Args:
        p: A law: `Joint`, `BayesNet`, `Gaussian`, `RationalLaw` or `RationalGaussian`.
        *names: The variables; all of `p` that are not given, if none is named.
        given: One name or several, known beforehand. A variable that is named in both counts as given, and adds 0.

    Returns:
        A scalar, `Float[Array, ""]`; at least 0, but of any sign for a Gaussian, and -inf where a number of it is
        determined. Exact for rational laws: a `LogSum`, or a `RealBall` for a `RationalGaussian`. NaN if a traced
        law is none (see `joint`).

    Raises:
        ValueError: For a variable that the law does not have, and for a `RationalGaussian` in which a number is
            determined by others.

    >>> from infoloop.probability.distributions import joint
    >>> p = joint([[0.5, 0.25], [0.0, 0.25]], "X", "Y")
    >>> float(entropy(p)), float(entropy(p, "X", given="Y"))
    (1.5, 0.5)
    """
    given = as_names(given)
    names = tuple(name for name in (as_names(names) or p.names) if name not in given)
    return entropy_of_law(marginal(p, *given, *names), names, given)


@entropy_of_law.register
def _(law: Joint, names: tuple[str, ...], given: tuple[str, ...]):
    return entropy_of_table(law.table, tuple(range(len(given), law.table.ndim)))


@kinds_checked
def mutual_information(p: Law, x: Names, y: Names, given: Names = ()) -> Bits:
    r"""Return the mutual information of two groups of variables, given a third, in bits.

    $$I(X;Y\mid G)=\sum p(x,y,g)\log_2\frac{p(x,y,g)\,p(g)}{p(x,g)\,p(y,g)}.$$
    Computed in floats as a sum of terms none of which is negative, so that a dependence of $10^{-12}$ keeps its digits.
    Groups may overlap: $I(X,O;Y,O\mid G)=H(O\mid G)+I(X;Y\mid O,G)$. Cover & Thomas, 2.3 and 2.5.

    An empty cell is taken to stay empty: slopes are those within the support. Of mass that enters one whose values are
    both possible, the true slope is minus infinity.

    Args:
        p: A law: `Joint`, `BayesNet`, `Gaussian`, `RationalLaw` or `RationalGaussian`.
        x: One name or several.
        y: One name or several; may share variables with `x`.
        given: One name or several, known beforehand; variables of `x` and `y` among them add 0.

    Returns:
        A scalar, `Float[Array, ""]`, at least 0; exact, a `LogSum`, for rational laws. 0 where `x` or `y` is empty;
        `inf` for a Gaussian where the groups share a number or one determines another up to rounding; NaN if a traced
        law is none.

    Raises:
        ValueError: For a variable that the law does not have, and for a `RationalGaussian` in which a number is
            determined by others.

    >>> from infoloop.probability.distributions import joint
    >>> xor = joint([[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], "X", "Y", "Z")
    >>> [round(float(mutual_information(xor, "X", "Y", given=g)), 12) for g in ((), "Z")]
    [0.0, 1.0]
    """
    given = check_known(p.names, *as_names(given))
    x, y = (tuple(name for name in check_known(p.names, *as_names(names)) if name not in given) for names in (x, y))
    shared = tuple(name for name in x if name in y)
    if shared:
        x, y = (tuple(name for name in names if name not in shared) for names in (x, y))
        known = self_information_of_law(marginal(p, *given, *shared), shared, given)
        return known + mutual_information(p, x, y, given + shared)
    law = marginal(p, *(name for name in p.names if name in given + x + y))
    return information_of_law(law, x, y, given)


@information_of_law.register
def _(law: Joint, x: tuple[str, ...], y: tuple[str, ...], given: tuple[str, ...]):
    return information_of_table(law.table, *(tuple(law.names.index(name) for name in names) for names in (x, y)))


@kinds_checked
def divergence(p: Law, q: Law) -> Bits:
    r"""Return the relative entropy (Kullback-Leibler divergence) of one law from another, in bits.

    $$D(P\|Q)=\sum p\log_2\frac pq.$$ Accurate near $P=Q$ too. Cover & Thomas, 2.3.

    An empty cell is taken to stay empty: slopes are those within the support. Of mass of `p` that enters one where
    `q` has mass, the true slope is minus infinity.

    Args:
        p: A law: `Joint`, `BayesNet`, `Gaussian` or `RationalLaw`.
        q: A law of the same kind (a `BayesNet` counts as a `Joint`) over the same variables, in any order.

    Returns:
        A scalar, `Float[Array, ""]`, at least 0; an exact `LogSum` for rational laws. `inf` where `p` has mass that `q`
        lacks, and where one of two Gaussians is singular; NaN where both are, and if a traced law is none.

    Raises:
        ValueError: Unless both are laws of one kind, over the same variables with the same alphabets.
        TypeError: For a `RationalGaussian`.

    >>> from infoloop.probability.distributions import joint
    >>> float(divergence(joint([0.5, 0.5], "X"), joint([0.25, 0.75], "X")))
    0.20751874963942...
    """
    return divergence_of_laws(*aligned(p, q))


@divergence_of_laws.register
def _(p: Joint, q: Joint):
    return _divergence(p.table, q.table)


@jax.jit
def _divergence(p, q):
    return divergence_terms(p, q).sum()


@kinds_checked
def total_variation(p: Law, q: Law) -> Bits:
    r"""Return the total variation distance of two laws, a difference of probabilities.

    $$\frac12\sum|p-q|,$$ the largest difference of the probabilities that the two give to one event. No unit.

    A cell in which both laws are equal, an empty one too, has the mean of the slopes of both sides.

    Args:
        p: A law with a table: `Joint`, `BayesNet` or `RationalLaw`.
        q: A law of the same kind over the same variables, in any order.

    Returns:
        A scalar from 0 to 1, `Float[Array, ""]`; a `Fraction` for rational laws. NaN if a traced law is none.

    Raises:
        ValueError: Unless both are laws of one kind, over the same variables with the same alphabets.
        TypeError: For Gaussian laws.

    >>> from infoloop.probability.distributions import joint
    >>> float(total_variation(joint([0.5, 0.5], "X"), joint([0.25, 0.75], "X")))
    0.25
    """
    return total_variation_of_laws(*aligned(p, q))


@total_variation_of_laws.register
def _(p: Joint, q: Joint):
    return jnp.abs(p.table - q.table).sum() / 2


@kinds_checked
def jensen_shannon(p: Law, q: Law) -> Bits:
    r"""Return the Jensen-Shannon divergence of two laws, in bits.

    $$\tfrac12D(P\|M)+\tfrac12D(Q\|M),\qquad M=\tfrac12(P+Q).$$ Lin 1991.

    An empty cell is taken to stay empty: slopes are those within the support. Of mass of one law that enters a cell
    where the other has mass, the true slope is minus infinity.

    Args:
        p: A law with a table: `Joint`, `BayesNet` or `RationalLaw`.
        q: A law of the same kind over the same variables, in any order.

    Returns:
        A scalar from 0 to 1, `Float[Array, ""]`; an exact `LogSum` for rational laws. NaN if a traced law is none.

    Raises:
        ValueError: Unless both are laws of one kind, over the same variables with the same alphabets.
        TypeError: For Gaussian laws.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(jensen_shannon(joint([1, 0], "X"), joint([0, 1], "X"))), 12)
    1.0
    """
    return jensen_shannon_of_laws(*aligned(p, q))


@jensen_shannon_of_laws.register
def _(p: Joint, q: Joint):
    both = p.table + q.table  # twice the middle, and laws twice as large: half of the least float would count as 0
    return (divergence_terms(2 * p.table, both).sum() + divergence_terms(2 * q.table, both).sum()) / 4


def check_joint(law: Law) -> Joint:
    """Return the law if it is a `Joint`, a table of floats.

    Raises:
        ValueError: For a law of another kind.
    """
    if not isinstance(law, Joint):
        raise ValueError(f"a {type(law).__name__} has no table of floats: give a Joint or a BayesNet")
    return law


def aligned(p: Law, q: Law) -> tuple[Any, Any]:
    """Return both laws over the variables of `p`, in its order.

    Raises:
        ValueError: Unless both are laws of one kind, over the same variables with the same alphabets.
    """
    if sorted(p.names) != sorted(q.names):
        raise ValueError(f"cannot compare a law over {p.names} with one over {q.names}: relabel one of them")
    p, q = marginal(p, *p.names), marginal(q, *p.names)
    if type(p) is not type(q):
        raise ValueError(f"cannot compare a {type(p).__name__} with a {type(q).__name__}")
    for name in p.names:
        mine, other = alphabet_of_law(p, name), alphabet_of_law(q, name)
        if mine != other:
            raise ValueError(f"cannot compare laws with different alphabets: {name} is in {mine} and in {other}")
    return p, q


alphabet_of_law.register(Joint, Joint.symbols)
