"""Chapter 7: the path of a log-linear learner trained on k of M references, and how little it transfers (S70)."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import equality, inequality
from infoloop.claims.learners.held_out_transfer import SOME, even_references, weights_of
from infoloop.claims.learners.log_linear_states import (
    EVEN,
    GRADIENT,
    KERNEL,
    MERGED,
    accuracy_speeds,
    even_logits,
    float_accuracy_speeds,
    logit_moves,
    output_pushes,
)
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.reference_locking import held_out_log_odds, reference_training, training_log_odds
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

UNLIKELY = "p_0 <= 1/C"


def path_state(case: Mapping[str, Any]) -> dict[str, Any]:
    r"""Return a state on the path, rational by choice: $e^{\delta X/k}$ is `step`, and $c_1=\frac{\delta r}k$, r whole.

    `start` is the case's $w_0$ over C - 1: 1 for a uniform base. $\alpha$ follows.

    >>> start = path_state({"classes": 2, "forms": 2, "references": 1, "r": 2, "step": 1, "start": 1})
    >>> start["alpha"], start["accuracy"], start["within"]
    (3/4, 1/2, (1/2, 1/2))
    """
    c, m, k, r = (case[name] for name in ("classes", "forms", "references", "r"))
    delta, step = fmpq(1), rational(case["step"])
    odds = rational(case["start"]) * (c - 1)
    rate = delta * r / k
    alpha = (rate * (c - 1) - delta / m) / c
    shared = step**r
    lock = 1 + delta / (m * odds * rate) * (shared - 1)
    other = shared / lock
    reference = other * step * lock ** (m // k)
    right = k * reference + (m - k) * other
    accuracy = right / (right + m * odds)
    within = tuple((reference if j < k else other) / right for j in range(m))
    found = {"alpha": alpha, "delta": delta, "accuracy": accuracy, "within": within, "held out": "1/2"}
    known = {"rate": rate, "odds": odds, "shared": shared, "lock": lock}
    return {**found, **known, "signal": even_references(m, k), **case}


def _path(case, weight=1):
    """Return, by the gradient and by the formula, a slope: the path's, or that of the difference of two logits."""
    state = path_state(case)
    m, k, rate, delta = state["forms"], state["references"], state["rate"], state["delta"]
    pushes, moves = output_pushes(state), logit_moves(state)[0]
    wrong = -sum((sum(row, fmpq(0)) for row in pushes[1:]), fmpq(0))  # X's slope
    others = -sum(pushes[0][k:], fmpq(0))  # Y's slope
    if case["part"] == "path":
        return state["shared"] * wrong, m * state["odds"] / (m - k) * state["lock"] * others * weight
    if case["part"] == "references against others":
        slope = delta / k * wrong + delta * m / (k * (m - k)) * others
        return moves[0][0] - moves[0][k], slope
    return moves[0][k] - moves[1][0], rate * wrong - delta / (m - k) * others


def _path_floats(x):
    """Return slopes of both log-odds by the gradient at a state of the closed form, and by that form."""
    (alpha, delta), p0 = jax.nn.softplus(x[:2]), jax.nn.sigmoid(x[2])
    training, progress = reference_training(alpha, delta, 4, 3, 1, p0), 2 * jax.nn.sigmoid(x[3]) / (alpha + delta)
    rate, odds = (4 * alpha + delta / 3) / 3, (1 - p0) / p0
    lock = 1 + delta / (3 * odds * rate) * jnp.expm1(rate * progress)
    forms = jnp.stack([delta * progress + 3 * jnp.log(lock), 0.0 * lock, 0.0 * lock])
    log_odds, slopes = jax.value_and_grad(training_log_odds, argnums=1)(training, progress)
    held_out = jax.grad(held_out_log_odds, argnums=1)(training, progress)
    p = jax.nn.sigmoid(log_odds)
    logits = even_logits(jnp.stack([p, p]), 4, 3).at[0, 0].add(jnp.log(3) + jax.nn.log_softmax(forms))
    speeds = float_accuracy_speeds(logits, lambda law: jnp.log(law[0, 0]), alpha, delta)
    return speeds, jnp.stack([slopes, held_out]) * jax.nn.sigmoid(-log_odds)


def _path_states() -> Iterator[dict[str, Any]]:
    for c, (m, k), r, step in itertools.product((2, 4), ((2, 1), (4, 1), (4, 2)), (1, 2), ("1", "3/2", "3")):
        yield {"classes": c, "forms": m, "references": k, "r": r, "step": step, "start": 1}


PARTS = ("path", "references against others", "others against wrong")
_STATES = (
    "C = 2, 4; (M, k) = (2, 1), (4, 1), (4, 2); c_1 = delta/k, 2 delta/k; e^(delta X/k) = 1, 3/2, 3; a uniform base"
)
_mid: dict[str, Any] = {"classes": 3, "forms": 2, "references": 1, "r": 2, "step": "3/2", "start": 1}
_on = {**_mid, "part": "path"}
locking_path = equality(
    "thm:locking-path",
    (KERNEL, GRADIENT, SOME, EVEN),
    _path_floats,
    random_numbers(4, lambda x: x),
    exact=_path,
    family=Family(
        f"{_STATES}; the path, and the differences of logits",
        lambda: ({**state, "part": part} for state, part in itertools.product(_path_states(), PARTS)),
    ),
    edges=(_on, {**_on, "step": "1"}),
    neighbours=(
        without(KERNEL, {**_mid, "one logit": MERGED, "part": PARTS[2]}),
        without(GRADIENT, {**_on, "drawn": 1}),
        without(SOME, {**_on, "signal": ("3/4", "1/4")}),
        without(EVEN, {**_on, "within": ("3/4", "1/4")}, {**_on, "within": ("1/4", "3/4")}),
        changed("twice the path's constant", lambda case: _path(case, 2), _on),
    ),
    wrong=lambda x: (_path_floats(x)[0], _path_floats(x)[1] * 1.1),
)


def _least(case):
    r"""Return $\frac kM\alpha\dot F(p_A)$ and $(\alpha+\frac\delta M)\dot F(p_B)$ on the path."""
    state = path_state(case)
    training, held_out = accuracy_speeds(state)
    alpha, both = weights_of(state)
    return fmpq(case.get("counted", state["references"]), state["forms"]) * alpha * training, both * held_out


def _least_floats(x):
    (alpha, delta), p0, progress = jax.nn.softplus(x[:2]), jax.nn.sigmoid(x[2]) / 4, jnp.exp(x[3])
    training = reference_training(alpha, delta, 4, 3, 1, p0)
    slopes = (jax.grad(of, argnums=1)(training, progress) for of in (training_log_odds, held_out_log_odds))
    in_training, held_out = slopes
    return alpha / 3 * in_training, (alpha + delta / 3) * held_out


_far = {**_mid, "step": "1000"}
late_transfer = inequality(
    "thm:late-transfer",
    (KERNEL, SOME, EVEN, UNLIKELY),
    _least_floats,
    random_numbers(4, lambda x: x),
    exact=_least,
    family=Family(
        f"{_STATES}, or one with half of its odds",
        lambda: ({**state, "start": start} for state, start in itertools.product(_path_states(), (1, 2))),
    ),
    edges=(_far,),
    neighbours=(
        without(KERNEL, {**_far, "one logit": MERGED}),
        without(SOME, {**_far, "counted": 2}),
        without(EVEN, {**_mid, "accuracy": "99/100", "within": ("3/4", "1/4")}),
        without(UNLIKELY, *({**_mid, "start": "1/100", "step": step} for step in ("2", "5", "30"))),
    ),
    wrong=lambda x: _least_floats(x)[::-1],
)


def _kept_share(case):
    r"""Return $\frac\alpha{\alpha+\delta/k}\dot F(p_A)$, as a reference alone would have it, and $\dot F(p_B)$."""
    state = path_state(case)
    training, held_out = accuracy_speeds(state)
    return state["alpha"] / (state["alpha"] + state["delta"] / state["references"]) * training, held_out


def _kept_floats(x):
    (alpha, delta), p0, progress = jax.nn.softplus(x[:2]), jax.nn.sigmoid(x[2]) / 4, jnp.exp(x[3])
    training = reference_training(alpha, delta, 4, 3, 1, p0)
    slopes = (jax.grad(of, argnums=1)(training, progress) for of in (training_log_odds, held_out_log_odds))
    in_training, held_out = slopes
    return alpha / (alpha + delta) * in_training, held_out


reference_keeps_share = inequality(
    "fol:reference-keeps-its-share",
    (KERNEL, SOME, EVEN),
    _kept_floats,
    random_numbers(4, lambda x: x),
    exact=_kept_share,
    family=Family(
        "C = 4, one reference of two, alpha = 11/8, delta = 1, a uniform base, e^(delta X) = 1, 3, 1000",
        lambda: parameter_grid(classes=(4,), forms=(2,), references=(1,), r=(2,), start=(1,), step=("1", "3", "1000")),
    ),
)
