r"""Verdict logs in numbers: pass rates with intervals, the entropy of verdicts, and ceilings on its sum. In bits.

Problem $i$ was tried $n_i$ times and passed $k_i$ times, at a true pass rate $p_i$, each attempt on its own:
$k_i\sim\mathrm{Bin}(n_i,p_i)$, all of them independent. $N=\sum n_i$. The $n_i$ were fixed beforehand: where one stops
when the counts please, intervals and ceilings fail more often. The entropy of all verdicts, for one who knows the
rates, is $\sum_in_ih(p_i)$; it is an upper bound on what they tell such a one about the task, for
$I(X;S\mid Z,Y)\le H(S\mid Z)$. For one who does *not* know the rates it is no bound (`code_lengths` has that one).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import scipy  # not its parts, which it loads when they are used: special takes a tenth of a second
from numpy.typing import ArrayLike

from infoloop.reporting.suggestions import cut_text


class Tally(NamedTuple):
    """How often each problem was tried and passed; `problems` are their names in order."""

    problems: np.ndarray
    attempts: np.ndarray
    passes: np.ndarray


def verdict_entropy(rate: ArrayLike) -> np.ndarray:
    r"""Return $h(p)=-p\log_2p-(1-p)\log_2(1-p)$, in bits, as a numpy array; not finite outside [0, 1].

    >>> verdict_entropy([0.0, 0.5, 1.0]).tolist()
    [0.0, 1.0, 0.0]
    """
    rate = np.asarray(rate, float)
    return (scipy.special.entr(rate) + scipy.special.entr(1 - rate)) / math.log(2)


def pass_interval(passes: ArrayLike, attempts: ArrayLike, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    r"""Return Clopper & Pearson's interval (1934) for the rate behind k passes of n.

    $P(\mathrm{Bin}(n,p)\ge k)$ at the lower end and $P(\mathrm{Bin}(n,p)\le k)$ at the upper are $(1-c)/2$, where c is
    the confidence; the ends are 0 at $k=0$ and 1 at $k=n$.

    Args:
        passes: whole numbers, one for each problem, from 0 to its attempts.
        attempts: whole numbers from 1 on, as many.
        confidence: above 0 and below 1.

    Returns:
        The lower and the upper ends, one for each problem.

    Raises:
        ValueError: for counts that are none, and for a confidence outside its range.

    >>> low, high = pass_interval([0, 4], [8, 8])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.157], [0.3694, 0.843])
    """
    k, n, half = *_counts(passes, attempts), check_confidence(confidence) / 2
    kinds, place = np.unique(k + 1j * n, return_inverse=True)  # problems with the same counts share the work
    some, most = kinds.real, kinds.imag
    inner_low, inner_high = some > 0, some < most
    low = np.where(inner_low, scipy.special.betaincinv(np.where(inner_low, some, 1.0), most - some + 1, half), 0.0)
    high = np.where(
        inner_high, scipy.special.betaincinv(some + 1, np.where(inner_high, most - some, 1.0), 1 - half), 1.0
    )
    return low[place], high[place]


def pooled_interval(passes: ArrayLike, attempts: ArrayLike, confidence: float = 0.95) -> tuple[float, float]:
    r"""Return an interval for $\bar p=\sum n_ip_i/N$: Clopper & Pearson's, one pass wider at least.

    A sum $K$ of unequal Bernoulli's is no binomial, but $P(K\le c)\le P(\mathrm{Bin}(N,\bar p)\le c)$ for
    $c\le N\bar p-1$ (Hoeffding 1956). Let $U(K)$ be the larger of Clopper & Pearson's upper end and
    $(K+1)/N$, or 1 at $K=N$. It rises with $K$, so $U(K)<\bar p$ is $K\le c$ for the last $c$ with $U(c)<\bar p$; then
    $c<N\bar p-1$, and $P(K\le c)\le P(\mathrm{Bin}(N,\bar p)\le c)<(1-\text{confidence})/2$. The lower end mirrors it.

    >>> low, high = pooled_interval([0, 8], [8, 8])
    >>> round(low, 4), round(high, 4)
    (0.2465, 0.7535)
    """
    k, n = (int(counts.sum()) for counts in _counts(passes, attempts))
    (low,), (high,) = pass_interval([k], [n], confidence)
    return min(float(low), (k - 1) / n) if k else 0.0, max(float(high), (k + 1) / n) if k < n else 1.0


def largest_entropy(low: ArrayLike, high: ArrayLike) -> np.ndarray:
    r"""Return $\max h(p)$ over $p\in$ [low, high], in bits: 1 if the interval holds 1/2.

    >>> largest_entropy(0.0, [0.25, 0.75]).round(4).tolist()
    [0.8113, 1.0]
    """
    low, high = np.broadcast_arrays(np.asarray(low, float), np.asarray(high, float))
    return verdict_entropy(np.where(high < 0.5, high, np.where(low > 0.5, low, 0.5)))


def entropy_estimates(passes: ArrayLike, attempts: ArrayLike) -> tuple[float, float]:
    r"""Return two estimates of $\sum n_ih(p_i)$, in bits: plug-in, and with Miller & Madow's correction (1955).

    The first is $\sum n_ih(k_i/n_i)$.

    The first is biased low, by at most $\log_2(1+1/n_i)$ a verdict; the correction adds $\frac1{2\ln2}$ bits for each
    problem with both verdicts, the leading term of the bias. Neither is a bound.

    >>> entropy_estimates([0, 4], [8, 8])
    (8.0, 8.721347520444482)
    """
    k, n = _counts(passes, attempts)
    plug_in = float((n * verdict_entropy(k / n)).sum())
    return plug_in, plug_in + int(((k > 0) & (k < n)).sum()) / (2 * math.log(2))


def ceiling_by_problem(passes: ArrayLike, attempts: ArrayLike, confidence: float = 0.95) -> float:
    r"""Return a number of bits that $\sum n_ih(p_i)$ exceeds with probability at most $\delta=1-$ confidence.

    $$\sum_in_i\Bigl(h(\tfrac{k_i}{n_i})+\log_2(1+\tfrac1{n_i})\Bigr)+\sqrt{\tfrac12\ln\tfrac1\delta\,\sum_iv_i},
    \qquad v_i=\min\bigl(n_ic_i^2,r_i^2\bigr),\;c_i=n_ih(\tfrac1{n_i}),\;r_i=n_ih(\tfrac{\lfloor n_i/2\rfloor}{n_i}).$$

    *Bias* (Paninski 2003): $h(p)-E\,h(k/n)=E\,D(k/n\|p)\le\log_2E(1+\chi^2)=\log_2(1+\frac1n)$, by Jensen and
    $E(k/n-p)^2=p(1-p)/n$. *Deviation*: put $F=\sum f_i$, $f_i=n_ih(k_i/n_i)$. One verdict moves $f_i$ by at most
    $c_i$: $h$ is concave, so its steps $h(\frac{k+1}n)-h(\frac kn)$ fall from $h(\frac1n)$ to $-h(\frac1n)$. Hence
    $E\,e^{\lambda(Ef_i-f_i)}\le e^{\lambda^2n_ic_i^2/8}$ (McDiarmid 1989); and $\le e^{\lambda^2r_i^2/8}$ since
    $0\le f_i\le r_i$ (Hoeffding's lemma). The problems are independent, so $E\,e^{\lambda(EF-F)}\le
    e^{\lambda^2\sum v_i/8}$, and Chernoff's bound gives the root.

    >>> round(ceiling_by_problem([0] * 500, [8] * 500), 1)
    898.6
    """
    k, n, delta = *_counts(passes, attempts), check_confidence(confidence)
    step, span = n * verdict_entropy(1 / n), n * verdict_entropy(n // 2 / n)
    spread = np.minimum(n * step**2, span**2).sum()
    expected = (n * (verdict_entropy(k / n) + np.log2(1 + 1 / n))).sum()
    return float(expected + np.sqrt(np.log(1 / delta) / 2 * spread))


def ceiling_by_rate(passes: ArrayLike, attempts: ArrayLike, confidence: float = 0.95) -> float:
    r"""Return a number of bits that $\sum n_ih(p_i)\le Nh(\bar p)$ exceeds with probability at most 1 - confidence.

    By concavity, with the largest $h$ over `pooled_interval`: blind to differences between problems, but sharp where
    each was tried only a few times.

    >>> round(ceiling_by_rate([0] * 500, [8] * 500), 1)
    42.5
    """
    _, n = _counts(passes, attempts)
    return float(n.sum() * largest_entropy(*pooled_interval(passes, attempts, confidence)))


def check_confidence(confidence: float) -> float:
    """Return 1 - confidence; raise ValueError for a confidence that is not inside (0, 1).

    >>> check_confidence(0.75)
    0.25
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}: give a number above 0 and below 1, such as 0.95")
    return 1 - confidence


def _counts(passes: ArrayLike, attempts: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    k, n = np.asarray(passes, float), np.asarray(attempts, float)
    integers = (k == np.floor(k)) & (n == np.floor(n))
    if k.shape != n.shape or k.ndim != 1 or not k.size or not (integers & (k >= 0) & (k <= n) & (n >= 1)).all():
        given = f"passes {cut_text(str(k))} of attempts {cut_text(str(n))}"
        raise ValueError(f"{given}: give two lists of whole numbers, 0 <= passes <= attempts >= 1")
    return k, n
