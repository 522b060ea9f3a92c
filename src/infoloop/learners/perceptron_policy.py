"""A multilayer perceptron over the tokens of a prompt: an embedding, hidden layers, one logit a string."""

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.weight_keys import initial_keys
from infoloop.probability.validation import check_int
from infoloop.worlds.finite_worlds import World


def perceptron(
    world: World, embedding: int = 16, widths: Sequence[int] = (64, 64), dtype: DTypeLike = float
) -> ParametricPolicy:
    """Return a perceptron whose input is the embeddings of a prompt's tokens, side by side; units are tanh.

    Args:
        world: A world, whose prompts are the inputs.
        embedding: Numbers a token.
        widths: Hidden units of each layer.
        dtype: Of parameters and logits; log-probabilities are of the same.

    Raises:
        ValueError: A width is below 1.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> policy = perceptron(lookup_world(jax.random.key(0), symbols=2), widths=(8,))
    >>> policy.log_policy(policy.start(jax.random.key(1))).shape
    (20, 36)
    """
    embedding = check_int(embedding, "embedding")
    positions = world.prompts.shape[1]
    sizes = (positions * embedding, *(check_int(width, "a width") for width in widths), len(world.outputs))

    exact = jax.dtypes.canonicalize_dtype(dtype)  # of Python's `float` flax would make single precision

    def network(rngs):
        layers = []
        for inside, outside in itertools.pairwise(sizes):
            layers += [nnx.Linear(inside, outside, rngs=rngs, param_dtype=exact, dtype=exact, precision="highest")]
            layers += [jnp.tanh]
        tokens = nnx.Embed(world.prompt_tokens, embedding, rngs=rngs, param_dtype=exact, dtype=exact)
        return nnx.Sequential(tokens, lambda x: x.reshape(len(x), -1), *layers[:-1])

    shape = nnx.eval_shape(lambda: network(nnx.Rngs(0)))
    graph, parameters_made = nnx.graphdef(shape), len(jax.tree.leaves(nnx.state(shape, nnx.Param)))

    def start(key):
        return nnx.to_pure_dict(nnx.state(network(initial_keys(key, parameters_made)), nnx.Param))

    def log_policy(parameters):
        return jax.nn.log_softmax(nnx.merge(graph, parameters)(world.prompts), axis=-1)

    return ParametricPolicy(start, log_policy)
