"""Chapter 1, cascades: how information decays along a chain of equal channels, and capacities (S06)."""

import functools
import itertools

import jax.numpy as jnp
import numpy as np

from infoloop.claims.comparisons import equality
from infoloop.exact.log_sums import entropy_of_masses, exact_binary_entropy, from_rational, log2
from infoloop.exact.rational_laws import fmpq, rational_table
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
from infoloop.probability.distributions import Joint, marginal
from infoloop.probability.numerics import binary_convolution, binary_entropy
from infoloop.statements.cases import Family, exact_law, random_probabilities
from infoloop.statements.neighbours import without

STEPS = range(1, 7)
EIGHTHS = [fmpq(k, 8) for k in range(9)]
INPUTS = [(1 - a, a) for a in (fmpq(1, 2), fmpq(1, 4), fmpq(1, 3))]


def _through(p_one, link, size):
    """Return I(X; Z_t) for t in STEPS, when a bit with P(X=1) = `p_one` goes through the link again and again."""
    start = jnp.zeros(size).at[0].set(1 - p_one).at[1].set(p_one)
    path, found = link, []
    for _ in STEPS:
        found.append(mutual_information(extend(Joint(start, ("X",)), path), "X", "Z"))
        path = Channel(path.rows @ link.rows, ("X",), ("Z",))
    return jnp.stack(found)


def _cascade(label, channel, size, closed_form, rows, information, symbol, inputs, wrong):
    """Return the claim that a cascade, by products of tables, is one channel in closed form; in floats and exactly.

    The floats have a bit that goes into `channel`, with `size` outputs, and `closed_form`. The exact sides have `rows`,
    the table of a link of some noise on some alphabet, and take from noise, input masses and the number of links the
    `information`; `symbol` is a cell of the table of all links, with what stands there; `inputs` are the family's.
    """

    def sides(case):
        noise, p_one = case
        steps = jnp.array(STEPS)
        return _through(p_one, channel(noise, "X", "Z"), size), closed_form(noise, p_one, steps, binary_entropy)

    def exact_sides(case):
        noise, steps, masses = case["noises"][0], len(case["noises"]), case["input"]
        path = _chained(rows, case["noises"], len(masses), case["links"] == "shared noise")
        if case["side"] == "table":
            cell, expected = symbol
            return path[cell], expected(noise, steps)
        law = exact_law({"X": [*masses, *[0] * (len(path) - len(masses))], "Z|X": path})
        return evaluate("I(X;Z)", law), information(noise, masses, steps)

    def case(noises, masses=INPUTS[0], side="information", links="independent"):
        return {"noises": noises, "input": masses, "side": side, "links": links}

    def members():
        for noise, steps in itertools.product(EIGHTHS, STEPS):
            yield from (case((noise,) * steps, masses) for masses in inputs)
            yield case((noise,) * steps, side="table")

    eighth = fmpq(1, 8)
    return equality(
        label,
        ("the links are alike", "the links are independent"),
        sides,
        random_probabilities(2),
        exact=exact_sides,
        family=Family(
            f"noise k/8, {len(inputs)} input laws, 1 to 6 links: the information, and a cell of the table", members
        ),
        edges=(case((eighth,) * 3), case((eighth,) * 3, side="table")),
        wrong=lambda case: (sides(case)[0], wrong(*case, jnp.array(STEPS))),
        neighbours=(
            without("the links are alike", case((eighth, 2 * eighth))),
            without("the links are independent", case((eighth,) * 2, links="shared noise")),
        ),
    )


def _chained(rows, noises, symbols, shared):
    """Return the table of links in a row; with shared noise, all of them fail together or none does."""
    if shared:
        noise = noises[0]
        return sum(
            weight * _chained(rows, [fmpq(fails)] * len(noises), symbols, False)
            for fails, weight in ((0, 1 - noise), (1, noise))
        )
    return functools.reduce(np.dot, (rational_table(rows(noise, symbols)) for noise in noises))


def _erasing_rows(e, symbols):
    kept = [[(1 - e) * (x == y) for y in range(symbols)] + [e] for x in range(symbols)]
    return [*kept, [0] * symbols + [1]]


LINKS = {
    "bsc": lambda p, _: [[1 - p, p], [p, 1 - p]],
    "erasure": _erasing_rows,
    "z": lambda e, _: [[1, 0], [e, 1 - e]],
}

bsc_cascade = _cascade(
    "thm:bsc-cascade",
    bsc,
    2,
    bsc_information,
    LINKS["bsc"],
    lambda p, masses, t: bsc_information(p, masses[1], t, exact_binary_entropy),
    ((0, 1), lambda p, t: (1 - (1 - 2 * p) ** t) / 2),
    INPUTS,
    wrong=lambda p, a, t: binary_entropy(binary_convolution(a, t * p)) - binary_entropy(t * p),
)
erasure_cascade = _cascade(
    "thm:erasure-cascade",
    erasing,
    3,
    erasure_information,
    LINKS["erasure"],
    lambda e, masses, t: entropy_of_masses(masses) * (1 - e) ** t,
    ((0, 0), lambda e, t: (1 - e) ** t),
    [*INPUTS, (fmpq(1, 2), fmpq(1, 4), fmpq(1, 4))],
    wrong=lambda e, a, t: (1 - t * e) * binary_entropy(a),
)
z_cascade = _cascade(
    "thm:z-cascade",
    z_channel,
    2,
    z_information,
    LINKS["z"],
    lambda e, masses, t: z_information(e, masses[1], t, exact_binary_entropy),
    ((1, 1), lambda e, t: (1 - e) ** t),
    INPUTS,
    wrong=lambda e, a, t: binary_entropy(a * (1 - e) ** t) - binary_entropy((1 - e) ** t),
)


def _capacities(case):
    e = case[0]
    rows = (bsc(e, "X", "Y"), erasure(e, "X", "Y"), z_channel(e, "X", "Y"))
    found = jnp.stack([capacity_bounds(k.matrix)[0] for k in rows])
    return found, jnp.stack([1 - binary_entropy(e), 1 - e, z_capacity(e)])


def _capacities_exactly(case):
    """Return max D(W_x||q) at the outputs q of an optimal input, no rate being higher, and the closed form.

    Every rate is at most max D(W_x||q), whatever q; and the input reaches it, as all symbols in use have the same.
    """
    name, e, size = case.values()
    rows = rational_table(LINKS[name](e, size)[:size])
    masses, closed = _optimal_input(name, e, size)
    law = exact_law({"X": masses, "Y|X": rows})
    outputs = marginal(law, "Y").table.tolist()
    distances = [
        sum((log2(w / q) * w for w, q in zip(row, outputs, strict=True) if w), from_rational(0)) for row in rows
    ]
    reached = evaluate("I(X;Y)", law)
    assert all((reached - distance).sign() == 0 for distance in distances)
    return reached, closed


def _optimal_input(name, e, size):
    """Return an input of the highest rate and the capacity, as the statement says it, of a binary channel."""
    if name == "bsc":
        return [fmpq(1, 2)] * 2, 1 - exact_binary_entropy(e)
    if name == "erasure":
        return [fmpq(1, size)] * size, 1 - e
    odds = (1 - e) * e ** int((e / (1 - e)).p)  # of an output 1
    one = odds / (1 + odds) / (1 - e)
    return [1 - one, one], log2(1 + odds)


capacities = equality(
    "thm:capacities",
    ("a binary input",),
    _capacities,
    random_probabilities(1),
    exact=_capacities_exactly,
    family=Family(
        "BSC and erasure channel with noise k/8, Z-channel with noise n/(n + 1), where the formula is a rational's "
        "logarithm: the optimal input and the Kuhn-Tucker bound there",
        lambda: (
            {"channel": name, "noise": e, "input symbols": 2}
            for name, e in [*itertools.product(("bsc", "erasure"), EIGHTHS), *(("z", fmpq(n, n + 1)) for n in range(9))]
        ),
    ),
    edges=tuple({"channel": name, "noise": fmpq(1, 2 + 6 * (name == "bsc")), "input symbols": 2} for name in LINKS),
    neighbours=(without("a binary input", {"channel": "erasure", "noise": fmpq(1, 2), "input symbols": 3}),),
    wrong=lambda case: (_capacities(case)[0], jnp.stack([1 - case[0], 1 - case[0], 1 - binary_entropy(case[0]) / 2])),
)
