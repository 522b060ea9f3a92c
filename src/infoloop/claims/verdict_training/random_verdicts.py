"""Chapter 6, verdicts at random: what right answers lose, and where the policy drifts all the same (S59)."""

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flint import fmpq_series

from infoloop.claims.comparisons import equality
from infoloop.claims.verdict_training.enumerated_groups import rule_advantages
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.policy_gradient.reward_shaping import lost_advantage, random_reward_drift
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

ERRING = "verdicts err independently, at a rate for right and at one for wrong answers"
AT_RANDOM = "verdicts are independent coins of rate theta that do not depend on the answers"
ONE_STEP = "a tabular softmax policy takes one step on the centred rule"
STEP = f"for the drift: {ONE_STEP}"
SEEN = "for the update: advantages sum to 0 and depend on the verdicts alone"
COPIED = "all equal the first"
_SIZE, _RIGHT = 5, 2  # of the groups that floats enumerate
LOSS_PARTS = ("mean", "variance")


def verdict_patterns(case: Mapping[str, Any]) -> Iterator[tuple[fmpq, tuple[int, ...]]]:
    """Yield the verdicts on a group, of which the first answers are right, with their probabilities."""
    right, size, (low, high) = case["right answers"], case["size"], case["noise"]
    passes = [1 - high] * right + [low] * (size - right)
    if case.get("spared"):
        passes[0] = fmpq(1)
    for seen in itertools.product((1, 0), repeat=size):
        drawn = list(zip(passes, seen, strict=True))
        if case.get("verdicts") == COPIED:
            drawn = drawn[:1] if len(set(seen)) == 1 else [(fmpq(0), 1)]
        yield math.prod((p if s else 1 - p for p, s in drawn), start=fmpq(1)), seen


def _loss_exactly(case, kept=1):
    """Return the mean loss of the right answers' advantage, or its variance; and the closed form."""
    right, size, (low, high) = case["right answers"], case["size"], case["noise"]
    whole, losses = fmpq(right * (size - right), size), []
    for mass, seen in verdict_patterns(case):
        losses.append((mass, whole - (sum(seen[:right]) - right * fmpq(sum(seen), size))))
    mean = sum((mass * loss for mass, loss in losses), fmpq(0))
    if case["part"] == "mean":
        return mean, (1 - kept * (1 - low - high)) * whole
    variance = sum((mass * (loss - mean) ** 2 for mass, loss in losses), fmpq(0))
    return variance, whole * ((size - right) * high * (1 - high) + right * low * (1 - low)) / size


_seen = np.array(list(itertools.product((1, 0), repeat=_SIZE)), float)


def _loss(noise):
    low, high = noise
    passes = jnp.array([1 - high] * _RIGHT + [low] * (_SIZE - _RIGHT))
    mass = jnp.where(_seen == 1, passes, 1 - passes).prod(1)
    kept = (_seen - _seen.mean(1, keepdims=True))[:, :_RIGHT].sum(1)
    return _RIGHT * (_SIZE - _RIGHT) / _SIZE - mass @ kept, lost_advantage(_RIGHT, _SIZE, 1 - low - high)


_halves = (fmpq(1, 2), fmpq(1, 2))
_lost = {"right answers": 2, "size": 5, "noise": _halves, "part": "mean"}
random_verdict_loss = equality(
    "thm:random-verdict-loss",
    (ERRING,),
    _loss,
    random_numbers(2, jax.nn.sigmoid, spread=2),
    exact=_loss_exactly,
    family=Family(
        "1 to 3 right answers among 4 or 5, rates of error (1/2, 1/2), (1/4, 3/4), (1/10, 1/5), (0, 1/3), mean and "
        "variance",
        lambda: parameter_grid(
            **{"right answers": (1, 2, 3)},
            size=(4, 5),
            noise=(_halves, (fmpq(1, 4), fmpq(3, 4)), (fmpq(1, 10), fmpq(1, 5)), (fmpq(0), fmpq(1, 3))),
            part=LOSS_PARTS,
        ),
    ),
    edges=(_lost, {**_lost, "part": "variance"}),
    neighbours=(
        without(ERRING, {**_lost, "spared": True}, {**_lost, "part": "variance", "verdicts": COPIED}),
        changed(
            "all of the advantage lost, whatever the verdicts",
            lambda case: _loss_exactly(case, kept=0),
            {**_lost, "noise": (fmpq(1, 10), fmpq(1, 5))},
        ),
    ),
    wrong=lambda noise: (_loss(noise)[0], lost_advantage(_RIGHT, _SIZE)),
)


def random_groups(case: Mapping[str, Any]) -> Iterator[tuple[fmpq, tuple[int, ...], tuple[int, ...]]]:
    """Yield every group of answers and every table of verdicts on it, with their probability."""
    masses, size, theta = [rational(p) for p in case["policy"]], case["size"], case["theta"]
    for group in itertools.product(range(len(masses)), repeat=size):
        drawn = math.prod((masses[y] for y in group), start=fmpq(1))
        for seen in itertools.product((1, 0), repeat=size):
            passes = [case.get("first passes", theta) if y == 0 else theta for y in group]
            chance = math.prod((p if s else 1 - p for p, s in zip(passes, seen, strict=True)), start=drawn)
            yield chance, group, seen


def random_steps(case: Mapping[str, Any]) -> Iterator[tuple[fmpq, list[fmpq]]]:
    """Yield the steps of the logits per unit of the learning rate, with their probabilities."""
    size = case["size"]
    for chance, group, seen in random_groups(case):
        mean = case.get("baseline", fmpq(sum(seen), size))
        step = [fmpq(0)] * len(case["policy"])
        for y, s in zip(group, seen, strict=True):
            step[y] += (s - mean) / size
        yield chance, step


def random_update(case: Mapping[str, Any]) -> fmpq:
    """Return the expected update of the first logit by a rule on verdicts at random, each answer over its length."""
    first, total = rational(case["policy"][0]), fmpq(0)
    for chance, group, seen in random_groups(case):
        advantages = seen if case["rule"] == "no baseline" else rule_advantages(case, seen)
        for y, a in zip(group, advantages, strict=True):
            total += chance * a * ((y == 0) - first) / (case["size"] * case["lengths"][y])
    return total


def drift_coefficient(case: Mapping[str, Any]) -> fmpq:
    r"""Return the coefficient of $\eta^j$, j = `order`, in the mean probability of the first output after a step.

    >>> drift_coefficient({"policy": ("1/4", "3/4"), "size": 2, "theta": fmpq(1, 2), "order": 2})
    9/4096
    """
    masses, order, total = [rational(p) for p in case["policy"]], case["order"], fmpq(0)
    for chance, step in random_steps(case):
        series = [fmpq_series([0, u], prec=order + 1).exp() for u in step]
        weights = [fmpq_series([p]) * grown for p, grown in zip(masses, series, strict=True)]
        total += chance * (weights[0] / sum(weights[1:], weights[0]))[order]
    return total


def _drift_exactly(case, cubes=3):
    """Return the coefficient by all groups and verdicts, or an expected update, and the closed form."""
    if "rule" in case:
        return random_update(case), fmpq(0)
    law, n, theta = [rational(p) for p in case["policy"]], case["size"], case["theta"]
    p, s2, s3 = law[0], sum((x**2 for x in law), fmpq(0)), sum((x**3 for x in law), fmpq(0))
    shape = p * (p - 3 * p**2 + 2 * p * s2 + cubes * s3 - 2 * s2**2 - s2)
    if case.get("form") == "of two outputs":
        shape = 4 * p**2 * (1 - p) ** 2 * (1 - 2 * p)
    closed = {0: p, 1: fmpq(0), 2: theta * (1 - theta) * fmpq(n - 1, 2 * n**2) * shape, 3: fmpq(0)}
    return drift_coefficient(case), closed[case["order"]]


_groups = np.array(list(itertools.product(range(3), repeat=2)))


def _drift(case):
    """Return both sides for three outputs and groups of two: of two verdicts that differ one answer gains 1/4."""
    policy, theta = case
    eye = jnp.eye(3)
    found = 0
    for sign in (1, -1):
        step = sign * (eye[_groups[:, 0]] - eye[_groups[:, 1]]) / 4
        centred = step - (step @ policy)[:, None]
        second = policy * (centred**2 - (policy * centred**2).sum(1, keepdims=True)) / 2
        found = found + theta * (1 - theta) * (policy[_groups].prod(1) @ second)
    return found, random_reward_drift(policy, theta, 2)


def _drift_members():
    grid = {"policy": _POLICIES, "size": (2, 3), "theta": (fmpq(1, 4), fmpq(1, 2))}
    yield from parameter_grid(**grid, order=(0, 1, 2))
    for case in parameter_grid(**grid, order=(3,)):
        if case["size"] == 2 or case["theta"] == fmpq(1, 2):
            yield case
    for policy in (_POLICIES[0], ("2/3", "1/3")):
        yield {**_quarter, "policy": policy, "form": "of two outputs"}
    for size, lengths in itertools.product((2, 3), ((1, 1, 1), (1, 2, 5))):
        case = {"policy": _POLICIES[1], "size": size, "theta": fmpq(1, 4), "lengths": lengths}
        yield from ({**case, **rule} for rule in ({"rule": "rloo"}, {"rule": "grpo", "root": size - 1}))
        if size == 2:
            yield {**case, "rule": "grpo", "root": 1, "epsilon": fmpq(1, 10)}


_POLICIES = (("1/4", "3/4"), ("1/8", "3/8", "1/2"), ("3/5", "1/5", "1/5"), ("1/3", "1/3", "1/3"))
_quarter = {"policy": _POLICIES[0], "size": 2, "theta": fmpq(1, 2), "order": 2}
_three = {**_quarter, "policy": _POLICIES[1]}
_uneven = {"size": 3, "theta": fmpq(1, 4)}
_weighted = {"policy": _POLICIES[1], "size": 2, "theta": fmpq(1, 4), "lengths": (1, 2, 5)}
random_drift = equality(
    "thm:random-reward-drift",
    (AT_RANDOM, STEP, SEEN),
    _drift,
    random_numbers(4, lambda x: (jax.nn.softmax(x[:3]), jax.nn.sigmoid(x[3]))),
    exact=_drift_exactly,
    family=Family(
        "four policies over two or three outputs, groups of 2 and 3, rates of reward 1/4 and 1/2: the coefficients of "
        "orders 0, 1 and 2 in the step, of order 3 at 1/2 or in groups of 2, of the first output; the form of two "
        "outputs; the expected update of other rules, with lengths 1, 2 and 5 or without",
        _drift_members,
    ),
    edges=(_quarter, _three),
    neighbours=(
        without(AT_RANDOM, {**_quarter, "order": 1, "first passes": fmpq(3, 4)}),
        without(STEP, {**_quarter, "baseline": fmpq(0)}),
        without(SEEN, {**_weighted, "rule": "no baseline"}),
        changed("without the cubes", lambda case: _drift_exactly(case, cubes=0), _quarter),
        changed(
            "nothing of order 3 at any rate", _drift_exactly, {**_three, "size": 3, "theta": fmpq(1, 4), "order": 3}
        ),
    ),
    wrong=lambda case: (_drift(case)[0], random_reward_drift(case[0], case[1], 3)),
)


def moved_policy(case: Mapping[str, Any]) -> fmpq:
    r"""Return the mean probability of the first output after a step with $e^{\eta/(2n)}=b$, b the `base`, n = 2.

    >>> moved_policy({"policy": ("1/4", "3/4"), "size": 2, "theta": fmpq(1, 2), "base": fmpq(2)})
    1537/5824
    """
    masses, total = [rational(p) for p in case["policy"]], fmpq(0)
    for chance, step in random_steps(case):
        weights = [p * case["base"] ** int((4 * u).p) for p, u in zip(masses, step, strict=True)]
        total += chance * weights[0] / sum(weights, fmpq(0))
    return total


def _stays(case):
    policy = jax.nn.softmax(case[:2])
    both = policy[0] * policy[1] / 2  # each of the two orders, each of the two verdicts that differ with half of it
    up, down = (policy[0] * b / (policy[0] * b + policy[1] / b) for b in (jnp.exp(case[2]), jnp.exp(-case[2])))
    return policy[0] + both * (up + down - 2 * policy[0]), policy[0]


policy_stays = equality(
    "fol:random-rewards-keep-policy",
    (AT_RANDOM, ONE_STEP),
    _stays,
    random_numbers(3, lambda x: x),
    exact=lambda case: (moved_policy(case), rational(case["policy"][0])),
    family=Family(
        "masses 1/4 and 3/4, groups of two, rate of reward 1/2, steps of 4 ln 2, 4 ln 3/2 and 4 ln 3",
        lambda: parameter_grid(
            policy=(("1/4", "3/4"),), size=(2,), theta=(fmpq(1, 2),), base=(fmpq(2), fmpq(3, 2), fmpq(3))
        ),
    ),
)

SYMMETRIC, APART = "the law of the advantage is symmetric", "the advantage does not depend on the ratio"
SMOOTH = "the ratio is neither 1 - epsilon nor 1 + epsilon"


def clipped_objective(ratio: fmpq, advantage: fmpq, epsilon: fmpq) -> fmpq:
    r"""Return $\min(\rho A,\operatorname{clip}(\rho,1-\epsilon,1+\epsilon)A)$.

    >>> clipped_objective(fmpq(2), fmpq(1), fmpq(1, 5)), clipped_objective(fmpq(2), fmpq(-1), fmpq(1, 5))
    (6/5, -2)
    """
    return min(ratio * advantage, max(1 - epsilon, min(1 + epsilon, ratio)) * advantage)


def _clipped_exactly(case, share=2):
    """Return the mean slope of the clipped objective in the ratio, as a difference quotient, and the closed form.

    The advantages of a case may have another law `given the ratio`.
    """
    law, ratio, epsilon = case["advantages"], case["ratio"], case["epsilon"]
    step = fmpq(1, 10**6)
    found = sum(
        (
            p * (clipped_objective(ratio + step, a, epsilon) - clipped_objective(ratio, a, epsilon))
            for a, p in case.get("given the ratio", law)
        ),
        fmpq(0),
    )
    size = sum((p * abs(a) for a, p in law), fmpq(0))
    return found / step, size / share * (int(ratio < 1 - epsilon) - int(ratio > 1 + epsilon))


def _clipped(case):
    ratio, size = case

    def mean(x):
        inside = jnp.minimum(jnp.maximum(x, 0.8), 1.2)
        return sum(jnp.minimum(x * a, inside * a) for a in (size, -size)) / 2

    return jax.grad(mean)(ratio), size / 2 * ((ratio < 0.8) * 1.0 - (ratio > 1.2) * 1.0)


_LAWS = (
    ((fmpq(1), fmpq(1, 2)), (fmpq(-1), fmpq(1, 2))),
    ((fmpq(2), fmpq(1, 8)), (fmpq(1, 3), fmpq(3, 8)), (fmpq(-1, 3), fmpq(3, 8)), (fmpq(-2), fmpq(1, 8))),
)
_beyond = {"advantages": _LAWS[1], "ratio": fmpq(1, 2), "epsilon": fmpq(1, 5)}
random_clipping = equality(
    "thm:random-reward-clipping",
    (SYMMETRIC, APART, SMOOTH),
    _clipped,
    random_numbers(2, jnp.exp),
    exact=_clipped_exactly,
    family=Family(
        "two symmetric laws of the advantage, ratios 1/10, 1/2, 9/10, 1, 11/10, 3/2, 5, clipped at 1/5 and 1/3",
        lambda: parameter_grid(
            advantages=_LAWS,
            ratio=[fmpq(k, 10) for k in (1, 5, 9, 10, 11, 15, 50)],
            epsilon=[fmpq(1, 5), fmpq(1, 3)],
        ),
    ),
    edges=(_beyond, {**_beyond, "ratio": fmpq(3, 2)}),
    neighbours=(
        without(SYMMETRIC, {**_beyond, "advantages": ((fmpq(1), fmpq(3, 4)), (fmpq(-1), fmpq(1, 4)))}),
        without(APART, {**_beyond, "ratio": fmpq(3, 2), "given the ratio": ((fmpq(1), fmpq(1)),)}),
        without(SMOOTH, {**_beyond, "ratio": fmpq(6, 5)}),
        changed("the whole of E|A|", lambda case: _clipped_exactly(case, 1), _beyond),
    ),
    wrong=lambda case: (_clipped(case)[0], -_clipped(case)[1]),
)
