"""Every partition of the outputs as a signal against every partition as a task, a few tasks at a time."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Float, Int

from infoloop.information.partition_lattice import labelling, partitions
from infoloop.information.signal_efficiency import Efficiency, quotient
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import LOG2E, information_terms
from infoloop.probability.validation import require_float64

_MOST = 2**26  # signals times sets of outputs: half a gigabyte of float64


@host_only
@kinds_checked
def every_efficiency(
    weights: Float[Numbers, " outputs"],
    reduce: Callable[[Efficiency], Any],
    signals: Int[Numbers, "signals outputs"] | None = None,
    tasks: Int[Numbers, "tasks outputs"] | None = None,
    batch: int = 36,
) -> Any:
    r"""Return a summary of the `Efficiency` of all signals, for every task, where both are partitions of the outputs.

    No pair is computed from its own table. A block $A$ of a signal adds to the gain against a task $\pi$
    $$\sum_{B\in\pi}P(AB)\log_2\frac{P(AB)}{P(A)P(B)}-\bigl(P(AB)-P(A)P(B)\bigr)\log_2e,$$
    and $\sum_BP(AB)\log_2\bigl(1+\frac{P(B\setminus A)}{P(AB)}\bigr)$ to the waste, likewise to the miss. There are
    only $2^n$ blocks, so that a pair costs a sum over the blocks of its signal, and all pairs a product of matrices.
    Every summand is non-negative: nothing is a difference of entropies.

    Args:
        weights: Probabilities of the outputs, or counts: only ratios matter, and whole numbers make independence, and
            so a gain of 0, exact.
        reduce: Maps the `Efficiency` of one task, whose fields are arrays over the signals in bits (`eta` and `recall`
            without unit, NaN where undefined), to a tree of arrays. It is jitted; what it drops is never in memory for
            more than `batch` tasks.
        signals: Labels of the outputs, one partition a row; by default all of `partitions(len(weights))`.
        tasks: The same for the tasks.
        batch: Tasks that are computed together.

    Returns:
        What `reduce` returned, with the tasks stacked along a new leading axis.

    Raises:
        ValueError: For weights that are negative, infinite or all 0; for rows that are not partitions of the outputs
            (one whole number from 0 on for each); for more than 2**26 blocks, signals times 2**outputs (all signals of
            10 outputs); and, where all partitions are asked for, for more than 12 outputs.

    >>> found = every_efficiency([1, 1, 1, 1], lambda e: {"best": e.eta[1:].max(), "signals": e.gain.size})
    >>> found["best"].shape, int(found["signals"][0])
    ((15,), 15)
    """
    weights = _weights(weights)
    everything = partitions(len(weights)) if signals is None or tasks is None else None
    signals, tasks = (_blocks(everything if rows is None else rows, len(weights)) for rows in (signals, tasks))
    cells = len(signals) * 2 ** len(weights)
    if cells > _MOST:
        raise ValueError(
            f"{len(signals)} signals on {len(weights)} outputs have a table of {cells} blocks: "
            f"give fewer signals at a time, so that it has at most {_MOST}"
        )
    return _stream(jnp.asarray(weights), jnp.asarray(signals), jnp.asarray(tasks), reduce, batch)


def _weights(weights: Float[Numbers, " outputs"]) -> np.ndarray:
    seen = np.asarray(weights, require_float64(np.float64(0), "weights"))
    if seen.ndim != 1 or not (seen >= 0).all() or not 0 < seen.sum() < np.inf:
        raise ValueError(f"weights are {seen}: give one number from 0 on for each output, not all 0")
    return seen


def _blocks(rows, outputs):
    """Return the blocks of each partition as sets of outputs, bit y for output y; a coarse partition has empty ones."""
    rows = np.asarray(rows)
    if rows.ndim != 2 or rows.shape[1] != outputs:
        raise ValueError(f"partitions have shape {rows.shape}: give one row each, with {outputs} labels")
    labels = rows
    if rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= outputs:
        labels = np.stack([labelling(row, (outputs,), "partition") for row in rows])
    member = labels[:, None, :] == np.arange(outputs)[:, None]
    return member @ (1 << np.arange(outputs))


@functools.partial(jax.jit, static_argnames=("reduce", "batch"))
def _stream(weights, signals, tasks, reduce, batch):
    n = len(weights)
    sets = jnp.arange(2**n)
    mass = jnp.where(sets[:, None] >> jnp.arange(n) & 1 == 1, weights, 0.0).sum(1)
    used = jnp.zeros((len(signals), 2**n), mass.dtype).at[jnp.arange(len(signals))[:, None], signals].set(1.0)
    speaks = (mass[signals] > 0).sum(1) > 1

    def against(task):
        gain, waste, miss = (used @ _parts(mass, task)).T
        asks = (mass[task] > 0).sum() > 1
        eta = jnp.where(speaks, quotient(gain, gain + waste), jnp.nan)
        return reduce(Efficiency(gain, waste, miss, eta, jnp.where(asks, quotient(gain, gain + miss), jnp.nan)))

    return lax.map(against, tasks, batch_size=batch)


def _parts(mass, task):
    """Return what each set of outputs, as a block of a signal, adds to gain, waste and miss: `[set, part]`, in bits."""
    total = mass[-1]
    block = jnp.arange(len(mass))[:, None]
    both, left, right = mass[block & task], mass[block], mass[task]
    gain = information_terms(both * total, jnp.ones_like(total), left, right) / total**2
    outside = mass[~block & task], mass[block & ~task]
    waste, miss = (both * jnp.log1p(rest / jnp.where(both > 0, both, 1.0)) * (LOG2E / total) for rest in outside)
    return jnp.stack([gain.sum(1), waste.sum(1), miss.sum(1)], 1)
