"""Mastermind: codes of pegs in colours; a verdict counts pegs in place, and colours that are elsewhere."""

import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int

from infoloop.games.limits import CODES
from infoloop.games.query_games import Signals, minimax_queries, verdict_signals
from infoloop.probability.array_types import Numbers
from infoloop.probability.host_functions import host_only
from infoloop.probability.validation import check_int


class MastermindVerdicts(NamedTuple):
    """The verdict on every guess for every secret, `[guess, secret]`.

    Attributes:
        black: Pegs of the right colour in the right place.
        white: Right colours elsewhere.
    """

    black: Int[Array, "guesses secrets"]
    white: Int[Array, "guesses secrets"]

    def codes(self, pegs: int) -> Int[Array, "guesses secrets"]:
        """Return each verdict as one whole number, black * (pegs + 1) + white."""
        return self.black * (pegs + 1) + self.white


@host_only
def mastermind_codes(pegs: int = 4, colours: int = 6) -> Int[np.ndarray, "codes pegs"]:
    """Return all codes, one a row, in the order of their numbers: 0000, 0001, ...

    Args:
        pegs: Pegs of a code, at least 1.
        colours: Colours of a peg, at least 1.

    Raises:
        ValueError: A number is below 1, or there are more than 16 384 codes.

    >>> mastermind_codes().shape, mastermind_codes(2, 3)[-1].tolist()
    ((1296, 4), [2, 2])
    """
    pegs, colours = check_int(pegs, "pegs"), check_int(colours, "colours")
    if colours > CODES or pegs > CODES or (colours > 1 and pegs >= CODES.bit_length()) or colours**pegs > CODES:
        raise ValueError(f"{pegs} pegs in {colours} colours are too many: give at most {CODES} codes, and pegs")
    return np.array(list(itertools.product(range(colours), repeat=pegs)))


@host_only
def mastermind_verdicts(
    guesses: Int[Numbers, "guesses pegs"], secrets: Int[Numbers, "secrets pegs"]
) -> MastermindVerdicts:
    r"""Return black and white pegs of every guess and secret.

    Black pegs $b=\#\{i:g_i=s_i\}$, white ones $\sum_c\min(\#_cg,\#_cs)-b$.

    Args:
        guesses: Codes, rows of colours, whole numbers from 0 on.
        secrets: Likewise, with as many pegs.

    Raises:
        ValueError: They are no such codes, or differ in their number of pegs.

    >>> found = mastermind_verdicts([[0, 0, 1, 1]], [[0, 1, 0, 2], [1, 1, 0, 0]])
    >>> found.black.tolist(), found.white.tolist()
    ([[1, 0]], [[2, 4]])
    """
    guesses, secrets = _codes(guesses, "guesses"), _codes(secrets, "secrets")
    if guesses.shape[1] != secrets.shape[1]:
        raise ValueError(f"guesses have {guesses.shape[1]} pegs and secrets {secrets.shape[1]}: give equally many")
    colours = int(max(guesses.max(), secrets.max())) + 1
    return MastermindVerdicts(*_verdicts(guesses, secrets, np.arange(colours)))


def _codes(codes, what):
    seen = np.asarray(codes)
    if seen.ndim != 2 or seen.size == 0 or seen.dtype.kind not in "iu" or seen.min() < 0:
        raise ValueError(f"{what} have shape {seen.shape}: give rows of colours, whole numbers from 0 on")
    return seen


@jax.jit
def _verdicts(guesses, secrets, colours):
    black = (guesses[:, None, :] == secrets[None, :, :]).sum(2)
    n_gc, n_sc = ((codes[:, :, None] == colours).sum(1) for codes in (guesses, secrets))
    return black, jnp.minimum(n_gc[:, None, :], n_sc[None, :, :]).sum(2) - black


@host_only
def mastermind_signals(guesses: Int[Numbers, "guesses pegs"], pegs: int = 4, colours: int = 6) -> Signals:
    """Return what each of these first guesses says about a uniform secret.

    Args:
        guesses: Codes, rows of colours, whole numbers from 0 on.
        pegs: Pegs of a code, at least 1.
        colours: Colours of a peg in the secrets, at least 1.

    Returns:
        The `Signals`, one row a guess: bits, and how many secrets each verdict leaves. A verdict's number is
        black * (pegs + 1) + white.

    Raises:
        ValueError: As for `mastermind_codes` and `mastermind_verdicts`.

    >>> mastermind_signals([[0, 0, 1, 1]]).most_remaining.tolist()  # Knuth's first guess
    [256]
    """
    return verdict_signals(mastermind_verdicts(guesses, mastermind_codes(pegs, colours)).codes(pegs))


@host_only
def knuth_queries(pegs: int = 4, colours: int = 6) -> Int[np.ndarray, "codes"]:
    """Return how many guesses each code takes with Knuth's strategy, in the order of `mastermind_codes`.

    `minimax_queries`: the guess that leaves least at worst, one that may be the secret before others, then the
    smallest (Knuth, "The computer as Master Mind", J. Recreational Mathematics 9, 1977).

    Args:
        pegs: Pegs of a code, at least 1.
        colours: Colours of a peg, at least 1.

    Raises:
        ValueError: As for `mastermind_codes`.

    >>> knuth_queries(2, 2).tolist()
    [1, 2, 3, 2]
    """
    codes = mastermind_codes(pegs, colours)
    return minimax_queries(mastermind_verdicts(codes, codes).codes(pegs))
