r"""How well a log-linear learner transfers from labels of any granularity, at equal accuracy, in closed form.

The learner is that of `transfer_at_accuracy`: C classes of M outputs, all equally likely at first. A label that leaves
g whole classes keeps their outputs alike, so that the log-odds of their mass move by the same share $\rho$ in the
held-out domain; of that mass the right class has 1/g. Labels that leave k outputs of a class are `reference_locking`.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.learning.reference_locking import held_out_log_odds, progress_at, reference_training
from infoloop.learning.transfer_at_accuracy import held_out_accuracy, transfer_share
from infoloop.probability.array_types import Number
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_finite, check_int, check_unit_interval


def accuracy_from_group(
    accuracy: Number, shared: Number, own: Number, classes: int, forms: int, group: int = 1
) -> Float[Array, ""]:
    r"""Return the held-out $p_B$ at $p_A$ of a label of g classes: $F(gp_B)=F(\frac gC)+\rho(F(gp_A)-F(\frac gC))$.

    Args:
        accuracy: $p_A$ on the class that is right, in the domain of training; NaN from 1/g on, which it never reaches.
        shared: $\alpha\ge0$, the kernel weight of a class in both domains.
        own: $\delta\ge0$, of a question's own output.
        classes: C, from 2 on.
        forms: M, outputs a class.
        group: g, classes that the label leaves, from 1 to C - 1.

    Raises:
        ValueError: One of them is out of its range.

    >>> accuracy_from_group(0.4, 0.5, 0.5, classes=4, forms=4, group=2).round(3).item()
    0.376
    """
    c, g = check_int(classes, "classes", 2), check_int(group, "group")
    if g >= c:
        raise ValueError(f"group is {g} of {c} classes: give fewer, since a label of all tells nothing")
    p, share = check_unit_interval(accuracy, "accuracy"), transfer_share(shared, own, forms)
    together = jnp.where(g * p < 1, g * p, 0.5)
    return nan_unless(g * p < 1, held_out_accuracy(together, g / c, share) / g)


def accuracy_from_part(
    accuracy: Number, shared: Number, own: Number, classes: int, forms: int, outputs: int = 1
) -> Float[Array, ""]:
    r"""Return the held-out $p_B$ at $p_A$ of a label that leaves k outputs of a class; without own features $p_A$.

    Args:
        accuracy: $p_A$, from 1/C to below 1.
        shared: $\alpha>0$.
        own: $\delta\ge0$.
        classes: C, from 2 on.
        forms: M, outputs a class.
        outputs: k, from 1 to M.

    Raises:
        ValueError: One of them is out of its range.

    >>> accuracy_from_part(0.8, 0.5, 0.5, classes=4, forms=4).round(3).item()
    0.619
    """
    delta = check_finite(own, "own", 0)
    training = reference_training(shared, jnp.where(delta > 0, delta, 1.0), classes, forms, outputs, 1 / classes)
    part = jax.nn.sigmoid(held_out_log_odds(training, progress_at(training, accuracy)))
    return jnp.where(delta > 0, part, jnp.asarray(accuracy, float))


def accuracy_from_label(
    accuracy: Number, shared: Number, own: Number, classes: int, forms: int, group: int, outputs: int
) -> Float[Array, ""]:
    r"""Return the held-out $p_B$ at $p_A$ of a label that leaves g whole classes, or k outputs of one.

    Args:
        accuracy: $p_A$.
        shared: $\alpha>0$.
        own: $\delta\ge0$.
        classes: C, from 2 on.
        forms: M, outputs a class.
        group: g; 1 for a label of some outputs of a class.
        outputs: k outputs of each of these classes; all M of them where g is above 1.

    Raises:
        ValueError: One of them is out of its range.

    >>> accuracy_from_label(0.4, 0.5, 0.5, classes=4, forms=4, group=2, outputs=4).round(3).item()
    0.376
    """
    if group > 1 and outputs != forms:
        raise ValueError(f"outputs is {outputs} of {forms} with a group of {group} classes: give all, or one class")
    if outputs < forms:
        return accuracy_from_part(accuracy, shared, own, classes, forms, outputs)
    return accuracy_from_group(accuracy, shared, own, classes, forms, group)


def label_bits(classes: int, forms: int, group: int, outputs: int) -> float:
    r"""Return $\log_2\frac{CM}{gk}$, bits of a label that leaves g classes, or one and k of its M outputs.

    >>> label_bits(4, 4, 2, 4), label_bits(4, 4, 1, 1)
    (1.0, 4.0)
    """
    return float(np.log2(classes * forms / (group * outputs)))
