"""Outputs are of one kind iff a rule sees no difference; batches share a table; what is no reward is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.policy_gradient.reward_kinds import kinds, mass_by_kind, output_kinds
from infoloop.probability.numerics import rounding

OUTCOME, SHAPING = [1.0, 0.0, 1.0, 0.0, 1.0], [0.5, 0.0, 0.5, 0.0, 0.25]
RIGHT, LENGTH = [1, 0, 0, 0, 1], [3.0, 4.0, 3.0, 4.0, 3.0]


@pytest.mark.slow
def test_every_output_has_the_features_of_its_kind():
    outputs = output_kinds(OUTCOME, SHAPING, RIGHT, LENGTH)
    for of_kinds, given in zip(outputs.kinds, (OUTCOME, SHAPING, RIGHT, LENGTH), strict=True):
        np.testing.assert_array_equal(of_kinds[outputs.kind_of], given)
    assert len(outputs.kinds.outcome) == 4  # the second and the fourth are of one kind


@pytest.mark.slow
def test_outputs_are_right_when_their_reward_is_above_0():
    assert kinds([1.0, 0.0, -1.0]).right.tolist() == [1, 0, 0]
    assert kinds([1.0, 0.0], right=[0, 1]).right.tolist() == [0, 1]


@pytest.mark.slow
def test_kinds_are_numbered_within_their_question():
    outputs = output_kinds([[[1.0, 0.0, 0.0], [3.0, 3.0, 3.0]]], [0.0, 0.5, 0.5])
    assert outputs.kind_of.tolist() == [[[1, 0, 0], [0, 1, 1]]]
    assert outputs.kinds.outcome.tolist() == [[[0.0, 1.0], [3.0, 3.0]]]
    assert outputs.kinds.shaping.tolist() == [[[0.5, 0.0], [0.0, 0.5]]]


@pytest.mark.slow
def test_a_question_of_fewer_kinds_has_its_last_one_again():
    outputs = output_kinds([[2.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    assert outputs.kinds.outcome.tolist() == [[0.0, 2.0], [1.0, 1.0]]
    found = jax.vmap(mass_by_kind)(jnp.array([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]]), outputs)
    assert abs(found - jnp.array([[0.5, 0.5], [1.0, 0.0]])).max() <= rounding(3)


def test_questions_with_rewards_of_their_own_have_few_kinds():
    outcome = np.random.default_rng(0).normal(size=(300, 5))
    outputs = output_kinds(outcome)
    assert outputs.kinds.outcome.shape == (300, 5)
    np.testing.assert_array_equal(
        np.take_along_axis(*map(np.array, (outputs.kinds.outcome, outputs.kind_of)), 1), outcome
    )


def test_outputs_are_those_of_the_policy():
    message = r"^outputs has kinds of shape \(2,\) where the policy has 3 outputs: give each output of the policy its "
    with pytest.raises(ValueError, match=message):
        mass_by_kind(jnp.ones(3) / 3, output_kinds([1.0, 0.0]))
    with pytest.raises(ValueError, match=r"kinds of shape \(2, 3\) .* jax\.vmap takes several questions$"):
        mass_by_kind(jnp.ones(3) / 3, output_kinds([[1.0, 0.0, 0.0], [1.0, 0.0, 1.0]]))


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
    verdicts = jax.jit(lambda right: kinds([1.0, 1.0, 0.0], right=right).right)(jnp.array([0.5, 1.0, 0.0]))
    np.testing.assert_array_equal(verdicts, [jnp.nan, 1.0, 0.0])


def test_sorting_is_work_of_the_host():
    with pytest.raises(TypeError, match="outcome is traced by JAX"):
        jax.jit(output_kinds)(jnp.ones(2))
