"""Games in which a secret is asked for: what each query says about it, and how many queries it takes."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Int

from infoloop.information.partition_lattice import labelling
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import plog2p
from infoloop.probability.validation import check_probabilities, require_float64


class Signals(NamedTuple):
    """Every query's verdict as a signal about the secret.

    Attributes:
        counts: How many secrets have each verdict; secrets without prior mass are not counted.
        masses: The prior mass of these secrets.
    """

    counts: Int[Array, "*queries verdicts"]
    masses: Float[Array, "*queries verdicts"]

    @property
    def bits(self) -> Float[Array, "queries"]:
        r"""The information $H(V)=I(X;V)$ of each query in bits: the verdict is a function of the secret."""
        total = self.masses.sum(1, keepdims=True)
        return -(total * plog2p(self.masses / total)).sum(1)

    @property
    def expected_remaining(self) -> Float[Array, "queries"]:
        r"""The number of secrets that are left on average after each query, $\sum_vP(v)\,n_v$."""
        return (self.masses * self.counts).sum(1)

    @property
    def most_remaining(self) -> Int[Array, "queries"]:
        """The number of secrets that are left at most after each query."""
        return self.counts.max(1)


@kinds_checked
def verdict_signals(
    verdicts: Int[Numbers, "queries secrets"], prior: Float[Numbers, "secrets"] | None = None
) -> Signals:
    """Return what every query of a table of verdicts says about the secret.

    Args:
        verdicts: The number of the verdict on each query for each secret, whole numbers from 0 on.
        prior: Law of the secret, uniform unless given.

    Returns:
        The `Signals`, one row a query, one column a verdict from 0 to the largest.

    Raises:
        ValueError: It is no such table, or the prior no law over the secrets.

    >>> found = verdict_signals([[0, 0, 1, 1], [0, 1, 2, 3]])
    >>> found.bits.tolist(), found.expected_remaining.tolist()
    ([1.0, 2.0], [2.0, 1.0])
    """
    verdicts = _verdict_table(verdicts)
    prior = secret_prior(prior, verdicts.shape[1])
    return jax.vmap(lambda row: count_verdicts(row, prior, int(verdicts.max()) + 1))(jnp.asarray(verdicts))


def _verdict_table(verdicts):
    """Return `verdicts` as a table of whole numbers from 0 on, a row for each query; ValueError otherwise."""
    seen = np.asarray(verdicts)
    if seen.ndim != 2 or seen.size == 0 or seen.dtype.kind not in "biu" or seen.min() < 0:
        raise ValueError(
            f"verdicts have shape {seen.shape} and type {seen.dtype}: "
            "give whole numbers from 0 on, a row for each query"
        )
    return seen.astype(np.int64)


def secret_prior(prior: Float[Numbers, "secrets"] | None, secrets: int) -> Float[Array, "secrets"] | None:
    """Return the law of the secret, checked; None where it is None (uniform).

    Raises:
        ValueError: It is no law over `secrets` values.
    """
    if prior is None:
        return None
    p_x = check_probabilities(prior, "prior")
    if p_x.shape != (secrets,):
        raise ValueError(f"prior has shape {p_x.shape} for {secrets} secrets: give one probability for each")
    return jnp.asarray(p_x)


def count_verdicts(verdicts: Int[Array, "secrets"], prior: Float[Array, "secrets"] | None, classes: int) -> Signals:
    """Return the `Signals` of one query, without an axis of queries.

    Args:
        verdicts: The number of the verdict for each secret, below `classes`.
        prior: Law of the secret; a uniform one, None, is never summed, so that it is exact.
        classes: Number of verdicts.

    >>> count_verdicts(jnp.array([0, 2, 2]), None, 3).counts.tolist()
    [1, 0, 2]
    """
    none = jnp.zeros(classes, jnp.int32)
    if prior is None:
        counts = none.at[verdicts].add(1)
        return Signals(counts, counts.astype(require_float64(0.0, "the uniform prior")) / len(verdicts))
    counts = none.at[verdicts].add((prior > 0).astype(jnp.int32))
    return Signals(counts, jnp.zeros(classes, prior.dtype).at[verdicts].add(prior))


@kinds_checked
def coarsened(signals: Signals, coarsening: Int[Numbers, "verdicts"]) -> Signals:
    """Return the signals of the same queries with coarser verdicts.

    Args:
        signals: The signals of the fine verdicts.
        coarsening: What the player is told instead of each verdict, whole numbers from 0 on.

    Raises:
        ValueError: It has not one whole number from 0 on for each verdict.

    >>> full = verdict_signals([[0, 1, 2, 3]])
    >>> coarsened(full, [0, 0, 0, 1]).bits.tolist()
    [0.811278124459...]
    """
    coarse = labelling(coarsening, signals.counts.shape[1:], "coarsening")
    join = jax.vmap(lambda row: jax.ops.segment_sum(row, coarse, int(coarse.max()) + 1))
    return Signals(join(signals.counts), join(signals.masses))


@host_only
@kinds_checked
def minimax_queries(verdicts: Int[Numbers, "secrets secrets"]) -> Int[np.ndarray, "secrets"]:
    """Return how many queries each secret takes when every query minimises the most that can remain (Knuth 1977).

    Among equals a query that may be the secret comes first, then the smallest. Query k is right for secret k alone, and
    every secret is asked for in the end.

    Args:
        verdicts: The number of the verdict on each query for each secret, whole numbers from 0 on; square, with a
            diagonal that tells the right query from every other.

    Raises:
        ValueError: It is no such table.

    >>> minimax_queries([[1, 0, 0], [0, 1, 0], [0, 0, 1]]).tolist()
    [1, 2, 3]
    """
    v_gs = _verdict_table(verdicts)
    secrets, answers = len(v_gs), int(v_gs.max()) + 1
    if v_gs.shape[1] != secrets or ((v_gs == np.diag(v_gs)) != np.eye(secrets, dtype=bool)).any():
        raise ValueError(
            f"verdicts have shape {v_gs.shape} or a query that is right for another secret: "
            "give a square table whose diagonal tells the right query from every other"
        )
    queries = np.zeros(secrets, np.int64)
    nodes = [(np.arange(secrets), 1)]
    while nodes:
        left, asked = nodes.pop()
        query = _minimax_query(v_gs, left, answers)
        queries[left] = asked
        verdict = np.where(left == query, -1, v_gs[query, left])
        nodes += [(left[verdict == answer], asked + 1) for answer in np.unique(verdict[verdict >= 0])]
    return queries


def _minimax_query(v_gs: np.ndarray, left: np.ndarray, answers: int) -> int:
    if len(left) == 1:
        return int(left[0])
    rows = v_gs[:, left] + answers * np.arange(len(v_gs))[:, None]
    most = np.bincount(rows.ravel(), minlength=answers * len(v_gs)).reshape(-1, answers).max(1)
    strange = np.ones(len(v_gs), bool)
    strange[left] = False
    return int(np.lexsort((strange, most))[0])


@kinds_checked
def binary_queries(p_x: Float[Numbers, "secrets"], last_asked: bool = True) -> Float[Array, ""]:
    r"""Return the mean number of tries until a yes when secrets are tried in their order, each at most once.

    $\sum_kk\,p_k$, least for descending masses: $\frac{K+1}2$ for K equally likely secrets. The last one is known
    without asking, which saves $p_K$: $\frac{(K-1)(K+2)}{2K}$. A demonstration takes 1. Either way the verdicts say
    $H(X)$ bits in total.

    Args:
        p_x: Law of the secret, in the order of the tries; a traced one is not checked.
        last_asked: Whether the last secret is asked for too, although it is known.

    Raises:
        ValueError: `p_x` is no law.

    >>> [round(float(binary_queries([0.25] * 4, asked)), 12) for asked in (True, False)]
    [2.5, 2.25]
    """
    p_x = jnp.asarray(check_probabilities(p_x, "law of the secret", 1) if not isinstance(p_x, Tracer) else p_x)
    tries = jnp.arange(1, len(p_x) + 1)
    return (p_x * (tries if last_asked else jnp.minimum(tries, max(len(p_x) - 1, 0)))).sum()


@kinds_checked
def bits_per_query(p_x: Float[Numbers, "secrets"], queries: Float[Array, "*batch"] | float) -> Float[Array, "*batch"]:
    r"""Return the entropy $H(X)$ of the secret over the mean number of queries that find it, in bits a query.

    Args:
        p_x: Law of the secret; not checked, but NaN for a negative probability.
        queries: Mean number of queries.

    >>> float(bits_per_query([0.25] * 4, 2.5))
    0.8
    """
    p_x = jnp.asarray(p_x, float)
    return -plog2p(p_x).sum() / queries
