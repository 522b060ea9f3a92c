"""Chapter 1, contraction coefficients in closed form: of binary inputs, and of symmetric channels (S07 and S08)."""

import itertools

import jax.numpy as jnp

from infoloop.claims.comparisons import Number, inequality
from infoloop.claims.processing.strong_data_processing import (
    EIGHTHS,
    INPUTS,
    UNLIKE,
    Rows,
    bsc_rows,
    divergence_left,
    divergences,
    dobrushin_exactly,
    erasure_rows,
    eta_of_pair,
    input_pairs,
    near_worst,
    pushed,
    symmetric_eta,
    symmetric_rows,
)
from infoloop.exact.rational_laws import fmpq
from infoloop.information.contraction_at_input import eta_chi2
from infoloop.information.contraction_coefficients import contraction, dobrushin
from infoloop.probability.channel_families import bsc, erasure, symmetric
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint
from infoloop.statements.cases import Family, random_probabilities
from infoloop.statements.neighbours import changed, unrefuted, without

HALF, THIRD = fmpq(1, 2), fmpq(1, 3)


def _mixture(crossovers, weights, source="X", target="Y"):
    """Return a _mixture of binary symmetric channels whose receiver knows which was used: outputs are (index, bit)."""
    rows = [jnp.stack([1 - crossovers, crossovers], 1), jnp.stack([crossovers, 1 - crossovers], 1)]
    return Channel(jnp.stack([(weights[:, None] * row).ravel() for row in rows]), (source,), (target,))


def _etas(case):
    """Return coefficients and closed forms, each as the lesser side and as the greater."""
    e, f, w, g = case
    crossovers, weights = jnp.stack([e, f]), jnp.stack([w, 1 - w])
    unlike = Channel(jnp.stack([jnp.stack([1 - e, e]), jnp.stack([1 - g, g])]), ("X",), ("Y",))
    links = (bsc(e, "X", "Y"), erasure(e, "X", "Y"), _mixture(crossovers, weights), unlike)
    found = jnp.stack([contraction(link).lower for link in links])
    alike = jnp.sqrt(e * g) + jnp.sqrt((1 - e) * (1 - g))
    mixed = (weights * (1 - 2 * crossovers) ** 2).sum()
    closed = jnp.stack([(1 - 2 * e) ** 2, 1 - e, mixed, (1 - alike) * (1 + alike)])
    return jnp.stack([found, closed]), jnp.stack([closed, found])


def _closed_exactly(case):
    """Return a divergence and its bound; or the closed form and what is left of chi-square where it is attained."""
    if case["of"] == "divergence":
        return divergence_left(case)
    return case["eta"], eta_of_pair(*case["rows"][:2], case["weight"])


def mixed_rows(weight: Number, first: Number, second: Number) -> Rows:
    """Return the table of a mixture of two binary symmetric channels whose receiver knows which was used, exactly."""
    parts = zip(bsc_rows(first), bsc_rows(second), strict=True)
    return [[*(weight * p for p in a), *((1 - weight) * p for p in b)] for a, b in parts]


def _attained(rows, eta, weight=HALF):
    return {"of": "small chi-square", "rows": rows, "eta": eta, "weight": weight}


def _mixed(e, f, w=THIRD):
    return mixed_rows(w, e, f), w * (1 - 2 * e) ** 2 + (1 - w) * (1 - 2 * f) ** 2


def _closed_forms():
    channels = [(bsc_rows(e), (1 - 2 * e) ** 2) for e in EIGHTHS] + [(erasure_rows(e), 1 - e) for e in EIGHTHS]
    channels += [_mixed(e, f) for e, f in itertools.product(EIGHTHS[::2], repeat=2)]
    for rows, eta in channels:
        yield _attained(rows, eta)
        yield from itertools.islice(input_pairs(rows, eta, "divergence"), 4)
    for rows, eta, worst in UNLIKE:
        yield from input_pairs(rows, eta, "divergence")
        if 0 < worst[1] < 1:
            yield _attained(rows, eta, worst[1])


_ternary = symmetric_rows(fmpq(1, 4), 3)
closed_coefficients = inequality(
    "thm:eta-closed-forms",
    ("a binary input",),
    _etas,
    random_probabilities(4),
    exact=_closed_exactly,
    family=Family(
        "BSC, erasure channel with noise k/8, mixtures (1/3, 2/3) of two BSCs, ten channels with two outputs: no pair "
        "of inputs keeps more of its divergence, and the worst input attains it",
        _closed_forms,
    ),
    edges=(
        _attained(bsc_rows(fmpq(1, 4)), fmpq(1, 4)),
        _attained(erasure_rows(fmpq(1, 4)), fmpq(3, 4)),
        _attained(*_mixed(fmpq(1, 8), fmpq(1, 4))),
        near_worst(*UNLIKE[4]),
    ),
    neighbours=(
        without(
            "a binary input",
            {"of": "divergence", "rows": _ternary, "eta": fmpq(1, 4), "p": ["1/3"] * 3, "q": ["1/2", "1/4", "1/4"]},
        ),
        changed(
            "a receiver of a mixture who does not know which channel was used",
            lambda case: (case["eta"], eta_of_pair(*bsc_rows(fmpq(5, 24)), fmpq(1, 2))),
            _attained(*_mixed(fmpq(1, 8), fmpq(1, 4))),
        ),
        changed(
            "99/100 of a closed form",
            lambda case: (divergence_left(case)[0], divergence_left(case)[1] * fmpq(99, 100)),
            near_worst(*UNLIKE[4]),
        ),
    ),
    wrong=lambda case: tuple(jnp.sqrt(side) for side in (_etas(case)[0], _etas(case)[1] ** 2)),
)

SIZES = (2, 3, 4, 5)


def _symmetric_sides(case):
    error = case[0]
    lefts, rights = [], []
    for q in SIZES:
        link, lam = symmetric(error, "X", "Y", size=q), 1 - error * q / (q - 1)
        uniform = Joint(jnp.full(q, 1 / q), ("X",))
        lefts += [dobrushin(link), contraction(link).lower, eta_chi2(link, uniform)]
        rights += [jnp.abs(lam), symmetric_eta(lam, q), lam**2]
    return jnp.stack(lefts + rights), jnp.stack(rights + lefts)


def _symmetric_exactly(case):
    """Return a bound on what is left of the (chi-square) divergence of two inputs, or two numbers that are equal."""
    if case["of"] != "equal":
        return divergence_left(case, chi_square=case["of"] == "chi-square")
    return case["numbers"]


def _equalities(rows, lam, q):
    """Yield each equality of the statement as two inequalities."""
    level, tilted = [fmpq(1, q)] * q, [fmpq(1, 2), *[fmpq(1, 2 * (q - 1))] * (q - 1)]
    apart, left = (divergences(p, r)[1] for p, r in ((level, tilted), (pushed(level, rows), pushed(tilted, rows))))
    pairs = {
        "total variation": (dobrushin_exactly(rows), abs(lam)),
        "divergence": (eta_of_pair(*rows[:2], fmpq(1, 2)), symmetric_eta(lam, q)),
        "chi-square": (left, apart * lam**2),
    }
    for coefficient, numbers in pairs.items():
        for ordered in (numbers, numbers[::-1]):
            yield {"of": "equal", "coefficient": coefficient, "q": q, "lambda": lam, "numbers": ordered}


def _symmetric_etas():
    for q, e in itertools.product(SIZES, EIGHTHS):
        lam, rows = 1 - e * fmpq(q, q - 1), symmetric_rows(e, q)
        yield from _equalities(rows, lam, q)
        if q <= max(INPUTS):
            yield from itertools.islice(input_pairs(rows, symmetric_eta(lam, q), "divergence"), 4)


_edge_equalities = tuple(_equalities(symmetric_rows(fmpq(1, 8), 3), fmpq(13, 16), 3))
symmetric_coefficients = inequality(
    "thm:symmetric-eta",
    ("q symbols and lambda between -1/(q-1) and 1",),
    _symmetric_sides,
    random_probabilities(1),
    exact=_symmetric_exactly,
    family=Family(
        "q from 2 to 5 and error k/8: the three coefficients as they are attained, and for q up to 3 no pair of inputs "
        "that keeps more of its divergence",
        _symmetric_etas,
    ),
    edges=_edge_equalities,
    neighbours=(
        unrefuted(
            "q symbols and lambda between -1/(q-1) and 1",
            "it says which channels these are: others have entries below 0",
        ),
        changed(
            "the coefficient of the uniform input, lambda^2, over all inputs",
            lambda case: divergence_left({**case, "eta": fmpq(1, 16)}),
            {
                "rows": symmetric_rows(fmpq(1, 2), 3),
                "p": ["99/200", "99/200", "1/100"],
                "q": ["1/2", "49/100", "1/100"],
            },
        ),
    ),
    wrong=lambda case: (_symmetric_sides(case)[0], _symmetric_sides(case)[1] ** 2),
)
