r"""What the log-linear learner does on the rungs of the ladder, in closed form: S69 to S72 by the names of signals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from infoloop.learners.signal_ladder import LADDER_DEFAULTS, LadderSettings
from infoloop.learning.label_transfer import accuracy_from_group, accuracy_from_part
from infoloop.probability.host_functions import host_only
from infoloop.probability.validation import check_choice

if TYPE_CHECKING:
    import xarray

PREDICTED_SIGNALS = ("house", "own", "some", "all", "class", "verdict")


def predicted_accuracy(
    signal: str,
    accuracy: Sequence[float] | Float[ArrayLike, "looks"],
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
    [0.619, 0.709]
    """
    check_choice(signal, "signal", PREDICTED_SIGNALS)
    told = jnp.asarray(accuracy, float)
    if shared == 0:
        return jnp.full(told.shape, 1 / classes)
    if signal in ("house", "own", "some"):
        k = min(settings.some, forms) if signal == "some" else 1
        return jax.vmap(lambda p: accuracy_from_part(p, shared, own, classes, forms, k))(told)
    return jax.vmap(lambda p: accuracy_from_group(p, shared, own, classes, forms))(told)


@host_only
def measured_and_predicted(
    table: "xarray.Dataset", signal: str, shared: float, forms: int, settings: LadderSettings = LADDER_DEFAULTS
) -> tuple[Float[np.ndarray, "looks"], Float[np.ndarray, "looks"], Float[np.ndarray, "looks"]]:
    """Return trained accuracy, held-out accuracy, and what it is predicted to be, at each look after the first.

    Args:
        table: Curves of `ladder_measures.AT_LOOKS` of a log-linear learner, which begins at 1/C.
        signal: One of `PREDICTED_SIGNALS`.
        shared: Kernel weight of a class in all domains; that of a question's own output is the rest to 1.
        forms: M, right outputs a question.
        settings: What the rungs are made of.

    Raises:
        ValueError: The signal has no closed form, or a number is out of its range.

    >>> import xarray
    >>> curves = {"trained_curve": [[0.25, 0.8]], "held_out_curve": [[0.25, 0.7]]}
    >>> table = xarray.Dataset({k: (("signal", "step"), v) for k, v in curves.items()}, {"signal": ["class"]})
    >>> [round(x.item(), 3) for x in measured_and_predicted(table, "class", 0.5, 4)]
    [0.8, 0.7, 0.709]
    """
    curves = table.sel(signal=signal)
    trained, held_out = curves.trained_curve.values, curves.held_out_curve.values
    classes = round(1 / float(held_out[0]))
    line = predicted_accuracy(signal, trained[1:], shared, 1 - shared, classes, forms, settings)
    return trained[1:], held_out[1:], np.asarray(line)
