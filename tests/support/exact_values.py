"""Exact values as floats, for comparisons."""


def exact_float(value) -> float:
    return float(value.digits(18))
