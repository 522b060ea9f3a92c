"""Information among three or more groups of variables, in bits; each is a sum of directly computed informations.

Every function serves the laws that `entropy` and `mutual_information` serve, and gives what they give: a scalar
`Float[Array, ""]`, or an exact `LogSum` for rational laws (a `RealBall` with entropies of a `RationalGaussian` in it).
An infinite information of a Gaussian makes the sum infinite, or NaN where two of opposite sign meet.
"""

import itertools
import math
from fractions import Fraction

from infoloop.information.measures import entropy, mutual_information
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.distributions import Names, as_names
from infoloop.probability.law_measures import Bits, Law, one_bit, scale


@kinds_checked
def coinformation(p: Law, *groups: Names, given: Names = ()) -> Bits:
    r"""Return the co-information (multivariate mutual information) of groups of variables, in bits.

    $$I(X_1;\ldots;X_n|G)=I(X_1;\ldots;X_{n-1}|G)-I(X_1;\ldots;X_{n-1}|X_n,G),$$ McGill 1954.

    Args:
        p: A law: `Joint`, `BayesNet`, `Gaussian`, `RationalLaw` or `RationalGaussian`.
        *groups: One name or several each, overlaps allowed; each variable of `p` is a group if there are none.
        given: One name or several, conditioned on in the mean.

    Returns:
        A scalar, or an exact number for rational laws: the entropy of one group, the mutual information of two; of
        three or more it may be negative (XOR: -1).

    Raises:
        ValueError: For a variable that the law does not have, and where a `RationalGaussian` has no finite value.

    >>> from infoloop.probability.distributions import joint
    >>> xor = joint([[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], "X", "Y", "Z")
    >>> round(float(coinformation(xor, "X", "Y", "Z")), 12)
    -1.0
    """
    parts, given = _groups(p, groups), as_names(given)
    if len(parts) == 1:
        return entropy(p, *parts[0], given=given)
    x, y, *others = parts
    return sum(
        (-1) ** size * mutual_information(p, x, y, given + sum(chosen, ()))
        for size in range(len(others) + 1)
        for chosen in itertools.combinations(others, size)
    )


@kinds_checked
def interaction_information(p: Law, *groups: Names, given: Names = ()) -> Bits:
    r"""Return the interaction information of groups of variables, in bits.

    $$(-1)^nI(X_1;\ldots;X_n|G),$$ the co-information with the sign under which XOR has +1 bit (Jakulin & Bratko 2003).

    Args:
        p: A law: `Joint`, `BayesNet`, `Gaussian`, `RationalLaw` or `RationalGaussian`.
        *groups: One name or several each, overlaps allowed; each variable of `p` is a group if there are none.
        given: One name or several, conditioned on in the mean.

    Returns:
        A scalar of any sign, or a `LogSum` for rational laws.

    Raises:
        ValueError: For a variable that the law does not have, and where a `RationalGaussian` has no finite value.

    >>> from infoloop.probability.distributions import joint
    >>> xor = joint([[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], "X", "Y", "Z")
    >>> round(float(interaction_information(xor, "X", "Y", "Z")), 12)
    1.0
    """
    parts = _groups(p, groups)
    return (-1) ** len(parts) * coinformation(p, *parts, given=given)


@kinds_checked
def total_correlation(p: Law, *groups: Names, given: Names = ()) -> Bits:
    r"""Return the total correlation (multi-information) of groups of variables, in bits.

    $$\sum_iH(X_i|G)-H(X_1,\ldots,X_n|G)=\sum_iI(X_i;X_{<i}|G),$$ Watanabe 1960.

    Args:
        p: A law: `Joint`, `BayesNet`, `Gaussian`, `RationalLaw` or `RationalGaussian`.
        *groups: One name or several each, overlaps allowed; each variable of `p` is a group if there are none.
        given: One name or several, conditioned on in the mean.

    Returns:
        A scalar, at least 0, or a `LogSum` for rational laws; 0 bits for one group.

    Raises:
        ValueError: For a variable that the law does not have, and where a `RationalGaussian` has no finite value.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(total_correlation(joint([[0.5, 0], [0, 0.5]], "X", "Y"))), 12)
    1.0
    """
    parts, given = _groups(p, groups), as_names(given)
    informations = (mutual_information(p, part, sum(parts[:k], ()), given) for k, part in enumerate(parts) if k)
    return sum(informations, scale(0, one_bit(p)))


@kinds_checked
def dual_total_correlation(p: Law, *groups: Names, given: Names = ()) -> Bits:
    r"""Return the dual total correlation of groups of variables, in bits.

    $$H(X|G)-\sum_iH(X_i|X_{\ne i},G)=\sum_iI(X_i;X_{<i}|X_{>i},G),$$ Han 1975.

    Args:
        p: A law: `Joint`, `BayesNet`, `Gaussian`, `RationalLaw` or `RationalGaussian`.
        *groups: One name or several each, overlaps allowed; each variable of `p` is a group if there are none.
        given: One name or several, conditioned on in the mean.

    Returns:
        A scalar, at least 0, or a `LogSum` for rational laws; 0 bits for one group.

    Raises:
        ValueError: For a variable that the law does not have, and where a `RationalGaussian` has no finite value.

    >>> from infoloop.probability.distributions import joint
    >>> xor = joint([[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], "X", "Y", "Z")
    >>> round(float(dual_total_correlation(xor)), 12)
    2.0
    """
    parts, given = _groups(p, groups), as_names(given)
    informations = (
        mutual_information(p, part, sum(parts[:k], ()), given + sum(parts[k + 1 :], ()))
        for k, part in enumerate(parts)
        if k
    )
    return sum(informations, scale(0, one_bit(p)))


@kinds_checked
def o_information(p: Law, *groups: Names, given: Names = ()) -> Bits:
    r"""Return the O-information of groups of variables, in bits.

    `total_correlation` minus `dual_total_correlation`: positive where redundancy prevails, negative where synergy does
    (Rosas et al. 2019).

    Args:
        p: A law: `Joint`, `BayesNet`, `Gaussian`, `RationalLaw` or `RationalGaussian`.
        *groups: One name or several each, overlaps allowed; each variable of `p` is a group if there are none.
        given: One name or several, conditioned on in the mean.

    Returns:
        A scalar of any sign, or a `LogSum` for rational laws; 0 bits for one or two groups.

    Raises:
        ValueError: For a variable that the law does not have, and where a `RationalGaussian` has no finite value.

    >>> from infoloop.probability.distributions import joint
    >>> xor = joint([[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], "X", "Y", "Z")
    >>> round(float(o_information(xor)), 12)
    -1.0
    """
    return total_correlation(p, *groups, given=given) - dual_total_correlation(p, *groups, given=given)


@kinds_checked
def s_information(p: Law, *groups: Names, given: Names = ()) -> Bits:
    r"""Return the S-information of groups of variables, in bits.

    `total_correlation` plus `dual_total_correlation`, $\sum_iI(X_i;X_{\ne i}|G)$ (James et al. 2011).

    Args:
        p: A law: `Joint`, `BayesNet`, `Gaussian`, `RationalLaw` or `RationalGaussian`.
        *groups: One name or several each, overlaps allowed; each variable of `p` is a group if there are none.
        given: One name or several, conditioned on in the mean.

    Returns:
        A scalar, at least 0, or a `LogSum` for rational laws; 0 bits for one group.

    Raises:
        ValueError: For a variable that the law does not have, and where a `RationalGaussian` has no finite value.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(s_information(joint([[0.5, 0], [0, 0.5]], "X", "Y"))), 12)
    2.0
    """
    return total_correlation(p, *groups, given=given) + dual_total_correlation(p, *groups, given=given)


@kinds_checked
def tse_complexity(p: Law, *groups: Names, given: Names = ()) -> Bits:
    r"""Return the complexity of Tononi, Sporns & Edelman (1994), in bits.

    $$\sum_{k=1}^{n-1}\Bigl(\tbinom nk^{-1}\sum_{|A|=k}H(X_A|G)-\tfrac knH(X|G)\Bigr),$$
    with all $2^n$ subsets $A$ of the groups visited.

    Args:
        p: A law: `Joint`, `BayesNet`, `Gaussian`, `RationalLaw` or `RationalGaussian`.
        *groups: One name or several each, overlaps allowed; each variable of `p` is a group if there are none.
        given: One name or several, conditioned on in the mean.

    Returns:
        A scalar, at least 0 for laws with tables; a `LogSum` for a `RationalLaw`, a `RealBall` for a
        `RationalGaussian`; 0 bits for one group.

    Raises:
        ValueError: For a variable that the law does not have, and where a `RationalGaussian` has no finite value.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(tse_complexity(joint([[0.5, 0], [0, 0.5]], "X", "Y"))), 12)
    0.5
    """
    parts, given = _groups(p, groups), as_names(given)
    n, joint_entropy = len(parts), entropy(p, *sum(parts, ()), given=given)
    excesses = (
        sum(entropy(p, *sum(chosen, ()), given=given) for chosen in itertools.combinations(parts, k)) / math.comb(n, k)
        - scale(Fraction(k, n), joint_entropy)
        for k in range(1, n)
    )
    return sum(excesses, scale(0, one_bit(p)))


def _groups(p: Law, groups: tuple[Names, ...]) -> list[tuple[str, ...]]:
    return [as_names(names) for names in groups] or [(name,) for name in p.names]
