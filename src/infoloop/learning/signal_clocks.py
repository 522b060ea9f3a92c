r"""How long a label of the class and a verdict take to a given accuracy, in gradient flow on log-linear features.

All C classes but the right one are equally likely, and so are the forms of each. A question has a logit for each class,
with the kernel weight $\alpha$, and one for each output, with $\delta$; the loss is the mean over n questions. So the
accuracy p of a question moves by $\dot p=\kappa p(1-p)^2$ under a label of the class, and by
$\dot p=\kappa p^2(1-p)^2$ under a verdict on the learner's own outputs (theory/7_learners.md).
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.probability.array_types import Batch
from infoloop.probability.validation import check_count, check_finite, check_positive, check_unit_interval


def label_clock(accuracy: Batch) -> Float[Array, "*batch"]:
    r"""Return $G(p)=\ln\frac p{1-p}+\frac1{1-p}$, which a label of the class moves by $\kappa$ in a unit of time.

    >>> label_clock(0.5).item()
    2.0
    """
    p = check_unit_interval(accuracy, "accuracy")
    return jnp.log(p) - jnp.log1p(-p) + 1 / (1 - p)


def verdict_clock(accuracy: Batch) -> Float[Array, "*batch"]:
    r"""Return $2\ln\frac p{1-p}+\frac1{1-p}-\frac1p$, which a verdict moves by $\kappa$ in a unit of time.

    >>> verdict_clock(0.5).item()
    0.0
    """
    p = check_unit_interval(accuracy, "accuracy")
    return 2 * (jnp.log(p) - jnp.log1p(-p)) + 1 / (1 - p) - 1 / p


def clock_rate(
    classes: Batch, questions: Batch, shared: Batch = 1.0, own: Batch = 0.0, forms: Batch = 1.0
) -> Float[Array, "*batch"]:
    r"""Return $\kappa=\Bigl(\alpha+\frac\delta M\Bigr)\frac C{(C-1)n}$, the rate of both clocks.

    Args:
        classes: C, from 2 on.
        questions: n, whose mean is the loss.
        shared: $\alpha\ge0$, of the feature of question and class.
        own: $\delta\ge0$, of the feature of one question's one output.
        forms: M, outputs a class.

    Raises:
        ValueError: One of them is out of its range.

    >>> round(clock_rate(classes=4, questions=6).item(), 12)
    0.222222222222
    """
    c, n = check_count(classes, "classes", 2), check_count(questions, "questions", 1)
    m = check_count(forms, "forms", 1)
    weights = check_finite(shared, "shared", 0), check_finite(own, "own", 0)
    return (weights[0] + weights[1] / m) * c / ((c - 1) * n)


def label_time(accuracy: Batch, base: Batch, rate: Batch) -> Float[Array, "*batch"]:
    r"""Return the time $\frac{G(p)-G(p_0)}\kappa$ that a label of the class takes from one accuracy to another.

    Args:
        accuracy: p, where it ends.
        base: $p_0$, where it starts.
        rate: $\kappa>0$, of `clock_rate`.

    Raises:
        ValueError: A probability is outside [0, 1], or the rate is not above 0.

    >>> rate = clock_rate(classes=4, questions=6)
    >>> round(label_time(0.9, 0.25, rate).item(), 1), round(verdict_time(0.9, 0.25, rate).item(), 1)
    (53.8, 81.7)
    """
    return (label_clock(accuracy) - label_clock(base)) / check_positive(rate, "rate")


def verdict_time(accuracy: Batch, base: Batch, rate: Batch) -> Float[Array, "*batch"]:
    r"""Return the time that a verdict takes, as `label_time` has it for a label of the class.

    As $\nabla p=p\nabla\ln p$, it is at least $\frac1p$ and at most $\frac1{p_0}$ times as long.

    Raises:
        ValueError: As in `label_time`.

    >>> round((verdict_time(0.9, 0.05, 1.0) / label_time(0.9, 0.05, 1.0)).item(), 1)
    2.7
    """
    return (verdict_clock(accuracy) - verdict_clock(base)) / check_positive(rate, "rate")
