"""Chapter 2, forgetting: at which rate a smoothed loop loses what it knows, late (S11)."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from flint import fmpq_mat

from infoloop.claims.comparisons import Number, equality
from infoloop.claims.loops.additive_smoothing import (
    ALPHAS,
    ONE_SYMBOL_SMOOTHED,
    POSITIVE,
    SIZE,
    SMOOTHED,
    SMOOTHED_DRAWS,
    shrinkage,
)
from infoloop.exact.rational_laws import fmpq, rational_table
from infoloop.exact.wright_fisher_rational import rational_kernel
from infoloop.models import smoothed
from infoloop.statements.cases import Family, random_probabilities
from infoloop.statements.neighbours import changed, unrefuted, without


def _slowest(alpha):
    """Return the kernel, its stationary law, and the left eigenvector of its second eigenvalue of mean frequency 1."""
    with jax.ensure_compile_time_eval():
        rows = np.asarray(smoothed.kernel(SIZE, alpha).rows)[::-1, ::-1]  # its counts fall, ours rise
    found = []
    for eigenvalue, weights, total in (
        (1.0, np.ones(SIZE + 1), 1),
        (shrinkage(SIZE, alpha), np.arange(SIZE + 1), SIZE),
    ):
        system = np.concatenate([(rows.T - eigenvalue * np.eye(SIZE + 1))[:-1], weights[None]])
        found.append(np.linalg.solve(system, total * np.eye(SIZE + 1)[-1]))
    return rows, *found


def _slowest_exactly(n, alpha):
    rows = rational_kernel(n, alpha).T
    found = []
    for eigenvalue, weights, total in ((fmpq(1), [1] * (n + 1), 1), (shrinkage(n, alpha), list(range(n + 1)), n)):
        system = fmpq_mat(n + 1, n + 1, (rows - eigenvalue * rational_table(np.eye(n + 1))).ravel().tolist())
        for c, weight in enumerate(weights):
            system[n, c] = weight
        solved = system.solve(fmpq_mat(n + 1, 1, [0] * n + [total]))
        found.append(np.array([solved[c, 0] for c in range(n + 1)], dtype=object))
    return found


def smoothed_chi_square(table: Number) -> Number:
    r"""Return $\sum_{xy}\frac{(p_{xy}-p_xp_y)^2}{p_xp_y}$: information, quadratic in the dependence; no unit."""
    independent = table.sum(axis=1)[:, None] * table.sum(axis=0)
    return ((table - independent) ** 2 / independent).sum()


def _rate(case):
    """Return chi-squares of hypotheses on either side of the stationary law, along its slowest mode."""
    far, mass = case
    after, before = [], []
    for alpha in (0.1, 0.5, 2.0):
        rows, stationary, mode = _slowest(alpha)
        widest = far * np.min(stationary / np.abs(np.where(mode == 0, 1.0, mode)))
        laws = jnp.stack([stationary + (1 - mass) * widest * mode, stationary - mass * widest * mode])
        table = jnp.stack([mass, 1 - mass])[:, None] * laws
        after.append(smoothed_chi_square(table @ rows))
        before.append(shrinkage(SIZE, alpha) ** 2 * smoothed_chi_square(table))
    return jnp.stack(after), jnp.stack(before)


def _rate_exactly(case, other=None, power=2):
    n, alpha, mass = case
    stationary, mode = _slowest_exactly(n, alpha)
    widest = min(p / abs(w) for p, w in zip(stationary, mode, strict=True) if w)
    table = np.stack(
        [mass * (stationary + (1 - mass) * widest * mode), (1 - mass) * (stationary - mass * widest * mode)]
    )
    after = table.dot(rational_kernel(n, alpha if other is None else other))
    return smoothed_chi_square(after), shrinkage(n, alpha) ** power * smoothed_chi_square(table)


_unequal = (4, fmpq(1, 2), fmpq(1, 4))

rate = equality(
    "thm:smoothing-rate",
    (*SMOOTHED, POSITIVE),
    _rate,
    random_probabilities(2),
    exact=_rate_exactly,
    family=Family(
        "n from 1 to 5; alpha 1/10, 1/2, 2; two hypotheses of mass 1/2, 1/2 or 1/4, 3/4, as far apart along the "
        "mode as the law lets them",
        lambda: itertools.product(range(1, 6), ALPHAS[1:], [fmpq(1, 2), fmpq(1, 4)]),
    ),
    edges=(_unequal,),
    wrong=lambda case: (_rate(case)[0], _rate(case)[1] / shrinkage(SIZE, 0.5)),
    neighbours=(
        ONE_SYMBOL_SMOOTHED,
        without(SMOOTHED_DRAWS, _unequal, exact=lambda case: _rate_exactly(case, other=1)),
        unrefuted(POSITIVE, "without smoothing there is more than one stationary law, and no slowest mode"),
        changed("lambda in place of its square", lambda case: _rate_exactly(case, power=1)),
    ),
)
