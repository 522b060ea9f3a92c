r"""What a learner W takes from an enumerable sample S, and how much better it does on S than on fresh data.

`losses[w, z]` is the loss of hypothesis w on symbol z. A sample of n independent symbols is given by its counts, which
tell of W all that the sequence does. $L_s(w)$ is the mean loss on sample s, $L_\mu(w)=E\,L_S(w)$ the true risk, and
$\mathrm{gen}=E[L_\mu(W)-L_S(W)]$.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from infoloop.information.measures import mutual_information
from infoloop.information.renyi import lautum_information
from infoloop.probability.array_types import Batch, Number, Numbers
from infoloop.probability.arrays import tilt
from infoloop.probability.channel_families import compositions, multinomial
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import LOG2E
from infoloop.probability.validation import check_count, check_distributions, check_int, check_positive, check_scores


class Minimisers(NamedTuple):
    """Empirical risk minimisation for each sample.

    Attributes:
        rows: The learner: uniform over the hypotheses of least empirical risk, one row a sample.
        least: The least empirical risk.
        ties: How many hypotheses attain it.
    """

    rows: Float[Array, "samples hypotheses"]
    least: Float[Array, "samples"]
    ties: Int[Array, "samples"]


def sample_law(
    law: Float[Numbers, "symbols"], n: int
) -> tuple[Float[Array, "samples symbols"], Float[Array, "samples"]]:
    r"""Return the counts of every sample of n symbols, one a row, and their probabilities.

    $\frac{n!}{\prod c_z!}\prod p_z^{c_z}$ for the counts c.

    Args:
        law: Law p of one symbol.
        n: Symbols of a sample, at least 1.

    Raises:
        ValueError: It is no law, or `n` no whole number, at least 1.

    >>> counts, probabilities = sample_law([0.5, 0.5], 2)
    >>> probabilities.tolist()
    [0.25, 0.5, 0.25]
    """
    law, n = check_distributions(law, "law"), check_int(n, "n")
    probabilities = multinomial(law[None], n, "X", "S").rows[0]
    return jnp.asarray(compositions(n, len(law)), float), probabilities


def empirical_risks(
    losses: Float[Numbers, "hypotheses symbols"], counts: Float[Array, "samples symbols"]
) -> Float[Array, "samples hypotheses"]:
    r"""Return the mean loss of each hypothesis on each sample, $L_s(w)=\frac1n\sum_zc_z\,\ell(w,z)$.

    Args:
        losses: Loss of each hypothesis on each symbol.
        counts: Counts of the symbols in each sample, as `sample_law` gives them.

    Raises:
        ValueError: The class is empty, a loss is not finite, or the shapes do not match.

    >>> empirical_risks([[0, 1], [1, 0]], jnp.array([[2.0, 0.0], [1.0, 1.0]])).tolist()
    [[0.0, 1.0], [0.5, 0.5]]
    """
    losses = check_scores(losses, "losses")
    if losses.ndim != 2 or losses.shape[1] != counts.shape[-1]:
        raise ValueError(
            f"losses have shape {losses.shape}: give one row a hypothesis, {counts.shape[-1]} symbols each"
        )
    return jnp.matmul(counts, losses.T, precision="highest") / counts.sum(axis=-1, keepdims=True)


def erm(risks: Float[Numbers, "samples hypotheses"]) -> Minimisers:
    r"""Return the learner of empirical risk minimisation, $P(w\mid s)$ uniform over $\arg\min_wL_s(w)$.

    Risks tie where they are equal as floats, which equal risks from losses 0 and 1 are.

    Args:
        risks: Empirical risks, one row a sample.

    Raises:
        ValueError: The class is empty, or a risk is not finite.

    >>> erm([[0.0, 1.0], [0.5, 0.5]]).rows.tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    risks = check_scores(risks, "risks")
    least = risks.min(axis=-1)
    best = risks == least[..., None]
    return Minimisers(best / best.sum(axis=-1, keepdims=True), least, best.sum(axis=-1))


def gibbs(
    prior: Float[Numbers, "hypotheses"], risks: Float[Numbers, "samples hypotheses"], gamma: Number
) -> Float[Array, "samples hypotheses"]:
    r"""Return the Gibbs posterior $P(w\mid s)\propto P(w)\,e^{-\gamma L_s(w)}$, one row a sample.

    Args:
        prior: Law of the hypotheses.
        risks: Empirical risks, one row a sample.
        gamma: Inverse temperature $\gamma$, positive and finite, in the inverse unit of the loss.

    Raises:
        ValueError: One of them is none of these.

    >>> gibbs([0.5, 0.5], [[0.0, 0.0]], 2.0).tolist()
    [[0.5, 0.5]]
    """
    gamma = check_positive(gamma, "gamma (inverse temperature)")
    return tilt(check_distributions(prior, "prior"), -gamma * check_scores(risks, "risks"))


def learned_law(weights: Float[Numbers, "samples"], rows: Float[Numbers, "samples hypotheses"]) -> Joint:
    """Return the law of the sample S and of the hypothesis W that a learner takes from it.

    Args:
        weights: Law of the samples.
        rows: The learner: law of the hypothesis for each sample, one a row.

    Raises:
        ValueError: One of them is no law.

    >>> learned_law([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]]).names
    ('S', 'W')
    """
    return Joint(check_distributions(weights, "weights")[:, None] * check_distributions(rows, "rows"), ("S", "W"))


def generalisation_gap(p: Joint, risks: Float[Numbers, "samples hypotheses"]) -> Float[Array, ""]:
    r"""Return how much worse the learner does on fresh data than on its sample, in the unit of the loss.

    $\mathrm{gen}=\sum_{s,w}\bigl(P(s)P(w)-P(s,w)\bigr)L_s(w)$, since $L_\mu(w)=\sum_sP(s)L_s(w)$.

    Args:
        p: Law of S and W, as `learned_law` makes it.
        risks: Empirical risks $L_s(w)$, one row a sample.

    Raises:
        ValueError: A risk is not finite.

    >>> law = learned_law([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> float(generalisation_gap(law, jnp.array([[0.0, 1.0], [1.0, 0.0]])))
    0.5
    """
    split = p.table.sum(axis=1, keepdims=True) * p.table.sum(axis=0, keepdims=True)
    return ((split - p.table) * check_scores(risks, "risks")).sum()


def gibbs_gap(p: Joint, gamma: Number) -> Float[Array, ""]:
    r"""Return the generalisation gap of the Gibbs posterior from its information alone, in the unit of the loss.

    $\mathrm{gen}=\frac{\ln2}\gamma\bigl(I(W;S)+L(W;S)\bigr)$, L the lautum information. The sum of both divergences is
    $\sum(P_{sw}-P_sP_w)\ln P(w\mid s)$, where $\ln P(w\mid s)=-\gamma L_s(w)$ plus terms of w and of s alone, which
    cancel (Aminian et al., arXiv 2107.13656, theorem 1).

    Args:
        p: Law of S and W with the learner `gibbs`.
        gamma: Inverse temperature $\gamma$, positive and finite.

    Raises:
        ValueError: $\gamma$ is none of these.

    >>> float(gibbs_gap(learned_law([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]]), 1.0))
    0.0
    """
    bits = mutual_information(p, "W", "S") + lautum_information(p, "W", "S")
    return bits / (LOG2E * check_positive(gamma, "gamma (inverse temperature)"))


def xu_raginsky(information: Float[Array, "*batch"] | float, n: Batch, deviation: Batch) -> Float[Array, "*batch"]:
    r"""Return the bound of Xu & Raginsky on the size of the generalisation gap, in the unit of the loss.

    $|\mathrm{gen}|\le\sqrt{\frac{2s^2I(W;S)\ln2}n}$ (arXiv 1705.07809, theorem 1), after Hoeffding's lemma for bounded
    losses.

    Args:
        information: I(W;S) in bits.
        n: Symbols of a sample, whole numbers from 1 on.
        deviation: s such that losses are s-sub-Gaussian; a range of 2s suffices.

    Raises:
        ValueError: `n` or `deviation` is out of range.

    >>> float(xu_raginsky(0.0, 10, 0.5))
    0.0
    """
    s, n = check_positive(deviation, "deviation"), check_count(n, "n", 1)
    return jnp.sqrt(2 * s**2 * information / (LOG2E * n))
