r"""What a learner W takes from an enumerable sample S, and how much better it does on S than on fresh data.

`losses[w, z]` is the loss of hypothesis w on symbol z. A sample of n independent symbols is given by its counts, which
tell of W all that the sequence does. $L_s(w)$ is the mean loss on sample s, $L_\mu(w)=E\,L_S(w)$ the true risk, and
$\mathrm{gen}=E[L_\mu(W)-L_S(W)]$.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from infoloop.information.measures import mutual_information
from infoloop.information.renyi import lautum_information
from infoloop.probability.arrays import tilt
from infoloop.probability.channel_families import compositions, multinomial
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import LOG2E
from infoloop.probability.validation import check_count, check_distributions, check_int, check_positive, check_scores


class Minimisers(NamedTuple):
    """`rows[s, w]`: uniform over the least empirical risks; `least[s]`, and how many attain it, `ties[s]`."""

    rows: jax.Array
    least: jax.Array
    ties: jax.Array


def sample_law(law, n: int) -> tuple[jax.Array, jax.Array]:
    r"""Counts of every sample of n symbols, one a row, and their probabilities $\frac{n!}{\prod c_z!}\prod p_z^{c_z}$.

    >>> counts, probabilities = sample_law([0.5, 0.5], 2)
    >>> probabilities.tolist()
    [0.25, 0.5, 0.25]
    """
    law, n = check_distributions(law, "law"), check_int(n, "n")
    probabilities = multinomial(law[None], n, "X", "S").rows[0]
    return jnp.asarray(compositions(n, len(law)), float), probabilities


def empirical_risks(losses, counts) -> jax.Array:
    r"""$L_s(w)=\frac1n\sum_zc_z\,\ell(w,z)$, one row for each sample. Raises ValueError for an empty class.

    >>> empirical_risks([[0, 1], [1, 0]], jnp.array([[2.0, 0.0], [1.0, 1.0]])).tolist()
    [[0.0, 1.0], [0.5, 0.5]]
    """
    losses = check_scores(losses, "losses")
    if losses.ndim != 2 or losses.shape[1] != counts.shape[-1]:
        raise ValueError(
            f"losses have shape {losses.shape}: give one row a hypothesis, {counts.shape[-1]} symbols each"
        )
    return jnp.matmul(counts, losses.T, precision="highest") / counts.sum(axis=-1, keepdims=True)


def erm(risks) -> Minimisers:
    r"""Empirical risk minimisation, $P(w\mid s)$ uniform over $\arg\min_wL_s(w)$.

    Risks tie where they are equal as floats, which equal risks from losses 0 and 1 are.

    >>> erm([[0.0, 1.0], [0.5, 0.5]]).rows.tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    risks = check_scores(risks, "risks")
    least = risks.min(axis=-1)
    best = risks == least[..., None]
    return Minimisers(best / best.sum(axis=-1, keepdims=True), least, best.sum(axis=-1))


def gibbs(prior, risks, gamma) -> jax.Array:
    r"""The Gibbs posterior $P(w\mid s)\propto P(w)\,e^{-\gamma L_s(w)}$ for each row of risks.

    Raises ValueError unless $\gamma$, the inverse temperature, is positive and finite.

    >>> gibbs([0.5, 0.5], [[0.0, 0.0]], 2.0).tolist()
    [[0.5, 0.5]]
    """
    prior, risks, gamma = (
        check_distributions(prior, "prior"),
        check_scores(risks, "risks"),
        check_positive(gamma, "gamma (inverse temperature)"),
    )
    return tilt(prior, -gamma * risks)


def learned_law(weights, rows) -> Joint:
    """The law of the sample S and the hypothesis W that the learner `rows[s, w]` takes from it.

    >>> learned_law([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]]).names
    ('S', 'W')
    """
    return Joint(check_distributions(weights, "weights")[:, None] * check_distributions(rows, "rows"), ("S", "W"))


def generalisation_gap(p: Joint, risks):
    r"""$\mathrm{gen}=\sum_{s,w}\bigl(P(s)P(w)-P(s,w)\bigr)L_s(w)$, since $L_\mu(w)=\sum_sP(s)L_s(w)$; unit of the loss.

    >>> law = learned_law([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> float(generalisation_gap(law, jnp.array([[0.0, 1.0], [1.0, 0.0]])))
    0.5
    """
    split = p.table.sum(axis=1, keepdims=True) * p.table.sum(axis=0, keepdims=True)
    return ((split - p.table) * check_scores(risks, "risks")).sum()


def gibbs_gap(p: Joint, gamma):
    r"""$\mathrm{gen}=\frac{\ln2}\gamma\bigl(I(W;S)+L(W;S)\bigr)$ of the Gibbs posterior, L the lautum information.

    The sum of both divergences is $\sum(P_{sw}-P_sP_w)\ln P(w\mid s)$, where $\ln P(w\mid s)=-\gamma L_s(w)$ plus terms
    of w and of s alone, which cancel (Aminian et al., arXiv 2107.13656, theorem 1).

    >>> float(gibbs_gap(learned_law([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]]), 1.0))
    0.0
    """
    bits = mutual_information(p, "W", "S") + lautum_information(p, "W", "S")
    return bits / (LOG2E * check_positive(gamma, "gamma (inverse temperature)"))


def xu_raginsky(information, n, deviation):
    r"""$|\mathrm{gen}|\le\sqrt{\frac{2s^2I(W;S)\ln2}n}$, I in bits, losses s-sub-Gaussian (range $2s$ suffices).

    Xu & Raginsky 2017 (arXiv 1705.07809, theorem 1), after Hoeffding's lemma for bounded losses.

    >>> float(xu_raginsky(0.0, 10, 0.5))
    0.0
    """
    s, n = check_positive(deviation, "deviation"), check_count(n, "n", 1)
    return jnp.sqrt(2 * s**2 * information / (LOG2E * n))
