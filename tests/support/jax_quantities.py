"""What calls of exports and their oracles are made of: laws of a setting, and what a function of loops takes."""

import itertools

import jax.numpy as jnp
from mpmath import mpf

import infoloop as il
from tests.support import gradient_oracles as g
from tests.support import oracles as o

X, Y, Z = (0,), (1,), (2,)
LABELS = [0, 0, 1]
WORDS = ["ab", "ba", "bb"]


def joint_xy(s):
    return il.marginal(s.p, "X", "Y")


def from_x(s):
    """A channel of two inputs, the first two rows of the setting's."""
    return il.Channel(s.k.rows[:2], ("X",), ("W",))


def pairs(law):
    """The law of X and Y as rows."""
    flat = g.masses(law, (0, 1))
    return [flat[:3], flat[3:]]


def along(m):
    """The informations of X with Y and with its next two images under the channel."""
    laws = itertools.accumulate(range(2), lambda law, _: g.extended(law, m.k, -1), initial=o.marginal(m.p, (0, 1)))
    return [o.information(law, X, (len(next(iter(law))) - 1,)) for law in laws]


def coarse(law):
    return g.relabelled(law, LABELS)


def conditional_rows(m):
    """q(Y | X), rows."""
    rows = pairs(m.q)
    return [[x / sum(row) for x in row] for row in rows]


def states(s):
    """What the functions of loops take: P(theta, state), frequencies of symbols by state, targets by hypothesis."""
    return joint_xy(s).table, s.k.rows, il.conditional(s.q, "Y", "X").rows


def errors(m):
    return [
        sum((f - t) ** 2 for f, t in zip(row, target, strict=True)) for target in conditional_rows(m) for row in m.k
    ]


def excesses(m):
    return [g.relative_entropy(target, row) for target in conditional_rows(m) for row in m.k]


def expected(quantity):
    """The mean of a quantity of the rows."""
    return lambda m: sum(p * quantity(row) for p, row in zip(g.masses(m.p, Y), m.k, strict=True))


support = expected(lambda row: sum(x > 0 for x in row))
row_entropy = expected(lambda row: -sum(x * g.log2(x) for x in row if x))
heterozygosity = expected(lambda row: sum(x * (1 - x) for x in row))


def diversity(m):
    weights = g.masses(m.p, (0, 1))
    risks = [f for loss in (errors(m), excesses(m)) for f in (g.mean(weights, loss), g.lower_median(weights, loss))]
    informations = [o.information(m.p, X, Y), o.information(g.extended(m.p, m.k), X, (3,))]
    return [support(m), row_entropy(m), heterozygosity(m), *informations, *risks]


def bottleneck(m):
    covariance, beta = m.g[1], 40 + m.t[0]
    square = covariance[0][1] ** 2 / (covariance[0][0] * covariance[1][1])
    complexity = g.log2(1 + (beta * square - 1) / (1 - square)) / 2
    return [complexity, complexity - g.log2(beta * square) / 2]


def rate(m):
    return mpf(3) / 10 + m.t[0] / 4


def products(a, b):
    return [x * y for x in a for y in b]


def output(m):
    return [sum(p * row[w] for p, row in zip(g.masses(m.p, Y), m.k, strict=True)) for w in range(3)]


def flat(rows):
    return [x for row in rows for x in row]


GROUPS = [X, Y, Z]
WALK = il.Loop(start=lambda key: jnp.zeros(()), step=lambda key, x: x / 2 + 1)


def walk(t):
    return il.Loop(start=lambda key: t[0], step=lambda key, x: x * t[1] + t[0])


def walked(m):
    first = m.t[0]
    return [first, first * m.t[1] + first, (first * m.t[1] + first) * m.t[1] + first]


def verdicts(s):
    return il.verdict_signals([[0, 0, 1], [0, 1, 2]], il.marginal(s.p, "Y").table)


def verdict_masses(m):
    a, b, c = g.masses(m.p, Y)
    return [a + b, c, mpf(0), a, b, c]
