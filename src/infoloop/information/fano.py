"""Fano's inequality: what an error rate allows, the bits that a target error needs, the rounds that can bring them."""

import math

import jax
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import binary_entropy, rounding

ROUNDED = rounding(64)  # bits, or a share of answers, that floats cannot tell from none


@kinds_checked
def fano_bound(error: Float[ArrayLike, "..."], letters: int) -> Float[Array, "..."]:
    r"""Return the most that may be unknown at this error rate, $h(P_e)+P_e\log_2(M-1)$, in bits (Cover & Thomas 2.10).

    Args:
        error: The probability of error $P_e$, a number or an array.
        letters: How many values $M$ the task takes, at least 2.

    Returns:
        A bound on $H(X\mid\text{answer})$, of the shape of `error`; NaN for an error outside [0, 1].

    Raises:
        ValueError: For fewer than two values.

    >>> print(f"{fano_bound(0.25, 4):.6f}")
    1.207519
    """
    _check_letters(letters)
    return binary_entropy(error) + error * math.log2(letters - 1)


@host_only
@kinds_checked
def needed_bits(uncertainty: float, letters: int, error: float) -> float:
    r"""Return the bits about the task that every state needs whose answers err at most so often.

    $$H(X)-\max_{e\le P_e}\bigl(h(e)+e\log_2(M-1)\bigr),$$ Fano's inequality solved for the information.

    Args:
        uncertainty: $H(X)$ in bits.
        letters: How many values $M$ the task takes, at least 2.
        error: The largest probability of error $P_e$ that is accepted, in [0, 1].

    Returns:
        Bits; negative or 0 where an answer without any information may err so often.

    Raises:
        ValueError: For fewer than two values, and for an error outside [0, 1].

    >>> needed_bits(2.0, 4, 0.0), needed_bits(2.0, 4, 0.75), needed_bits(2.0, 4, 0.9)
    (2.0, 0.0, 0.0)
    """
    _check_letters(letters)
    if not 0 <= error <= 1:
        raise ValueError(f"error is {error}: it is a probability, so give a number in [0, 1]")
    blind = 1 - 1 / letters
    with jax.enable_x64(True):
        unknown = float(fano_bound(error, letters)) if error < blind else math.log2(letters)
    return uncertainty - unknown


@host_only
@kinds_checked
def rounds_needed(needed: float, held: float, most: float) -> float:
    r"""Return the fewest rounds that can bring the bits that are needed.

    $\lceil(\text{needed}-\text{held})/\text{most}\rceil$; a gap of at most `ROUNDED`, which rounding can make, is none,
    so that a lower bound stays one.

    Args:
        needed: Bits that the state has to hold, a finite number.
        held: Bits that it holds before the first round.
        most: The most bits that one round brings.

    Returns:
        A whole number as a float: 0.0 where enough is held, and infinity where something is missing and `most` <= 0.

    Raises:
        ValueError: For a NaN.

    >>> rounds_needed(2.0, 0.5, 0.5), rounds_needed(2.0, 2.0, 0.0), rounds_needed(2.0, 1.0, 0.0)
    (3.0, 0.0, inf)
    """
    for name, bits in (("needed", needed), ("held", held), ("most", most)):
        if math.isnan(bits):
            raise ValueError(f"{name} is {bits}: give a number of bits")
    missing = needed - held - ROUNDED
    if missing <= 0:
        return 0.0
    if most <= 0:
        return math.inf
    return float(math.ceil(missing / most))


def _check_letters(letters: int) -> None:
    if letters != int(letters):
        raise ValueError(f"letters is {letters}: give a whole number, at least 2")
    if letters < 2:
        raise ValueError(f"letters is {letters}: a task with one value has no error, give at least 2")
