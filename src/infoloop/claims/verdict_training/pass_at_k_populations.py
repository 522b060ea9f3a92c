r"""Chapter 6, pass@k of a population: the mean of Cover, its rise in k, what spread costs, and Beta rates (S52)."""

import math
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.learning.pass_at_k import cover, fail_bounds, log_fail, pass_at, pass_at_slope
from infoloop.learning.question_populations import BetaRates, FixedRates
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

INDEPENDENT = "attempts at a question are independent given its rate"
BETA = "rates have the law Beta(a, b)"
_q = fmpq(1, 4)
POPULATIONS = (  # rates and weights
    ((fmpq(1, 2),), (fmpq(1),)),
    ((_q, 3 * _q), (fmpq(1, 2), fmpq(1, 2))),
    ((fmpq(0), fmpq(1, 3), fmpq(1)), (_q, fmpq(1, 2), _q)),
    ((fmpq(1, 10), fmpq(1, 5), fmpq(9, 10)), (fmpq(3, 5), fmpq(3, 10), fmpq(1, 10))),
)
_spread = random_numbers(8, lambda x: FixedRates(jax.nn.sigmoid(2 * x[:4]), jax.nn.softmax(x[4:])))
_grid = Family(
    "four populations of one to three rates, k from 1 to 6",
    lambda: parameter_grid(population=POPULATIONS, k=range(1, 7)),
)
KS = jnp.arange(1.0, 7.0)


def mean_over(population: tuple[Sequence[Number], Sequence[Number]], value: Callable[[Number], Number]) -> Number:
    """Return the mean of a function of the rate.

    >>> mean_over(POPULATIONS[1], lambda p: p)
    1/2
    """
    return sum(w * value(p) for p, w in zip(*population, strict=True))


def _passed(case, add=0):
    """Return pass@(k + add), also of attempts that depend on each other in some way."""
    k, attempts = case["k"] + add, case.get("attempts")
    if attempts == "only the third passes":
        return fmpq(k >= 3)
    if attempts == "the second passes where the first fails":
        return fmpq(1) if k >= 2 else mean_over(case["population"], lambda p: p)
    return mean_over(case["population"], lambda p: 1 - (1 - p) ** (1 if attempts == "all alike" else k))


def _cover_integral(case):
    """Integrate by the trapezoidal rule between rates, where Cover does not change, on the primitive -(1-t)^k."""
    rates = jnp.sort(case.rates)
    ends = jnp.concatenate([jnp.zeros(1), rates])
    steps = (1 - ends[:-1, None]) ** KS - (1 - ends[1:, None]) ** KS
    return pass_at(case, KS), cover(case, rates) @ steps


def weighted_cover(population: tuple[Sequence[fmpq], Sequence[fmpq]], weight: Sequence[fmpq]) -> fmpq:
    r"""Return $\int_0^1g(t)P(p\ge t)\,dt$, g given by its coefficients: power by power, between rates.

    >>> weighted_cover(POPULATIONS[1], [fmpq(1)])
    1/2
    """
    rates, weights = population
    total, below = fmpq(0), fmpq(0)
    for rate in sorted(set(rates)):
        covered = sum(w for p, w in zip(rates, weights, strict=True) if p >= rate)
        powers = (c * (rate ** (j + 1) - below ** (j + 1)) / (j + 1) for j, c in enumerate(weight))
        total, below = total + covered * sum(powers, fmpq(0)), rate
    return total


def _density(k):
    """Return the coefficients of k (1-t)^(k-1)."""
    return [fmpq(k * math.comb(k - 1, j) * (-1) ** j) for j in range(k)]


_pair = {"population": POPULATIONS[1], "k": 3}
cover_mean = equality(
    "thm:cover-mean",
    (INDEPENDENT,),
    _cover_integral,
    _spread,
    exact=lambda case: (_passed(case), weighted_cover(case["population"], _density(case["k"]))),
    family=_grid,
    edges=(_pair,),
    neighbours=(
        without(INDEPENDENT, {**_pair, "attempts": "all alike"}),
        changed(
            "Cover's plain mean, which is pass@1",
            lambda case: (_passed(case), weighted_cover(case["population"], [fmpq(1)])),
        ),
        changed(
            "the weight k t^(k-1), of the largest of k uniform numbers",
            lambda case: (
                _passed(case),
                weighted_cover(case["population"], [fmpq(0)] * (case["k"] - 1) + [fmpq(case["k"])]),
            ),
        ),
    ),
    wrong=lambda case: (_cover_integral(case)[0], 1 - (1 - case.weights @ case.rates) ** KS),
)


def _slope(case):
    """Return the slope of pass@k as all rates rise alike, by automatic differentiation, and its formula."""

    def risen(by):
        return pass_at(FixedRates(case.rates + by, case.weights), KS)

    return jax.jacfwd(risen)(0.0), pass_at_slope(case.rates[:, None], KS).T @ case.weights


def _slope_exactly(case):
    """Return the mean slope by the expanded polynomial, and by the formula: of all rates, or pooled at their mean."""
    k, population = case["k"], case["population"]
    degree = 1 if case.get("attempts") == "all alike" else k
    terms = [(-1) ** (j + 1) * math.comb(degree, j) * j for j in range(1, degree + 1)]
    slope = mean_over(population, lambda p: sum((t * p**j for j, t in enumerate(terms)), fmpq(0)))
    return slope, mean_over(population, lambda p: k * (1 - p) ** (k - 1))


def _pooled(case):
    mean = mean_over(case["population"], lambda p: p)
    return _slope_exactly(case)[0], case["k"] * (1 - mean) ** (case["k"] - 1)


slope_of_pass = equality(
    "thm:pass-at-k-slope",
    (INDEPENDENT,),
    _slope,
    _spread,
    exact=_slope_exactly,
    family=_grid,
    edges=(_pair,),
    neighbours=(
        without(INDEPENDENT, {**_pair, "attempts": "all alike"}),
        changed("at the mean rate in place of the mean over questions", _pooled),
    ),
    wrong=lambda case: (_slope(case)[0], KS * (1 - case.weights @ case.rates) ** (KS - 1)),
)


def _gains(case):
    passed = pass_at(case, jnp.arange(1.0, 9.0))
    gains = jnp.diff(passed)
    return jnp.concatenate([passed[:-1], gains[1:]]), jnp.concatenate([passed[1:], gains[:-1]])


def _gains_exactly(case):
    """Return pass@k and pass@(k+1), or the gains from k+1 to k+2 and from k to k+1."""
    if case["what"] == "values":
        return _passed(case), _passed(case, 1)
    return _passed(case, 2) - _passed(case, 1), _passed(case, 1) - _passed(case)


_sure = {"population": ((fmpq(1),), (fmpq(1),)), "k": 2, "what": "values"}
pass_rises = inequality(
    "thm:pass-at-k-rises",
    (INDEPENDENT,),
    _gains,
    _spread,
    exact=_gains_exactly,
    family=Family(
        f"{_grid.description}, values and gains",
        lambda: parameter_grid(what=("values", "gains"), population=POPULATIONS, k=range(1, 7)),
    ),
    edges=(_sure,),
    ceiling=lambda case: fmpq(1),
    neighbours=(
        without(
            INDEPENDENT, {"what": "gains", "population": POPULATIONS[0], "k": 1, "attempts": "only the third passes"}
        ),
        changed(
            "a gain from k to k+1 as large as the first one",
            lambda case: (_passed(case) - _passed(case, -1), _passed(case, 1) - _passed(case)),
            _pair,
        ),
    ),
    wrong=lambda case: _gains(case)[::-1],
)


def _jensen(case):
    return pass_at(case, KS), 1 - (1 - case.weights @ case.rates) ** KS


def _jensen_exactly(case):
    mean = mean_over(case["population"], lambda p: p)
    return _passed(case), 1 - (1 - mean) ** case["k"]


spread_costs = inequality(
    "thm:spread-costs-pass-at-k",
    (INDEPENDENT,),
    _jensen,
    _spread,
    exact=_jensen_exactly,
    family=_grid,
    edges=({"population": POPULATIONS[0], "k": 3},),
    ceiling=lambda case: fmpq(1),
    neighbours=(
        without(
            INDEPENDENT, {"population": POPULATIONS[0], "k": 2, "attempts": "the second passes where the first fails"}
        ),
        changed("at least in place of at most", lambda case: _jensen_exactly(case)[::-1]),
    ),
    wrong=lambda case: _jensen(case)[::-1],
)


def _beta_sides(case):
    a, b = case
    law = BetaRates(a, b)
    products = [jnp.prod((b + jnp.arange(k)) / (a + b + jnp.arange(k))) for k in range(1, 7)]
    return jnp.exp(log_fail(law, KS)), jnp.stack(products)


_shapes = random_numbers(2, lambda x: jnp.exp(1.5 * x))


def product_of_ratios(a: fmpq, b: fmpq, k: int) -> fmpq:
    r"""Return $\prod_{j<k}\frac{b+j}{a+b+j}=\frac{\Gamma(b+k)\Gamma(a+b)}{\Gamma(b)\Gamma(a+b+k)}$.

    >>> product_of_ratios(fmpq(1), fmpq(2), 2)
    1/2
    """
    return math.prod(((b + j) / (a + b + j) for j in range(k)), start=fmpq(1))


def _beta_exactly(case):
    """Return E(1-p)^k by moments of the law, and the product; or, of a law that is no Beta, of two rates."""
    a, b, k = case["a"], case["b"], case["k"]
    if case.get("rates") == "0 or 1":
        return b / (a + b), product_of_ratios(a, b, k)
    moments = [math.prod(((a + i) / (a + b + i) for i in range(j)), start=fmpq(1)) for j in range(k + 1)]
    return sum(((-1) ** j * math.comb(k, j) * m for j, m in enumerate(moments)), fmpq(0)), product_of_ratios(a, b, k)


SHAPES = (fmpq(1, 3), fmpq(1, 2), fmpq(1), fmpq(2), fmpq(7, 2))
_beta_grid = Family(
    "a and b of 1/3, 1/2, 1, 2, 7/2; k = 1, 2, 5", lambda: parameter_grid(a=SHAPES, b=SHAPES, k=(1, 2, 5))
)
_beta = {"a": fmpq(1, 2), "b": fmpq(2), "k": 2}
beta_pass = equality(
    "thm:beta-pass-at-k",
    (BETA, INDEPENDENT),
    _beta_sides,
    _shapes,
    exact=_beta_exactly,
    family=_beta_grid,
    edges=(_beta,),
    neighbours=(
        without(BETA, {**_beta, "rates": "0 or 1"}),
        without(INDEPENDENT, _beta, exact=lambda case: (case["b"] / (case["a"] + case["b"]), _beta_exactly(case)[1])),
        changed(
            "a and b exchanged",
            lambda case: (_beta_exactly(case)[0], product_of_ratios(case["b"], case["a"], case["k"])),
        ),
    ),
    wrong=lambda case: (_beta_sides(case)[0], (case[1] / (case[0] + case[1])) ** KS),
)


def _bounds(case):
    law = BetaRates(*case)
    low, high = fail_bounds(law, KS)
    fails = jnp.exp(log_fail(law, KS))
    return jnp.concatenate([low, fails]), jnp.concatenate([fails, high])


def _power(a, b, at, constant=True):
    """Return Gamma(a+b)/Gamma(b) at^-a: a rational for whole a, else a ball."""
    if a.denom() == 1:
        whole = int(a.numer())
        return math.prod((b + j for j in range(whole)), start=fmpq(1)) ** constant / at**whole
    ratio = real_ball(lambda: arb(a + b).gamma() / arb(b).gamma()) if constant else RealBall(lambda: arb(1))
    return ratio * real_ball(lambda: (arb(at).log() * -arb(a)).exp())


def _ends(a, b, k, parts=2):
    """Return the lower and the upper bound: at k + b and at k + b + (a-1)/2."""
    plain, shifted = _power(a, b, k + b), _power(a, b, k + b + (a - 1) / parts)
    return (plain, shifted) if a <= 1 else (shifted, plain)


def _bounded(case, ends=_ends):
    a, b, k = case["a"], case["b"], case["k"]
    low, high = ends(a, b, k)
    fails = b / (a + b) if case.get("rates") == "0 or 1" else product_of_ratios(a, b, k)
    return (low, fails) if case["bound"] == "lower" else (fails, high)


def _both(a, b, k):
    plain = _power(a, b, fmpq(k) + b, constant=False)
    return plain, plain


beta_bounds = inequality(
    "thm:beta-power-law",
    (BETA, INDEPENDENT, "k >= 1"),
    _bounds,
    _shapes,
    exact=_bounded,
    family=Family(
        "a of 1/3, 1/2, 1, 2, 3, 7/2, b of 1/3, 1/2, 1, 2, 7/2; k = 1, 2, 5, 20; both bounds",
        lambda: parameter_grid(bound=("lower", "upper"), a=(*SHAPES, fmpq(3)), b=SHAPES, k=(1, 2, 5, 20)),
    ),
    edges=({"bound": "upper", "a": fmpq(1), "b": fmpq(2), "k": 3},),
    ceiling=lambda case: fmpq(2) if case["bound"] == "lower" else fmpq(1),
    neighbours=(
        without(BETA, {**_beta, "k": 20, "rates": "0 or 1", "bound": "upper"}),
        without(
            INDEPENDENT,
            {**_beta, "k": 20, "bound": "upper"},
            exact=lambda case: (case["b"] / (case["a"] + case["b"]), _ends(case["a"], case["b"], case["k"])[1]),
        ),
        unrefuted("k >= 1", "it keeps k + b + (a-1)/2 above 0, without which the bound is no number"),
        changed("without the constant", lambda case: _bounded(case, _both), {**_beta, "bound": "upper"}),
        changed(
            "the exponent b",
            lambda case: (_bounded(case)[0], _power(case["b"], case["a"], case["k"] + case["a"])),
            {"a": fmpq(1), "b": fmpq(2), "k": 20, "bound": "upper"},
        ),
        changed(
            "(a-1)/3 in place of (a-1)/2",
            lambda case: _bounded(case, lambda a, b, k: _ends(a, b, k, parts=3)),
            {"a": fmpq(3), "b": fmpq(1), "k": 20, "bound": "lower"},
        ),
    ),
    wrong=lambda case: _bounds((case[1], case[0]))[:1] + _bounds(case)[1:],
)
