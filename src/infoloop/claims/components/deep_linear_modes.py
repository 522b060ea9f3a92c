"""Chapter 5, depth: when a mode of a two-layer linear net is learned (S33)."""

import itertools

import jax
import jax.numpy as jnp
from flint import acb, fmpq_series

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.log_sums import log2
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.learning.linear_networks import deep_mode, deep_time
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

TWO_LAYERS, BALANCED = "a mode of a two-layer linear net", "balanced layers, u = v"
DEEP = (TWO_LAYERS, BALANCED)
VARIANCE, START, FIFTH = "the modes have one variance", "they start at one a0", "a0 is at most a fifth of each end"
TERMS = 7


def _modes(normals):
    """Return correlation and variance of a mode, a start, and a time."""
    return jnp.exp(normals[0] / 4), jnp.exp(normals[1] / 4), jax.nn.sigmoid(normals[2]) / 4, jnp.exp(normals[3] / 2)


_deep = random_numbers(4, _modes)


def _speeds(case):
    c, variance, start, t = case
    found = jax.grad(deep_mode)(t, c, variance, start)
    strength = deep_mode(t, c, variance, start)
    return found, 2 * strength * (c - variance * strength)


def taylor(c: fmpq, variance: fmpq, start: fmpq) -> list[fmpq]:
    r"""Return the power series in t that solves $\dot a=2a(c-\lambda a)$, term by term.

    >>> taylor(fmpq(1), fmpq(1), fmpq(1, 2))[:3]
    [1/2, 1/2, 0]
    """
    a = [start]
    for k in range(TERMS - 1):
        square = sum((a[i] * a[k - i] for i in range(k + 1)), fmpq(0))
        a.append(2 * (c * a[k] - variance * square) / (k + 1))
    return a


def closed_series(c: fmpq, variance: fmpq, start: fmpq, speed: int = 2) -> list[fmpq]:
    r"""Return the power series of $\frac{s\,e^{2ct}}{e^{2ct}-1+s/a_0}$, $s=c/\lambda$, by division of series.

    `speed` stands for the 2.
    """
    growth = fmpq_series([0, speed * c], prec=TERMS).exp()
    end = fmpq_series([c / variance], prec=TERMS)
    found = growth * end / (growth - fmpq_series([1 - c / variance / start], prec=TERMS))
    return [found[k] for k in range(TERMS)]


def _terms(case, speed=2):
    """Return a term of both series; or, for a fraction f, the strength at the time of the statement, and f s."""
    values = [case[name] for name in ("c", "variance", "start")]
    if "term" in case:
        return taylor(*values)[case["term"]], closed_series(*values, speed)[case["term"]]
    f, start, end = case["fraction"], case["start"], case["c"] / case["variance"]
    growth = f * (end - start) / ((1 - f) * start)  # exp(2ct)
    return end * growth / (growth - 1 + end / start), f * end


def _first_speeds(case):
    """Return the speed at the start of a mode whose layers are u = 2v, of one of a single layer, and of the claim."""
    c, variance, start = (case[name] for name in ("c", "variance", "start"))
    rest = c - variance * start
    return {
        "u = 2v": (2 + fmpq(1, 2)) * start * rest,
        "one layer": rest,
        "claimed": closed_series(c, variance, start)[1],
    }


_SETTINGS = {
    "c": [fmpq(1, 2), fmpq(1), fmpq(3)],
    "variance": [fmpq(1), fmpq(2)],
    "start": [fmpq(1, 10), fmpq(1, 3)],
}
_slow = {"c": fmpq(1), "variance": fmpq(1), "start": fmpq(1, 10)}

deep = equality(
    "thm:deep-mode",
    DEEP,
    _speeds,
    _deep,
    exact=_terms,
    family=Family(
        "the first 7 terms of the power series in t, and the strength at the times of the fractions 1/2, 9/10, for c "
        "1/2, 1, 3, variances 1, 2, starts 1/10, 1/3",
        lambda: itertools.chain(
            parameter_grid(**_SETTINGS, term=range(TERMS)),
            parameter_grid(**_SETTINGS, fraction=(fmpq(1, 2), fmpq(9, 10))),
        ),
    ),
    edges=({"c": fmpq(3), "variance": fmpq(2), "start": fmpq(1, 10), "term": 3},),
    wrong=lambda case: (_speeds(case)[0] / 2, _speeds(case)[1]),
    neighbours=(
        without(TWO_LAYERS, _slow, exact=lambda case: tuple(_first_speeds(case)[k] for k in ("one layer", "claimed"))),
        without(BALANCED, _slow, exact=lambda case: tuple(_first_speeds(case)[k] for k in ("u = 2v", "claimed"))),
        changed("exp(ct) in place of exp(2ct)", lambda case: _terms(case, speed=1)),
    ),
)


def _ordered(case):
    """Return times to the half for c and a weaker correlation, started at most at a fifth of the end of the weaker."""
    c, variance, start, t = case
    weaker = c / (1 + t)
    low = start * 4 / 5 * weaker / variance
    return deep_time(0.5, c, variance, low), deep_time(0.5, weaker, variance, low)


def _ordered_exactly(case):
    """Return times to the half of both modes; the variance and the start of the weaker one may be others."""
    other = {"variance": case.get("variance", 1), "start": case.get("other start", case["start"])}
    strong = log2(case["c"] / case["start"] - 1) / (2 * case["c"])
    return strong, log2(case["weaker"] / other["variance"] / other["start"] - 1) / (2 * case["weaker"])


def _with_one_layer(case):
    r"""Return the times $\ln(2-2a_0/s)$ to the half if the net has one layer, $\dot a=c-a$, in one unit."""
    return tuple(log2(2 - 2 * case["start"] / case[c]) for c in ("c", "weaker"))


def _with_unlike_layers(case):
    r"""Return the times to the half if $u^2-v^2=100$, as it stays: $\dot a=2\sqrt{a^2+50^2}\,(c-a)$, by quadrature."""

    def time(c: fmpq) -> RealBall:
        return real_ball(
            lambda: acb.integral(lambda a, _: 1 / (2 * (a * a + 2500).sqrt() * (c - a)), case["start"], c / 2).real
        )

    return time(case["c"]), time(case["weaker"])


_two_modes = {"c": fmpq(2), "weaker": fmpq(1), "start": fmpq(1, 5)}
_strengths = [fmpq(1), fmpq(3, 2), fmpq(2), fmpq(5)]

deep_order = inequality(
    "cnd:deep-order",
    (*DEEP, VARIANCE, START, FIFTH),
    _ordered,
    _deep,
    exact=_ordered_exactly,
    family=Family(
        "variance 1, correlations 1, 3/2, 2, 5 and weaker or equal ones, starts 1/5, 1/20, 1/1000",
        lambda: (
            case
            for case in parameter_grid(c=_strengths, weaker=_strengths, start=[fmpq(1, 5), fmpq(1, 20), fmpq(1, 1000)])
            if case["weaker"] <= case["c"]
        ),
    ),
    edges=({"c": fmpq(2), "weaker": fmpq(2), "start": fmpq(1, 5)},),
    wrong=lambda case: _ordered(case)[::-1],
    neighbours=(
        without(TWO_LAYERS, _two_modes, exact=_with_one_layer),
        without(BALANCED, _two_modes, exact=_with_unlike_layers),
        without(VARIANCE, {"c": fmpq(2), "weaker": fmpq(1), "start": fmpq(1, 100), "variance": fmpq(10)}),
        without(START, {**_two_modes, "start": fmpq(1, 10**4), "other start": fmpq(1, 5)}),
        without(FIFTH, {**_two_modes, "start": fmpq(9, 20)}),
        changed(
            "a quarter in place of a fifth", _ordered_exactly, {"c": fmpq(9, 2), "weaker": fmpq(4), "start": fmpq(1)}
        ),
    ),
)
