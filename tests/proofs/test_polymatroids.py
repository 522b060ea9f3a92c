"""Where there is no proof, numbers show why; where there is one, there are none. They are checked here anew."""

import json
from fractions import Fraction

import pytest

from infoloop.notation.grammar import entropy_form, parse_statement
from infoloop.proofs import limits, polymatroids, provability
from infoloop.proofs.polymatroids import polymatroid
from infoloop.proofs.provability import Violation
from tests.support.linear_laws import elementals, measure, subsets, value

ZHANG_YEUNG = "2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)"


def entropies(statement, given=None, zhang_yeung=False):
    """The numbers by set of names, as the oracle has them: copies are alike, and other variables are constants."""
    found = polymatroid(statement, given, zhang_yeung)
    assert found is not None
    known = {frozenset(names.split(",")): v for names, v in found.named().items()}
    atoms = [frozenset(atom) for atom in found.atoms]
    names = frozenset().union(*atoms)
    return {
        s: known[frozenset().union(*(atom for atom in atoms if atom & s))] for s in subsets(sorted(names)) if s
    }, sorted(names)


@pytest.mark.parametrize(
    ("statement", "given"),
    [
        ("I(X;Y|Z) <= I(X;Y)", None),
        ("I(X;Z) >= I(X;D)", "X -> D -> Z"),
        ("H(X) = H(Y)", "X = f(Y)"),
        ("H(Y) = H(X)", "X = f(Y)"),
        (ZHANG_YEUNG, None),
        ("H(X) <= 2", None),
        ("H(X) <= 2", "H(Y) = 3; X -> Y -> Z"),
        ("H(X,Y) <= H(Z)", None),
        ("H(X) < H(X,Y)", None),
        ("H(X) < 2", "H(X) = 2"),
        ("20000001 I(A;B) <= 20000000 H(A)", None),
        (f"{10**23 + 1} I(A;B) <= {10**23} H(A)", None),
    ],
)
def test_the_numbers_obey_every_elemental_inequality(statement, given):
    found, names = entropies(statement, given)
    assert min(value(form, found) for form in elementals(names)) >= 0


def test_the_numbers_meet_the_assumptions_and_violate_the_statement():
    found, _ = entropies("I(X;Z) >= I(X;D)", "X -> D -> Z")
    assert value(measure("X", "Z", "D"), found) == 0
    assert value(measure("X", "Z"), found) < value(measure("X", "D"), found)


def test_variables_that_always_occur_together_are_copies():
    found, _ = entropies("H(X,Y) <= H(Z)")
    assert found[frozenset("X")] == found[frozenset("Y")] == found[frozenset("XY")] > found[frozenset("Z")]


@pytest.mark.parametrize(
    ("statement", "given"),
    [
        ("H(X) + H(Y) <= H(X)", None),
        ("2 H(X) + H(X,Y) + H(Z) <= H(X,Y) + 2 H(X)", None),
        ("H(X) + H(W) + H(Z) + 2 <= H(W) + H(X) + 2", None),
        ("H(X,Z) + H(X) + H(Z) <= H(X,Z) + H(X)", None),
        ("H(A,B) + H(B) + H(C,B) <= H(A,B)", None),
        ("H(X) + H(Y) <= H(X)", "H(X) = 0"),
        ("H(X) + H(Y) <= H(X)", "H(X) = 2"),
        (f"H(X) + H(Y) + {ZHANG_YEUNG.replace('<=', '<= H(X) + H(Y) +')}", None),
    ],
)
def test_the_sides_are_those_at_the_numbers_also_where_variables_cancel(statement, given):
    found = polymatroid(statement, given)
    assert found is not None
    parsed = parse_statement(statement)
    known = found.named()

    def entropy(names):
        together = ",".join(name for atom in found.atoms if names & set(atom) for name in atom)
        return known[together] if together else 0  # variables in no atom are constants

    there = [
        sum(c * (entropy(names) if names else 1) for names, c in entropy_form(side).items())
        for side in (parsed.left, parsed.right)
    ]
    assert (found.lesser, found.greater) == tuple(there)
    assert there[0] > there[1]


def test_constants_are_met_and_the_sides_are_those_at_the_numbers():
    found = polymatroid("H(X) <= 2", "H(Y) = 3; X -> Y -> Z")
    assert found is not None
    assert found.named()["Y"] == 3
    assert (found.lesser, found.relation, found.greater) == (found.named()["X"], "<=", 2)


@pytest.mark.parametrize(
    ("statement", "given", "zhang_yeung"),
    [
        ("I(X;Y) <= H(X)", None, False),
        ("I(X;Z) <= I(X;D)", "X -> D -> Z", False),
        ("H(X) < 2", "H(X) = 1", False),
        ("H(X) <= H(Z)", "H(X) = 1; H(X) = 2", False),
        ("H(X) <= H(Z)", "H(X) = -1", False),
        (ZHANG_YEUNG, None, True),
    ],
)
def test_what_is_proved_true_or_void_has_none(statement, given, zhang_yeung):
    assert polymatroid(statement, given, zhang_yeung) is None


def test_numbers_can_be_asked_to_obey_zhang_yeung_as_well():
    found = polymatroid("I(X;Y|Z) <= I(X;Y)", zhang_yeung=True)
    assert found is not None
    assert (found.zhang_yeung, found.row()["inequalities"]) == (True, "Shannon and Zhang-Yeung")


def test_a_row_is_json_and_fractions_are_texts():
    found = polymatroid("1/3 H(X) <= 1/7")
    assert found is not None
    row = json.loads(json.dumps(found.row()))
    assert row["relation"] == "<="
    assert Fraction(row["lesser"]) > Fraction(row["greater"]) == Fraction(1, 7)
    assert Fraction(row["entropies"]["X"]) / 3 == Fraction(row["lesser"])


def test_fifty_variables_that_count_as_one_make_few_numbers():
    many = ",".join(f"Y{k}" for k in range(50))
    found = polymatroid(f"H({many}) <= H(X)")
    assert found is not None
    assert len(found.entropies) == 3


def test_many_numbers_are_counted_and_not_shown():
    found = polymatroid("H(A,B,C,D,E,F) <= H(A,B) + H(C) + H(D) + H(E)", "H(A|B,C) = 0; H(B|A,C) = 0")
    assert found is not None
    assert "--json shows" in str(found)
    assert len(str(found)) < 200


LIES = {
    "a number too large": lambda values: values | {max(values): values[max(values)] + 1},
    "a number below 0": lambda values: {mask: -value for mask, value in values.items()},
    "nothing": lambda values: dict.fromkeys(values, Fraction(0)),
    "a constant of 0": lambda values: values | {0: Fraction(0)},
    "thirds": lambda values: {mask: Fraction(mask, 3) for mask in values},
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize(
    ("statement", "given"),
    [("I(X;Y|Z) <= I(X;Y)", None), ("I(X;Z) >= I(X;D)", "X -> D -> Z"), ("H(X) <= H(X,Y)", None)],
)
def test_wrong_numbers_are_no_evidence(monkeypatch, lie, statement, given):
    """Whatever the program reports: what leaves is checked on its own, and is right or nothing."""
    right = polymatroids.decide

    def lying(problem, form):
        found = right(problem, form)
        values = found.values if isinstance(found, Violation) else dict.fromkeys((*problem.reduced.coordinates, 0), 1)
        return Violation(LIES[lie]({mask: Fraction(v) for mask, v in values.items()}))

    monkeypatch.setattr(polymatroids, "decide", lying)
    if polymatroid(statement, given) is None:
        return
    found, names = entropies(statement, given)
    assert min(value(form, found) for form in elementals(names)) >= 0
    assert "X,Y" not in statement
    assert not given or value(measure("X", "Z", "D"), found) == 0


def test_what_is_too_large_to_decide_has_none(monkeypatch):
    monkeypatch.setattr(limits, "MOST_COORDINATES_FOR_STEPS", 1)
    monkeypatch.setattr(provability, "_shortest", lambda problem, vector: (None, None))
    monkeypatch.setattr(provability, "_least", lambda problem, vector: (None, None, None))
    assert polymatroid("I(X;Y|Z) <= I(X;Y)") is None


def test_numbers_that_miss_an_assumption_are_no_evidence(monkeypatch):
    """One bit in X and none elsewhere breaks the statement, but not where Y has half of X's entropy."""

    def one_bit(problem, form):
        names = problem.encoded.names
        return Violation({m: Fraction("X" in names(m)) for m in problem.reduced.coordinates} | {0: Fraction(1)})

    monkeypatch.setattr(polymatroids, "decide", one_bit)
    assert polymatroid("H(X) <= H(Z)") is not None
    assert polymatroid("H(X) <= H(Z)", "H(X) = 2 H(Y)") is None
