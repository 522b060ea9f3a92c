"""Chapter 6, projections: what a small penalty leaves, and the limit under every separable one (S47)."""

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import equality, inequality
from infoloop.claims.signals.kl_regularised_rewards import PENALISED, good_mass, tilted
from infoloop.claims.verdict_training.kl_projection_costs import BASES, accepted_part, bits_from, exact_masses
from infoloop.claims.verdict_training.kl_projection_tilts import (
    DIVERGENCES,
    separable_divergence,
    verdict_law,
)
from infoloop.exact.log_sums import log2
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import real_ball
from infoloop.learning.kl_projections import accepted_law, forward_regularised, penalised_law
from infoloop.learning.policy_optimisation import regularised
from infoloop.probability.numerics import LOG2E
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

_LN2 = real_ball(lambda: arb(2).log())
SOME_PASS = "the base passes at times"
PARTS = ("D(pi*||pi)", "D(pi||pi0)", "D(pi0||pi)", "variation")
RIGHT = (1, 1, 0, 0)
_ACCEPTED = jnp.array(RIGHT, float)


def _left(case):
    base, beta = case
    beta = beta + 0.1  # so that no probability is below what a float can hold
    found, target, rate = regularised(base, _ACCEPTED, beta), accepted_law(base, _ACCEPTED), good_mass(base)
    passes, scale = good_mass(found), LOG2E / beta
    inside = jnp.where(target > 0, target, 1.0)
    to_target = jnp.where(target > 0, target * (jnp.log2(inside) - jnp.log2(found)), 0.0).sum()
    apart = jnp.abs(found - target).sum() / 2
    distances = jnp.stack([to_target, bits_from(found, base), bits_from(base, found), apart])
    second = -jnp.log2(rate) + jnp.log2(passes) - (1 - passes) * scale
    third = (1 - rate) * scale + jnp.log2(rate) - jnp.log2(passes)
    return distances, jnp.stack([-jnp.log2(passes), second, third, passes * (1 / rate - 1) * jnp.exp(-1 / beta)])


def _left_exactly(case, kept=True):
    r"""Return a distance of the best policy and its formula, where `strength` is $e^{1/\beta}$."""
    base, strength, part = exact_masses(case), case["strength"], case["part"]
    best = tilted(base, [strength**r for r in case.get("rewards", RIGHT)])
    found = base if case.get("policy") == "the base" else best
    rate, passes = good_mass(base), good_mass(found)
    target = accepted_part(base, 2)
    if part == "variation":
        apart = sum((abs(p - t) for p, t in zip(found, target, strict=True)), fmpq(0)) / 2
        return apart, (passes if kept else 1) * (1 - rate) / rate / strength
    own = log2(passes) if kept else log2(1)
    if part == "D(pi*||pi)":
        return bits_from(target, found), own * -1
    if part == "D(pi||pi0)":
        return bits_from(found, base), log2(1 / rate) + own - log2(strength) * (1 - passes)
    return bits_from(base, found), log2(strength) * (1 - rate) + log2(rate) - own


_small = [{"base": BASES[0], "strength": fmpq(3, 2), "part": part} for part in PARTS]
small_penalty = equality(
    "cnd:small-penalty",
    (*PENALISED, SOME_PASS),
    _left,
    random_numbers(5, lambda x: (jax.nn.softmax(x[:4]), jnp.exp(x[4]))),
    exact=_left_exactly,
    family=Family(
        "four bases on four outputs, two of them right, exp(1/beta) 3/2, 16 and 2**40; the distances",
        lambda: parameter_grid(base=BASES, strength=(fmpq(3, 2), fmpq(16), fmpq(2) ** 40), part=PARTS),
    ),
    edges=tuple(_small),
    neighbours=(
        without(PENALISED[0], *({**case, "rewards": (1, 2, 0, 0)} for case in _small)),
        without(PENALISED[1], *({**case, "policy": "the base"} for case in _small[1:])),
        unrefuted(SOME_PASS, "else pi* is not defined, and -log2 p0 is no exact number"),
        changed("1 in place of the pass rate", lambda case: _left_exactly(case, kept=False), *_small),
    ),
    wrong=lambda case: (_left(case)[0], _left((case[0], case[1] / 2))[1]),
)

SEPARABLE = "the policy maximises the mean reward minus beta times a separable divergence from a base"
STRICT, FULL = "f is strictly convex and differentiable", "every output of the base has a positive probability"


def _others(case):
    """Return both sides for three penalties in nats: in both directions, and half of chi-square."""
    base, beta, x = case
    beta = beta + 0.1
    found = jnp.stack(
        [
            regularised(base, _ACCEPTED, beta),
            forward_regularised(base, _ACCEPTED, beta),
            penalised_law(base, _ACCEPTED, beta, lambda y: jnp.maximum(0.0, 1 + y)),
        ]
    )
    target = accepted_law(base, _ACCEPTED)
    tilt = x * target + (1 - x) * accepted_law(base, 1 - _ACCEPTED)

    def penalties(laws):
        reverse, forward, square = laws
        nats = bits_from(reverse, base) / LOG2E, bits_from(base, forward) / LOG2E
        return jnp.stack([*nats, ((square - base) ** 2 / base).sum() / 2])

    apart = jnp.abs(found - target).sum(axis=1) / 2
    return apart + beta * penalties(found), 1 - x + beta * penalties(jnp.stack([tilt] * 3))


def _slope(kind, p, rate):
    r"""Return $\varphi'(p)$; of the first kind, $\ln$ of the number that is returned."""
    q, left = 1 - p, 1 - rate
    if kind == DIVERGENCES[0]:
        return p * left / (rate * q)
    if kind == DIVERGENCES[1]:
        return left / q - rate / p
    if kind == "chi-square":
        return 2 * (p - rate) / (rate * left)
    ends = [(x - a) * (x + 3 * a) / (x + a) ** 2 for x, a in ((p, rate), (q, left))]
    return ends[0] - ends[1]


def _weighed(kind, slope, penalty):
    r"""Return beta times a divergence, which is in bits for the first two kinds: beta is 1 over the slope."""
    if kind == DIVERGENCES[0]:
        return _LN2 * penalty / real_ball(lambda: arb(slope).log())
    return _LN2 * penalty * (1 / slope) if kind == DIVERGENCES[1] else penalty / slope


def _others_exactly(case, weight=1):
    r"""Return both sides for the best policy of the pass rate that a case gives in place of beta."""
    base, x = exact_masses(case), case["x"]
    rate, target = good_mass(base), accepted_part(base, 2)
    slope = 1 / case["beta"] if "beta" in case else _slope(case["kind"], case["rate"], rate)

    def tilt(p):
        return [t * p + (0 if t else b / (1 - rate) * (1 - p)) for t, b in zip(target, base, strict=True)]

    best = exact_masses(case, "policy") if "policy" in case else tilt(case["rate"])
    apart = sum((abs(p - t) for p, t in zip(best, target, strict=True)), fmpq(0)) / 2
    verdicts = [x, 1 - x], verdict_law(base)
    moved = separable_divergence(case["kind"], best, base)
    allowed = separable_divergence(case["kind"], *verdicts) * weight
    return _weighed(case["kind"], slope, moved) + apart, _weighed(case["kind"], slope, allowed) + (1 - x)


def _penalty_cases():
    """Yield best policies and others; divergences with logarithms only with an x apart, as balls decide no equality."""
    for case in parameter_grid(base=BASES, kind=DIVERGENCES, rate=(fmpq(3, 4), fmpq(99, 100))):
        xs = (case["rate"] - fmpq(1, 1000), fmpq(999, 1000)) + (
            () if case["kind"] in DIVERGENCES[:2] else (case["rate"],)
        )
        yield from ({**case, "x": x} for x in xs)


_near = {"base": BASES[0], "rate": fmpq(3, 4)}
_first = {"base": BASES[0], "kind": "chi-square", "policy": (1, 0, 0, 0), "beta": fmpq(1, 100), "x": fmpq(99, 100)}
every_penalty = inequality(
    "cnd:every-penalty",
    (PENALISED[0], SEPARABLE, STRICT, FULL, SOME_PASS),
    _others,
    random_numbers(6, lambda x: (jax.nn.softmax(x[:4]), jnp.exp(x[4]), jax.nn.sigmoid(x[5]))),
    exact=_others_exactly,
    family=Family(
        "four bases on four outputs, two of them right; both directions of the divergence, chi-square and the "
        "triangular one; the beta of the pass rates 3/4 and 99/100; x 1/1000 below the pass rate and 999/1000, and at "
        "the pass rate for the last two penalties",
        _penalty_cases,
    ),
    edges=tuple(
        {**_near, "kind": kind, "x": fmpq(3, 4) - (fmpq(1, 1000) if kind in DIVERGENCES[:2] else 0)}
        for kind in DIVERGENCES
    ),
    neighbours=(
        without(PENALISED[0], _first),  # the best policy for the rewards 1, 1/2, 0, 0
        without(SEPARABLE, {**_near, "kind": "chi-square", "policy": BASES[0], "x": fmpq(3, 4)}),
        # a penalty of minus chi-square is largest on one output: the right one that the base gives least
        without(STRICT, {**_first, "kind": "minus chi-square", "policy": (0, 1, 0, 0)}),
        unrefuted(FULL, "the terms of outputs that the base never gives are not defined"),
        unrefuted(SOME_PASS, "else pi* is not defined"),
        changed(
            "half of the penalty of the tilt",
            lambda case: _others_exactly(case, fmpq(1, 2)),
            {**_near, "kind": "chi-square", "x": fmpq(3, 4)},
        ),
    ),
    wrong=lambda case: _others(case)[::-1],
)
