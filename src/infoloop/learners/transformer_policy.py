r"""A small causal transformer whose law over all strings is exact: one pass over the tree of their prefixes.

A prefix is worked out once, whatever strings begin with it: $1+V+\dots+V^{L-1}$ positions after the prompt give the
$V^L$ probabilities of all strings of length L over V tokens. The nodes of one depth stand side by side in lexicographic
order, so that the ancestors of a node are found by reshaping, without an index.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.probability.validation import check_int
from infoloop.worlds.finite_worlds import World

Heads = Float[Array, "questions nodes heads size"]


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

    def levels(self, nodes: Float[Array, "questions nodes *more"]) -> list[Float[Array, "questions level *more"]]:
        """Split the positions: those of the prompt, then the prefixes of each length."""
        ends = [self.prompt]
        for count in self.counts[:-1]:
            ends.append(ends[-1] + count)
        return jnp.split(nodes, ends, axis=1) if self.counts else [nodes]


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

    graph = nnx.graphdef(nnx.eval_shape(lambda: network(nnx.Rngs(0))))

    def start(key):
        return nnx.to_pure_dict(nnx.state(network(nnx.Rngs(key)), nnx.Param))

    return ParametricPolicy(start, lambda parameters: nnx.merge(graph, parameters)(world.prompts))


def tree_attention(query: Heads, key: Heads, value: Heads, tree: PrefixTree) -> Heads:
    r"""Return softmax attention of each position to itself and what comes before it on its way from the prompt.

    Args:
        query: Queries of all positions.
        key: Keys.
        value: Values.
        tree: What comes before what.

    >>> tree, zeros = PrefixTree(2, 2, 2), jnp.zeros((1, 4, 1, 1))
    >>> value = jnp.array([0.0, 1.0, 2.0, 3.0]).reshape(1, 4, 1, 1)
    >>> tree_attention(zeros, zeros, value, tree).reshape(-1).round(3).tolist()
    [0.0, 0.5, 1.0, 1.333]
    """
    queries, keys, values = (tree.levels(x / s) for x, s in ((query, query.shape[-1] ** 0.5), (key, 1), (value, 1)))
    prompt_key, prompt_value = keys[0], values[0]
    causal = jnp.tri(tree.prompt, dtype=bool)
    scores = jnp.einsum("qnhe,qphe->qnhp", queries[0], prompt_key, precision="highest")
    scores = jnp.where(causal[None, :, None, :], scores, -jnp.inf)
    found = [jnp.einsum("qnhp,qphe->qnhe", jax.nn.softmax(scores), prompt_value, precision="highest")]
    for depth in range(1, len(queries)):
        asked = queries[depth]
        scores = [jnp.einsum("qnhe,qphe->qnhp", asked, prompt_key, precision="highest")]
        scores += [
            (_beside(asked, k) * k[:, :, None]).sum(axis=-1).reshape(*asked.shape[:3], 1) for k in keys[1 : depth + 1]
        ]
        share = jax.nn.softmax(jnp.concatenate(scores, axis=-1))
        level = jnp.einsum("qnhp,qphe->qnhe", share[..., : tree.prompt], prompt_value, precision="highest")
        for j, v in enumerate(values[1 : depth + 1]):
            own = share[..., tree.prompt + j, None]
            level += (_beside(own, v) * v[:, :, None]).reshape(level.shape)
        found.append(level)
    return jnp.concatenate(found, axis=1)


def _beside(nodes, ancestors):
    """Return nodes grouped by their ancestors: questions x ancestors x descendants x ..."""
    return nodes.reshape(len(nodes), ancestors.shape[1], -1, *nodes.shape[2:])


class _Block(nnx.Module):
    def __init__(self, width, heads, hidden, dtype, rngs):
        settings = {"rngs": rngs, "param_dtype": dtype, "dtype": dtype}
        self.heads = heads
        self.before, self.between = (nnx.LayerNorm(width, **settings) for _ in range(2))
        self.inside = nnx.Linear(width, 3 * width, use_bias=False, precision="highest", **settings)
        self.outside = nnx.Linear(width, width, use_bias=False, precision="highest", **settings)
        self.up = nnx.Linear(width, hidden, precision="highest", **settings)
        self.down = nnx.Linear(hidden, width, precision="highest", **settings)

    def __call__(self, x, tree):
        parts = jnp.split(self.inside(self.before(x)), 3, axis=-1)
        query, key, value = (part.reshape(*x.shape[:2], self.heads, -1) for part in parts)
        x = x + self.outside(tree_attention(query, key, value, tree).reshape(x.shape))
        return x + self.down(jax.nn.gelu(self.up(self.between(x))))


class _Transformer(nnx.Module):
    def __init__(self, prompt_tokens, tree, width, layers, heads, hidden, dtype, rngs):
        settings = {"rngs": rngs, "param_dtype": dtype, "dtype": dtype}
        self.tree = tree
        self.prompt_tokens = nnx.Embed(prompt_tokens, width, **settings)
        self.tokens = nnx.Embed(tree.alphabet, width, **settings)
        self.positions = nnx.Embed(tree.prompt + tree.length - 1, width, **settings)
        self.blocks = nnx.List([_Block(width, heads, hidden, dtype, rngs) for _ in range(layers)])
        self.norm = nnx.LayerNorm(width, **settings)
        self.logits = nnx.Linear(width, tree.alphabet, precision="highest", **settings)

    def __call__(self, prompts):
        tree, place = self.tree, self.positions.embedding[...]
        embedded = [self.prompt_tokens(prompts) + place[: tree.prompt]]
        tokens = self.tokens.embedding[...]
        for depth, count in enumerate(tree.counts):
            last = jnp.tile(tokens + place[tree.prompt + depth], (count // tree.alphabet, 1))
            embedded.append(jnp.broadcast_to(last, (len(prompts), *last.shape)))
        x = jnp.concatenate(embedded, axis=1)
        for block in self.blocks:
            x = block(x, tree)
        prompt, *prefixes = tree.levels(self.norm(x))
        total = jnp.zeros((len(prompts), 1), x.dtype)
        for level in (prompt[:, -1:], *prefixes):
            next_token = jax.nn.log_softmax(self.logits(level), axis=-1)
            total = (total[:, :, None] + next_token).reshape(len(prompts), -1)
        return total
