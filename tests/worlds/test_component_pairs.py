"""Pairs of components: their laws by enumeration in fractions."""

import itertools
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.worlds.component_pairs import (
    FORMS,
    TOKENS,
    component_pair,
    inputs_law,
    pair_token_law,
    strings_law,
)

FLIPS, IDLE = (Fraction(1, 4), Fraction(1, 8)), (2, 1)


def by_hand():
    """P(T = t, first token, second token), by a loop over flips and forms."""
    law = {}
    forms = [range(2**b) for b in IDLE]
    for t, wrong_1, wrong_2, form_1, form_2 in itertools.product((0, 1), (0, 1), (0, 1), *forms):
        chance = Fraction(1, 2)
        for wrong, flip, idle in zip((wrong_1, wrong_2), FLIPS, IDLE, strict=True):
            chance *= (flip if wrong else 1 - flip) / 2**idle
        tokens = (t ^ wrong_1) * FORMS + form_1, (t ^ wrong_2) * FORMS + form_2
        law[t, *tokens] = law.get((t, *tokens), 0) + chance
    return law


@pytest.mark.slow
def test_strings_and_inputs_have_the_law_by_hand():
    pair, law = component_pair([float(e) for e in FLIPS], list(IDLE)), by_hand()
    strings, (weight, label) = strings_law(pair), inputs_law(pair)
    wanted = np.zeros((2, TOKENS, TOKENS))
    for place, chance in law.items():
        wanted[place] = float(2 * chance)
    assert np.abs(np.asarray(strings) - wanted.reshape(2, -1)).max() <= rounding(1)
    joint = np.asarray(label * weight[:, None]).T
    assert np.abs(joint - wanted.reshape(2, -1) / 2).max() <= rounding(2)
    assert (np.asarray(label)[np.asarray(weight) == 0] == 0.5).all()


def test_tokens_are_a_law_for_every_number_of_idle_bits():
    for idle in range(4):
        law = pair_token_law(component_pair([0.1, 0.4], [idle, 3 - idle]))
        assert np.abs(np.asarray(law.sum(axis=-1)) - 1).max() <= rounding(TOKENS)


@pytest.mark.parametrize(
    ("crossovers", "idle", "says"),
    [
        ([0.1, 1.5], [0, 0], "crossovers"),
        ([0.1], [0], "give one for each of 2"),
        ([0.1, 0.2], [0, 4], "at most 3"),
        ([0.1, 0.2], [0, -1], "idle"),
    ],
)
def test_what_is_no_pair_is_refused(crossovers, idle, says):
    with pytest.raises(ValueError, match=says):
        component_pair(crossovers, idle)


def test_a_traced_pair_out_of_range_is_no_law():
    found = jax.jit(lambda e, b: component_pair(e, b).crossovers)(jnp.array([0.1, 0.2]), jnp.array([0, 4]))
    assert np.isnan(np.asarray(found)).all()
