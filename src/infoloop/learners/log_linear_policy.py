r"""The log-linear policy on named features, which say what questions have in common."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.core import Tracer

from infoloop.learners.parametric_policies import LogPolicy, ParametricPolicy
from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_numbers
from infoloop.worlds.finite_worlds import World


class FeatureWeights(NamedTuple):
    r"""Weights of the kernel, at least 0: how far a step on one question and output moves another.

    Attributes:
        content_class: $\alpha$, where content and class are the same: the feature by which the rule can transfer.
        content_output: $\beta$, where content and string are the same.
        form: $\gamma$, where the surface form is the same.
        domain_form: $\phi$, where domain and surface form are the same.
        own: $\delta$, for the question's own string.
    """

    content_class: Number = 0.0
    content_output: Number = 0.0
    form: Number = 0.0
    domain_form: Number = 0.0
    own: Number = 0.0


def log_linear(world: World, weights: FeatureWeights, base: LogPolicy | float = 0.0) -> ParametricPolicy:
    r"""Return $\pi\propto\pi_0\exp\sum_f\sqrt{w_f}\,\theta_f$, with a table of parameters for each feature f.

    Gradient descent moves logits by the kernel $\sum_fw_f1\{f(q,y)=f(q',y')\}$. Junk has no class, so that $\alpha$
    does not touch it.

    Args:
        world: A world.
        weights: Weights of the features.
        base: $\ln\pi_0$, where all parameters are 0.

    Raises:
        ValueError: A weight is below 0 or not finite.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> policy = log_linear(world, FeatureWeights(content_class=0.5, own=0.5))
    >>> start = policy.start(jax.random.key(1))
    >>> [table.shape for table in start][:2], policy.log_policy(start).shape
    ([(10, 4), (10, 36)], (20, 36))
    """
    roots = [jnp.sqrt(_weight(value, name)) for name, value in weights._asdict().items()]
    (questions, strings), classes = world.classes.shape, len(world.grades)
    content, domain, form = world.content[:, None], world.domain[:, None], world.form[None, :]
    output = jnp.arange(strings)[None, :]

    def log_policy(parameters):
        by_class, by_output, by_form, by_domain, own = parameters
        features = (
            jnp.where(world.classes >= 0, by_class[content, world.classes], 0.0),
            by_output[content, output],
            by_form[form],
            by_domain[domain, form],
            own,
        )
        return jax.nn.log_softmax(base + sum(r * f for r, f in zip(roots, features, strict=True)), axis=-1)

    shapes = (
        (world.contents, classes),
        (world.contents, strings),
        (world.forms,),
        (world.domains, world.forms),
        (questions, strings),
    )
    return ParametricPolicy(lambda key: tuple(map(jnp.zeros, shapes)), log_policy)


def _weight(value, name):
    value = jnp.asarray(check_numbers(value, name), float)
    if not isinstance(value, Tracer) and not (jnp.isfinite(value) & (value >= 0)).all():
        raise ValueError(f"{name} is {float(value):g}: give a finite weight of at least 0")
    return value
