"""Chapter 5, switching: when a longer intended rule takes over from a shorter spurious one (S34, B19)."""

import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.rational_laws import Exact, LogSum, exact_binary_entropy, fmpq, from_rational, log2, rational
from infoloop.learning.code_length_switch import bits_ahead, switch_time
from infoloop.probability.channel_families import compositions, multinomial
from infoloop.probability.numerics import binary_entropy
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.parameter_grids import parameter_grid

SAMPLES = 3
RULES = ("two rules with the prior 2^-K", "each rule codes its errors at their true rates")
SWITCHING = (*RULES, "h(rho) > h(e)")
PERFECT = (*RULES, "the spurious rule is always right")
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


def expected_odds_exactly(joint: list[list[fmpq]], extra: fmpq, n: int) -> LogSum:
    """Return the expected log2 odds after n samples in exact logarithms, by enumeration of all counts.

    >>> expected_odds_exactly([[fmpq(1, 2), fmpq(1, 2)], [fmpq(0), fmpq(0)]], fmpq(3), 2).digits(3)
    '1.00'
    """
    intended, spurious = [sum(row) for row in joint], [sum(column) for column in zip(*joint, strict=True)]
    kinds = [(i, s) for i in (0, 1) for s in (0, 1)]
    cells = [(joint[i][s], log2(spurious[s]) - log2(intended[i])) if joint[i][s] else None for i, s in kinds]
    total = LogSum({})
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
    edges=({"error": "1/8", "accuracy": "3/4", "together": "1/2", "extra": fmpq(3), "n": 2},),
    wrong=lambda case: (_lengths(case)[0], _lengths(case)[0][::-1]),
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


def _switched_exactly(case):
    accuracy, error = (float(Fraction(case[name])) for name in ("accuracy", "error"))
    last = math.ceil(float(switch_time(case["extra"], accuracy, error)))
    codes = [exact_binary_entropy(case[name]) * last for name in ("error", "accuracy")]
    return case["extra"] + codes[0], codes[1]


switched = inequality(
    "cnd:switch-time",
    SWITCHING,
    _switched,
    random_numbers(3, _apart),
    exact=_switched_exactly,
    family=Family(
        "errors 0, 1/100, 1/10, accuracies 1/2, 3/4, 4/5, 1 to 16 extra bits",
        lambda: parameter_grid(error=("0", "1/100", "1/10"), accuracy=("1/2", "3/4", "4/5"), extra=(1, 3, 8, 16)),
    ),
    edges=({"error": "0", "accuracy": "1/2", "extra": 3},),
    wrong=lambda case: (_switched(case)[0] + case[1], _switched(case)[1]),
)


def _perfect(normals):
    """Return a joint law in which the spurious rule never errs, and extra bits."""
    error = jax.nn.sigmoid(normals[0])
    return jnp.stack([jnp.stack([1 - error, 0.0]), jnp.stack([error, 0.0])]), jnp.exp(normals[1])


def _never_exactly(case):
    joint = joint_errors(case["error"], 1, 0)
    return case["extra"], expected_odds_exactly(joint, case["extra"], case["n"])


never = inequality(
    "thm:never-switches",
    PERFECT,
    lambda case: (jnp.full(SAMPLES, case[1]), _expected_odds(*case)),
    random_numbers(2, _perfect),
    exact=_never_exactly,
    family=Family(
        "errors 0, 1/8, 1/4, 1/2 of the intended rule, 1/2 or 3 extra bits, 1 to 4 samples",
        lambda: parameter_grid(error=("0", "1/8", "1/4", "1/2"), extra=_extras, n=range(1, 5)),
    ),
    edges=({"error": "0", "extra": fmpq(3), "n": 2},),
    wrong=lambda case: (jnp.full(SAMPLES, 2 * case[1]), _expected_odds(*case)),
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
