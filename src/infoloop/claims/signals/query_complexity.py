"""Chapter 3, queries: demonstrations against verdicts, and what a finer verdict saves (S24, B14)."""

import itertools
from collections.abc import Sequence
from functools import cache
from operator import mul

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import log2
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Cases, Family
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

MOST = 64
HIDDEN = ("a hidden answer uniform on K symbols", "the verdicts are exact")
VERDICTS = {
    "binary": lambda x, y: x == y,
    "graded": lambda x, y: (x > y) - (x < y),
    "erring": lambda x, y: x in (y, y + 1),  # yes to one wrong symbol, too
}
QUERIES = {
    "binary": lambda left: left[0],
    "graded": lambda left: left[(len(left) - 1) // 2],
    "erring": lambda left: left[0],
}


def tries(size: int, secret: int, kind: str, last_asked: bool = True) -> int:
    """Return how many queries a player asks until it has named the secret, by playing; `kind` is of its verdicts.

    With yes/no verdicts it asks for the first symbol that is left, with graded ones (lower, hit, higher) for the middle
    one. Unless `last_asked`, it stops as soon as a single symbol is left, which need not be judged.

    >>> [tries(4, secret, "binary") for secret in range(4)], [tries(4, secret, "graded") for secret in range(4)]
    ([1, 2, 3, 4], [2, 1, 2, 3])
    """
    left, count = list(range(size)), 0
    while left != [secret] or last_asked:
        count += 1
        asked = QUERIES[kind](left)
        if asked == secret:
            break
        verdict = VERDICTS[kind](secret, asked)
        left = [x for x in left if x != asked and VERDICTS[kind](x, asked) == verdict]
    return count


def mean_tries(size: int, kind: str, last_asked: bool = True, masses: Sequence[fmpq] | None = None) -> fmpq:
    """Return the mean of `tries` over all secrets, equally likely unless their masses are given.

    >>> mean_tries(3, "binary"), mean_tries(3, "binary", last_asked=False), mean_tries(3, "graded")
    (2, 5/3, 5/3)
    """
    found = [tries(size, secret, kind, last_asked) for secret in range(size)]
    return sum(map(mul, masses or [fmpq(1, size)] * size, found), fmpq(0))


@cache
def fewest_tries(size: int, kind: str) -> int:
    """Return the least sum of tries over all secrets and all strategies, by dynamic programming.

    A strategy chooses the symbol to ask for; of `size` ordered ones that are left it splits off those below and above.

    >>> [fewest_tries(3, kind) for kind in ("binary", "graded")]
    [6, 5]
    """
    if size == 0:
        return 0
    splits = [(0, size - 1)] if kind == "binary" else [(k, size - 1 - k) for k in range(size)]
    return size + min(sum(fewest_tries(part, kind) for part in split) for split in splits)


def one_by_one_tries(size: Number, last_asked: bool = True) -> Number:
    r"""Return $\frac{K+1}2$ mean tries, or $\frac{K+1}2-\frac1K$ where the last symbol left is not asked for.

    >>> one_by_one_tries(fmpq(3)), one_by_one_tries(fmpq(3), last_asked=False)
    (2, 5/3)
    """
    mean = (size + 1) / 2
    return mean if last_asked else mean - 1 / size


def bisecting_tries(size: Number, levels: Number) -> Number:
    r"""Return $\frac{(K+1)(d+1)-2^{d+1}+1}K$, $d=\lfloor\log_2K\rfloor$ (`levels`): a balanced tree's mean depth.

    >>> bisecting_tries(fmpq(7), 2)
    17/7
    """
    return ((size + 1) * (levels + 1) - 2 ** (levels + 1) + 1) / size


GRADED = "the verdict says lower, hit or higher"
_MISLED = unrefuted(
    HIDDEN[1], "a verdict that lies may exclude the answer, and nothing says how the player would ask again"
)
_unequal = [fmpq(1, 2), fmpq(1, 4), fmpq(1, 4)]


def _table(kind: str, last_asked: bool = True):
    """Return mean tries by playing, for 0 (never used) to MOST symbols."""
    means = [mean_tries(k, kind, last_asked) for k in range(1, MOST + 1)]
    return jnp.array([0.0] + [int(m.p) / int(m.q) for m in means])


def _levels(size):
    return jnp.array([0, *(k.bit_length() - 1 for k in range(1, MOST + 1))])[size.astype(int)]


_sizes = Cases(lambda key: jax.random.normal(key, ()), lambda x: 1 + jnp.floor((MOST - 1) * jax.nn.sigmoid(2 * x)))


def _played(size, kind, last_asked=True):
    return _table(kind, last_asked)[size.astype(int)]


def _one_by_one(size):
    played = jnp.stack([_played(size, "binary", last) for last in (True, False)])
    return played, jnp.stack([one_by_one_tries(size, last) for last in (True, False)])


def _one_by_one_exactly(case):
    """Return the mean of the player, or of the best strategy of all, and the formula."""
    size, last = case["letters"], case["last"] == "asked"
    return _mean(case, "binary", last), one_by_one_tries(fmpq(size), last)


def _mean(case, kind, last_asked=True):
    size = case["letters"]
    if case.get("player") == "the best":
        return fmpq(fewest_tries(size, kind), size)
    return mean_tries(size, case.get("verdicts", kind), last_asked, case.get("masses"))


one_by_one = equality(
    "cnd:one-by-one",
    HIDDEN,
    _one_by_one,
    _sizes,
    exact=_one_by_one_exactly,
    family=Family(
        "1 to 64 symbols, the last one asked for or known; and the best of all strategies, for 1 to 32",
        lambda: itertools.chain(
            parameter_grid(letters=range(1, 65), last=("asked", "known")),
            parameter_grid(letters=range(1, 33), last=("asked",), player=("the best",)),
        ),
    ),
    edges=({"letters": 5, "last": "asked"}, {"letters": 5, "last": "known"}),
    neighbours=(
        without(HIDDEN[0], {"letters": 3, "last": "asked", "masses": _unequal}),
        without(HIDDEN[1], {"letters": 5, "last": "asked", "verdicts": "erring"}),
        changed("K/2 in place of (K+1)/2", lambda case: (_one_by_one_exactly(case)[0], fmpq(case["letters"], 2))),
    ),
    wrong=lambda size: (_one_by_one(size)[0], size / 2),
)


def _bisecting(size):
    return _played(size, "graded"), bisecting_tries(size, _levels(size))


def _bisecting_exactly(case):
    size = case["letters"]
    return _mean(case, "graded"), bisecting_tries(fmpq(size), size.bit_length() - 1)


bisecting = equality(
    "cnd:bisecting",
    (*HIDDEN, GRADED),
    _bisecting,
    _sizes,
    exact=_bisecting_exactly,
    family=Family(
        "1 to 64 symbols; and the best of all strategies, for 1 to 32",
        lambda: itertools.chain(
            parameter_grid(letters=range(1, 65)),
            parameter_grid(letters=range(1, 33), player=("the best",)),
        ),
    ),
    edges=({"letters": 5},),
    neighbours=(
        without(HIDDEN[0], {"letters": 3, "masses": _unequal}),
        _MISLED,
        without(GRADED, {"letters": 5, "verdicts": "binary"}),
        changed(
            "log2(K+1), as if every query halved",
            lambda case: (_bisecting_exactly(case)[0], log2(case["letters"] + 1)),
        ),
    ),
    wrong=lambda size: (_bisecting(size)[0], jnp.log2(size + 1)),
)


def _between(size):
    graded = _played(size, "graded")
    return jnp.stack([jnp.ones(()), graded]), jnp.stack([graded, one_by_one_tries(size)])


def _between_exactly(case):
    """Return two neighbours in the order of the three means; where they differ, by one query in all at least."""
    size = case["letters"]
    means = [1, _mean(case, "graded"), one_by_one_tries(fmpq(size))]
    equal_at_most = (1, 2)[case["rank"]]
    return means[case["rank"]] + fmpq(size > equal_at_most, size), means[case["rank"] + 1]


_ranked = Family(
    "1 to 64 symbols, the lower bound and the upper, with one query less in all where they are not equal",
    lambda: parameter_grid(letters=range(1, 65), rank=(0, 1)),
)
graded_between = inequality(
    "cnd:graded-between",
    (*HIDDEN, GRADED),
    _between,
    _sizes,
    exact=_between_exactly,
    family=_ranked,
    edges=({"letters": 1, "rank": 0}, {"letters": 2, "rank": 1}),
    neighbours=(
        without(HIDDEN[0], {"letters": 2, "rank": 1, "masses": [fmpq(1, 4), fmpq(3, 4)]}),
        _MISLED,
        without(GRADED, {"letters": 3, "rank": 1, "verdicts": "binary"}),
    ),
    wrong=lambda size: (_between(size)[0], jnp.stack([_between(size)[1][0], size / 2])),
)

coarse_costs_no_more = inequality(
    "fol:coarse-costs-no-more",
    HIDDEN,
    lambda size: (one_by_one_tries(size), _played(size, "graded")),
    _sizes,
    exact=lambda case: (one_by_one_tries(fmpq(case["letters"])), mean_tries(case["letters"], "graded")),
    family=Family("1 to 64 symbols", lambda: parameter_grid(letters=range(1, 65))),
)
