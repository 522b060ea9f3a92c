"""Chapter 1, bottlenecks: how much of what a state keeps of X is about Y, for bits and for Gaussians (S09)."""

import itertools

import flint
import jax
import jax.numpy as jnp
from flint import arb, fmpq_mat
from jaxtyping import Array, Float

from infoloop.claims.comparisons import Number, inequality
from infoloop.claims.processing.strong_data_processing import EIGHTHS, bsc_rows
from infoloop.exact.log_sums import LogSum, exact_binary_entropy
from infoloop.exact.rational_gaussians import RationalGaussian, RationalLinear
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.information.expressions import evaluate
from infoloop.information.gaussian_channels import bottleneck_thresholds
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channel_families import bsc
from infoloop.probability.channels import Channel, extend
from infoloop.probability.gaussians import Gaussian, LinearGaussian
from infoloop.probability.numerics import binary_convolution, binary_entropy, inverse_binary_entropy
from infoloop.statements.cases import Cases, Family, exact_law, random_bayes_nets
from infoloop.statements.neighbours import changed, without


def _gerber_cases() -> Cases:
    cases = random_bayes_nets("X", "T|X", "Y|X", T=3, X=2, Y=2)

    def build(logits):
        bit, state, link = cases.build(logits).factors
        assert isinstance(link, Channel)
        return BayesNet((bit, state, bsc(link.rows[0, 1], "X", "Y")))

    return Cases(cases.draw, build)


def gerber_bound(information: Number, crossover: Number) -> Float[Array, ""]:
    r"""Return $1-h(p*d)$ where $1-h(d)$ is the information about X: the most that a BSC(p) leaves, in bits."""
    return 1 - binary_entropy(binary_convolution(crossover, inverse_binary_entropy(1 - information)))


def _crossover(net: BayesNet):
    link = net.factors[2]
    assert isinstance(link, Channel)
    return link.rows[0, 1]


def _gerber(net: BayesNet):
    return evaluate("I(T;Y)", net), gerber_bound(evaluate("I(T;X)", net), _crossover(net))


def entropy_inverse(bits: LogSum) -> RealBall:
    """Return the rate up to 1/2 of a coin with this entropy, which is above 0 and below 1, by bisection.

    >>> entropy_inverse(exact_binary_entropy(fmpq(1, 8))).digits(8)
    '0.12500000'
    """

    def ball():
        precision = flint.ctx.prec
        wanted = bits.enclosure(precision)

        def last(certainly):
            """Return the end of the interval that is certainly on one side of the rate."""
            near, far = (fmpq(0), fmpq(1, 2)) if certainly == "below" else (fmpq(1, 2), fmpq(0))
            for _ in range(precision):
                middle = (near + far) / 2
                found = exact_binary_entropy(middle).enclosure(precision)
                sure = found < wanted if certainly == "below" else found > wanted
                near, far = (middle, far) if sure else (near, middle)
            return arb(near)

        return last("below").union(last("above"))

    return real_ball(ball)


def _gerber_exactly(case):
    """Return I(T;Y) and the bound; where T = BSC(d) of a fair X the rate d is known, else it is enclosed."""
    p, d = case["p"], case["d"]
    law = case["law"]
    kept = evaluate("I(T;X)", law)
    if d is None and kept.sign() == 0:
        d = fmpq(1, 2)
    if d is not None:
        return evaluate("I(T;Y)", law), 1 - exact_binary_entropy(binary_convolution(d, p))
    rate = entropy_inverse(1 - kept)
    return evaluate("I(T;Y)", law), 1 - ball_entropy(rate + (1 - rate * 2) * p)


def ball_entropy(rate: RealBall) -> RealBall:
    """Return the entropy of a coin, in bits.

    >>> ball_entropy(real_ball(lambda: arb(1) / 2)).digits(5)
    '1.0000'
    """

    def ball():
        masses = (rate.ball(), 1 - rate.ball())
        return -sum((p * p.log() for p in masses), arb(0)) / arb(2).log()

    return real_ball(ball)


def _states():
    """Yield P(X=1) and rows of T that are not the extremal ones: erasures, a Z-channel, and a state of four symbols."""
    eighth, half = fmpq(1, 8), fmpq(1, 2)
    rows = (
        [[half, 0, half], [0, half, half]],
        [[1, 0], [eighth, 1 - eighth]],
        [[eighth, 3 * eighth, 0, half], [0, 3 * eighth, half, eighth]],
    )
    yield from itertools.product((half, fmpq(1, 4)), rows)
    yield fmpq(1, 4), bsc_rows(eighth)


def _judged(one, rows, p, d=None):
    return {"law": exact_law({"X": [1 - one, one], "T|X": rows, "Y|X": bsc_rows(p)}), "p": p, "d": d}


def _gerber_members():
    for d, p in itertools.product(EIGHTHS[:5], EIGHTHS):
        yield _judged(fmpq(1, 2), bsc_rows(d), p, d)
    for (one, rows), p in itertools.product(_states(), EIGHTHS[1:4]):
        yield _judged(one, rows, p)


mrs_gerber = inequality(
    "thm:mrs-gerber",
    ("T -> X -> Y", "Y = BSC(p) of X"),
    _gerber,
    _gerber_cases(),
    exact=_gerber_exactly,
    family=Family(
        "the extremal T = BSC(d) of a fair X, d and p multiples of 1/8; and seven other states, also of X (1/4, 3/4)",
        _gerber_members,
    ),
    edges=(_judged(fmpq(1, 2), bsc_rows(fmpq(1, 8)), fmpq(1, 4), fmpq(1, 8)),),
    ceiling=lambda case: evaluate("I(T;X)", case["law"]),
    neighbours=(
        without(
            "T -> X -> Y",
            {
                "law": exact_law({"X": ["1/2", "1/2"], "Y|X": bsc_rows(fmpq(1, 4)), "T|Y": bsc_rows(fmpq(0))}),
                "p": fmpq(1, 4),
                "d": fmpq(1, 4),
            },
        ),
        without(
            "Y = BSC(p) of X",
            {
                "law": exact_law({"X": ["1/2", "1/2"], "T|X": bsc_rows(fmpq(0)), "Y|X": [[1, 0], ["1/2", "1/2"]]}),
                "p": fmpq(1, 4),
                "d": fmpq(0),
            },
        ),
        changed(
            "(1-2p)^2 (1 - h(d)) with 99/100 of it, the bound for small informations",
            lambda case: (
                evaluate("I(T;Y)", case["law"]),
                evaluate("I(T;X)", case["law"]) * (1 - 2 * case["p"]) ** 2 * fmpq(99, 100),
            ),
            _judged(fmpq(1, 2), bsc_rows(fmpq(49, 100)), fmpq(1, 4), fmpq(49, 100)),
        ),
    ),
    wrong=lambda net: (_gerber(net)[0], (1 - 2 * _crossover(net)) ** 4 * evaluate("I(T;X)", net)),
)


def _bottleneck_cases() -> Cases:
    def build(numbers):
        square, direction = numbers
        covariance = square @ square.T + jnp.eye(4) / 4
        law = Gaussian(jnp.zeros(4), covariance, ("X", "Y"), (2, 2))
        link = LinearGaussian(direction[None], jnp.eye(1), ("X",), ("T",), jnp.zeros(1))
        return extend(law, link)

    def draw(key):
        key_law, key_direction = jax.random.split(key)
        return jax.random.normal(key_law, (4, 4)), jax.random.normal(key_direction, (2,))

    return Cases(draw, build)


def _bottleneck(law: Gaussian):
    return evaluate("I(T;Y)", law), evaluate("I(T;X)", law) / bottleneck_thresholds(law, "X", "Y").min()


def _canonical(correlations, mixing, directions, of="X"):
    """Return pairs with these canonical correlations, the X of which are mixed, and projections with noise 1."""
    mixed, places = fmpq_mat(mixing), range(len(correlations))
    cross = mixed * fmpq_mat([[r if i == k else 0 for k in places] for i, r in enumerate(correlations)])
    x_block, zero = mixed * mixed.transpose(), fmpq(0)
    rows = [[*(x_block[i, k] for k in places), *(cross[i, k] for k in places)] for i in places]
    rows += [[*(cross[k, i] for k in places), *(fmpq(i == k) + zero for k in places)] for i in places]
    law = RationalGaussian(tuple(map(tuple, rows)), tuple(f"{side}{k + 1}" for side in "XY" for k in places))
    for k, direction in enumerate(directions, 1):
        weights = {f"{of}{i}": weight for i, weight in enumerate(direction, 1)}
        law = extend(law, RationalLinear(weights, 1, f"T{k}"))
    return {"correlations": correlations, "mixing": mixing, "directions": directions, "law": law}


def _projected(case):
    law, square = case["law"], max(r**2 for r in case["correlations"])
    t, x, y = (",".join(name for name in law.names if name.startswith(side)) for side in "TXY")
    return evaluate(f"I({t};{y})", law), evaluate(f"I({t};{x})", law) * square


_TRIPLES = ((fmpq(1, 2), fmpq(1, 4), fmpq(0)), (fmpq(3, 5), fmpq(3, 5), fmpq(4, 5)))


def _projections():
    correlations = ((fmpq(1, 2), fmpq(1, 4)), (fmpq(3, 5), fmpq(0)), (fmpq(1, 2), fmpq(1, 2)), (fmpq(4, 5), fmpq(3, 5)))
    mixings = ([[1, 0], [0, 1]], [[1, 2], [0, 1]], [[2, 1], [1, 1]])
    one = [[(1, 0)], [(0, 3)], [(1, -1)]]
    two = [[(1, 0), (0, 1)], [(2, 1), (1, 3)]]
    for pair, mixing, directions in itertools.product(correlations, mixings, one + two):
        yield _canonical(pair, mixing, directions)
    three = [[(1, 0, 0)], [(1, -1, 2)], [(1, 0, 1), (0, 1, 1)], [(1, 0, 0), (1, 1, 0), (0, 2, 1)]]
    mixings = ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 2, 0], [0, 1, 1], [1, 0, 1]])
    for triple, mixing, directions in itertools.product(_TRIPLES, mixings, three):
        yield _canonical(triple, mixing, directions)


# T = X + noise, which is 0, 1 or -1 with masses 1/2, 1/4, 1/4
_NOISY = [["1/4", "1/2", "1/4", 0, 0], [0, "1/4", "1/2", "1/4", 0], [0, 0, "1/4", "1/2", "1/4"]]
_HALF_QUARTER, _PLAIN = (fmpq(1, 2), fmpq(1, 4)), [[1, 0], [0, 1]]
bottleneck_curve = inequality(
    "thm:gaussian-bottleneck",
    ("X, Y and the noise of T are jointly Gaussian", "T is a noisy projection of X"),
    _bottleneck,
    _bottleneck_cases(),
    exact=_projected,
    family=Family(
        "four pairs of canonical correlations, X mixed in three ways, five projections to one or two dimensions; two "
        "triples, X mixed in two ways, four projections to one, two or three dimensions",
        _projections,
    ),
    edges=(_canonical(_HALF_QUARTER, _PLAIN, [(fmpq(1, 100), 0)]),),
    neighbours=(
        without(
            "X, Y and the noise of T are jointly Gaussian",
            {"T": exact_law({"X": ["1/3"] * 3, "Y|X": [[0, 1], [1, 0], [0, 1]], "T|X": _NOISY})},
            exact=lambda case: (evaluate("I(T;Y)", case["T"]), 0),  # X in -1, 0, 1 and Y = X^2 are uncorrelated
        ),
        without("T is a noisy projection of X", _canonical(_HALF_QUARTER, _PLAIN, [(1, 0)], of="Y")),
        changed(
            "the second correlation in place of the largest",
            lambda case: (_projected(case)[0], evaluate("I(T1;X1,X2)", case["law"]) * fmpq(1, 16)),
            _canonical(_HALF_QUARTER, _PLAIN, [(1, 0)]),
        ),
    ),
    wrong=lambda law: (_bottleneck(law)[0], evaluate("I(T;X)", law) / bottleneck_thresholds(law, "X", "Y").max()),
)
