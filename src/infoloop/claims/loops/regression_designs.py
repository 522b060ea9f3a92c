"""Chapter 2, regressions: the errors of least squares on given inputs, with labels that the previous fit made (S17)."""

import functools
import itertools
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flint import fmpq_mat

from infoloop.claims.comparisons import Number, equality
from infoloop.exact.rational_laws import fmpq
from infoloop.models.regression import design_risk
from infoloop.statements.cases import Cases, Family
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

WHITE, GIVEN = "the noise of a label has mean 0, variance sigma^2 and is independent", "the inputs are given"
ALL = "a fit sees all generations"


def fitted_noise(
    designs: Sequence, inverse: Callable, stacked: Callable, zeros: Callable, last_only: bool = False
) -> Number:
    r"""Return the matrix C of the error $w_t-w_0=Ce$ of the last fit, e all label noises: label by label.

    The labels of generation i are $X_iw_{i-1}+e_i$, and $w_i$ solves the normal equations of all labels so far, or of
    the last ones.
    """
    rows, dimension = designs[0].shape
    fit, labels = zeros((dimension, rows * len(designs))), []
    for i, x in enumerate(designs):
        fresh = np.eye(rows * len(designs), dtype=int)[rows * i : rows * (i + 1)]
        labels.append(x @ fit + fresh)
        seen = slice(i if last_only else 0, i + 1)
        inputs = stacked(designs[seen])
        fit = inverse(inputs.T @ inputs) @ (inputs.T @ stacked(labels[seen]))
    return fit


def _inverse(table):
    found = fmpq_mat(*table.shape, table.ravel().tolist()).inv()
    return np.array(found.entries(), dtype=object).reshape(table.shape)


def _design_sides(designs):
    fit = fitted_noise(list(designs), jnp.linalg.inv, jnp.concatenate, jnp.zeros)
    return jnp.square(fit).sum(), design_risk(jnp.einsum("tki,tkj->tij", designs, designs))


def _design_exactly(case, last_only=False, one_noise=False):
    """Return the mean square of the error for given inputs, of independent noises or one for all; and the sum."""
    designs = [np.vectorize(fmpq, otypes=[object])(np.array(x)) for x in case.values()]
    fit = fitted_noise(designs, _inverse, np.concatenate, functools.partial(np.zeros, dtype=object), last_only)
    if one_noise:
        fit = fit.sum(axis=1)
    grams = [fmpq_mat(*x.shape[1:] * 2, (x.T @ x).ravel().tolist()) for x in designs]
    added = [(total.inv() * gram * total.inv()) for total, gram in zip(itertools.accumulate(grams), grams, strict=True)]
    closed = sum((m[i, i] for m in added for i in range(m.nrows())), fmpq(0))
    return sum((fit**2).ravel().tolist(), fmpq(0)), closed


_INPUTS = (((1, 0), (0, 1)), ((1, 2), (1, -1)), ((2, 1), (0, 3)), ((1, 1), (-1, 2)))
_blocks = Cases(
    lambda key: jax.random.normal(key, (3, 4, 2)), lambda x: jnp.concatenate([jnp.eye(2)] * 2) + jnp.tanh(x) / 4
)

_three_designs = {"X1": _INPUTS[1], "X2": _INPUTS[2], "X3": _INPUTS[0]}


def _last_term(case):
    found, closed = _design_exactly(case)
    return found, closed - _design_exactly({name: case[name] for name in ("X1", "X2")})[1]


design = equality(
    "thm:regression-design",
    (WHITE, GIVEN, ALL),
    _design_sides,
    _blocks,
    exact=_design_exactly,
    family=Family(
        "three generations of two inputs each in two dimensions, from four integer designs",
        lambda: parameter_grid(X1=_INPUTS, X2=_INPUTS, X3=_INPUTS),
    ),
    edges=(_three_designs,),
    wrong=lambda x: (_design_sides(x)[0], jnp.trace(jnp.linalg.inv(jnp.einsum("tki,tkj->ij", x, x)))),
    neighbours=(
        without(WHITE, _three_designs, exact=lambda case: _design_exactly(case, one_noise=True)),
        unrefuted(GIVEN, "it says over what the expectation is: the noise alone"),
        without(ALL, _three_designs, exact=lambda case: _design_exactly(case, last_only=True)),
        changed("the last generation's term alone", _last_term),
    ),
)
