"""What follows is proved and nothing else; a solver that errs can hide a proof, but not make one up."""

import json

import numpy as np
import pytest

import infoloop.proofs.provability
import infoloop.proofs.shannon_prover
from infoloop.check import BEYOND, SHANNON, check_certificate
from infoloop.proofs.problem import parse_problem
from infoloop.proofs.provability import Multipliers
from infoloop.proofs.semigraphoid import Measure
from infoloop.proofs.shannon_prover import prove_linear
from tests.support.lanes import seeds
from tests.support.linear_laws import lowered, random_case, statement, value
from tests.support.paths import DATA

ENTRIES = json.loads((DATA / "inequalities.json").read_text())
ZHANG_YEUNG = "2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)"


def test_the_published_inequalities():
    """22 entries of the project's list, with and without proof."""
    for entry in ENTRIES:
        quantity = entry["quantity"]
        proof = prove_linear(quantity["statement"], [f"{zero} = 0" for zero in quantity["constraints_equal_zero"]])
        assert (proof is not None) == entry["expected"]["shannon_provable"], entry["id"]


@pytest.mark.parametrize("seed", seeds(25, 200))
def test_true_statements_are_proved(seed):
    _, _, form, given = random_case(seed)
    assert form
    assert prove_linear(statement(form), given) is not None


@pytest.mark.parametrize("seed", seeds(25, 200))
def test_statements_made_false_in_one_coefficient_are_not_proved(seed):
    rng, names, form, given = random_case(seed)
    found = lowered(rng, names, form, given)
    assert found is not None
    false, law = found
    assert value(false, law) < 0
    assert prove_linear(statement(false), given) is None


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        ("I(X;Y;Z) <= I(X;Y)", None),
        ("I(X;Z) = I(Z;X)", None),
        ("H(X) + 1/2 >= 1/4", None),
        ("0 <= 1", None),
        ("0 = 0", None),
        ("H(X) <= 2", "H(X,Y) = 2"),
        ("I(X;Y) >= 1", "H(X) = 1; X = f(Y)"),
        ("H(X) = 0", "X _||_ Y; X = f(Y)"),
        ("1/1000003 H(X) <= 1/1000003 H(X,Y)", None),
        ("H(X) <= H(Y)", "H(X|Y) = 1/3 H(X); H(X) = 0"),
        ("I(A;C) <= I(A;B) + 1/50000000", "A -> B -> C"),
        ("20000000 I(A;B) <= 20000001 H(A)", None),
        ("H(A|B) >= -1/1000000000 H(B)", None),
        ("I(X;Z) = I(X;D) - I(X;D|Z)", "X -> D -> Z"),
        ("I(X;Y|Z) <= I(X;Y|W)", "2 I(X;Y|Z) = 0"),
        ("H(XY) <= H(X) + H(Y)", None),
        ("H(Z) <= H(X) + H(Y)", "XY -> W -> V; Z = f(XY)"),
    ],
)
def test_what_follows(claim, given):
    assert prove_linear(claim, given) is not None


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        ("0 <= -1", None),
        ("H(X) >= 1", None),
        ("I(X;Y) = 0", None),
        ("I(X;Z) <= I(X;D)", "X -> D,S -> Z"),
        ("H(X) <= H(X,Y) - 1/1000000", None),
        ("1000001 H(X) <= 1000000 H(X,Y)", None),
        ("I(A;C) <= I(A;B) - 1/50000000", "A -> B -> C"),
        ("20000001 I(A;B) <= 20000000 H(A)", None),
        ("H(A|B) >= 1/1000000000 H(B)", None),
        ("I(X;Z) < I(X;D)", "X -> D -> Z"),
        ("I(X;Z) = I(X;D)", "X -> D -> Z"),
        ("I(X;Y;Z) >= 0", None),
    ],
)
def test_what_does_not_follow(claim, given):
    assert prove_linear(claim, given) is None


def test_a_parsed_statement_serves_as_well():
    parsed, assumptions = parse_problem("I(X;Z) <= I(X;D)", "X -> D -> Z")
    proof = prove_linear(parsed, assumptions)
    assert proof is not None
    assert proof["statement"] == "I(X;Z) <= I(X;D)"


@pytest.mark.parametrize(
    "given",
    ["H(X) = 1; H(X) = 2", "I(X;Y) = 1; H(X) = 0", "H(X) = -1", "H(X) = 1; X _||_ Y; X = f(Y)", "1 = 0"],
)
def test_assumptions_that_contradict_each_other_are_said_to_force_it(given):
    proof = prove_linear("H(X) <= H(Z)", given)
    assert proof is not None
    assert proof["proves"] == "contradiction"


def test_zhang_yeung_needs_its_own_inequality_and_says_so():
    assert prove_linear(ZHANG_YEUNG) is None
    for claim in (ZHANG_YEUNG, "2 I(Y;Z) <= I(W;X) + I(W;Y,Z) + 3 I(Y;Z|W) + I(Y;Z|X) + 1/9 H(X|W,Y,Z)"):
        proof = prove_linear(claim, zhang_yeung=True)
        assert proof is not None
        assert proof["inequalities"] == BEYOND


def test_zhang_yeung_is_not_used_where_shannon_suffices():
    proof = prove_linear("I(A;B) <= H(A,C,D)", zhang_yeung=True)
    assert proof is not None
    assert proof["inequalities"] == SHANNON


CHAIN = " -> ".join(f"X{k}" for k in range(1, 13))
ALL = ",".join(f"X{k}" for k in range(1, 13))


@pytest.mark.full
def test_a_chain_of_twelve():
    assert prove_linear("I(X1;X12) <= I(X5;X6)", CHAIN) is not None
    assert prove_linear("I(X5;X6) <= I(X1;X12)", CHAIN) is None
    rule = " + ".join(f"H(X{k + 1}|X{k})" for k in range(1, 12))
    assert prove_linear(f"H({ALL}) = H(X1) + {rule}", CHAIN) is not None


@pytest.mark.full
def test_a_sparse_graph_of_twelve():
    parents = {f"X{k}": tuple(f"X{j}" for j in {k // 2, k - 1} if j) for k in range(1, 13)}
    rule = " + ".join(f"H({name}{'|' if causes else ''}{','.join(causes)})" for name, causes in parents.items())
    assert prove_linear(f"H({ALL}) = {rule}", parents) is not None
    assert prove_linear(f"H({ALL}) <= {rule} - 1/100 H(X1)", parents) is None


def test_many_variables_that_always_occur_together_are_few():
    many = ",".join(f"Y{k}" for k in range(50))
    assert prove_linear(f"I(X;{many}|Z) <= H({many})") is not None


def test_more_than_fits_is_refused_with_its_size():
    names = [f"X{k}" for k in range(13)]
    claim = f"H({','.join(names)}) <= {' + '.join(f'H({name})' for name in names)}"
    with pytest.raises(ValueError, match=r"13 variables and, .* 8191 joint entropies: at most 4095 fit"):
        prove_linear(claim)
    with pytest.raises(ValueError, match=r"16 variables .*: at most 14 fit"):
        prove_linear(f"{claim} + H(Y0) + H(Y1) + H(Y2)")


SPOILED = {
    "a dropped multiplier": lambda weights: weights[1:],
    "a flipped sign": lambda weights: [(weights[0][0], -weights[0][1]), *weights[1:]],
    "a weight a millionth too large": lambda weights: [
        (weights[0][0], weights[0][1] * 1000001 / 1000000),
        *weights[1:],
    ],
    "another row": lambda weights: [(Measure(1, 0, 0), weights[0][1]), *weights[1:]],
    "nothing": lambda weights: [],
}


@pytest.mark.parametrize("name", SPOILED)
@pytest.mark.parametrize(
    ("claim", "given"),
    [
        ("I(X;Z) <= I(X;D) + I(X;S|D)", "X -> D,S -> Z"),
        ("H(X,Y,Z) <= H(X) + H(Y) + H(Z)", None),
        ("H(X) <= H(X,Y) + 1", None),
    ],
)
def test_spoiled_multipliers_are_never_accepted(monkeypatch, name, claim, given):
    right = infoloop.proofs.shannon_prover.decide

    def spoiled(*problem):
        found = right(*problem)
        assert isinstance(found, Multipliers)
        return Multipliers(SPOILED[name](found.weights))

    monkeypatch.setattr(infoloop.proofs.shannon_prover, "decide", spoiled)
    assert prove_linear(claim, given) is None


@pytest.mark.parametrize("seed", range(4))
def test_a_solver_that_errs_makes_no_false_proof(monkeypatch, seed):
    """Whatever floats come out, for a true statement or a false one: what leaves holds."""
    rng = np.random.default_rng(seed)

    def wrong(problem, vector):
        count = len(problem.positive) + len(problem.null)
        return rng.normal(size=count) * rng.integers(0, 2, count), rng.normal(size=len(problem.positive))

    monkeypatch.setattr(infoloop.proofs.provability, "_shortest", wrong)
    proof = prove_linear("I(X;Z) <= I(X;D) + I(X;S|D)", "X -> D,S -> Z")
    assert proof is not None
    check_certificate(proof)
    assert prove_linear("I(X;Z) <= I(X;D)", "X -> D,S -> Z") is None


def test_the_measures_of_a_certificate_stand_shortest_first_then_by_name():
    proof = prove_linear("0 <= H(C|A,B) + I(A;C) + I(A;B)")
    assert proof is not None
    assert [name for _, name in proof["parts"][0]["measures"]] == ["I(A;B)", "I(C;A)", "H(C|A,B)"]


def han(count):
    names = [f"X{k}" for k in range(count)]
    without = " + ".join(f"H({','.join(name for name in names if name != one)})" for one in names)
    return f"{count - 1} H({','.join(names)}) <= {without}"


@pytest.mark.parametrize("count", [3, 9, 10])
def test_han_s_inequality_takes_a_measure_of_weight_one_for_each_variable_but_one(count):
    """Cover & Thomas, theorem 17.6.1: H(X_k | X_<k) is at least H(X_k | all others), for each k but the last."""
    proof = prove_linear(han(count))
    assert proof is not None
    check_certificate(proof)
    measures = proof["parts"][0]["measures"]
    assert [weight for weight, _ in measures] == ["1"] * (count - 1)


def test_a_large_sum_that_cuts_do_not_prove_is_proved_by_all_rows(monkeypatch):
    """The order of the names is turned over, so that the sets of the proof are no cuts of those that are named."""
    names = [f"X{k}" for k in range(9)]
    claim = f"I(X8;X0|{','.join(names[1:8])}) + H({','.join(names)}) <= H({','.join(names)}) + H(X8|X4)"
    found = []
    by_cuts = infoloop.proofs.provability._by_cuts
    monkeypatch.setattr(
        infoloop.proofs.provability, "_by_cuts", lambda *problem: found.append(by_cuts(*problem)) or found[-1]
    )
    proof = prove_linear(claim)
    assert proof is not None
    check_certificate(proof)
    assert found == [None]
