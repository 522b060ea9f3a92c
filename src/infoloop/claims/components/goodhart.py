"""Chapter 5, overselection: the best of n by a proxy, with independent error and with a rare exploit (S35, S36)."""

import itertools
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flint import acb, arb, fmpq_poly

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.learning.goodhart import hack_gold, hack_optimum, mean_maximum, selected_value
from infoloop.statements.cases import Family, random_numbers, random_probabilities
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

PART_VALUES = (0, 1, 3)
VALUE_PARTS, PARTS, DRAWS = 2, 3, 4
SUMS = (
    "V and X are sums of k and l independent parts with one law",
    "the best of n is chosen by V + X, ties by chance",
)
GAUSSIAN = ("V and X are independent normals", "the best of n is chosen by V + X")
HACK = ("a hack of mass delta beats all others and is worth 0", "otherwise the proxy is the value, uniform on [0, 1]")
LEAST_MARGIN, EDGE = fmpq(1, 2**40), 24  # how far apart the sides may be; deviations beyond which tails are bounded
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
SAMPLE_SIZES = np.arange(1, 9)


def sum_law(law: Sequence[Number], parts: int) -> list[Number]:
    """Return the law of a sum of `parts` independent values 0, 1, 3, by convolution; for floats and exact rationals.

    >>> sum_law([fmpq(1, 2), fmpq(1, 2), fmpq(0)], 2)[:3]
    [1/4, 1/2, 1/4]
    """
    found = [law[0] / law[0]]
    for _ in range(parts):
        longer = [0] * (len(found) + max(PART_VALUES))
        for place, mass in enumerate(found):
            for value, mass_of_value in zip(PART_VALUES, law, strict=True):
                longer[place + value] = longer[place + value] + mass * mass_of_value
        found = longer
    return found


def _best(value_law, error_law, draws):
    r"""Return $E[V\mid\text{best}]$ and $E\max U$, $U=V+X$, from the laws of V and X; ties do not matter given U."""
    most = len(value_law) + len(error_law) - 1
    total, part = [0] * most, [0] * most
    for (v, p), (x, q) in itertools.product(enumerate(value_law), enumerate(error_law)):
        total[v + x] = total[v + x] + p * q
        part[v + x] = part[v + x] + v * p * q
    chosen, largest, below = 0, 0, 0
    for u, (mass, weighted) in enumerate(zip(total, part, strict=True)):
        # (below + mass)^n - below^n = mass times this sum: no division by a mass that may be 0
        share = sum((below + mass) ** i * below ** (draws - 1 - i) for i in range(draws))
        chosen, largest, below = chosen + weighted * share, largest + u * mass * share, below + mass
    return chosen, largest


def _shared(law):
    chosen, largest = _best(sum_law(list(law), VALUE_PARTS), sum_law(list(law), PARTS - VALUE_PARTS), DRAWS)
    return chosen, VALUE_PARTS / PARTS * largest


def _shared_exactly(case, more=0):
    """Return E[V | best] and its share of E max U; the parts of the error may have a law of their own."""
    law, other = ([rational(p) for p in case.get(name, case["law"])] for name in ("law", "error law"))
    chosen, largest = _best(sum_law(law, case["value"]), sum_law(other, case["error"]), case["n"])
    return chosen, largest * fmpq(case["value"] + more, case["value"] + more + case["error"])


def _chosen_by_value(case):
    """Return E max V, the value of the best of n by V alone, and the share of E max U."""
    law = [rational(p) for p in case["law"]]
    return _best(sum_law(law, case["value"]), [fmpq(1)], case["n"])[0], _shared_exactly(case)[1]


_three_parts = {"law": ("1/2", "1/4", "1/4"), "value": 2, "error": 1, "n": 3}


shared = equality(
    "thm:goodhart-shares",
    SUMS,
    _shared,
    random_numbers(3, jax.nn.softmax, spread=2),
    exact=_shared_exactly,
    family=Family(
        "values 0, 1, 3 with masses (1/2, 1/2, 0), (1/3, 1/3, 1/3), (3/4, 1/8, 1/8), V and X sums of 1 to 3 of them, "
        "the best of 1, 2, 5",
        lambda: parameter_grid(
            law=(("1/2", "1/2", 0), ("1/3", "1/3", "1/3"), ("3/4", "1/8", "1/8")),
            value=(1, 2, 3),
            error=(1, 2, 3),
            n=(1, 2, 5),
        ),
    ),
    edges=(_three_parts,),
    wrong=lambda law: (_shared(law)[0], math.sqrt(PARTS / VALUE_PARTS) * _shared(law)[1]),
    neighbours=(
        without(SUMS[0], {**_three_parts, "error law": ("1/2", "1/2", 0)}),
        without(SUMS[1], _three_parts, exact=_chosen_by_value),
        changed("a part more in the value", lambda case: _shared_exactly(case, more=1)),
    ),
)


def _by_quadrature(case):
    """Return E[V | best of n] as a double integral over V and X, n = 2 and 3."""
    value, error = case
    at = 0.4 * np.arange(-20, 21)
    weight = np.exp(-(at**2) / 2) * 0.4 / math.sqrt(2 * math.pi)
    v, x = value * at[:, None], error * at[None, :]
    below = jax.scipy.special.ndtr((v + x) / jnp.sqrt(value**2 + error**2))
    cells = v * weight[:, None] * weight[None, :]
    return jnp.stack([n * (cells * below ** (n - 1)).sum() for n in (2, 3)])


def _gaussian(case):
    return _by_quadrature(case), selected_value(*case, jnp.array([2.0, 3.0]))


_deviations = random_numbers(2, lambda x: (jnp.exp(x[0] / 2), jnp.exp(x[1] / 2)))


def _within(one, other):
    """Return both orders, each with the margin: lesser <= greater in both says that the two agree to within it."""
    return jnp.stack([one, other]), jnp.stack([other, one]) + 2.0**-40


def _best_of_two(value: fmpq, error: fmpq) -> RealBall:
    r"""Return $\int2v\,\varphi_{\sigma_V}(v)\,\Phi\bigl(v/\sqrt{\sigma_V^2+2\sigma_X^2}\bigr)dv$: E[V | best of 2].

    By rigorous quadrature, with the tails as a radius. Given V = v, the first of two is the better one if the second's
    proxy, less the first's error, is below v.
    """

    def ball() -> arb:
        width = (arb(value * value + 2 * error * error) * 2).sqrt()

        def cell(v, _):
            return v * (-v * v / 2).exp() * (1 + (v * arb(value) / width).erf())

        inside = acb.integral(cell, -EDGE, EDGE).real * arb(value)
        tails = 4 * arb(value) * (-(arb(EDGE) ** 2) / 2).exp()
        return (inside + arb(0, tails.upper())) / (2 * arb.pi()).sqrt()

    return real_ball(ball)


def _share(case: dict) -> RealBall:
    value, error = case["value"], case["error"]
    return real_ball(lambda: arb(value * value) / arb(value * value + error * error).sqrt())


def _gaussian_exactly(case):
    sides = [_best_of_two(case["value"], case["error"]), _share(case) * _mean_maximum_exactly(2)]
    lesser, greater = sides if case["order"] == "as written" else sides[::-1]
    return lesser, greater + LEAST_MARGIN


def _coins_exactly(case):
    """Return the formula, and the best of 2 if V and X are fair coins of -1 and 1: E[V|U] = U/2 and E max U = 3/4."""
    chosen, _ = _best([fmpq(1, 2), 0, fmpq(1, 2)], [fmpq(1, 2), 0, fmpq(1, 2)], 2)  # of 1 + V and 1 + X
    return _share(case) * _mean_maximum_exactly(2), chosen - 1 + LEAST_MARGIN


def _by_value_exactly(case):
    """Return the best of 2 by V alone, and the formula."""
    return _mean_maximum_exactly(2) * case["value"], _share(case) * _mean_maximum_exactly(2) + LEAST_MARGIN


def _linear_share(case):
    """Return the best of 2, and the formula without its square root."""
    value, error = case["value"], case["error"]
    closed = _mean_maximum_exactly(2) * (value * value / (value + error))
    return _best_of_two(value, error), closed + LEAST_MARGIN


_alike = {"value": fmpq(1), "error": fmpq(1), "order": "as written"}


_spreads = [fmpq(1, 2), fmpq(1), fmpq(8)]

gaussian_selection = inequality(
    "thm:goodhart-gaussian",
    GAUSSIAN,
    lambda case: _within(*_gaussian(case)),
    _deviations,
    exact=_gaussian_exactly,
    family=Family(
        "deviations of value and error 1/2, 1, 8; the best of 2; either side at most the other and 2^-40",
        lambda: parameter_grid(value=_spreads, error=_spreads, order=("as written", "reversed")),
    ),
    edges=({"value": fmpq(1), "error": fmpq(1, 2), "order": "as written"},),
    wrong=lambda case: _within(_gaussian(case)[0], case[0] * mean_maximum(jnp.array([2.0, 3.0]))),
    neighbours=(
        without(GAUSSIAN[0], _alike, exact=_coins_exactly),
        without(GAUSSIAN[1], _alike, exact=_by_value_exactly),
        changed("deviations in place of variances", _linear_share, _alike),
    ),
)


def _mean_maximum_exactly(n: int) -> RealBall:
    r"""Return $m_2=\frac1{\sqrt\pi}$, $m_3=\frac3{2\sqrt\pi}$."""
    return real_ball(lambda: arb(n) * (n - 1) / (4 if n == 3 else 2) / arb.pi().sqrt())


def _harder(case):
    value, error = case
    gains = selected_value(value, error, jnp.array([2.0, 3.0, 8.0]))
    return gains[1:], gains[:-1]


def _harder_exactly(case):
    return _share(case) * _mean_maximum_exactly(3), _share(case) * _mean_maximum_exactly(2)


backfires = inequality(
    "fol:selection-backfires",
    GAUSSIAN,
    _harder,
    _deviations,
    exact=_harder_exactly,
    family=Family(
        "deviations of value and error 1/2, 1, 8; the best of 2 and of 3",
        lambda: parameter_grid(value=_spreads, error=_spreads),
    ),
)


def _gold_by_quadrature(mass):
    """Return the mean of the largest value if no hack is sampled, by Gauss-Legendre, exact for these polynomials."""
    u = (1 + _NODES) / 2
    powers = SAMPLE_SIZES[:, None] * u ** SAMPLE_SIZES[:, None]
    return (1 - mass) ** SAMPLE_SIZES * (powers * _WEIGHTS / 2).sum(1)


def gold_exactly(mass: fmpq, n: int) -> fmpq:
    r"""Return $\int u\,d\bigl((1-\delta)u\bigr)^n$ by polynomials; the bracket is P(no hack, all values up to u).

    >>> gold_exactly(fmpq(1, 2), 1)
    1/4
    """
    at_most = fmpq_poly([0, 1 - mass]) ** n
    return (fmpq_poly([0, 1]) * at_most.derivative()).integral()(fmpq(1))


def _gold_exactly(case):
    mass, n = case["mass"], case["n"]
    return gold_exactly(mass, n), (1 - mass) ** n * fmpq(n, n + 1)


def _worth_half(mass: fmpq, n: int) -> fmpq:
    """Return the value of the best of n if a hack is worth 1/2."""
    return gold_exactly(mass, n) + (1 - (1 - mass) ** n) / 2


def _squared(mass: fmpq, n: int) -> fmpq:
    """Return the value of the best of n if the value is the square of the proxy."""
    return (1 - mass) ** n * fmpq(n, n + 2)


_MASSES = [fmpq(0), fmpq(1, 100), fmpq(1, 16), fmpq(1, 3), fmpq(1)]
_best_ofs = Family(
    "masses 0, 1/100, 1/16, 1/3, 1; n from 1 to 12", lambda: parameter_grid(mass=_MASSES, n=range(1, 13))
)

_sixteenth = {"mass": fmpq(1, 16), "n": 3}

gold = equality(
    "thm:hack-gold",
    HACK,
    lambda case: (_gold_by_quadrature(case[0]), hack_gold(case[0], SAMPLE_SIZES)),
    random_probabilities(1),
    exact=_gold_exactly,
    family=_best_ofs,
    edges=({"mass": fmpq(1, 16), "n": 3},),
    wrong=lambda case: (_gold_by_quadrature(case[0]), hack_gold(case[0], SAMPLE_SIZES + 1)),
    neighbours=(
        without(HACK[0], _sixteenth, exact=lambda case: (_worth_half(**case), _gold_exactly(case)[1])),
        without(HACK[1], _sixteenth, exact=lambda case: (_squared(**case), _gold_exactly(case)[1])),
        changed(
            "1 - n delta",
            lambda case: (_gold_exactly(case)[0], (1 - case["n"] * case["mass"]) * case["n"] / (case["n"] + 1)),
        ),
    ),
)


def _optimum_exactly(case, value=gold_exactly, scale=1):
    """Return the value of the best of n, and of the best of n*; of 1000 if there is no n*, as without a hack."""
    mass, n = case["mass"], case["n"]
    best = 1
    while scale * mass * (best + 1) ** 2 < 1 and best < 1000:
        best += 1
    return value(mass, n), value(mass, best)


# at 1/(n + 1)^2 two n are as good; a mass a little less has n + 1 as its optimum, and a little more n
_just_above, _just_below = {"mass": fmpq(199, 3200), "n": 4}, {"mass": fmpq(201, 3200), "n": 3}

optimum = inequality(
    "thm:hack-optimum",
    (*HACK, "delta > 0"),
    lambda case: (hack_gold(case[0], SAMPLE_SIZES), hack_gold(case[0], hack_optimum(case[0]))),
    random_probabilities(1),
    exact=_optimum_exactly,
    family=Family(
        "masses 1/100, 1/30, 1/16, 1/9, 1/3, 1; n from 1 to 20",
        lambda: parameter_grid(mass=[fmpq(1, k) for k in (100, 30, 16, 9, 3, 1)], n=range(1, 21)),
    ),
    edges=(_sixteenth,),
    wrong=lambda case: (hack_gold(case[0], SAMPLE_SIZES), hack_gold(case[0], hack_optimum(case[0]) + 1)),
    neighbours=(
        without(HACK[0], {"mass": fmpq(1, 16), "n": 4}, exact=lambda case: _optimum_exactly(case, _worth_half)),
        without(HACK[1], {"mass": fmpq(1, 16), "n": 4}, exact=lambda case: _optimum_exactly(case, _squared)),
        without("delta > 0", {"mass": fmpq(0), "n": 1001}),
        changed("1 % more of delta", lambda case: _optimum_exactly(case, scale=fmpq(101, 100)), _just_above),
        changed("1 % less of delta", lambda case: _optimum_exactly(case, scale=fmpq(99, 100)), _just_below),
    ),
)

more_is_better = inequality(
    "fol:more-selection-is-better",
    (*HACK, "delta > 0"),
    lambda case: (hack_gold(case[0], SAMPLE_SIZES[:-1]), hack_gold(case[0], SAMPLE_SIZES[1:])),
    random_probabilities(1),
    exact=lambda case: tuple(gold_exactly(case["mass"], case["n"] + i) for i in (0, 1)),
    family=_best_ofs,
)
