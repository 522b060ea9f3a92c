"""Assumptions as expressions that are 0, where `XY` may mean `X,Y`, and where the caret stands under a mistake."""

import pytest

from infoloop.notation.assumptions import graph_assumptions, parse_assumptions, parse_problem
from infoloop.notation.grammar import NotationError, format_terms, parse_statement
from infoloop.proofs.shannon_prover import prove_linear

MEANINGS = {
    "X -> D,S -> Z": ("chain", ["I(X;Z|D,S)"]),
    "X - D - Z": ("chain", ["I(X;Z|D)"]),
    "X → D → Z → W": ("chain", ["I(X;Z|D)", "I(X,D;W|Z)"]),
    "X _||_ Y": ("independence", ["I(X;Y)"]),
    "X_||_Y|Z": ("independence", ["I(X;Y|Z)"]),
    "X,Y ⟂ Z | W": ("independence", ["I(X,Y;Z|W)"]),
    "X _||_ Y _||_ Z": ("independence", ["I(X;Y)", "I(X,Y;Z)"]),
    "Z = f(X,Y)": ("function", ["H(Z|X,Y)"]),
    "Z,W = g(X)": ("function", ["H(Z,W|X)"]),
    "I(X;Z|Y) = 0": ("equality", ["I(X;Z|Y)"]),
    "H(X|Y) = 1/2 H(X) + 1": ("equality", ["H(X|Y) - 1/2 H(X) - 1"]),
    "0 = H(X)": ("equality", ["-H(X)"]),
    "H -> I -> X": ("chain", ["I(H;X|I)"]),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_what_an_assumption_says_is_0(text):
    (found,) = parse_assumptions(text)
    assert (found.kind, [format_terms(terms) for terms in found.zero]) == MEANINGS[text]
    assert found.text == text


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (None, 0),
        ("", 0),
        ("X -> Y -> Z; I(X; Z|Y) = 0", 2),
        ("X -> Y -> Z\nZ = f(X)\n", 2),
        ("X -> Y -> Z;W _||_ X", 2),
        (["X -> Y -> Z", "Z = f(X); W _||_ X"], 3),
        ({"Y": ("X",), "Z": ("Y",)}, 1),
        ([{"Y": ("X",), "Z": ("Y",)}, "W _||_ X"], 2),
        (parse_assumptions("X -> Y -> Z"), 1),
    ],
)
def test_ways_to_give_several(given, count):
    assert len(parse_assumptions(given)) == count


MISTAKES = {  # the text with ^ before the place that the message points at
    "X -> D^": "a chain of two says nothing: a third group is wanted, as in X -> D -> Z",
    "X^": "an assumption is X -> D -> Z, X _||_ Y | Z, Z = f(X,Y), or an equality such as I(X;Y|Z) = 0",
    "X ^~ Y": "'~' has no meaning here",
    "X -> ^-> Z": "the name of a variable is wanted here",
    "X -> Y ^_||_ Z": "a chain of two says nothing: a third group is wanted, as in X -> D -> Z",
    "X -> Y -> ^X": "X stands on both sides: groups must have no variable in common",
    "X _||_ Y | ^X": "X stands on both sides: groups must have no variable in common",
    "X _||_^": "the name of a variable is wanted here",
    "X _||_ Y |^": "the name of a variable is wanted here",
    "X -> Y -> Z ^| W": "'|' is not expected here: join terms with + or -",
    "Z = ^3": "a function is wanted here, as in Z = f(X,Y)",
    "Z = X^": "'(' is wanted after the name of the function",
    "Z = f(^)": "the name of a variable is wanted here",
    "Z = f(^Z)": "Z stands on both sides: groups must have no variable in common",
    "Z = f(X ^+ Y)": "')' is wanted to close the bracket",
    "Z = f(X) ^+ 1": "'+' is not expected here: join terms with + or -",
    "I(X;Y) ^<= 0": "an assumption is an equality: = is wanted here",
    "I(X;Y)^": "a relation (<=, >=, =, <, >) is wanted here",
    "I(X,Y;^Y) = 0": "Y stands on both sides: groups must have no variable in common",
    "^0 H(X) = 1": "the coefficient is 0: leave the term out",
}


@pytest.mark.parametrize("marked", MISTAKES)
def test_the_caret_stands_under_the_mistake(marked):
    text = marked.replace("^", "")
    with pytest.raises(NotationError) as caught:
        parse_assumptions(text)
    assert (str(caught.value).splitlines()[0], caught.value.place) == (MISTAKES[marked], marked.index("^"))


STATEMENT_MISTAKES = {
    "I(X;Z) ^? I(X;D)": "'?' has no meaning here",
    "I(X;Z ^<= I(X;D)": "')' is wanted to close the bracket",
    "I(X;^) <= 1": "the name of a variable is wanted here",
    "I(X;Y;^X) <= 1": "X stands on both sides: groups must have no variable in common",
    "H(X) <= ^0 H(Y)": "the coefficient is 0: leave the term out",
    "H(X) <= ^0/3 H(Y)": "the coefficient is 0: leave the term out",
}


@pytest.mark.parametrize("marked", STATEMENT_MISTAKES)
def test_a_statement_to_prove_is_read_strictly(marked):
    text = marked.replace("^", "")
    with pytest.raises(NotationError) as caught:
        parse_problem(text)
    assert (str(caught.value).splitlines()[0], caught.value.place) == (STATEMENT_MISTAKES[marked], marked.index("^"))


def test_elsewhere_groups_may_overlap_and_zero_may_stand():
    assert len(parse_statement("I(X,Y;Y) <= 0 H(X)").left) == 1
    assert format_terms(parse_problem("H(X) >= 0")[0].right) == "0"


@pytest.mark.parametrize(
    ("statement", "given", "left"),
    [
        ("H(XY) <= H(X) + H(Y)", None, "H(X,Y)"),
        ("I(XY;Z) <= I(X;Z) + H(Y)", None, "I(X,Y;Z)"),
        ("H(Z) <= H(X) + H(Y)", "XY -> Z -> W", "H(Z)"),
        ("H(XY) <= H(Z)", None, "H(XY)"),  # a variable called XY: nothing else is called X or Y
        ("H(XY) <= H(X) + H(Z)", None, "H(XY)"),  # Y is nowhere
        ("H(XX) <= H(X)", None, "H(XX)"),
        ("H(XY,Z) <= H(X) + H(Y) + H(Z)", None, "H(XY,Z)"),  # in a list, names are whole
        ("H(X1) <= H(X)", None, "H(X1)"),
    ],
)
def test_letters_are_split_only_where_they_are_variables(statement, given, left):
    assert format_terms(parse_problem(statement, given)[0].left) == left


def test_split_letters_serve_in_assumptions():
    _, (chain,) = parse_problem("I(X;W) <= I(Z;W) + H(Y)", "XY -> Z -> W")
    assert [format_terms(terms) for terms in chain.zero] == ["I(X,Y;W|Z)"]


def test_a_split_that_puts_a_variable_on_both_sides_is_refused():
    with pytest.raises(NotationError, match="XY means X,Y here") as caught:
        parse_problem("I(XY;X) <= H(X) + H(Y)")
    assert caught.value.place == 2
    with pytest.raises(NotationError, match="in two of its groups"):
        parse_problem("H(X) <= H(Y)", "XY -> Z -> X")


def test_a_graph_gives_each_variable_apart_from_those_before_it():
    diamond = {"B": ("A",), "C": ("A",), "D": ("B", "C")}
    assert [a.text for a in graph_assumptions(diamond)] in (
        ["C _||_ B | A", "D _||_ A | B,C"],
        ["B _||_ C | A", "D _||_ A | C,B"],
    )


def test_only_the_ancestors_of_what_is_mentioned_are_kept():
    chain = {f"X{k + 1}": (f"X{k}",) for k in range(100)}
    assert len(parse_problem("I(X0;X3) <= I(X1;X2)", chain)[1]) == 2
    assert prove_linear("I(X0;X3) <= I(X1;X2)", chain) is not None


def test_a_cycle_is_named():
    with pytest.raises(ValueError, match=r"the graph has the cycle .* -> .*: a variable cannot cause itself"):
        graph_assumptions({"X": ("Y",), "Y": ("Z",), "Z": ("X",)})


def test_a_name_that_no_statement_can_mention():
    with pytest.raises(NotationError, match="has no meaning here"):
        graph_assumptions({"a?": ("b",), "c": ()})


def test_what_is_no_assumption():
    with pytest.raises(ValueError, match="given is 3: give texts such as"):
        parse_assumptions(3)
