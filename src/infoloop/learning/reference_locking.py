r"""Training on k of M equally good references, in closed form: what the learner's own features lock in.

The learner is that of `transfer_at_accuracy`. Let X be the mass of wrong outputs, and Y that of right outputs that are
no reference, each added up over time and divided by n. The flow keeps
$$\frac{e^{c_1X}-1}{c_1}=\frac{Mw_0}\delta\bigl(e^{\delta Y/(M-k)}-1\bigr),\qquad
c_1=\frac{\alpha C+\delta/M}{C-1},\ w_0=\frac{1-p_0}{p_0},$$
so that X, which the held-out domain feels alone, says all about both domains (theory/7_learners.md).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.probability.array_types import Number
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_count, check_positive, check_unit_interval

_HALVINGS = 100
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


class ReferenceTraining(NamedTuple):
    r"""A log-linear learner trained on some of the right outputs of each question.

    Attributes:
        shared: $\alpha>0$, the kernel weight of a class in both domains.
        own: $\delta>0$, of a question's own output.
        classes: C, from 2 on.
        forms: M, right outputs a question, and outputs a class.
        references: k, from 1 to M, equally often.
        base: $p_0$, the accuracy before training.
    """

    shared: Number
    own: Number
    classes: Number
    forms: Number
    references: Number = 1
    base: Number = 0.25


def reference_training(
    shared: Number, own: Number, classes: Number, forms: Number, references: Number = 1, base: Number = 0.25
) -> ReferenceTraining:
    """Return a `ReferenceTraining` whose numbers are in their ranges; traced ones that are not become NaN.

    Args:
        shared: The kernel weight of a class, above 0.
        own: The kernel weight of a question's own output, above 0.
        classes: Classes, from 2 on.
        forms: Outputs a class.
        references: References a question, at most as many.
        base: The accuracy before training, between 0 and 1.

    Raises:
        ValueError: One of them is out of its range.

    >>> reference_training(0.5, 0.5, classes=4, forms=16).references.item()
    1.0
    """
    m, k = check_count(forms, "forms", 1), check_count(references, "references", 1)
    if not isinstance(m <= k, jax.core.Tracer) and (k > m).any():
        raise ValueError(f"references is {float(k):g}, and a question has {float(m):g} right forms: give at most those")
    return ReferenceTraining(
        check_positive(shared, "shared"),
        check_positive(own, "own"),
        check_count(classes, "classes", 2),
        m,
        nan_unless(k <= m, k),
        check_positive(check_unit_interval(base, "base"), "base"),
    )


def _exponents(training):
    """Return c_1 and w_0."""
    a, d, c, m = training.shared, training.own, training.classes, training.forms
    return (a * c + d / m) / (c - 1), (1 - training.base) / training.base


def _log_lock(training, progress):
    r"""Return $\ln E=\frac{\delta Y}{M-k}=c_1X+\ln(g+(1-g)e^{-c_1X})$, in which no exponential overflows."""
    rate, odds = _exponents(training)
    locked = training.own / (training.forms * odds * rate)
    return rate * progress + jnp.log1p((1 - locked) * jnp.expm1(-rate * progress))


def training_log_odds(training: ReferenceTraining, progress: Number) -> Float[Array, ""]:
    r"""Return $F(p_A)=\ln\frac{(M-k)+ke^{\delta X/k}E^{M/k}}{Mw_0}+c_1X-\ln E$ in the domain of training, no unit.

    Args:
        training: The learner and its references.
        progress: X, from 0 on.

    >>> training = reference_training(0.5, 0.5, classes=4, forms=16)
    >>> round(float(jax.nn.sigmoid(training_log_odds(training, 0.0))), 12)
    0.25
    """
    m, k = training.forms, training.references
    rate, odds = _exponents(training)
    lock = _log_lock(training, progress)
    locked = jnp.log(k) + training.own * progress / k + m / k * lock
    rest = jnp.where(m > k, jnp.log(jnp.where(m > k, m - k, 1.0)), -jnp.inf)
    return jnp.logaddexp(rest, locked) - jnp.log(m * odds) + rate * progress - lock


def held_out_log_odds(training: ReferenceTraining, progress: Number) -> Float[Array, ""]:
    r"""Return $F(p_B)=F(p_0)+\frac{\alpha C}{C-1}X$ in the held-out domain, no unit.

    Args:
        training: The learner and its references.
        progress: X, from 0 on.

    >>> training = reference_training(0.5, 0.5, classes=2, forms=2, base=0.5)
    >>> held_out_log_odds(training, 2.0).item()
    2.0
    """
    return training.shared * training.classes / (training.classes - 1) * progress - jnp.log(_exponents(training)[1])


def progress_at(training: ReferenceTraining, accuracy: Number) -> Float[Array, ""]:
    """Return X at an accuracy in the domain of training, by bisection; its slope is that of the bisected root's.

    Args:
        training: The learner and its references.
        accuracy: From the base's to below 1.

    Raises:
        ValueError: The accuracy is outside [0, 1].

    >>> training = reference_training(0.5, 0.5, classes=4, forms=16)
    >>> held_out = held_out_log_odds(training, progress_at(training, 0.9))
    >>> round(float(jax.nn.sigmoid(held_out)), 3)
    0.752
    """
    p = check_unit_interval(accuracy, "accuracy")
    wanted = jax.scipy.special.logit(p)
    start = -jnp.log(_exponents(training)[1])
    # the log-odds of training move by at least alpha C/(C - 1) for each unit of X
    most = (wanted - start) * (training.classes - 1) / (training.shared * training.classes)

    def halve(ends, _):
        middle = ends.mean()
        below = training_log_odds(training, middle) < wanted
        return jnp.where(below, jnp.stack([middle, ends[1]]), jnp.stack([ends[0], middle])), None

    ends, _ = jax.lax.scan(halve, jnp.stack([jnp.zeros_like(most), most]), length=_HALVINGS)
    found = jax.lax.stop_gradient(ends.mean())
    value, slope = jax.value_and_grad(training_log_odds, argnums=1)(training, found)
    return nan_unless((wanted >= start) & (p < 1), found + (wanted - value) / slope)


def reference_time(training: ReferenceTraining, progress: Number, questions: Number = 1) -> Float[Array, ""]:
    r"""Return the time $n\int_0^X\bigl(1+e^{F(p_A)}\bigr)dX$ that training takes to X, by Gauss's rule.

    Args:
        training: The learner and its references.
        progress: X, from 0 on.
        questions: n, whose mean is the loss.

    Raises:
        ValueError: n is no whole number from 1 on.

    >>> reference_time(reference_training(0.5, 0.5, classes=4, forms=16), 0.0).item()
    0.0
    """
    n = check_count(questions, "questions", 1)
    nodes = progress * (_NODES + 1) / 2
    odds = jnp.exp(jax.vmap(lambda x: training_log_odds(training, x))(nodes))
    return n * progress / 2 * (_WEIGHTS * (1 + odds)).sum()
