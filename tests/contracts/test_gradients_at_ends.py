"""Slopes at the ends of intervals and at kinks, against one-sided differences of 50 digits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import mpf, sqrt

import infoloop as il
from infoloop.probability.numerics import rounding
from tests.support import gradient_oracles as g

FAMILIES = {
    "bsc": (lambda e: il.bsc(e, "X", "Y"), lambda e: [[1 - e, e], [e, 1 - e]]),
    "erasure": (
        lambda e: il.erasure(e, "X", "Y", size=3),
        lambda e: [[e if w == 3 else (1 - e) * (x == w) for w in range(4)] for x in range(3)],
    ),
    "z_channel": (lambda e: il.z_channel(e, "X", "Y"), lambda e: [[mpf(1), mpf(0)], [e, 1 - e]]),
    "symmetric": (
        lambda e: il.symmetric(e, "X", "Y", size=3),
        lambda e: [[1 - e if x == w else e / 2 for w in range(3)] for x in range(3)],
    ),
}
ENDS = [(name, end) for name in FAMILIES for end in (0.0, 1.0)]
SLOPES = {
    ("bsc", 0.0): -4,
    ("bsc", 1.0): 4,
    ("erasure", 0.0): -1,
    ("erasure", 1.0): -1,
    ("z_channel", 0.0): -1,
    ("z_channel", 1.0): -1,
}


def close(found, expected):
    np.testing.assert_allclose(float(found), float(expected), rtol=rounding(64), atol=rounding(64))


@pytest.mark.full
def test_contraction_of_the_binary_families_falls_by_four_and_by_one():
    for name, slope in (("bsc", -4.0), ("z_channel", -1.0)):
        found = jax.grad(lambda e, family=FAMILIES[name][0]: il.contraction(family(e)).upper)
        close(found(0.0), slope)


@pytest.mark.full
@pytest.mark.parametrize(("name", "end"), ENDS)
def test_contraction_of_a_family_has_its_slope_at_the_ends_and_next_to_them(name, end):
    family, rows = FAMILIES[name]
    expected = g.one_sided(lambda e: g.contraction(rows(e)), end, 1 - 2 * int(end))
    slope = jax.jit(jax.grad(lambda e: il.contraction(family(e)).upper))
    assert abs(expected - SLOPES.get((name, end), expected)) < rounding(64)
    near = 1e-300 if end == 0 else 1 - 2.0**-53
    for e in (end, near):
        close(slope(e), expected)
    close(jax.grad(lambda e: il.contraction(family(e)).lower)(end), expected)
    close(jax.grad(lambda e: il.erasure_threshold(family(e)))(end), -expected)
    close(jax.jvp(lambda e: il.contraction(family(e)).upper, (end,), (1.0,))[1], expected)


@pytest.mark.slow
def test_rows_that_share_no_output_have_no_gradient_and_a_second_one_is_undefined():
    rows = jnp.eye(2)
    assert np.isnan(jax.grad(lambda r: il.contraction(il.Channel(r, ("X",), ("Y",))).upper)(rows)).any()
    assert np.isnan(jax.grad(jax.grad(lambda e: il.contraction(il.bsc(e, "X", "Y")).upper))(0.25))


@pytest.mark.full
def test_where_every_weight_attains_the_contraction_the_slope_is_that_of_the_middle_one():
    """Rows whose common outputs are equal: free rows of a symmetric channel at its end, and of an erasure channel."""
    slope = jax.jit(jax.grad(lambda rows: il.contraction(il.Channel(rows, ("X",), ("Y",))).upper))
    rows, moves = jnp.array([[0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]]), 1.5 * jnp.eye(3) - 0.5
    expected = g.one_sided(lambda e: g.contraction(FAMILIES["symmetric"][1](e)), 1.0, -1)
    close((slope(rows) * -moves).sum(), expected)
    rows = jnp.array([[0.75, 0.0, 0.25], [0.0, 0.75, 0.25]])
    # with losses s and t the coefficient is one minus the lesser: slopes of 0 and of -1 by s alone
    close((slope(rows)[0] * jnp.array([-1.0, 0.0, 1.0])).sum(), -0.5)
    close((slope(rows) * jnp.array([-1.0, -1.0, 1.0]) * (rows > 0)).sum(), -1)


@pytest.mark.full
def test_the_slope_of_a_contraction_whose_best_input_is_nearly_certain():
    """Rows whose weights are of the order of 1e-9: the slope at the maximum, not nearby."""

    def rows(e):
        return [[1 - e**2, e**2], [e / 8, 1 - e / 8]]

    def found(e):
        return il.contraction(il.Channel(jnp.array(rows(e)), ("X",), ("Y",))).upper

    close(jax.grad(found)(2.0**-30), g.gradient(lambda t: g.contraction(rows(t[0])), [2.0**-30])[0])


@pytest.mark.full
@pytest.mark.parametrize("end", [0.0, 1.0])
def test_dobrushin_has_its_slope_at_the_ends(end):
    for family, rows in FAMILIES.values():
        expected = g.one_sided(lambda e, rows=rows: g.dobrushin(rows(e)), end, 1 - 2 * int(end))
        close(jax.grad(lambda e, family=family: il.dobrushin(family(e)))(end), expected)


NUMBERS = {
    "binary_entropy": (il.binary_entropy, g.h, (0, 1)),
    "inverse_binary_entropy": (il.inverse_binary_entropy, g.inverse_entropy, (1,)),
    "fano_bound": (lambda e: il.fano_bound(e, 4), lambda e: g.h(e) + e * g.log2(mpf(3)), (0, 1)),
    "bits_ahead by accuracy": (
        lambda r: il.bits_ahead(3.0, r, 0.25, 2),
        lambda r: 3 - 2 * (g.h(r) - g.h(mpf(1) / 4)),
        (0, 1),
    ),
    "switch_time by error": (lambda e: il.switch_time(3.0, 0.5, e), lambda e: 3 / (1 - g.h(e)), (0, 1)),
    "awgn_capacity": (il.awgn_capacity, lambda s: g.log2(1 + s) / 2, (0,)),
    "gaussian_chain_information": (
        lambda r: il.gaussian_chain_information(jnp.stack([r, 0.5])),
        lambda r: -g.log2(1 - r**2 / 4) / 2,
        (0, 1),
    ),
    "hack_gold": (lambda d: il.hack_gold(d, 2.5), lambda d: (1 - d) ** mpf(2.5) * mpf(2.5) / mpf(3.5), (0, 1)),
    "binary_convolution": (lambda a: il.binary_convolution(a, 0.25), lambda a: a * mpf(3) / 4 + (1 - a) / 4, (0, 1)),
    "binomial": (
        lambda r: il.binomial(jnp.stack([r]), 2, "X", "Y").rows @ jnp.array([1.0, 2.0, 5.0]),
        lambda r: [sum(a * b for a, b in zip((1, 2, 5), g.counts((1 - r, r), 2), strict=True))][0],
        (0, 1),
    ),
    "eta_chi2": (
        lambda e: il.eta_chi2(il.z_channel(e, "X", "Y"), il.joint([0.5, 0.5], "X")),
        lambda e: g.squared_correlation([[mpf(1) / 2, mpf(0)], [e / 2, (1 - e) / 2]]),
        (0, 1),
    ),
    "eta_chi2 of an erasure": (
        lambda e: il.eta_chi2(il.erasure(e, "X", "Y"), il.joint([0.5, 0.5], "X")),
        lambda e: 1 - e,
        (0, 1),
    ),
    "contraction_at": (
        lambda e: il.contraction_at(il.bsc(e, "X", "Y"), il.joint([0.5, 0.5], "X")).lower,
        lambda e: (1 - 2 * e) ** 2,
        (0, 1),
    ),
    "renyi_entropy": (
        lambda p: il.renyi_entropy(il.joint(jnp.stack([1 - p, p]), "X"), order=2),
        lambda p: -g.log2((1 - p) ** 2 + p**2),
        (0, 1),
    ),
    "bhattacharyya": (
        lambda p: il.bhattacharyya(il.joint(jnp.stack([1 - p, p]), "X"), il.joint([1.0, 0.0], "X")),
        lambda p: sqrt(1 - p),
        (0,),
    ),
}
NUMBER_ENDS = [(name, end) for name, (_, _, ends) in NUMBERS.items() for end in ends]


@pytest.mark.full
@pytest.mark.parametrize(("name", "end"), NUMBER_ENDS)
def test_slopes_at_the_ends(name, end):
    found, oracle, _ = NUMBERS[name]
    expected = g.one_sided(oracle, end, 1 - 2 * end)
    np.testing.assert_allclose(
        jax.grad(lambda x: found(x).sum())(float(end)), float(expected), rtol=rounding(64), atol=rounding(64)
    )


@pytest.mark.slow
def test_the_inverse_of_the_entropy_of_a_small_probability():
    """h(p) is known to 1e-19, so that halving finds p no nearer: the slope is that of the p whose entropy it is."""
    for bits in (1e-30, 1e-12, 1e-6, 0.5):
        p = g.inverse_entropy(mpf(bits))
        close(jax.grad(il.inverse_binary_entropy)(bits), 1 / g.log2((1 - p) / p))
    assert float(jax.grad(il.inverse_binary_entropy)(0.0)) == 0.0


@pytest.mark.slow
@pytest.mark.parametrize(
    "law", [il.entropy, lambda p: il.mutual_information(p, "X", "Y"), lambda p: il.divergence(p, UNIFORM)]
)
def test_an_empty_cell_stays_empty(law):
    """The documented convention: a gradient along laws with the same zeros, where the whole slope would be infinite."""
    table, along = jnp.array([[0.5, 0.25], [0.25, 0.0]]), jnp.array([[0.25, -0.25], [0.0, 0.0]])
    exact = jax.grad(lambda t: law(il.Joint(table + t * along, ("X", "Y"))))(0.0)
    step = 2.0**-20
    ends = [law(il.Joint(table + t * along, ("X", "Y"))) for t in (step, -step)]
    assert abs(exact - (ends[0] - ends[1]) / (2 * step)) < step


UNIFORM = il.Joint(jnp.full((2, 2), 0.25), ("X", "Y"))


@pytest.mark.full
def test_value_and_bound_of_a_capacity_have_one_slope():
    """The bound is a maximum over symbols that tie, which have slopes of their own."""
    for e in (0.25, 0.75):
        kept = mpf(1 - e)
        slopes = [jax.grad(lambda e, k=k: il.capacity(il.z_channel(e, "X", "Y"))[k])(e) for k in (0, 1)]
        expected = g.gradient(lambda t: g.square_capacity([[mpf(1), mpf(0)], [t[0], 1 - t[0]]]), [1 - kept])[0]
        for slope in slopes:
            close(slope, expected)
    assert float(jax.grad(lambda e: il.capacity(il.erasure(e, "X", "Y")).bound)(1e-300)) == pytest.approx(
        -1, abs=rounding(8)
    )
