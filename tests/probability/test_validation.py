"""Arguments are refused by name, value and remedy; traced ones, which cannot raise, become NaN."""

import json
import os
import re
import subprocess
import sys
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.distributions import Joint
from infoloop.probability.host_functions import refuse_tracers
from infoloop.probability.numerics import binary_entropy, rounding
from infoloop.probability.validation import (
    check_choice,
    check_count,
    check_distributions,
    check_finite,
    check_floats,
    check_int,
    check_positions,
    check_positive,
    check_probabilities,
    check_scores,
    check_unit_interval,
    refuse_negative,
    require_float64,
)

EPS = float(np.finfo(np.float64).eps)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check_positive(0.0, "variance"), r"variance is 0.0: give a finite number above 0$"),
        (lambda: check_positive(np.inf, "variance"), "variance is inf: give a finite number above 0"),
        (lambda: check_positive([0.5, 2.0], "weight", most=1), "weight is .*: give a finite .* above 0 and at most 1"),
        (lambda: check_count([3, 2.5], "t", 0), "t is .*: give whole numbers from 0 on"),
        (lambda: check_count(3, "n", 4, "so that a mean exists"), "n is 3.0: .* from 4 on, so that a mean exists"),
        (lambda: check_positions([-1, 2], "t"), "t is .*: give whole numbers from 0 on"),
        (lambda: check_int(True, "runs"), "runs is True: give a whole number, at least 1"),
        (lambda: check_int(2.0, "runs"), "runs is 2.0: give a whole number, at least 1"),
        (lambda: check_choice("keep", "schedule", ("replace", "grow")), "schedule is 'keep': choose one of 'replace'"),
    ],
)  # fmt: skip
def test_what_is_out_of_range_is_refused_with_its_name_value_and_remedy(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_what_is_traced_becomes_nan_where_it_is_out_of_range():
    values = jnp.array([-1.0, 0.0, 1.0, 2.5])
    positive = jax.vmap(lambda v: check_positive(v, "variance", most=2.0))(values)
    counts = jax.vmap(lambda v: check_count(v, "t", 0))(values)
    np.testing.assert_array_equal(positive, [np.nan, np.nan, 1.0, np.nan])
    np.testing.assert_array_equal(counts, [np.nan, 0.0, 1.0, np.nan])


TRACED = {
    "array": lambda x: x,
    "list": lambda x: [0.5, x],
    "mapping with keys that do not sort": lambda x: {1: 0.5, "a": x},
    "law": lambda x: Joint(jnp.stack([x, 1 - x]), ("X",)),
}


@pytest.mark.parametrize("holder", TRACED.values(), ids=TRACED.keys())
@pytest.mark.parametrize("transform", [jax.jit, jax.grad, lambda f: lambda x: jax.vmap(f)(x[None])])
def test_what_is_traced_is_refused_on_the_host_in_one_line(transform, holder):
    with pytest.raises(TypeError) as caught:  # JAX adds a note, which is no part of the message
        transform(lambda x: refuse_tracers("write", names="X", law=holder(x)))(jnp.float64(0.25))
    assert re.fullmatch("write runs on the host, and law is traced by JAX: call it outside jit.*", str(caught.value))


@pytest.mark.parametrize("holder", TRACED.values(), ids=TRACED.keys())
def test_what_is_not_traced_passes_on_the_host(holder):
    refuse_tracers("write", law=holder(jnp.float64(0.25)))


IN_FLOAT32 = """
import json, jax, jax.numpy as jnp, infoloop as il
calls = [
    lambda: il.joint([0.5, 0.5], "X"),
    lambda: il.from_outcomes({"a": 1.0}, "X"),
    lambda: il.channel([[0.5, 0.5]], "X", "Y"),
    lambda: il.bsc(0.1, "X", "Y"),
    lambda: il.random_channel(jax.random.key(0), 2, 2, "X", "Y"),
]
said = []
for call in calls:
    try:
        said.append(f"accepted {call()}")
    except ValueError as error:
        said.append(str(error))
p = il.joint([0.25, 0.75], "X", dtype=jnp.float32)
said.append(str(il.push(p, il.bsc(0.25, "X", "Y", dtype=jnp.float32)).table.dtype))
said.append(str(float(il.entropy(p))))
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said_without_x64():
    environment = {k: v for k, v in os.environ.items() if k != "JAX_ENABLE_X64"} | {"JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", IN_FLOAT32], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("which", range(5), ids=["joint", "from_outcomes", "channel", "bsc", "random_channel"])
def test_without_float64_constructors_name_the_switch(said_without_x64, which):
    assert 'jax.config.update("jax_enable_x64", True)' in said_without_x64[which]


@pytest.mark.slow
def test_without_float64_a_wanted_float32_is_served(said_without_x64):
    dtype, bits = said_without_x64[5:]
    assert dtype == "float32"
    assert abs(float(bits) - float(binary_entropy(0.25))) <= rounding(2, np.float32)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float16, jnp.bfloat16])
def test_a_short_float_is_refused_by_its_name(dtype):
    with pytest.raises(ValueError, match=f"it is {jnp.dtype(dtype)}: pass float64, or dtype=jnp.{jnp.dtype(dtype)}"):
        require_float64(jnp.zeros(2, dtype), "it")


def test_a_wanted_dtype_is_given():
    assert require_float64(np.zeros(2), "it", jnp.float32) == np.float32
    assert require_float64(np.zeros(2, np.int32), "it") == np.float64


@pytest.mark.parametrize("value", [-EPS, 1 + EPS, np.nan, np.inf, -np.inf], ids=str)
def test_no_probability_is_refused(value):
    with pytest.raises(ValueError, match=r"flip is .*: it is a probability, so give a number in \[0, 1\]"):
        check_unit_interval(value, "flip")


@pytest.mark.parametrize("value", [-EPS, 1 + EPS, np.nan, np.inf], ids=str)
def test_no_probability_becomes_nan_where_nothing_can_raise(value):
    assert np.isnan(jax.jit(lambda v: check_unit_interval(v, "flip"))(value))


@pytest.mark.parametrize("value", [0.0, 5e-324, 0.3, 1.0])
def test_a_probability_is_taken_as_it_is(value):
    for check in (check_unit_interval, jax.jit(check_unit_interval, static_argnames="what")):
        assert float(check(value, what="flip")) == value


@pytest.mark.parametrize("bad", [-1e-300, -0.5, np.nan])
def test_a_table_that_is_no_law_makes_its_value_nan(bad):
    assert np.isnan(refuse_negative(1.0, jnp.array([0.5, bad, 0.5])))


def test_a_law_leaves_its_value_alone():
    assert refuse_negative(3.0, jnp.array([0.0, 1.0])) == 3.0


def test_traced_laws_that_are_none_become_nan():
    assert jnp.isnan(jax.jit(lambda p: check_distributions(p, "p"))(jnp.array([1.5, -0.5]))).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check_distributions([0.5, 0.6], "base"), "base has mass 1.1"),
        (lambda: check_distributions([1.5, -0.5], "base"), "entry -0.5"),
        (lambda: check_distributions([[0.5, 0.5], [0.5, 0.25]], "rows"), "rows has mass 0.75 in row 1"),
        (lambda: check_distributions(0.5, "base"), "base has mass 0.5"),
        (lambda: check_distributions([], "base"), "at least one cell"),
        (lambda: check_scores([], "reward"), "at least one"),
        (lambda: check_scores(1.0, "reward"), "at least one"),
        (lambda: check_scores([0.0, jnp.nan], "reward"), "finite"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("value", "table"),
    [
        ([[1, 0], [0.5, 0.5]], [[1, 0], [0.5, 0.5]]),
        (np.array([True, False]), [1, 0]),
        (jnp.arange(3), [0, 1, 2]),
        ([Fraction(1, 4), 0.75], [0.25, 0.75]),
        (np.float64(0.5), 0.5),
        (range(3), [0, 1, 2]),
        ([jnp.ones(2), np.zeros(2)], [[1, 1], [0, 0]]),
    ],
    ids=str,
)
def test_numbers_become_float64(value, table):
    found = check_floats(value, "it")
    assert (found.dtype, found.tolist()) == (np.float64, table)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (1j, ValueError, "it holds complex128, not real numbers"),
        ("0.5", ValueError, "it holds text, not real numbers"),
        (b"0.5", ValueError, "it holds text, not real numbers"),
        ([0.5, "0.5"], ValueError, "it holds text, not real numbers"),
        (np.array([0.5], object), ValueError, "it holds objects, not real numbers"),
        ([0.5, None], ValueError, "it holds objects, not real numbers"),
        ([[0.5], [0.5, 0.5]], ValueError, "it is not a rectangular table of numbers"),
        (np.ma.array([0.5, 0.5]), ValueError, "it is a masked array"),
        ([0.5, np.ma.masked], ValueError, "it is a masked array"),
        (np.float32(0.5), ValueError, "it is float32: pass float64, or dtype=jnp.float32 to accept its precision"),
        ([np.float32(0.5)], ValueError, "it is float32: pass float64, or dtype=jnp.float32"),
        (None, TypeError, "it is a NoneType: give an array of numbers, or nested lists of them"),
        ({"a": 0.5}, TypeError, "it is a dict: give an array of numbers"),
        (Joint(jnp.ones(1), ("X",)), TypeError, "it is a Joint: give an array of numbers"),
        (len, TypeError, "it is a builtin_function_or_method: give an array of numbers"),
    ],
    ids=str,
)
def test_what_is_no_number_is_refused_by_its_kind(value, error, message):
    with pytest.raises(error, match=f"^{message}") as caught:
        check_floats(value, "it")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(np.finfo(np.longdouble).bits == 64, reason="no longer float here")
def test_a_longer_float_that_jax_lacks_is_not_offered_as_a_dtype():
    with pytest.raises(ValueError, match=r"^it is float\d+: pass float64$"):
        check_floats(np.longdouble(0.5), "it")


@pytest.mark.parametrize("dtype", [int, complex, bool])
def test_a_dtype_is_a_float_type(dtype):
    with pytest.raises(ValueError, match=f"^dtype is {np.dtype(dtype)}: give a float type"):
        check_floats([1], "it", dtype)


@pytest.mark.parametrize(
    "table", [[[0.5, 0.5]], [[0.5, 0.25]], [[1.5, -0.5]], [[0.5, 0.5 + 1e-12]], [[0.5, np.nan]]], ids=str
)
def test_the_rule_for_laws_is_one_for_known_and_for_traced_numbers(table):
    checked = jax.jit(lambda t: check_probabilities(t, "it", 1))(jnp.array(table))
    try:
        expected = check_probabilities(table, "it", 1)
    except ValueError:
        expected = np.full((1, 2), np.nan)
    np.testing.assert_array_equal(checked, expected)


def test_traced_scores_and_counts_that_are_none_become_nan():
    values = jnp.array([1.0, jnp.inf, -jnp.inf, jnp.nan])
    np.testing.assert_array_equal(jax.jit(lambda v: check_scores(v, "it"))(values), [1, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(jax.jit(lambda v: check_count(v, "it", 0))(values), [1, np.nan, np.nan, np.nan])


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (
            lambda n: check_int(n, "it"),
            "it is traced by JAX, and what is compiled depends on it: give a known whole number",
        ),
        (
            lambda n: check_positions(n, "it"),
            "it is traced by JAX, and how far a sum goes depends on it: give known whole",
        ),
    ],
)
def test_what_must_be_known_is_no_tracer(check, message):
    with pytest.raises(TypeError) as caught:
        jax.jit(check)(2)
    assert str(caught.value).startswith(message)


def test_a_message_shows_a_few_of_many_numbers():
    with pytest.raises(ValueError, match=r"^weight is .*: give a finite number above 0$") as caught:
        check_positive(np.zeros(10_000), "weight")
    assert len(str(caught.value)) < 100


def test_finite_numbers_pass():
    assert check_finite([-1.0, 0.0], "dose").tolist() == [-1.0, 0.0]
    assert check_finite(0.0, "epsilon", 0.0) == 0
    with pytest.raises(ValueError, match=r"^J is 2.0: give a finite number, at least -1, at most 1$"):
        check_finite(2.0, "J", -1.0, 1.0)


@pytest.mark.parametrize("value", [-0.5, np.inf, np.nan])
def test_numbers_that_are_not_finite_or_too_small_are_named(value):
    with pytest.raises(ValueError, match=rf"^epsilon is {value}: give a finite number, at least 0$"):
        check_finite(value, "epsilon", 0.0)


def test_traced_numbers_that_are_not_finite_become_nan():
    found = jax.jit(lambda x: check_finite(x, "epsilon", 0.0))(jnp.array([1.0, -1.0, jnp.inf]))
    np.testing.assert_array_equal(found, [1.0, np.nan, np.nan])
