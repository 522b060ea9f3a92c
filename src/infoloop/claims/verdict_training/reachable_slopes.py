"""Chapter 6, which objectives have a rule of n verdicts: polynomials of low degree, and no others (S64)."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality
from infoloop.claims.verdict_training.enumerated_groups import (
    ANSWERS,
    BINARY,
    DRAWN,
    POLICIES,
    REPEATED,
    SCORED,
    pass_rate,
    pass_rate_slope,
    update_moments,
)
from infoloop.claims.verdict_training.group_variance_formulas import ZERO_SUM
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.policy_gradient.difficulty_weights import advantages_for, difficulty_weight, weights_for
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

_rate = random_numbers(1, lambda x: jax.nn.sigmoid(2 * x[0]))
_four = {**ANSWERS, "size": 3, "parameter": 0}

NEEDED = "slope of a rule"
REACHED = "what is to be reached: F' is a polynomial of degree at most n - 2, or n - 1 if advantages need not sum to 0"


def bernstein_factors(powers: Sequence[Number], degree: int) -> list[fmpq]:
    r"""Return $b_c=\sum_{j\le c}\binom cja_j/\binom nj$, without the powers above the degree.

    >>> bernstein_factors([0, fmpq(1)], 2)
    [0, 1/2, 1]
    """
    scaled = [rational(a) / math.comb(degree, j) for j, a in enumerate(powers[: degree + 1])]
    return [sum((math.comb(c, j) * a for j, a in enumerate(scaled)), fmpq(0)) for c in range(degree + 1)]


def reaching_weights(powers: Sequence[Number], size: int) -> list[fmpq]:
    r"""Return $w_c=\frac{c(n-c)}{n(n-1)}b_{c-1}$, by which a zero-sum rule reaches a slope of degree at most $n-2$.

    >>> reaching_weights([fmpq(1)], 3)
    [1/3, 1/3]
    """
    b = bernstein_factors(powers, size - 2)
    return [b[c - 1] * c * (size - c) / (size * (size - 1)) for c in range(1, size)]


def interpolated(target: Callable[[Number], Number], nodes: Sequence[Number], rate: Number) -> Number:
    """Return at a rate the polynomial of least degree with the values of the target at the nodes.

    >>> interpolated(lambda p: p * p, [fmpq(0), fmpq(1)], fmpq(1, 2))
    1/2
    """
    total = 0 * rate
    for i, node in enumerate(nodes):
        others = [other for j, other in enumerate(nodes) if j != i]
        share = math.prod((rate - other) / (node - other) for other in others)
        total = total + target(node) * share
    return total


def _in_order(zero_sum: bool) -> Callable[[Sequence[int]], list[fmpq]]:
    """Return a rule that knows more than the number of right verdicts: which of the answers they are."""

    def rule(rewards):
        place = sum(int(r) << i for i, r in enumerate(rewards))
        found = [fmpq((i + 2) * (place + 3) % 7) for i in range(len(rewards))]
        return [a - sum(found, fmpq(0)) / len(found) * zero_sum for a in found]

    return rule


def slope_at(case: Mapping[str, Any], rate: fmpq) -> fmpq:
    r"""Return the expected update over $\nabla p$ of a case's rule, at a pass rate of a policy of two outputs.

    >>> str(slope_at({"size": 2, "sum": "0", "weights": ("1/2",)}, fmpq(1, 3)))
    '1'
    """
    pair = {"policy": (rate, 1 - rate), "right": (1, 0), "scores": ((1,), (0,)), "size": case["size"]}
    rule = None if "weights" in case else _in_order(case["sum"] == "0")
    update, _ = update_moments({**pair, "rule": "weights", "weights": case.get("weights")}, rule)
    return update[0] / pass_rate_slope(pair)[0]


def _necessary_exactly(case, fewer=0):
    """Return the slope of a rule at a rate, and what its values at n - 1 other rates, or n, make it if it must be."""
    nodes = [fmpq(k, 7) for k in range(1, case["size"] + (case["sum"] == "free") - fewer)]
    return slope_at(case, case["rate"]), interpolated(lambda p: slope_at(case, p), nodes, case["rate"])


def _reached_exactly(case):
    """Return one coordinate of the mean update of the rule made for a slope, and of the slope times the gradient."""
    if case.get("part") == NEEDED:
        return _necessary_exactly(case)
    slope, size, k = case["slope"], case["size"], case["parameter"]
    p = pass_rate(case)
    aim = sum((rational(a) * p**j for j, a in enumerate(slope)), fmpq(0)) * pass_rate_slope(case)[k]
    if case["sum"] == "free":
        a = [fmpq(0), *bernstein_factors(slope, size - 1)]
        return update_moments(case, lambda rewards: [a[int(sum(rewards))] * r for r in rewards])[0][k], aim
    weights = {"rule": "weights", "weights": reaching_weights(slope, size)}
    return update_moments({**case, **weights})[0][k], aim


def _reached(p):
    slope = jnp.array([1.0, -2.0, 3.0])
    w, a = weights_for(slope, 5), advantages_for(slope, 3)
    aim = slope[0] + slope[1] * p + slope[2] * p**2
    free = sum(math.comb(2, c) * p**c * (1 - p) ** (2 - c) * a[c] for c in range(3))
    return jnp.stack([difficulty_weight(p, w), free]), jnp.stack([aim, aim])


def _slopes(size, kind):
    highest = size - 1 if kind == "free" else size - 2
    yield from ((0,) * j + (1,) for j in range(highest + 1))
    yield ("1/2", -1, "2/3", 3)[: highest + 1]


def _reached_members():
    for policy, size, kind in itertools.product(POLICIES, (2, 3, 4), ("0", "free")):
        for slope in _slopes(size, kind):
            yield {**_four, "policy": policy, "size": size, "sum": kind, "slope": slope}
    for size, rate in itertools.product((2, 3, 4), (fmpq(1, 20), fmpq(9, 10))):
        for kind in ("0", "free"):
            yield {"part": NEEDED, "size": size, "sum": kind, "rate": rate}
        yield {"part": NEEDED, "size": size, "sum": "0", "rate": rate, "weights": ("1/3", 1, "-1/2")[: size - 1]}


def _powers_as_weights(case):
    found = update_moments({**case, "rule": "weights", "weights": case["slope"]})[0]
    return found[case["parameter"]], _reached_exactly(case)[1]


_four_in_order = {"part": NEEDED, "size": 4, "sum": "0", "rate": fmpq(1, 20)}
_pass_at_3 = {**_four, "sum": "free", "slope": (3, -6, 3)}
reached_slopes = equality(
    "thm:group-polynomials",
    (DRAWN, SCORED, BINARY, REACHED),
    _reached,
    _rate,
    exact=_reached_exactly,
    family=Family(
        "three policies over four outputs, groups of 2, 3 and 4, slopes p^j and another polynomial up to the highest "
        "degree, advantages that sum to 0 or not; of rules with weights such as (1/3, 1, -1/2), and of one that knows "
        "which answers are right, the slope at 1/20 and 9/10 by its values at n - 1 other rates, or n",
        _reached_members,
    ),
    edges=(_pass_at_3, {**_four, "sum": "0", "slope": (1, 1)}, _four_in_order),
    neighbours=(
        without(DRAWN, {**_pass_at_3, "answers": REPEATED}),
        without(SCORED, {**_four, "sum": "0", "slope": (1, 1), "mean score": "left"}),
        without(BINARY, {**_pass_at_3, "rewards": (1, 0, 0, 0)}),
        without(REACHED, {**_pass_at_3, "sum": "0"}),
        changed("pass@3 by groups of two, with any sum", _reached_exactly, {**_pass_at_3, "size": 2}),
        changed(
            "degree n - 3 of rules whose advantages sum to 0",
            lambda case: _necessary_exactly(case, fewer=1),
            _four_in_order,
        ),
        changed(
            "degree n - 2 of all rules",
            lambda case: _necessary_exactly(case, fewer=1),
            {**_four_in_order, "sum": "free"},
        ),
        changed(
            "the powers of the slope as weights, in place of its Bernstein coefficients",
            _powers_as_weights,
            {**_four, "sum": "0", "slope": (1, 1)},
        ),
    ),
    wrong=lambda p: (_reached(p)[0], jnp.full(2, 3 - 2 * p + p**2)),
)


FITTED = "a zero-sum rule of n verdicts has the slope of the objective at n - 1 pass rates"
_NODES = {n: [fmpq(k, n) for k in range(1, n)] for n in (2, 3, 4)}
_TARGETS = {
    "pass@n": lambda size: lambda p: size * (1 - p) ** (size - 1),
    "log p": lambda size: lambda p: 1 / p,
}


def _fitted(target):
    def exactly(case):
        goal = _TARGETS[target](case["size"])
        return interpolated(goal, _NODES[case["size"]], case["rate"]), goal(case["rate"])

    def sides(p):
        goal = _TARGETS[target](3)
        return interpolated(goal, [1 / 3, 2 / 3], p), goal(p)

    return {
        "assumes": (DRAWN, SCORED, BINARY, ZERO_SUM, FITTED),
        "sides": sides,
        "cases": _rate,
        "exact": exactly,
        "family": Family(
            "groups of 2, 3 and 4, pass rates 1/5, 2/5 and 4/5, the slope met at k/n",
            lambda: parameter_grid(size=(2, 3, 4), rate=[fmpq(k, 5) for k in (1, 2, 4)]),
        ),
    }


pass_at_group_size = equality("fol:pass-at-group-size", **_fitted("pass@n"))
log_rate = equality("fol:log-rate-by-groups", **_fitted("log p"))
