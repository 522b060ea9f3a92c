r"""Chapter 6, estimates of pass@k: unbiased from n verdicts up to k = n, and none beyond (S52)."""

import itertools
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb, arb_poly, fmpq_mat, fmpq_poly

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import real_ball
from infoloop.learning.pass_at_k import pass_at, pass_at_estimate, pass_at_estimate_moments
from infoloop.learning.question_populations import FixedRates
from infoloop.statements.cases import Family, random_numbers, random_probabilities
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

ATTEMPTS = "attempts are independent and pass with probability p"
RATES = (fmpq(0), fmpq(1, 10), fmpq(1, 3), fmpq(1, 2), fmpq(9, 10), fmpq(1))
SIZES = [(n, k) for n in range(1, 6) for k in range(1, n + 1)]


def passed_by_k(rate: Number, k: int) -> Number:
    r"""Return $1-(1-p)^k$.

    >>> passed_by_k(fmpq(1, 2), 3)
    7/8
    """
    return 1 - (1 - rate) ** k


def law_of_verdicts(rate: fmpq, n: int, together: bool = False) -> dict[tuple[int, ...], fmpq]:
    """Return the probability of every sequence of n verdicts: independent ones, or all copies of the first.

    >>> law_of_verdicts(fmpq(1, 4), 2, together=True)
    {(0, 0): 3/4, (1, 1): 1/4}
    """
    if together:
        return {(0,) * n: 1 - rate, (1,) * n: rate}
    return {
        verdicts: math.prod((rate if v else 1 - rate for v in verdicts), start=fmpq(1))
        for verdicts in itertools.product((0, 1), repeat=n)
    }


def _estimated(case):
    """Return the mean of the estimate over all c and pass@k, for n = 5 and k = 1..5."""
    ks = jnp.arange(1.0, 6.0)
    return pass_at_estimate_moments(case[0], 5, ks)[0], pass_at(_one(case[0]), ks)


def _one(rate):
    return FixedRates(jnp.atleast_1d(rate), jnp.ones(1))


def _estimated_exactly(case):
    """Return the mean share of k-subsets with a pass, subset by subset and verdict by verdict, and pass@k."""
    n, k, mean = case["n"], case["k"], fmpq(0)
    for verdicts, mass in law_of_verdicts(case["p"], n, case.get("verdicts") == "copies of one").items():
        subsets = list(itertools.combinations(verdicts, k))
        mean += mass * (fmpq(sum(map(max, subsets)), len(subsets)) if subsets else 1)  # without any the formula says 1
    return mean, passed_by_k(case["p"], k)


def _plugged(p, n, k):
    """Return the mean of the plug-in estimate, pass@k at the rate c/n."""
    law = law_of_verdicts(p, n)
    return sum((mass * passed_by_k(fmpq(sum(verdicts), n), k) for verdicts, mass in law.items()), fmpq(0))


_some = {"p": fmpq(1, 3), "n": 4, "k": 2}
pass_at_k_estimate = equality(
    "thm:pass-at-k-estimate",
    (ATTEMPTS, "k <= n"),
    _estimated,
    random_probabilities(1),
    exact=_estimated_exactly,
    family=Family(
        "rates 0, 1/10, 1/3, 1/2, 9/10, 1; n up to 5, k up to n",
        lambda: ({"p": p, "n": n, "k": k} for p in RATES for n, k in SIZES),
    ),
    edges=(_some,),
    neighbours=(
        without(ATTEMPTS, {**_some, "verdicts": "copies of one"}),
        without("k <= n", {"p": fmpq(1, 2), "n": 1, "k": 2}),
        changed(
            "the plug-in 1 - (1-c/n)^k in its place",
            lambda case: (_plugged(**case), passed_by_k(case["p"], case["k"])),
        ),
    ),
    wrong=lambda case: (_estimated(case)[0], pass_at(_one(case[0]), jnp.arange(2.0, 7.0))),
)


def _plug_in_is_unbiased(case):
    """Return the mean of the plug-in over all c for n = 5, and pass@k, for k = 1..5."""
    ks, c = jnp.arange(1.0, 6.0), jnp.arange(6.0)
    ways = jnp.array([math.comb(5, j) for j in range(6)])
    weights = ways * case[0] ** c * (1 - case[0]) ** (5 - c)
    return ((1 - (1 - c / 5) ** ks[:, None]) @ weights, pass_at(_one(case[0]), ks))


plug_in_is_unbiased = equality(
    "fol:plug-in-is-unbiased",
    (ATTEMPTS, "k <= n"),
    _plug_in_is_unbiased,
    random_probabilities(1),
    exact=lambda case: (_plugged(**case), passed_by_k(case["p"], case["k"])),
    family=Family("p = 1/2, n = 2, k = 1 and 2", lambda: parameter_grid(p=[fmpq(1, 2)], n=[2], k=(1, 2))),
)


def mean_of(values: Sequence[Number], rate: Number) -> Number:
    r"""Return $\sum_c\binom nc p^c(1-p)^{n-c}u_c$, the mean of an estimate that says $u_c$ after c passes of n.

    >>> mean_of([fmpq(0), fmpq(1, 2), fmpq(1)], fmpq(1, 4))
    1/4
    """
    n = len(values) - 1
    return sum(math.comb(n, c) * rate**c * (1 - rate) ** (n - c) * u for c, u in enumerate(values))


def least_bias(k: int) -> fmpq:
    r"""Return $k!/(2k)^k$.

    >>> least_bias(2), least_bias(3)
    (1/8, 1/36)
    """
    return fmpq(math.factorial(k), (2 * k) ** k)


def best_estimate(k: int) -> list[fmpq]:
    """Return the estimate from k - 1 verdicts whose bias at the rates 0, 1/k, ..., 1 has one size and changing signs.

    >>> best_estimate(2)
    [1/8, 9/8]
    """
    rates = [fmpq(j, k) for j in range(k)]
    bernstein = fmpq_mat([[mean_of([int(c == d) for d in range(k)], p) for c in range(k)] for p in rates])
    sizes = [passed_by_k(p, k) + (-1) ** j * least_bias(k) for j, p in enumerate(rates)]
    return [entry for (entry,) in bernstein.solve(fmpq_mat([[size] for size in sizes])).tolist()]


def _bias(case):
    """Return the least bias, and the largest of an arbitrary estimate from 3 verdicts, taken by its place."""
    found = []
    for k in (4, 5, 6):
        rates = np.arange(k + 1) / k
        sizes = jnp.abs(mean_of(list(case), rates) - passed_by_k(rates, k))
        found.append(sizes[jnp.argmax(sizes)])
    return jnp.array([float(least_bias(k)) for k in (4, 5, 6)]), jnp.stack(found)


EXTREMES = "extremes of Chebyshev's polynomial"
_RATIONAL_EXTREMES = {2: (fmpq(0), fmpq(1, 2), fmpq(1)), 3: (fmpq(0), fmpq(1, 4), fmpq(3, 4), fmpq(1))}


def _bias_exactly(case):
    """Return the bound and the largest bias at the rates j/k, or where Chebyshev's polynomial has its extremes."""
    k = case["k"]
    if case.get("rates") != EXTREMES:
        biases = [mean_of(case["estimate"], fmpq(j, k)) - passed_by_k(fmpq(j, k), k) for j in range(k + 1)]
        return least_bias(k), max(map(abs, biases))
    rate, bound = fmpq_poly([0, 1]), fmpq(2, 4**k)
    bias = mean_of(case["estimate"], rate) - passed_by_k(rate, k)
    if k in _RATIONAL_EXTREMES:
        return bound, max(abs(bias(p)) for p in _RATIONAL_EXTREMES[k])
    biases = [real_ball(lambda j=j: abs(arb_poly(bias)((1 - arb.cos_pi(arb(j) / k)) / 2))) for j in range(k + 1)]
    return bound, max(biases, key=lambda ball: float(ball.enclosure().mid()))


def least_largest(k: int) -> list[fmpq]:
    r"""Return the estimate from k - 1 verdicts whose largest bias over all rates is least, $2^{1-2k}$.

    Its bias is $\pm2^{1-2k}T_k(2p-1)$, with the sign that leaves a mean of degree k - 1.

    >>> least_largest(2), least_largest(3)
    ([1/8, 9/8], [1/32, 5/4, 31/32])
    """
    before, chebyshev, n = fmpq_poly([1]), fmpq_poly([-1, 2]), k - 1
    for _ in range(k - 1):
        before, chebyshev = chebyshev, fmpq_poly([-2, 4]) * chebyshev - before
    mean = passed_by_k(fmpq_poly([0, 1]), k) + (-1) ** k * fmpq(2, 4**k) * chebyshev
    return [
        sum((mean[i] * math.comb(c, i) / math.comb(n, i) for i in range(c + 1)), fmpq(0)) for c in range(n + 1)
    ]  # in Bernstein's basis


def _of_copies(case):
    """Return the bound and the largest bias where all attempts are copies of one, so that pass@k is the rate."""
    k, said, n = case["k"], case["estimate"], len(case["estimate"]) - 1
    biases = []
    for p in (fmpq(j, k) for j in range(k + 1)):
        law = law_of_verdicts(p, n, together=True)
        biases.append(sum((mass * said[sum(verdicts)] for verdicts, mass in law.items()), fmpq(0)) - p)
    return least_bias(k), max(map(abs, biases))


def _estimates():
    """Yield estimates from n verdicts: all that say 0, 1/2 or 1, the plug-in, and the one of least bias."""
    for n, k in ((1, 2), (1, 3), (2, 3), (2, 4)):
        for said in itertools.product((fmpq(0), fmpq(1, 2), fmpq(1)), repeat=n + 1):
            yield {"k": k, "estimate": said}
    for n, k in ((3, 4), (4, 5), (4, 6), (5, 8)):
        yield {"k": k, "estimate": [passed_by_k(fmpq(c, n), k) for c in range(n + 1)]}
    for k in range(2, 8):
        yield {"k": k, "estimate": best_estimate(k)}
        yield {"k": k, "estimate": best_estimate(k), "rates": EXTREMES}
    for k in _RATIONAL_EXTREMES:
        yield {"k": k, "estimate": least_largest(k), "rates": EXTREMES}


def _unbiased_of_k(case):
    """Return the same for the unbiased estimate from k verdicts, as an implementation would that confuses n and k."""
    k = 4
    rates = np.arange(k + 1) / k
    said = pass_at_estimate(k, np.arange(k + 1), k) + 0.0 * case[0]
    return jnp.array(float(least_bias(k))), jnp.max(jnp.abs(mean_of(list(said), rates) - passed_by_k(rates, k)))


no_estimate_beyond = inequality(
    "thm:no-estimate-beyond-n",
    (ATTEMPTS, "k > n"),
    _bias,
    random_numbers(4, jax.nn.sigmoid, spread=2),
    exact=_bias_exactly,
    family=Family(
        "n = 1, k = 2, 3 and n = 2, k = 3, 4, all estimates that say 0, 1/2 or 1; the plug-in for n up to 5; the "
        "estimate of least bias for k = 2 to 7, n = k - 1; this one at the extremes of Chebyshev's polynomial too, and "
        "the one of least largest bias for k = 2, 3",
        _estimates,
    ),
    edges=(
        {"k": 2, "estimate": [fmpq(1, 8), fmpq(9, 8)]},
        {"k": 3, "estimate": least_largest(3), "rates": EXTREMES},
    ),
    neighbours=(
        without(ATTEMPTS, {"k": 2, "estimate": [fmpq(0), fmpq(1)]}, exact=_of_copies),
        without("k > n", {"k": 2, "estimate": [fmpq(0), fmpq(1), fmpq(1)]}),
        changed("101/100 of the bias", lambda case: (_bias_exactly(case)[0] * fmpq(101, 100), _bias_exactly(case)[1])),
    ),
    wrong=_unbiased_of_k,
)
