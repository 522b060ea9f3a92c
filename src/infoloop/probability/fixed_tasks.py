"""Warn of a task that is certain: every information about it is 0."""

import warnings

import numpy as np
from jax.core import Tracer
from jaxtyping import Float

from infoloop.probability.array_types import Numbers


class FixedTaskWarning(UserWarning):
    """A task X with one possible value: of it every information is 0, and no loop could lose or gain any."""


def warn_if_degenerate_prior(prior: Float[Numbers, " n"], what: str = "theta") -> None:
    """Warn (FixedTaskWarning) if only one of the hypotheses has prior weight; traced weights are not looked at.

    >>> warn_if_degenerate_prior([0.5, 0.5])
    """
    if not isinstance(prior, Tracer) and np.count_nonzero(np.asarray(prior)) < 2:
        message = f"{what} has one possible value, so that every information about it is 0: give two or more"
        warnings.warn(message, FixedTaskWarning, stacklevel=3)
