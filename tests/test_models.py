"""The contract of the models: exact and sampled loops run through one `unroll` and agree; closed forms are exact."""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from infoloop.loop import Loop, unroll
from infoloop.measures import mutual_information
from infoloop.models import (
    MODELS,
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
from infoloop.numerics import rounding
from tests.contract import counts_against, mean_against, values_against, worst

RUNS, GENERATIONS = 50_000, 4
TIMES = jnp.arange(GENERATIONS)


ALL: tuple[Any, ...] = MODELS


def name_of(model):
    return model.__name__.rsplit(".", maxsplit=1)[-1]


def drawn(loop, watch=lambda state: state, generations=GENERATIONS):
    """What is seen in the generations of a sampled loop, as host arrays: axes generation, run."""
    keys = jax.random.split(jax.random.key(3), generations)
    return jax.tree.map(np.asarray, jax.jit(lambda keys: unroll(loop, keys, watch))(keys))


def exact(loop, generations=GENERATIONS):
    return jax.tree.map(np.asarray, unroll(loop, jnp.arange(generations)))


def at_frequencies(model, m, other):
    """Hypothesis and count together, as one number, in each generation."""
    hypothesis, z = drawn(model.sampled(other, RUNS), lambda state: (state[0], state[1].model))
    places = hypothesis * (m.size + 1) + np.rint(z * m.size).astype(int)
    return [counts_against(*pair) for pair in zip(places, exact(model.loop(m)), strict=True)]


def at_pairs(m, other):
    """Hypothesis, first count and frequency together."""
    seen = drawn(anchored.sampled(other, RUNS), lambda state: (state[0], state[1].first, state[1].model))
    hypothesis, first, z = seen
    values = anchored.frequencies(m)
    places = np.searchsorted((values[1:] + values[:-1]) / 2, z)
    places += len(values) * (np.rint(first * m.size).astype(int) + (m.size + 1) * hypothesis)
    return [counts_against(*pair) for pair in zip(places, exact(anchored.loop(m)), strict=True)]


def in_urns(m, other):
    """Hypothesis and the ones in the pool; and hypothesis and the ones that the model is fit to."""

    def watch(state):
        return state[0], (state[1].data * state[1].weights).sum(-1), state[1].model

    hypothesis, ones, z = drawn(urn.sampled(other, RUNS), watch)
    tables, _ = exact(urn.loop(m))
    found = [
        counts_against(hypothesis[t] * tables.shape[-1] + ones[t].astype(int), tables[t]) for t in range(GENERATIONS)
    ]
    for t in range(GENERATIONS):
        fit = urn.law(m, t + 1).table
        size = fit.shape[1] - 1
        found.append(counts_against(hypothesis[t] * (size + 1) + np.rint(z[t] * size).astype(int), fit))
    return found


def of_copies(mean, other):
    """Whether a token has copies left."""
    copies, survivors = drawn(branching.sampled(other, RUNS)), exact(branching.loop(mean))
    pairs = zip(copies, survivors, strict=True)
    return [counts_against((seen > 0).astype(int), [1 - alive, alive]) for seen, alive in pairs]


def of_means(m, other):
    """The estimate, and its error, are normal with the variances of the covariance matrix of truth and estimate."""
    loop = gaussian_mean.sampled(other, RUNS, GENERATIONS)
    theta, z = drawn(loop, lambda state: (state[0], state[1].model))
    found = []
    for t, covariance in enumerate(exact(gaussian_mean.loop(m))[0]):
        error = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
        found.append(values_against(z[t] - theta[t], stats.norm(0, np.sqrt(error)).cdf))
        found.append(values_against(z[t], stats.norm(0, np.sqrt(covariance[1, 1])).cdf))
    return found


def of_mixed_means(m, other):
    """The error is normal with the variance of the exact loop; the truth is 0.5."""
    z = drawn(mixing.sampled(other, RUNS, 0.5), lambda state: state.model)
    pairs = zip(z, exact(mixing.loop(m)), strict=True)
    return [values_against(seen, stats.norm(0.5, np.sqrt(variance)).cdf) for seen, variance in pairs]


def of_refits(m, other, short=False):
    """Mean and variance of what was drawn are recovered from one fit to the next: normal and chi-square, whatever the
    schedule. Moments of the fits are those of the exact loop."""
    fits, moments = drawn(gaussian_refit.sampled(other, RUNS, short)), exact(gaussian_refit.loop(m))
    n, lost, found = m.samples, int(m.unbiased), []
    for t in range(1, GENERATIONS):
        parts, old = (1, 0) if m.schedule == "replace" else (t, n * (t - 1))
        last = fits.variance[t - 1]
        gap = parts * (fits.mean[t] - fits.mean[t - 1])
        kept = (old - lost if old else 0) * last + gap**2 * old / t
        squares = fits.variance[t] * (old + n - lost) - kept
        found.append(values_against(gap / np.sqrt(last / n), stats.norm.cdf))
        found.append(values_against(squares / last, stats.chi2(n - 1).cdf))
    for t, (fourth, _, squared) in enumerate(fourth_moments(m), 1):
        drift = fits.mean[t] - float(m.mean)
        found.append(mean_against(fits.variance[t], moments.variance[t], fourth))
        found.append(mean_against(drift**2, moments.drift[t], squared))
        found.append(mean_against(drift, moments.mean[t] - float(m.mean), moments.drift[t]))
    return found


def fourth_moments(m):
    """E s^4, E (mu - mu_0)^2 s^2 and E (mu - mu_0)^4 by generation, from moments of a chi-square Q and a normal N:
    s'^2 = s^2 (a + Q + b N^2) / c, mu' = mu + s N / (d sqrt n)."""
    n, lost = m.samples, int(m.unbiased)
    found = [(float(m.variance) ** 2, 0.0, 0.0)]
    for t in range(1, GENERATIONS):
        old, d = (0, 1) if m.schedule == "replace" else (n * (t - 1), t)
        a, b, c = (old - lost if old else 0), old / (n * t), old + n - lost
        first = a + (n - 1) + b
        second = a**2 + (n - 1) * (n + 1) + 3 * b**2 + 2 * (a * (n - 1) + a * b + (n - 1) * b)
        with_normal = a + (n - 1) + 3 * b
        fourth, crossed, squared = found[-1]
        found.append(
            (
                fourth * second / c**2,
                crossed * first / c + fourth * with_normal / (n * d**2 * c),
                squared + 6 * crossed / (n * d**2) + 3 * fourth / (n * d**2) ** 2,
            )
        )
    return found[1:]


def of_regressions(m, other):
    r"""Given the inputs, $A\Delta w\sim N(0,\sigma^2S)$: its quadratic form is chi-square. The mean risk is the exact
    loop's."""
    d, samples = int(m.dimension), int(m.samples)

    def watch(state):
        weighed = state.data[0] * state.weights[..., None]
        place = state.number[0] * samples * (other.schedule == "accumulate")
        fresh = jax.lax.dynamic_slice_in_dim(state.data[0], place, samples, axis=1)
        return state.model, *(jnp.einsum("rij,rik->rjk", x, x) for x in (weighed, fresh))

    w, grams, fresh = drawn(regression.sampled(other, RUNS, GENERATIONS), watch)
    moves = np.einsum("trjk,trk->trj", grams, np.diff(w, axis=0, prepend=0))
    forms = np.einsum("trj,trj->tr", moves, np.linalg.solve(fresh, moves[..., None])[..., 0]) / float(m.noise_variance)
    found = [values_against(q, stats.chi2(d).cdf) for q in forms]
    risks, _ = exact(regression.loop(m), GENERATIONS + 1)
    for seen, risk, bound in zip(w, risks[1:], squared_risks(m), strict=True):
        found.append(mean_against((seen**2).sum(-1), risk, bound))
    return found


def squared_risks(m):
    r"""Bounds on $E|w_t|^4$ for t = 1, 2, ...: $3\sigma^4d^2\bigl(\sum_i((m_i-d-1)(m_i-d-3))^{-1/2}\bigr)^2$, where
    fit i has $m_i$ samples. Given the inputs $w_t$ is normal, so that $E|w_t|^4\le3(E|w_t|^2)^2$; that mean square is a
    sum of $\sigma^2\operatorname{tr}A^{-1}SA^{-1}\le\sigma^2\operatorname{tr}A^{-1}$; and the diagonal of an inverse
    Wishart matrix has the mean square $((m-d-1)(m-d-3))^{-1}$. Sums of roots: by Minkowski's inequality."""
    d = int(m.dimension)
    sizes = int(m.samples) * (np.arange(1, GENERATIONS + 1) if m.schedule == "accumulate" else np.ones(GENERATIONS))
    root = np.cumsum(1 / np.sqrt((sizes - d - 1) * (sizes - d - 3)))
    return 3 * (float(m.noise_variance) * d * root) ** 2


def row_by_row(model, m, other):
    """The letter or number in run r of hypothesis x is `state[x, r]`: each hypothesis by itself."""
    tables, seen = exact(model.loop(m)), drawn(model.sampled(other, RUNS))
    rows = zip(seen.reshape(-1, RUNS), tables.reshape(-1, tables.shape[-1]), strict=True)
    return [counts_against(places, row / row.sum()) for places, row in rows]


COMPARED: dict[str, Callable] = {
    "anchored": at_pairs,
    "branching": of_copies,
    "gaussian_mean": of_means,
    "gaussian_refit": of_refits,
    "mixing": of_mixed_means,
    "regression": of_regressions,
    "smoothed": partial(at_frequencies, smoothed),
    "urn": in_urns,
    "wright_fisher": partial(at_frequencies, wright_fisher),
}
NUMBERS = [(model, k) for model in ALL for k in range(len(model.examples()))]


def compared(model, m, other):
    """Deviations of what `other` draws from the law of `m`, over their bounds: above 1 by chance once in a million
    contracts, of which a half is for these tests and a half for the short refits."""
    found = COMPARED[name_of(model)](m, other) if name_of(model) in COMPARED else row_by_row(model, m, other)
    return worst(found, 1 / (2 * len(NUMBERS)))


def label(number):
    return f"{name_of(number[0])}-{number[1]}"


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


@pytest.mark.parametrize("number", WRONG, ids=label)
def test_a_slightly_wrong_loop_would_be_noticed(number):
    model, k = number
    assert compared(model, *wrong(model)[k]) > 1


def test_wrong_moments_would_be_noticed():
    """The means alone: the expected variance without its correction, and the risk of the other schedule."""
    biased, unbiased = (gaussian_refit.examples()[k] for k in (0, 1))
    variance = drawn(gaussian_refit.sampled(unbiased, RUNS)).variance
    moments, fourth = exact(gaussian_refit.loop(biased)), fourth_moments(biased)[-1][0]
    assert worst([mean_against(variance[-1], moments.variance[-1], fourth)]) > 1
    replaced, kept = regression.examples()
    w = drawn(regression.sampled(replaced, RUNS, GENERATIONS), lambda state: state.model)[-1]
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
