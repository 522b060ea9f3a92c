"""Chapter 8, which step a reward teaches, and what partial credit is worth (C19, C30)."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

TABULAR = "the step is drawn by a softmax over its own logits"
FIRST = "the later steps do not change"
ROUND = "a round multiplies the probability of each step by 1 plus its pass rate"


def _chosen(x):
    return jax.nn.softmax(x[:3]), jax.nn.sigmoid(x[3:])


_steps = random_numbers(6, _chosen)


def _pass_rate_slope(case):
    law, rates = case
    slope = jax.grad(lambda logits: jax.nn.softmax(logits) @ rates)(jnp.log(law))[0]
    others = law[1:] @ rates[1:] / (1 - law[0])
    return slope, law[0] * (1 - law[0]) * (rates[0] - others)


def _mean(law: Sequence[fmpq], values: Sequence[fmpq]) -> fmpq:
    return sum((p * v for p, v in zip(law, values, strict=True)), fmpq(0))


def _slope_exactly(case):
    """Return the mean of reward times score of the first step, step by step, and the formula."""
    law, rates = case["law"], case["rates"]
    scores = [1 - law[0], *(-law[0] for _ in law[1:])]
    others = _mean(law[1:], rates[1:]) / (1 - law[0])
    return _mean(law, [r * s for r, s in zip(rates, scores, strict=True)]), law[0] * (1 - law[0]) * (rates[0] - others)


def _moved_later_steps(case):
    """Let the pass rate after the first step rise with its logit, at the speed of that step's probability."""
    law, rates = case["law"], case["rates"]
    return _slope_exactly(case)[0] + law[0] * (1 - rates[0]) / 4, _slope_exactly(case)[1]


_LAWS = ([fmpq(1, 5), fmpq(1, 5), fmpq(3, 5)], [fmpq(1, 3)] * 3, [fmpq(1, 10), fmpq(7, 10), fmpq(1, 5)])
_RATES = (
    [fmpq(1, 2), fmpq(3, 5), fmpq(0)],
    [fmpq(1, 2), fmpq(1, 4), fmpq(1, 4)],
    [fmpq(0), fmpq(1, 2), fmpq(1)],
    [fmpq(1, 3)] * 3,
)
_step = {"law": _LAWS[0], "rates": _RATES[0]}
step_advantage = equality(
    "thm:step-advantage",
    (TABULAR, FIRST),
    _pass_rate_slope,
    _steps,
    exact=_slope_exactly,
    family=Family(
        "three steps, three policies, four sets of pass rates", lambda: parameter_grid(law=_LAWS, rates=_RATES)
    ),
    edges=(_step,),
    neighbours=(
        without(TABULAR, _step, exact=lambda case: (_slope_exactly(case)[0] / case["law"][0], _slope_exactly(case)[1])),
        without(FIRST, _step, exact=_moved_later_steps),
        changed(
            "the other steps' pass rates weighed alike",
            lambda case: (
                _slope_exactly(case)[0],
                case["law"][0] * (1 - case["law"][0]) * (case["rates"][0] - sum(case["rates"][1:], fmpq(0)) / 2),
            ),
        ),
    ),
    wrong=lambda case: (_pass_rate_slope(case)[0], case[0][0] * (case[1][0] - case[1][1])),
)


def tilted_rounds(law: Sequence[fmpq], rates: Sequence[fmpq], rounds: int) -> list[fmpq]:
    """Return the policy after rounds that multiply each probability by 1 plus the pass rate.

    >>> tilted_rounds([fmpq(1, 2), fmpq(1, 2)], [fmpq(1), fmpq(0)], 1)
    [2/3, 1/3]
    """
    weights = [p * (1 + r) ** rounds for p, r in zip(law, rates, strict=True)]
    total = sum(weights, fmpq(0))
    return [w / total for w in weights]


def _rounds(case, rounds=1):
    law, rates = case
    weights = law * (1 + rates) ** rounds
    return law[0], weights[0] / jnp.sum(weights)


UNIFORM = "no other step has a higher pass rate"
_RIGHT = ([fmpq(1, 2), fmpq(1, 2), fmpq(0)], [fmpq(1), fmpq(1, 4), fmpq(1, 3)], [fmpq(1, 3)] * 3)
_even = {"law": _LAWS[1], "rates": _RIGHT[2], "from": 0}


def _one_more_round(case):
    return tuple(tilted_rounds(case["law"], case["rates"], case["from"] + k)[0] for k in (0, 1))


uniform_advantage = inequality(
    "thm:uniform-advantage",
    (ROUND, UNIFORM),
    lambda case: _rounds((case[0], jnp.array([1, *(case[1][1:] / case[1].max())]))),
    _steps,
    exact=_one_more_round,
    family=Family(
        "three steps, three policies, three sets of pass rates, rounds 0, 5 and 30",
        lambda: parameter_grid(law=_LAWS, rates=_RIGHT, **{"from": (0, 5, 30)}),
    ),
    edges=(_even,),
    neighbours=(
        unrefuted(ROUND, "it says what a round is; the sign is that of every rule that favours higher pass rates"),
        without(UNIFORM, {**_step, "from": 30}),
    ),
    wrong=lambda case: (_rounds(case)[1], _rounds(case)[0] / 2),
)

AHEAD = "the right step passes more often than the others together"
advantage_at_start = inequality(
    "fol:advantage-at-start",
    (ROUND, AHEAD),
    lambda case: _rounds((case[0], jnp.array([0.5, 0.6, 0.0])), 30),
    _steps,
    exact=lambda case: tuple(tilted_rounds(case["law"], case["rates"], t)[0] for t in (0, case["rounds"])),
    family=Family(
        "one policy whose right step has 10/3 times the pass rate of the others, 0 to 40 rounds",
        lambda: parameter_grid(law=(_LAWS[0],), rates=(_RATES[0],), rounds=(0, 1, 5, 10, 20, 30, 40)),
    ),
)

OPTIMUM = "both policies are the optimum of their reward under a penalty beta KL to one base"
CREDIT = "a right output has credit 1, others at least 0"
SAME = "beta is the same"


def accuracy_under_credit(case: Mapping[str, Any], power: fmpq) -> fmpq:
    r"""Return the mass of right outputs of the base tilted by $v^{4u}$, with $v^4=e^{1/\beta}$ and the credit u."""
    weights = [p * power ** int(4 * u) for p, u in zip(case["base"], case["credit"], strict=True)]
    return weights[0] / sum(weights, fmpq(0))


def _strict_exactly(case):
    strict = {**case, "credit": [u if u == 1 else fmpq(0) for u in case["credit"]]}
    return accuracy_under_credit(case, case["v"]), accuracy_under_credit(strict, case.get("v strict", case["v"]))


def _strict(case):
    base, credit, beta = case
    partial = base * jnp.exp(jnp.concatenate([jnp.ones(1), credit]) / beta)
    strict = base[0] * jnp.exp(1 / beta)
    return partial[0] / jnp.sum(partial), strict / (strict + 1 - base[0])


_CREDITS = ([fmpq(1), fmpq(1, 2), fmpq(0)], [fmpq(1), fmpq(3, 4), fmpq(1, 4)], [fmpq(1), fmpq(0), fmpq(0)])
_BASES = ([fmpq(1, 10), fmpq(3, 5), fmpq(3, 10)], [fmpq(1, 3)] * 3)
_none = {"base": _BASES[0], "credit": _CREDITS[2], "v": fmpq(2)}
strict_beats_partial = inequality(
    "cnd:strict-beats-partial",
    (OPTIMUM, CREDIT, SAME),
    _strict,
    random_numbers(6, lambda x: (jax.nn.softmax(x[:3]), jax.nn.sigmoid(x[3:5]), jnp.exp(x[5]))),
    exact=_strict_exactly,
    family=Family(
        "two bases on three outputs, three sets of credits, e^(1/beta) = v^4 for v = 1, 2 and 3",
        lambda: parameter_grid(base=_BASES, credit=_CREDITS, v=(fmpq(1), fmpq(2), fmpq(3))),
    ),
    edges=(_none,),
    neighbours=(
        without(OPTIMUM, _none, exact=lambda case: (_strict_exactly(case)[1], case["base"][0])),
        without(CREDIT, {**_none, "credit": [fmpq(1), fmpq(-1, 4), fmpq(0)]}),
        without(SAME, {**_none, "credit": _CREDITS[0], "v": fmpq(3), "v strict": fmpq(1)}),
    ),
    wrong=lambda case: (_strict(case)[1], _strict(case)[0]),
)
