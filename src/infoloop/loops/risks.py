r"""How wrong a model is, in the mean and in the typical run: losses by hypothesis and state, and their exact averages.

A table `P(theta, state)` weighs the losses. The mean may be infinite where the median is 0: they are kept apart.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import divergence_terms, nan_unless, rounding
from infoloop.probability.validation import refuse_negative


@kinds_checked
def squared_errors(
    frequencies: Float[Numbers, "states symbols"], targets: Float[Numbers, "hypotheses symbols"]
) -> Float[Array, "hypotheses states"]:
    r"""Return the squared error of each state's law under each hypothesis, $\sum_a(f_{za}-q_{xa})^2$, no unit.

    Args:
        frequencies: The law of the symbols that each state generates, one a row.
        targets: The true law of the symbols under each hypothesis, one a row.

    Raises:
        ValueError: The two are no tables over the same symbols.

    >>> squared_errors(jnp.array([[1.0, 0.0]]), jnp.array([[0.5, 0.5], [1.0, 0.0]])).tolist()
    [[0.5], [0.0]]
    """
    frequencies, targets = _on_one_alphabet(frequencies, targets)
    return ((frequencies - targets[:, None, :]) ** 2).sum(-1)


@kinds_checked
def relative_entropies(
    frequencies: Float[Numbers, "states symbols"], targets: Float[Numbers, "hypotheses symbols"]
) -> Float[Array, "hypotheses states"]:
    r"""Return the relative entropy from the truth to each state's law, in bits.

    $D(q_x\|f_z)=\sum_aq_{xa}\log_2\frac{q_{xa}}{f_{za}}$ is what true text costs beyond its entropy when it is coded by
    the model (Cover & Thomas, Theorem 5.4.3).

    Args:
        frequencies: The law of the symbols that each state generates, one a row.
        targets: The true law of the symbols under each hypothesis, one a row.

    Returns:
        Bits: infinite where state z has lost a symbol of hypothesis x, all NaN where a table has a negative entry.

    Raises:
        ValueError: The two are no tables over the same symbols.

    >>> relative_entropies(jnp.array([[1.0, 0.0], [0.5, 0.5]]), jnp.array([[0.5, 0.5], [1.0, 0.0]])).round(12).tolist()
    [[inf, 0.0], [0.0, 1.0]]
    """
    frequencies, targets = _on_one_alphabet(frequencies, targets)
    bits = divergence_terms(targets[:, None, :], frequencies).sum(-1)
    return refuse_negative(refuse_negative(bits, targets), frequencies)


@kinds_checked
def mean_risk(
    table: Float[Numbers, "hypotheses states"], losses: Float[Numbers, "hypotheses states"]
) -> Float[Array, ""]:
    r"""Return the mean loss, $E\,\ell=\sum_{x,z}P(x,z)\,\ell_{xz}$, in the unit of the losses.

    Args:
        table: The law P(theta, state).
        losses: The loss of each state under each hypothesis; an infinite one of mass 0 does not count.

    Returns:
        The mean; NaN where the table has a negative entry.

    Raises:
        ValueError: The shapes differ.

    >>> float(mean_risk(jnp.array([[0.5, 0.5, 0.0]]), jnp.array([[1.0, 2.0, jnp.inf]])))
    1.5
    """
    table, losses = _same_cells(table, losses)
    counted = jnp.where((table == 0) & (losses == jnp.inf), 0.0, losses)
    return refuse_negative((table * counted).sum(), table)


@kinds_checked
def median_risk(
    table: Float[Numbers, "hypotheses states"], losses: Float[Numbers, "hypotheses states"]
) -> Float[Array, ""]:
    r"""Return the lower median of the loss, in the unit of the losses.

    $\min\{v:P(\ell\le v)\ge\frac12\}$, a loss that is taken: by sorting, without interpolation. A mass that is one half
    up to `rounding` counts as one half.

    Args:
        table: The law P(theta, state).
        losses: The loss of each state under each hypothesis.

    Returns:
        The median; NaN where the table has a negative entry or less mass than one half.

    Raises:
        ValueError: The shapes differ.

    >>> float(median_risk(jnp.array([[0.5, 0.25, 0.25]]), jnp.array([[1.0, 2.0, jnp.inf]])))
    1.0
    """
    table, losses = _same_cells(table, losses)
    order = jnp.argsort(losses.ravel())
    reached = jnp.cumsum(table.ravel()[order]) >= 0.5 - rounding(table.size, table.dtype)
    middle = losses.ravel()[order][jnp.argmax(reached)]
    return refuse_negative(nan_unless(reached.any(), middle), table)


def _on_one_alphabet(frequencies, targets):
    frequencies, targets = jnp.asarray(frequencies), jnp.asarray(targets)
    if frequencies.ndim != 2 or targets.ndim != 2 or frequencies.shape[1] != targets.shape[1]:
        raise ValueError(
            f"frequencies have shape {frequencies.shape} and targets {targets.shape}: "
            "give one law in each row, over the same symbols"
        )
    return frequencies, targets


def _same_cells(table, losses):
    table, losses = jnp.asarray(table), jnp.asarray(losses)
    if table.shape != losses.shape:
        raise ValueError(f"table has shape {table.shape} but losses {losses.shape}: give one loss for each cell")
    return table, losses
