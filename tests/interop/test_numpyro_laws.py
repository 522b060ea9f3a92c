"""Laws of numpyro's distributions against loops over all outcomes, in fractions; refusals say what was found."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpyro import distributions as dist
from numpyro.distributions import constraints, transforms

from infoloop.interop.numpyro_laws import distribution_of
from infoloop.probability.numerics import rounding

pytestmark = pytest.mark.slow

HALF, P = Fraction(1, 2), Fraction(1, 4)


def bernoulli(p):
    return {0: 1 - p, 1: p}


def binomial(n, p):
    return {k: math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)}


def mixed(*parts):
    """The mixture of laws, each with its weight."""
    found = {}
    for weight, law in parts:
        for symbol, mass in law.items():
            found[symbol] = found.get(symbol, 0) + weight * mass
    return found


def image(function, law):
    """The law of a function of a symbol."""
    return mixed(*((mass, {function(symbol): 1}) for symbol, mass in law.items()))


def independent(*laws):
    """The law of vectors of independent elements."""
    return {
        symbols: math.prod(law[symbol] for law, symbol in zip(laws, symbols, strict=True))
        for symbols in itertools.product(*laws)
    }


def drawn(n, probs):
    """The law of the counts of n draws, by a loop over all sequences of draws."""
    found = {}
    for draws in itertools.product(range(len(probs)), repeat=n):
        counts = tuple(draws.count(k) for k in range(len(probs)))
        found[counts] = found.get(counts, 0) + math.prod(probs[k] for k in draws)
    return found


def urn(n, alpha):
    """The law of the counts of n draws from Pólya's urn, by a loop over all sequences of draws."""
    found = {}
    for draws in itertools.product(range(len(alpha)), repeat=n):
        mass, inside = Fraction(1), list(alpha)
        for k in draws:
            mass, inside[k] = mass * inside[k] / sum(inside), inside[k] + 1
        counts = tuple(draws.count(k) for k in range(len(alpha)))
        found[counts] = found.get(counts, 0) + mass
    return found


class Loaded(dist.Distribution):
    """A class of a user's own: a die with two faces, which enumerates its support."""

    support = constraints.integer_interval(3, 5)
    has_enumerate_support = True

    def log_prob(self, value, intermediates=None):
        return jnp.where(value == 3, jnp.log(0.25), jnp.where(value == 5, jnp.log(0.75), -jnp.inf))

    def enumerate_support(self, expand=True):
        return jnp.array([3, 5])


class Silent(Loaded):
    has_enumerate_support = False


def weights(*numbers):
    return dist.Categorical(jnp.array(numbers))


LAWS = [
    (lambda: dist.MixtureGeneral(weights(0.25, 0.75), [dist.Bernoulli(0.5), dist.Bernoulli(0.25)]),
     mixed((P, bernoulli(HALF)), (1 - P, bernoulli(P)))),
    (lambda: dist.MixtureGeneral(weights(0.25, 0.75), [weights(0.5, 0.5), weights(0.25, 0.25, 0.5)]),
     mixed((P, {0: HALF, 1: HALF}), (1 - P, {0: P, 1: P, 2: HALF}))),
    (lambda: dist.MixtureSameFamily(weights(0.25, 0.75), dist.Bernoulli(jnp.array([0.5, 0.25]))),
     mixed((P, bernoulli(HALF)), (1 - P, bernoulli(P)))),
    (lambda: dist.MixtureSameFamily(
        weights(0.25, 0.75), dist.Bernoulli(jnp.array([[0.5, 0.5], [0.25, 0.75]])).to_event(1)
    ), mixed((P, independent(bernoulli(HALF), bernoulli(HALF))), (1 - P, independent(bernoulli(P), bernoulli(1 - P))))),
    (lambda: dist.MixtureGeneral(
        weights(0.5, 0.5), [dist.Binomial(2, 0.25), dist.DiscreteUniform(2, 5)], support=constraints.nonnegative_integer
    ), mixed((HALF, binomial(2, P)), (HALF, dict.fromkeys(range(2, 6), P)))),
    (lambda: dist.MixtureGeneral(
        weights(0.25, 0.75),
        [dist.MixtureGeneral(weights(0.5, 0.5), [dist.Delta(2.0), dist.Delta(-1.5)]), dist.Delta(2.0)],
        support=constraints.real,
    ), {2.0: Fraction(7, 8), -1.5: Fraction(1, 8)}),
    (lambda: dist.TransformedDistribution(dist.Binomial(3, 0.25), transforms.AffineTransform(1.0, -2.0)),
     image(lambda k: 1.0 - 2.0 * k, binomial(3, P))),
    (lambda: dist.TransformedDistribution(
        dist.DiscreteUniform(-1, 2), [transforms.AffineTransform(0.0, 1.0), transforms.AbsTransform()]
    ), {0.0: P, 1.0: HALF, 2.0: P}),
    (lambda: dist.Delta(jnp.array([1.0, 3.0]), event_dim=1), {(1.0, 3.0): Fraction(1)}),
    (lambda: dist.TransformedDistribution(
        dist.Delta(jnp.array([1.0, 3.0]), event_dim=1), transforms.AffineTransform(1, 2)
    ), {(3.0, 7.0): Fraction(1)}),
    (lambda: dist.TransformedDistribution(
        dist.Bernoulli(jnp.array([0.25, 0.5])).to_event(1), transforms.PermuteTransform(jnp.array([1, 0]))
    ), independent(bernoulli(HALF), bernoulli(P))),
    (lambda: dist.ZeroInflatedDistribution(dist.Binomial(2, 0.25), gate=0.5),
     mixed((HALF, {0: 1}), (HALF, binomial(2, P)))),
    (lambda: dist.ZeroInflatedDistribution(dist.Binomial(2, 0.25), gate_logits=0.0),
     mixed((HALF, {0: 1}), (HALF, binomial(2, P)))),
    (lambda: dist.Multinomial(3, jnp.array([0.25, 0.5, 0.25])), drawn(3, (P, HALF, P))),
    (lambda: dist.Multinomial(2, logits=jnp.zeros(2)), drawn(2, (HALF, HALF))),
    (lambda: dist.DirichletMultinomial(jnp.array([0.5, 1.0, 2.5]), 3), urn(3, (HALF, Fraction(1), Fraction(5, 2)))),
    (lambda: Loaded(), {3: P, 5: 1 - P}),
    (lambda: dist.MixtureGeneral(weights(0.25, 0.75), [Loaded(), Loaded()]), {3: P, 5: 1 - P}),
    (lambda: dist.TransformedDistribution(Loaded(), transforms.AffineTransform(0.0, 2.0)), {6.0: P, 10.0: 1 - P}),
    (lambda: dist.MixtureGeneral(
        weights(0.5, 0.5), [dist.Bernoulli(0.25).mask(jnp.array(True)), dist.Bernoulli(0.5).expand(())]
    ), mixed((HALF, bernoulli(P)), (HALF, bernoulli(HALF)))),
    (lambda: dist.OrderedLogistic(0.0, jnp.array([0.0])), bernoulli(HALF)),
]  # fmt: skip


def symbols(law):
    return [tuple(symbol) if isinstance(symbol, list) else symbol for symbol in law.support.tolist()]


@pytest.mark.parametrize(("fn", "masses"), LAWS, ids=range(len(LAWS)))
def test_a_finite_law_is_read_whatever_its_class(fn, masses):
    law, mask = distribution_of("X", fn())
    assert mask is None
    found = dict(zip(symbols(law), np.asarray(law.probs).tolist(), strict=True))
    assert found.keys() >= {symbol for symbol, mass in masses.items() if mass}
    for symbol, mass in found.items():
        assert abs(mass - float(masses.get(symbol, 0))) <= rounding(16)
    assert len(symbols(law)) == len(set(symbols(law)))


def test_a_hurdle_is_read():
    law, _ = distribution_of("X", dist.HurdleProbs(dist.Binomial(2, 0.5), 0.25))
    assert np.abs(np.asarray(law.probs) - [0.25, 0.5, 0.25]).max() <= rounding(3)
    assert law.support.tolist() == [0, 1, 2]


def test_elements_that_are_independent_stay_so_and_others_are_one_symbol():
    apart, _ = distribution_of("X", dist.Bernoulli(jnp.array([0.25, 0.5])).to_event(1).expand((3,)))
    assert (apart.probs.shape, apart.support.shape) == ((3, 2, 2), (2,))
    together, _ = distribution_of("X", dist.Multinomial(2, jnp.full(3, 1 / 3)).expand((4,)), (5,))
    assert (together.probs.shape, together.support.shape) == ((5, 4, 6), (6, 3))
    both = dist.MixtureSameFamily(weights(0.5, 0.5), dist.Bernoulli(jnp.array([[0.25, 0.5]] * 2)).to_event(1))
    assert distribution_of("X", both.expand((3,))).law.probs.shape == (3, 4)


def test_elements_with_different_supports_share_one():
    law, _ = distribution_of("X", dist.TransformedDistribution(
        dist.Bernoulli(jnp.array([0.25, 0.5])), transforms.AffineTransform(jnp.array([0.0, 1.0]), 1.0)
    ))  # fmt: skip
    assert law.support.tolist() == [0.0, 1.0, 2.0]
    assert law.probs.tolist() == [[0.75, 0.25, 0.0], [0.0, 0.5, 0.5]]
    law, _ = distribution_of("X", dist.Multinomial(jnp.array([1, 2]), jnp.array([[0.25, 0.75]] * 2)))
    assert law.support.tolist() == [[0, 1], [1, 0], [0, 2], [1, 1], [2, 0]]
    assert law.probs.tolist() == [[0.75, 0.25, 0, 0, 0], [0, 0, 0.5625, 0.375, 0.0625]]


@pytest.mark.parametrize(
    ("fn", "shape", "mask"),
    [
        (lambda: dist.Bernoulli(jnp.full(2, 0.5)).mask(jnp.array([True, False])), (), [True, False]),
        (lambda: dist.Bernoulli(jnp.full((3, 2), 0.5)).to_event(1).mask(jnp.array([True, False, True])), (),
         [[True] * 2, [False] * 2, [True] * 2]),
        (lambda: dist.MaskedDistribution(dist.Bernoulli(0.5), False).expand((2,)), (), [False, False]),
        (lambda: dist.MaskedDistribution(dist.Bernoulli(0.5), True), (), None),
        (lambda: dist.Bernoulli(jnp.full(2, 0.5)).mask(jnp.array([True, False])).mask(jnp.array([True, True])), (2,),
         [[True, False]] * 2),
        (lambda: dist.Multinomial(1, jnp.full((2, 3), 1 / 3)).mask(jnp.array([True, False])), (), [True, False]),
    ],
    ids=range(6),
)  # fmt: skip
def test_the_mask_of_each_element_is_found_below_any_wrapper(fn, shape, mask):
    law, found = distribution_of("X", fn(), shape)
    assert (found if found is None else found.tolist()) == mask
    assert found is None or found.shape == law.probs.shape[:-1]


REFUSED = [
    (lambda: dist.MixtureSameFamily(weights(0.5, 0.5), dist.Normal(jnp.zeros(2), 1)), r"'X' is continuous \(Normal\)"),
    (lambda: dist.MixtureGeneral(weights(0.5, 0.5), [dist.Poisson(1.0), dist.Poisson(2.0)]), r"unbounded \(Poisson\)"),
    (lambda: dist.TransformedDistribution(dist.Normal(0.0, 1.0), transforms.ExpTransform()), r"continuous \(Normal\)"),
    (lambda: dist.ZeroInflatedPoisson(0.5, 1.0), r"'X' is unbounded \(Poisson\)"),
    (lambda: dist.GammaPoisson(1.0, 1.0), r"'X' is unbounded \(GammaPoisson\)"),
    (lambda: Silent(), "'X' is a Silent, of which no finite support is known: it has no enumerate_support"),
    (lambda: dist.Delta(0.0, log_density=1.0), "'X' is a Delta with a log_density that is not 0"),
    (lambda: dist.Delta(jnp.nan), "'X' can be NaN"),
    (lambda: dist.Multinomial(50, jnp.full(20, 0.05)), r"'X' takes 10\^16.7 values, at most 65,536"),
    (lambda: dist.Binomial(2000, 0.5), "'X' has 2000 trials"),
    (lambda: dist.DiscreteUniform(0, 10**12), r"'X' takes 10\^12.0 values, at most 16,777,216"),
    (lambda: dist.MixtureSameFamily(weights(0.5, 0.5), dist.Bernoulli(jnp.full((2, 40), 0.5)).to_event(1)),
     r"'X' takes 10\^12.0 values, at most 65,536"),
    (lambda: dist.MixtureSameFamily(weights(0.5, 0.5), dist.Bernoulli(jnp.full(2, 0.5)).mask(jnp.array([True, False]))),
     "'X' has a mask inside of its distribution"),
    (lambda: dist.ZeroInflatedDistribution(dist.Binomial(2, 0.25), gate=jnp.float32(0.5)), "parameters in float32"),
]  # fmt: skip


@pytest.mark.parametrize(("fn", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_refused_says_what_was_found(fn, message):
    with pytest.raises(ValueError, match=message):
        distribution_of("X", fn())


def test_a_support_that_depends_on_a_tracer_is_left_to_the_run_by_paths():
    def scaled(x):
        return distribution_of(
            "X", dist.TransformedDistribution(dist.Bernoulli(0.5), transforms.AffineTransform(0.0, x))
        )

    with pytest.raises(jax.errors.JAXTypeError):
        jax.vmap(lambda x: scaled(x).law.probs)(jnp.ones(2))
