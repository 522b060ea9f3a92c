"""Numbers given by balls: signs beside 60 digits of mpmath, arithmetic with logarithms, and equalities refused."""

import math
from fractions import Fraction

import flint
import pytest
from flint import arb
from mpmath import log, mp, mpf

from infoloop.exact.log_sums import log2
from infoloop.exact.real_balls import RealBall, exp, pi, real_ball

SIGNS = {
    "pi above a convergent": (pi() - "333/106", 1),
    "pi below a convergent": (pi() - Fraction(355, 113), -1),
    "e to 16 digits": (exp(1) - "2.7182818284590452", 1),
    "Ramanujan's constant": (exp(pi() * real_ball(lambda: arb(163).sqrt())) - 640320**3 - 744, -1),
    "an exact 0": (exp(0) - 1, 0),
    "0 on the left": (1 - exp(0), 0),
    "log2 3 and 1.585": (log2(3) - real_ball(lambda: arb(317) / 200), -1),
    "an enclosure less a logarithm": (real_ball(lambda: arb(317) / 200) - log2(3), 1),
    "a quotient": (pi() / 3 - 1, 1),
    "a product of unknowns": (pi() * exp(-1) - 1, 1),
    "beyond 2000 bits": (exp(Fraction(1, 2**2000)) - 1 - Fraction(1, 2**2000), 1),
}


@pytest.mark.parametrize("case", SIGNS)
def test_signs_are_decided(case):
    value, sign = SIGNS[case]
    assert value.sign() == sign
    assert (value * -1).sign() == -sign


@pytest.mark.parametrize("x", [Fraction(-7, 3), Fraction(1, 5), Fraction(40)])
def test_digits_are_those_of_mpmath(x):
    with mp.workdps(60):
        oracle = mp.exp(mpf(x.numerator) / x.denominator) * mp.pi - log(3, 2)
        assert (exp(x) * pi() - log2(3)).digits(30) == mp.nstr(oracle, 30)


def test_the_number_is_in_its_ball_at_every_precision():
    with mp.workdps(200):
        pairs = [((exp("1/3") / pi()).enclosure(bits), mp.exp(mpf(1) / 3) / mp.pi) for bits in (53, 100, 400)]
        for ball, oracle in pairs:
            assert abs(mpf(str(ball.mid().str(150, radius=False))) - oracle) <= 2 * mpf(ball.rad().str(5, radius=False))


def test_an_equality_is_not_guessed():
    squared = real_ball(lambda: arb(2).sqrt()) * real_ball(lambda: arb(2).sqrt())
    with pytest.raises(ArithmeticError, match="do not tell the sign"):
        (squared - 2).sign()
    with pytest.raises(ArithmeticError, match="first 5 digits"):
        (squared - 2).digits(5)


def test_one_percent_more_is_a_text():
    assert (exp(1) * "1.01" - exp(1)).sign() == 1


def test_a_wrong_constant_is_caught():
    """Mutant: pi for e."""
    wrong = RealBall(arb.pi)
    assert (wrong - math.e).sign() == 1
    assert abs(float((exp(1) - math.e).enclosure())) < math.ulp(math.e)


def test_the_precision_of_the_caller_is_left_alone():
    before = flint.ctx.prec
    pi().digits(200)
    assert flint.ctx.prec == before


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="Invalid literal"):
        pi() + "three"
