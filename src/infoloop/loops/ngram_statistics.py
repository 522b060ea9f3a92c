r"""Models of text refit on text, enumerated: what can be estimated from a text, and which texts say the same.

A text is a prompt (the context it starts in) and `length` symbols; the context after symbol b in context c is number
$(ck+b)\bmod C$, with $C=k^{\text{order}}$ contexts of k symbols. A model has a row, a law of the next symbol, for each.
"""

from fractions import Fraction
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from infoloop.probability.array_types import Numbers
from infoloop.probability.channel_families import compositions
from infoloop.probability.decimals import RationalLike, shortest_decimal


class Estimates(NamedTuple):
    """The rows that can be estimated from a text, and which of them each vector of counts gives.

    Attributes:
        laws: The possible rows, each a law of the next symbol.
        number: `number[code(counts, length)]` is the place in `laws` of what the counts give; -1 where counts of zero
            leave the row as it was.
        uniform: The place in `laws` of the uniform row.
    """

    laws: Float[np.ndarray, "rows symbols"]
    number: Int[np.ndarray, "codes"]
    uniform: int


class Statistics(NamedTuple):
    """The sufficient statistics of texts: those with equal prompt and counts are equally likely in every model.

    Attributes:
        prompt: The context that the texts start in.
        counts: How often each symbol follows each context.
        ways: How many texts have these.
    """

    prompt: Int[np.ndarray, "statistics"]
    counts: Int[np.ndarray, "statistics contexts symbols"]
    ways: Int[np.ndarray, "statistics"]


def estimates(length: int, num_symbols: int, alpha: RationalLike) -> Estimates:
    r"""Return the rows that add-alpha smoothing can estimate from a text, each once, and the uniform row.

    A row is $\frac{c_b+\alpha}{n+k\alpha}$, counts c of total $n\le$ `length`; rows are compared as fractions.

    Args:
        length: Symbols of a text.
        num_symbols: Size k of the alphabet.
        alpha: Imagined symbols of each kind, at least 0; at 0 nothing is estimated from n = 0. A float is its shortest
            decimal: 0.1 is 1/10.

    >>> estimates(1, 2, 0.0).laws.tolist()
    [[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]]
    """
    counts = np.concatenate([compositions(n, num_symbols) for n in range(length + 1)])
    imagined = shortest_decimal(alpha, "alpha")
    rows = [_smoothed([int(c) for c in row], imagined) for row in counts]
    uniform = (Fraction(1, num_symbols),) * num_symbols
    distinct = sorted({uniform, *(row for row in rows if row)})
    place = {row: i for i, row in enumerate(distinct)}
    number = np.full((length + 1) ** num_symbols, -1)
    number[code(counts, length)] = [place[row] if row else -1 for row in rows]
    return Estimates(np.array(distinct, float), number, place[uniform])


def _smoothed(counts: list[int], alpha: Fraction) -> tuple[Fraction, ...]:
    total = sum(counts) + len(counts) * alpha
    return tuple((c + alpha) / total for c in counts) if total else ()


def code(counts: Int[np.ndarray | Array, "*batch symbols"], length: int) -> Int[np.ndarray | Array, "*batch"]:
    """Return one number for the counts of the symbols along the last axis.

    Args:
        counts: Counts, none above `length`.
        length: Symbols of a text; the counts are the digits of the code to the base `length` + 1, the first the least.

    >>> code(np.array([[1, 0], [1, 2]]), 2).tolist()
    [1, 7]
    """
    return counts @ (length + 1) ** np.arange(counts.shape[-1])


def statistics(length: int, num_symbols: int, contexts: int) -> Statistics:
    """Return the sufficient statistics of all texts, and how many texts have each.

    All `num_symbols ** length` texts are enumerated for every prompt.

    Args:
        length: Symbols of a text.
        num_symbols: Size of the alphabet.
        contexts: Number of contexts, a power of it.

    >>> statistics(2, 2, 1).counts[:, 0].tolist(), statistics(2, 2, 1).ways.tolist()
    ([[0, 2], [1, 1], [2, 0]], [1, 2, 1])
    """
    written = np.stack(np.unravel_index(np.arange(num_symbols**length), (num_symbols,) * length), axis=1)
    context = np.broadcast_to(np.arange(contexts)[:, None], (contexts, len(written)))
    counts = np.zeros((*context.shape, contexts, num_symbols), int)
    prompt, text = np.indices(context.shape)
    for symbol in written.T:
        counts[prompt, text, context, symbol] += 1
        context = (context * num_symbols + symbol) % contexts
    prompts_and_counts = np.concatenate([prompt[..., None], counts.reshape(*prompt.shape, -1)], axis=-1)
    kinds, ways = np.unique(prompts_and_counts.reshape(-1, prompts_and_counts.shape[-1]), axis=0, return_counts=True)
    return Statistics(kinds[:, 0], kinds[:, 1:].reshape(-1, contexts, num_symbols), ways)


def text_probabilities(
    rows: Float[Numbers, "*batch contexts symbols"], prompt: Float[Numbers, "contexts"], found: Statistics
) -> Float[Array, "*batch statistics"]:
    r"""Return the probability of each statistic u under a model.

    $P(u\mid\text{model})=w_u\,\pi(c_u)\prod_{c,b}r_{cb}^{n_u(c,b)}$, with $w_u$ texts of the prompt $c_u$.

    Args:
        rows: The model r: a law of the next symbol for each context.
        prompt: The law $\pi$ of the context that a text starts in.
        found: The statistics u.

    >>> text_probabilities(jnp.array([[0.25, 0.75]]), jnp.ones(1), statistics(2, 2, 1)).tolist()
    [0.5625, 0.375, 0.0625]
    """
    powers = jnp.asarray(rows)[..., None, :, :] ** found.counts
    return jnp.asarray(found.ways) * jnp.asarray(prompt)[found.prompt] * powers.prod((-2, -1))


def digits(
    numbers: Int[np.ndarray | Array, "*batch"], base: int, count: int
) -> Int[np.ndarray | Array, "*batch digits"]:
    """Return the `count` digits of each number to a base, the first the most significant.

    >>> digits(np.array([5]), 3, 2).tolist()
    [[1, 2]]
    """
    return numbers[..., None] // base ** np.arange(count)[::-1] % base


def refit_counts(
    numbers: Int[np.ndarray | Array, "*batch"],
    counts: Int[np.ndarray | Array, "*batch contexts symbols"],
    known: Estimates,
    length: int,
) -> Int[Array, "*batch"]:
    """Return the numbers of the models after a text: rows that it never visits stay, the others are estimated.

    Args:
        numbers: The models before; a model's `digits` to the base `len(known.laws)` are the places of its rows.
        counts: The text's counts; its leading axes and `numbers` broadcast.
        known: The rows that can be estimated.
        length: Symbols of a text.

    >>> known = estimates(1, 2, 0.0)
    >>> int(refit_counts(np.array(4), np.array([[1, 0], [0, 0]]), known, 1))
    7
    """
    base, contexts = len(known.laws), counts.shape[-2]
    seen = jnp.asarray(known.number)[code(counts, length)]
    after = jnp.where(seen < 0, digits(numbers, base, contexts), seen)
    return (after * base ** np.arange(contexts)[::-1]).sum(-1)
