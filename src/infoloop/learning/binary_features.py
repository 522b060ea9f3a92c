r"""Worlds of d binary components and a label: all $2^d$ inputs, and what a prediction tells of each component.

Input i has the components that its binary digits are, the first component the leading digit: `masses[i, y]` is the
table of a law over (C1, ..., Cd, Y), flattened.
"""

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.information.measures import mutual_information
from infoloop.probability.channel_families import bsc
from infoloop.probability.channels import extend
from infoloop.probability.distributions import Joint, joint, marginal
from infoloop.probability.validation import check_int, check_known


def signs(components: int) -> np.ndarray:
    """All inputs as rows of -1 (component 0) and 1 (component 1), in the order of `masses`.

    >>> signs(2).tolist()
    [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]
    """
    d = check_int(components, "components")
    return 2.0 * np.stack([np.arange(2**d) >> (d - 1 - j) & 1 for j in range(d)], axis=1) - 1


def noisy_features_law(crossovers) -> Joint:
    r"""Law of a fair label Y and of noisy copies C1, ..., Cd, independent given Y, with these crossover probabilities.

    Component j tells $I(C_j;Y)=1-h(e_j)$ bits. Raises ValueError for a probability outside [0, 1] and for none at all.

    >>> noisy_features_law([0.25, 0.0]).names
    ('Y', 'C1', 'C2')
    """
    p, crossovers = joint([0.5, 0.5], "Y"), jnp.atleast_1d(jnp.asarray(crossovers, float))
    check_int(len(crossovers), "the number of components")
    for j in range(len(crossovers)):
        p = extend(p, bsc(crossovers[j], "Y", f"C{j + 1}"))
    return p


def masses_of(p: Joint, label: str) -> jax.Array:
    """`masses[i, y]` of a law over binary components, in their order there, and the label.

    Raises ValueError for an unknown label, no component or one with other than two values.

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


def informations(masses, predictions) -> jax.Array:
    r"""$I(C_j;\hat Y)$ for each component, and $I(Y;\hat Y)$ last, in bits, exactly; $\hat Y$ has law `predictions[i]`.

    Sums over all inputs: $P(c_j,\hat y)=\sum_{i:\,i_j=c_j}P(i)Q(\hat y\mid i)$. NaN where a prediction is.

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
