"""Where there is no proof, numbers show why; where there is one, there are none."""

import pytest

from infoloop.proofs.polymatroids import polymatroid
from tests.support.linear_laws import elementals, measure, value

ZHANG_YEUNG = "2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)"


@pytest.mark.parametrize(
    ("statement", "given", "names"),
    [
        ("I(X;Y|Z) <= I(X;Y)", None, "XYZ"),
        ("I(X;Z) >= I(X;D)", "X -> D -> Z", "XDZ"),
        ("H(X) = H(Y)", "X = f(Y)", "XY"),
        (ZHANG_YEUNG, None, "ABCD"),
        ("H(X) <= 2", None, "X"),
        ("H(X) <= 2", "H(Y) = 3; X -> Y -> Z", "XYZ"),
    ],
)
def test_the_numbers_obey_every_elemental_inequality(statement, given, names):
    found = polymatroid(statement, given)
    assert found is not None
    assert min(value(form, found) for form in elementals(names)) >= 0


def test_the_numbers_meet_the_assumptions_and_violate_the_statement():
    found = polymatroid("I(X;Z) >= I(X;D)", "X -> D -> Z") or {}
    assert value(measure("X", "Z", "D"), found) == 0
    assert value(measure("X", "Z"), found) < value(measure("X", "D"), found)


def test_variables_that_always_occur_together_are_copies():
    found = polymatroid("H(X,Y) <= H(Z)") or {}
    assert found[frozenset("X")] == found[frozenset("Y")] == found[frozenset("XY")] > found[frozenset("Z")]


@pytest.mark.parametrize(
    ("statement", "given"), [("I(X;Y) <= H(X)", None), ("I(X;Z) <= I(X;D)", "X -> D -> Z"), ("H(X) < H(X,Y)", None)]
)
def test_what_is_proved_has_none(statement, given):
    assert polymatroid(statement, given) is None
