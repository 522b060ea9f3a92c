r"""Which of two components a learner takes up first, and which it keeps: the learners' answers, by component.

A component is a sign $x_j=a_jyN_j$ of the label y = ±1, wrong ($N_j=-1$) with probability $e_j$; a share of the errors
may be common to both. What a learner has taken up of it is its part $a_jw_j$ of the prediction. *First* is asked when
some share (`done`) of the fall of the squared error is done, *last* in the limit.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from infoloop.learning.linear_networks import noisy_feature_moments, weights
from infoloop.learning.ode import runge_kutta_step
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.numerics import binary_entropy
from infoloop.probability.validation import check_positive, check_unit_interval

_TIMES = 512  # times, evenly spaced in their logarithm, at which the error of the linear learner is looked at
_STEPS = 20_000  # of the deep learner, 400 times the fastest time in all; the last one stands for the limit


class LearningOrder(NamedTuple):
    """How far a learner has taken up each of two components; the largest entry leads.

    Attributes:
        first: Their parts of the prediction on the way.
        last: Their parts in the limit.
    """

    first: Float[Array, "2"]
    last: Float[Array, "2"]


def linear_order(
    amplitudes: Float[Numbers, "2"], crossovers: Float[Numbers, "2"], common: Number = 0.0, done: Number = 0.5
) -> LearningOrder:
    r"""Return what a linear learner takes up first and last, from 0 by gradient flow, $\dot w=c-\Lambda w$.

    At the start its parts are as $a_j^2(1-2e_j)$. In the limit, with independent errors and $r_j=1-2e_j$, they are
    $\frac{r_1(1-r_2^2)}{1-r_1^2r_2^2}$ and alike: no amplitude is left in them, the cleaner component leads, and a
    perfectly clean one is alone. Moments are those of `noisy_feature_moments`.

    Args:
        amplitudes: $a_j$, above 0.
        crossovers: $e_j$, probability that component j is wrong, in [0, 1].
        common: Share of the errors that is common to both, in [0, 1].
        done: Share of the fall of the squared error after which `first` is asked, in [0, 1].

    Returns:
        Parts of the prediction; NaN in the limit where the two components are one.

    Raises:
        ValueError: One of them is out of range.

    >>> race = linear_order([3.0, 1.0], [0.2, 0.0])
    >>> int(race.first.argmax()), race.last.round(12).tolist()
    (0, [0.0, 1.0])
    """
    a, e = check_positive(amplitudes, "amplitudes"), check_unit_interval(crossovers, "crossovers")
    covariance, correlation = noisy_feature_moments(a, e, common)
    limit = jnp.linalg.solve(covariance, correlation)
    times = jnp.geomspace(1e-3, 1e4, _TIMES) / jnp.trace(covariance)
    path = jax.vmap(lambda t: weights(covariance, correlation, t))(times)
    return LearningOrder(a * _on_the_way(path, covariance, correlation, limit, done), a * limit)


def deep_linear_order(
    amplitudes: Float[Numbers, "2"],
    crossovers: Float[Numbers, "2"],
    common: Number = 0.0,
    done: Number = 0.5,
    start: Number = 1e-3,
) -> LearningOrder:
    r"""Return what a two-layer diagonal learner takes up first and last, $w_j=u_j^2$, $\dot u=u\,(c-\Lambda w)$.

    Rich get richer: alone, a component is learned at the time $\frac1{2c_j}\ln\frac{s_j}{w_j(0)}$ (`deep_mode`, Saxe et
    al. 1312.6120), by its singular value $a_j(1-2e_j)$, to the power 1 and not 2. Runge-Kutta steps of 1/50 of the
    fastest time; the limit is the last step's.

    Args:
        amplitudes: $a_j$, above 0.
        crossovers: $e_j$, probability that component j is wrong, in [0, 1].
        common: Share of the errors that is common to both, in [0, 1].
        done: Share of the fall of the squared error after which `first` is asked, in [0, 1].
        start: $w_j(0)$ of both, above 0.

    Raises:
        ValueError: One of them is out of range.

    >>> race = deep_linear_order([3.0, 1.0], [0.2, 0.0])
    >>> int(race.first.argmax()), int(race.last.argmax())
    (0, 1)
    """
    a, e = check_positive(amplitudes, "amplitudes"), check_unit_interval(crossovers, "crossovers")
    covariance, correlation = noisy_feature_moments(a, e, common)
    h = 0.02 / jnp.trace(covariance)

    def slope(logs):
        return 2 * (correlation - covariance @ jnp.exp(logs))

    def step(logs, _):
        logs = runge_kutta_step(slope, logs, h)
        return logs, jnp.exp(logs)

    first = jnp.full(2, jnp.log(check_positive(start, "start")))
    _, path = lax.scan(step, first, length=_STEPS)
    return LearningOrder(a * _on_the_way(path, covariance, correlation, path[-1], done), a * path[-1])


def mdl_order(prices: Float[Numbers, "2"], crossovers: Float[Numbers, "2"]) -> LearningOrder:
    r"""Return what a Bayesian with the prior $2^{-K_j}$ prefers: $-K_j$ bits without data, $-h(e_j)$ bits a datum last.

    Where the two disagree, the switch comes after $n^*=\frac{K_2-K_1}{h(e_1)-h(e_2)}$ data on average (S34).

    Args:
        prices: $K_j$, length of each component's description, in bits.
        crossovers: $e_j$, probability that component j is wrong, in [0, 1].

    Raises:
        ValueError: A crossover probability is outside [0, 1].

    >>> race = mdl_order([1.0, 9.0], [0.1, 0.0])
    >>> int(race.first.argmax()), int(race.last.argmax())
    (0, 1)
    """
    return LearningOrder(-jnp.asarray(prices, float), -binary_entropy(check_unit_interval(crossovers, "crossovers")))


def order_predictors(
    amplitudes: Float[Numbers, "d"], crossovers: Float[Numbers, "d"], surfaces: Float[Numbers, "d"]
) -> dict[str, Float[Array, "d"]]:
    r"""Return what is said to name the component that is learned first, by name; the largest entry is named.

    - `efficiency` $\frac{1-h(e_j)}{1+b_j}$: task bits over all bits of a component with $b_j$ idle ones;
    - `information` $1-h(e_j)$, in bits;
    - `shallow` $a_j^2(1-2e_j)$ and `deep` $a_j(1-2e_j)$: the speed, relative to the learner;
    - `price` $-b_j$: the length of the rule.

    Args:
        amplitudes: $a_j$, above 0.
        crossovers: $e_j$, in [0, 1].
        surfaces: $b_j$, idle bits, above -1.

    Raises:
        ValueError: One of them is out of range.

    >>> {name: float(x[0]) for name, x in order_predictors([2.0], [0.0], [1.0]).items()}
    {'efficiency': 0.5, 'information': 1.0, 'shallow': 4.0, 'deep': 2.0, 'price': -1.0}
    """
    a, e = check_positive(amplitudes, "amplitudes"), check_unit_interval(crossovers, "crossovers")
    idle = check_positive(surfaces, "surfaces", above=-1.0)
    bits, clear = 1 - binary_entropy(e), 1 - 2 * e
    return {
        "efficiency": bits / (1 + idle),
        "information": bits,
        "shallow": a**2 * clear,
        "deep": a * clear,
        "price": -idle,
    }


def _on_the_way(path, covariance, correlation, limit, done):
    """Return the weights where the share `done` of the fall of the squared error from 0 to the limit is gone."""
    errors = jax.vmap(lambda w: w @ covariance @ w - 2 * correlation @ w)(path)
    goal = limit @ covariance @ limit - 2 * correlation @ limit
    return path[jnp.argmax(errors <= goal * check_unit_interval(done, "done"))]
