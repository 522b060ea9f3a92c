"""Mastermind: codes of pegs in colours; a verdict counts pegs in place, and colours that are elsewhere."""

import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.games.query_games import Signals, minimax_queries, verdict_signals
from infoloop.probability.validation import check_int

_MOST = 2**14  # a table of verdicts has the square of this many cells


class MastermindVerdicts(NamedTuple):
    """`black[guess, secret]` pegs of the right colour in the right place, `white` right colours elsewhere."""

    black: jax.Array
    white: jax.Array

    def codes(self, pegs: int) -> jax.Array:
        """Each verdict as one whole number, black * (pegs + 1) + white."""
        return self.black * (pegs + 1) + self.white


def mastermind_codes(pegs: int = 4, colours: int = 6) -> np.ndarray:
    """All codes, `[code, peg]`, in the order of their numbers: 0000, 0001, ... ValueError for more than 16 384.

    >>> mastermind_codes().shape, mastermind_codes(2, 3)[-1].tolist()
    ((1296, 4), [2, 2])
    """
    pegs, colours = check_int(pegs, "pegs"), check_int(colours, "colours")
    if colours**pegs > _MOST:
        raise ValueError(f"{pegs} pegs in {colours} colours have {colours**pegs} codes: give at most {_MOST}")
    return np.array(list(itertools.product(range(colours), repeat=pegs)))


def mastermind_verdicts(guesses, secrets) -> MastermindVerdicts:
    r"""Black pegs $b=\#\{i:g_i=s_i\}$ and white ones $\sum_c\min(\#_cg,\#_cs)-b$ of every guess and secret.

    Codes are rows of colours, whole numbers from 0 on. Raises ValueError for other codes and different numbers of pegs.

    >>> found = mastermind_verdicts([[0, 0, 1, 1]], [[0, 1, 0, 2], [1, 1, 0, 0]])
    >>> found.black.tolist(), found.white.tolist()
    ([[1, 0]], [[2, 4]])
    """
    guesses, secrets = _codes(guesses, "guesses"), _codes(secrets, "secrets")
    if guesses.shape[1] != secrets.shape[1]:
        raise ValueError(f"guesses have {guesses.shape[1]} pegs and secrets {secrets.shape[1]}: give equally many")
    colours = int(max(guesses.max(), secrets.max())) + 1
    return MastermindVerdicts(*_verdicts(guesses, secrets, np.arange(colours)))


def _codes(codes, what: str) -> np.ndarray:
    seen = np.asarray(codes)
    if seen.ndim != 2 or seen.size == 0 or seen.dtype.kind not in "iu" or seen.min() < 0:
        raise ValueError(f"{what} have shape {seen.shape}: give rows of colours, whole numbers from 0 on")
    return seen


@jax.jit
def _verdicts(guesses, secrets, colours):
    black = (guesses[:, None, :] == secrets[None, :, :]).sum(2)
    n_gc, n_sc = ((codes[:, :, None] == colours).sum(1) for codes in (guesses, secrets))
    return black, jnp.minimum(n_gc[:, None, :], n_sc[None, :, :]).sum(2) - black


def mastermind_signals(guesses, pegs: int = 4, colours: int = 6) -> Signals:
    """What each of these first guesses says about a uniform secret: bits, and how many secrets each verdict leaves.

    >>> mastermind_signals([[0, 0, 1, 1]]).most_remaining.tolist()  # Knuth's first guess
    [256]
    """
    return verdict_signals(mastermind_verdicts(guesses, mastermind_codes(pegs, colours)).codes(pegs))


def knuth_queries(pegs: int = 4, colours: int = 6) -> np.ndarray:
    """How many guesses each code takes with Knuth's strategy, in the order of `mastermind_codes`.

    `games.minimax_queries`: the guess that leaves least at worst, one that may be the secret before others, then the
    smallest. Knuth, "The computer as Master Mind", J. Recreational Mathematics 9 (1977).

    >>> knuth_queries(2, 2).tolist()
    [1, 2, 3, 2]
    """
    codes = mastermind_codes(pegs, colours)
    return minimax_queries(mastermind_verdicts(codes, codes).codes(pegs))
