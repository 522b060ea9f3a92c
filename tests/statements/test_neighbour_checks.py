"""False neighbours are refuted exactly, and one that stands is seen."""

from dataclasses import replace

import pytest

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.log_sums import rational
from infoloop.statements.cases import Family, exact_law, random_bayes_nets, random_probabilities
from infoloop.statements.claim import linear
from infoloop.statements.neighbour_checks import check_neighbours
from infoloop.statements.neighbours import changed, unrefuted, without

CHAINS = random_bayes_nets("X", "D|X", "Z|D", X=2, D=2, Z=2)
COPIES = exact_law({"X": ["1/2", "1/2"], "D": [1], "Z|X": [[1, 0], [0, 1]]})


def verdicts(claim):
    return {found.change: found.verdict for found in check_neighbours(claim)}


def number(x):
    return {"x": rational(x)}


def product(x):
    return x["x"] * (1 - x["x"])


def halves(*neighbours, **fields):
    """The claim x(1-x) <= 1/4, with exact cases 1/2 and 1/3."""
    cases = (number("1/2"), number("1/3"))
    return inequality(
        "test:halves",
        ("x is a probability",),
        lambda x: (x * (1 - x), 0.25),
        random_probabilities(1),
        exact=lambda x: (product(x), rational("1/4")),
        family=Family("1/2 and 1/3", lambda: iter(cases)),
        neighbours=neighbours,
        **fields,
    )


def test_every_assumption_and_coefficient_of_data_processing_is_needed():
    found = check_neighbours(linear("test:dpi", "I(X;Z) <= I(X;D)", ("X -> D -> Z",), CHAINS, assumes=("X -> D -> Z",)))
    assert {f.verdict for f in found} == {"refuted"}
    assert [f.change for f in found] == ["X -> D -> Z", "101/100 I(X;Z) <= I(X;D)", "I(X;Z) <= 99/100 I(X;D)"]
    assert [f.dropped for f in found] == [True, False, False]


@pytest.mark.slow
def test_an_assumption_that_a_proof_does_without_is_not_needed():
    claim = linear("test:more", "I(X;Z) <= I(X;D)", ("X -> D -> Z", "D = f(X)"), CHAINS)
    assert verdicts(claim)["D = f(X)"] == "not needed"
    assert verdicts(claim)["X -> D -> Z"] == "refuted"


@pytest.mark.slow
def test_a_loose_coefficient_stands_until_the_claim_says_why():
    claim = linear("test:loose", "I(X;Z) <= 2 H(X)", (), CHAINS, assumes=())
    change = "101/100 I(X;Z) <= 2 H(X)"
    assert verdicts(claim)[change] == "stands"
    assert verdicts(replace(claim, loose="twice too much"))[change] == "unrefuted"
    assert verdicts(replace(claim, neighbours=(unrefuted(change, "twice too much"),)))[change] == "unrefuted"


def test_every_term_of_an_equality_is_needed():
    claim = linear("test:chain", "I(X;D,Z) = I(X;D) + I(X;Z|D)", (), CHAINS, assumes=())
    assert verdicts(claim) == {
        "0 = I(X;D) + I(X;Z|D)": "refuted",
        "I(X;D,Z) = I(X;Z|D)": "refuted",
        "I(X;D,Z) = I(X;D)": "refuted",
    }


def test_interactions_have_no_stronger_coefficient():
    claim = linear("test:three", "I(X;D;Z) <= I(X;D)", (), CHAINS, assumes=())
    assert list(verdicts(claim)) == ["I(X;D;Z) <= 99/100 I(X;D)"]


def test_an_assumption_of_which_nothing_is_said_is_unsaid():
    assert verdicts(halves()) == {"x is a probability": "unsaid"}


def test_a_dropped_assumption_is_refuted_by_a_case_or_stands():
    """x(1-x) <= 1/4 holds of every real number: no case refutes it."""
    found = check_neighbours(halves(without("x is a probability", number(3), number("-1/2"))))
    assert [(f.verdict, f.counterexample) for f in found] == [("stands", None)]


def test_a_dropped_assumption_may_change_the_sides():
    other = without("x is a probability", number(3), exact=lambda x: (-product(x), rational("1/4")))
    found = check_neighbours(halves(other))
    assert found[0].verdict == "refuted"
    assert found[0].counterexample is not None
    assert found[0].counterexample.case == {"x": "3"}


def test_a_changed_constant_is_tried_on_edges_and_family():
    tighter = changed("99/400 in place of 1/4", lambda x: (product(x), rational("99/400")))
    looser = changed("101/400 in place of 1/4", lambda x: (product(x), rational("101/400")))
    assert verdicts(halves(tighter, looser)) == {
        "x is a probability": "unsaid",
        "99/400 in place of 1/4": "refuted",
        "101/400 in place of 1/4": "stands",
    }


def test_only_an_assumption_of_the_claim_can_be_dropped():
    with pytest.raises(ValueError, match="drops 'x is prime', which it does not assume: x is a probability"):
        check_neighbours(halves(without("x is prime", number(2))))


def test_a_law_refutes_a_linear_claim_without_an_assumption_in_words():
    claim = linear("test:words", "I(X;Z) <= I(X;D)", (), CHAINS, assumes=("D tells all",))
    found = verdicts(replace(claim, neighbours=(without("D tells all", COPIES),)))
    assert found["D tells all"] == "refuted"


def test_an_equality_takes_another_formula_as_its_neighbour():
    square = equality(
        "test:square",
        (),
        lambda x: (x * x, x**2),
        random_probabilities(1),
        exact=lambda x: (x["x"] * x["x"], x["x"] ** 2),
        edges=(number("1/2"),),
        neighbours=(changed("the cube", lambda x: (x["x"] * x["x"], x["x"] ** 3)),),
    )
    assert verdicts(square) == {"the cube": "refuted"}
