"""Exports about training on verdicts, each with a call at a setting and its value in 50 digits."""

import jax.numpy as jnp
from mpmath import exp, gamma, mpf

import infoloop as il
from tests.support import gradient_oracles as g
from tests.support.jax_quantities import X, Y, rate


def _two_rates(s):
    """Questions at two rates, one of each value of X."""
    return il.fixed_rates(jnp.stack([0.3 + s.t[0] / 4, s.t[0] ** 2]), il.marginal(s.p, "X").table)


def _shares(m):
    return [*zip(g.masses(m.p, X), (rate(m), m.t[0] ** 2), strict=True)]


def _beta(s):
    return il.beta_rates(2 + s.t[0], 1 + s.t[1])


def _failing(m):
    """E(1-p)^k for Beta(2 + t, 1 + u) and k = 3 + t."""
    a, b, k = 2 + m.t[0], 1 + m.t[1], 3 + m.t[0]
    return gamma(b + k) * gamma(a + b) / (gamma(b) * gamma(a + b + k))


def _verifier(s):
    return il.erring_verifier(false_positive=0.3 + s.t[0] / 4, false_negative=s.t[1] ** 2)


def _told(m):
    """I(R; verdict) where half of the answers are right, by entropies."""
    false_positive, false_negative = rate(m), m.t[1] ** 2
    passed = (false_positive + 1 - false_negative) / 2
    return g.h(passed) - (g.h(false_positive) + g.h(false_negative)) / 2


def _panel_rates(t):
    """The share of right answers, and the rates at which three verifiers pass wrong and right ones."""
    wrong, right = (t[0] / 4 + 1) / 8, (t[1] / 4 + 7) / 8
    return (2 + t[0]) / 4, [wrong, 2 * wrong, wrong], [right, right - wrong, right]


def _panel(t):
    share, wrong, right = _panel_rates(t)

    def cell(*verdicts):
        masses = []
        for mass, rates in ((share, right), (1 - share, wrong)):
            for passed, p in zip(verdicts, rates, strict=True):
                mass = mass * (p if passed else 1 - p)
            masses.append(mass)
        return sum(masses)

    return jnp.stack([cell(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]).reshape(2, 2, 2)


def _identified(m):
    share, wrong, right = _panel_rates(m.t)
    return [share, *wrong, *(1 - p for p in right)]


def _best(m):
    """The law of the best of n of three outputs, of which the last two are as good."""
    (worst, *rest), n = g.masses(m.p, Y), 3 + m.t[0]
    return [worst**n, *(p / sum(rest) * (1 - worst**n) for p in rest)]


def _softmax_slope(m):
    """The slope of the first probability of a softmax of (t, u, 0) by t and u."""
    weights = [exp(m.t[0]), exp(m.t[1]), mpf(1)]
    first, second = (w / sum(weights) for w in weights[:2])
    return [first * (1 - first), -first * second]


VERDICTS = {
    "fixed_rates": (_two_rates, lambda m: [rate(m), m.t[0] ** 2, *g.masses(m.p, X)]),
    "beta_rates": (_beta, lambda m: [2 + m.t[0], 1 + m.t[1]]),
    "pass_at": (
        lambda s: [il.pass_at(_two_rates(s), 3 + s.t[1]), il.pass_at(_beta(s), 3 + s.t[0])],
        lambda m: [sum(w * (1 - (1 - p) ** (3 + m.t[1])) for w, p in _shares(m)), 1 - _failing(m)],
    ),
    "majority_at": (
        lambda s: [il.majority_at(_two_rates(s), 3), il.majority_at(_beta(s), 2, "first")],
        lambda m: [
            sum(w * (3 * p**2 - 2 * p**3) for w, p in _shares(m)),
            1 - (1 + m.t[1]) * (2 + m.t[1]) / ((3 + m.t[0] + m.t[1]) * (4 + m.t[0] + m.t[1])),
        ],
    ),
    "erring_verifier": (_verifier, lambda m: [rate(m), m.t[1] ** 2]),
    "noisy_verdict_bits": (lambda s: il.noisy_verdict_bits(_verifier(s), 0.5), _told),
    "identified_rates": (lambda s: il.identified_rates(_panel(s.t)), _identified),
    "best_of": (lambda s: il.best_of(il.marginal(s.p, "Y").table, [0.0, 1.0, 1.0], 3 + s.t[0]), _best),
    "named_rule": (lambda s: il.named_rule("grpo", epsilon=s.t[0] ** 2), lambda m: [mpf(0), m.t[0] ** 2, mpf(0)]),
    "expected_update": (
        lambda s: il.expected_update(
            il.named_rule("rloo"),
            lambda z: jnp.concatenate([z, jnp.zeros(1)]),
            jnp.stack([s.t[0], s.t[1]]),
            il.output_kinds([1.0, 0.0, 0.0]),
            4,
        ),
        _softmax_slope,
    ),
}
