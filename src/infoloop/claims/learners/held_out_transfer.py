"""Chapter 7: what comes to a held-out domain at equal accuracy, and at equal steps (S70, S71)."""

import itertools
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import equality, inequality
from infoloop.claims.learners.log_linear_states import (
    EVEN,
    FLOAT_OBJECTIVES,
    GRADIENT,
    KERNEL,
    MERGED,
    SIGNALS,
    TWINS,
    accuracy_speeds,
    even_logits,
    float_accuracy_speeds,
)
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.transfer_at_accuracy import transfer_share
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

COARSE = "a label, a verdict, or references that are every right output equally often"
SOME = "the references are k of the M right outputs of a question, equally often"
TELLS = "a label or references of right outputs, whatever their law"
FORMS = 3  # that floats see


def locked_forms(forms: int, references: int, lock: fmpq) -> tuple[fmpq, ...]:
    r"""Return a law within the right class: k references with mass $\frac kM+v(1-\frac kM)$, which is v = 1 at the end.

    >>> locked_forms(2, 1, fmpq(1, 2))
    (3/4, 1/4)
    """
    share = fmpq(references, forms)
    mass = share + lock * (1 - share)
    rest = (1 - mass) / (forms - references) if forms > references else fmpq(0)
    return tuple(mass / references if m < references else rest for m in range(forms))


def even_references(forms: int, references: int) -> tuple[fmpq, ...]:
    """Return the law of k references among M forms.

    >>> even_references(3, 2)
    (1/2, 1/2, 0)
    """
    return locked_forms(forms, references, fmpq(1))


def weights_of(case: dict[str, Any]) -> tuple[fmpq, fmpq]:
    r"""Return $\alpha$ and $\alpha+\frac\delta M$.

    >>> weights_of({"alpha": 1, "delta": 1, "forms": 2})
    (1, 3/2)
    """
    alpha = rational(case["alpha"])
    return alpha, alpha + rational(case["delta"]) / case["forms"]


def _transfer(case):
    training, held_out = accuracy_speeds(case)
    alpha, both = weights_of(case)
    return both * held_out, alpha * training


def _transfer_floats(x):
    rates, (alpha, delta) = jax.nn.sigmoid(x[:2]), jax.nn.softplus(x[2:])
    share, logits = transfer_share(alpha, delta, FORMS), even_logits(rates, 4, FORMS)
    speeds = [float_accuracy_speeds(logits, of, alpha, delta) for of in FLOAT_OBJECTIVES.values()]
    return jnp.stack([s[1] for s in speeds]), share * jnp.stack([s[0] for s in speeds])


_WEIGHTS = (("1/5", "4/5"), ("1/2", "1/2"), ("4/5", "1/5"))


def _coarse_states() -> Iterator[dict[str, Any]]:
    for (alpha, delta), m, a, signal in itertools.product(
        _WEIGHTS, (1, 2, 4, 16), ("1/4", "9/10"), (*SIGNALS, "all references")
    ):
        law = even_references(m, m) if signal == "all references" else signal
        yield {
            "classes": 4,
            "forms": m,
            "alpha": alpha,
            "delta": delta,
            "accuracy": a,
            "held out": "1/3",
            "signal": law,
        }


_even: dict[str, Any] = {"classes": 3, "forms": 2, "alpha": "1/2", "delta": "1/2", "accuracy": "3/4", "held out": "1/2"}
_label = {**_even, "signal": "label"}
transfer_at_accuracy = equality(
    "thm:transfer-at-accuracy",
    (KERNEL, COARSE, EVEN),
    _transfer_floats,
    random_numbers(4, lambda x: x),
    exact=_transfer,
    family=Family(
        "C = 4; M = 1, 2, 4, 16; alpha = 1/5, 1/2, 4/5, delta = 1 - alpha; accuracies 1/4, 9/10 and 1/3; a label, a "
        "verdict, all references",
        _coarse_states,
    ),
    edges=(_label, {**_label, "signal": "verdict"}),
    neighbours=(
        without(KERNEL, {**_label, "one logit": MERGED}),
        without(COARSE, {**_even, "signal": (1, 0), "within": ("3/4", "1/4")}),
        without(EVEN, {**_label, "within": ("3/4", "1/4")}, {**_label, "wrong": ("2/3", "1/3")}),
        changed(
            "delta in place of delta/M",
            lambda case: (accuracy_speeds(case)[1], rational(case["alpha"]) * accuracy_speeds(case)[0]),
            _label,
        ),
    ),
    wrong=lambda x: (_transfer_floats(x)[0], _transfer_floats(x)[1] * 1.1),
)


def _class_drive(case):
    c, n = case["classes"], case.get("n", 1)
    push = rational(case["alpha"]) * fmpq(c, (c - 1) * n) * (1 - rational(case["accuracy"]))
    return accuracy_speeds(case)[1], push


def _referenced(x):
    """Return logits of both domains with forms at will within the right class, a law of references and weights."""
    logits = even_logits(jax.nn.sigmoid(x[:2]), 4, FORMS)
    within = jnp.log(FORMS) + jax.nn.log_softmax(x[2:5])
    return logits.at[0, 0].add(within), jax.nn.softmax(x[5:8]), jax.nn.softplus(x[8:10])


def _starved_floats(case):
    logits, law, (alpha, delta) = case
    speeds = float_accuracy_speeds(logits, lambda p: (law * jnp.log(p[0])).sum(), alpha, delta)
    return speeds[1], alpha * 4 / 3 * (1 - jnp.exp(logits[0, 0]).sum())


_house = {**_even, "signal": (1, 0), "within": ("3/4", "1/4"), "n": 2}
starvation = equality(
    "thm:starvation",
    (KERNEL, GRADIENT, TELLS, EVEN),
    _starved_floats,
    random_numbers(10, _referenced),
    exact=_class_drive,
    family=Family(
        "C = 2, 4; two forms with the laws (1/2, 1/2), (3/4, 1/4), (1, 0) under a label or references (1, 0), "
        "(1/2, 1/2), (1/4, 3/4); accuracies 1/4, 9/10; two questions",
        lambda: parameter_grid(
            **{"held out": ("1/3",), "alpha": ("1/2",), "delta": ("1/2",), "n": (2,), "forms": (2,)},
            classes=(2, 4),
            within=(("1/2", "1/2"), ("3/4", "1/4"), ("1", "0")),
            signal=("label", (1, 0), ("1/2", "1/2"), ("1/4", "3/4")),
            accuracy=("1/4", "9/10"),
        ),
    ),
    edges=(_house, {**_house, "signal": "label"}),
    neighbours=(
        without(KERNEL, {**_house, "one logit": MERGED}),
        without(GRADIENT, {**_house, "signal": (2, 0)}),
        without(TELLS, {**_label, "signal": "verdict"}),
        without(EVEN, {**_house, "wrong": ("2/3", "1/3")}),
        changed("without C/(C-1)", lambda case: (_class_drive(case)[0], _class_drive(case)[1] * fmpq(2, 3)), _house),
    ),
    wrong=lambda case: (_starved_floats(case)[0], 1.1 * _starved_floats(case)[1]),
)


def _locked(case):
    """Return a case with the law of forms and of references that its k and v say."""
    m, k = case["forms"], case["references"]
    return {"signal": even_references(m, k), "within": locked_forms(m, k, rational(case["lock"])), **case}


def _reference_speed(case, twice=1):
    r"""Return $\dot F(p_A)$ by the gradient and by its formula."""
    c, m, k, n = case["classes"], case["forms"], case["references"], case.get("n", 1)
    p, v = rational(case["accuracy"]), rational(case["lock"])
    locking = rational(case["delta"]) * (fmpq(1, k) - fmpq(1, m)) * v * (1 - p * v * twice)
    return accuracy_speeds(_locked(case))[0], (fmpq(c, c - 1) * (1 - p) * weights_of(case)[1] + locking) / n


def _reference_speed_floats(x):
    p, v, (alpha, delta) = jax.nn.sigmoid(x[0]), jax.nn.sigmoid(x[1]), jax.nn.softplus(x[2:])
    within = jnp.stack([(1 + 2 * v) / FORMS, (1 - v) / FORMS, (1 - v) / FORMS])
    logits = even_logits(jnp.stack([p, p]), 4, FORMS).at[0, 0].add(jnp.log(FORMS * within))
    speeds = float_accuracy_speeds(logits, lambda law: jnp.log(law[0, 0]), alpha, delta)
    even = 4 / 3 * (1 - p) * (alpha + delta / FORMS)
    return speeds[0], even + delta * (1 - 1 / FORMS) * v * (1 - p * v)


def _reference_states() -> Iterator[dict[str, Any]]:
    for (m, k), v, p, n in itertools.product(
        ((2, 1), (4, 1), (4, 2), (16, 4)), ("0", "1/3", "1/2", "1"), ("1/4", "9/10"), (1, 6)
    ):
        yield {**_even, "classes": 4, "forms": m, "references": k, "lock": v, "accuracy": p, "n": n}


_some = {**_even, "references": 1, "lock": "1/2"}
_UNEQUAL = {"signal": ("3/4", "1/4")}
reference_speed = equality(
    "thm:reference-speed",
    (KERNEL, GRADIENT, SOME, EVEN),
    _reference_speed_floats,
    random_numbers(4, lambda x: x),
    exact=_reference_speed,
    family=Family(
        "C = 4; (M, k) = (2, 1), (4, 1), (4, 2), (16, 4); v = 0, 1/3, 1/2, 1; p = 1/4, 9/10; one question or six",
        _reference_states,
    ),
    edges=(_some, {**_some, "lock": "0"}),
    neighbours=(
        without(KERNEL, {**_some, "one logit": MERGED}),
        without(GRADIENT, {**_some, "signal": (2, 0)}),
        without(SOME, {**_some, **_UNEQUAL}),
        without(EVEN, {**_some, "wrong": ("2/3", "1/3")}, {**_some, "within": ("1/4", "3/4")}),
        changed("1 - 2pv in place of 1 - pv", lambda case: _reference_speed(case, 2), _some),
    ),
    wrong=lambda x: (_reference_speed_floats(x)[0], 1.1 * _reference_speed_floats(x)[1]),
)


def _most(case):
    """Return the held-out speed of references times alpha + delta/M, and alpha times that of training."""
    return _transfer(_locked(case))


def _most_floats(x):
    p, v, (alpha, delta) = jax.nn.sigmoid(x[0]), jax.nn.sigmoid(x[1]), jax.nn.softplus(x[2:])
    within = jnp.stack([(1 + 2 * v) / FORMS, (1 - v) / FORMS, (1 - v) / FORMS])
    logits = even_logits(jnp.stack([p, p]), 4, FORMS).at[0, 0].add(jnp.log(FORMS * within))
    speeds = float_accuracy_speeds(logits, lambda law: jnp.log(law[0, 0]), alpha, delta)
    return (alpha + delta / FORMS) * speeds[1], alpha * speeds[0]


label_transfers_most = inequality(
    "thm:label-transfers-most",
    (KERNEL, SOME, EVEN),
    _most_floats,
    random_numbers(4, lambda x: x),
    exact=_most,
    family=Family(
        "C = 4; (M, k) = (2, 1), (4, 1), (4, 2), (16, 4); v = 0, 1/3, 1/2, 1; p = 1/4, 9/10; one question or six",
        _reference_states,
    ),
    edges=({**_some, "lock": "0"},),
    neighbours=(
        without(KERNEL, {**_some, "lock": "0", "own logits": TWINS}),
        without(SOME, {**_some, "lock": "0", "signal": (0, 1), "within": ("3/4", "1/4")}),
        without(EVEN, {**_some, "within": ("1/4", "3/4")}),
    ),
    wrong=lambda x: _most_floats(x)[::-1],
)  # fmt: skip
