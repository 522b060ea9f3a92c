"""Contributions and bits of the true law, by hand and by a loop."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.component_contributions import read_contributions, written_contributions
from infoloop.probability.numerics import rounding
from infoloop.worlds.component_pairs import FORMS, TOKENS, component_pair, inputs_law, strings_law

FLIPS = (0.125, 0.25)
PAIR = component_pair(FLIPS, (2, 1))


def h(p):
    return -p * math.log2(p) - (1 - p) * math.log2(1 - p)


@pytest.mark.full
def test_the_true_law_ends_at_the_log_odds_and_the_information_of_either():
    for found in (
        read_contributions(PAIR, jnp.log(inputs_law(PAIR)[1])),
        written_contributions(PAIR, jnp.log(strings_law(PAIR))),
    ):
        for j, e in enumerate(FLIPS):
            assert abs(float(found.logit[j]) - math.log((1 - e) / e)) <= rounding(256) * 4
            assert abs(float(found.bits[j]) - (1 - h(e))) <= rounding(256)


def test_a_contribution_is_weighted_by_the_law_of_the_rest():
    logits = np.random.default_rng(3).normal(size=(TOKENS, TOKENS))
    policy = -np.log1p(np.exp(np.stack([logits, -logits], axis=-1))).reshape(-1, 2)
    weight = np.asarray(inputs_law(PAIR)[0]).reshape(TOKENS, TOKENS)
    change = 0.0
    for form in range(FORMS):
        for other in range(TOKENS):
            rest = weight[form, other] + weight[FORMS + form, other]
            change += rest * (logits[FORMS + form, other] - logits[form, other]) / 2
    found = read_contributions(PAIR, jnp.asarray(policy)).logit[0]
    assert abs(float(found) - change) <= rounding(256) * 4
