"""Chapter 6, verifiers: what correcting a noisy verdict gives, and what a verdict tells (S54, S55)."""

import itertools

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import LogSum, exact_binary_entropy
from infoloop.exact.rational_laws import fmpq
from infoloop.information.measures import entropy, mutual_information
from infoloop.learning.noisy_verifiers import NoisyVerifier, corrected_variance, noisy_verdict_bits
from infoloop.learning.policy_optimisation import regularised_gradient
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_entropy
from infoloop.statements.cases import Family, exact_law, random_numbers, random_probabilities
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

ERRING = "right answers pass at the rate 1 - rho1, wrong ones at rho0"
SOME_J = "J is not 0"
CORRECTED = "a verdict r is corrected to (r - rho0)/J"
NO_FALSE_POSITIVES = "no wrong answer passes"
_EIGHTHS = [fmpq(k, 8) for k in range(9)]
_TENTHS = [fmpq(k, 10) for k in (0, 1, 2, 5, 9)]


def judged(right: Number, rho0: Number, rho1: Number) -> list[list[Number]]:
    """Return P(truth, verdict), wrong and failed first.

    >>> judged(fmpq(1, 2), fmpq(1, 4), fmpq(1, 2))
    [[3/8, 1/8], [1/4, 1/4]]
    """
    wrong = 1 - right
    return [[wrong * (1 - rho0), wrong * rho0], [right * rho1, right * (1 - rho1)]]


def _moments(case):
    """Return mean, mean of right answers and variance of corrected verdicts, by the law and by the formulas."""
    p, rho0, rho1 = case
    law, values = jnp.array(judged(p, rho0, rho1)), (jnp.array([0.0, 1.0]) - rho0) / (1 - rho0 - rho1)
    mean = law.sum(0) @ values
    enumerated = jnp.stack([mean, law[1] @ values / p, law.sum(0) @ (values - mean) ** 2])
    return enumerated, jnp.stack(
        [p, jnp.ones(()), corrected_variance(NoisyVerifier(false_positive=rho0, false_negative=rho1), p)]
    )


def noisy_variance(right: fmpq, rho0: fmpq, rho1: fmpq) -> tuple[fmpq, fmpq, fmpq]:
    """Return pq, the verifier's noise, and J^2.

    >>> truth, noise, square = noisy_variance(fmpq(3, 10), fmpq(1, 10), fmpq(1, 5))
    >>> truth + noise / square, truth / square, (truth + noise) / square
    (2139/4900, 3/7, 321/490)
    """
    wrong = 1 - right
    return right * wrong, right * rho1 * (1 - rho1) + wrong * rho0 * (1 - rho0), (1 - rho0 - rho1) ** 2


def _moments_exactly(case, variance=lambda truth, noise, square: truth + noise / square):
    """Return one moment by the law and by its formula; `truth` has other rates than those that are corrected for."""
    p, rho0, rho1 = case["p"], case["rho0"], case["rho1"]
    j = 1 - rho0 - rho1
    law, values = judged(p, *case.get("truth", (rho0, rho1))), (-rho0 / j, (1 - rho0) / j)
    if case.get("corrected") == "not":
        values = (fmpq(0), fmpq(1))
    passed = [law[0][k] + law[1][k] for k in (0, 1)]
    mean = sum(m * v for m, v in zip(passed, values, strict=True))
    if case["part"] == "mean":
        return mean, p
    if case["part"] == "mean of right answers":
        return sum(m * v for m, v in zip(law[1], values, strict=True)) / p, fmpq(1)
    square = sum(m * (v - mean) ** 2 for m, v in zip(passed, values, strict=True))
    return square, variance(*noisy_variance(p, rho0, rho1))


PARTS = ("mean", "mean of right answers", "variance")
_stated = {"p": fmpq(3, 10), "rho0": fmpq(1, 10), "rho1": fmpq(1, 5), "part": "variance"}
_rates_with_j = random_numbers(3, lambda x: (jax.nn.sigmoid(x[0]), *(0.45 * jax.nn.sigmoid(x[1:]))), spread=2)
backward_correction = equality(
    "thm:backward-correction",
    (ERRING, SOME_J, CORRECTED),
    _moments,
    _rates_with_j,
    exact=_moments_exactly,
    family=Family(
        "p 1/10, 3/10, 1/2, 9/10; rho0 and rho1 0, 1/10, 1/5, 1/2, 9/10, J of both signs: the mean, the mean of right "
        "answers, the variance",
        lambda: (
            case
            for case in parameter_grid(p=[fmpq(k, 10) for k in (1, 3, 5, 9)], rho0=_TENTHS, rho1=_TENTHS, part=PARTS)
            if case["rho0"] + case["rho1"] != 1
        ),
    ),
    edges=(_stated,),
    neighbours=(
        without(ERRING, {**_stated, "part": "mean", "truth": (fmpq(1, 5), fmpq(1, 5))}),
        unrefuted(SOME_J, "the correction divides by J"),
        without(CORRECTED, {**_stated, "corrected": "not"}),
        changed("pq/J^2 in place of pq", lambda case: _moments_exactly(case, lambda t, n, s: t / s + n / s), _stated),
        changed("pq/J^2 alone", lambda case: _moments_exactly(case, lambda t, n, s: t / s), _stated),
    ),
    wrong=lambda case: (_moments(case)[0], _moments((case[0], case[2], case[1]))[1]),
)


def _restored(case):
    p, rho0, rho1 = case
    return binary_entropy(p), noisy_verdict_bits(NoisyVerifier(false_positive=rho0, false_negative=rho1), p)


def _restored_exactly(case):
    """Return H(R) and I(R; the corrected verdict), whose two values are renamed verdicts."""
    rho0, rho1 = case["rho0"], case["rho1"]
    law = exact_law({"R,V": judged(case["p"], rho0, rho1)})
    values = sorted((-rho0 / (1 - rho0 - rho1), (1 - rho0) / (1 - rho0 - rho1)))
    table = [[row[int(v > 0)] for v in values] for row in law.table]  # the greater is that of a pass if J > 0
    return entropy(law, "R"), mutual_information(exact_law({"R,V": table}), "R", "V")


correction_restores_bits = inequality(
    "fol:correction-restores-bits",
    (ERRING, SOME_J, CORRECTED, "0 < p < 1, and rho0 and rho1 are not both 0 and not both 1"),
    _restored,
    _rates_with_j,
    exact=_restored_exactly,
    family=Family(
        "p 1/10, 1/2, 9/10; rho0 and rho1 1/10 and 1/5",
        lambda: parameter_grid(p=[fmpq(1, 2), fmpq(1, 10), fmpq(9, 10)], rho0=_TENTHS[1:3], rho1=_TENTHS[1:3]),
    ),
)


def _updates(case):
    logits, rho0, rho1 = case
    j, policy, right = 1 - rho0 - rho1, jax.nn.softmax(logits), jnp.array([1.0, 0.0, 0.0])
    verdicts = rho0 + j * right

    def update(reward):
        return policy * (reward - policy @ reward)

    plain = regularised_gradient(logits, policy, right, 1.0)
    return jnp.stack([update(verdicts), update(verdicts - 1 + rho1), update((verdicts - rho0) / j)]), jnp.stack(
        [j * plain, j * plain, plain]
    )


def mean_update(policy: list[fmpq], reward: list[fmpq], output: int) -> fmpq:
    """Return the mean of reward times score at one logit: the score of output y is 1 at y, less the policy.

    >>> mean_update([fmpq(1, 4), fmpq(3, 4)], [fmpq(1), fmpq(0)], 0)
    3/16
    """
    scores = ((y == output) - policy[output] for y in range(len(policy)))
    return sum((p * r * g for p, r, g in zip(policy, reward, scores, strict=True)), fmpq(0))


def _updates_exactly(case, factor=lambda j: j):
    rho0, rho1, policy, output = (case[key] for key in ("rho0", "rho1", "policy", "output"))
    j, rights = 1 - rho0 - rho1, (1, 0, 0)
    truth = case.get("truth", (rho0, 1 - rho1, rho0))  # pass rates: of wrong, right, wrong answers in this order
    passes = [truth[1], truth[0], truth[2]]
    shift = {"plain": fmpq(0), "forward": 1 - rho1, "backward": rho0}[case["reward"]]
    scale = j if case["reward"] == "backward" else fmpq(1)
    found = mean_update(policy, [(rate - shift) / scale for rate in passes], output)
    right = policy[output] * (rights[output] - policy[0])
    return found, right * (fmpq(1) if case["reward"] == "backward" else factor(j))


REWARDS = ("plain", "forward", "backward")
_policy = [fmpq(1, 4), fmpq(1, 2), fmpq(1, 4)]
_update = {"reward": "plain", "rho0": fmpq(1, 8), "rho1": fmpq(1, 4), "policy": _policy, "output": 0}
noisy_update = equality(
    "thm:noisy-update",
    (ERRING, SOME_J),
    _updates,
    random_numbers(5, lambda x: (x[:3], *(0.45 * jax.nn.sigmoid(x[3:])))),
    exact=_updates_exactly,
    family=Family(
        "two policies on three outputs, the first of them right; rho0 and rho1 0, 1/10, 1/5, 1/2, 9/10; the verdict as "
        "it is, its forward and its backward correction; the gradient at each output's logit",
        lambda: (
            case
            for case in parameter_grid(
                reward=REWARDS,
                rho0=_TENTHS,
                rho1=_TENTHS[:4],
                policy=(_policy, [fmpq(1, 10), fmpq(1, 5), fmpq(7, 10)]),
                output=(0, 1, 2),
            )
            if case["rho0"] + case["rho1"] != 1
        ),
    ),
    edges=(_update, {**_update, "reward": "backward"}),
    neighbours=(
        without(ERRING, {**_update, "truth": (fmpq(1, 8), fmpq(3, 4), fmpq(5, 8))}),
        unrefuted(SOME_J, "without it one of the three, the backward correction, does not exist"),
        changed("J^2 in place of J", lambda case: _updates_exactly(case, lambda j: j**2), _update),
    ),
    wrong=lambda case: (_updates(case)[0], _updates((case[0], case[2], case[1] / 2))[1]),
)


def _bits(case):
    """Return I(R; verdict) by the table and in closed form, for rates of both errors and with no false positives."""
    p, rho0, rho1 = case
    found = [
        mutual_information(Joint(jnp.array(judged(p, rate, rho1)), ("R", "S")), "R", "S") for rate in (rho0, 0 * rho0)
    ]
    formula = [
        binary_entropy(rate + (1 - rate - rho1) * p) - p * binary_entropy(rho1) - (1 - p) * binary_entropy(rate)
        for rate in (rho0, 0 * rho0)
    ]
    return jnp.stack(found), jnp.stack(formula)


def _verdict_information(p: fmpq, rho0: fmpq, rho1: fmpq) -> LogSum:
    observed, lost = rho0 + (1 - rho0 - rho1) * p, exact_binary_entropy(rho1) * p
    return exact_binary_entropy(observed) - lost - exact_binary_entropy(rho0) * (1 - p)


def _bits_exactly(case, formula=_verdict_information):
    p, rho0, rho1 = case["p"], case["rho0"], case["rho1"]
    law = exact_law({"R,S": judged(p, *case.get("truth", (rho0, rho1)))})
    return mutual_information(law, "R", "S"), formula(p, rho0, rho1)


_half = {"p": fmpq(1, 2), "rho0": fmpq(0), "rho1": fmpq(1, 5)}
verdict_information = equality(
    "thm:verdict-information",
    (ERRING,),
    _bits,
    random_probabilities(3),
    exact=_bits_exactly,
    family=Family(
        "p, rho0 and rho1 from 0 to 1 in quarters; with p 1/2 and rho0 0 also rho1 1/20 and 1/5",
        lambda: itertools.chain(
            parameter_grid(p=_EIGHTHS[::2], rho0=_EIGHTHS[::2], rho1=_EIGHTHS[::2]),
            ({**_half, "rho1": rate} for rate in (fmpq(1, 20), fmpq(1, 5))),
        ),
    ),
    edges=(_half, {**_half, "p": fmpq(1, 4), "rho0": fmpq(1, 8)}),
    neighbours=(
        without(ERRING, {**_half, "truth": (fmpq(1, 8), fmpq(1, 5))}),
        changed(
            "without the entropy of missed verdicts, as if they were noise on top",
            lambda case: _bits_exactly(case, lambda p, rho0, rho1: exact_binary_entropy(rho0 + (1 - rho0 - rho1) * p)),
        ),
        changed(
            "one bit from a perfect verifier at any p",
            lambda case: (_bits_exactly(case)[0], fmpq(1)),
            {"p": fmpq(1, 4), "rho0": fmpq(0), "rho1": fmpq(0)},
        ),
    ),
    wrong=lambda case: (_bits(case)[0], _bits((case[0], case[2], case[1]))[1]),
)


def _misses(case):
    p, more, share = case
    few, many = (
        noisy_verdict_bits(NoisyVerifier(false_positive=0 * p, false_negative=more * share), p),
        noisy_verdict_bits(NoisyVerifier(false_positive=0 * p, false_negative=more), p),
    )
    return many, few


def _misses_exactly(case):
    """Return what is told at the larger of two rates of misses and at the smaller one."""
    p, rho0 = case["p"], case.get("rho0", fmpq(0))
    return _verdict_information(p, rho0, case["more"]), _verdict_information(p, rho0, case["fewer"])


_missing = {"p": fmpq(1, 2), "fewer": fmpq(1, 8), "more": fmpq(1, 4)}
misses_tell_less = inequality(
    "thm:misses-tell-less",
    (NO_FALSE_POSITIVES, "0 < p < 1"),
    _misses,
    random_probabilities(3),
    relation="<",
    exact=_misses_exactly,
    family=Family(
        "p from 1/8 to 7/8, two rates of misses in eighths",
        lambda: (
            case
            for case in parameter_grid(p=_EIGHTHS[1:8], fewer=_EIGHTHS, more=_EIGHTHS)
            if case["fewer"] < case["more"]
        ),
    ),
    loose="two rates that differ tell amounts that differ; as they approach each other, so do these",
    neighbours=(
        without(NO_FALSE_POSITIVES, {**_missing, "rho0": fmpq(3, 4), "more": fmpq(1, 2)}),
        without("0 < p < 1", {**_missing, "p": fmpq(1)}),
    ),
    wrong=lambda case: (
        _misses(case)[0],
        noisy_verdict_bits(NoisyVerifier(false_positive=case[1], false_negative=0 * case[0]), case[0]),
    ),
)


def _perfect(case):
    return noisy_verdict_bits(NoisyVerifier(false_positive=0 * case[0], false_negative=0 * case[0]), case[0]), 0 * case[
        0
    ]


perfect_tells_nothing = equality(
    "fol:perfect-tells-nothing",
    (ERRING, "rho0 = rho1 = 0"),
    _perfect,
    random_probabilities(1),
    exact=lambda case: (_bits_exactly({**case, "rho0": fmpq(0), "rho1": fmpq(0)})[0], fmpq(0)),
    family=Family("p 1/2, and from 1/8 to 7/8", lambda: parameter_grid(p=[fmpq(1, 2), *_EIGHTHS[1:8]])),
)
