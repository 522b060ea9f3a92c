"""The two kinds of claim about numbers, equalities and inequalities, and the types of those numbers.

What a claim about laws compares follows from its text (`statements.claim.linear`), or its exact cases are the float
ones made rational (`Claim`). Here floats and exact cases are declared apart: no exact case lies next to a float one.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from infoloop.exact.log_sums import LogSum, from_rational
from infoloop.exact.real_balls import RealBall
from infoloop.statements.cases import Cases, Family
from infoloop.statements.claim import Claim
from infoloop.statements.neighbours import Neighbour

Number = Any  # a float, a JAX or NumPy array, or an exact rational: a formula that serves all of them


def inequality(
    label: str,
    assumes: tuple[str, ...],
    sides: Callable[[Any], tuple],
    cases: Cases,
    *,
    relation: str = "<=",
    exact: Callable[[Any], tuple] | None = None,
    family: Family | None = None,
    edges: tuple = (),
    loose: str = "",
    wrong: Callable[[Any], tuple] | None = None,
    statement: str = "",
    given: tuple[str, ...] = (),
    neighbours: tuple[Neighbour, ...] = (),
    tight: str = "",
    ceiling: Callable[[Any], Any] | None = None,
) -> Claim:
    """Return the claim that no lesser side is above the greater; exact sides may be rationals too.

    >>> from infoloop.exact.log_sums import rational
    >>> from infoloop.statements.cases import random_probabilities
    >>> square = inequality("doc", (), lambda x: (x**2, x), random_probabilities(1), exact=lambda x: (x**2, x))
    >>> [str(side) for side in square.exact(rational("1/2"))]
    ['0.25000000000000000000', '0.50000000000000000000']
    """
    return Claim(
        label,
        assumes,
        sides,
        cases,
        relation,
        exact and _real_sides(exact),
        None,
        family,
        edges,
        loose,
        wrong,
        statement,
        given,
        tuple(n._replace(exact=_real_sides(n.exact)) if n.exact else n for n in neighbours),
        tight,
        ceiling and (lambda case: _real_number(ceiling(case))),
    )


equality = partial(inequality, relation="=")


def _real_sides(exact):
    return lambda case: tuple(map(_real_number, exact(case)))


def _real_number(side):
    return side if isinstance(side, LogSum | RealBall) else from_rational(side)
