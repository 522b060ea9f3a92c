"""Information among three or more groups of variables, in bits; each is a sum of directly computed informations."""

import itertools
import math

from infoloop.information.measures import entropy, mutual_information
from infoloop.probability.distributions import Names, as_names


def coinformation(p, *groups: Names, given: Names = ()):
    r"""$I(X_1;\ldots;X_n|G)=I(X_1;\ldots;X_{n-1}|G)-I(X_1;\ldots;X_{n-1}|X_n,G)$ (McGill 1954), in bits.

    The mutual information for two groups; for three or more it may be negative (XOR: -1).

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


def interaction_information(p, *groups: Names, given: Names = ()):
    r"""$(-1)^nI(X_1;\ldots;X_n|G)$, the sign under which XOR has +1 bit (Jakulin & Bratko 2003).

    >>> from infoloop.probability.distributions import joint
    >>> xor = joint([[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], "X", "Y", "Z")
    >>> round(float(interaction_information(xor, "X", "Y", "Z")), 12)
    1.0
    """
    parts = _groups(p, groups)
    return (-1) ** len(parts) * coinformation(p, *parts, given=given)


def total_correlation(p, *groups: Names, given: Names = ()):
    r"""$\sum_iH(X_i|G)-H(X_1,\ldots,X_n|G)=\sum_iI(X_i;X_{<i}|G)$ (Watanabe 1960), in bits.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(total_correlation(joint([[0.5, 0], [0, 0.5]], "X", "Y"))), 12)
    1.0
    """
    parts, given = _groups(p, groups), as_names(given)
    return sum((mutual_information(p, part, sum(parts[:k], ()), given) for k, part in enumerate(parts) if k), 0.0)


def dual_total_correlation(p, *groups: Names, given: Names = ()):
    r"""$H(X|G)-\sum_iH(X_i|X_{\ne i},G)=\sum_iI(X_i;X_{<i}|X_{>i},G)$ (Han 1975), in bits.

    >>> from infoloop.probability.distributions import joint
    >>> xor = joint([[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], "X", "Y", "Z")
    >>> round(float(dual_total_correlation(xor)), 12)
    2.0
    """
    parts, given = _groups(p, groups), as_names(given)
    return sum(
        mutual_information(p, part, sum(parts[:k], ()), given + sum(parts[k + 1 :], ()))
        for k, part in enumerate(parts)
        if k
    )


def o_information(p, *groups: Names, given: Names = ()):
    r"""Total minus dual total correlation: positive where redundancy, negative where synergy prevails (Rosas 2019).

    >>> from infoloop.probability.distributions import joint
    >>> xor = joint([[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], "X", "Y", "Z")
    >>> round(float(o_information(xor)), 12)
    -1.0
    """
    return total_correlation(p, *groups, given=given) - dual_total_correlation(p, *groups, given=given)


def s_information(p, *groups: Names, given: Names = ()):
    r"""Total plus dual total correlation, $\sum_iI(X_i;X_{\ne i}|G)$ (James et al. 2011), in bits.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(s_information(joint([[0.5, 0], [0, 0.5]], "X", "Y"))), 12)
    2.0
    """
    return total_correlation(p, *groups, given=given) + dual_total_correlation(p, *groups, given=given)


def tse_complexity(p, *groups: Names, given: Names = ()):
    r"""$\sum_{k=1}^{n-1}\bigl(\binom nk^{-1}\sum_{|A|=k}H(X_A|G)-\frac knH(X|G)\bigr)$ (Tononi, Sporns & Edelman 1994).

    In bits; visits all $2^n$ subsets of the groups.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(tse_complexity(joint([[0.5, 0], [0, 0.5]], "X", "Y"))), 12)
    0.5
    """
    parts, given = _groups(p, groups), as_names(given)
    n, joint_entropy = len(parts), entropy(p, *sum(parts, ()), given=given)
    return sum(
        sum(entropy(p, *sum(chosen, ()), given=given) for chosen in itertools.combinations(parts, k)) / math.comb(n, k)
        - k / n * joint_entropy
        for k in range(1, n)
    )


def _groups(p, groups) -> list[tuple[str, ...]]:
    return [as_names(names) for names in groups] or [(name,) for name in p.names]
