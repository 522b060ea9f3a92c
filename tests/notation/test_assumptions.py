"""Assumptions are expressions that are 0, and the caret stands under a mistake."""

import time

import pytest

from infoloop.notation.assumptions import parse_assumptions
from infoloop.notation.grammar import NotationError, format_terms

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
    "+.5 H(X) = 0 H(Y) + 1 bit": ("equality", ["1/2 H(X) - 1"]),
    "−H(X) = 0": ("equality", ["-H(X)"]),
    "X − D → Z": ("chain", ["I(X;Z|D)"]),
    "H -> I -> X": ("chain", ["I(H;X|I)"]),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_what_an_assumption_says_is_0(text):
    (found,) = parse_assumptions(text)
    assert (found.kind, [format_terms(terms) for terms in found.zero]) == MEANINGS[text]
    assert found.text == text


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
    "X -> Y -> Z -> ^X": "X stands on both sides: groups must have no variable in common",
}


@pytest.mark.parametrize("marked", MISTAKES)
def test_the_caret_stands_under_the_mistake(marked):
    text = marked.replace("^", "")
    with pytest.raises(NotationError) as caught:
        parse_assumptions(text)
    assert (str(caught.value).splitlines()[0], caught.value.place) == (MISTAKES[marked], marked.index("^"))


def test_a_chain_of_two_before_a_semicolon_says_what_a_semicolon_does():
    with pytest.raises(NotationError, match="a ';' ends an assumption, variables are separated by commas"):
        parse_assumptions("X -> D; S -> Z")


@pytest.mark.parametrize("arrow", [" -> ", " _||_ "])
def test_a_chain_that_is_too_long_is_refused_at_once(arrow):
    began = time.process_time()
    with pytest.raises(NotationError, match="an assumption of 448 groups and 448 variables is too long"):
        parse_assumptions(arrow.join(f"X{k}" for k in range(3000)))
    assert time.process_time() - began < 0.5


def test_a_long_chain_is_read_in_linear_time():
    began = time.process_time()
    (chain,) = parse_assumptions(" -> ".join(f"X{k}" for k in range(440)))
    assert len(chain.zero) == 438
    assert format_terms(chain.zero[1]) == "I(X0,X1;X3|X2)"
    assert time.process_time() - began < 2


def test_too_many_assumptions():
    with pytest.raises(ValueError, match="given has 1001 assumptions: at most 1000 fit"):
        parse_assumptions("X -> Y -> Z;" * 1001)


def test_what_is_no_text():
    with pytest.raises(TypeError, match="given is of type int: give a text such as 'X -> D -> Z'"):
        parse_assumptions(3)  # ty: ignore[invalid-argument-type]
