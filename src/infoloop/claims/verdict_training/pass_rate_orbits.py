"""Chapter 6, orbits: what every objective of the pass rate keeps (S62)."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.claims.comparisons import equality
from infoloop.claims.verdict_training.dead_groups import roots_of
from infoloop.claims.verdict_training.enumerated_groups import (
    POLICIES,
    RIGHT,
    answer_groups,
    contrast_factors,
    difficulty_factor,
    float_advantages,
    float_groups,
    float_updates,
    policy_masses,
    rule_advantages,
    update_moments,
)
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.pass_rate_objectives import (
    attempts_slope,
    group_slope,
    log_odds_slope,
    log_rate_slope,
    rate_slope,
)
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without

TABULAR, VERDICT = "each output has a logit of its own", "a verdict as reward"
EXPECTED = "the logits follow the exact gradient of F(p), or the mean update of the rule"
SHARED = "the first and third output share one, the others another"


def tabular(case: Mapping[str, Any]) -> dict:
    """Return a case with the scores of free logits; the first two outputs are right unless it says more.

    >>> tabular({"policy": ("1/2", "1/2"), "right": (1, 0)})["scores"]
    [[1, 0], [0, 1]]
    """
    n = len(case["policy"])
    return {"right": RIGHT, **case, "scores": [[int(i == j) for j in range(n)] for i in range(n)]}


def output_rewards(case: Mapping[str, Any]) -> list[fmpq]:
    """Return the rewards of the outputs: the verdicts, unless the case says more.

    >>> output_rewards({"right": (1, 0)})
    [1, 0]
    """
    return [rational(r) for r in case.get("rewards", case["right"])]


def mean_reward(case: Mapping[str, Any]) -> fmpq:
    """Return the mean of the rewards under the policy.

    >>> mean_reward({"policy": ("1/4", "3/4"), "right": (1, 0)})
    1/4
    """
    return sum((p * r for p, r in zip(policy_masses(case), output_rewards(case), strict=True)), fmpq(0))


def mean_score(case: Mapping[str, Any], weights: Sequence[fmpq]) -> list[fmpq]:
    """Return the sum of the outputs' scores, each 1 at itself less the policy, with these weights.

    >>> mean_score({"policy": ("1/4", "3/4")}, [fmpq(1), fmpq(0)])
    [3/4, -3/4]
    """
    masses, total = policy_masses(case), sum(weights, fmpq(0))
    return [w - total * p for w, p in zip(weights, masses, strict=True)]


def _best_of(case, k):
    """Return the gradient of the mean best reward of k draws, over all ordered draws."""
    given, weights = output_rewards(case), [fmpq(0)] * len(case["policy"])
    for mass, draws in answer_groups({**case, "size": k}):
        for y in draws:
            weights[y] += mass * max(given[i] for i in draws)
    return mean_score(case, weights)


def _of_class(case, verdict):
    masses = [p * (r == verdict) for p, r in zip(policy_masses(case), case["right"], strict=True)]
    return mean_score(case, [p / sum(masses, fmpq(0)) for p in masses])


def _live_share(case):
    right, n = case["right"], case["size"]
    return sum((mass for mass, group in answer_groups(case) if 0 < sum(right[y] for y in group) < n), fmpq(0))


def logit_speeds(case: Mapping[str, Any]) -> list[fmpq]:
    """Return how fast the logits move under the objective or rule of a case, by enumeration.

    >>> logit_speeds({"policy": ("1/2", "1/2"), "right": (1, 0), "objective": "pass@k", "size": 2})
    [1/4, -1/4]
    """
    case = tabular(case)
    found = _speeds(case, case["objective"])
    if case.get("logits") == SHARED:
        return [found[0] + found[2], found[1] + found[3]] * 2
    return found


def _speeds(case, kind):
    if "drawn" in case:
        a = rule_advantages(case, [case["right"][y] for y in case["drawn"]])
        weights = [
            sum((x for x, i in zip(a, case["drawn"], strict=True) if i == y), fmpq(0))
            for y in range(len(case["policy"]))
        ]
        return [s / len(a) for s in mean_score(case, weights)]
    if kind == "pass@k":
        return _best_of(case, case["size"])
    if kind == "log p":
        return _of_class(case, 1)
    if kind == "log-odds":
        return [a - b for a, b in zip(_of_class(case, 1), _of_class(case, 0), strict=True)]
    mean = update_moments(case)[0]
    return [u / _live_share(case) for u in mean] if kind == "redrawn" else mean


def objective_slope(case: Mapping[str, Any]) -> fmpq:
    r"""Return the closed form of $F'(p)$; of a rule with roots the rational factor of the case's `root`.

    >>> objective_slope({"policy": ("1/4", "3/4"), "right": (1, 0), "objective": "log-odds"})
    16/3
    """
    case = tabular(case)
    p, kind, n = mean_reward(case), case["objective"], case.get("size", 1)
    q = 1 - p
    if kind == "pass@k":
        return n * q ** (n - 1)
    if kind in ("log p", "log-odds"):
        return 1 / p if kind == "log p" else 1 / (p * q)
    weight = difficulty_factor(contrast_factors(case), p)
    return weight / (1 - p**n - q**n) if kind == "redrawn" else weight


def objectives() -> Iterator[dict]:
    """Yield the objectives and rules of the families."""
    yield from ({"objective": "pass@k", "size": k} for k in (1, 2, 3))
    yield from ({"objective": kind} for kind in ("log p", "log-odds"))
    for kind, n in itertools.product(("group", "redrawn"), (2, 3)):
        yield {"objective": kind, "size": n, "rule": "rloo"}
        yield from ({"objective": kind, "size": n, "rule": "grpo", "root": d} for d in roots_of(n))
    yield from ({"objective": "redrawn", "size": 4, "rule": "grpo", "root": d} for d in roots_of(4))


def float_speeds(
    logits: Float[Array, "4"],
) -> tuple[Float[Array, "4"], Float[Array, "objectives 4"], Float[Array, "objectives"]]:
    """Return the policy, the speeds of its logits under pass@1 and 2, log p, log-odds and GRPO of three, and slopes.

    >>> float_speeds(jnp.zeros(4))[1][0].tolist()
    [0.125, 0.125, -0.125, -0.125]
    """
    law = jax.nn.softmax(logits)
    of = [lambda p: p, lambda p: 1 - (1 - p) ** 2, jnp.log, lambda p: jnp.log(p) - jnp.log1p(-p)]
    found = [jax.grad(lambda z, f=f: f(jax.nn.softmax(z)[:2].sum()))(logits) for f in of]
    mass, rewards = float_groups(law)
    found.append(mass @ float_updates(jnp.eye(4) - law, float_advantages("grpo", rewards)))
    p, q = law[:2].sum(), law[2:].sum()
    slopes = (rate_slope, attempts_slope(2), log_rate_slope, log_odds_slope, group_slope(3))
    return law, jnp.stack(found), jnp.stack([slope(p, q) for slope in slopes])


ONE_QUESTION = "one question"


def _kept(logits):
    law, speeds, slopes = float_speeds(logits)
    p, q = law[:2].sum(), law[2:].sum()
    sums = jnp.stack([speeds[3, :2].sum(), speeds[3, 2:].sum()])
    by_clock = (slopes * p * q)[:, None] * speeds[3]
    return (
        jnp.concatenate([speeds.ravel(), speeds.ravel(), sums]),
        jnp.concatenate(
            [(slopes[:, None] * law * (jnp.array(RIGHT, float) - p)).ravel(), by_clock.ravel(), jnp.array([1.0, -1.0])]
        ),
    )


def _kept_exactly(case, slope=objective_slope):
    r"""Return a quantity by enumeration and its formula.

    The part is an output, for the slope of its $e^{-z}$ in units of 1/Z; "sum", for that of all logits; "right" or
    "wrong", for the slope of their sum under log-odds; "clock", for the first logit in units of that under log-odds.
    """
    case, part = tabular(case), case["part"]
    speeds, p = logit_speeds(case), mean_reward(case)
    if part == "sum":
        return sum(speeds, fmpq(0)), fmpq(0)
    if part in ("right", "wrong"):
        verdict = int(part == "right")
        moved = sum((v for v, r in zip(speeds, case["right"], strict=True) if r == verdict), fmpq(0))
        return moved, slope(case) * p * (1 - p) * (2 * verdict - 1)
    if part == "clock":
        return speeds[0], slope(case) * p * (1 - p) * logit_speeds({**case, "objective": "log-odds"})[0]
    return -speeds[part] / policy_masses(case)[part], slope(case) * (p - case["right"][part])


free_logits = random_numbers(4, lambda x: x)
PLAIN = {"policy": POLICIES[0], "objective": "pass@k", "size": 1}
DRAWN_ONCE = {"policy": POLICIES[0], "objective": "group", "size": 2, "rule": "rloo", "drawn": (0, 2)}
GRADED_REWARDS = {
    "policy": ("1/10", "7/10", "1/10", "1/10"),
    "objective": "pass@k",
    "size": 1,
    "rewards": (1, "1/2", 0, 0),
}
OBJECTIVES = (
    "pass@1 to 3, log p, log-odds; the mean update with the others as baseline and of GRPO with groups of 2 and 3, "
    "kept or drawn again until live, and of 4 drawn again"
)
one_curve = equality(
    "thm:one-curve",
    (TABULAR, VERDICT, EXPECTED, ONE_QUESTION),
    _kept,
    free_logits,
    exact=_kept_exactly,
    family=Family(
        f"three policies over four outputs of which two are right; {OBJECTIVES}; each output, the logits' sums "
        "over all and over both classes, and the clock",
        lambda: (
            {"policy": policy, **kind, "part": part}
            for policy, kind, part in itertools.product(
                POLICIES, objectives(), (0, 1, 2, 3, "sum", "right", "wrong", "clock")
            )
        ),
    ),
    edges=({**PLAIN, "size": 3, "part": 0}, {"policy": POLICIES[0], "objective": "log-odds", "part": "right"}),
    neighbours=(
        without(TABULAR, {**PLAIN, "part": 0, "logits": SHARED}),
        without(VERDICT, {**GRADED_REWARDS, "part": 1}),
        without(EXPECTED, {**DRAWN_ONCE, "part": 1}),
        without(
            ONE_QUESTION,
            {"rates": (fmpq(1, 2), fmpq(1, 4))},
            # the slopes of pass@2 on two questions, which would be equal if they had one clock
            exact=lambda case: tuple(2 * (1 - p) for p in case["rates"]),
        ),
        changed(
            "the slope of p for every objective",
            lambda case: _kept_exactly(case, lambda _: fmpq(1)),
            {**PLAIN, "size": 3, "part": 0},
        ),
    ),
    wrong=lambda logits: (_kept(logits)[0], _kept(logits)[1][::-1]),
)
