"""The type of array arguments, which jaxtyping gives a shape: `Float[Numbers, "n m"]`."""

from collections.abc import Sequence

from jax.typing import ArrayLike
from jaxtyping import Float

Numbers = ArrayLike | Sequence  # an array, a number, or nested lists of them
Number = Float[Numbers, ""]  # a single one
Batch = Float[Numbers, "*batch"]  # of any shape that broadcasts with the other arguments
