"""What a policy has taken up, by loops over outputs and lines between looks by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.style_uptake import lead_on_the_way, share_gained, styled_outcomes
from infoloop.probability.numerics import rounding
from infoloop.worlds.finite_worlds import base_targets
from infoloop.worlds.styled_instructions import MARKER, styled_world

RULE = 5
WORLD = styled_world(jax.random.key(2), instructions=2, classes=3, formats=1, tasks=0, domains=1)


@pytest.mark.slow
def test_outcomes_are_means_over_questions_of_sums_over_outputs():
    rng = np.random.default_rng(1)
    base, shape = np.asarray(base_targets(WORLD, 0.2)), WORLD.classes.shape
    law, reward = rng.dirichlet(np.ones(shape[1]), size=shape[0]), rng.normal(size=shape)
    found = styled_outcomes(WORLD, RULE, jnp.asarray(base), jnp.asarray(reward), jnp.log(jnp.asarray(law)))
    wanted = dict.fromkeys(found._fields, 0.0)
    for q in range(shape[0]):
        for y in range(shape[1]):
            p, b = law[q, y], base[q, y]
            wanted["proxy"] += (p - b) * reward[q, y] / 2
            wanted["accuracy"] += p * (int(WORLD.classes[q, y]) == int(WORLD.right_class[RULE, q])) / 2
            wanted["marker"] += p * (int(WORLD.outputs[y, MARKER]) == 1) / 2
            wanted["divergence"] += p * math.log(p / b) / 2
    for name, value in wanted.items():
        assert abs(float(getattr(found, name)) - value) <= rounding(4 * shape[1]), name


def test_gains_are_shares_of_what_there_was_to_gain():
    values = jnp.array([[0.2, 0.6, 0.1], [0.5, 0.5, 1.0]])
    found = np.asarray(share_gained(values))
    assert np.abs(found - [[0.0, 0.5, -0.125], [0.0, 0.0, 1.0]]).max() <= rounding(4)


def test_the_lead_is_that_of_the_line_between_two_looks():
    way, first, second = (jnp.array(x) for x in ([0.0, 0.25, 0.75], [0.0, 0.5, 0.75], [0.0, 0.25, 0.5]))
    assert abs(float(lead_on_the_way(0.5, way, first, second)) - (0.625 - 0.375) / (0.625 + 0.375)) <= rounding(4)
    assert abs(float(lead_on_the_way(0.5, way, second, first)) + (0.625 - 0.375) / (0.625 + 0.375)) <= rounding(4)
    assert np.isnan(lead_on_the_way(0.8, way, first, second))
