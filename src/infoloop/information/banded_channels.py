"""Channels from a variable to one of the same size that move it by a few values at most, kept as their band."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.core import Tracer
from jax.typing import DTypeLike
from jaxtyping import Float

from infoloop.information.memory_limits import check_memory
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Names, as_names
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_distinct, check_floats, check_int, check_probabilities

_AT_ONCE = 8  # diagonals that are added in one pass over a table


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class BandedChannel:
    """`band[z, k] = K(z + lowest + k | z)`: a row for each state, its other entries 0; with a leading axis, many bands.

    What would lead out of the states is 0 too. The class checks nothing, traced or not; `banded_channel` does.
    """

    band: Float[Array, ...]
    lowest: int = field(metadata={"static": True})
    source: tuple[str, ...] = field(metadata={"static": True})
    target: tuple[str, ...] = field(metadata={"static": True})

    def dense(self) -> Channel:
        """Return it as a `Channel`, with all its zeros.

        Raises:
            ValueError: Where the rows would not fit into the device's memory; the message says their size.

        >>> banded_channel([[0.5, 0.5], [1.0, 0.0]], 0, "Z", "next").dense().rows.tolist()
        [[0.5, 0.5], [0.0, 1.0]]
        """
        states, width = self.band.shape[-2:]
        cells = self.band.size // width * states
        check_memory(f"a dense channel of {states:,} states", cells, self.band.dtype, "keep the band")
        start = jnp.broadcast_to(jnp.eye(states, dtype=self.band.dtype), (*self.band.shape[:-2], states, states))
        return Channel(shifted(start, diagonals(self.band, self.lowest), self.lowest), self.source, self.target)


@kinds_checked
def banded_channel(
    band: Float[Numbers, "states width"], lowest: int, source: Names, target: Names, dtype: DTypeLike | None = None
) -> BandedChannel:
    r"""Return the channel $K(z+l+k\mid z)=b_{zk}$, which moves a state by $l,\ldots,l+w-1$ and is 0 elsewhere.

    Args:
        band: A row b of w numbers for each state, so that a step costs w and not the number of states for each cell.
        lowest: The least move, l, which may be negative.
        source: The name of the variable.
        target: The name of what it becomes, which has as many states.
        dtype: As in `channel`.

    Returns:
        The channel. Where the band is traced and no law, by the same rule as below, it is NaN.

    Raises:
        ValueError: Where a row is no law (see `channel`), or leads out of the states; for two sources or targets.

    >>> walk = banded_channel([[0.0, 0.5, 0.5], [0.25, 0.5, 0.25], [0.5, 0.5, 0.0]], -1, "Z", "next")
    >>> walk.dense().rows.tolist()
    [[0.5, 0.5, 0.0], [0.25, 0.5, 0.25], [0.0, 0.5, 0.5]]
    """
    source, target = as_names(source), as_names(target)
    check_distinct(source + target, "banded channel")
    seen = check_floats(band, "band", dtype)
    if len(source) != 1 or len(target) != 1 or seen.ndim != 2:
        raise ValueError(f"band has shape {seen.shape}, from {source} to {target}: give one row a state, and two names")
    lowest = check_int(lowest, "lowest", -len(seen))
    rows = check_probabilities(seen, "band", 1, dtype)
    reached = np.arange(len(seen))[:, None] + lowest + np.arange(seen.shape[1])
    leaving = ((reached < 0) | (reached >= len(seen))) & (seen != 0)
    if isinstance(leaving, Tracer):
        return BandedChannel(nan_unless(~leaving.any(), rows), lowest, source, target)
    if leaving.any():
        state, place = (int(i) for i in np.argwhere(leaving)[0])
        raise ValueError(
            f"band leads from state {state} to {reached[state, place]}, and there are {len(seen)} states: "
            "let the rows at the ends stay inside"
        )
    return BandedChannel(rows, lowest, source, target)


def diagonals(band: Float[Array, "*many states width"], lowest: int) -> Float[Array, "*many width states"]:
    """Return for each move the probability with which it ends in each state, as `shifted` takes it.

    >>> diagonals(jnp.array([[0.5, 0.5], [1.0, 0.0]]), 0).tolist()
    [[0.5, 1.0], [0.0, 0.5]]
    """
    states, width = band.shape[-2:]
    from_states = jnp.arange(states) - lowest - jnp.arange(width)[:, None]
    inside = (from_states >= 0) & (from_states < states)
    moves = jnp.arange(width)[:, None]
    return jnp.where(inside, band[..., jnp.where(inside, from_states, 0), moves], 0.0)


def shifted(
    table: Float[Array, "*many rows states"], ends: Float[Array, "*#many width states"], lowest: int
) -> Float[Array, "*many rows states"]:
    r"""Return the laws one step later, $p'_{xz}=\sum_kp_{x,z-l-k}\,d_{kz}$, for the diagonals d of a band.

    >>> shifted(jnp.array([[1.0, 0.0]]), diagonals(jnp.array([[0.5, 0.5], [1.0, 0.0]]), 0), 0).tolist()
    [[0.5, 0.5]]
    """
    width, states = ends.shape[-2:]
    groups = -(-width // _AT_ONCE)
    each = min(width, _AT_ONCE)
    spare = groups * each - width
    before, after = max(lowest + width - 1 + spare, 0), max(-lowest, 0)
    zeros = [(0, 0)] * (table.ndim - 1)
    wide = jnp.pad(table, [*zeros, (before, after)])
    ends = jnp.pad(ends, [(0, 0)] * (ends.ndim - 2) + [(0, spare), (0, 0)])

    def add(group, total):
        for k in range(each):
            move = group * each + k
            window = lax.dynamic_slice_in_dim(wide, before - lowest - move, states, axis=-1)
            total = total + window * lax.dynamic_slice_in_dim(ends, move, 1, axis=-2)
        return total

    if groups == 1:
        return add(0, jnp.zeros_like(table))
    return lax.scan(lambda total, group: (add(group, total), None), jnp.zeros_like(table), jnp.arange(groups))[0]
