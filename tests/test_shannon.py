"""The prover: what follows from Shannon's inequalities is proved, what does not never is, and large programs fit."""

import json
from pathlib import Path

import pytest

from infoloop.assumptions import parse_problem
from infoloop.check import check_certificate
from infoloop.notation import parse_statement
from infoloop.shannon import prove_linear

ENTRIES = json.loads((Path(__file__).parent / "data" / "inequalities.json").read_text())


def names(count: int) -> list[str]:
    return [f"X{k}" for k in range(1, count + 1)]


def han(count: int) -> str:
    """Han's inequality: (n-1) H(all) <= the sum of the entropies of all but one."""
    every = names(count)
    rest = [",".join(n for n in every if n != name) for name in every]
    return f"{count - 1} H({','.join(every)}) <= " + " + ".join(f"H({group})" for group in rest)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
def test_published_verdicts(entry):
    quantity = entry["quantity"]
    found = prove_linear(quantity["statement"], [f"{zero} = 0" for zero in quantity["constraints_equal_zero"]])
    assert (found is not None) == entry["expected"]["shannon_provable"]


@pytest.mark.parametrize("count", [3, 6, 8])
def test_many_variables_without_assumptions(count):
    assert prove_linear(han(count)) is not None


def test_one_percent_more_than_han_is_not_proved():
    assert prove_linear(han(4).replace("3 H(", "303/100 H(", 1)) is None


def test_a_chain_of_twelve():
    proof = prove_linear("I(X1;X12) <= I(X5;X6)", " -> ".join(names(12)))
    assert proof is not None
    check_certificate(proof)


def test_a_chain_of_twelve_the_wrong_way_round():
    assert prove_linear("I(X5;X6) <= I(X1;X12)", " -> ".join(names(12))) is None


def test_a_tree_of_twelve():
    tree = {f"X{k}": (f"X{k // 2}",) for k in range(2, 13)}
    assert prove_linear("I(X8;X12) <= I(X1;X2)", tree) is not None


def test_an_equality_needs_both_directions():
    assert prove_linear("I(X;D) - I(X;Z) = I(X;D|Z)", "X -> D -> Z") is not None
    assert prove_linear("I(X;D) = I(X;Z)", "X -> D -> Z") is None


def test_functions_are_used():
    assert prove_linear("I(Z;Y) <= I(X;Y)", "Z = f(X)") is not None


def test_constants_are_bits():
    assert prove_linear("I(X;Y) <= 1", "H(X) = 1") is not None
    assert prove_linear("I(X;Y) <= 1", "H(X) = 2") is None


def test_independence_is_not_used_where_it_is_not_given():
    assert prove_linear("I(X;D) + I(X;S) <= I(X;D,S)", "D _||_ S") is not None
    assert prove_linear("I(X;D) + I(X;S) <= I(X;D,S)") is None


def test_zhang_yeung_only_where_it_is_asked_for():
    statement = "2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)"
    assert prove_linear(statement) is None
    proof = prove_linear(statement, zhang_yeung=True)
    assert proof is not None
    assert proof["inequalities"] == "Shannon and Zhang-Yeung"


def test_what_shannon_proves_is_declared_so_even_when_more_is_allowed():
    proof = prove_linear("H(X|Y) <= H(X)", zhang_yeung=True)
    assert proof is not None
    assert proof["inequalities"] == "Shannon"


def test_ingleton_is_not_proved_by_either():
    assert prove_linear("I(A;B) <= I(A;B|C) + I(A;B|D) + I(C;D)", zhang_yeung=True) is None


def test_contradictory_assumptions_are_certified_as_such():
    proof = prove_linear("H(Y) <= 0", "H(X) = 1; H(X) = 2")
    assert proof is not None
    assert proof["proves"] == "contradiction"


def test_a_strict_statement_follows_from_no_sum():
    assert prove_linear("I(X;Z) < I(X;D) + 1", "X -> D -> Z") is None


def test_a_parsed_problem_is_the_same_as_its_text():
    statement, assumptions = parse_problem("H(XY) <= H(X) + H(Y)")
    assert statement.left == parse_statement("H(X,Y) <= 1").left
    assert prove_linear(statement, assumptions) is not None


def test_too_many_variables_are_refused_with_their_number():
    with pytest.raises(ValueError, match="16 variables"):
        prove_linear(han(16))
