"""The two kinds of claim about numbers: equalities and bounds whose exact sides are on cases of their own.

What a claim about laws compares follows from its text (`statements.claim.linear`), or its exact cases are the float
ones made rational (`Claim`). Here floats and exact cases are declared apart: no exact case lies next to a float one.
"""

from functools import partial

from infoloop.statements.claim import Claim

equality = partial(Claim, relation="=", exactly=None)
inequality = partial(Claim, relation="<=", exactly=None)
