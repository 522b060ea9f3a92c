"""Chapter 2, regressions: least squares on labels that the previous fit made, and how the errors add up (S17)."""

import functools
import itertools
import operator
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb, fmpq_mat

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import real_ball
from infoloop.models.regression import design_risk, excess_risk, regression
from infoloop.statements.cases import Cases, Family, random_numbers
from infoloop.statements.parameter_grids import parameter_grid

STEPS = np.arange(1, 7)
DIMENSIONS = (1, 2, 4)
_noise = "the noise of a label has mean 0, variance sigma^2 and is independent"
_design = (_noise, "the inputs are given")
_normal = (_noise, "the inputs are normal", "at least d + 2 samples a generation")
_last = (*_normal, "a fit sees the last generation")
_all = (*_normal, "a fit sees all generations")


def fitted_noise(designs: Sequence, inverse: Callable, stacked: Callable, zeros: Callable) -> Number:
    r"""Return the matrix C of the error $w_t-w_0=Ce$ of the last fit, e all label noises: label by label.

    The labels of generation i are $X_iw_{i-1}+e_i$, and $w_i$ solves the normal equations of all labels so far.
    """
    rows, dimension = designs[0].shape
    fit, labels = zeros((dimension, rows * len(designs))), []
    for i, x in enumerate(designs):
        fresh = np.eye(rows * len(designs), dtype=int)[rows * i : rows * (i + 1)]
        labels.append(x @ fit + fresh)
        inputs = stacked(designs[: i + 1])
        fit = inverse(inputs.T @ inputs) @ (inputs.T @ stacked(labels))
    return fit


def _inverse(table):
    found = fmpq_mat(*table.shape, table.ravel().tolist()).inv()
    return np.array(found.entries(), dtype=object).reshape(table.shape)


def _design_sides(designs):
    fit = fitted_noise(list(designs), jnp.linalg.inv, jnp.concatenate, jnp.zeros)
    return jnp.square(fit).sum(), design_risk(jnp.einsum("tki,tkj->tij", designs, designs))


def _design_exactly(case):
    designs = [np.vectorize(fmpq, otypes=[object])(np.array(x)) for x in case.values()]
    fit = fitted_noise(designs, _inverse, np.concatenate, functools.partial(np.zeros, dtype=object))
    grams = [fmpq_mat(*x.shape[1:] * 2, (x.T @ x).ravel().tolist()) for x in designs]
    added = [(total.inv() * gram * total.inv()) for total, gram in zip(itertools.accumulate(grams), grams, strict=True)]
    closed = sum((m[i, i] for m in added for i in range(m.nrows())), fmpq(0))
    return sum((fit**2).ravel().tolist(), fmpq(0)), closed


_INPUTS = (((1, 0), (0, 1)), ((1, 2), (1, -1)), ((2, 1), (0, 3)), ((1, 1), (-1, 2)))
_blocks = Cases(
    lambda key: jax.random.normal(key, (3, 4, 2)), lambda x: jnp.concatenate([jnp.eye(2)] * 2) + jnp.tanh(x) / 4
)

design = equality(
    "thm:regression-design",
    (*_design, "a fit sees all generations"),
    _design_sides,
    _blocks,
    exact=_design_exactly,
    family=Family(
        "three generations of two inputs each in two dimensions, from four integer designs",
        lambda: parameter_grid(X1=_INPUTS, X2=_INPUTS, X3=_INPUTS),
    ),
    edges=({"X1": _INPUTS[1], "X2": _INPUTS[2], "X3": _INPUTS[0]},),
    wrong=lambda x: (_design_sides(x)[0], jnp.trace(jnp.linalg.inv(jnp.einsum("tki,tkj->ij", x, x)))),
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


def _risk(label, assumes, found, found_exactly, closed, closed_exactly, wrong):
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
    )


replaced_regression = _risk(
    "thm:regression-replace",
    _last,
    _replaced,
    _replaced,
    _by_model,
    lambda d, samples, t: t * d / (samples - d - 1),
    lambda case: _each(case, lambda d, samples, t: t * d / samples),
)
accumulated_regression = _risk(
    "thm:regression-accumulate",
    _all,
    _accumulated,
    _accumulated_exactly,
    lambda case: _each(case, summed_risk),
    summed_risk,
    lambda case: _each(case, lambda d, samples, t: d / (samples - d - 1) * sum(1 / i**2 for i in range(1, t + 1))),
)


def _first(d, samples, t):
    return d / (samples - d - 1)


def _bound(case):
    return _each(case, summed_risk), np.pi**2 / 6 * _each(case, _first)


def _bound_exactly(case):
    d, samples, noise, t = case.values()
    first = noise * _first(d, fmpq(samples), t)
    return noise * summed_risk(d, fmpq(samples), t), real_ball(lambda: arb.pi() ** 2 / 6 * arb(first))


bound = inequality(
    "thm:regression-bound",
    _all,
    _bound,
    _loops,
    exact=_bound_exactly,
    family=_small_loops,
    edges=({"d": 1, "samples": 10**6, "noise": fmpq(1), "t": 100},),
    wrong=lambda case: (_by_model(case), _bound(case)[1]),
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
