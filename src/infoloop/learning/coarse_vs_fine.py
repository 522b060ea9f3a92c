r"""Four ways in which a coarse signal could teach a task better than a fine one, each a toy with exact risks.

The task is the class of a fine label: M labels in C classes of g = M / C each. A learner is trained on fine labels and
judged by their classes, or trained on the classes. An ideal learner never loses by the finer signal (Blackwell); what
may make it lose is a limited memory, a rule that counts votes, a shift of the surface, or the price of a label.
"""

import itertools
import math

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from infoloop.probability.array_types import Batch, Number
from infoloop.probability.bisection import bisect
from infoloop.probability.numerics import binary_convolution, divergence_terms, nan_unless
from infoloop.probability.validation import check_int, check_positive, check_unit_interval


def memory_error(bits: Batch, num_symbols: int) -> Float[Array, "*batch"]:
    r"""Return the least share D of labels that a memory of R bits a label gets wrong.

    $R=\log_2M-h(D)-D\log_2(M-1)$, D at most $1-\frac1M$: the rate-distortion function of M equally likely labels under
    Hamming distortion (Cover & Thomas, problem 10.5), inverted by bisection: its right side, the divergence of bits of
    rates D and $1-\frac1M$, falls in D.

    Args:
        bits: R, bits a label.
        num_symbols: M, at least 2.

    Returns:
        Shares, shaped as `bits`; 0 from $R=\log_2M$ on.

    Raises:
        ValueError: M is no whole number, at least 2.

    >>> round(float(memory_error(1.0, 2)), 12), round(float(memory_error(0.0, 4)), 12)
    (0.0, 0.75)
    """
    m = check_int(num_symbols, "num_symbols", 2)
    bits = jnp.asarray(bits, float)
    low, high = bisect(lambda d: _bits_needed(d, m) > bits, jnp.zeros_like(bits), jnp.full_like(bits, 1 - 1 / m), 60)
    return jnp.where(bits >= math.log2(m), 0.0, (low + high) / 2)


def _bits_needed(error, m):
    return divergence_terms(error, 1 - 1 / m) + divergence_terms(1 - error, 1 / m)


def fine_and_coarse_memory_error(
    bits: Batch, classes: int, size: int
) -> tuple[Float[Array, "*batch"], Float[Array, "*batch"]]:
    r"""Return the task errors of a memory used for the fine labels, and for the classes.

    Fine, wrong labels are equally likely: of the share D, $\frac{M-g}{M-1}$ are of another class. Both are
    $1-\frac1C$ at R = 0; coarse is 0 from $\log_2C$ on, fine only from $\log_2M$ on, and never below coarse, as the
    classes' memory is the best one for the task.

    Args:
        bits: R, bits an item.
        classes: C, at least 2.
        size: g, labels of a class, at least 1.

    Returns:
        Shares of wrong classes, fine and coarse.

    Raises:
        ValueError: There are fewer than 2 classes, or a class is empty.

    >>> fine, coarse = fine_and_coarse_memory_error(1.0, 2, 2)
    >>> round(float(fine), 6), float(coarse)
    (0.126193, 0.0)
    """
    m = check_int(classes, "classes", 2) * check_int(size, "size")
    return memory_error(bits, m) * (m - size) / (m - 1), memory_error(bits, classes)


def fine_and_coarse_vote_error(
    votes: int, inside: Number, across: Number, size: int = 2
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    r"""Return the task errors of the most frequent label among n, and of the most frequent class.

    There are two classes of g labels each. A label is right with probability $1-s-a$, another of its class with
    probability s, of the other class with probability a, each equally likely. Ties go to each of the most frequent with
    the same probability. Exact, by all $\binom{n+2g-1}{2g-1}$ counts.

    Args:
        votes: n, labels an item, at least 1.
        inside: s, in [0, 1].
        across: a, in [0, 1]; s + a is at most 1 (NaN where traced and not so).
        size: g, at least 1; at 1, `inside` has to be 0.

    Returns:
        Probabilities of a wrong class, fine and coarse.

    Raises:
        ValueError: One of them is none of these.

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
    laws = nan_unless(inside + across <= 1, laws)
    return (laws * wrong_fine).sum(), (laws * wrong_coarse).sum()


def vote_boundaries(inside: Batch, size: int = 2) -> tuple[Float[Array, "*batch"], Float[Array, "*batch"]]:
    r"""Return the largest probability `across` that many votes survive, by fine labels and by classes.

    Fine $\max(\frac{g(1-s)}{g+1},\frac{gs}{g-1})$, at most $1-s$, where all other labels are wrong; coarse 1/2. The
    right label is the most frequent while $1-s-a>\frac ag$; and where another label of its class is, the class is still
    right while $\frac s{g-1}>\frac ag$. That is more than half, as wrong votes are split and right ones are not.

    Args:
        inside: s, probability of another label of the right class, in [0, 1].
        size: g, labels of a class, at least 2.

    Returns:
        Probabilities, fine and coarse.

    Raises:
        ValueError: One of them is out of range.

    >>> fine, coarse = vote_boundaries(0.0, 2)
    >>> round(float(fine), 12), float(coarse)
    (0.666666666667, 0.5)
    """
    g, s = check_int(size, "size", 2), check_unit_interval(inside, "inside")
    fine = jnp.maximum(g * (1 - s) / (g + 1), jnp.minimum(g * s / (g - 1), 1 - s))
    return fine, jnp.full_like(s, 0.5)


def fine_and_coarse_shift_error(
    noise: Batch, inverted: Batch, new: Batch
) -> tuple[Float[Array, "*batch"], Float[Array, "*batch"]]:
    r"""Return the task errors of a rule for each surface, and of one rule for all, when some surfaces are new.

    Fine labels name the surface: a rule for each, which errs with e where it was learned and knows nothing of a new
    one, $\frac s2+(1-s)e$. Classes alone teach one rule, $e*\delta$ on any surface.

    Args:
        noise: e, probability that a bit is misread, meant to be at most one half.
        inverted: $\delta$, share of the surfaces, new ones too, on which the bit's meaning is inverted; likewise.
        new: s, share of the surfaces that are new.

    Returns:
        Probabilities of an error, fine and coarse.

    Raises:
        ValueError: One of them is outside [0, 1].

    >>> fine, coarse = fine_and_coarse_shift_error(0.1, 0.1, 0.5)
    >>> round(float(fine), 12), round(float(coarse), 12)
    (0.3, 0.18)
    """
    e, new = check_unit_interval(noise, "noise"), check_unit_interval(new, "new")
    return new / 2 + (1 - new) * e, binary_convolution(e, check_unit_interval(inverted, "inverted"))


def shift_boundary(inverted: Batch) -> Float[Array, "*batch"]:
    r"""Return the share of new surfaces from which one rule for all is better: $s=2\delta$, whatever the noise.

    $\frac s2+(1-s)e=e+\delta(1-2e)$ iff $s(\frac12-e)=2\delta(\frac12-e)$.

    Args:
        inverted: $\delta$, share of the surfaces on which the bit's meaning is inverted.

    Raises:
        ValueError: It is outside [0, 1].

    >>> float(shift_boundary(0.25))
    0.5
    """
    return 2 * check_unit_interval(inverted, "inverted")


def fine_and_coarse_recall(
    budget: Batch, accepted: int, outputs: int, price: Batch
) -> tuple[Float[Array, "*batch"], Float[Array, "*batch"]]:
    r"""Return the shares of an acceptance set that a budget reveals: by demonstrations, and by verdicts.

    A verdict costs 1, a demonstration, one of the M at random, costs c: $1-(1-\frac1M)^{B/c}$ against
    $\min(1,\frac BK)$. To know all of it takes $c\,M H_M$ on average against K; B / c is not rounded.

    Args:
        budget: B, above 0.
        accepted: M, members of the set, from 1 to K.
        outputs: K, at least 1.
        price: c, above 0.

    Returns:
        Shares, fine (demonstrations) and coarse (verdicts).

    Raises:
        ValueError: One of them is out of range.

    >>> fine, coarse = fine_and_coarse_recall(4.0, 2, 8, 1.0)
    >>> float(fine), float(coarse)
    (0.9375, 0.5)
    """
    m, k = check_int(accepted, "accepted"), check_int(outputs, "outputs")
    if m > k:
        raise ValueError(f"accepted is {m} of {k} outputs: give at most as many as there are")
    budget = check_positive(budget, "budget")
    shown = budget / check_positive(price, "price")
    return 1 - (1 - 1 / m) ** shown, jnp.minimum(budget / k, 1.0)
