"""Chapter 3, verifiers: errors that overlap, and symbols that are swapped (S38, S29)."""

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import exact_binary_entropy
from infoloop.exact.rational_laws import fmpq
from infoloop.information.expressions import evaluate
from infoloop.information.measures import entropy
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.distributions import Joint, marginal
from infoloop.probability.numerics import binary_convolution, binary_entropy
from infoloop.statements.cases import (
    Family,
    Fixed,
    copied_bit,
    exact_law,
    exact_laws,
    random_bayes_nets,
    random_numbers,
    with_fixed_channel,
)
from infoloop.statements.claim import Claim, linear
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

FAIR, MAPS = [["1/2", "1/2"]], [[1, 0], [0, 1]]
NOISY = ["1/4", "3/4"]
SIGNAL_GIVEN_STATE = "I(X;S|Z)"
EXISTING = "e <= d <= 1 - e and e < 1/2"
ERRING = ("X is a fair bit", "Z errs at rate e and S at rate d, whatever X")


def flipped(errors: Number, one: Number | None = None, errors_of_one: Number | None = None) -> list[list[list[Number]]]:
    """Return P(X, Z, S) for a bit X, from the law `errors[n, m]` of whether Z = X + N and S = X + M are wrong.

    X is fair unless P(X = 1) is given, and the errors do not depend on it unless there are others for X = 1.
    """
    given = (errors, errors if errors_of_one is None else errors_of_one)
    halves = [[[e[z ^ x, s ^ x] / 2 for s in (0, 1)] for z in (0, 1)] for x, e in enumerate(given)]
    if one is None:
        return halves
    return [[[p * 2 * mass for p in row] for row in part] for part, mass in zip(halves, (1 - one, one), strict=True)]


def _overlap(net: BayesNet):
    errors = marginal(net, "N", "M")
    law = Joint(jnp.array(flipped(errors.table)), ("X", "Z", "S"))
    agree = errors.table[0, 0] + errors.table[1, 1]
    return evaluate("I(X;S|Z)", law), binary_entropy(agree) + evaluate("H(N) - H(N,M)", errors)


def _overlap_exactly(law, one=None, errors_of_one=None):
    errors = law.table
    agree = exact_binary_entropy(errors[0, 0] + errors[1, 1])
    judged = exact_law({"X,Z,S": flipped(errors, one, errors_of_one)})
    return evaluate(SIGNAL_GIVEN_STATE, judged), agree + entropy(law, "N") - entropy(law, "N", "M")


_eighths = [fmpq(k, 8) for k in range(9)]
_quarters = exact_law({"N": ["3/4", "1/4"], "M|N": [["3/4", "1/4"]] * 2})
error_overlap = Claim(
    "thm:error-overlap",
    ("X is a fair bit", "the errors N of Z and M of S are independent of X"),
    _overlap,
    random_bayes_nets("N,M", N=2, M=2),
    relation="=",
    exact=_overlap_exactly,
    family=Family(
        "errors of the state with probability 1/4 or 1/2, of the signal with probabilities k/8 given either",
        lambda: (
            exact_law({"N": [1 - e, e], "M|N": [[1 - a, a], [1 - b, b]]})
            for e, a, b in itertools.product((fmpq(1, 4), fmpq(1, 2)), _eighths, _eighths)
        ),
    ),
    edges=(_quarters,),
    neighbours=(
        without("X is a fair bit", _quarters, exact=partial(_overlap_exactly, one=fmpq(1, 8))),
        without(
            "the errors N of Z and M of S are independent of X",
            _quarters,
            exact=partial(_overlap_exactly, errors_of_one=exact_law({"N": [1, 0], "M": [1, 0]}).table),
        ),
        changed(
            "without H(N) - H(N,M), as if the errors alone mattered by how often they differ",
            lambda law: (_overlap_exactly(law)[0], exact_binary_entropy(law.table[0, 0] + law.table[1, 1])),
        ),
    ),
    wrong=lambda net: (_overlap(net)[0], evaluate("H(N) - H(N|M)", marginal(net, "N", "M"))),
)

KINDS = ("independent", "nested", "copied")


def coupled(kind: str, e: Number, d: Number) -> tuple[Number, Number]:
    """Return P(S errs | Z errs not, or errs), for three verifiers that err at the same rate d (e <= d <= 1-e, e < 1/2).

    Independent errors; errors wherever the state errs, and elsewhere; a copy of the state with noise of its own.

    >>> [coupled(kind, fmpq(1, 8), fmpq(1, 4)) for kind in KINDS]
    [(1/4, 1/4), (1/7, 1), (1/6, 5/6)]
    """
    noise = (d - e) / (1 - 2 * e)
    return {"independent": (d, d), "nested": ((d - e) / (1 - e), 1 + 0 * d), "copied": (noise, 1 - noise)}[kind]


def opened(kind: str, e: Number, d: Number, entropy: Callable[[Number], Any]) -> Any:
    """Return I(X;S|Z) in closed form; `entropy` is the binary entropy, of floats or exact."""
    if kind == "independent":
        return entropy(binary_convolution(e, d)) - entropy(d)
    if kind == "nested":
        return entropy(d - e) - entropy((d - e) / (1 - e)) * (1 - e)
    return entropy(d) * 0


def _three(case):
    e, d = case
    found = []
    for kind in KINDS:
        given = jnp.stack([jnp.stack([1 - a, a]) for a in coupled(kind, e, d)])
        errors = jnp.stack([1 - e, e])[:, None] * given
        found.append(evaluate("I(X;S|Z)", Joint(jnp.array(flipped(errors)), ("X", "Z", "S"))))
    return jnp.stack(found), jnp.stack([opened(kind, e, d, binary_entropy) for kind in KINDS])


def _errors(kind, e, d):
    a, b = coupled(kind, e, d)
    return exact_law({"N": [1 - e, e], "M|N": [[1 - a, a], [1 - b, b]]}).table


def _verifier(kind, e, d):
    return exact_law({"X,Z,S": flipped(_errors(kind, e, d))})


def _three_exactly(case):
    """Return what a verifier adds, and the formula; the bit is fair, and errors ignore it, if the case says no more."""
    kind, e, d = case["kind"], case["e"], case["d"]
    errors, of_one = _errors(kind, e, d), None
    if case.get("errors") == "none of X = 0, twice as many of X = 1":
        errors, of_one = _errors(kind, 0 * e, 0 * d), _errors(kind, 2 * e, 2 * d)
    law = exact_law({"X,Z,S": flipped(errors, case.get("one"), of_one)})
    return evaluate(SIGNAL_GIVEN_STATE, law), opened(kind, e, d, exact_binary_entropy)


def _ordered(x):
    """Return error rates e <= d below 1/2."""
    e = jax.nn.sigmoid(x[0]) / 2
    return e, e + (1 / 2 - e) * jax.nn.sigmoid(x[1])


_erring_rates = random_numbers(2, _ordered, spread=2)
_sixteenths = [fmpq(k, 16) for k in range(1, 8)]
_pairs = [(e, d) for e, d in itertools.combinations([*_sixteenths, fmpq(1, 2)], 2)]
_rates = [*_pairs, *((e, e) for e in _sixteenths), *((e, 1 - e) for e in _sixteenths), (fmpq(0), fmpq(1, 4))]
_eighth = {"kind": "independent", "e": fmpq(1, 8), "d": fmpq(1, 4)}
three_verifiers = equality(
    "thm:three-verifiers",
    (*ERRING, EXISTING),
    _three,
    _erring_rates,
    exact=_three_exactly,
    family=Family(
        "independent, nested and copied errors, e from 1/16 to 7/16, d from e to 1/2 in sixteenths, or 1 - e; e = 0",
        lambda: ({"kind": kind, "e": e, "d": d} for kind in KINDS for e, d in _rates),
    ),
    edges=tuple({**_eighth, "kind": kind} for kind in KINDS[:2]),
    neighbours=(
        without(ERRING[0], {**_eighth, "one": fmpq(1, 8)}),
        without(ERRING[1], {**_eighth, "errors": "none of X = 0, twice as many of X = 1"}),
        unrefuted(
            EXISTING, "for other rates, unless e = d, one of the three verifiers has an error rate below 0 or above 1"
        ),
        changed(
            "the formula of independent errors for nested ones",
            lambda case: (_three_exactly(case)[0], opened("independent", case["e"], case["d"], exact_binary_entropy)),
            {**_eighth, "kind": "nested"},
        ),
    ),
    wrong=lambda case: (_three(case)[0], jnp.broadcast_to(1 - binary_entropy(case[1]), (3,))),
)


def _compared(first: str, second: str):
    """Return I(X;S|Z) for verifiers of two kinds at the same rates, floats and exact."""

    def sides(case):
        bits = dict(zip(KINDS, _three(case)[0], strict=True))
        return bits[first], bits[second]

    def exactly(case):
        return tuple(evaluate(SIGNAL_GIVEN_STATE, _verifier(kind, case["e"], case["d"])) for kind in (first, second))

    return sides, exactly


_equal, _equal_exactly = _compared("independent", "copied")
accuracy_is_openness = equality(
    "fol:accuracy-is-openness",
    (*ERRING, "two verifiers err at the same rate"),
    _equal,
    _erring_rates,
    exact=_equal_exactly,
    family=Family(
        "e and d > e in sixteenths; independent errors against copied ones",
        lambda: parameter_grid(e=_sixteenths[:4], d=_sixteenths[4:]),
    ),
)


def _copy(case):
    """Return a worse verifier with errors of its own, and a perfect copy of the state, which errs less."""
    e, d = case
    copied = Joint(jnp.array(flipped(jnp.diag(jnp.stack([1 - e, e])))), ("X", "Z", "S"))
    return _three((e, d))[0][0], evaluate("I(X;S|Z)", copied)


def _copy_exactly(case):
    e, d = case["e"], case["d"]
    worse, better = _verifier("independent", e, d), _verifier("copied", e, e)
    assert marginal(better, "X", "S").table[0, 1] < marginal(worse, "X", "S").table[0, 1]
    return evaluate(SIGNAL_GIVEN_STATE, worse), evaluate(SIGNAL_GIVEN_STATE, better)


accurate_is_open = inequality(
    "fol:accurate-is-open",
    (*ERRING, "the second verifier errs less than the first"),
    _copy,
    _erring_rates,
    exact=_copy_exactly,
    family=Family("e and d > e in sixteenths", lambda: ({"e": e, "d": d} for e, d in _pairs)),
)

copied_verifier = linear(
    "thm:copied-verifier",
    "I(X;Z,S) = I(X;Z)",
    ("X -> Z -> S",),
    random_bayes_nets("X", "Z|X", "S|Z", X=3, Z=3, S=2),
    family=Family(
        "a fair bit X, Z with rows (1/4, 3/4), (1, 0), (0, 1), S read off Z with such rows",
        lambda: exact_laws({"X": FAIR, "Z|X": [NOISY, *MAPS], "S|Z": [NOISY, *MAPS]}),
    ),
    edges=(copied_bit("X", "Z", "S"),),
    wrong="I(X;Z) + I(X;S) = I(X;Z)",
)


sign_blind = linear(
    "thm:sign-blind",
    "I(X;S|Y) = I(X;T|Y)",
    ("T = f(S)", "S = g(T)"),
    with_fixed_channel(random_bayes_nets("X", "Y", "S|X,Y", X=2, Y=2, S=2), np.eye(2)[::-1], "S", "T"),
    family=Family(
        "a fair bit X, a query Y with mass (1/4, 3/4), S with rows (1/4, 3/4), (1, 0), (0, 1), T its opposite",
        lambda: exact_laws({"X": FAIR, "Y": [NOISY], "S|X,Y": [NOISY, *MAPS], "T|S": Fixed(MAPS[::-1])}),
    ),
    edges=(exact_law({"X": FAIR[0], "Y": [1], "S|X": MAPS, "T|S": MAPS[::-1]}),),
    wrong="I(X;S|Y) = I(S;T|Y)",
)
