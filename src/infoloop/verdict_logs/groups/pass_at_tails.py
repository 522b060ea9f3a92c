r"""pass@k beyond the attempts of a log: extrapolated by a Beta law of the pass rates, and how wrong that was here.

If the rates have the law Beta(a, b), k passes of n attempts have the beta-binomial law, from which a and b are fitted
by greatest likelihood, and $\text{pass@}k=1-\frac{B(a,b+k)}{B(a,b)}$. No estimate without bias exists for k beyond n, so
that this hangs on the law: the same is done from half of the attempts at each problem, to foretell what all of them
show. Intervals are approximate, and only as good as the law: the values of pass@k for which twice the logarithm of the
likelihood is within a quantile of $\chi^2_1$ of the greatest (profile likelihood), for problems like these.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import scipy

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import Tally, check_confidence
from infoloop.verdict_logs.pass_at_intervals import pass_estimate

_RAYS, _HALVINGS, _FURTHEST, _KEY = 128, 40, 12.0, 20_240_229  # the furthest |log a| and |log b| that are looked at


class ExtrapolatedPass(NamedTuple):
    """pass@k by the fitted law, with the ends of an approximate interval."""

    k: int
    estimate: float
    low: float
    high: float


class HeldOut(NamedTuple):
    """What half of the attempts foretold of all.

    Attributes:
        fitted: Attempts at each problem from which the law was fitted, the least number.
        k: Attempts of the pass@k foretold: the least number at a problem.
        foretold: pass@k by the law.
        counted: The unbiased estimate of it from all attempts.
        low: The lower end of the exact interval around `counted`.
        high: The upper end.
    """

    fitted: int
    k: int
    foretold: float
    counted: float
    low: float
    high: float

    @property
    def error(self) -> float:
        """How much too high pass@k was foretold."""
        return self.foretold - self.counted

    @property
    def refused(self) -> bool:
        """Whether the foretold is outside the exact interval: the tail of the law is not that of the log."""
        return not self.low <= self.foretold <= self.high


class PassTail(NamedTuple):
    """The fitted law and what it says beyond the attempts of the log: extrapolated.

    Attributes:
        a: Of Beta(a, b).
        b: Of it.
        values: pass@k for the k that were asked for.
        held_out: None where a problem has fewer than four attempts.
    """

    a: float
    b: float
    values: tuple[ExtrapolatedPass, ...]
    held_out: HeldOut | None


@host_only
def extrapolate_pass(tally: Tally, ks: tuple[int, ...] | None = None, confidence: float = 0.95) -> PassTail:
    """Return pass@k beyond the attempts of a log, by a Beta law of the pass rates.

    Args:
        tally: Attempts and passes of problems.
        ks: Attempts of pass@k, from 1 on; unless given 2, 4, 8 and 16 times the least number of attempts at a problem.
        confidence: Of each interval; above 0 and below 1.

    Raises:
        ValueError: There are fewer than two problems, or an argument is outside its range.

    >>> tally = Tally(np.arange(300), np.full(300, 8), np.repeat([0, 1, 4], [200, 60, 40]))
    >>> found = extrapolate_pass(tally, (16,)); found.values[0].low < found.values[0].estimate < found.values[0].high
    True
    """
    delta = check_confidence(confidence)
    passes, attempts = np.asarray(tally.passes, int), np.asarray(tally.attempts, int)
    if passes.size < 2:
        raise ValueError(f"there is {passes.size} problem: a law of rates takes two or more")
    least = int(attempts.min())
    ks = tuple(least * 2**j for j in range(1, 5)) if ks is None else ks
    if not ks or min(ks) < 1:
        raise ValueError(f"ks is {ks}: give whole numbers from 1 on")
    counts = _Counts(passes, attempts)
    best = counts.fit()
    border = counts.border(best, float(scipy.stats.chi2.ppf(1 - delta, 1)) / 2)
    at, around = pass_by_law(*np.exp(best), np.array(ks)), pass_by_law(*np.exp(border[..., None]), np.array(ks))
    ends = zip(at, np.minimum(at, around.min(0)), np.maximum(at, around.max(0)), strict=True)
    values = tuple(ExtrapolatedPass(k, *map(float, found)) for k, found in zip(ks, ends, strict=True))
    return PassTail(*map(float, np.exp(best)), values, _held_out(passes, attempts, confidence))


def pass_by_law(a: np.ndarray, b: np.ndarray, k: np.ndarray) -> np.ndarray:
    r"""Return pass@k of rates with the law Beta(a, b): $1-\frac{B(a,b+k)}{B(a,b)}$.

    Args:
        a: Above 0.
        b: Above 0.
        k: Attempts.

    >>> pass_by_law(1.0, 1.0, np.array([1, 3])).round(12).tolist()
    [0.5, 0.75]
    """
    return -np.expm1(scipy.special.betaln(a, b + k) - scipy.special.betaln(a, b))


class _Counts:
    """Counts of passes, those that are alike together, and how likely they are."""

    def __init__(self, passes: np.ndarray, attempts: np.ndarray) -> None:
        (self._k, self._n), self._of = np.unique(np.stack([passes, attempts]), axis=1, return_counts=True)

    def log_likelihood(self, logs: np.ndarray) -> np.ndarray:
        """Return it at points (log a, log b), the first axis, without what does not hang on them."""
        a, b = np.exp(logs[..., None])
        each = scipy.special.betaln(a + self._k, b + self._n - self._k) - scipy.special.betaln(a, b)
        return each @ self._of

    def fit(self) -> np.ndarray:
        """Return the point of greatest likelihood, within what is looked at."""
        bounds = [(-_FURTHEST, _FURTHEST)] * 2
        starts = [np.array([x, y]) for x in (-2.0, 0.0, 2.0) for y in (-2.0, 0.0, 2.0)]
        start = starts[int(np.argmax(self.log_likelihood(np.array(starts).T)))]
        return scipy.optimize.minimize(lambda x: -self.log_likelihood(x), start, bounds=bounds, method="L-BFGS-B").x

    def border(self, best: np.ndarray, drop: float) -> np.ndarray:
        """Return points around the best on which the logarithm of the likelihood is so much less, by rays from it."""
        angle = np.arange(_RAYS) * 2 * math.pi / _RAYS
        rays = self._axes(best) @ np.stack([np.cos(angle), np.sin(angle)])
        with np.errstate(divide="ignore"):
            room = np.where(rays > 0, (_FURTHEST - best[:, None]) / rays, (-_FURTHEST - best[:, None]) / rays).min(0)
        inside, outside, least = np.zeros(_RAYS), room, self.log_likelihood(best) - drop
        inside = np.where(self.log_likelihood(best[:, None] + room * rays) >= least, room, inside)
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            held = self.log_likelihood(best[:, None] + middle * rays) >= least
            inside, outside = np.where(held, middle, inside), np.where(held, outside, middle)
        return best[:, None] + inside * rays

    def _axes(self, best: np.ndarray, step: float = 1e-3) -> np.ndarray:
        """Return directions in which the likelihood falls alike, from second differences."""
        e = step * np.eye(2)
        second = np.empty((2, 2))
        for i in range(2):
            for j in range(2):
                corners = [
                    self.log_likelihood(best + s * e[i] + t * e[j]) for s, t in ((1, 1), (1, -1), (-1, 1), (-1, -1))
                ]
                second[i, j] = (corners[1] + corners[2] - corners[0] - corners[3]) / (4 * step**2)
        sizes, axes = np.linalg.eigh(second)
        return axes / np.sqrt(np.where(sizes > 1e-3, sizes, 1e-3))


def _held_out(passes: np.ndarray, attempts: np.ndarray, confidence: float) -> HeldOut | None:
    least = int(attempts.min())
    if least < 4:
        return None
    half = attempts // 2
    kept = np.random.default_rng(_KEY).hypergeometric(passes, attempts - passes, half)
    a, b = np.exp(_Counts(kept, half).fit())
    counted = pass_estimate(passes, attempts, least, confidence)
    return HeldOut(int(half.min()), least, float(pass_by_law(a, b, np.array(least))), *counted[1:])
