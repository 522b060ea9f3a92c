"""Guessing words: the verdict on a guess marks each letter as right, as misplaced, or as absent."""

import functools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

from infoloop.games.limits import GUESSES_AT_ONCE, WORD_LENGTH
from infoloop.games.query_games import Signals, coarsened, count_verdicts, secret_prior
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.host_functions import host_only


def encode_words(
    guesses: Sequence | np.ndarray, secrets: Sequence | np.ndarray
) -> tuple[Int[np.ndarray, "guesses places"], Int[np.ndarray, "secrets places"]]:
    """Return both lists as tables of letter numbers in one alphabet.

    Args:
        guesses: Words: strings, or rows of whole numbers.
        secrets: Likewise, of the same length.

    Raises:
        ValueError: A list is empty, words differ in length or have more than 12 letters, or are none of these.

    >>> [table.tolist() for table in encode_words(["abba"], ["abca"])]
    [[[0, 1, 1, 0]], [[0, 1, 2, 0]]]
    """
    tables = [_table(words, what) for words, what in ((guesses, "guesses"), (secrets, "secrets"))]
    lengths = [table.shape[1] for table in tables]
    if lengths[0] != lengths[1] or not 1 <= lengths[0] <= WORD_LENGTH:
        raise ValueError(
            f"guesses have {lengths[0]} letters and secrets {lengths[1]}: give the same number, 1 to {WORD_LENGTH}"
        )
    both = np.concatenate(tables)
    alphabet, numbers = np.unique(both, return_inverse=True)
    numbers = numbers.reshape(both.shape).astype(np.min_scalar_type(len(alphabet)))
    return numbers[: len(tables[0])], numbers[len(tables[0]) :]


def _table(words, what):
    if not isinstance(words, Sequence | np.ndarray) or isinstance(words, str) or np.ndim(words) == 0:
        raise TypeError(f"{what} is a {type(words).__name__}: give a list of words")
    rows = [[ord(letter) for letter in word] if isinstance(word, str) else word for word in words]
    if not rows:
        raise ValueError(f"{what} are empty: give at least one word")
    odd = next((k for k, row in enumerate(rows) if np.ndim(row) != 1 or len(row) != len(rows[0])), None)
    if odd is not None:
        raise ValueError(f"{what} have {words[odd]!r}, which is not as long as {words[0]!r}: give words of one length")
    table = np.asarray(rows)
    if table.size and table.dtype.kind not in "iu":
        raise ValueError(f"{what} have letters of type {table.dtype}: give strings, or whole numbers")
    return table


@host_only
def patterns(guesses: Sequence | np.ndarray, secrets: Sequence | np.ndarray) -> Int[Array, "guesses secrets"]:
    r"""Return the verdict on every guess for every secret as one number, whose digits to base 3 are the marks.

    $\sum_i3^{L-1-i}m_i$ for words of L letters. The mark $m_i$ is 2 where the letter is right. Of the other letters of
    the guess, from left to right, each that the secret still has among its unmatched letters gets 1 and uses one up;
    the rest get 0. The table has a cell for every pair: `signal_entropies` streams instead.

    Args:
        guesses: Words: strings, or rows of whole numbers.
        secrets: Likewise, of the same length.

    Raises:
        ValueError: A list is empty, or the words have not one length from 1 to 12.

    >>> [np.base_repr(int(code), 3) for code in patterns(["speed"], ["abide", "erase", "steal", "crepe"])[0]]
    ['101', '10110', '20200', '1210']
    """
    return _patterns(*encode_words(guesses, secrets))


@jax.jit
def _patterns(guesses, secrets):
    columns = jnp.asarray(secrets).T
    return jax.vmap(lambda guess: _marks(guess, columns))(jnp.asarray(guesses))


def _marks(guess, columns):
    """Return the codes of one guess, given `columns[place, secret]`: bytes over the secrets, which XLA vectorises."""
    places = range(len(guess))
    code = np.min_scalar_type(3 ** len(guess) - 1)
    right = [columns[i] == guess[i] for i in places]

    def misplaced(i):
        had = sum(((columns[j] == guess[i]) & ~right[j]).astype(jnp.uint8) for j in places)
        used = sum(((guess[k] == guess[i]) & ~right[k]).astype(jnp.uint8) for k in range(i))
        return ~right[i] & (used < had)

    marks = (2 * right[i].astype(code) + misplaced(i).astype(code) for i in places)
    return functools.reduce(lambda number, mark: 3 * number + mark, marks)


@kinds_checked
def signal_entropies(
    guesses: Sequence | np.ndarray,
    secrets: Sequence | np.ndarray,
    prior: Float[Numbers, "secrets"] | None = None,
    coarsening: Int[Numbers, "patterns"] | None = None,
) -> Signals:
    """Return what every guess says about the secret, streamed over the guesses.

    The table of patterns is never in memory, only a histogram of verdicts for each guess, from which `coarsened` gives
    every other coarsening at no further cost.

    Args:
        guesses: Words: strings, or rows of whole numbers.
        secrets: Likewise, of the same length.
        prior: Law of the secret, uniform unless given.
        coarsening: What the player is told instead of each of the `3 ** letters` patterns, whole numbers from 0 on (see
            `coarsenings`); the pattern unless given.

    Returns:
        The `Signals`, one row a guess: bits, partition sizes, remaining secrets.

    Raises:
        ValueError: The words are as `patterns` refuses them, the prior is no law over the secrets, or the coarsening
            has not one whole number for each pattern.

    >>> found = signal_entropies(["abba", "cccc"], ["abba", "baab", "abab", "caca"])
    >>> found.bits.tolist(), found.most_remaining.tolist()
    ([2.0, 0.811278124459...], [1, 3])
    """
    guesses, secrets = encode_words(guesses, secrets)
    found = _signals(guesses, secrets, secret_prior(prior, len(secrets)))
    return found if coarsening is None else coarsened(found, coarsening)


@jax.jit
def _signals(guesses, secrets, prior):
    columns, verdicts = jnp.asarray(secrets).T, 3 ** guesses.shape[1]
    return lax.map(
        lambda guess: count_verdicts(_marks(guess, columns), prior, verdicts), guesses, batch_size=GUESSES_AT_ONCE
    )


@host_only
@kinds_checked
def coarsenings(length: int) -> dict[str, Int[np.ndarray, "patterns"]]:
    """Return verdicts from fine to coarse by name, each a label for every pattern.

    `full` is the pattern; `letters` how many letters are right and how many misplaced (as in Mastermind); `right` how
    many are right; `found` how many of the letters are in the secret; `any` whether one is right; `won` whether all
    are.

    Args:
        length: Letters of a word.

    Returns:
        Whole numbers from 0 on, one for each of the `3 ** length` patterns.

    >>> {name: len(set(labels.tolist())) for name, labels in coarsenings(2).items()}
    {'full': 9, 'letters': 6, 'right': 3, 'found': 3, 'any': 2, 'won': 2}
    """
    codes = np.arange(3**length)
    marks = codes[:, None] // 3 ** np.arange(length) % 3
    right, misplaced = (marks == 2).sum(1), (marks == 1).sum(1)
    return {
        "full": codes,
        "letters": right * (length + 1) + misplaced,
        "right": right,
        "found": right + misplaced,
        "any": (right > 0).astype(int),
        "won": (right == length).astype(int),
    }
