"""Chapter 5, usable bits: what a limited learner can read, and components that do not add up (S42, B9, B13, B17)."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flint import fmpq_mat

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import log2
from infoloop.exact.rational_laws import fmpq
from infoloop.information.expressions import evaluate
from infoloop.probability.distributions import marginal
from infoloop.probability.numerics import binary_convolution, binary_entropy
from infoloop.statements.cases import (
    Family,
    Fixed,
    copied_bit,
    exact_law,
    exact_laws,
    random_bayes_nets,
    random_numbers,
    random_probabilities,
)
from infoloop.statements.claim import linear
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

FINITE, FAIR = "finite alphabets", ["1/2", "1/2"]
MAPS = [[1, 0], [0, 1]]
INPUTS = tuple(itertools.product((0, 1), repeat=2))
BITS, FLIPPED_PARITY = "A and B are independent fair bits", "X is their parity, flipped at rate e"
PARITY = (BITS, FLIPPED_PARITY)
AFFINE_CLASS = "predictors are affine in A and B, with values in (0, 1)"
LOGISTIC_CLASS = "predictors have log odds that are affine in A and B"
AFFINE = (*PARITY, AFFINE_CLASS)


def parity_loss(
    predicted: Sequence[Number], error: Number, log: Callable[[Number], Any], masses: Sequence[Number] = (0.25,) * 4
) -> Any:
    r"""Return $E[-\log f(X\mid A,B)]$ of four predicted P(X = 1), given the logarithm; for floats and exactly.

    >>> parity_loss([fmpq(1, 2)] * 4, fmpq(1, 8), log2).digits(3)
    '1.00'
    """
    right = [1 - error if a != b else error for a, b in INPUTS]
    logs = [(log(f) * r + log(1 - f) * (1 - r)) * m for f, r, m in zip(predicted, right, masses, strict=True)]
    return sum(logs[1:], logs[0]) * -1


def _affine(normals):
    """Return chances with f00 + f11 = f01 + f10, inside (0, 1), and an error rate."""
    middle, shares = jax.nn.sigmoid(normals[0]), jnp.tanh(normals[1:3])
    margin = jnp.minimum(middle, 1 - middle) / 2
    across, along = margin * shares[0], margin * shares[1]
    return middle + jnp.array([-1, 1, -1, 1]) * across + jnp.array([-1, -1, 1, 1]) * along, jax.nn.sigmoid(normals[3])


def _blind(case):
    predicted, error = case
    return 1.0, parity_loss(list(predicted), error, jnp.log2)


def _blind_exactly(case):
    constant, first, second = case["weights"]
    predicted = [constant + first * a + second * b for a, b in INPUTS]
    return 1, parity_loss(predicted, case["error"], log2, case.get("masses", (fmpq(1, 4),) * 4))


def _first_bit(case):
    """Return the loss if X is the first bit, not the parity, as that of a predictor of the parity of A and 0."""
    constant, first, _ = case["weights"]
    predicted = [constant + first * a for a, _ in INPUTS]
    return 1, parity_loss(predicted, case["error"], log2, (fmpq(1, 2), 0, fmpq(1, 2), 0))


def _any_predictor(case):
    """Return the loss of the predictor that knows the parity, which is in no class of a linear learner."""
    right = [1 - case["error"] if a != b else case["error"] for a, b in INPUTS]
    return 1, parity_loss(right, case["error"], log2)


# A is 0 in fifteen of sixteen cases, so that the parity is B but for one
_BIASED = tuple(fmpq(k, 32) for k in (15, 15, 1, 1))
_by_second = {"weights": (fmpq(1, 4), fmpq(0), fmpq(1, 2)), "error": fmpq(1, 100)}
_by_first = {"weights": (fmpq(1, 4), fmpq(1, 2), fmpq(0)), "error": fmpq(1, 100)}


_quarters = [fmpq(k, 4) for k in (-1, 0, 1)]

blind = inequality(
    "thm:parity-affine",
    AFFINE,
    _blind,
    random_numbers(4, _affine),
    exact=_blind_exactly,
    family=Family(
        "all affine predictors with slopes -1/4, 0, 1/4 and values in (0, 1), 1/8, 1/2 or 5/8 at (0, 0); error rates "
        "1/100, 1/4, 1/2",
        lambda: parameter_grid(
            weights=[
                weights
                for weights in itertools.product((fmpq(1, 8), fmpq(1, 2), fmpq(5, 8)), _quarters, _quarters)
                if all(0 < weights[0] + weights[1] * a + weights[2] * b < 1 for a, b in INPUTS)
            ],
            error=[fmpq(1, 100), fmpq(1, 4), fmpq(1, 2)],
        ),
    ),
    edges=({"weights": (fmpq(1, 2), fmpq(0), fmpq(0)), "error": fmpq(1, 4)},),
    wrong=lambda case: (1.0, parity_loss([0.1, 0.9, 0.9, 0.1], case[1] / 4, jnp.log2)),
    neighbours=(
        without(BITS, {**_by_second, "masses": _BIASED}),
        without(FLIPPED_PARITY, _by_first, exact=_first_bit),
        without(AFFINE_CLASS, _by_first, exact=_any_predictor),
    ),
)


def _logistic(normals):
    """Return affine log odds at the four inputs, in nats, and an error rate."""
    constant, first, second = normals[:3]
    return jnp.stack([constant + first * a + second * b for a, b in INPUTS]), jax.nn.sigmoid(normals[3])


def _logistic_loss(case):
    log_odds, error = case
    right = jnp.stack([1 - error if a != b else error for a, b in INPUTS])
    losses = right * jax.nn.softplus(-log_odds) + (1 - right) * jax.nn.softplus(log_odds)
    return 1.0, losses.mean() / jnp.log(2)


def _logistic_exactly(case):
    """Return 1 and the loss of a predictor whose odds at (0, 0), and their ratios for A and B, are rational."""
    constant, first, second = case["odds"]
    odds = [constant * first**a * second**b for a, b in INPUTS]
    predicted = [o / (1 + o) for o in odds]
    return 1, parity_loss(predicted, case["error"], log2, case.get("masses", (fmpq(1, 4),) * 4))


def _first_bit_by_odds(case):
    constant, first, _ = case["odds"]
    odds = [constant * first**a for a, _ in INPUTS]
    return 1, parity_loss([o / (1 + o) for o in odds], case["error"], log2, (fmpq(1, 2), 0, fmpq(1, 2), 0))


_RATIOS = [fmpq(1, 4), fmpq(1), fmpq(3)]
_odds_of_second = {"odds": (fmpq(1, 4), fmpq(1), fmpq(16)), "error": fmpq(1, 100)}
_odds_of_first = {"odds": (fmpq(1, 4), fmpq(16), fmpq(1)), "error": fmpq(1, 100)}

blind_logistic = inequality(
    "thm:parity-logistic",
    (*PARITY, LOGISTIC_CLASS),
    _logistic_loss,
    random_numbers(4, _logistic),
    exact=_logistic_exactly,
    family=Family(
        "odds 1/4, 1, 3 at (0, 0), and the same ratios of odds for A and for B; error rates 1/100, 1/4, 1/2",
        lambda: parameter_grid(
            odds=list(itertools.product(_RATIOS, repeat=3)), error=[fmpq(1, 100), fmpq(1, 4), fmpq(1, 2)]
        ),
    ),
    edges=({"odds": (fmpq(1), fmpq(1), fmpq(1)), "error": fmpq(1, 4)},),
    wrong=lambda case: (1.0, parity_loss([0.1, 0.9, 0.9, 0.1], case[1] / 4, jnp.log2)),
    neighbours=(
        without(BITS, {**_odds_of_second, "masses": _BIASED}),
        without(FLIPPED_PARITY, _odds_of_first, exact=_first_bit_by_odds),
        without(LOGISTIC_CLASS, _odds_of_first, exact=_any_predictor),
    ),
)


def _parity_law(error):
    even, odd = [1 - error, error], [error, 1 - error]
    return exact_law({"A": FAIR, "B": FAIR, "X|A,B": [[even, odd], [odd, even]], "P|A,B": [MAPS, MAPS[::-1]]})


def _usable(case):
    """Return the usable bits of the parity, and of the pair: 1 minus the loss of the best affine predictor of each."""
    best = [jnp.full((), 1 / 2)] * 4
    return 1 - binary_entropy(case[0]), 1 - parity_loss(best, case[0], jnp.log2)


def _usable_exactly(case):
    law = _parity_law(case["error"])
    assert (evaluate("I(X;A,B)", law) - evaluate("I(X;P)", law)).sign() == 0
    return evaluate("I(X;P)", law), 1 - parity_loss([fmpq(1, 2)] * 4, case["error"], log2)


usable_processing = inequality(
    "fol:usable-processing",
    AFFINE,
    _usable,
    random_probabilities(1),
    exact=_usable_exactly,
    family=Family("error rates 1/8, 1/4, 3/8", lambda: ({"error": fmpq(k, 8)} for k in (1, 2, 3))),
)


def _clean_given_seen(e):
    """Return the probabilities of the four clean inputs, given each of the four noisy ones."""
    return [[(1 - e if a == s else e) * (1 - e if b == t else e) for a, b in INPUTS] for s, t in INPUTS]


def _fitted_exactly(error, of):
    """Return fitted values at the four noisy inputs of a linear regression on `of(a, b)`, a and b the clean bits."""
    targets = [sum(w * of(a, b) for w, (a, b) in zip(row, INPUTS, strict=True)) for row in _clean_given_seen(error)]
    design = fmpq_mat(4, 3, [fmpq(x) for a, b in INPUTS for x in (1, a, b)])
    across = design.transpose()
    return (design * (across * design).solve(across * fmpq_mat(4, 1, targets))).entries()


def _wrong_parity(error, answers):
    """Return how often the answers to the noisy inputs miss the parity of the clean bits; an answer may be one half."""
    return sum(
        mass * (answer if a == b else 1 - answer) / 4
        for answer, row in zip(answers, _clean_given_seen(error), strict=True)
        for mass, (a, b) in zip(row, INPUTS, strict=True)
    )


def _rounded(value: fmpq) -> fmpq:
    return fmpq(1, 2) if value == fmpq(1, 2) else fmpq(int(value > fmpq(1, 2)))


def _coarse_and_fine_exactly(case):
    """Return errors at the parity: of a regression on the parity, and of one on both bits, read off."""
    error = case["error"]
    coarse = [_rounded(f) for f in _fitted_exactly(error, lambda a, b: fmpq(a ^ b))]
    bits = zip(*(_fitted_exactly(error, of) for of in (lambda a, b: fmpq(a), lambda a, b: fmpq(b))), strict=True)
    fine = [binary_convolution(*map(_rounded, pair)) for pair in bits]
    return _wrong_parity(error, coarse), _wrong_parity(error, fine)


def _coarse_and_fine(case):
    """Return the same in floats: least squares on the parity of clean bits, and on bits flipped at rate e < 1/2."""
    e = case[0] / 2
    inputs = jnp.array(INPUTS, float)
    design = jnp.concatenate([jnp.ones((4, 1)), inputs], 1)
    turn = jnp.where(jnp.eye(2, dtype=bool), 1 - e, e)
    clean = jnp.kron(turn, turn)
    targets = jnp.stack([jnp.array([0.0, 1.0, 1.0, 0.0]), inputs[:, 0], inputs[:, 1]], 1)
    fitted = design @ jnp.linalg.solve(design.T @ design, design.T @ clean @ targets)
    parity = clean @ targets[:, 0]
    sides = fitted[:, 1:] > 1 / 2
    answers = jnp.stack([jnp.full(4, 1 / 2), (sides[:, 0] != sides[:, 1]).astype(float)])
    errors = (answers * (1 - parity) + (1 - answers) * parity).mean(1)
    return errors[0], errors[1]


SEEN, LEAST_SQUARES = "the learner sees both bits flipped independently at rate e", "it fits by linear least squares"

fine_labels = inequality(
    "fol:coarse-labels-are-easier",
    (BITS, SEEN, LEAST_SQUARES),
    _coarse_and_fine,
    random_probabilities(1),
    exact=_coarse_and_fine_exactly,
    family=Family("crossover probabilities 0, 1/8, 1/4", lambda: ({"error": fmpq(k, 8)} for k in range(3))),
)


def _fine_exactly(case):
    """Return the error at the parity of the regression on both bits, or of the best answer; and 2e(1 - e)."""
    error = case["error"]
    closed = 2 * error * (1 - error)
    if case["answer"] == "regression":
        return _coarse_and_fine_exactly(case)[1], closed
    odd = [sum(m for m, (a, b) in zip(row, INPUTS, strict=True) if a != b) for row in _clean_given_seen(error)]
    return sum(min(p, 1 - p) for p in odd) / 4, closed


def _rare_bits(case):
    """Return the regression's error if each bit is 1 once in sixteen cases: it says 0 for both and misses odd pairs."""
    rare = fmpq(1, 16)
    seen_as_one = rare * (1 - case["error"]) / (rare * (1 - case["error"]) + (1 - rare) * case["error"])
    assert seen_as_one < fmpq(1, 2)
    return 2 * rare * (1 - rare), 2 * case["error"] * (1 - case["error"])


_quarter = {"error": fmpq(1, 4), "answer": "regression"}

fine_gain = equality(
    "thm:fine-labels-help",
    fine_labels.assumes,
    lambda case: (_coarse_and_fine(case)[1], case[0] * (1 - case[0] / 2)),
    random_probabilities(1),
    exact=_fine_exactly,
    family=Family(
        "crossover probabilities k/40; of the regression, and of the best answer to what is seen",
        lambda: parameter_grid(error=[fmpq(k, 40) for k in range(41)], answer=("regression", "best")),
    ),
    edges=(_quarter,),
    wrong=_coarse_and_fine,
    neighbours=(
        without(BITS, _quarter, exact=_rare_bits),
        # both are flipped or none, so that the parity of what is seen is right
        without(SEEN, _quarter, exact=lambda case: (0, _fine_exactly(case)[1])),
        # whoever fits a constant to each bit guesses
        without(LEAST_SQUARES, _quarter, exact=lambda case: (fmpq(1, 2), _fine_exactly(case)[1])),
        changed("e for one bit alone", lambda case: (_fine_exactly(case)[0], case["error"])),
    ),
)

interaction = linear(
    "thm:components-interact",
    "I(X;A,B) - I(X;A) - I(X;B) = I(A;B|X) - I(A;B)",
    (),
    random_bayes_nets("X,A,B", X=2, A=3, B=2),
    assumes=(FINITE,),
    family=Family(
        "the parity of two fair bits flipped at rates k/8; a fair bit A, B a copy, noisy or independent, X any bit "
        "of both",
        lambda: itertools.chain((marginal(_parity_law(fmpq(k, 8)), "A", "B", "X") for k in range(9)), _functions()),
    ),
    edges=(copied_bit("X", "A", "B"),),
    wrong="I(X;A,B) - I(X;A) - I(X;B) = I(A;B|X)",
)


def _functions():
    """Yield fair bits A, and B with rows (3/4, 1/4), (0, 1), a copy or independent; X any bit of both."""
    for second in ([["3/4", "1/4"], [0, 1]], MAPS, [FAIR] * 2):
        yield from exact_laws({"A": [FAIR], "B|A": Fixed(second), "X|A,B": MAPS})


components_add = linear(
    "fol:components-add",
    "I(X;A,B) = I(X;A) + I(X;B)",
    (),
    random_bayes_nets("X,A,B", X=2, A=2, B=2),
    assumes=(FINITE,),
    family=Family(
        "a fair bit X with two copies A and B, and X the parity of two fair bits",
        lambda: iter(
            [
                copied_bit("X", "A", "B"),
                exact_law({"A": ["1/2", "1/2"], "B": ["1/2", "1/2"], "X|A,B": [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]}),
            ]
        ),
    ),
)
