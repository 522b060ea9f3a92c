"""Textbook notation: what it means as terms and as entropies, and where the caret points when it means nothing."""

import time
from fractions import Fraction

import pytest

from infoloop.notation.grammar import (
    NotationError,
    Statement,
    Term,
    entropy_form,
    format_terms,
    lesser_first,
    parse_expression,
    parse_statement,
    subtract,
    variables,
)

ONE = Fraction(1)
MEANINGS = {
    "H(X)": (Term(ONE, (("X",),)),),
    "H(X,Y|Z)": (Term(ONE, (("X", "Y"),), ("Z",)),),
    "I(X;Z|D,S)": (Term(ONE, (("X",), ("Z",)), ("D", "S")),),
    "I(X;Y;Z)": (Term(ONE, (("X",), ("Y",), ("Z",))),),
    "I(X,Y;Y)": (Term(ONE, (("X", "Y"), ("Y",))),),
    "H(X,X)": (Term(ONE, (("X",),)),),
    "-H(X)": (Term(-ONE, (("X",),)),),
    "2 H(X)": (Term(Fraction(2), (("X",),)),),
    "2H(X)": (Term(Fraction(2), (("X",),)),),
    "1/2*H(X)": (Term(Fraction(1, 2), (("X",),)),),
    "0.1 H(X)": (Term(Fraction(1, 10), (("X",),)),),
    "3": (Term(Fraction(3)),),
    "- 1.5 + H(I)": (Term(Fraction(-3, 2)), Term(ONE, (("I",),))),
    "H( X_1 , y' )": (Term(ONE, (("X_1", "y'"),)),),
    "+H(X)": (Term(ONE, (("X",),)),),
    "H(X) + -2 H(Y)": (Term(ONE, (("X",),)), Term(-Fraction(2), (("Y",),))),
    "H(X) - - 2": (Term(ONE, (("X",),)), Term(Fraction(2))),
    "0 H(X)": (Term(Fraction(0), (("X",),)),),
    ".5 H(X)": (Term(Fraction(1, 2), (("X",),)),),
    "2·H(X) − 3 × H(Y)": (Term(Fraction(2), (("X",),)), Term(-Fraction(3), (("Y",),))),
    "1/2 bit + 2 bits": (Term(Fraction(1, 2)), Term(Fraction(2))),
    "H(θ)-I(θ;D)": (Term(ONE, (("θ",),)), Term(-ONE, (("θ",), ("D",)))),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_expressions_as_terms(text):
    assert parse_expression(text) == MEANINGS[text]


@pytest.mark.parametrize(
    ("written", "relation"),
    [("<=", "<="), ("≤", "<="), (">=", ">="), ("≥", ">="), ("=", "="), ("==", "="), ("<", "<"), (">", ">")],
)
def test_relations(written, relation):
    expected = Statement(parse_expression("I(X;Z)"), relation, parse_expression("1/2"))
    assert parse_statement(f"I(X;Z) {written} 1/2") == expected


MISTAKES = {  # the text with ^ before the place that the message points at
    "^": "H(...), I(...;...) or a number is wanted here",
    "H(X) + ^": "H(...), I(...;...) or a number is wanted here",
    "^K(X)": "H(...), I(...;...) or a number is wanted here",
    "2 ^X": "H(...), I(...;...) or a number is wanted here",
    "2 * ^3": "H(...), I(...;...) or a number is wanted here",
    "H^[X]": "'[' has no meaning here: brackets are round: H(X), I(X;Y)",
    "I(X^:Y)": "':' has no meaning here: groups are separated by ;, as in I(X;Y)",
    "^h(X)": "H(...), I(...;...) or a number is wanted here: H and I are written large",
    "^(H(X) + 1)": "H(...), I(...;...) or a number is wanted here: sums stand in no brackets: multiply them out",
    "1^e-9 H(X)": "H(...), I(...;...) or a number is wanted here: write powers of ten out, as 0.001 or 1/1000",
    "^X -> Y": "H(...), I(...;...) or a number is wanted here: chains and independences are assumptions: "
    "give them as such",
    "H(X)^/2": "'/' is not expected here: a factor stands before H and I, as in 1/2 H(X)",
    "H(X)^; H(Y)": "';' separates groups in I(X;Y), and assumptions: here is one statement, without assumptions",
    "H(X ^Y)": "variables are separated by commas",
    "H(X) + - ^- 1": "H(...), I(...;...) or a number is wanted here",
    "2 bits ^H(X)": "'H' is not expected here: join terms with + or -",
    "^٣": "'٣' has no meaning here",
    "H(X) ^$": "'$' has no meaning here",
    "H ^X": "'(' is wanted after H",
    "H(^)": "the name of a variable is wanted here",
    "H(X,^)": "the name of a variable is wanted here",
    "I(X;^;Y)": "the name of a variable is wanted here",
    "H(X|^)": "the name of a variable is wanted here",
    "H(^1)": "the name of a variable is wanted here",
    "H(X^;Y)": "an entropy H(...) has one group: separate its variables by commas",
    "I(X^)": "an information I(...;...) needs a second group after ';'",
    "I(X,Y^|Z)": "an information I(...;...) needs a second group after ';'",
    "I(X;Y^": "')' is wanted to close the bracket",
    "I(X;Y|Z^|W)": "what is given stands last: separate its variables by commas, and close the bracket",
    "I(X;Y|Z^;W)": "what is given stands last: separate its variables by commas, and close the bracket",
    "I(X;Z ^Y)": "variables are separated by commas",
    "I(X;Z ^+ Y)": "')' is wanted to close the bracket",
    "H(X) ^H(Y)": "'H' is not expected here: join terms with + or -",
    "H(X)^)": "')' is not expected here: join terms with + or -",
    "^1/0 H(X)": "a fraction over zero",
    "H(X) ^<= 1": "this is a statement, but an expression without a relation is wanted",
}


@pytest.mark.parametrize("marked", MISTAKES)
def test_the_caret_stands_under_the_mistake(marked):
    place, text = marked.index("^"), marked.replace("^", "")
    with pytest.raises(NotationError) as caught:
        parse_expression(text)
    assert caught.value.place == place
    assert str(caught.value).splitlines() == [MISTAKES[marked], f"  {text}", f"  {' ' * place}^"]


@pytest.mark.parametrize(
    ("marked", "reason"),
    [
        ("H(X)^", "a relation (<=, >=, =, <, >) is wanted here"),
        ("H(X) <= 1 ^<= 2", "'<=' is a second relation: a statement has one"),
        ("H(X) =^> 1", "H(...), I(...;...) or a number is wanted here: a relation is one of <=, >=, =, <, >"),
        ("H(X) ^!= 1", "'!' has no meaning here: a relation is one of <=, >=, =, <, >"),
        (
            "H(X) >= 0^; H(Y) >= 0",
            "';' separates groups in I(X;Y), and assumptions: here is one statement, without assumptions",
        ),
        ("H(X) ^H(Y) <= 1", "'H' is not expected here: join terms with +, - or a relation (<=, >=, =, <, >)"),
        ("H(X) <= ^", "H(...), I(...;...) or a number is wanted here"),
        ("^<= H(X)", "H(...), I(...;...) or a number is wanted here"),
    ],
)
def test_the_caret_stands_under_the_mistake_in_a_statement(marked, reason):
    with pytest.raises(NotationError) as caught:
        parse_statement(marked.replace("^", ""))
    assert (caught.value.place, str(caught.value).splitlines()[0]) == (marked.index("^"), reason)


def test_a_notation_error_is_a_value_error():
    assert issubclass(NotationError, ValueError)


def test_what_is_no_text():
    with pytest.raises(TypeError, match=r"expression is of type int: give a text such as 'I\(X;Z\) <= I\(X;D\)'"):
        parse_expression(3)  # ty: ignore[invalid-argument-type]


def form(text):
    return {"".join(sorted(names)): c for names, c in entropy_form(parse_expression(text)).items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H(X|Y)", {"XY": 1, "Y": -1}),
        ("H(X|X)", {}),
        ("I(X;Y|Z)", {"XZ": 1, "YZ": 1, "XYZ": -1, "Z": -1}),
        ("I(X;X)", {"X": 1}),
        ("I(X,Y;Y,Z)", {"XY": 1, "YZ": 1, "XYZ": -1}),
        ("I(X;Y|Y)", {}),
        ("I(X;Y;Z)", {"X": 1, "Y": 1, "Z": 1, "XY": -1, "XZ": -1, "YZ": -1, "XYZ": 1}),
        ("2 H(X) - 2 H(X)", {}),
        ("1/3 H(X) + 2 - 1/2", {"X": Fraction(1, 3), "": Fraction(3, 2)}),
    ],
)
def test_entropy_forms(text, expected):
    assert form(text) == expected


def test_variables_in_the_order_of_their_first_mention():
    assert variables(parse_expression("I(Z;X|D) - H(X,A) + 1")) == ("Z", "X", "D", "A")


@pytest.mark.parametrize("text", ["H(Y) >= H(X)", "H(X) <= H(Y)", "H(X) < H(Y)", "H(Y) > H(X)", "H(X) = H(Y)"])
def test_slack_is_greater_less_lesser(text):
    ordered = lesser_first(parse_statement(text))
    assert format_terms(subtract(ordered.right, ordered.left)) == "H(Y) - H(X)"


def test_a_turned_relation_turns_its_sides():
    assert lesser_first(parse_statement("H(X) > 1")) == parse_statement("1 < H(X)")


LONG = {
    "groups": ("I(" + ";".join(f"A{k}" for k in range(24)) + ")", "at most 14 groups"),
    "entropies": ("+".join(["I(A;B;C;D;E;F;G;H;J;K;L;M;N;O)"] * 5), "a sum of more than 65536 entropies"),
    "characters": ("+".join(["H(X)"] * 60_000), "has 299999 characters: at most 100000 fit"),
    "digits": ("9" * 301, "a number of 301 digits: at most 300 fit"),
    "minus signs": ("-" * 90_000 + "1", "or a number is wanted here"),
    "a name": (f"H({'X' * 90_000}", "to close the bracket"),
    "a name at an end": (f"H(X) {'Y' * 90_000}", "is not expected here"),
    "spaces": (" " * 90_000, "is wanted here"),
}


@pytest.mark.parametrize("name", LONG)
def test_what_is_too_large_is_refused_at_once_and_in_short(name):
    text, reason = LONG[name]
    began = time.process_time()
    with pytest.raises(NotationError, match=reason) as caught:
        parse_expression(text)
    assert time.process_time() - began < 0.5
    assert max(map(len, str(caught.value).splitlines())) < 250
    assert len(str(caught.value).splitlines()) == 3


def test_the_time_to_read_grows_with_the_length():
    """16 000 terms took 0.3 s where each token copied the rest of the text."""
    text = "+".join(["H(X)"] * 16_000)
    began = time.process_time()
    assert len(parse_expression(text)) == 16_000
    assert time.process_time() - began < 5


@pytest.mark.slow
def test_an_information_of_as_many_groups_as_fit():
    (term,) = parse_expression("I(" + ";".join(f"A{k}" for k in range(14)) + ")")
    assert len(entropy_form((term,))) == 2**14 - 1


def test_terms_made_by_hand_are_bounded_as_well():
    with pytest.raises(ValueError, match="a sum of more than 65536 entropies"):
        entropy_form((Term(ONE, tuple((f"A{k}",) for k in range(24))),))


def test_control_characters_are_shown_and_the_caret_stands_right():
    with pytest.raises(NotationError) as caught:
        parse_expression("H(X)\x1b[2K")
    assert str(caught.value).splitlines() == ["'\\x1b' has no meaning here", "  H(X)\\x1b[2K", "      ^"]
