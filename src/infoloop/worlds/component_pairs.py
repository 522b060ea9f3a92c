r"""Two components of one signal, each with idle detail that a learner sees: as tokens of an input, or of a target.

The task T is a fair bit. Component j shows the class $C_j=T$, flipped with probability $e_j$, in one of $2^{b_j}$ forms
that have nothing to do with the task; its token is class and form together. It tells $1-h(e_j)$ bits of T and has
$1+b_j$ bits in all. As an input, both tokens are seen and T is to be said; as a target, T is the question and a string
of both tokens is to be said.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Bool, Float, Int

from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_positions, check_unit_interval

MOST_IDLE = 3
FORMS = 2**MOST_IDLE  # places for them; a component with fewer idle bits uses the first ones
TOKENS = 2 * FORMS  # token c * FORMS + f is class c in form f


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ComponentPair:
    """Two components, made by `component_pair`.

    Attributes:
        crossovers: $e_j$, probability that the class of component j is wrong.
        idle: $b_j$, its idle bits, from 0 to 3.
    """

    crossovers: Float[Array, "*batch 2"]
    idle: Int[Array, "*batch 2"]

    @property
    def used(self) -> Bool[Array, "2 tokens"]:
        """Which tokens occur: those whose form is below $2^{b_j}$."""
        return jnp.arange(TOKENS) % FORMS < 2 ** self.idle[:, None]


def component_pair(crossovers: Float[Numbers, "2"], idle: Int[Numbers, "2"]) -> ComponentPair:
    """Return a pair of components, checked.

    Args:
        crossovers: $e_j$ in [0, 1]; a traced one outside gives NaN.
        idle: $b_j$, whole numbers from 0 to 3; traced ones outside make the crossovers NaN.

    Raises:
        ValueError: One of them is out of range, or there are not two of each.

    >>> component_pair([0.1, 0.2], [0, 3]).used.sum(axis=1).tolist()
    [2, 16]
    """
    e = check_unit_interval(crossovers, "crossovers")
    if e.shape != (2,) or np.shape(idle) != (2,):
        raise ValueError(
            f"crossovers and idle have shapes {e.shape}, {np.shape(idle)}: give one for each of 2 components"
        )
    if isinstance(idle, Tracer):
        return ComponentPair(nan_unless(jnp.all((idle >= 0) & (idle <= MOST_IDLE)), e), idle)
    b = check_positions(idle, "idle")
    if b.max() > MOST_IDLE:
        raise ValueError(f"idle is {b.tolist()}: give at most {MOST_IDLE} idle bits")
    return ComponentPair(e, jnp.asarray(b))


def pair_token_law(pair: ComponentPair) -> Float[Array, "2 2 tokens"]:
    r"""Return $P(\text{token}_j\mid T=t)$, component x task x token: $2^{-b_j}(1-e_j)$ or $2^{-b_j}e_j$.

    Args:
        pair: Two components.

    >>> pair_token_law(component_pair([0.25, 0.0], [1, 0]))[0, 1].tolist()[:2]
    [0.125, 0.125]
    """
    said = jnp.arange(TOKENS) // FORMS
    right = said[None, None, :] == jnp.arange(2)[None, :, None]
    e, b = pair.crossovers[:, None, None], pair.idle[:, None, None]
    return jnp.where(pair.used[:, None, :], jnp.where(right, 1 - e, e) * 2.0**-b, 0.0)


def strings_law(pair: ComponentPair) -> Float[Array, "2 strings"]:
    r"""Return the law of target strings of two tokens for each question T; string $16\,y_1+y_2$ is $(y_1,y_2)$.

    >>> float(strings_law(component_pair([0.25, 0.0], [0, 0])).max())
    0.75
    """
    first, second = pair_token_law(pair)
    return (first[:, :, None] * second[:, None, :]).reshape(2, -1)


def inputs_law(pair: ComponentPair) -> tuple[Float[Array, "inputs"], Float[Array, "inputs 2"]]:
    r"""Return the probability of each input of two tokens, in the order of strings, and $P(T\mid\text{input})$.

    Where an input has probability 0, T is fair.

    >>> weight, label = inputs_law(component_pair([0.25, 0.25], [0, 0]))
    >>> weight[weight > 0].tolist(), round(float(label.max()), 12)
    ([0.3125, 0.1875, 0.1875, 0.3125], 0.9)
    """
    both = strings_law(pair).T / 2
    weight = both.sum(axis=1)
    there = weight > 0
    return weight, jnp.where(there[:, None], both / jnp.where(there, weight, 1.0)[:, None], 0.5)
