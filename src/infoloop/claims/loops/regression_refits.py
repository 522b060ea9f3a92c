"""Chapter 2, regressions: how the errors of least squares on labels that the previous fit made add up (S17)."""

import functools
import itertools
import operator

import jax.numpy as jnp
import numpy as np
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.loops.regression_designs import ALL
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.models.regression import excess_risk, regression
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

STEPS = np.arange(1, 7)
DIMENSIONS = (1, 2, 4)
NOISE = "the noise of a label has mean square sigma^2 and does not depend on the inputs"
NORMAL, ENOUGH = "the inputs are independent standard normals", "at least d + 2 samples a generation"
LAST = "a fit sees the last generation"
_normal = (NOISE, NORMAL, ENOUGH)
_last, _all = (*_normal, LAST), (*_normal, ALL)
_TOO_FEW = unrefuted(
    ENOUGH,
    "with d + 1 both sides are infinite; with fewer the risk is, or there is no fit, "
    "and the formula has a negative term",
)


def inverse_trace(dimension: int, samples: Number) -> Number:
    r"""Return $E\operatorname{tr}(X^{\mathsf T}X)^{-1}$ of normal inputs, by Bartlett: $X^{\mathsf T}X=LL^{\mathsf T}$.

    L has standard normals below a diagonal of roots of $\chi^2_{N},\chi^2_{N-1},\ldots$, all independent, and
    $E\,1/\chi^2_k=\frac1{k-2}$. Row i of $M=L^{-1}$ is $M_{ij}=-\frac1{L_{ii}}\sum_{k<i}L_{ik}M_{kj}$, so that
    $E\,M_{ij}^2=\frac1{N-i-1}\sum_{k<i}E\,M_{kj}^2$; the trace is the sum of all $M_{ij}^2$.

    >>> inverse_trace(3, fmpq(10))
    1/2
    """
    squares = []
    for i in range(1, dimension + 1):
        columns = [sum(row[j] for row in squares[j:]) for j in range(i - 1)]
        squares.append([c / (samples - i - 1) for c in [*columns, 1]])
    return functools.reduce(operator.add, itertools.chain(*squares))


def summed_risk(dimension: int, samples: Number, t: int) -> Number:
    r"""Return $d\sum_{i\le t}\frac1{i(iT-d-1)}$, the risk after t generations that see all labels, for $\sigma=1$.

    >>> summed_risk(1, fmpq(4), 2)
    7/12
    """
    return sum(dimension / (i * (i * samples - dimension - 1)) for i in range(1, t + 1))


def _parameters(x):
    """Return whole numbers of samples a generation from 6 on, and a noise variance."""
    return 6 + jnp.floor(jnp.exp(1 + x[0])), jnp.exp(x[1] / 2)


_loops = random_numbers(2, _parameters)
_small_loops = Family(
    "1 to 4 dimensions, 6, 7, 10 or 50 samples and noise variance 1/2, 1 to 6 generations",
    lambda: parameter_grid(d=range(1, 5), samples=(6, 7, 10, 50), noise=(fmpq(1, 2),), t=range(1, 7)),
)
_edge = {"d": 2, "samples": 7, "noise": fmpq(1, 2), "t": 3}


def _risks(dimension, case):
    """Return the risk of replace, by the model, at each generation."""
    samples, noise = case
    return excess_risk(regression(dimension, samples, noise), STEPS)


def _each(case, one):
    """Return `one(dimension, samples, t)` times the noise variance, for all dimensions and generations."""
    samples, noise = case
    return noise * jnp.stack([jnp.stack([one(d, samples, t) for t in STEPS.tolist()]) for d in DIMENSIONS])


def _replaced(d, samples, t):
    return t * inverse_trace(d, samples)


def _accumulated(d, samples, t):
    return sum(inverse_trace(d, i * samples) / i for i in range(1, t + 1))


def _added_in_one_dimension(samples: fmpq, i: int) -> fmpq:
    r"""Return $E\frac S{A^2}$, $S\sim\chi^2_T$ being one of the i independent parts of $A\sim\chi^2_N$, $N=iT$.

    $\frac1{A^2}=\int_0^\infty ue^{-uA}du$, $E\,Se^{-uS}=T(1+2u)^{-T/2-1}$ and $E\,e^{-u(A-S)}=(1+2u)^{-(N-T)/2}$; with
    $v=1+2u$ the integral is $\frac T4\int_1^\infty(v-1)v^{-N/2-1}dv$. No use is made of the parts being alike.

    >>> _added_in_one_dimension(fmpq(4), 2)
    1/12
    """
    half = i * samples / 2
    return samples / 4 * (1 / (half - 1) - 1 / half)


def _accumulated_exactly(d, samples, t):
    if d > 1:
        return _accumulated(d, samples, t)
    return sum((_added_in_one_dimension(samples, i) for i in range(1, t + 1)), fmpq(0))


def _exactly(found, closed):
    def sides(case):
        d, samples, noise, t = case.values()
        return noise * found(d, fmpq(samples), t), noise * closed(d, fmpq(samples), t)

    return sides


def _by_model(case):
    return jnp.stack([_risks(d, case) for d in DIMENSIONS])


def _coherent(weights):
    r"""Return the risk in one dimension if each noise is its input, so that the label is $x(w+1)$.

    Each fit is off by its `weights[i]` shares of 1 more, and what the generations add is not independent.
    """
    return sum(weights, fmpq(0)) ** 2


def _risk(label, assumes, found, found_exactly, closed, closed_exactly, wrong, neighbours):
    """Return the claim that the expected risk from Bartlett's decomposition has this closed form."""
    return equality(
        label,
        assumes,
        lambda case: (_each(case, found), closed(case)),
        _loops,
        exact=_exactly(found_exactly, closed_exactly),
        family=_small_loops,
        edges=(_edge,),
        wrong=lambda case: (_each(case, found), wrong(case)),
        neighbours=neighbours,
    )


def _closed_in_one_dimension(closed):
    """Return the closed form of a case with d = 1 and noise of mean square 1."""
    return lambda case: closed(1, fmpq(case["samples"]), case["t"])


def _neighbours(seen, shares, closed, other, constant):
    """Return the loops without each assumption, with `shares(t)` of each generation's labels in the fits of a loop.

    Noise that is its input; inputs of size 1 for certain; a fit that sees the other generations, with the risk `other`.
    """
    formula = _closed_in_one_dimension(closed)

    def of_signs(case):
        """Return the risk if each input is 1 or -1: a fit's own noise has the square of its share over T."""
        return sum((s**2 for s in shares(case["t"])), fmpq(0)) / case["samples"], formula(case)

    return (
        without(NOISE, _one, exact=lambda case: (_coherent(shares(case["t"])), formula(case))),
        without(NORMAL, _one, exact=of_signs),
        _TOO_FEW,
        without(seen, _edge, exact=_exactly(other, closed)),
        changed(*constant),
    )


_one = {"d": 1, "samples": 7, "noise": fmpq(1), "t": 3}


replaced_regression = _risk(
    "thm:regression-replace",
    _last,
    _replaced,
    _replaced,
    _by_model,
    lambda d, samples, t: t * d / (samples - d - 1),
    lambda case: _each(case, lambda d, samples, t: t * d / samples),
    _neighbours(
        LAST,
        lambda t: [fmpq(1)] * t,
        lambda d, samples, t: t * d / (samples - d - 1),
        _accumulated,
        ("T in place of T - d - 1", _exactly(_replaced, lambda d, samples, t: t * d / samples)),
    ),
)


def _without_growth(d, samples, t):
    return sum(d / (i * (samples - d - 1)) for i in range(1, t + 1))


accumulated_regression = _risk(
    "thm:regression-accumulate",
    _all,
    _accumulated,
    _accumulated_exactly,
    lambda case: _each(case, summed_risk),
    summed_risk,
    lambda case: _each(case, lambda d, samples, t: d / (samples - d - 1) * sum(1 / i**2 for i in range(1, t + 1))),
    _neighbours(
        ALL,
        lambda t: [fmpq(1, i) for i in range(1, t + 1)],
        summed_risk,
        _replaced,
        ("T - d - 1 in place of iT - d - 1", _exactly(_accumulated, _without_growth)),
    ),
)


def _first(d, samples, t):
    return d / (samples - d - 1)


def _bound(case):
    return _each(case, summed_risk), np.pi**2 / 6 * _each(case, _first)


def _first_risk(case):
    return case["noise"] * _first(case["d"], fmpq(case["samples"]), case["t"])


def _basel(first: fmpq | int) -> RealBall:
    r"""Return $\frac{\pi^2}6$ first risks."""
    return real_ball(lambda: arb.pi() ** 2 / 6 * arb(first))


def _bound_exactly(case):
    d, samples, noise, t = case.values()
    return noise * summed_risk(d, fmpq(samples), t), _basel(_first_risk(case))


def _unequal_generations(case):
    """Return the risk in one dimension if the first inputs have squares 10 in sum, later ones 1 each; and the bound."""
    return sum((fmpq(1, (10 + i) ** 2) for i in range(1, case["t"])), fmpq(1, 10)), _basel(fmpq(1, 10))


bound = inequality(
    "thm:regression-bound",
    _all,
    _bound,
    _loops,
    exact=_bound_exactly,
    family=_small_loops,
    edges=({"d": 1, "samples": 10**6, "noise": fmpq(1), "t": 100},),
    wrong=lambda case: (_by_model(case), _bound(case)[1]),
    neighbours=(
        without(NOISE, _one, exact=lambda case: (_coherent([fmpq(1, i) for i in range(1, case["t"] + 1)]), _basel(1))),
        without(NORMAL, {**_one, "t": 100}, exact=_unequal_generations),
        _TOO_FEW,
        without(
            ALL, {**_edge, "t": 6}, exact=lambda case: (_exactly(_replaced, _first)(case)[0], _bound_exactly(case)[1])
        ),
        changed("8/5 in place of pi^2/6", lambda case: (_bound_exactly(case)[0], _first_risk(case) * fmpq(8, 5))),
    ),
)

replace_stays_bounded = inequality(
    "fol:regression-replace-bounded",
    _last,
    lambda case: (_by_model(case), 2 * _each(case, _first)),
    _loops,
    exact=_exactly(
        lambda d, samples, t: t * inverse_trace(d, samples), lambda d, samples, t: 2 * _first(d, samples, t)
    ),
    family=_small_loops,
)

every_round_adds = inequality(
    "fol:regression-every-round-adds",
    _all,
    lambda case: (STEPS * _each(case, _first), _each(case, summed_risk)),
    _loops,
    exact=_exactly(lambda d, samples, t: t * _first(d, samples, t), _accumulated),
    family=_small_loops,
)
