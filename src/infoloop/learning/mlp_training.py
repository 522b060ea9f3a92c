r"""Small flax networks trained by optax inside one scan, vmapped over seeds and settings, their information exact.

A network sees all $2^d$ inputs of a binary world, component j as $\pm a_j$, and gives a law of the label. At each
checkpoint $I(C_j;\hat Y)$ is summed over all inputs: nothing is estimated. float64 throughout.
"""

import itertools
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Key

from infoloop.learning.binary_features import informations, masses_of, noisy_features_law, signs
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import LOG2E
from infoloop.probability.validation import check_choice, check_int, check_positive, check_unit_interval

_OPTIMISERS = ("sgd", "adam")


class Learner(NamedTuple):
    """What fixes the shape of a training; `learner` checks.

    Attributes:
        widths: Hidden widths (tanh).
        steps: Steps of the optimiser.
        checkpoints: How many times, evenly spaced, the network is looked at.
        optimiser: "sgd" or "adam".
        batch: Draws a step; 0 is the whole law.
    """

    widths: tuple[int, ...]
    steps: int
    checkpoints: int
    optimiser: str
    batch: int


class TrainingSetting(NamedTuple):
    r"""What differs between runs of one shape; many settings have a leading axis.

    Attributes:
        masses: The world, P(input, label).
        amplitude: $a_j$, so that component j is seen as $\pm a_j$.
        rate: Learning rate.
        scale: Factor of the first weights.
    """

    masses: Float[Array, "*settings inputs labels"]
    amplitude: Float[Array, "*settings components"]
    rate: Float[Array, "*settings"]
    scale: Float[Array, "*settings"]


class Training(NamedTuple):
    r"""What a training did, at the checkpoints, the untrained network first.

    Numbers that are not finite are left as they are, NaN included: show the runs that are not marked as diverged.

    Attributes:
        soft: $I(C_j;\hat Y)$ in bits with $\hat Y$ drawn from the softmax, for each component and, last, the label.
        hard: The same with $\hat Y$ the largest entry of the softmax (the first of equals).
        risk: Cross-entropy, in bits.
        accuracy: Probability that the hard decision is right.
        diverged: Whether a risk is not finite, or at the end above that of the untrained network.
    """

    soft: Float[Array, "*runs checkpoints+1 components+1"]
    hard: Float[Array, "*runs checkpoints+1 components+1"]
    risk: Float[Array, "*runs checkpoints+1"]
    accuracy: Float[Array, "*runs checkpoints+1"]
    diverged: Bool[Array, "*runs"]


def learner(
    widths: Sequence[int] = (16,), steps: int = 2000, checkpoints: int = 50, optimiser: str = "sgd", batch: int = 0
) -> Learner:
    """Return the checked shape of a training.

    Args:
        widths: Hidden widths (tanh), each at least 1.
        steps: Steps of the optimiser, at least 1.
        checkpoints: How many times, evenly spaced, the network is looked at; a divisor of `steps`.
        optimiser: "sgd" or "adam".
        batch: Draws a step, or 0 for the whole law.

    Raises:
        ValueError: One of them is none of these.

    >>> learner(steps=100, checkpoints=10).optimiser
    'sgd'
    """
    widths = tuple(check_int(width, "a width") for width in widths)
    steps, checkpoints = check_int(steps, "steps"), check_int(checkpoints, "checkpoints")
    if steps % checkpoints:
        raise ValueError(f"checkpoints are {checkpoints}, which does not divide {steps} steps: give a divisor")
    optimiser = check_choice(optimiser, "optimiser", _OPTIMISERS)
    return Learner(widths, steps, checkpoints, optimiser, check_int(batch, "batch", 0))


def setting(
    p: Joint, label: str, amplitude: Float[Numbers, "components"], rate: Number, scale: Number = 1.0
) -> TrainingSetting:
    """Return one setting, checked.

    Args:
        p: Law over binary components and the label.
        label: The name of the label.
        amplitude: $a_j$ of each component, above 0.
        rate: Learning rate, above 0.
        scale: Factor of the first weights, above 0.

    Raises:
        ValueError: One of them is none of these; as `binary_features.masses_of` for the law.

    >>> setting(noisy_features_law([0.1, 0.2]), "Y", [1.0, 2.0], 0.1).masses.shape
    (4, 2)
    """
    masses = masses_of(p, label)
    amplitude = jnp.atleast_1d(check_positive(amplitude, "amplitude"))
    if 2 ** len(amplitude) != len(masses):
        raise ValueError(f"amplitude has {len(amplitude)} entries for {len(masses)} inputs: give one a component")
    return TrainingSetting(masses, amplitude, check_positive(rate, "rate"), check_positive(scale, "scale"))


def noisy_feature_settings(
    crossovers: Float[Numbers, "settings components"],
    amplitudes: Float[Numbers, "settings components"],
    rates: Float[Numbers, "*settings"],
    scales: Float[Numbers, "*settings"] = 1.0,
) -> TrainingSetting:
    """Return many settings of `noisy_features_law`, checked.

    Args:
        crossovers: Crossover probabilities of each setting, in [0, 1].
        amplitudes: Amplitudes of each setting, above 0.
        rates: Learning rates, above 0, or one for all settings.
        scales: Factors of the first weights, above 0, or one for all settings.

    Raises:
        ValueError: A number is out of range, or shapes differ.

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


def train(key: Key[Array, ""], of: TrainingSetting, by: Learner) -> Training:
    """Train one network, and return what it did.

    Args:
        key: Randomness of the first weights and, with a batch, of the draws.
        of: The setting.
        by: The shape of the training.

    Returns:
        A `Training` with the shapes (checkpoints + 1, components + 1) and (checkpoints + 1,).

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


@partial(jax.jit, static_argnames="by")
def train_sweep(keys: Key[Array, "seeds"], of: TrainingSetting, by: Learner) -> Training:
    """Train all settings with all seeds at once: a run is the one that `train` makes with its key and setting.

    Args:
        keys: One key a seed.
        of: Settings along a leading axis.
        by: The shape of all trainings.

    Returns:
        A `Training` with the leading axes settings and seeds.

    >>> of = noisy_feature_settings([[0.0], [0.5]], [[1.0], [1.0]], 1.0)
    >>> train_sweep(jax.random.split(jax.random.key(0), 3), of, learner((4,), 20, 2)).soft.shape
    (2, 3, 3, 2)
    """
    return jax.vmap(lambda one: jax.vmap(lambda key: train(key, one, by))(keys))(of)


def _network(key, of, widths):
    """Return the logits of all inputs as a function of the parameters, and the parameters drawn."""
    from flax import nnx  # here: flax takes a second to import

    sizes = (len(of.amplitude), *widths, of.masses.shape[1])
    rngs, layers = nnx.Rngs(key), []
    for inside, outside in itertools.pairwise(sizes):
        layers += [nnx.Linear(inside, outside, rngs=rngs, param_dtype=float, precision="highest"), jnp.tanh]
    graph, params = nnx.split(nnx.Sequential(*layers[:-1]))
    inputs = jnp.asarray(signs(len(of.amplitude))) * of.amplitude
    return lambda params: nnx.merge(graph, params)(inputs), jax.tree.map(lambda w: of.scale * w, params)


def _optimiser(name, rate):
    import optax  # here: only training needs it

    return optax.sgd(rate) if name == "sgd" else optax.adam(rate)


def _seen(key, masses, batch):
    """Return the law to learn from at one step: the whole one, or the shares of a batch drawn from it."""
    if batch == 0:
        return masses
    sample = jax.random.categorical(key, jnp.log(masses).reshape(-1), shape=(batch,))
    return jnp.bincount(sample, length=masses.size).reshape(masses.shape) / batch


def _risk(logits, masses):
    """Return the loss: the cross-entropy in nats."""
    return -(masses * jax.nn.log_softmax(logits)).sum()


def _judged(masses, logits):
    soft = jax.nn.softmax(logits)
    hard = jax.nn.one_hot(logits.argmax(axis=1), logits.shape[1], dtype=logits.dtype)
    hard = jnp.where(jnp.isfinite(logits).all(), hard, jnp.nan)
    return informations(masses, soft), informations(masses, hard), _risk(logits, masses) * LOG2E, (masses * hard).sum()
