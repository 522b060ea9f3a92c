"""Long Markov chains: what is left of an information after each of many channels, without any joint table."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.information.banded_channels import BandedChannel
from infoloop.information.chain_informations import AT_ONCE, later_informations
from infoloop.information.measures import check_joint, mutual_information
from infoloop.information.memory_limits import check_memory
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, Names, as_names, marginal
from infoloop.probability.law_measures import Law
from infoloop.probability.validation import check_int, check_kind, check_same_sizes


@kinds_checked
def information_along(
    p: Law, x: Names, link: Channel | BandedChannel, steps: int | None = None
) -> Float[Array, " states"]:
    r"""Return the information that is left after each link of a Markov chain, $I(X;Z_t)$ for $t=0,\ldots,T$, in bits.

    $Z_0$ is the link's source in `p`, and each link makes the next $Z$. Costs T products of a $|X|\times|Z|$ with a
    $|Z|\times|Z|$ table, or with a band of w moves, $T\,|X|\,|Z|\,w$ operations. Memory: what is given, three tables
    of $|X|\times|Z|$ and a few of at most $2^{20}$ cells, as the rows of a larger table are followed in blocks. A slope
    by reverse mode (`jax.grad`) keeps T tables.

    Args:
        p: The law of X and $Z_0$, a `Joint` or `BayesNet`; other variables are summed out.
        x: One name or several, without the link's source; or that source alone, for $I(Z_0;Z_t)$.
        link: A channel from one variable to one of the same size, used `steps` times; or T different ones, as `rows`
            with a leading axis of length T. A `BandedChannel` for many states, of which each leads to few.
        steps: How often one link is used, T, at least 0; to be left out where the rows have a leading axis.

    Returns:
        T + 1 informations, each at least 0; the first is $I(X;Z_0)$.

    Raises:
        ValueError: Where the link's two alphabets differ, so that it cannot be repeated, or differ from that of $Z_0$;
            for `steps` with different links, or one link without; for a variable that the law does not have, a source
            that is in `x` beside others, a law without a table of floats, and what would not fit into the memory of the
            device, before any of it is made.
        TypeError: For a link that is no channel.

    >>> from infoloop.probability.distributions import joint
    >>> from infoloop.probability.channel_families import bsc
    >>> start = joint([[0.5, 0], [0, 0.5]], "X", "Z")
    >>> [round(float(i), 6) for i in information_along(start, "X", bsc(0.1, "Z", "next"), steps=2)]
    [1.0, 0.531004, 0.319923]
    """
    check_kind(link, (Channel, BandedChannel), "link")
    lowest = link.lowest if isinstance(link, BandedChannel) else None
    rows = link.rows if isinstance(link, Channel) else link.band
    if len(link.source) != 1 or len(link.target) != 1 or rows.ndim not in (2, 3) or not _repeatable(link):
        raise ValueError(f"a link of shape {rows.shape} cannot be repeated: give one source and a target of its size")
    if (steps is None) != (rows.ndim == 3):
        raise ValueError("give steps=... with one link, and a leading axis of links without steps")
    steps = steps if steps is None else check_int(steps, "steps", 0)
    table = _start(p, as_names(x), link.source[0], rows)
    first = mutual_information(Joint(table, ("X", "Z")), "X", "Z")
    later = later_informations(table, rows, steps, lowest)
    return jnp.concatenate([first[None], later])


def _repeatable(link):
    return isinstance(link, BandedChannel) or link.rows.shape[-2] == link.rows.shape[-1]


def _start(p, x, source, rows):
    """Return the law of X and Z_0 as a table, if it and what is made of it fit into memory."""
    law = check_joint(marginal(p, source) if x == (source,) else marginal(p, *x, source))
    states = law.table.shape[-1]
    check_same_sizes({source: states}, {source: rows.shape[-2]}, "law")
    others = states if x == (source,) else law.table.size // states
    check_memory(
        f"a chain of {others:,} by {states:,} cells",
        rows.size + 3 * others * states + 4 * min(others * states, max(AT_ONCE, states)),
        law.table.dtype,
        "give an X of fewer values, a link as a banded_channel, or fewer states",
    )
    return jnp.diag(law.table) if x == (source,) else law.table.reshape(-1, states)
