r"""What the log-linear learner does on the rungs of the ladder, in closed form: S69 to S72 by the names of signals."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.learners.signal_ladder import LADDER_DEFAULTS, LadderSettings
from infoloop.learning.label_transfer import accuracy_from_group, accuracy_from_part
from infoloop.probability.validation import check_choice

PREDICTED_SIGNALS = ("house", "own", "some", "all", "class", "verdict")


def predicted_accuracy(
    signal: str,
    accuracy: Sequence[float] | Float[Array, "looks"],
    shared: float,
    own: float,
    classes: int,
    forms: int,
    settings: LadderSettings = LADDER_DEFAULTS,
) -> Float[Array, "looks"]:
    r"""Return held-out accuracy at accuracies on trained questions, of gradient flow from a uniform base.

    References of k forms follow `accuracy_from_part`; all of them, the class label and the exact verdict
    `accuracy_from_group`. Without a shared feature, as in a table, it stays at 1/C.

    Args:
        signal: One of `PREDICTED_SIGNALS`; others have no closed form here.
        accuracy: $p_A$, from 1/C to below 1.
        shared: $\alpha\ge0$, kernel weight of a class in all domains.
        own: $\delta\ge0$, of a question's own output.
        classes: C.
        forms: M, right outputs a question.
        settings: What the rungs are made of.

    Raises:
        ValueError: The signal has no closed form, or a number is out of its range.

    >>> [predicted_accuracy(s, [0.8], 0.5, 0.5, 4, 4).round(3).item() for s in ("own", "class")]
    [0.619, 0.71]
    """
    check_choice(signal, "signal", PREDICTED_SIGNALS)
    told = jnp.asarray(accuracy, float)
    if shared == 0:
        return jnp.full(told.shape, 1 / classes)
    if signal in ("house", "own", "some"):
        k = min(settings.some, forms) if signal == "some" else 1
        return jax.vmap(lambda p: accuracy_from_part(p, shared, own, classes, forms, k))(told)
    return jax.vmap(lambda p: accuracy_from_group(p, shared, own, classes, forms))(told)
