r"""A small causal transformer whose law over all strings is exact: one pass over the tree of their prefixes.

A prefix is worked out once, whatever strings begin with it: $1+V+\dots+V^{L-1}$ positions after the prompt give the
$V^L$ probabilities of all strings of length L over V tokens. The nodes of one depth stand side by side in lexicographic
order, so that the ancestors of a node are found by reshaping, without an index.
"""

import functools
import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.weight_keys import initial_keys
from infoloop.probability.validation import check_int
from infoloop.worlds.finite_worlds import World

Level = Float[Array, "questions nodes width"]


class PrefixTree(NamedTuple):
    """The positions of a transformer's pass: those of a prompt, then the prefixes of each length, shortest first.

    Attributes:
        prompt: Positions of a prompt; the last of them is the empty prefix.
        alphabet: Output tokens.
        length: Tokens of a string; prefixes have up to one less.
    """

    prompt: int
    alphabet: int
    length: int

    @property
    def counts(self) -> tuple[int, ...]:
        """How many prefixes of 1, 2, ... tokens there are."""
        return tuple(self.alphabet**depth for depth in range(1, self.length))

    def levels(self, rows: Float[Array, "rows width"], questions: int) -> list[Level]:
        """Split the rows of all positions: those of the prompts, then the prefixes of each length."""
        sizes = (self.prompt, *self.counts)
        ends = [end * questions for end in itertools.accumulate(sizes)]
        levels = zip(jnp.split(rows, ends[:-1]), sizes, strict=True)  # the slope of a split is one concatenation
        return [level.reshape(questions, size, -1) for level, size in levels]


def transformer(
    world: World, width: int = 32, layers: int = 1, heads: int = 4, hidden: int = 64, dtype: DTypeLike = float
) -> ParametricPolicy:
    r"""Return a causal transformer (pre-norm, GELU, learned positions): $\pi(y\mid q)=\prod_j\pi(y_j\mid q,y_{<j})$.

    Args:
        world: A world, whose prompts are the inputs.
        width: Numbers a position; a multiple of `heads`.
        layers: Blocks of attention and perceptron.
        heads: Heads of attention.
        hidden: Hidden units of each perceptron.
        dtype: Of parameters and logits.

    Raises:
        ValueError: A size is below 1, or `heads` does not divide `width`.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> policy = transformer(lookup_world(jax.random.key(0), symbols=2), width=8, heads=2, hidden=8)
    >>> law = jnp.exp(policy.log_policy(policy.start(jax.random.key(1))))
    >>> law.shape, bool(jnp.allclose(law.sum(axis=1), 1.0, atol=1e-14))
    ((20, 36), True)
    """
    sizes = tuple(
        check_int(value, what)
        for value, what in ((width, "width"), (layers, "layers"), (heads, "heads"), (hidden, "hidden"))
    )
    if width % heads:
        raise ValueError(f"heads are {heads}, which does not divide a width of {width}: give a divisor")
    tree = PrefixTree(world.prompts.shape[1], world.alphabet, world.outputs.shape[1])

    exact = jax.dtypes.canonicalize_dtype(dtype)  # of Python's `float` flax would make single precision

    def network(rngs):
        return _Transformer(world.prompt_tokens, tree, *sizes, dtype=exact, rngs=rngs)

    shape = nnx.eval_shape(lambda: network(nnx.Rngs(0)))
    graph, parameters_made = nnx.graphdef(shape), len(jax.tree.leaves(nnx.state(shape, nnx.Param)))

    def start(key):
        return nnx.to_pure_dict(nnx.state(network(initial_keys(key, parameters_made)), nnx.Param))

    return ParametricPolicy(start, lambda parameters: nnx.merge(graph, parameters)(world.prompts))


def tree_attention(queries: list[Level], keys: list[Level], values: list[Level], heads: int) -> list[Level]:
    r"""Return softmax attention of each position to itself and what comes before it on its way from the prompt.

    All three are lists: the positions of the prompt, then the prefixes of one token, of two, and so on. Sums over the
    features of a head are products with a matrix of zeros and ones, which are faster than sums over a short axis.

    Args:
        queries: Queries of all positions.
        keys: Keys.
        values: Values.
        heads: Heads, each with features of its own, side by side.

    >>> zeros = [jnp.zeros((1, 2, 1))] * 2
    >>> values = [jnp.array([0.0, 1.0]).reshape(1, 2, 1), jnp.array([2.0, 3.0]).reshape(1, 2, 1)]
    >>> [level.reshape(-1).round(3).tolist() for level in tree_attention(zeros, zeros, values, heads=1)]
    [[0.0, 0.5], [1.0, 1.333]]
    """
    prompt, width = queries[0].shape[1:]
    of_head = jnp.repeat(jnp.eye(heads, dtype=queries[0].dtype), width // heads, axis=0)
    scaled = of_head * (width // heads) ** -0.5
    prompt_keys = (jnp.moveaxis(keys[0], 1, 2)[..., None] * scaled[:, None]).reshape(len(keys[0]), width, -1)
    prompt_values = (values[0][:, :, None] * of_head.T).reshape(len(values[0]), -1, width)
    found = []
    for depth, query in enumerate(queries):
        ancestors = slice(1, depth + 1)
        scores = jnp.split(_batched(query, prompt_keys), prompt, axis=2)
        if not depth:
            scores = [jnp.where(jnp.arange(prompt)[:, None] >= p, score, -jnp.inf) for p, score in enumerate(scores)]
        scores += [
            _product((_beside(query, key) * key[:, :, None]).reshape(query.shape), scaled) for key in keys[ancestors]
        ]
        highest = lax.stop_gradient(functools.reduce(jnp.maximum, scores))
        weights = [jnp.exp(score - highest) for score in scores]
        total = functools.reduce(jnp.add, weights)
        shares = [weight / total for weight in weights]
        level = _batched(jnp.concatenate(shares[:prompt], axis=2), prompt_values)
        for share, value in zip(shares[prompt:], values[ancestors], strict=True):
            spread = _product(share, of_head.T)
            level += (_beside(spread, value) * value[:, :, None]).reshape(query.shape)
        found.append(level)
    return found


def _beside(nodes, ancestors):
    """Return nodes grouped by their ancestors: questions x ancestors x descendants x ..."""
    return nodes.reshape(len(nodes), ancestors.shape[1], -1, *nodes.shape[2:])


def _centred(x):
    return x - x.mean(axis=-1, keepdims=True)


def _unit(norm, x):
    """Return a centred stream divided by its deviation, plus one. Scale and bias are left to `_after_norm`."""
    return lax.rsqrt((x * x).mean(axis=-1, keepdims=True) + norm.epsilon) * x + 1


def _after_norm(norm, layer):
    r"""Return the kernel K with $(u+1)K = (u\odot s+b)W + c$ for a norm's scale s and bias b and a layer's W and c.

    The features of u sum to 0. So u adds nothing to what is constant in a column of K, and the ones add nothing to
    what is centred in a column: the constants hold $bW+c$, and one product does the work of the norm and the layer.
    """
    kernel = layer.kernel[...]
    added = norm.bias[...] @ kernel
    if layer.bias is not None:
        added += layer.bias[...]
    centred = _centred((norm.scale[...][:, None] * kernel).T).T
    return centred + added / len(kernel)


def _product(x, kernel):
    """Return the product of the last axis with a matrix, over flat rows."""
    found = jnp.matmul(x.reshape(-1, x.shape[-1]), kernel, precision="highest")
    return found.reshape(*x.shape[:-1], -1)


def _added(layer, x):
    """Return what a linear layer adds to a centred stream."""
    return _product(x, _centred(layer.kernel[...])) + _centred(layer.bias[...])


def _batched(x, kernels):
    """Return the products of a question's nodes with its matrix."""
    return jnp.einsum("qni,qio->qno", x, kernels, precision="highest")


class _Block(nnx.Module):
    def __init__(self, width, heads, hidden, dtype, rngs):
        settings = {"rngs": rngs, "param_dtype": dtype, "dtype": dtype}
        self.heads = heads
        self.before, self.between = (nnx.LayerNorm(width, **settings) for _ in range(2))
        self.inside = nnx.Linear(width, 3 * width, use_bias=False, **settings)
        self.outside = nnx.Linear(width, width, use_bias=False, **settings)
        self.up = nnx.Linear(width, hidden, **settings)
        self.down = nnx.Linear(hidden, width, **settings)

    def __call__(self, x, tree, questions):
        inside = _after_norm(self.before, self.inside)
        before = _unit(self.before, x)
        parts = [_product(before, kernel) for kernel in jnp.split(inside, 3, axis=1)]
        found = tree_attention(*(tree.levels(part, questions) for part in parts), self.heads)
        side = jnp.concatenate([level.reshape(-1, x.shape[1]) for level in found])
        x = x + _product(side, _centred(self.outside.kernel[...]))
        hidden = jax.nn.gelu(_product(_unit(self.between, x), _after_norm(self.between, self.up)))
        return x + _added(self.down, hidden)


class _Transformer(nnx.Module):
    def __init__(self, prompt_tokens, tree, width, layers, heads, hidden, dtype, rngs):
        settings = {"rngs": rngs, "param_dtype": dtype, "dtype": dtype}
        self.tree = tree
        self.prompt_tokens = nnx.Embed(prompt_tokens, width, **settings)
        self.tokens = nnx.Embed(tree.alphabet, width, **settings)
        self.positions = nnx.Embed(tree.prompt + tree.length - 1, width, **settings)
        self.blocks = nnx.List([_Block(width, heads, hidden, dtype, rngs) for _ in range(layers)])
        self.norm = nnx.LayerNorm(width, **settings)
        self.logits = nnx.Linear(width, tree.alphabet, **settings)

    def __call__(self, prompts):
        x, questions = self.embedded(prompts), len(prompts)
        for block in self.blocks:
            x = block(x, self.tree, questions)
        logits = _product(_unit(self.norm, x), _after_norm(self.norm, self.logits))
        prompt, *prefixes = self.tree.levels(jax.nn.log_softmax(logits), questions)
        total = jnp.zeros((questions, 1), x.dtype)
        for level in (prompt[:, -1:], *prefixes):
            total = (total[:, :, None] + level).reshape(questions, -1)
        return total

    def embedded(self, prompts):
        """Return the stream at the start. All that is added to it is centred, so that norms need no means."""
        place, tokens = _centred(self.positions.embedding[...]), _centred(self.tokens.embedding[...])
        found = [_centred(self.prompt_tokens.embedding[...])[prompts] + place[: self.tree.prompt]]
        for depth, count in enumerate(self.tree.counts):
            last = tokens + place[self.tree.prompt + depth]
            found.append(jnp.broadcast_to(last, (len(prompts) * count // self.tree.alphabet, *last.shape)))
        return jnp.concatenate([level.reshape(-1, place.shape[1]) for level in found])
