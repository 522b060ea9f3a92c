"""Name the types of array arguments, to be given a shape by jaxtyping: `Float[Numbers, "n m"]`."""

from collections.abc import Sequence

from jax.typing import ArrayLike

Numbers = ArrayLike | Sequence  # an array, a number, or nested lists of them
