"""Chapter 6, groups drawn again and groups whose verdicts err: the objective that is climbed then (S65, S66)."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.claims.comparisons import equality
from infoloop.claims.verdict_training.dead_groups import roots_of
from infoloop.claims.verdict_training.enumerated_groups import (
    ANSWERS,
    BINARY,
    DIFFERENT,
    DRAWN,
    FLOAT_SIZE,
    REPEATED,
    SCORED,
    answer_groups,
    cases_of_size,
    contrast_factors,
    difficulty_factor,
    float_advantages,
    float_groups,
    float_rate,
    float_updates,
    pass_rate,
    pass_rate_slope,
    policies_with_scores,
    rule_advantages,
    scores_of,
    update_moments,
)
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.policy_gradient.difficulty_weights import (
    contrast_weights,
    live_difficulty_weight,
    noisy_difficulty_weight,
)
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without

REDRAWN, SMALL = "a group is drawn again until its verdicts differ", "n is 2 or 3"
_RULES = ("dr_grpo", "grpo")


def _redrawn(case):
    policy, scores = case
    mass, rewards = float_groups(policy)
    live = mass * (rewards.min(1) != rewards.max(1))
    p, slope = float_rate(policy, scores)
    found = [live @ float_updates(scores, float_advantages(rule, rewards)) / live.sum() for rule in _RULES]
    closed = [live_difficulty_weight(p, contrast_weights(FLOAT_SIZE, rule)) * slope for rule in _RULES]
    logit = [c / (p * (1 - p)) * slope for c in (2 / 9, np.sqrt(2) / 3)]
    return jnp.stack([*found, *closed]), jnp.stack([*logit, *logit])


def _redrawn_exactly(case):
    """Return one coordinate of the mean update of live groups, and of the gradient of log-odds times its constant."""
    p, n, k = pass_rate(case), case["size"], case["parameter"]
    live = sum(
        (mass for mass, group in answer_groups(case) if 0 < sum(case["right"][y] for y in group) < n),
        fmpq(0),
    )
    constant = fmpq(n - 1, n * n) if case["rule"] == "dr_grpo" else fmpq(1, n)  # times the root of n - 1
    found = update_moments(case)[0][k] / (1 if case.get("dead groups") == "kept" else live)
    return found, constant * pass_rate_slope(case)[k] / (p * (1 - p))


def _redrawn_members():
    for case in cases_of_size(2, 3):
        for rule in ({"rule": "dr_grpo"}, {"rule": "grpo", "root": case["size"] - 1}):
            for k in (0, 1):
                yield {**case, **rule, "parameter": k}


_pair = {**ANSWERS, "size": 2, "rule": "dr_grpo", "parameter": 0}
_three = {**_pair, "size": 3}
redrawn_groups = equality(
    "thm:redrawn-groups",
    (DRAWN, SCORED, BINARY, REDRAWN, SMALL),
    _redrawn,
    policies_with_scores,
    exact=_redrawn_exactly,
    family=Family(
        "three policies over four outputs of which two are right, two tables of scores, groups of 2 and 3, centred or "
        "divided by their deviation, both coordinates",
        _redrawn_members,
    ),
    edges=(_pair, {**_three, "rule": "grpo", "root": 2}),
    neighbours=(
        without(DRAWN, {**_three, "answers": DIFFERENT}),
        without(SCORED, {**_three, "mean score": "left"}),
        without(BINARY, {**_pair, "rewards": (1, "1/2", 0, 0)}),
        without(REDRAWN, {**_pair, "dead groups": "kept"}),
        without(SMALL, {**_pair, "size": 4}),
        changed(
            "the slope of p in place of that of its log-odds",
            lambda case: (_redrawn_exactly(case)[0], fmpq(1, 4) * pass_rate_slope(case)[case["parameter"]]),
            _pair,
        ),
    ),
    wrong=lambda case: (_redrawn(case)[0], _redrawn(case)[1][::-1]),
)

ERRING = "a verdict errs independently, at rates that depend on whether the answer is right alone"
SOME_J = "J = 1 - rho0 - rho1 is not 0"


def noisy_update(case: dict) -> list[fmpq]:
    r"""Return the mean update over all groups and all verdicts on them.

    A `corrected` verdict is $(\tilde r-\rho_0)/J$. `spared` are outputs whose verdicts do not err.
    """
    low, high = case["noise"]
    scores, total = scores_of(case), [fmpq(0)] * len(case["scores"][0])
    for mass, group in answer_groups(case):
        passes = [(1 - high if r else low) for r in case["right"]]
        for y in case.get("spared", ()):
            passes[y] = fmpq(case["right"][y])
        for seen in itertools.product((1, 0), repeat=case["size"]):
            chance = math.prod(
                (passes[y] if s else 1 - passes[y] for y, s in zip(group, seen, strict=True)), start=mass
            )
            if chance:
                rewards = [(s - low) / (1 - low - high) if case["corrected"] else s for s in seen]
                for a, y in zip(rule_advantages(case, rewards), group, strict=True):
                    total = [t + chance * a * g / case["size"] for t, g in zip(total, scores[y], strict=True)]
    return total


def _erring_exactly(case, observed=True):
    low, high = case["noise"]
    j, p, k = 1 - low - high, pass_rate(case), case["parameter"]
    seen = {**case, "epsilon": case.get("epsilon", 0) * (abs(j) if case["corrected"] else 1)}
    weight = difficulty_factor(contrast_factors(seen), low + j * p if observed else p)
    factor = j if not case["corrected"] else abs(j) if case["rule"] == "grpo" else 1
    return noisy_update(case)[k], factor * weight * pass_rate_slope(case)[k]


_noise = random_numbers(14, lambda x: (policies_with_scores.build(x[:12]), jax.nn.sigmoid(x[12:])))
_seen = np.array(list(itertools.product((1, 0), repeat=FLOAT_SIZE)), float)


def _erring(case):
    (policy, scores), (low, high) = case
    mass, rewards = float_groups(policy)
    passes = jnp.where(rewards == 1, 1 - high, low)
    p, slope = float_rate(policy, scores)
    found, closed = [], []
    for rule in ("grpo", "dr_grpo", "rloo"):
        total = 0
        for seen in _seen:
            chance = mass * jnp.where(seen == 1, passes, 1 - passes).prod(1)
            advantages = np.broadcast_to(float_advantages(rule, seen[None]), rewards.shape)
            total = total + chance @ float_updates(scores, advantages)
        found.append(total)
        closed.append(
            noisy_difficulty_weight(p, contrast_weights(FLOAT_SIZE, rule), false_positive=low, false_negative=high)
            * slope
        )
    return jnp.stack(found), jnp.stack(closed)


_NOISES = ((fmpq(1, 10), fmpq(1, 5)), (fmpq(0), fmpq(1, 2)), (fmpq(1, 3), fmpq(0)), (fmpq(4, 5), fmpq(9, 10)))
_two = {"policy": ("3/10", "7/10"), "right": (1, 0), "scores": ((7,), (-3,)), "parameter": 0}


_tenth_added = {"size": 2, "rule": "grpo", "root": 1, "epsilon": fmpq(1, 10)}


def _erring_members():
    for noise, size, corrected in itertools.product(_NOISES, (2, 3, 4), (False, True)):
        for rule in (*({"rule": "grpo", "root": d} for d in roots_of(size)), {"rule": "dr_grpo"}):
            yield {**_two, "size": size, "noise": noise, "corrected": corrected, **rule}
        if size == 2:
            yield {**_two, **_tenth_added, "noise": noise, "corrected": corrected}
            yield {**_pair, "noise": noise, "corrected": corrected, "rule": "rloo"}


_quiet = {**_two, "size": 4, "noise": _NOISES[0], "corrected": True, "rule": "grpo", "root": 3}
corrected_verdicts = equality(
    "thm:correction-is-invisible",
    (DRAWN, SCORED, ERRING, SOME_J),
    _erring,
    _noise,
    exact=_erring_exactly,
    family=Family(
        "two outputs, one of mass 3/10 right, rates of error (1/10, 1/5), (0, 1/2), (1/3, 0), (4/5, 9/10), groups of "
        "2, 3 and 4, corrected or not, divided by the deviation, by it and 1/10 (of 2), or centred; four outputs, "
        "groups of 2, the others as baseline",
        _erring_members,
    ),
    edges=(_quiet, {**_quiet, "corrected": False}, {**_quiet, "rule": "dr_grpo"}),
    neighbours=(
        without(DRAWN, {**_pair, "noise": _NOISES[0], "corrected": False, "answers": REPEATED}),
        without(SCORED, {**_pair, "size": 3, "noise": _NOISES[0], "corrected": False, "mean score": "left"}),
        without(ERRING, {**_pair, "noise": _NOISES[0], "corrected": False, "spared": (0,)}),
        unrefuted(SOME_J, "the correction divides by J, and the update without it is 0 on both sides"),
        changed(
            "a correction that keeps the sign",
            lambda case: (_erring_exactly(case)[0], -_erring_exactly(case)[1]),
            {**_quiet, "noise": _NOISES[3]},
        ),
        changed("J times the weight at the true pass rate", lambda case: _erring_exactly(case, observed=False), _quiet),
    ),
    wrong=lambda case: (_erring(case)[0], _erring(case)[1][::-1]),
)
