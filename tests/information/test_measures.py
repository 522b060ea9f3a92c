"""Entropy and information against differences of entropies in 50 digits: random, sparse, nearly independent laws."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import log, mp, mpf

from infoloop.information.measures import divergence, entropy, jensen_shannon, mutual_information, total_variation
from infoloop.probability.bayes_nets import bayes_net
from infoloop.probability.distributions import Joint, from_outcomes, joint, product, relabel
from infoloop.probability.gaussians import gaussian
from infoloop.probability.numerics import rounding
from tests.support import oracles

steady = settings(derandomize=True, deadline=None, max_examples=80, database=None)
EPS = float(np.finfo(np.float64).eps)
NAMES, SHAPE = ("X", "Y", "Z"), (2, 3, 2)
CELLS = 12
SLACK = rounding(CELLS) * np.log2(CELLS)  # sums of at most 12 terms whose sizes add up to at most log2(12)
NEAR = 1e-6  # the relative error that the issue allows near independence, where entropy differences have no digit left
STEP = EPS ** (1 / 3)  # the best step of a central difference, whose error is then of the size of its square
DIFFERENCE = 1000 * STEP**2  # times a third derivative of 1/p^2, with p above 0.04
LEAST = 4 * float(np.finfo(np.float64).tiny)  # what each of four terms may lose to zero in the lower half of a product


distances = pytest.mark.parametrize("distance", [divergence, total_variation, jensen_shannon], ids=lambda f: f.__name__)


def near(cells, dependence):
    """The marginals are known to `cells` roundings, and their errors enter squared beside the squared dependence."""
    return rounding(cells) + (cells * EPS / dependence) ** 2


def random_table(seed, shape=SHAPE):
    return np.random.default_rng(seed).dirichlet(np.ones(np.prod(shape))).reshape(shape)


def as_law(weights):
    return np.reshape(weights, SHAPE) / np.sum(weights)


weights = st.lists(st.integers(0, 8), min_size=CELLS, max_size=CELLS).filter(any)

# what is asked of the law, and the oracle's answer: H(first | given) or I(first; second | given)
ENTROPIES = [
    (("X",), ()),
    (("Y", "X"), ()),
    (("X", "Y", "Z"), ()),
    (("X",), ("Y",)),
    (("X",), ("Z", "Y")),
    (("X", "Z"), ("Y",)),
    (("X", "Y"), ("Y",)),
    (("X",), ("X",)),
]
INFORMATIONS = [
    (("X",), ("Y",), ()),
    (("Y",), ("X",), ()),
    (("X",), ("Y",), ("Z",)),
    (("X", "Y"), ("Z",), ()),
    (("X",), ("X",), ()),
    (("X", "Y"), ("Y", "Z"), ()),
    (("X", "Y"), ("Y", "Z"), ("X",)),
    (("X",), ("Y", "Z"), ("Z",)),
    (("X", "Z"), ("Z", "X"), ("Y",)),
    (("X",), (), ("Z",)),
]


@jax.jit
def all_measures(table):
    p = Joint(table, NAMES)
    return jnp.stack(
        [entropy(p, *x, given=g) for x, g in ENTROPIES] + [mutual_information(p, x, y, g) for x, y, g in INFORMATIONS]
    )


def places(names):
    return tuple(NAMES.index(name) for name in names)


def all_oracles(table):
    law = oracles.law_of(table)
    return [oracles.entropy(law, places(x), places(g)) for x, g in ENTROPIES] + [
        oracles.information(law, places(x), places(y), places(g)) for x, y, g in INFORMATIONS
    ]


@pytest.mark.full
@steady
@given(weights)
def test_entropies_and_informations_of_any_law(cells):
    table = as_law(cells)
    found = np.asarray(all_measures(table))
    assert max(abs(float(a) - b) for a, b in zip(found, all_oracles(table), strict=True)) <= SLACK
    assert found[len(ENTROPIES) :].min() >= 0


@jax.jit
def all_distances(p, q):
    p, q = Joint(p, NAMES), Joint(q, NAMES)
    return jnp.stack([divergence(p, q), total_variation(p, q), jensen_shannon(p, q)])


@pytest.mark.slow
@steady
@given(weights, weights)
def test_distances_of_any_two_laws(left, right):
    p, q = as_law(left), as_law(right)
    laws = oracles.law_of(p), oracles.law_of(q)
    found = all_distances(p, q)
    expected = [f(*laws) for f in (oracles.divergence, oracles.total_variation, oracles.jensen_shannon)]
    assert (found[0] == np.inf) == (expected[0] == mp.inf)
    for a, b in zip(found, expected, strict=True):
        assert float(a) == b == mp.inf or abs(float(a) - b) <= SLACK
        assert a >= 0


@jax.jit
def chain_rules(p):
    parts = entropy(p, "X") + entropy(p, "Y", given="X") + entropy(p, "Z", given=("X", "Y"))
    chain = mutual_information(p, "X", "Z") + mutual_information(p, "Y", "Z", given="X")
    return entropy(p) - parts, mutual_information(p, ("X", "Y"), "Z") - chain


def test_chain_rules():
    assert np.abs(chain_rules(joint(random_table(0), *NAMES))).max() <= SLACK


def test_an_information_is_the_divergence_from_the_product():
    p = joint(random_table(1, (3, 4)), "X", "Y")
    apart = product(joint(np.asarray(p.table.sum(1)), "X"), joint(np.asarray(p.table.sum(0)), "Y"))
    assert abs(mutual_information(p, "X", "Y") - divergence(p, apart)) <= SLACK


def test_names_come_alone_or_in_groups():
    p = joint(random_table(2), *NAMES)
    assert entropy(p) == entropy(p, *NAMES)
    assert entropy(p, given="X") == entropy(p, "Y", "Z", given=("X",))
    assert mutual_information(p, "X", ["Y", "Z"]) == mutual_information(p, ("X",), ("Y", "Z", "Y"))


@pytest.mark.parametrize("e", [10.0**-k for k in range(3, 15)])
def test_two_nearly_independent_bits(e):
    table = np.array([[0.25 + e, 0.25 - e], [0.25 - e, 0.25 + e]])
    expected = oracles.information(oracles.law_of(table), (0,), (1,))
    assert abs(float(mutual_information(joint(table, "X", "Y"), "X", "Y")) - expected) <= NEAR * expected


@pytest.mark.parametrize("e", [10.0**-k for k in range(3, 15)])
def test_nearly_independent_laws_in_general(e):
    rng = np.random.default_rng(0)
    for _ in range(3):
        table = np.outer(rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(4))) * (1 + e * rng.normal(size=(3, 4)))
        table /= table.sum()
        expected = oracles.information(oracles.law_of(table), (0,), (1,))
        found = float(mutual_information(joint(table, "X", "Y"), "X", "Y"))
        assert abs(found - expected) <= near(CELLS, e) * expected
        assert e < 1e-11 or abs(found - expected) <= NEAR * expected


@pytest.mark.parametrize("e", [10.0**-k for k in range(3, 15)])
def test_nearly_independent_given_a_third(e):
    rng = np.random.default_rng(1)
    for _ in range(3):
        slices = [
            p_z * np.outer(rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(2))) for p_z in rng.dirichlet(np.ones(2))
        ]
        table = np.stack(slices, axis=1) * (1 + e * rng.normal(size=(3, 2, 2)))
        table /= table.sum()
        expected = oracles.information(oracles.law_of(table), (0,), (2,), (1,))
        found = float(mutual_information(joint(table, "X", "Z", "Y"), "X", "Y", given="Z"))
        assert abs(found - expected) <= near(CELLS, e) * expected
        assert e < 1e-11 or abs(found - expected) <= NEAR * expected


@pytest.mark.parametrize("e", [1e-5, 1e-9, 1e-13])
def test_nearly_equal_laws(e):
    rng = np.random.default_rng(2)
    q = rng.dirichlet(np.ones(CELLS))
    p = q * (1 + e * rng.normal(size=CELLS))
    p /= p.sum()
    laws = oracles.law_of(p), oracles.law_of(q)
    with mp.workdps(oracles.DIGITS):  # the float tables have masses off by roundings, which the sum of terms leaves out
        excess = sum(laws[0].values()) - sum(laws[1].values())
        expected = oracles.divergence(*laws) - excess * log(mp.e, 2)
        assert abs(float(divergence(joint(p, "X"), joint(q, "X"))) - expected) <= near(CELLS, 1) * expected


def test_differences_of_entropies_would_be_caught():
    table = np.array([[0.25 + 1e-9, 0.25 - 1e-9], [0.25 - 1e-9, 0.25 + 1e-9]])
    p = joint(table, "X", "Y")
    expected = oracles.information(oracles.law_of(table), (0,), (1,))
    assert abs(float(entropy(p, "X") + entropy(p, "Y") - entropy(p)) - expected) > 1000 * NEAR * expected


def test_nats_and_swapped_axes_would_be_caught():
    table = random_table(3)
    expected = oracles.information(oracles.law_of(table), (0,), (1,), (2,))
    p = joint(table, *NAMES)
    assert abs(float(mutual_information(p, "X", "Y", given="Z")) - expected) <= SLACK
    assert abs(float(mutual_information(p, "X", "Y", given="Z")) * np.log(2) - expected) > 1000 * SLACK
    assert abs(float(mutual_information(p, "X", "Z", given="Y")) - expected) > 1000 * SLACK


@pytest.mark.parametrize("rare", [1e-17, 1e-100, 1e-300])
def test_a_rare_event_counts(rare):
    def information(p):
        return mutual_information(p, "X", "Y")

    p = from_outcomes({("0", "0"): 1 - rare, ("1", "1"): rare}, ("X", "Y"))
    with mp.workdps(350):
        expected = -mpf(rare) * log(rare, 2) - (1 - mpf(rare)) * log(1 - mpf(rare), 2)
        for measure in (information, jax.jit(information)):
            assert abs(float(measure(p)) - expected) <= rounding(4) * expected + LEAST
        # an entropy has no term for the mass that 1 - rare lost in its own rounding, rare * log2(e)
        assert abs(float(entropy(p)) + rare * np.log2(np.e) - expected) <= rounding(4) * expected


@pytest.mark.slow
def test_divergences_are_infinite_where_a_mass_is_lost():
    p, q = joint([0.5, 0.5, 0.0], "X"), joint([0.5, 0.0, 0.5], "X")
    assert divergence(p, q) == divergence(q, p) == np.inf
    assert abs(jensen_shannon(p, q) - 0.5) <= rounding(3)
    assert total_variation(p, q) == 0.5


def test_entropy_at_zeros_in_value_and_slope():
    p = joint([0.5, 0.5, 0.0], "X")
    slopes = jax.grad(lambda p: entropy(p))(p).table
    assert entropy(p) == 1.0
    assert np.isfinite(slopes).all()
    assert slopes[2] == 0.0
    assert np.abs(slopes[:2] - (1 - np.log2(np.e))).max() <= rounding(3)


@pytest.mark.slow
@pytest.mark.parametrize("given", [(), ("Y",)], ids=["whole", "conditional"])
def test_conditional_entropy_slopes_at_zeros_are_finite(given):
    table = np.zeros(SHAPE)
    table[0, 0, 0] = table[1, 1, 0] = 0.5
    slopes = jax.grad(lambda p: entropy(p, "X", given=given))(joint(table, *NAMES)).table
    assert np.isfinite(slopes).all()


def test_information_slopes_at_zeros_are_finite_and_inside_equal_differences():
    def information(table):
        return mutual_information(Joint(table, NAMES), "X", "Y", given="Z")

    slope = jax.jit(jax.grad(information))
    sparse = np.zeros(SHAPE)
    sparse[0, 0, 0] = sparse[1, 1, 0] = 0.5
    assert np.isfinite(slope(sparse)).all()
    table = (random_table(4) + 1) / (1 + CELLS)
    found = np.asarray(slope(table))
    values = jax.jit(jax.vmap(information))
    steps = STEP * np.eye(CELLS).reshape(CELLS, *SHAPE)
    differences = (values(table + steps) - values(table - steps)) / (2 * STEP)
    assert np.abs(found.ravel() - differences).max() <= DIFFERENCE


MEASURES = {
    "entropy": lambda p, q: entropy(p, "X", "Y"),
    "conditional entropy": lambda p, q: entropy(p, "X", given=("Y", "Z")),
    "information": lambda p, q: mutual_information(p, "X", "Y"),
    "conditional information": lambda p, q: mutual_information(p, "X", ("Y", "Z"), given="Z"),
    "divergence": divergence,
    "divergence from": lambda p, q: divergence(q, p),
    "total variation": total_variation,
    "Jensen-Shannon": jensen_shannon,
    "Jensen-Shannon to": lambda p, q: jensen_shannon(q, p),
}
OTHER = joint(random_table(5), *NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("measure", MEASURES)
def test_measures_under_jit_vmap_and_grad(measure):
    tables = np.stack([random_table(seed) for seed in range(2)])
    compiled = jax.jit(MEASURES[measure])
    one_by_one = [compiled(joint(table, *NAMES), OTHER) for table in tables]
    at_once = jax.jit(jax.vmap(MEASURES[measure], in_axes=(0, None)))(Joint(jnp.asarray(tables), NAMES), OTHER)
    assert np.abs(at_once - np.stack(one_by_one)).max() <= SLACK
    assert np.isfinite(jax.jit(jax.grad(MEASURES[measure]))(joint(tables[0], *NAMES), OTHER).table).all()


@pytest.mark.parametrize("measure", ["divergence", "total variation", "Jensen-Shannon", "Jensen-Shannon to"])
def test_entries_near_the_least_float_have_finite_measures(measure):
    """JAX does not tell half of such an entry from 0: the middle of two laws must not be what holds it."""
    oracle = getattr(oracles, measure.lower().replace(" ", "_").replace("-", "_").removesuffix("_to"))
    cells = LEAST / 4 * np.exp(np.random.default_rng(0).uniform(0, 3, (8, 2, 3)))
    cells[::2, 0, 0] = 0
    for p, q in np.concatenate([cells, np.ones((8, 2, 1))], axis=2):
        expected = oracle(oracles.law_of(p), oracles.law_of(q))
        within = 4 * LEAST + 2 * np.abs(p - q).sum()  # masses differ by this, below the rounding of 1
        assert abs(MEASURES[measure](joint(p, "X"), joint(q, "X")) - float(expected)) <= within


def test_laws_are_compared_by_name_not_by_axis():
    p = joint(random_table(6), *NAMES)
    turned = Joint(p.table.transpose(2, 0, 1), ("Z", "X", "Y"))
    assert divergence(p, turned) == total_variation(p, turned) == jensen_shannon(p, turned) == 0


@distances
def test_laws_over_different_variables_are_not_compared(distance):
    p = joint([0.5, 0.5], "X")
    with pytest.raises(ValueError, match=r"cannot compare a law over \('X',\) with one over \('W',\): relabel one"):
        distance(p, relabel(p, X="W"))


@distances
def test_laws_over_different_symbols_are_not_compared(distance):
    with pytest.raises(ValueError, match=r"different alphabets: X is in \('a', 'b'\) and in \(0, 1\)"):
        distance(from_outcomes({"a": 0.5, "b": 0.5}, "X"), joint([0.5, 0.5], "X"))


@distances
def test_laws_that_differ_in_one_of_two_alphabets_are_not_compared(distance):
    p = from_outcomes({("a", "b"): 0.5, ("c", "d"): 0.5}, ("X", "Y"))
    for first, last, name in (("a", "e", "Y"), ("z", "d", "X")):
        with pytest.raises(ValueError, match=f"different alphabets: {name} is in"):
            distance(p, from_outcomes({(first, "b"): 0.5, ("c", last): 0.5}, ("X", "Y")))


UNKNOWN = {
    "entropy": lambda p: entropy(p, "W"),
    "condition of an entropy": lambda p: entropy(p, "X", given="W"),
    "first": lambda p: mutual_information(p, "W", "X"),
    "second": lambda p: mutual_information(p, "X", ("Y", "W")),
    "condition of an information": lambda p: mutual_information(p, "X", "Y", given="W"),
}


@pytest.mark.parametrize("place", UNKNOWN)
def test_an_unknown_variable_is_named(place):
    with pytest.raises(ValueError, match="unknown variable 'W': this law is over X, Y, Z"):
        UNKNOWN[place](OTHER)


def test_a_network_is_compared_by_its_law():
    x, uniform = joint([0.5, 0.25, 0.125, 0.125], "X"), joint(np.full((2, 4), 0.125), "Y", "X")
    assert divergence(bayes_net(x, joint([0.5, 0.5], "Y")), uniform) == divergence(x, joint(np.full(4, 0.25), "X"))


def test_a_table_is_not_compared_with_a_gaussian():
    with pytest.raises(ValueError, match="cannot compare a Joint with a Gaussian"):
        divergence(joint([0.5, 0.5], "X"), gaussian([[1.0]], "X"))
