r"""Which of two components a learner takes up first, and which it keeps: the learners' answers, by component.

A component is a sign $x_j=a_jyN_j$ of the label y = ±1, wrong ($N_j=-1$) with probability $e_j$; a share of the errors
may be common to both. What a learner has taken up of it is its part $a_jw_j$ of the prediction. *First* is asked when
some share (`done`) of the fall of the squared error is done, *last* in the limit.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infoloop.learning.linear_networks import weights
from infoloop.probability.numerics import binary_entropy
from infoloop.probability.validation import check_positive, check_unit_interval

_TIMES = 512  # times, evenly spaced in their logarithm, at which the error is looked at


class LearningOrder(NamedTuple):
    """The two components' parts of the prediction, on the way and in the limit; the largest one leads."""

    first: jax.Array
    last: jax.Array


def moments(amplitudes, crossovers, common=0.0) -> tuple[jax.Array, jax.Array]:
    r"""Covariance of $(x_1,x_2)$ and their correlation with y: $c_j=a_j(1-2e_j)$, $\Lambda_{12}=a_1a_2E\,N_1N_2$.

    Both are wrong with probability $(1-\kappa)e_1e_2+\kappa\min(e_1,e_2)$, $\kappa$ = `common`, possible for any rates.
    Raises ValueError for an amplitude that is not positive, a crossover probability or share outside [0, 1].

    >>> covariance, correlation = moments([1.0, 2.0], [0.25, 0.25], 1.0)
    >>> covariance.tolist(), correlation.tolist()
    ([[1.0, 2.0], [2.0, 4.0]], [0.5, 1.0])
    """
    a, e, share = (
        check_positive(amplitudes, "amplitudes"),
        check_unit_interval(crossovers, "crossovers"),
        check_unit_interval(common, "common"),
    )
    both = (1 - share) * e[0] * e[1] + share * e.min()
    agree = 1 - 2 * (e[0] + e[1] - 2 * both)
    return jnp.outer(a, a) * jnp.array([[1.0, 0.0], [0.0, 1.0]]).at[[0, 1], [1, 0]].set(agree), a * (1 - 2 * e)


def linear_order(amplitudes, crossovers, common=0.0, done=0.5) -> LearningOrder:
    r"""A linear learner from 0 by gradient flow, $\dot w=c-\Lambda w$: at the start its parts are as $a_j^2(1-2e_j)$.

    In the limit, with independent errors and $r_j=1-2e_j$, they are $\frac{r_1(1-r_2^2)}{1-r_1^2r_2^2}$ and alike: no
    amplitude is left in them, the cleaner component leads, and a perfectly clean one is alone. NaN in the limit where
    the two components are one.

    >>> race = linear_order([3.0, 1.0], [0.2, 0.0])
    >>> int(race.first.argmax()), race.last.round(12).tolist()
    (0, [0.0, 1.0])
    """
    covariance, correlation = moments(amplitudes, crossovers, common)
    a, limit = check_positive(amplitudes, "amplitudes"), jnp.linalg.solve(covariance, correlation)
    times = jnp.geomspace(1e-3, 1e4, _TIMES) / jnp.trace(covariance)
    path = jax.vmap(lambda t: weights(covariance, correlation, t))(times)
    return LearningOrder(a * _on_the_way(path, covariance, correlation, limit, done), a * limit)


def deep_linear_order(amplitudes, crossovers, common=0.0, done=0.5, start=1e-3) -> LearningOrder:
    r"""A two-layer diagonal learner, $w_j=u_j^2$ from $u_j^2=$ `start`, $\dot u=u\,(c-\Lambda w)$: rich get richer.

    Alone, a component is learned at the time $\frac1{2c_j}\ln\frac{s_j}{w_j(0)}$ (`deep_mode`, Saxe et al.
    1312.6120): by its singular value $a_j(1-2e_j)$, to the power 1 and not 2. Runge-Kutta steps of 1/50 of the fastest
    time; the limit is the last step's.

    >>> race = deep_linear_order([3.0, 1.0], [0.2, 0.0])
    >>> int(race.first.argmax()), int(race.last.argmax())
    (0, 1)
    """
    covariance, correlation = moments(amplitudes, crossovers, common)
    a, steps = check_positive(amplitudes, "amplitudes"), 20_000
    h = 0.02 / jnp.trace(covariance)

    def slope(logs):
        return 2 * (correlation - covariance @ jnp.exp(logs))

    def step(logs, _):
        k1 = slope(logs)
        k2 = slope(logs + h / 2 * k1)
        k3 = slope(logs + h / 2 * k2)
        logs = logs + h / 6 * (k1 + 2 * k2 + 2 * k3 + slope(logs + h * k3))
        return logs, jnp.exp(logs)

    first = jnp.full(2, jnp.log(check_positive(start, "start")))
    _, path = lax.scan(step, first, length=steps)
    return LearningOrder(a * _on_the_way(path, covariance, correlation, path[-1], done), a * path[-1])


def mdl_order(prices, crossovers) -> LearningOrder:
    r"""A Bayesian with the prior $2^{-K_j}$: without data $-K_j$ decides, with ever more $-h(e_j)$, bits a datum.

    Where the two disagree, the switch comes after $n^*=\frac{K_2-K_1}{h(e_1)-h(e_2)}$ data on average (S34).

    >>> race = mdl_order([1.0, 9.0], [0.1, 0.0])
    >>> int(race.first.argmax()), int(race.last.argmax())
    (0, 1)
    """
    return LearningOrder(-jnp.asarray(prices, float), -binary_entropy(check_unit_interval(crossovers, "crossovers")))


def order_predictors(amplitudes, crossovers, surfaces) -> dict[str, jax.Array]:
    r"""What is said to name the component that is learned first; the largest entry is named.

    - `efficiency` $\frac{1-h(e_j)}{1+b_j}$: task bits over all bits of a component with $b_j$ idle ones (`surfaces`);
    - `information` $1-h(e_j)$, in bits;
    - `shallow` $a_j^2(1-2e_j)$ and `deep` $a_j(1-2e_j)$: the speed, relative to the learner;
    - `price` $-b_j$: the length of the rule.

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
    """The weights where half of the way from no prediction to the limit's squared error is gone."""
    errors = jax.vmap(lambda w: w @ covariance @ w - 2 * correlation @ w)(path)
    goal = limit @ covariance @ limit - 2 * correlation @ limit
    return path[jnp.argmax(errors <= goal * check_unit_interval(done, "done"))]
