"""Fitted rewards: against strengths known beforehand, stationarity in thirty digits, Ford's condition by subsets."""

import itertools
import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from jax.extend.core import jaxprs_in_params

from infoloop.learning.preference_data import enumerated_wins, expected_wins, preference_law
from infoloop.learning.reward_models import (
    fitted_reward,
    log_likelihood,
    one_best,
    reward_covariance,
    reward_information,
)
from infoloop.probability.numerics import rounding

REWARD = np.array([0.7, -1.2, 2.5, 0.1, -2.1])
RING = np.array([[0, 3, 0, 0, 1], [3, 0, 9, 0, 0], [0, 9, 0, 2, 0], [0, 0, 2, 0, 5], [1, 0, 0, 5, 0]], float)
WINS = np.array([[0, 3, 2, 5], [1, 0, 4, 2], [2, 3, 0, 1], [1, 0, 6, 0]], float)
FEATURES = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0], [0.5, -1.0]])
TIGHT = 1e-12  # what the issue asks of a fit


def slopes(weights, wins, basis, penalty):
    """The slopes of the objective, written out in thirty digits."""
    with mpmath.workdps(30):
        weights = [mpmath.mpf(float(w)) for w in weights]
        reward = [mpmath.fsum(mpmath.mpf(x) * w for x, w in zip(row, weights, strict=True)) for row in basis]
        found = []
        for k in range(len(weights)):
            total = -mpmath.mpf(penalty) * weights[k]
            for a, b in itertools.permutations(range(len(reward)), 2):
                lost = 1 / (1 + mpmath.exp(reward[a] - reward[b]))
                total += mpmath.mpf(wins[a][b]) * lost * (mpmath.mpf(basis[a][k]) - mpmath.mpf(basis[b][k]))
            found.append(float(total))
        return np.array(found)


@pytest.mark.full
def test_two_outputs_have_the_log_odds_of_their_wins():
    for won, lost in [(3, 1), (1, 1), (0.5, 7.25), (1e12, 1.0)]:
        reward = fitted_reward([[0, won], [lost, 0]]).reward
        assert abs(reward[0] - reward[1] - math.log(won / lost)) <= rounding(4) * max(1, abs(math.log(won / lost)))
        assert reward.sum() == 0


@pytest.mark.full
@pytest.mark.parametrize("comparisons", [RING, np.full((5, 5), 7.0) - 7 * np.eye(5)])
def test_expected_wins_give_the_reward_back(comparisons):
    fitted = fitted_reward(expected_wins(comparisons, REWARD))
    assert np.abs(fitted.reward - (REWARD - REWARD.mean())).max() <= TIGHT
    assert fitted.gradient <= TIGHT


@pytest.mark.full
@pytest.mark.parametrize("penalty", [0.0, 0.5])
def test_the_fit_is_stationary(penalty):
    fitted = fitted_reward(WINS, penalty=penalty)
    assert np.abs(slopes(fitted.reward, WINS, np.eye(4), penalty)).max() <= TIGHT
    linear = fitted_reward(WINS, FEATURES, penalty)
    assert np.abs(slopes(linear.weights, WINS, FEATURES, penalty)).max() <= TIGHT
    centred = FEATURES - FEATURES.mean(0)
    assert np.abs(linear.reward - centred @ linear.weights).max() <= rounding(64)


@pytest.mark.full
def test_a_fit_that_is_a_little_off_would_be_noticed():
    fitted = fitted_reward(WINS)
    assert np.abs(slopes(fitted.reward + np.array([1e-9, 0, 0, 0]), WINS, np.eye(4), 0)).max() > 100 * TIGHT


@pytest.mark.full
def test_it_exists_alone_iff_no_set_of_outputs_went_unbeaten():
    """All 64 tables of three outputs, by all their subsets."""
    fit = jax.jit(lambda wins: (one_best(wins), fitted_reward(wins).reward))
    subsets = [s for k in (1, 2) for s in itertools.combinations(range(3), k)]
    seen = set()
    for cells in itertools.product((0.0, 2.0), repeat=6):
        wins = np.zeros((3, 3))
        wins[~np.eye(3, dtype=bool)] = cells
        rest = {s: [a for a in range(3) if a not in s] for s in subsets}
        expected = all(wins[np.ix_(rest[s], s)].any() for s in subsets)
        single, reward = fit(wins)
        assert bool(single) == expected
        assert np.isfinite(reward).all() == expected
        assert np.isnan(reward).all() != expected
        seen.add(expected)
    assert seen == {True, False}


@pytest.mark.full
def test_wins_that_features_separate_have_no_fit_without_a_penalty():
    """The first feature decides every comparison; scaled, it does too."""
    wins = [[0, 4, 4], [0, 0, 4], [0, 0, 0]]
    for scale in (1.0, 1e6, 1e-6):
        features = scale * np.array([[2.0, 0.0], [1.0, 5.0], [0.0, -3.0]])
        assert np.isnan(fitted_reward(wins, features).reward).all()
    mixed = [[0, 4, 4], [1, 0, 4], [1, 1, 0]]
    assert np.isfinite(fitted_reward(mixed, features).reward).all()
    held = fitted_reward(wins, features * 1e6, 0.25)
    assert np.abs(slopes(held.weights, wins, features * 1e6, 0.25)).max() <= TIGHT
    assert np.isfinite(fitted_reward(wins, penalty=1e-6).reward).all()


@pytest.mark.full
def test_features_that_are_not_told_apart_have_no_single_weights():
    constant = np.hstack([FEATURES, np.ones((4, 1))])
    twice = np.hstack([FEATURES, FEATURES[:, :1]])
    draws = np.random.default_rng(5).normal(size=(16, 4, 2))
    hidden = [np.hstack([x, x @ np.array([[0.3], [-1.7]])]) for x in draws]  # some are singular but for rounding
    for features in (constant, twice, *hidden):
        assert np.isnan(fitted_reward(WINS, features).weights).all()
    assert np.isfinite(fitted_reward(WINS, twice, 0.5).weights).all()
    alone = np.zeros((4, 4))
    alone[:2, :2] = [[0, 3], [2, 0]]
    assert np.isnan(fitted_reward(alone, FEATURES).weights).all()
    assert np.isfinite(fitted_reward(alone, FEATURES[:, :1]).weights).all()


def largest_array(function, *shapes) -> int:
    """The number of cells of the largest array that appears while the function is compiled."""

    def sizes(jaxpr):
        for equation in jaxpr.eqns:
            yield from (math.prod(getattr(v.aval, "shape", ())) for v in equation.outvars)
            for inner in jaxprs_in_params(equation.params):
                yield from sizes(inner)

    return max(sizes(jax.make_jaxpr(function)(*(jax.ShapeDtypeStruct(shape, float) for shape in shapes)).jaxpr))


def test_no_array_is_larger_than_a_table_of_pairs():
    assert largest_array(one_best, (64, 64)) == 64**2
    assert largest_array(lambda wins, features: fitted_reward(wins, features).reward, (64, 64), (64, 8)) == 64**2


@pytest.mark.full
def test_chains_may_be_as_long_as_there_are_outputs():
    for outputs in (2, 3, 5, 8, 9, 33):
        ring = np.roll(np.eye(outputs), 1, axis=1)
        assert one_best(ring)
        assert not one_best(ring * (np.arange(outputs) < outputs - 1))


@pytest.mark.full
def test_the_likelihood_is_largest_at_the_fit():
    best = fitted_reward(WINS).reward
    for k in range(4):
        for step in (0.01, -0.01):
            assert log_likelihood(best.at[k].add(step), WINS) < log_likelihood(best, WINS)
    law = 1 / (1 + np.exp(REWARD[None, :] - REWARD[:, None]))
    wins = np.asarray(expected_wins(RING, REWARD))
    assert abs(log_likelihood(REWARD, wins) - (wins * np.log(law)).sum()) <= rounding(64) * 64


@pytest.mark.full
def test_slopes_of_the_fit_by_the_wins_are_those_of_differences():
    step = 2.0**-12

    def reward(x):
        return fitted_reward(jnp.asarray(WINS).at[0, 1].set(x), FEATURES, 0.25).reward[2]

    low, middle, high = jax.jit(jax.vmap(reward))(jnp.array([3 - step, 3.0, 3 + step]))
    assert abs(jax.jit(jax.grad(reward))(3.0) - (high - low) / (2 * step)) <= step**2
    assert abs(jax.jit(jax.hessian(reward))(3.0) - (high - 2 * middle + low) / step**2) <= 64 * step


@pytest.mark.full
def test_the_slope_of_two_rewards_by_the_wins_of_one():
    apart = jax.jit(
        jax.grad(lambda won: fitted_reward(jnp.array([[0.0, won], [2.0, 0.0]])).reward @ jnp.array([1, -1]))
    )
    assert abs(apart(3.0) - 1 / 3) <= TIGHT


@pytest.mark.slow
def test_the_information_is_the_mean_of_the_squared_score():
    comparisons, reward = [[0, 2, 1], [2, 0, 3], [1, 3, 0]], np.array([0.3, -0.5, 1.0])
    tables, probabilities = enumerated_wins(comparisons, reward)
    scores = np.asarray(tables - expected_wins(comparisons, reward)).sum(2)
    expected = np.einsum("t,ta,tb->ab", probabilities, scores, scores)
    assert np.abs(reward_information(comparisons, reward) - expected).max() <= rounding(64)
    covariance = reward_covariance(comparisons, reward)
    assert np.abs(covariance - np.linalg.pinv(expected)).max() <= rounding(64) * 64


@pytest.mark.full
def test_the_covariance_is_that_of_fits_to_many_comparisons():
    """Every outcome of 3000 comparisons of a pair, but those without a fit, whose probability rounds to 0.

    The variance of log odds has a relative next term of order 1/(npq).
    """
    count, reward = 3000, np.array([0.4, -0.4])
    tables, probabilities = enumerated_wins([[0, count], [count, 0]], reward)
    odds = np.log(np.asarray(tables)[1:-1, 0, 1] / np.asarray(tables)[1:-1, 1, 0])
    weights = np.asarray(probabilities)[1:-1]
    spread = weights @ odds**2 - (weights @ odds) ** 2
    covariance = reward_covariance([[0, count], [count, 0]], reward)
    contrast = np.array([1.0, -1.0])
    assert abs(contrast @ covariance @ contrast / spread - 1) < 1 / (
        count * float(preference_law(reward)[0, 1] * preference_law(reward)[1, 0])
    )


@pytest.mark.full
def test_the_covariance_with_features_is_of_their_span():
    comparisons = WINS + WINS.T
    reward = FEATURES @ np.array([0.5, -0.2])
    covariance = reward_covariance(comparisons, reward, FEATURES)
    information = np.asarray(reward_information(comparisons, reward))
    centred = FEATURES - FEATURES.mean(0)
    expected = centred @ np.linalg.inv(FEATURES.T @ information @ FEATURES) @ centred.T
    assert np.abs(covariance - expected).max() <= rounding(64)
    apart = np.kron(np.eye(3), 7 * (1 - np.eye(2)))  # three pairs, which nothing compares with each other
    assert np.isnan(reward_covariance(apart, np.array([0.3, 0.1, 0.7, -0.9, 0.2, 1.3]))).all()


@pytest.mark.full
def test_it_runs_under_jit_and_vmap_and_refuses_by_nan():
    scales = jnp.array([1.0, 2.0, 0.5])
    together = jax.jit(jax.vmap(lambda s: fitted_reward(s * WINS).reward))(scales)
    assert np.abs(together - fitted_reward(WINS).reward).max() <= TIGHT
    assert np.isnan(jax.jit(fitted_reward)(-jnp.asarray(WINS)).reward).all()
    assert np.isnan(jax.jit(lambda p: fitted_reward(WINS, penalty=p).reward)(-1.0)).all()


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: fitted_reward(WINS, FEATURES[:3]), "one row for each of the 4 outputs"),
        (lambda: fitted_reward(WINS, penalty=-1.0), "penalty is -1.0"),
        (lambda: fitted_reward(-WINS), "wins is"),
        (lambda: log_likelihood([0.0, 0.0], WINS), "for each of the"),
        (lambda: reward_information(RING, [0.0, 0.0]), "for each of the"),
    ],
)
def test_bad_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
