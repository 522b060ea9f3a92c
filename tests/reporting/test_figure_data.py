"""Labels of figures: what others wrote is never mathematics, what the library wrote is, and symbols come with words."""

import pytest

from infoloop.reporting.figure_data import Figure, Line, Panel, drawn_label, explained_symbols, plain_label

X = [0.0, 1.0]


@pytest.mark.parametrize(
    ("label", "drawn"),
    [
        ("I(theta;Z), bits", r"$I(\theta;Z)$, bits"),
        ("I(X;Z) - bound, bits", "$I(X;Z)$ - bound, bits"),
        ("H(Z_t|X,Y1)", r"$H(Z_t\mid X,Y_1)$"),
        ("I(my column;Z)", "I(my column;Z)"),
        ("I(_;Z)", "I(_;Z)"),
        (plain_label("I($x$)"), r"I(\$x\$)"),
        ("$I(X;Z_t)$", "$I(X;Z_t)$"),
        ("$t$ of I(X;Z)", "$t$ of $I(X;Z)$"),
        ("$1 of I(X;Z)", "$1 of I(X;Z)"),
    ],
)
def test_terms_of_information_are_drawn_as_mathematics_and_nothing_else_is(label, drawn):
    assert drawn_label(label) == drawn


def test_a_symbol_is_explained_once_in_the_order_of_the_marks():
    lines = (Line(X, X, "entropy of the model", symbol="H(Z)"), Line(X, X, "plain"), Line(X, X, "", symbol="I"))
    figure = Figure((Panel("", "", "", lines), Panel("", "", "", lines[:1])), "Two.")
    assert explained_symbols(figure) == "$H(Z)$: entropy of the model."
    assert explained_symbols(Figure((Panel("", "", "", lines[1:2]),), "None.")) == ""
