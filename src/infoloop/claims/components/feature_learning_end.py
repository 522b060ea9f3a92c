"""Chapter 5, features at the end: which of several noisy copies of a label a gradient learner keeps (S33)."""

import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import jax.numpy as jnp
from flint import fmpq_mat

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.components.feature_learning_order import (
    AMPLITUDES,
    CROSSOVERS,
    FEATURES,
    FLIPPED,
    LEARNER,
    flow_exactly,
    kept_together,
    speed_exactly,
    three_noisy,
    two_features,
)
from infoloop.exact.log_sums import Exact, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.linear_networks import noisy_feature_moments
from infoloop.statements.cases import Family
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

FOR_EVER, ONE_CLEAN = "training runs for ever", "one feature never flips"
NO_SECOND = "no linear combination of the other features is the label on all outcomes"
ANY_FLIPS = "features are the label times an amplitude, their signs flipped at rates below 1/2"
END = (*FEATURES, FOR_EVER)


def clean_share(kept: Sequence[Number]) -> list[Number]:
    r"""Return $q_j/(1+\sum_k\kappa_kq_k)$ with $q_j=\frac{\kappa_j}{1-\kappa_j^2}$ for every j, no unit."""
    odds = [k / (1 - k * k) for k in kept]
    total = 1 + sum(k * q for k, q in zip(kept, odds, strict=True))
    return [q / total for q in odds]


def _ends(case):
    amplitude, crossover = case
    covariance, correlation = noisy_feature_moments(amplitude, crossover)
    return amplitude * jnp.linalg.solve(covariance, correlation), jnp.stack(clean_share(list(1 - 2 * crossover)))


def ends_exactly(
    amplitudes: Sequence[Exact],
    crossovers: Sequence[Exact],
    dependent: Mapping[tuple[int, int], Exact] = MappingProxyType({}),
    decay: Exact = 0,
) -> list[fmpq]:
    """Return the contributions at convergence, by solving the normal equations in rationals.

    `dependent` is as in `kept_together`; `decay` is added to each second moment, as by decay of weights.

    >>> ends_exactly([1, 2], ["0", "1/4"])
    [1, 0]
    """
    a, together = [rational(x) for x in amplitudes], kept_together(crossovers, dependent)
    c = [x * (1 - 2 * rational(e)) for x, e in zip(a, crossovers, strict=True)]
    size = len(c)
    cells = [a[i] * a[j] * together[i][j] + rational(decay) * int(i == j) for i in range(size) for j in range(size)]
    normal = fmpq_mat(size, size, cells)
    solved = normal.solve(fmpq_mat(size, 1, c))
    return [a[j] * solved[j, 0] for j in range(size)]


def _solved(case):
    return ends_exactly(
        case["amplitudes"], case["flips"], case.get("dependent", MappingProxyType({})), case.get("decay", 0)
    )


def _ends_exactly(case):
    return _solved(case)[0], clean_share([1 - 2 * rational(e) for e in case["flips"]])[0]


def _stopped(case):
    """Return the first contribution after time 1 by the flow, and at convergence by the closed form."""
    return flow_exactly(case["amplitudes"], case["flips"], 1)[0], _ends_exactly(case)[1]


def _without_one(case):
    """Return the first contribution, and the closed form without the 1 in its denominator."""
    kept = [1 - 2 * rational(e) for e in case["flips"]]
    odds = [k / (1 - k * k) for k in kept]
    return _ends_exactly(case)[0], odds[0] / sum((k * q for k, q in zip(kept, odds, strict=True)), fmpq(0))


_three = {"amplitudes": ("1", "3", "1/4"), "flips": ("1/8", "1/4", "3/8")}


ends = equality(
    "cnd:least-squares-end",
    (*END, "no crossover probability is 0"),
    _ends,
    three_noisy,
    exact=_ends_exactly,
    family=Family(
        "three features, amplitudes from 1/4, 1, 3 and crossover probabilities from 1/16, 1/8, 1/4, 3/8 in "
        "every order, the first's contribution",
        lambda: parameter_grid(
            amplitudes=itertools.product(AMPLITUDES, repeat=3), flips=list(itertools.permutations(CROSSOVERS, 3))
        ),
    ),
    edges=(_three,),
    wrong=lambda case: (_ends(case)[0], case[0] * _ends(case)[1]),
    neighbours=(
        without(FLIPPED, {**_three, "dependent": {(1, 2): 0}}),
        without(LEARNER, {**_three, "decay": 1}),
        without(FOR_EVER, _three, exact=_stopped),
        unrefuted("no crossover probability is 0", "the formula is then 0/0"),
        changed("without the 1 in the denominator", _without_one),
    ),
)


def _clean(case):
    """Return the contributions at convergence where the first feature never flips, and (1, 0, 0)."""
    amplitude, crossover = case
    covariance, correlation = noisy_feature_moments(amplitude, crossover.at[0].set(0.0))
    return amplitude * jnp.linalg.solve(covariance, correlation), jnp.array([1.0, 0.0, 0.0])


def _clean_exactly(case):
    found = _solved({**case, "flips": ("0", *case["flips"])})
    return found[case["feature"]], int(case["feature"] == 0)


def _none_clean(case):
    return ends_exactly(case["amplitudes"], ("1/100", *case["flips"]))[0], 1


def _clean_stopped(case):
    return flow_exactly(case["amplitudes"], ("0", *case["flips"]), 1)[0], 1


def _clean_of_two_sizes(case):
    """Return the contribution of the clean feature if its size is 1/2 or 3/2 by a coin: its mean is as before."""
    # the second moment of the size is 5/4, so that 1/4 is added to that of the feature
    return ends_exactly(("1", *case["amplitudes"][1:]), ("0", *case["flips"]), decay=fmpq(1, 4))[0], 1


def least_norm_exactly(outcomes: Sequence[Sequence[int]]) -> list[fmpq]:
    r"""Return the least weights whose output is the label on all outcomes, $S^{\mathsf T}(SS^{\mathsf T})^{-1}1$.

    Row i of S has the signs of the features, all of amplitude 1, in outcome i, 1 for right; the rows are independent.
    Weights that begin at 0 and follow the gradient stay in the span of the rows, and so end there.

    >>> least_norm_exactly([[1, -1, 1, 1], [1, 1, -1, 1], [1, 1, 1, -1]])
    [3/4, 1/4, 1/4, 1/4]
    """
    signs = fmpq_mat(len(outcomes), len(outcomes[0]), [fmpq(sign) for row in outcomes for sign in row])
    label = fmpq_mat(len(outcomes), 1, [fmpq(1)] * len(outcomes))
    return [fmpq(weight) for weight in (signs.transpose() * (signs * signs.transpose()).solve(label)).entries()]


def _shared_exactly(case):
    return least_norm_exactly(case["outcomes"])[0], 1


_one_of_three_wrong = {"outcomes": ((1, -1, 1, 1), (1, 1, -1, 1), (1, 1, 1, -1))}


_one_clean = {"amplitudes": ("1/4", "1", "3"), "flips": CROSSOVERS[:2], "feature": 0}


clean = equality(
    "cnd:clean-feature",
    (ANY_FLIPS, LEARNER, FOR_EVER, ONE_CLEAN, NO_SECOND),
    _clean,
    three_noisy,
    exact=_clean_exactly,
    family=Family(
        "three features, amplitudes from 1/4, 1, 3 in every order, "
        "crossover probabilities (0, 1/16, 1/8), (0, 1/4, 3/8), flips independent or such that the two noisy features "
        "agree in 7 of 8 cases; each feature",
        lambda: parameter_grid(
            amplitudes=list(itertools.permutations(AMPLITUDES)),
            flips=(CROSSOVERS[:2], CROSSOVERS[2:]),
            dependent=({}, {(1, 2): fmpq(3, 4)}),
            feature=range(3),
        ),
    ),
    edges=(_one_clean,),
    wrong=lambda case: (_clean(case)[0], jnp.array([1.0, 0.0, 0.0]) * case[0][0]),
    neighbours=(
        without(ANY_FLIPS, _one_clean, exact=_clean_of_two_sizes),
        without(LEARNER, {**_one_clean, "decay": 1}),
        without(FOR_EVER, _one_clean, exact=_clean_stopped),
        without(ONE_CLEAN, _one_clean, exact=_none_clean),
        without(NO_SECOND, _one_of_three_wrong, exact=_shared_exactly),
    ),
)


def _faster(case):
    """Return contributions at convergence of the feature that is slower at the start, and of the faster one."""
    amplitude, crossover = case[0][:2], case[1][:2]
    last = jnp.stack(clean_share(list(1 - 2 * crossover)))
    faster = amplitude[0] * (1 - 2 * crossover[0]) >= amplitude[1] * (1 - 2 * crossover[1])
    return jnp.where(faster, last[1], last[0]), jnp.where(faster, last[0], last[1])


def _faster_exactly(case):
    last = ends_exactly(case["amplitudes"], case["flips"])
    faster = int(speed_exactly(case, 1) > speed_exactly(case, 0))
    return last[1 - faster], last[faster]


first_remains = inequality(
    "fol:first-remains",
    END,
    _faster,
    three_noisy,
    exact=_faster_exactly,
    family=Family("crossover probabilities (1/8, 1/4), amplitudes from 1/4, 1, 3", lambda: iter(two_features)),
)
