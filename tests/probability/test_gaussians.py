"""Gaussian laws against determinants in 60 digits, closed forms, and each other where two routes lead to one number."""

import itertools

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest

from infoloop.information.measures import divergence, entropy, mutual_information
from infoloop.probability.channels import extend, push
from infoloop.probability.distributions import condition, marginal, product, relabel
from infoloop.probability.gaussians import Gaussian, LinearGaussian, gaussian, linear_gaussian
from infoloop.probability.numerics import rounding

SIZES = {"X": 2, "Y": 3, "G": 2, "W": 1}
PLACES = {"X": [0, 1], "Y": [2, 3, 4], "G": [5, 6], "W": [7]}


def random_covariance(seed, n=8):
    a = np.random.default_rng(seed).normal(size=(n, n))
    return a @ a.T / n + np.eye(n) / 4


def random_gaussian(seed, mean=None):
    return gaussian(random_covariance(seed), *SIZES, sizes=tuple(SIZES.values()), mean=mean)


def log_det(covariance, places):
    """log2 det of a principal minor, by mpmath's own elimination at 60 digits."""
    if not places:
        return mp.mpf(0)
    return mp.log(mp.det(mp.matrix([[mp.mpf(float(covariance[i][j])) for j in places] for i in places])), 2)


def places(*names):
    return [k for name in names for k in PLACES[name]]


@pytest.fixture(autouse=True)
def sixty_digits():
    with mp.workdps(60):
        yield


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("x", "y", "given"), [("X", "Y", ""), ("Y", "W", "G"), (("X", "W"), "Y", "G")])
def test_information_is_that_of_the_determinants(seed, x, y, given):
    p, c = random_gaussian(seed), random_covariance(seed)
    xg, yg, xyg = places(*x, *given), places(*y, *given), places(*x, *y, *given)
    given = tuple(given)
    expected = float(log_det(c, xg) + log_det(c, yg) - log_det(c, xyg) - log_det(c, places(*given))) / 2
    assert abs(mutual_information(p, x, y, given) - expected) <= rounding(64)
    assert abs(mutual_information(p, y, x, given) - expected) <= rounding(64)


@pytest.mark.full
def test_nothing_is_left_of_what_is_given():
    p = random_gaussian(0)
    assert mutual_information(p, "W", "W", given="W") == mutual_information(p, "W", "X", given="W") == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_entropy_is_that_of_the_determinants(seed):
    p, c = random_gaussian(seed), random_covariance(seed)
    one = float(mp.log(2 * mp.pi * mp.e, 2) / 2)
    assert abs(entropy(p, "Y") - (3 * one + float(log_det(c, places("Y"))) / 2)) <= rounding(64)
    conditional = 2 * one + float(log_det(c, places("X", "G")) - log_det(c, places("G"))) / 2
    assert abs(entropy(p, "X", given="G") - conditional) <= rounding(64)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_divergence_is_that_of_the_determinants(seed):
    mean = np.random.default_rng(seed).normal(size=8)
    c, d = random_covariance(seed), random_covariance(seed + 100)
    a, b, m = (mp.matrix(v.tolist()) for v in (c, d, mean))
    inverse = b**-1
    trace, square = (lambda t: sum(t[i, i] for i in range(8)))(inverse * a), (m.T * inverse * m)[0]
    everything = list(range(8))
    expected = ((trace - 8 + square) / mp.log(2) + log_det(d, everything) - log_det(c, everything)) / 2
    computed = divergence(random_gaussian(seed, mean), random_gaussian(seed + 100))
    assert abs(computed / float(expected) - 1) <= rounding(64)


@pytest.mark.slow
@pytest.mark.parametrize("rho", [1e-3, 1e-9, 1e-12, 1e-150])
def test_a_tiny_correlation_keeps_its_digits(rho):
    p = gaussian([[1.0, 3 * rho], [3 * rho, 9.0]], "X", "Y")
    expected = -mp.log1p(-(mp.mpf(rho) ** 2)) / (2 * mp.log(2))
    assert abs(mutual_information(p, "X", "Y") / float(expected) - 1) <= rounding(4)


@pytest.mark.slow
@pytest.mark.parametrize("gap", [0.9, 1e-2, 1e-5, 1e-11, -1e-11, -1e-5, -1e-2, -0.9])
def test_a_tiny_divergence_keeps_its_digits(gap):
    """D(N(0, 1 + e) || N(0, 1)) = (e - ln(1 + e)) / (2 ln 2), with the e that the floats 1 + e really differ by."""
    exact = mp.mpf(1 + gap) - 1
    expected = (exact - mp.log1p(exact)) / (2 * mp.log(2))
    assert abs(divergence(gaussian([[1 + gap]], "X"), gaussian([[1.0]], "X")) / float(expected) - 1) <= rounding(4)


@pytest.mark.slow
def test_a_tiny_divergence_by_correlation_keeps_its_digits():
    """Against the independent law with the same variances, D = I(X;Y)."""
    p = gaussian([[1.0, 1e-9], [1e-9, 1.0]], "X", "Y")
    independent = product(marginal(p, "X"), marginal(p, "Y"))
    assert abs(divergence(p, independent) / mutual_information(p, "X", "Y") - 1) <= rounding(4)
    assert divergence(p, p) == 0


def test_blocks_are_cut_out_in_the_order_asked():
    c = random_covariance(0)
    p = marginal(random_gaussian(0, mean=np.arange(8.0)), "W", "X")
    assert (p.names, p.sizes) == (("W", "X"), (1, 2))
    assert p.mean.tolist() == [7, 0, 1]
    assert (p.covariance == c[np.ix_([7, 0, 1], [7, 0, 1])]).all()
    assert relabel(p, W="V").names == ("V", "X")
    assert product(p, gaussian([[2.0]], "Q")).covariance[3].tolist() == [0, 0, 0, 2]


@pytest.mark.slow
def test_conditioning_is_the_schur_complement():
    c, mean = random_covariance(1), np.arange(8.0)
    event = {"G": [1.0, -2.0], "W": 0.5}
    p = condition(random_gaussian(1, mean), **event)
    seen, rest = [5, 6, 7], [0, 1, 2, 3, 4]
    gain = np.linalg.solve(c[np.ix_(seen, seen)], c[np.ix_(seen, rest)]).T
    assert p.names == ("X", "Y")
    assert np.abs(p.mean - (mean[rest] + gain @ ([1.0, -2.0, 0.5] - mean[seen]))).max() <= rounding(64)
    assert np.abs(p.covariance - (c[np.ix_(rest, rest)] - gain @ c[np.ix_(seen, rest)])).max() <= rounding(64)


@pytest.mark.slow
def test_a_channel_is_what_its_equation_says():
    """Z = A (Y, X) + b + N: covariance of Z with everything, and its mean, by plain NumPy."""
    rng, c, mean = np.random.default_rng(2), random_covariance(2), np.arange(8.0)
    a, noise, offset = rng.normal(size=(2, 5)), np.array([[2.0, 1.0], [1.0, 1.0]]), np.array([5.0, -5.0])
    p = random_gaussian(2, mean)
    q = extend(p, linear_gaussian(a, noise, ("Y", "X"), "Z", offset=offset))
    at = [2, 3, 4, 0, 1]
    assert (q.names[-1], q.sizes[-1]) == ("Z", 2)
    assert np.abs(q.mean[8:] - (a @ mean[at] + offset)).max() <= rounding(64)
    assert np.abs(q.covariance[8:, :8] - a @ c[at]).max() <= rounding(64)
    assert np.abs(q.covariance[8:, 8:] - (a @ c[np.ix_(at, at)] @ a.T + noise)).max() <= rounding(64)
    pushed = push(p, linear_gaussian(a, noise, ("Y", "X"), "Z", offset=offset))
    assert pushed.names == ("G", "W", "Z")
    assert (pushed.covariance == marginal(q, "G", "W", "Z").covariance).all()


@pytest.mark.full
def test_a_markov_chain_is_one():
    p = extend(random_gaussian(3), linear_gaussian([[1.0, -1.0]], 0.5, "X", "Z"))
    assert mutual_information(p, "Z", ("Y", "W"), given="X") <= rounding(64)
    assert mutual_information(p, "Z", ("Y", "W")) > rounding(64)


@pytest.mark.slow
def test_a_deterministic_relation_carries_infinite_information():
    p = extend(gaussian([[2.0]], "X"), linear_gaussian(3.0, 0.0, "X", "Z"), linear_gaussian(1.0, 1.0, "X", "Y"))
    assert mutual_information(p, "X", "Z") == jnp.inf
    assert entropy(p, "Z", given="X") == -jnp.inf
    # What is infinite stays out of what is not: Z adds nothing to X about Y, 1/2 log2(1 + 2/1).
    expected = np.log2(3) / 2
    assert abs(mutual_information(p, ("X", "Z"), "Y") - expected) <= rounding(8)
    assert abs(mutual_information(p, "Y", ("Z", "X")) - expected) <= rounding(8)
    assert mutual_information(p, "X", "Y", given="Z") == 0
    assert mutual_information(extend(p, linear_gaussian(0.1, 0.0, "X", "V")), "X", "V", given="Z") == 0
    assert abs(condition(p, X=1.0, Z=3.0).mean[0] - 1) <= rounding(8)
    assert condition(p, Z=3.0).covariance[0].tolist() == [0, 0]


@pytest.mark.slow
def test_rounding_is_measured_by_the_variance_before_conditioning():
    """Given G both X and its copy Z keep 1e-9 of their variance; that they are copies must still be seen."""
    p = extend(gaussian([[0.3]], "G"), linear_gaussian(0.7, 1e-10, "G", "X"), linear_gaussian(0.9, 0.0, "X", "Z"))
    p = extend(p, linear_gaussian(1.0, 1e-10, "X", "Y"))
    assert mutual_information(p, "X", "Z", given="G") == jnp.inf
    # 1/2 log2(1 + 1), where variances of 1e-10 were computed to a rounding of variances of 0.3.
    assert abs(mutual_information(p, ("X", "Z"), "Y", given="G") - 0.5) <= rounding(8) / 1e-10
    assert abs(mutual_information(p, "Y", ("X", "Z"), given="G") - 0.5) <= rounding(8) / 1e-10


@pytest.mark.slow
def test_divergence_of_singular_laws():
    regular = gaussian([[2.0, 1.0], [1.0, 2.0]], "X", "Z")
    singular = extend(gaussian([[2.0]], "X"), linear_gaussian(1.0, 0.0, "X", "Z"))
    assert divergence(singular, regular) == jnp.inf
    assert divergence(regular, singular) == jnp.inf
    assert jnp.isnan(divergence(singular, singular))


def pair(rho):
    one = jnp.ones_like(rho)
    return Gaussian(jnp.zeros(2), jnp.array([[one, rho], [rho, one]]), ("X", "Y"), (1, 1))


@pytest.mark.full
def test_jit_vmap_and_grad():
    rho = jnp.array([-0.5, 0.0, 1e-9, 0.5])
    information = lambda r: mutual_information(pair(r), "X", "Y")  # noqa: E731
    values = jax.jit(jax.vmap(information))(rho)
    assert jnp.abs(values + jnp.log2(1 - rho**2) / 2).max() <= rounding(4)
    slopes = jax.vmap(jax.grad(information))(rho)
    assert jnp.abs(slopes - rho / (1 - rho**2) / np.log(2)).max() <= rounding(4)
    p = random_gaussian(4)
    block = lambda c: mutual_information(Gaussian(p.mean, c, p.names, p.sizes), "X", "Y", given="G")  # noqa: E731
    assert (jax.grad(block)(jnp.eye(8)) == 0).all()
    apart = lambda shift: divergence(Gaussian(p.mean + shift, p.covariance, p.names, p.sizes), p)  # noqa: E731
    assert jax.grad(apart)(0.0) == 0


@pytest.mark.full
def test_noise_can_be_swept():
    def capacity(noise):
        k = LinearGaussian(jnp.eye(1), noise.reshape(1, 1), ("X",), ("Z",), jnp.zeros(1))
        return mutual_information(extend(gaussian([[3.0]], "X"), k), "X", "Z")

    noises = jnp.array([1.0, 3.0, 300.0])
    assert jnp.abs(jax.vmap(capacity)(noises) - jnp.log2(1 + 3 / noises) / 2).max() <= rounding(4)


def test_what_is_no_covariance_gives_nan_under_jit():
    assert jnp.isnan(jax.jit(lambda r: mutual_information(pair(r), "X", "Y", given=()))(jnp.nan))
    assert jnp.isnan(jax.jit(lambda v: entropy(Gaussian(jnp.zeros(1), v * jnp.eye(1), ("X",), (1,))))(-1.0))


@pytest.mark.parametrize(
    ("covariance", "options", "message"),
    [
        ([[1.0, 0.5], [0.4, 1.0]], {}, "not symmetric, by up to 0.1"),
        ([[1.0, 1.0], [1.0, 1.0]], {}, "eigenvalue .* positive definite"),
        ([[1e-9, 2e-9], [2e-9, 1e-9]], {}, "eigenvalue -1"),
        ([[-1.0, 0.0], [0.0, 1.0]], {}, "eigenvalue -1"),
        ([[0.0, 0.0], [0.0, 1.0]], {}, "eigenvalue 0"),
        ([[np.nan, 0.0], [0.0, 1.0]], {}, "finite"),
        ([[1.0, 0.0]], {}, "square"),
        (np.eye(3), {}, "do not fill a 3 x 3"),
        (np.eye(2), {"sizes": (2, 0)}, "entry of sizes is 0: give a whole number, at least 1"),
        (np.eye(2), {"sizes": (1, 2)}, "do not fill"),
        (np.eye(2), {"mean": [1.0, np.nan]}, "mean has the entry nan: give finite numbers"),
        (np.eye(2), {"mean": [-np.inf, 1.0]}, "mean has the entry -inf: give finite numbers"),
        (np.eye(2), {"mean": np.zeros(2, np.float32)}, "mean is float32: pass float64"),
        (np.eye(2) + 1j * np.eye(2), {}, "covariance holds complex128, not real numbers"),
        (np.ma.array(np.eye(2)), {}, "covariance is a masked array"),
        (np.eye(2), {"mean": [0.0]}, r"mean has shape \(1,\): give a vector of 2"),
        (np.eye(2, dtype=np.float32), {}, "float32"),
    ],
)
def test_bad_laws(covariance, options, message):
    with pytest.raises(ValueError, match=message):
        gaussian(covariance, "X", "Y", **options)


def test_badly_scaled_is_not_bad():
    assert gaussian([[1e-30, 0.5], [0.5, 1e30]], "X", "Y").sizes == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1.0, 2.0]], np.eye(2), "X", "Z"), "matrix has shape"),
        ((1.0, -1.0, "X", "Z"), "noise.*semi-definite"),
        ((1.0, np.inf, "X", "Z"), "noise.*finite"),
        ((np.nan, 1.0, "X", "Z"), "matrix has the entry nan: give finite"),
        ((1.0, 1.0, "X", "Z", np.inf), "offset has the entry inf: give finite"),
        ((1j, 1.0, "X", "Z"), "matrix holds complex128, not real numbers"),
        ((1.0, 1.0, "X", "X"), "'X' twice"),
        ((1.0, 1.0, "X", "Z", [0.0, 0.0]), "offset has shape"),
    ],
)
def test_bad_channels(arguments, message):
    with pytest.raises(ValueError, match=message):
        linear_gaussian(*arguments)


@pytest.mark.slow
def test_bad_requests():
    p = random_gaussian(0)
    with pytest.raises(ValueError, match="unknown variable 'Q'"):
        marginal(p, "Q")
    with pytest.raises(ValueError, match="2 numbers in the law but the matrix reads 1"):
        extend(p, linear_gaussian(1.0, 1.0, "X", "Z"))
    with pytest.raises(ValueError, match="'Y' twice"):
        extend(p, linear_gaussian(1.0, 1.0, "W", "Y"))
    with pytest.raises(ValueError, match=r"X has shape \(1,\): give a vector of 2"):
        condition(p, X=1.0)


@pytest.mark.full
def test_names_in_any_order_give_the_same():
    p = random_gaussian(6)
    values = [mutual_information(marginal(p, *order), "X", "Y", given="G") for order in itertools.permutations(SIZES)]
    assert max(values) - min(values) <= rounding(64)
