"""Types of array arguments: a shape can be given to arrays, numbers and nested lists alike."""

from collections.abc import Sequence
from typing import get_args

import jax
import numpy as np
from jaxtyping import Float

from infoloop.probability.array_types import Numbers


def test_a_shape_can_be_given_to_arrays_and_nested_lists():
    shaped = [kind for kind in get_args(Float[Numbers, "n m"]) if hasattr(kind, "array_type")]
    assert {kind.array_type for kind in shaped} >= {jax.Array, np.ndarray, Sequence}
    assert {kind.dim_str for kind in shaped} == {"n m"}
    assert isinstance(np.zeros((2, 3)), shaped[1])
    assert not isinstance(np.zeros(2), shaped[1])
