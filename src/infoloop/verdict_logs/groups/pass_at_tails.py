r"""pass@k beyond the attempts of a log: extrapolated by a Beta law of the pass rates, and how wrong that was here.

If the rates have the law Beta(a, b), k passes of n attempts have the beta-binomial law, from which a and b are fitted
by greatest likelihood, and $\text{pass@}k=1-\frac{B(a,b+k)}{B(a,b)}$. No estimate without bias exists for k beyond n,
so this hangs on the law: the same is done from half of the attempts at each problem, to foretell what all of them show.
Intervals are approximate, or bounds where the counts tell little of the law (`beta_fits`). They speak of the law that
the problems are drawn from, so of problems like these, and only if it is a Beta law: else they may never hold.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.groups.beta_fits import fit_beta
from infoloop.verdict_logs.pass_at_intervals import pass_estimate

_KEY = 20_240_229


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
        bounds: Whether the intervals are bounds, wider than they say (`beta_fits`).
        values: pass@k for the k that were asked for.
        held_out: None where a problem has fewer than four attempts.
    """

    a: float
    b: float
    bounds: bool
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
    passes, attempts = np.asarray(tally.passes, int), np.asarray(tally.attempts, int)
    if passes.size < 2:
        raise ValueError(f"there is {passes.size} problem: a law of rates takes two or more")
    least = int(attempts.min())
    ks = tuple(least * 2**j for j in range(1, 5)) if ks is None else ks
    if not ks or min(ks) < 1:
        raise ValueError(f"ks is {ks}: give whole numbers from 1 on")
    fit = fit_beta(passes, attempts, confidence)
    values = tuple(ExtrapolatedPass(k, *fit.of(lambda a, b, k=k: pass_by_law(a, b, k))) for k in ks)
    return PassTail(fit.a, fit.b, fit.bounds, values, _held_out(passes, attempts, confidence))


def pass_by_law(a: ArrayLike, b: ArrayLike, k: ArrayLike) -> np.ndarray:
    r"""Return pass@k of rates with the law Beta(a, b): $1-\frac{B(a,b+k)}{B(a,b)}$.

    Args:
        a: Above 0.
        b: Above 0.
        k: Attempts.

    >>> pass_by_law(1.0, 1.0, np.array([1, 3])).round(12).tolist()
    [0.5, 0.75]
    """
    a, b, k = (np.asarray(x, float) for x in (a, b, k))
    return -np.expm1(scipy.special.betaln(a, b + k) - scipy.special.betaln(a, b))


def _held_out(passes: np.ndarray, attempts: np.ndarray, confidence: float) -> HeldOut | None:
    least = int(attempts.min())
    if least < 4:
        return None
    half = attempts // 2
    kept = np.random.default_rng(_KEY).hypergeometric(passes, attempts - passes, half)
    fit, counted = fit_beta(kept, half, confidence), pass_estimate(passes, attempts, least, confidence)
    return HeldOut(int(half.min()), least, float(pass_by_law(fit.a, fit.b, least)), *counted[1:])
