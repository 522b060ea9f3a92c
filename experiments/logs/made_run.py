"""A made run of training: GRPO on twelve problems of five answers each, whose true pass rates are known at every step.

No language model was run. A policy is a table of logits; its answers, advantages and updates come from
`infoloop.learning.policy_gradient`. `write_logs` writes what it drew in the forms that trainers and evaluations write.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.learning.policy_gradient.advantage_rules import grpo
from infoloop.learning.policy_gradient.reward_kinds import output_kinds
from infoloop.learning.policy_gradient.sampled_updates import draw_outputs, drawn_advantages, member_scores

PROBLEMS, STEPS, A_STEP, SIZE = 12, 10, 6, 8  # problems, steps, problems a step, answers a group
ANSWERS = (  # text, right, what weak tests say, format reward, length in tokens
    ("The sum is 7. \\boxed{7}", 1, 1, 1.0, 12),
    ("7", 1, 1, 0.0, 1),
    ("It is 8, I think. \\boxed{8}", 0, 0, 1.0, 14),
    ("Seven or eight. \\boxed{7 or 8}", 0, 1, 1.0, 17),
    ("I do not know.", 0, 0, 0.0, 5),
)
RIGHT, WEAK, FORMAT, LENGTH = (np.array([answer[k] for answer in ANSWERS], float) for k in range(1, 5))
REWARD = RIGHT + 0.25 * FORMAT
RATE = 3.0  # length of a step of the logits


@dataclass(frozen=True)
class MadeRun:
    """What was drawn, one entry a rollout in the order of steps, and the law that it was drawn from.

    Attributes:
        step: From 1.
        problem: From 0.
        attempt: Within the group, from 0.
        answer: The place in `ANSWERS`.
        advantage: GRPO's.
        policies: The law of the answers of each problem before each step, and after the last: steps + 1 by problems by
            answers.
    """

    step: np.ndarray
    problem: np.ndarray
    attempt: np.ndarray
    answer: np.ndarray
    advantage: np.ndarray
    policies: np.ndarray

    @property
    def pass_rates(self) -> np.ndarray:
        """The true pass rates, steps + 1 by problems."""
        return self.policies @ RIGHT


def made_run(seed: int = 20261127) -> MadeRun:
    """Return the run of a seed."""
    rule, outputs = grpo(), output_kinds(REWARD, 0.0, RIGHT)
    difficulty = jnp.linspace(-9.0, 7.0, PROBLEMS)  # from too hard to too easy
    logits = jnp.zeros((PROBLEMS, len(ANSWERS))).at[:, :2].set(difficulty[:, None] / 2)
    key, rows, policies = jax.random.key(seed), [], []
    for step in range(1, STEPS + 1):
        policies.append(jax.nn.softmax(logits))
        for problem in range((step - 1) % 2, PROBLEMS, 2):
            own = jax.random.fold_in(jax.random.fold_in(key, step), problem)
            members, found, _ = drawn_advantages(own, rule, policies[-1][problem], outputs, SIZE, 1)
            update = member_scores(lambda z: z, logits[problem], members, found / SIZE)[0]
            logits = logits.at[problem].add(RATE * update)
            rows += [(step, problem, k, int(members[0, k]), float(found[0, k])) for k in range(SIZE)]
    policies.append(jax.nn.softmax(logits))
    return MadeRun(*(np.array(column) for column in zip(*rows, strict=True)), np.stack(policies))


def made_evaluation(run: MadeRun, attempts: int, seed: int = 20261128) -> np.ndarray:
    """Return answers of the trained policy, problems by attempts."""
    keys = jax.random.split(jax.random.key(seed), PROBLEMS)
    return np.stack(
        [draw_outputs(key, jnp.asarray(law), attempts, 1)[0] for key, law in zip(keys, run.policies[-1], strict=True)]
    )
