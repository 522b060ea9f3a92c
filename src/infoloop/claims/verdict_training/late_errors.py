r"""Chapter 6, clocks: how errors, and losing right answers, fall late on, as bounds at every time (S45, S62).

Exact states are certain enclosures of the flow itself, float states points of the curve that its integrals give.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import inequality
from infoloop.claims.verdict_training.softmax_flow_ends import (
    SOFTMAX,
    STARTS,
    VERDICT,
    base_of,
    moved_along,
    output_classes,
    state_number,
)
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import real_ball
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without

EVEN = {"base": ("999/1000", "1/1000"), "rewards": (1, 0)}
# of two outputs the bounds on the log-odds are equalities, which balls cannot decide
NEARLY_EQUAL = {"base": ("1/2", "251/1000", "249/1000"), "rewards": (1, 0, 0)}
OBJECTIVES = (
    ("pass@k", 1),
    ("pass@k", 2),
    ("pass@k", 3),
    ("log p", 1),
    ("group", 3),
    ("group", 4),
    ("infinite group", 0),
    ("log-odds", 1),
)


def agreement(masses: Sequence[Any], likeliest: bool) -> Any:
    """Return the chance that two outputs of a class agree, or one over the number of the likeliest of them.

    >>> agreement([fmpq(1, 2), fmpq(1, 4)], False), agreement([fmpq(1, 2), fmpq(1, 4)], True)
    (5/9, 1)
    """
    if likeliest:
        return fmpq(1, sum(p == max(masses) for p in masses))
    return sum(p * p for p in masses) / sum(masses) ** 2


def speed_bounds(case: Mapping[str, Any]) -> tuple[fmpq, fmpq]:
    r"""Return $S_A(0)+\frac1w$ and $\frac1m+S_{A^c}(0)$.

    >>> speed_bounds({"base": ("1/2", "1/4", "1/4"), "rewards": (1, 1, 0)})
    (14/9, 2)
    """
    base = base_of(case)
    right, wrong = ([base[y] for y in part] for part in output_classes(case))
    return agreement(right, False) + fmpq(1, len(wrong)), agreement(right, True) + agreement(wrong, False)


def _risen(objective, p, q):
    """Return the function of p and q that rises at a speed near S late on, for balls, and the factor of the speed."""
    kind, n = objective
    if kind == "log-odds":
        return (p / q).log()
    if kind == "infinite group":
        return 2 / q.sqrt()
    return q ** (-n) / (n * n) if kind == "pass@k" else 1 / q


def _least_factor(objective, p):
    kind, n = objective
    if kind == "log-odds":
        return arb(1)
    if kind == "infinite group":
        return arb(p) ** arb("1.5")
    if kind == "group":
        return arb(p) ** 2 * max(arb(fmpq(2 * (n - 1), n)), arb(n - 1).sqrt() * arb(p) ** (n - 2), key=float)
    return arb(p) ** 2 if kind == "pass@k" else arb(p)


def _errors(case, most=1):
    """Return a bound and how far the function of the errors has risen, in the order of the inequality."""
    base, objective, time = base_of(case), case["objective"], fmpq(case["time"])
    right, wrong = output_classes(case)
    rate = sum((base[y] for y in right), fmpq(0))
    low, high = speed_bounds(case)

    def risen(z):
        weights = [x.exp() for x in z]
        p, q = (sum((weights[y] for y in part), arb(0)) / sum(weights, arb(0)) for part in (right, wrong))
        return _risen(objective, p, q) - _risen(objective, arb(rate), arb(1 - rate))

    found = state_number(case, risen)
    if case["part"] == "from below":
        return real_ball(lambda: _least_factor(objective, rate) * arb(low * time * fmpq(most))), found
    root = objective[1] - 1 if objective[0] == "group" else 1
    return found, real_ball(lambda: arb(root).sqrt() * arb(high * time / fmpq(most)))


def _concentrations(case):
    """Return the bounds and the speed of the log-odds at a later point of the curve, by its gradient."""
    law, right, wrong, _ = moved_along(case)

    def log_odds(z):
        return jax.nn.logsumexp(z[:2]) - jax.nn.logsumexp(z[2:])

    speed = (jax.grad(log_odds)(jnp.concatenate([right, wrong])) ** 2).sum()
    within = [(part**2).sum() / part.sum() ** 2 for part in (law[:2], law[2:])]
    tied = jnp.where(law[0] == law[1], 0.5, 1.0)
    return jnp.stack([within[0] + 0.5, speed]), jnp.stack([speed, tied + within[1]])


_later = random_numbers(5, lambda x: (jax.nn.softmax(x[:4]), jax.nn.sigmoid(x[4])))
_SIDES = ("from below", "from above")
_TIMES = (fmpq(1, 1000), fmpq(1), fmpq(8))


def _cases(objectives, starts, times):
    for objective in objectives:
        for start in starts:
            if start is EVEN and objective[0] == "log-odds":
                start = NEARLY_EQUAL
            yield from ({**start, "objective": objective, "time": t, "part": part} for t in times for part in _SIDES)


_sharp = [{**EVEN, "objective": OBJECTIVES[0], "time": fmpq(1), "part": part} for part in _SIDES]
_natural = {**STARTS[0], "objective": OBJECTIVES[0], "rule": "natural", "time": fmpq(16), "part": "from above"}
_graded = {
    "base": ("1/3", "1/3", "1/3"),
    "rewards": (1, 9, 0),
    "objective": ("mean reward", 1),
    "time": fmpq(1, 8),
    "part": "from above",
}
late_errors = inequality(
    "thm:late-errors",
    (SOFTMAX, VERDICT),
    _concentrations,
    _later,
    exact=_errors,
    family=Family(
        "three bases on four outputs and one on two that is nearly always right; the pass rate; times 1/1000, 1, 8",
        lambda: _cases(OBJECTIVES[:1], (*STARTS[:3], EVEN), _TIMES),
    ),
    edges=tuple(_sharp),
    neighbours=(
        without(SOFTMAX, _natural),
        without(VERDICT, _graded),
        changed("98/100 of the upper bound", lambda case: _errors(case, fmpq(100, 98)), _sharp[1]),
    ),
    wrong=lambda case: _concentrations(case)[::-1],
)

_other = list(_cases(OBJECTIVES[1:], (EVEN,), (fmpq(1, 2),)))
late_clocks = inequality(
    "thm:late-clocks",
    (SOFTMAX, VERDICT),
    _concentrations,
    _later,
    exact=_errors,
    family=Family(
        "a base on four outputs and one on two that is nearly always right; pass@2 and 3, log p, GRPO of 3, 4 and "
        "infinite groups, log-odds; time 1/2",
        lambda: _cases(OBJECTIVES[1:], (STARTS[0], EVEN), (fmpq(1, 2),)),
    ),
    edges=tuple(_other),
    neighbours=(
        without(SOFTMAX, {**_natural, "objective": ("group", 3)}),
        without(VERDICT, {**_graded, "time": fmpq(1, 8)}),
        changed("98/100 of the upper bounds", lambda case: _errors(case, fmpq(100, 98)), *_other[1::2]),
    ),
    wrong=lambda case: _concentrations(case)[::-1],
)


def _power(case, exact_power=True):
    r"""Return both sides of a bound on the ratio of a losing right output to the likeliest, to the power m + w.

    `exact_power` False has the power 1 of the errors in place of $\frac w{m+w}$.
    """
    base, y = base_of(case), case["output"]
    right, wrong = output_classes(case)
    best = [a for a in right if base[a] == max(base[b] for b in right)]
    m, w = len(best), len(wrong)
    theta = w if exact_power else m + w
    start = sum((base[c] for c in wrong), fmpq(0)) / sum((base[a] for a in best), fmpq(0))
    ratio = base[y] / base[best[0]]
    kept = math.prod((1 - base[b] / base[best[0]] for b in right if b not in best), start=fmpq(1))
    even = math.prod((base[c] for c in wrong), start=fmpq(1)) / (sum((base[c] for c in wrong), fmpq(0)) / w) ** w

    def ratios(z):
        errors = sum((z[c].exp() for c in wrong), arb(0)) / (z[best[0]].exp() * m)
        return ((z[y] - z[best[0]]) * (m + w)).exp(), (errors / start) ** theta

    found = state_number(case, lambda z: ratios(z)[0])
    if case["part"] == "from below":
        return state_number(case, lambda z: ratios(z)[1] * arb(ratio ** (m + w))), found
    most = (ratio / (1 - ratio)) ** (m + w) / (even * kept)
    return found, state_number(case, lambda z: ratios(z)[1] * arb(most))


def _float_power(case):
    """Return both bounds' sides at a later point of the curve, both classes at one time of its."""
    # without slopes, which are undefined where descent leads: at ties; so floats sample and exact cases decide
    law, share = jax.lax.stop_gradient(case)
    inverse = 1 / law
    v = inverse[:2] - inverse[:2].min() + share * inverse[:2].min()
    time = jnp.log(inverse[:2] / v).sum()
    # the wrong outputs: one quadratic for what has been added to both of their inverses
    total, product = inverse[2:].sum(), inverse[2:].prod()
    added = 2 * product * jnp.expm1(time) / (total + jnp.sqrt(total**2 + 4 * product * jnp.expm1(time)))
    u = inverse[2:] + added
    errors = jnp.log((1 / u).sum() * v.min()) - jnp.log((1 / inverse[2:]).sum() * inverse[:2].min())
    ratio, start = jnp.log(v.min() / v.max()), jnp.log(inverse[:2].min() / inverse[:2].max())
    away = jnp.log(-jnp.expm1(start))
    even = jnp.log(law[2]) + jnp.log(law[3]) - 2 * jnp.log((law[2] + law[3]) / 2)
    high = 3 * (start - away) + 2 * errors - even - away
    low = 3 * start + 2 * errors
    return jnp.exp(jnp.stack([low / 3, ratio])), jnp.exp(jnp.stack([ratio, high / 3]))


_losing = [{**STARTS[0], "output": 1, "time": fmpq(1), "part": part} for part in _SIDES]
_soon = {"base": ("9/10", "1/1000", "99/2000", "99/2000"), "rewards": (1, 1, 0, 0), "output": 1, "time": fmpq(1, 1000)}


def _bounded(x):
    """Return a law whose first output is likelier than the second, within what the quadratic holds, and a share."""
    second = -0.05 - 6 * jax.nn.sigmoid(x[1])
    logits = jnp.concatenate([jnp.stack([0.0 * second, second]), 3 * jnp.sin(x[2:4])])
    return jax.nn.softmax(logits), jax.nn.sigmoid(3 * jnp.sin(x[4]))


losers_power = inequality(
    "thm:losers-power",
    (SOFTMAX, VERDICT),
    _float_power,
    random_numbers(5, _bounded),
    exact=_power,
    family=Family(
        "three bases on four outputs with two or three right ones; log-odds and the pass rate; times 1/1000, 1, 2, 4",
        lambda: (
            {**start, "output": start["base"].index("1/10"), "objective": objective, "time": t, "part": part}
            for start in STARTS[:3]
            for objective in (OBJECTIVES[0], OBJECTIVES[-1])
            for t in (fmpq(1, 1000), fmpq(1), fmpq(2), fmpq(4))
            for part in _SIDES
        ),
    ),
    edges=tuple({**_soon, "part": part} for part in _SIDES),
    neighbours=(
        without(SOFTMAX, {**_losing[1], "rule": "natural", "time": fmpq(4)}),
        without(
            VERDICT,
            {**_losing[1], "base": ("4/5", "1/10", "1/10"), "rewards": (1, 3, 0), "objective": ("mean reward", 1)},
        ),
        changed("the power 1 in place of w/(m+w)", lambda case: _power(case, exact_power=False), _losing[1]),
    ),
    wrong=lambda case: _float_power(case)[::-1],
)
