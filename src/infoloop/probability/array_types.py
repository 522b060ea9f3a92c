"""The type of array arguments, which jaxtyping gives a shape: `Float[Numbers, "n m"]`."""

from collections.abc import Sequence

from jax.typing import ArrayLike

Numbers = ArrayLike | Sequence  # an array, a number, or nested lists of them
