"""Trained networks against a plain NumPy training with hand-written gradients, run by run."""

import math
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning import mlp_training
from infoloop.learning.binary_features import masses_of, noisy_features_law, signs
from infoloop.learning.mlp_training import learner, noisy_feature_settings, setting, train, train_sweep
from infoloop.probability.distributions import joint
from infoloop.probability.numerics import rounding

pytestmark = pytest.mark.slow

CROSSOVERS, AMPLITUDES = [[0.2, 0.05], [0.0, 0.3], [0.1, 0.1]], [[2.0, 0.5], [1.0, 1.0], [0.5, 1.5]]
SHORT = learner(widths=(4,), steps=40, checkpoints=4)


def first_weights(key, of):
    """The parameters that `train` starts from, as plain arrays."""
    _, start = mlp_training._network(jax.random.split(key)[0], of, (4,))
    leaves = {"/".join(str(getattr(k, "key", k)) for k in path): np.asarray(x) for path, x in leaves_of(start)}
    (b1, w1), (b2, w2) = ([v for k, v in sorted(leaves.items()) if f"layers/{i}/" in k] for i in (0, 2))
    return [w1, b1, w2, b2]


def leaves_of(tree):
    return jax.tree_util.tree_leaves_with_path(tree)


def numpy_risks(weights, masses, x, rate, steps, checkpoints, adam=False, batches=()):
    """Cross-entropies in bits at the checkpoints; backpropagation by hand, one run, on the law or on `batches`."""
    w1, b1, w2, b2 = (w.copy() for w in weights)
    means, squares, risks = [0.0] * 4, [0.0] * 4, []
    for t in range(steps + 1):
        hidden = np.tanh(x @ w1 + b1)
        logits = hidden @ w2 + b2
        share = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        if t % (steps // checkpoints) == 0:
            risks.append(-(masses * np.log2(share)).sum())
        seen = batches[min(t, steps - 1)] if len(batches) else masses
        error = share * seen.sum(1, keepdims=True) - seen
        below = error @ w2.T * (1 - hidden**2)
        slopes = [x.T @ below, below.sum(0), hidden.T @ error, error.sum(0)]
        for k, (w, g) in enumerate(zip((w1, b1, w2, b2), slopes, strict=True)):
            if adam:
                means[k], squares[k] = 0.9 * means[k] + 0.1 * g, 0.999 * squares[k] + 0.001 * g**2
                # eps of optax.adam's default, which is part of the algorithm
                g = means[k] / (1 - 0.9 ** (t + 1)) / (np.sqrt(squares[k] / (1 - 0.999 ** (t + 1))) + 1e-8)
            w -= rate * g
    return np.array(risks)


@pytest.mark.slow
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_a_run_is_the_numpy_training(optimiser):
    """The world has no symmetry: where one makes a slope 0, Adam blows its rounding up."""
    law = joint(np.random.default_rng(0).dirichlet(np.ones(8)).reshape(2, 2, 2), "A", "B", "Y")
    key, of = jax.random.key(3), setting(law, "Y", AMPLITUDES[0], 0.2)
    run = train(key, of, SHORT._replace(optimiser=optimiser))
    x = signs(2) * np.array(AMPLITUDES[0])
    exact = numpy_risks(first_weights(key, of), np.asarray(of.masses), x, 0.2, 40, 4, optimiser == "adam")
    assert np.abs(run.risk - exact).max() <= rounding(64 * 40)
    other = numpy_risks(first_weights(key, of), np.asarray(of.masses), x, 0.21, 40, 4, optimiser == "adam")
    assert np.abs(run.risk - other).max() > rounding(64 * 40)


@pytest.mark.full
def test_the_sweep_is_its_runs_one_by_one():
    of, keys = noisy_feature_settings(CROSSOVERS, AMPLITUDES, [0.5, 0.2, 1.0]), jax.random.split(jax.random.key(0), 2)
    all_at_once = train_sweep(keys, of, SHORT)
    for k in range(3):
        for s in range(2):
            one = train(keys[s], jax.tree.map(lambda x, k=k: x[k], of), SHORT)
            for a, b in zip(all_at_once, one, strict=True):
                assert jnp.abs(a[k, s] * 1.0 - b * 1.0).max() <= rounding(64 * 40)
    assert jnp.abs(all_at_once.risk[0, 0] - all_at_once.risk[0, 1]).max() > rounding(64 * 40)  # seeds differ


@pytest.mark.slow
def test_full_batch_training_lowers_the_risk_and_meets_the_bayes_error():
    """The best decision errs as the rarer label does on each input."""
    of = noisy_feature_settings(CROSSOVERS, AMPLITUDES, 1.0)
    runs = train_sweep(jax.random.split(jax.random.key(1), 3), of, learner((8,), 1000, 10))
    best = np.asarray(of.masses).max(axis=2).sum(axis=1)
    assert not runs.diverged.any()
    assert (jnp.diff(runs.risk, axis=-1) <= rounding(1000)).all()
    assert np.abs(np.asarray(runs.accuracy[..., -1]) - best[:, None]).max() <= rounding(64)
    assert (runs.soft[..., -1] <= 1 + rounding(64)).all()


@pytest.mark.slow
def test_the_loud_noisy_component_is_read_before_the_clean_quiet_one():
    of = setting(noisy_features_law([0.2, 0.0]), "Y", [3.0, 0.3], 0.05, 0.1)
    run = train(jax.random.key(0), of, learner((8,), 1000, 20))
    ahead = run.soft[1:, 0] > run.soft[1:, 1]
    assert ahead[0]
    assert not ahead[-1]
    assert jnp.abs(jnp.diff(ahead)).sum() == 1


def test_the_scale_multiplies_the_first_weights():
    key = jax.random.key(0)
    one, half = (setting(noisy_features_law([0.1]), "Y", [1.0], 0.1, s) for s in (1.0, 0.5))
    pairs = zip(first_weights(key, one), first_weights(key, half), strict=True)
    assert max(np.abs(a / 2 - b).max() for a, b in pairs) <= rounding(1)


def test_batches_are_drawn_from_the_law():
    """Hoeffding with a union bound over the cells: a right draw fails once in a million."""
    masses, batch = masses_of(noisy_features_law([0.2, 0.0]), "Y"), 100_000
    seen = mlp_training._seen(jax.random.key(0), masses, batch)
    radius = math.sqrt(math.log(2 * masses.size / 1e-6) / (2 * batch))
    assert abs(seen.sum() - 1) <= rounding(8)
    assert jnp.abs(seen - masses).max() <= radius
    assert jnp.abs(seen - masses[::-1]).max() > radius
    assert (seen[masses == 0] == 0).all()


@pytest.mark.slow
def test_a_run_on_batches_is_the_numpy_training_on_the_same_batches():
    """A fresh batch at every step: training on the first one throughout is caught."""
    of, key = setting(noisy_features_law([0.1, 0.1]), "Y", [1.0, 1.0], 0.5), jax.random.key(0)
    batched = train(key, of, SHORT._replace(batch=16))
    keys = [jax.random.fold_in(jax.random.split(key)[1], t) for t in range(40)]
    batches = [np.asarray(mlp_training._seen(k, of.masses, 16)) for k in keys]
    plain = first_weights(key, of), np.asarray(of.masses), signs(2), 0.5, 40, 4, False
    assert np.abs(batched.risk - numpy_risks(*plain, batches)).max() <= rounding(64 * 40)
    assert np.abs(batched.risk - numpy_risks(*plain, batches[:1] * 40)).max() > rounding(64 * 40)
    assert batched.risk[-1] < batched.risk[0]


@pytest.mark.slow
@pytest.mark.parametrize("rate", [1e6, 1e300])
def test_a_run_that_diverges_is_marked_and_its_neighbour_is_not(rate):
    of = noisy_feature_settings([[0.2], [0.2]], [[1.0], [1.0]], [0.5, rate])
    runs = train_sweep(jax.random.split(jax.random.key(0), 2), of, SHORT)
    assert runs.diverged.tolist() == [[False, False], [True, True]]
    assert jnp.isfinite(runs.soft[0]).all()
    broken = ~jnp.isfinite(runs.risk[1])
    assert (jnp.isnan(runs.hard[1][broken]).all()) or not broken.any()


def test_logits_that_are_not_numbers_make_no_clean_decision():
    masses = masses_of(noisy_features_law([0.2]), "Y")
    soft, hard, risk, accuracy = mlp_training._judged(masses, jnp.array([[jnp.nan, 0.0], [1.0, 0.0]]))
    assert jnp.isnan(jnp.stack([*soft, *hard, risk, accuracy])).all()


def test_flax_waits_until_a_network_is_made():
    code = "import sys, infoloop.learning.mlp_training; sys.exit('flax' in sys.modules or 'optax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: learner(widths=(0,)), "a width is 0"),
        (lambda: learner(steps=100, checkpoints=7), "does not divide 100"),
        (lambda: learner(optimiser="sdg"), "optimiser is 'sdg'"),
        (lambda: learner(batch=-1), "batch is -1"),
        (lambda: setting(noisy_features_law([0.1]), "Y", [1.0], 0.0), "rate is 0"),
        (lambda: setting(noisy_features_law([0.1]), "Y", [1.0, 1.0], 0.1), "amplitude has 2 entries"),
        (lambda: noisy_feature_settings([[1.1]], [[1.0]], 0.1), "crossovers is"),
        (lambda: noisy_feature_settings([[0.1]], [[0.0]], 0.1), "amplitudes is"),
        (lambda: noisy_feature_settings([[0.1]], [[1.0]], -0.1), "rates is -0.1"),
        (lambda: noisy_feature_settings([0.1], [1.0], 0.1), "settings x components"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
