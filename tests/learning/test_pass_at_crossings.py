"""Crossings of pass@k curves: closed forms, roots of polynomials, and curves looked at for every k."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.pass_at_crossings import cover_gap, crossings, sharpened_crossing
from infoloop.learning.pass_at_k import pass_at
from infoloop.learning.question_populations import fixed_rates
from infoloop.probability.numerics import rounding

HALF = fixed_rates([0.5])


@pytest.mark.parametrize(("a", "w", "low"), [(0.5, 0.75, 0.0), (0.3, 0.5, 0.1), (0.05, 0.02, 0.01)])
def test_a_sharpened_policy_crosses_its_base_once_where_the_closed_form_says(a, w, low):
    found = crossings(fixed_rates([a]), fixed_rates([1.0, low], [w, 1 - w]))
    assert found.shape == (1,)
    assert abs(found[0] / sharpened_crossing(a, w, low) - 1) <= rounding(64)
    assert abs((1 - a) ** found[0] / ((1 - w) * (1 - low) ** found[0]) - 1) <= rounding(64)


def test_the_published_case_is_a_tie_at_two():
    base, sharpened = HALF, fixed_rates([1.0, 0.0], [0.75, 0.25])
    assert float(pass_at(base, 2)) == float(pass_at(sharpened, 2)) == 0.75
    assert abs(crossings(base, sharpened)[0] - 2) <= rounding(1)


def test_all_crossings_are_found_where_they_are_roots_of_a_polynomial():
    """Fails 2^-j, j = 0..4: with z = 2^-k the difference is a polynomial in z, here one with chosen roots."""
    roots = np.array([0.8, 0.6, 0.3])
    signed = np.poly([1.0, *roots])[::-1]
    one, other = (part / part.sum() for part in (np.maximum(signed, 0), np.maximum(-signed, 0)))
    rates = 1 - 0.5 ** np.arange(5)
    found = crossings(fixed_rates(rates, one), fixed_rates(rates, other))
    np.testing.assert_allclose(found, -np.log2(roots), rtol=rounding(1000))


def test_no_crossing_is_missed_on_random_populations():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        (p, v), (q, w) = ((rng.beta(0.5, 1.5, 5), rng.dirichlet(np.ones(5))) for _ in range(2))
        found = crossings(fixed_rates(p, v / v.sum()), fixed_rates(q, w / w.sum()))
        k, slowest = np.geomspace(1e-3, 1e4, 4000), 1 - min(*p, *q)  # over which nothing underflows
        gap = np.power.outer((1 - p) / slowest, k).T @ v - np.power.outer((1 - q) / slowest, k).T @ w
        seen = k[1:][np.diff(np.sign(gap)) != 0]
        inside = found[(found > k[0]) & (found < k[-1])]
        assert len(inside) == len(seen)
        assert (abs(np.log(inside) - np.log(seen)) < np.log(k[1] / k[0]) * 1.01).all()


def test_equal_populations_and_dominated_ones_do_not_cross():
    assert crossings(HALF, fixed_rates([0.5, 0.5])).size == 0
    assert crossings(HALF, fixed_rates([0.75, 0.5])).size == 0


def test_many_questions_that_cover_in_one_order_on_each_side_cross_once():
    rates = (np.arange(200) + 0.5) / 200
    sharpened = rates**3 / (rates**3 + (1 - rates) ** 3 / 4)
    (k,) = crossings(fixed_rates(rates), fixed_rates(sharpened))
    assert k > 1
    assert abs(np.mean((1 - rates) ** k) - np.mean((1 - sharpened) ** k)) <= rounding(1)


def test_too_many_changes_of_sign_are_refused():
    rates = np.linspace(0.1, 0.9, 80)
    signed = np.tile([1.0, -1.0, -1.0, 1.0], 20)
    one, other = (np.where(signed == sign, 1 / 40, 0.0) for sign in (1, -1))
    with pytest.raises(ValueError, match=r"change sign 40 times in the order of the rates, more than the 32"):
        crossings(fixed_rates(rates, one), fixed_rates(rates, other))


def test_support_kept_and_crosses():
    """Halves raised from 1/2 to 9/10 and lowered to 1/5: better by 1/20 at k = 1, worse by 3/40 at k = 2."""
    sharpened = fixed_rates([0.9, 0.2])
    gaps = pass_at(sharpened, [1, 2]) - pass_at(HALF, [1, 2])
    np.testing.assert_allclose(gaps, [1 / 20, -3 / 40], atol=rounding(1))
    (k,) = crossings(HALF, sharpened)
    assert 1 < k < 2


def test_lowered_without_a_loss():
    """1/10 raised to 1/5 and 9/10 lowered to 3/4: worse by 1/40 at k = 1, better from k = 2 on."""
    base, sharpened = fixed_rates([0.1, 0.9]), fixed_rates([0.2, 0.75])
    k = np.arange(1, 200)
    gaps = np.asarray(pass_at(sharpened, k) - pass_at(base, k))
    assert abs(gaps[0] + 1 / 40) <= rounding(1)
    assert (gaps[1:] > 0).all()


@pytest.mark.slow
def test_orders_of_cover_are_the_least_gaps_on_a_grid():
    rng = np.random.default_rng(4)
    p, q = rng.integers(0, 17, 4) / 16, rng.integers(0, 17, 6) / 16
    t = np.linspace(0, 1, 1025)
    ahead = (q[:, None] >= t).mean(0) - (p[:, None] >= t).mean(0)
    assert abs(cover_gap(fixed_rates(q), fixed_rates(p)) - ahead[t <= max(*p, *q)][1:].min()) <= rounding(8)
    area = np.minimum(q[:, None], t).mean(0) - np.minimum(p[:, None], t).mean(0)
    least = area[np.isin(t, np.concatenate([p, q]))].min()
    assert abs(cover_gap(fixed_rates(q), fixed_rates(p), "second") - least) <= rounding(8)


def test_the_closed_form_is_batched_and_refuses_what_does_not_cross():
    found = jax.jit(sharpened_crossing)(jnp.array([0.5, 0.5]), 0.75, jnp.array([0.0, 0.5]))
    assert abs(found[0] - 2) <= rounding(1)
    assert jnp.isnan(found[1])
    with pytest.raises(ValueError, match=r"lowered 0\.5: give 0 <= lowered < base < 1"):
        sharpened_crossing(0.5, 0.75, 0.5)
    with pytest.raises(ValueError, match="order is 'third': choose one of 'first', 'second'"):
        cover_gap(HALF, HALF, "third")
    with pytest.raises(TypeError, match="crossings runs on the host, and one is traced"):
        jax.jit(lambda p: crossings(fixed_rates(p), HALF))(jnp.array([0.5]))
