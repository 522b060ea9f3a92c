"""A false statement, planted on purpose: what a user's own module of claims looks like."""

from infoloop.statements.cases import random_bayes_nets
from infoloop.statements.claim import linear

reversed_processing = linear(
    "thm:planted",
    "I(X;Z) >= I(X;D)",
    ("X -> D -> Z",),
    random_bayes_nets("X", "D|X", "Z|D", X=2, D=2, Z=2),
    assumes=("X -> D -> Z",),
)
