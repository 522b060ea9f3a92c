"""Times to absorption, ends and eigenvalues against exact rationals and the diffusion limit."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infoloop.loops import absorption
from infoloop.models import wright_fisher as wf
from infoloop.probability.numerics import rounding
from tests.support.exact_values import binomial_row

CONDITION = 3  # absorption times are at most 2n ln 2 + O(ln n) < 3n: the condition number of I - Q over its norm


def exact_solution(n, right):
    """(I - Q) x = right by Gauss-Jordan elimination over the rationals, for the inner counts."""
    q = [binomial_row(n, Fraction(i, n)) for i in range(n + 1)]
    a = [[(i == j) - q[i][j] for j in range(1, n)] + [right(q[i])] for i in range(1, n)]
    for c in range(n - 1):
        a[c] = [x / a[c][c] for x in a[c]]
        for r in range(n - 1):
            if r != c:
                a[r] = [x - a[r][c] * y for x, y in zip(a[r], a[c], strict=True)]
    return [float(row[-1]) for row in a]


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 3, 11, 12])
def test_absorption_times_are_those_of_exact_rationals(n):
    exact = [0.0, *exact_solution(n, lambda row: 1), 0.0]
    np.testing.assert_allclose(absorption.absorption_time(n, np.arange(n + 1)), exact, rtol=rounding(CONDITION * n))


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 3, 300, 301])
def test_fixation_by_table_is_the_start_as_the_martingale_says(n):
    i = np.arange(n + 1)
    found, martingale = absorption.fixation_by_table(n, i), absorption.fixation_probability(n, i)
    np.testing.assert_allclose(found, martingale, atol=rounding(CONDITION * n))


@pytest.mark.slow
def test_absorption_times_near_the_diffusion_limit():
    """Ewens 2004, 3.5: the diffusion is off by O(ln n) generations; for n = 1000 from one half by a few."""
    n = 1000
    limit = absorption.diffusion_absorption_time(n, 0.5)
    assert abs(float(limit) - 2 * n * math.log(2)) < rounding(2 * n)
    assert abs(float(absorption.absorption_time(n, n // 2) - limit)) < math.log(n)


def test_eigenvalues_have_the_traces_of_the_exact_kernel():
    n = 8
    table = [binomial_row(n, Fraction(i, n)) for i in range(n + 1)]
    trace = float(sum(table[i][i] for i in range(n + 1)))
    square = float(sum(table[i][j] * table[j][i] for i in range(n + 1) for j in range(n + 1)))
    values = absorption.kernel_eigenvalues(n)
    assert len(values) == n + 1
    assert abs(float(values.sum()) - trace) < rounding(n)
    assert abs(float((values**2).sum()) - square) < rounding(n)


def test_diversity_falls_by_the_third_eigenvalue():
    ratio = wf.expected_heterozygosity(10, 0.3, 5) / wf.expected_heterozygosity(10, 0.3, 4)
    assert abs(float(ratio - absorption.kernel_eigenvalues(10)[2])) < rounding(4)
