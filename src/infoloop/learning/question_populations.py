r"""Populations of questions: how the pass rate $p$ of one attempt is spread over the questions of a benchmark.

Three kinds, all frozen pytrees: rates that are known, rates with a Beta law, and counts of a log, from which rates are
only estimated. What is asked of them is in `pass_at_k`.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jaxtyping import Array, Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch, Number, Numbers
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import (
    check_count,
    check_distributions,
    check_positive,
    check_probabilities,
    check_unit_interval,
)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FixedRates:
    """Questions with known pass rates: a share `weights[i]` of them has `rates[i]`."""

    rates: Float[Array, " questions"]
    weights: Float[Array, " questions"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class BetaRates:
    r"""Questions whose pass rates have the law Beta(a, b), density $\propto p^{a-1}(1-p)^{b-1}$."""

    a: Float[Array, ""]
    b: Float[Array, ""]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class VerdictCounts:
    """Questions of which a log knows `passes[i]` successes in `attempts[i]` attempts, all counting alike."""

    attempts: Float[Array, " questions"]
    passes: Float[Array, " questions"]


Population = FixedRates | BetaRates | VerdictCounts
_MAKERS = {FixedRates: "fixed_rates", BetaRates: "beta_rates", VerdictCounts: "verdict_counts"}


@kinds_checked
def fixed_rates(rates: Float[Numbers, " questions"], weights: Float[Numbers, " questions"] | None = None) -> FixedRates:
    """Return the population of questions with these pass rates.

    Args:
        rates: Pass rate of one attempt at each question, in [0, 1].
        weights: Share of each, a law; equal shares unless given.

    Raises:
        ValueError: A rate is outside [0, 1], or the weights are no law on as many questions.

    >>> fixed_rates([0.25, 0.75]).weights.tolist()
    [0.5, 0.5]
    """
    p = jnp.atleast_1d(check_unit_interval(rates, "rates"))
    if p.ndim != 1 or not p.size:
        raise ValueError(f"rates has shape {p.shape}: give a list of pass rates, one for each question")
    shares = jnp.full(p.shape, 1 / p.size) if weights is None else check_distributions(weights, "weights")
    if shares.shape != p.shape:
        raise ValueError(f"weights has shape {shares.shape} and rates {p.shape}: give one weight for each rate")
    return FixedRates(p, shares)


@kinds_checked
def beta_rates(a: Number, b: Number) -> BetaRates:
    """Return the population whose pass rates have the law Beta(a, b).

    Args:
        a: Above 0; a small one means many questions that are hardly ever solved.
        b: Above 0.

    Raises:
        ValueError: One of them is not above 0 and finite.

    >>> float(beta_rates(0.5, 2.0).a)
    0.5
    """
    return BetaRates(check_positive(a, "a"), check_positive(b, "b"))


def verdict_counts(attempts: Float[Numbers, " questions"], passes: Float[Numbers, " questions"]) -> VerdictCounts:
    """Return the population of questions of a log of verdicts, one entry for each question.

    `verdict_logs.question_counts.read_counts` reads one from a file.

    Args:
        attempts: Number of attempts at each question, at least 1.
        passes: Number of successes among them.

    Raises:
        ValueError: A number is not whole, or there are more passes than attempts.

    >>> verdict_counts([8, 8], [0, 6]).passes.tolist()
    [0.0, 6.0]
    """
    n, c = check_counts(attempts, passes)
    if n.ndim != 1 or not n.size:
        raise ValueError(f"attempts has shape {n.shape}: give a list of numbers, one for each question")
    return VerdictCounts(n, c)


def check_counts(attempts: Batch, passes: Batch) -> tuple[Float[Array, "*batch"], Float[Array, "*batch"]]:
    """Return attempts and passes as floats of one shape; traced ones that are no counts become NaN.

    Raises:
        ValueError: A number is not whole, or there are more passes than attempts.

    >>> check_counts(4, [1, 5])
    Traceback (most recent call last):
    ValueError: passes is 5 of 4 attempts: no question has more passes than attempts
    """
    n, c = jnp.broadcast_arrays(check_count(attempts, "attempts", 1), check_count(passes, "passes", 0))
    if isinstance(n, Tracer) or isinstance(c, Tracer):
        return n, nan_unless(c <= n, c)
    if (c > n).any():
        first = jnp.argmax((c > n).ravel())
        more, of = c.ravel()[first], n.ravel()[first]
        raise ValueError(f"passes is {more:.0f} of {of:.0f} attempts: no question has more passes than attempts")
    return n, c


def check_population(value: Population, *kinds: type, what: str = "population") -> Population:
    """Return a population of one of these kinds.

    Args:
        value: The population.
        kinds: `FixedRates`, `BetaRates`, `VerdictCounts`, or several of them.
        what: Its name in the error.

    Raises:
        TypeError: It is of another kind; the message names the functions that make the right ones.

    >>> check_population(fixed_rates([0.5]), BetaRates)
    Traceback (most recent call last):
    TypeError: population is a FixedRates: make one by beta_rates
    """
    if not isinstance(value, kinds):
        makers = [maker for kind, maker in _MAKERS.items() if kind in kinds]
        listed = " or ".join(filter(None, (", ".join(makers[:-1]), makers[-1])))
        raise TypeError(f"{what} is a {type(value).__name__}: make one by {listed}")
    return value


def observed_rates(counts: VerdictCounts) -> FixedRates:
    """Return the population whose pass rates are the shares of passes in a log, as if they were known.

    A plug-in: rates of n attempts are spread out more than those behind them, and pass@k of them is biased for every
    k > 1 (`pass_at_k.pass_at_estimate` is not).

    Args:
        counts: Attempts and passes of each question.

    Raises:
        TypeError: It is another population.

    >>> observed_rates(verdict_counts([8, 8], [0, 6])).rates.tolist()
    [0.0, 0.75]
    """
    check_population(counts, VerdictCounts, what="counts")
    return FixedRates(counts.passes / counts.attempts, jnp.full(counts.passes.shape, 1 / counts.passes.size))


def mixture(first: FixedRates, second: FixedRates, share: Number) -> FixedRates:
    """Return the population of which a `share` comes from the second one.

    Args:
        first: Known rates.
        second: Others.
        share: Share of the second, in [0, 1].

    Raises:
        ValueError: The share is outside [0, 1].
        TypeError: One of them is another population.

    >>> mixture(fixed_rates([0.25]), fixed_rates([1.0]), 0.5).rates.tolist()
    [0.25, 1.0]
    """
    check_population(first, FixedRates, what="first")
    check_population(second, FixedRates, what="second")
    share = check_unit_interval(share, "share")
    weights = jnp.concatenate([(1 - share) * first.weights, share * second.weights])
    return FixedRates(jnp.concatenate([first.rates, second.rates]), check_probabilities(weights, "weights"))
