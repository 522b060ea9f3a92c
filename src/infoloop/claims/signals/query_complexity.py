"""Chapter 3, queries: demonstrations against verdicts, and what a finer verdict saves (S24, B14)."""

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Cases, Family
from infoloop.statements.parameter_grids import parameter_grid

MOST = 64
HIDDEN = ("a hidden answer uniform on K symbols", "the verdicts are exact")
VERDICTS = {"binary": lambda x, y: x == y, "graded": lambda x, y: (x > y) - (x < y)}
QUERIES = {"binary": lambda left: left[0], "graded": lambda left: left[(len(left) - 1) // 2]}


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


def mean_tries(size: int, kind: str, last_asked: bool = True) -> fmpq:
    """Return the mean of `tries` over all secrets.

    >>> mean_tries(3, "binary"), mean_tries(3, "binary", last_asked=False), mean_tries(3, "graded")
    (2, 5/3, 5/3)
    """
    return fmpq(sum(tries(size, secret, kind, last_asked) for secret in range(size)), size)


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
    size, last = case["letters"], case["last"] == "asked"
    return mean_tries(size, "binary", last), one_by_one_tries(fmpq(size), last)


one_by_one = equality(
    "cnd:one-by-one",
    HIDDEN,
    _one_by_one,
    _sizes,
    exact=_one_by_one_exactly,
    family=Family(
        "1 to 64 symbols, the last one asked for or known",
        lambda: parameter_grid(letters=range(1, 65), last=("asked", "known")),
    ),
    edges=({"letters": 5, "last": "asked"}, {"letters": 5, "last": "known"}),
    wrong=lambda size: (_one_by_one(size)[0], size / 2),
)


def _bisecting(size):
    return _played(size, "graded"), bisecting_tries(size, _levels(size))


def _bisecting_exactly(case):
    size = case["letters"]
    return mean_tries(size, "graded"), bisecting_tries(fmpq(size), size.bit_length() - 1)


bisecting = equality(
    "cnd:bisecting",
    (*HIDDEN, "the verdict says lower, hit or higher"),
    _bisecting,
    _sizes,
    exact=_bisecting_exactly,
    family=Family("1 to 64 symbols", lambda: parameter_grid(letters=range(1, 65))),
    edges=({"letters": 5},),
    wrong=lambda size: (_bisecting(size)[0], jnp.log2(size + 1)),
)


def _between(size):
    graded = _played(size, "graded")
    return jnp.stack([jnp.ones(()), graded]), jnp.stack([graded, one_by_one_tries(size)])


def _between_exactly(case):
    means = [1, *(mean_tries(case["letters"], kind) for kind in ("graded", "binary"))]
    return means[case["rank"]], means[case["rank"] + 1]


_ranked = Family(
    "1 to 64 symbols, the lower bound and the upper", lambda: parameter_grid(letters=range(1, 65), rank=(0, 1))
)
graded_between = inequality(
    "cnd:graded-between",
    (*HIDDEN, "the verdict says lower, hit or higher"),
    _between,
    _sizes,
    exact=_between_exactly,
    family=_ranked,
    edges=({"letters": 1, "rank": 0}, {"letters": 2, "rank": 1}),
    wrong=lambda size: (_between(size)[0], jnp.stack([_between(size)[1][0], size / 2])),
)

coarse_costs_no_more = inequality(
    "fol:coarse-costs-no-more",
    HIDDEN,
    lambda size: (one_by_one_tries(size), _played(size, "graded")),
    _sizes,
    exact=lambda case: _between_exactly({**case, "rank": 1})[::-1],
    family=Family("1 to 64 symbols", lambda: parameter_grid(letters=range(1, 65))),
)
