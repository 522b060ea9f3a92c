r"""pass@k of a population of questions: the probability that one of k independent attempts passes, and what bounds it.

$\mathrm{pass@}k=E[1-(1-p)^k]$ over the pass rates p (Chen et al., arXiv 2107.03374). It is the mean of
$\mathrm{Cover}(t)=P(p\ge t)$ under the law Beta(1, k) of t. From n verdicts a question it can be estimated without
bias for $k\le n$, and not at all for $k>n$.
"""

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jax.scipy.special import betainc, gammaln
from jaxtyping import Array, Float

from infoloop.learning.pass_rate_objectives import attempts_slope
from infoloop.learning.policy_gradient.bernstein_polynomials import casteljau
from infoloop.learning.question_populations import (
    BetaRates,
    FixedRates,
    Population,
    VerdictCounts,
    check_counts,
    check_population,
)
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_count, check_floats, check_int, check_positive, check_unit_interval

_SHIFT = 10  # from here on seven terms of Stirling's series have all digits
_BELOW_HALF = 0.49999999999999994  # the float before 1/2
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)


@kinds_checked
def pass_at(population: Population, k: Batch) -> Float[Array, "*batch"]:
    r"""Return $\mathrm{pass@}k=E[1-(1-p)^k]$, the share of questions that one of k attempts passes, on average.

    $\sum_iw_i(1-(1-p_i)^k)$ of known rates; $1-\frac{\Gamma(b+k)\,\Gamma(a+b)}{\Gamma(b)\,\Gamma(a+b+k)}$ of Beta
    rates, by `log_fail`, so that a small one keeps its digits; of counts the mean of `pass_at_estimate`.

    Args:
        population: What `fixed_rates`, `beta_rates` or `verdict_counts` returns.
        k: Numbers of attempts, above 0, whole for counts; a traced bad one gives NaN.

    Raises:
        ValueError: `k` is not above 0, or, of counts, above the attempts at some question.
        TypeError: It is no population.

    >>> from infoloop.learning.question_populations import beta_rates, fixed_rates
    >>> float(pass_at(fixed_rates([0.0, 0.5]), 2)), round(float(pass_at(beta_rates(1.0, 2.0), 2)), 12)
    (0.375, 0.5)
    """
    check_population(population, FixedRates, BetaRates, VerdictCounts)
    if isinstance(population, FixedRates):
        k = check_positive(k, "k (attempts)")
        return (population.weights * some_pass(population.rates, k[..., None])).sum(-1)
    if isinstance(population, BetaRates):
        return -jnp.expm1(log_fail(population, k))
    k = jnp.asarray(check_floats(k, "k (attempts)"))[..., None]
    return pass_at_estimate(population.attempts, population.passes, k).mean(-1)


@jax.custom_jvp
def some_pass(rate: Float[Array, "*batch"], k: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    r"""Return $1-(1-p)^k$, the probability that one of k attempts passes, without a check of p in [0, 1] and k > 0.

    A small one keeps its digits, and its slopes are $k(1-p)^{k-1}$ and $-(1-p)^k\ln(1-p)$ at p = 1 too, where the chain
    rule would multiply 0 by infinity.

    >>> float(some_pass(jnp.array(0.5), jnp.array(2.0)))
    0.75
    """
    return -jnp.expm1(k * jnp.log1p(-rate))


@some_pass.defjvp
def _(primals, tangents):
    p, k = primals
    none = (1 - p) ** k
    by_k = -none * jnp.log1p(-jnp.where(p < 1, p, 0.0))
    return some_pass(p, k), k * (1 - p) ** (k - 1) * tangents[0] + by_k * tangents[1]


def log_fail(population: BetaRates, k: Batch) -> Float[Array, "*batch"]:
    r"""Return $\ln E(1-p)^k=\ln\frac{\Gamma(b+k)\,\Gamma(a+b)}{\Gamma(b)\,\Gamma(a+b+k)}$ under Beta(a, b).

    The four logarithms cancel each other's digits, so their difference is taken term by term: with
    $x=b+10$ and $\Gamma(y+1)=y\Gamma(y)$ it is minus the sum of $\ln\bigl(1+\frac{ak}{y(y+a+k)}\bigr)$ over
    $y=b,\dots,b+9$ and of Stirling's series of the rest, whose terms are differences themselves.

    Args:
        population: Beta rates.
        k: Numbers of attempts, above 0.

    Raises:
        ValueError: `k` is not above 0.
        TypeError: It is another population.

    >>> from infoloop.learning.question_populations import beta_rates
    >>> round(float(jnp.exp(log_fail(beta_rates(1.0, 2.0), 6))), 12)
    0.25
    """
    check_population(population, BetaRates)
    return _log_fail(population.a, population.b, check_positive(k, "k (attempts)"))


@jax.jit  # as one program: its many small operations would each be compiled alone
def _log_fail(a, b, k):
    y = jnp.asarray(b)[..., None] + jnp.arange(_SHIFT)
    wide_a, wide_k = jnp.asarray(a)[..., None], jnp.asarray(k)[..., None]
    early = jnp.log1p(wide_a * wide_k / (y * (y + wide_a + wide_k))).sum(-1)
    x = b + _SHIFT
    late = (0.5 - x) * jnp.log1p(a * k / (x * (x + a + k))) + a * jnp.log1p(k / (x + a)) + k * jnp.log1p(a / (x + k))
    for j, coefficient in enumerate(_STIRLING):
        late = late + coefficient * (_power_step(x + k, a, 2 * j + 1) - _power_step(x, a, 2 * j + 1))
    return -(early + late)


def _power_step(x, a, m):
    """Return (x + a)^-m - x^-m."""
    return x**-m * jnp.expm1(-m * jnp.log1p(a / x))


@kinds_checked
def pass_at_estimate(attempts: Batch, passes: Batch, k: Batch) -> Float[Array, "*batch"]:
    r"""Return the estimate of pass@k from c passes in n attempts, without bias: $1-\binom{n-c}k/\binom nk$.

    It is the share of the k-subsets of the attempts that hold a pass (arXiv 2107.03374), and equals pass@k under
    Beta(c, n-c-k+1), by whose formula it is computed. Beyond n there is none: the mean of any function of n verdicts
    is a polynomial in p of degree n at most, and pass@k has the degree k.

    Args:
        attempts: n, at least 1; the arguments broadcast.
        passes: c, from 0 to n.
        k: From 1 to n; a traced one beyond gives NaN.

    Raises:
        ValueError: k is above n, which names both; or a number is not whole, or c above n.

    >>> pass_at_estimate(4, [0, 1, 3], 2).round(12).tolist()
    [0.0, 0.5, 1.0]
    >>> pass_at_estimate([8, 4], [2, 1], 6)
    Traceback (most recent call last):
    ValueError: k is 6 and a question has n = 4 attempts: no unbiased estimator of pass@k from n verdicts exists for ...
    """
    n, c = check_counts(attempts, passes)
    n, c, k = jnp.broadcast_arrays(n, c, check_count(k, "k (attempts)", 1))
    if isinstance(n, Tracer) or isinstance(k, Tracer):
        k = nan_unless(k <= n, k)
    elif (k > n).any():
        first = jnp.argmax((k > n).ravel())
        raise ValueError(
            f"k is {k.ravel()[first]:.0f} and a question has n = {n.ravel()[first]:.0f} attempts: no unbiased "
            "estimator of pass@k from n verdicts exists for k > n; ask for less, or draw more attempts"
        )
    rest = n - c - k + 1
    some = rest > 0
    estimate = -jnp.expm1(_log_fail(c, jnp.where(some, rest, 1.0), k))
    return nan_unless(~jnp.isnan(n + c + k), jnp.where(some, estimate, 1.0))


def pass_at_estimate_moments(
    rate: Batch, attempts: int, k: Batch
) -> tuple[Float[Array, "*batch"], Float[Array, "*batch"]]:
    r"""Return mean and variance of `pass_at_estimate` over $c\sim\mathrm{Bin}(n,p)$, by summing over all c.

    The mean is pass@k, as it should be.

    Args:
        rate: p, in [0, 1].
        attempts: n, known when compiling.
        k: From 1 to n.

    Raises:
        ValueError: One of them is out of range.

    >>> [round(float(found), 12) for found in pass_at_estimate_moments(0.5, 2, 1)]
    [0.5, 0.125]
    """
    n, p, k = check_int(attempts, "attempts"), check_unit_interval(rate, "rate"), check_count(k, "k (attempts)", 1)
    p, k = jnp.broadcast_arrays(p, k)
    estimates = pass_at_estimate(n, jnp.arange(n + 1.0), k[..., None])
    mean = casteljau(estimates, p)
    return mean, casteljau((estimates - mean[..., None]) ** 2, p)


def pass_at_slope(rate: Batch, k: Batch) -> Float[Array, "*batch"]:
    r"""Return $k(1-p)^{k-1}$: the slope of pass@k by the rate of one question, and the density of Beta(1, k) at p.

    So $\mathrm{pass@}k=\int_0^1k(1-t)^{k-1}\,P(p\ge t)\,dt$, and a policy gradient of pass@k is that of pass@1 with the
    weight $k(1-p)^{k-1}$ for each question: hard ones count.

    Args:
        rate: p, in [0, 1]; the arguments broadcast.
        k: Attempts, above 0.

    Raises:
        ValueError: One of them is out of range.

    >>> pass_at_slope([0.0, 0.5, 1.0], 2).tolist()
    [2.0, 1.0, 0.0]
    """
    p = check_unit_interval(rate, "rate")
    return attempts_slope(k)(p, 1 - p)


def cover(population: FixedRates | BetaRates, t: Batch) -> Float[Array, "*batch"]:
    r"""Return $\mathrm{Cover}(t)=P(p\ge t)$, the share of questions solved at a rate of t at least (arXiv 2510.08325).

    Args:
        population: Known or Beta rates; of counts take `observed_rates`, which spreads them out.
        t: Rates, in [0, 1].

    Raises:
        ValueError: `t` is outside [0, 1].
        TypeError: It is no such population.

    >>> from infoloop.learning.question_populations import fixed_rates
    >>> cover(fixed_rates([0.25, 0.75]), [0.0, 0.25, 0.5, 1.0]).tolist()
    [1.0, 1.0, 0.5, 0.0]
    """
    check_population(population, FixedRates, BetaRates)
    t = check_unit_interval(t, "t")
    if isinstance(population, FixedRates):
        return jnp.where(population.rates >= t[..., None], population.weights, 0.0).sum(-1)
    return betainc(population.b, population.a, 1 - t)


def fail_bounds(population: BetaRates, k: Batch) -> tuple[Float[Array, "*batch"], Float[Array, "*batch"]]:
    r"""Return bounds on $E(1-p)^k$ under Beta(a, b), the lower one first: the power law $k^{-a}$ with both its ends.

    $\frac{\Gamma(a+b)}{\Gamma(b)}$ times $(k+b)^{-a}$ and $(k+b+\frac{a-1}2)^{-a}$, of which the first is the larger
    for $a>1$; at a = 1 both are exact. They need $k+b>\frac{1-a}2$, which holds from k = 1/2 on.

    Args:
        population: Beta rates.
        k: Attempts, at least 1/2.

    Raises:
        ValueError: `k` is too small.

    >>> from infoloop.learning.question_populations import beta_rates
    >>> [round(float(bound), 12) for bound in fail_bounds(beta_rates(1.0, 2.0), 6)]
    [0.25, 0.25]
    """
    a, b = population.a, population.b
    x = check_positive(k, "k (attempts)", above=_BELOW_HALF) + b
    ends = [jnp.exp(gammaln(a + b) - gammaln(b) - a * jnp.log(end)) for end in (x, x + (a - 1) / 2)]
    return jnp.minimum(*ends), jnp.maximum(*ends)
