r"""Posteriors of numpyro programs: by NUTS, whole chains in one scan, and by enumeration of a discrete site.

numpyro takes a second to import, so it is imported where it is used.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infoloop.learning.bayesian import Posterior, normalise_log_joint
from infoloop.probability.validation import check_int


class Draws(NamedTuple):
    """`sites[name]` has the axes chains x draws x ..., `diverging` counts the divergent draws of each chain."""

    sites: dict[str, jax.Array]
    diverging: jax.Array


def nuts(key, model: Callable, *args, warmup: int = 500, draws: int = 1000, chains: int = 4) -> Draws:
    """Draws from the posterior of a numpyro program with continuous sites, by the no-U-turn sampler.

    Compiled once for a program and sizes; another key or other data of the same shapes cost no compilation, and many
    data sets are the caller's `vmap`. Hoffman & Gelman 2014. Raises ValueError for sizes below 1.

    >>> sites = nuts(jax.random.key(0), beta_bernoulli_model, 7.0, 10.0, 2.0, 1.0, warmup=50, draws=20, chains=2).sites
    >>> sites["rate"].shape
    (2, 20)
    """
    sizes = (
        check_int(warmup, "warmup"),
        check_int(draws, "draws"),
        check_int(chains, "chains"),
    )
    return _nuts(key, args, model, *sizes)


@functools.partial(jax.jit, static_argnums=(2, 3, 4, 5))
def _nuts(key, args, model, warmup, draws, chains) -> Draws:
    from numpyro.infer import NUTS

    def chain(key):
        kernel = NUTS(model)
        first = kernel.init(key, warmup, None, args, {})
        constrained = kernel.postprocess_fn(args, {})
        warm, _ = lax.scan(lambda state, _: (kernel.sample(state, args, {}), None), first, None, warmup)

        def draw(state, _):
            state = kernel.sample(state, args, {})
            return state, (constrained(state.z), state.diverging)

        _, (sites, diverging) = lax.scan(draw, warm, None, draws)
        return Draws(sites, diverging.sum())

    return jax.vmap(chain)(jax.random.split(key, chains))


def enumerate_posterior(model: Callable, site: str, *args) -> Posterior:
    r"""The exact posterior of a program's only latent site, discrete, by its density at every value of the support.

    Raises ValueError for an unknown site, another latent site beside it, a site without a finite support, and data that
    no value allows.

    >>> likelihood = jnp.array([[0.5, 0.5], [0.0, 1.0]])
    >>> posterior = enumerate_posterior(categorical_model, "hypothesis", jnp.array([0.5, 0.5]), likelihood, [1, 1])
    >>> [round(float(p), 12) for p in posterior.law]
    [0.2, 0.8]
    """
    from numpyro import handlers
    from numpyro.infer.util import log_density

    trace = handlers.trace(handlers.seed(model, 0)).get_trace(*args)
    latent = [name for name, s in trace.items() if s["type"] == "sample" and not s["is_observed"]]
    if latent != [site]:
        raise ValueError(f"the latent sites are {', '.join(latent) or 'none'}: {site!r} has to be the only one")
    if not trace[site]["fn"].has_enumerate_support or trace[site]["fn"].batch_shape:
        raise ValueError(f"{site} is no single site with a finite support: only such a site can be enumerated")
    support = trace[site]["fn"].enumerate_support(expand=False)
    found = normalise_log_joint(jax.vmap(lambda value: log_density(model, args, {}, {site: value})[0])(support))
    if found.log_evidence == -jnp.inf:
        raise ValueError(f"data have probability 0 at every value of {site}: enlarge its support")
    return found


def beta_bernoulli_model(heads, trials, a, b):
    """Program: a rate from Beta(a, b), and `heads` in `trials`. Posterior: Beta(a + heads, b + trials - heads)."""
    import numpyro
    from numpyro import distributions as dist

    rate = numpyro.sample("rate", dist.Beta(a, b))
    rate = jnp.asarray(rate)
    numpyro.factor("heads", heads * jnp.log(rate) + (trials - heads) * jnp.log1p(-rate))


def categorical_model(prior, likelihood, data):
    """Program: a hypothesis from `prior`, and `data` drawn from its row of `likelihood`. See `bayesian.posterior`."""
    import numpyro
    from numpyro import distributions as dist

    h = numpyro.sample("hypothesis", dist.Categorical(probs=prior))
    with numpyro.plate("draws", len(data)):
        numpyro.sample("data", dist.Categorical(probs=likelihood[h]), obs=jnp.asarray(data))


def split_r_hat(chains) -> jax.Array:
    r"""Split $\hat R$ of draws with the axes chains x draws: near 1 where the halves of all chains agree.

    $\hat R^2=\frac{n-1}n+\frac{B}{W}$, W the mean variance within half chains of n draws and B that of their means
    (Gelman et al., Bayesian Data Analysis, 11.4). No unit. Raises ValueError for fewer than 4 draws.

    >>> bool(split_r_hat(jnp.array([[0.0, 1.0, 0.0, 1.0]])) < 1)
    True
    """
    if chains.ndim != 2 or chains.shape[1] < 4:
        raise ValueError(f"chains have shape {chains.shape}: give chains x draws, at least 4 draws")
    n = chains.shape[1] // 2
    halves = jnp.concatenate([chains[:, :n], chains[:, -n:]])
    return jnp.sqrt((n - 1) / n + halves.mean(axis=1).var(ddof=1) / halves.var(axis=1, ddof=1).mean())
