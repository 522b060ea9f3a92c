"""The partition lattice of finitely many outputs. A partition is an array of labels, one for each output."""

import math

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Bool, Float, Int

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import LOG2E, nan_unless
from infoloop.probability.validation import check_int

_MOST = 12  # Bell(12) is 4 213 597; the next one needs more than a gigabyte


@host_only
@kinds_checked
def partitions(n: int) -> Int[np.ndarray, "partitions n"]:
    r"""Return all partitions of finitely many outputs, one a row, as restricted growth strings in lexicographic order.

    Row $a$ puts output $i$ into block $a_i$, where $a_0=0$ and $a_i\le1+\max_{j<i}a_j$. There are Bell($n$) rows:
    1, 2, 5, 15, 52, 203, 877, 4140, ... (Knuth, TAOCP 7.2.1.5).

    Args:
        n: How many outputs, from 1 to 12.

    Returns:
        A NumPy array of labels, int32: the first row is the coarsest partition, the last the finest.

    Raises:
        ValueError: Unless `n` is a whole number from 1 to 12.

    >>> partitions(3).tolist()
    [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [0, 1, 2]]
    """
    if check_int(n, "outputs") > _MOST:
        raise ValueError(f"outputs is {n}: their partitions do not fit in memory, give at most {_MOST}")
    rows = np.zeros((1, 1), np.int32)
    for _ in range(n - 1):
        choices = rows.max(1) + 2
        last = np.arange(choices.sum()) - np.repeat(choices.cumsum() - choices, choices)
        rows = np.column_stack([np.repeat(rows, choices, axis=0), last.astype(np.int32)])
    return rows


def labelling(labels: Int[Numbers, "*outputs"], shape: tuple[int, ...], what: str) -> Int[np.ndarray, "*outputs"]:
    """Return labels as block numbers 0, 1, 2, ..., in the order of the labels.

    Args:
        labels: One whole number from 0 on for each output.
        shape: The shape that the labels must have, that of the outputs.
        what: What they are, for the message of an error.

    Returns:
        A NumPy array of that shape.

    Raises:
        ValueError: For another shape, and for labels that are not whole numbers from 0 on.

    >>> labelling([7, 2, 7], (3,), "task").tolist()
    [1, 0, 1]
    """
    try:
        seen = np.asarray(labels)
    except ValueError:
        raise ValueError(f"{what} is not a table of labels: give one whole number for each output") from None
    if seen.shape != shape:
        raise ValueError(f"{what} has labels of shape {seen.shape} for outputs of shape {shape}: give one for each")
    if seen.dtype.kind not in "biu" or (seen < 0).any():
        raise ValueError(f"{what} has the labels {seen.tolist()}: the block of an output is a whole number from 0 on")
    return np.unique(seen, return_inverse=True)[1].reshape(shape)


@kinds_checked
def meet(a: Int[Numbers, " outputs"], b: Int[Numbers, " outputs"]) -> Int[Array, " outputs"]:
    r"""Return the coarsest common refinement of two partitions, $a\wedge b$.

    Two outputs are together where both partitions have them together: as signals, seeing it is seeing both. Pure;
    batches are the caller's `vmap`.

    Args:
        a: Labels, one for each output; outputs with equal labels are in one block. At least one.
        b: Labels of the same outputs.

    Returns:
        Labels 0, 1, 2, ..., numbered in order of appearance.

    Raises:
        TypeError: For different numbers of outputs.
        ValueError: For what is no list.

    >>> meet([0, 0, 1, 1], [0, 1, 1, 1]).tolist()
    [0, 1, 2, 2]
    """
    return _numbered(_together(a, "a") & _together(b, "b"))


@kinds_checked
def join(a: Int[Numbers, " outputs"], b: Int[Numbers, " outputs"]) -> Int[Array, " outputs"]:
    r"""Return the finest common coarsening of two partitions, $a\vee b$: what can be told from either one alone.

    The common part of Gács & Körner: outputs are together where steps within blocks of `a` and of `b` lead from one to
    the other. Pure; batches are the caller's `vmap`.

    Args:
        a: Labels, one for each output; outputs with equal labels are in one block. At least one.
        b: Labels of the same outputs.

    Returns:
        Labels 0, 1, 2, ..., numbered in order of appearance.

    Raises:
        TypeError: For different numbers of outputs.
        ValueError: For what is no list.

    >>> join([0, 0, 1, 2], [0, 1, 1, 2]).tolist()
    [0, 0, 0, 1]
    """
    linked = _together(a, "a") | _together(b, "b")
    for _ in range(math.ceil(math.log2(len(linked))) if len(linked) > 1 else 0):
        linked = (linked[:, :, None] & linked[None]).any(1)
    return _numbered(linked)


@kinds_checked
def refines(fine: Int[Numbers, " outputs"], coarse: Int[Numbers, " outputs"]) -> Bool[Array, ""]:
    r"""Return whether every block of one partition is inside a block of another, $\mathrm{fine}\le\mathrm{coarse}$.

    For deterministic signals this is Blackwell's order: `coarse` is then a garbling of `fine`.

    Args:
        fine: Labels, one for each output; outputs with equal labels are in one block.
        coarse: Labels of the same outputs.

    Returns:
        A scalar Boolean array, true for equal partitions too.

    Raises:
        TypeError: For different numbers of outputs.
        ValueError: For what is no list.

    >>> bool(refines([0, 1, 2], [0, 1, 1])), bool(refines([0, 1, 1], [0, 1, 2]))
    (True, False)
    """
    return (~_together(fine, "fine") | _together(coarse, "coarse")).all()


@kinds_checked
def lattice_height(labels: Int[Numbers, " outputs"], p_y: Float[Numbers, " outputs"]) -> Float[Array, ""]:
    r"""Return the height of a partition in the lattice of partitions, without unit.

    $$1-\frac{H(\sigma)}{H(Y)}=\frac{H(Y\mid\sigma)}{H(Y)}.$$

    Args:
        labels: The partition $\sigma$, one label for each output.
        p_y: The law of the outputs; any positive factor cancels.

    Returns:
        A scalar from 0, for the finest signal, to 1, for a constant one; NaN where the output is certain, since the
        ratio is then undefined, and for a negative probability.

    Raises:
        TypeError: For different numbers of outputs.
        ValueError: For what is no list.

    >>> float(lattice_height([0, 0, 1, 1], [0.25] * 4))
    0.5
    """
    p_y, together = _masses(p_y), _together(labels, "labels")
    finest = jnp.eye(len(p_y), dtype=bool)
    within = _conditional_entropy(finest, together, p_y)
    return within / _conditional_entropy(finest, jnp.ones_like(finest), p_y)


@kinds_checked
def variation_of_information(
    a: Int[Numbers, " outputs"], b: Int[Numbers, " outputs"], p_y: Float[Numbers, " outputs"]
) -> Float[Array, ""]:
    r"""Return the variation of information of two partitions, $H(a\mid b)+H(b\mid a)$, in bits (Meilă 2007).

    A metric on the partitions of outputs that all have mass. Between a signal and a task it is waste + miss. Each term
    is a sum of numbers none of which is negative.

    Args:
        a: Labels, one for each output; outputs with equal labels are in one block.
        b: Labels of the same outputs.
        p_y: The probabilities of the outputs, with sum 1, which is not checked.

    Returns:
        A scalar, at least 0, exactly 0 for equal partitions; NaN for a negative probability.

    Raises:
        TypeError: For different numbers of outputs.
        ValueError: For what is no list.

    >>> float(variation_of_information([0, 0, 1, 1], [0, 1, 0, 1], [0.25] * 4))
    2.0
    """
    a, b, p_y = _together(a, "a"), _together(b, "b"), _masses(p_y)
    return _conditional_entropy(a, b, p_y) + _conditional_entropy(b, a, p_y)


def _together(labels, what):
    labels = labels if isinstance(labels, Tracer) else jnp.asarray(labels)
    _check_list(labels, what, "label")
    return labels[:, None] == labels[None, :]


def _masses(p_y):
    p_y = jnp.asarray(p_y, float)
    _check_list(p_y, "p_y", "probability")
    return p_y


def _check_list(values, what, of):
    if values.ndim != 1:
        raise ValueError(f"{what} has shape {values.shape}: give a list, one {of} for each output")


def _numbered(together):
    first = together.argmax(1)
    return (jnp.cumsum(first == jnp.arange(len(first))) - 1)[first]


def _conditional_entropy(a, b, p_y):
    r"""Return $H(a\mid b)=\sum_yp_y\log_2\Bigl(1+\frac{P(b(y)\setminus a(y))}{P(a(y)\cap b(y))}\Bigr)$, in bits.

    Both are equivalence matrices. No term is negative, and each is exactly 0 where the block of b lies in that of a.
    """
    outside, part = (jnp.where(within, p_y, 0.0).sum(1) for within in (b & ~a, a & b))
    some = p_y != 0
    ratio = jnp.where(some, outside, 0.0) / jnp.where(some, part, 1.0)
    return nan_unless(jnp.min(p_y) >= 0, (p_y * jnp.log1p(ratio)).sum() * LOG2E)
