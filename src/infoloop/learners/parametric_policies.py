"""The noun of all learners: a map from parameters to the log-probabilities of every output of every question."""

from collections.abc import Callable
from typing import NamedTuple

from jaxtyping import Array, Float, Key, PyTree

LogPolicy = Float[Array, "questions outputs"]


class ParametricPolicy(NamedTuple):
    r"""A learner: parameters in, $\ln\pi_\theta(y\mid q)$ of every output y of every question q out.

    Attributes:
        start: `start(key)` -> parameters, a pytree of floats.
        log_policy: `log_policy(parameters)` -> log-probabilities, each row of which is a law.
    """

    start: Callable[[Key[Array, ""]], PyTree]
    log_policy: Callable[[PyTree], LogPolicy]
