"""Read a number as the rational that is meant: states of a loop that are equal as rationals must be one state."""

import math
from fractions import Fraction
from numbers import Rational

from jax.core import Tracer

from infoloop.probability.validation import require_float64

PlainNumber = float | Fraction  # the first where it is enough
RationalLike = PlainNumber | str  # 0.1, Fraction(1, 10), "1/10": one number
_LONGEST = 60  # characters of a text; one with an exponent could ask for a number of any length


def shortest_decimal(value: RationalLike, what: str) -> Fraction:
    """Return a number exactly, a float as the shortest decimal that denotes it: 0.1 is 1/10.

    The binary fraction that a float holds is next to the number that was typed, and is seldom meant.

    Args:
        value: A float, an int, a Fraction, or a text such as "1/10" or "0.1".
        what: The name of the argument, for messages.

    Raises:
        TypeError: The number is traced by JAX.
        ValueError: A text is no number, a float is not finite, or of lower precision than float64.

    >>> shortest_decimal(0.1, "weight") == shortest_decimal("1/10", "weight") == Fraction(1, 10)
    True
    """
    if isinstance(value, Rational):
        return Fraction(value)
    if isinstance(value, str):
        try:
            return Fraction("" if "e" in value.lower() or len(value) > _LONGEST else value)
        except (ValueError, ZeroDivisionError):
            raise ValueError(f"{what} is {value[:_LONGEST]!r}: give a number such as 0.1, '0.1' or '1/10'") from None
    if isinstance(value, Tracer):
        raise TypeError(f"{what} is traced by JAX, and which states are equal depends on it: give a known number")
    require_float64(value, what)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{what} is {number}: give a finite number")
    return Fraction(repr(number))


def plain_number(exact: Fraction) -> PlainNumber:
    """Return the float whose shortest decimal this rational is, or the rational itself where there is none.

    >>> plain_number(Fraction(1, 10)), plain_number(Fraction(1, 3))
    (0.1, Fraction(1, 3))
    """
    return float(exact) if Fraction(repr(float(exact))) == exact else exact
