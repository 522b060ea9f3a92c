"""Chapter 6, what a bonus does to the expected update: its jump at dose 0, and whom it harms (S51)."""

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flint import fmpq_mat

from infoloop.claims.comparisons import equality, inequality
from infoloop.claims.verdict_training.dead_groups import root_factors, roots_of
from infoloop.claims.verdict_training.enumerated_groups import (
    DRAWN,
    POLICIES,
    REPEATED,
    RIGHT,
    SCORES,
    answer_groups,
    difficulty_factor,
    dot,
    float_groups,
    float_updates,
    pass_rate,
    pass_rate_slope,
    policies_with_scores,
    policy_masses,
    rule_advantages,
    scores_of,
)
from infoloop.claims.verdict_training.shaping_doses import AGREEING as DEAD
from infoloop.claims.verdict_training.shaping_doses import POSITIVE, shaped_series
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.policy_gradient.reward_shaping import kernel_advantage, shaping_jump
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

BONUS, SPREAD = (1, 0, 1, 0), "advantages are divided by the deviation of the rewards"
AGREEING = "for the two parts: all verdicts of the group agree"
DOSES = [fmpq(1, 10**6), fmpq(1, 10), fmpq(1, 2), fmpq(2)]

PARTS = {"all fail": 0, "all pass": 1}


def dead_update(case: dict) -> list[fmpq]:
    """Return what the groups of a case's part, all-fail or all-pass, give to the expected shaped update."""
    scores, total = scores_of(case), [fmpq(0)] * len(case["scores"][0])
    for mass, group in answer_groups(case):
        verdicts = {case["right"][y] for y in group}
        if verdicts == {PARTS[case["part"]]} or (case.get("groups") == "all"):
            rewards = [case["right"][y] + case["dose"] * fmpq(case["bonus"][y]) for y in group]
            for a, y in zip(rule_advantages(case, rewards), group, strict=True):
                total = [t + mass * a * g / case["size"] for t, g in zip(total, scores[y], strict=True)]
    return total


def _class_parts(case):
    """Return the mass of the part's class, the share with the bonus, and the mean scores with it and without."""
    verdict, found = PARTS[case["part"]], []
    weights = [p * (r == verdict) for p, r in zip(policy_masses(case), case["right"], strict=True)]
    for kind in (1, 0):
        part = [w * (s == kind) for w, s in zip(weights, case["bonus"], strict=True)]
        mass = sum(part, fmpq(0))
        mean = [
            sum((w * x for w, x in zip(part, column, strict=True)), fmpq(0)) / mass
            for column in zip(*scores_of(case), strict=True)
        ]
        found.append((mass, mean))
    (first, with_bonus), (second, without_bonus) = found
    return first + second, first / (first + second), with_bonus, without_bonus


def dead_scale(case: dict) -> fmpq:
    r"""Return the factor of $\sqrt d$ in $q^n\kappa_n(\sigma)\sigma(1-\sigma)$, of right answers with p."""
    mass, share, _, _ = _class_parts(case)
    weight = difficulty_factor(root_factors(case["size"], case["root"]), share)
    return mass ** case["size"] * weight * share * (1 - share)


def update_coefficient(case: dict, order: int) -> list[fmpq]:
    r"""Return the coefficient of $\lambda^j$, j = `order`, in the expected shaped update at small doses above 0.

    A `gate` leaves out the groups whose verdicts agree.
    """
    scores, total = scores_of(case), [fmpq(0)] * len(case["scores"][0])
    for mass, group in answer_groups(case):
        verdicts, bonus = ([case[of][y] for y in group] for of in ("right", "bonus"))
        if not case.get("gate") or len(set(verdicts)) > 1:
            for a, y in zip(shaped_series(verdicts, bonus, case["root"], order + 1), group, strict=True):
                total = [t + mass * a[order] * g / case["size"] for t, g in zip(total, scores[y], strict=True)]
    return total


def _limit_exactly(case, jumps=1):
    """Return the limit of the update as the dose falls to 0, and the unshaped one with both jumps, or with a gate."""
    k, weights = case["parameter"], root_factors(case["size"], case["root"])
    limit = difficulty_factor(weights, pass_rate(case)) * pass_rate_slope(case)[k]
    for part, verdict in () if case.get("gate") else PARTS.items():
        kinds = {s for r, s in zip(case["right"], case["bonus"], strict=True) if r == verdict}
        if len(kinds) == 2:
            limit += jumps * _jump_exactly({**case, "part": part})[1]
    return update_coefficient(case, 0)[k], limit


def _jump_exactly(case, dose=0):
    if case["part"] == "limit":
        return _limit_exactly(case)
    _, _, with_bonus, without_bonus = _class_parts(case)
    k = case["parameter"]
    return dead_update(case)[k], dead_scale(case) * case["dose"] ** dose * (with_bonus[k] - without_bonus[k])


_places = np.array(list(itertools.product(range(4), repeat=3)))


def _float_parts(policy, scores, dose):
    mass, rewards = float_groups(policy)
    bonus = np.array(BONUS, float)[_places]
    shaped = bonus * dose
    alike = bonus.min(1, keepdims=True) == bonus.max(1, keepdims=True)
    advantages = jnp.where(
        alike, 0.0, (shaped - shaped.mean(1, keepdims=True)) / jnp.where(alike, 1.0, shaped.std(1, keepdims=True))
    )
    updates = float_updates(scores, advantages)
    return [(mass * (rewards == verdict).all(1)) @ updates for verdict in (0, 1)]


def _jump(case):
    (policy, scores), dose = case
    closed = shaping_jump(policy, jnp.array(RIGHT, float), jnp.array(BONUS, float), scores, 3)
    return jnp.stack(_float_parts(policy, scores, dose)), jnp.stack(closed)


_case = random_numbers(13, lambda x: (policies_with_scores.build(x[:12]), jnp.exp(x[12])))
_four = {"policy": POLICIES[0], "right": RIGHT, "bonus": BONUS, "scores": SCORES[0], "size": 3, "rule": "grpo"}
_fail = {**_four, "root": 2, "part": "all fail", "dose": fmpq(1, 100), "parameter": 0}
_limit = {**_fail, "part": "limit"}


def _jump_members():
    for policy, scores, size, dose in itertools.product(POLICIES, SCORES, (2, 3), (fmpq(1, 10**6), fmpq(3))):
        for part, root in itertools.product(PARTS, roots_of(size)):
            case = {"policy": policy, "scores": scores, "size": size, "dose": dose, "part": part, "root": root}
            yield {**_fail, **case}


def _limit_members():
    for policy, scores, size in itertools.product(POLICIES, SCORES, (2, 3)):
        for bonus, gate, root in itertools.product(((1, 0, 1, 0), (1, 0, 0, 0)), (False, True), roots_of(size)):
            case = {"policy": policy, "scores": scores, "size": size, "bonus": bonus, "gate": gate, "root": root}
            yield {**_four, **case, "part": "limit", "dose": fmpq(1), "parameter": 0}


jump_at_zero = equality(
    "thm:shaping-jump",
    (DRAWN, AGREEING, POSITIVE, SPREAD),
    _jump,
    _case,
    exact=_jump_exactly,
    family=Family(
        "three policies over four outputs, two right, one of each kind with a bonus, two tables of scores, groups of 2 "
        "and 3, doses 10^-6 and 3: the factor of each root, of all-fail and of all-pass groups; the limit of the "
        "update as the dose falls to 0, with and without a gate, also where no wrong answer has the bonus",
        lambda: itertools.chain(_jump_members(), _limit_members()),
    ),
    edges=(_fail, {**_fail, "part": "all pass"}, _limit, {**_limit, "gate": True}),
    neighbours=(
        without(DRAWN, {**_fail, "answers": REPEATED}),
        without(AGREEING, {**_fail, "groups": "all"}),
        without(POSITIVE, {**_fail, "dose": fmpq(-1)}),
        without(SPREAD, {**_fail, "size": 2, "root": 1, "rule": "dr_grpo"}),
        changed("in proportion to the dose", lambda case: _jump_exactly(case, dose=1), _fail),
        changed("the limit without the jump", lambda case: _limit_exactly(case, jumps=0), _limit),
        changed(
            "a gate that leaves nothing of the order of the dose",
            lambda case: (update_coefficient(case, 1)[0], fmpq(0)),
            {**_limit, "gate": True},
        ),
    ),
    wrong=lambda case: (_jump(case)[0], _jump(case)[1][::-1]),
)


def softmax_scores(policy: Sequence[str]) -> tuple:
    r"""Return the scores $e_y-\pi$ of a tabular softmax policy.

    >>> softmax_scores(("1/4", "3/4"))
    ((3/4, -3/4), (-1/4, 1/4))
    """
    masses = [rational(p) for p in policy]
    return tuple(tuple((y == k) - p for k, p in enumerate(masses)) for y in range(len(masses)))


def _mean_kernel(case, verdict, bonus):
    """Return the mean of the kernel of a right answer and one of another kind."""
    masses, scores = policy_masses(case), scores_of(case)
    right = [p * r for p, r in zip(masses, case["right"], strict=True)]
    kind = [p * (r == verdict and s == bonus) for p, r, s in zip(masses, case["right"], case["bonus"], strict=True)]
    total = sum(
        (u * v * dot(g, h) for u, g in zip(right, scores, strict=True) for v, h in zip(kind, scores, strict=True)),
        fmpq(0),
    )
    return total / (sum(right, fmpq(0)) * sum(kind, fmpq(0)))


def _mean_mass(case, bonus):
    """Return the mean probability of a wrong answer of this kind."""
    masses = policy_masses(case)
    kind = [p * (not r and s == bonus) for p, r, s in zip(masses, case["right"], case["bonus"], strict=True)]
    return dot(kind, masses) / sum(kind, fmpq(0))


def fisher_solution(case: dict, update: Sequence[fmpq]) -> list[fmpq]:
    r"""Return $F^+u$ with the Fisher matrix F of a case's scores, up to a vector that no score sees.

    The scores of a tabular softmax sum to 0: with the matrix of ones added F can be inverted, and for updates that sum
    to 0 nothing changes.

    >>> case = {"policy": ("1/4", "3/4"), "scores": softmax_scores(("1/4", "3/4"))}
    >>> fisher_solution(case, [fmpq(1), fmpq(-1)])
    [8/3, -8/3]
    """
    size, scores = len(update), scores_of(case)
    rows = [[dot(policy_masses(case), [g[j] * g[k] for g in scores]) for k in range(size)] for j in range(size)]
    if fmpq_mat(rows).rank() < size:
        rows = [[x + 1 for x in row] for row in rows]
    return [row[0] for row in fmpq_mat(rows).solve(fmpq_mat([[u] for u in update])).tolist()]


def _kernel_exactly(case, sign=1):
    """Return the slope of the pass rate along what all-fail groups give, and its closed form.

    Along the natural gradient it is that of this and of the gradient of the pass rate itself, whose own is pq.
    """
    rate, slope = pass_rate(case), pass_rate_slope(case)
    if case["form"] == "natural":
        together = [u + v for u, v in zip(dead_update(case), slope, strict=True)]
        return dot(slope, fisher_solution(case, together)), rate * (1 - rate)
    if case["form"] == "tabular":
        difference = _mean_mass(case, 0) - _mean_mass(case, 1)
    else:
        difference = _mean_kernel(case, 0, 1) - _mean_kernel(case, 0, 0)
    return dot(slope, dead_update(case)), sign * rate * dead_scale(case) * difference


def _kernel(case):
    (policy, scores), dose = case
    right, bonus = jnp.array(RIGHT, float), jnp.array(BONUS, float)
    slope = (policy * right) @ scores
    found = slope @ _float_parts(policy, scores, dose)[0]
    q = policy[2:].sum()
    share = policy[2] / q
    scale = (1 - q) * q**3 * jnp.sqrt(2) * share * (1 - share)
    return found, scale * kernel_advantage(policy, right, bonus, scores @ scores.T)


def _kernel_members():
    for case in _jump_members():
        if case["part"] == "all fail":
            yield {**case, "form": "kernel"}
            for form in ("tabular", "natural"):
                yield {**case, "scores": softmax_scores(case["policy"]), "form": form}


_aligned = {**_fail, "form": "kernel"}
_table = {**_fail, "scores": softmax_scores(POLICIES[0]), "form": "tabular"}
_natural = {**_table, "form": "natural"}
TABULAR = "in the tabular forms: the policy is a softmax with a logit for each output"
MASSES = "0 < p < 1 and 0 < sigma < 1"
shaping_kernel = equality(
    "thm:shaping-kernel",
    (DRAWN, TABULAR, MASSES, DEAD, POSITIVE, SPREAD),
    _kernel,
    _case,
    exact=_kernel_exactly,
    family=Family(
        "three policies over four outputs, two right, one of each kind with a bonus, two tables of scores and those of "
        "the tabular softmax, along their gradient and along the natural one, groups of 2 and 3, doses 10^-6 and 3: "
        "the factor of each root",
        _kernel_members,
    ),
    edges=(_aligned, _table, _natural),
    neighbours=(
        without(DRAWN, {**_aligned, "answers": REPEATED}),
        without(TABULAR, {**_table, "scores": SCORES[0]}),
        unrefuted(MASSES, "without it one of the means is taken over no answers"),
        without(DEAD, {**_aligned, "groups": "all"}),
        without(POSITIVE, {**_aligned, "dose": fmpq(-1)}),
        without(SPREAD, {**_aligned, "size": 2, "root": 1, "rule": "dr_grpo"}),
        changed(
            "the natural gradient of two parameters for four outputs", _kernel_exactly, {**_aligned, "form": "natural"}
        ),
        changed("harmless if preferred failures are more concentrated", lambda case: _kernel_exactly(case, -1), _table),
    ),
    wrong=lambda case: (_kernel(case)[0], -_kernel(case)[1]),
)

PREFERRED = "every right answer has the bonus"
_thirds = ("1/4", "1/2", "1/4")


def _whole_slope(case, dose):
    """Return the slope of the pass rate along the expected shaped update over all groups."""
    return dot(pass_rate_slope(case), dead_update({**case, "groups": "all", "dose": dose}))


def _harmless(case):
    """Return the slope at dose 0 and at another one, in groups of two: all rewards that differ give advantages of 1."""
    policy = jax.nn.softmax(case[:3])
    dose = jnp.exp(case[3])
    scores = jnp.eye(3) - policy
    pairs = np.array(list(itertools.product(range(3), repeat=2)))
    found = []
    for amount in (0.0, dose):
        rewards = jnp.stack([1 + amount, amount, 0 * dose])[pairs]
        advantages = jnp.sign(rewards - rewards.mean(1, keepdims=True))
        update = policy[pairs].prod(1) @ (advantages[..., None] * scores[pairs]).mean(1)
        found.append(policy[0] * scores[0] @ update)
    return tuple(found)


right_like_shaping = inequality(
    "fol:right-like-shaping",
    (DRAWN, POSITIVE, SPREAD, PREFERRED),
    _harmless,
    random_numbers(4, lambda x: x),
    exact=lambda case: (_whole_slope(case, fmpq(0)), _whole_slope(case, case["dose"])),
    family=Family(
        "a tabular softmax with masses 1/4 (right, with the bonus), 1/2 (wrong, with it), 1/4 (wrong, without), groups "
        "of two, doses 10^-6, 1/10, 1/2, 2",
        lambda: parameter_grid(
            policy=(_thirds,),
            right=((1, 0, 0),),
            bonus=((1, 1, 0),),
            scores=(softmax_scores(_thirds),),
            size=(2,),
            rule=("grpo",),
            root=(1,),
            part=("all fail",),
            dose=DOSES,
        ),
    ),
)
