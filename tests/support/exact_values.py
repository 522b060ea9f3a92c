"""Exact laws, and exact values as floats, for comparisons."""

import math


def exact_float(value) -> float:
    return float(value.digits(18))


def binomial_row(n, p):
    return [math.comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(n + 1)]
