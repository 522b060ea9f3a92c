"""Chapter 5, switching: when a longer intended rule takes over from a shorter spurious one (S34, B19)."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.log_sums import Exact, LogSum, exact_binary_entropy, from_rational, log2, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.code_length_switch import bits_ahead, switch_time
from infoloop.probability.channel_families import compositions, multinomial
from infoloop.probability.numerics import binary_entropy
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

SAMPLES = 3
PRIOR, TRUE_RATES = "two rules with the prior 2^-K", "each rule codes its errors at their true rates"
RULES = (PRIOR, TRUE_RATES)
WORSE, COINS = (
    "h(rho) > h(e)",
    "a fair coin in the place of the spurious pattern in a share d of the samples, d <= 2e <= 1",
)
SWITCHING = (*RULES, WORSE)
_extras = (fmpq(1, 2), fmpq(3))


def _code(mass):
    """Return -log2 of a mass, 0 where there is none: no sample then needs it."""
    return -jnp.log2(jnp.where(mass > 0, mass, 1.0))


def _expected_odds(joint, extra):
    """Return E log2 posterior odds for the spurious rule after 1, 2, ... samples, over all counts of their kinds.

    `joint[i, s]` is the probability that the intended rule errs (i) and the spurious one (s).
    """
    intended, spurious = joint.sum(1), joint.sum(0)
    worth = (_code(intended)[:, None] - _code(spurious)[None, :]).ravel()
    found = []
    for n in range(1, SAMPLES + 1):
        probabilities = multinomial(joint.reshape(1, 4), n, "rules", "errors").rows[0]
        found.append(probabilities @ (extra + compositions(n, 4) @ worth))
    return jnp.stack(found)


def _free(normals):
    """Return a joint law of the two rules' errors, and extra bits."""
    return jax.nn.softmax(normals[:4]).reshape(2, 2), jnp.exp(normals[4])


_rules = random_numbers(5, _free)


def _lengths(case):
    joint, extra = case
    return _expected_odds(joint, extra), bits_ahead(extra, joint[:, 0].sum(), joint[1].sum(), np.arange(1, SAMPLES + 1))


def expected_odds_exactly(
    joint: list[list[fmpq]], extra: fmpq, n: int, coded: list[list[fmpq]] | None = None
) -> LogSum:
    """Return the expected log2 odds after n samples in exact logarithms, by enumeration of all counts.

    The rules code their errors at the rates of the law `coded`, which is that of the errors unless given.

    >>> expected_odds_exactly([[fmpq(1, 2), fmpq(1, 2)], [fmpq(0), fmpq(0)]], fmpq(3), 2).digits(3)
    '1.00'
    """
    rates = coded or joint
    intended, spurious = [sum(row) for row in rates], [sum(column) for column in zip(*rates, strict=True)]
    kinds = [(i, s) for i in (0, 1) for s in (0, 1)]
    cells = [(joint[i][s], log2(spurious[s]) - log2(intended[i])) if joint[i][s] else None for i, s in kinds]
    total = LogSum()
    for row in compositions(n, 4).tolist():
        if any(c and cell is None for c, cell in zip(row, cells, strict=True)):
            continue
        ways = math.factorial(n) // math.prod(map(math.factorial, row))
        used = [(c, cell) for c, cell in zip(row, cells, strict=True) if c and cell is not None]
        probability = math.prod((mass**c for c, (mass, _) in used), start=fmpq(ways))
        worth = sum((log * c for c, (_, log) in used), from_rational(extra))
        total = total + worth * probability
    return total


def joint_errors(error: Exact, accuracy: Exact, together: Exact) -> list[list[fmpq]]:
    """Return a joint law of the errors with these marginals; both err `together` (0 to 1) of the most possible.

    >>> [[str(p) for p in row] for row in joint_errors("1/4", "1/2", 1)]
    [['1/2', '1/4'], ['0', '1/4']]
    """
    i, s = rational(error), 1 - rational(accuracy)
    least = max(i + s - 1, fmpq(0))
    both = least + rational(together) * (min(i, s) - least)
    return [[1 - i - s + both, s - both], [i - both, both]]


def _lengths_exactly(case):
    joint = joint_errors(case["error"], case["accuracy"], case["together"])
    gain = exact_binary_entropy(case["accuracy"]) - exact_binary_entropy(case["error"])
    return expected_odds_exactly(joint, case["extra"], case["n"]), case["extra"] - gain * case["n"]


def _miscoded(case):
    """Return the expected odds if both rules code at the rate 1/2, and the closed form."""
    closed = _lengths_exactly(case)[1]
    joint = joint_errors(case["error"], case["accuracy"], case["together"])
    return expected_odds_exactly(joint, case["extra"], case["n"], _AT_HALF), closed


def _equal_priors(case):
    """Return the expected odds if no description counts, and the closed form."""
    joint = joint_errors(case["error"], case["accuracy"], case["together"])
    return expected_odds_exactly(joint, fmpq(0), case["n"]), _lengths_exactly(case)[1]


def _one_entropy(case):
    odds, closed = _lengths_exactly(case)
    return odds, closed - exact_binary_entropy(case["error"]) * case["n"]


_AT_HALF = [[fmpq(1, 4)] * 2] * 2
_two_samples = {"error": "1/8", "accuracy": "3/4", "together": "1/2", "extra": fmpq(3), "n": 2}

lengths = equality(
    "thm:code-lengths",
    RULES,
    _lengths,
    _rules,
    exact=_lengths_exactly,
    family=Family(
        "errors 0, 1/8, 1/4, accuracies 1/2, 3/4, 1, errors apart, half-way or together, 1/2 or 3 extra bits, 1 to 3 "
        "samples",
        lambda: parameter_grid(
            error=("0", "1/8", "1/4"),
            accuracy=("1/2", "3/4", "1"),
            together=("0", "1/2", "1"),
            extra=_extras,
            n=range(1, 4),
        ),
    ),
    edges=(_two_samples,),
    wrong=lambda case: (_lengths(case)[0], _lengths(case)[0][::-1]),
    neighbours=(
        without(PRIOR, _two_samples, exact=_equal_priors),
        without(TRUE_RATES, _two_samples, exact=_miscoded),
        changed("without h(e)", _one_entropy),
    ),
)


def _switched(case):
    """Return expected bits of the two codes of the first integer number of samples from n* on."""
    rates, extra = case
    last = jnp.ceil(switch_time(extra, *rates))
    return extra + last * binary_entropy(rates[1]), last * binary_entropy(rates[0])


def _apart(normals):
    """Return an accuracy in (1/2, 3/4), an error below 1/8, up to 16 extra bits: the switch comes within 60 samples."""
    shares = jax.nn.sigmoid(normals)
    return jnp.stack([1 / 2 + shares[0] / 4, shares[1] / 8]), 16 * shares[2]


def _codes(case, n, extra=None):
    """Return the expected codes of the intended and of the spurious rule after n samples."""
    codes = [exact_binary_entropy(case[name]) * n for name in ("error", "accuracy")]
    return codes[0] + (case["extra"] if extra is None else extra), codes[1]


def _switch(case):
    """Return the first integer from n* on; with floats, which the exact comparison of the codes then judges."""
    accuracy, error = (float(Fraction(case[name])) for name in ("accuracy", "error"))
    return math.ceil(float(switch_time(case["extra"], accuracy, error)))


def _switched_exactly(case):
    return _codes(case, case["n"] if "n" in case else _switch(case))


def _not_yet(case):
    """Return the codes of the spurious and of the intended rule after the last integer n before n*, or after n."""
    return _codes(case, case["n"] if "n" in case else _switch(case) - 1)[::-1]


_switches = Family(
    "errors 0, 1/100, 1/10, accuracies 1/2, 3/4, 4/5, 1 to 16 extra bits",
    lambda: parameter_grid(error=("0", "1/100", "1/10"), accuracy=("1/2", "3/4", "4/5"), extra=(1, 3, 8, 16)),
)
_three_bits = {"error": "0", "accuracy": "1/2", "extra": 3}
_misinformed = {"error": "1/8", "accuracy": "15/16", "extra": 3, "n": 10}
_wrong_prior = without(PRIOR, _three_bits, exact=lambda case: _codes(case, _switch(case), 2 * case["extra"]))

switched = inequality(
    "cnd:switch-time",
    SWITCHING,
    _switched,
    random_numbers(3, _apart),
    exact=_switched_exactly,
    family=_switches,
    edges=(_three_bits,),
    wrong=lambda case: (_switched(case)[0] + case[1], _switched(case)[1]),
    neighbours=(
        _wrong_prior,
        without(
            TRUE_RATES, _three_bits, exact=lambda case: (case["extra"] + _switch(case), _codes(case, _switch(case))[1])
        ),
        without(WORSE, _misinformed),
        changed("one sample before n*", lambda case: _codes(case, _switch(case) - 1)),
    ),
)


def _before(case):
    """Return expected bits of the spurious and of the intended rule, of the last integer before n*."""
    rates, extra = case
    last = jnp.ceil(switch_time(extra, *rates)) - 1
    return last * binary_entropy(rates[0]), extra + last * binary_entropy(rates[1])


not_before = inequality(
    "thm:no-switch-before",
    RULES,
    _before,
    random_numbers(3, _apart),
    relation="<",
    exact=_not_yet,
    family=Family(
        f"{_switches.description}; and errors 1/8, 1/4, accuracy 15/16, 3 extra bits, 1 and 100 samples",
        lambda: itertools.chain(
            _switches.members(), parameter_grid(error=("1/8", "1/4"), accuracy=("15/16",), extra=(3,), n=(1, 100))
        ),
    ),
    edges=({"error": "0", "accuracy": "1/2", "extra": 128},),
    wrong=lambda case: _before(case)[::-1],
    neighbours=(
        without(PRIOR, _three_bits, exact=lambda case: _codes(case, _switch(case) - 1, 0)[::-1]),
        without(
            TRUE_RATES,  # each error costs the spurious rule 10 bits, as if it erred once in 1024 samples
            _three_bits,
            exact=lambda case: (fmpq(10, 2) * (_switch(case) - 1), _codes(case, _switch(case) - 1)[0]),
        ),
        changed("at n* itself", lambda case: _codes(case, _switch(case))[::-1]),
    ),
)


def _often_perfect(normals):
    """Return a joint law in which the spurious rule errs in at most half the share of the other, and extra bits."""
    error, share = jax.nn.sigmoid(normals[0]) / 2, jax.nn.sigmoid(normals[2])
    wrong = error * share
    rows = [[(1 - error) * (1 - wrong), (1 - error) * wrong], [error * (1 - wrong), error * wrong]]
    return jnp.stack([jnp.stack(row) for row in rows]), jnp.exp(normals[1])


def _never_exactly(case, extra=None, coded=None):
    joint = joint_errors(case["error"], 1 - rational(case["coins"]) / 2, 0)
    return case["extra"], expected_odds_exactly(joint, case["extra"] if extra is None else extra, case["n"], coded)


_always_right = {"error": "0", "coins": 0, "extra": fmpq(3), "n": 2}

never = inequality(
    "thm:never-switches",
    (*RULES, COINS),
    lambda case: (jnp.full(SAMPLES, case[1]), _expected_odds(*case)),
    random_numbers(3, _often_perfect),
    exact=_never_exactly,
    family=Family(
        "errors e = 0, 1/8, 1/4, 1/2 of the intended rule, coins in none of the samples, or in a share e or 2e, 1/2 or "
        "3 extra bits, 1 to 4 samples",
        lambda: (
            {"error": e, "coins": times * e, "extra": extra, "n": n}
            for e in (fmpq(0), fmpq(1, 8), fmpq(1, 4), fmpq(1, 2))
            for times in ((0, 1, 2) if e else (0,))
            for extra in _extras
            for n in range(1, 5)
        ),
    ),
    edges=(_always_right,),
    wrong=lambda case: (jnp.full(SAMPLES, 2 * case[1]), _expected_odds(*case)),
    neighbours=(
        without(PRIOR, _always_right, exact=lambda case: _never_exactly(case, extra=fmpq(0))),
        without(
            TRUE_RATES,  # the intended rule codes at its true rate, 0, and the spurious one at 1/2
            _always_right,
            exact=lambda case: _never_exactly(case, coded=[[fmpq(1, 2)] * 2, [fmpq(0)] * 2]),
        ),
        without(COINS, {"error": "1/8", "coins": fmpq(1, 2), "extra": fmpq(3), "n": 2}),
        changed("1 % more coins", _never_exactly, {"error": "1/4", "coins": fmpq(101, 200), "extra": fmpq(3), "n": 2}),
    ),
)


def _patient(case):
    """Return what the spurious rule is ahead after a thousand samples, and 0."""
    joint, extra = case
    return bits_ahead(extra, joint[:, 0].sum(), joint[1].sum(), 1000), 0.0


def _patient_exactly(case):
    gain = exact_binary_entropy(case["accuracy"]) - exact_binary_entropy(case["error"])
    return case["extra"] - gain * case["n"], 0


more_data = inequality(
    "fol:more-data-switches",
    (*RULES, "a thousand samples or more"),
    _patient,
    _rules,
    exact=_patient_exactly,
    family=Family(
        "errors 0 and 1/8, accuracies 3/4, 7/8, 15/16 and 1, 3 extra bits, 10^3 and 10^6 samples",
        lambda: parameter_grid(
            error=("0", "1/8"), accuracy=("3/4", "7/8", "15/16", "1"), extra=_extras[1:], n=(10**3, 10**6)
        ),
    ),
)  # fmt: skip
