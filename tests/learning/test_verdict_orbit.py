"""The curve of softmax training on a verdict: first integrals in 60 digits, ends, slopes, refusals."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import log, mp, mpf

from infoloop.learning.verdict_orbit import error_scale, limit_logits, orbit_at_rate, softmax_limit, softmax_orbit
from infoloop.probability.numerics import rounding

QUESTIONS = [
    ([0.3, 0.1, 0.6], [1, 1, 0]),
    ([0.3, 0.1, 0.3, 0.2, 0.1], [1, 1, 0, 0, 0]),
    ([0.2, 0.2, 0.1, 0.3, 0.2], [1, 1, 1, 0, 0]),
]


def integrals(law, accepted):
    """Return, class by class, the differences of 1/pi to that of the first output."""
    law = [mpf(float(x)) for x in law]
    found = []
    for group in (1, 0):
        u = [1 / x for x, a in zip(law, accepted, strict=True) if a == group]
        found.append([a - u[0] for a in u[1:]])
    return found


@pytest.mark.full
@pytest.mark.parametrize(("base", "accepted"), QUESTIONS)
def test_the_integrals_are_kept_in_units_that_the_sum_of_logits_fixes(base, accepted):
    with mp.workdps(40):
        for s in (-2.0, 0.5, 3.0, 9.0):
            law = softmax_orbit(base, accepted, s)
            start, end = integrals(base, accepted), integrals(law, accepted)
            # pi = e^z / Z, so differences of e^-z are those of 1 / pi over Z, and the mean logit gives Z
            shift = mp.fsum(log(mpf(float(x))) for x in law) - mp.fsum(log(mpf(float(x))) for x in base)
            factor = mp.exp(shift / len(base))
            for before, after in zip(start, end, strict=True):
                for a, b in zip(before, after, strict=True):
                    scale = max(1 / mpf(float(x)) for x in law)
                    assert abs(a - b * factor) <= rounding(64) * scale
            right = sum(log(mpf(float(x)) / mpf(b)) for x, b, a in zip(law, base, accepted, strict=True) if a)
            moved = right - sum(accepted) * shift / len(base)
            assert abs(moved - s) <= rounding(64) * 10


@pytest.mark.full
@pytest.mark.parametrize(("base", "accepted"), QUESTIONS)
def test_a_policy_is_found_by_its_rate_up_and_down(base, accepted):
    rates = np.array([0.01, 0.4, 0.9, 0.999])
    laws = orbit_at_rate(base, accepted, rates)
    assert np.abs(laws @ np.array(accepted) - rates).max() <= rounding(16)
    back = orbit_at_rate(laws[2], accepted, np.array(base) @ np.array(accepted))
    assert np.abs(back - np.array(base)).max() <= rounding(64)


@pytest.mark.full
def test_the_likeliest_survive_alone_and_ties_share():
    assert softmax_limit([0.2, 0.2, 0.1, 0.5], [1, 1, 1, 0]).tolist() == [0.5, 0.5, 0, 0]
    far = softmax_orbit([0.2, 0.2, 0.1, 0.5], [1, 1, 1, 0], 60.0)
    assert np.abs(far - np.array([0.5, 0.5, 0, 0])).max() <= rounding(64)


@pytest.mark.full
def test_losing_logits_tend_to_their_limits_and_rejected_ones_to_each_other():
    base, accepted = [0.3, 0.1, 0.05, 0.35, 0.2], [1, 1, 1, 0, 0]
    law = np.asarray(softmax_orbit(base, accepted, 30.0))
    sum_of_logits = np.log(base).sum()
    z = np.log(law) - (np.log(law).sum() - sum_of_logits) / 5
    assert np.abs(z - limit_logits(base, accepted))[1:3].max() <= rounding(64)
    assert abs(z[3] - z[4]) < 1e-5 < abs(np.log(base[3] / base[4]))
    assert limit_logits(base, accepted)[0] == np.inf
    assert error_scale(base, accepted) == pytest.approx(2 / 3, rel=rounding(2))


@pytest.mark.full
def test_outputs_without_mass_stay_so():
    law = softmax_orbit([0.25, 0.0, 0.25, 0.5, 0.0], [1, 1, 1, 0, 0], 2.0)
    assert law[1] == law[4] == 0
    inner = softmax_orbit([0.25, 0.25, 0.5], [1, 1, 0], 2.0)
    assert np.abs(law[jnp.array([0, 2, 3])] - inner).max() <= rounding(8)


@pytest.mark.full
def test_slopes_at_a_tie_are_those_of_differences():
    """The likeliest accepted outputs are tied: which of them is the reference must not show."""
    accepted = jnp.array([1.0, 1, 1, 0, 0])

    def first(base):
        return softmax_orbit(base / base.sum(), accepted, 2.0)[0]

    base, h = jnp.array([0.2, 0.2, 0.1, 0.3, 0.2]), 1e-5
    slope = jax.jit(jax.grad(first))(base)
    steps = jnp.eye(5) * h
    differences = [(first(base + step) - first(base - step)) / (2 * h) for step in steps]
    assert np.abs(slope - jnp.array(differences)).max() < h
    assert np.abs(slope).max() > 1e-2


@pytest.mark.full
def test_what_is_traced_and_refused_is_nan():
    found = jax.jit(lambda base: softmax_orbit(base, [1.0, 0.0], 1.0))(jnp.array([0.5, 0.6]))
    assert np.isnan(found).all()
    assert np.isnan(jax.jit(lambda a: softmax_limit([0.5, 0.5], a))(jnp.array([1.0, 1.0]))).all()
    assert np.isnan(orbit_at_rate([0.5, 0.5], [1, 0], np.array([-0.5, 0.0, 1.0, 1.5]))).all()


@pytest.mark.parametrize(
    ("base", "accepted", "message"),
    [
        ([0.5, 0.6], [1, 0], "base has mass 1.1"),
        ([0.5, 0.5], [1, 1], "the pass rate of base is 1"),
        ([0.5, 0.5], [0, 0], "the pass rate of base is 0"),
        ([0.5, 0.5], [1, 0.5], "give 1 for accepted outputs"),
        ([0.5, 0.5], [1, 0, 0], "one number for each output"),
    ],
)
def test_bad_input_is_named(base, accepted, message):
    with pytest.raises(ValueError, match=message):
        softmax_orbit(base, accepted, 1.0)
