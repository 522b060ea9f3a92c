"""Chapter 8, entropies of a policy: how fast they move, and what they say of the accuracy (C06, C26)."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flint import arb
from jaxtyping import Array, Float

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import LogSum, entropy_of_masses, log2
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

POSITIVE, INFINITESIMAL = "every output has a positive probability", "the logits move by an infinitesimal step"
_speeds = random_numbers(8, lambda x: (x[:4], x[4:]))


def entropy_of_logits(logits: Float[Array, "outputs"]) -> Float[Array, ""]:
    """Return the entropy of the policy with these logits, in bits."""
    return -jnp.sum(jax.nn.softmax(logits) * jax.nn.log_softmax(logits)) / jnp.log(2)


def _slope(case):
    logits, speeds = case
    slope = jax.jvp(entropy_of_logits, (logits,), (speeds,))[1]
    law, surprise = jax.nn.softmax(logits), -jax.nn.log_softmax(logits) / jnp.log(2)
    return slope, jnp.sum(law * surprise * (speeds - law @ speeds))


def _normalised(weights: Sequence[fmpq]) -> list[fmpq]:
    total = sum(weights, fmpq(0))
    return [weight / total for weight in weights]


def _surprise_covariance(case: Mapping[str, Any], centred: bool = True) -> LogSum:
    """Return the covariance of the surprise and the speeds, or the mean of their product."""
    law = _normalised(case["weights"])
    mean = sum((p * z for p, z in zip(law, case["speeds"], strict=True)), fmpq(0)) if centred else fmpq(0)
    return sum((log2(p) * (p * (mean - z)) for p, z in zip(law, case["speeds"], strict=True)), log2(1))


def _slope_exactly(case):
    """Differentiate the masses of the weights $w_i(1+sz_i)$ by the rule of the quotient, and the entropy with them."""
    weights, speeds = case["weights"], case["speeds"]
    total = sum(weights, fmpq(0))
    moving = sum((w * z for w, z in zip(weights, speeds, strict=True)), fmpq(0))
    slopes = [(w * z * total - w * moving) / total**2 for w, z in zip(weights, speeds, strict=True)]
    surprise = sum((log2(w / total) * -s for w, s in zip(weights, slopes, strict=True)), log2(1))
    return surprise, _surprise_covariance(case)


def _finite_step(case):
    """Return what the entropy gains where the weights are multiplied by $2^{z_i}$, and the covariance of that step."""
    before = _normalised(case["weights"])
    after = _normalised([w * fmpq(2) ** int(z) for w, z in zip(case["weights"], case["speeds"], strict=True)])
    gain = entropy_of_masses(after) - entropy_of_masses(before)
    return gain, real_ball(lambda: arb(2).log()) * _surprise_covariance(case)


_WEIGHTS = ([fmpq(1), fmpq(1), fmpq(2)], [fmpq(1), fmpq(2), fmpq(5)], [fmpq(3), fmpq(3), fmpq(1)], [fmpq(1)] * 3)
_SPEEDS = (
    [fmpq(1), fmpq(0), fmpq(0)],
    [fmpq(0), fmpq(-1), fmpq(2)],
    [fmpq(2), fmpq(2), fmpq(2)],
    [fmpq(-1), fmpq(1), fmpq(3)],
)
_moving = {"weights": _WEIGHTS[1], "speeds": _SPEEDS[0]}
entropy_slope = equality(
    "thm:entropy-slope",
    (POSITIVE, INFINITESIMAL),
    _slope,
    _speeds,
    exact=_slope_exactly,
    family=Family(
        "three outputs of four kinds of weights, each with four speeds",
        lambda: parameter_grid(weights=_WEIGHTS, speeds=_SPEEDS),
    ),
    edges=(_moving,),
    neighbours=(
        unrefuted(POSITIVE, "an output of probability 0 has no logit, and stays where it is"),
        without(INFINITESIMAL, _moving, exact=_finite_step),
        changed(
            "the mean of the product in place of the covariance",
            lambda case: (_slope_exactly(case)[0], _surprise_covariance(case, centred=False)),
        ),
    ),
    wrong=lambda case: (_slope(case)[0], -_slope(case)[1]),
)

ONE_RIGHT, TEN = "one answer is right, and all wrong ones are equally likely", "there are ten wrong answers"
RANGE = "the accuracy is between .3 and .6"
A, B = fmpq(687, 10_000), fmpq(9357, 10_000)  # the least squares fit of R to e^H on that range
MISS = fmpq(256, 100_000)  # that it misses by at most


def effective_answers(accuracy: fmpq, wrong: Sequence[fmpq]) -> RealBall:
    """Return $e^H$ of one right answer and wrong ones with these weights, from the masses of all of them.

    >>> effective_answers(fmpq(1, 4), [fmpq(1)] * 3).digits(5), effective_answers(fmpq(1), [fmpq(1)]).digits(5)
    ('4.0000', '1.0000')
    """
    masses = [accuracy, *((1 - accuracy) * share for share in _normalised(wrong))]
    return real_ball(lambda: sum((-arb(p) * arb(p).log() for p in masses if p), arb(0)).exp())


def _effective(accuracy: Number, wrong: Number) -> Number:
    other = 1 - accuracy
    return jnp.exp(-accuracy * jnp.log(accuracy) - other * jnp.log(other) + other * jnp.log(wrong))


def _absolute(ball: RealBall) -> RealBall:
    return ball * ball.sign()


def _misses(case, span=0.3):
    accuracy = 0.3 + span * jax.nn.sigmoid(case[0])
    return jnp.abs(float(B) - float(A) * _effective(accuracy, 10.0) - accuracy)


def _misses_exactly(case):
    shares = case.get("wrong shares", [fmpq(1)] * case.get("wrong", 10))
    return _absolute(B - A * effective_answers(case["accuracy"], shares) - case["accuracy"])


_accuracies = random_numbers(1, lambda x: 3 * x)
_end = {"accuracy": fmpq(6, 10)}
exponential_fit = inequality(
    "thm:exponential-fit",
    (ONE_RIGHT, TEN, RANGE),
    lambda case: (_misses(case), float(MISS)),
    _accuracies,
    exact=lambda case: (_misses_exactly(case), MISS),
    family=Family(
        "accuracies 30/100 to 60/100", lambda: parameter_grid(accuracy=[fmpq(k, 100) for k in range(30, 61)])
    ),
    edges=(_end,),
    neighbours=(
        without(ONE_RIGHT, {**_end, "wrong shares": [fmpq(91), *[fmpq(1)] * 9]}),
        without(TEN, {**_end, "wrong": 100}),
        without(RANGE, {"accuracy": fmpq(1)}),
    ),
    wrong=lambda case: (_misses(case) + 0.01, float(MISS)),
)

exponential_ceiling = inequality(
    "fol:exponential-ceiling",
    (ONE_RIGHT, TEN),
    lambda case: (_misses(case, span=0.7), 0.01),
    _accuracies,
    exact=lambda case: (_misses_exactly(case), fmpq(1, 100)),
    family=Family(
        "accuracies 1 to 3/10, in tenths", lambda: parameter_grid(accuracy=[fmpq(k, 10) for k in range(10, 2, -1)])
    ),
)

EQUALLY, HALF, ROOM = "the right texts are equally likely", "1/2 <= p", "p <= p' <= M/(M+1)"


def _texts(accuracy, right):
    """Return the entropy of right texts, equally likely, and one wrong one."""
    return -accuracy * jnp.log2(accuracy / right) - (1 - accuracy) * jnp.log2(1 - accuracy)


def _entropies(case):
    right = 2 + jnp.floor(jnp.exp(case[0]))
    low = 0.5 + (right / (right + 1) - 0.5) * jax.nn.sigmoid(2 * case[1])
    high = low + (right / (right + 1) - low) * jax.nn.sigmoid(2 * case[2])
    texts, answers = (_texts(p, right) for p in (low, high)), (_texts(p, 1.0) for p in (high, low))
    return tuple(jnp.stack(pair) for pair in zip(texts, answers, strict=True))


def _masses(case, accuracy):
    shares = _normalised(case.get("shares", [fmpq(1)] * case["right"]))
    texts = [accuracy * share for share in shares] if case["of"] == "texts" else [accuracy]
    return [*texts, 1 - accuracy]


def _entropies_exactly(case):
    """Return the entropies of the texts before and after, or those of the answers after and before."""
    before, after = (entropy_of_masses(_masses(case, case[key])) for key in ("p", "p'"))
    return (before, after) if case["of"] == "texts" else (after, before)


def _risen():
    for right in (2, 4, 8):
        top = fmpq(right, right + 1)
        for steps in ((0, 1), (0, 2), (1, 2), (1, 1)):
            low, high = (fmpq(1, 2) + (top - fmpq(1, 2)) * j / 2 for j in steps)
            yield from parameter_grid(of=("texts", "answers"), right=(right,), **{"p": (low,), "p'": (high,)})


_same = {"of": "texts", "right": 4, "p": fmpq(3, 5), "p'": fmpq(3, 5)}
answer_entropy = inequality(
    "cnd:answer-entropy",
    (EQUALLY, HALF, ROOM),
    _entropies,
    random_numbers(3, lambda x: x),
    exact=_entropies_exactly,
    family=Family("2, 4 and 8 right texts, accuracies at 1/2, at M/(M+1) and halfway", _risen),
    edges=(_same,),
    neighbours=(
        without(EQUALLY, {**_same, "p'": fmpq(4, 5), "shares": [fmpq(97), fmpq(1), fmpq(1), fmpq(1)]}),
        without(HALF, {**_same, "of": "answers", "p": fmpq(1, 4), "p'": fmpq(1, 2)}),
        without(ROOM, {**_same, "p": fmpq(4, 5), "p'": fmpq(99, 100)}),
    ),
    wrong=lambda case: (_entropies(case)[1], _entropies(case)[0] - 1),
)
