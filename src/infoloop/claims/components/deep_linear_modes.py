"""Chapter 5, depth: when a mode of a two-layer linear net is learned (S33)."""

import jax
import jax.numpy as jnp
from flint import fmpq_series

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.rational_laws import fmpq, log2
from infoloop.learning.linear_networks import deep_mode, deep_time
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.parameter_grids import parameter_grid

DEEP = ("a mode of a two-layer linear net with balanced layers",)
TERMS = 7


def _modes(normals):
    """Return correlation and variance of a mode, a start, and a time."""
    return jnp.exp(normals[0] / 4), jnp.exp(normals[1] / 4), jax.nn.sigmoid(normals[2]) / 4, jnp.exp(normals[3] / 2)


_deep = random_numbers(4, _modes)


def _speeds(case):
    c, variance, start, t = case
    found = jax.grad(deep_mode)(t, c, variance, start)
    strength = deep_mode(t, c, variance, start)
    return found, 2 * strength * (c - variance * strength)


def taylor(c: fmpq, variance: fmpq, start: fmpq) -> list[fmpq]:
    r"""Return the power series in t that solves $\dot a=2a(c-\lambda a)$, term by term.

    >>> taylor(fmpq(1), fmpq(1), fmpq(1, 2))[:3]
    [1/2, 1/2, 0]
    """
    a = [start]
    for k in range(TERMS - 1):
        square = sum((a[i] * a[k - i] for i in range(k + 1)), fmpq(0))
        a.append(2 * (c * a[k] - variance * square) / (k + 1))
    return a


def closed_series(c: fmpq, variance: fmpq, start: fmpq) -> list[fmpq]:
    r"""Return the power series of $\frac{s\,e^{2ct}}{e^{2ct}-1+s/a_0}$, $s=c/\lambda$, by division of series."""
    growth = fmpq_series([0, 2 * c], prec=TERMS).exp()
    end = fmpq_series([c / variance], prec=TERMS)
    found = growth * end / (growth - fmpq_series([1 - c / variance / start], prec=TERMS))
    return [found[k] for k in range(TERMS)]


def _terms(case):
    values = [case[name] for name in ("c", "variance", "start")]
    return tuple(series(*values)[case["term"]] for series in (taylor, closed_series))


deep = equality(
    "thm:deep-mode",
    DEEP,
    _speeds,
    _deep,
    exact=_terms,
    family=Family(
        "the first 7 terms of the power series in t, for c 1/2, 1, 3, variances 1, 2, starts 1/10, 1/3",
        lambda: parameter_grid(
            c=[fmpq(1, 2), fmpq(1), fmpq(3)],
            variance=[fmpq(1), fmpq(2)],
            start=[fmpq(1, 10), fmpq(1, 3)],
            term=range(TERMS),
        ),
    ),
    edges=({"c": fmpq(3), "variance": fmpq(2), "start": fmpq(1, 10), "term": 3},),
    wrong=lambda case: (_speeds(case)[0] / 2, _speeds(case)[1]),
)


def _ordered(case):
    """Return times to the half for c and a weaker correlation, started at most at a fifth of the end of the weaker."""
    c, variance, start, t = case
    weaker = c / (1 + t)
    low = start * 4 / 5 * weaker / variance
    return deep_time(0.5, c, variance, low), deep_time(0.5, weaker, variance, low)


def _ordered_exactly(case):
    times = [log2(case[c] / case["start"] - 1) * (1 / (2 * case[c])) for c in ("c", "weaker")]
    return times[0], times[1]


_strengths = [fmpq(1), fmpq(3, 2), fmpq(2), fmpq(5)]

deep_order = inequality(
    "cnd:deep-order",
    (*DEEP, "the modes have one variance and start at one a0, at most a fifth of each end"),
    _ordered,
    _deep,
    exact=_ordered_exactly,
    family=Family(
        "variance 1, correlations 1, 3/2, 2, 5 and weaker or equal ones, starts 1/5, 1/20, 1/1000",
        lambda: (
            case
            for case in parameter_grid(c=_strengths, weaker=_strengths, start=[fmpq(1, 5), fmpq(1, 20), fmpq(1, 1000)])
            if case["weaker"] <= case["c"]
        ),
    ),
    edges=({"c": fmpq(2), "weaker": fmpq(2), "start": fmpq(1, 5)},),
    wrong=lambda case: _ordered(case)[::-1],
)
