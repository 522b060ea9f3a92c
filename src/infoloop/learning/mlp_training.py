r"""Small flax networks trained by optax inside one scan, vmapped over seeds and settings, their information exact.

A network sees all $2^d$ inputs of a binary world, component j as $\pm a_j$, and gives a law of the label. At each
checkpoint $I(C_j;\hat Y)$ is summed over all inputs: nothing is estimated. float64 throughout.
"""

from __future__ import annotations

import functools
import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infoloop.learning.binary_features import informations, masses_of, noisy_features_law, signs
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import LOG2E
from infoloop.probability.validation import check_choice, check_int, check_positive, check_unit_interval

_OPTIMISERS = ("sgd", "adam")


class Learner(NamedTuple):
    """What fixes the shape of a computation; `learner` checks. A batch of 0 is the whole law."""

    widths: tuple[int, ...]
    steps: int
    checkpoints: int
    optimiser: str
    batch: int


class TrainingSetting(NamedTuple):
    """What differs between runs: the world `masses[i, y]`, amplitudes, learning rate, factor of the first weights."""

    masses: jax.Array
    amplitude: jax.Array
    rate: jax.Array
    scale: jax.Array


class Training(NamedTuple):
    r"""Checkpoints along the second last axis (or the last), the untrained network first.

    `soft[..., j]` is $I(C_j;\hat Y)$ with $\hat Y$ drawn from the softmax, `hard` with its largest entry (the first of
    equals), the last j being the label, all in bits; `risk` the cross-entropy in bits, `accuracy` the probability that
    the hard decision is right. `diverged`: a risk is not finite, or at the end above that of the untrained network.
    Such numbers are left as they are, NaN included: show the runs that are not marked.
    """

    soft: jax.Array
    hard: jax.Array
    risk: jax.Array
    accuracy: jax.Array
    diverged: jax.Array


def learner(widths=(16,), steps: int = 2000, checkpoints: int = 50, optimiser: str = "sgd", batch: int = 0) -> Learner:
    """The checked shape of a training: hidden widths (tanh), steps, checkpoints that divide them, sgd or adam, batch.

    Raises ValueError for sizes below 1 (batch: 0), an unknown optimiser, checkpoints that do not divide the steps.

    >>> learner(steps=100, checkpoints=10).optimiser
    'sgd'
    """
    widths = tuple(check_int(width, "a width") for width in widths)
    steps, checkpoints = check_int(steps, "steps"), check_int(checkpoints, "checkpoints")
    if steps % checkpoints:
        raise ValueError(f"checkpoints are {checkpoints}, which does not divide {steps} steps: give a divisor")
    return Learner(
        widths,
        steps,
        checkpoints,
        check_choice(optimiser, "optimiser", _OPTIMISERS),
        check_int(batch, "batch", 0),
    )


def setting(p: Joint, label: str, amplitude, rate, scale=1.0) -> TrainingSetting:
    """One setting: a law over binary components and a label, with an amplitude for each component.

    Raises ValueError for amplitudes, a rate or a scale that are not positive, and as `binary_features.masses_of` does.

    >>> setting(noisy_features_law([0.1, 0.2]), "Y", [1.0, 2.0], 0.1).masses.shape
    (4, 2)
    """
    masses = masses_of(p, label)
    amplitude = jnp.atleast_1d(check_positive(amplitude, "amplitude"))
    if 2 ** len(amplitude) != len(masses):
        raise ValueError(f"amplitude has {len(amplitude)} entries for {len(masses)} inputs: give one a component")
    return TrainingSetting(masses, amplitude, check_positive(rate, "rate"), check_positive(scale, "scale"))


def noisy_feature_settings(crossovers, amplitudes, rates, scales=1.0) -> TrainingSetting:
    """Many settings of `noisy_features_law`: `crossovers[k]` and `amplitudes[k]` are those of setting k.

    Raises ValueError for a crossover probability outside [0, 1], for numbers not positive, and for shapes that differ.

    >>> noisy_feature_settings([[0.1, 0.2], [0.3, 0.4]], [[1.0, 1.0], [1.0, 2.0]], 0.1).masses.shape
    (2, 4, 2)
    """
    crossovers, amplitudes = check_unit_interval(crossovers, "crossovers"), check_positive(amplitudes, "amplitudes")
    if crossovers.ndim != 2 or crossovers.shape != amplitudes.shape:
        raise ValueError(
            f"crossovers have shape {crossovers.shape}, amplitudes {amplitudes.shape}: give both settings x components"
        )
    rates, scales = (
        jnp.broadcast_to(check_positive(x, w), len(crossovers)) for x, w in ((rates, "rates"), (scales, "scales"))
    )
    return jax.vmap(lambda e, a, r, s: setting(noisy_features_law(e), "Y", a, r, s))(
        crossovers, amplitudes, rates, scales
    )


def train(key, of: TrainingSetting, by: Learner) -> Training:
    """One run: a network drawn with `key`, trained on the whole law or, with a batch, on draws from it.

    >>> key, of = jax.random.key(0), setting(noisy_features_law([0.0]), "Y", [1.0], 1.0)
    >>> run = train(key, of, learner(widths=(4,), steps=100, checkpoints=2))
    >>> [round(float(bits), 12) for bits in run.hard[-1]], bool(run.diverged)
    ([1.0, 1.0], False)
    """
    key_net, key_data = jax.random.split(key)
    logits_of, start = _network(key_net, of, by.widths)
    optimiser = _optimiser(by.optimiser, of.rate)

    def step(state, t):
        params, memory = state
        seen = _seen(jax.random.fold_in(key_data, t), of.masses, by.batch)
        slope = jax.grad(lambda params: _risk(logits_of(params), seen))(params)
        moves, memory = optimiser.update(slope, memory, params)
        return (jax.tree.map(jnp.add, params, moves), memory), None

    def chapter(state, times):
        state, _ = lax.scan(step, state, times)
        return state, _judged(of.masses, logits_of(state[0]))

    times = jnp.arange(by.steps).reshape(by.checkpoints, -1)
    _, later = lax.scan(chapter, (start, optimiser.init(start)), times)
    first = _judged(of.masses, logits_of(start))
    soft, hard, risk, accuracy = (jnp.concatenate([a[None], b]) for a, b in zip(first, later, strict=True))
    return Training(soft, hard, risk, accuracy, ~(jnp.isfinite(risk).all() & (risk[-1] <= risk[0])))


@functools.partial(jax.jit, static_argnames="by")
def train_sweep(keys, of: TrainingSetting, by: Learner) -> Training:
    """All settings (leading axis of `of`) with all seeds (`keys`) at once: each number gets the axes settings x seeds.

    A run is the one that `train` makes with the same key and setting.

    >>> of = noisy_feature_settings([[0.0], [0.5]], [[1.0], [1.0]], 1.0)
    >>> train_sweep(jax.random.split(jax.random.key(0), 3), of, learner((4,), 20, 2)).soft.shape
    (2, 3, 3, 2)
    """
    return jax.vmap(lambda one: jax.vmap(lambda key: train(key, one, by))(keys))(of)


def _network(key, of: TrainingSetting, widths):
    """The logits of all inputs as a function of the parameters, and the parameters drawn."""
    from flax import nnx  # here: flax takes a second to import

    sizes = (len(of.amplitude), *widths, of.masses.shape[1])
    rngs, layers = nnx.Rngs(key), []
    for inside, outside in itertools.pairwise(sizes):
        layers += [nnx.Linear(inside, outside, rngs=rngs, param_dtype=float, precision="highest"), jnp.tanh]
    graph, params = nnx.split(nnx.Sequential(*layers[:-1]))
    inputs = jnp.asarray(signs(len(of.amplitude))) * of.amplitude
    return lambda params: nnx.merge(graph, params)(inputs), jax.tree.map(lambda w: of.scale * w, params)


def _optimiser(name: str, rate):
    import optax  # here: only training needs it

    return optax.sgd(rate) if name == "sgd" else optax.adam(rate)


def _seen(key, masses, batch: int):
    """The law to learn from at one step: the whole one, or the shares of a batch drawn from it."""
    if batch == 0:
        return masses
    sample = jax.random.categorical(key, jnp.log(masses).reshape(-1), shape=(batch,))
    return jnp.bincount(sample, length=masses.size).reshape(masses.shape) / batch


def _risk(logits, masses):
    """Cross-entropy in nats, the loss."""
    return -(masses * jax.nn.log_softmax(logits)).sum()


def _judged(masses, logits):
    soft = jax.nn.softmax(logits)
    hard = jax.nn.one_hot(logits.argmax(axis=1), logits.shape[1], dtype=logits.dtype)
    hard = jnp.where(jnp.isfinite(logits).all(), hard, jnp.nan)
    return informations(masses, soft), informations(masses, hard), _risk(logits, masses) * LOG2E, (masses * hard).sum()
