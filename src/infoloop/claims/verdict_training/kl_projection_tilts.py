"""Chapter 6, projections: which policy of a pass rate is nearest to the base, in which divergence (S44)."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.signals.kl_regularised_rewards import tilted
from infoloop.claims.verdict_training.kl_projection_costs import BASES, bits_from, exact_masses
from infoloop.exact.log_sums import log2
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.kl_projections import law_at_rate
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

POSITIVE, CONVEX = "every output has a positive probability under both", "f is convex"
DIVERGENCES = ("D(pi||pi0)", "D(pi0||pi)", "chi-square", "triangular")
_FACTORS = (fmpq(1, 4), fmpq(2), fmpq(100))


def separable_divergence(kind: str, law: Any, base: Any) -> Any:
    r"""Return $\sum\pi_0f(\pi/\pi_0)$, in bits for the first two kinds.

    >>> separable_divergence("chi-square", [fmpq(1, 4), fmpq(3, 4)], [fmpq(1, 2), fmpq(1, 2)])
    1/4
    """
    if kind in DIVERGENCES[:2]:
        return bits_from(law, base) if kind == DIVERGENCES[0] else bits_from(base, law)
    squares = [((p - b) ** 2, p, b) for p, b in zip(law, base, strict=True)]
    if kind == "triangular":
        return sum(s / (p + b) for s, p, b in squares)
    return sum(s / b for s, _, b in squares) * (-1 if kind == "minus chi-square" else 1)


def verdict_law(law: Any) -> list[Number]:
    """Return the masses of the first two outputs, which are accepted, and of the two others.

    >>> verdict_law([fmpq(1, 2), fmpq(1, 4), fmpq(1, 8), fmpq(1, 8)])
    [3/4, 1/4]
    """
    return [law[0] + law[1], law[2] + law[3]]


def _near(case):
    base, policy = case
    pairs = (jnp.stack(verdict_law(policy)), jnp.stack(verdict_law(base))), (policy, base)
    return tuple(jnp.stack([separable_divergence(kind, *pair) for kind in DIVERGENCES]) for pair in pairs)


def _policy(case):
    return (
        tilted(exact_masses(case), [case["tilt"]] * 2 + [fmpq(1)] * 2)
        if "tilt" in case
        else exact_masses(case, "policy")
    )


def _near_exactly(case: Mapping[str, Any], lesser: str = "") -> tuple:
    base, policy, kind = exact_masses(case), _policy(case), case["kind"]
    verdicts = verdict_law(policy), verdict_law(base)
    return separable_divergence(lesser or kind, *verdicts), separable_divergence(kind, policy, base)


def _near_cases():
    yield from parameter_grid(base=BASES, policy=BASES, kind=DIVERGENCES)
    yield from parameter_grid(base=BASES, tilt=_FACTORS, kind=DIVERGENCES)


tilt_minimises_all = inequality(
    "thm:tilt-minimises-all",
    (POSITIVE, CONVEX),
    _near,
    random_numbers(8, lambda x: (jax.nn.softmax(x[:4]), jax.nn.softmax(x[4:]))),
    exact=_near_exactly,
    family=Family(
        "four laws on four outputs as base and as policy, and each base tilted by 1/4, 2 and 100; both directions of "
        "the divergence, chi-square and the triangular one",
        _near_cases,
    ),
    edges=tuple({"base": BASES[0], "tilt": fmpq(2), "kind": kind} for kind in DIVERGENCES),
    neighbours=(
        unrefuted(POSITIVE, "the inequality holds without it; the sums over ratios are then finite for some f only"),
        without(CONVEX, {"base": BASES[0], "policy": BASES[2], "kind": "minus chi-square"}),
        changed(
            "the verdicts' divergence in the other direction",
            lambda case: _near_exactly(case, DIVERGENCES[0]),
            {"base": BASES[3], "tilt": fmpq(7), "kind": DIVERGENCES[1]},
        ),
    ),
    wrong=lambda case: (_near(case)[0], _near(case)[1] / 2),
)

TILTED, HIGHER = "the policy is the base tilted by the verdict", "its pass rate is at least that of the base"
BELOW = "its pass rate is below 1"


def _forgotten(case):
    base, share = case
    wrong = base[2] + base[3]
    left = wrong * share
    policy = law_at_rate(base, jnp.array([1.0, 1.0, 0.0, 0.0]), 1 - left)
    return bits_from(base, policy), wrong * jnp.log2(wrong / left)


def _forgotten_exactly(case, weight=1):
    base, policy = exact_masses(case), _policy(case)
    wrong, left = verdict_law(base)[1], verdict_law(policy)[1]
    return bits_from(base, policy), log2(wrong / left) * (wrong * weight)


_solved = {"base": BASES[2], "tilt": fmpq(4) ** 2000}
forgetting_law = inequality(
    "thm:forgetting-law",
    (TILTED, HIGHER, BELOW),
    _forgotten,
    random_numbers(5, lambda x: (jax.nn.softmax(x[:4]), jax.nn.sigmoid(x[4]))),
    exact=_forgotten_exactly,
    family=Family(
        "four bases on four outputs, two of them accepted, tilted by 1, 2, 4, 16, 2**20 and 2**64",
        lambda: parameter_grid(base=BASES, tilt=[fmpq(2) ** k for k in (0, 1, 2, 4, 20, 64)]),
    ),
    edges=(_solved,),
    neighbours=(
        without(TILTED, {"base": BASES[2], "policy": ["1/1000", "599/1000", "1/5", "1/5"]}),
        without(HIGHER, {"base": BASES[2], "tilt": fmpq(1, 2)}),
        unrefuted(BELOW, "at 1 both sides are infinite"),
        changed("99/100 of the bound", lambda case: _forgotten_exactly(case, fmpq(99, 100)), _solved),
    ),
    wrong=lambda case: (_forgotten(case)[0], _forgotten(case)[1] / 2),
)


def _lost(policy):
    return jnp.where(policy > 0, 0.0, 0.25).sum(), jnp.zeros(())


def _sparse(x):
    weights = jnp.concatenate([jnp.abs(x[:2]), jax.nn.relu(x[2:])])
    return weights[jnp.array([0, 2, 1, 3])] / weights.sum()


def _lost_exactly(case):
    """Return what the base gives to outputs that the policy never does, and 0: both agree if D is finite."""
    pairs = zip(exact_masses(case), exact_masses(case, "policy"), strict=True)
    return sum((b for b, p in pairs if not p), fmpq(0)), fmpq(0)


forgetting_is_finite = equality(
    "fol:forgetting-is-finite",
    ("every output of the base has a positive probability", BELOW),
    _lost,
    random_numbers(4, _sparse),
    exact=_lost_exactly,
    family=Family(
        "a uniform base on three outputs, the first accepted, and the policies (1/2, 1/2, 0) and (1/2, 1/4, 1/4)",
        lambda: ({"base": ["1/3"] * 3, "policy": policy} for policy in (["1/2", "1/2", 0], ["1/2", "1/4", "1/4"])),
    ),
)
