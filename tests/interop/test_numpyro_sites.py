"""Sites and programs without a finite law are refused by name; what is missing or masked is summed out."""

import itertools
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import pytest
from numpyro import distributions as dist
from numpyro import handlers
from numpyro.contrib.control_flow import scan

from infoloop.interop.numpyro_enumeration import from_numpyro
from tests.support.numpyro_programs import EMIT, MEANS, MOVE, PRIOR, agrees, floats, looking, mixture, short_of_mass


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


MISSING = np.array([False, True, False, True])
SEEN = (1, 0, 1, 1)


def autoregressive(data, observed, how):
    """Each verdict depends on the one before, seen or missing; the first on Z."""
    before = numpyro.sample("Z", dist.Bernoulli(0.25))
    for t, (x, there) in enumerate(zip(data, observed, strict=True)):
        law = dist.Categorical(floats(MOVE if t % 2 else EMIT)[before])
        if how == "obs_mask":
            before = numpyro.sample(f"X{t}", law, obs=jnp.asarray(x), obs_mask=jnp.asarray(there))
        elif there:
            before = numpyro.sample(f"X{t}", law, obs=jnp.asarray(x))
        else:
            before = numpyro.sample(f"X{t}", law)


def autoregressive_law():
    """P(Z, all X) where what is seen is as it was seen, by a loop over all outcomes."""
    masses = {}
    for z, *xs in itertools.product(range(2), repeat=5):
        mass, before = (Fraction(1, 4) if z else Fraction(3, 4)), z
        for t, x in enumerate(xs):
            mass, before = mass * (MOVE if t % 2 else EMIT)[before][x], x
        if all(gone or x == seen for x, seen, gone in zip(xs, SEEN, MISSING, strict=True)):
            masses[z, *xs] = mass
    return {key: mass / sum(masses.values()) for key, mass in masses.items()}


def summed(masses, *places):
    found = {}
    for key, mass in masses.items():
        kept = tuple(key[k] for k in places)
        found[kept] = found.get(kept, 0) + mass
    return found


@pytest.mark.full
@pytest.mark.parametrize("wrap", [lambda program: program, looking], ids=["cells", "paths"])
def test_missing_observations_are_summed_out_whatever_depends_on_them(wrap):
    exact, first = autoregressive_law(), ("first",) if wrap is looking else ()
    p = from_numpyro(wrap(autoregressive))(SEEN, ~MISSING, "obs_mask")
    zeros = (0,) * len(first)
    assert agrees(p, (*first, "Z"), {(*zeros, *key): mass for key, mass in summed(exact, 0).items()})
    latent = from_numpyro(wrap(autoregressive))(SEEN, ~MISSING, "by hand")
    expected = {(*zeros, *key): mass for key, mass in summed(exact, 0, 2, 4).items()}
    assert agrees(latent, (*first, "Z", "X1", "X3"), expected)
    shown = from_numpyro(wrap(autoregressive), deterministic=("X1", "X3"))(SEEN, ~MISSING, "obs_mask")
    assert agrees(shown, (*first, "Z", "X1", "X3"), expected)


def plates(data, mask, how):
    z = numpyro.sample("Z", dist.Categorical(floats(PRIOR)))
    with numpyro.plate("items", len(data)):
        law = dist.Categorical(floats(MEANS)[z])
        if how == "obs_mask":
            numpyro.sample("X", law, obs=data, obs_mask=mask)
        elif how == "mask of the law":
            numpyro.sample("X", law.mask(mask), obs=data)
        else:
            with handlers.mask(mask=mask):
                numpyro.sample("X", law, obs=data)


@pytest.mark.full
@pytest.mark.parametrize("wrap", [lambda program: program, looking], ids=["cells", "paths"])
@pytest.mark.parametrize("how", ["mask", "obs_mask", "mask of the law"])
def test_a_masked_observation_says_nothing(how, wrap):
    data, mask = jnp.array([1, 7, 2, 0]), jnp.array([True, False, True, False])  # 7 is no symbol at all
    p = from_numpyro(wrap(plates))(data, mask, how)
    weights = [PRIOR[z] * MEANS[z][1] * MEANS[z][2] for z in range(2)]
    first = ("first",) if wrap is looking else ()
    masses = {(*(0,) * len(first), z): weights[z] / sum(weights) for z in range(2)}
    assert agrees(p, (*first, "Z"), masses)


@pytest.mark.slow
def test_a_site_that_is_masked_is_drawn_and_has_no_axis():
    def program(mask):
        with handlers.mask(mask=mask), numpyro.plate("items", 2):
            x = jnp.asarray(numpyro.sample("X", dist.Bernoulli(jnp.array([0.25, 0.5]))))
        numpyro.sample("Y", dist.Bernoulli((1 + x[0] + x[1]) / 4))

    both = {(a, b, y): (P if a else 1 - P) / 2 * (Fraction(1 + a + b, 4) if y else 1 - Fraction(1 + a + b, 4))
            for a in range(2) for b in range(2) for y in range(2) for P in [Fraction(1, 4)]}  # fmt: skip
    assert agrees(from_numpyro(program)(jnp.array([True, True])), ("X[0]", "X[1]", "Y"), both)
    assert agrees(from_numpyro(program)(jnp.array([True, False])), ("X[0]", "Y"), summed(both, 0, 2))
    assert agrees(from_numpyro(program)(jnp.array([False, False])), ("Y",), summed(both, 2))
