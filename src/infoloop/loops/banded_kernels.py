r"""One generation of resampling without its tails: a kernel kept by a few columns, the others by interpolation.

A row of the kernel, as a function of the count, is as smooth as its standard deviation $s$ is large. A block of at
most $2.8\,s$ columns, $s$ the least of the rows that reach it, is therefore kept by 32 of them, and the polynomial
through these gives the others: for a normal density within reach it is off by $4\cdot10^{-17}$ of the largest value in
the block, less than float64 resolves. Where rows are too narrow, near counts of 0 and n, all columns are kept.
"""

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

from infoloop.loops.binomial_resampling import pmf_by_means, stirling_errors
from infoloop.probability.array_types import Numbers

CUT = 1e-18  # mass that `banded_kernel` may drop at either end of a row: below what float64 sums resolve
_NODES = 32  # columns of a block that are kept
_DEVIATIONS = 2.8  # width of a block at most, in standard deviations
_LEAST = 1e-300  # probabilities that interpolation resolves: 1e8 times the least float
_NARROWEST = 60  # of the blocks with interpolation: a narrower one has its nodes too evenly


class ColumnBlocks(NamedTuple):
    """Neighbouring blocks of as many columns each.

    Attributes:
        starts: The first row that reaches each block.
        at_nodes: `at_nodes[b, w, k]` is the probability of node k of block b in row `starts[b] + w`.
        from_nodes: What each node adds to each column of a block; None where every column is a node.
    """

    starts: Int[Array, "blocks"]
    at_nodes: Float[Array, "blocks width nodes"]
    from_nodes: Float[Array, "nodes columns"] | None


class BandedKernel(NamedTuple):
    """A kernel without its tails: its columns up to the middle one, of which the others are the mirror."""

    runs: tuple[ColumnBlocks, ...]


class _Block(NamedTuple):
    """Some columns, from the first on, and the rows that reach them, the last one excluded."""

    first: int
    columns: int
    start: int
    end: int


def banded_kernel(n: int, heads: Float[Numbers, "n+1"], tails: Float[Numbers, "n+1"]) -> BandedKernel:
    r"""Return the kernel whose row i is the law of n draws with the mean `heads[i]`, its tails cut off.

    By Chernoff $P(C\ge c)\le e^{-D(c)}$ above the mean, and likewise below: what is dropped of a row is at most `CUT`
    at either end. Nothing is renormalised. Made on the host: the arguments may not be traced. It takes about
    1.2 kB for each count, 13 MB for n = 10 000, where the means are the counts.

    Args:
        n: Draws a generation.
        heads: Mean count of each row, rising, for the counts 0..n.
        tails: What is left of n, `n - heads`, given apart so that small ones keep their digits.

    Raises:
        ValueError: `tails` is not `heads` in the opposite order.

    >>> [run.at_nodes.shape for run in banded_kernel(4, np.arange(5), 4 - np.arange(5)).runs]
    [(1, 4, 3)]
    """
    heads, tails = np.asarray(heads, float), np.asarray(tails, float)
    if heads.shape != (n + 1,) or not np.array_equal(tails, heads[::-1]):
        raise ValueError("tails are not the heads in the opposite order: the two symbols have to be treated alike")
    blocks = list(_blocks(n, heads, tails))
    widest = max(block.end - block.start for block in blocks)
    runs = [list(run) for _, run in itertools.groupby(blocks, lambda b: (b.columns, (b.end - b.start).bit_length()))]
    with jax.ensure_compile_time_eval():  # known numbers also where a caller is traced
        errors = stirling_errors(n)
        return BandedKernel(tuple(_run(errors, heads, tails, run, widest) for run in runs))


def resample(table: Float[Array, "rows n+1"], band: BandedKernel) -> Float[Array, "rows n+1"]:
    r"""Return laws of a count after one more generation, $P_{xj}\mapsto\sum_iP_{xi}K_{ij}$.

    A probability is off by the mass that the kernel lacks, and by rounding of the largest one in its block. The upper
    columns are the lower ones of the mirrored laws, since $K_{n-i,n-j}=K_{ij}$.

    Args:
        table: A law of the count in each row.
        band: The kernel, with a row for each count 0..n.

    >>> resample(jnp.array([[0.0, 1.0, 0.0]]), banded_kernel(2, np.arange(3), 2 - np.arange(3))).round(14).tolist()
    [[0.25, 0.5, 0.25]]
    """
    rows, counts = table.shape
    half = counts // 2 + counts % 2
    both = jnp.concatenate([table, table[:, ::-1]])
    lower = jnp.concatenate([_after(both, run) for run in band.runs], axis=1)
    return jnp.concatenate([lower[:rows, :half], lower[rows:, : counts - half][:, ::-1]], axis=1)


def _after(table: jax.Array, run: ColumnBlocks) -> jax.Array:
    """Return the columns of a run after one more generation."""
    width = run.at_nodes.shape[1]

    def block(part):
        start, at_nodes = part
        window = lax.dynamic_slice_in_dim(table, start, width, axis=1)
        return jnp.matmul(window, at_nodes, precision=lax.Precision.HIGHEST)

    # one block at a time: all windows at once would take several times the table
    after = lax.map(block, (run.starts, run.at_nodes)).transpose(1, 0, 2)
    if run.from_nodes is not None:
        after = jnp.matmul(after, run.from_nodes, precision=lax.Precision.HIGHEST)
        # where products at the nodes fall below the least float, the polynomial has lost them, and may be below 0
        after = after - lax.stop_gradient(jnp.where(jnp.abs(after) < _LEAST, after, 0.0))
    return after.reshape(len(table), -1)


def _blocks(n: int, heads: np.ndarray, tails: np.ndarray):
    """Yield the blocks of the columns up to the middle one, each as wide as its rows allow."""
    spread = np.sqrt(heads * tails / n)
    widths = [4 * round(_NARROWEST / 4 * 2 ** (k / 3)) for k in range(3 * n.bit_length())]
    widths = [width for width in reversed(widths) if width <= min(_DEVIATIONS * spread.max(), n // 2)]
    starts, ends = _rows_in_reach(n, heads, tails)
    first, half = 0, n // 2 + 1
    while first < half:
        for columns in (*widths, min(_NODES, half)):
            start, end = int(starts[first]), int(ends[first + columns - 1])
            if columns <= _NODES or end <= start or columns <= _DEVIATIONS * spread[start:end].min():
                break
        yield _Block(first, columns, start, max(start, end))
        first += columns


def _rows_in_reach(n: int, heads: np.ndarray, tails: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each count the first row that reaches it or a larger one, and the first beyond all that do.

    Rows from the first of a block's first column to the second of its last one reach the block.
    """
    from scipy.special import kl_div  # here: what shows help imports this module, and does not need it

    counts = np.arange(n + 1)

    def reached(row):
        deviance = kl_div(counts, heads[row]) + kl_div(n - counts, tails[row])
        return deviance <= -math.log(CUT)

    return (
        _first_row(n + 1, lambda row: (heads[row] >= counts) | reached(row)),
        _first_row(n + 1, lambda row: (heads[row] > counts) & ~reached(row)),
    )


def _first_row(rows: int, holds: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return for each count the first row from which on a condition holds, `rows` where it never does: by bisection."""
    low, high = np.zeros(rows, int), np.full(rows, rows)
    for _ in range(rows.bit_length()):
        middle = np.minimum((low + high) // 2, rows - 1)
        there = holds(middle) | (low == high)
        low, high = np.where(there, low, middle + 1), np.where(there, np.minimum(high, np.maximum(middle, low)), high)
    return low


def _run(errors: jax.Array, heads: np.ndarray, tails: np.ndarray, run: list[_Block], widest: int) -> ColumnBlocks:
    """Return the blocks of a run; each is made in the shape of the widest window, so that one program makes all."""
    columns = run[0].columns
    nodes = _nodes(columns) if columns > _NODES else np.arange(columns)
    width = max(1, *(block.end - block.start for block in run))
    starts = np.array([min(block.start, len(heads) - width) for block in run])
    made = np.empty((len(run), width, len(nodes)))
    for block, start, at_nodes in zip(run, starts, made, strict=True):
        rows = np.minimum(start + np.arange(widest), len(heads) - 1)
        table = np.asarray(pmf_by_means(errors, heads[rows, None], tails[rows, None], block.first + nodes))
        inside = (rows >= block.start) & (rows < block.end)  # beyond, the polynomial may fall below 0
        at_nodes[:] = np.where(inside[:, None], table, 0.0)[:width]
    weights = jnp.asarray(_from_nodes(columns, nodes)) if columns > _NODES else None
    return ColumnBlocks(jnp.asarray(starts), jnp.asarray(made), weights)


def _nodes(columns: int) -> np.ndarray:
    """Return the columns nearest to Chebyshev's nodes, no two alike."""
    k = np.arange(_NODES // 2)
    angles = math.pi * (2 * k + 1) / (2 * _NODES)
    lower = np.maximum(np.rint((columns - 1) / 2 * (1 - np.cos(angles) / math.cos(angles[0]))), k).astype(int)
    return np.concatenate([lower, columns - 1 - lower[::-1]])


def _from_nodes(columns: int, nodes: np.ndarray) -> np.ndarray:
    r"""Return Lagrange's polynomials $\prod_{b\ne a}\frac{j-b}{a-b}$, a row for each node a, made of whole numbers."""
    places = nodes.tolist()
    below = [math.prod(a - b for b in places if b != a) for a in places]
    return np.array(
        [
            [math.prod(j - b for b in places if b != a) / under for j in range(columns)]
            for a, under in zip(places, below, strict=True)
        ]
    )
