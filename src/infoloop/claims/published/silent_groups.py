"""Chapter 8, C08: what false negatives do to the share of groups whose verdicts all agree."""

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import without
from infoloop.statements.parameter_grids import parameter_grid

MISSES = "right answers are rejected at a rate of their own, wrong ones always"
HARD = "a question is answered right at most half of the time"


def _silent(rate, size):
    """Return the share of groups of this size whose verdicts all agree."""
    return rate**size + (1 - rate) ** size


def _shares(case):
    """Return the share of silent groups by true verdicts, and by those of the verifier of the case."""
    p, size = case["rate"], case["size"]
    observed = (1 - case["misses"]) * p + case.get("false_positives", 0) * (1 - p)
    return _silent(p, size), _silent(observed, size)


def _random_shares(numbers):
    rate, misses = jax.nn.sigmoid(numbers)
    return jnp.stack([_silent(rate / 2, n) for n in (2, 5, 8)]), jnp.stack(
        [_silent(rate / 2 * (1 - misses), n) for n in (2, 5, 8)]
    )


_any = random_numbers(2, lambda x: 2 * x)
_easy = {"rate": fmpq(9, 10), "misses": fmpq(38, 100), "size": 8}
_exact_verifier = {"rate": fmpq(1, 4), "misses": fmpq(0), "size": 4}
_RATES, _MISSES = [fmpq(1, 10), fmpq(1, 4), fmpq(2, 5), fmpq(1, 2)], [fmpq(0), fmpq(1, 4), fmpq(38, 100), fmpq(1)]

false_negatives_silence = inequality(
    "cnd:false-negatives-silence",
    (MISSES, HARD),
    _random_shares,
    _any,
    exact=_shares,
    family=Family(
        "pass rates 1/10, 1/4, 2/5, 1/2, rejected at the rates 0, 1/4, 38/100 and 1, groups of 2 to 8",
        lambda: parameter_grid(rate=_RATES, misses=_MISSES, size=range(2, 9)),
    ),
    edges=(_exact_verifier,),
    neighbours=(
        without(MISSES, {**_exact_verifier, "false_positives": fmpq(1, 2)}),
        without(HARD, _easy),
    ),
    wrong=lambda numbers: _random_shares(numbers)[::-1],
)

false_negatives_silence_all = inequality(
    "fol:false-negatives-silence-all",
    (MISSES,),
    lambda numbers: tuple(
        _silent(jax.nn.sigmoid(numbers[0]) * kept, 8) for kept in (1, 1 - jax.nn.sigmoid(numbers[1]))
    ),
    _any,
    exact=_shares,
    family=Family("a pass rate of 9/10, 38 % of right answers rejected, groups of 8", lambda: iter((_easy,))),
)
