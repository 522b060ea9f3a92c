r"""Models of text refit on text, enumerated: what can be estimated from a text, and which texts say the same.

A text is a prompt (the context it starts in) and `length` symbols; the context after symbol b in context c is number
$(ck+b)\bmod C$, with $C=k^{\text{order}}$ contexts of k symbols. A model has a row, a law of the next symbol, for each.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.probability.channel_families import compositions


class Estimates(NamedTuple):
    """`laws[i, b]` are the rows that can be estimated; `number[code(counts)]` is the one that the counts give.

    `uniform` is the number of the uniform row; -1 stands for a row that counts of zero leave as it was.
    """

    laws: np.ndarray
    number: np.ndarray
    uniform: int


class Statistics(NamedTuple):
    """Texts that are equally likely in every model: `ways[u]` of them have `prompt[u]` and `counts[u, context, b]`."""

    prompt: np.ndarray
    counts: np.ndarray
    ways: np.ndarray


def estimates(length: int, num_symbols: int, alpha: float) -> Estimates:
    r"""The rows $\frac{c_b+\alpha}{n+k\alpha}$ from counts c of total $n\le$ `length`, each once, and the uniform row.

    Numbers are compared as fractions. Without smoothing nothing is estimated from n = 0.

    >>> estimates(1, 2, 0.0).laws.tolist()
    [[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]]
    """
    counts = np.concatenate([compositions(n, num_symbols) for n in range(length + 1)])
    rows = [_smoothed([int(c) for c in row], Fraction(alpha)) for row in counts]
    uniform = (Fraction(1, num_symbols),) * num_symbols
    distinct = sorted({uniform, *(row for row in rows if row)})
    place = {row: i for i, row in enumerate(distinct)}
    number = np.full((length + 1) ** num_symbols, -1)
    number[code(counts, length)] = [place[row] if row else -1 for row in rows]
    return Estimates(np.array(distinct, float), number, place[uniform])


def _smoothed(counts: list[int], alpha: Fraction) -> tuple[Fraction, ...]:
    total = sum(counts) + len(counts) * alpha
    return tuple((c + alpha) / total for c in counts) if total else ()


def code(counts, length: int):
    """One number for the counts of the symbols along the last axis, none of them above `length`.

    >>> code(np.array([[1, 0], [1, 2]]), 2).tolist()
    [1, 7]
    """
    return counts @ (length + 1) ** np.arange(counts.shape[-1])


def statistics(length: int, num_symbols: int, contexts: int) -> Statistics:
    """All texts, by prompt and counts: the sufficient statistic, and how many texts have it.

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


def text_probabilities(rows, prompt, found: Statistics) -> jax.Array:
    r"""$P(u\mid\text{model})=w_u\,\pi(c_u)\prod_{c,b}r_{cb}^{n_u(c,b)}$ for each statistic u; no unit.

    >>> text_probabilities(jnp.array([[0.25, 0.75]]), jnp.ones(1), statistics(2, 2, 1)).tolist()
    [0.5625, 0.375, 0.0625]
    """
    powers = jnp.asarray(rows)[..., None, :, :] ** found.counts
    return jnp.asarray(found.ways) * jnp.asarray(prompt)[found.prompt] * powers.prod((-2, -1))


def digits(numbers, base: int, count: int):
    """The `count` digits of each number to this base, the first the most significant.

    >>> digits(np.array([5]), 3, 2).tolist()
    [[1, 2]]
    """
    return numbers[..., None] // base ** np.arange(count)[::-1] % base


def refit_counts(numbers, counts, known: Estimates, length: int):
    """The numbers of the models after a text with these counts: rows it never visits stay, the others are estimated.

    `numbers` and the leading axes of `counts[..., context, b]` broadcast; a model's digits are the numbers of its rows.

    >>> known = estimates(1, 2, 0.0)
    >>> int(refit_counts(np.array(4), np.array([[1, 0], [0, 0]]), known, 1))
    7
    """
    base, contexts = len(known.laws), counts.shape[-2]
    seen = jnp.asarray(known.number)[code(counts, length)]
    after = jnp.where(seen < 0, digits(numbers, base, contexts), seen)
    return (after * base ** np.arange(contexts)[::-1]).sum(-1)
