"""Nodes of the pipelines of this folder that are numpyro programs: each takes the values of its node's parents."""

import jax.numpy as jnp
import numpyro
from numpyro import distributions as dist


def unit_tests(task, answer):
    """Draw a noisy or of three tests: each fails a wrong answer with probability 0.4, a right one with 0.02 (flaky)."""
    failed = numpyro.sample("failed", dist.Binomial(3, jnp.where(task == answer, 0.02, 0.4)))
    numpyro.deterministic("S", failed == 0)
