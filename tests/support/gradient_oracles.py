"""What the exports are at a setting of 50 digits, by sums, roots and integrals of mpmath; nothing of infoloop.

Laws are `{(x, y, z): mass}`; what has several parts is a list in the order of its leaves.
"""

import itertools
import math

from mpmath import diff, exp, findroot, inf, log, mp, mpf, ncdf, npdf, quad, sqrt

from tests.support import oracles
from tests.support.oracles import information, precise


def log2(x):
    return log(x, 2)


def h(p):
    return sum((-q * log2(q) for q in (p, 1 - p) if q), mpf(0))


def masses(law, axes):
    """The marginal as a list, in the order of its cells."""
    found = oracles.marginal(law, axes)
    return [found[cell] for cell in sorted(found)]


def relabelled(law, labels, axis=1):
    """The law with one more variable, the label of a value."""
    return {(*cell, labels[cell[axis]]): mass for cell, mass in law.items()}


def extended(law, rows, axis=1):
    """The law with the output of a channel as one more variable."""
    return {(*cell, w): mass * rows[cell[axis]][w] for cell, mass in law.items() for w in range(len(rows[0]))}


@precise
def efficiency(law, signal, output, labels, given):
    """Gain, waste, miss, eta and recall."""
    law = relabelled(law, labels, output)
    task = (len(next(iter(law))) - 1,)
    gain = information(law, task, signal, given)
    waste = information(law, (output,), signal, given + task)
    miss, asked = (oracles.entropy(law, task, known) for known in (given + signal, given))
    return [gain, waste, miss, gain / (gain + waste), gain / asked]


@precise
def pair_contraction(a, b):
    """1 - sum ab / m at the root of its slope, by halving the log odds of the weight."""

    def mixed(odds):
        weight = 1 / (1 + exp(-odds))
        return weight, [(1 - weight) * x + weight * y for x, y in zip(a, b, strict=True)]

    low, high = mpf(-2000), mpf(2000)
    for _ in range(220):
        middle = (low + high) / 2
        cells = zip(a, b, mixed(middle)[1], strict=True)
        rising = sum(x * y * (y - x) / m**2 for x, y, m in cells if x * y) > 0
        low, high = (middle, high) if rising else (low, middle)
    return 1 - sum(x * y / m for x, y, m in zip(a, b, mixed(low)[1], strict=True) if x * y)


def contraction(rows):
    return max(pair_contraction(a, b) for a, b in itertools.combinations(rows, 2))


def dobrushin(rows):
    return max(sum(abs(x - y) for x, y in zip(a, b, strict=True)) / 2 for a, b in itertools.combinations(rows, 2))


@precise
def square_capacity(rows):
    """log2 of the sum of 2^v where W v = -H (Muroga 1953): the capacity where no input is idle."""
    minus = [sum(x * log2(x) for x in row if x) for row in rows]
    v = mp.lu_solve(mp.matrix(rows), mp.matrix(minus))
    return log2(sum(mpf(2) ** x for x in v))


@precise
def squared_correlation(table):
    """Of a variable of two values and another."""
    left = [sum(row) for row in table]
    right = [sum(column) for column in zip(*table, strict=True)]
    return sum(x**2 / (left[i] * right[j]) for i, row in enumerate(table) for j, x in enumerate(row) if x) - 1


@precise
def contraction_at(p, rows):
    """The largest ratio of divergences, where its slope in the mass of the second of two inputs vanishes."""

    def ratio(q):
        inputs = [[1 - p[1], p[1]], [1 - q, q]]
        outputs = [[w[0] * a + w[1] * b for a, b in zip(*rows, strict=True)] for w in inputs]
        kept, lost = (sum(x * log(x / y) for x, y in zip(two[1], two[0], strict=True)) for two in (outputs, inputs))
        return kept / lost

    grid = [mpf(k) / 40 for k in range(1, 40) if abs(mpf(k) / 40 - p[1]) > 0.04]
    best = max(grid, key=ratio)
    with mp.workdps(30):
        top = findroot(
            lambda q: diff(ratio, q, h=mpf(10) ** -10), (best - mpf(1) / 80, best + mpf(1) / 80), solver="ridder"
        )
    return ratio(top)


@precise
def collection_time(p):
    parts = itertools.chain.from_iterable(itertools.combinations(p, n) for n in range(1, len(p) + 1))
    return sum((-1) ** (len(part) + 1) / sum(part) for part in parts)


@precise
def mean_maximum(n):
    ends = [-12, -6, -3, 0, 3, 6, 12]
    return quad(lambda x: n * x * npdf(x) * (ncdf(x) ** (n - 1)), ends)


@precise
def inverse_entropy(bits):
    if bits in (0, 1):
        return bits / 2
    low, high = mpf(10) ** -340, mpf(1) / 2
    for _ in range(260):
        middle = sqrt(low * high)
        low, high = (middle, high) if h(middle) < bits else (low, middle)
    return low


def lower_median(weights, losses):
    """The least loss that at least half of the mass does not exceed."""
    total = mpf(0)
    for loss, weight in sorted(zip(losses, weights, strict=True)):
        total += weight
        if total >= mpf(1) / 2:
            return loss
    raise ValueError("less mass than one half")


def relative_entropy(p, q):
    """Of one list of masses from another."""
    return sum(inf if not y else x * log2(x / y) for x, y in zip(p, q, strict=True) if x)


def counts(rates, trials):
    """Multinomial probabilities of two symbols: all of the first, ..., none."""
    one, two = rates
    return [math.comb(trials, k) * one**k * two ** (trials - k) for k in range(trials, -1, -1)]


def one_sided(function, at, towards):
    """The slope from `at` in a direction of 1 or -1; infinite where the quotient does not settle."""
    with mp.workdps(50):
        at = mpf(at)
        near, nearer = (
            (function(at + towards * step) - function(at)) / (towards * step)
            for step in (mpf(10) ** -15, mpf(10) ** -20)
        )
        return nearer if abs(near - nearer) < mpf(10) ** -12 * (1 + abs(nearer)) else inf * (1 if nearer > 0 else -1)


def gradient(function, at):
    """Central differences in every coordinate, to some 30 digits."""
    with mp.workdps(50):
        at, step = [mpf(x) for x in at], mpf(10) ** -20
        ends = [[[x + s * step * (i == k) for i, x in enumerate(at)] for s in (1, -1)] for k in range(len(at))]
        return [(function(up) - function(down)) / (2 * step) for up, down in ends]


def mean(weights, losses):
    return sum(weight * loss for weight, loss in zip(weights, losses, strict=True) if weight)
