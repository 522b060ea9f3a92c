"""The two kinds of claim about numbers, equalities and inequalities, and the types of those numbers.

What a claim about laws compares follows from its text (`statements.claim.linear`), or its exact cases are the float
ones made rational (`Claim`). Here floats and exact cases are declared apart: no exact case lies next to a float one.
"""

from functools import partial
from typing import Any

from flint import fmpq

from infoloop.statements.claim import Claim

Number = Any  # a float, a JAX or NumPy array, or an exact rational: a formula that serves all of them
Exact = fmpq | int | str  # what `rational` takes

equality = partial(Claim, relation="=", exactly=None)
inequality = partial(Claim, relation="<=", exactly=None)
