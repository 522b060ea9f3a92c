r"""A rare token as a branching process: every copy leaves a Poisson number of copies, or one of any law.

The Poisson process is the limit of resampling $np$ copies among many: the bracket of Suresh et al. (2412.17646) is
around it.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Int

from infoloop.loops.loop import Loop, unroll
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.bisection import bisect
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_distributions, check_int, check_unit_interval, require_float64


def loop(mean: Float[Numbers, "*means"] = 1.0) -> Loop:
    r"""Return the exact loop, whose state is the probability that one copy has descendants.

    $x_t=1-e^{-\mu x_{t-1}}$ from $x_0=1$: iterated for the survivors, not for the extinct, so that small probabilities
    keep their digits. It ignores its keys.

    Args:
        mean: Mean number $\mu$ of copies that one copy leaves, at least 0; a traced bad one becomes NaN.

    Raises:
        ValueError: A mean is negative or not finite.
    """
    mean = _mean(mean)
    return Loop(lambda key: jnp.ones_like(mean), lambda key, x: -jnp.expm1(-mean * x))


def sampled(mean: Number, runs: int) -> Loop:
    """Return the loop by drawing, whose state is the number of copies in each run, one in generation 0.

    Args:
        mean: Mean number of copies that one copy leaves, at least 0.
        runs: How many runs, at least 1.

    Raises:
        ValueError: The mean is negative or not finite, or there is no run.

    >>> sampled(1.0, 3).start(None).tolist()
    [1, 1, 1]
    """
    mean = _mean(mean)
    start = jnp.ones(check_int(runs, "runs"), int)
    return Loop(lambda key: start, lambda key, copies: jax.random.poisson(key, mean * copies, dtype=int))


def survivals(generations: int, mean: Float[Numbers, "*means"] = 1.0) -> Float[Array, "generations *means"]:
    r"""Return the probability that one copy has descendants in generation t = 1..T.

    $x_t=1-e^{-\mu x_{t-1}}$, $x_0=1$.

    Args:
        generations: T, at least 1.
        mean: Mean number of copies that one copy leaves: 1 when neutral, 1.01 with 1 % advantage.

    Raises:
        ValueError: `generations` is below 1, or a mean is negative or not finite.

    >>> [round(float(x), 4) for x in survivals(3)]
    [0.6321, 0.4685, 0.3741]
    """
    return unroll(loop(mean), jnp.arange(check_int(generations, "generations") + 1))[1:]


def extinct_by(generations: Int[Numbers, "*times"], mean: Float[Numbers, "*means"] = 1.0) -> Float[Array, "..."]:
    r"""Return the probability that one copy has no descendants left in these generations.

    $q_t=e^{\mu(q_{t-1}-1)}$, $q_0=0$: Fisher's survival table of one mutant (1922; The Genetical Theory, 1930,
    chapter 4).

    Args:
        generations: Whole numbers, at least 1; not traced.
        mean: Mean number of copies that one copy leaves, at least 0.

    Returns:
        Probabilities with the axes of `generations`, then those of `mean`.

    Raises:
        ValueError: A generation is below 1, or a mean is negative or not finite.

    >>> [round(float(q), 4) for q in extinct_by([1, 3, 7, 15, 31, 63, 127])]
    [0.3679, 0.6259, 0.7905, 0.8873, 0.9411, 0.9698, 0.9847]
    """
    t = np.asarray(generations)
    if not np.issubdtype(t.dtype, np.integer) or not t.size or not (t >= 1).all():
        raise ValueError(f"generations are {generations!r}: give whole numbers, at least 1")
    return 1 - survivals(int(t.max()), mean)[t - 1]


def extinction_probability(mean: Float[Numbers, "*means"]) -> Float[Array, "*means"]:
    r"""Return the probability of ultimate extinction: the least $q$ with $q=e^{\mu(q-1)}$.

    It is 1 up to $\mu=1$. Beyond, $x=1-q$ is found by bisection in $-\ln(1-x)/x=\mu$, whose left side rises from 1,
    and $q=e^{-\mu x}$.

    Args:
        mean: Mean number $\mu$ of copies that one copy leaves, at least 0; a traced bad one gives NaN.

    Raises:
        ValueError: A mean is negative or not finite.

    >>> round(float(extinction_probability(1.01)), 4)
    0.9803
    """
    mean = _mean(mean)
    low, high = bisect(lambda x: -jnp.log1p(-x) < mean * x, jnp.zeros_like(mean), jnp.ones_like(mean), 80)
    return jnp.where(mean <= 1, 1.0, jnp.exp(-mean * (low + high) / 2))


def offspring_survivals(offspring: Float[Numbers, "most+1"], generations: int) -> Float[Array, "generations"]:
    r"""Return the probability that one copy has descendants in generation t = 1..T, for any law of its copies.

    $x_t=1-f(1-x_{t-1})$, $x_0=1$, $f(s)=\sum_kp_ks^k$; computed as $x\sum_jP(K>j)(1-x)^j$, which subtracts nothing
    and keeps the digits of small probabilities.

    Args:
        offspring: Law of the number of copies that one copy leaves: probabilities of 0, 1, 2, ...
        generations: T, at least 1.

    Raises:
        ValueError: `offspring` is no law, or `generations` is below 1.

    >>> offspring_survivals([0.25, 0.5, 0.25], 2).tolist()
    [0.75, 0.609375]
    """
    tails = _tails(offspring)
    steps = Loop(lambda key: jnp.ones(()), lambda key, x: x * jnp.polyval(tails[::-1], 1 - x))
    return unroll(steps, jnp.arange(check_int(generations, "generations") + 1))[1:]


def offspring_extinction(offspring: Float[Numbers, "most+1"]) -> Float[Array, ""]:
    r"""Return the probability of ultimate extinction for any law of the copies: the least $q$ with $q=f(q)$.

    It is 1 if the mean is at most 1, but 0 for exactly one copy. Beyond, $x=1-q$ is found by bisection in
    $\sum_jP(K>j)(1-x)^j=1$, whose left side falls from the mean.

    Args:
        offspring: Law of the number of copies that one copy leaves: probabilities of 0, 1, 2, ...

    Raises:
        ValueError: `offspring` is no law.

    >>> round(float(offspring_extinction([0.25, 0.25, 0.5])), 12)
    0.5
    """
    tails = _tails(offspring)
    low, high = bisect(lambda x: jnp.polyval(tails[::-1], 1 - x) > 1, jnp.zeros(()), jnp.ones(()), 80)
    for_ever = (tails[0] == 1) & (tails[1:].sum() == 0)
    return jnp.where(for_ever, 0.0, jnp.where(tails.sum() <= 1, 1.0, 1 - (low + high) / 2))


def _tails(offspring):
    """Return P(K > j) for j = 0, 1, ..., each a sum of probabilities."""
    law = check_distributions(offspring, "offspring")
    if law.ndim != 1 or len(law) < 2:
        raise ValueError(f"offspring has shape {law.shape}: give the probabilities of 0, 1, ... copies")
    return jnp.cumsum(law[::-1])[-2::-1]


def bracket(n: int, p: Number, generations: int) -> tuple[Float[Array, "generations"], Float[Array, "generations"]]:
    r"""Return bounds on the probability that a token of rate p survives t = 1..T rounds of n draws each.

    $$1-e^{-npg_t}\ \le\ P(K_t>0)\ \le\ 1-(1-3np^2-3tp)\,e^{-npg_t},$$
    $g_1=1$, $g_{t+1}=1-e^{-g_t}$, i.e. $g=1-e^{-x}$ iterated from infinity (Suresh et al. 2412.17646, theorem 1).
    `wright_fisher.survival` is the exact probability.

    Args:
        n: Draws a round, at least 1.
        p: Rate of the token, in [0, 1].
        generations: T, at least 1.

    Returns:
        The lower and the upper bound; the upper one says nothing (it exceeds 1) once $3np^2+3tp>1$.

    Raises:
        ValueError: A number is out of range.

    >>> low, high = bracket(10_000, 1e-4, 3)
    >>> [round(float(x), 4) for x in low], [round(float(x), 4) for x in high]
    ([0.6321, 0.4685, 0.3741], [0.6323, 0.469, 0.3748])
    """
    p = check_unit_interval(p, "p")
    t = jnp.arange(1, check_int(generations, "generations") + 1)
    g = jnp.concatenate([jnp.ones(1), survivals(generations)])[:-1]
    present = -jnp.expm1(-check_int(n, "n") * p * g)
    return present, present + (3 * n * p**2 + 3 * t * p) * (1 - present)


def examples() -> tuple[float, ...]:
    """Return mean numbers of copies, the model's only parameter, for the contract tests."""
    return 0.5, 1.0, 1.25


def _mean(mean):
    dtype = require_float64(mean, "mean")
    if not isinstance(mean, Tracer):
        seen = np.asarray(mean, dtype)
        if not (seen >= 0).all() or not np.isfinite(seen).all():
            raise ValueError(f"mean is {mean!r}: give a mean number of copies, at least 0")
    value = jnp.asarray(mean, dtype)
    return nan_unless((value >= 0) & jnp.isfinite(value), value)
