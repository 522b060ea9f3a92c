r"""A binary token loop with a hold on where it began: real data mixed in, the first data replayed, or a frozen judge.

Generation 1 is n tokens from the truth $\theta$, $K_1$ of them ones, and $Z_1=K_1/n$; then
$K_{t+1}\sim\mathrm{Bin}(n,r_t)$, where

- *mix*: each token is real with probability w: $r_t=w\theta+(1-w)Z_t$ with $Z_t=K_t/n$. Open in every round.
- *replay*: the model is fit to the first data at weight w and to the last: $r_t=Z_t=(wK_1+(1-w)K_t)/n$.
- *judge*: the model of generation 1 judges. A token x counts $a_x=1-w+w\,|\{x\}|/n$, its share among the first data as
  far as w goes, the probability that it is accepted: $r_t=Z_t=K_ta_1/(K_ta_1+(n-K_t)a_0)$ for $t\ge2$.

At w = 0 all three are Wright-Fisher. The last two are open relative to $Z_t$ and closed relative to $K_1$.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

from infoloop.loops.binomial_resampling import binomial_pmf, hypotheses
from infoloop.loops.loop import Loop, unroll
from infoloop.loops.schedules import per_item_mixture, replace_data, replay
from infoloop.loops.two_token_loops import hypothesis_information, sampled_loop, tokens
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.decimals import PlainNumber, RationalLike, plain_number, shortest_decimal
from infoloop.probability.distributions import Joint
from infoloop.probability.fixed_tasks import warn_if_degenerate_prior
from infoloop.probability.validation import check_choice, check_int, check_positions, check_unit_interval

SCHEDULES = ("mix", "replay", "judge")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Anchored:
    """The parameters of an anchored loop; `anchored` checks them.

    Attributes:
        size: Tokens a generation, n.
        schedule: "mix", "replay" or "judge".
        weight: Weight w of the anchor, in [0, 1]; a float means its shortest decimal, so that 0.1 is 1/10.
        rates: Rate of a 1 under each hypothesis.
        prior: Law of the hypotheses.
    """

    size: int = field(metadata={"static": True})
    schedule: str = field(metadata={"static": True})
    weight: PlainNumber = field(metadata={"static": True})
    rates: Float[Array, "hypotheses"]
    prior: Float[Array, "hypotheses"]


def anchored(
    size: int,
    schedule: str,
    weight: RationalLike,
    rates: Float[Numbers, "hypotheses"],
    prior: Float[Numbers, "hypotheses"] | None = None,
) -> Anchored:
    """Return the checked parameters of an anchored loop.

    Args:
        size: Tokens a generation, at least 1.
        schedule: "mix", "replay" or "judge", as in the module's text.
        weight: Weight of the anchor, in [0, 1]; at 0 all schedules are Wright-Fisher. It is read as a rational, as
            models that are equal as such are one state: 0.1, "1/10" and Fraction(1, 10) are the same; a third is "1/3".
            Not traced, for the same reason: what follows has derivatives in `rates` and `prior` only.
        rates: Rate of a 1 under each hypothesis, in [0, 1].
        prior: Law of the hypotheses, uniform unless given.

    Raises:
        ValueError: One of them is none of these.

    >>> anchored(4, "mix", "1/10", [0.25, 0.75]).weight
    0.1
    """
    known, exact = check_choice(schedule, "schedule", SCHEDULES), shortest_decimal(weight, "weight")
    if not 0 <= exact <= 1:
        raise ValueError(f"weight is {weight}: it is a share, so give a number in [0, 1]")
    return Anchored(check_int(size, "size"), known, plain_number(exact), *hypotheses(rates, prior))


def frequencies(m: Anchored) -> Float[np.ndarray, "frequencies"]:
    """Return the values that the model $Z_t$ may have, rising; those that are equal as fractions are one.

    >>> frequencies(anchored(1, "replay", 0.5, [0.5])).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.array([float(z) for z in _distinct(m)])


def loop(m: Anchored) -> Loop:
    r"""Return the exact loop, whose state is the table $P(\theta,K_1,Z_t)$.

    Its axes are hypotheses, counts 0..n and `frequencies`; generation 1 is the first. It ignores its keys.
    """
    return _loop(m, _places(m))


def sampled(m: Anchored, runs: int) -> Loop:
    """Return the loop by drawing tokens.

    Its state is the number of each run's hypothesis and its `Generation`, every leaf with a leading axis of `runs`.

    Raises:
        ValueError: `runs` is no whole number, at least 1.
    """
    weight = float(m.weight)

    def acceptance(key, judge, data):
        return 1 - weight + weight * jnp.where(data == 1, judge, 1 - judge)

    def of(rate):
        if m.schedule == "judge":
            return replace_data(tokens(m.size, rate, acceptance), frozen=True)
        return (per_item_mixture if m.schedule == "mix" else replay)(tokens(m.size, rate), weight)

    return sampled_loop(m.rates, m.prior, runs, of)


def law(m: Anchored, t: int) -> Joint:
    r"""Return the law $P(\theta,Z_t)$ over "theta" and "frequency", whose values are `frequencies`.

    Args:
        m: The parameters.
        t: The generation, from 1 on.

    Raises:
        ValueError: `t` is no whole number, at least 1.

    >>> [round(x, 12) for x in law(anchored(1, "mix", 1.0, [0.25]), 5).table.tolist()[0]]
    [0.75, 0.25]
    """
    keys = jnp.arange(check_int(t, "t"))
    return Joint(unroll(loop(m), keys, lambda table: table.sum(1))[-1], ("theta", "frequency"))


def information(m: Anchored, generations: int) -> Float[Array, "generations"]:
    r"""Return what the model tells of the hypothesis, $I(\theta;Z_t)$ in bits for $t=1..T$.

    Exact, over all counts, equal frequencies taken together. Warns (FixedTaskWarning) if one hypothesis is certain.

    Raises:
        ValueError: `generations` is no whole number, at least 1.

    >>> [round(float(i), 6) for i in information(anchored(4, "mix", 0.0, [0.25, 0.75]), 3)]
    [0.538786, 0.364915, 0.301657]
    """
    steps = check_int(generations, "generations")
    warn_if_degenerate_prior(m.prior)
    return _information(m, _places(m), steps, False)


def information_with_first(m: Anchored, generations: int) -> Float[Array, "generations"]:
    r"""Return what first count and model together tell, $I(\theta;K_1,Z_t)$ in bits for $t=1..T$.

    Constant where the loop is closed relative to its first data: replay and judge.

    Raises:
        ValueError: `generations` is no whole number, at least 1.

    >>> [round(float(i), 6) for i in information_with_first(anchored(4, "judge", 0.5, [0.25, 0.75]), 3)]
    [0.538786, 0.538786, 0.538786]
    """
    steps = check_int(generations, "generations")
    warn_if_degenerate_prior(m.prior)
    return _information(m, _places(m), steps, True)


def expected_heterozygosity(
    n: int, rate: Number, t: Int[Numbers, "*times"], schedule: str, weight: Number
) -> Float[Array, "*times"]:
    r"""Return the expected heterozygosity $E\,2Z_t(1-Z_t)$ of mix and replay in closed form.

    Given $a=\theta$ (mix) or $a=K_1/n$ (replay), $F_t=K_t/n$ has mean a and $\mathrm{Var}\,F_{t+1}=\frac{a(1-a)}n+
    q\,\mathrm{Var}\,F_t$, $q=(1-\frac1n)(1-w)^2$. Hence with $v_t=\frac1n\sum_{i<t}q^i$ the values
    $2\theta(1-\theta)(1-v_t)$ and $2\theta(1-\theta)(1-\frac1n)\bigl(1-(1-w)^2v_{t-1}\bigr)$; $E\,Z_t=\theta$ in both.
    The judge's acceptance makes the mean nonlinear.

    Args:
        n: Tokens a generation.
        rate: Rate $\theta$ of the truth.
        t: Generation or generations, from 1 on; not traced.
        schedule: "mix" or "replay".
        weight: Weight w of the anchor.

    Returns:
        Probabilities that two symbols of one model differ, shaped as `t`.

    Raises:
        ValueError: A number is out of range, or the schedule is another.

    >>> float(expected_heterozygosity(2, 0.5, 2, "mix", 0.0)), float(expected_heterozygosity(2, 0.5, 9, "replay", 1.0))
    (0.125, 0.25)
    """
    t, w = check_positions(t, "t", 1), check_unit_interval(weight, "weight")
    a, left = check_unit_interval(rate, "rate"), 1 - 1 / check_int(n, "n")
    powers = jnp.power(left * (1 - w) ** 2, jnp.arange(t.max()))
    v = jnp.concatenate([jnp.zeros(1), jnp.cumsum(powers) / n])
    if check_choice(schedule, "schedule", SCHEDULES[:2]) == "mix":
        return 2 * a * (1 - a) * (1 - v[t])
    return 2 * a * (1 - a) * left * (1 - (1 - w) ** 2 * v[t - 1])


def examples() -> tuple[Anchored, ...]:
    """Return small models for the contract tests, one for each schedule."""
    weights = {"mix": 0.25, "replay": 0.5, "judge": 0.75}
    return tuple(anchored(6, s, w, [0.25, 0.5, 0.75], [0.5, 0.25, 0.25]) for s, w in weights.items())


def _fitted(m: Anchored) -> list[Fraction]:
    """Return the model for each pair of first and last ones, row by row; 0 for impossible pairs, where it is 0/0."""
    n, w = m.size, shortest_decimal(m.weight, "weight")

    def judged(first, last):
        ones = last * (1 - w + w * Fraction(first, n))
        zeros = (n - last) * (1 - w + w * Fraction(n - first, n))
        return ones / (ones + zeros) if ones + zeros else Fraction(0)

    of = {
        "mix": lambda first, last: Fraction(last, n),
        "replay": lambda first, last: (w * first + (1 - w) * last) / n,
        "judge": judged,
    }[m.schedule]
    return [of(first, last) for first in range(n + 1) for last in range(n + 1)]


def _distinct(m: Anchored) -> list[Fraction]:
    return sorted({*_fitted(m), *(Fraction(k, m.size) for k in range(m.size + 1))})


class _Places(NamedTuple):
    """The frequencies, and which of them is the first fit to each count and a later one to each pair of counts."""

    values: Float[Array, "frequencies"]
    first: Int[Array, "n+1"]
    later: Int[Array, "n+1 n+1"]


def _places(m: Anchored) -> _Places:
    n, fitted = m.size, _fitted(m)
    place = {z: k for k, z in enumerate(_distinct(m))}
    first = [place[Fraction(k, n)] for k in range(n + 1)]
    later = np.reshape([place[z] for z in fitted], (n + 1, n + 1))
    return _Places(jnp.asarray(frequencies(m)), jnp.asarray(first), jnp.asarray(later))


def _loop(m: Anchored, places: _Places) -> Loop:
    counts = jnp.arange(m.size + 1)
    rates = jnp.broadcast_to(places.values, (len(m.rates), len(places.values)))
    if m.schedule == "mix":
        weight = float(m.weight)
        rates = weight * m.rates[:, None] + (1 - weight) * rates
    fresh = binomial_pmf(m.size, rates.ravel()).reshape(*rates.shape, -1)
    empty = jnp.zeros((len(m.rates), len(counts), len(places.values)))

    def start(key):
        return empty.at[:, counts, places.first].set(m.prior[:, None] * binomial_pmf(m.size, m.rates))

    def step(key, table):
        pairs = jnp.einsum("xkz,xzj->xkj", table, fresh, precision=lax.Precision.HIGHEST)
        return empty.at[:, counts[:, None], places.later].add(pairs)

    return Loop(start, step)


@partial(jax.jit, static_argnums=(2, 3))
def _information(m, places, generations, with_first):
    def seen(table):
        return hypothesis_information(table.reshape(len(table), -1) if with_first else table.sum(1))

    return unroll(_loop(m, places), jnp.arange(generations), seen)
