"""Small numpyro programs that several tests enumerate, and how a law is compared with one in fractions."""

import itertools
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import numpyro
from numpyro import distributions as dist

from infoloop.probability.numerics import rounding

PRIOR, MEANS = (
    (Fraction(1, 5), Fraction(4, 5)),
    ((Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)), (Fraction(0), Fraction(3, 10), Fraction(7, 10))),
)

MOVE, EMIT = (
    ((Fraction(9, 10), Fraction(1, 10)), (Fraction(1, 5), Fraction(4, 5))),
    ((Fraction(7, 10), Fraction(3, 10)), (Fraction(1, 10), Fraction(9, 10))),
)


def floats(table):
    return jnp.asarray(np.asarray(table, float))


def mixture():
    z = numpyro.sample("Z", dist.Categorical(floats(PRIOR)))
    numpyro.sample("X", dist.Categorical(floats(MEANS)[z]))


def looking(program):
    """The same program, made to branch: every path is run by itself."""

    def run(*args):
        bool(numpyro.sample("first", dist.Bernoulli(0.0)) == 1)
        return program(*args)

    return run


def short_of_mass():
    numpyro.sample("X", dist.Categorical(jnp.array([0.5, 0.4]), validate_args=False))


def gap(p, masses):
    """The largest error of a cell against `{symbols: Fraction}`, and 1 where a symbol is unknown."""
    cells = itertools.product(*(p.symbols(name) for name in p.names))
    found = dict(zip(cells, np.asarray(p.table).ravel().tolist(), strict=True))
    return max([abs(found[k] - float(masses.get(k, 0))) for k in found] + [float(k not in found) for k in masses])


def agrees(p, names, masses):
    return p.names == names and gap(p, masses) <= rounding(16)
