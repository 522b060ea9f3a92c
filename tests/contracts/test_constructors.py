"""Every constructor of laws and channels, traced: the same numbers, the same rule for what is no law, right slopes.

What raises a ValueError where its numbers are known makes the whole law NaN where JAX traces them, element by element
under `vmap`; shapes and names are checked always.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.contraction_coefficients import dobrushin
from infoloop.information.markov_chains import information_along
from infoloop.information.measures import divergence, entropy, jensen_shannon, mutual_information, total_variation
from infoloop.information.multivariate import o_information, total_correlation
from infoloop.information.renyi import (
    bhattacharyya,
    extropy,
    lautum_information,
    renyi_divergence,
    renyi_entropy,
    sibson_information,
)
from infoloop.information.signal_efficiency import efficiency
from infoloop.probability.bayes_nets import bayes_net
from infoloop.probability.channel_families import (
    binomial,
    bsc,
    deterministic,
    erasure,
    multinomial,
    random_channel,
    symmetric,
    z_channel,
)
from infoloop.probability.channels import channel, conditional, extend, push, tensor
from infoloop.probability.distributions import condition, from_outcomes, joint, marginal, product, relabel
from infoloop.probability.gaussians import gaussian, linear_gaussian
from infoloop.probability.numerics import rounding

EPS = float(np.finfo(np.float64).eps)
RATES = {"a number below 0": -EPS, "a number above 1": 1 + EPS, "NaN": np.nan, "infinity": np.inf}
HIDDEN = [[0.6, -0.1], [0.25, 0.25]]  # a negative cell that both marginals hide
TABLES = {
    "mass 2": [[1.0, 0.5], [0.25, 0.25]],
    "mass 1/2": [[0.25, 0.0], [0.125, 0.125]],
    "a hidden negative cell": HIDDEN,
    "a mass off by 1e-12": [[0.5, 0.25], [0.25, 1e-12]],
    "NaN": [[0.5, 0.25], [0.25, np.nan]],
    "infinity": [[np.inf, 0.25], [0.25, 0.0]],
}
ROWS = {
    "a row of mass 2": [[0.5, 1.5], [0.5, 0.5]],
    "a row of mass 1/2": [[0.5, 0.5], [0.5, 0.0]],
    "rows that make it up": [[1.0, 0.5], [0.25, 0.25]],
    "negative": [[1.0, 0.0], [1.5, -0.5]],
    "NaN": [[0.5, 0.5], [np.nan, 0.5]],
}
COVARIANCES = {
    "not positive definite": [[1.0, 1.0], [1.0, 1.0]],
    "indefinite": [[1.0, 2.0], [2.0, 1.0]],
    "not symmetric": [[1.0, 0.5], [0.4, 1.0]],
    "a negative variance": [[-1.0, 0.0], [0.0, 1.0]],
    "NaN": [[1.0, np.nan], [np.nan, 1.0]],
    "infinity": [[np.inf, 0.0], [0.0, 1.0]],
}
VECTORS = {"NaN": [0.0, np.nan], "infinity": [-np.inf, 0.0]}
NOISES = {"negative": -1.0, "NaN": np.nan, "infinity": np.inf}
P_XY, K_YZ = joint([[0.5, 0.0], [0.25, 0.25]], "X", "Y"), channel([[0.5, 0.5], [0.0, 1.0]], "Y", "Z")
G_XY = gaussian([[1.0, 0.5], [0.5, 1.0]], "X", "Y")

# What is built of an array; arrays of which a law can be made, and arrays of which none can.
CONSTRUCTORS = {
    "joint": (lambda t: joint(t, "X", "Y"), [[[0.5, 0.0], [0.25, 0.25]], [[0.0, 0.0], [0.0, 1.0]]], TABLES),
    "joint of nested lists": (lambda e: joint([[1 - e, 0.0], [0.0, e]], "X", "Y"), [0.25, 0.0, 1.0], RATES),
    "from_outcomes": (lambda e: from_outcomes({("b", 1): e, ("a", 1): 1 - e}, ("X", "Y")), [0.25, 0.0], RATES),
    "channel": (lambda t: channel(t, "X", "Y"), [[[0.5, 0.5], [0.0, 1.0]]], ROWS),
    "channel of nested lists": (lambda e: channel([[1 - e, e], [0.5, 0.5]], "X", "Y"), [0.25, 0.0], RATES),
    "bsc": (lambda e: bsc(e, "X", "Y"), [0.25, 0.0, 1.0], RATES),
    "erasure": (lambda e: erasure(e, "X", "Y", size=3), [0.25, 0.0, 1.0], RATES),
    "z_channel": (lambda e: z_channel(e, "X", "Y"), [0.25, 0.0, 1.0], RATES),
    "symmetric": (lambda e: symmetric(e, "X", "Y", size=3), [0.25, 0.0, 1.0], RATES),
    "binomial": (lambda e: binomial(jnp.stack([0.5 * e, e]), 3, "X", "Y"), [0.25, 0.0, 1.0], RATES),
    "binomial without draws": (lambda e: binomial(jnp.stack([0.5, e]), 0, "X", "Y"), [0.25, 0.0], RATES),
    "multinomial": (lambda t: multinomial(t, 3, "X", "Y"), [[[0.5, 0.5], [0.0, 1.0]]], ROWS),
    "multinomial of many draws": (lambda t: multinomial(t, 1001, "X", "Y"), [[[0.5, 0.5], [0.0, 1.0]]], ROWS),
    "bayes_net": (
        lambda e: bayes_net(bsc(e, "X", "Y"), joint([0.5, 0.5], "X"), joint([1.0], "W")), [0.25, 0.0], RATES
    ),
    "bayes_net, above the part": (
        lambda e: marginal(bayes_net(bsc(e, "X", "Y"), joint([0.5, 0.5], "X")), "X"), [0.25, 0.0], RATES
    ),
    "bayes_net, beside the part": (
        lambda e: marginal(bayes_net(bsc(e, "X", "Y"), joint([0.5, 0.5], "X"), joint([1.0], "W")), "W"), [0.25], RATES
    ),
    "product": (lambda t: product(joint([1.0, 0.0], "W"), joint(t, "X", "Y")), [P_XY.table], TABLES),
    "conditional": (lambda t: conditional(joint(t, "X", "Y"), "X", given="Y"), [P_XY.table], TABLES),
    "conditional, given what is impossible": (
        lambda e: conditional(joint([[e, 1 - e], [0.0, 0.0]], "X", "Y"), "X", given="Y"), [0.25], {"mass 0": 0.0}
    ),
    "condition": (lambda t: condition(joint(t, "X", "Y"), X=1), [P_XY.table], TABLES),
    "condition on what is impossible": (
        lambda e: condition(joint([[1 - e], [e]], "X", "Y"), X=1), [0.25, 1.0], {"mass 0": 0.0}
    ),
    "marginal": (lambda t: marginal(joint(t, "X", "Y"), "X"), [P_XY.table], TABLES),
    "relabel": (lambda t: relabel(joint(t, "X", "Y"), X="W"), [P_XY.table], TABLES),
    "extend by what is none": (lambda t: extend(P_XY, channel(t, "Y", "Z")), [K_YZ.rows], ROWS),
    "extend what is none": (lambda t: extend(joint(t, "X", "Y"), K_YZ), [P_XY.table], TABLES),
    "push": (lambda t: push(joint([1.0, 0.0], "Y"), channel(t, "Y", "Z")), [K_YZ.rows], ROWS),
    ">>": (lambda t: channel([[1.0, 0.0]], "X", "Y") >> channel(t, "Y", "Z"), [K_YZ.rows], ROWS),
    "tensor": (lambda t: tensor(bsc(0.0, "V", "W"), channel(t, "Y", "Z")), [K_YZ.rows], ROWS),
    "gaussian by covariance": (
        lambda c: gaussian(c, "X", "Y"), [G_XY.covariance, [[1e-30, 0.5], [0.5, 1e30]]], COVARIANCES
    ),
    "gaussian by mean": (lambda m: gaussian(np.eye(2), "X", "Y", mean=m), [[1.0, 0.0]], VECTORS),
    "linear_gaussian by noise": (lambda v: linear_gaussian(2.0, v, "X", "Z"), [1.0, 0.0], NOISES),
    "linear_gaussian by matrix": (lambda a: linear_gaussian([a], 1.0, "X", "Z"), [[1.0, 0.0]], VECTORS),
    "linear_gaussian by offset": (lambda b: linear_gaussian(2.0, 1.0, "X", "Z", offset=b), [1.0, 0.0], {"NaN": np.nan}),
    "extend a gaussian": (lambda v: extend(G_XY, linear_gaussian(1.0, v, "X", "Z")), [1.0, 0.0], NOISES),
    "multiply gaussians": (
        lambda c: product(gaussian([[1.0]], "W"), gaussian(c, "X", "Y")), [G_XY.covariance], COVARIANCES
    ),
    "condition a gaussian": (lambda y: condition(G_XY, Y=y), [1.0, 0.0], {}),
}  # fmt: skip


SLOW = {"multinomial of many draws", "extend a gaussian", "multiply gaussians", "condition a gaussian"}
# Where compiled code may add or take logarithms in another order.
ROUNDED = {"extend a gaussian": rounding(4)}


def leaves(law):
    return [np.asarray(leaf) for leaf in jax.tree.leaves(law)]


def numbers(law):
    """The arrays of a law, of a network those of its parts without causes."""
    parts = getattr(law, "factors", (law,))
    return [leaf for part in parts if not (len(parts) > 1 and getattr(part, "source", ())) for leaf in leaves(part)]


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] * (n in SLOW)) for n in CONSTRUCTORS])
def test_traced_numbers_give_the_same_law_and_what_is_none_gives_nan_by_itself(name):
    """One compiled sweep over all cases: each is what it is alone, and a neighbour that is no law changes nothing."""
    build, laws, others = CONSTRUCTORS[name]
    cases = jnp.asarray([*map(np.asarray, laws), *map(np.asarray, others.values()), np.asarray(laws[0])])
    swept = jax.jit(jax.vmap(build))(cases)
    alone = [build(np.asarray(case)) for case in (*laws, laws[0])]
    expected = [*alone[:-1], *([None] * len(others)), alone[-1]]
    for k, law in enumerate(expected):
        found = jax.tree.map(lambda leaf, k=k: leaf[k], swept)
        if law is None:
            assert all(np.isnan(array).all() for array in numbers(found)), list(others)[k - len(laws)]
        else:
            assert jax.tree.structure(found) == jax.tree.structure(law)
            within = ROUNDED.get(name, 0.0)  # NaN, which is no number, is within nothing
            pairs = zip(leaves(found), leaves(law), strict=True)
            assert all((np.abs(a - b) <= within).all() for a, b in pairs), laws[k % len(laws)]


@pytest.mark.parametrize(("name", "case"), [(n, c) for n, (_, _, others) in CONSTRUCTORS.items() for c in others])
def test_what_gives_nan_where_it_is_traced_is_refused_where_it_is_known(name, case):
    build, _, others = CONSTRUCTORS[name]
    with pytest.raises(ValueError, match=r": |, not 1|, so choose|, drop it"):
        build(np.asarray(others[case]))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["joint", "channel", "from_outcomes", "bsc", "multinomial", "bayes_net"])
def test_constructors_in_loops_of_jax(name):
    build, laws, others = CONSTRUCTORS[name]
    cases = jnp.asarray([*map(np.asarray, laws), *map(np.asarray, others.values())])
    once = jax.vmap(build)(cases)
    mapped = jax.lax.map(build, cases)
    scanned = jax.lax.scan(lambda carry, case: (carry, build(case)), 0, cases)[1]
    for a, b, c in zip(leaves(once), leaves(mapped), leaves(scanned), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, c)


@pytest.mark.slow
def test_random_channels_under_jit_and_vmap():
    keys = jax.random.split(jax.random.key(0), 3)
    swept = jax.jit(jax.vmap(lambda key: random_channel(key, 2, 3, "X", "Y").rows))(keys)
    alone = [random_channel(key, 2, 3, "X", "Y").rows for key in keys]
    assert np.abs(swept - np.stack(alone)).max() <= rounding(3)  # vector code may sum a row in another order


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda t: joint(t, "X"), "2 axes of sizes .* but 1 names"),
        (lambda t: joint(t, "X", "X"), "'X' twice"),
        (lambda t: joint(t[:0], "X", "Y"), "at least one cell"),
        (lambda t: joint([[t[0, 0]], [t[0, 0], t[0, 1]]], "X", "Y"), "not a rectangular table"),
        (lambda t: joint([[t[0, 0], "0.5"]], "X", "Y"), "joint table"),
        (lambda t: joint(t + 0j, "X", "Y"), "joint table holds complex128, not real numbers"),
        (lambda t: joint(t.astype(jnp.float32), "X", "Y"), "joint table is float32: pass float64, or dtype"),
        (lambda t: channel(t, "X", ("Y", "Z")), "2 axes of sizes .* but 3 names"),
        (lambda t: channel(t, "X", "X"), "'X' twice"),
        (lambda t: from_outcomes({"a": t}, "X"), r"masses are arrays of shape \(2, 2\)"),
        (lambda t: bsc(t, "X", "Y"), r"flip has shape \(2, 2\): give one number"),
        (lambda t: bsc(t[0, 0] + 0j, "X", "Y"), "flip holds complex128"),
        (lambda t: binomial(t, 2, "X", "Y"), r"rates has shape \(2, 2\): give a list of numbers"),
        (lambda t: multinomial(t[0], 2, "X", "Y"), r"rates has shape \(2,\): give a table"),
        (lambda t: gaussian(t, "X"), "do not fill a 2 x 2 covariance"),
        (lambda t: gaussian(t[0], "X"), r"covariance has shape \(2,\): give a square matrix"),
        (lambda t: gaussian(t, "X", "Y", mean=t), r"mean has shape \(2, 2\): give a vector of 2"),
        (lambda t: linear_gaussian(t, 1.0, "X", "Z"), "give a row for each noise"),
        (lambda t: product(joint(t, "X", "Y"), joint(t, "Y", "Z")), "'Y' twice"),
        (lambda t: bayes_net(channel(t, "X", "Y")), "'X' is read by Y but no part defines it"),
    ],
)
def test_shapes_names_and_types_are_checked_under_jit(build, message):
    with pytest.raises(ValueError, match=message):
        jax.eval_shape(build, np.eye(2))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda n: erasure(0.1, "X", "Y", size=n),
            "size is traced by JAX, and what is compiled depends on it: give a known",
        ),
        (
            lambda n: multinomial([[0.5, 0.5]], n, "X", "Y"),
            "trials is traced by JAX, and what is compiled depends on it",
        ),
        (lambda n: random_channel(jax.random.key(0), n, 2, "X", "Y"), "sources is traced by JAX, and what is compiled"),
        (lambda n: deterministic([n, 0], "X", "Y"), "deterministic runs on the host, and function is traced by JAX"),
        (
            lambda n: deterministic(lambda x: x + n, "X", "Y", 2),
            "deterministic runs on the host, and function is traced",
        ),
        (lambda n: gaussian(np.eye(2), "X", sizes=(n,)), "an entry of sizes is traced by JAX"),
    ],
)
def test_what_a_shape_depends_on_is_known(build, message):
    with pytest.raises(TypeError) as caught:  # JAX adds a note, which is no part of the message
        jax.eval_shape(build, np.int64(2))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


MEASURES = {
    "entropy": lambda p: entropy(p),
    "entropy of a part": lambda p: entropy(p, "X"),
    "conditional entropy": lambda p: entropy(p, "X", given="Y"),
    "mutual information": lambda p: mutual_information(p, "X", "Y"),
    "mutual information with itself": lambda p: mutual_information(p, "X", "X"),
    "divergence": lambda p: divergence(p, P_XY),
    "divergence, reversed": lambda p: divergence(P_XY, p),
    "total variation": lambda p: total_variation(p, P_XY),
    "Jensen-Shannon": lambda p: jensen_shannon(p, P_XY),
    "Jensen-Shannon, reversed": lambda p: jensen_shannon(P_XY, p),
    "Rényi 0": lambda p: renyi_entropy(p, order=0),
    "Rényi 1": lambda p: renyi_entropy(p, order=1),
    "Rényi 2": lambda p: renyi_entropy(p, order=2),
    "Rényi infinity": lambda p: renyi_entropy(p, order=np.inf),
    "Rényi divergence": lambda p: renyi_divergence(p, P_XY, 2),
    "Rényi divergence, reversed": lambda p: renyi_divergence(P_XY, p, 0.5),
    "Bhattacharyya": lambda p: bhattacharyya(p, P_XY),
    "extropy": lambda p: extropy(p),
    "lautum": lambda p: lautum_information(p, "X", "Y"),
    "Sibson": lambda p: sibson_information(marginal(p, "Y"), K_YZ, 2),
    "total correlation": lambda p: total_correlation(p, "X", "Y"),
    "O-information": lambda p: o_information(p, "X", "Y"),
    "efficiency": lambda p: efficiency(p, "X", "Y", "Y").gain,
    "Dobrushin": lambda p: dobrushin(conditional(p, "Y", given="X")),
    "information along": lambda p: information_along(p, "X", channel(np.eye(2), "Y", "Z"), 1)[-1],
    "by a network": lambda p: mutual_information(bayes_net(p, K_YZ), "X", "Z"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("measure", MEASURES)
def test_no_measure_of_a_traced_table_that_is_no_law_is_a_number(measure):
    tables = jnp.asarray([np.asarray(table) for table in (*TABLES.values(), P_XY.table)])
    values = jax.jit(jax.vmap(lambda t: MEASURES[measure](joint(t, "X", "Y"))))(tables)
    assert np.isnan(values).tolist() == [True] * len(TABLES) + [False]
    assert values[-1] == MEASURES[measure](P_XY) or abs(values[-1] - MEASURES[measure](P_XY)) <= rounding(16)


@pytest.mark.full
def test_no_measure_of_a_traced_covariance_that_is_none_is_a_number():
    covariances = jnp.asarray([np.asarray(c) for c in COVARIANCES.values()])
    for measure in (
        lambda p: mutual_information(p, "X", "Y"),
        lambda p: mutual_information(p, "X", "X"),
        lambda p: entropy(p, "X"),
        lambda p: divergence(p, G_XY),
        lambda p: divergence(G_XY, p),
    ):
        assert np.isnan(jax.jit(jax.vmap(lambda c, of=measure: of(gaussian(c, "X", "Y"))))(covariances)).all()


@pytest.mark.full
def test_the_slope_of_what_is_no_law_is_nan_too():
    """A slope of 0, which `where` would give, is what a descent takes for its end."""
    for build, case in (
        (lambda t: joint(t, "X", "Y").table, HIDDEN),
        (lambda t: channel(t, "X", "Y").rows, ROWS["a row of mass 2"]),
        (lambda t: gaussian(t, "X", "Y").covariance, COVARIANCES["indefinite"]),
    ):
        assert np.isnan(jax.jit(jax.grad(lambda t, of=build: of(t).sum()))(jnp.asarray(case))).all()
    assert np.isnan(jax.grad(lambda e: bsc(e, "X", "Y").rows[0, 0])(1.5))


def test_numbers_keep_the_type_that_is_asked_for_under_jit():
    e = jnp.float32(0.25)
    for build in (
        lambda e: joint([1 - e, e], "X", dtype=jnp.float32).table,
        lambda e: channel([[1 - e, e]], "X", "Y", dtype=jnp.float32).rows,
        lambda e: from_outcomes({"a": e, "b": 1 - e}, "X", dtype=jnp.float32).table,
        lambda e: bsc(e, "X", "Y", dtype=jnp.float32).rows,
        lambda e: multinomial([[1 - e, e]], 2, "X", "Y", dtype=jnp.float32).rows,
        lambda e: gaussian([[e]], "X", mean=e, dtype=jnp.float32).covariance,
        lambda e: linear_gaussian(e, e, "X", "Z", offset=e, dtype=jnp.float32).offset,
    ):
        assert jax.eval_shape(build, e).dtype == jnp.float32
