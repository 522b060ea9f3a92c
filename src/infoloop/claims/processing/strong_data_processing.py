"""Chapter 1, contraction: how much of an information survives one channel (S07 to S09)."""

import itertools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import exact_binary_entropy, fmpq, rational, rational_table
from infoloop.information.contraction_at_input import eta_chi2
from infoloop.information.contraction_coefficients import contraction, dobrushin
from infoloop.information.expressions import evaluate
from infoloop.information.gaussian_channels import bottleneck_thresholds
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channel_families import bsc, erasure, symmetric
from infoloop.probability.channels import Channel, extend
from infoloop.probability.distributions import Joint
from infoloop.probability.gaussians import Gaussian, LinearGaussian
from infoloop.probability.numerics import binary_convolution, binary_entropy, inverse_binary_entropy
from infoloop.statements.cases import (
    Cases,
    Family,
    Fixed,
    exact_law,
    exact_laws,
    random_bayes_nets,
    random_probabilities,
)
from infoloop.statements.claim import Claim

EIGHTHS = [fmpq(k, 8) for k in range(9)]


def _link(net: BayesNet, k: int) -> Channel:
    found = net.factors[k]
    assert isinstance(found, Channel)
    return found


def _contracted(net: BayesNet):
    return evaluate("I(X;Z)", net), contraction(_link(net, 2)).upper * evaluate("I(X;D)", net)


def _contracted_exactly(case):
    law, eta = case["law"], case["eta"]
    return evaluate("I(X;Z)", law), evaluate("I(X;D)", law) * eta


def _contracting():
    quarters = [["1/4", "3/4"], ["1/2", "1/2"], [1, 0], [0, 1]]
    for e in EIGHTHS:
        links = {(1 - 2 * e) ** 2: [[1 - e, e], [e, 1 - e]], 1 - e: [[1 - e, 0, e], [0, 1 - e, e]]}
        for eta, rows in links.items():
            for law in exact_laws({"X": quarters[:2], "D|X": quarters, "Z|D": Fixed(rows)}):
                yield {"law": law, "eta": eta}


strong_processing = inequality(
    "thm:sdpi",
    ("finite alphabets", "X -> D -> Z"),
    _contracted,
    random_bayes_nets("X", "D|X", "Z|D", X=2, D=2, Z=3),
    exact=_contracted_exactly,
    family=Family("binary X -> D with rows in quarters, then BSC or erasure channel with noise k/8", _contracting),
    edges=tuple(itertools.islice(_contracting(), 3 * 64 + 1, 3 * 64 + 2)),
    wrong=lambda net: (_contracted(net)[0], contraction(_link(net, 2)).upper ** 2 * evaluate("I(X;D)", net)),
)

coefficient_order = Claim(
    "thm:eta-order",
    ("finite alphabets",),
    lambda net: (contraction(_link(net, 1)).lower, dobrushin(_link(net, 1))),
    random_bayes_nets("X", "Y|X", X=3, Y=3),
    loose="eta_KL is irrational in general, so that no exact case is declared; the erasure channel attains equality",
    wrong=lambda net: (contraction(_link(net, 1)).lower, dobrushin(_link(net, 1)) ** 2),
)


def _mixture(crossovers, weights, source="X", target="Y"):
    """Return a _mixture of binary symmetric channels whose receiver knows which was used: outputs are (index, bit)."""
    rows = [jnp.stack([1 - crossovers, crossovers], 1), jnp.stack([crossovers, 1 - crossovers], 1)]
    return Channel(jnp.stack([(weights[:, None] * row).ravel() for row in rows]), (source,), (target,))


def _etas(case):
    e, f, w, lam = case
    crossovers, weights = jnp.stack([e, f]), jnp.stack([w, 1 - w])
    links = (bsc(e, "X", "Y"), erasure(e, "X", "Y"), _mixture(crossovers, weights))
    found = [contraction(link).lower for link in links]
    return jnp.stack(found), jnp.stack([(1 - 2 * e) ** 2, 1 - e, (weights * (1 - 2 * crossovers) ** 2).sum()]) + 0 * lam


def _eta_exactly(case):
    """Return f(1/2) of the rows plus f'(1/2)^2, which is 0 exactly where the concave f has its maximum there."""
    rows, closed = case
    a, b = (rational_table(row) for row in rows)
    spread = [(x - y) ** 2 / (x + y) for x, y in zip(a, b, strict=True) if x + y]
    slope = [(x - y) ** 3 / (x + y) ** 2 for x, y in zip(a, b, strict=True) if x + y]
    return sum(spread, fmpq(0)) / 2 + sum(slope, fmpq(0)) ** 2, closed


def _etas_in_closed_form():
    for e, f in itertools.product(EIGHTHS, EIGHTHS):
        yield ((1 - e, e), (e, 1 - e)), (1 - 2 * e) ** 2
        yield ((1 - e, 0, e), (0, 1 - e, e)), 1 - e
        w = fmpq(1, 3)
        rows = (
            [w * (1 - e), w * e, (1 - w) * (1 - f), (1 - w) * f],
            [w * e, w * (1 - e), (1 - w) * f, (1 - w) * (1 - f)],
        )
        yield rows, w * (1 - 2 * e) ** 2 + (1 - w) * (1 - 2 * f) ** 2


closed_coefficients = equality(
    "thm:eta-closed-forms",
    ("a binary input",),
    _etas,
    random_probabilities(4),
    exact=_eta_exactly,
    family=Family("BSC, erasure channel and mixtures (1/3, 2/3) of two BSCs, all noises k/8", _etas_in_closed_form),
    edges=tuple(itertools.islice(_etas_in_closed_form(), 30, 31)),
    wrong=lambda case: (_etas(case)[0], jnp.stack([(1 - 2 * case[0]), 1 - case[0], 1 - case[0]])),
)

SIZES = (2, 3, 4, 5)


def symmetric_eta(eigenvalue: Number, num_symbols: int) -> Number:
    r"""Return $\eta_{KL}=\frac{q\lambda^2}{(q-2)\lambda+2}$ of $\lambda I+\frac{1-\lambda}qJ$, over all inputs."""
    return num_symbols * eigenvalue**2 / ((num_symbols - 2) * eigenvalue + 2)


def _symmetric_sides(case):
    error = case[0]
    lefts, rights = [], []
    for q in SIZES:
        link, lam = symmetric(error, "X", "Y", size=q), 1 - error * q / (q - 1)
        uniform = Joint(jnp.full(q, 1 / q), ("X",))
        lefts += [dobrushin(link), contraction(link).lower, eta_chi2(link, uniform)]
        rights += [jnp.abs(lam), symmetric_eta(lam, q), lam**2]
    return jnp.stack(lefts), jnp.stack(rights)


def _symmetric_etas():
    for q, e in itertools.product(SIZES, EIGHTHS):
        lam = 1 - e * fmpq(q, q - 1)
        rows = [[1 - e if x == y else e / (q - 1) for y in range(q)] for x in (0, 1)]
        yield rows, symmetric_eta(lam, q)


symmetric_coefficients = equality(
    "thm:symmetric-eta",
    ("q symbols and lambda between -1/(q-1) and 1",),
    _symmetric_sides,
    random_probabilities(1),
    exact=_eta_exactly,
    family=Family("q from 2 to 5 and error k/8: eta_KL in rationals", _symmetric_etas),
    edges=tuple(itertools.islice(_symmetric_etas(), 10, 11)),
    wrong=lambda case: (_symmetric_sides(case)[0], _symmetric_sides(case)[1] ** 2),
)


def _gerber_cases() -> Cases:
    cases = random_bayes_nets("T|X", "Y|X", T=3, X=2, Y=2)

    def build(logits):
        half = Joint(jnp.full(2, 0.5), ("X",))
        net = cases.build(logits)
        return BayesNet((half, _link(net, 0), bsc(_link(net, 1).rows[0, 1], "X", "Y")))

    return Cases(cases.draw, build)


def gerber_bound(information: Number, crossover: Number) -> Float[Array, ""]:
    r"""Return $1-h(p*d)$ where $1-h(d)$ is the information about X: the most that a BSC(p) leaves, in bits."""
    return 1 - binary_entropy(binary_convolution(crossover, inverse_binary_entropy(1 - information)))


def _gerber(net: BayesNet):
    crossover = _link(net, 2).rows[0, 1]
    return evaluate("I(T;Y)", net), gerber_bound(evaluate("I(T;X)", net), crossover)


def _gerber_exactly(case):
    d, p = map(rational, case)
    law = exact_law({"X": ["1/2", "1/2"], "T|X": [[1 - d, d], [d, 1 - d]], "Y|X": [[1 - p, p], [p, 1 - p]]})
    return evaluate("I(T;Y)", law), 1 - exact_binary_entropy(binary_convolution(d, p))


mrs_gerber = inequality(
    "thm:mrs-gerber",
    ("X is a fair bit", "T -> X -> Y", "Y = BSC(p) of X"),
    _gerber,
    _gerber_cases(),
    exact=_gerber_exactly,
    family=Family(
        "the extremal T = BSC(d) of X, with d and p multiples of 1/8", lambda: itertools.product(EIGHTHS, EIGHTHS)
    ),
    edges=((fmpq(1, 8), fmpq(1, 4)),),
    wrong=lambda net: (_gerber(net)[0], (1 - 2 * _link(net, 2).rows[0, 1]) ** 4 * evaluate("I(T;X)", net)),
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


bottleneck_curve = Claim(
    "thm:gaussian-bottleneck",
    ("X and Y are jointly Gaussian", "T is a noisy projection of X"),
    _bottleneck,
    _bottleneck_cases(),
    loose="equality is approached as the projection vanishes, and attained only where both sides are 0",
    wrong=lambda law: (_bottleneck(law)[0], evaluate("I(T;X)", law) / bottleneck_thresholds(law, "X", "Y").max()),
)
