"""Codes of verdict logs: exact laws of the verdicts, and ceilings on information by enumeration."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.code_lengths import code_by_histogram, code_by_problem, code_by_rate
from infoloop.verdict_logs.estimators import Tally, entropy_estimates
from infoloop.verdict_logs.log_audit import audit_tally

CODES = (code_by_rate, code_by_problem, code_by_histogram)
DESIGN = (2, 2, 1, 3)


def logs(attempts):
    """Every log with these numbers of attempts, as verdicts by problem."""
    return itertools.product(*(itertools.product((0, 1), repeat=n) for n in attempts))


def counted(code, log) -> float:
    return code([sum(verdicts) for verdicts in log], [len(verdicts) for verdicts in log])


def mass(code, log) -> Fraction:
    """2 to the minus length: the codes here are such that its inverse is a whole number."""
    inverse = 2 ** counted(code, log)
    assert abs(inverse / round(inverse) - 1) < rounding(64)
    return Fraction(1, round(inverse))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("design", [DESIGN, (3,), (1, 1, 1, 1)])
def test_the_masses_of_all_logs_are_a_law(code, design):
    assert sum(mass(code, log) for log in logs(design)) == 1


def test_a_code_that_forgets_to_say_the_count_would_be_noticed():
    wrong = sum(math.prod(Fraction(1, math.comb(len(v), sum(v))) for v in log) for log in logs(DESIGN))
    assert wrong > 1


@pytest.mark.parametrize(
    ("code", "total"), [(code_by_rate, 1), (code_by_problem, 1), (code_by_histogram, Fraction(9, 8))]
)
def test_where_a_pass_ends_the_attempts_only_the_histogram_is_no_law(code, total):
    until_passed = [(1,), (0, 1), (0, 0)]
    assert sum(mass(code, log) for log in itertools.product(until_passed, repeat=2)) == total


def laws(rates, design=(2, 2)) -> tuple[dict, dict]:
    """The law of logs for each task, all tasks alike, and of logs; `rates[x][i]` is that of problem i in task x."""
    given = {
        (x, log): math.prod((1 - p, p)[s] for p, verdicts in zip(row, log, strict=True) for s in verdicts)
        for x, row in enumerate(rates)
        for log in logs(design)
    }
    every = {log: sum(given[x, log] for x in range(len(rates))) / len(rates) for log in logs(design)}
    return given, every


def exceeded(rates, design, ceiling) -> Fraction:
    """The exact probability that a log tells more about the task than the ceiling says of it."""
    given, every = laws(rates, design)
    return sum(
        (w for (_, log), w in given.items() if w and math.log2(w / every[log]) > ceiling(log) + rounding(64)),
        Fraction(0),
    ) / len(rates)


SOLVED = [[Fraction(a), Fraction(b)] for a in (0, 1) for b in (0, 1)]
NOISY = [[Fraction(1, 4), Fraction(1, 10)], [Fraction(3, 4), Fraction(1, 10)], [Fraction(1, 2), Fraction(9, 10)]]
FREE = [[Fraction(s) for s in log] for log in itertools.product((0, 1), repeat=6)]
CASES = [(SOLVED, (2, 2)), (NOISY, (2, 2)), (FREE, (1,) * 6)]


@pytest.mark.slow
@pytest.mark.parametrize(("rates", "design"), CASES)
@pytest.mark.parametrize("code", CODES)
def test_information_is_at_most_the_mean_length_and_seldom_more_than_the_length(rates, design, code):
    given, every = laws(rates, design)
    mean = sum(float(w) / len(rates) * math.log2(w / every[log]) for (_, log), w in given.items() if w)
    assert mean <= sum(float(w) * counted(code, log) for log, w in every.items()) + rounding(64)
    for bits in (1, 2, 3):
        assert exceeded(rates, design, lambda log, b=bits: counted(code, log) + b) <= Fraction(1, 2**bits)


@pytest.mark.parametrize(("rates", "design"), CASES)
@pytest.mark.parametrize("delta", [Fraction(1, 2), Fraction(1, 32)])
def test_the_least_code_is_exceeded_no_more_often_than_the_audit_says(rates, design, delta):
    def ceiling(log):
        tally = Tally(np.arange(len(log)), np.array([*map(len, log)]), np.array([*map(sum, log)]))
        return min(bound.bits for bound in audit_tally(tally, float(1 - delta)).told[1:])

    assert exceeded(rates, design, ceiling) <= delta


def test_without_the_price_of_confidence_the_least_code_would_be_exceeded_more_often():
    free = exceeded(FREE, CASES[2][1], lambda log: min(counted(code, log) for code in CODES))
    assert free == Fraction(14, 64)


def test_a_student_with_one_answer_has_rates_without_entropy_and_yet_its_verdicts_tell():
    """Of two answers to each of two problems one is right, and the student gives the first whenever it is asked."""
    given, every = laws(SOLVED)
    bits = sum(float(w) / 4 * math.log2(w / every[log]) for (_, log), w in given.items() if w)
    assert bits == 2
    for _, log in (key for key, w in given.items() if w):
        assert entropy_estimates([sum(v) for v in log], [2, 2]) == (0, 0)
        assert counted(code_by_problem, log) >= 2
