"""Chapter 5, features: which of several noisy copies of a label a gradient learner takes up first, and keeps (S33)."""

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flint import arb, arb_mat, fmpq_mat

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import Exact, exact_binary_entropy, fmpq, rational
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.learning.linear_networks import noisy_feature_moments, weights
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.parameter_grids import parameter_grid

FEATURES = (
    "features are the label times an amplitude, their signs flipped independently at rates below 1/2",
    "a linear learner follows the gradient of the squared error from 0",
)
END = (*FEATURES, "training runs for ever")
AHEAD = (*FEATURES, "a1^2 (1 - 2 e1) >= a2^2 (1 - 2 e2) and e1 <= e2")


def _contributions(amplitude, crossover, t):
    """Return what each feature adds to the output, times the label, after time t: weight times amplitude."""
    return amplitude * weights(*noisy_feature_moments(amplitude, crossover), t)


def flow_exactly(amplitudes: Sequence[Exact], crossovers: Sequence[Exact], t: Exact) -> list[RealBall]:
    r"""Return the contributions $a_jw_j(t)$, by the exponential of t times the matrix of rows $(-\Lambda,c)$, $(0,0)$.

    >>> [v.digits(3) for v in flow_exactly([1, 1], ["0", "1/4"], 1)]
    ['0.585', '0.192']
    """
    a, kept = [rational(x) for x in amplitudes], [1 - 2 * rational(e) for e in crossovers]
    c, size, t = [x * k for x, k in zip(a, kept, strict=True)], len(a), rational(t)
    rows = [[-(a[i] * a[i] if i == j else c[i] * c[j]) * t for j in range(size)] + [c[i] * t] for i in range(size)]
    rows.append([fmpq(0)] * (size + 1))

    def part(j):
        return real_ball(
            lambda: arb_mat(size + 1, size + 1, [arb(x) for row in rows for x in row]).exp()[j, size] * arb(a[j])
        )

    return [part(j) for j in range(size)]


def _two(normals):
    """Return two features, the first ahead in information and in speed, and a time."""
    crossovers = jnp.sort(jax.nn.sigmoid(normals[:2])) / 2
    kept = 1 - 2 * crossovers
    first = jnp.exp(normals[2] / 2)
    second = first * jnp.sqrt(kept[0] / kept[1]) * jax.nn.sigmoid(2 * normals[3])
    return jnp.stack([first, second]), crossovers, jnp.exp(normals[4])


def _ahead(case):
    first, second = _contributions(*case)
    return second, first


def _ahead_exactly(case):
    first, second, *_ = flow_exactly(case["amplitudes"], case["flips"], case["t"])
    return second, first


TIMES = ("1/10", "1", "10", "100")
_pairs = Family(
    "amplitudes (1, 1), (2, 1), (1, 3/2), crossover probabilities (0, 1/4), (1/8, 1/4), (1/8, 3/8) where the first "
    "is ahead; times 1/10, 1, 10, 100",
    lambda: (
        case
        for case in parameter_grid(
            amplitudes=(("1", "1"), ("2", "1"), ("1", "3/2")),
            flips=(("0", "1/4"), ("1/8", "1/4"), ("1/8", "3/8")),
            t=TIMES,
        )
        if _starts_ahead(case)
    ),
)


def _starts_ahead(case):
    fast = [rational(a) ** 2 * (1 - 2 * rational(e)) for a, e in zip(case["amplitudes"], case["flips"], strict=True)]
    return fast[0] >= fast[1]


ahead = inequality(
    "cnd:ahead-stays-ahead",
    (*AHEAD, "two features"),
    _ahead,
    random_numbers(5, _two),
    exact=_ahead_exactly,
    family=_pairs,
    edges=({"amplitudes": ("1", "1"), "flips": ("1/4", "1/4"), "t": "1"},),
    wrong=lambda case: _ahead(case)[::-1],
)


def _alike(normals):
    """Return three features of one amplitude, the most informative first, and a time."""
    return jnp.full(3, jnp.exp(normals[3] / 4)), jnp.sort(jax.nn.sigmoid(normals[:3])) / 2, jnp.exp(normals[4])


def _in_order(case):
    found = _contributions(*case)
    return found[1:], found[:-1]


def _in_order_exactly(case):
    found = flow_exactly(case["amplitudes"], case["flips"], case["t"])
    return found[case["pair"] + 1], found[case["pair"]]


equal_amplitudes = inequality(
    "cnd:equal-amplitudes",
    (*FEATURES, "all amplitudes are equal", "e1 <= e2 <= e3"),
    _in_order,
    random_numbers(5, _alike),
    exact=_in_order_exactly,
    family=Family(
        "three features of amplitude 1 and 3, crossover probabilities from 0, 1/16, 1/4, 3/8 in order, "
        "times 1/10, 1, 10, 100, each pair",
        lambda: parameter_grid(
            amplitudes=(("1",) * 3, ("3",) * 3),
            flips=list(itertools.combinations(("0", "1/16", "1/4", "3/8"), 3)),
            t=TIMES,
            pair=(0, 1),
        ),
    ),
    edges=({"amplitudes": ("1",) * 3, "flips": ("1/8", "1/8", "1/4"), "t": "1", "pair": 0},),
    wrong=lambda case: _in_order(case)[::-1],
)


def _three(normals):
    """Return three features, the first ahead of the second in information and in speed, and a time."""
    amplitudes, crossovers, t = _two(normals)
    return jnp.append(amplitudes, jnp.exp(normals[5])), jnp.append(crossovers, jax.nn.sigmoid(normals[6]) / 2), t


def _ahead_of_three(case):
    contributions = _contributions(*case)
    return contributions[1], contributions[0]


ahead_of_many = inequality(
    "fol:ahead-for-ever",
    (*AHEAD, "three features"),
    _ahead_of_three,
    random_numbers(7, _three),
    exact=_ahead_exactly,
    family=Family(
        "amplitudes (1, 1, 1) and (10, 1/12, 1/12), crossover probabilities (1/10, 1/9, 0), "
        "times 1/10, 1, 10, 100, 1000",
        lambda: parameter_grid(
            amplitudes=(("1", "1", "1"), ("10", "1/12", "1/12")), flips=(("1/10", "1/9", "0"),), t=(*TIMES, "1000")
        ),
    ),
)


def clean_share(kept: Sequence[Number]) -> list[Number]:
    r"""Return $q_j/(1+\sum_k\kappa_kq_k)$ with $q_j=\frac{\kappa_j}{1-\kappa_j^2}$ for every j, no unit."""
    odds = [k / (1 - k * k) for k in kept]
    total = 1 + sum(k * q for k, q in zip(kept, odds, strict=True))
    return [q / total for q in odds]


def _ends(case):
    amplitude, crossover = case
    covariance, correlation = noisy_feature_moments(amplitude, crossover)
    return amplitude * jnp.linalg.solve(covariance, correlation), jnp.stack(clean_share(list(1 - 2 * crossover)))


def _noisy(normals):
    """Return three features with amplitudes about 1 and crossover probabilities between 1/20 and 1/2."""
    return jnp.exp(normals[:3] / 4), 0.05 + 0.45 * jax.nn.sigmoid(normals[3:])


_three_noisy = random_numbers(6, _noisy)


def ends_exactly(amplitudes: Sequence[Exact], crossovers: Sequence[Exact]) -> list[fmpq]:
    """Return the contributions at convergence, by solving the normal equations in rationals.

    >>> ends_exactly([1, 2], ["0", "1/4"])
    [1, 0]
    """
    a, kept = [rational(x) for x in amplitudes], [1 - 2 * rational(e) for e in crossovers]
    c = [x * k for x, k in zip(a, kept, strict=True)]
    size = len(c)
    normal = fmpq_mat(size, size, [a[i] ** 2 if i == j else c[i] * c[j] for i in range(size) for j in range(size)])
    solved = normal.solve(fmpq_mat(size, 1, c))
    return [a[j] * solved[j, 0] for j in range(size)]


_AMPLITUDES, _CROSSOVERS = ("1/4", "1", "3"), ("1/16", "1/8", "1/4", "3/8")


def _ends_exactly(case):
    kept = [1 - 2 * rational(e) for e in case["flips"]]
    return ends_exactly(case["amplitudes"], case["flips"])[0], clean_share(kept)[0]


ends = equality(
    "cnd:least-squares-end",
    (*END, "no crossover probability is 0"),
    _ends,
    _three_noisy,
    exact=_ends_exactly,
    family=Family(
        "three features, amplitudes from 1/4, 1, 3 and crossover probabilities from 1/16, 1/8, 1/4, 3/8 in "
        "every order, the first's contribution",
        lambda: parameter_grid(
            amplitudes=itertools.product(_AMPLITUDES, repeat=3), flips=list(itertools.permutations(_CROSSOVERS, 3))
        ),
    ),
    edges=({"amplitudes": ("1", "3", "1/4"), "flips": ("1/8", "1/4", "3/8")},),
    wrong=lambda case: (_ends(case)[0], case[0] * _ends(case)[1]),
)


def _clean(case):
    """Return the contributions at convergence where the first feature never flips, and (1, 0, 0)."""
    amplitude, crossover = case
    covariance, correlation = noisy_feature_moments(amplitude, crossover.at[0].set(0.0))
    return amplitude * jnp.linalg.solve(covariance, correlation), jnp.array([1.0, 0.0, 0.0])


def _clean_exactly(case):
    found = ends_exactly(case["amplitudes"], ("0", *case["flips"]))
    return found[case["feature"]], int(case["feature"] == 0)


clean = equality(
    "cnd:clean-feature",
    (*END, "exactly one feature never flips"),
    _clean,
    _three_noisy,
    exact=_clean_exactly,
    family=Family(
        "three features, amplitudes from 1/4, 1, 3 in every order, "
        "crossover probabilities (0, 1/16, 1/8), (0, 1/4, 3/8); each feature",
        lambda: parameter_grid(
            amplitudes=list(itertools.permutations(_AMPLITUDES)),
            flips=(_CROSSOVERS[:2], _CROSSOVERS[2:]),
            feature=range(3),
        ),
    ),
    edges=({"amplitudes": ("1/4", "1", "3"), "flips": _CROSSOVERS[:2], "feature": 0},),
    wrong=lambda case: (_clean(case)[0], jnp.array([1.0, 0.0, 0.0]) * case[0][0]),
)


def _first(case):
    """Return speeds of the weights at the start, that of the less informative feature first."""
    amplitude, crossover = case[0][:2], jnp.sort(case[1][:2])
    _, speed = noisy_feature_moments(amplitude, crossover)
    return speed[1], speed[0]


def _speed_exactly(case, j):
    return rational(case["amplitudes"][j]) * (1 - 2 * rational(case["flips"][j]))


def _first_exactly(case):
    information = [1 - exact_binary_entropy(rational(e)) for e in case["flips"]]
    assert (information[0] - information[1]).sign() > 0
    return _speed_exactly(case, 1), _speed_exactly(case, 0)


_two_features = [{"flips": ("1/8", "1/4"), "amplitudes": pair} for pair in itertools.product(_AMPLITUDES, repeat=2)]

informative_first = inequality(
    "fol:most-informative-first",
    (*FEATURES, "I(label;x1) > I(label;x2)"),
    _first,
    _three_noisy,
    exact=_first_exactly,
    family=Family("crossover probabilities (1/8, 1/4), amplitudes from 1/4, 1, 3", lambda: iter(_two_features)),
)


def _faster(case):
    """Return contributions at convergence of the feature that is slower at the start, and of the faster one."""
    amplitude, crossover = case[0][:2], case[1][:2]
    last = jnp.stack(clean_share(list(1 - 2 * crossover)))
    faster = amplitude[0] * (1 - 2 * crossover[0]) >= amplitude[1] * (1 - 2 * crossover[1])
    return jnp.where(faster, last[1], last[0]), jnp.where(faster, last[0], last[1])


def _faster_exactly(case):
    last = ends_exactly(case["amplitudes"], case["flips"])
    faster = int(_speed_exactly(case, 1) > _speed_exactly(case, 0))
    return last[1 - faster], last[faster]


first_remains = inequality(
    "fol:first-remains",
    END,
    _faster,
    _three_noisy,
    exact=_faster_exactly,
    family=Family("crossover probabilities (1/8, 1/4), amplitudes from 1/4, 1, 3", lambda: iter(_two_features)),
)
