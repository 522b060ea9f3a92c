"""Assumptions in textbook notation, as expressions that are 0."""

import pytest

from infoloop.assumptions import graph_assumptions, parse_assumptions, parse_problem
from infoloop.notation import NotationError, written


def zeros(given):
    return [written(zero) for assumption in parse_assumptions(given) for zero in assumption.zero]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("X -> D -> Z", ["I(X;Z|D)"]),
        ("X - D - Z", ["I(X;Z|D)"]),
        ("X -> D,S -> Z", ["I(X;Z|D,S)"]),
        ("A -> B -> C -> D", ["I(A;C|B)", "I(A,B;D|C)"]),
        ("X _||_ Y", ["I(X;Y)"]),
        ("X _||_ Y | Z", ["I(X;Y|Z)"]),
        ("Z = f(X,Y)", ["H(Z|X,Y)"]),
        ("I(X;Z|Y) = 0", ["I(X;Z|Y)"]),
        ("H(X) = H(Y)", ["H(X) - H(Y)"]),
        ("X -> D -> Z; X _||_ Y", ["I(X;Z|D)", "I(X;Y)"]),
        ("X -> D -> Z\nX _||_ Y", ["I(X;Z|D)", "I(X;Y)"]),
        (["X -> D -> Z", "X _||_ Y"], ["I(X;Z|D)", "I(X;Y)"]),
        (None, []),
        ("", []),
    ],
)
def test_each_form_says_what_is_zero(given, expected):
    assert zeros(given) == expected


def test_a_graph_gives_its_local_independences():
    collider = graph_assumptions({"Z": ("X", "Y")})
    assert {written(zero) for assumption in collider for zero in assumption.zero} == {"I(Y;X)"}


def test_a_cycle_is_named():
    with pytest.raises(ValueError, match=r"cycle (X -> Y -> X|Y -> X -> Y)"):
        graph_assumptions({"X": ("Y",), "Y": ("X",)})


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("X -> Y", 6),
        ("X ~ Y", 2),
        ("X -> D -> ", 9),
        ("X _||_ X", 7),
        ("I(X;Y) <= 0", 7),
        ("Z = 3", 4),
        ("X -> (D) -> Z", 5),
    ],
)
def test_what_does_not_parse_is_shown_with_its_place(given, place):
    with pytest.raises(NotationError) as error:
        parse_assumptions(given)
    assert error.value.place == place


def test_letters_that_stand_alone_elsewhere_split_a_word():
    statement, _ = parse_problem("H(XY) <= H(X) + H(Y)")
    assert written(statement.left) == "H(X,Y)"


def test_a_word_whose_letters_stand_nowhere_is_a_name():
    statement, _ = parse_problem("H(XY) <= H(X)")
    assert written(statement.left) == "H(XY)"


def test_something_else_than_texts_is_refused():
    with pytest.raises(ValueError, match="give texts"):
        parse_assumptions(3)
