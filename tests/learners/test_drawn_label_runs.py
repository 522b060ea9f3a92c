"""Drawn runs of loops of labels: what is known of a learner that copies its labels, and of one that is right."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.drawn_label_runs import drawn_errors

RUNS = 4000
RADIUS = np.sqrt(np.log(2 * 6 / 1e-6) / (2 * RUNS))  # a mean of runs is off by more once in a million (Hoeffding)
WRONG, MISSING, MISJUDGED = 0.2, 0.25, 0.1


def copy(labels):
    """Answer a label almost surely, and class 0 where there is none."""
    return jnp.log(jnp.eye(4)[:, :3].at[3, 0].set(1.0)[labels] * 0.97 + 0.01)


def mean_errors(answer, verified, rounds=2, misjudged=MISJUDGED):
    def one(key):
        return drawn_errors(key, answer, 2, 3, rounds, WRONG, MISSING, misjudged, verified)

    return np.asarray(jax.vmap(one)(jax.random.split(jax.random.key(1), RUNS)).mean(axis=0))


def courses(verified):
    """The share of wrong greedy answers by round, by a chain over the label of one question."""
    law = np.zeros((3, 4))  # by the right class, over labels
    for x in range(3):
        law[x] = [(1 - MISSING) * (1 - WRONG if c == x else WRONG / 2) for c in range(3)] + [MISSING]
    errors, answers = [], np.exp(np.asarray(copy(jnp.arange(4))))
    for _ in range(3):
        errors.append(np.mean([1 - law[x, x] - (law[x, 3] if x == 0 else 0) for x in range(3)]))
        later = np.zeros((3, 4))
        for x in range(3):
            for label in range(4):
                for y in range(3):
                    yes = 1.0 if not verified else (1 - MISJUDGED if y == x else MISJUDGED)
                    later[x, y] += law[x, label] * answers[label, y] * yes
                    later[x, label] += law[x, label] * answers[label, y] * (1 - yes)
        law = later
    return np.array(errors)


@pytest.mark.slow
@pytest.mark.parametrize("verified", [False, True])
def test_a_copy_errs_as_a_chain_of_labels_says(verified):
    assert np.abs(mean_errors(copy, verified) - courses(verified)).max() < RADIUS


@pytest.mark.slow
def test_verdicts_that_are_right_bring_a_learner_of_nothing_to_the_rule():
    """Answers drawn from a uniform law stay where they are right: a question is open after t rounds at (2/3)^t."""

    def hedge(labels):
        return jnp.log(jnp.where(labels[:, None] == jnp.arange(3), 0.34, 0.33))

    errors = mean_errors(hedge, True, 30, 0.0)
    assert errors[-1] < RADIUS
    assert errors[0] > 0.2


@pytest.mark.slow
def test_what_is_no_rate_is_refused():
    with pytest.raises(ValueError, match="misjudged"):
        drawn_errors(jax.random.key(0), copy, 2, 3, 1, 0.1, 0.1, 1.5, True)
    with pytest.raises(ValueError, match="rounds"):
        drawn_errors(jax.random.key(0), copy, 2, 3, 0, 0.1, 0.1, 0.1, True)
