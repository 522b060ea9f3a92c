"""How the sampled loop of each model is compared with its exact one, by the symbols or moments of its states."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy import stats

from infoloop.loops.loop import unroll
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
from tests.support.finite_sample_bounds import counts_against, mean_against, values_against, worst

RUNS, GENERATIONS = 50_000, 4
TIMES = jnp.arange(GENERATIONS)


ALL: tuple[Any, ...] = MODELS


def name_of(model):
    return model.__name__.rsplit(".", maxsplit=1)[-1]


def sampled_states(loop, watch=lambda state: state, generations=GENERATIONS):
    """What is seen in the generations of a sampled loop, as host arrays: axes generation, run."""
    keys = jax.random.split(jax.random.key(3), generations)
    return jax.tree.map(np.asarray, jax.jit(lambda keys: unroll(loop, keys, watch))(keys))


def exact(loop, generations=GENERATIONS):
    return jax.tree.map(np.asarray, unroll(loop, jnp.arange(generations)))


def at_frequencies(model, m, other):
    """Hypothesis and count together, as one number, in each generation."""
    hypothesis, z = sampled_states(model.sampled(other, RUNS), lambda state: (state[0], state[1].model))
    places = hypothesis * (m.size + 1) + np.rint(z * m.size).astype(int)
    return [counts_against(*pair) for pair in zip(places, exact(model.loop(m)), strict=True)]


def at_pairs(m, other):
    """Hypothesis, first count and frequency together."""
    seen = sampled_states(anchored.sampled(other, RUNS), lambda state: (state[0], state[1].first, state[1].model))
    hypothesis, first, z = seen
    values = anchored.frequencies(m)
    places = np.searchsorted((values[1:] + values[:-1]) / 2, z)
    places += len(values) * (np.rint(first * m.size).astype(int) + (m.size + 1) * hypothesis)
    return [counts_against(*pair) for pair in zip(places, exact(anchored.loop(m)), strict=True)]


def in_urns(m, other):
    """Hypothesis and the ones in the pool; and hypothesis and the ones that the model is fit to."""

    def watch(state):
        return state[0], (state[1].data * state[1].weights).sum(-1), state[1].model

    hypothesis, ones, z = sampled_states(urn.sampled(other, RUNS), watch)
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
    copies, survivors = sampled_states(branching.sampled(other, RUNS)), exact(branching.loop(mean))
    pairs = zip(copies, survivors, strict=True)
    return [counts_against((seen > 0).astype(int), [1 - alive, alive]) for seen, alive in pairs]


def of_means(m, other):
    """The estimate, and its error, are normal with the variances of the covariance matrix of truth and estimate."""
    loop = gaussian_mean.sampled(other, RUNS, GENERATIONS)
    theta, z = sampled_states(loop, lambda state: (state[0], state[1].model))
    found = []
    for t, covariance in enumerate(exact(gaussian_mean.loop(m))[0]):
        error = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
        found.append(values_against(z[t] - theta[t], stats.norm(0, np.sqrt(error)).cdf))
        found.append(values_against(z[t], stats.norm(0, np.sqrt(covariance[1, 1])).cdf))
    return found


def of_mixed_means(m, other):
    """The error is normal with the variance of the exact loop; the truth is 0.5."""
    z = sampled_states(mixing.sampled(other, RUNS, 0.5), lambda state: state.model)
    pairs = zip(z, exact(mixing.loop(m)), strict=True)
    return [values_against(seen, stats.norm(0.5, np.sqrt(variance)).cdf) for seen, variance in pairs]


def of_refits(m, other, short=False):
    """Mean and variance of what was drawn are recovered from one fit to the next: normal and chi-square, whatever the
    schedule. Moments of the fits are those of the exact loop."""
    fits, moments = sampled_states(gaussian_refit.sampled(other, RUNS, short)), exact(gaussian_refit.loop(m))
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

    w, grams, fresh = sampled_states(regression.sampled(other, RUNS, GENERATIONS), watch)
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
    """The symbol or number in run r of hypothesis x is `state[x, r]`: each hypothesis by itself."""
    tables, seen = exact(model.loop(m)), sampled_states(model.sampled(other, RUNS))
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
