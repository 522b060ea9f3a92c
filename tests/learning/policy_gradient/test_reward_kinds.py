"""Outputs are of one kind iff a rule sees no difference; batches share a table; what is no reward is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.policy_gradient.reward_kinds import kinds, mass_by_kind, output_kinds
from infoloop.probability.numerics import rounding

OUTCOME, SHAPING = [1.0, 0.0, 1.0, 0.0, 1.0], [0.5, 0.0, 0.5, 0.0, 0.25]
RIGHT, LENGTH = [1, 0, 0, 0, 1], [3.0, 4.0, 3.0, 4.0, 3.0]


def test_every_output_has_the_features_of_its_kind():
    outputs = output_kinds(OUTCOME, SHAPING, RIGHT, LENGTH)
    for of_kinds, given in zip(outputs.kinds, (OUTCOME, SHAPING, RIGHT, LENGTH), strict=True):
        np.testing.assert_array_equal(of_kinds[outputs.kind_of], given)
    assert len(outputs.kinds.outcome) == 4  # the second and the fourth are of one kind


def test_outputs_are_right_when_their_reward_is_above_0():
    assert kinds([1.0, 0.0, -1.0]).right.tolist() == [1, 0, 0]
    assert kinds([1.0, 0.0], right=[0, 1]).right.tolist() == [0, 1]


def test_questions_share_a_table_and_can_be_batched():
    outcome = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    outputs = output_kinds(outcome)
    policy = jnp.array([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]])
    assert outputs.kinds.outcome.shape == (2, 2)
    found = jax.vmap(mass_by_kind)(policy, outputs)
    assert abs(found - np.stack([1 - (policy * outcome).sum(1), (policy * outcome).sum(1)], 1)).max() <= rounding(3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kinds([1.0, jnp.nan]), r"outcome \(a reward\) is \[ ?1\. nan\]: give finite numbers"),
        (lambda: kinds([1.0], [jnp.inf]), r"shaping \(a reward\) is \[inf\]: give a finite number"),
        (lambda: kinds([1.0], length=[0.0]), r"length is \[0\.\]: give a finite number above 0"),
        (lambda: kinds([1.0], right=[0.5]), r"right is \[0\.5\]: give 1 where an output is right, else 0"),
    ],
)
def test_what_is_no_reward_is_refused(call, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        call()


def test_traced_rewards_that_are_not_finite_become_nan():
    assert jnp.isnan(jax.jit(lambda r: kinds(r).outcome)(jnp.array([1.0, jnp.inf]))[1])


def test_sorting_is_work_of_the_host():
    with pytest.raises(TypeError, match="outcome is traced by JAX"):
        jax.jit(output_kinds)(jnp.ones(2))
