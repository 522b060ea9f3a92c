"""Combine choices of named parameters into cases, so that a counterexample says what its numbers are."""

import itertools
from collections.abc import Iterable, Iterator


def parameter_grid(**choices: Iterable) -> Iterator[dict]:
    """Yield every combination of the choices, as dictionaries; the last name varies fastest.

    >>> list(parameter_grid(n=(2, 3), t=(1,)))
    [{'n': 2, 't': 1}, {'n': 3, 't': 1}]
    """
    return (dict(zip(choices, chosen, strict=True)) for chosen in itertools.product(*choices.values()))
