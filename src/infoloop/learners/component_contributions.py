r"""What a policy has taken up of either component of a pair: its contribution, in logits, and the bits that it shows.

Both definitions end, for a learner that says the true law, at $\ln\frac{1-e_j}{e_j}$ and $1-h(e_j)$.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.learners.parametric_policies import LogPolicy
from infoloop.probability.numerics import information_terms
from infoloop.worlds.component_pairs import FORMS, ComponentPair, inputs_law


class Contributions(NamedTuple):
    r"""Of either component.

    Attributes:
        logit: Half of the change of the logit of T when the class of component j alone is flipped, in mean over inputs;
            or the log odds of the class that is T against the other, in mean over questions.
        bits: $I(C_j;\hat T)$ with $\hat T$ drawn from the policy; or $I(T;\hat C_j)$, with the class drawn from it.
    """

    logit: Float[Array, "2"]
    bits: Float[Array, "2"]


def read_contributions(pair: ComponentPair, log_policy: LogPolicy) -> Contributions:
    """Return the contributions to what is said of T, given both tokens.

    Args:
        pair: Two components.
        log_policy: Log-probabilities of T, 256 inputs x 2.

    >>> from infoloop.worlds.component_pairs import component_pair
    >>> pair = component_pair([0.25, 0.0], [1, 0])
    >>> truth = jnp.log(inputs_law(component_pair([0.25, 0.5], [1, 0]))[1])
    >>> read_contributions(pair, truth).logit.round(6).tolist()
    [1.098612, 0.0]
    """
    weight = inputs_law(pair)[0].reshape(2, FORMS, 2, FORMS)
    logit = (log_policy[:, 1] - log_policy[:, 0]).reshape(weight.shape)
    said = jnp.exp(log_policy).reshape(*weight.shape, 2)
    found = [_flipped(jnp.moveaxis(weight, axis, 0), jnp.moveaxis(logit, axis, 0)) for axis in (0, 2)]
    bits = [_bits(jnp.einsum(f"abcd,abcdt->{letter}t", weight, said)) for letter in "ac"]
    return Contributions(jnp.stack(found), jnp.stack(bits))


def written_contributions(pair: ComponentPair, log_policy: LogPolicy) -> Contributions:
    """Return the contributions of the question to the class of either token.

    Args:
        pair: Two components.
        log_policy: Log-probabilities of strings, 2 questions x 256.

    >>> from infoloop.worlds.component_pairs import component_pair, strings_law
    >>> pair = component_pair([0.25, 0.5], [1, 0])
    >>> written_contributions(pair, jnp.log(strings_law(pair))).logit.round(6).tolist()
    [1.098612, 0.0]
    """
    strings = log_policy.reshape(2, 2, FORMS, 2, FORMS)
    classes = [jax.nn.logsumexp(strings, axis=axes) for axes in ((2, 3, 4), (1, 2, 4))]
    odds = [(one[0, 0] - one[0, 1] + one[1, 1] - one[1, 0]) / 2 for one in classes]
    bits = [_bits(jnp.exp(one) / 2) for one in classes]
    return Contributions(jnp.stack(odds), jnp.stack(bits))


def _flipped(weight, logit):
    """Return half the change by flipping the leading axis, weighted by the law of the others."""
    others = weight.sum(axis=0)
    return jnp.where(others > 0, others * (logit[1] - logit[0]), 0.0).sum() / 2


def _bits(table):
    """Return the mutual information of a joint law of two bits."""
    return information_terms(
        table, table.sum(), table.sum(axis=1, keepdims=True), table.sum(axis=0, keepdims=True)
    ).sum()
