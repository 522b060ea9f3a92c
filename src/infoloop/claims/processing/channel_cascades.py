"""Chapter 1, cascades: how information decays along a chain of equal channels, and capacities (S06)."""

import itertools

import jax.numpy as jnp

from infoloop.claims.comparisons import equality
from infoloop.exact.rational_laws import exact_binary_entropy, fmpq, from_rational, log2, rational, rational_table
from infoloop.information.binary_channel_chains import (
    bsc_information,
    erasing,
    erasure_information,
    z_capacity,
    z_information,
)
from infoloop.information.channel_capacity import capacity_bounds
from infoloop.information.expressions import evaluate
from infoloop.information.measures import mutual_information
from infoloop.probability.channel_families import bsc, erasure, z_channel
from infoloop.probability.channels import Channel, extend
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_convolution, binary_entropy
from infoloop.statements.cases import Family, exact_law, random_probabilities

STEPS = range(1, 7)
EIGHTHS = [fmpq(k, 8) for k in range(9)]
INPUTS = [fmpq(1, 2), fmpq(1, 4), fmpq(1, 3)]


def _through(p_one, link, size):
    """Return I(X; Z_t) for t in STEPS, when a bit with P(X=1) = `p_one` goes through the link again and again."""
    start = jnp.zeros(size).at[0].set(1 - p_one).at[1].set(p_one)
    path, found = link, []
    for _ in STEPS:
        found.append(mutual_information(extend(Joint(start, ("X",)), path), "X", "Z"))
        path = Channel(path.rows @ link.rows, ("X",), ("Z",))
    return jnp.stack(found)


def _cascade(label, channel, size, closed_form, rows, edge, wrong):
    """Return the claim that I through a cascade, by products of tables, is its closed form; in floats and exactly."""

    def sides(case):
        noise, p_one = case
        steps = jnp.array(STEPS)
        return _through(p_one, channel(noise, "X", "Z"), size), closed_form(noise, p_one, steps, binary_entropy)

    def exact_sides(case):
        noise, p_one, steps = map(rational, case)
        link = rational_table(rows(noise))
        path = link
        for _ in range(int(steps) - 1):
            path = path.dot(link)
        law = exact_law({"X": [1 - p_one, p_one, *[0] * (size - 2)], "Z|X": path})
        return evaluate("I(X;Z)", law), closed_form(noise, p_one, int(steps), exact_binary_entropy)

    return equality(
        label,
        ("a binary input", "the links are alike and independent"),
        sides,
        random_probabilities(2),
        exact=exact_sides,
        family=Family(
            "noise k/8, P(X=1) in 1/2, 1/4, 1/3, and 1 to 6 links", lambda: itertools.product(EIGHTHS, INPUTS, STEPS)
        ),
        edges=(edge,),
        wrong=lambda case: (sides(case)[0], wrong(*case, jnp.array(STEPS))),
    )


_quarter = (fmpq(1, 8), fmpq(1, 2), 3)
bsc_cascade = _cascade(
    "thm:bsc-cascade",
    bsc,
    2,
    bsc_information,
    lambda p: [[1 - p, p], [p, 1 - p]],
    _quarter,
    wrong=lambda p, a, t: binary_entropy(binary_convolution(a, t * p)) - binary_entropy(t * p),
)
erasure_cascade = _cascade(
    "thm:erasure-cascade",
    erasing,
    3,
    erasure_information,
    lambda e: [[1 - e, 0, e], [0, 1 - e, e], [0, 0, 1]],
    _quarter,
    wrong=lambda e, a, t: (1 - t * e) * binary_entropy(a),
)
z_cascade = _cascade(
    "thm:z-cascade",
    z_channel,
    2,
    z_information,
    lambda e: [[1, 0], [e, 1 - e]],
    _quarter,
    wrong=lambda e, a, t: binary_entropy(a * (1 - e) ** t) - binary_entropy((1 - e) ** t),
)


def _capacities(case):
    e = case[0]
    rows = (bsc(e, "X", "Y"), erasure(e, "X", "Y"), z_channel(e, "X", "Y"))
    found = jnp.stack([capacity_bounds(k.matrix)[0] for k in rows])
    return found, jnp.stack([1 - binary_entropy(e), 1 - e, z_capacity(e)])


def _capacities_exactly(case):
    """Return the Kuhn-Tucker bound max D(W_x||q) at the uniform input, which is attained, and the closed form."""
    name, noise = case
    e = rational(noise)
    rows = rational_table([[1 - e, e], [e, 1 - e]] if name == "bsc" else [[1 - e, 0, e], [0, 1 - e, e]])
    outputs = rows.sum(axis=0) / 2
    distances = [
        sum(((log2(w / q)) * w for w, q in zip(row, outputs, strict=True) if w), from_rational(0)) for row in rows
    ]
    assert (distances[0] - distances[1]).sign() == 0
    return distances[0], 1 - exact_binary_entropy(e) if name == "bsc" else 1 - e


capacities = equality(
    "thm:capacities",
    ("a binary input",),
    _capacities,
    random_probabilities(1),
    exact=_capacities_exactly,
    family=Family(
        "BSC and erasure channel with noise k/8: value and Kuhn-Tucker bound at the uniform input",
        lambda: itertools.product(("bsc", "erasure"), EIGHTHS),
    ),
    edges=(("bsc", fmpq(1, 8)),),
    wrong=lambda case: (_capacities(case)[0], jnp.stack([1 - case[0], 1 - case[0], 1 - binary_entropy(case[0]) / 2])),
)
