"""The perceptron against its layers in NumPy."""

import jax
import numpy as np
import pytest

from infoloop.learners.perceptron_policy import perceptron
from infoloop.worlds.lookup import lookup_world


@pytest.fixture(scope="module")
def world():
    return lookup_world(jax.random.key(1), symbols=1, classes=2, forms=1, tasks=1, alphabet=2)


@pytest.mark.full
def test_a_law_is_what_its_layers_make(world):
    policy = perceptron(world, embedding=3, widths=(6, 5))
    rng = np.random.default_rng(0)
    parameters = jax.tree.map(lambda x: x + rng.normal(size=x.shape), policy.start(jax.random.key(0)))
    tables = {jax.tree_util.keystr(path): np.array(x) for path, x in jax.tree_util.tree_leaves_with_path(parameters)}
    embedding = next(table for name, table in tables.items() if "embedding" in name)
    kernels = {table.shape[0]: table for name, table in tables.items() if "kernel" in name}
    biases = {table.shape[0]: table for name, table in tables.items() if "bias" in name}
    x = embedding[np.array(world.prompts)].reshape(len(world.prompts), -1)
    for inside, outside in ((9, 6), (6, 5)):
        x = np.tanh(x @ kernels[inside] + biases[outside])
    x = x @ kernels[5] + biases[4]
    expected = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    assert np.abs(policy.log_policy(parameters) - expected).max() < 1e-13


@pytest.mark.slow
def test_seeds_differ_and_a_width_is_a_number(world):
    policy = perceptron(world, widths=(3,))
    first, second = (policy.log_policy(policy.start(jax.random.key(seed))) for seed in (0, 1))
    assert np.abs(np.array(first - second)).max() > 0.01
    with pytest.raises(ValueError, match="width"):
        perceptron(world, widths=(0,))


@pytest.mark.full
@pytest.mark.parametrize("dtype", [float, np.float32])
def test_parameters_and_laws_are_of_the_type_asked_for(world, dtype):
    policy = perceptron(world, embedding=2, widths=(3,), dtype=dtype)
    parameters = policy.start(jax.random.key(0))
    assert {x.dtype for x in [*jax.tree.leaves(parameters), policy.log_policy(parameters)]} == {np.dtype(dtype)}
