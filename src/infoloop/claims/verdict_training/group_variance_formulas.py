"""Chapter 6, the variance of a group's update: by all ordered groups, and in closed form (S50)."""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.verdict_training.dead_groups import binomial_mean, roots_of
from infoloop.claims.verdict_training.enumerated_groups import (
    ANSWERS,
    BINARY,
    DRAWN,
    FLOAT_SIZE,
    POLICIES,
    REPEATED,
    RIGHT,
    SCORED,
    SCORES,
    cases_of_size,
    contrast_factors,
    float_advantages,
    float_groups,
    float_updates,
    pass_rate,
    pass_rate_slope,
    policies_with_scores,
    policy_masses,
    scores_of,
    update_moments,
)
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.policy_gradient.difficulty_weights import contrast_weights
from infoloop.learning.policy_gradient.group_variance import (
    centred_variance,
    leave_one_out_variance,
    normalised_variance,
    rule_variance,
    verdict_moments,
)
from infoloop.statements.cases import Family
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

ZERO_SUM = "advantages sum to 0 and depend on the own verdict and the number of right ones"


def _squared(vector):
    return sum((x * x for x in vector), fmpq(0))


def class_moments(case: Mapping[str, Any]) -> tuple[dict[int, fmpq], dict[int, fmpq], fmpq]:
    r"""Return the mean squares of the score in the classes, those around their means, and $|\mu_R-\mu_W|^2$."""
    square, spread, means = {}, {}, []
    for verdict in (1, 0):
        weights = [p * (r == verdict) for p, r in zip(policy_masses(case), case["right"], strict=True)]
        total = sum(weights, fmpq(0))
        mean = [
            sum((w * x for w, x in zip(weights, column, strict=True)), fmpq(0)) / total
            for column in zip(*scores_of(case), strict=True)
        ]
        square[verdict] = sum((w * _squared(g) for w, g in zip(weights, scores_of(case), strict=True)), fmpq(0)) / total
        spread[verdict] = square[verdict] - _squared(mean)
        means.append(mean)
    return square, spread, _squared([a - b for a, b in zip(*means, strict=True)])


def published_variance(rate: Number, second: Number, size: int) -> Number:
    r"""Return $\frac{pqv}{n-1}$, as published for equal second moments v, of rewards 0 and 1."""
    return rate * (1 - rate) * second / (size - 1)


def _variance(case):
    mean, square = update_moments(case)
    return square - _squared(mean)


def _leave_one_out_exactly(case, gradient=1):
    """Return the variance over all groups, and the formula; `gradient` is the weight of its last term."""
    p, n = pass_rate(case), case["size"]
    q = 1 - p
    square, _, _ = class_moments(case)
    linear = p * q * (q * square[1] + p * square[0]) - gradient * _squared(pass_rate_slope(case))
    formula = ((n - 2) * linear + p * q * (square[1] + square[0])) / (n * (n - 1))
    return _variance(case), formula * (1 if case["rule"] == "rloo" else fmpq((n - 1) ** 2, n**2))


def _leave_one_out(case):
    policy, scores = case
    mass, rewards = float_groups(policy)
    moments = verdict_moments(policy, jnp.array(RIGHT, float), scores)
    closed = jnp.stack([leave_one_out_variance(moments, FLOAT_SIZE), centred_variance(moments, FLOAT_SIZE)])
    return jnp.stack([_total(mass, scores, rule, rewards) for rule in ("rloo", "dr_grpo")]), closed


def _total(mass, scores, rule, rewards):
    update = float_updates(scores, float_advantages(rule, rewards))
    return mass @ ((update - mass @ update) ** 2).sum(1)


_four = {**ANSWERS, "size": 3, "rule": "rloo"}
_graded = {"rewards": (1, "1/2", 0, 0)}
leave_one_out = equality(
    "thm:leave-one-out-variance",
    (DRAWN, SCORED, BINARY),
    _leave_one_out,
    policies_with_scores,
    exact=_leave_one_out_exactly,
    family=Family(
        "three policies over four outputs of which two are right, two tables of scores, groups of 2, 3 and 4, the mean "
        "of the others or of all as baseline",
        lambda: parameter_grid(
            policy=POLICIES, right=(RIGHT,), scores=SCORES, size=(2, 3, 4), rule=("rloo", "dr_grpo")
        ),
    ),
    edges=(_four, {**_four, "rule": "dr_grpo"}),
    neighbours=(
        without(DRAWN, {**_four, "answers": REPEATED}),
        without(SCORED, {**_four, "mean score": "left"}),
        without(BINARY, {**_four, **_graded}),
        changed("without the gradient", lambda case: _leave_one_out_exactly(case, 0), _four),
    ),
    wrong=lambda case: (_leave_one_out(case)[0], _leave_one_out(case)[1][::-1]),
)


def _rule_exactly(case, centre=1):
    """Return both sides for a rule; of the normalised one the mean squares, which have no roots.

    `centre` is the weight of the second term.
    """
    p, n, rule = pass_rate(case), case["size"], case["rule"]
    q = 1 - p
    _, spread, gap = class_moments(case)
    if rule == "grpo":
        found = sum((update_moments({**case, "root": d})[1] * d for d in roots_of(n)), fmpq(0))
        within = (q * (1 - q ** (n - 1)) * spread[1] + p * (1 - p ** (n - 1)) * spread[0]) / n
        return found, within + centre * p * q * fmpq(n - 1, n) * gap
    w = contrast_factors(case)
    within = binomial_mean(
        [0, *(w[c] ** 2 * (spread[1] / c + spread[0] / (n - c)) for c in range(1, n)), 0],
        p,
    )
    return _variance(case), within + centre * (binomial_mean([x * x for x in w], p) - binomial_mean(w, p) ** 2) * gap


def _rule(case):
    policy, scores = case
    mass, rewards = float_groups(policy)
    moments = verdict_moments(policy, jnp.array(RIGHT, float), scores)
    found = _total(mass, scores, "grpo", rewards)
    closed = [normalised_variance(moments, FLOAT_SIZE), rule_variance(moments, contrast_weights(FLOAT_SIZE))]
    return jnp.stack([found, found]), jnp.stack(closed)


_WEIGHTS = {2: ((1,), ("1/3",)), 3: (("1/2", "1/4"), (0, 1)), 4: (("1/3", 1, "-1/2"),)}
_weighted = {**_four, "rule": "weights", "weights": _WEIGHTS[3][0]}


def _rule_members():
    for case in cases_of_size(*_WEIGHTS):
        yield {**case, "rule": "grpo"}
        for listed in _WEIGHTS[case["size"]]:
            yield {**case, "rule": "weights", "weights": listed}


def _own_scores(case):
    """Return the variance where an advantage is also one more for the first output, and the formula."""
    mean, square = update_moments({**case, "rewards": (2, 1, 0, 0)}, lambda rewards: list(rewards))
    return square - _squared(mean), _rule_exactly(case)[1]


rule_variances = equality(
    "thm:group-rule-variance",
    (DRAWN, BINARY, ZERO_SUM),
    _rule,
    policies_with_scores,
    exact=_rule_exactly,
    family=Family(
        "three policies over four outputs of which two are right, two tables of scores, groups of 2, 3 and 4: the mean "
        "square of the normalised update, and the variance for weights such as (1/3, 1, -1/2)",
        _rule_members,
    ),
    edges=({**_four, "rule": "grpo"}, _weighted),
    neighbours=(
        without(DRAWN, {**_weighted, "answers": REPEATED}),
        without(BINARY, {**_four, "rule": "dr_grpo", **_graded}),
        without(ZERO_SUM, _weighted, exact=_own_scores),
        changed("without the variance of the weights", lambda case: _rule_exactly(case, 0), _weighted),
    ),
    wrong=lambda case: (_rule(case)[0], _leave_one_out(case)[1]),
)


def _published(case):
    policy, scores = case
    mass, rewards = float_groups(policy)
    found = _total(mass, scores, "rloo", rewards)
    return found, published_variance(policy[:2].sum(), policy @ (scores**2).sum(1), FLOAT_SIZE)


def _published_exactly(case):
    square, _, _ = class_moments(case)
    assert square[1] == square[0]
    return _variance(case), published_variance(pass_rate(case), square[1], case["size"])


published_leave_one_out = equality(
    "fol:leave-one-out-variance",
    (DRAWN, SCORED, BINARY, "the mean square of the score is the same among right and wrong answers"),
    _published,
    policies_with_scores,
    exact=_published_exactly,
    family=Family(
        "two outputs, one of them right, groups of 3 and 4",
        lambda: parameter_grid(
            policy=(("1/2", "1/2"),), right=((1, 0),), scores=(((1,), (-1,)),), size=(3, 4), rule=("rloo",)
        ),
    ),
)


def _biased(case):
    policy, scores = case
    slope = (policy[:2, None] * scores[:2]).sum(0)
    mass, rewards = float_groups(policy)
    mean = mass @ float_updates(scores, float_advantages("grpo", rewards))
    return slope @ slope, slope @ mean


def _biased_exactly(case):
    slope = pass_rate_slope(case)
    mean, _ = update_moments(case)
    return _squared(slope), sum((a * b for a, b in zip(slope, mean, strict=True)), fmpq(0))


normalising_biases = inequality(
    "fol:normalising-biases",
    (DRAWN, SCORED, BINARY, "advantages are divided by the deviation of the group"),
    _biased,
    policies_with_scores,
    relation="<",
    exact=_biased_exactly,
    family=Family(
        "two outputs of masses 1/4 and 3/4 with scores 3 and -1, or 1/2 and 1/2, groups of two",
        lambda: parameter_grid(
            policy=(("1/4", "3/4"), ("1/2", "1/2")),
            right=((1, 0),),
            scores=(((3,), (-1,)),),
            size=(2,),
            rule=("grpo",),
            root=(1,),
        ),
    ),
)
