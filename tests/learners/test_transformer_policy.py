"""The law over all strings from the tree of prefixes, against each string on its own in NumPy."""

import math

import jax
import numpy as np
import pytest

from infoloop.learners.transformer_policy import transformer
from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world


@pytest.fixture(scope="module")
def world():
    return lookup_world(jax.random.key(1), symbols=1, classes=2, forms=2, tasks=1, domains=1, alphabet=3, length=3)


def norm(x, scale, bias):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-6) * scale + bias


def gelu(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def next_laws(net, tokens, prompt, heads):
    """Return the logits after each position of one sequence: prompt tokens, then output tokens."""
    x = np.array(
        [(net["prompt_tokens"] if i < prompt else net["tokens"])["embedding"][t] for i, t in enumerate(tokens)]
    )
    x = x + net["positions"]["embedding"][: len(tokens)]
    for block in net["blocks"].values():
        q, k, v = np.split(norm(x, **block["before"]) @ block["inside"]["kernel"], 3, axis=-1)
        size, found = x.shape[1] // heads, np.zeros_like(x)
        for i in range(len(tokens)):
            for h in range(heads):
                part = slice(h * size, (h + 1) * size)
                scores = np.exp(k[: i + 1, part] @ q[i, part] / math.sqrt(size))
                found[i, part] = scores / scores.sum() @ v[: i + 1, part]
        x = x + found @ block["outside"]["kernel"]
        up = gelu(norm(x, **block["between"]) @ block["up"]["kernel"] + block["up"]["bias"])
        x = x + up @ block["down"]["kernel"] + block["down"]["bias"]
    return norm(x, **net["norm"]) @ net["logits"]["kernel"] + net["logits"]["bias"]


@pytest.mark.full
def test_the_tree_gives_each_string_what_it_gets_on_its_own(world):
    policy = transformer(world, width=8, layers=2, heads=2, hidden=6)
    rng = np.random.default_rng(0)
    moved = lambda x: x + 0.3 * rng.normal(size=x.shape)  # noqa: E731 (a start has no biases and scales of one)
    parameters = jax.tree.map(moved, policy.start(jax.random.key(0)))
    net = jax.tree.map(np.array, parameters)
    found = np.array(policy.log_policy(parameters))
    assert np.abs(np.exp(found).sum(axis=1) - 1).max() <= rounding(27)
    prompts, outputs = np.array(world.prompts), np.array(world.outputs)
    for q, prompt in enumerate(prompts):
        for y, string in enumerate(outputs):
            logits = next_laws(net, [*prompt, *string[:-1]], len(prompt), 2)[len(prompt) - 1 :]
            laws = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
            assert abs(found[q, y] - laws[np.arange(3), string].sum()) < 1e-12


def test_heads_share_the_width(world):
    with pytest.raises(ValueError, match="heads are 3, which does not divide a width of 8: give a divisor"):
        transformer(world, width=8, heads=3)
