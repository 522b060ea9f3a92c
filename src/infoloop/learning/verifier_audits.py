r"""What a verdict tells at least and at most, where the verifier's rates are known to lie in a box.

$I(R;\tilde r)$ is convex in (TPR, FPR), 0 where they are equal, and so grows with their distance: it is least at the
corner of the box next to J = 0 and greatest at one of the two corners furthest from it. In p it is concave: least at an
end, greatest at the channel's best input or at the end next to it.
"""

from typing import Generic, NamedTuple, TypeVar

import jax.numpy as jnp
from flint import fmpq
from jax.core import Tracer
from jaxtyping import Array, Bool, Float

from infoloop.exact.log_sums import Exact, LogSum, from_rational, log2, rational
from infoloop.learning.noisy_verifiers import NoisyVerifier, noisy_verdict_bits
from infoloop.probability.array_types import Numbers
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import binary_entropy, nan_unless
from infoloop.probability.validation import check_unit_interval

T = TypeVar("T")
Ends = tuple[Exact, Exact]


class BitsRange(NamedTuple, Generic[T]):
    """What a verdict tells, over all rates of a box, in bits.

    Attributes:
        lower: At least so much; attained.
        upper: At most so much.
        holds_zero: Whether the box holds J = 0, a verdict that is independent of the truth. Then `lower` is 0, the sign
            of J is open, and no correction of verdicts has a bound.
    """

    lower: T
    upper: T
    holds_zero: Bool[Array, ""] | bool


def bits_over_box(
    right: Float[Numbers, "2"], *, false_positive: Float[Numbers, "2"], true_positive: Float[Numbers, "2"]
) -> BitsRange[Float[Array, ""]]:
    r"""Return the least and the greatest $I(R;\tilde r)$ over a box, in floats.

    Args:
        right: Least and greatest p.
        false_positive: Least and greatest FPR.
        true_positive: Least and greatest TPR.

    Returns:
        Bits; NaN where traced ends are out of order.

    Raises:
        ValueError: An end is outside [0, 1], or ends are out of order.

    >>> found = bits_over_box([0.5, 0.5], false_positive=[0.0, 0.125], true_positive=[0.75, 1.0])
    >>> round(float(found.lower), 4), round(float(found.upper), 4), bool(found.holds_zero)
    (0.3113, 1.0, False)
    """
    p, (f_low, f_high), (t_low, t_high) = (
        _ordered(ends, what)
        for ends, what in ((right, "right"), (false_positive, "false_positive"), (true_positive, "true_positive"))
    )
    holds_zero = (t_low <= f_high) & (f_low <= t_high)
    near_f, near_t = jnp.where(t_low > f_high, f_high, f_low), jnp.where(t_low > f_high, t_low, t_high)
    nearest = noisy_verdict_bits(NoisyVerifier(false_positive=near_f, false_negative=1 - near_t), p).min()
    furthest = jnp.stack([_most_bits(p, f_low, t_high), _most_bits(p, f_high, t_low)]).max()
    return BitsRange(jnp.where(holds_zero, 0.0, nearest), furthest, holds_zero)


def _ordered(ends: Float[Numbers, "2"], what: str) -> Float[Array, "2"]:
    value = check_unit_interval(ends, what)
    if value.shape != (2,):
        raise ValueError(f"{what} has shape {value.shape}: give its least and its greatest value")
    if not isinstance(value, Tracer) and not value[0] <= value[1]:
        raise ValueError(f"{what} is from {value[0]} to {value[1]}: give two numbers in [0, 1], the least first")
    return nan_unless(value[0] <= value[1], value)


def _most_bits(p: Float[Array, "2"], f: Float[Array, ""], t: Float[Array, ""]) -> Float[Array, ""]:
    best = _best_input(f, t)
    inside = jnp.maximum(p[0], jnp.minimum(best, p[1]))  # of a concave function on an interval
    return noisy_verdict_bits(NoisyVerifier(false_positive=f, false_negative=1 - t), inside)


def _best_input(f: Float[Array, ""], t: Float[Array, ""]) -> Float[Array, ""]:
    r"""Return the capacity-achieving share of right answers, at which $(1+2^{(h(T)-h(F))/(T-F)})^{-1}$ pass."""
    gap = jnp.where(t == f, 1.0, t - f)
    passed = 1 / (1 + jnp.exp2((binary_entropy(t) - binary_entropy(f)) / gap))
    return jnp.where(t == f, 0.5, (passed - f) / gap)


@host_only
def certified_bits_over_box(right: Ends, *, false_positive: Ends, true_positive: Ends) -> BitsRange[LogSum]:
    r"""Return bounds of $I(R;\tilde r)$ over a box, as exact numbers whose comparison is decided.

    The lower bound is attained. So is the upper one, unless the best input lies inside: then a tangent of the concave
    function of p at a rational next to it bounds it, by the divergences of both rows from one output law.

    Args:
        right: Least and greatest p, exact rationals.
        false_positive: Least and greatest FPR.
        true_positive: Least and greatest TPR.

    Returns:
        Numbers whose `digits` and `sign` are certain.

    Raises:
        ValueError: An end is outside [0, 1], or ends are out of order.

    >>> found = certified_bits_over_box((0, 1), false_positive=("1/10", "1/5"), true_positive=("1/5", "9/10"))
    >>> found.lower.digits(4), found.upper.digits(8), found.holds_zero
    ('0', '0.53100441', True)
    """
    p, (f_low, f_high), (t_low, t_high) = (
        _rationals(ends, what)
        for ends, what in ((right, "right"), (false_positive, "false_positive"), (true_positive, "true_positive"))
    )
    holds_zero = t_low <= f_high and f_low <= t_high
    near = (f_high, t_low) if t_low > f_high else (f_low, t_high)
    lower = from_rational(0) if holds_zero else _lesser(*(_bits(end, *near) for end in p))
    tangents = [_tangent(p, f, t) for f, t in ((f_low, t_high), (f_high, t_low))]
    return BitsRange(lower, _greater(*tangents), holds_zero)


def _rationals(ends: Ends, what: str) -> tuple[fmpq, fmpq]:
    if len(ends) != 2:
        raise ValueError(f"{what} has {len(ends)} numbers: give its least and its greatest value")
    low, high = (rational(end) for end in ends)
    if not 0 <= low <= high <= 1:
        raise ValueError(f"{what} is from {low} to {high}: give two numbers in [0, 1], the least first")
    return low, high


def _rows(share: fmpq, f: fmpq, t: fmpq) -> tuple[LogSum, LogSum]:
    r"""Return $D(F\|m)$ and $D(T\|m)$, divergences of both rows from the output law where `share` is right."""
    m = share * t + (1 - share) * f
    wrong, right = (sum((log2(a / b) * a for a, b in ((rate, m), (1 - rate, 1 - m)) if a), LogSum()) for rate in (f, t))
    return wrong, right


def _bits(share: fmpq, f: fmpq, t: fmpq) -> LogSum:
    if share in (0, 1) or f == t:
        return from_rational(0)
    wrong, right = _rows(share, f, t)
    return wrong * (1 - share) + right * share


def _tangent(p: tuple[fmpq, fmpq], f: fmpq, t: fmpq) -> LogSum:
    """Return the most that a tangent at the best input, or at the end of p next to it, reaches on p."""
    if f == t or p[1] == 0 or p[0] == 1:
        return from_rational(0)
    best = rational(float(_best_input(jnp.asarray(float(f.p) / float(f.q)), jnp.asarray(float(t.p) / float(t.q)))))
    share = max(p[0], min(best, p[1]))
    wrong, right = _rows(share, f, t)
    return _greater(*(wrong * (1 - end) + right * end for end in p))


def _greater(a: LogSum, b: LogSum) -> LogSum:
    return a if (a - b).sign() > 0 else b


def _lesser(a: LogSum, b: LogSum) -> LogSum:
    return b if (a - b).sign() > 0 else a
