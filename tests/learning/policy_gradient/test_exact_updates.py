"""Exact updates against every ordered group, one by one, in fractions; and what follows, to all digits."""

from fractions import Fraction
from math import comb, sqrt

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.policy_gradient.advantage_rules import dr_grpo, grpo, modified, named_rule, reinforce, rloo
from infoloop.learning.policy_gradient.exact_updates import (
    expected_update,
    update_covariance,
    update_shares,
    update_variance,
)
from infoloop.learning.policy_gradient.reward_kinds import OutputKinds, kinds, output_kinds
from infoloop.learning.policy_gradient.verdict_groups import PARTS
from infoloop.probability.numerics import rounding
from tests.support.ordered_groups import Options, Output, moments, softmax_scores

CLOSE = 1e-12  # what is promised
LAW = [Fraction(1, 10), Fraction(1, 5), Fraction(3, 10), Fraction(1, 4), Fraction(3, 20)]
OUTPUTS = [
    Output(Fraction(1), Fraction(1), 1, Fraction(2)),
    Output(Fraction(1), Fraction(0), 1, Fraction(5)),
    Output(Fraction(0), Fraction(1), 0, Fraction(2)),
    Output(Fraction(0), Fraction(0), 0, Fraction(3)),
    Output(Fraction(0), Fraction(1), 0, Fraction(2)),  # of one kind with the third
]
FEATURES = [
    [Fraction(1), Fraction(0)],
    [Fraction(1, 2), Fraction(-1)],
    [Fraction(0), Fraction(2)],
    [Fraction(-1), Fraction(1, 3)],
    [Fraction(2), Fraction(1)],
]
TABULAR = [[Fraction(i == k) for k in range(5)] for i in range(5)]
TENTHS, EIGHTH = Fraction(3, 10), Fraction(1, 8)
OPTIONS = [
    Options(Fraction(1, 3)),
    Options(Fraction(0), dose=TENTHS, lengths="own"),
    Options("others"),
    Options("others", dose=TENTHS, gate="mixed", lengths="group total"),
    Options(),
    Options(redraw="equal rewards"),
    Options(divide="population"),
    Options(divide="population", epsilon=EIGHTH),
    Options(divide="sample", dose=TENTHS),
    Options(divide="population", epsilon=EIGHTH, dose=TENTHS, gate="some right"),
    Options(divide="population", dose=-TENTHS, redraw="equal verdicts", lengths="own"),
    Options(divide="population", dose=TENTHS, redraw="equal rewards", gate="mixed"),
]


def rule_of(options):
    """The package's rule of the same meaning."""
    if options.divide != "none":
        rule = grpo(float(options.epsilon), options.divide)
    elif isinstance(options.subtract, str):
        rule = {"others": rloo(), "group": dr_grpo()}[options.subtract]
    else:
        rule = reinforce(float(options.subtract))
    return modified(rule, float(options.dose), options.redraw, options.gate, options.lengths)


def question(law=LAW, outputs=OUTPUTS):
    """The logits of a law and its outputs, as the package takes them."""
    columns = [[float(x) for x in column] for column in zip(*outputs, strict=True)]
    return jnp.log(jnp.array([float(p) for p in law])), output_kinds(*columns)


def floats(values):
    return np.array(values, float)


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("size", [2, pytest.param(3, marks=pytest.mark.full), pytest.param(4, marks=pytest.mark.full)])
def test_mean_and_covariance_are_those_over_all_ordered_groups(options, size):
    """For a tabular policy, and for one on features, of the same five outputs."""
    rule, (z, outputs) = rule_of(options), question()
    for features in (TABULAR, FEATURES):
        phi = jnp.array(floats(features))
        logits_of = lambda theta, phi=phi: z + phi @ theta  # noqa: E731
        zero = jnp.zeros(phi.shape[1])
        mean, covariance = moments(options, LAW, OUTPUTS, softmax_scores(LAW, features), size)
        np.testing.assert_allclose(
            expected_update(rule, logits_of, zero, outputs, size), floats(mean), rtol=0, atol=CLOSE
        )
        np.testing.assert_allclose(
            update_covariance(rule, logits_of, zero, outputs, size), floats(covariance), rtol=0, atol=CLOSE
        )
        trace = float(sum(covariance[p][p] for p in range(len(mean))))
        assert abs(update_variance(rule, logits_of, zero, outputs, size) - trace) <= CLOSE


def test_the_comparison_notices_another_rule():
    z, outputs = question()
    mean, _ = moments(Options(divide="sample"), LAW, OUTPUTS, softmax_scores(LAW, TABULAR), 2)
    assert abs(expected_update(grpo(), lambda z: z, z, outputs, 2) - floats(mean)).max() > 1e-3


@pytest.mark.parametrize("part", PARTS[1:])
def test_the_share_of_a_kind_of_groups_is_that_over_these_groups(part):
    z, outputs = question()
    rule = modified(grpo(0.125), dose=0.3)
    options = Options(divide="population", epsilon=EIGHTH, dose=TENTHS)
    mean, _ = moments(options, LAW, OUTPUTS, softmax_scores(LAW, TABULAR), 3, part)
    np.testing.assert_allclose(
        expected_update(rule, lambda z: z, z, outputs, 3, part), floats(mean), rtol=0, atol=CLOSE
    )


@pytest.mark.full
def test_the_three_shares_add_up():
    z, outputs = question()
    rule = modified(grpo(), dose=0.1)
    found = [expected_update(rule, lambda z: z, z, outputs, 5, part) for part in PARTS]
    np.testing.assert_allclose(sum(found[1:]), found[0], rtol=0, atol=rounding(16))
    shares = update_shares(rule, lambda z: z, z, outputs, 5)
    np.testing.assert_allclose(shares, jnp.stack(found[1:]), rtol=0, atol=rounding(16))


@pytest.mark.full
def test_in_a_failed_group_no_dose_is_safe():
    """The share of the groups without a right answer is the same at every dose, until none is left (epsilon 0)."""
    z, outputs = question()
    share = lambda dose: expected_update(modified(grpo(), dose=dose), lambda z: z, z, outputs, 4, "all wrong")  # noqa: E731
    doses = jnp.array([1.0, 0.1, 1e-3, 1e-9, 1e-300])
    found = jax.vmap(share)(doses)
    np.testing.assert_allclose(found, jnp.broadcast_to(found[0], found.shape), rtol=0, atol=CLOSE)
    assert abs(found[0]).max() > 1e-2
    assert (share(0.0) == 0).all()
    np.testing.assert_allclose(share(-0.5), -found[0], rtol=0, atol=CLOSE)


def test_epsilon_makes_doses_safe_that_are_small_beside_it():
    """In groups of two shaping deviates by 1/2: the dose 2 epsilon is half as strong as any without epsilon."""
    z, outputs = question()
    share = lambda epsilon, dose: expected_update(  # noqa: E731
        modified(grpo(epsilon), dose=dose), lambda z: z, z, outputs, 2, "all wrong"
    )
    full, half = share(0.0, 1.0), share(1e-4, 2e-4)
    np.testing.assert_allclose(half, full / 2, rtol=0, atol=CLOSE)


@pytest.mark.full
def test_the_gate_removes_exactly_the_failed_groups():
    z, outputs = question()
    rule = modified(grpo(), dose=0.1)
    update = lambda rule, part="all": expected_update(rule, lambda z: z, z, outputs, 4, part)  # noqa: E731
    np.testing.assert_allclose(
        update(rule) - update(modified(rule, gate="some right")), update(rule, "all wrong"), rtol=0, atol=CLOSE
    )
    removed = update(rule) - update(modified(rule, gate="mixed"))
    np.testing.assert_allclose(removed, update(rule, "all wrong") + update(rule, "all right"), rtol=0, atol=CLOSE)


def kappa(size: int, p: float) -> float:
    """The slope of what GRPO climbs, by its sum over counts."""
    return sum(
        comb(size, c) * p ** (c - 1) * (1 - p) ** (size - c - 1) * sqrt(c * (size - c)) / size for c in range(1, size)
    )


@pytest.mark.parametrize("size", [2, 3, 8])
def test_the_jump_at_dose_0_is_its_closed_form(size):
    z, outputs = question()
    law, g = floats(LAW), floats(softmax_scores(LAW, TABULAR))
    right, shaped = floats([y.right for y in OUTPUTS]) > 0, floats([y.shaping for y in OUTPUTS]) > 0

    def mean(chosen):
        return (law[chosen, None] * g[chosen]).sum(0) / law[chosen].sum()

    p = law[right].sum()
    expected = kappa(size, p) * p * mean(right)
    for of, mass in ((~right, 1 - p), (right, p)):
        s = law[of & shaped].sum() / mass
        expected = expected + mass**size * kappa(size, s) * s * (1 - s) * (mean(of & shaped) - mean(of & ~shaped))
    update = lambda dose: expected_update(modified(grpo(), dose=dose), lambda z: z, z, outputs, size)  # noqa: E731
    tiny = 1e-14
    np.testing.assert_allclose(update(tiny), expected, rtol=0, atol=CLOSE)
    np.testing.assert_allclose(update(0.0), kappa(size, p) * p * mean(right), rtol=0, atol=CLOSE)
    assert abs(update(tiny) - update(0.0)).max() > 1e-2


@pytest.mark.full
def test_shaping_that_every_right_answer_has_slows_learning():
    """7/128 without it, 6/128 at every dose: 1/4 right, 1/2 wrong and 1/4 wrong without what is preferred, G = 2."""
    law, shaping = [Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)], [1, 1, 0]
    outputs = [Output(Fraction(i == 0), Fraction(s), int(i == 0), Fraction(1)) for i, s in enumerate(shaping)]
    z, few = question(law, outputs)
    gradient = np.array([Fraction(3, 16), Fraction(-1, 8), Fraction(-1, 16)], float)
    for dose, speed in (
        (0.0, 7 / 128),
        (1e-12, 6 / 128),
        (0.1, 6 / 128),
        (0.9, 6 / 128),
        (1.0, 6 / 128),
        (7.0, 6 / 128),
    ):
        update = expected_update(modified(grpo(), dose=dose), lambda z: z, z, few, 2)
        assert abs(gradient @ update - speed) <= CLOSE, dose


@pytest.mark.slow
def test_an_affine_change_of_the_reward_is_invisible_to_grpo():
    z, outputs = question()
    noisy = outputs._replace(kinds=outputs.kinds._replace(outcome=(outputs.kinds.outcome - 0.1) / 0.7))
    for rule, factor in ((grpo(), 1.0), (dr_grpo(), 1 / 0.7)):
        found = expected_update(rule, lambda z: z, z, noisy, 4)
        np.testing.assert_allclose(
            found, factor * expected_update(rule, lambda z: z, z, outputs, 4), rtol=0, atol=CLOSE
        )


@pytest.mark.full
def test_questions_and_settings_are_batched():
    laws = jax.random.dirichlet(jax.random.key(0), jnp.ones(5), (3,))
    outcome = jnp.array([[1.0, 0, 0, 1, 0], [0, 0, 0, 0, 1], [1, 1, 1, 1, 0]])
    outputs = output_kinds(outcome, jnp.arange(5.0) % 2)
    doses, epsilons = jnp.array([0.0, 0.1]), jnp.array([0.0, 0.01])

    def update(dose, epsilon, z, outputs):
        return expected_update(modified(grpo(epsilon), dose=dose), lambda z: z, z, outputs, 4)

    of_questions = jax.vmap(update, in_axes=(None, None, 0, 0))
    found = jax.jit(jax.vmap(of_questions, in_axes=(0, 0, None, None)))(doses, epsilons, jnp.log(laws), outputs)
    for s, (dose, epsilon) in enumerate(zip(doses, epsilons, strict=True)):
        for q in range(3):
            alone = update(dose, epsilon, jnp.log(laws[q]), output_kinds(outcome[q], jnp.arange(5.0) % 2))
            np.testing.assert_allclose(found[s, q], alone, rtol=0, atol=rounding(64))


@pytest.mark.full
@pytest.mark.parametrize("rule", [grpo(), modified(grpo(0.1), dose=0.3), modified(dr_grpo(), redrawn="equal verdicts")])
def test_a_kind_that_only_fills_up_changes_nothing(rule):
    """A question of two kinds beside one of three, in values and in slopes along logits, rewards and shaping."""
    outcome, shaping, z = jnp.array([1.0, 0.0, 0.0]), jnp.array([0.0, 0.5, 0.5]), jnp.array([0.3, -0.2, 0.1])
    alone = output_kinds(outcome, shaping)
    padded = jax.tree.map(lambda x: x[0], output_kinds([outcome, [1.0, 0.5, 0.0]], shaping))
    assert (alone.kinds.outcome.size, padded.kinds.outcome.size) == (2, 3)

    def values(z, scale, outputs):
        outputs = outputs._replace(kinds=outputs.kinds._replace(outcome=scale * outputs.kinds.outcome))
        found = expected_update(rule, lambda z: z, z, outputs, 3)
        return jnp.append(found, update_variance(rule, lambda z: z, z, outputs, 3))

    for of in (values, jax.jacfwd(values), jax.jacrev(values, argnums=1)):
        np.testing.assert_allclose(of(z, 2.0, padded), of(z, 2.0, alone), rtol=0, atol=rounding(64))


@pytest.mark.full
def test_slopes_are_those_of_differences():
    z, outputs = question()

    def value(z, dose, epsilon):
        rule = modified(grpo(epsilon), dose=dose)
        return expected_update(rule, lambda z: z, z, outputs, 3) @ jnp.arange(5.0)

    at, towards = (z, 0.3, 0.1), (jnp.array([0.3, -0.1, 0.2, 0.5, -0.7]), 0.4, -0.2)
    step = 1e-5
    shifted = [value(*(x + sign * step * v for x, v in zip(at, towards, strict=True))) for sign in (1, -1)]
    slope = jax.jvp(value, at, towards)[1]
    assert abs(slope - (shifted[0] - shifted[1]) / (2 * step)) < step  # the error is of order step**2
    gradient = jax.grad(value, argnums=(0, 1, 2))(*at)
    assert abs(sum(jnp.vdot(a, b) for a, b in zip(gradient, towards, strict=True)) - slope) <= rounding(256)


@pytest.mark.full
def test_a_policy_without_mass_on_a_kind_has_a_finite_update():
    z = jnp.array([0.0, 0.0, -1e4])
    outputs = output_kinds([1.0, 0.0, 0.5])
    found = expected_update(grpo(), lambda z: z, z, outputs, 4)
    alone = expected_update(grpo(), lambda z: z, z[:2], output_kinds([1.0, 0.0]), 4)
    np.testing.assert_allclose(found, [*alone, 0.0], rtol=0, atol=rounding(16))
    assert np.isfinite(update_variance(grpo(), lambda z: z, z, outputs, 4))


@pytest.mark.full
def test_thousands_of_strings_of_few_kinds():
    """All strings of 12 bits, logits from the number of ones: the update is that of 13 outputs with their masses."""
    ones = np.array([bin(y).count("1") for y in range(4096)])
    logits_of = lambda theta: theta[ones]  # noqa: E731
    theta, right = jnp.linspace(-0.5, 0.5, 13), (ones % 3 == 0).astype(float)
    outputs = output_kinds(right, ones > 6)
    rule = modified(grpo(), dose=0.2)
    found = expected_update(rule, logits_of, theta, outputs, 8)
    choices = jnp.log(jnp.array(np.bincount(ones), float))
    few = output_kinds((np.arange(13) % 3 == 0).astype(float), np.arange(13) > 6)
    expected = expected_update(rule, lambda theta: theta + choices, theta, few, 8)
    np.testing.assert_allclose(found, expected, rtol=0, atol=rounding(4096))
    spread = update_variance(rule, logits_of, theta, outputs, 8)
    assert abs(spread - update_variance(rule, lambda theta: theta + choices, theta, few, 8)) <= rounding(4096)


def test_bad_input_is_named():
    z, outputs = question()
    with pytest.raises(ValueError, match=r"^logits is \[.*nan.*\]: give finite numbers$"):
        expected_update(grpo(), lambda z: z, z.at[0].set(jnp.nan), outputs, 4)
    with pytest.raises(ValueError, match=r"^size \(outputs in a group\) is 1: give a whole number, at least 2$"):
        expected_update(named_rule("rloo"), lambda z: z, z, outputs, 1)
    with pytest.raises(ValueError, match=r"^among is 'dead': choose one of 'all', 'all wrong', 'mixed', 'all right'$"):
        expected_update(grpo(), lambda z: z, z, outputs, 4, "dead")
    assert expected_update(reinforce(), lambda z: z, z, outputs, 1).shape == (5,)


@pytest.mark.slow
@pytest.mark.parametrize("among", PARTS)
def test_traced_verdicts_that_are_none_give_nan(among):
    z, (kind_of, _) = jnp.zeros(3), output_kinds([0.0, 1.0, 2.0])
    update = lambda right: expected_update(  # noqa: E731
        grpo(), lambda z: z, z, OutputKinds(kind_of, kinds([0.0, 1.0, 2.0], right=right)), 2, among
    )
    assert jnp.isnan(jax.jit(update)(jnp.array([0.0, 0.5, 1.0]))).all()


@pytest.mark.slow
def test_traced_bad_logits_are_not_a_law():
    _, outputs = question()
    found = jax.jit(lambda z: expected_update(grpo(), lambda z: z, z, outputs, 4))(jnp.full(5, jnp.inf))
    assert jnp.isnan(found).all()
