"""Chapter 6, credit: what a reward tells of the steps of an episode, and what an episode of verdicts can tell (S57)."""

import itertools
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import inequality
from infoloop.exact.log_sums import LogSum, log2, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.information.measures import entropy
from infoloop.probability.distributions import joint
from infoloop.statements.cases import (
    Family,
    Fixed,
    copied_bit,
    exact_law,
    exact_laws,
    random_bayes_nets,
    random_numbers,
)
from infoloop.statements.claim import linear
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

FINITE = "finite alphabets"
_FAIR, _MAPS = ["1/2", "1/2"], [[1, 0], [0, 1]]
_NOT = _MAPS[::-1]
_PARITY = [[_MAPS, _NOT], [_NOT, _MAPS]]
_ALL_RIGHT = [[[_MAPS[0]] * 2] * 2, [[_MAPS[0]] * 2, _MAPS]]
_NOISY = [[[["7/8", "1/8"], ["3/4", "1/4"]], [["1/2", "1/2"]] * 2], [[["1/2", "1/2"]] * 2, [["1/4", "3/4"], [0, 1]]]]


def _episodes():
    """Yield three steps, each a bit that may follow on the step before, and a reward for all of them."""
    for reward in (_PARITY, _ALL_RIGHT, _NOISY):
        yield from exact_laws(
            {"A": [_FAIR, ["1/4", "3/4"]], "B|A": [_FAIR, [1, 0]], "C|B": [_FAIR, [0, 1]], "R|A,B,C": Fixed(reward)}
        )


_three = Family(
    "three steps of a bit, the first fair or (1/4, 3/4), each later one fair or set by the step before, and a reward: "
    "their parity, 1 if all are 1, or a noisy one",
    _episodes,
)
_random = random_bayes_nets("A", "B|A", "C|A,B", "R|A,B,C", A=2, B=3, C=2, R=3)
_last_step_tells = exact_law({"A": _FAIR, "B": _FAIR, "C": _FAIR, "R|C": _MAPS})
_CREDIT = "I(A;R) + I(B;R|A) + I(C;R|A,B)"

step_credit = linear(
    "thm:step-credit",
    f"{_CREDIT} = I(A,B,C;R)",
    (),
    _random,
    family=_three,
    edges=(_last_step_tells,),
    wrong="I(A;R) + I(B;R) + I(C;R) = I(A,B,C;R)",
)

credit_budget = linear(
    "thm:credit-budget",
    f"{_CREDIT} = H(R) - H(R|A,B,C)",
    (),
    _random,
    family=_three,
    edges=(_last_step_tells,),
    wrong=f"{_CREDIT} = H(R)",
)

step_entropy = linear(
    "thm:step-entropy",
    "I(B;R|A) <= H(B|A)",
    (),
    _random,
    family=_three,
    edges=(exact_law({"A": _FAIR, "B": _FAIR, "R|B": _MAPS}),),
    wrong="I(A;R) + I(B;R|A) <= H(B|A)",
)


def _observed_episodes():
    """Yield two steps, between them an observation that may follow on the first, and a reward for all."""
    for reward in (_PARITY, _ALL_RIGHT, _NOISY):
        yield from exact_laws(
            {"A": [_FAIR], "O|A": [_FAIR, [1, 0], [0, 1]], "B|O": [_FAIR, [1, 0]], "R|A,O,B": Fixed(reward)}
        )


observed_credit = linear(
    "thm:observed-credit",
    "I(A;R) + I(B;R|A,O) = I(A,O,B;R) - I(O;R|A)",
    (),
    random_bayes_nets("A", "O|A", "B|A,O", "R|A,O,B", A=2, O=3, B=2, R=3),
    family=Family(
        "two steps of a bit and an observation between them, fair or set by the step, and a reward: the parity of all "
        "three, 1 if all are 1, or a noisy one",
        _observed_episodes,
    ),
    edges=(exact_law({"A": _FAIR, "O": _FAIR, "B": _FAIR, "R|B": _MAPS}),),
    wrong="I(A;R) + I(B;R|A) = I(A,O,B;R) - I(O;R|A)",
)

credit_by_itself = linear(
    "fol:credit-by-itself",
    "I(A;R) + I(B;R) <= H(R)",
    (),
    random_bayes_nets("A", "B|A", "R|A,B", A=2, B=2, R=2),
    family=Family("two steps and a reward that are one fair bit", lambda: iter((copied_bit("A", "B", "R"),))),
    assumes=(FINITE,),
)

TRANSCRIPTS = "an episode has T verdicts of B values each, or fewer if it ends at the first pass"


def transcripts(letters: int, verdicts: int, stops: bool) -> int:
    """Return how many transcripts an episode can have, of these many verdicts, or up to the first that passes.

    >>> transcripts(2, 10, stops=False), transcripts(2, 10, stops=True), transcripts(3, 2, stops=True)
    (1024, 11, 7)
    """
    return sum((letters - 1) ** k for k in range(verdicts + 1)) if stops else letters**verdicts


def _transcript(secret: int, letters: int, verdicts: int, stops: bool) -> tuple[int, ...]:
    """Return the digits of a secret as verdicts, up to the first 0 where the episode stops at one; 0 is a pass."""
    digits = [secret // letters**k % letters for k in range(verdicts)]
    ends = digits.index(0) + 1 if stops and 0 in digits else verdicts
    return tuple(digits[:ends])


def _information(case: Mapping[str, Any]) -> LogSum:
    """Return what an episode tells of a secret: by the masses of its transcripts, or verdict by verdict.

    Verdict by verdict, the episode goes on with the probability `alive`; the verdict then passes with its hazard, and
    all that fail are equally likely. A verdict with an error is the secret's digit with 1 - error, else another one.
    """
    letters, count, stops = case["letters"], case["verdicts"], case["stops"]
    if "masses" in case:
        masses: dict[tuple, fmpq] = {}
        for secret, mass in enumerate(map(rational, case["masses"])):
            seen = _transcript(secret, letters, count, stops)
            masses[seen] = masses.get(seen, fmpq(0)) + mass
        return _entropy(masses.values())
    error, alive, told = case.get("error", fmpq(0)), fmpq(1), LogSum()
    lost = _entropy([1 - error, *[error / (letters - 1)] * (letters - 1)])
    for left in range(count, 0, -1):
        passes = _hazard(letters, left) if case.get("hazard") == EQUAL else fmpq(1, letters)
        told += (_entropy([passes, *[(1 - passes) / (letters - 1)] * (letters - 1)]) - lost) * alive
        alive *= 1 - passes if stops else 1
    return told


EQUAL = "all transcripts are equally likely"


def _hazard(letters: int, left: int) -> fmpq:
    """Return the share of transcripts that end at once, of those of an episode that has these many verdicts left."""
    return fmpq(1, transcripts(letters, left, stops=True))


def _entropy(masses):
    return sum((log2(1 / p) * p for p in masses if p), LogSum())


def _episode_exactly(case, more=0):
    return _information(case), log2(transcripts(case["letters"], case["verdicts"], case["stops"]) + more)


_LETTERS, _VERDICTS = 3, 2


def _episode(masses):
    """Return bits of two verdicts on three letters, by the law of the secret's digits, and their bound."""
    return entropy(joint(masses.reshape(_LETTERS, _LETTERS), "S", "T"), "S", "T"), jnp.log2(1.0 * _LETTERS**_VERDICTS)


_errs = {"letters": 2, "stops": False, "error": fmpq(1, 8)}
_stopping = {"letters": 2, "verdicts": 2, "stops": True, "masses": ["1/3", "1/3", 0, "1/3"]}  # 0 .., 1 0, 1 1
_sharp = {"letters": 3, "verdicts": 1000, "stops": False}


def _games():
    """Yield games on uniform digits, with and without errors, and on two or three digits with any masses."""
    yield from parameter_grid(letters=(2, 3, 5), verdicts=(1, 10, 1000), stops=(False,))
    yield from parameter_grid(letters=(2, 3, 5), verdicts=(1, 4, 30), stops=(True,))
    yield from parameter_grid(letters=(2, 3), verdicts=(1, 4, 12), stops=(True,), hazard=(EQUAL,))
    yield from ({**_errs, "verdicts": count} for count in (1, 10, 1000))
    yield _stopping
    for letters, count in ((2, 2), (2, 3), (3, 2)):
        size = letters**count
        unequal = [fmpq(2 * k + 1, size * size) for k in range(size)]
        for masses, stops in itertools.product(([fmpq(1, size)] * size, unequal), (False, True)):
            yield {"letters": letters, "verdicts": count, "stops": stops, "masses": masses}


episode_bits = inequality(
    "thm:episode-bits",
    (TRANSCRIPTS,),
    _episode,
    random_numbers(_LETTERS**_VERDICTS, jax.nn.softmax, spread=2),
    exact=_episode_exactly,
    family=Family(
        "verdicts of 2, 3 or 5 values, 1, 10 or 1000 of them, on uniform digits, or right 7 times in 8; up to the "
        "first pass, 1, 4, 12 or 30 of them, on uniform digits or with equally likely transcripts; secrets of two or "
        "three digits, uniform or with masses 1, 3, 5, ..., told digit by digit, to the end or up to the first pass",
        _games,
    ),
    edges=(_sharp, _stopping),
    neighbours=(
        without(
            TRANSCRIPTS,
            {**_stopping, "stops": False, "masses": ["1/4"] * 4},
            exact=lambda case: (
                _information(case),
                log2(transcripts(case["letters"], case["verdicts"], stops=True)),
            ),
        ),
        changed("one transcript less", lambda case: _episode_exactly(case, -1), _stopping),
    ),
    wrong=lambda masses: (_episode(masses)[0], jnp.log2(1.0 * _LETTERS)),
)
