"""The information of a mean in closed form, against the exact Gaussian law of all that was drawn."""

import numpy as np
import pytest

from infoloop.information.measures import mutual_information
from infoloop.models.gaussian_mean import SCHEDULES, gaussian_mean, information, law, residual
from infoloop.probability.numerics import rounding

EXAMPLES = [gaussian_mean(10, 2.0, 3.0, schedule) for schedule in SCHEDULES]


@pytest.mark.full
@pytest.mark.parametrize("m", EXAMPLES, ids=SCHEDULES)
@pytest.mark.parametrize("t", [1, 2, 5, 12])
def test_the_closed_form_is_the_information_of_the_law(m, t):
    assert abs(information(m, t) - mutual_information(law(m, t), "theta", "Z")) <= rounding(512)


@pytest.mark.slow
@pytest.mark.parametrize("m", EXAMPLES, ids=SCHEDULES)
def test_an_optimal_user_of_all_the_data_keeps_what_the_first_generation_had(m):
    p = law(m, 6)
    everything = mutual_information(p, "theta", tuple(f"D{i}" for i in range(1, 7)))
    assert abs(everything - information(m, 1)) <= rounding(512)
    assert information(m, 6) < everything - rounding(512)


def test_replace_loses_everything_and_accumulate_does_not():
    replace, accumulate = EXAMPLES
    assert information(replace, 10**9) < rounding(1) * 10**9
    assert residual(replace) == 0
    t = 10**5  # sum 1/i^2 is 1/t short of its limit, and the information moves less than the sum's logarithm
    assert 0 < information(accumulate, t) - residual(accumulate) < 1 / t


@pytest.mark.slow
def test_many_generations_at_once():
    for m in EXAMPLES:
        each = [float(information(m, t)) for t in range(1, 6)]
        np.testing.assert_array_equal(information(m, np.arange(1, 6)), each)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaussian_mean(0), "n is 0"),
        (lambda: gaussian_mean(1, 0.0), "must be random"),
        (lambda: gaussian_mean(1, noise_variance=-2.0), "noise_variance is -2"),
        (lambda: gaussian_mean(1, schedule="x"), "schedule is 'x'"),
        (lambda: information(EXAMPLES[0], 0), "infinitely many bits"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
