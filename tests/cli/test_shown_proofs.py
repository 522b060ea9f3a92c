"""What is known of a proof: the certificate is read, its machine proof is checked now, a wrong one is named."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from infoloop.claims.loops.residual_information import residual
from infoloop.claims.processing.data_processing_inequality import data_processing, processing_without_markov
from infoloop.cli.shown_proofs import known_proof
from infoloop.statements.theory_files import default_folder, read_blocks
from infoloop.statements.verification import digest

BLOCKS = {block.label: block for block in read_blocks(default_folder())}
DPI = BLOCKS["thm:dpi"]


@pytest.fixture
def theory(tmp_path) -> Path:
    """A folder with the certificate of data processing alone."""
    (tmp_path / "certificates").mkdir()
    shutil.copy(default_folder() / "certificates" / "thm_dpi.json", tmp_path / "certificates")
    return tmp_path


def changed(theory: Path, sealed: bool, **fields) -> None:
    """Change fields of the certificate; if `sealed`, with the digest that they then have."""
    path = theory / "certificates" / "thm_dpi.json"
    content = {**json.loads(path.read_text()), **fields}
    if sealed:
        content["sha256"] = digest({key: value for key, value in content.items() if key != "sha256"})
    path.write_text(json.dumps(content))


def test_a_kept_proof_is_checked_now(theory):
    known = known_proof(DPI, data_processing, theory)
    assert known.kind == "machine"
    assert "thm_dpi.json, checked now by infoloop.check:\nI(X;Z) <= I(X;D)   is proved" in known.proof
    assert (known.verdict, known.problem, known.counterexample) == ("certified", "", "")
    assert "512 cases (240 strict, 48 equal, 224 void)" in known.evidence
    assert "3 of 4 false neighbours are refuted" in known.evidence


def test_a_kept_proof_that_does_not_hold_is_named(theory):
    proof = json.loads((theory / "certificates" / "thm_dpi.json").read_text())["proof"]
    proof["parts"][0]["measures"] = [["2", "I(X;D|Z)"]]
    changed(theory, sealed=True, proof=proof)
    known = known_proof(DPI, data_processing, theory)
    assert known.kind == "written"
    assert known.problem.startswith("its proof does not hold: ")


@pytest.mark.parametrize(
    ("sealed", "fields", "problem"),
    [
        (False, {"cases": 10**6}, "tampered"),
        (True, {"statement": "I(X;Z) <= H(X)"}, "stale"),
        (True, {"assumes": []}, "stale"),
    ],
)
def test_a_certificate_of_something_else_counts_for_nothing(sealed, fields, problem, theory):
    changed(theory, sealed, **fields)
    known = known_proof(DPI, data_processing, theory)
    assert problem in known.problem
    assert known.verdict == "none"
    assert "found now" in known.proof


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_what_is_no_certificate_is_named(text, theory):
    (theory / "certificates" / "thm_dpi.json").write_text(text)
    assert known_proof(DPI, data_processing, theory).problem.startswith("thm_dpi.json ")


def test_without_a_certificate_a_machine_proof_is_looked_for(tmp_path):
    known = known_proof(DPI, data_processing, tmp_path)
    assert (known.kind, known.verdict) == ("machine", "none")
    assert "found now, and kept nowhere" in known.proof
    assert known.evidence.startswith("none is kept in ")


def test_a_statement_without_a_machine_proof_has_the_kind_of_its_text(tmp_path):
    known = known_proof(BLOCKS["thm:residual-information"], residual, default_folder())
    assert (known.kind, known.proof) == ("written", "written")
    cited = dataclasses.replace(DPI, fields={**DPI.fields, "cites": "a book"})
    false = dataclasses.replace(data_processing, statement="")
    assert known_proof(cited, false, tmp_path).proof == "cited: a book"


def test_a_refuted_statement_shows_what_refutes_it():
    known = known_proof(BLOCKS["fol:dpi-without-markov"], processing_without_markov, default_folder())
    assert known.verdict == "refuted"
    assert known.counterexample.startswith("1.0000000000000000000 <= 0 is false for P(X,D,Z): 0 0 0 has 1/2")
