"""Chapter 6, orbits: how fast each objective of the pass rate goes along, and on several questions (S62, S65)."""

import itertools
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.verdict_training.enumerated_groups import POLICIES, policy_masses
from infoloop.claims.verdict_training.pass_rate_orbits import (
    DRAWN_ONCE,
    EXPECTED,
    GRADED_REWARDS,
    OBJECTIVES,
    PLAIN,
    SHARED,
    TABULAR,
    VERDICT,
    float_speeds,
    free_logits,
    logit_speeds,
    mean_reward,
    mean_score,
    objective_slope,
    objectives,
    output_rewards,
    tabular,
)
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without


def _pace(case):
    r"""Return $\dot p$ by enumeration."""
    case = tabular(case)
    weights = [p * r for p, r in zip(policy_masses(case), output_rewards(case), strict=True)]
    return sum((u * v for u, v in zip(logit_speeds(case), mean_score(case, weights), strict=True)), fmpq(0))


def concentration(masses: Any, right: Any) -> Number:
    r"""Return $\sum_A(\pi/p)^2+\sum_{A^c}(\pi/q)^2$.

    >>> concentration([fmpq(1, 2), fmpq(1, 4), fmpq(1, 4)], (1, 0, 0))
    3/2
    """
    p = sum(m * r for m, r in zip(masses, right, strict=True))
    return sum((m / (p if r else 1 - p)) ** 2 for m, r in zip(masses, right, strict=True))


def _clock_exactly(case, of=concentration):
    case = tabular(case)
    p = mean_reward(case)
    return _pace(case), objective_slope(case) * (p * (1 - p)) ** 2 * of(policy_masses(case), case["right"])


def _accepted_alone(masses, right):
    return concentration(masses, right) - concentration(masses, [1 - r for r in right]) / 2


def _clocks(logits):
    law, speeds, slopes = float_speeds(logits)
    p, q = law[:2].sum(), law[2:].sum()
    within = (law[:2] ** 2).sum() * q * q + (law[2:] ** 2).sum() * p * p
    return speeds @ jax.grad(lambda z: jax.nn.softmax(z)[:2].sum())(logits), slopes * within


pass_rate_clocks = equality(
    "thm:pass-rate-clocks",
    (TABULAR, VERDICT, EXPECTED),
    _clocks,
    free_logits,
    exact=_clock_exactly,
    family=Family(
        f"three policies over four outputs of which two are right; {OBJECTIVES}",
        lambda: ({"policy": policy, **kind} for policy, kind in itertools.product(POLICIES, objectives())),
    ),
    edges=(PLAIN, {"policy": POLICIES[0], "objective": "log-odds"}),
    neighbours=(
        without(TABULAR, {**PLAIN, "logits": SHARED}),
        without(VERDICT, GRADED_REWARDS),
        without(EXPECTED, DRAWN_ONCE),
        changed("half of it", lambda case: _clock_exactly(case, _accepted_alone), PLAIN),
    ),
    wrong=lambda logits: (_clocks(logits)[0], _clocks(logits)[1][::-1]),
)


def _bounds_exactly(case, most=2):
    r"""Return a part of the bounds: the speed of log-odds, or that of $q^{-k}$ under pass@k, from below or above."""
    case, below = tabular(case), case["part"].endswith("below")
    p, n = mean_reward(case), sum(case["right"])
    least = fmpq(1, n) + fmpq(1, len(case["right"]) - n)
    if case["part"].startswith("errors"):
        k = case["size"]
        speed, ends = k * _pace(case) / (1 - p) ** (k + 1), (k * k * p * p * least, fmpq(most) * k * k)
    else:
        speed, ends = _pace(case) / (objective_slope(case) * (p * (1 - p)) ** 2), (least, fmpq(most))
    return (ends[0], speed) if below else (speed, ends[1])


def _bounds(logits):
    law, speeds, _ = float_speeds(logits)
    pace = speeds @ jax.grad(lambda z: jax.nn.softmax(z)[:2].sum())(logits)
    p, q = law[:2].sum(), law[2:].sum()
    found = jnp.stack([pace[3] / (p * q), pace[0] / q**2, 2 * pace[1] / q**3])
    scale = jnp.array([1.0, 1.0, 4.0])
    return jnp.concatenate([scale * jnp.stack([1.0 + 0 * p, p**2, p**2]), found]), jnp.concatenate([found, 2 * scale])


_least = {"policy": POLICIES[1], "objective": "log-odds", "part": "log-odds from below"}
_most = {"policy": ("1/3", "2/3"), "right": (1, 0), "objective": "log-odds", "part": "log-odds from above"}
_errors = {
    "policy": ("999/1000", "1/1000"),
    "right": (1, 0),
    "objective": "pass@k",
    "size": 1,
    "part": "errors from above",
}
_rising = {**_least, "objective": "pass@k", "size": 2, "part": "errors from below"}
_SIDES = ("below", "above")
clock_bounds = inequality(
    "thm:clock-bounds",
    (TABULAR, VERDICT, EXPECTED),
    _bounds,
    free_logits,
    exact=_bounds_exactly,
    family=Family(
        "three policies over four outputs of which two are right, and some over two outputs: log-odds, and the errors "
        "under pass@1 to 3, from below and above",
        lambda: itertools.chain(
            (
                {"policy": policy, "objective": "log-odds", "part": f"log-odds from {side}"}
                for policy, side in itertools.product(POLICIES, _SIDES)
            ),
            (
                {"policy": policy, "objective": "pass@k", "size": k, "part": f"errors from {side}"}
                for policy, k, side in itertools.product(POLICIES, (1, 2, 3), _SIDES)
            ),
            (_most, _errors, {**_errors, "policy": ("1/2", "1/2")}, {**_errors, "size": 3}, _rising),
        ),
    ),
    edges=(_least, _most, _errors, {**_errors, "size": 3}, _rising),
    neighbours=(
        without(TABULAR, {**_least, "logits": SHARED}),
        without(VERDICT, {**GRADED_REWARDS, "part": "log-odds from below"}),
        without(EXPECTED, {**DRAWN_ONCE, "drawn": (0, 1), "part": "log-odds from below"}),
        changed("1 in place of 2", lambda case: _bounds_exactly(case, 1), _most, _errors),
    ),
    wrong=lambda logits: _bounds(logits)[::-1],
)

OWN = "each question has logits of its own"


def _two_questions(case):
    """Return by how much F favours the first question over the second, as ratio of speeds, in units of that of G."""
    speeds = {}
    for name, i in itertools.product(("F", "G"), (0, 1)):
        one = {**case, **case[name], "policy": case["policies"][i]}
        if i or name == "G":
            one.pop("drawn", None)
        speeds[name, i] = _pace(one) + (_crossed(case, name, i) if case.get("logits") == "of both" else 0)
    return speeds["F", 0] / speeds["F", 1] / (speeds["G", 0] / speeds["G", 1])


def _crossed(case, name, i):
    """Return what the update of the other question adds to the speed of a question if they share their logits."""
    this, other = (tabular({**case, **case[name], "policy": case["policies"][j]}) for j in (i, 1 - i))
    weights = [p * r for p, r in zip(policy_masses(this), this["right"], strict=True)]
    return sum((u * v for u, v in zip(logit_speeds(other), mean_score(this, weights), strict=True)), fmpq(0))


def _several_exactly(case):
    f, g = ([objective_slope({**case, **case[n], "policy": p}) for p in case["policies"]] for n in ("F", "G"))
    return _two_questions(case), f[0] / g[0] / (f[1] / g[1])


def _several(logits):
    """Return both sides times the denominators, for F log-odds and G pass@2."""
    ones = [float_speeds(z) for z in (logits[:4], logits[4:])]
    paces = [
        speeds @ jax.grad(lambda z: jax.nn.softmax(z)[:2].sum())(z)
        for (_, speeds, _), z in zip(ones, (logits[:4], logits[4:]), strict=True)
    ]
    slopes = [slopes for _, _, slopes in ones]
    return (
        paces[0][3] * paces[1][1] * slopes[1][3] * slopes[0][1],
        paces[0][1] * paces[1][3] * slopes[0][3] * slopes[1][1],
    )


_RATE, _TWICE, _LOG_ODDS = (
    {"objective": "pass@k", "size": 1},
    {"objective": "pass@k", "size": 2},
    {"objective": "log-odds"},
)
_apart = {"policies": (POLICIES[0], POLICIES[2]), "F": _LOG_ODDS, "G": _RATE}
_pairs = random_numbers(8, lambda x: x)
several_questions = equality(
    "cnd:several-questions",
    (OWN, VERDICT, EXPECTED),
    _several,
    _pairs,
    exact=_several_exactly,
    family=Family(
        f"ordered pairs of three policies over four outputs of which two are right; F: {OBJECTIVES}; G: p",
        lambda: (
            {"policies": pair, "F": f, "G": _RATE}
            for pair, f in itertools.product(itertools.permutations(POLICIES, 2), objectives())
            if f.get("size") != 4
        ),
    ),
    edges=(_apart, {**_apart, "policies": (POLICIES[0], POLICIES[0])}),
    neighbours=(
        without(OWN, {**_apart, "logits": "of both"}),
        without(VERDICT, {**_apart, "F": _TWICE, "rewards": (1, "1/2", 0, 0)}),
        without(EXPECTED, {**_apart, "F": {"objective": "group", "size": 2, "rule": "rloo"}, "drawn": (0, 2)}),
        changed("1 for all", lambda case: (_two_questions(case), fmpq(1)), _apart),
    ),
    wrong=lambda logits: (_several(logits)[0], _several(logits[::-1])[1] * 2),
)

_unlike = {"policies": (("1/2", "1/2"), ("1/4", "3/4")), "right": (1, 0), "G": _RATE}
one_curve_for_several = equality(
    "fol:one-curve-for-several",
    (OWN, VERDICT, EXPECTED),
    lambda logits: (_several(logits)[0], _several(logits)[1] / float_speeds(logits[:4])[2][3]),
    _pairs,
    exact=lambda case: (_two_questions(case), fmpq(1)),
    family=Family(
        "two questions of two outputs, right with probabilities 1/2 and 1/4; pass@2 or log-odds, and p",
        lambda: ({**_unlike, "F": f} for f in (_TWICE, _LOG_ODDS)),
    ),
)
