"""The contract of the models: exact and sampled loops run through one `unroll` and agree; closed forms are exact."""

import dataclasses
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.measures import mutual_information
from infoloop.loops.loop import Loop, unroll
from infoloop.models import (
    anchored,
    branching,
    gaussian_mean,
    gaussian_refit,
    mixing,
    regression,
    smoothed,
    urn,
    wright_fisher,
)
from infoloop.probability.numerics import rounding
from tests.support.finite_sample_bounds import mean_against, worst
from tests.support.model_comparisons import (
    ALL,
    GENERATIONS,
    NUMBERS,
    RUNS,
    TIMES,
    compared,
    exact,
    fourth_moments,
    name_of,
    of_refits,
    sampled_states,
    squared_risks,
)

pytestmark = pytest.mark.slow


def label(number):
    return f"{name_of(number[0])}-{number[1]}"


@pytest.mark.full
@pytest.mark.parametrize("number", NUMBERS, ids=label)
def test_the_exact_and_the_sampled_loop_have_one_law(number):
    model, k = number
    m = model.examples()[k]
    assert compared(model, m, m) <= 1


@pytest.mark.parametrize("k", range(len(gaussian_refit.examples())))
def test_two_numbers_a_generation_have_the_law_of_all_samples(k):
    m = gaussian_refit.examples()[k]
    assert worst(of_refits(m, m, short=True), 1 / (2 * len(NUMBERS))) <= 1


def with_fields(m, **fields):
    return dataclasses.replace(m, **{k: jnp.asarray(v) if isinstance(v, float) else v for k, v in fields.items()})


def wrong(model):
    """The parameters of an example, and others, slightly off or of another schedule, for the sampled loop."""
    ms = model.examples()
    known = {
        "anchored": lambda: [
            *((m, dataclasses.replace(m, weight=m.weight - 0.15)) for m in ms),
            (ms[1], ms[0]),
            (ms[2], ms[1]),
        ],
        "branching": lambda: [(1.0, 1.08)],
        "gaussian_mean": lambda: [
            (ms[0], with_fields(ms[0], noise_variance=0.62)),
            (ms[0], with_fields(ms[0], prior_variance=2.6)),
            (ms[0], ms[1]),
        ],
        "gaussian_refit": lambda: [(ms[a], ms[b]) for a, b in ((0, 1), (1, 0), (2, 3), (0, 2), (2, 0))],
        "mixing": lambda: [(ms[0], with_fields(ms[0], weight=0.35)), (ms[0], with_fields(ms[0], synthetic=3.0))],
        "regression": lambda: [(ms[1], with_fields(ms[1], noise_variance=0.54)), (ms[0], ms[1]), (ms[1], ms[0])],
        "urn": lambda: [(ms[0], with_fields(ms[0], rates=ms[0].rates + 0.03)), (ms[0], ms[1]), (ms[1], ms[0])],
    }
    if name_of(model) in known:
        return known[name_of(model)]()
    name = next(name for name in ("rates", "noise", "rows") if hasattr(ms[0], name))
    value = getattr(ms[0], name)
    return [(ms[0], dataclasses.replace(ms[0], **{name: 0.9 * value + 0.1 / value.shape[-1] if value.ndim else 0.16}))]


WRONG = [(model, k) for model in ALL for k in range(len(wrong(model)))]


@pytest.mark.full
@pytest.mark.parametrize("number", WRONG, ids=label)
def test_a_slightly_wrong_loop_would_be_noticed(number):
    model, k = number
    assert compared(model, *wrong(model)[k]) > 1


@pytest.mark.full
def test_wrong_moments_would_be_noticed():
    """The means alone: the expected variance without its correction, and the risk of the other schedule."""
    biased, unbiased = (gaussian_refit.examples()[k] for k in (0, 1))
    variance = sampled_states(gaussian_refit.sampled(unbiased, RUNS)).variance
    moments, fourth = exact(gaussian_refit.loop(biased)), fourth_moments(biased)[-1][0]
    assert worst([mean_against(variance[-1], moments.variance[-1], fourth)]) > 1
    replaced, kept = regression.examples()
    w = sampled_states(regression.sampled(replaced, RUNS, GENERATIONS), lambda state: state.model)[-1]
    risk = exact(regression.loop(kept), GENERATIONS + 1)[0][-1]
    assert worst([mean_against((w**2).sum(-1), risk, squared_risks(kept)[-1])]) > 1


def states(model, m):
    return [np.asarray(leaf) for leaf in jax.tree.leaves(unroll(model.loop(m), TIMES))]


def changed(model, m, name):
    """The model with one field changed."""
    value = getattr(m, name)
    if isinstance(value, bool):
        return dataclasses.replace(m, **{name: not value})
    if isinstance(value, str):
        options = [getattr(other, name) for other in model.examples()]
        return dataclasses.replace(m, **{name: next(option for option in options if option != value)})
    if name in ("prior", "prompt"):
        uneven = jnp.arange(1.0, len(value) + 1)
        return dataclasses.replace(m, **{name: uneven / uneven.sum()})
    return dataclasses.replace(m, **{name: value + {int: 1, float: 0.25}.get(type(value), 0.125)})


FIELDS = [
    (model, field.name)
    for model in ALL
    if dataclasses.is_dataclass(model.examples()[0])
    for field in dataclasses.fields(model.examples()[0])
]


@pytest.mark.full
@pytest.mark.parametrize("number", FIELDS, ids=label)
def test_every_parameter_matters(number):
    """In one of the examples, if not in all."""
    model, name = number
    for m in model.examples():
        pairs = list(zip(states(model, m), states(model, changed(model, m, name)), strict=True))
        if any(a.shape != b.shape or not np.array_equal(a, b) for a, b in pairs):
            return
    pytest.fail(f"{name} changes no state of any example")


@pytest.mark.parametrize("model", ALL, ids=name_of)
def test_the_exact_loop_ignores_its_keys(model):
    loop: Loop = model.loop(model.examples()[0])
    one, two = (jax.tree.leaves(unroll(loop, TIMES + k)) for k in (0, 7))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


T = np.arange(1, GENERATIONS + 1)
CLOSED: dict[str, Callable] = {
    "branching": lambda mean: [(branching.extinct_by(T, mean), extinct(mean))],
    "gaussian_refit": lambda m: of_moments(m, exact(gaussian_refit.loop(m), GENERATIONS + 1)),
    "mixing": lambda m: [(mixing.error_variance(m, T - 1), exact(mixing.loop(m)))],
    "regression": lambda m: [(regression.excess_risk(m, T - 1), exact(regression.loop(m))[0])],
}


def of_informations(model, m):
    """Information by its own function, and of the law, in the first and the third generation."""
    for t in (1, 3):
        law = model.law(m, t)
        yield np.ravel(model.information(m, t))[-1], mutual_information(law, law.names[0], law.names[-1])


def extinct(mean):
    """q = exp(mean (q - 1)) from q = 0, by Python's floats."""
    q, found = 0.0, []
    for _ in T:
        q = float(np.exp(mean * (q - 1)))
        found.append(q)
    return found


def of_moments(m, moments):
    arguments = m.samples, moments.generation.astype(int), m.schedule, m.unbiased
    scaled = (x / float(m.variance) for x in (moments.variance, moments.drift))
    closed = gaussian_refit.expected_variance(*arguments), gaussian_refit.expected_drift(*arguments)
    return list(zip(closed, scaled, strict=True))


@pytest.mark.parametrize("number", NUMBERS, ids=label)
def test_the_closed_form_is_the_exact_computation(number):
    model, k = number
    m = model.examples()[k]
    for closed, computed in CLOSED[name_of(model)](m) if name_of(model) in CLOSED else of_informations(model, m):
        np.testing.assert_allclose(closed, computed, rtol=0, atol=rounding(512))


def test_a_closed_form_one_generation_late_would_be_noticed():
    for model in (mixing, regression):
        for closed, computed in CLOSED[name_of(model)](model.examples()[0]):
            assert np.abs(closed[1:] - computed[:-1]).max() > rounding(512)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wright_fisher.sampled(wright_fisher.examples()[0], 0), "runs is 0"),
        (lambda: smoothed.sampled(smoothed.examples()[0], 0), "runs is 0"),
        (lambda: urn.sampled(urn.examples()[0], 0), "runs is 0"),
        (lambda: anchored.sampled(anchored.examples()[0], 0), "runs is 0"),
        (lambda: branching.sampled(1.0, 0), "runs is 0"),
        (lambda: branching.sampled(-1.0, 1), "mean is -1"),
        (lambda: mixing.sampled(mixing.examples()[0], 0), "runs is 0"),
        (lambda: gaussian_refit.sampled(gaussian_refit.examples()[0], 0), "runs is 0"),
        (lambda: gaussian_mean.sampled(gaussian_mean.examples()[0], 0, 1), "runs is 0"),
        (lambda: gaussian_mean.sampled(gaussian_mean.examples()[1], 1, 0).start(jax.random.key(0)), "generations is 0"),
        (lambda: regression.sampled(regression.examples()[0], 0, 1), "runs is 0"),
        (lambda: regression.sampled(regression.examples()[1], 1, 0), "generations is 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
