"""Sites and programs that have no finite law are refused, each by its name and with the remedy."""

import jax
import jax.numpy as jnp
import numpyro
import pytest
from numpyro import distributions as dist
from numpyro import handlers
from numpyro.contrib.control_flow import scan

from infoloop.interop.numpyro_enumeration import from_numpyro
from tests.support.numpyro_programs import looking, mixture, short_of_mass


def sampling(fn, **more):
    return lambda: numpyro.sample("X", fn, **more)


def in_scan():
    numpyro.sample("X", dist.Bernoulli(0.5))
    scan(lambda carry, _: (carry, numpyro.sample("Y", dist.Bernoulli(0.5))), 0, None, length=2)


def in_lax_scan():
    jax.lax.scan(lambda carry, _: (carry, numpyro.sample("Y", dist.Bernoulli(0.5))), 0, None, length=2)


def with_factor():
    numpyro.sample("X", dist.Bernoulli(0.5))
    numpyro.factor("weight", -1.0)


def subsampled():
    with numpyro.plate("items", 4, subsample_size=2):
        numpyro.sample("X", dist.Bernoulli(0.5))


def masked():
    with handlers.mask(mask=False):
        numpyro.sample("X", dist.Bernoulli(0.5))


def scaled():
    with handlers.scale(scale=2.0):
        numpyro.sample("X", dist.Bernoulli(0.5))


def twice():
    numpyro.sample("X", dist.Bernoulli(0.5))
    numpyro.sample("X", dist.Bernoulli(0.5))


def nothing_fits():
    z = numpyro.sample("Z", dist.Bernoulli(0.0))
    numpyro.sample("X", dist.Bernoulli(jnp.where(z == 1, 0.5, 0.0)), obs=1)


def not_a_number():
    x = numpyro.sample("X", dist.Bernoulli(0.5))
    numpyro.deterministic("S", jnp.where(x == 1, jnp.nan, 0.0))


def in_vmap():
    jax.vmap(lambda p: numpyro.sample("Y", dist.Bernoulli(p)))(jnp.array([0.25, 0.5]))


def large(n):
    def program():
        with numpyro.plate("items", n):
            numpyro.sample("X", dist.Bernoulli(0.5))

    return program


REFUSED = [
    (sampling(dist.Normal(0.0, 1.0)), r"'X' is continuous \(Normal\)"),
    (sampling(dist.Poisson(1.0)), r"'X' is unbounded \(Poisson\): truncate"),
    (sampling(dist.Geometric(0.5)), r"'X' is unbounded"),
    (sampling(dist.Multinomial(60, jnp.full(9, 1 / 9))), r"'X' takes 7,392,009,768 values"),
    (sampling(dist.Normal(0.0, 1.0), obs=0.0), "'X' is continuous"),
    (sampling(dist.Bernoulli(0.5), obs=1), "no latent discrete site"),
    (sampling(dist.Bernoulli(0.5), obs=2), "'X' has probability 0"),
    (short_of_mass, "'X' has masses that sum to 0.9"),
    (sampling(dist.Bernoulli(1.5, validate_args=False)), "'X' has masses that sum to nan"),
    (sampling(dist.Bernoulli(jnp.float32(0.5))), "'X' has parameters in float32"),
    (sampling(dist.Binomial(2000, 0.5)), "'X' has 2000 trials"),
    (looking(short_of_mass), "'X' has masses that sum to 0.9"),
    (looking(nothing_fits), "'X' has probability 0"),
    (nothing_fits, "'X' has probability 0"),
    (in_scan, "scan or cond"),
    (in_lax_scan, "'Y' is inside jax.jit, jax.vmap or jax.lax"),
    (in_vmap, "'Y' is inside jax.jit, jax.vmap or jax.lax"),
    (with_factor, "'weight' is a numpyro.factor"),
    (subsampled, "'items' draws a subsample"),
    (masked, "'X' is masked"),
    (scaled, "'X' has its log density scaled"),
    (twice, "two sites are called 'X'"),
    (not_a_number, "'S' is NaN"),
    (lambda: numpyro.prng_key(), "random key"),
    (handlers.substitute(mixture, {"Z": jnp.array(1)}), "'Z' is substituted"),
    (large(40), r"X\[0\] and 39 more has 10\^12.0 cells \(8,192 GiB"),
    (large(25), r"33,554,432 cells \(0.25 GiB of float64\), more than max_cells=16,777,216"),
    (looking(large(40)), r"first and 40 more has 10\^12.3 cells"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("program", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_has_no_finite_law_is_refused_by_name(program, message):
    with pytest.raises(ValueError, match=message):
        from_numpyro(program)()
