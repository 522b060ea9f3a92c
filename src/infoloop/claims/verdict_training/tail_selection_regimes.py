"""Chapter 6, selection: a fair bit and errors of four tails, and what is wrongly said of light tails (S61)."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from flint import fmpq

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.log_sums import rational
from infoloop.learning.tail_selection import selected_mean
from infoloop.statements.cases import Family, random_numbers, random_probabilities
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

BIT, ERROR, SELECT = (
    "V is a fair bit",
    "given V, P(E >= k) = S(k) for whole k from 0 on, with the S that is named",
    "selected are the outputs with V + E >= t",
)
WHOLE, FROM_ONE = "t is whole", "t >= 1"
FOUR = (BIT, ERROR, SELECT, WHOLE, FROM_ONE)
INDEPENDENT = "E is independent of V"
THRESHOLDS, MOST = range(1, 12), 12
SURVIVALS: dict[str, Callable[[int, int], fmpq]] = {  # of k, and of V
    "2^-k": lambda k, v: fmpq(1, 2**k),
    "1/(k+1)": lambda k, v: fmpq(1, k + 1),
    "2^-k^2": lambda k, v: fmpq(1, 2 ** (k * k)),
    "2^-k or 4^-k": lambda k, v: fmpq(1, 2 ** (k * (1 + v))),
    "2^-k^2 or 4^-k^2": lambda k, v: fmpq(1, 2 ** (k * k * (1 + v))),
}
REGIMES = tuple(SURVIVALS)[:4]


def reached(survival: Callable[[int, int], fmpq], v: int, t: int, step: int = 1) -> fmpq:
    """Return P(v + E >= t | V = v), by the masses of all errors that do not reach: each is a difference of survivals.

    >>> reached(SURVIVALS["2^-k"], 1, 3)
    1/4
    """
    short = (survival(k, v) - survival(k + 1, v) for k in range(max(0, t)) if v + step * k < t)
    return 1 - sum(short, fmpq(0))


def selected_masses(law: list[fmpq], survival: Callable[[int, int], fmpq], t: int, step: int = 1) -> list[fmpq]:
    """Return the law of the values 0, 1, ... given that the proxy reaches t.

    >>> selected_masses([fmpq(1, 2), fmpq(1, 2)], SURVIVALS["2^-k"], 3)
    [1/3, 2/3]
    """
    masses = [p * reached(survival, v, t, step) for v, p in enumerate(law)]
    return [mass / sum(masses) for mass in masses]


def _closed(tail, t):
    """Return the share in closed form; that of 1/(k+1) for every t, the others for whole ones."""
    if tail == "1/(k+1)":
        return fmpq(t + 1) / (2 * t + 1)
    return {
        "2^-k": lambda: fmpq(2, 3),
        "2^-k^2": lambda: 1 / (1 + fmpq(2) ** (1 - 2 * t)),
        "2^-k or 4^-k": lambda: 1 / (1 + fmpq(2) ** (t - 2)),
    }[tail]()


def _share_exactly(case):
    """Return P(V = 1 | selected) over all errors, and in closed form; a case may have another bit or another error."""
    high = rational(case.get("ones", "1/2"))
    t = rational(case["t"]) + (case.get("selected") == "V + E > t")
    t = int(t.ceil())  # V + E is whole
    found = selected_masses([1 - high, high], SURVIVALS[case["S"]], t, case.get("errors are multiples of", 1))
    return found[1], _closed(case["S"], case["t"])


def _shares(survival):
    """Return P(V = 1 | selected) for all thresholds from the masses of the errors, and by the library's sum.

    `survival` has a row a value: P(E >= 0) = 1, P(E >= 1), ...
    """
    masses = survival[:, :-1] - survival[:, 1:]
    found, closed = [], []
    for t in THRESHOLDS:
        k = jnp.arange(MOST)
        pairs = jnp.stack([(masses[v] * (v + k >= t)).sum() + survival[v, -1] for v in (0, 1)])
        found.append(pairs[1] / pairs.sum())
        closed.append(selected_mean([0.0, 1.0], [0.5, 0.5], lambda x: _logs(survival, x), t))
    return jnp.stack(found), jnp.stack(closed)


def _logs(survival, x):
    return jnp.log(survival[jnp.arange(2), x.astype(int)])


def _survivals(normals):
    falls = jax.nn.sigmoid(2 + normals).reshape(2, MOST)
    return jnp.concatenate([jnp.ones((2, 1)), jnp.cumprod(falls, axis=1)], axis=1)


_any_errors = random_numbers(2 * MOST, _survivals)
_case = {"S": "1/(k+1)", "t": 3}
_four = Family("the four laws of the error, thresholds 1 to 11", lambda: parameter_grid(S=REGIMES, t=THRESHOLDS))

regimes = equality(
    "thm:tail-regimes",
    FOUR,
    _shares,
    _any_errors,
    exact=_share_exactly,
    family=_four,
    edges=(_case,),
    wrong=lambda survival: (_shares(survival)[0], _shares(survival[::-1])[1]),
    neighbours=(
        without(BIT, {**_case, "ones": "1/4"}),
        without(ERROR, {**_case, "errors are multiples of": 2}),
        without(SELECT, {**_case, "selected": "V + E > t"}),
        without(WHOLE, {**_case, "t": fmpq(3, 2)}),
        without(FROM_ONE, {**_case, "t": 0}),
        changed("t in place of t - 1", lambda case: (_share_exactly(case)[0], _closed(case["S"], case["t"] + 1))),
    ),
)


def _near_the_best(survival):
    """Return a tenth less than the largest value, and the selected mean at the last threshold, by one law of E."""
    return 0.9, _shares(jnp.stack([survival[0], survival[0]]))[1][-1]


def _near_exactly(case):
    return fmpq(9, 10), selected_masses([fmpq(1, 2), fmpq(1, 2)], SURVIVALS[case["S"]], case["t"])[1]


_from_ten = "t is 10 or more"
light_tails = inequality(
    "fol:light-tails-suffice",
    (BIT, INDEPENDENT, "P(E >= k) <= 2^-k", SELECT, _from_ten),
    _near_the_best,
    _any_errors,
    exact=_near_exactly,
    family=Family(
        "P(E >= k) = 2^-k and 2^-k^2, thresholds 10 to 15",
        lambda: parameter_grid(S=("2^-k^2", "2^-k"), t=range(10, 16)),
    ),
)

lightest_tails = inequality(
    "fol:lightest-tails-suffice",
    (BIT, "given each value, P(E >= k) <= 2^-k^2", SELECT, _from_ten),
    _near_the_best,
    _any_errors,
    exact=_near_exactly,
    family=Family(
        "P(E >= k) = 2^-k^2, and 4^-k^2 where V = 1 instead, thresholds 10 to 15",
        lambda: parameter_grid(S=("2^-k^2", "2^-k^2 or 4^-k^2"), t=range(10, 16)),
    ),
)


def _value_and_proxy(law, most):
    """Return E[V | V + E >= t] and E[V + E | V + E >= t] for V, E independent with one law, by all pairs."""
    pairs = [(v, e) for v in range(len(law)) for e in range(len(law)) if v + e >= most]
    mass = sum(law[v] * law[e] for v, e in pairs)
    return sum(v * law[v] * law[e] for v, e in pairs) / mass, sum((v + e) * law[v] * law[e] for v, e in pairs) / mass


_PARTS = 20


def _heads(p):
    """Return the law of the number of heads among 20 coins."""
    law = [p / p]
    for _ in range(_PARTS):
        law = [a * (1 - p) + b * p for a, b in zip([*law, 0 * p], [0 * p, *law], strict=True)]
    return law


def _mostly_value(case):
    value, proxy = _value_and_proxy(_heads(case[0]), 2 * _PARTS - 4)
    return 0.9 * proxy, value


def _mostly_value_exactly(case):
    value, proxy = _value_and_proxy(_heads(rational(case["p"])), case["t"])
    return proxy * fmpq(9, 10), value


regression_vanishes = inequality(
    "fol:regression-vanishes",
    ("V and E are independent numbers of heads among 20 coins", SELECT, "t is at least three quarters of the most"),
    _mostly_value,
    random_probabilities(1),
    exact=_mostly_value_exactly,
    family=Family(
        "coins with 1/4, 1/2, 3/4 of heads, thresholds 30, 35, 40",
        lambda: parameter_grid(p=("1/4", "1/2", "3/4"), t=(30, 35, 40)),
    ),
)
