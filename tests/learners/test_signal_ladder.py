"""The ladder against plain loops: laws of references, exact trainings in NumPy, and two questions by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infoloop.learners.log_linear_policy import FeatureWeights, log_linear
from infoloop.learners.signal_ladder import (
    EXACT_SIGNALS,
    SAMPLED_SIGNALS,
    SIGNALS,
    LadderSettings,
    signal_laws,
    train_ladder,
)
from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.probability.numerics import rounding
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.lookup import lookup_world

KEY = jax.random.key(4)
WORLD = lookup_world(jax.random.key(0), symbols=2, classes=3, forms=3, tasks=0, alphabet=3)
RULE = 5
RIGHT = np.array(right_outputs(WORLD, RULE))


def uniform(world):
    return jnp.full(world.classes.shape, -jnp.log(float(len(world.outputs))))


@pytest.mark.full
def test_laws_are_of_the_right_outputs_and_own_is_among_some():
    laws = dict(zip(SIGNALS, np.array(signal_laws(KEY, WORLD, RULE, uniform(WORLD))), strict=True))
    for name in ("house", "own", "some", "all"):
        assert (laws[name][~RIGHT] == 0).all()
        assert np.allclose(laws[name].sum(axis=1), 1)
    assert [sorted(set(np.count_nonzero(laws[n], axis=1))) for n in ("house", "own", "some", "all")] == [
        [1], [1], [2], [3],
    ]  # fmt: skip
    assert (laws["some"][laws["own"] > 0] > 0).all()
    styles = np.array(WORLD.form)[laws["house"].argmax(axis=1)]
    assert len(set(styles.tolist())) == 1
    best = 1 - (2 / 3) ** 16  # of 16 outputs of which a third is right
    assert abs(laws["best_of_n"][RIGHT].reshape(len(RIGHT), -1).sum(axis=1) - best).max() < 1e-12


@pytest.mark.full
def test_exact_rungs_are_gradient_descent_by_hand():
    """Softmax tables in NumPy: the slope of each objective, a question and an output at a time."""
    steps, rate = 6, 0.7
    policy = tabular_softmax(WORLD)
    start = jax.random.normal(KEY, policy.start(KEY).shape)  # uneven, so that a label is not all references alike

    def observer(log_policy):
        return log_policy

    found = train_ladder(
        KEY, WORLD, RULE, policy, start, optax.sgd(rate), steps, 1, observer, signals=EXACT_SIGNALS
    ).observed
    keys = jax.random.split(KEY, 3)
    laws = np.array(signal_laws(keys[0], WORLD, RULE, policy.log_policy(start), EXACT_SIGNALS))
    trained = np.flatnonzero(np.array(WORLD.trained))
    for k, name in enumerate(EXACT_SIGNALS):
        z = np.array(policy.log_policy(start))
        for t in range(steps + 1):
            p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
            assert np.abs(np.exp(np.array(found[k, t])) - p).max() <= rounding(200)
            for q in trained:
                for y in range(p.shape[1]):
                    passed = p[q, RIGHT[q]].sum()
                    among = p[q, y] / passed if RIGHT[q, y] else 0.0
                    uphill = {"class": among - p[q, y], "verdict": p[q, y] * (RIGHT[q, y] - passed)}
                    z[q, y] += rate / len(trained) * uphill.get(name, laws[k, q, y] - laws[k, q].sum() * p[q, y])


@pytest.mark.full
@pytest.mark.parametrize("forms", [1, 2])
@pytest.mark.parametrize("signal", ["own", "class"])
def test_two_questions_transfer_as_on_paper(forms, signal):
    r"""One symbol, two domains, two classes of M forms; one step from $p_0=1/2$ at the rate $\eta$.

    The class feature moves the log-odds of both domains by $\eta\alpha$. A label moves each of M own logits by
    $\eta\delta/(2M)$ up or down, a reference its own by $\eta\delta$ more than the others.
    """
    alpha, delta, eta = 0.5, 0.3, 1.7
    world = lookup_world(jax.random.key(1), 1, 2, forms, tasks=0, alphabet=2, length=forms)
    policy, right = log_linear(world, FeatureWeights(content_class=alpha, own=delta)), right_outputs(world, 1)

    def observer(log_policy):
        passed = jnp.where(right, jnp.exp(log_policy), 0.0).sum(axis=1)
        return jnp.log(passed / (1 - passed))

    start = policy.start(KEY)
    trained, held_out = train_ladder(
        KEY, world, 1, policy, start, optax.sgd(eta), 1, 1, observer, signals=(signal,)
    ).observed[0, 1]
    own = eta * delta / forms if signal == "class" else np.log((np.exp(eta * delta) + forms - 1) / forms)
    assert abs(held_out - eta * alpha) <= rounding(32)
    assert abs(trained - eta * alpha - own) <= rounding(32)


@pytest.mark.full
def test_sampled_rungs_and_preferences_learn_and_hang_on_their_key():
    policy, right = tabular_softmax(WORLD), jnp.asarray(RIGHT)

    def observer(log_policy):
        return jnp.where(right & WORLD.trained[:, None], jnp.exp(log_policy), 0.0).sum() / WORLD.trained.sum()

    def passed(key):
        names = (*SAMPLED_SIGNALS, "preferences", "all")
        start = policy.start(KEY)
        return np.array(
            train_ladder(key, WORLD, RULE, policy, start, optax.sgd(1.0), 60, 60, observer, signals=names).observed
        )

    one, other = passed(KEY), passed(jax.random.key(9))
    assert (one[:, 1] > one[:, 0] + 0.2).all()
    assert (one[:3, 1] != other[:3, 1]).all()
    assert one[3, 1] == other[3, 1]  # all references are drawn by nobody


@pytest.mark.full
def test_with_one_form_all_references_and_the_label_are_the_same():
    world = lookup_world(jax.random.key(2), symbols=2, classes=2, forms=1, tasks=0, alphabet=2)
    policy = tabular_softmax(world)
    names = ("house", "own", "some", "all", "class")
    found = train_ladder(
        KEY, world, 2, policy, policy.start(KEY), optax.sgd(0.5), 4, 4, lambda log_policy: log_policy, signals=names
    ).observed
    assert np.abs(found - found[:1]).max() <= rounding(32)


@pytest.mark.slow
def test_an_unknown_signal_is_named():
    with pytest.raises(ValueError, match="there is no signal 'clas': did you mean class"):
        signal_laws(KEY, WORLD, RULE, uniform(WORLD), ("own", "clas"))
    with pytest.raises(ValueError, match="k is 0"):
        signal_laws(KEY, WORLD, RULE, uniform(WORLD), settings=LadderSettings(some=0))
