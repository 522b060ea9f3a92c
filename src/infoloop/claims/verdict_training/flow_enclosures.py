r"""Chapter 6, flows: certain enclosures of softmax flows, by Taylor's method, without their first integrals.

The logits follow $\dot z_a=\frac{\pi_a}pg$ for right and $\dot z_c=-\frac{\pi_c}qg$ for wrong outputs, $g=F'(p)pq$.
Where no logit moves by more than $\eta<\frac\pi2$ in the complex plane, $|\frac{\pi_a}p|$, $|\frac{\pi_c}q|$, $|p|$
and $|q|$ are at most $\frac1{\cos\eta}$, and $|p|$ and $|q|$ at most $\frac{e^{2\eta}}{\cos\eta}$ times what they are
at the start. So with the bound B that follows for the field the flow is analytic for $|t|<\rho=\frac\eta B$ and moves
by at most $\eta$; by Cauchy's estimate what Taylor's polynomial of degree N leaves out at h is at most
$\eta\frac{(h/\rho)^{N+1}}{1-h/\rho}$.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import flint
from flint import arb, arb_series

from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball

_STEP = 8  # radii of convergence a step
_WIDTHS = (0.35, 0.78)  # of the discs that are tried, below pi/4
Objective = tuple[str, int]  # a name, and attempts or the size of a group


def clock_factor(objective: Objective, p: Any, q: Any) -> Any:
    r"""Return $g=F'(p)pq$ of an objective, for balls, their series, or bounds of their absolute values.

    >>> clock_factor(("pass@k", 2), arb("0.5"), arb("0.5"))
    0.250000000000000
    """
    kind, n = objective
    if kind == "log-odds":
        return p * 0 + 1
    if kind == "log p":
        return q
    if kind == "pass@k":
        return math.prod([q] * n, start=p * n)
    if kind == "infinite group":
        return (p * q).sqrt()
    roots = [arb(c * (n - c)).sqrt() * fmpq(math.comb(n, c), n) for c in range(1, n)]
    terms = [math.prod([q] * (n - c), start=math.prod([p] * c, start=root)) for c, root in enumerate(roots, 1)]
    return sum(terms[1:], terms[0])


def _speeds(z, rewards, objective):
    weights = [x.exp() for x in z]
    total = sum(weights[1:], weights[0])
    if objective[0] == "mean reward":
        laws = [w / total for w in weights]
        mean = sum((p * r for p, r in zip(laws, rewards, strict=True)), total * 0)
        return [p * (mean * -1 + r) for p, r in zip(laws, rewards, strict=True)]
    split = [[w for w, r in zip(weights, rewards, strict=True) if r == verdict] for verdict in (1, 0)]
    passed, failed = (sum(part[1:], part[0]) for part in split)
    g = clock_factor(objective, passed / total, failed / total)
    up, down = g / passed, g / failed * -1
    return [w * (up if r else down) for w, r in zip(weights, rewards, strict=True)]


def _radius(z, rewards, objective):
    """Return the largest radius of convergence that is certain, and the width of its disc."""
    weights, found = [x.exp() for x in z], []
    total = sum(weights, arb(0))
    rates = [sum((w for w, r in zip(weights, rewards, strict=True) if bool(r) == x), arb(0)) / total for x in (1, 0)]
    for eta in map(arb, _WIDTHS):
        most, growth = 1 / eta.cos(), (2 * eta).exp() / eta.cos()
        bounds = [arb(min(most.upper(), (growth * x).upper())) for x in rates]
        if objective[0] == "mean reward":
            speed = most * most * (max(rewards) - min(rewards))
        else:
            speed = most * clock_factor(objective, *bounds)
        found.append(((eta / speed).lower(), eta))
    return max(found, key=lambda pair: float(pair[0]))


def _taylor(z, rewards, objective, degree):
    """Return the series of the logits at a time, by Picard's iteration, which gains one term at a time."""
    series, cap = [arb_series([x]) for x in z], flint.ctx.cap
    try:
        for terms in range(1, degree + 1):
            flint.ctx.cap = terms
            speeds = _speeds(series, rewards, objective)
            flint.ctx.cap = terms + 1
            series = [v.integral() + x for v, x in zip(speeds, z, strict=True)]
    finally:
        flint.ctx.cap = cap
    return series


@lru_cache(maxsize=512)
def _enclosed(
    base: tuple[fmpq, ...], rewards: tuple[int, ...], objective: Objective, time: fmpq, bits: int
) -> list[arb]:
    """Return balls of the logits at a time, from those at half of it; from a base, the logarithms at time 0."""
    if time <= 1:
        z, left = [arb(x).log() for x in base], arb(time)
    else:
        z, left = _enclosed(base, rewards, objective, time / 2, bits), arb(time / 2)
    degree, last = bits // 4 + 2, time == 0
    while not last:
        radius, eta = _radius(z, rewards, objective)
        last = not left > radius / _STEP
        h = left if last else radius / _STEP
        share = h / radius
        error = arb(0, (eta * share ** (degree + 1) / (1 - share)).abs_upper())
        terms = _taylor(z, rewards, objective, degree)
        z = [sum((series[k] * h**k for k in range(degree, -1, -1)), error) for series in terms]
        left = left - h
    return z


def flow_number(
    of: Callable[[Sequence[arb]], arb], base: Sequence[fmpq], rewards: Sequence[int], objective: Objective, time: fmpq
) -> RealBall:
    r"""Return a number that a function makes of the logits at a time of the flow, $z(0)=\ln\pi_0$.

    The objectives are "log-odds", "log p", "pass@k", "group" (GRPO), "infinite group", each with its k or n, and "mean
    reward", for which the rewards may be graded.

    >>> flow_number(lambda z: z[0] - z[1], [fmpq(1, 2), fmpq(1, 2)], (1, 0), ("log-odds", 1), fmpq(3)).digits(10)
    '6.000000000'
    """
    key = tuple(base), tuple(rewards), objective, fmpq(time)
    return real_ball(lambda: of(_enclosed(*key, flint.ctx.prec)))
