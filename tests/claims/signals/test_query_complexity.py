"""Games by hand, and the best of all strategies by dynamic programming."""

from fractions import Fraction

import pytest
from flint import fmpq

from infoloop.claims.signals.query_complexity import (
    bisecting,
    bisecting_tries,
    mean_tries,
    one_by_one_tries,
    tries,
)
from infoloop.claims.signals.query_complexity import fewest_tries as fewest_in_claims
from infoloop.statements.certification import certify


def test_a_game_of_five_symbols_by_hand():
    assert [tries(5, x, "binary") for x in range(5)] == [1, 2, 3, 4, 5]
    assert [tries(5, x, "binary", last_asked=False) for x in range(5)] == [1, 2, 3, 4, 4]
    assert [tries(5, x, "graded") for x in range(5)] == [2, 3, 1, 2, 3]


def test_one_symbol_needs_no_verdict_unless_it_must_be_said():
    assert (tries(1, 0, "binary"), tries(1, 0, "binary", last_asked=False)) == (1, 0)


def test_tries_of_63_symbols():
    assert mean_tries(63, "graded") == bisecting_tries(fmpq(63), 5) == fmpq(321, 63)
    assert mean_tries(63, "binary") == one_by_one_tries(fmpq(63)) == 32


def fewest_tries(kind: str) -> list[Fraction]:
    """The least mean number of tries for 0 to 20 symbols, over all strategies, by dynamic programming."""
    totals = [0]
    for k in range(1, 21):
        splits = [(0, k - 1)] if kind == "binary" else [(i, k - 1 - i) for i in range(k)]
        totals.append(min(k + totals[i] + totals[j] for i, j in splits))
    return [Fraction(total, max(k, 1)) for k, total in enumerate(totals)]


@pytest.mark.parametrize("kind", ["binary", "graded"])
def test_no_strategy_needs_fewer_tries(kind):
    assert [mean_tries(k, kind) for k in range(1, 21)] == [fmpq(*x.as_integer_ratio()) for x in fewest_tries(kind)[1:]]


def test_the_best_strategy_of_the_claims_is_the_best_of_all():
    for kind in ("binary", "graded"):
        assert [Fraction(fewest_in_claims(k, kind), k) for k in range(1, 21)] == fewest_tries(kind)[1:]


def test_a_formula_of_one_query_less_is_refuted():
    case = {"letters": 7, "player": "the best"}
    assert bisecting.exact
    lesser, greater = bisecting.exact(case)
    assert (lesser - greater).sign() == 0
    assert certify(bisecting, [{**case, "player": "me", "verdicts": "binary"}]).counterexample
