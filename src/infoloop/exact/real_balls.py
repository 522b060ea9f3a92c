"""Real numbers given by balls of any precision, for exact sides with pi, exponentials or roots in them.

Their sign is decided by growing precision. Unlike a `LogSum`, an equality of two of them is not: where every ball up to
`FINEST` bits contains 0, an error is raised rather than a guess made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flint
from flint import arb

from infoloop.exact.log_sums import Exact, LogSum, rational

FINEST = 2**14  # bits


@dataclass(frozen=True, eq=False)
class RealBall:
    """The real number that is in every ball `ball()`; it is called within the precision that is wanted.

    It has the interface of `LogSum`, and mixes with those and with rationals (numbers or texts such as "1.01").
    """

    ball: Callable[[], arb]

    def __add__(self, other: RealBall | LogSum | Exact) -> RealBall:
        other = _as_enclosure(other)
        return RealBall(lambda: self.ball() + other.ball())

    __radd__ = __add__

    def __sub__(self, other: RealBall | LogSum | Exact) -> RealBall:
        return self + _as_enclosure(other) * -1

    def __rsub__(self, other: RealBall | LogSum | Exact) -> RealBall:
        return self * -1 + other

    def __mul__(self, factor: RealBall | LogSum | Exact) -> RealBall:
        factor = _as_enclosure(factor)
        return RealBall(lambda: self.ball() * factor.ball())

    __rmul__ = __mul__

    def __truediv__(self, divisor: RealBall | LogSum | Exact) -> RealBall:
        divisor = _as_enclosure(divisor)
        return RealBall(lambda: self.ball() / divisor.ball())

    def enclosure(self, bits: int = 128) -> arb:
        """Return a ball that certainly contains the number, from arithmetic with this many bits."""
        with flint.ctx.workprec(bits):
            return self.ball()

    def sign(self) -> int:
        """Return -1, 0 or 1, decided by a ball that excludes 0 or is the point 0; ArithmeticError where none tells."""
        ball = self._ball_with(lambda ball: not ball.contains(0) or ball == 0, "sign")
        return 0 if ball == 0 else 1 if ball > 0 else -1

    def digits(self, count: int) -> str:
        """Return the number to `count` digits, each certain; ArithmeticError for a 0 that no ball shows to be one."""
        ball = self._ball_with(lambda ball: ball == 0 or ball.rel_accuracy_bits() >= 4 * count, f"first {count} digits")
        return "0" if ball == 0 else ball.str(count, radius=False)

    def _ball_with(self, enough: Callable[[arb], bool], what: str) -> arb:
        bits = 64
        while bits <= FINEST:
            ball = self.enclosure(bits)
            if enough(ball):
                return ball
            bits *= 2
        raise ArithmeticError(f"{FINEST} bits do not tell the {what} of {ball}: is it an equality, which balls cannot?")

    def __str__(self) -> str:
        return self.digits(20)


def real_ball(ball: Callable[[], arb]) -> RealBall:
    """Return the number that `ball` encloses, at whatever precision `flint.ctx` has when it is called.

    >>> real_ball(lambda: (arb.pi() / 4).tan() - arb(2).sqrt()).sign()
    -1
    >>> real_ball(lambda: arb(2).sqrt()).digits(8)
    '1.4142136'
    """
    return RealBall(ball)


def pi() -> RealBall:
    """Return the number pi.

    >>> (pi() - "355/113").sign(), pi().digits(6)
    (-1, '3.14159')
    """
    return RealBall(arb.pi)


def exp(exponent: RealBall | LogSum | Exact) -> RealBall:
    r"""Return $e^x$ of an exact number x.

    >>> (exp(1) - "2.718281828459045").sign(), exp(0).digits(5)
    (1, '1.0000')
    """
    power = _as_enclosure(exponent)
    return RealBall(lambda: power.ball().exp())


def _as_enclosure(value: RealBall | LogSum | Exact) -> RealBall:
    if isinstance(value, RealBall):
        return value
    if isinstance(value, LogSum):
        return RealBall(lambda: value.enclosure(flint.ctx.prec))
    exact = rational(value)
    return RealBall(lambda: arb(exact))
