r"""Posteriors of numpyro programs: by NUTS, whole chains in one scan, and by enumeration of a discrete site.

numpyro takes a second to import, so it is imported where it is used.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int, Key

from infoloop.learning.bayesian import Posterior, normalise_log_joint
from infoloop.probability.validation import check_int


class Draws(NamedTuple):
    """Draws from a posterior.

    Attributes:
        sites: For each site an array with the axes chains, draws, and those of the site.
        diverging: How many draws of each chain are divergent.
    """

    sites: dict[str, jax.Array]
    diverging: Int[Array, "chains"]


def nuts(
    key: Key[Array, ""], model: Callable[..., Any], *args: Any, warmup: int = 500, draws: int = 1000, chains: int = 4
) -> Draws:
    """Return draws from the posterior of a numpyro program with continuous sites, by the no-U-turn sampler.

    Compiled once for a program and sizes; another key or other data of the same shapes cost no compilation, and many
    data sets are the caller's `vmap` (Hoffman & Gelman 2014).

    Args:
        key: Randomness of all chains.
        model: The numpyro program.
        args: Its arguments, the data among them.
        warmup: Draws of each chain that adapt the sampler and are thrown away.
        draws: Draws of each chain that are kept.
        chains: Number of chains.

    Raises:
        ValueError: A size is below 1.

    >>> sites = nuts(jax.random.key(0), beta_bernoulli_model, 7.0, 10.0, 2.0, 1.0, warmup=50, draws=20, chains=2).sites
    >>> sites["rate"].shape
    (2, 20)
    """
    sizes = (check_int(n, what) for n, what in ((warmup, "warmup"), (draws, "draws"), (chains, "chains")))
    return _nuts(key, args, model, *sizes)


@partial(jax.jit, static_argnums=(2, 3, 4, 5))
def _nuts(key, args, model, warmup, draws, chains):
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


def enumerate_posterior(model: Callable[..., Any], site: str, *args: Any) -> Posterior:
    r"""Return the exact posterior of a program's only latent site, by its density at every value of the support.

    Args:
        model: The numpyro program.
        site: The name of its only latent site, discrete with a finite support.
        args: The program's arguments, the data among them.

    Raises:
        ValueError: The site is unknown, not the only latent one or without a finite support, or no value allows the
            data.

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


def beta_bernoulli_model(
    heads: Float[Array, ""] | float,
    trials: Float[Array, ""] | float,
    a: Float[Array, ""] | float,
    b: Float[Array, ""] | float,
) -> None:
    """Define the numpyro program of a rate from Beta(a, b) and of `heads` in `trials`.

    The posterior of its site "rate" is Beta(a + heads, b + trials - heads).
    """
    import numpyro
    from numpyro import distributions as dist

    rate = numpyro.sample("rate", dist.Beta(a, b))
    rate = jnp.asarray(rate)
    numpyro.factor("heads", heads * jnp.log(rate) + (trials - heads) * jnp.log1p(-rate))


def categorical_model(
    prior: Float[Array, "hypotheses"],
    likelihood: Float[Array, "hypotheses symbols"],
    data: Sequence[int] | Int[Array, "n"],
) -> None:
    """Define the numpyro program of a "hypothesis" from `prior`, and of `data` drawn from its row of `likelihood`.

    See `bayesian.posterior`.
    """
    import numpyro
    from numpyro import distributions as dist

    h = numpyro.sample("hypothesis", dist.Categorical(probs=prior))
    with numpyro.plate("draws", len(data)):
        numpyro.sample("data", dist.Categorical(probs=likelihood[h]), obs=jnp.asarray(data))


def split_r_hat(chains: Float[Array, "chains draws"]) -> Float[Array, ""]:
    r"""Return split $\hat R$ of the draws of one number: near 1 where the halves of all chains agree.

    $\hat R^2=\frac{n-1}n+\frac{B}{W}$, W the mean variance within half chains of n draws and B that of their means
    (Gelman et al., Bayesian Data Analysis, 11.4). No unit. numpyro's `split_gelman_rubin` is numpy, and this one is
    called under `vmap`.

    Args:
        chains: The draws, at least 4 of each chain.

    Raises:
        ValueError: There are fewer, or not two axes.

    >>> bool(split_r_hat(jnp.array([[0.0, 1.0, 0.0, 1.0]])) < 1)
    True
    """
    if chains.ndim != 2 or chains.shape[1] < 4:
        raise ValueError(f"chains have shape {chains.shape}: give chains x draws, at least 4 draws")
    n = chains.shape[1] // 2
    halves = jnp.concatenate([chains[:, :n], chains[:, -n:]])
    return jnp.sqrt((n - 1) / n + halves.mean(axis=1).var(ddof=1) / halves.var(axis=1, ddof=1).mean())
