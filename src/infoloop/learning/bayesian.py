r"""Bayes on a class that can be enumerated: hypotheses h with a prior and a table of likelihoods $P(z\mid h)$."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from infoloop.probability.numerics import LOG2E
from infoloop.probability.validation import check_distributions, check_scores


class Posterior(NamedTuple):
    r"""`law[h]` $=P(h\mid z^n)$; `log_evidence` $=\log_2P(z^n)$, in bits, $-\infty$ where the data are impossible."""

    law: jax.Array
    log_evidence: jax.Array


def description_prior(lengths) -> jax.Array:
    r"""$P(h)\propto2^{-K_h}$ for descriptions of $K_h$ bits (minimum description length).

    Divided by its sum, which Kraft's inequality only bounds by 1. Raises ValueError for an empty class and for a length
    that is no finite number. Rissanen 1978; Cover & Thomas, 14.

    >>> description_prior([1, 2, 2]).tolist()
    [0.5, 0.25, 0.25]
    """
    return jax.nn.softmax(-check_scores(lengths, "lengths") / LOG2E)


def posterior(prior, likelihood, data) -> Posterior:
    r"""$P(h\mid z^n)=P(h)\prod_iP(z_i\mid h)\big/P(z^n)$ by logarithms, so that long data do not underflow.

    `likelihood[h, z]` has a law in each row, `data` holds the symbols $z_1,\ldots,z_n$ (none of them: the prior).
    Raises ValueError for an empty class, rows that are no laws, unknown symbols, and data that no hypothesis of
    positive prior allows. Under `jit`, where nothing can raise, impossible data have `log_evidence` $-\infty$
    and a law of NaN.

    >>> [round(float(p), 12) for p in posterior([0.5, 0.5], [[0.5, 0.5], [0.0, 1.0]], [1, 1]).law]
    [0.2, 0.8]
    """
    prior, likelihood = check_distributions(prior, "prior"), check_distributions(likelihood, "likelihood")
    seen = _one_hot(data, _alphabet_size(prior, likelihood))
    return _possible(_posterior_from_logs(prior, _logs(likelihood, seen.sum(axis=0))))


def trajectory(prior, likelihood, data) -> Posterior:
    """The posteriors after 0, 1, ..., n of the data, along a leading axis; arguments and errors as in `posterior`.

    >>> trajectory([0.5, 0.5], [[0.5, 0.5], [0.0, 1.0]], [1, 1]).log_evidence.tolist()[0]
    0.0
    """
    prior, likelihood = check_distributions(prior, "prior"), check_distributions(likelihood, "likelihood")
    num_symbols = _alphabet_size(prior, likelihood)
    seen = jnp.cumsum(jnp.concatenate([jnp.zeros((1, num_symbols)), _one_hot(data, num_symbols)]), axis=0)
    return _possible(jax.vmap(lambda counts: _posterior_from_logs(prior, _logs(likelihood, counts)))(seen))


def predictive(law, likelihood) -> jax.Array:
    r"""$P(z\mid z^n)=\sum_hP(h\mid z^n)P(z\mid h)$, the next symbol's law.

    >>> predictive([0.2, 0.8], [[0.5, 0.5], [0.0, 1.0]]).tolist()
    [0.1, 0.9]
    """
    law, likelihood = check_distributions(law, "law"), check_distributions(likelihood, "likelihood")
    _alphabet_size(law, likelihood)
    return jnp.matmul(law, likelihood, precision="highest")


def normalise_log_joint(log_joint) -> Posterior:
    r"""The posterior from $\ln P(h,z^n)$, which may be $-\infty$; where all are, `log_evidence` is, and the law is NaN.

    >>> [round(float(p), 12) for p in normalise_log_joint(jnp.log(jnp.array([0.25, 0.0, 0.75]))).law]
    [0.25, 0.0, 0.75]
    """
    some = log_joint > -jnp.inf
    top = jnp.where(some.any(), log_joint.max(), 0.0)
    weights = jnp.where(some, jnp.exp(jnp.where(some, log_joint - top, 0.0)), 0.0)
    total = weights.sum()
    bits = (top + jnp.log(jnp.where(some.any(), total, 1.0))) * LOG2E
    return Posterior(weights / total, jnp.where(some.any(), bits, -jnp.inf))


def _alphabet_size(prior, likelihood) -> int:
    if likelihood.ndim != 2 or prior.ndim != 1 or len(prior) != len(likelihood):
        raise ValueError(
            f"prior has shape {prior.shape} and likelihood {likelihood.shape}: give one row for each hypothesis"
        )
    return likelihood.shape[1]


def _one_hot(data, num_symbols: int) -> jax.Array:
    if not isinstance(data, Tracer):
        seen = np.asarray(data, float)
        if seen.ndim != 1 or not ((seen >= 0) & (seen < num_symbols) & (seen == np.floor(seen))).all():
            raise ValueError(f"data are {data}: give a list of symbols, whole numbers from 0 to {num_symbols - 1}")
    return jax.nn.one_hot(jnp.asarray(data, int), num_symbols, dtype=float)


def _logs(likelihood, counts):
    r"""$\sum_zn_z\ln P(z\mid h)$ for each h, where $0\ln0=0$ and $n\ln0=-\infty$."""
    seen = jnp.where(likelihood > 0, jnp.log(jnp.where(likelihood > 0, likelihood, 1.0)), -jnp.inf)
    return jnp.where(counts > 0, counts * jnp.where(counts > 0, seen, 0.0), 0.0).sum(axis=-1)


def _posterior_from_logs(prior, logs) -> Posterior:
    return normalise_log_joint(jnp.where(prior > 0, logs + jnp.log(jnp.where(prior > 0, prior, 1.0)), -jnp.inf))


def _possible(found: Posterior) -> Posterior:
    if not isinstance(found.log_evidence, Tracer) and (found.log_evidence == -jnp.inf).any():
        raise ValueError("data have probability 0 under every hypothesis of positive prior: enlarge the class")
    return found
