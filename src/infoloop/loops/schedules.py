r"""Loops made of parts: which data each generation is fit to, and who judges them.

Generation 0 is fit to real data, all of which count once. Each later one draws fresh data from the last model; a judge,
the last model or, if `frozen`, that of generation 0, says how much each counts; and the next model is fit to them and
to what the schedule adds. No shape changes from one generation to the next, so that any of these loops can be
unrolled, jitted and, by `loop.many` or `vmap` over keys, run many times at once.
"""

import jax
import jax.numpy as jnp
from jax import lax

from infoloop.loops.generation import Generation, Parts, generate_and_select, initial_generation, num_items
from infoloop.loops.loop import Loop
from infoloop.probability.validation import check_int, check_unit_interval


def replace_data(parts: Parts, frozen: bool = False) -> Loop:
    """Each model is fit to fresh data alone, as many as the real ones.

    >>> from infoloop.loops.generation import weighted_mean
    >>> halving = Parts(lambda key: jnp.ones(2), lambda key, z: z / 2 * jnp.ones(2), weighted_mean)
    >>> last = replace_data(halving).start(jax.random.key(0))
    >>> float(replace_data(halving).step(jax.random.key(1), last).model)
    0.5
    """
    return _loop(parts, frozen, _real(parts), lambda key, state, made: made)


def weighted_mix(parts: Parts, weight, frozen: bool = False) -> Loop:
    """Fit to fresh real data at `weight` and to fresh generated data at 1 - `weight`, however many there are of each.

    At the weight that is their share every item counts once. Raises ValueError for a weight outside [0, 1].

    >>> from infoloop.loops.generation import weighted_mean
    >>> loop = weighted_mix(Parts(lambda key: jnp.ones(2), lambda key, z: jnp.zeros(3), weighted_mean), 0.25)
    >>> float(loop.step(jax.random.key(1), loop.start(jax.random.key(0))).model)
    0.25
    """
    weight = check_unit_interval(weight, "weight")

    def use(key, state, made):
        return _balanced(_real(parts)(key), made, weight)

    return _loop(parts, frozen, _real_and_empty(parts), use)


def per_item_mixture(parts: Parts, probability, frozen: bool = False) -> Loop:
    """Each item of a generation is, with this `probability` and independently, a fresh real one, not a generated one.

    Real and generated data must have the same shapes; what is real counts once, whatever the judge says. Raises
    ValueError for a probability outside [0, 1].

    >>> from infoloop.loops.generation import weighted_mean
    >>> loop = per_item_mixture(Parts(lambda key: jnp.ones(2), lambda key, z: jnp.zeros(2), weighted_mean), 1.0)
    >>> float(loop.step(jax.random.key(1), loop.start(jax.random.key(0))).model)
    1.0
    """
    probability = check_unit_interval(probability, "probability")

    def use(key, state, made):
        real_key, coin_key = jax.random.split(key)
        real = _real(parts)(real_key)
        swapped = jax.random.bernoulli(coin_key, probability, real[1].shape)
        return jax.tree.map(lambda a, b: jnp.where(jnp.expand_dims(swapped, range(1, a.ndim)), a, b), real, made)

    return _loop(parts, frozen, _real(parts), use)


def replay(parts: Parts, weight=0.5, frozen: bool = False) -> Loop:
    """Fit to the real data of generation 0, kept for good, at `weight`, and to fresh data at 1 - `weight`.

    At one half every item counts once where there are as many of each. Raises ValueError for a weight outside [0, 1].

    >>> from infoloop.loops.generation import weighted_mean
    >>> loop = replay(Parts(lambda key: jnp.ones(2), lambda key, z: jnp.zeros(2), weighted_mean))
    >>> float(loop.step(jax.random.key(1), loop.start(jax.random.key(0))).model)
    0.5
    """
    weight = check_unit_interval(weight, "weight")

    def use(key, state, made):
        size = len(state.weights) - len(made[1])
        return _balanced((jax.tree.map(lambda leaf: leaf[:size], state.data), jnp.ones(size)), made, weight)

    return _loop(parts, frozen, _real_and_empty(parts), use)


def accumulate(parts: Parts, generations: int, frozen: bool = False) -> Loop:
    """Fit to all data so far, the real ones too: the pool has capacity for `generations`, generation 0 the first.

    Empty places have weight 0. Beyond the last generation all weights are NaN, so that no fit looks right. Raises
    ValueError unless the capacity is at least one generation.

    >>> from infoloop.loops.generation import weighted_mean
    >>> loop = accumulate(Parts(lambda key: jnp.ones(2), lambda key, z: jnp.zeros(2), weighted_mean), 4)
    >>> float(loop.step(jax.random.key(1), loop.start(jax.random.key(0))).model)
    0.5
    """
    start = _padded_pool(parts, check_int(generations, "generations"))
    return _loop(parts, frozen, start, lambda key, state, made: _append_to_pool(state, made))


def subsample(parts: Parts, generations: int, frozen: bool = False) -> Loop:
    """All data are kept as in `accumulate`, and each model is fit to as many as are fresh, drawn from all of them.

    They are drawn without replacement, those with the largest of independent uniform marks, and keep their weights.
    The state's `data` and `weights` are the pool, not the draw. Raises ValueError as `accumulate` does.

    >>> from infoloop.loops.generation import weighted_mean
    >>> loop = subsample(Parts(lambda key: jnp.ones(2), lambda key, z: jnp.ones(2), weighted_mean), 4)
    >>> float(loop.step(jax.random.key(1), loop.start(jax.random.key(0))).model)
    1.0
    """
    keeping = accumulate(parts, generations, frozen)

    def start(key):
        model = parts.refit(*_real(parts)(key))
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


def _loop(parts: Parts, frozen: bool, start, use) -> Loop:
    """`start`: key -> data and weights of generation 0; `use`: key, state, fresh -> those of the next fit."""

    def step(key, state):
        fresh_key, use_key = jax.random.split(key)
        data, weights = use(use_key, state, generate_and_select(parts, fresh_key, state, frozen))
        return Generation(parts.refit(data, weights), state.first, data, weights, state.number + 1)

    return Loop(lambda key: initial_generation(parts, *start(key)), step)


def _real(parts: Parts):
    def start(key):
        data = parts.real(key)
        return data, jnp.ones(num_items(data))

    return start


def _real_and_empty(parts: Parts):
    """Real data, and empty places of weight 0 for fresh ones."""

    def start(key):
        real = _real(parts)(key)
        empty = jax.eval_shape(parts.generate, key, parts.refit(*real))
        empty = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), empty)
        return _joined(real, (empty, jnp.zeros(num_items(empty))))

    return start


def _padded_pool(parts: Parts, generations: int):
    """Real data, and empty places of weight 0 for those of as many generations as are left."""

    def start(key):
        real = _real(parts)(key)
        more = jax.tree.map(lambda leaf: jnp.zeros(((generations - 1) * len(leaf), *leaf.shape[1:]), leaf.dtype), real)
        return _joined(real, more)

    return start


def _append_to_pool(state: Generation, made):
    size, place = len(made[1]), state.number + 1
    pool = jax.tree.map(
        lambda kept, new: lax.dynamic_update_slice_in_dim(kept, new, place * size, 0),
        (state.data, state.weights),
        made,
    )
    return pool[0], jnp.where(place * size < len(state.weights), pool[1], jnp.nan)


def _joined(one, other):
    return jax.tree.map(lambda a, b: jnp.concatenate([a, b]), one, other)


def _balanced(one, other, weight):
    """Both together, scaled so that the first has the share `weight` where all of its items count."""
    sizes = len(one[1]), len(other[1])
    scaled = [
        (data, weights * share * sum(sizes) / size)
        for (data, weights), share, size in zip((one, other), (weight, 1 - weight), sizes, strict=True)
    ]
    return _joined(*scaled)
