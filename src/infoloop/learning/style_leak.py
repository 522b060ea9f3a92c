r"""What one house style leaves in a domain with forms of its own, where a feature of the form is shared by all.

References have one of M forms, always the same. Classes and forms have features of their own, so that the law is a
product; the logits of the forms move by $\gamma(q-\pi)$ whatever the classes do (theory/7_learners.md).
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.probability.array_types import Number
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_count, check_finite

_NEWTON_STEPS = 12


def style_logit(dose: Number, forms: Number) -> Float[Array, ""]:
    r"""Return the l with $e^l-1+(M-1)l=M\gamma t$, the logit of the house's form against each other form.

    Args:
        dose: $\gamma t$, the weight of the form's feature times the time of training, from 0 on.
        forms: M, from 2 on.

    Returns:
        l, by Newton's steps from above, on a convex function.

    Raises:
        ValueError: The dose is below 0, or M no whole number from 2 on.

    >>> round(style_logit(0.0, 2).item(), 12)
    0.0
    """
    m = check_count(forms, "forms", 2)
    target = m * check_finite(dose, "dose", 0)

    def step(level, _):
        excess = jnp.expm1(level) + (m - 1) * level - target
        return level - excess / (jnp.exp(level) + m - 1), None

    level, _ = jax.lax.scan(step, jnp.log1p(target), length=_NEWTON_STEPS)  # ln(1 + target) is at or above l
    return level


def style_form_mass(dose: Number, forms: Number, gap: Number) -> Float[Array, ""]:
    r"""Return the mass of the M right forms of the other domain, $\frac{Me^g}{Me^g+e^{l(M-1)/M}+(M-1)e^{-l/M}}$.

    The M forms of the training domain are the wrong ones there; the base puts their logits g below those of the right.

    Args:
        dose: $\gamma t$, as in `style_logit`.
        forms: M, from 2 on, in each domain.
        gap: g.

    Raises:
        ValueError: As in `style_logit`, or the gap is not finite.

    >>> round(style_form_mass(8.97 * 2, 2, 6).item(), 3)
    0.993
    """
    level, m = style_logit(dose, forms), check_count(forms, "forms", 2)
    right = m * jnp.exp(check_finite(gap, "gap"))
    wrong = jnp.exp(level * (m - 1) / m) + (m - 1) * jnp.exp(-level / m)
    return nan_unless(jnp.isfinite(level), right) / (right + wrong)
