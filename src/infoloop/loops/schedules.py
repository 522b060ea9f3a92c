r"""Loops made of parts: which data each generation is fit to, and who judges them.

Generation 0 is fit to real data, all of which count once. Each later generation

1. draws fresh data from the last model (`Parts.generate`);
2. lets a judge weigh each item: the last model or, if `frozen`, that of generation 0 (`Parts.select`);
3. fits the next model to them and to what the schedule adds (`Parts.refit`).

| schedule | the next model is fit to |
|---|---|
| `replace_data` | the fresh data alone |
| `weighted_mix` | fresh real data too, with a fixed share of the weight |
| `per_item_mixture` | fresh data in which each item is, by chance, a real one |
| `replay` | the real data of generation 0 too, with a fixed share of the weight |
| `accumulate` | all data so far |
| `subsample` | as many of all data so far as are fresh |

No shape changes from one generation to the next, so that any of these loops can be unrolled, jitted and, by `loop.many`
or `vmap` over keys, run many times at once. The state of each is a `Generation`.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from infoloop.loops.generation import Generation, Parts, generate_and_select, initial_generation, num_items
from infoloop.loops.loop import Loop
from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_int, check_unit_interval


def replace_data(parts: Parts, frozen: bool = False) -> Loop:
    """Return the loop that fits each model to fresh data alone.

    Args:
        parts: The functions of a generation; `generate` gives as many items as `real`.
        frozen: Whether the model of generation 0 judges, not the last one.

    >>> from infoloop.loops.generation import weighted_mean
    >>> halving = Parts(lambda key: jnp.ones(2), lambda key, z: z / 2 * jnp.ones(2), weighted_mean)
    >>> last = replace_data(halving).start(jax.random.key(0))
    >>> float(replace_data(halving).step(jax.random.key(1), last).model)
    0.5
    """
    return _loop(parts, frozen, partial(_real, parts), lambda key, state, fresh: fresh)


def weighted_mix(parts: Parts, weight: Number, frozen: bool = False) -> Loop:
    """Return the loop that fits to fresh real data at a weight and to fresh generated data at the rest.

    Args:
        parts: The functions of a generation.
        weight: Share of the real data in [0, 1], however many items there are of each; where it is their share of the
            items, every item counts once.
        frozen: Whether the model of generation 0 judges, not the last one.

    Raises:
        ValueError: The weight is outside [0, 1].

    >>> from infoloop.loops.generation import weighted_mean
    >>> loop = weighted_mix(Parts(lambda key: jnp.ones(2), lambda key, z: jnp.zeros(3), weighted_mean), 0.25)
    >>> float(loop.step(jax.random.key(1), loop.start(jax.random.key(0))).model)
    0.25
    """
    weight = check_unit_interval(weight, "weight")

    def use(key, state, fresh):
        return _balanced(_real(parts, key), fresh, weight)

    return _loop(parts, frozen, partial(_real_and_empty, parts), use)


def per_item_mixture(parts: Parts, probability: Number, frozen: bool = False) -> Loop:
    """Return the loop in which each item of a generation is, independently, a fresh real one or a generated one.

    Args:
        parts: The functions of a generation; `real` and `generate` give data of the same shapes.
        probability: That an item is real, in [0, 1]. A real item counts once, whatever the judge says.
        frozen: Whether the model of generation 0 judges, not the last one.

    Raises:
        ValueError: The probability is outside [0, 1].

    >>> from infoloop.loops.generation import weighted_mean
    >>> loop = per_item_mixture(Parts(lambda key: jnp.ones(2), lambda key, z: jnp.zeros(2), weighted_mean), 1.0)
    >>> float(loop.step(jax.random.key(1), loop.start(jax.random.key(0))).model)
    1.0
    """
    probability = check_unit_interval(probability, "probability")

    def use(key, state, fresh):
        real_key, coin_key = jax.random.split(key)
        real = _real(parts, real_key)
        is_real = jax.random.bernoulli(coin_key, probability, real[1].shape)
        return jax.tree.map(lambda a, b: jnp.where(jnp.expand_dims(is_real, range(1, a.ndim)), a, b), real, fresh)

    return _loop(parts, frozen, partial(_real, parts), use)


def replay(parts: Parts, weight: Number = 0.5, frozen: bool = False) -> Loop:
    """Return the loop that fits to the real data of generation 0 at a weight and to fresh data at the rest.

    Args:
        parts: The functions of a generation.
        weight: Share of the first data in [0, 1]; at one half every item counts once where there are as many of each.
        frozen: Whether the model of generation 0 judges, not the last one.

    Raises:
        ValueError: The weight is outside [0, 1].

    >>> from infoloop.loops.generation import weighted_mean
    >>> loop = replay(Parts(lambda key: jnp.ones(2), lambda key, z: jnp.zeros(2), weighted_mean))
    >>> float(loop.step(jax.random.key(1), loop.start(jax.random.key(0))).model)
    0.5
    """
    weight = check_unit_interval(weight, "weight")

    def use(key, state, fresh):
        size = len(state.weights) - len(fresh[1])
        return _balanced((jax.tree.map(lambda leaf: leaf[:size], state.data), jnp.ones(size)), fresh, weight)

    return _loop(parts, frozen, partial(_real_and_empty, parts), use)


def accumulate(parts: Parts, generations: int, frozen: bool = False) -> Loop:
    """Return the loop that fits to all data so far, the real ones too.

    Args:
        parts: The functions of a generation; `generate` gives data of the shapes of `real`.
        generations: For how many generations there is room, generation 0 the first.
        frozen: Whether the model of generation 0 judges, not the last one.

    Returns:
        A loop whose `data` are all places; those still empty have weight 0. Beyond the last generation all weights are
        NaN, so that no fit looks right.

    Raises:
        ValueError: There is not room for at least one generation.

    >>> from infoloop.loops.generation import weighted_mean
    >>> loop = accumulate(Parts(lambda key: jnp.ones(2), lambda key, z: jnp.zeros(2), weighted_mean), 4)
    >>> float(loop.step(jax.random.key(1), loop.start(jax.random.key(0))).model)
    0.5
    """
    start = partial(_real_and_room, parts, check_int(generations, "generations"))
    return _loop(parts, frozen, start, lambda key, state, fresh: _append_to_pool(state, fresh))
    start = _padded_pool(parts, check_int(generations, "generations"))
    return _loop(parts, frozen, start, lambda key, state, made: _append_to_pool(state, made))


def subsample(parts: Parts, generations: int, frozen: bool = False) -> Loop:
    """Return the loop that keeps all data and fits to as many of them as are fresh.

    The items are drawn without replacement from all so far, those with the largest of independent uniform marks, and
    keep their weights.

    Args:
        parts: The functions of a generation; `generate` gives data of the shapes of `real`.
        generations: For how many generations there is room, generation 0 the first.
        frozen: Whether the model of generation 0 judges, not the last one.

    Returns:
        A loop whose `data` and `weights` are all places as in `accumulate`, not the draw.

    Raises:
        ValueError: There is not room for at least one generation.

    >>> from infoloop.loops.generation import weighted_mean
    >>> loop = subsample(Parts(lambda key: jnp.ones(2), lambda key, z: jnp.ones(2), weighted_mean), 4)
    >>> float(loop.step(jax.random.key(1), loop.start(jax.random.key(0))).model)
    1.0
    """
    keeping = accumulate(parts, generations, frozen)

    def start(key):
        model = parts.refit(*_real(parts, key))
        return keeping.start(key)._replace(model=model, first=model)

    def step(key, state):
        keep_key, draw_key = jax.random.split(key)
        kept = keeping.step(keep_key, state)
        size = len(kept.weights) // generations
        marks = jax.random.uniform(draw_key, kept.weights.shape)
        present = jnp.arange(len(marks)) < (kept.number + 1) * size
        _, kept_places = lax.top_k(jnp.where(present, marks, -1.0), size)
        chosen = jax.tree.map(lambda leaf: leaf[kept_places], (kept.data, kept.weights))
        return kept._replace(model=parts.refit(*chosen))

    return Loop(start, step)


def _loop(parts, frozen, start, use):
    """Return the loop of a schedule; data are pairs of items and their weights.

    `start`: key -> data of generation 0. `use`: key, state, fresh data -> the data of the next fit.
    """

    def step(key, state):
        fresh_key, use_key = jax.random.split(key)
        data, weights = use(use_key, state, generate_and_select(parts, fresh_key, state, frozen))
        return Generation(parts.refit(data, weights), state.first, data, weights, state.number + 1)

    return Loop(lambda key: initial_generation(parts, *start(key)), step)


def _real(parts, key):
    """Return real data and their weights, all 1."""
    data = parts.real(key)
    return data, jnp.ones(num_items(data))


def _real_and_empty(parts, key):
    """Return real data, and empty places of weight 0 for one generation of fresh ones."""
    real = _real(parts, key)
    empty = jax.eval_shape(parts.generate, key, parts.refit(*real))
    empty = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), empty)
    return _joined(real, (empty, jnp.zeros(num_items(empty))))


def _real_and_room(parts, generations, key):
    """Return real data, and empty places of weight 0 for those of all generations after them."""
    real = _real(parts, key)
    more = jax.tree.map(lambda leaf: jnp.zeros(((generations - 1) * len(leaf), *leaf.shape[1:]), leaf.dtype), real)
    return _joined(real, more)


def _append_to_pool(state, fresh):
    """Return all data with the fresh ones in the places of their generation; NaN weights where there is no room."""
    size, place = len(fresh[1]), state.number + 1
    pool = jax.tree.map(
        lambda kept, new: lax.dynamic_update_slice_in_dim(kept, new, place * size, 0),
        (state.data, state.weights),
        fresh,
    )
    return pool[0], jnp.where(place * size < len(state.weights), pool[1], jnp.nan)


def _joined(one, other):
    return jax.tree.map(lambda a, b: jnp.concatenate([a, b]), one, other)


def _balanced(one, other, weight):
    """Return both together, scaled so that the first has the share `weight` where all of its items count."""
    sizes = len(one[1]), len(other[1])
    scaled = [
        (data, weights * share * sum(sizes) / size)
        for (data, weights), share, size in zip((one, other), (weight, 1 - weight), sizes, strict=True)
    ]
    return _joined(*scaled)
