r"""Learners that see the idle detail of a pair of components, each blind to one thing: the size of a component.

Tokens are seen or said with one amplitude, whatever component they belong to. Of an input they say T, a table of 256
inputs and two labels; of a question T they say a string, a table of two questions and 256 strings. Linear learners and
tables start at 0, where nothing is said; perceptrons have one hidden layer of tanh.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.probability.validation import check_int
from infoloop.worlds.component_pairs import FORMS, MOST_IDLE, TOKENS, ComponentPair

Code = Float[Array, "2 tokens features"]


def token_code() -> Code:
    """Return the one-hot code of tokens: class and idle bits in one feature, so that idle bits split a class.

    >>> token_code().shape
    (2, 16, 16)
    """
    return jnp.broadcast_to(jnp.eye(TOKENS), (2, TOKENS, TOKENS))


def bit_code(pair: ComponentPair) -> Code:
    """Return the code of tokens as bits of -1 and 1: the class first, then each idle bit, 0 where there is none.

    Args:
        pair: Two components, which say how many idle bits there are.

    >>> from infoloop.worlds.component_pairs import component_pair
    >>> bit_code(component_pair([0.1, 0.1], [0, 1]))[1, 9].tolist()
    [1.0, 1.0, 0.0, 0.0]
    """
    token = jnp.arange(TOKENS)
    digits = [token // FORMS, *(token % FORMS // 2**k % 2 for k in range(MOST_IDLE))]
    there = jnp.concatenate([jnp.ones((2, 1), bool), jnp.arange(MOST_IDLE) < pair.idle[:, None]], axis=1)
    return jnp.where(there[:, None, :], 2.0 * jnp.stack(digits, axis=1) - 1, 0.0)


def linear_reader(code: Code) -> ParametricPolicy:
    r"""Return logistic regression of T on the features of both tokens, $\ln\frac{P(T=1)}{P(T=0)}=\sum_jw_j\cdot x_j$.

    Args:
        code: The features of each token of either component.

    >>> policy = linear_reader(token_code())
    >>> policy.log_policy(policy.start(jax.random.key(0))).shape
    (256, 2)
    """

    def log_policy(weights):
        first, second = jnp.einsum("jtd,jd->jt", code, weights)
        return _label((first[:, None] + second[None, :]).reshape(-1))

    return ParametricPolicy(lambda key: jnp.zeros((2, code.shape[2])), log_policy)


def perceptron_reader(code: Code, width: int) -> ParametricPolicy:
    """Return a perceptron that says T from the features of both tokens.

    Args:
        code: The features of each token of either component.
        width: Hidden units.

    Raises:
        ValueError: The width is below 1.

    >>> policy = perceptron_reader(token_code(), 4)
    >>> policy.log_policy(policy.start(jax.random.key(0))).shape
    (256, 2)
    """
    width = check_int(width, "width")
    active = 2 if code.shape[2] == TOKENS else 2 * code.shape[2]  # features of an input that are not 0

    def start(key):
        inside, outside = jax.random.split(key)
        return {
            "inside": jax.random.normal(inside, (2, code.shape[2], width)) / jnp.sqrt(active),
            "shift": jnp.zeros(width),
            "outside": jax.random.normal(outside, (width,)) / jnp.sqrt(width),
        }

    def log_policy(weights):
        first, second = jnp.einsum("jtd,jdh->jth", code, weights["inside"])
        hidden = jnp.tanh(first[:, None] + second[None, :] + weights["shift"])
        return _label((hidden @ weights["outside"]).reshape(-1))

    return ParametricPolicy(start, log_policy)


def token_tables(pair: ComponentPair) -> ParametricPolicy:
    """Return a table of logits for either token of the string, one a question and token.

    Args:
        pair: Two components, which say which tokens there are.

    >>> from infoloop.worlds.component_pairs import component_pair
    >>> policy = token_tables(component_pair([0.1, 0.1], [0, 1]))
    >>> policy.log_policy(policy.start(jax.random.key(0))).shape
    (2, 256)
    """
    return ParametricPolicy(lambda key: jnp.zeros((2, 2, TOKENS)), lambda logits: _strings(_tokens(pair, logits)))


def string_table(pair: ComponentPair) -> ParametricPolicy:
    """Return one table of logits for whole strings, one a question and string: forms of one component split both.

    Args:
        pair: Two components, which say which tokens there are.

    >>> from infoloop.worlds.component_pairs import component_pair
    >>> policy = string_table(component_pair([0.1, 0.1], [0, 1]))
    >>> policy.log_policy(policy.start(jax.random.key(0))).shape
    (2, 256)
    """
    there = (pair.used[0][:, None] & pair.used[1][None, :]).reshape(-1)
    return ParametricPolicy(lambda key: jnp.zeros((2, TOKENS**2)), lambda logits: _law(there, logits))


def factored_tables(pair: ComponentPair) -> ParametricPolicy:
    """Return tables that say the class of either token and, apart from it, its form.

    Args:
        pair: Two components, which say which tokens there are.

    >>> from infoloop.worlds.component_pairs import component_pair
    >>> policy = factored_tables(component_pair([0.1, 0.1], [0, 1]))
    >>> policy.log_policy(policy.start(jax.random.key(0))).shape
    (2, 256)
    """

    def log_policy(tables):
        classes, forms = tables
        by_form = _law(pair.used[:, None, :FORMS], forms)
        tokens = jax.nn.log_softmax(classes, axis=-1)[..., None] + by_form[:, :, None, :]
        return _strings(tokens.reshape(2, 2, TOKENS))

    return ParametricPolicy(lambda key: (jnp.zeros((2, 2, 2)), jnp.zeros((2, 2, FORMS))), log_policy)


def perceptron_writer(pair: ComponentPair, width: int) -> ParametricPolicy:
    """Return a perceptron that sees the question as one of two tokens and gives the logits of either token.

    Args:
        pair: Two components, which say which tokens there are.
        width: Hidden units.

    Raises:
        ValueError: The width is below 1.

    >>> from infoloop.worlds.component_pairs import component_pair
    >>> policy = perceptron_writer(component_pair([0.1, 0.1], [0, 1]), 4)
    >>> policy.log_policy(policy.start(jax.random.key(0))).shape
    (2, 256)
    """
    width = check_int(width, "width")

    def start(key):
        inside, outside = jax.random.split(key)
        return {
            "inside": jax.random.normal(inside, (2, width)),
            "outside": jax.random.normal(outside, (2, width, TOKENS)) / jnp.sqrt(width),
        }

    def log_policy(weights):
        return _strings(_tokens(pair, jnp.einsum("qh,jht->jqt", jnp.tanh(weights["inside"]), weights["outside"])))

    return ParametricPolicy(start, log_policy)


def _label(logit):
    return jnp.stack([jax.nn.log_sigmoid(-logit), jax.nn.log_sigmoid(logit)], axis=1)


def _law(there, logits):
    """Return log-probabilities among those that occur; minus infinity for the others."""
    return jax.nn.log_softmax(jnp.where(there, logits, -jnp.inf), axis=-1)


def _tokens(pair, logits):
    return _law(pair.used[:, None, :], logits)


def _strings(tokens):
    first, second = tokens
    return (first[:, :, None] + second[:, None, :]).reshape(2, -1)
