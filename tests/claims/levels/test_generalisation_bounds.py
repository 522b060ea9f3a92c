"""The parts of the claims on generalisation, by enumeration and by hand."""

import itertools
import math
from fractions import Fraction

import jax.numpy as jnp
import numpy as np

from infoloop.claims.levels.generalisation_bounds import fooled, samples_exactly


def test_exact_samples_are_those_of_drawing_one_by_one():
    masses = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    found = dict.fromkeys(itertools.product(range(4), repeat=3), Fraction(0))
    for sample in itertools.product(range(3), repeat=3):
        found[tuple(sample.count(z) for z in range(3))] += math.prod(masses[z] for z in sample)
    counts, probabilities = samples_exactly(["1/2", "1/3", "1/6"], 3)
    assert {tuple(c): Fraction(str(p)) for c, p in zip(counts.tolist(), probabilities, strict=True)} == {
        c: p for c, p in found.items() if p
    }


def test_a_bad_hypothesis_is_fooled_where_its_error_does_not_show():
    counts, probabilities = np.array([[2, 0], [1, 1], [0, 2]]), np.array([0.25, 0.5, 0.25])
    assert fooled([[0, 1]], jnp.array([0.5]), 0.5, counts, probabilities) == 0.25
    assert fooled([[0, 1]], jnp.array([0.5]), 0.6, counts, probabilities) == 0
