r"""Where the pass@k curves of two populations of questions cross, and orders of Cover that keep them from it.

A curve falls short of 1 by $\sum_iw_i(1-p_i)^k$, an exponential sum in k. So the difference of two is one too, and has
no more sign changes than its coefficients have in the order of the rates (Descartes' rule; Polya & Szego, V.77).
"""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from infoloop.learning.question_populations import FixedRates, check_population
from infoloop.probability.array_types import Batch
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import nan_unless, rounding
from infoloop.probability.validation import check_choice, check_unit_interval

_HALVINGS = 200
MOST_CHANGES = 32


@host_only
def crossings(one: FixedRates, other: FixedRates) -> Float[np.ndarray, " crossings"]:
    r"""Return every $k>0$, whole or not, at which the pass@k curves of two populations cross, in order.

    Where Cover of the two crosses once at most, so do the curves, and bisection finds where. Else the sum is taken
    apart: between the exponents of two coefficients of different sign lies a $\mu$ for which the derivative of
    $e^{-\mu k}f(k)$ has one sign change less. Its zeros, found in the same way, cut the axis into pieces with at most
    one zero of f each. At k = 0 both curves are 0, which is no crossing. Curves that touch and do not cross may be
    missed, or counted as two: floats do not decide that. Runs on the host.

    Args:
        one: Known rates.
        other: Others.

    Returns:
        All crossings, to the last digits that the weights have.

    Raises:
        ValueError: Cover crosses more than once, and the coefficients change sign too often to be taken apart.
        TypeError: One of them is another population.

    >>> from infoloop.learning.question_populations import fixed_rates
    >>> crossings(fixed_rates([0.5]), fixed_rates([1.0, 0.0], [0.75, 0.25])).round(12).tolist()
    [2.0]
    """
    check_population(one, FixedRates, what="one")
    check_population(other, FixedRates, what="other")
    rates = np.concatenate([one.rates, other.rates])
    signed = np.concatenate([one.weights, -np.asarray(other.weights)])
    rates, place = np.unique(rates, return_inverse=True)  # from the slowest decay on
    coefficients = np.zeros(rates.size)
    np.add.at(coefficients, place, signed)
    coefficients[abs(coefficients) <= rounding(signed.size)] = 0.0
    lasting = rates < 1  # 0^k is 0 for every k above 0
    start = -coefficients[~lasting].sum()  # just above k = 0, as all coefficients add up to 0
    kept = lasting & (coefficients != 0)
    exponents, kept_coefficients = np.log1p(-rates[kept]), coefficients[kept]
    ahead = np.cumsum(coefficients)
    if _changes(ahead[abs(ahead) > rounding(signed.size)]).size <= 1:
        return np.array(_only_zero(exponents, kept_coefficients, start))
    changes = _changes(kept_coefficients).size
    if changes > MOST_CHANGES:
        raise ValueError(
            f"the differences of weights change sign {changes} times in the order of the rates, more than the "
            f"{MOST_CHANGES} that are taken apart: round the rates of both populations to fewer values"
        )
    return np.array(_zeros(exponents, kept_coefficients, start))


def _changes(values):
    """Return after which of the values, none of them 0, the sign changes."""
    return np.flatnonzero(np.diff(np.sign(values)))


def _only_zero(exponents, coefficients, start):
    """Return the zero above 0 of a sum of exponentials that has one at most; it starts at `start`, with this slope."""
    if not coefficients.size:
        return []
    value, last = _scaled_sum(exponents, coefficients)
    early = start or coefficients @ exponents
    return [_bisected(value, 0.0, last, early)] if early * coefficients[0] < 0 else []


def _scaled_sum(exponents, coefficients):
    """Return the sum over its slowest power, and a k from which on its first term outweighs the others."""

    def value(k):
        return float(coefficients @ np.exp((exponents - exponents[0]) * k))

    rest = abs(coefficients[1:]).sum() / abs(coefficients[0])
    return value, max(0.0, np.log(rest) / (exponents[0] - exponents[1])) + 1 if coefficients.size > 1 else 1.0


def _zeros(exponents, coefficients, start=None):
    """Return where a sum of exponentials changes sign at k > 0; `start` is its value at 0, where that is known."""
    changes = _changes(coefficients)
    if not changes.size:
        return []
    mu = (exponents[changes[0]] + exponents[changes[0] + 1]) / 2
    slopes = coefficients * (exponents - mu)
    turns = _zeros(exponents - mu, slopes / abs(slopes).max())
    value, last = _scaled_sum(exponents, coefficients)
    points = [0.0, *(k for k in turns if k < last), last]
    values = [value(0.0) if start is None else start, *map(value, points[1:])]
    pieces = zip(points, points[1:], values, values[1:], strict=False)
    return [_bisected(value, low, high, at_low) for low, high, at_low, at_high in pieces if at_low * at_high < 0]


def _bisected(value: Callable[[float], float], low: float, high: float, at_low: float) -> float:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if value(middle) * at_low > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def sharpened_crossing(base: Batch, share: Batch, lowered: Batch) -> Float[Array, "*batch"]:
    r"""Return the k at which the pass@k of a sharpened policy falls to that of its base.

    $k^*=\frac{\ln(1-w)}{\ln\frac{1-a}{1-B}}$. The base solves every question at the rate a; sharpening raises a share w
    of them to 1 and lowers the others to B, so that the curves meet where $(1-a)^k=(1-w)(1-B)^k$. Before it the
    sharpened policy passes more, beyond it less.

    Args:
        base: a, below 1; the arguments broadcast.
        share: w, in (0, 1).
        lowered: B, in [0, a).

    Raises:
        ValueError: One of them is out of range.

    >>> round(float(sharpened_crossing(0.5, 0.75, 0.0)), 12)
    2.0
    """
    a, w, low = (
        check_unit_interval(value, what) for value, what in ((base, "base"), (share, "share"), (lowered, "lowered"))
    )
    inside = (low < a) & (a < 1) & (w > 0) & (w < 1)
    if isinstance(inside, Tracer):
        low = nan_unless(inside, low)
    elif not inside.all():
        raise ValueError(
            f"base is {a}, share {w} and lowered {low}: give 0 <= lowered < base < 1 and a share above 0 and below 1"
        )
    return jnp.log1p(-w) / (jnp.log1p(-a) - jnp.log1p(-low))


def cover_gap(sharpened: FixedRates, base: FixedRates, order: str = "first") -> Float[Array, ""]:
    r"""Return the least gap between the Cover curves of two populations; where it is not negative, no pass@k is lower.

    Of the first order, $\min_t\,(\mathrm{Cover}'(t)-\mathrm{Cover}(t))$; of the second,
    $\min_x\int_0^x(\mathrm{Cover}'-\mathrm{Cover})\,dt=\min_x\bigl(E\min(p',x)-E\min(p,x)\bigr)$. The second is enough
    since $1-(1-p)^k$ rises and is concave in p; not needed, as pass@k for k = 1, 2, ... asks for less. The least is
    taken over the rates of both, where it lies.

    Args:
        sharpened: Known rates.
        base: Others.
        order: "first" or "second".

    Raises:
        ValueError: The order is none of these.
        TypeError: One of them is another population.

    >>> from infoloop.learning.question_populations import fixed_rates
    >>> base, sharpened = fixed_rates([0.25, 0.75]), fixed_rates([0.5, 0.625])
    >>> [float(cover_gap(sharpened, base, order)) for order in ("first", "second")]
    [-0.5, 0.0]
    """
    check_population(sharpened, FixedRates, what="sharpened")
    check_population(base, FixedRates, what="base")
    check_choice(order, "order", ("first", "second"))
    x = jnp.concatenate([sharpened.rates, base.rates])

    def curve(population):
        p, w = population.rates, population.weights
        reached = p >= x[:, None] if order == "first" else jnp.minimum(p, x[:, None])
        return (w * reached).sum(-1)

    return (curve(sharpened) - curve(base)).min()
