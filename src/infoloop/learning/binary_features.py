r"""Worlds of d binary components and a label: all $2^d$ inputs, and what a prediction tells of each component.

Input i has the components that its binary digits are, the first component the leading digit: `masses[i, y]` is the
table of a law over (C1, ..., Cd, Y), flattened.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.information.measures import mutual_information
from infoloop.probability.array_types import Numbers
from infoloop.probability.channel_families import bsc
from infoloop.probability.channels import extend
from infoloop.probability.distributions import Joint, joint, marginal
from infoloop.probability.validation import check_int, check_known


def signs(components: int) -> Float[np.ndarray, "inputs components"]:
    """Return all inputs as rows of -1 (component 0) and 1 (component 1), in the order of `masses`.

    Raises:
        ValueError: `components` is no whole number, at least 1.

    >>> signs(2).tolist()
    [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]
    """
    d = check_int(components, "components")
    return 2.0 * np.stack([np.arange(2**d) >> (d - 1 - j) & 1 for j in range(d)], axis=1) - 1


def noisy_features_law(crossovers: Float[Numbers, "components"]) -> Joint:
    r"""Return the law of a fair label Y and of noisy copies C1, ..., Cd, independent given Y.

    Component j tells $I(C_j;Y)=1-h(e_j)$ bits.

    Args:
        crossovers: Probability $e_j$ that copy j is wrong, in [0, 1]; a traced one outside gives NaN.

    Raises:
        ValueError: A probability is outside [0, 1], or there is none.

    >>> noisy_features_law([0.25, 0.0]).names
    ('Y', 'C1', 'C2')
    """
    p, crossovers = joint([0.5, 0.5], "Y"), jnp.atleast_1d(jnp.asarray(crossovers, float))
    check_int(len(crossovers), "the number of components")
    for j in range(len(crossovers)):
        p = extend(p, bsc(crossovers[j], "Y", f"C{j + 1}"))
    return p


def masses_of(p: Joint, label: str) -> Float[Array, "inputs labels"]:
    """Return the table of a law over binary components and a label: a row for each input.

    Args:
        p: The law; its names beside the label are the components, in their order there.
        label: The name of the label.

    Raises:
        ValueError: The label is unknown, there is no component, or one has other than two values.

    >>> masses_of(noisy_features_law([0.25]), "Y").tolist()
    [[0.375, 0.125], [0.125, 0.375]]
    """
    check_known(p.names, label)
    components = tuple(name for name in p.names if name != label)
    table = marginal(p, *components, label).table
    for name, size in zip(components, table.shape[:-1], strict=True):
        if size != 2:
            raise ValueError(f"component {name} takes {size} values: a component is binary")
    if not components:
        raise ValueError(f"the law is over {label} alone: give it a component")
    return table.reshape(-1, table.shape[-1])


def informations(
    masses: Float[Array, "inputs labels"], predictions: Float[Array | np.ndarray, "inputs predictions"]
) -> Float[Array, "components+1"]:
    r"""Return $I(C_j;\hat Y)$ in bits for each component, and $I(Y;\hat Y)$ last.

    Exact sums over all inputs: $P(c_j,\hat y)=\sum_{i:\,i_j=c_j}P(i)Q(\hat y\mid i)$.

    Args:
        masses: P(input, label), as `masses_of` makes it.
        predictions: Law of the prediction for each input, one a row; NaN gives NaN.

    >>> masses, copy = masses_of(noisy_features_law([0.5, 0.0]), "Y"), jnp.array([[1.0, 0], [0, 1], [1, 0], [0, 1]])
    >>> [round(float(bits), 12) for bits in informations(masses, copy)]
    [0.0, 1.0, 1.0]
    """
    d = int(masses.shape[0]).bit_length() - 1
    digits = jnp.asarray(signs(d) > 0)
    inputs = masses.sum(axis=1)
    parts = jnp.stack([~digits, digits], axis=1) * inputs[:, None, None]
    components = jnp.einsum("icd,iy->dcy", parts, predictions, precision="highest")
    each = jax.vmap(_bits)(components)
    return jnp.append(each, _bits(jnp.einsum("it,iy->ty", masses, predictions, precision="highest")))


def _bits(table):
    return mutual_information(Joint(table, ("A", "B")), "A", "B")
