"""Verification computes its verdicts: what is false is refuted, what is stale or tampered with is noticed."""

import dataclasses
import json
from pathlib import Path

import jax
import pytest

from infoloop.check import check_certificate
from infoloop.information.measures import entropy, mutual_information
from infoloop.probability.law_measures import one_bit
from infoloop.reporting.atomic_files import atomic_write_text
from infoloop.statements import theory_files, verification
from infoloop.statements.cases import Family, copied_bit, exact_laws, random_bayes_nets
from infoloop.statements.claim import Claim, linear
from infoloop.statements.neighbours import changed
from tests.support.paths import ROOT

QUICK = verification.Effort(samples=200, starts=8, steps=50)
ENTRIES = {
    entry.block.label: entry for entry in theory_files.pair_with_claims(theory_files.read_blocks(ROOT / "theory"))
}


def found(entry, folder=None):
    return next(verification.verify_statements((entry,), QUICK, folder))


@pytest.fixture(scope="module")
def dpi():
    return found(ENTRIES["thm:dpi"])


def planted(**changes) -> theory_files.VerifiableStatement:
    entry = ENTRIES["thm:dpi"]
    return theory_files.VerifiableStatement(entry.block, dataclasses.replace(entry.claim, **changes))


def reversed_dpi() -> Claim:
    false = linear("thm:dpi", "I(X;Z) >= I(X;D)", ("X -> D -> Z",), ENTRIES["thm:dpi"].claim.cases)
    return dataclasses.replace(false, family=ENTRIES["thm:dpi"].claim.family)


@pytest.mark.full
def test_a_theorem_is_certified_without_problems(dpi):
    assert (dpi.proof, dpi.evidence, dpi.sharp, dpi.problems) == ("machine", "certified", True, ())
    assert (dpi.samples, dpi.starts) == (QUICK.samples, QUICK.starts)  # an inequality is attacked too


@pytest.mark.slow
def test_a_row_has_what_the_command_promises(dpi):
    assert {"label", "ref", "class", "proof", "evidence", "cases", "starts", "slack", "seconds"} <= dpi.row().keys()
    assert json.loads(json.dumps(dpi.row()))["class"] == "T"


@pytest.mark.slow
def test_a_false_theorem_is_refuted_by_its_family():
    finding = found(theory_files.VerifiableStatement(ENTRIES["thm:dpi"].block, reversed_dpi()))
    assert finding.evidence == "refuted"
    assert finding.counterexample is not None
    assert "stated as a theorem" in finding.problems[0]


@pytest.mark.full
def test_a_false_theorem_without_a_family_is_refuted_by_the_searches():
    finding = found(
        theory_files.VerifiableStatement(ENTRIES["thm:dpi"].block, dataclasses.replace(reversed_dpi(), family=None))
    )
    assert finding.evidence == "refuted"
    assert finding.counterexample is not None


@pytest.mark.full
def test_a_float_violation_that_nothing_can_certify_is_a_problem():
    finding = found(
        theory_files.VerifiableStatement(ENTRIES["thm:dpi"].block, dataclasses.replace(reversed_dpi(), exact=None))
    )
    assert finding.evidence == "none"
    assert "floats miss" in finding.problems[0]


def test_a_claim_that_is_never_a_number_is_a_problem():
    finding = found(planted(sides=lambda law: (jax.numpy.nan, 1.0), exact=None, family=None, edges=()))
    assert finding.evidence == "none"
    assert "floats give no number" in finding.problems[0]


@pytest.mark.slow
def test_folklore_that_holds_is_a_problem():
    block = dataclasses.replace(ENTRIES["thm:dpi"].block, fields={**ENTRIES["thm:dpi"].block.fields, "class": "F"})
    assert "not refuted" in found(theory_files.VerifiableStatement(block, ENTRIES["thm:dpi"].claim)).problems[0]


@pytest.mark.full
def test_a_theorem_that_is_not_sharp_in_its_edge_cases_is_a_problem():
    copies = ENTRIES["thm:dpi"].claim.edges
    loose = linear(
        "thm:dpi", "I(X;Z) <= H(X) + H(D)", ("X -> D -> Z",), random_bayes_nets("X", "D|X", "Z|D", X=2, D=2, Z=2)
    )
    finding = found(
        theory_files.VerifiableStatement(ENTRIES["thm:dpi"].block, dataclasses.replace(loose, edges=copies))
    )
    assert "not sharp" in finding.problems[0]


def weak(**changes) -> str:
    """What is wrong with the checks of a claim that is made of data processing."""
    return "\n".join(found(planted(**changes)).problems)


@pytest.mark.slow
def test_a_theorem_without_a_family_is_a_problem_unless_it_is_proved_by_machine():
    assert "not certified: declare exact sides and a finite family" in weak(family=None, statement="")
    assert "not certified" not in weak(family=None)


@pytest.mark.slow
def test_a_family_in_which_the_claim_says_nothing_is_a_problem():
    constant = {"X": [["1/2", "1/2"], ["1/4", "3/4"]], "D|X": [["1"]], "Z|D": [["1/2", "1/2"]]}
    assert "its family decides nothing" in weak(
        family=Family("constants", lambda: exact_laws(constant)), ceiling=lambda law: entropy(law, "D")
    )


@pytest.mark.slow
def test_a_family_at_equality_alone_is_a_problem_unless_the_claim_says_why():
    copies = Family("copies", lambda: iter([copied_bit("X", "D", "Z")] * 11))
    assert "no case where the sides differ" in weak(family=copies)
    assert weak(family=copies, tight="only copies are looked at") == ""


@pytest.mark.slow
def test_an_assumption_of_which_nothing_is_said_is_a_problem():
    assert "nothing says what fails without the assumption 'D is odd'" in weak(assumes=("D is odd",))


@pytest.mark.slow
def test_a_neighbour_that_nothing_refutes_is_a_problem():
    looser = changed("twice the right side", lambda law: (mutual_information(law, "X", "Z"), one_bit(law) * 2))
    assert "changed to 'twice the right side' it is not refuted in any case" in weak(neighbours=(looser,))


@pytest.mark.slow
def test_an_equality_without_a_false_neighbour_is_a_problem():
    assert "no false neighbour of the equality" in weak(statement="", given=(), relation="=", assumes=())


@pytest.mark.slow
def test_the_same_seed_finds_the_same(dpi):
    again = found(ENTRIES["thm:dpi"])
    assert (again.slack, again.ratio, again.worst, again.certificate) == (
        dpi.slack,
        dpi.ratio,
        dpi.worst,
        dpi.certificate,
    )


@pytest.mark.slow
def test_another_seed_draws_other_cases(dpi):
    other = next(verification.verify_statements((ENTRIES["thm:dpi"],), dataclasses.replace(QUICK, seed=1)))
    assert other.slack != dpi.slack
    assert other.certificate == dpi.certificate


@pytest.fixture
def kept(tmp_path, dpi):
    verification.write_certificates((dpi,), tmp_path, atomic_write_text)
    return tmp_path / "thm_dpi.json"


def test_a_fresh_certificate_is_not_stale(kept, dpi):
    assert verification.stale_certificate(kept.parent, "thm:dpi", dpi.certificate) == []


def test_a_missing_certificate_is_noticed(tmp_path, dpi):
    assert (
        "is missing: run `infoloop verify --renew`"
        in verification.stale_certificate(tmp_path, "thm:dpi", dpi.certificate)[0]
    )


def test_a_tampered_certificate_is_noticed(kept, dpi):
    kept.write_text(kept.read_text().replace('"cases": 512', '"cases": 513'))
    assert "was tampered with" in verification.stale_certificate(kept.parent, "thm:dpi", dpi.certificate)[0]


def test_a_stale_certificate_is_noticed_with_what_changed(kept, dpi):
    old = {**dpi.certificate, "statement": "I(X;Z) <= H(X)"}
    body = {key: value for key, value in old.items() if key != "sha256"}
    kept.write_text(json.dumps({**body, "sha256": verification.digest(body)}))
    assert (
        "statement is 'I(X;Z) <= H(X)' there"
        in verification.stale_certificate(kept.parent, "thm:dpi", dpi.certificate)[0]
    )


def test_a_half_written_certificate_is_noticed(kept, dpi):
    kept.write_text(kept.read_text()[:100])
    assert "is not JSON (line" in verification.stale_certificate(kept.parent, "thm:dpi", dpi.certificate)[0]


def test_a_certificate_of_what_is_no_longer_certified_is_noticed(kept):
    assert "no longer certified" in verification.stale_certificate(kept.parent, "thm:dpi", None)[0]


@pytest.mark.slow
def test_a_problem_with_the_certificate_is_a_problem_of_the_finding(tmp_path):
    assert "is missing" in found(ENTRIES["thm:dpi"], tmp_path).problems[0]


def test_all_committed_certificates_belong_to_statements():
    kept = {path.name for path in (ROOT / "theory" / "certificates").glob("*.json")}
    wanted = {verification.certificate_path(Path(), label).name for label, e in ENTRIES.items() if e.claim.family}
    assert kept == wanted


def test_every_committed_proof_is_accepted_by_the_checker():
    kept = [json.loads(path.read_text()) for path in sorted((ROOT / "theory" / "certificates").glob("*.json"))]
    proofs = [certificate["proof"] for certificate in kept if certificate["proof"]]
    for proof in proofs:
        check_certificate(proof)
    assert len(proofs) >= 6


def test_what_follows_from_shannon_is_proved_by_machine(dpi):
    assert dpi.proof == "machine"
    assert dpi.certificate["proof"]["statement"] == "I(X;Z) <= I(X;D)"


@pytest.mark.slow
def test_without_its_assumption_there_is_no_machine_proof():
    assert found(planted(given=())).proof == "written"
