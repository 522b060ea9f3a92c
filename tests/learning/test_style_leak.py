"""The leak of a house style, against the flow of its logits in NumPy, and printed numbers."""

import numpy as np
import pytest

from infoloop.learning.signal_clocks import clock_rate, label_time
from infoloop.learning.style_leak import style_form_mass, style_logit
from tests.support.log_linear_flow import softmax


@pytest.mark.parametrize("forms", [2, 5])
def test_the_logit_is_that_of_the_flow(forms):
    logits, house, step = np.zeros(forms), np.eye(forms)[0], 1e-3
    for _ in range(3000):
        middle = logits + step / 2 * (house - softmax(logits))
        logits = logits + step * (house - softmax(middle))
    assert abs(style_logit(3.0, forms) - (logits[0] - logits[1])) < 1e-5
    other = np.exp(2.0) * forms
    assert abs(style_form_mass(3.0, forms, 2.0) - other / (other + np.exp(logits).sum())) < 1e-5


@pytest.mark.parametrize(("forms", "questions", "mass"), [(2, 2, 0.993), (8, 18, 0.863), (32, 18, 0.773)])
def test_the_printed_masses(forms, questions, mass):
    dose = label_time(0.9, 0.25, clock_rate(4, questions))
    assert round(float(style_form_mass(dose, forms, 6.0)), 3) == mass


def test_more_questions_leak_more_at_the_same_accuracy():
    masses = [float(style_form_mass(label_time(0.9, 0.25, clock_rate(4, n)), 4, 6.0)) for n in (1, 4, 16, 64)]
    assert masses == sorted(masses, reverse=True)


def test_no_training_leaves_the_base():
    assert abs(style_form_mass(0.0, 2, 0.0) - 0.5) < 1e-12


def test_one_form_is_refused():
    with pytest.raises(ValueError, match="forms is 1"):
        style_logit(1.0, 1)
