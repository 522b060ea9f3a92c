"""Chapter 5, features: which of several noisy copies of a label a gradient learner takes up first, and keeps (S33)."""

import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import jax
import jax.numpy as jnp
from flint import arb, arb_mat

from infoloop.claims.comparisons import inequality
from infoloop.exact.log_sums import Exact, exact_binary_entropy, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.learning.linear_networks import noisy_feature_moments, weights
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

FLIPPED = "features are the label times an amplitude, their signs flipped independently at rates below 1/2"
LEARNER = "a linear learner follows the gradient of the squared error from 0"
FEATURES = (FLIPPED, LEARNER)
FASTER, INFORMATIVE = "a1^2 (1 - 2 e1) >= a2^2 (1 - 2 e2)", "e1 <= e2"
AHEAD = (*FEATURES, FASTER, INFORMATIVE)


def _contributions(amplitude, crossover, t):
    """Return what each feature adds to the output, times the label, after time t: weight times amplitude."""
    return amplitude * weights(*noisy_feature_moments(amplitude, crossover), t)


def kept_together(crossovers: Sequence[Exact], dependent: Mapping[tuple[int, int], Exact]) -> list[list[fmpq]]:
    """Return the mean of the product of the signs of each two features, where `dependent` does not say otherwise."""
    kept = [1 - 2 * rational(e) for e in crossovers]
    places = range(len(kept))

    def of(i, j):
        return fmpq(1) if i == j else rational(dependent.get((min(i, j), max(i, j)), kept[i] * kept[j]))

    return [[of(i, j) for j in places] for i in places]


def flow_exactly(
    amplitudes: Sequence[Exact],
    crossovers: Sequence[Exact],
    t: Exact,
    start: Sequence[Exact] = (),
    dependent: Mapping[tuple[int, int], Exact] = MappingProxyType({}),
) -> list[RealBall]:
    r"""Return the contributions $a_jw_j(t)$, by the exponential of t times the matrix of rows $(-\Lambda,c)$, $(0,0)$.

    The weights begin at `start`, 0 unless given; `dependent` is as in `kept_together`.

    >>> [v.digits(3) for v in flow_exactly([1, 1], ["0", "1/4"], 1)]
    ['0.585', '0.192']
    """
    a, together = [rational(x) for x in amplitudes], kept_together(crossovers, dependent)
    size, t = len(a), rational(t)
    first = [rational(x) for x in start] or [fmpq(0)] * size
    speeds = [x * (1 - 2 * rational(e)) * t for x, e in zip(a, crossovers, strict=True)]
    rows = [[-a[i] * a[j] * together[i][j] * t for j in range(size)] + [speeds[i]] for i in range(size)]
    rows.append([fmpq(0)] * (size + 1))

    def part(j):
        def ball() -> arb:
            grown = arb_mat(size + 1, size + 1, [arb(x) for row in rows for x in row]).exp()
            return sum((grown[j, k] * arb(x) for k, x in enumerate([*first, fmpq(1)])), arb(0)) * arb(a[j])

        return real_ball(ball)

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


def _flow(case):
    return flow_exactly(
        case["amplitudes"], case["flips"], case["t"], case.get("start", ()), case.get("dependent", MappingProxyType({}))
    )


def _ahead_exactly(case):
    first, second, *_ = _flow(case)
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


_alike_pair = {"amplitudes": ("1", "1"), "flips": ("1/8", "1/4"), "t": "1/10"}

ahead = inequality(
    "cnd:ahead-stays-ahead",
    (*AHEAD, "two features"),
    _ahead,
    random_numbers(5, _two),
    exact=_ahead_exactly,
    family=_pairs,
    edges=({"amplitudes": ("1", "1"), "flips": ("1/4", "1/4"), "t": "1"},),
    wrong=lambda case: _ahead(case)[::-1],
    neighbours=(
        unrefuted(FLIPPED, "no dependence of two flips was found that breaks it; the proof uses their independence"),
        without(LEARNER, {**_alike_pair, "start": ("0", "1")}),
        without(FASTER, {"amplitudes": ("1", "3"), "flips": ("1/8", "1/4"), "t": "1/10"}),
        without(INFORMATIVE, {"amplitudes": ("3", "1"), "flips": ("1/4", "1/16"), "t": "100"}),
        without("two features", {"amplitudes": ("10", "1/12", "1/12"), "flips": ("1/10", "1/9", "0"), "t": "1000"}),
        changed(
            "a in place of a^2", _ahead_exactly, {"amplitudes": ("1", "5/4"), "flips": ("1/8", "1/5"), "t": "1/10"}
        ),
    ),
)


def _alike(normals):
    """Return three features of one amplitude, the most informative first, and a time."""
    return jnp.full(3, jnp.exp(normals[3] / 4)), jnp.sort(jax.nn.sigmoid(normals[:3])) / 2, jnp.exp(normals[4])


def _in_order(case):
    found = _contributions(*case)
    return found[1:], found[:-1]


def _in_order_exactly(case):
    found = _flow(case)
    return found[case["pair"] + 1], found[case["pair"]]


EQUAL, IN_ORDER = "all amplitudes are equal", "e1 <= e2 <= e3"
_three_alike = {"amplitudes": ("1",) * 3, "flips": ("1/8", "1/4", "3/8"), "t": "1/10", "pair": 0}

equal_amplitudes = inequality(
    "cnd:equal-amplitudes",
    (*FEATURES, EQUAL, IN_ORDER),
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
    neighbours=(
        # the second and the third are never wrong together
        without(FLIPPED, {**_three_alike, "flips": ("1/5", "1/4", "1/4"), "t": "100", "dependent": {(1, 2): 0}}),
        without(LEARNER, {**_three_alike, "start": ("0", "1", "0")}),
        without(EQUAL, {**_three_alike, "amplitudes": ("1", "3", "1")}),
        without(IN_ORDER, {**_three_alike, "flips": ("1/4", "1/8", "3/8")}),
    ),
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


def _noisy(normals):
    """Return three features with amplitudes about 1 and crossover probabilities between 1/20 and 1/2."""
    return jnp.exp(normals[:3] / 4), 0.05 + 0.45 * jax.nn.sigmoid(normals[3:])


three_noisy = random_numbers(6, _noisy)
AMPLITUDES, CROSSOVERS = ("1/4", "1", "3"), ("1/16", "1/8", "1/4", "3/8")


def _first(case):
    """Return speeds of the weights at the start, that of the less informative feature first."""
    amplitude, crossover = case[0][:2], jnp.sort(case[1][:2])
    _, speed = noisy_feature_moments(amplitude, crossover)
    return speed[1], speed[0]


def speed_exactly(case: dict, j: int) -> fmpq:
    """Return the speed at which the weight of feature j starts."""
    return rational(case["amplitudes"][j]) * (1 - 2 * rational(case["flips"][j]))


def _first_exactly(case):
    information = [1 - exact_binary_entropy(rational(e)) for e in case["flips"]]
    assert (information[0] - information[1]).sign() > 0
    return speed_exactly(case, 1), speed_exactly(case, 0)


two_features = [{"flips": ("1/8", "1/4"), "amplitudes": pair} for pair in itertools.product(AMPLITUDES, repeat=2)]

informative_first = inequality(
    "fol:most-informative-first",
    (*FEATURES, "I(label;x1) > I(label;x2)"),
    _first,
    three_noisy,
    exact=_first_exactly,
    family=Family("crossover probabilities (1/8, 1/4), amplitudes from 1/4, 1, 3", lambda: iter(two_features)),
)
