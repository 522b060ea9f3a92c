"""Chapter 4, collections: learning a set of acceptable answers by demonstrations or by verdicts (S23, B14)."""

import functools
import itertools
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.coupon_collector import collection_time, verdicts_needed
from infoloop.statements.cases import Cases, Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

MEMBERS, MOST = 4, 12
DEMONSTRATED = ("demonstrations are independent draws of the members",)
EXACT, UNIFORM = "the verdicts are exact", "demonstrations are independent uniform draws of the members"
VERDICTS = (EXACT, "all sets of M among K candidates are equally likely", "M is known")
BOTH = (*VERDICTS, UNIFORM)
_EXACT_VERDICTS = unrefuted(EXACT, "after verdicts that may be wrong the rest are never known, however many")


def recursive_time(probabilities: Sequence[Number]) -> Number:
    r"""Return the expected draws by first steps: $E_A=\frac{1+\sum_{i\notin A}p_iE_{A\cup i}}{1-p(A)}$ with A seen.

    For floats and for exact rationals.

    >>> recursive_time([fmpq(1, 2), fmpq(1, 2)])
    3
    """
    everyone = frozenset(range(len(probabilities)))

    @functools.cache
    def left(seen: frozenset):
        new = everyone - seen
        return (
            (1 + sum(probabilities[i] * left(seen | {i}) for i in new)) / sum(probabilities[i] for i in new)
            if new
            else 0
        )

    return left(frozenset())


def _collected_exactly(case):
    p = [rational(mass) for mass in case["chances"]]
    parts = itertools.chain(*(itertools.combinations(p, size) for size in range(1, len(p) + 1)))
    by_exclusion = sum((fmpq((-1) ** (len(part) + 1)) / sum(part, fmpq(0)) for part in parts), fmpq(0))
    return recursive_time(p), by_exclusion


_unequal, _alike = {"chances": ["1/2", "1/3", "1/6"]}, {"chances": ["1/3", "1/3", "1/3"]}


def _laws():
    """Yield laws on 1 to 5 members: uniform, and with masses proportional to 1, 2, 3, ..., 1, 2, 4, ..., or 1, 1, 7."""
    for size in range(1, 6):
        for weights in ([1] * size, range(1, size + 1), [2**k for k in range(size)], [*[1] * (size - 1), 7]):
            total = sum(weights)
            yield {"chances": [fmpq(weight, total) for weight in weights]}


def _spread(normals):
    """Return probabilities of the members, none below 1/12: expected times and their rounding errors stay small."""
    return 1 / (3 * MEMBERS) + 2 * jax.nn.softmax(normals) / 3


_members = random_numbers(MEMBERS, _spread)
_unlike_members = Family(
    "1 to 5 members with probabilities that are equal, proportional to 1, 2, 3, ..., to 1, 2, 4, ..., or to "
    "1, ..., 1, 7",
    _laws,
)

collecting = equality(
    "thm:collection-time",
    DEMONSTRATED,
    lambda p: (recursive_time(list(p)), collection_time(p)),
    _members,
    exact=_collected_exactly,
    family=_unlike_members,
    edges=(_unequal,),
    wrong=lambda p: (recursive_time(list(p)), 1 / p.min()),
    neighbours=(
        without(
            "demonstrations are independent draws of the members",
            _alike,  # each shows a member that was not yet seen, so that M of them show all
            exact=lambda case: (len(case["chances"]), _collected_exactly(case)[1]),
        ),
        changed("M H_M whatever they are", lambda case: (_collected_exactly(case)[0], _least_exactly(case)[0])),
        changed("the rarest member alone, 1/p", lambda case: (_collected_exactly(case)[0], _rarest(case)), _unequal),
    ),
)


def _rarest(case):
    return 1 / min(map(rational, case["chances"]))


def harmonic(m: int) -> fmpq:
    r"""Return $H_M=\sum_{k\le M}\frac1k$, exactly.

    >>> harmonic(3)
    11/6
    """
    return sum((fmpq(1, k) for k in range(1, m + 1)), fmpq(0))


def _float(value: fmpq) -> float:
    return int(value.p) / int(value.q)


def _least_exactly(case):
    p = [rational(mass) for mass in case["chances"]]
    return len(p) * harmonic(len(p)), recursive_time(p)


equal_is_fastest = inequality(
    "thm:collection-floor",
    DEMONSTRATED,
    lambda p: (MEMBERS * _float(harmonic(MEMBERS)), collection_time(p)),
    _members,
    exact=_least_exactly,
    family=_unlike_members,
    edges=(_alike,),
    wrong=lambda p: (recursive_time(list(p)), MEMBERS * _float(harmonic(MEMBERS))),
    neighbours=(
        without(
            "demonstrations are independent draws of the members",
            _alike,  # each shows a member that was not yet seen
            exact=lambda case: (_least_exactly(case)[0], len(case["chances"])),
        ),
    ),
)


def asked(accepted: tuple[int, ...]) -> int:
    """Return how many candidates are asked about before the rest are known, as the number of acceptable ones is known.

    >>> asked((0, 1, 0, 0)), asked((1, 1))
    (2, 0)
    """
    alike = len(list(itertools.takewhile(lambda verdict: verdict == accepted[-1], reversed(accepted))))
    return len(accepted) - alike


def mean_asked(K: int, M: int) -> fmpq:
    """Return the mean of `asked` over all sets of M among K candidates, by enumeration.

    >>> mean_asked(3, 1)
    5/3
    """
    chosen = itertools.combinations(range(K), M)
    total = sum(asked(tuple(int(k in accepted) for k in range(K))) for accepted in chosen)
    return fmpq(total, math.comb(K, M))


def _needed_exactly(K: int, M: int) -> fmpq:
    return K - _run(K, K - M) - _run(K, M)


def _run(K: int, M: int) -> fmpq:
    """Return the mean length of the last run of the K - M other candidates."""
    return fmpq(K - M, M + 1)


def _tables():
    """Return mean verdicts by enumeration, for K up to 8 and M from 1 to K - 1 (else 0), and M H_M for M below MOST."""
    verdicts, draws = np.zeros((MOST + 1, MOST)), np.zeros(MOST)
    for m in range(1, MOST):
        draws[m] = m * _float(harmonic(m))
        for k in range(m + 1, 9):
            verdicts[k, m] = _float(mean_asked(k, m))
    return verdicts, draws


def _sets(most: int) -> Cases:
    """Return K from 2 to `most` candidates, and from 1 to K - 1 members."""

    def build(normals):
        u = jax.nn.sigmoid(2 * normals)
        k = 2 + jnp.floor(u[0] * (most - 1))
        return k, 1 + jnp.floor(u[1] * (k - 1))

    return random_numbers(2, build)


def _asked(case):
    k, m = case
    return jnp.asarray(_tables()[0])[k.astype(int), m.astype(int)], verdicts_needed(k, m)


verdicts = equality(
    "thm:set-by-verdicts",
    VERDICTS,
    _asked,
    _sets(8),
    exact=lambda case: (mean_asked(**case), _needed_exactly(**case)),
    family=Family(
        "2 to 9 candidates and 1 to K - 1 members",
        lambda: ({"K": k, "M": m} for k in range(2, 10) for m in range(1, k)),
    ),
    edges=({"K": 7, "M": 3},),
    wrong=lambda case: (_asked(case)[0], case[0] - 1),
    neighbours=(
        _EXACT_VERDICTS,
        without(
            VERDICTS[1],
            {"K": 7, "M": 3},  # the first three are acceptable, for certain
            exact=lambda case: (asked((1,) * case["M"] + (0,) * (case["K"] - case["M"])), _needed_exactly(**case)),
        ),
        without("M is known", {"K": 7, "M": 3}, exact=lambda case: (case["K"], _needed_exactly(**case))),
        changed("without the run of others", lambda case: (mean_asked(**case), _needed_exactly(**case) + _run(**case))),
        changed(
            "without the run of acceptable ones",
            lambda case: (mean_asked(**case), _needed_exactly(**case) + _run(case["K"], case["K"] - case["M"])),
        ),
    ),
)


def _won(case):
    """Return verdicts against demonstrations where K <= M H_M; elsewhere K is cut to the last that is."""
    _, m = case
    draws = jnp.asarray(_tables()[1])[m.astype(int)]
    k = jnp.minimum(case[0], jnp.floor(draws))
    return jnp.where(k > m, verdicts_needed(jnp.maximum(k, m), m), 0.0), draws


def _won_exactly(case):
    """Return the verdicts that a learner asks for who knows M, on average or at worst, or does not, and M H_M."""
    k, m = case["K"], case["M"]
    verdicts = {"known": _needed_exactly(k, m), "worst set": k - 1, "unknown": k}
    return verdicts[case.get("M is", "known")], m * harmonic(m)


def _crossing(members: int) -> dict:
    """Return the largest K up to M H_M."""
    return {"K": math.floor(float(members * sum(1 / k for k in range(1, members + 1)))), "M": members}


coarse_wins = inequality(
    "cnd:coarse-wins",
    (EXACT, UNIFORM, "K <= M H_M"),
    _won,
    _sets(MOST),
    exact=_won_exactly,
    family=Family(
        "2 to 20 members and every number of candidates up to M H_M; M is known, for an average and for the worst set, "
        "or is not",
        lambda: (
            {"K": k, "M": m, "M is": known}
            for m in range(2, 21)
            for k in range(m + 1, _crossing(m)["K"] + 1)
            for known in ("known", "worst set", "unknown")
        ),
    ),
    edges=(_crossing(200),),
    wrong=lambda case: (_won(case)[1], _won(case)[0]),
    neighbours=(
        _EXACT_VERDICTS,
        without(
            UNIFORM,
            {"K": 5, "M": 3},  # each demonstration shows a member that was not yet seen
            exact=lambda case: (_won_exactly(case)[0], case["M"]),
        ),
        without("K <= M H_M", {"K": 3, "M": 1}),
    ),
)

coarse_always_cheaper = inequality(
    "fol:verdicts-always-cheaper",
    BOTH,
    lambda case: (verdicts_needed(*case), jnp.asarray(_tables()[1])[case[1].astype(int)]),
    _sets(MOST),
    exact=_won_exactly,
    family=Family("2 to 6 candidates, 1 to K - 1 members", lambda: parameter_grid(K=range(2, 7), M=(1,))),
)
