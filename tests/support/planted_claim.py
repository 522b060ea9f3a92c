"""A false statement, planted on purpose: what a user's own module of claims looks like."""

from infoloop.statements.cases import networks
from infoloop.statements.claim import linear

reversed_processing = linear(
    "thm:planted",
    "I(X;Z) >= I(X;D)",
    ("X -> D -> Z",),
    networks("X", "D|X", "Z|D", X=2, D=2, Z=2),
    assumes=("X -> D -> Z",),
)
CLAIMS = (reversed_processing,)
