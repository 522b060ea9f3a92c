r"""Bayes on a class that can be enumerated: hypotheses h with a prior and a table of likelihoods $P(z\mid h)$."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Int

from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import LOG2E
from infoloop.probability.validation import check_distributions, check_scores


class Posterior(NamedTuple):
    r"""A posterior on an enumerated class.

    Attributes:
        law: $P(h\mid z^n)$ for each hypothesis h.
        log_evidence: $\log_2P(z^n)$ in bits, $-\infty$ where the data are impossible.
    """

    law: Float[Array, "*times hypotheses"]
    log_evidence: Float[Array, "*times"]


def description_prior(lengths: Float[Numbers, "hypotheses"]) -> Float[Array, "hypotheses"]:
    r"""Return the minimum-description-length prior $P(h)\propto2^{-K_h}$.

    Divided by its sum, which Kraft's inequality only bounds by 1 (Rissanen 1978; Cover & Thomas, 14).

    Args:
        lengths: Length $K_h$ of each hypothesis' description, in bits.

    Raises:
        ValueError: The class is empty, or a length is no finite number.

    >>> description_prior([1, 2, 2]).tolist()
    [0.5, 0.25, 0.25]
    """
    return jax.nn.softmax(-check_scores(lengths, "lengths") / LOG2E)


def posterior(
    prior: Float[Numbers, "hypotheses"], likelihood: Float[Numbers, "hypotheses symbols"], data: Int[Numbers, "n"]
) -> Posterior:
    r"""Return the posterior $P(h\mid z^n)=P(h)\prod_iP(z_i\mid h)\big/P(z^n)$ and the evidence.

    Computed by logarithms, so that long data do not underflow.

    Args:
        prior: Law of the hypotheses.
        likelihood: Law of a symbol under each hypothesis, one a row.
        data: The symbols $z_1,\ldots,z_n$, whole numbers from 0 on; none of them gives the prior.

    Returns:
        The posterior; under `jit`, where nothing can raise, impossible data have `log_evidence` $-\infty$ and a law of
        NaN.

    Raises:
        ValueError: The class is empty, a row is no law, a symbol is unknown, or no hypothesis of positive prior allows
            the data.

    >>> [round(float(p), 12) for p in posterior([0.5, 0.5], [[0.5, 0.5], [0.0, 1.0]], [1, 1]).law]
    [0.2, 0.8]
    """
    prior, likelihood = check_distributions(prior, "prior"), check_distributions(likelihood, "likelihood")
    seen = _one_hot(data, _alphabet_size(prior, likelihood))
    return _possible(_posterior_from_logs(prior, _logs(likelihood, seen.sum(axis=0))))


def trajectory(
    prior: Float[Numbers, "hypotheses"], likelihood: Float[Numbers, "hypotheses symbols"], data: Int[Numbers, "n"]
) -> Posterior:
    """Return the posteriors after 0, 1, ..., n of the data, along a leading axis of length n + 1.

    Arguments and errors are those of `posterior`.

    >>> trajectory([0.5, 0.5], [[0.5, 0.5], [0.0, 1.0]], [1, 1]).log_evidence.tolist()[0]
    0.0
    """
    prior, likelihood = check_distributions(prior, "prior"), check_distributions(likelihood, "likelihood")
    num_symbols = _alphabet_size(prior, likelihood)
    seen = jnp.cumsum(jnp.concatenate([jnp.zeros((1, num_symbols)), _one_hot(data, num_symbols)]), axis=0)
    return _possible(jax.vmap(lambda counts: _posterior_from_logs(prior, _logs(likelihood, counts)))(seen))


def predictive(
    law: Float[Numbers, "hypotheses"], likelihood: Float[Numbers, "hypotheses symbols"]
) -> Float[Array, "symbols"]:
    r"""Return the predictive law of the next symbol, $P(z\mid z^n)=\sum_hP(h\mid z^n)P(z\mid h)$.

    Args:
        law: The posterior law of the hypotheses.
        likelihood: Law of a symbol under each hypothesis, one a row.

    Raises:
        ValueError: One of them is no law, or their shapes do not match.

    >>> predictive([0.2, 0.8], [[0.5, 0.5], [0.0, 1.0]]).tolist()
    [0.1, 0.9]
    """
    law, likelihood = check_distributions(law, "law"), check_distributions(likelihood, "likelihood")
    _alphabet_size(law, likelihood)
    return jnp.matmul(law, likelihood, precision="highest")


def normalise_log_joint(log_joint: Float[Array, "hypotheses"]) -> Posterior:
    r"""Return the posterior from $\ln P(h,z^n)$.

    Args:
        log_joint: Natural logarithms, which may be $-\infty$.

    Returns:
        The posterior; where all of them are $-\infty$, `log_evidence` is, and the law is NaN.

    >>> [round(float(p), 12) for p in normalise_log_joint(jnp.log(jnp.array([0.25, 0.0, 0.75]))).law]
    [0.25, 0.0, 0.75]
    """
    some = log_joint > -jnp.inf
    top = jnp.where(some.any(), log_joint.max(), 0.0)
    weights = jnp.where(some, jnp.exp(jnp.where(some, log_joint - top, 0.0)), 0.0)
    total = weights.sum()
    bits = (top + jnp.log(jnp.where(some.any(), total, 1.0))) * LOG2E
    return Posterior(weights / total, jnp.where(some.any(), bits, -jnp.inf))


def _alphabet_size(prior, likelihood):
    if likelihood.ndim != 2 or prior.ndim != 1 or len(prior) != len(likelihood):
        raise ValueError(
            f"prior has shape {prior.shape} and likelihood {likelihood.shape}: give one row for each hypothesis"
        )
    return likelihood.shape[1]


def _one_hot(data, num_symbols):
    if not isinstance(data, Tracer):
        seen = np.asarray(data, float)
        if seen.ndim != 1 or not ((seen >= 0) & (seen < num_symbols) & (seen == np.floor(seen))).all():
            raise ValueError(f"data are {data}: give a list of symbols, whole numbers from 0 to {num_symbols - 1}")
    return jax.nn.one_hot(jnp.asarray(data, int), num_symbols, dtype=float)


def _logs(likelihood, counts):
    r"""Return $\sum_zn_z\ln P(z\mid h)$ for each h, where $0\ln0=0$ and $n\ln0=-\infty$."""
    seen = jnp.where(likelihood > 0, jnp.log(jnp.where(likelihood > 0, likelihood, 1.0)), -jnp.inf)
    return jnp.where(counts > 0, counts * jnp.where(counts > 0, seen, 0.0), 0.0).sum(axis=-1)


def _posterior_from_logs(prior, logs):
    return normalise_log_joint(jnp.where(prior > 0, logs + jnp.log(jnp.where(prior > 0, prior, 1.0)), -jnp.inf))


def _possible(found: Posterior) -> Posterior:
    if not isinstance(found.log_evidence, Tracer) and (found.log_evidence == -jnp.inf).any():
        raise ValueError("data have probability 0 under every hypothesis of positive prior: enlarge the class")
    return found
