r"""Rates of three verifiers that err independently, from the law of their verdicts alone: no truth is looked at.

Dawid & Skene's model (1979) with two classes, by moments. Let $m_i$ be the means, $c_{ij}$ the covariances and T the
third central moment of the verdicts: $c_{ij}=pqJ_iJ_j$ and $T=pq(q-p)J_1J_2J_3$. So FPR and TPR of the first are
$$m_1+\tfrac12\Bigl(\tfrac T{c_{23}}\mp\sqrt{\bigl(\tfrac T{c_{23}}\bigr)^2+\tfrac{4c_{12}c_{13}}{c_{23}}}\Bigr),$$
the roots of $\det\bigl((1-t)B-tC\bigr)$, where B and C are the tables of the other two verdicts with the first
passing and failing. **Which root is which is not in the law**: exchange right and wrong, and with them FPR and TPR of
all three, and no verdict changes. It is settled here by the assumption that the first verifier has J > 0.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.learning.noisy_verifiers import NoisyVerifier
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_probabilities


class IdentifiedRates(NamedTuple):
    """What three verdicts say of their makers, if the first has J > 0.

    Attributes:
        right: Share of right answers, p.
        verifiers: Their rates, of shape (3,).
    """

    right: Float[Array, ""]
    verifiers: NoisyVerifier

    def swapped(self) -> "IdentifiedRates":
        """Return the other solution, with the same law of verdicts: right and wrong exchanged, all J negated."""
        v = self.verifiers
        return IdentifiedRates(
            1 - self.right, NoisyVerifier(false_positive=v.true_positive, false_negative=1 - v.false_positive)
        )


@kinds_checked
def identified_rates(verdicts: Float[Numbers, "2 2 2"]) -> IdentifiedRates:
    """Return the rates of three conditionally independent verifiers from the law of their verdicts.

    Args:
        verdicts: P(S1, S2, S3), 1 for passed; a law. For many laws take `vmap`.

    Returns:
        The rates under which the first verifier has J > 0; `swapped` is the other solution. NaN where no two different
        rates fit: a verifier with J = 0, one kind of answer only, or verdicts that depend on each other otherwise.
        Rates outside [0, 1] mean the last of these too.

    Raises:
        ValueError: `verdicts` is no law of three verdicts.

    >>> from infoloop.learning.noisy_verifiers import erring_verifier
    >>> from infoloop.learning.verifier_panels import panel_law
    >>> three = erring_verifier(false_positive=[[0.1], [0.3], [0.2]], false_negative=[[0.2], [0.1], [0.4]])
    >>> found = identified_rates(panel_law(three, [[0.6], [0.4]]).table.sum(0))
    >>> [round(float(x), 12) for x in (found.right, *found.verifiers.false_positive)]
    [0.4, 0.1, 0.3, 0.2]
    """
    p = check_probabilities(verdicts, "verdicts")
    if p.shape != (2, 2, 2):
        raise ValueError(f"verdicts has shape {p.shape}: give P(S1, S2, S3), a table of shape (2, 2, 2)")
    means = jnp.stack([p[1].sum(), p[:, 1].sum(), p[:, :, 1].sum()])
    pairs = [p.sum(axis=k) for k in range(3)]  # what the other two say
    of_others = jnp.stack([pair[1, 1] * pair[0, 0] - pair[1, 0] * pair[0, 1] for pair in pairs])
    c23, c13, c12 = of_others
    apart = [jnp.array([0.0, 1.0]) - mean for mean in means]
    third = jnp.einsum("ijk,i,j,k->", p, *apart, precision="highest")
    skew, square = third / of_others, jnp.stack([c12 * c13, c12 * c23, c13 * c23]) / of_others
    room = skew**2 + 4 * square
    some = (c12 * c13 * c23 > 0) & (room > 0)
    signs = jnp.stack([jnp.ones_like(c12), jnp.sign(c12), jnp.sign(c13)])  # those of J, as the first has J > 0
    youden = nan_unless(some, signs * jnp.sqrt(jnp.where(some, room, 1.0)))
    low, high = means + (skew - youden) / 2, means + (skew + youden) / 2
    return IdentifiedRates((1 - skew[0] / youden[0]) / 2, NoisyVerifier(false_positive=low, false_negative=1 - high))
