"""The partition lattice of finitely many outputs. A partition is an array of labels, one for each output."""

import math

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from infoloop.probability.numerics import LOG2E
from infoloop.probability.validation import check_int

_MOST = 12  # Bell(12) is 4 213 597; the next one needs more than a gigabyte


def partitions(n: int) -> np.ndarray:
    r"""All partitions of `n` outputs, one a row, as restricted growth strings in lexicographic order.

    Row $a$ puts output $i$ into block $a_i$, where $a_0=0$ and $a_i\le1+\max_{j<i}a_j$. There are Bell($n$) rows:
    1, 2, 5, 15, 52, 203, 877, 4140, ... (Knuth, TAOCP 7.2.1.5). Raises ValueError unless `n` is from 1 to 12.

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


def labelling(labels, shape: tuple[int, ...], what: str) -> np.ndarray:
    """`labels`, one non-negative whole number for each of the outputs, as block numbers 0, 1, 2, ...; else ValueError.

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


def meet(a, b):
    r"""The coarsest common refinement $a\wedge b$: two outputs are together where both have them together.

    As signals, seeing it is seeing both. Pure; batches are the caller's `vmap`. Labels come out in order of appearance.

    >>> meet([0, 0, 1, 1], [0, 1, 1, 1]).tolist()
    [0, 1, 2, 2]
    """
    return _numbered(_together(a) & _together(b))


def join(a, b):
    r"""The finest common coarsening $a\vee b$: what can be told from either one alone (Gács-Körner).

    >>> join([0, 0, 1, 2], [0, 1, 1, 2]).tolist()
    [0, 0, 0, 1]
    """
    linked = _together(a) | _together(b)
    for _ in range(math.ceil(math.log2(len(linked))) if len(linked) > 1 else 0):
        linked = (linked[:, :, None] & linked[None]).any(1)
    return _numbered(linked)


def refines(fine, coarse):
    r"""Whether every block of `fine` is inside a block of `coarse`, $\mathrm{fine}\le\mathrm{coarse}$.

    For deterministic signals this is Blackwell's order: `coarse` is then a garbling of `fine`.

    >>> bool(refines([0, 1, 2], [0, 1, 1])), bool(refines([0, 1, 1], [0, 1, 2]))
    (True, False)
    """
    return (~_together(fine) | _together(coarse)).all()


def lattice_height(labels, p_y):
    r"""$1-\frac{H(\sigma)}{H(Y)}=\frac{H(Y\mid\sigma)}{H(Y)}$: 0 for the finest signal, 1 for a constant one; no unit.

    NaN, undefined, where the output is certain. `p_y` is the law of the outputs.

    >>> float(lattice_height([0, 0, 1, 1], [0.25] * 4))
    0.5
    """
    p_y = jnp.asarray(p_y, float)
    finest = jnp.eye(len(p_y), dtype=bool)
    within = _conditional_entropy(finest, _together(labels), p_y)
    return within / _conditional_entropy(finest, jnp.ones_like(finest), p_y)


def variation_of_information(a, b, p_y):
    r"""$H(a\mid b)+H(b\mid a)$ in bits, a metric on the partitions of outputs that all have mass (Meilă 2007).

    Between a signal and a task it is waste + miss. Each term is a sum of numbers none of which is negative.

    >>> float(variation_of_information([0, 0, 1, 1], [0, 1, 0, 1], [0.25] * 4))
    2.0
    """
    a, b, p_y = _together(a), _together(b), jnp.asarray(p_y, float)
    return _conditional_entropy(a, b, p_y) + _conditional_entropy(b, a, p_y)


def _together(labels):
    labels = labels if isinstance(labels, Tracer) else jnp.asarray(labels)
    return labels[:, None] == labels[None, :]


def _numbered(together):
    first = together.argmax(1)
    return (jnp.cumsum(first == jnp.arange(len(first))) - 1)[first]


def _conditional_entropy(a, b, p_y):
    r"""$H(a\mid b)=\sum_yp_y\log_2\Bigl(1+\frac{P(b(y)\setminus a(y))}{P(a(y)\cap b(y))}\Bigr)$.

    Both are equivalence matrices. No term is negative, and each is exactly 0 where the block of b lies in that of a.
    """
    outside, part = (jnp.where(within, p_y, 0.0).sum(1) for within in (b & ~a, a & b))
    some = p_y != 0
    ratio = jnp.where(some, outside, 0.0) / jnp.where(some, part, 1.0)
    return jnp.where(jnp.min(p_y) >= 0, (p_y * jnp.log1p(ratio)).sum() * LOG2E, jnp.nan)
