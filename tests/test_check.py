"""The checker believes nothing but texts and fractions: whatever is changed in a proof, it says why it fails."""

import contextlib
import copy
import json
import subprocess
import sys

import pytest

from infoloop import shannon
from infoloop.check import CertificateError, check_certificate, main, measure_form, readable
from infoloop.shannon import prove_linear

STATEMENT, GIVEN = "I(X;Z) <= I(X;D) + I(X;S|D)", "X -> D,S -> Z"


@pytest.fixture
def proof():
    certificate = prove_linear(STATEMENT, GIVEN)
    assert certificate is not None
    return copy.deepcopy(certificate)


def part(proof):
    return proof["parts"][0]


def refused(proof, reason: str):
    with pytest.raises(CertificateError, match=reason):
        check_certificate(proof)


def test_a_proof_is_accepted_after_a_round_trip_through_json(proof):
    check_certificate(json.loads(json.dumps(proof)))


def test_a_perturbed_multiplier_is_refused(proof):
    part(proof)["measures"][0][0] = "101/100"
    refused(proof, "the sum differs from the slack")


def test_a_dropped_multiplier_is_refused(proof):
    part(proof)["measures"].pop()
    refused(proof, "the sum differs from the slack")


def test_a_flipped_sign_is_refused(proof):
    part(proof)["measures"][0][0] = "-" + part(proof)["measures"][0][0]
    refused(proof, "has the negative multiplier")


def test_a_flipped_sign_of_an_assumption_is_refused(proof):
    weight, name = part(proof)["assumptions"][0]
    part(proof)["assumptions"][0] = [weight.removeprefix("-") if weight.startswith("-") else f"-{weight}", name]
    refused(proof, "the sum differs from the slack")


def test_an_assumption_that_nobody_made_is_refused(proof):
    proof["given"] = []
    refused(proof, "no assumption says that")


def test_another_statement_is_refused(proof):
    proof["statement"] = "I(X;Z) <= I(X;D)"
    refused(proof, "the sum differs from the slack")


def test_the_reversed_statement_is_refused(proof):
    proof["statement"] = "I(X;Z) >= I(X;D) + I(X;S|D)"
    refused(proof, "the parts prove")


def test_half_an_equality_is_refused(proof):
    proof["statement"] = STATEMENT.replace("<=", "=")
    refused(proof, "the parts prove")


def test_a_strict_statement_is_refused(proof):
    proof["statement"] = STATEMENT.replace("<=", "<")
    refused(proof, "strict")


def test_a_measure_that_may_be_negative_is_refused(proof):
    part(proof)["measures"][0][1] = "I(X;Z;D)"
    refused(proof, "so it may be negative")


@pytest.mark.parametrize("name", ["-I(X;Y)", "H(X) - H(Y)", "2 I(X;Y)", "I(X;Y;Z)", "1"])
def test_only_one_entropy_or_information_is_a_measure(name):
    with pytest.raises(CertificateError, match="not one"):
        measure_form(name)


@pytest.mark.parametrize("weight", ["0.5", "1/0", 1, "one", "", "1/-2", "1e3"])
def test_only_a_fraction_in_a_text_is_a_multiplier(proof, weight):
    part(proof)["measures"][0][0] = weight
    refused(proof, "is not a fraction")


@pytest.mark.parametrize("field", ["format", "statement", "given", "proves", "inequalities", "parts"])
def test_a_missing_field_is_refused(proof, field):
    del proof[field]
    refused(proof, "has the fields")


def test_an_extra_field_is_refused(proof):
    part(proof)["trust"] = "me"
    refused(proof, "has the fields")


def test_another_format_is_refused(proof):
    proof["format"] = "infoloop proof 0"
    refused(proof, "this checker reads")


def test_an_undeclared_zhang_yeung_inequality_is_refused():
    statement = "2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)"
    proof = prove_linear(statement, zhang_yeung=True)
    assert proof is not None
    check_certificate(proof)
    refused({**proof, "inequalities": "Shannon"}, "it uses a Zhang-Yeung inequality")


def test_a_contradiction_cannot_be_claimed_of_sound_assumptions(proof):
    proof["proves"] = "contradiction"
    refused(proof, "is wanted")


def test_a_proof_reads_as_a_chain_of_named_steps(proof):
    assert readable(proof).splitlines()[-3:] == [
        "  = I(X;D,S|Z) - I(X;Z|D,S)",
        "  = I(X;D,S|Z)   (I(X;Z|D,S) = 0 by X -> D,S -> Z)",
        "  >= 0",
    ]


def test_what_does_not_hold_is_not_printed(proof):
    part(proof)["measures"] = []
    with pytest.raises(CertificateError):
        readable(proof)


@pytest.mark.parametrize("corrupt", ["perturbed", "dropped", "flipped"])
def test_a_corrupted_answer_of_the_solver_never_becomes_a_proof(monkeypatch, corrupt):
    """Whatever the solver says is expanded and checked; a wrong dual raises or yields no proof."""
    honest = shannon.multipliers

    def corrupted(problem, target):
        weights = honest(problem, target)
        if weights is None:
            return None
        (row, weight), *others = weights
        changed = {"perturbed": [(row, weight * 2)], "dropped": [], "flipped": [(row, -weight)]}[corrupt]
        return changed + others

    monkeypatch.setattr(shannon, "multipliers", corrupted)
    found = None
    with contextlib.suppress(ArithmeticError):
        found = prove_linear("2 H(X,Y,Z) <= H(X,Y) + H(Y,Z) + H(X,Z)")
    assert found is None


def test_the_command_accepts_a_file_and_needs_no_numerical_library(tmp_path, proof):
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(proof), encoding="utf-8")
    code = (
        "import sys; from infoloop.check import main; status = main(sys.argv[1:]);"
        "print(sorted({'jax', 'numpy', 'scipy', 'flint'} & set(sys.modules))); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "infoloop proof 1"', "null"])
def test_a_corrupted_file_is_rejected_with_its_reason(tmp_path, capsys, text):
    path = tmp_path / "proof.json"
    path.write_text(text, encoding="utf-8")
    assert main([str(path)]) == 1
    assert f"{path}: REJECTED: " in capsys.readouterr().out
