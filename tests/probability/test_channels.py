"""Channels: what is refused, and every way to join them against loops over values."""

import itertools
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.channels import Channel, channel, conditional, extend, push, tensor
from infoloop.probability.distributions import Joint, from_outcomes, joint, marginal, product
from infoloop.probability.gaussians import gaussian
from infoloop.probability.numerics import rounding


def random_rows(seed, sources, targets):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(np.prod(targets)), size=sources).reshape(*sources, *targets)


def exact(table):
    return {cell: Fraction(float(table[cell])) for cell in np.ndindex(*table.shape)}


def close(found, expected, cells):
    return all(abs(Fraction(float(found[cell])) - mass) <= rounding(cells) for cell, mass in expected.items())


BAD_CHANNELS = {
    "mass 0.9": ([[0.5, 0.5], [0.5, 0.4]], "X", "Y", r"channel to Y has mass 0.90+.* in row 1, not 1"),
    "mass 1.1": ([[0.5, 0.6], [0.5, 0.5]], "X", "Y", r"has mass 1.10+.* in row 0, not 1"),
    "swapped axes": ([[1.0, 0.5], [0.0, 0.5]], "X", "Y", "has mass 1.5 in row 0"),
    "row of two sources": ([[[1.0], [1.0]], [[0.5], [1.0]]], ("X", "S"), "Y", r"has mass 0.5 in row \(1, 0\), not 1"),
    "negative": ([[1.5, -0.5]], "X", "Y", r"channel to Y has the entry -0.5 at \(0, 1\): probabilities"),
    "NaN": ([[np.nan, 1.0]], "X", "Y", r"has the entry nan at \(0, 0\)"),
    "empty": ([[]], "X", "Y", r"has shape \(1, 0\): a law needs at least one cell"),
    "more names": (
        [[0.5, 0.5]],
        ("X", "S"),
        "Y",
        "channel rows have 2 axes of .* but 3 names .*: give one axis for each",
    ),
    "fewer names": ([[[0.5, 0.5]]], "X", "Y", "channel rows have 3 axes of .* but 2 names"),
    "repeated name": ([[0.5, 0.5]], "X", "X", "channel names 'X' twice"),
    "empty name": ([[0.5, 0.5]], "X", "", "channel has the name ''"),
    "complex": ([[0.5 + 3j, 0.5]], "X", "Y", "channel to Y holds complex128, not real numbers"),
    "masked": (np.ma.array([[0.5, 0.5]]), "X", "Y", "channel to Y is a masked array"),
    "text": ([["0.5", "0.5"]], "X", "Y", "channel to Y holds text, not real numbers"),
}


@pytest.mark.parametrize("case", BAD_CHANNELS)
def test_what_is_not_a_channel_is_refused(case):
    rows, source, target, message = BAD_CHANNELS[case]
    with pytest.raises(ValueError, match=message):
        channel(rows, source, target)


def test_float32_rows_are_refused_unless_wanted():
    with pytest.raises(ValueError, match=r"channel to Y is float32: pass float64, or dtype=jnp\.float32"):
        channel(jnp.array([[0.5, 0.5]], jnp.float32), "X", "Y")


def test_wanted_float32_rows_stay():
    k = channel(jnp.array([[0.1, 0.9]], jnp.float32), "X", "Y", dtype=jnp.float32)
    assert k.rows.dtype == jnp.float32


def test_sizes_and_matrix():
    k = channel(random_rows(0, (2, 3), (4, 2)), ("X", "S"), ("Y", "W"))
    assert k.sizes == {"X": 2, "S": 3, "Y": 4, "W": 2}
    assert k.matrix.tolist() == np.asarray(k.rows).reshape(6, 8).tolist()


def test_one_channel_after_another_is_the_matrix_product():
    a, b = random_rows(1, (2,), (3,)), random_rows(2, (3,), (4,))
    both = channel(a, "X", "Y") >> channel(b, "Y", "Z")
    assert (both.source, both.target) == (("X",), ("Z",))
    expected = {
        (x, z): sum(Fraction(a[x, y]) * Fraction(b[y, z]) for y in range(3)) for x in range(2) for z in range(4)
    }
    assert close(both.rows, expected, 3)


def test_joined_channels_match_targets_to_sources_by_name():
    a, b = random_rows(3, (2,), (3, 2)), random_rows(4, (2, 3), (2,))
    both = channel(a, "X", ("Y", "W")) >> channel(b, ("W", "Y"), "Z")
    expected = {
        (x, z): sum(Fraction(a[x, y, w]) * Fraction(b[w, y, z]) for y in range(3) for w in range(2))
        for x, z in itertools.product(range(2), range(2))
    }
    assert close(both.rows, expected, 6)


def test_joining_is_associative():
    a, b, c = (channel(random_rows(k, (3,), (3,)), f"V{k}", f"V{k + 1}") for k in range(3))
    assert np.abs((((a >> b) >> c).rows) - (a >> (b >> c)).rows).max() <= rounding(3)


def test_joining_channels_of_different_alphabets():
    a, b = channel(random_rows(0, (2,), (3,)), "X", "Y"), channel(random_rows(0, (2,), (2,)), "Y", "Z")
    with pytest.raises(
        ValueError, match="Y takes 3 values in the channel but 2 in the channel that reads it: the alph"
    ):
        a >> b


def test_joining_channels_of_different_names():
    a, b = channel(random_rows(0, (2,), (2,)), "X", "Y"), channel(random_rows(0, (2,), (2,)), "W", "Z")
    with pytest.raises(ValueError, match=r"cannot feed \('Y',\) into a channel from \('W',\): rename one of them"):
        a >> b


def test_joining_channels_back_to_the_first_name():
    a, b = channel(random_rows(0, (2,), (2,)), "X", "Y"), channel(random_rows(0, (2,), (2,)), "Y", "X")
    with pytest.raises(ValueError, match="composed channel names 'X' twice"):
        a >> b


def test_extending_multiplies_cell_by_cell_whatever_the_order_of_sources():
    p = np.random.default_rng(5).dirichlet(np.ones(12)).reshape(2, 3, 2)
    k = random_rows(6, (2, 2), (3, 2))
    law = extend(joint(p, "X", "D", "S"), channel(k, ("S", "X"), ("Y", "W")))
    assert law.names == ("X", "D", "S", "Y", "W")
    expected = {
        (x, d, s, y, w): Fraction(p[x, d, s]) * Fraction(k[s, x, y, w]) for x, d, s, y, w in np.ndindex(2, 3, 2, 3, 2)
    }
    assert close(law.table, expected, 1)


def test_pushing_sums_the_sources_out():
    p = np.random.default_rng(7).dirichlet(np.ones(12)).reshape(2, 3, 2)
    k = random_rows(8, (2, 2), (3, 2))
    law = push(joint(p, "X", "D", "S"), channel(k, ("S", "X"), ("Y", "W")))
    assert law.names == ("D", "Y", "W")
    expected = {
        (d, y, w): sum(Fraction(p[x, d, s]) * Fraction(k[s, x, y, w]) for x in range(2) for s in range(2))
        for d, y, w in np.ndindex(3, 3, 2)
    }
    assert close(law.table, expected, 4)


def test_pushing_is_extending_and_forgetting():
    p = joint(np.random.default_rng(9).dirichlet(np.ones(6)).reshape(2, 3), "X", "D")
    k = channel(random_rows(10, (3,), (4,)), "D", "Z")
    assert np.abs(push(p, k).table - marginal(extend(p, k), "X", "Z").table).max() <= rounding(3)


def test_extending_by_several_channels_takes_them_in_turn():
    p = joint([0.25, 0.75], "X")
    a, b = channel(random_rows(0, (2,), (3,)), "X", "Y"), channel(random_rows(1, (3,), (2,)), "Y", "Z")
    assert extend(p, a, b).table.tolist() == extend(extend(p, a), b).table.tolist()
    assert np.abs(marginal(extend(p, a, b), "Z").table - push(p, a >> b).table).max() <= rounding(6)


def test_a_target_takes_the_place_of_its_own_source():
    law = push(joint([1.0, 0.0], "X"), Channel(jnp.array([[0.25, 0.75], [0.5, 0.5]]), ("X",), ("X",)))
    assert (law.names, law.table.tolist()) == (("X",), [0.25, 0.75])


def test_symbols_stay_and_targets_are_numbered():
    law = from_outcomes({("a", "u"): 0.5, ("b", "v"): 0.5}, ("X", "W"))
    k = channel([[1, 0], [0, 1]], "X", "Y")
    assert extend(law, k).outcomes() == {("a", "u", 0): 0.5, ("b", "v", 1): 0.5}
    assert push(law, k).outcomes() == {("u", 0): 0.5, ("v", 1): 0.5}


@pytest.mark.parametrize("verb", [extend, push], ids=["extend", "push"])
def test_a_source_that_the_law_lacks(verb):
    with pytest.raises(ValueError, match="unknown variable 'W': this law is over X"):
        verb(joint([0.5, 0.5], "X"), channel([[1.0]], "W", "Y"))


@pytest.mark.parametrize("verb", [extend, push], ids=["extend", "push"])
def test_a_source_of_another_size(verb):
    with pytest.raises(ValueError, match="X takes 2 values in the law but 1 in the channel that reads it"):
        verb(joint([0.5, 0.5], "X"), channel([[1.0]], "X", "Y"))


@pytest.mark.parametrize("verb", [extend, push], ids=["extend", "push"])
def test_a_target_that_the_law_has(verb):
    with pytest.raises(ValueError, match="law names 'W' twice"):
        verb(joint([[0.5, 0.5]], "X", "W"), channel([[1.0]], "X", "W"))


@pytest.mark.parametrize("verb", [extend, push], ids=["extend", "push"])
def test_verbs_say_what_they_work_on(verb):
    with pytest.raises(TypeError, match="extend of a str: give a Joint, a Gaussian or a rational law"):
        verb("X", channel([[1.0]], "X", "Y"))


def test_a_tensor_product_acts_side_by_side():
    a, b = random_rows(11, (2,), (3,)), random_rows(12, (2, 2), (2,))
    both = tensor(channel(a, "X", "Y"), channel(b, ("V", "S"), "W"))
    assert (both.source, both.target) == (("X", "V", "S"), ("Y", "W"))
    expected = {
        (x, v, s, y, w): Fraction(a[x, y]) * Fraction(b[v, s, w]) for x, v, s, y, w in np.ndindex(2, 2, 2, 3, 2)
    }
    assert close(both.rows, expected, 1)


def test_what_joins_a_law_is_a_channel():
    p = joint([0.5, 0.5], "X")
    for join in (extend, push):
        with pytest.raises(TypeError, match=r"^what joins the law is a Joint: give a Channel"):
            join(p, p)


@pytest.mark.parametrize("join", [lambda k, p: k >> p, tensor, lambda k, p: tensor(p, k)], ids=[">>", "tensor", "to"])
def test_what_joins_a_channel_is_a_channel(join):
    with pytest.raises(TypeError, match=r"^unsupported operand|^[ab] is a Joint: give a Channel"):
        join(channel([[1.0]], "X", "Y"), joint([0.5, 0.5], "X"))


def test_a_gaussian_has_no_table_to_condition():
    with pytest.raises(TypeError, match=r"^the law is a Gaussian: give a Joint"):
        conditional(gaussian(np.eye(2), "X", "Y"), "X", given="Y")


def test_names_are_texts():
    with pytest.raises(TypeError, match=r"^a int is given as a name: give a name or several, as texts"):
        channel([[1.0]], 3, "Y")  # ty: ignore[invalid-argument-type]


def test_a_tensor_product_of_channels_that_share_a_name():
    with pytest.raises(ValueError, match="tensor product names 'X' twice"):
        tensor(channel([[1.0]], "X", "Y"), channel([[1.0]], "X", "W"))


def test_the_conditional_law_is_bayes_rule():
    p = np.random.default_rng(13).dirichlet(np.ones(12)).reshape(2, 3, 2)
    k = conditional(joint(p, "X", "D", "S"), ("S", "X"), given="D")
    assert (k.source, k.target) == (("D",), ("S", "X"))
    cells = exact(p)
    mass = [sum(cells[x, d, s] for x in range(2) for s in range(2)) for d in range(3)]
    assert close(k.rows, {(d, s, x): cells[x, d, s] / mass[d] for d, s, x in np.ndindex(3, 2, 2)}, 4)


def test_a_law_is_rebuilt_from_its_parts():
    p = joint(np.random.default_rng(14).dirichlet(np.ones(6)).reshape(2, 3), "X", "D")
    again = extend(marginal(p, "X"), conditional(p, "D", given="X"))
    assert np.abs(again.table - p.table).max() <= rounding(3)


@pytest.mark.slow
def test_the_conditional_law_given_a_value_without_mass():
    with pytest.raises(ValueError, match=r"P\(X \| D\) is undefined at \(1,\).* mass 0.* drop it"):
        conditional(joint([[0.5, 0.0], [0.5, 0.0]], "X", "D"), "X", given="D")


@pytest.mark.parametrize("column", [[0.0, 0.0], [-0.1, -0.2], [np.nan, 0.1]], ids=str)
def test_under_jit_the_conditional_law_of_what_has_none_is_nan(column):
    table = jnp.array([[0.5, column[0]], [0.5, column[1]]])
    rows = jax.jit(lambda t: conditional(Joint(t, ("X", "D")), "X", given="D").rows)(table)
    assert np.isnan(rows[1]).all()


VERBS = {
    "extend": lambda p, k: extend(p, k).table,
    "push": lambda p, k: push(p, k).table,
    "product": lambda p, k: product(p, push(p, k)).table,
    ">>": lambda p, k: (k >> Channel(jnp.swapaxes(k.rows, 0, 1), ("Y",), ("Z",))).rows,
    "tensor": lambda p, k: tensor(k, Channel(k.rows, ("V",), ("W",))).rows,
    "conditional": lambda p, k: conditional(extend(p, k), "X", given="Y").rows,
}


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_verbs_under_jit_vmap_and_grad(verb):
    p, rows = joint([0.25, 0.75], "X"), np.stack([random_rows(seed, (2,), (3,)) for seed in range(3)])
    one_by_one = [VERBS[verb](p, channel(row, "X", "Y")) for row in rows]
    at_once = jax.jit(jax.vmap(VERBS[verb], in_axes=(None, 0)))(p, Channel(jnp.asarray(rows), ("X",), ("Y",)))
    assert np.abs(at_once - np.stack(one_by_one)).max() <= rounding(6)
    slopes = jax.jit(jax.grad(lambda k: VERBS[verb](p, k).sum()))(channel(rows[0], "X", "Y"))
    assert np.isfinite(slopes.rows).all()


@pytest.mark.parametrize("verb", ["push", "product", ">>", "tensor"])
def test_products_ask_for_full_precision_on_accelerators(verb):
    p, k = joint([0.25, 0.75], "X"), channel(random_rows(0, (2,), (3,)), "X", "Y")
    program = str(jax.make_jaxpr(VERBS[verb])(p, k))
    assert program.count("dot_general[") == program.count("precision=(Precision.HIGHEST, Precision.HIGHEST)") > 0
