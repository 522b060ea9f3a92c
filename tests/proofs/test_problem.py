"""What is given as text, graph or network becomes assumptions, and `XY` means `X,Y` where it can mean nothing else."""

from typing import Any

import pytest

from infoloop.notation.grammar import NotationError, format_terms, parse_statement
from infoloop.probability.bayes_nets import bayes_net
from infoloop.probability.channel_families import bsc
from infoloop.probability.distributions import joint
from infoloop.proofs.problem import graph_assumptions, parse_problem
from infoloop.proofs.shannon_prover import prove_linear


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
        (parse_problem("H(X) >= 0", "X -> Y -> Z")[1], 1),
        ([["X -> Y -> Z"], [{"Y": ("X",), "Z": ("Y",)}]], 2),
        (bayes_net(joint([0.5, 0.5], "X"), bsc(0.1, "X", "Y"), bsc(0.1, "Y", "Z")), 1),
    ],
)
def test_ways_to_give_several(given, count):
    assert len(parse_problem("I(X;Z) >= 0", given)[1]) == count


STATEMENT_MISTAKES = {
    "I(X;Z) ^? I(X;D)": "'?' has no meaning here",
    "I(X;Z ^<= I(X;D)": "')' is wanted to close the bracket",
    "I(X;^) <= 1": "the name of a variable is wanted here",
    "I(X;Y;^X) <= 1": "X stands on both sides: groups must have no variable in common",
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


@pytest.mark.parametrize("parents", ["task", None, 3, ("X", 3), b"task"])
def test_parents_that_are_no_list_of_names_are_refused(parents: Any):
    """The text "task" is one name, not four."""
    with pytest.raises(
        TypeError, match=r"given has 'Y': .* in a graph: give a list of names, as in {'Z': \('X', 'D'\)}"
    ):
        parse_problem("I(X;Y) <= H(X)", {"Y": parents})


def test_parents_that_can_be_read_once_are_read_once():
    kinds: list[Any] = [
        {"Z": ["D"], "D": ["X"]},
        {"Z": iter("D"), "D": (name for name in ["X"])},
        {"Z": {"D": 1}, "D": {"X"}},
    ]
    found = [parse_problem("I(X;Z) <= I(X;D)", graph)[1] for graph in kinds]
    assert [[a.text for a in assumptions] for assumptions in found] == [["Z _||_ X | D"]] * 3


def test_a_graph_gives_each_variable_apart_from_those_before_it():
    diamond = {"B": ("A",), "C": ("A",), "D": ("B", "C")}
    assert [a.text for a in graph_assumptions(diamond, of="D")] in (
        ["C _||_ B | A", "D _||_ A | B,C"],
        ["B _||_ C | A", "D _||_ A | C,B"],
    )


def test_only_the_ancestors_of_what_is_mentioned_are_kept():
    chain = {f"X{k + 1}": (f"X{k}",) for k in range(100)}
    assert len(parse_problem("I(X0;X3) <= I(X1;X2)", chain)[1]) == 2
    assert prove_linear("I(X0;X3) <= I(X1;X2)", chain) is not None


def test_a_cycle_is_named():
    with pytest.raises(ValueError, match=r"the graph has the cycle .* -> .*: a variable cannot cause itself"):
        graph_assumptions({"X": ("Y",), "Y": ("Z",), "Z": ("X",)}, of="X")


def test_a_name_that_no_statement_can_mention():
    with pytest.raises(NotationError, match="has no meaning here"):
        graph_assumptions({"a?": ("b",), "c": ()}, of=["a?", "c"])


def test_what_is_no_assumption():
    with pytest.raises(TypeError, match="given is of type int: give texts such as"):
        parse_problem("H(X) >= 0", 3)  # ty: ignore[invalid-argument-type]
    with pytest.raises(TypeError, match="statement is of type int: give a text such as"):
        parse_problem(3)  # ty: ignore[invalid-argument-type]


@pytest.mark.slow
def test_a_graph_of_too_many_variables_is_refused_before_its_independences_are_written():
    parents = {f"X{k}": (f"X{k - 1}",) for k in range(1, 3000)}
    assert len(graph_assumptions(parents, of=["X29"])) == 28
    with pytest.raises(ValueError, match=r"the graph has 3000 variables .*: at most 200 fit"):
        graph_assumptions(parents, of=["X2999"])


def test_the_message_about_a_long_cycle_is_short():
    parents = {f"X{k}": (f"X{(k + 1) % 3000}",) for k in range(3000)}
    with pytest.raises(ValueError, match="the graph has the cycle") as caught:
        graph_assumptions(parents, of=["X1"])
    assert len(str(caught.value)) < 250
