r"""Chapter 7: one state of the log-linear learner in both domains, in rationals, and how the gradient moves it.

A case has the `accuracy` of a question of the training domain and that of its twin, `held out`; C `classes`, of which
the first is right, with M `forms` each, whose outputs are equally likely within a class unless the case has the law
`within` the right one, and all wrong classes are unless it has the `wrong` ones' law; the kernel's weights `alpha` and
`delta`; `n` questions. The `signal` is "label", "verdict", or a law of references over the forms of the right class.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.claims.comparisons import Number
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq

Rows = list[list[fmpq]]
KERNEL = (
    "a question has a logit for each class, shared with its twin in the other domain alone, and one for each output, "
    "shared with nothing"
)
GRADIENT = "the parameters follow the exact gradient of the mean over n questions"
EVEN = "the base gives all outputs of a class, and all wrong classes, equally often"
MERGED, TWINS = "of the first two classes", "of twins"
SIGNALS = ("label", "verdict")


def question_rows(case: Mapping[str, Any], accuracy: str = "accuracy") -> Rows:
    """Return the law over classes and forms, right class first.

    >>> question_rows({"classes": 2, "forms": 2, "accuracy": "1/2"})
    [[1/4, 1/4], [1/4, 1/4]]
    """
    classes, forms, p = case["classes"], case["forms"], rational(case[accuracy])
    within = [rational(x) for x in case.get("within", [fmpq(1, forms)] * forms)]
    wrong = [rational(x) for x in case.get("wrong", [fmpq(1, classes - 1)] * (classes - 1))]
    return [[p * w for w in within], *([(1 - p) * v / forms] * forms for v in wrong)]


def drawn_weights(case: Mapping[str, Any], rows: Rows) -> Rows:
    """Return how often an output is drawn and rewarded: the law of references, or of right outputs of the learner.

    >>> drawn_weights({"signal": "label"}, [[fmpq(1, 8), fmpq(3, 8)], [fmpq(1, 4), fmpq(1, 4)]])
    [[1/4, 3/4], [0, 0]]
    """
    nothing = [[fmpq(0)] * len(row) for row in rows[1:]]
    if "drawn" in case:  # a reward of one draw, of this form
        return [[fmpq(int(m == case["drawn"])) for m in range(len(rows[0]))], *nothing]
    signal, p = case["signal"], sum(rows[0], fmpq(0))
    if signal in SIGNALS:
        return [[x if signal == "verdict" else x / p for x in rows[0]], *nothing]
    return [[rational(x) for x in signal], *nothing]


def output_pushes(case: Mapping[str, Any]) -> Rows:
    """Return the gradient by the logits of the outputs: each draw counts 1 at itself less the policy.

    >>> output_pushes({"classes": 2, "forms": 1, "accuracy": "1/4", "signal": "label"})
    [[3/4], [-3/4]]
    """
    rows = question_rows(case)
    weights = drawn_weights(case, rows)
    total = sum((sum(row, fmpq(0)) for row in weights), fmpq(0))
    return [[w - total * p for w, p in zip(ws, ps, strict=True)] for ws, ps in zip(weights, rows, strict=True)]


def logit_moves(case: Mapping[str, Any]) -> tuple[Rows, Rows]:
    """Return how fast the logits of the outputs move in the domain of training, and in the held-out one."""
    alpha, delta, n = rational(case["alpha"]), rational(case.get("delta", 0)), case.get("n", 1)
    pushes = output_pushes(case)
    by_class = [sum(row, fmpq(0)) for row in pushes]
    if case.get("one logit") == MERGED:
        by_class[:2] = [by_class[0] + by_class[1]] * 2
    shared = [[alpha * g / n] * case["forms"] for g in by_class]
    own = [[delta * g / n for g in row] for row in pushes]
    both = [[x + y for x, y in zip(a, b, strict=True)] for a, b in zip(shared, own, strict=True)]
    return both, both if case.get("own logits") == TWINS else shared


def log_odds_speed(rows: Rows, moves: Rows) -> fmpq:
    r"""Return how fast $\ln\frac p{1-p}$ moves: the mean move of right outputs less that of wrong ones.

    >>> log_odds_speed([[fmpq(1, 2)], [fmpq(1, 4)], [fmpq(1, 4)]], [[fmpq(1)], [fmpq(-1)], [fmpq(0)]])
    3/2
    """
    means = []
    for part in (slice(0, 1), slice(1, None)):
        mass = sum((sum(row, fmpq(0)) for row in rows[part]), fmpq(0))
        moved = (p * v for r, m in zip(rows[part], moves[part], strict=True) for p, v in zip(r, m, strict=True))
        means.append(sum(moved, fmpq(0)) / mass)
    return means[0] - means[1]


def accuracy_speeds(case: Mapping[str, Any]) -> tuple[fmpq, fmpq]:
    """Return how fast the log-odds of the accuracy move in the domain of training, and in the held-out one.

    >>> state = {"classes": 2, "forms": 2, "accuracy": "1/2", "held out": "1/2", "signal": "label"}
    >>> accuracy_speeds({**state, "alpha": 1, "delta": 1})
    (3/2, 1)
    """
    training, held_out = logit_moves(case)
    # the forms that references lock in are the training domain's own
    elsewhere = {key: value for key, value in case.items() if key != "within"}
    return log_odds_speed(question_rows(case), training), log_odds_speed(question_rows(elsewhere, "held out"), held_out)


def float_accuracy_speeds(
    logits: Float[Array, "2 classes forms"], objective: Any, alpha: Number, delta: Number
) -> Float[Array, "2"]:
    """Return the same in floats: the log-odds' derivative along the gradient of an objective by the parameters.

    Args:
        logits: of both domains, right class first; the parameters start at 0 on top of them.
        objective: from the law of the training domain, classes by forms, to what is maximised.
        alpha: the kernel weight of a class.
        delta: of an output of the training domain.
    """

    def laws(parameters):
        by_class, own = parameters
        shared = jnp.sqrt(alpha) * by_class[:, None]
        z = logits + jnp.stack([shared + jnp.sqrt(delta) * own, shared + 0 * own])
        return jax.nn.softmax(z.reshape(2, -1)).reshape(z.shape)

    def log_odds(parameters):
        right = laws(parameters)[:, 0].sum(-1)
        return jnp.log(right) - jnp.log1p(-right)

    start = jnp.zeros(logits.shape[1]), jnp.zeros(logits.shape[1:])
    direction = jax.grad(lambda parameters: objective(laws(parameters)[0]))(start)
    return jax.jvp(log_odds, (start,), (direction,))[1]


def even_logits(accuracy: Float[Array, "2"], classes: int, forms: int) -> Float[Array, "2 classes forms"]:
    """Return logits of both domains with these accuracies, all else equally likely.

    >>> even_logits(jnp.array([0.5, 0.5]), 2, 1).round(6).tolist()
    [[[-0.693147], [-0.693147]], [[-0.693147], [-0.693147]]]
    """
    wrong = jnp.log((1 - accuracy) / ((classes - 1) * forms))[:, None, None] * jnp.ones((1, classes - 1, forms))
    return jnp.concatenate([jnp.log(accuracy / forms)[:, None, None] * jnp.ones((1, 1, forms)), wrong], axis=1)


def class_rate(law: Sequence[Any]) -> Number:
    """Return the mass of the right class, the first."""
    return jnp.sum(jnp.asarray(law)[0])


FLOAT_OBJECTIVES = {
    "label": lambda law: jnp.log(class_rate(law)),
    "verdict": class_rate,
}
