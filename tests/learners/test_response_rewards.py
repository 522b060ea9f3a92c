"""What reward models see of responses, and a perceptron's fit against odds by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.response_rewards import perceptron_reward, question_by_class, response_tokens
from infoloop.worlds.styled_instructions import MARKER, styled_world

WORLD = styled_world(jax.random.key(0), instructions=2, classes=3, formats=1, tasks=0, domains=1)


def test_tokens_say_marker_length_question_and_class():
    seen, both = np.asarray(response_tokens(WORLD)), np.asarray(question_by_class(WORLD))
    outputs, classes = np.asarray(WORLD.outputs), np.asarray(WORLD.classes)
    for q in range(2):
        for y in range(0, len(outputs), 7):
            kind = int(classes[q, y])
            wanted = [outputs[y, MARKER] == 1, outputs[y, 0] == 1, q == 0, q == 1, *(kind == c for c in range(3))]
            assert seen[q, y].tolist() == [float(x) for x in wanted]
            pairs = [float(kind >= 0 and place == 3 * q + kind) for place in range(6)]
            assert both[q, y].tolist() == pairs


def test_a_penalty_draws_rewards_together():
    wins, seen = jnp.array([[0.0, 3.0], [1.0, 0.0]]), jnp.eye(2)
    free, drawn = (
        perceptron_reward(jax.random.key(0), wins, seen, 2, penalty, 200, 0.05)(seen) for penalty in (0.0, 1.0)
    )
    assert 0 < float(drawn[0] - drawn[1]) < float(free[0] - free[1])


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ((0, 0.0, 9, 0.1), "width"),
        ((2, -1.0, 9, 0.1), "penalty"),
        ((2, 0.0, 0, 0.1), "steps"),
        ((2, 0.0, 9, 0.0), "rate"),
    ],
)
def test_numbers_out_of_range_are_refused(numbers, says):
    with pytest.raises(ValueError, match=says):
        perceptron_reward(jax.random.key(0), jnp.eye(2), jnp.eye(2), *numbers)
