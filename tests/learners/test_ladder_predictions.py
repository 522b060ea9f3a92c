"""Closed forms by the names of signals: against a trained log-linear learner, and where they hold for nobody."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import xarray

from infoloop.learners.ladder_measures import ladder_outcomes
from infoloop.learners.ladder_predictions import PREDICTED_SIGNALS, measured_and_predicted, predicted_accuracy
from infoloop.learners.log_linear_policy import FeatureWeights, log_linear
from infoloop.worlds.finite_worlds import under_rule
from infoloop.worlds.lookup import lookup_world


@pytest.mark.full
@pytest.mark.parametrize("shared", [0.0, 0.5])
def test_a_trained_learner_lies_on_its_lines(shared):
    """A planted effect that is recovered: at a rate of .2 steps are a flow to 1e-3."""
    world = under_rule(lookup_world(jax.random.key(0), 2, 2, 3, tasks=0, alphabet=3), 1)
    base = jnp.where(world.classes >= 0, 0.0, -jnp.inf)
    policy = log_linear(world, FeatureWeights(content_class=shared, own=1 - shared), base)
    start = policy.start(jax.random.key(1))
    found = ladder_outcomes(
        jax.random.key(2), world, policy, world, policy, start, optax.sgd(0.2), 20, 10, (0.8,), (1, 1, 1),
        PREDICTED_SIGNALS,
    )  # fmt: skip
    table = xarray.Dataset(
        {name: (("signal", "step"), np.array(found[name])) for name in ("trained_curve", "held_out_curve")},
        {"signal": list(PREDICTED_SIGNALS)},
    )
    ends = {}
    for signal in PREDICTED_SIGNALS:
        trained, held_out, line = measured_and_predicted(table, signal, shared, 3)
        assert trained[-1] > 0.85
        assert np.abs(held_out - line).max() < 2e-3
        ends[signal] = held_out[-1]
    if shared:
        assert ends["class"] > ends["own"] + 0.02
    else:
        assert max(abs(x - 0.5) for x in ends.values()) < 1e-12


@pytest.mark.slow
def test_a_label_moves_log_odds_by_its_share_and_unknown_signals_are_refused():
    share = 0.5 / (0.5 + 0.5 / 4)
    odds = np.log(0.8 / 0.2) - np.log(0.25 / 0.75)
    expected = 1 / (1 + np.exp(-(np.log(0.25 / 0.75) + share * odds)))
    assert abs(float(predicted_accuracy("verdict", [0.8], 0.5, 0.5, 4, 4)[0]) - expected) < 1e-12
    with pytest.raises(ValueError, match="samples"):
        predicted_accuracy("samples", [0.8], 0.5, 0.5, 4, 4)
