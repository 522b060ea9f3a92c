r"""Verifiers whose rates move with the policy, and verifiers that judge the style: what training on them leads to.

The learner is the natural gradient flow (`replicator`) on the verdict as reward: at rates of the moment
$\frac{d}{dt}\operatorname{logit}p=J$. Rates that hold for a style are fixed; pooled over styles they move as the policy
takes a style up, which is how a verifier goes bad without being changed.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.learning.noisy_verifiers import NoisyVerifier
from infoloop.loops.loop import Loop
from infoloop.probability.array_types import Batch, Number, Numbers
from infoloop.probability.arrays import tilt
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_finite, check_positive, check_probabilities, check_unit_interval


def drifting_loop(
    start: Number, rates: Callable[[Float[Array, ""], Float[Array, ""]], NoisyVerifier], rate: Number
) -> Loop:
    r"""Return training on a verifier that may change with the policy and the round, as an exact loop.

    $\operatorname{logit}p_{n+1}=\operatorname{logit}p_n+\eta J(p_n,n)$: natural gradient steps, each exact. The state
    is (p, n). Where J falls through 0 as p grows, p comes to rest there: more rounds do not help.

    Args:
        start: $p_0$, in [0, 1].
        rates: From (p, n) to the verifier of that round.
        rate: $\eta$, length of a step, above 0.

    Raises:
        ValueError: One of the numbers is out of range.

    >>> worse = lambda p, n: NoisyVerifier(false_positive=p, false_negative=1 - p)  # no better than chance, whatever p
    >>> loop = drifting_loop(0.25, worse, 1.0)
    >>> [float(x) for x in loop.step(None, loop.start(None))]
    [0.25, 1.0]
    """
    start, rate = check_unit_interval(start, "start"), check_positive(rate, "rate")

    def step(key, state):
        p, n = state
        gain = rate * rates(p, n).youden
        up, down = jax.nn.sigmoid(gain), jax.nn.sigmoid(-gain)
        return p * up / (p * up + (1 - p) * down), n + 1

    return Loop(lambda key: (start, jnp.zeros_like(start)), step)


def drift_time(start: Batch, reached: Batch, youden_at_none: Batch, youden_at_all: Batch) -> Float[Array, "*batch"]:
    r"""Return the time at which p is reached under a verifier whose J is linear in p, in closed form.

    $\dot p=J(p)\,p(1-p)$ with $J(p)=a+(b-a)p$, so that by partial fractions
    $$t=\frac1a\ln\frac{p}{p_0}-\frac1b\ln\frac{1-p}{1-p_0}+\Bigl(\frac1b-\frac1a\Bigr)\ln\frac{J(p)}{J(p_0)}.$$

    Args:
        start: $p_0$, in [0, 1].
        reached: p, in [0, 1].
        youden_at_none: a, the verifier's J where no answer is right, in [-1, 1] and not 0.
        youden_at_all: b, its J where all are, likewise.

    Returns:
        Times; negative for what lies in the past, NaN for what is never reached because J changes its sign between, and
        where a or b is 0.

    Raises:
        ValueError: A share is outside [0, 1], or a J outside [-1, 1].

    >>> round(float(drift_time(0.5, 0.75, 1.0, 1.0)), 6)
    1.098612
    """
    p, end = check_unit_interval(start, "start"), check_unit_interval(reached, "reached")
    a = check_finite(youden_at_none, "youden_at_none", -1.0, 1.0)
    b = check_finite(youden_at_all, "youden_at_all", -1.0, 1.0)
    before, after = a + (b - a) * p, a + (b - a) * end
    ratio = nan_unless((before * after > 0) & (a * b != 0), after / before)
    return jnp.log(end / p) / a - jnp.log((1 - end) / (1 - p)) / b + (1 / b - 1 / a) * jnp.log(ratio)


def pooled_verifier(verifier: NoisyVerifier, answers: Float[Numbers, "2 styles"]) -> NoisyVerifier:
    r"""Return the rates that are seen where the style is not: of wrong and of right answers as they now are.

    $\rho_0=\sum_sP(s\mid\text{wrong})\rho_{0,s}$, and $\rho_1$ likewise: they move with the policy, though
    those of each style stand still.

    Args:
        verifier: Rates of each style.
        answers: P(right, style), wrong answers first; a law.

    Returns:
        A verifier with one pair of rates; NaN where there is no right answer, or no wrong one.

    Raises:
        ValueError: `answers` is no law of two rows.

    >>> from infoloop.learning.noisy_verifiers import erring_verifier
    >>> by_style = erring_verifier(false_positive=[0.0, 0.5], false_negative=0.25)
    >>> found = pooled_verifier(by_style, [[0.25, 0.25], [0.5, 0.0]])
    >>> float(found.false_positive), float(found.youden)
    (0.25, 0.5)
    """
    table = _answers(answers)
    mass = table.sum(1, keepdims=True)
    wrong, right = table / nan_unless(mass > 0, mass)
    return NoisyVerifier(
        false_positive=(wrong * verifier.false_positive).sum(), false_negative=(right * verifier.false_negative).sum()
    )


def styled_policy(answers: Float[Numbers, "2 styles"], verifier: NoisyVerifier, t: Number) -> Float[Array, "2 styles"]:
    r"""Return P(right, style) after the time t of training on the verdicts of a verifier that sees the style.

    $P_t(r,s)\propto P_0(r,s)\,e^{t\,P(\tilde r=1\mid r,s)}$. In the end only the cells with the highest pass rate are
    left: if a wrong answer in some style passes more often than any right one, accuracy ends at 0, also where J > 0 in
    every style and at the start over all.

    Args:
        answers: $P_0$, wrong answers first; a law.
        verifier: Rates of each style.
        t: Time.

    Raises:
        ValueError: `answers` is no law of two rows.

    >>> from infoloop.learning.noisy_verifiers import erring_verifier
    >>> by_style = erring_verifier(false_positive=[0.0, 0.5], false_negative=[1.0, 0.5])
    >>> styled_policy([[0.25, 0.25], [0.25, 0.25]], by_style, 1.0).sum(0).round(4).tolist()
    [0.3775, 0.6225]
    """
    table = _answers(answers)
    passes = jnp.stack(jnp.broadcast_arrays(verifier.false_positive, verifier.true_positive))
    logits = passes * check_finite(t, "t")
    return tilt(table.ravel(), logits.ravel()).reshape(table.shape)


def _answers(answers: Float[Numbers, "2 styles"]) -> Float[Array, "2 styles"]:
    table = check_probabilities(answers, "answers")
    if table.ndim != 2 or table.shape[0] != 2:
        raise ValueError(
            f"answers has shape {table.shape}: give P(right, style), a row for wrong answers and one for right"
        )
    return table
