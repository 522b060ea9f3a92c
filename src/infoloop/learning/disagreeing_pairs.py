"""Pairs of components on which two predictors of the order of learning disagree, drawn at random."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from infoloop.learning.component_order_rates import component_efficiency, split_start
from infoloop.worlds.component_pairs import MOST_IDLE, ComponentPair

PREDICTORS = ("efficiency", "information", "rate")
DRAWS = ("as they come", "efficiency or information", "efficiency or rate")
_CANDIDATES = 128  # at e between .02 and .45 there is no pair of the wanted kind among them with a chance below 1e-6


def predicted(crossovers: Float[Array, "components"], idle: Int[Array, "components"]) -> dict[str, Array]:
    r"""Return what each of `PREDICTORS` says of each component; the larger one is named.

    Efficiency is $\frac{1-h(e)}{1+b}$, information $1-h(e)$, the rate $(1-2e)2^{-b}$.

    Args:
        crossovers: e, how often the component is wrong.
        idle: b, its idle bits.

    >>> {name: x.round(2).tolist() for name, x in predicted(jnp.array([0.02, 0.2]), jnp.array([1, 0])).items()}
    {'efficiency': [0.43, 0.28], 'information': [0.86, 0.28], 'rate': [0.48, 0.6]}
    """
    return {
        "efficiency": component_efficiency(crossovers, idle),
        "information": component_efficiency(crossovers, jnp.zeros_like(idle)),
        "rate": split_start(crossovers, idle),
    }


def drawn_pair(key: Key[Array, ""], least: float, most: float, draw: Int[Array, ""] | int) -> ComponentPair:
    """Return a pair of one of `DRAWS`: the first one of that kind among many that come.

    They come with even crossover probabilities between two ends, and evenly from 0 to 3 idle bits.

    Args:
        key: A key of `jax.random`.
        least: Least crossover probability.
        most: Largest one, below 1/2.
        draw: Place in `DRAWS`.

    Returns:
        The pair; of NaN where no candidate is of that kind.

    >>> pair = drawn_pair(jax.random.key(0), 0.02, 0.45, 2)
    >>> said = predicted(pair.crossovers, pair.idle)
    >>> efficient, fast = (bool(said[name][0] > said[name][1]) for name in ("efficiency", "rate"))
    >>> efficient != fast
    True
    """
    key_flips, key_idle = jax.random.split(key)
    e = jax.random.uniform(key_flips, (_CANDIDATES, 2), minval=least, maxval=most)
    b = jax.random.randint(key_idle, (_CANDIDATES, 2), 0, MOST_IDLE + 1)
    leads = {name: jnp.sign(x[:, 0] - x[:, 1]) for name, x in jax.vmap(predicted)(e, b).items()}
    wanted = jnp.stack(
        [jnp.ones(_CANDIDATES, bool), *(leads["efficiency"] * leads[name] < 0 for name in PREDICTORS[1:])]
    )[draw]
    place = jnp.argmax(wanted)
    return ComponentPair(jnp.where(wanted.any(), e[place], jnp.nan), b[place])
