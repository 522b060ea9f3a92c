"""Which of two exact sides is the greater, and from which gap on floats may say so."""

from __future__ import annotations

from infoloop.exact.log_sums import LogSum
from infoloop.exact.real_balls import RealBall
from infoloop.probability.numerics import rounding


def compare_exactly(relation: str, lesser: LogSum | RealBall, greater: LogSum | RealBall) -> tuple[bool, bool]:
    """Return whether `lesser relation greater` holds, and whether the two are equal: both decided, neither by floats.

    Args:
        relation: "<=", "<" or "=".
        lesser: the left side.
        greater: the right side.

    Raises:
        ArithmeticError: If no precision decides, as for two equal balls (see `RealBall.sign`).
        KeyError: For another relation.
    """
    sign = (greater - lesser).sign()
    return {"<=": sign >= 0, "<": sign > 0, "=": sign == 0}[relation], sign == 0


UNDECIDED = rounding(64)  # bits: a float gap below this decides nothing
