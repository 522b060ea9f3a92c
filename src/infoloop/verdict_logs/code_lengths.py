r"""What a verdict log can have told, at most: its length in bits under a code that was fixed before the log was seen.

Let $Q(s)$ be a law of the verdicts $s$ that knows neither the task nor the answers, and $L(s)=-\log_2Q(s)$. For any law
of the task $X$, the answers $Y$ and the verdicts $S$, and any dependence between attempts,
$$I(X;S\mid Y,Z)\le H(S\mid Y,Z)\le E\,L(S),$$
and what one log tells, $i(x;s\mid y,z)=\log_2\frac{P(s\mid x,y,z)}{P(s\mid y,z)}\le-\log_2P(s\mid y,z)$, exceeds
$L(s)+\log_2\frac1\delta$ with probability at most $\delta$, by Markov's inequality: $E\frac{Q(S)}{P(S\mid y,z)}\le1$
(Barron 1985). The least of $m$ codes costs $\log_2m$ more, as their mixture is a code. Unlike $\sum n_ih(p_i)$ this
counts what the log tells about the pass rates themselves: a student that always gives one and the same answer of two
has rates 0 and 1 only, with $h=0$, and yet its first verdict tells one bit.
"""

from __future__ import annotations

import math

import numpy as np
import scipy  # not its parts, which it loads when they are used: special takes a tenth of a second
from numpy.typing import ArrayLike

from infoloop.verdict_logs.log_binomials import log_choose


def code_by_rate(passes: ArrayLike, attempts: ArrayLike) -> float:
    r"""Return the length of the log under Laplace's rule of succession for all verdicts alike, in bits.

    $\log_2(N+1)\binom NK$ with $K=\sum k_i$, $N=\sum n_i$, since
    $\int_0^1p^K(1-p)^{N-K}dp=1/\bigl((N+1)\binom NK\bigr)$. It predicts each verdict from those before it, so
    attempts may be chosen as verdicts come in.

    >>> round(2 ** code_by_rate([0, 2], [2, 2]))
    30
    """
    return code_by_problem([np.sum(passes)], [np.sum(attempts)])


def code_by_problem(passes: ArrayLike, attempts: ArrayLike) -> float:
    r"""Return the length of the log under Laplace's rule of succession for each problem on its own, in bits.

    $\sum_i\log_2(n_i+1)\binom{n_i}{k_i}$. Attempts may be chosen as verdicts come in.

    >>> round(2 ** code_by_problem([0, 2], [2, 2]))
    9
    """
    k, n = np.asarray(passes, float), np.asarray(attempts, float)
    return float(-scipy.special.betaln(k + 1, n - k + 1).sum() / math.log(2))


def code_by_histogram(passes: ArrayLike, attempts: ArrayLike) -> float:
    r"""Return the length of the log coded by the histogram of its passes, in bits.

    $\sum_n\log_2\binom{M_n+n}n\frac{M_n!}{\prod_km_{nk}!}+\sum_i\log_2\binom{n_i}{k_i}$, where $m_{nk}$ of the
    $M_n$ problems with $n$ attempts have $k$ passes: first the histogram of the counts (one of $\binom{M_n+n}n$), then
    which problem has which count, then which attempts passed. Sharp where many problems are alike. A law of the
    verdicts only where the numbers of attempts were fixed beforehand.

    >>> round(2 ** code_by_histogram([0, 2], [2, 2]))
    12
    """
    k, n = np.asarray(passes, float), np.asarray(attempts, float)
    _, alike = np.unique(k + 1j * n, return_counts=True)
    tried, problems = np.unique(n, return_counts=True)
    histograms = log_choose(problems + tried, tried).sum()
    orders = scipy.special.gammaln(problems + 1.0).sum() - scipy.special.gammaln(alike + 1.0).sum()
    return float((histograms + orders + log_choose(n, k).sum()) / math.log(2))
