"""Fano's inequality read backwards: the bits that a target error needs, and the rounds that it takes to bring them."""

from __future__ import annotations

import math

import jax

from infoloop.probability.numerics import binary_entropy, rounding

ROUNDED = rounding(64)  # bits, or a share of answers, that floats cannot tell from none


def fano_bound(error, letters: int):
    r"""The most that may be unknown at this error rate, $h(P_e)+P_e\log_2(M-1)$, in bits (Cover & Thomas 2.10).

    >>> print(f"{fano_bound(0.25, 4):.6f}")
    1.207519
    """
    return binary_entropy(error) + error * math.log2(letters - 1)


def needed_bits(uncertainty: float, letters: int, error: float) -> float:
    r"""$H(X)-\max_{e\le P_e}\bigl(h(e)+e\log_2(M-1)\bigr)$: no state with fewer bits on X errs at most `error` often.

    `uncertainty` is H(X) in bits, of `letters` values; it is negative where even a guess may err so often. Raises
    ValueError for fewer than two values, and for an error outside [0, 1].

    >>> needed_bits(2.0, 4, 0.0), needed_bits(2.0, 4, 0.75), needed_bits(2.0, 4, 0.9)
    (2.0, 0.0, 0.0)
    """
    if letters < 2:
        raise ValueError(f"letters is {letters}: a task with one value has no error, give at least 2")
    if not 0 <= error <= 1:
        raise ValueError(f"error is {error}: it is a probability, so give a number in [0, 1]")
    blind = 1 - 1 / letters
    with jax.enable_x64(True):
        unknown = float(fano_bound(error, letters)) if error < blind else math.log2(letters)
    return uncertainty - unknown


def rounds_needed(needed: float, held: float, most: float) -> float:
    """The fewest rounds that can bring `needed` bits where `held` are there and a round brings at most `most`.

    Infinite where they can never come. A gap of at most `ROUNDED` is none: a lower bound stays one.

    >>> rounds_needed(2.0, 0.5, 0.5), rounds_needed(2.0, 2.0, 0.0), rounds_needed(2.0, 1.0, 0.0)
    (3.0, 0.0, inf)
    """
    missing = needed - held - ROUNDED
    if missing <= 0:
        return 0.0
    if most <= 0:
        return math.inf
    return float(math.ceil(missing / most))
