"""What readouts of trained networks know of a rule, by round, and how much room is left in every inequality.

`information_by_round` is a sum over all data sets; where there are too many of them, `least_information` is a bound.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.information.fano import needed_bits
from infoloop.information.measures import mutual_information
from infoloop.learners.trained_information import quantised, set_laws, state_codes, state_law
from infoloop.probability.array_types import Number
from infoloop.probability.distributions import Joint
from infoloop.probability.host_functions import host_only
from infoloop.probability.validation import check_int

READOUTS = ("whole", "grid", "greedy", "answers", "held_out")
INEQUALITIES = (
    "data <= before + told",
    "data <= ceiling",
    *(f"{name} <= data" for name in READOUTS),
    *(f"{name} <= whole" for name in READOUTS[1:]),
)


class ReadoutInformation(NamedTuple):
    r"""Bits about the rule X, by round.

    Attributes:
        data: $I(X;D_t)$, of the data set that the network is trained on.
        whole: $I(X;Z_t)$, Z all log-probabilities.
        grid: The same, log-probabilities on a grid.
        greedy: The same, the likeliest answer to every question.
        answers: $I(X;Y_t)$, one answer drawn to each trained question.
        held_out: The same, to each held-out question.
        ceiling: $I(X;D_0)$ and what all verdicts before the round told.
        slack: Greater minus lesser side of each of `INEQUALITIES`, of which the first two say nothing in round 0.
    """

    data: Float[Array, "rounds"]
    whole: Float[Array, "rounds"]
    grid: Float[Array, "rounds"]
    greedy: Float[Array, "rounds"]
    answers: Float[Array, "rounds"]
    held_out: Float[Array, "rounds"]
    ceiling: Float[Array, "rounds"]
    slack: Float[Array, "rounds inequalities"]


def information_by_round(
    cases: Float[Array, "rounds rules sets"],
    logs: Float[Array, "sets questions classes"],
    told: Float[Array, "rounds"],
    trained: int,
    grid: Number,
) -> ReadoutInformation:
    r"""Return what a network knows of the rule in each round of a loop.

    Args:
        cases: $P(x,d_t)$ (`trained_information.cases_by_round`).
        logs: Log-probabilities after training on each data set.
        told: $I(X;S_t\mid D_t,Y_t)$, what the verdicts on the round's answers told; zeros in a closed loop.
        trained: How many questions are trained, the first ones; there is at least one more, held out.
        grid: Of log-probabilities, in nats.

    >>> cases = jnp.eye(2)[None] / 2
    >>> logs = jnp.log(jnp.array([[[1.0, 0.0], [0.5, 0.5]], [[0.0, 1.0], [0.5, 0.5]]]))
    >>> found = information_by_round(cases, logs, jnp.zeros(1), 1, 0.5)
    >>> found.answers.round(12).tolist(), found.held_out.round(12).tolist()
    ([1.0], [0.0])
    """
    answers = jnp.exp(logs)
    codes = jnp.stack([state_codes(state) for state in (logs, quantised(logs, grid), jnp.argmax(logs, axis=-1))])
    drawn = jnp.stack([set_laws(answers[:, :trained]), set_laws(answers[:, trained:])])

    def known(cases):
        states = jax.vmap(lambda codes: mutual_information(state_law(cases, codes), "X", "Z"))(codes)
        return _bits(cases), jnp.concatenate([states, jax.vmap(lambda laws: _bits(cases @ laws))(drawn)])

    data, readouts = jax.vmap(known)(cases)
    ceiling = data[0] + jnp.cumsum(told) - told
    after = jnp.concatenate([data[:1], data[:-1] + told[:-1]])
    whole, *coarser = readouts.T
    sides = [after - data, ceiling - data, *(data - readouts.T), *(whole - known for known in coarser)]
    return ReadoutInformation(data, *readouts.T, ceiling, jnp.stack(sides, axis=1))


@host_only
def least_information(errors: float, letters: int, questions: int, runs: int, miss: float = 0.05) -> float:
    r"""Return how many bits a state has about a rule at least, from the errors of drawn runs.

    The rule's answers to n questions are independent and uniform over C classes; of each run, the share of questions is
    known that a guess made from the state gets wrong. Then $I(X;Z)\ge\sum_iI(X_i;Z)\ge n(\log_2C-\max_{e\le e^*}
    (h(e)+e\log_2(C-1)))$ by Fano's inequality and its concavity, $e^*\ge\hat e$ being the greatest mean with
    $N\,d(\hat e\|e^*)\le\ln\frac1{\text{miss}}$,
    $d(a\|b)=a\ln\frac ab+(1-a)\ln\frac{1-a}{1-b}$ (Hoeffding 1963, theorem 1, for shares as for coins).

    Args:
        errors: The mean share over the runs, $\hat e$.
        letters: C.
        questions: n.
        runs: N, independent runs.
        miss: Probability with which the bound may be wrong.

    Raises:
        ValueError: A count is too small, or a number is no probability.

    >>> round(least_information(0.0, 4, 2, 10**9), 3), least_information(0.75, 4, 2, 100)
    (4.0, 0.0)
    """
    runs, questions = check_int(runs, "runs"), check_int(questions, "questions")
    if not 0 < miss < 1:
        raise ValueError(f"miss is {miss}: give a probability between 0 and 1")
    if not 0 <= errors <= 1:
        raise ValueError(f"errors is {errors}: it is a share, so give a number in [0, 1]")
    most = _greatest_mean(errors, math.log(1 / miss) / runs)
    return questions * needed_bits(float(np.log2(letters)), letters, most)


def _greatest_mean(share: float, nats: float) -> float:
    """Return a number a little above the greatest b with d(share || b) <= nats, by bisection."""

    def far(mean):
        return sum(a * math.log(a / b) for a, b in ((share, mean), (1 - share, 1 - mean)) if a)

    low, high = share, 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if far(middle) <= nats else (low, middle)
    return high


def _bits(table):
    return mutual_information(Joint(table, ("X", "Z")), "X", "Z")
