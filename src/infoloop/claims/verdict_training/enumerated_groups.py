"""Chapter 6, groups of answers one by one: every ordered group of a small policy, its advantages and its update.

A case has a `policy` over a few outputs, which of them are `right`, their `scores` before their mean is taken away, the
`size` of a group and a `rule`. The update is the mean of advantage times score over the group.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from infoloop.claims.comparisons import Number
from infoloop.claims.verdict_training.dead_groups import root_of
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import random_numbers

RIGHT = (1, 1, 0, 0)
DRAWN = "the n answers of a group are independent draws from the policy"
SCORED = "scores have mean 0"
BINARY = "rewards are 1 for right answers and 0 for wrong ones"
REPEATED, DIFFERENT = "the second repeats the first", "given that all differ"
FLOAT_SIZE = 3  # of the groups that floats enumerate
POLICIES = (("1/10", "1/5", "3/10", "2/5"), ("1/4", "1/4", "1/4", "1/4"), ("1/2", "1/16", "1/16", "3/8"))
SCORES = (((3, -1), (1, 2), (0, 4), (-2, 1)), ((1, 0), (0, 1), (0, 0), (-1, 2)))
ANSWERS = {"policy": POLICIES[0], "right": RIGHT, "scores": SCORES[0]}


def cases_of_size(*sizes: int) -> Iterator[dict[str, Any]]:
    """Yield the set-up of a case for each of the policies, tables of scores and sizes of groups."""
    for policy, scores, size in itertools.product(POLICIES, SCORES, sizes):
        yield {**ANSWERS, "policy": policy, "scores": scores, "size": size}


def dot(a: Sequence[fmpq], b: Sequence[fmpq]) -> fmpq:
    """Return the sum of the products of two lists of rationals.

    >>> dot([fmpq(1, 2), fmpq(3)], [fmpq(2), fmpq(1)])
    4
    """
    return sum((x * y for x, y in zip(a, b, strict=True)), fmpq(0))


def policy_masses(case: Mapping[str, Any]) -> list[fmpq]:
    """Return the probabilities of the outputs."""
    return [rational(p) for p in case["policy"]]


def scores_of(case: Mapping[str, Any]) -> list[list[fmpq]]:
    """Return the scores of the outputs less their mean, unless the case says that it is left.

    >>> scores_of({"policy": ("1/2", "1/2"), "scores": ((1,), (0,))})
    [[1/2], [-1/2]]
    """
    free = [[rational(x) for x in row] for row in case["scores"]]
    if case.get("mean score") == "left":
        return free
    mean = [_mean_of(policy_masses(case), column) for column in zip(*free, strict=True)]
    return [[x - m for x, m in zip(row, mean, strict=True)] for row in free]


def _mean_of(masses, values):
    return sum((p * v for p, v in zip(masses, values, strict=True)), fmpq(0))


def pass_rate(case: Mapping[str, Any]) -> fmpq:
    """Return the probability of a right answer."""
    return _mean_of(policy_masses(case), [fmpq(r) for r in case["right"]])


def pass_rate_slope(case: Mapping[str, Any]) -> list[fmpq]:
    r"""Return $\nabla p=E[rg]$, a number for each parameter.

    >>> pass_rate_slope({"policy": ("1/4", "3/4"), "right": (1, 0), "scores": ((3,), (-1,))})
    [3/4]
    """
    weights = [p * r for p, r in zip(policy_masses(case), case["right"], strict=True)]
    return [_mean_of(weights, column) for column in zip(*scores_of(case), strict=True)]


def answer_groups(case: Mapping[str, Any]) -> Iterator[tuple[fmpq, tuple[int, ...]]]:
    """Yield every ordered group of answers with its probability; independent draws, unless the case says more."""
    masses, size = policy_masses(case), case["size"]
    if case.get("answers") == DIFFERENT:
        groups = list(itertools.permutations(range(len(masses)), size))
        weights = [math.prod((masses[y] for y in group), start=fmpq(1)) for group in groups]
        yield from ((w / sum(weights, fmpq(0)), group) for w, group in zip(weights, groups, strict=True))
        return
    for group in itertools.product(range(len(masses)), repeat=size):
        if case.get("answers") == REPEATED and group[1] != group[0]:
            continue
        drawn = group[1:] if case.get("answers") == REPEATED else group
        yield math.prod((masses[y] for y in drawn), start=fmpq(1)), group


def rule_advantages(case: Mapping[str, Any], rewards: Sequence[Number]) -> list[Number]:
    r"""Return the advantages of a group with these rewards by the rule of a case.

    Of the normalised rule it is the rational factor of $\sqrt d$, with the `root` d of the case; with an `epsilon` the
    deviations must be rational.

    >>> rule_advantages({"rule": "rloo"}, [1, 0, 0])
    [1, -1/2, -1/2]
    """
    n, total = len(rewards), sum(rewards, fmpq(0))
    centred = [r - total / n for r in rewards]
    rule = case["rule"]
    if rule == "rloo":
        return [a * fmpq(n, n - 1) for a in centred]
    if rule == "grpo":
        variance = sum((a * a for a in centred), fmpq(0)) / n
        whole, root = root_of(int(variance.p * variance.q)) if variance else (1, 0)
        if case.get("epsilon") and variance:
            assert root == 1
            return [a / (fmpq(whole, variance.q) + case["epsilon"]) for a in centred]
        return [a * variance.q / (whole * root) if root == case["root"] else fmpq(0) for a in centred]
    if rule == "weights":  # of the mean score of right answers less that of wrong ones
        w = [fmpq(0), *map(rational, case["weights"]), fmpq(0)][int(total)]
        return [w * n / total if r else -w * n / (n - total) for r in rewards] if 0 < total < n else [fmpq(0)] * n
    return centred


def update_moments(
    case: Mapping[str, Any], advantages: Callable[[Sequence[Number]], list[Number]] | None = None
) -> tuple[list[fmpq], fmpq]:
    """Return the mean of the update, a number for each parameter, and the mean of its squared length.

    The `rewards` of a case are those of its outputs, which else are 1 if right and 0 if not.
    """
    scores, size = scores_of(case), case["size"]
    given = [rational(r) for r in case.get("rewards", case["right"])]
    mean, square = [fmpq(0)] * len(scores[0]), fmpq(0)
    for mass, group in answer_groups(case):
        rewards = [given[y] for y in group]
        a = advantages(rewards) if advantages else rule_advantages(case, rewards)
        update = [
            sum((x * scores[y][k] for x, y in zip(a, group, strict=True)), fmpq(0)) / size for k in range(len(mean))
        ]
        mean = [m + mass * u for m, u in zip(mean, update, strict=True)]
        square += mass * sum((u * u for u in update), fmpq(0))
    return mean, square


def contrast_factors(case: Mapping[str, Any]) -> list[fmpq]:
    r"""Return $w_0,\dots,w_n$ of a case's rule, by which the update is $w_c(\bar g_R-\bar g_W)$.

    >>> contrast_factors({"rule": "rloo", "size": 3})
    [0, 1/3, 1/3, 0]
    """
    n = case["size"]
    found = [fmpq(0)]
    for c in range(1, n):
        first = rule_advantages(case, [1] * c + [0] * (n - c))[0]
        found.append(first * c / n)
    return [*found, fmpq(0)]


def difficulty_factor(weights: Sequence[Number], rate: Number) -> Number:
    r"""Return $\kappa(p)=\sum_{0<c<n}\binom ncp^{c-1}q^{n-c-1}w_c$, of floats or rationals.

    >>> difficulty_factor([0, fmpq(1, 2), 0], fmpq(0))
    1
    """
    n, p, q = len(weights) - 1, rate, 1 - rate
    return sum(math.comb(n, c) * p ** (c - 1) * q ** (n - c - 1) * weights[c] for c in range(1, n))


def _case(x):
    policy = jax.nn.softmax(x[:4])
    scores = x[4:].reshape(4, 2)
    return policy, scores - policy @ scores


policies_with_scores = random_numbers(12, _case)
_every = np.array(list(itertools.product(range(4), repeat=FLOAT_SIZE)))


def float_groups(policy: Float[Array, "4"]) -> tuple[Float[Array, "groups"], Float[np.ndarray, "groups n"]]:
    """Return the probabilities of all groups of three answers, and their rewards."""
    return policy[_every].prod(1), np.array(RIGHT, float)[_every]


def float_rate(
    policy: Float[Array, "4"], scores: Float[Array, "4 parameters"]
) -> tuple[Float[Array, ""], Float[Array, "parameters"]]:
    """Return the pass rate and its gradient."""
    right = policy * jnp.array(RIGHT)
    return right.sum(), right @ scores


def float_updates(
    scores: Float[Array, "4 parameters"], advantages: Float[ArrayLike, "groups n"]
) -> Float[Array, "groups parameters"]:
    """Return the updates of all groups of three answers."""
    return (jnp.asarray(advantages)[..., None] * scores[_every]).mean(1)


def float_advantages(rule: str, rewards: Float[np.ndarray, "groups n"]) -> Float[np.ndarray, "groups n"]:
    """Return the advantages of groups by name: centred, leave one out, or divided by their deviation."""
    centred = rewards - rewards.mean(1, keepdims=True)
    if rule == "rloo":
        return centred * rewards.shape[1] / (rewards.shape[1] - 1)
    spread = rewards.std(1, keepdims=True)
    return centred / np.where(spread > 0, spread, 1.0) if rule == "grpo" else centred
