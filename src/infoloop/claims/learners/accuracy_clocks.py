"""Chapter 7: how long a label and a verdict take to an accuracy (S69)."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import equality, inequality
from infoloop.claims.learners.log_linear_states import (
    EVEN,
    FLOAT_OBJECTIVES,
    GRADIENT,
    KERNEL,
    MERGED,
    SIGNALS,
    accuracy_speeds,
    even_logits,
    float_accuracy_speeds,
)
from infoloop.claims.learners.verdicts_and_labels import EQUAL_RATES, EXACT, SAME_CLASS
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.learning.signal_clocks import clock_rate, label_clock, label_time, verdict_clock, verdict_time
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

EVEN_STATES: dict[str, Any] = {"held out": "1/2", "alpha": "1/2", "delta": "1/2", "n": 6}


def clock_speed(case: Mapping[str, Any]) -> fmpq:
    r"""Return how fast the signal's clock runs: the slope $\frac1{p(1-p)^2}$ or $\frac1{p^2(1-p)^2}$ times $\dot p$.

    >>> state = {"classes": 2, "forms": 1, "accuracy": "1/4", "held out": "1/4", "alpha": 1, "signal": "verdict"}
    >>> clock_speed(state)
    2
    """
    p = rational(case["accuracy"])
    pace = accuracy_speeds(case)[0] * p * (1 - p)
    slope = 1 / (p * (1 - p) ** 2)
    return pace * (slope / p if case["signal"] == "verdict" else slope)


def exact_clock_rate(case: Mapping[str, Any], questions: int = 0) -> fmpq:
    r"""Return $\bigl(\alpha+\frac\delta M\bigr)\frac C{(C-1)n}$.

    >>> exact_clock_rate({"alpha": 1, "classes": 4, "forms": 1, "n": 6})
    2/9
    """
    c, m = case["classes"], case["forms"]
    weight = rational(case["alpha"]) + rational(case.get("delta", 0)) / m
    return weight * fmpq(c, (c - 1) * (questions or case.get("n", 1)))


def _float_clocks(x):
    rates, weights = jax.nn.sigmoid(x[:2]), jax.nn.softplus(x[2:])
    found, wanted = [], []
    for name, clock in (("label", label_clock), ("verdict", verdict_clock)):
        moves = float_accuracy_speeds(even_logits(rates, 3, 2), FLOAT_OBJECTIVES[name], *weights)
        p = rates[0]
        found.append(moves[0] * p * (1 - p) * jax.grad(lambda p, clock=clock: clock(p))(p))
        wanted.append(clock_rate(3, 1, weights[0], weights[1], 2))
    return jnp.stack(found), jnp.stack(wanted)


_clock = {**EVEN_STATES, "classes": 3, "forms": 2, "accuracy": "1/3", "signal": "label"}
accuracy_clocks = equality(
    "thm:accuracy-clocks",
    (KERNEL, GRADIENT, EVEN),
    _float_clocks,
    random_numbers(4, lambda x: x),
    exact=lambda case: (clock_speed(case), exact_clock_rate(case)),
    family=Family(
        "C = 2, 3, 4; M = 1, 2, 4; accuracies 1/20, 1/4, 9/10; delta = 0, 1/2; a label or a verdict; six questions",
        lambda: parameter_grid(
            **{"held out": ("1/2",), "alpha": ("1/2",), "n": (6,)},
            classes=(2, 3, 4),
            forms=(1, 2, 4),
            accuracy=("1/20", "1/4", "9/10"),
            delta=("0", "1/2"),
            signal=SIGNALS,
        ),
    ),
    edges=(_clock, {**_clock, "signal": "verdict"}),
    neighbours=(
        without(KERNEL, {**_clock, "one logit": MERGED}),
        without(GRADIENT, {**_clock, "signal": "verdict", "drawn": 0}),
        without(EVEN, {**_clock, "wrong": ("2/3", "1/3")}, {**_clock, "within": ("3/4", "1/4")}),
        changed(
            "alpha + delta, as if each class had one form",
            lambda case: (clock_speed(case), exact_clock_rate({**case, "forms": 1})),
            _clock,
        ),
        changed("one question", lambda case: (clock_speed(case), exact_clock_rate(case, 1)), _clock),
    ),
    wrong=lambda x: (_float_clocks(x)[0], _float_clocks(x)[1] * jnp.array([1.0, 1.1])),
)


def clock_reading(signal: str, accuracy: str) -> RealBall:
    """Return the clock of a signal at a rational accuracy.

    >>> clock_reading("label", "1/2").digits(3), clock_reading("verdict", "3/4").digits(6)
    ('2.00', '4.86389')
    """
    p = rational(accuracy)
    rest = 1 / (1 - p) - (1 / p if signal == "verdict" else 0)
    return real_ball(lambda: arb(p / (1 - p)).log() * (2 if signal == "verdict" else 1) + arb(rest))


def exact_time(signal: str, case: Mapping[str, Any]) -> RealBall:
    r"""Return the time from the `base` to the accuracy of a case, in units of $1/\kappa$.

    >>> (exact_time("label", {"base": "1/4", "accuracy": "9/10"}) * fmpq(9, 2)).digits(3)
    '53.8'
    """
    return clock_reading(signal, case["accuracy"]) - clock_reading(signal, case["base"])


def _later(case):
    """Return a lower bound of a time and the time, or the time and an upper bound."""
    label, verdict = (exact_time(signal, case) for signal in SIGNALS)
    p = rational(case["accuracy" if case["bound"] == "below" else "base"])
    return (label / p, verdict) if case["bound"] == "below" else (verdict, label / p)


def _later_floats(x):
    base = jax.nn.sigmoid(x[0])
    accuracy = base + (1 - base) * (0.02 + 0.96 * jax.nn.sigmoid(x[1]))
    label, verdict = label_time(accuracy, base, 1.0), verdict_time(accuracy, base, 1.0)
    return jnp.stack([label / accuracy, verdict]), jnp.stack([verdict, label / base])


_near = {"base": "1/2", "accuracy": "501/1000", "bound": "below"}
_BASES = ("1/100", "1/20", "1/10", "1/4", "1/2")
_two_forms: dict[str, Any] = {"classes": 2, "forms": 2, "alpha": 1}


def _pace_ratio(case):
    """Return the label's speed of the mean accuracy over that of verdicts, and its bound 1/p, from either side."""
    rates, paces = [rational(p) for p in case["rates"]], []
    for given in ("label", case.get("in place of verdicts", "verdict")):
        pace = fmpq(0)
        for p in rates:
            signal = {"one right draw": "label", "one form": (p / 2, 0)}.get(given, given)
            state = {**_two_forms, "accuracy": p, "held out": p, "signal": signal}
            pace += p * (1 - p) * accuracy_speeds(state)[0]
        paces.append(pace)
    ratio, bound = paces[0] / paces[1], len(rates) / sum(rates, fmpq(0))
    return (ratio, bound) if case["bound"] == "above" else (bound, ratio)


_quarter = {"rates": ("1/4",), "bound": "below"}
verdict_later = inequality(
    "thm:verdict-later",
    (EQUAL_RATES, SAME_CLASS, EXACT),
    _later_floats,
    random_numbers(2, lambda x: x),
    exact=_later,
    family=Family(
        "the log-linear learner, p_0 of 1/100, 1/20, 1/10, 1/4, 1/2; p of 51/100 or 9/10; both bounds",
        lambda: parameter_grid(base=_BASES, accuracy=("51/100", "9/10"), bound=("below", "above")),
    ),
    edges=(_near, {**_near, "bound": "above"}),
    neighbours=(
        without(EQUAL_RATES, {"rates": ("1/100", "49/50"), "bound": "above"}, exact=_pace_ratio),
        without(SAME_CLASS, {**_quarter, "in place of verdicts": "one form", "bound": "above"}, exact=_pace_ratio),
        without(EXACT, {**_quarter, "in place of verdicts": "one right draw"}, exact=_pace_ratio),
        changed("1/p in place of 1/p_0 from above", lambda case: _later({**case, "bound": "below"})[::-1], _near),
    ),
    wrong=lambda x: _later_floats(x)[::-1],
)
