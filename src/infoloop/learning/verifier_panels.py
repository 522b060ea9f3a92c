r"""Several verifiers at once: the law of their verdicts, whether they err independently or share what misleads them.

Verdicts are independent given the truth *and* the style of the answer. With one style they are conditionally
independent (Dawid & Skene 1979); with several, a style that fools all of them makes their errors go together.
"""

import string

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from infoloop.information.measures import mutual_information
from infoloop.learning.noisy_verifiers import NoisyVerifier
from infoloop.probability.array_types import Numbers
from infoloop.probability.distributions import Joint
from infoloop.probability.validation import check_floats, check_probabilities

MOST_VERIFIERS = 16  # a law of 2^17 cells


def panel_law(verifiers: NoisyVerifier, answers: Float[Numbers, "2 styles"]) -> Joint:
    r"""Return the law of the truth and of the verdicts, $P(r,s_1..s_k)=\sum_zP(r,z)\prod_iP(s_i\mid r,z)$.

    Args:
        verifiers: Rates of shape (verifiers, styles), or (verifiers, 1) if no style matters.
        answers: P(right, style), wrong answers first; of shape (2, 1) if there is one style.

    Returns:
        A law over "right", "S1", "S2", ...; 1 stands for right and for passed.

    Raises:
        ValueError: The shapes are not these, there are more than 16 verifiers, or `answers` is no law.

    >>> from infoloop.learning.noisy_verifiers import erring_verifier
    >>> law = panel_law(erring_verifier(false_positive=[[0.0], [0.5]], false_negative=[[0.0], [0.5]]), [[0.5], [0.5]])
    >>> law.names, law.table[1].tolist()
    (('right', 'S1', 'S2'), [[0.0, 0.0], [0.25, 0.25]])
    """
    table = check_probabilities(answers, "answers")
    shape = verifiers.youden.shape
    if table.ndim != 2 or len(table) != 2 or len(shape) != 2 or shape[1] not in (1, table.shape[1]):
        raise ValueError(
            f"rates have shape {shape} and answers {table.shape}: give (verifiers, styles) and (2, styles)"
        )
    if not 0 < shape[0] <= MOST_VERIFIERS:
        raise ValueError(f"there are {shape[0]} verifiers: give 1 to {MOST_VERIFIERS}, for the law has 2^(k+1) cells")
    passes = jnp.stack(
        jnp.broadcast_arrays(verifiers.false_positive, verifiers.true_positive)
    )  # truth, verifier, style
    verdicts = jnp.stack([1 - passes, passes], axis=-1) * jnp.ones((1, 1, table.shape[1], 1))
    letters = string.ascii_lowercase[: shape[0]]  # r and z are beyond the first 16
    sources = ",".join(f"rz{letter}" for letter in letters)
    factors = (verdicts[:, k] for k in range(shape[0]))
    law = jnp.einsum(f"rz,{sources}->r{letters}", table, *factors, precision="highest")
    return Joint(law, ("right", *(f"S{k + 1}" for k in range(shape[0]))))


def panel_bits(law: Joint) -> Float[Array, ""]:
    r"""Return what all verdicts of a panel tell together about whether the answer is right, $I(R;S_1..S_k)$, in bits.

    Args:
        law: As `panel_law` gives it.

    >>> from infoloop.learning.noisy_verifiers import erring_verifier
    >>> two = erring_verifier(false_positive=[[0.0], [0.5]], false_negative=[[0.0], [0.5]])
    >>> round(float(panel_bits(panel_law(two, [[0.5], [0.5]]))), 12)
    1.0
    """
    return mutual_information(law, "right", law.names[1:])


def panel_posterior(law: Joint) -> Float[Array, "..."]:
    r"""Return the probability that the answer is right, for each tuple of verdicts.

    If verdicts are independent given the truth, $\operatorname{logit}=\operatorname{logit}p+\sum_i\ln
    \frac{P(s_i\mid\text{right})}{P(s_i\mid\text{wrong})}$, a weighted vote.

    Args:
        law: As `panel_law` gives it.

    Returns:
        A table with an axis of length 2 for each verifier; NaN for verdicts that never occur.

    >>> from infoloop.learning.noisy_verifiers import erring_verifier
    >>> one = erring_verifier(false_positive=[[0.25]], false_negative=[[0.25]])
    >>> panel_posterior(panel_law(one, [[0.5], [0.5]])).tolist()
    [0.25, 0.75]
    """
    return law.table[1] / law.table.sum(0)


def majority_rates(law: Joint, votes: Int[Numbers, ""]) -> NoisyVerifier:
    r"""Return the verifier that passes an answer if at least so many of a panel do.

    Args:
        law: As `panel_law` gives it.
        votes: How many have to pass it; a traced number will do.

    Raises:
        ValueError: `votes` is no number.

    >>> from infoloop.learning.noisy_verifiers import erring_verifier
    >>> law = panel_law(erring_verifier(false_positive=[[0.25]] * 3, false_negative=[[0.25]] * 3), [[0.5], [0.5]])
    >>> float(majority_rates(law, 2).youden)
    0.6875
    """
    wanted = check_floats(votes, "votes")
    passed = sum(jnp.indices(law.table.shape[1:]))
    given = law.table / law.table.sum(axis=tuple(range(1, law.table.ndim)), keepdims=True)
    rates = (given * (passed >= wanted)).reshape(2, -1).sum(1)
    return NoisyVerifier(false_positive=rates[0], false_negative=1 - rates[1])
