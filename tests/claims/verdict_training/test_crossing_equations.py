"""The solution that balls enclose is the one that another solver finds; where there is none, none is said."""

import mpmath
import pytest
from flint import fmpq

from infoloop.claims.verdict_training.crossing_equations import crossing_equation, solution

CASE = {"a": fmpq(1, 2), "A": fmpq(9, 10), "B": fmpq(1, 5), "w": fmpq(1, 2)}


@pytest.mark.parametrize("changed", [{}, {"w": fmpq(9, 10)}, {"B": fmpq(0)}, {"a": fmpq(4, 5), "B": fmpq(3, 4)}])
def test_the_interval_holds_the_root(changed):
    case = {**CASE, **changed}
    a, raised, lowered, w = (mpmath.mpf(int(x.p)) / int(x.q) for x in (case[name] for name in ("a", "A", "B", "w")))
    with mpmath.workdps(30):
        left = lambda k: w * ((1 - raised) / (1 - a)) ** k + (1 - w) * ((1 - lowered) / (1 - a)) ** k - 1  # noqa: E731
        root = mpmath.findroot(left, (0.5, 30), solver="bisect", maxsteps=200, verify=False)
    ends = solution(case)
    assert ends is not None
    low, high = ends
    assert float(low.p) / float(low.q) <= root <= float(high.p) / float(high.q)
    assert high - low < fmpq(1, 10**6)


@pytest.mark.parametrize("changed", [{"B": fmpq(3, 4)}, {"A": fmpq(3, 5)}, {"w": fmpq(1)}])
def test_where_the_curves_do_not_cross_there_is_no_solution(changed):
    assert solution({**CASE, **changed}) is None


def test_a_tie_at_a_whole_number_is_decided():
    assert crossing_equation.exact is not None
    case = {"a": fmpq(1, 2), "A": fmpq(3, 5), "B": fmpq(2, 5), "w": fmpq(1, 2), "k": 1}
    assert [side.sign() for side in crossing_equation.exact(case)] == [0, 0]
