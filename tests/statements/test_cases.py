"""Case generators: what they build meets the assumptions, and dropping an assumption shows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.exact.rational_laws import rationalise
from infoloop.information.expressions import evaluate
from infoloop.information.measures import mutual_information
from infoloop.probability.bayes_nets import separated
from infoloop.probability.numerics import rounding
from infoloop.statements.cases import exact_law, exact_laws, random_bayes_nets, random_numbers, random_probabilities

CHAINS = random_bayes_nets("X", "D|X", "Z|D", X=2, D=3, Z=2)
KEY = jax.random.key(3)


@pytest.mark.full
def test_every_row_is_a_law():
    net = CHAINS.build(CHAINS.draw(KEY))
    for factor in net.factors[1:]:
        np.testing.assert_allclose(factor.rows.sum(1), 1, atol=rounding(3))


def test_a_chain_is_a_chain_exactly():
    law = rationalise(CHAINS.build(CHAINS.draw(KEY)))
    assert evaluate("I(X;Z|D)", law).sign() == 0


@pytest.mark.slow
def test_without_the_markov_property_the_exact_information_shows():
    free = random_bayes_nets("X", "D|X", "Z|X,D", X=2, D=2, Z=2)
    law = rationalise(free.build(free.draw(KEY)))
    assert evaluate("I(X;Z|D)", law).sign() == 1


def test_the_graph_says_the_same():
    assert separated(CHAINS.build(CHAINS.draw(KEY)), "X", "Z", given="D")


@pytest.mark.full
def test_draws_range_from_nearly_independent_to_nearly_deterministic():
    draws = jax.vmap(CHAINS.draw)(jax.random.split(KEY, 500))
    informations = jax.vmap(lambda one: mutual_information(CHAINS.build(one), "X", "D"))(draws)
    assert informations.min() < 0.01
    assert informations.max() > 0.9


@pytest.mark.slow
def test_probabilities_are_probabilities():
    numbers = random_probabilities(3)
    values = numbers.build(numbers.draw(KEY))
    assert values.shape == (3,)
    assert bool(((values > 0) & (values < 1)).all())


def test_a_rational_family_has_all_its_members():
    rows = {"X": [["1/2", "1/2"]], "Z|X": [[1, 0], [0, 1], ["1/2", "1/2"]]}
    assert len(list(exact_laws(rows))) == 3**2


def test_a_rational_row_that_is_no_law_is_refused():
    with pytest.raises(ValueError, match="mass"):
        next(exact_laws({"X": [["1/2", "1/3"]]}))


def test_the_rows_of_a_rational_family_follow_the_order_of_the_sources():
    """The last source varies fastest, and a target of two variables has a table as its row."""
    rows = {"X": [["1/4", "3/4"]], "Y": [["1/3", "1/3", "1/3"]], "S,T|X,Y": [[["1/8", "1/8", "3/4"]]]}
    (law,) = exact_laws(rows)
    assert (law.names, law.table.shape) == (("X", "Y", "S", "T"), (2, 3, 1, 3))
    copies = list(exact_laws({"X": [["1/4", "3/4"]], "Y": [[0, 1]], "S|X,Y": [[1, 0], [0, 1]]}))
    assert copies[1].outcomes() == {"0 1 0": "1/4", "1 1 1": "3/4"}


def test_a_rational_law_is_the_product_of_its_tables():
    law = exact_law({"X": ["1/4", "3/4"], "Y": [1], "Z|X,Y": [[["1/2", "1/2"]], [[0, 1]]]})
    assert law.outcomes() == {"0 0 0": "1/8", "0 0 1": "1/8", "1 0 1": "3/4"}


def test_numbers_have_the_spread_that_was_asked_for():
    plain, wide = (random_numbers(3, lambda x: x, spread) for spread in (1, 2))
    np.testing.assert_array_equal(wide.draw(KEY), 2 * plain.draw(KEY))


@pytest.mark.slow
def test_different_keys_draw_different_cases():
    first, second = (CHAINS.draw(jax.random.key(k))[0] for k in (0, 1))
    assert not jnp.array_equal(first, second)
