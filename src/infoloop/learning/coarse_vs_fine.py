r"""Four ways in which a coarse signal could teach a task better than a fine one, each a toy with exact risks.

The task is the class of a fine label: M labels in C classes of g = M / C each. A learner is trained on fine labels and
judged by their classes, or trained on the classes. An ideal learner never loses by the finer signal (Blackwell); what
may make it lose is a limited memory, a rule that counts votes, a shift of the surface, or the price of a label.
"""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from infoloop.probability.bisection import bisect
from infoloop.probability.numerics import binary_convolution, divergence_terms
from infoloop.probability.validation import check_int, check_positive, check_unit_interval


def memory_error(bits, num_symbols: int) -> jax.Array:
    r"""The least share D of labels that R bits a label get wrong: $R=\log_2M-h(D)-D\log_2(M-1)$, D at most $1-\frac1M$.

    The rate-distortion function of M equally likely labels under Hamming distortion (Cover & Thomas, problem 10.5),
    solved by halving: its right side, the divergence of bits of rates D and $1-\frac1M$, falls in D. No unit; 0 from
    $R=\log_2M$ on. Raises ValueError for M below 2.

    >>> round(float(memory_error(1.0, 2)), 12), round(float(memory_error(0.0, 4)), 12)
    (0.0, 0.75)
    """
    m = check_int(num_symbols, "num_symbols", 2)
    bits = jnp.asarray(bits, float)
    low, high = bisect(lambda d: _bits_needed(d, m) > bits, jnp.zeros_like(bits), jnp.full_like(bits, 1 - 1 / m), 60)
    return jnp.where(bits >= math.log2(m), 0.0, (low + high) / 2)


def _bits_needed(error, m: int):
    return divergence_terms(error, 1 - 1 / m) + divergence_terms(1 - error, 1 / m)


def fine_and_coarse_memory_error(bits, classes: int, size: int) -> tuple[jax.Array, jax.Array]:
    r"""Task errors of a memory of R bits an item, used for the fine labels and for the classes.

    Fine, wrong labels are equally likely: of the share D, $\frac{M-g}{M-1}$ are of another class. Both are
    $1-\frac1C$ at R = 0; coarse is 0 from $\log_2C$ on, fine only from $\log_2M$ on, and never below coarse, as the
    classes' memory is the best one for the task. Raises ValueError for fewer than 2 classes or an empty one.

    >>> fine, coarse = fine_and_coarse_memory_error(1.0, 2, 2)
    >>> round(float(fine), 6), float(coarse)
    (0.126193, 0.0)
    """
    m = check_int(classes, "classes", 2) * check_int(size, "size")
    return memory_error(bits, m) * (m - size) / (m - 1), memory_error(bits, classes)


def fine_and_coarse_vote_error(votes: int, inside, across, size: int = 2) -> tuple[jax.Array, jax.Array]:
    r"""Task errors of the most frequent label among n, and of the most frequent class: two classes of g labels each.

    A label is right with probability $1-s-a$, another of its class with probability s (`inside`, equally likely), of
    the other class with probability a (`across`, equally likely). Ties go to each of the most frequent with the same
    probability. Exact, by all $\binom{n+2g-1}{2g-1}$ counts. Raises ValueError for probabilities that are none or make
    more than 1.

    >>> fine, coarse = fine_and_coarse_vote_error(1, 0.25, 0.25)
    >>> round(float(fine), 12), round(float(coarse), 12)
    (0.25, 0.25)
    """
    g, n = check_int(size, "size"), check_int(votes, "votes")
    inside, across = check_unit_interval(inside, "inside"), check_unit_interval(across, "across")
    if g == 1 and not isinstance(inside, Tracer) and np.any(np.asarray(inside) > 0):
        raise ValueError("inside is positive, but a class of size 1 has no other label: give 0, or a larger size")
    if not isinstance(inside + across, Tracer) and np.any(np.asarray(inside + across) > 1):
        raise ValueError(
            f"inside and across make {float(np.max(inside + across)):g}: give probabilities of at most 1 together"
        )
    counts = np.array([c for c in itertools.product(range(n + 1), repeat=2 * g) if sum(c) == n])
    own = [1 - inside - across, *[inside / max(g - 1, 1)] * (g - 1)]
    probabilities = jnp.stack([*own, *[across / g] * g])
    ways = np.array([math.factorial(n) // math.prod(map(math.factorial, c)) for c in counts.tolist()], float)
    laws = ways * jnp.prod(probabilities**counts, axis=1)
    top = counts == counts.max(1, keepdims=True)
    by_class = counts.reshape(-1, 2, g).sum(2)
    wrong_fine = top[:, g:].sum(1) / top.sum(1)
    wrong_coarse = np.where(by_class[:, 0] == by_class[:, 1], 0.5, by_class[:, 1] > by_class[:, 0])
    laws = jnp.where(inside + across <= 1, laws, jnp.nan)
    return (laws * wrong_fine).sum(), (laws * wrong_coarse).sum()


def vote_boundaries(inside, size: int = 2) -> tuple[jax.Array, jax.Array]:
    r"""The largest `across` that many votes survive: fine $\max(\frac{g(1-s)}{g+1},\frac{gs}{g-1})$, coarse 1/2.

    The right label is the most frequent while $1-s-a>\frac ag$; and where another label of its class is, the class is
    still right while $\frac s{g-1}>\frac ag$. That is more than half, as wrong votes are split and right ones are not.
    At most $1-s$, where all other labels are wrong.

    >>> fine, coarse = vote_boundaries(0.0, 2)
    >>> round(float(fine), 12), float(coarse)
    (0.666666666667, 0.5)
    """
    g, s = check_int(size, "size", 2), check_unit_interval(inside, "inside")
    fine = jnp.maximum(g * (1 - s) / (g + 1), jnp.minimum(g * s / (g - 1), 1 - s))
    return fine, jnp.full_like(s, 0.5)


def fine_and_coarse_shift_error(noise, inverted, new) -> tuple[jax.Array, jax.Array]:
    r"""Task errors of a rule for each surface, and of one rule for all, when a share `new` of the surfaces is new.

    A bit is seen with the error e (`noise`). On a share $\delta$ (`inverted`) of the surfaces, new ones too, its
    meaning is inverted. Fine labels name the surface: a rule for each, which errs with e where it was learned and knows
    nothing of a new one, $\frac s2+(1-s)e$. Classes alone teach one rule, $e*\delta$ on any surface. Raises ValueError
    for rates outside [0, 1]; `inverted` and `noise` are meant to be at most one half.

    >>> fine, coarse = fine_and_coarse_shift_error(0.1, 0.1, 0.5)
    >>> round(float(fine), 12), round(float(coarse), 12)
    (0.3, 0.18)
    """
    e, new = check_unit_interval(noise, "noise"), check_unit_interval(new, "new")
    return new / 2 + (1 - new) * e, binary_convolution(e, check_unit_interval(inverted, "inverted"))


def shift_boundary(inverted) -> jax.Array:
    r"""The share of new surfaces from which one rule for all is better: $s=2\delta$, whatever the noise.

    $\frac s2+(1-s)e=e+\delta(1-2e)$ iff $s(\frac12-e)=2\delta(\frac12-e)$.

    >>> float(shift_boundary(0.25))
    0.5
    """
    return 2 * check_unit_interval(inverted, "inverted")


def fine_and_coarse_recall(budget, accepted: int, outputs: int, price) -> tuple[jax.Array, jax.Array]:
    r"""Shares of an acceptance set of M among K outputs that a budget reveals: by demonstrations, and by verdicts.

    A verdict costs 1, a demonstration, one of the M at random, costs c: $1-(1-\frac1M)^{B/c}$ against
    $\min(1,\frac BK)$. To know all of it takes $c\,M H_M$ on average against K; B / c is not rounded.

    >>> fine, coarse = fine_and_coarse_recall(4.0, 2, 8, 1.0)
    >>> float(fine), float(coarse)
    (0.9375, 0.5)
    """
    m, k = check_int(accepted, "accepted"), check_int(outputs, "outputs")
    if m > k:
        raise ValueError(f"accepted is {m} of {k} outputs: give at most as many as there are")
    shown = check_positive(budget, "budget") / check_positive(price, "price")
    return 1 - (1 - 1 / m) ** shown, jnp.minimum(budget / k, 1.0)
