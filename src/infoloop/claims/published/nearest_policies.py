"""Chapter 8, which policy of a given pass rate is nearest to its base, and what training rule finds it (C10)."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.claims.comparisons import inequality
from infoloop.claims.published.answer_support import softmax_step, tilted_policy
from infoloop.exact.log_sums import LogSum, exact_binary_entropy, log2
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted

POSITIVE, BELOW = "every output of the base has a positive probability", "the pass rate of the policy is below 1"
POSITIVE_ALWAYS = unrefuted(
    POSITIVE, "the exact sides divide by the base; where it lacks an output that the policy lacks too, nothing changes"
)


def relative_entropy(law: Sequence[fmpq], base: Sequence[fmpq]) -> LogSum:
    """Return the divergence of a law from a base, in bits.

    >>> relative_entropy([fmpq(1), fmpq(0)], [fmpq(1, 2), fmpq(1, 2)]).digits(3)
    '1.00'
    """
    return sum((log2(p / q) * p for p, q in zip(law, base, strict=True) if p), log2(1))


def pass_rates(law: Sequence[fmpq], right: Sequence[int]) -> list[fmpq]:
    """Return the mass of the right outputs, and of the others.

    >>> pass_rates([fmpq(1, 2), fmpq(1, 4), fmpq(1, 4)], (0, 1))
    [3/4, 1/4]
    """
    rate = sum((law[k] for k in right), fmpq(0))
    return [rate, 1 - rate]


def _divergence(law: Float[Array, "outputs"], base: Float[Array, "outputs"]) -> Float[Array, ""]:
    return jnp.sum(law * (jnp.log2(law) - jnp.log2(base)))


def _rates(law):
    return jnp.stack([law[0] + law[1], law[2] + law[3]])


_policies = random_numbers(8, lambda x: (jax.nn.softmax(x[:4]), jax.nn.softmax(x[4:])))


def _nearest(case):
    base, policy = case
    return _divergence(_rates(policy), _rates(base)), _divergence(policy, base)


def _nearest_exactly(case: Mapping[str, Any]) -> tuple[LogSum, LogSum]:
    base, policy, right = case["base"], case["policy"], case["right"]
    rates, first = (pass_rates(law, right) for law in (policy, base))
    return relative_entropy(rates, first), relative_entropy(policy, base)


_BASES = (
    [fmpq(1, 2), fmpq(1, 8), fmpq(1, 4), fmpq(1, 8)],
    [fmpq(1, 4)] * 4,
    [fmpq(1, 10), fmpq(1, 5), fmpq(3, 10), fmpq(2, 5)],
)
_POLICIES = (
    [fmpq(1, 2), fmpq(1, 2), fmpq(0), fmpq(0)],
    [fmpq(1), fmpq(0), fmpq(0), fmpq(0)],
    [fmpq(3, 5), fmpq(1, 5), fmpq(1, 10), fmpq(1, 10)],
    [fmpq(1, 8), fmpq(1, 8), fmpq(1, 4), fmpq(1, 2)],
)


def _pairs():
    for base in _BASES:
        policies = (*_POLICIES, *(tilted_policy(base, (0, 1), factor) for factor in (fmpq(2), fmpq(100))))
        yield from ({"base": base, "policy": policy, "right": (0, 1)} for policy in policies)


_tilted = {"base": _BASES[0], "policy": tilted_policy(_BASES[0], (0, 1), fmpq(2)), "right": (0, 1)}
tilt_is_nearest = inequality(
    "thm:tilt-is-nearest",
    (POSITIVE,),
    _nearest,
    _policies,
    exact=_nearest_exactly,
    family=Family("three bases, four policies and two tilts of each base, two right outputs of four", _pairs),
    edges=(_tilted,),
    neighbours=(
        POSITIVE_ALWAYS,
        changed(
            "the divergence in the other direction",
            lambda case: (_nearest_exactly(case)[0], relative_entropy(case["base"], case["policy"])),
            {**_tilted, "policy": tilted_policy(_BASES[0], (0, 1), fmpq(1, 2))},
            {**_tilted, "policy": tilted_policy(_BASES[0], (0, 1), fmpq(100))},
        ),
    ),
    wrong=lambda case: (_nearest(case)[0], _divergence(_rates(case[1]), _rates(case[0])) / 2),
)


def _forward(case):
    base, policy = case
    first, rate = _rates(base), _rates(policy)
    entropy = -jnp.sum(first * jnp.log2(first))
    return -first[1] * jnp.log2(rate[1]), _divergence(base, policy) + entropy


def _forward_exactly(case):
    """Return the bound, and the forward divergence with the entropy of the base's verdict on its right side."""
    first, rates = (pass_rates(case[key], case["right"]) for key in ("base", "policy"))
    divergence = relative_entropy(case["base"], case["policy"])
    return log2(rates[1]) * -first[1], divergence + exact_binary_entropy(first[0])


def _nearly_solved():
    for base in _BASES:
        for power in (1, 2, 4, 10, 20):
            yield {"base": base, "policy": tilted_policy(base, (0, 1), fmpq(4**power)), "right": (0, 1)}


_late = {"base": _BASES[1], "policy": tilted_policy(_BASES[1], (0, 1), fmpq(4**60)), "right": (0, 1)}
forward_divergence_grows = inequality(
    "thm:forward-divergence-grows",
    (POSITIVE, BELOW),
    _forward,
    _policies,
    exact=_forward_exactly,
    family=Family("three bases on four outputs, two of them right, tilted by 4 to the powers 1 to 20", _nearly_solved),
    edges=(_late,),
    neighbours=(
        POSITIVE_ALWAYS,
        unrefuted(BELOW, "at 1 both sides are infinite"),
        changed(
            "without the entropy of the base's verdict",
            lambda case: (_forward_exactly(case)[0], relative_entropy(case["base"], case["policy"])),
        ),
    ),
    wrong=lambda case: (_forward(case)[0], _divergence(case[1], case[0])),
)

_LOGITS = "the policy is a softmax of one logit an output"
_STEP = "the logits take a step along the gradient of the pass rate"


def _gradient(case):
    base, size = case
    moves = size * base * (jnp.array([1.0, 1.0, 0.0, 0.0]) - base[0] - base[1])
    policy = base * jnp.exp2(moves) / jnp.sum(base * jnp.exp2(moves))
    return _divergence(policy, base), _divergence(_rates(policy), _rates(base))


gradient_is_nearest = inequality(
    "fol:gradient-is-nearest",
    (_LOGITS, _STEP),
    _gradient,
    random_numbers(5, lambda x: (jax.nn.softmax(x[:4]), jnp.exp(x[4] / 4))),
    exact=lambda case: _nearest_exactly({**case, "policy": softmax_step(case["base"], case["right"], 64)})[::-1],
    family=Family(
        "a step of 64 from one base with two right outputs of four",
        lambda: iter([{"base": _BASES[0], "right": (0, 1)}]),
    ),
)
