"""Laws, informations and loops of the models have derivatives in their parameters, or their docstring says why not."""

import dataclasses
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.loops.loop import unroll
from infoloop.models import (
    MODELS,
    anchored,
    branching,
    cascade,
    gaussian_mean,
    gaussian_refit,
    markov_text,
    mixing,
    regression,
    smoothed,
    urn,
    wright_fisher,
)
from infoloop.probability.fixed_tasks import FixedTaskWarning

STEP = 2.0**-18
PARTS = ("law", "information", "loop", "information_with_first", "information_by_table")
CLOSED = ("error_variance", "excess_risk", "capacity", "contraction", "residual")


def name_of(model):
    return model.__name__.rsplit(".")[-1]


def called(model, part, m):
    """A number made of all that a part of a model says of two generations."""
    if part == "loop":
        found = unroll(model.loop(m), jnp.arange(3))
    else:
        found = model.residual(m) if part == "residual" else getattr(model, part)(m, 2)
    leaves = [leaf for leaf in jax.tree.leaves(found) if jnp.issubdtype(leaf.dtype, jnp.floating)]
    return sum(
        (leaf.ravel() * jnp.arange(1, leaf.size + 1) * (jnp.abs(leaf.ravel()) < jnp.inf)).sum() for leaf in leaves
    )


def traced_fields(m):
    """The fields that are arrays; the model itself where it is a number."""
    fields = dataclasses.fields(m) if dataclasses.is_dataclass(m) else ()
    return [f.name for f in fields if isinstance(getattr(m, f.name), jax.Array)] or [""]


CASES = [
    (model, part, field)
    for model in MODELS
    for part in (*PARTS, *CLOSED)
    if hasattr(model, part)
    for field in traced_fields(model.examples()[0])
]


@pytest.mark.full
@pytest.mark.parametrize(("model", "part", "field"), CASES, ids=lambda x: x if isinstance(x, str) else name_of(x))
def test_derivatives_are_those_of_differences(model, part, field):
    """Each to a few units of the square of the step, which bounds the error of a central difference."""
    m = model.examples()[0]
    value = jnp.asarray(getattr(m, field) if field else m, float)
    along = jnp.cos(jnp.arange(value.size)).reshape(value.shape)

    def moved(t):
        return called(model, part, dataclasses.replace(m, **{field: value + t * along}) if field else value + t * along)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FixedTaskWarning)
        slope = jax.grad(moved)(0.0)
        difference = (moved(STEP) - moved(-STEP)) / (2 * STEP)
    assert np.isfinite(slope)
    assert abs(slope - difference) <= STEP * (1 + abs(difference))


R = jnp.array([0.25, 0.5])
MADE = {
    "anchored": lambda r: anchored.law(anchored.anchored(3, "replay", 0.5, r, r / r.sum()), 2),
    "branching": lambda r: branching.survivals(2, r),
    "cascade": lambda r: cascade.law(cascade.cascade("bsc", r[0], r[1]), 2),
    "gaussian_mean": lambda r: gaussian_mean.law(gaussian_mean.gaussian_mean(3, r[0], r[1]), 2),
    "gaussian_refit": lambda r: unroll(gaussian_refit.loop(gaussian_refit.refit(3, r[0], r[1])), jnp.arange(2)),
    "markov_text": lambda r: markov_text.law(
        markov_text.markov_text(2, jnp.stack([r, 1 - r], 1)[:, None], r / r.sum()), 2
    ),
    "mixing": lambda r: mixing.law(mixing.mixing(r[0], 3, 4, r[1]), 1),
    "regression": lambda r: regression.excess_risk(regression.regression(2, 8, r[0]), 2),
    "smoothed": lambda r: smoothed.law(smoothed.smoothed(3, 0.5, r, r / r.sum()), 2),
    "urn": lambda r: urn.law(urn.urn(3, 2, r, r / r.sum()), 2),
    "wright_fisher": lambda r: wright_fisher.law(wright_fisher.wright_fisher(3, r, r / r.sum()), 2),
}


def test_every_model_is_made_of_traced_numbers():
    assert sorted(MADE) == [name_of(model) for model in MODELS]


@pytest.mark.full
@pytest.mark.parametrize("name", MADE)
def test_a_law_of_traced_numbers_is_that_of_known_ones(name):
    """And moves as the differences say."""

    def weighted(r):
        leaves = [leaf.ravel() for leaf in jax.tree.leaves(MADE[name](r)) if jnp.issubdtype(leaf.dtype, jnp.floating)]
        return sum((leaf * jnp.arange(1, leaf.size + 1)).sum() for leaf in leaves)

    value, slope = jax.jit(jax.value_and_grad(weighted))(R)
    assert abs(value - weighted(R)) <= STEP**2 * (1 + abs(value))
    up, down = weighted(R + STEP * jnp.array([1.0, -1.0])), weighted(R - STEP * jnp.array([1.0, -1.0]))
    assert abs(slope[0] - slope[1] - (up - down) / (2 * STEP)) <= STEP * (1 + abs(up))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda w: anchored.anchored(3, "mix", w, [0.5]), "weight is traced by JAX, and which states are equal"),
        (lambda a: smoothed.smoothed(3, a, [0.5]), "smoothed runs on the host, and alpha is traced"),
        (
            lambda a: markov_text.markov_text(2, [[[0.5, 0.5]]], alpha=a),
            "alpha is traced by JAX, and which states are equal",
        ),
    ],
)
def test_what_may_not_be_traced_is_named_and_explained(make, message):
    with pytest.raises(TypeError) as caught:
        jax.eval_shape(make, 0.5)
    assert str(caught.value).startswith(message)
    for function in (anchored.anchored, smoothed.smoothed, markov_text.markov_text):
        assert "traced" in " ".join((function.__doc__ or "").split())
