"""Laws: what is refused and how it is said, and the verbs against loops over outcomes."""

import functools
import itertools
import operator
from fractions import Fraction
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infoloop.probability.distributions import Joint, condition, from_outcomes, joint, marginal, product, relabel
from infoloop.probability.numerics import rounding
from tests.support.oracles import law_of
from tests.support.oracles import marginal as summed

steady = settings(derandomize=True, deadline=None, max_examples=60, database=None)
NAMES = ("X", "Y", "Z")


def random_table(seed, shape=(2, 3, 4)):
    return np.random.default_rng(seed).dirichlet(np.ones(np.prod(shape))).reshape(shape)


BAD_TABLES: dict[str, tuple[Any, Any, str]] = {
    "mass 0.9": ([0.5, 0.4], ("X",), "joint table has mass 0.90+.*, not 1: divide it by its sum"),
    "mass 1.1": ([0.5, 0.6], ("X",), "has mass 1.10+.*, not 1"),
    "mass off by 1e-12": ([0.5, 0.5 + 1e-12], ("X",), "has mass 1.0000000000010001, not 1"),
    "negative": ([1.2, -0.2], ("X",), r"has the entry -0.2 at \(1,\): probabilities are numbers >= 0"),
    "NaN": ([[0.5, 0.5], [np.nan, 0.0]], ("X", "Y"), r"has the entry nan at \(1, 0\)"),
    "infinite": ([np.inf, 0.0], ("X",), "has mass inf, not 1"),
    "empty": ([], ("X",), r"has shape \(0,\): a law needs at least one cell"),
    "more names": ([0.5, 0.5], ("X", "Y"), r"has 1 axes of sizes \(2,\), but 2 names"),
    "fewer names": ([[0.5, 0.5]], ("X",), r"has 2 axes of sizes \(1, 2\), but 1 names .*one name for each axis"),
    "no names": ([0.5, 0.5], (), "has 1 axes .* but 0 names"),
    "repeated name": ([[0.5, 0.5]], ("X", "X"), "names 'X' twice: every axis needs a name of its own"),
    "empty name": ([0.5, 0.5], ("",), "has the name '': a name is a non-empty string"),
    "number as name": ([0.5, 0.5], (3,), "has the name 3: a name is a non-empty string"),
    "ragged": ([[0.5], [0.25, 0.25]], ("X", "Y"), "is not a rectangular table of numbers"),
    "words": (["half", "half"], ("X",), "joint table holds text, not real numbers"),
    "numbers in texts": (["0.5", "0.5"], ("X",), "joint table holds text, not real numbers"),
    "complex": (np.array([0.5 + 3j, 0.5]), ("X",), "joint table holds complex128, not real numbers"),
    "masked": (np.ma.array([0.5, 0.5], mask=[0, 0]), ("X",), "joint table is a masked array"),
    "masked rows": ([np.ma.array([0.5, 0.5], mask=[0, 1])], ("X", "Y"), "joint table is a masked array"),
    "objects": (np.array([0.5, 0.5], object), ("X",), "joint table holds objects, not real numbers"),
    "None among numbers": ([0.5, None], ("X",), "joint table holds objects, not real numbers"),
    "float32 in a list": ([np.float32(0.5), np.float32(0.5)], ("X",), "joint table is float32: pass float64, or dtype"),
    "dates": (np.array(["2026-01-01"], "M8[D]"), ("X",), r"joint table holds datetime64\[D\], not real numbers"),
}


@pytest.mark.parametrize("case", BAD_TABLES)
def test_what_is_not_a_law_is_refused(case):
    table, names, message = BAD_TABLES[case]
    with pytest.raises(ValueError, match=message):
        joint(table, *names)


BAD_OUTCOMES = {
    "empty": ({}, ("X",), "outcomes are empty: a law needs at least one outcome"),
    "short key": ({("a",): 1.0}, ("X", "Y"), r"outcome \('a',\) does not have one symbol for each of X, Y"),
    "bare key": ({"a": 1.0}, ("X", "Y"), "outcome 'a' does not have one symbol for each of X, Y"),
    "mass": ({"a": 0.5, "b": 0.4}, "X", "has mass 0.90+.*, not 1"),
    "negative": ({"a": 1.5, "b": -0.5}, "X", r"has the entry -0.5 at \(1,\)"),
    "repeated name": ({("a", "b"): 1.0}, ("X", "X"), "names 'X' twice"),
    "bare and as a tuple": ({"a": 0.25, ("a",): 1.0}, "X", r"outcome \('a',\) stands twice, bare and as a tuple"),
    "complex": ({"a": np.complex128(0.5 + 2j), "b": 0.5}, "X", "masses holds complex128, not real numbers"),
    "text": ({"a": "0.5", "b": 0.5}, "X", "masses holds text, not real numbers"),
    "arrays": ({"a": [0.5, 0.5]}, "X", r"masses are arrays of shape \(2,\): give one number for each outcome"),
    "float32": ({"a": np.float32(1.0)}, "X", "masses is float32: pass float64"),
}


@pytest.mark.parametrize("case", BAD_OUTCOMES)
def test_outcomes_that_are_not_a_law_are_refused(case):
    masses, names, message = BAD_OUTCOMES[case]
    with pytest.raises(ValueError, match=message):
        from_outcomes(masses, names)


def test_a_float32_table_is_refused_though_float64_is_on():
    with pytest.raises(ValueError, match=r"joint table is float32: pass float64, or dtype=jnp.float32 to accept"):
        joint(jnp.array([0.5, 0.5], jnp.float32), "X")


@pytest.mark.parametrize("build", [lambda dtype: joint([0.1, 0.9], "X", dtype=dtype)])
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_a_wanted_dtype_is_kept(build, dtype):
    assert build(dtype).table.dtype == dtype
    assert from_outcomes({"a": 0.1, "b": 0.9}, "X", dtype=dtype).table.dtype == dtype


def test_a_sum_that_is_one_only_up_to_rounding_is_accepted_as_it_is():
    masses = [0.04, 0.04, 0.82, 0.1]
    assert functools.reduce(operator.add, masses) == 0.9999999999999999  # sum is more exact from Python 3.12 on
    assert joint(masses, "X").table.tolist() == masses


def test_a_long_table_may_be_off_by_more():
    table = np.full(100_000, 1e-5)
    table[0] += 1e-13
    assert joint(table, "X").table.shape == (100_000,)


def test_whole_numbers_are_probabilities():
    assert joint([0, 1], "X").table.dtype == joint(jnp.array([0, 1]), "X").table.dtype == np.float64


def test_fractions_are_numbers():
    assert joint([Fraction(1, 4), Fraction(3, 4)], "X").table.tolist() == [0.25, 0.75]


@pytest.mark.parametrize(
    "table", [None, {"a": 1.0}, {1.0}, joint([1.0], "X"), iter([1.0])], ids=lambda t: type(t).__name__
)
def test_what_holds_no_numbers_is_the_wrong_kind_of_object(table):
    with pytest.raises(TypeError, match=f"^joint table is a {type(table).__name__}: give an array of numbers"):
        joint(table, "X")


def test_outcomes_are_a_mapping():
    with pytest.raises(TypeError, match=r"^masses is a list: give the outcomes as \{outcome: probability"):
        from_outcomes([("a", 1.0)], "X")  # ty: ignore[invalid-argument-type]


def test_a_law_is_multiplied_with_laws():
    with pytest.raises(TypeError, match=r"^a factor of the product is a ndarray: give a Joint"):
        product(joint([1.0], "X"), np.ones(1))


def test_what_is_observed_is_known():
    with pytest.raises(TypeError, match=r"^X is traced by JAX, and which part of the law remains depends on it"):
        jax.jit(lambda x: condition(joint([0.5, 0.5], "X"), X=x).table)(0)


symbols = st.one_of(st.integers(-3, 3), st.text("abc", min_size=1, max_size=2), st.tuples(st.integers(0, 1)))


@pytest.mark.full
@steady
@given(
    st.dictionaries(st.tuples(symbols, symbols), st.integers(0, 9), min_size=1, max_size=9).filter(
        lambda d: any(d.values())
    )
)
def test_outcomes_come_back(weights):
    masses = {outcome: weight / sum(weights.values()) for outcome, weight in weights.items()}
    law = from_outcomes(masses, ("X", "Y"))
    assert law.outcomes() == {outcome: mass for outcome, mass in masses.items() if mass}
    again = from_outcomes(law.outcomes(), law.names)
    assert again.outcomes() == law.outcomes()
    assert {law.symbols("X"), law.symbols("Y")} == {
        tuple(s for s in law.symbols(name) if s in {o[k] for o in masses}) for k, name in enumerate(law.names)
    }


def test_symbols_are_sorted_where_they_can_be():
    law = from_outcomes({(10, "b"): 0.5, (9, 1): 0.25, (9, "a"): 0.25}, ("X", "Y"))
    assert (law.symbols("X"), law.symbols("Y")) == ((9, 10), (1, "a", "b"))
    assert joint([0.2, 0.3, 0.5], "X").symbols("X") == (0, 1, 2)


def test_a_single_name_takes_bare_symbols():
    assert from_outcomes({"rain": 0.25, "sun": 0.75}, "sky").outcomes() == {("rain",): 0.25, ("sun",): 0.75}


def test_symbols_of_an_unknown_variable():
    with pytest.raises(ValueError, match="unknown variable 'W': this law is over X, Y, Z"):
        joint(random_table(0), *NAMES).symbols("W")


@pytest.mark.slow
@pytest.mark.parametrize("kept", [k for n in range(4) for k in itertools.permutations(range(3), n)], ids=str)
def test_marginals_have_the_order_asked_for(kept):
    table = random_table(0)
    law = marginal(joint(table, *NAMES), *(NAMES[k] for k in kept))
    assert law.names == tuple(NAMES[k] for k in kept)
    assert law.table.shape == tuple(table.shape[k] for k in kept)
    for outcome, mass in summed(law_of(table), kept).items():
        assert abs(mass - float(law.table[outcome])) <= rounding(table.size)


def test_marginals_keep_the_symbols():
    law = from_outcomes({("a", 1, True): 0.25, ("b", 2, False): 0.75}, NAMES)
    assert marginal(law, "Z", "X").outcomes() == {(True, "a"): 0.25, (False, "b"): 0.75}


def test_the_marginal_of_an_unknown_variable():
    with pytest.raises(ValueError, match="unknown variable 'W': this law is over X, Y, Z"):
        marginal(joint(random_table(0), *NAMES), "X", "W")


def test_the_marginal_of_a_repeated_variable():
    with pytest.raises(ValueError, match="marginal names 'X' twice"):
        marginal(joint(random_table(0), *NAMES), "X", "X")


@pytest.mark.parametrize("verb", [marginal, condition, product, relabel], ids=lambda verb: verb.__name__)
def test_verbs_say_what_they_work_on(verb):
    with pytest.raises(TypeError, match=f"{verb.__name__} of a str: give "):
        verb("X")


def test_conditioning_by_symbol():
    law = from_outcomes(
        {("rain", "wet", 1): 0.25, ("rain", "dry", 2): 0.25, ("sun", "dry", 1): 0.5}, ("sky", "grass", "n")
    )
    assert condition(law, sky="rain").outcomes() == {("dry", 2): 0.5, ("wet", 1): 0.5}
    assert condition(law, n=1, grass="dry").outcomes() == {("sun",): 1.0}


def test_conditioning_on_every_variable_leaves_the_law_of_nothing():
    assert condition(joint([0.25, 0.75], "X"), X=0).table.tolist() == 1.0


def test_conditioning_is_bayes_rule_cell_by_cell():
    table = random_table(1)
    for y in range(3):
        mass = sum(Fraction(float(table[x, y, z])) for x in range(2) for z in range(4))
        law = condition(joint(table, *NAMES), Y=y)
        assert law.names == ("X", "Z")
        for x, z in itertools.product(range(2), range(4)):
            assert abs(Fraction(float(law.table[x, z])) - Fraction(float(table[x, y, z])) / mass) <= rounding(8)


def test_conditioning_on_a_null_event():
    with pytest.raises(
        ValueError, match=r"cannot condition on {'X': 1}: it has mass 0, so choose an event of positive"
    ):
        condition(joint([[0.5, 0.5], [0.0, 0.0]], "X", "Y"), X=1)


def test_conditioning_on_an_unknown_variable():
    with pytest.raises(ValueError, match="unknown variable 'W': this law is over X"):
        condition(joint([0.5, 0.5], "X"), W=0)


def test_conditioning_on_an_unknown_symbol():
    with pytest.raises(ValueError, match=r"X never takes the value 'c': its alphabet is \('a', 'b'\)"):
        condition(from_outcomes({"a": 0.5, "b": 0.5}, "X"), X="c")


@pytest.mark.parametrize("row", [[0.0, 0.0], [-0.1, -0.1], [np.nan, 0.1]], ids=str)
def test_under_jit_conditioning_on_what_has_no_law_gives_nan(row):
    table = jnp.array([[0.5, 0.5], row])
    given_x = jax.jit(lambda table: condition(Joint(table, ("X", "Y")), X=1).table)(table)
    assert np.isnan(given_x).any()
    assert not (np.asarray(given_x) > 0).all()


def test_a_product_multiplies_cell_by_cell():
    a, b = random_table(2, (2, 2)), random_table(3, (3,))
    law = product(joint(a, "X", "Y"), joint(b, "Z"))
    assert law.names == NAMES
    for x, y, z in np.ndindex(2, 2, 3):
        assert abs(Fraction(a[x, y]) * Fraction(b[z]) - Fraction(float(law.table[x, y, z]))) <= rounding(1)


def test_a_product_keeps_the_symbols_of_every_factor():
    law = product(from_outcomes({"a": 0.5, "b": 0.5}, "X"), joint([0.25, 0.75], "Y"))
    assert law.outcomes() == {("a", 0): 0.125, ("a", 1): 0.375, ("b", 0): 0.125, ("b", 1): 0.375}


def test_a_product_of_laws_that_all_have_symbols_keeps_them():
    law = product(from_outcomes({"a": 0.5, "b": 0.5}, "X"), from_outcomes({"c": 1.0}, "Y"))
    assert law.outcomes() == {("a", "c"): 0.5, ("b", "c"): 0.5}


def test_a_product_of_laws_without_symbols_has_none():
    assert product(joint([0.5, 0.5], "X"), joint([0.25, 0.75], "Y")).alphabets is None


def test_a_product_of_laws_that_share_a_name():
    with pytest.raises(ValueError, match="product names 'X' twice"):
        product(joint([0.5, 0.5], "X"), joint([0.5, 0.5], "X"))


def test_relabelling_moves_nothing():
    law = from_outcomes({("a", 0): 0.25, ("b", 1): 0.75}, ("X", "Y"))
    swapped = relabel(law, X="Y", Y="X")
    assert (swapped.names, swapped.outcomes()) == (("Y", "X"), law.outcomes())


def test_relabelling_an_unknown_variable():
    with pytest.raises(ValueError, match="unknown variable 'W': this law is over X"):
        relabel(joint([0.5, 0.5], "X"), W="V")


def test_relabelling_into_a_name_that_is_taken():
    with pytest.raises(ValueError, match="relabelling names 'Y' twice"):
        relabel(joint([[0.5, 0.5]], "X", "Y"), X="Y")


VERBS = {
    "marginal": lambda p: marginal(p, "Z", "X").table,
    "condition": lambda p: condition(p, Y=1).table,
    "product": lambda p: product(p, relabel(marginal(p, "X"), X="W")).table,
    "relabel": lambda p: relabel(p, X="W").table,
}


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_under_jit_vmap_and_grad(verb):
    tables = np.stack([random_table(seed) for seed in range(3)])
    laws = Joint(jnp.asarray(tables), NAMES)
    one_by_one = [VERBS[verb](joint(table, *NAMES)) for table in tables]
    at_once = jax.jit(jax.vmap(VERBS[verb]))(laws)
    assert np.abs(at_once - np.stack(one_by_one)).max() <= rounding(24)
    slopes = jax.jit(jax.grad(lambda p: VERBS[verb](p).sum()))(joint(tables[0], *NAMES))
    assert slopes.names == NAMES
    assert np.isfinite(slopes.table).all()


def test_a_variable_may_bear_the_name_of_a_parameter():
    law = joint([[0.4, 0.1], [0.1, 0.4]], "p", "names")
    assert condition(law, p=0).names == ("names",)
    assert relabel(law, p="q").names == ("q", "names")
