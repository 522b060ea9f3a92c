"""Training on references in closed form, against the flow integrated in NumPy, and printed numbers."""

import jax
import jax.numpy as jnp
import pytest

from infoloop.learning.reference_locking import (
    held_out_log_odds,
    progress_at,
    reference_time,
    reference_training,
    training_log_odds,
)
from tests.support.log_linear_flow import trained

TABLE = {0.2: (0.416, 0.440, 0.488), 0.5: (0.667, 0.697, 0.752), 0.8: (0.839, 0.855, 0.879)}


@jax.jit
def held_out(alpha, forms, references, accuracy):
    training = reference_training(alpha, 1 - alpha, 4, forms, references)
    return jax.nn.sigmoid(held_out_log_odds(training, progress_at(training, accuracy)))


@pytest.mark.parametrize("alpha", TABLE)
def test_the_printed_table(alpha):
    assert tuple(round(float(held_out(alpha, m, 1, 0.9)), 3) for m in (2, 4, 16)) == TABLE[alpha]


def test_the_printed_numbers_of_references():
    found = [round(float(held_out(0.5, 16, k, 0.9)), 3) for k in (1, 2, 4, 8, 16)]
    assert found == [0.752, 0.818, 0.855, 0.873, 0.881]


def test_far_out_one_reference_transfers_less_than_the_share_of_one_form():
    start, wanted = -jnp.log(3.0), jnp.log(99.0)
    assert round(float(held_out(0.5, 2, 1, 0.99)), 3) == 0.84
    assert round(float(jax.nn.sigmoid(start + 0.5 * (wanted - start))), 3) == 0.852


@jax.jit
def at_accuracy(forms, references, accuracy):
    training = reference_training(0.5, 0.7, 3, forms, references, 0.2)
    progress = progress_at(training, accuracy)
    log_odds = jnp.stack([training_log_odds(training, progress), held_out_log_odds(training, progress)])
    return jax.nn.sigmoid(log_odds), reference_time(training, progress, 2)


@pytest.mark.parametrize(("forms", "references"), [(2, 1), (4, 2), (3, 3)])
def test_both_accuracies_and_the_time_are_those_of_the_flow(forms, references):
    time, accuracy, wanted = trained(references, 0.5, 0.7, 3, forms, 0.2, questions=2, time=12.0)
    found, taken = at_accuracy(forms, references, accuracy)
    assert abs(found[1] - wanted) < 1e-4
    assert abs(found[0] - accuracy) < 1e-9
    assert abs(taken - time) < 2e-3 * time


@pytest.mark.slow
def test_progress_has_the_slope_of_a_root():
    found = jax.jit(jax.vmap(jax.value_and_grad(lambda p: progress_at(reference_training(0.5, 0.5, 4, 2), p))))
    progress, slopes = found(jnp.array([0.8 - 1e-5, 0.8, 0.8 + 1e-5]))
    assert abs(slopes[1] * 2e-5 / (progress[2] - progress[0]) - 1) < 1e-6


def test_more_references_than_forms_are_refused():
    with pytest.raises(ValueError, match="references is 3, and a question has 2 right forms"):
        reference_training(0.5, 0.5, 4, 2, 3)
