"""`prove` returns a checked proof, an exact counterexample, or says that it does not know; never a wrong verdict."""

import itertools
import json
import random
from fractions import Fraction

import jax
import pytest

import infoloop.proofs.prover
from infoloop.check import check_certificate
from infoloop.notation.grammar import NotationError
from infoloop.probability.bayes_nets import bayes_net
from infoloop.probability.channel_families import bsc, random_channel
from infoloop.probability.distributions import joint
from infoloop.proofs.counterexamples.search import SearchReport
from infoloop.proofs.prover import prove
from tests.support.lanes import seeds
from tests.support.linear_laws import chain_forms, lowered, random_case, statement, value
from tests.support.linear_laws import elementals as elementals_of
from tests.support.paths import DATA

ENTRIES = json.loads((DATA / "inequalities.json").read_text())
ZHANG_YEUNG = "2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
def test_published_inequalities(entry):
    quantity, expected = entry["quantity"], entry["expected"]
    found = prove(quantity["statement"], [f"{zero} = 0" for zero in quantity["constraints_equal_zero"]])
    assert found.verdict == ("proved" if expected["shannon_provable"] else "refuted")
    assert expected["valid"] == (found.verdict == "proved")


def test_the_papers_bound_is_proved():
    found = prove("I(X;Z) <= I(X;D) + I(X;S|D)", "X -> D,S -> Z")
    assert found.verdict == "proved"
    check_certificate(json.loads(json.dumps(found.certificate)))


@pytest.mark.parametrize("digits", [12, 20, 289])
def test_what_is_false_or_true_by_less_than_floats_can_tell(digits):
    """Of H(X) >= 1e-20 a constant is the counterexample; 1.00...01 is a fraction of twice as many digits."""
    zeros = "0" * digits
    assert prove(f"H(X) >= 0.{zeros}1", starts=0).verdict == "refuted"
    assert prove(f"I(X;Y) <= 0.{'9' * digits} H(X)", starts=0).verdict == "refuted"
    assert prove(f"I(X;Y) <= 1.{zeros}1 H(X)", starts=0).verdict == "proved"
    assert prove(f"I(X;Y) <= 1.{zeros} H(X)", starts=0).verdict == "proved"


def test_the_central_false_claim_is_refuted_by_an_exact_law():
    found = prove("I(X;Z) <= I(X;D)", "X -> D,S -> Z").counterexample
    assert found is not None
    assert sum(map(Fraction, found.outcomes.values())) == 1
    assert found.relation == "<="
    assert Fraction(found.greater) < Fraction(found.lesser)


@pytest.mark.full
def test_zhang_yeung_is_undecided_and_proved_only_with_its_own_inequality():
    assert prove(ZHANG_YEUNG, starts=8, steps=50).verdict == "undecided"
    assert prove(ZHANG_YEUNG, zhang_yeung=True).verdict == "proved"


@pytest.mark.slow
def test_undecided_says_what_was_tried():
    text = str(prove(ZHANG_YEUNG, starts=8, steps=50))
    assert "undecided" in text
    assert "starts" in text


def test_a_network_gives_all_its_independences():
    net = bayes_net(joint([0.5, 0.5], "X"), bsc(0.1, "X", "D"), bsc(0.1, "D", "Z"))
    assert prove("I(X;Z) <= I(D;Z)", net).verdict == "proved"


def test_a_collider_is_not_a_chain():
    key = jax.random.key(0)
    pair = random_channel(key, 4, 2, "XY", "Z").rows.reshape(2, 2, 2)
    net = bayes_net(joint([0.5, 0.5], "X"), joint([0.5, 0.5], "Y"), type(bsc(0, "X", "Z"))(pair, ("X", "Y"), ("Z",)))
    assert prove("I(X;Y) = 0", net).verdict == "proved"
    assert prove("I(X;Y|Z) = 0", net).verdict == "refuted"


def test_assumptions_that_contradict_each_other_are_said_to():
    found = prove("H(X) <= 0", "H(X) = 1; H(X) = 2")
    assert found.verdict == "proved"
    assert found.vacuous
    assert "contradict" in str(found)


def test_a_strict_statement_is_refuted_where_equality_is_possible():
    assert prove("I(X;Z) < I(X;D)", "X -> D -> Z").verdict == "refuted"


@pytest.mark.parametrize(
    ("statement", "given", "place"),
    [
        ("I(X;Z) ? I(X;D)", None, 7),
        ("I(X;Z <= I(X;D)", None, 6),
        ("I(X;) <= 1", None, 4),
        ("I(X,Y;Y) <= 1", None, 6),
        ("I(X;Y) <= 1; I(X;Z) <= 1", None, 11),
        ("I(X;Y) <= 1", "X -> Y", 6),
        ("I(X;Y) <= 1", "X ~ Y", 2),
    ],
)
def test_bad_input_is_refused_with_its_place(statement, given, place):
    with pytest.raises(NotationError) as error:
        prove(statement, given)
    assert error.value.place == place
    assert "^" in str(error.value)


def test_a_cyclic_graph_is_refused():
    with pytest.raises(ValueError, match="cycle"):
        prove("I(X;Y) <= 1", {"X": ("Y",), "Y": ("X",)})


def test_more_variables_than_fit_are_refused_with_their_number():
    names = [f"X{k}" for k in range(20)]
    with pytest.raises(ValueError, match="20 variables"):
        prove(f"H({','.join(names)}) <= " + " + ".join(f"H({name})" for name in names))


def test_an_equality_is_proved_both_ways():
    found = prove("I(X;D) - I(X;Z) = I(X;D|Z)", "X -> D -> Z")
    assert found.certificate is not None
    assert [part["direction"] for part in found.certificate["parts"]] == ["<=", ">="]


def test_every_row_is_json():
    for text, verdict in (("H(X) <= H(X,Y)", "proved"), ("H(X) <= H(Y)", "refuted")):
        assert json.loads(json.dumps(prove(text).row()))["verdict"] == verdict


def test_permuting_the_variables_changes_no_verdict():
    for x, y, z in itertools.permutations("XYZ"):
        assert prove(f"I({x};{y}) <= I({x};{y}|{z})").verdict == "refuted"
        assert prove(f"I({x};{y}) <= I({x};{y},{z})").verdict == "proved"


CHAIN = {3: "X -> Y -> Z", 4: "W -> X -> Y -> Z", 5: "V -> W -> X -> Y -> Z"}
NAMES = {3: "XYZ", 4: "WXYZ", 5: "VWXYZ"}


def elementals(names):
    """All H(i|rest) and I(i;j|K), in notation."""
    found = [f"H({i}|{','.join(n for n in names if n != i)})" for i in names]
    for i, j in itertools.combinations(names, 2):
        rest = [n for n in names if n not in (i, j)]
        for size in range(len(rest) + 1):
            found += [f"I({i};{j}{'|' if k else ''}{','.join(k)})" for k in itertools.combinations(rest, size)]
    return found


def subsets(names):
    return [",".join(s) for size in range(1, len(names) + 1) for s in itertools.combinations(names, size)]


def case(seed: int, size: int):
    """A random non-negative combination of elementals as `0 <= sum of entropies`, with its coefficients."""
    draw = random.Random(seed)
    names = NAMES[size]
    chosen = draw.sample(elementals(names), 4)
    weights = [Fraction(draw.randint(1, 6), draw.randint(1, 4)) for _ in chosen]
    return draw, " + ".join(f"{w} {e}" for w, e in zip(weights, chosen, strict=True))


@pytest.mark.parametrize("seed", seeds(25, 200))
def test_a_combination_of_elementals_is_proved(seed):
    size = 3 + seed % 3
    given = CHAIN[size] if seed % 2 else None
    draw, total = case(seed, size)
    cut = draw.choice(subsets(NAMES[size]))  # the same entropy on both sides hides the combination
    found = prove(f"{draw.randint(1, 5)} H({cut}) <= {draw.randint(6, 9)} H({cut}) + {total}", given)
    assert found.verdict == "proved"
    check_certificate(found.certificate or {})


@pytest.mark.parametrize("seed", seeds(25, 200))
def test_with_one_coefficient_lowered_below_zero_it_is_never_proved(seed):
    """The law of one fair bit in all variables of `cut`, and constants elsewhere, gives the lowered side a deficit."""
    size = 3 + seed % 3
    draw = random.Random(seed)
    names = NAMES[size]
    cut = draw.choice(names)
    others = [e for e in elementals(names) if cut not in e.partition("|")[0]]
    chosen = draw.sample(others, min(3, len(others)))
    total = " + ".join(f"{draw.randint(1, 6)} {e}" for e in chosen)
    statement = f"{draw.randint(1, 9)}/100 H({cut}) <= {total}"
    assert prove(statement, starts=4, steps=20).verdict in ("refuted", "undecided")
    assert prove(statement, starts=0).verdict != "proved"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("steps", -1, "at least 0"),
        ("starts", -1, "at least 0"),
        ("starts", 10**8, "at most 10000"),
        ("steps", 10**9, "at most 100000"),
        ("seed", "a", "at least 0"),
        ("seed", -1, "at least 0"),
        ("seed", 2**63, "at most"),
        ("starts", 1.5, "at least 0"),
    ],
)
def test_a_number_out_of_its_range_is_refused_before_anything_is_done(name, value, reason):
    with pytest.raises((TypeError, ValueError), match=rf"{name} is {value!r}.*: give a whole number, {reason}"):
        prove("H(X) <= H(Y)", **{name: value})


def test_no_proof_is_said_only_with_numbers_that_show_it(monkeypatch):
    monkeypatch.setattr(infoloop.proofs.prover, "refute", lambda *problem, **numbers: SearchReport(0, True))
    found = prove(ZHANG_YEUNG)
    assert found.polymatroid is not None
    assert "no proof from Shannon's inequalities" in str(found)
    assert found.row()["polymatroid"]["entropies"]["A,B,C,D"] == "4"
    monkeypatch.setattr(infoloop.proofs.prover, "polymatroid", lambda *problem: None)
    without = prove(ZHANG_YEUNG)
    assert without.row()["polymatroid"] is None
    assert "no proof found" in str(without)
    assert "no proof from" not in str(without)


def test_a_true_strict_statement_has_no_numbers_against_it():
    found = prove("H(X) < 2", "H(X) = 1", starts=0)
    assert (found.verdict, found.polymatroid) == ("undecided", None)


def test_too_many_variables_are_not_searched():
    names = ",".join(f"X{k}" for k in range(14_000))
    found = prove(f"H({names}) <= 0")
    assert found.verdict == "undecided"
    assert "of 14000 variables there are too many" in str(found)


def test_what_is_shown_moves_no_cursor():
    shown = str(prove("H(X)\r<=\tH(Y)", "X _||_\tZ", starts=0))
    assert shown.replace("\n", "").isprintable()


@pytest.mark.parametrize("seed", seeds(1, 30))
def test_random_statements_get_no_false_verdict(seed):
    """20 statements a seed, 600 in all, half of them true: by sums of elementals, or by a law that breaks them."""
    for k in range(10):
        rng, names, form, given = random_case(1000 + 10 * seed + k)
        text = statement(form)
        found = prove(text, given, starts=0)
        assert found.verdict == "proved", text
        check_certificate(found.certificate or {})
        false, law = lowered(rng, names, form, given)
        assert value(false, law) < 0
        found = prove(statement(false), given, starts=0)
        assert found.verdict != "proved", statement(false)
        if found.polymatroid is not None:
            known = {frozenset(s.split(",")): v for s, v in found.polymatroid.named().items()}
            assert value(false, known) < 0 <= min(value(e, known) for e in elementals_of(names))
            assert not given or not any(value(zero, known) for zero in chain_forms(names))
        if found.counterexample is not None:
            assert sum(map(Fraction, found.counterexample.outcomes.values())) == 1
            assert Fraction(found.counterexample.lesser) > Fraction(found.counterexample.greater)
