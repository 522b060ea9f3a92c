"""Slow, obvious oracles on laws written as `{outcome: mass}`: plain loops and 50 digits, nothing of infoloop.

Variables are positions in the outcome. Every information is a difference of entropies, a form that the source avoids.
"""

import functools
import itertools
import math

from mpmath import log, mp, mpf, sqrt

DIGITS = 50


def precise(function):
    """`function`, run with 50 digits."""

    @functools.wraps(function)
    def run(*args, **kwargs):
        with mp.workdps(DIGITS):
            return function(*args, **kwargs)

    return run


def law_of(table):
    """The law of a table of floats, exactly: `{(i, j, ...): mass}`."""
    return {cell: mpf(float(table[cell])) for cell in itertools.product(*map(range, table.shape))}


@precise
def marginal(law, axes):
    masses = {}
    for outcome, p in law.items():
        part = tuple(outcome[k] for k in axes)
        masses[part] = masses.get(part, mpf(0)) + p
    return masses


@precise
def entropy(law, axes, given=()):
    joint_entropy = _entropy(law, set(axes) | set(given))
    return joint_entropy - _entropy(law, set(given)) if given else joint_entropy


def _entropy(law, axes):
    return -sum((p * log(p, 2) for p in marginal(law, sorted(axes)).values() if p), mpf(0))


@precise
def information(law, x, y, given=()):
    """H(X,G) + H(Y,G) - H(X,Y,G) - H(G), whatever the groups share; H() of a float table of mass m is -m log2 m."""
    x, y, given = set(x), set(y), set(given)
    return _entropy(law, x | given) + _entropy(law, y | given) - _entropy(law, x | y | given) - _entropy(law, given)


@precise
def coinformation(law, groups, given=()):
    """The alternating sum of entropies over all subsets of the groups."""
    total = mpf(0)
    for size in range(1, len(groups) + 1):
        for chosen in itertools.combinations(groups, size):
            total += (-1) ** (size + 1) * entropy(law, set().union(*chosen), given)
    return total


@precise
def total_correlation(law, groups, given=()):
    return sum(entropy(law, part, given) for part in groups) - entropy(law, set().union(*groups), given)


@precise
def dual_total_correlation(law, groups, given=()):
    result = entropy(law, set().union(*groups), given)
    for k, part in enumerate(groups):
        rest = set(given).union(*groups[:k], *groups[k + 1 :])
        result -= entropy(law, part, rest)
    return result


@precise
def tse_complexity(law, groups, given=()):
    n, joint_entropy = len(groups), entropy(law, set().union(*groups), given)
    total = mpf(0)
    for k in range(1, n):
        parts = [entropy(law, set().union(*chosen), given) for chosen in itertools.combinations(groups, k)]
        total += sum(parts) / math.comb(n, k) - mpf(k) / n * joint_entropy
    return total


@precise
def divergence(p, q):
    """Cross entropy minus entropy."""
    if any(mass and not q[outcome] for outcome, mass in p.items()):
        return mp.inf
    cross = -sum(mass * log(q[outcome], 2) for outcome, mass in p.items() if mass)
    return cross - _entropy(p, range(_length(p)))


@precise
def total_variation(p, q):
    """The mass that has to be moved from p to q."""
    return sum(max(mass - q[outcome], mpf(0)) for outcome, mass in p.items())


@precise
def jensen_shannon(p, q):
    """H((P+Q)/2) - (H(P) + H(Q)) / 2."""
    axes = range(_length(p))
    middle = {outcome: (mass + q[outcome]) / 2 for outcome, mass in p.items()}
    return _entropy(middle, axes) - (_entropy(p, axes) + _entropy(q, axes)) / 2


@precise
def bhattacharyya(p, q):
    return sum(sqrt(mass * q[outcome]) for outcome, mass in p.items())


@precise
def renyi_entropy(law, order):
    masses = [p for p in law.values() if p]
    if order == 0:
        return log(len(masses), 2)
    if order == 1:
        return _entropy(law, range(_length(law)))
    if order == math.inf:
        return -log(max(masses), 2)
    return log(sum(p ** mpf(order) for p in masses), 2) / (1 - mpf(order))


@precise
def renyi_divergence(p, q, order):
    order = mpf(order)
    if order > 1 and any(mass and not q[outcome] for outcome, mass in p.items()):
        return mp.inf
    powers = sum(mass**order * q[outcome] ** (1 - order) for outcome, mass in p.items() if mass and q[outcome])
    return log(powers, 2) / (order - 1) if powers else mp.inf


@precise
def extropy(law):
    return -sum((1 - p) * log(1 - p, 2) for p in law.values() if p < 1)


@precise
def lautum_information(law, x, y, given=()):
    """Sum of p(x|g) p(y|g) p(g) log2 of that over p(x,y,g), over every combination of values."""
    p_xg, p_yg, p_g, p = (marginal(law, axes) for axes in (x + given, y + given, given, x + y + given))
    total = mpf(0)
    for (left, p_left), (right, p_right) in itertools.product(p_xg.items(), p_yg.items()):
        value = left[len(x) :]
        if value != right[len(y) :] or not p_left * p_right:
            continue
        split, mass = p_left * p_right / p_g[value], p.get(left[: len(x)] + right, mpf(0))
        if not mass:
            return mp.inf
        total += split * log(split / mass, 2)
    return total


@precise
def sibson_information(weights, rows, order):
    order, total = mpf(order), mpf(0)
    for y in range(len(rows[0])):
        total += sum(mpf(float(w)) * mpf(float(row[y])) ** order for w, row in zip(weights, rows, strict=True)) ** (
            1 / order
        )
    return order / (order - 1) * log(total, 2)


@precise
def multinomial(rates, counts):
    """The probability of these counts, by the product of binomial coefficients."""
    ways, left, probability = 1, sum(counts), mpf(1)
    for rate, count in zip(rates, counts, strict=True):
        ways *= math.comb(left, count)
        left -= count
        probability *= mpf(float(rate)) ** int(count)
    return ways * probability


def _length(law):
    return len(next(iter(law)))
